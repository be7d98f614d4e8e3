"""What each task of a suite still tells: saturation, discrimination, flakiness, from outcomes of many candidates. Pure.

**Saturation**: everyone passes, or everyone fails, each time; such a task tells nobody apart.

**Discrimination**: the correlation over candidates of a task's rate with the rate over all other tasks (corrected
item-total correlation, the point-biserial one where each candidate has one trial). The task itself is left out of the
rest, else it would correlate with itself. A negative one says that the better candidates fail here: look at the task.
The interval is Fisher's; it takes four candidates, and with few of them it is wide.
Sources: S. Henrysson, Correction of item-total correlations in item analysis, Psychometrika 28 (1963); J. C. Nunnally,
I. H. Bernstein, Psychometric Theory (1994), chapter 8; R. A. Fisher, On the "probable error" of a coefficient of
correlation, Metron 1 (1921).

**Flakiness**: the chance that two trials of the same candidate at the same task end otherwise, estimated without bias
from all pairs of trials and averaged over candidates. Candidates differ by themselves; controls (the reference
solution, doing nothing) may not: where one of these ends otherwise, the task is at fault.
Sources: E. H. Simpson, Measurement of diversity, Nature 163 (1949); Q. Luo et al., An empirical analysis of flaky
tests, FSE (2014).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sandbox.stats import Z95

# Controls, and whether each is to be accepted.
CONTROLS = {"scripted:oracle": True, "scripted:nop": False}
EVERYONE, NOBODY = "everyone passes", "everyone fails"
FEWEST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One candidate at one task in one run: accepted of so many trials with a verdict. run: in order of time."""

    task: str
    condition: str
    digest: str
    candidate: str
    run: int
    accepted: int
    trials: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStats:
    """A task under one condition, as it is now: trials of before it changed are in no figure.

    candidates, runs, trials: without controls. saturation: `EVERYONE`, `NOBODY` or None; it takes two candidates.
    discrimination: with its 95% interval, None where it cannot be told. flakiness: None without two trials of one
    candidate. controls: how many trials of controls ended otherwise than they must, and of how many.
    """

    task: str
    condition: str
    candidates: int
    runs: int
    trials: int
    rate: float | None
    saturation: str | None
    discrimination: float | None
    interval: tuple[float, float] | None
    flakiness: float | None
    controls: tuple[int, int]


def item_stats(cells: Iterable[Cell]) -> list[ItemStats]:
    """The statistics of each task, by name."""
    current = _current(list(cells))
    items: dict[tuple[str, str], list[Cell]] = {}
    for cell in current:
        items.setdefault((cell.task, cell.condition), []).append(cell)
    rates = _rates(current)
    return [_item(name, held, _discrimination(name, rates)) for name, held in sorted(items.items())]


def _current(cells: Sequence[Cell]) -> list[Cell]:
    """Those of each task's last digest."""
    last: dict[str, tuple[int, str]] = {}
    for cell in cells:
        last[cell.task] = max(last.get(cell.task, (-1, "")), (cell.run, cell.digest))
    return [cell for cell in cells if cell.digest == last[cell.task][1] and cell.trials > 0]


def _rates(cells: Iterable[Cell]) -> dict[str, dict[tuple[str, str], float]]:
    """Of each candidate its rate at each task, controls left out."""
    sums: dict[str, dict[tuple[str, str], tuple[int, int]]] = {}
    for cell in cells:
        if cell.candidate in CONTROLS:
            continue
        held = sums.setdefault(cell.candidate, {})
        accepted, trials = held.get((cell.task, cell.condition), (0, 0))
        held[cell.task, cell.condition] = accepted + cell.accepted, trials + cell.trials
    return {name: {item: accepted / trials for item, (accepted, trials) in held.items()} for name, held in sums.items()}


def _discrimination(
    item: tuple[str, str], rates: Mapping[str, Mapping[tuple[str, str], float]]
) -> tuple[float | None, tuple[float, float] | None]:
    pairs = [
        (held[item], (sum(held.values()) - held[item]) / (len(held) - 1))
        for held in rates.values()
        if item in held and len(held) > 1
    ]
    if len(pairs) < 3:
        return None, None
    own, rest = np.array(pairs).T
    if own.std() < 1e-12 or rest.std() < 1e-12:
        return None, None
    r = float(np.clip(np.corrcoef(own, rest)[0, 1], -1.0, 1.0))
    if len(pairs) < FEWEST:
        return r, None
    middle, half = math.atanh(max(-0.999999, min(0.999999, r))), Z95 / math.sqrt(len(pairs) - 3)
    return r, (math.tanh(middle - half), math.tanh(middle + half))


def _item(
    name: tuple[str, str], cells: Sequence[Cell], found: tuple[float | None, tuple[float, float] | None]
) -> ItemStats:
    by: dict[str, tuple[int, int]] = {}
    off, of = 0, 0
    for cell in cells:
        if cell.candidate in CONTROLS:
            off += cell.trials - cell.accepted if CONTROLS[cell.candidate] else cell.accepted
            of += cell.trials
            continue
        accepted, trials = by.get(cell.candidate, (0, 0))
        by[cell.candidate] = accepted + cell.accepted, trials + cell.trials
    accepted, trials = (sum(values) for values in zip(*by.values(), strict=True)) if by else (0, 0)
    saturation = {0: NOBODY, trials: EVERYONE}.get(accepted) if len(by) > 1 else None
    disagreements = [2 * good * (every - good) / (every * (every - 1)) for good, every in by.values() if every > 1]
    return ItemStats(
        task=name[0],
        condition=name[1],
        candidates=len(by),
        runs=len({cell.run for cell in cells if cell.candidate not in CONTROLS}),
        trials=trials,
        rate=accepted / trials if trials else None,
        saturation=saturation,
        discrimination=found[0],
        interval=found[1],
        flakiness=sum(disagreements) / len(disagreements) if disagreements else None,
        controls=(off, of),
    )


def as_data(rows: Sequence[ItemStats]) -> list[dict[str, Any]]:
    """The statistics for --json."""
    return [asdict(row) for row in rows]
