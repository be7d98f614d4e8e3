"""From the history to what it says of a candidate: its baseline, the nights after it, the reference beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.nights.blame import Finding, finding
from sandbox.nights.counts import Counts, drops_of
from sandbox.nights.cusum import Cusum, cusum
from sandbox.nights.history import History, Night
from sandbox.nights.sequential import ALPHA, Sequence, sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A candidate over all nights.

    baseline, after: its nights that have a verdict at all. test, sums: after each night of `after`; None before the
    first of these, as `finding` is.
    """

    baseline: tuple[Night, ...]
    after: tuple[Night, ...]
    test: Sequence | None
    sums: Cusum | None
    finding: Finding | None


def watch(
    history: History,
    suite: str,
    candidate: str,
    *,
    first: int,
    reference: str | None = None,
    alpha: float = ALPHA,
) -> Watch:
    """What the history says of a candidate after the last night.

    Args:
        first: of how many nights its baseline is, unless one was set in the history. reference: who cannot change; its
            baseline is of the same nights.
    """
    nights, counts = _with_verdicts(history, suite, candidate)
    ends = history.baseline(suite, candidate)
    if ends is None:
        span = slice(0, first)
    else:
        names = [night.run for night in history.nights(suite)]
        begin, last = (names.index(run) for run in ends)
        inside = [number for number, night in enumerate(nights) if begin <= names.index(night.run) <= last]
        span = slice(inside[0], inside[-1] + 1) if inside else slice(0, 0)
    before, after = nights[span], nights[span.stop :]
    if not before or not after:
        return Watch(baseline=before, after=after, test=None, sums=None, finding=None)
    drops = drops_of(_part(counts, span), _part(counts, slice(span.stop, None)))
    test = sequence(drops, alpha)
    beside = None if reference is None else _reference(history, suite, reference, before, after, alpha)
    return Watch(baseline=before, after=after, test=test, sums=cusum(drops), finding=finding(test, beside, alpha))


def _with_verdicts(history: History, suite: str, candidate: str) -> tuple[tuple[Night, ...], Counts]:
    """The nights on which the candidate has any verdict, and their counts."""
    found = history.counts(suite, candidate)
    rows = np.flatnonzero(found.counts.trials.sum(axis=1) > 0)
    return tuple(found.nights[row] for row in rows), Counts(
        accepted=found.counts.accepted[rows], trials=found.counts.trials[rows]
    )


def _reference(
    history: History, suite: str, name: str, before: tuple[Night, ...], after: tuple[Night, ...], alpha: float
) -> Sequence | None:
    """The test of the reference over the nights of the candidate; None where it was not there."""
    nights, counts = _with_verdicts(history, suite, name)
    one, two = ([row for row, night in enumerate(nights) if night in held] for held in (set(before), set(after)))
    if not one or not two:
        return None
    drops = drops_of(*(Counts(accepted=counts.accepted[rows], trials=counts.trials[rows]) for rows in (one, two)))
    return sequence(drops, alpha)


def _part(counts: Counts, span: slice) -> Counts:
    return Counts(accepted=counts.accepted[span], trials=counts.trials[span])
