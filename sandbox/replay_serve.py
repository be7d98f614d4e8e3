"""A trial played from its recording: neither model nor container, the same events in the same order.

Replies, failures, answers of tools, states, seal and check come from the tape. What the harness makes of
them (labels, refusals, limits, verdict) is made anew. Where it comes to something else, the trial ends:
nobody knows what would have followed.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Any

from sandbox.errors import ProviderError
from sandbox.events import Event, of_kind
from sandbox.journal import Journal
from sandbox.limits import NAMES, Charge, Hit, Limits, Meter
from sandbox.llm.client import Answer, Message
from sandbox.place import Means, Step
from sandbox.plan import Trial
from sandbox.replay import Recorded
from sandbox.replay_requests import Request, encoded_digest, requests_differ
from sandbox.replay_tape import OnTime, ReplayDiverged, Tape, is_final, time_hit
from sandbox.reply import parse_body
from sandbox.toolbox import narrowed
from sandbox.tooling import Tool, Toolset
from sandbox.tree import Tree

REPLIES = ("model.replied", "model.failed", "limit.hit")
_WITHOUT_TIME = tuple(name for name in NAMES if name != "seconds")
# Gives the recorded outcome of a question, which is one of REPLIES.
Due = Callable[[Sequence[Message], Sequence[Mapping[str, Any]]], Event]


class RecordedClient:
    """Serves recorded replies, and recorded failures of the provider as failures."""

    def __init__(self, recorded: Recorded, due: Due) -> None:
        self._recorded = recorded
        self._due = due

    async def ask(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Answer:
        """The reply that was recorded for this question.

        Raises:
            ProviderError: a failure was.
            TimeoutError: none came before the time was over.
            ReplayDiverged: the question is another one.
        """
        event = self._due(messages, tools)
        if event.kind == "model.failed":
            raise ProviderError(str(event.data["message"]), kind=str(event.data["kind"]))
        if event.kind == "limit.hit":
            raise TimeoutError
        return _answer(event.data, self._recorded.blob(event.data["body"]))

    async def close(self) -> None:
        """Nothing is held."""


def _answer(data: Mapping[str, Any], body: bytes) -> Answer:
    tokens = data["prompt_tokens"] + data["completion_tokens"]
    # Logs of before there were limits name no charge.
    charge = data.get("charge", {"tokens": tokens, "cost_usd": data["cost_usd"]})
    known = data.get("usage_known", True)
    return Answer(
        body=body,
        raw=data["raw"],
        document=parse_body(body),
        seconds=data["seconds"],
        prompt_tokens=data["prompt_tokens"],
        completion_tokens=data["completion_tokens"],
        usage_known=known,
        cost_usd=data["cost_usd"],
        charge=Charge(tokens=charge["tokens"], cost_usd=charge["cost_usd"], estimated=not known),
    )


class RecordedMeter(Meter):
    """Counts anew what can be counted; of seconds only the recording knows."""

    def __init__(self, limits: Limits, over: OnTime | None) -> None:
        super().__init__(limits=limits, started=0.0)
        self._over = over

    def used_up(self) -> Hit | None:
        """As `Meter`'s."""
        return self._reached(_WITHOUT_TIME) or self._at("question")

    def no_more_calls(self) -> Hit | None:
        """As `Meter`'s."""
        return self._reached(("calls",)) or self._at("call")

    def out_of_time(self) -> Hit:
        """As `Meter`'s."""
        return self._over.hit if self._over is not None else super().out_of_time()

    def left(self) -> float:
        """All the time there is: nothing here waits."""
        return self.limits.seconds

    def _at(self, place: str) -> Hit | None:
        over = self._over
        is_here = over is not None and (over.place, over.replies, over.calls) == (place, self.replies, self.calls)
        return over.hit if over is not None and is_here else None


async def no_sleep(seconds: float) -> None:
    """Waits of the past need not be waited again."""


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
        return {name: value for name, value in event.data.items() if name != "call"}

    async def settle(self, returned: Event, tool: Tool, arguments: Mapping[str, Any]) -> None:
        """Write down the state that the call left."""
        self._copy_while(lambda event: event.kind == "tree.saved" and not event.data["sealed"])

    async def look_alive(self) -> None:
        """Return if the recorded container was still there.

        Raises:
            RoadtestError: as it was recorded.
        """
        self._copy_while(lambda event: False)

    async def seal(self, ended: Event) -> Tree:
        """Write down what was sealed. The tree stays in the recording; nothing here looks at it.

        Raises:
            ReplayDiverged: the turn ended otherwise.
            RoadtestError: the workspace could not be kept.
        """
        self._copy_while(lambda event: False)
        self._tape.expect(self._journal.events, "tree.saved")
        self._copy()
        return {}

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


def copy_event(recorded: Recorded, tape: Tape, journal: Journal) -> None:
    """Write the event that is next on the tape, with the blobs that it names."""
    event = tape.next(journal.events)
    data = dict(event.data)
    if event.kind == "tree.saved":
        # A replay keeps no history; the trees are in the recorded run.
        data |= {"commit": None, "blob": None} if data["sealed"] else {"commit": None}
    if event.kind == "check.ran":
        journal.blob(recorded.blob(data["answer"]))
    journal.write(event.kind, data, cause=None if event.cause is None else journal.events[event.cause])


class RecordedPlace:
    """The place of one trial on a tape."""

    def __init__(self, recorded: Recorded, tape: Tape, journal: Journal, tools: Toolset) -> None:
        self.tools = tools
        self._recorded = recorded
        self._tape = tape
        self._journal = journal

    def __enter__(self) -> RecordedPlace:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        """Nothing is held."""

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
            yield bench
        except Exception:
            # What brought the trial down is to be told, not that the tape does not fit any more.
            with contextlib.suppress(ReplayDiverged):
                bench.leave()
            raise
        bench.leave()

    async def judge(self, tree: Tree) -> None:
        """Write down the recorded check.

        Raises:
            ReplayDiverged, RoadtestError: there is none.
        """
        self._tape.expect(self._journal.events, "check.ran")
        copy_event(self._recorded, self._tape, self._journal)


def played(trial: Trial, journal: Journal, recorded: Recorded, tools: Toolset) -> Means:
    """The means to play a trial from its recording.

    Args:
        tools: all that there are.
    """
    tape = Tape(recorded.events)
    offered = narrowed(tools, trial.task.tools, wanted_by=f"{trial.task.path}/task.toml")

    async def prepare(step: Step) -> RecordedPlace:
        # What failed before there was an environment fails here.
        tape.expect(journal.events, "env.ready")
        return RecordedPlace(recorded, tape, journal, offered)

    def due(messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Event:
        event = tape.expect(journal.events, *REPLIES)
        _compare_request(trial, journal, recorded, messages, tools)
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
    recorded: Recorded,
    messages: Sequence[Message],
    tools: Sequence[Mapping[str, Any]],
) -> None:
    asked = of_kind(journal.events, "model.asked")[-1].seq
    attempt = len(journal.events) - asked
    if recorded.requests is None or (asked, attempt) not in recorded.requests:
        return
    now = Request(
        asked=asked,
        attempt=attempt,
        messages=tuple(messages),
        tools=encoded_digest(list(tools)),
        settings={"model": trial.candidate.name, **trial.candidate.settings},
    )
    if found := requests_differ(recorded.requests[asked, attempt], now):
        raise ReplayDiverged(found)
