"""Function calls of many trials: how many were faulty, in what way, and what became of it. Pure."""

from __future__ import annotations

import dataclasses
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sandbox.detect.facts import FALSE_COMPLETION, REFUSED, UNRECOVERED, CallFacts, ReplyFault, TrialCalls
from sandbox.report.calls_data import CallRates, CallReport, LabelRate, LeftOut, ToolRate
from sandbox.report.transcript_lines import count as in_words
from sandbox.score import NO_VERDICT
from sandbox.stats import Share, clustered_share

# What the table can be taken apart by, beside candidates.
DIMENSIONS = ("candidate", "suite", "task", "condition", "tool", "label")
UNKNOWN_TOOL = "(unknown)"
# What labels are counted over where that is not calls.
_PER = {
    "empty-reply": "replies",
    "malformed-reply": "replies",
    "call-in-text": "replies",
    UNRECOVERED: "faults",
    FALSE_COMPLETION: "claims",
}


def call_report(trials: Iterable[TrialCalls], by: Sequence[str] = ()) -> CallReport:
    """The report, one group a candidate, or finer.

    Args:
        trials: of one run, in any order; those without a verdict are left out and named.
        by: of `DIMENSIONS`, what to take groups apart by.
    """
    every = sorted(trials, key=lambda trial: trial.trial)
    lost = [trial for trial in every if trial.verdict is None or trial.verdict in NO_VERDICT]
    counted = [trial for trial in every if trial.verdict is not None and trial.verdict not in NO_VERDICT]
    groups = _grouped(counted, by)
    labels: list[LabelRate] = []
    if "label" in by:
        labels = [rate for keys, held in groups for rate in label_rates(held, keys)]
    return CallReport(
        by=tuple(by),
        trials=len(counted),
        conditions=tuple(sorted({trial.condition for trial in counted})),
        left_out=tuple(LeftOut(trial=trial.trial, verdict=trial.verdict) for trial in lost),
        groups=tuple(_rates(keys, held) for keys, held in groups),
        labels=tuple(labels),
    )


def _grouped(trials: Sequence[TrialCalls], by: Sequence[str]) -> list[tuple[Mapping[str, str], list[TrialCalls]]]:
    """Trials by candidate and what else was asked for; by tools, each with the calls of that tool alone."""
    names = ["candidate", *(name for name in DIMENSIONS[1:4] if name in by)]
    groups: dict[tuple[str, ...], list[TrialCalls]] = {}
    for trial in trials:
        key = tuple(_value(trial, name) for name in names)
        for tool, part in by_tool(trial) if "tool" in by else [("", trial)]:
            groups.setdefault((*key, tool), []).append(part)
    if "tool" in by:
        names.append("tool")
    return [(dict(zip(names, key, strict=False)), groups[key]) for key in sorted(groups)]


def _value(trial: TrialCalls, name: str) -> str:
    # Tasks of the same name may be in several suites.
    return f"{trial.suite}/{trial.task}" if name == "task" else str(getattr(trial, name))


def by_tool(trial: TrialCalls) -> list[tuple[str, TrialCalls]]:
    """A trial once for each tool that it called, as if there had been no other calls."""
    calls: dict[str, list[CallFacts]] = {}
    for call in trial.calls:
        calls.setdefault(tool_of(call), []).append(call)
    return [(tool, _only(trial, held)) for tool, held in calls.items()]


def tool_of(call: CallFacts) -> str:
    """The tool's name; one word for all tools that do not exist, which may be called anything."""
    return call.name if call.name and "unknown-tool" not in call.labels else UNKNOWN_TOOL


def _only(trial: TrialCalls, calls: Sequence[CallFacts]) -> TrialCalls:
    return dataclasses.replace(
        trial,
        calls=tuple(calls),
        reply_faults=(),
        loops=(),
        claims=False,
        false_completion=False,
        replies=len({call.reply for call in calls}),
        tokens=sum(call.tokens for call in calls),
        seconds=sum(call.seconds for call in calls),
    )


def _rates(keys: Mapping[str, str], trials: Sequence[TrialCalls]) -> CallRates:
    calls = [call for trial in trials for call in trial.calls]
    rejected = [call for call in calls if call.rejected]
    after = [call.recovered_after for call in rejected if call.recovered and call.recovered_after is not None]
    failed = [trial for trial in trials if trial.verdict != "accepted"]
    accepted = [trial for trial in trials if trial.verdict == "accepted"]
    faults = [held for trial in trials for held in trial.reply_faults]
    spent: list[CallFacts | ReplyFault] = [*(call for call in calls if call.faulty), *faults]
    return CallRates(
        keys=keys,
        trials=len(trials),
        replies=sum(trial.replies for trial in trials),
        faulty=_shared((trial, (sum(call.faulty for call in trial.calls), len(trial.calls))) for trial in trials),
        labels=tuple(label_rates(trials, keys)),
        tools=_tools(trials),
        rejected=len(rejected),
        recovered=len(after),
        replies_to_recovery=statistics.median(after) if after else None,
        unrecovered=sum(call.unrecovered for call in calls) + sum(held.unrecovered for held in faults),
        reply_faults=len(faults),
        refused=sum(call.status == REFUSED for call in calls),
        ungrounded=sum(bool(call.ungrounded) for call in calls),
        claims=sum(trial.claims for trial in trials),
        false_completions=sum(trial.false_completion for trial in trials),
        failed=len(failed),
        failed_with_fault=sum(map(has_fault, failed)),
        accepted=len(accepted),
        accepted_with_fault=sum(map(has_fault, accepted)),
        loops=sum(len(trial.loops) for trial in trials),
        loop_calls=sum(loop.length for trial in trials for loop in trial.loops),
        longest_loop=max((loop.length for trial in trials for loop in trial.loops), default=0),
        tokens=sum(trial.tokens for trial in trials),
        fault_tokens=sum(held.tokens + held.answer_tokens for held in spent),
        seconds=sum(trial.seconds for trial in trials),
        fault_seconds=sum(held.seconds for held in spent),
    )


