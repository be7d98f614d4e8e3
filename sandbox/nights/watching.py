"""From the history to what it says of a candidate: its baseline, the nights after it, the reference beside it."""

from __future__ import annotations

from collections.abc import Sequence as Several
from dataclasses import dataclass

import numpy as np

from sandbox.nights.blame import Finding, finding
from sandbox.nights.counts import Counts, tallies_of
from sandbox.nights.cusum import Cusum, cusum
from sandbox.nights.history import History
from sandbox.nights.night import Night
from sandbox.nights.sequential import ALPHA, Sequence, sequence
from sandbox.nights.timeline import Timeline, timeline_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A candidate over all nights.

    baseline, after: its nights that have a verdict at all. test, sums: after each night of `after`; None before the
    first of these, as `finding` is. counts: of `baseline`, then of `after`. beside: the test of the reference, and on
    which nights of `after` it was there.
    """

    baseline: tuple[Night, ...]
    after: tuple[Night, ...]
    test: Sequence | None
    sums: Cusum | None
    finding: Finding | None
    counts: Counts
    beside: Sequence | None = None
    beside_nights: tuple[Night, ...] = ()

    def shared(self, night: Night) -> tuple[int, int]:
        """Of the tasks with a verdict on one of these nights how many the baseline has, too, and how many there are."""
        there = self.counts.trials[(*self.baseline, *self.after).index(night)] > 0
        known = self.counts.trials[: len(self.baseline)].sum(axis=0) > 0
        return int((there & known).sum()), int(there.sum())


def watch(
    history: History,
    suite: str,
    candidate: str,
    *,
    first: int,
    reference: str | None = None,
    alpha: float = ALPHA,
    condition: str | None = None,
    since: str | None = None,
) -> Watch:
    """What the history says of a candidate after the last night.

    Args:
        first: of how many nights its baseline is, unless one was set in the history. reference: who cannot change; its
            baseline is of the same nights. condition: only trials under this one. since: a date, YYYY-MM-DD; nights
            before it do not count, nor does a baseline that was set in the history and ended before it; of one that
            did not, all nights count.
    """
    known = history.nights(suite)
    chosen = history.baseline(suite, candidate)
    ends = _still_meant(None if chosen is None else chosen.ends, known, since)
    nights, counts = _with_verdicts(history, suite, candidate, condition, since if ends is None else None)
    if ends is None:
        span = slice(0, first)
    else:
        names = [night.run for night in known]
        begin, last = (names.index(run) for run in ends)
        inside = [number for number, night in enumerate(nights) if begin <= names.index(night.run) <= last]
        span = slice(inside[0], inside[-1] + 1) if inside else slice(0, 0)
    before, after = nights[span], nights[span.stop :]
    held = _part(counts, slice(span.start, None))
    if not before or not after:
        return Watch(baseline=before, after=after, test=None, sums=None, finding=None, counts=held)
    tallies = tallies_of(_part(counts, span), _part(counts, slice(span.stop, None)))
    test = sequence(tallies, alpha)
    beside: Sequence | None = None
    there: tuple[Night, ...] = ()
    if reference is not None:
        beside, there = _reference(_with_verdicts(history, suite, reference, condition), before, after, alpha)
    return Watch(
        baseline=before,
        after=after,
        test=test,
        sums=cusum(tallies),
        finding=finding(test, beside, alpha),
        counts=held,
        beside=beside,
        beside_nights=there,
    )


def _still_meant(ends: tuple[str, str] | None, nights: Several[Night], since: str | None) -> tuple[str, str] | None:
    """A baseline that was set, unless a new one was to begin since."""
    if ends is None or since is None:
        return ends
    return ends if any(night.run == ends[1] and night.at[:10] >= since for night in nights) else None


def timeline(watched: Watch, candidate: str, reference: str | None, alpha: float = ALPHA) -> Timeline:
    """What was watched, night by night."""
    there = {night: row for row, night in enumerate(watched.beside_nights)}
    drifted: list[bool] = []
    if watched.beside is not None:
        alarms = watched.beside.alarms(alpha)
        for night in watched.after:
            now = bool(alarms[there[night]]) if night in there else bool(drifted and drifted[-1])
            drifted.append(now)
    return timeline_of(
        candidate,
        [(night.run, night.at) for night in (*watched.baseline, *watched.after)],
        watched.counts,
        len(watched.baseline),
        test=watched.test,
        sums=watched.sums,
        drifted=drifted,
        reference=reference if watched.beside is not None else None,
        alpha=alpha,
    )


def _with_verdicts(
    history: History, suite: str, candidate: str, condition: str | None, since: str | None = None
) -> tuple[tuple[Night, ...], Counts]:
    """The nights on which the candidate has any verdict, and their counts."""
    found = history.counts(suite, candidate, condition)
    late = np.array([since is None or night.at[:10] >= since for night in found.nights], dtype=bool)
    rows = np.flatnonzero((found.counts.trials.sum(axis=1) > 0) & late)
    return tuple(found.nights[row] for row in rows), Counts(
        accepted=found.counts.accepted[rows], trials=found.counts.trials[rows]
    )


def _reference(
    held: tuple[tuple[Night, ...], Counts], before: tuple[Night, ...], after: tuple[Night, ...], alpha: float
) -> tuple[Sequence | None, tuple[Night, ...]]:
    """The test of the reference over the nights of the candidate, and which; None where it was not there."""
    nights, counts = held
    one, two = ([row for row, night in enumerate(nights) if night in there] for there in (set(before), set(after)))
    if not one or not two:
        return None, ()
    tallies = tallies_of(*(Counts(accepted=counts.accepted[rows], trials=counts.trials[rows]) for rows in (one, two)))
    return sequence(tallies, alpha), tuple(nights[row] for row in two)


def _part(counts: Counts, span: slice) -> Counts:
    return Counts(accepted=counts.accepted[span], trials=counts.trials[span])
