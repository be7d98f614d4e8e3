"""The event log of a trial, read as a story: every state, what led to it, every checkpoint, every check. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.detect.reverts import is_revert, writes_text
from sandbox.detect.states import Unit
from sandbox.events import Event, of_kind

# Turns that were cut off end in the middle of work; their state is judged and is no checkpoint of a sequence.
CUT = frozenset({"limit", "context"})


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state of the workspace.

    tree: its source tree hash. seq: the event that tells of it. call: id of the call that left it, None
    for the untouched one and those read at a checkpoint. commit, blob: where it can be had.
    reverted: a deliberate revert led into it.
    """

    tree: str
    seq: int
    call: str | None
    commit: str | None
    blob: str | None
    reverted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One checkpoint as the log has it.

    exam: the step of the chain whose tests it is judged by (0 without steps). stage: the step or round
    that it ended or lay in. state: place among the states. calls, tokens: the candidate's until then.
    """

    seq: int
    tier: str
    reason: str
    exam: int
    stage: int
    state: int
    calls: int
    tokens: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A trial's log, read.

    checks: by (tree, exam), in the order in which they ran; their data. last_exam: that of the last step.
    truncated: cut off, so that what would have come is not known. in_rounds: a loop or a chain.
    tests: the hidden tests of each bug.
    """

    units: tuple[Unit, ...]
    states: tuple[State, ...]
    marks: tuple[Mark, ...]
    checks: Mapping[tuple[str, int], tuple[Mapping[str, Any], ...]]
    last_exam: int
    truncated: bool
    in_rounds: bool
    tests: Mapping[str, tuple[str, ...]]

    def tree_of(self, mark: Mark | None) -> str:
        """The tree of a checkpoint; of the untouched workspace for None."""
        return self.states[0 if mark is None else mark.state].tree

    def exam_of(self, mark: Mark | None) -> int:
        """By which tests it is judged; the untouched workspace by those of the last step."""
        return self.last_exam if mark is None else mark.exam

    def checks_of(self, mark: Mark | None) -> tuple[Mapping[str, Any], ...]:
        """The checks of its tree."""
        return self.checks.get((self.tree_of(mark), self.exam_of(mark)), ())

    def runs(self, tree: str, exam: int, unit: str) -> int:
        """How often a unit was run on a tree, as far as the outcome can be believed."""
        return sum(unit in believed(check) for check in self.checks.get((tree, exam), ()))

    def status(self, tree: str, exam: int, unit: str) -> str | None:
        """P, F, S or U (once so, once otherwise); None if it was not run."""
        return _combined([found[unit] for found in map(believed, self.checks.get((tree, exam), ())) if unit in found])


@dataclass(slots=True)
class _Reading:
    """What is known while a log is read from its beginning."""

    states: list[State] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    checks: dict[tuple[str, int], list[Mapping[str, Any]]] = field(default_factory=dict)
    calls: int = 0
    tokens: float = 0.0
    stage: int = 0
    # The tree from which a deliberate revert led away, while it lasts.
    left: str | None = None


def read_story(events: Sequence[Event]) -> Story:
    """Read a trial's log, whole or as far as it has come."""
    opened = events[0].data
    chain = bool(opened.get("steps"))
    by_seq = {event.seq: event for event in events}
    reading = _Reading()
    for event in events:
        data = event.data
        if event.kind == "env.ready" and data.get("source"):
            commit = data.get("commit")
            reading.states.append(
                State(tree=data["source"], seq=event.seq, call=None, commit=commit, blob=None, reverted=False)
            )
        elif event.kind == "step.opened":
            reading.stage = data["index"]
        elif event.kind == "model.replied":
            reading.tokens += data["prompt_tokens"] + data["completion_tokens"]
        elif event.kind in ("tool.started", "call.rejected"):
            reading.calls += 1
        elif event.kind == "tree.saved" and data["source"] and reading.states:
            _take_state(reading, event, by_seq)
        elif event.kind == "checkpoint" and reading.states:
            _take_mark(reading, event, chain=chain)
        elif event.kind == "check.ran":
            _take_check(reading, data)
    checks = {key: tuple(rows) for key, rows in reading.checks.items()}
    return Story(
        units=_units(opened, checks),
        states=tuple(reading.states),
        marks=tuple(reading.marks),
        checks=checks,
        last_exam=max(0, len(opened.get("steps") or ()) - 1),
        truncated=_is_truncated(events),
        tests={bug["id"]: tuple(bug.get("tests", ())) for bug in opened.get("bugs", ())},
        in_rounds=bool(opened.get("rounds") or opened.get("steps")),
    )


