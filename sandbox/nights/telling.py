"""From the history and the run of a night to what is said of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.compare.comparison import Comparison
from sandbox.comparing import read_comparison
from sandbox.errors import BadInput
from sandbox.nights.blame import HOLDS, MACHINE, Finding
from sandbox.nights.config import COMPARE, Held, Watched
from sandbox.nights.history import History
from sandbox.nights.night import Night
from sandbox.nights.place import Place
from sandbox.nights.verdict import FAILED, Check, Course, NightReport, check_trials, checks_of, share
from sandbox.nights.watching import Watch, watch
from sandbox.report.compare_text import transcripts
from sandbox.report.transcript_lines import count
from sandbox.score import NO_VERDICT

Record = Mapping[str, Any]
ORACLE = "scripted:oracle"


@dataclass(slots=True, kw_only=True)
class _Told:
    """What is said of a night, while it is gathered."""

    checks: list[Check] = field(default_factory=list)
    courses: list[Course] = field(default_factory=list)
    comparisons: list[tuple[str, Comparison]] = field(default_factory=list)
    transcripts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def tell_night(
    place: Place, history: History, night: str, records: Sequence[Record], planned: Mapping[str, int], *, program: str
) -> NightReport:
    """All that is said of a night that is in the history.

    Args:
        records: of the night's trials. planned: how many trials each candidate was to have. program: what is typed.

    Raises:
        BadInput: a baseline's run is broken. HarnessError: the history cannot be used.
    """
    config, told = place.config, _Told()
    known = history.nights(config.name)
    (this,) = (one for one in known if one.run == place.recorded_as(night))
    told.notes += _out_of_order(this, known)
    by_name = {name: [one for one in records if one["candidate"] == name] for name in config.names}
    _tell_reference(place, history, by_name, told)
    for one in config.candidates:
        _tell_candidate(place, history, this, one, by_name[one.name], program, told)
    for name in config.names:
        told.checks.append(check_trials(name, [record["verdict"] for record in by_name[name]], planned[name]))
    return NightReport(
        name=config.name,
        run=night,
        at=this.at,
        checks=tuple(told.checks),
        comparisons=tuple(told.comparisons),
        transcripts=tuple(told.transcripts),
        notes=tuple(dict.fromkeys(told.notes)),
        courses=tuple(told.courses),
    )


def _out_of_order(night: Night, known: Sequence[Night]) -> Iterator[str]:
    """That a night which was recorded before this one began after it; nights count in the order of the clock."""
    later = [one for one in known if one.number < night.number and one.at > night.at]
    if later:
        other = f"{later[-1].run.rpartition('/')[2]} ({later[-1].at})"
        yield f"This night began at {night.at}, before {other}, which is in the history already, and goes before it."


def _tell_reference(place: Place, history: History, by_name: Mapping[str, Sequence[Record]], told: _Told) -> None:
    """The reference over all nights; of which of them it was worse than a candidate's baseline, each candidate says."""
    config = place.config
    if config.reference is None:
        told.notes.append("There is no reference candidate, so that drift of the machine looks like drift of models.")
        return
    told.notes += unsolved(config.reference, by_name[config.reference])
    first = min(one.first for one in config.candidates)
    since = min((one.since or "" for one in config.candidates), default="") or None
    found = watch(history, config.name, config.reference, first=first, since=since)
    told.courses.append(_course(config.reference, found, by_name[config.reference], reference=True))


def unsolved(reference: str | None, records: Sequence[Record]) -> list[str]:
    """A note where the oracle did not solve all: what was so in the baseline, too, no test shows."""
    if reference != ORACLE:
        return []
    judged = [one["verdict"] for one in records if one["candidate"] == reference and one["verdict"] not in NO_VERDICT]
    lost = sum(verdict != "accepted" for verdict in judged)
    if not lost:
        return []
    why = "what it does not pass nobody can, so look at these tasks, the budget or the machine"
    return [f"The reference, {ORACLE}, was not accepted in {lost:,} of {len(judged):,} trials: {why}."]


def _tell_candidate(
    place: Place,
    history: History,
    night: Night,
    one: Watched,
    records: Sequence[Record],
    program: str,
    told: _Told,
) -> None:
    found = watch(
        history,
        place.config.name,
        one.name,
        first=one.first,
        reference=place.config.reference,
        alpha=one.gate.alpha,
        since=one.since,
    )
    told.courses.append(_course(one.name, found, records))
    finding, why = _finding(place, one, found, night, told)
    held = _held(one, found, night, why)
    before = None if held.of_baseline else _baseline(place, one, found, told)
    comparison = None if before is None else _compare(place, before, night, one, told)
    made = checks_of(held, finding, comparison)
    if finding is not None and finding.state == MACHINE:
        told.notes.append(
            f"The reference, {place.config.reference}, got worse: it is the machine or the tasks that drift. "
            f"Once that is mended, `since` in {place.file.name} begins a new baseline."
        )
    told.checks += made
    if comparison is not None and before is not None and any(check.outcome == FAILED for check in made):
        told.transcripts += transcripts(comparison, (str(before), str(place.directory_of(night.run))), program)
    if found.sums is not None and bool(found.sums.alarms[-1]):
        told.notes.append(f"{one.name}: CUSUM has been above its limit; beside the test it is shown and fails nothing.")


