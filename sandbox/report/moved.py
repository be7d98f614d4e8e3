"""What moved when the trials of a run were judged again, as tables, in words and as data. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.report.figures import percent, span
from sandbox.report.moved_data import Change, Moved
from sandbox.report.sheet import NOTHING, Sheet
from sandbox.report.standings import Standing, as_data, interval_heading, standings
from sandbox.report.transcript_lines import count

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Trials of one task that were not judged, and why."""

    task: str
    trials: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudging:
    """How judging again ended.

    directory: what was written; of: the run. then, now: terminal records of the same trials. trees: source trees that
    were judged, in so many checks. stayed, failed: (trial, why) of those that keep their record because there is
    nothing to judge, and of those that could not be judged. unfinished: trials of the run that had not ended.
    told_otherwise: trials of the loop in which the candidate heard of bugs by verdicts that are others now.
    stopped: why trials are missing, if any are.
    """

    directory: str
    of: str
    then: tuple[Mapping[str, Any], ...]
    now: tuple[Mapping[str, Any], ...]
    moved: tuple[Moved, ...]
    trees: int
    checks: int
    stayed: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, str], ...]
    left_out: tuple[LeftOut, ...]
    unfinished: int
    told_otherwise: int
    missing: int
    stopped: str | None

    @property
    def complete(self) -> bool:
        """Whether every trial that was to be judged has been looked at."""
        return not self.missing

    @property
    def exit_code(self) -> int:
        """0 done, whatever moved; 3 some trees could not be judged."""
        return 3 if self.missing or self.failed else 0


def in_short(found: Rejudging) -> str:
    """The one line that says how it went."""
    judged = len(found.now) - len(found.stayed) - _failed_with_record(found)
    trees = f"{count(found.trees, 'tree', 'trees')} of {count(judged, 'trial', 'trials')}"
    checks = count(found.checks, "check", "checks")
    what = f"{trees} {'was' if found.trees == 1 else 'were'} judged again in {checks}"
    if found.moved:
        return f"{what}: {count(len(found.moved), 'trial', 'trials')} moved, {judged - len(found.moved)} stand"
    return f"{what}: all verdicts stand" if judged else f"{what}: there was nothing to judge"


def _failed_with_record(found: Rejudging) -> int:
    failed = {trial for trial, _ in found.failed}
    return sum(record["trial"] in failed for record in found.now)


def moved_table(found: Rejudging) -> Sheet:
    """One row for each trial that moved: from what to what, and why."""
    return Sheet(
        title="What moved",
        names=("task", "candidate", "condition"),
        figures=("verdict", "what else", "why"),
        words=frozenset({"verdict", "what else", "why"}),
        rows=[_row(one) for one in found.moved[:MOST_SHOWN]],
    )


def _row(one: Moved) -> list[str]:
    new, old = one.now, one.then
    verdict = new["verdict"] if old["verdict"] == new["verdict"] else f"{old['verdict']} → {new['verdict']}"
    what = ", ".join(_in_words(change) for change in one.changes if change.what not in ("verdict", "score"))
    cells = [f"{new['suite']}/{new['task']}", new["candidate"], f"{new['condition']}/{new['repeat']}"]
    return [*cells, verdict, what or NOTHING, "; ".join(reason.text for reason in one.why)]


def _in_words(change: Change) -> str:
    name = f"{change.name}".replace("_", " ") if change.what == "oscillation" else change.name
    return f"{name} {_value(change.then)}→{_value(change.now)}"


def _value(value: Any) -> str:
    if value is None:
        return NOTHING
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def standings_table(found: Rejudging) -> Sheet:
    """The standings of the same trials, before and after."""
    pairs = _pairs(found)
    several = len({row.condition for _, row in pairs}) > 1
    return Sheet(
        title="Standings, then → now",
        names=("candidate", "condition") if several else ("candidate",),
        figures=("accepted", "rate", interval_heading([new for _, new in pairs]), "other verdicts"),
        words=frozenset({"other verdicts"}),
        rows=[[new.candidate, *([new.condition] if several else []), *_cells(old, new)] for old, new in pairs],
    )


