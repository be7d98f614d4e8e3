"""A trial played from its recording: neither model nor container, the same events in the same order.

Replies, failures, answers of tools, states, seal and check come from the tape. What the harness makes of
them (labels, refusals, limits, verdict) is made anew. Where it comes to something else, the trial ends:
nobody knows what would have followed.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from types import TracebackType
from typing import Any

from sandbox.brought import offered_by
from sandbox.errors import RoadtestError
from sandbox.events import Event, of_kind
from sandbox.journal import Journal
from sandbox.llm.client import Message
from sandbox.place import Means, Step
from sandbox.plan import Trial
from sandbox.replay import Recorded
from sandbox.replay_client import REPLIES, RecordedClient, RecordedMeter, no_sleep
from sandbox.replay_requests import Request, encoded_digest, requests_differ
from sandbox.replay_tape import (
    ReplayDiverged,
    Tape,
    as_fault,
    is_final,
    time_hit,
    verdicts_differ,
)
from sandbox.serving.verdict import EXPORTED
from sandbox.toolbox import offered
from sandbox.tooling import Tool, Toolset
from sandbox.tree import Tree


class RecordedBench:
    """Serves the answers and states of a recording."""

    def __init__(self, recorded: Recorded, tape: Tape, journal: Journal) -> None:
        self._recorded = recorded
        self._tape = tape
        self._journal = journal

    async def run(self, tool: Tool, arguments: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """The answer that was recorded for the call that was just started.

        Raises:
            ReplayDiverged: another call was recorded in this place, or none.
            RoadtestError: it brought the trial down.
        """
        event = self._tape.expect(self._journal.events, "tool.returned")
        return {**{name: value for name, value in event.data.items() if name != "call"}, "seconds": 0.0}

    async def settle(self, returned: Event, tool: Tool, arguments: Mapping[str, Any]) -> None:
        """Write down the state that the call left."""
        self._copy_while(partial(_is_left_by, returned))

    async def look_alive(self) -> None:
        """Return if the recorded container was still there.

        Raises:
            RoadtestError: as it was recorded.
        """
        self._copy_while(lambda event: False)

    async def hold(self, ended: Event) -> Tree:
        """Write down what was read at a checkpoint. The tree stays in the recording; nothing here looks at it.

        Raises:
            ReplayDiverged: the turn ended otherwise.
            RoadtestError: the workspace could not be kept.
        """
        self._copy_while(lambda event: False)
        self._tape.expect(self._journal.events, "tree.saved")
        self._copy()
        self.copy_services()
        return {}

    def copy_services(self) -> None:
        """Write down what services held, if there were any.

        Raises:
            RoadtestError: it could not be had.
        """
        self._copy_while(lambda event: event.kind == EXPORTED)

    async def seal(self, ended: Event) -> Tree:
        """Write down what was sealed.

        Raises:
            ReplayDiverged, RoadtestError: as `hold`.
        """
        return await self.hold(ended)

    def leave(self) -> None:
        """Write down what was found when the container was put away."""
        self._copy_while(lambda event: False, at_end=True)

    def _copy_while(self, fits: Callable[[Event], bool], *, at_end: bool = False) -> None:
        """Copy what fits, and faults that were overcome; a failure that ended the trial is raised."""
        while True:
            event = self._tape.next(self._journal.events)
            if is_final(event) and not at_end:
                self._tape.expect(self._journal.events)
            if not fits(event) and (event.kind != "fault" or is_final(event)):
                return
            self._copy()

    def _copy(self) -> None:
        copy_event(self._recorded, self._tape, self._journal)


def _is_left_by(returned: Event, event: Event) -> bool:
    """Whether an event is written once a call has returned: the state that it left, a submission's verdict."""
    if event.kind == "tree.saved":
        return not event.data["sealed"]
    if event.kind == "checkpoint":
        return event.data["tier"] == "T0" and event.cause == returned.seq
    return event.kind == "check.ran"


def copy_event(recorded: Recorded, tape: Tape, journal: Journal) -> None:
    """Write the event that is next on the tape, with the blobs that it names."""
    event = tape.next(journal.events)
    data = dict(event.data)
    if "seconds" in data:  # of a replay's own time, like every other in its log
        data["seconds"] = 0.0
    if event.kind == "tree.saved":
        # A replay keeps no history; the trees are in the recorded run.
        data |= dict.fromkeys({"commit", "blob"} & data.keys())
    if event.kind == "check.ran":
        journal.blob(recorded.blob(data["answer"]))
    if event.kind == EXPORTED:
        for name in (data["log"], *data["services"].values()):
            journal.blob(recorded.blob(name))
    journal.write(event.kind, data, cause=None if event.cause is None else journal.events[event.cause])


