"""From the events of one trial to its matrix and to what proves each event in it. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.detect.oscillation import Findings, Flip
from sandbox.detect.states import Trajectory, Unit
from sandbox.events import Event, of_kind
from sandbox.judge import FAILING
from sandbox.report.oscillation_data import (
    BROKE,
    CAME_BACK,
    FIXED,
    NOT_JUDGED,
    RIGHT,
    SKIPPED,
    UNCONFIRMED,
    UNSTABLE,
    WRONG,
    Change,
    Column,
    Doubt,
    Origin,
    Return,
    Revert,
    Row,
    TrialOscillation,
)
from sandbox.story import Mark, Story, believed, read_story
from sandbox.trajectory import counted, narrowed, settled, sides, span, trajectory

_FLIPPED = {"fix": FIXED, "reintroduction": CAME_BACK, "regression": BROKE}
_PLAIN = {"P": RIGHT, "F": WRONG, "S": SKIPPED, "U": UNSTABLE, None: NOT_JUDGED}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A call that was run. step: number of the reply that made it."""

    call: str
    tool: str
    step: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """A log, read. raw: the sequence with flips that are not confirmed. marks: by column, None for the start.

    calls: by id. tests: by unit, as far as the log tells.
    """

    events: Sequence[Event]
    story: Story
    raw: Trajectory
    findings: Findings
    flips: Sequence[Flip]
    marks: Sequence[Mark | None]
    calls: Mapping[str, _Made]
    tests: Mapping[str, frozenset[str]]

    def step_after(self, place: int) -> int | None:
        """The reply whose call left a state, or the last one before it."""
        for state in self.story.states[place::-1]:
            if state.call is not None:
                return self.calls[state.call].step
        return None


def read_trial(events: Sequence[Event]) -> TrialOscillation:
    """Read a log, whole or as far as it has come.

    Raises:
        LookupError, TypeError, ValueError: an event does not hold what its schema demands.
    """
    opened, closed = events[0].data, events[-1].kind == "trial.closed"
    found = TrialOscillation(
        trial=str(opened["trial"]),
        suite=str(opened["suite"]),
        task=str(opened["task"]),
        candidate=str(opened["candidate"]["name"]),
        condition=str(opened["condition"]),
        verdict=str(events[-1].data["verdict"]) if closed else None,
        staged="step" if opened.get("steps") else "round" if opened.get("rounds") else None,
        findings=None,
    )
    story = read_story(events)
    if not story.checks or not story.states:
        return found
    raw = trajectory(story)
    _, findings = settled(story)
    reading = _Reading(
        events=events,
        story=story,
        raw=raw,
        findings=findings,
        flips=findings.flips,
        marks=(None, *counted(story)),
        calls=_calls(events),
        tests=_tests(opened, story),
    )
    stages = {event.data["index"]: event.data["step"] for event in of_kind(events, "step.opened")}
    return dataclasses.replace(
        found,
        findings=findings,
        columns=tuple(_columns(reading, stages if found.staged else {})),
        rows=tuple(_row(reading, unit) for unit in story.units),
        changes=tuple(_changes(reading)),
        returns=tuple(_returns(reading)),
        unstable=tuple(_doubts(reading, UNSTABLE)),
        unconfirmed=tuple(_doubts(reading, UNCONFIRMED)),
        reverts=tuple(_reverts(reading)),
        stopped=_stopped(events),
    )


def _calls(events: Sequence[Event]) -> dict[str, _Made]:
    steps = {event.seq: number for number, event in enumerate(of_kind(events, "model.replied"), start=1)}
    started = of_kind(events, "tool.started")
    made = (
        _Made(call=event.data["call"], tool=str(event.data["name"]), step=steps.get(event.cause or 0))
        for event in started
    )
    return {one.call: one for one in made}