def _pairs(found: Rejudging) -> list[tuple[Standing, Standing]]:
    old = {(row.candidate, row.condition): row for row in standings(found.then)}
    return [(old[row.candidate, row.condition], row) for row in standings(found.now)]


def _cells(old: Standing, new: Standing) -> list[str]:
    pairs = zip(_figures(old), _figures(new), strict=True)
    return [then if then == now else f"{then} → {now}" for then, now in pairs]


def _figures(row: Standing) -> tuple[str, ...]:
    return f"{row.accepted}/{row.judged}", percent(row.rate), span(row.interval), _others(row)


def _others(row: Standing) -> str:
    parts = [f"{number} {verdict}" for verdict, number in sorted(row.verdicts.items()) if verdict != "accepted"]
    return ", ".join(parts) or NOTHING


def remarks(found: Rejudging) -> list[str]:
    """What has to be said beside the tables."""
    lines = []
    if len(found.moved) > MOST_SHOWN:
        lines.append(f"{len(found.moved) - MOST_SHOWN} more moved; {found.directory}/moved.json has all of them")
    if found.told_otherwise:
        trials = count(found.told_otherwise, "trial", "trials")
        lines.append(f"in {trials} the candidate was told of bugs by the verdicts of then; what was said stays")
    lines += [f"{one.task}: {count(one.trials, 'trial', 'trials')} left out: {one.why}" for one in found.left_out]
    if found.unfinished:
        have, are = ("has", "is") if found.unfinished == 1 else ("have", "are")
        trials = count(found.unfinished, "trial", "trials")
        lines.append(f"{trials} of the run {have} not ended and {are} left out")
    if found.stayed:
        keep = "keeps its record" if len(found.stayed) == 1 else "keep their records"
        lines.append(f"{count(len(found.stayed), 'trial', 'trials')} {keep}, for there is nothing to judge:")
        lines += [f"  {trial}: {why}" for trial, why in found.stayed]
    if found.failed:
        lines.append(f"{count(len(found.failed), 'trial', 'trials')} could not be judged:")
        lines += [f"  {trial}: {why}" for trial, why in found.failed]
    if found.missing:
        were = "was" if found.missing == 1 else "were"
        trials = count(found.missing, "trial", "trials")
        lines.append(f"{trials} {were} not looked at: {found.stopped or 'stopped'}")
    return lines


def data_of(found: Rejudging) -> dict[str, Any]:
    """All of it for machines, as in `schemas/moved.v1.json`."""
    return {
        "v": 1,
        "directory": found.directory,
        "of": found.of,
        "complete": found.complete,
        "trials": len(found.now),
        "trees": found.trees,
        "checks": found.checks,
        "moved": [_moved_data(one) for one in found.moved],
        "stayed": [{"trial": trial, "why": why} for trial, why in found.stayed],
        "failed": [{"trial": trial, "why": why} for trial, why in found.failed],
        "left_out": [asdict(one) for one in found.left_out],
        "unfinished": found.unfinished,
        "told_otherwise": found.told_otherwise,
        "missing": found.missing,
        "stopped": found.stopped,
        "standings": {"then": as_data(standings(found.then)), "now": as_data(standings(found.now))},
    }


def _moved_data(one: Moved) -> dict[str, Any]:
    return {
        "trial": one.now["trial"],
        "candidate": one.now["candidate"],
        "then": {"verdict": one.then["verdict"], "reason": one.then["reason"], "score": one.then["score"]},
        "now": {"verdict": one.now["verdict"], "reason": one.now["reason"], "score": one.now["score"]},
        "changes": [asdict(change) for change in one.changes],
        "why": [asdict(reason) for reason in one.why],
    }
