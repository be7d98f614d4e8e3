"""All that may be said of the gap between evaluation and reality, from records of trials."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.gap.outcomes import LeftOut, Outcomes, Record, outcomes_of
from sandbox.gap.rates import Rate, rates_of
from sandbox.gap.residual import Residuals, residuals_of
from sandbox.gap.reversals import Reversals, reversals_of
from sandbox.gap.slices import DIMENSIONS, Slice, slices_of
from sandbox.gap.steps import Contrast, Ends, Step, contrasts_of, ends_of, steps_of
from sandbox.rungs import KERNEL, ROAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A score at competitive problems, on a scale of its own, with its 95% interval if there is one.

    scale: what the scale is called; scores of different scales stand side by side and are never reckoned together.
    """

    value: float
    low: float | None
    high: float | None
    scale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What records come to.

    ends: lab end and road end, None (and `reason`) where outcomes are on fewer than two rungs. whole: from end to end,
    the primary figure of each candidate, comes first in `steps`. scores: at competitive problems, by candidate.
    conditions, judges: of each rung. items, clusters: with outcomes. unknown_repos: items that are clusters of their
    own, as their repo is not known.
    """

    rungs: tuple[str, ...]
    ends: Ends | None
    reason: str | None
    candidates: tuple[str, ...]
    items: int
    clusters: int
    unknown_repos: int
    conditions: Mapping[str, str]
    judges: Mapping[str, tuple[str, ...]]
    rates: tuple[Rate, ...]
    scores: Mapping[str, Score]
    steps: tuple[Step, ...]
    contrasts: tuple[Contrast, ...]
    reversals: Reversals
    residuals: Residuals
    slices: tuple[Slice, ...]
    left_out: tuple[LeftOut, ...]


def gap_of(
    records: Iterable[Record],
    *,
    scores: Mapping[str, Score] | None = None,
    families: Mapping[str, str] | None = None,
    lab: str | None = None,
    road: str | None = None,
    conditions: Mapping[str, str] | None = None,
    dimensions: Sequence[str] = DIMENSIONS,
) -> Gap:
    """G1, G2, G3, and what they rest on.

    Args:
        records: of one run or several, as in `schemas/result.v1.json`.
        scores: ratings at competitive problems, of one scale; without any, G3 takes the solve rate on `kernel`.
        families: of candidates, where `family_of` guesses wrongly.
        lab, road: the ends of the ladder, to be named before one looks; without them the first and the last rung.
        conditions: which one is meant on a rung, see `outcomes_of`.
        dimensions: of slices.
    """
    outcomes = outcomes_of(records, conditions)
    ends = ends_of(outcomes, lab, road)
    rates = rates_of(outcomes)
    return Gap(
        rungs=tuple(outcomes.rungs),
        ends=ends,
        reason=None if ends else f"a gap takes two rungs, and there are outcomes on {_listed(outcomes.rungs)}",
        candidates=tuple(outcomes.candidates),
        items=len(outcomes.items),
        clusters=len({item.cluster for item in outcomes.items.values()}),
        unknown_repos=sum(not item.known for item in outcomes.items.values()),
        conditions=outcomes.conditions,
        judges=outcomes.judges,
        rates=rates,
        scores=dict(scores or {}),
        steps=steps_of(outcomes, ends),
        contrasts=contrasts_of(outcomes, ends),
        reversals=reversals_of(outcomes, ends),
        residuals=_residuals(outcomes, ends, scores or {}, families or {}),
        slices=slices_of(outcomes, ends, dimensions),
        left_out=outcomes.left_out,
    )


def _listed(rungs: Sequence[str]) -> str:
    return f"{rungs[0]} alone" if len(rungs) == 1 else ", ".join(rungs) or "none"


def _residuals(
    outcomes: Outcomes, ends: Ends | None, scores: Mapping[str, Score], families: Mapping[str, str]
) -> Residuals:
    """G3 over the candidates that met the road at all, each rate over the items that all of these met."""
    end = ends.road if ends and ends.road in ROAD else None
    there = [name for name in outcomes.candidates if end and outcomes.of(name, end)]
    if scores:
        models = [name for name in there if name in scores]
        given = {name: scores[name].value for name in models}
    else:
        models = [name for name in there if outcomes.of(name, KERNEL)]
        given = _on_common(outcomes, models, KERNEL)
    road = _on_common(outcomes, models, end or KERNEL)
    return residuals_of(given, road, {name: families.get(name, family_of(name)) for name in models})


def _on_common(outcomes: Outcomes, candidates: Sequence[str], rung: str) -> dict[str, float]:
    """The mean rate of each candidate over the items of a rung that all of them met; nothing where there are none."""
    common = outcomes.common(*((name, rung) for name in candidates)) if candidates else []
    return {name: sum(outcomes.rates(name, rung, common)) / len(common) for name in candidates if common}


def family_of(candidate: str) -> str:
    """A guess at a model's family from its name: the letters that its last part begins with (openai/gpt-4o: gpt).

    Scripted candidates are one family.
    """
    if candidate.startswith("scripted:"):
        return "scripted"
    letters = re.match(r"[^\W\d_]+", candidate.rsplit("/", 1)[-1])
    return letters[0].lower() if letters else candidate


def as_data(gap: Gap) -> dict[str, Any]:
    """The gap for --json: every figure, lists for tuples."""
    found = _plain(asdict(gap))
    assert isinstance(found, dict)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(_plain_items(value))
    return [_plain(one) for one in value] if isinstance(value, tuple | list) else value


def _plain_items(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, one in value.items():
        yield key, _plain(one)
