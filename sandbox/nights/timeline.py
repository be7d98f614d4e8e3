"""A candidate night by night: what it solved, the change since its baseline, and what the tests said by then. Pure."""

from __future__ import annotations

from collections.abc import Sequence as Several
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.nights.blame import HOLDS, MACHINE, WORSE
from sandbox.nights.counts import Counts
from sandbox.nights.cusum import Cusum
from sandbox.nights.sequential import ALPHA, Sequence
from sandbox.stats import clustered_share

BASELINE, UNTESTED = "baseline", "untested"


@dataclass(frozen=True, slots=True, kw_only=True)
class NightLine:
    """One night of one candidate.

    accepted of trials, rate with interval: of this night, over all its tasks. change, low, high: of all nights since
    the baseline up to this one, nights minus baseline, with its always-valid interval (1 − α on all nights at once).
    p: always valid. cusum: the sum after this night. alarm: whether CUSUM was above its limit by then. state:
    `BASELINE`, or of `sandbox.nights.blame`; `UNTESTED`: the baseline has none of its tasks as they are now. All that
    has a default is None in the baseline.
    """

    run: str
    at: str
    tasks: int
    accepted: int
    trials: int
    rate: float
    interval: tuple[float, float]
    state: str
    change: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    cusum: float | None = None
    alarm: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A candidate over its nights.

    reference: who tells drift of the machine; None: nobody. first: nights in the baseline. limit: of CUSUM. since: the
    run since which it is likeliest worse, where it is.
    """

    candidate: str
    reference: str | None
    alpha: float
    first: int
    limit: float | None
    lines: tuple[NightLine, ...]
    since: str | None = None

    @property
    def state(self) -> str:
        """What is said after the last night."""
        return self.lines[-1].state if self.lines else BASELINE

    def last(self, nights: int | None) -> tuple[NightLine, ...]:
        """The last so many nights; all without."""
        return self.lines if nights is None else self.lines[-nights:]


def timeline_of(
    candidate: str,
    nights: Several[tuple[str, str]],
    counts: Counts,
    first: int,
    *,
    test: Sequence | None,
    sums: Cusum | None,
    drifted: Several[bool] = (),
    reference: str | None = None,
    alpha: float = ALPHA,
) -> Timeline:
    """The lines of a candidate.

    Args:
        nights: run and when it began, the baseline's first; on each there is a verdict. counts: of these.
        first: how many are the baseline. test, sums: over those after it, None where there are none.
        drifted: of each night after the baseline whether the reference was worse by then; empty: no reference.
    """
    lines = []
    known = counts.trials[:first].sum(axis=0) > 0
    for row, (run, at) in enumerate(nights):
        tasks = [
            (int(good), int(every))
            for good, every in zip(counts.accepted[row], counts.trials[row], strict=True)
            if every > 0
        ]
        share = clustered_share(tasks, wary=True)
        assert share.rate is not None, "nights without a verdict are no nights"
        assert share.interval is not None, "nights without a verdict are no nights"
        after: dict[str, Any] = {"state": BASELINE}
        if row >= first and test is not None and sums is not None:
            after = _after(row - first, test, sums, drifted, alpha)
            if after["state"] == HOLDS and not (known & (counts.trials[row] > 0)).any():
                after["state"] = UNTESTED
        lines.append(
            NightLine(
                run=run,
                at=at,
                tasks=len(tasks),
                accepted=share.successes,
                trials=share.total,
                rate=share.rate,
                interval=share.interval,
                **after,
            )
        )
    limit = None if sums is None else sums.limit
    return Timeline(
        candidate=candidate,
        reference=reference,
        alpha=alpha,
        first=first,
        limit=limit,
        lines=tuple(lines),
        since=_since(nights, first, test, alpha),
    )


def _since(nights: Several[tuple[str, str]], first: int, test: Sequence | None, alpha: float) -> str | None:
    """The run since which it is likeliest worse, by the night with the most evidence; None without an alarm."""
    if test is None or not test.alarms(alpha)[-1]:
        return None
    return nights[first + int(test.since[int(test.evidence.argmax())])][0]


def _after(night: int, test: Sequence, sums: Cusum, drifted: Several[bool], alpha: float) -> dict[str, Any]:
    machine = bool(drifted) and drifted[night]
    worse = bool(test.alarms(alpha)[night])
    return {
        "state": MACHINE if machine else WORSE if worse else HOLDS,
        # From zero, so that no change is not a negative one.
        "change": 0.0 - float(test.drop[night]),
        # No rate changes by more than all of it.
        "low": max(-1.0, 0.0 - float(test.high[night])),
        "high": min(1.0, 0.0 - float(test.low[night])),
        "p": float(test.p[night]),
        "cusum": float(sums.sums[night]),
        "alarm": bool(sums.alarms[night]),
    }


def as_data(found: Timeline, last: int | None = None) -> dict[str, Any]:
    """The timeline for --json."""
    return {
        "candidate": found.candidate,
        "reference": found.reference,
        "alpha": found.alpha,
        "baseline_nights": found.first,
        "cusum_limit": found.limit,
        "state": found.state,
        "since": found.since,
        "nights": [asdict(line) for line in found.last(last)],
    }
