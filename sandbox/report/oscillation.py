"""From the events of one trial to its matrix and to what proves each event in it. Pure."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.detect.oscillation import Flip
from sandbox.detect.states import Unit
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
    Return,
    Revert,
    Row,
    TrialOscillation,
)
from sandbox.report.oscillation_origins import Reading, made_calls, origin_of
from sandbox.story import Mark, Story, believed, read_story
from sandbox.trajectory import counted, settled, sides, trajectory

_FLIPPED = {"fix": FIXED, "reintroduction": CAME_BACK, "regression": BROKE}
_PLAIN = {"P": RIGHT, "F": WRONG, "S": SKIPPED, "U": UNSTABLE, None: NOT_JUDGED}
# How a test can fail, the plainest first.
_PLAINNESS = ("failed", "error", "crash", "timeout", "missing")


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
        is_problem="problem" in opened,
    )
    story = read_story(events)
    if found.is_problem or not story.checks or not story.states:
        return found
    raw = trajectory(story)
    _, findings = settled(story)
    reading = Reading(
        events=events,
        story=story,
        raw=raw,
        findings=findings,
        flips=findings.flips,
        marks=(None, *counted(story)),
        calls=made_calls(events),
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
        judged=_judged(story),
    )


def _judged(story: Story) -> tuple[int, int]:
    """How many of the states that count were judged, and how many there are."""
    states = {(story.tree_of(mark), mark.exam) for mark in counted(story)}
    return len(states & story.checks.keys()), len(states)


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


def _columns(reading: Reading, stages: Mapping[int, str]) -> Iterator[Column]:
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


def _row(reading: Reading, unit: Unit) -> Row:
    flips = {flip.after + 1: flip.kind for flip in reading.flips if flip.unit == unit.name}
    statuses = [state.statuses.get(unit.name) for state in reading.raw.states]
    settled_as = [state.statuses.get(unit.name) for state in reading.findings.trajectory.states]
    marks = [
        UNCONFIRMED if status != counts_as else _FLIPPED[flips[index]] if index in flips else _PLAIN[status]
        for index, (status, counts_as) in enumerate(zip(statuses, settled_as, strict=True))
    ]
    return Row(unit=unit.name, kind=unit.kind, step=unit.step, statuses=tuple(statuses), marks=tuple(marks))


def _changes(reading: Reading) -> list[Change]:
    kinds = {unit.name: unit.kind for unit in reading.story.units}
    flips = sorted(reading.flips, key=lambda flip: flip.after)
    return [_change(reading, flip, kinds[flip.unit]) for flip in flips]


def _change(reading: Reading, flip: Flip, kind: str) -> Change:
    story = reading.story
    seen = [story.runs(*side, flip.unit) for side in sides(story, flip)]
    since, broken = flip.since_fix, flip.kind != "fix"
    failing = _failing(reading, reading.marks[flip.after + 1], flip.unit) if broken else None
    return Change(
        unit=flip.unit,
        unit_kind=kind,
        kind=flip.kind,
        before=flip.before + 1,
        checkpoint=flip.after + 1,
        fixed_at=None if since is None else flip.after + 1 - since.checkpoints,
        since_fix=since,
        origin=origin_of(reading, flip) if broken else None,
        failing=None if failing is None else tuple(sorted(failing)),
        failing_how=None if failing is None else dict(sorted(Counter(failing.values()).items())),
        seen_before=seen[0],
        seen_after=seen[1],
    )


def _failing(reading: Reading, mark: Mark | None, unit: str) -> dict[str, str] | None:
    """The hidden tests of a unit that failed, each with how; a plain failure in any run says most."""
    tests = reading.tests.get(unit)
    if tests is None:
        return None
    checks = [check["outcomes"] for check in reading.story.checks_of(mark) if believed(check)]
    found: dict[str, str] = {}
    for test, word in (item for outcomes in checks for item in outcomes.items()):
        if test in tests and word in FAILING:
            found[test] = min(word, found.get(test, word), key=_PLAINNESS.index)
    return found


def _returns(reading: Reading) -> Iterator[Return]:
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


def _return(reading: Reading, by: str, checkpoint: int, place: int | None) -> Return:
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


def _doubts(reading: Reading, what: str) -> Iterator[Doubt]:
    story = reading.story
    for unit in story.units:
        for index, word in enumerate(_row(reading, unit).marks):
            if word == what:
                found = [believed(check).get(unit.name) for check in story.checks_of(reading.marks[index])]
                runs = [status for status in found if status is not None]
                yield Doubt(unit=unit.name, checkpoint=index, passed=runs.count("P"), runs=len(runs))


def _reverts(reading: Reading) -> Iterator[Revert]:
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
