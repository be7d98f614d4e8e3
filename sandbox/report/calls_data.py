"""The report on function calls as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.stats import Share


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A trial that is not counted. verdict: None while it is not finished."""

    trial: str
    verdict: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRate:
    """Calls of one tool, and how many were faulty."""

    tool: str
    calls: int
    faulty: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRate:
    """One label in one group.

    per: what is counted, and what its rate is over: calls, replies (those with at least one such fault), faults (calls
    and replies that could be put right), or claims to be done. share: how many of how many of these.
    times: how often it was earned; more than there are replies, where several calls of one earned it.
    """

    keys: Mapping[str, str]
    label: str
    times: int
    per: str
    share: Share

    @property
    def count(self) -> int:
        """How many of what its rate is over earned it."""
        return self.share.successes

    def as_data(self) -> dict[str, Any]:
        """For --json: `rate` is `count` over `of`, both in what `per` names; `times` as in the class."""
        counted = {"label": self.label, "count": self.count, "per": self.per, "times": self.times}
        return {**self.keys, **counted, **_as_data(self.share)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRates:
    """The calls of one group of trials.

    faulty: calls with a fault over all calls. rejected: those that were not run for it; recovered: those of them that
    were put right within three replies, which took `replies_to_recovery` at the median.
    unrecovered: faults of calls and of whole replies (`reply_faults`) that were never put right.
    tokens, seconds: of the model and of tools; fault_…: of faulty calls and replies and of answering them.
    """

    keys: Mapping[str, str]
    trials: int
    replies: int
    faulty: Share
    labels: tuple[LabelRate, ...]
    tools: tuple[ToolRate, ...]
    rejected: int
    recovered: int
    replies_to_recovery: float | None
    unrecovered: int
    reply_faults: int
    refused: int
    ungrounded: int
    claims: int
    false_completions: int
    failed: int
    failed_with_fault: int
    accepted: int
    accepted_with_fault: int
    loops: int
    loop_calls: int
    longest_loop: int
    tokens: float
    fault_tokens: float
    seconds: float
    fault_seconds: float

    @property
    def recovery_rate(self) -> float | None:
        """Recovered over rejected; None where nothing was rejected."""
        return self.recovered / self.rejected if self.rejected else None

    def as_data(self) -> dict[str, Any]:
        """For --json."""
        share = _as_data(self.faulty)
        return {
            **self.keys,
            "trials": self.trials,
            "replies": self.replies,
            "calls": self.faulty.total,
            "faulty": self.faulty.successes,
            "rate": share["rate"],
            "interval": share["interval"],
            **{key: share[key] for key in ("interval_of", "tasks", "design_effect", "effective")},
            "labels": {
                rate.label: {
                    "count": rate.count,
                    "of": rate.share.total,
                    "per": rate.per,
                    "rate": rate.share.rate,
                    "times": rate.times,
                }
                for rate in self.labels
            },
            "tools": {
                tool.tool: {"calls": tool.calls, "faulty": tool.faulty, "rate": tool.faulty / tool.calls}
                for tool in self.tools
            },
            "rejected": self.rejected,
            "recovered": self.recovered,
            "recovery_rate": self.recovery_rate,
            "replies_to_recovery": self.replies_to_recovery,
            "unrecovered": self.unrecovered,
            "reply_faults": self.reply_faults,
            "refused": self.refused,
            "advisory": {"ungrounded-value": self.ungrounded},
            "claims": self.claims,
            "false_completions": self.false_completions,
            "failed": {"trials": self.failed, "with_fault": self.failed_with_fault},
            "accepted": {"trials": self.accepted, "with_fault": self.accepted_with_fault},
            "loops": {"count": self.loops, "calls": self.loop_calls, "longest": self.longest_loop},
            "tokens": round(self.tokens),
            "fault_tokens": round(self.fault_tokens),
            "seconds": round(self.seconds, 3),
            "fault_seconds": round(self.fault_seconds, 3),
        }


def _as_data(share: Share) -> dict[str, Any]:
    """A share, and what its interval rests on."""
    return {
        "of": share.total,
        "rate": share.rate,
        "interval": list(share.interval) if share.interval else None,
        "interval_of": _spoken_of(share),
        "tasks": share.clusters,
        "design_effect": round(share.design_effect, 4),
        "effective": round(share.effective, 2),
    }


def _spoken_of(share: Share) -> str | None:
    """What the interval speaks of: variance between tasks cannot be seen in one."""
    if share.interval is None:
        return None
    return "tasks like these" if share.clusters > 1 else "this task alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReport:
    """All groups. by: what they were taken apart by. labels: rates by label, where that was asked for."""

    by: tuple[str, ...]
    trials: int
    conditions: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    groups: tuple[CallRates, ...]
    labels: tuple[LabelRate, ...]
