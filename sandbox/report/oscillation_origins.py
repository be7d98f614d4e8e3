"""Which call turned right into wrong, and what a trial's log holds for finding it. Pure."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.detect.oscillation import Findings, Flip
from sandbox.detect.reverts import is_revert
from sandbox.detect.states import Trajectory
from sandbox.events import Event, of_kind
from sandbox.report.oscillation_data import Origin
from sandbox.story import Mark, Story
from sandbox.trajectory import narrowed, span


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A call that was run. step: number of the reply that made it. arguments: as they were sent."""

    call: str
    tool: str
    step: int | None
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A log, read. raw: the sequence with flips that are not confirmed. marks: by column, None for the start.

    calls: by id. tests: by unit, as far as the log tells.
    """

    events: Sequence[Event]
    story: Story
    raw: Trajectory
    findings: Findings
    flips: Sequence[Flip]
    marks: Sequence[Mark | None]
    calls: Mapping[str, Made]
    tests: Mapping[str, frozenset[str]]

    def step_after(self, place: int) -> int | None:
        """The reply whose call left a state, or the last one before it."""
        for state in self.story.states[place::-1]:
            if state.call is not None:
                return self.calls[state.call].step
        return None


def made_calls(events: Sequence[Event]) -> dict[str, Made]:
    """The calls that were run, by id."""
    steps = {event.seq: number for number, event in enumerate(of_kind(events, "model.replied"), start=1)}
    started = of_kind(events, "tool.started")
    made = (
        Made(
            call=event.data["call"],
            tool=str(event.data["name"]),
            step=steps.get(event.cause or 0),
            arguments=str(event.data["arguments"]),
        )
        for event in started
    )
    return {one.call: one for one in made}


def origin_of(reading: Reading, flip: Flip) -> Origin:
    """Which state of those between two checkpoints did it, and what led to that."""
    story = reading.story
    where = narrowed(story, flip)
    place = where.place
    first, final = span(story, flip)
    # The same state may have been read again at the checkpoint.
    while place is not None and place - 1 > first and story.states[place - 1].tree == story.states[place].tree:
        place -= 1
    if place is None or not _was_right_before(reading, flip, place):
        after = [reading.step_after(first + 1), reading.step_after(final)]
        steps = [step for step in after if step is not None]
        return Origin(by="unknown", steps=(min(steps), max(steps)) if steps else None)
    state = story.states[place]
    saved = reading.events[state.seq].data
    if state.call is None:
        by = "seal" if saved.get("sealed") else "checkpoint"
        return Origin(by=by, commit=state.commit, scanned=where.scanned)
    made = reading.calls[state.call]
    return Origin(
        by="call",
        step=made.step,
        call=made.call,
        tool=made.tool,
        commit=state.commit,
        scanned=where.scanned,
        named=_names(made, saved.get("paths") or ()),
    )


def _names(made: Made, paths: Sequence[str]) -> bool | None:
    """Whether a bash command names one of some paths, or takes work back, which names none and changes them all."""
    if made.tool != "bash" or not paths:
        return None
    arguments = json.loads(made.arguments)
    command = arguments.get("command") if isinstance(arguments, dict) else None
    if not isinstance(command, str):
        return None
    return is_revert(made.tool, arguments) or any(posixpath.basename(path) in command for path in paths)


def _was_right_before(reading: Reading, flip: Flip, place: int) -> bool:
    """Whether the state just before one is known to be right: none is missing from the history in between."""
    story, mark = reading.story, reading.marks[flip.after + 1]
    before, state = story.states[place - 1], story.states[place]
    between = of_kind(reading.events[before.seq + 1 : state.seq], "tree.saved")
    status = story.status(before.tree, story.exam_of(mark), flip.unit)
    return status == "P" and all(event.data["source"] for event in between)