def _take_check(reading: _Reading, data: Mapping[str, Any]) -> None:
    """One run each: a check that was taken from the cache is the one that it was then."""
    found = reading.checks.setdefault((data["source"], data.get("exam", 0)), [])
    if all(data["answer"] != check["answer"] for check in found):
        found.append(data)


def _take_state(reading: _Reading, event: Event, by_seq: Mapping[int, Event]) -> None:
    cause = None if event.cause is None else by_seq[event.cause]
    before, tree = reading.states[-1].tree, event.data["source"]
    call = None
    if cause is not None and cause.kind == "tool.returned" and cause.cause is not None:
        started = by_seq[cause.cause].data
        call = started["call"]
        if tree != before:
            reading.left = _left(reading, started, before, tree)
    state = State(
        tree=tree,
        seq=event.seq,
        call=call,
        commit=event.data["commit"],
        blob=event.data.get("blob"),
        reverted=reading.left is not None,
    )
    reading.states.append(state)
    if cause is not None and cause.kind == "checkpoint" and reading.marks and reading.marks[-1].seq == cause.seq:
        reading.marks[-1] = replace(reading.marks[-1], state=len(reading.states) - 1)


def _left(reading: _Reading, started: Mapping[str, Any], before: str, tree: str) -> str | None:
    """Where a deliberate revert that still lasts led away from, after a call that changed the tree."""
    if not _takes_back(reading, started, tree):
        return None
    origin = reading.left or before
    return None if tree == origin else origin


def _takes_back(reading: _Reading, started: Mapping[str, Any], tree: str) -> bool:
    """Whether a call took work back: by a command for that, or by any that brings an earlier state without its text.

    One that also writes text of its own did more than that, unless the state is an earlier one all the same.
    """
    arguments = _arguments(started)
    was_there = any(state.tree == tree for state in reading.states)
    if is_revert(started["name"], arguments):
        return was_there or not writes_text(started["name"], arguments)
    return was_there and started["effect"] == "exec" and not writes_text(started["name"], arguments)


def _arguments(started: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a call that was run, so that they are an object."""
    found = json.loads(started["arguments"])
    return found if isinstance(found, dict) else {}


def _take_mark(reading: _Reading, event: Event, *, chain: bool) -> None:
    stage = event.data.get("index", reading.stage)
    reading.marks.append(
        Mark(
            seq=event.seq,
            tier=event.data["tier"],
            reason=event.data["reason"],
            exam=stage if chain else 0,
            stage=stage,
            state=len(reading.states) - 1,
            calls=reading.calls,
            tokens=reading.tokens,
        )
    )


def _units(
    opened: Mapping[str, Any], checks: Mapping[tuple[str, int], Sequence[Mapping[str, Any]]]
) -> tuple[Unit, ...]:
    steps = {name: index for index, name in enumerate(opened.get("steps") or ())}
    rows = [check for found in checks.values() for check in found]
    bugs = opened.get("bugs")
    if bugs is None:  # a log of before there were sequences
        bugs = [{"id": name, "step": None} for name in dict.fromkeys(name for row in rows for name in row["bugs"])]
    guards = sorted({name for row in rows for name in row["guards"]})
    return (
        *(Unit(name=bug["id"], kind="bug", step=steps.get(bug["step"])) for bug in bugs),
        *(Unit(name=name, kind="guard", step=None) for name in guards),
    )


def _is_truncated(events: Sequence[Event]) -> bool:
    ended = [event for event in of_kind(events, "checkpoint") if event.data["tier"] == "T0"]
    failed = any(event.data["final"] for event in of_kind(events, "fault"))
    return failed or not ended or ended[-1].data["reason"] in CUT


def believed(check: Mapping[str, Any]) -> Mapping[str, str]:
    """What a check says of each unit; nothing where it cannot be believed."""
    if check["tampering"] or check["incomplete"]:
        return {}
    return {**check["bugs"], **check["guards"]}


def _combined(found: Sequence[str]) -> str | None:
    kinds = set(found)
    if not kinds:
        return None
    return "S" if "S" in kinds else "U" if len(kinds) > 1 else kinds.pop()