def _tests(opened: Mapping[str, Any], story: Story) -> dict[str, frozenset[str]]:
    """The hidden tests of each unit: as the trial's opening says; in older logs those that were run for it alone."""
    checks = [check for rows in story.checks.values() for check in rows]
    told = {bug["id"]: frozenset(bug["tests"]) for bug in opened.get("bugs") or () if "tests" in bug}
    if told:
        of_bugs = frozenset().union(*told.values())
        ids = frozenset(test for check in checks for test in check["outcomes"]) - of_bugs
        guards = [unit.name for unit in story.units if unit.kind == "guard"]
        return told | {name: frozenset(test for test in ids if test.partition("::")[0] == name) for name in guards}
    alone = (check for check in checks if len(check.get("selected") or ()) == 1)
    return {check["selected"][0]: frozenset(check["outcomes"]) for check in alone}


def _columns(reading: _Reading, stages: Mapping[int, str]) -> Iterator[Column]:
    for index, (mark, state) in enumerate(zip(reading.marks, reading.raw.states, strict=True)):
        yield Column(
            index=index,
            tier=state.tier,
            reason=None if mark is None else mark.reason,
            step=state.step,
            stage=None if mark is None else stages.get(mark.stage),
            tree=state.tree,
            calls=state.calls,
            tokens=state.tokens,
        )


def _row(reading: _Reading, unit: Unit) -> Row:
    flips = {flip.after + 1: flip.kind for flip in reading.flips if flip.unit == unit.name}
    statuses = [state.statuses.get(unit.name) for state in reading.raw.states]
    settled_as = [state.statuses.get(unit.name) for state in reading.findings.trajectory.states]
    marks = [
        UNCONFIRMED if status != counts_as else _FLIPPED[flips[index]] if index in flips else _PLAIN[status]
        for index, (status, counts_as) in enumerate(zip(statuses, settled_as, strict=True))
    ]
    return Row(unit=unit.name, kind=unit.kind, step=unit.step, statuses=tuple(statuses), marks=tuple(marks))


def _changes(reading: _Reading) -> list[Change]:
    kinds = {unit.name: unit.kind for unit in reading.story.units}
    flips = sorted(reading.flips, key=lambda flip: flip.after)
    return [_change(reading, flip, kinds[flip.unit]) for flip in flips]


def _change(reading: _Reading, flip: Flip, kind: str) -> Change:
    story = reading.story
    seen = [story.runs(*side, flip.unit) for side in sides(story, flip)]
    since, broken = flip.since_fix, flip.kind != "fix"
    return Change(
        unit=flip.unit,
        unit_kind=kind,
        kind=flip.kind,
        before=flip.before + 1,
        checkpoint=flip.after + 1,
        fixed_at=None if since is None else flip.after + 1 - since.checkpoints,
        since_fix=since,
        origin=_origin(reading, flip) if broken else None,
        failing=_failing(reading, reading.marks[flip.after + 1], flip.unit) if broken else None,
        seen_before=seen[0],
        seen_after=seen[1],
    )


def _failing(reading: _Reading, mark: Mark | None, unit: str) -> tuple[str, ...] | None:
    tests = reading.tests.get(unit)
    if tests is None:
        return None
    outcomes = (
        item for check in reading.story.checks_of(mark) if believed(check) for item in check["outcomes"].items()
    )
    return tuple(sorted({test for test, word in outcomes if test in tests and word in FAILING}))


def _origin(reading: _Reading, flip: Flip) -> Origin:
    """Which state of those between two checkpoints did it, and what led to that."""
    story = reading.story
    where = narrowed(story, flip)
    found = where.place is not None
    place = where.place if where.place is not None else where.wanted[0]
    first, final = span(story, flip)
    # The same state may have been read again at the checkpoint.
    while place - 1 > first and story.states[place - 1].tree == story.states[place].tree:
        place -= 1
    if not found or not _was_right_before(reading, flip, place):
        after = [reading.step_after(first + 1), reading.step_after(final)]
        steps = [step for step in after if step is not None]
        return Origin(by="unknown", steps=(min(steps), max(steps)) if steps else None)
    state = story.states[place]
    if state.call is None:
        sealed = reading.events[state.seq].data.get("sealed")
        return Origin(by="seal" if sealed else "checkpoint", commit=state.commit)
    made = reading.calls[state.call]
    return Origin(by="call", step=made.step, call=made.call, tool=made.tool, commit=state.commit)


