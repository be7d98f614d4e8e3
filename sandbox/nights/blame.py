"""Whose drift it is: a reference candidate that cannot change runs beside each night. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.nights.sequential import ALPHA, Sequence

HOLDS, WORSE, MACHINE = "holds", "worse", "machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the nights so far say of one candidate.

    state: `HOLDS`; `WORSE`: it got worse and the reference did not; `MACHINE`: the reference got worse, so that
    nothing is said of the candidate until that is mended. p: always valid. drop, low, high: since the baseline, over
    all nights. since: the night (from 0) since which it is likeliest worse; None unless there is an alarm.
    referenced: whether there was a reference at all; without one drift of the machine looks like drift of the model.
    """

    state: str
    p: float
    drop: float
    low: float
    high: float
    since: int | None
    referenced: bool


def finding(candidate: Sequence, reference: Sequence | None, alpha: float = ALPHA) -> Finding:
    """What one history, shape (nights,), at least one of them, says after its last night."""
    alarm = bool(candidate.alarms(alpha)[-1])
    drifted = reference is not None and bool(reference.alarms(alpha)[-1])
    peak = int(candidate.evidence.argmax())
    return Finding(
        state=MACHINE if drifted else WORSE if alarm else HOLDS,
        p=float(candidate.p[-1]),
        drop=float(candidate.drop[-1]),
        low=float(candidate.low[-1]),
        high=float(candidate.high[-1]),
        since=int(candidate.since[peak]) if alarm else None,
        referenced=reference is not None,
    )