def has_fault(trial: TrialCalls) -> bool:
    """Whether any call or reply was faulty. To say "done" too early is a part of failing, not a fault of a call."""
    return bool(trial.reply_faults) or any(call.faulty for call in trial.calls)


def _tools(trials: Sequence[TrialCalls]) -> tuple[ToolRate, ...]:
    calls: Counter[str] = Counter()
    faulty: Counter[str] = Counter()
    for trial in trials:
        for call in trial.calls:
            calls[tool_of(call)] += 1
            faulty[tool_of(call)] += call.faulty
    return tuple(ToolRate(tool=tool, calls=count, faulty=faulty[tool]) for tool, count in sorted(calls.items()))


def label_rates(trials: Sequence[TrialCalls], keys: Mapping[str, str]) -> list[LabelRate]:
    """How often each label was earned in a group, most often first."""
    counted = [(trial, trial.faults()) for trial in trials]
    total: Counter[str] = Counter()
    for _, faults in counted:
        total.update(faults)
    made = []
    for label, times in total.items():
        per = _PER.get(label, "calls")
        share = _shared((trial, _of_label(trial, faults, label, per)) for trial, faults in counted)
        made.append(LabelRate(keys=keys, label=label, times=times, per=per, share=share))
    return sorted(made, key=lambda rate: (-rate.count, rate.label))


def _of_label(trial: TrialCalls, faults: Mapping[str, int], label: str, per: str) -> tuple[int, int]:
    """How many of a trial's calls, replies, faults or claims earned a label, and of how many."""
    if per == "claims":
        return faults.get(label, 0), int(trial.claims)
    if per == "faults":
        return faults.get(label, 0), sum(call.rejected for call in trial.calls) + len(trial.reply_faults)
    if per == "replies":
        # Several entries of one reply may be malformed.
        held: list[CallFacts | ReplyFault] = [*trial.calls, *trial.reply_faults]
        return len({one.reply for one in held if label in one.labels}), trial.replies
    return faults.get(label, 0), len(trial.calls)


def _shared(parts: Iterable[tuple[TrialCalls, tuple[int, int]]]) -> Share:
    """A share over trials, clustered by task."""
    tasks: dict[tuple[str, str], list[int]] = {}
    for trial, (part, whole) in parts:
        held = tasks.setdefault((trial.suite, trial.task), [0, 0])
        held[0] += part
        held[1] += whole
    return clustered_share((part, whole) for part, whole in tasks.values())


def remarks(report: CallReport) -> list[str]:
    """What has to be said beside the tables."""
    lines = []
    if report.left_out:
        every = in_words(report.trials + len(report.left_out), "trial", "trials")
        verbs = ("has", "is") if len(report.left_out) == 1 else ("have", "are")
        lines.append(f"{len(report.left_out)} of {every} {verbs[0]} no verdict and {verbs[1]} left out:")
        lines += [f"  {left.trial}: {left.verdict or 'not finished'}" for left in report.left_out]
    if len(report.conditions) > 1 and "condition" not in report.by:
        lines.append(
            f"Conditions are taken together: {', '.join(report.conditions)} (--by condition takes them apart)."
        )
    if not set(report.by) & {"tool", "label", "task"}:
        for rates in report.groups:
            lines += _failures(rates)
    return lines


def _failures(rates: CallRates) -> list[str]:
    name = " ".join(rates.keys.values())
    counts = f"{rates.failed_with_fault} of {rates.failed} failed and {rates.accepted_with_fault} of {rates.accepted}"
    lines = [f"{name}: {counts} accepted trials had a faulty call or reply."]
    if rates.failed and rates.failed_with_fault * 2 < rates.failed:
        lines.append("  Most failed trials had none: call faults must not be presented as the explanation of failure.")
    return lines


def as_data(report: CallReport) -> dict[str, Any]:
    """The report for --json."""
    by_label = "label" in report.by
    return {
        "by": list(report.by),
        "trials": report.trials,
        "left_out": [{"trial": left.trial, "verdict": left.verdict} for left in report.left_out],
        "groups": [rate.as_data() for rate in report.labels] if by_label else [one.as_data() for one in report.groups],
        "remarks": remarks(report),
    }
