"""What the trials of a run say together about bugs that come back: figures by candidate, and what may be said. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.detect.pooling import UNITS, Pooled, Rate, pool
from sandbox.report.oscillation_data import TrialOscillation, turns_alone
from sandbox.report.transcript_lines import count as in_words
from sandbox.score import NO_VERDICT
from sandbox.survival import SurvivalPoint

TURNS, BOTH = "T0", "T0+T1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The trials of one candidate under one condition. tiers: by which checkpoints they were read, `TURNS` or `BOTH`.

    own: how many of the candidate's own checkpoints (T1) counted. judged: how many of how many states that count were
    judged. tokens: whether any are known of, as they are not of a scripted candidate.
    """

    candidate: str
    condition: str
    own: int
    judged: tuple[int, int]
    tokens: bool
    tiers: Mapping[str, Pooled]


@dataclass(frozen=True, slots=True, kw_only=True)
class OscillationReport:
    """trials: those that were asked for. left_out: of them, those without a verdict. unseen: those with a verdict of
    which no state was judged one by one. Neither is in a group.
    """

    trials: tuple[TrialOscillation, ...]
    left_out: tuple[TrialOscillation, ...]
    unseen: tuple[TrialOscillation, ...]
    groups: tuple[Group, ...]


def oscillation_report(trials: Sequence[TrialOscillation]) -> OscillationReport:
    """The report on trials of one run, in any order."""
    every = sorted(trials, key=lambda trial: trial.trial)
    with_verdict = [trial for trial in every if trial.verdict is not None and trial.verdict not in NO_VERDICT]
    groups: dict[tuple[str, str], list[TrialOscillation]] = {}
    for trial in with_verdict:
        if trial.findings is not None:
            groups.setdefault((trial.candidate, trial.condition), []).append(trial)
    return OscillationReport(
        trials=tuple(every),
        left_out=tuple(trial for trial in every if trial not in with_verdict),
        unseen=tuple(trial for trial in with_verdict if trial.findings is None),
        groups=tuple(_group(*key, groups[key]) for key in sorted(groups)),
    )


def _group(candidate: str, condition: str, trials: Sequence[TrialOscillation]) -> Group:
    found = [trial.findings for trial in trials if trial.findings is not None]
    return Group(
        candidate=candidate,
        condition=condition,
        own=sum(column.tier == "T1" for trial in trials for column in trial.columns),
        judged=(sum(trial.judged[0] for trial in trials), sum(trial.judged[1] for trial in trials)),
        tokens=any(column.tokens for trial in trials for column in trial.columns),
        tiers={TURNS: pool([turns_alone(one) for one in found]), BOTH: pool(found)},
    )


def why_no_lift(pooled: Pooled) -> str | None:
    """Why the ratio of both hazards cannot be given, or has no upper end; None where it can."""
    if not pooled.hazard.total:
        return "no fix was looked at again, so nothing could come back"
    if not pooled.untouched.total:
        return "nothing was right from the start, so there is no break of untouched code to compare with"
    if not pooled.untouched.events:
        also = "" if pooled.hazard.events else ", and nothing came back"
        return f"no break of untouched code to compare with{also}"
    return None


def median_time(points: Sequence[SurvivalPoint]) -> float | None:
    """When half of what lasted has ended; None: not reached."""
    return next((point.time for point in points if point.survival <= 0.5), None)


def remarks(report: OscillationReport) -> list[str]:
    """What has to be said beside the tables."""
    lines = []
    every = in_words(len(report.trials), "trial", "trials")
    if lost := report.left_out:
        verbs = "has no verdict and is" if len(lost) == 1 else "have no verdict and are"
        lines.append(f"{len(lost)} of {every} {verbs} left out:")
        lines += [f"  {trial.trial}: {trial.verdict or 'not finished'}" for trial in lost]
    if problems := sum(trial.is_problem for trial in report.unseen):
        why = "a program is accepted or not, and that does not say which bug came back"
        verb = "is of a problem" if problems == 1 else "are of problems"
        lines.append(f"{problems} of {every} {verb} and in no figure here: {why}.")
    if unseen := [trial for trial in report.unseen if not trial.is_problem]:
        verb = "is" if len(unseen) == 1 else "are"
        why = "the log holds no judged states, as logs of older versions do not"
        lines.append(f"{len(unseen)} of {every} {verb} in no figure here: {why}.")
    said: dict[str, list[str]] = {}
    for group in report.groups:
        for text in (*_said_of(group.tiers[BOTH]), *_said_of_judging(group)):
            said.setdefault(text, []).append(f"{group.candidate} ({group.condition})")
    return lines + [f"{', '.join(names)}: {text}." for text, names in said.items()]