def _finding(place: Place, one: Watched, found: Watch, night: Night, told: _Told) -> tuple[Finding | None, str]:
    """What the sequential test says on a night; or why it says nothing."""
    if isinstance(one.baseline, str) or night in found.baseline:
        return None, ""
    if one.since is not None and night.at[:10] < one.since:
        return None, f"this night began at {night.at}, before `since` ({one.since}), and does not count"
    if found.finding is None or night not in found.after:
        begun = found.baseline[0].at if found.baseline else night.at
        early = f"this night began at {night.at}, before its baseline ({begun}): is the clock right?"
        return None, early if night.at < begun else "too few trials of this night have a verdict"
    shared, tasks = found.shared(night)
    begin = f"`since` in {place.file.name} begins a new one"
    if shared == 0 and found.finding.state == HOLDS:
        lost = f"its baseline has none of this night's {tasks} tasks as they and their conditions are now"
        return None, f"{lost}, so that nothing is tested; {begin}"
    if shared < tasks:
        lost = f"{tasks - shared} of this night's {tasks} tasks, as they and their conditions are now"
        told.notes.append(f"{one.name}: {lost}, are not in its baseline and not in the sequential test; {begin}.")
    return found.finding, ""


def _held(one: Watched, found: Watch, night: Night, why: str) -> Held:
    if isinstance(one.baseline, str):
        return Held(watched=one)
    # A baseline that was set in the history is as long as it is.
    wanted = max(one.first, len(found.baseline)) if not found.after else len(found.baseline)
    return Held(
        watched=one,
        gathered=len(found.baseline),
        wanted=wanted,
        of_baseline=night in found.baseline,
        why=why,
        since=_worse_since(found),
    )


def _worse_since(found: Watch) -> str | None:
    """The night since which a candidate is likeliest worse, as its directory is called; None: there is no alarm."""
    alarm = None if found.finding is None else found.finding.since
    return None if alarm is None else found.after[alarm].run.rpartition("/")[2]


def _course(name: str, found: Watch, records: Sequence[Record], *, reference: bool = False) -> Course:
    return Course(
        candidate=name,
        reference=reference,
        baseline=len(found.baseline),
        after=len(found.after),
        accepted=share(records),
        finding=found.finding,
        since=_worse_since(found),
        cusum=None if found.sums is None else float(found.sums.sums[-1]),
        limit=None if found.sums is None else found.sums.limit,
    )


def _baseline(place: Place, one: Watched, found: Watch, told: _Told) -> Path | None:
    """The run that a night is compared with: the one named, or the last of the baseline's nights."""
    if isinstance(one.baseline, str):
        return place.folder / one.baseline
    if not found.baseline:
        return None
    directory = place.directory_of(found.baseline[-1].run)
    if (directory / "results.jsonl").is_file():
        return directory
    told.notes.append(
        f"{one.name}: {directory}, the last night of its baseline, is not on this machine: no task is told by name."
    )
    return None


def _compare(place: Place, before: Path, night: Night, one: Watched, told: _Told) -> Comparison | None:
    gate = one.gate
    try:
        comparison, notes = read_comparison(
            (before, place.directory_of(night.run)),
            candidates=(one.name, one.name),
            metric=gate.metric,
            margin=gate.margin / 100 if COMPARE in gate.tests else None,
        )
    except BadInput as exc:
        told.notes.append(f"{one.name}: this night cannot be compared with its baseline: {exc}")
        return None
    told.comparisons.append((one.name, comparison))
    told.notes.append(f"{one.name}: this night is compared with {before}.")
    told.notes += [note if note.startswith(one.name) else f"{one.name}: {note}" for note in notes]
    return comparison


def baselines(place: Place, history: History | None) -> Iterator[str]:
    """What each candidate's next night would be held against."""
    for one in place.config.candidates:
        if isinstance(one.baseline, str):
            yield f"{one.name}: held against the run {one.baseline}"
            continue
        gathered, after = 0, 0
        if history is not None:
            found = watch(history, place.config.name, one.name, first=one.first, since=one.since)
            gathered, after = len(found.baseline), len(found.after)
        if after or gathered >= one.first:
            yield f"{one.name}: held against {count(gathered, 'night', 'nights')}; {after:,} since"
        else:
            yield f"{one.name}: the next new night is number {gathered + 1} of {one.first} of its baseline"
