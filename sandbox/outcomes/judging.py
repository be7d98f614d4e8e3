"""The verdict on an outcome: strict and partial apart, each with what it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.errors import TaskError
from sandbox.outcomes.allowed import collateral
from sandbox.outcomes.milestones import Reached, best_matching
from sandbox.outcomes.spec import Happened, Required, Spec
from sandbox.outcomes.state import Change, State, difference
from sandbox.outcomes.values import all_hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check: whether it holds, and in words what was wanted and what was found."""

    id: str
    holds: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A minefield and the first entry of the logs, from 0, that lies in it."""

    id: str
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a task.

    passed: strict. partial: the mean of the milestones, 0 in a minefield, None without milestones. findings: of
    `required` and `happened`. changes: all of them; collateral: those that nothing allows.
    """

    passed: bool
    partial: float | None
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]
    collateral: tuple[Change, ...]
    milestones: tuple[Reached, ...]
    minefields: tuple[Entered, ...]


def judge(spec: Spec, before: State, after: State, happenings: Sequence[Mapping[str, Any]]) -> Outcome:
    """Hold what services ended in and what happened against what a task declares.

    Args:
        before, after: `read_state` of the exports.
        happenings: entries of the event log and the service log, in the order in which they happened.

    Raises:
        HarnessError: the exports do not go together.
        TaskError: the task asks for a service that there is no export of.
    """
    _check_services(spec, after)
    changes = difference(before, after)
    undue = collateral(changes, spec.allowed)
    findings = (
        *(_required(one, after) for one in spec.required),
        *(_happened(one, happenings) for one in spec.happened),
    )
    entered = tuple(_entered(spec, happenings))
    milestones = best_matching(spec.milestones, happenings)
    return Outcome(
        passed=all(finding.holds for finding in findings) and not undue and not entered,
        partial=_partial(milestones, bool(entered)),
        findings=findings,
        changes=changes,
        collateral=undue,
        milestones=milestones,
        minefields=entered,
    )


def _check_services(spec: Spec, state: State) -> None:
    asked = {rule.service for rule in spec.allowed} | {wanted.service for wanted in spec.required}
    if missing := sorted(asked - state.keys()):
        raise TaskError(f"the outcome speaks of {', '.join(missing)}, which is no service of this task")


def _required(wanted: Required, state: State) -> Finding:
    rows = state[wanted.service].get(wanted.collection, {})
    number = sum(all_hold(row, wanted.where) for row in rows.values())
    words = f"{wanted.service} {wanted.collection}: {wanted.count.words()} wanted, {number} found"
    return Finding(id=wanted.id, holds=wanted.count.holds(number), words=words)


def _happened(wanted: Happened, happenings: Sequence[Mapping[str, Any]]) -> Finding:
    number = sum(all_hold(entry, wanted.where) for entry in happenings)
    words = f"{wanted.count.words()} wanted, {number} happened"
    return Finding(id=wanted.id, holds=wanted.count.holds(number), words=words)


def _entered(spec: Spec, happenings: Sequence[Mapping[str, Any]]) -> list[Entered]:
    first = ((mine.id, _first(mine.where, happenings)) for mine in spec.minefields)
    return [Entered(id=name, entry=entry) for name, entry in first if entry is not None]


def _first(where: Mapping[str, Any], happenings: Sequence[Mapping[str, Any]]) -> int | None:
    return next((place for place, entry in enumerate(happenings) if all_hold(entry, where)), None)


def _partial(milestones: Sequence[Reached], mined: bool) -> float | None:
    if not milestones:
        return None
    return 0.0 if mined else sum(reached.score for reached in milestones) / len(milestones)