def _said_of(found: Pooled) -> Iterator[str]:
    lift, lacking = found.lift, why_no_lift(found)
    if lift is None:
        yield f"no lift can be given: {lacking}"
    else:
        ends = "" if lacking is None else f" has no upper end ({lacking}) and"
        says = "holds 1: that fixes are undone more often than untouched code is broken cannot be said"
        if lift.low is not None and lift.low > 1:
            says = "is above 1: fixes are undone more often than untouched code is broken"
        elif lift.high is not None and lift.high < 1:
            says = "is below 1: fixes are undone less often than untouched code is broken"
        yield f"the interval of the lift{ends} {says}"
    if found.truncated:
        yield f"{in_words(found.truncated, 'trial was', 'trials were')} cut off; what lasted until then is censored"


def _said_of_judging(group: Group) -> Iterator[str]:
    judged, of = group.judged
    if judged < of:
        yield f"judged {judged} of {of} states that count, so more may have come back than was seen"


def as_data(report: OscillationReport) -> dict[str, Any]:
    """The report for --json."""
    return {
        "trials": [trial.as_data() for trial in report.trials],
        "left_out": [{"trial": trial.trial, "verdict": trial.verdict} for trial in report.left_out],
        "unseen": [trial.trial for trial in report.unseen],
        "candidates": [
            {
                "candidate": group.candidate,
                "condition": group.condition,
                "own_checkpoints": group.own,
                "judged": {"states": group.judged[0], "of": group.judged[1]},
                **{tier: pooled_data(pooled, tokens=group.tokens) for tier, pooled in group.tiers.items()},
            }
            for group in report.groups
        ],
        "remarks": remarks(report),
    }


def pooled_data(found: Pooled, *, tokens: bool = True) -> dict[str, Any]:
    """Figures of one group for --json. tokens: whether they are known of; without, there is no time in them."""
    plain = ("trials", "truncated", "fixes", "regressions", "reintroductions", "unstable", "index_median")
    clustered = {"effective": round(found.clustered.effective, 2), "interval": _pair(found.clustered.interval)}
    return {
        **{name: getattr(found, name) for name in plain},
        "rr": {**_rate(found.hazard, "intervals"), "clustered": clustered},
        "untouched": _rate(found.untouched, "intervals"),
        "lift": None if found.lift is None else dataclasses.asdict(found.lift),
        "no_lift": why_no_lift(found),
        "incidence": _rate(found.incidence, "trials"),
        "oscillating": _rate(found.oscillating, "trials"),
        "alternation_max": found.alternation_max,
        "state_cycles": found.state_cycles,
        "harmful_cycles": found.harmful_cycles,
        "time_to_reintroduction": {
            unit: None if unit == "tokens" and not tokens else _lasting(found.survival[unit]) for unit in UNITS
        },
        "retention": {str(distance): _rate(rate, "bugs") for distance, rate in found.retention.items()},
        "forgetting": found.forgetting,
    }


def _lasting(points: Sequence[SurvivalPoint]) -> dict[str, Any]:
    return {"median": median_time(points), "curve": [dataclasses.asdict(point) for point in points]}


def _rate(rate: Rate, whole: str) -> dict[str, Any]:
    return {"events": rate.events, whole: rate.total, "rate": rate.value, "interval": _pair(rate.interval)}


def _pair(interval: tuple[float, float] | None) -> list[float] | None:
    return None if interval is None else list(interval)