def _was_right_before(reading: _Reading, flip: Flip, place: int) -> bool:
    """Whether the state just before one is known to be right: none is missing from the history in between."""
    story, mark = reading.story, reading.marks[flip.after + 1]
    before, state = story.states[place - 1], story.states[place]
    between = of_kind(reading.events[before.seq + 1 : state.seq], "tree.saved")
    status = story.status(before.tree, story.exam_of(mark), flip.unit)
    return status == "P" and all(event.data["source"] for event in between)


def _returns(reading: _Reading) -> Iterator[Return]:
    cycles, states = reading.findings.cycles, reading.findings.trajectory.snapshots
    for by, pairs in (("text", cycles.text), ("code", cycles.code)):
        for place, checkpoint in pairs:
            same = [getattr(state, "tree" if by == "text" else "code") for state in states]
            yield _return(reading, by, checkpoint + 1, _last_alike(same, place))
    if reading.raw.is_chain:
        return  # Each step has tests of its own: that the same fail says nothing.
    columns = [None if state.failing is None else set(state.failing) for state in reading.raw.states]
    for checkpoint in cycles.behaviour:
        earlier = _last_alike(columns, checkpoint + 1)
        yield Return(by="behaviour", checkpoint=checkpoint + 1, earlier=earlier, step=None)


def _return(reading: _Reading, by: str, checkpoint: int, place: int | None) -> Return:
    """A return to the state at a place of the story."""
    if place is None:
        return Return(by=by, checkpoint=checkpoint, earlier=None, step=None)
    tree = reading.story.states[place].tree
    columns = [index for index, state in enumerate(reading.raw.states[:checkpoint]) if state.tree == tree]
    step = None if columns else reading.step_after(place)
    return Return(by=by, checkpoint=checkpoint, earlier=columns[-1] if columns else None, step=step)


def _last_alike(values: Sequence[Any], place: int) -> int | None:
    """The last place before that holds the same, with something else in between."""
    between = False
    for earlier in range(place - 1, -1, -1):
        if values[earlier] == values[place] and between:
            return earlier
        between = between or (values[earlier] is not None and values[earlier] != values[place])
    return None


def _doubts(reading: _Reading, what: str) -> Iterator[Doubt]:
    story = reading.story
    for unit in story.units:
        for index, word in enumerate(_row(reading, unit).marks):
            if word == what:
                found = [believed(check).get(unit.name) for check in story.checks_of(reading.marks[index])]
                runs = [status for status in found if status is not None]
                yield Doubt(unit=unit.name, checkpoint=index, passed=runs.count("P"), runs=len(runs))


def _reverts(reading: _Reading) -> Iterator[Revert]:
    states = reading.story.states
    at = {mark.state: index for index, mark in enumerate(reading.marks) if mark is not None}
    for place, state in enumerate(states):
        if not state.reverted or state.call is None or states[place - 1].reverted:
            continue
        last = next((after for after in range(place, len(states)) if not states[after].reverted), len(states)) - 1
        made = reading.calls[state.call]
        checkpoint = next((at[inner] for inner in range(place, last + 1) if inner in at), None)
        until = reading.step_after(last)
        yield Revert(step=made.step, call=made.call, tool=made.tool, until=until, checkpoint=checkpoint)


def _stopped(events: Sequence[Event]) -> str | None:
    faults = of_kind(events, "fault")
    return next((str(event.data["message"]) for event in faults if event.data["error"] == "ProbingStopped"), None)