def tell_verdict(recorded: Recorded, journal: Journal) -> None:
    """Write down that the recorded log comes to another verdict than it was closed with, if so.

    That ends nothing: a verdict has no consequence that would not be known. The log is closed with today's.
    """
    for found in verdicts_differ(recorded.events):
        journal.write("fault", as_fault(found, "judge"))


class RecordedPlace:
    """The place of one trial on a tape."""

    def __init__(self, recorded: Recorded, tape: Tape, journal: Journal, tools: Toolset) -> None:
        self._tools = tools
        self._recorded = recorded
        self._tape = tape
        self._journal = journal

    def __enter__(self) -> RecordedPlace:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        if exc is None or _is_recorded(exc):
            tell_verdict(self._recorded, self._journal)

    @property
    def tools(self) -> Toolset:
        """What the recorded candidate could call."""
        return offered_by(self._tools, self._journal.events)

    def workbench(self) -> AbstractAsyncContextManager[RecordedBench]:
        """The recorded environment.

        Raises:
            RoadtestError: it did not come up.
        """
        return self._workbench()

    @asynccontextmanager
    async def _workbench(self) -> AsyncIterator[RecordedBench]:
        self._tape.expect(self._journal.events, "env.ready")
        copy_event(self._recorded, self._tape, self._journal)
        bench = RecordedBench(self._recorded, self._tape, self._journal)
        try:
            bench.copy_services()
            yield bench
        except Exception:
            # What brought the trial down is to be told, not that the tape does not fit any more.
            with contextlib.suppress(ReplayDiverged):
                bench.leave()
            raise
        bench.leave()

    async def judge_start(self) -> None:
        """Write down the recorded check of the untouched workspace.

        Raises:
            ReplayDiverged, RoadtestError: there is none.
        """
        self._judge()

    async def judge(self, tree: Tree, ended: Event) -> None:
        """Write down the recorded check.

        Raises:
            ReplayDiverged, RoadtestError: there is none.
        """
        self._judge()

    async def probe(self) -> None:
        """Write down what else was found, up to the end of the log.

        Raises:
            ReplayDiverged: something else comes before that.
            RoadtestError: a failure ended the trial.
        """
        while self._tape.expect(self._journal.events, "check.ran", "fault", "trial.closed").kind != "trial.closed":
            copy_event(self._recorded, self._tape, self._journal)

    def _judge(self) -> None:
        self._tape.expect(self._journal.events, "check.ran")
        copy_event(self._recorded, self._tape, self._journal)
        while (event := self._tape.next(self._journal.events)).kind == "fault" and not is_final(event):
            copy_event(self._recorded, self._tape, self._journal)


def _is_recorded(exc: BaseException) -> bool:
    """Whether it is the failure that ended the recorded trial."""
    return isinstance(exc, RoadtestError) and not isinstance(exc, ReplayDiverged)


def played(trial: Trial, journal: Journal, recorded: Recorded, tools: Toolset) -> Means:
    """The means to play a trial from its recording.

    Args:
        tools: all that there are.
    """
    tape = Tape(recorded.events)

    async def prepare(step: Step) -> RecordedPlace:
        try:
            # What failed before there was an environment fails here. A loop is judged before there is one.
            tape.expect(journal.events, "env.ready", "check.ran")
        except RoadtestError as exc:
            if _is_recorded(exc):
                tell_verdict(recorded, journal)
            raise
        return RecordedPlace(recorded, tape, journal, offered(tools, trial.task))

    def due(messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Event:
        event = tape.expect(journal.events, *REPLIES)
        if recorded.requests is not None:
            _compare_request(trial, journal, recorded.requests, messages, tools)
        return event

    return Means(
        prepare=prepare,
        connect=lambda: RecordedClient(recorded, due),
        meter=lambda limits: RecordedMeter(limits, time_hit(recorded.events)),
        sleep=no_sleep,
    )


def _compare_request(
    trial: Trial,
    journal: Journal,
    requests: Mapping[tuple[int, int], Request],
    messages: Sequence[Message],
    tools: Sequence[Mapping[str, Any]],
) -> None:
    asked = of_kind(journal.events, "model.asked")[-1].seq
    attempt = len(journal.events) - asked
    # Where time ran out between two attempts the next was never sent; all others are there (`requests_problems`).
    if (asked, attempt) not in requests:
        return
    now = Request(
        asked=asked,
        attempt=attempt,
        messages=tuple(messages),
        tools=encoded_digest(list(tools)),
        settings={"model": trial.candidate.name, **trial.candidate.told},
    )
    if found := requests_differ(requests[asked, attempt], now):
        raise ReplayDiverged(found)
