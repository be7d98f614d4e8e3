"""A recorded trial carried out again: recorded replies, real tools, a real judge, and what differs.

The replies go on in their order whatever the tools say now: a candidate that was asked again could say
anything, and then nothing could be compared. So a divergence may have others in its train; the first is
the one to look at, and with `strict` it ends the trial.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any

from sandbox.errors import AgentError
from sandbox.events import Event, last, of_kind
from sandbox.journal import Journal
from sandbox.llm.client import Message
from sandbox.place import Bench, Means, Place, Step
from sandbox.replay import Recorded
from sandbox.replay_serve import REPLIES, RecordedClient, RecordedMeter, no_sleep
from sandbox.replay_tape import (
    Divergence,
    ReplayDiverged,
    answers_differ,
    calls_that_ran,
    checks_differ,
    is_final,
    states_differ,
    time_hit,
)
from sandbox.tooling import Tool
from sandbox.tree import Tree


class Comparison:
    """What of one trial is compared, and what was found."""

    def __init__(self, recorded: Recorded, journal: Journal, *, strict: bool) -> None:
        self.recorded = recorded
        self.journal = journal
        self.ran = calls_that_ran(recorded.events)
        self._strict = strict
        self._met: set[str] = set()
        self._outcomes = iter(_outcomes(recorded.events))

    def reply(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Event:
        """The next recorded outcome of a question.

        Raises:
            ReplayDiverged: there is no further one.
        """
        event = next(self._outcomes, None)
        if event is None:
            closed = self.recorded.events[-1]
            words = f"the end ({closed.data['verdict']}: {closed.data['reason']})"
            raise ReplayDiverged(_end(closed, words, "the candidate would be asked for another reply"))
        return event

    def meet(self, call: str) -> None:
        """A call is run now."""
        self._met.add(call)

    def note(self, stage: str, found: Iterable[Divergence], *, cause: Event | None = None) -> None:
        """Write divergences down.

        Raises:
            ReplayDiverged: the first, where they are final.
        """
        for divergence in found:
            if self._strict:
                raise ReplayDiverged(divergence)
            error = ReplayDiverged(divergence)
            data = {"origin": error.origin, "stage": stage, "error": type(error).__name__, "message": str(error)}
            self.journal.write("fault", {**data, "final": False, "divergence": divergence.as_data()}, cause=cause)

    def missed(self) -> Iterable[Divergence]:
        """What was recorded of the turn and did not happen now."""
        for call, ran in self.ran.items():
            if call not in self._met:
                words = f"{ran.started.data['name']} was run"
                yield Divergence(event=ran.started.seq, call=call, what="call", recorded=words, now="it was not run")
        if (left := next(self._outcomes, None)) is not None:
            yield _end(left, "a further reply of the candidate", "it was not asked for")

    def crashed(self) -> Event | None:
        """The candidate's own doing that ended the recorded trial."""
        return next((event for event in self.recorded.events if is_final(event)), None)


def _outcomes(events: Sequence[Event]) -> list[Event]:
    asked = {event.seq for event in of_kind(events, "model.asked")}
    return [
        event
        for event in of_kind(events, *REPLIES)
        if event.kind != "limit.hit" or (event.cause in asked and event.data["limit"] == "seconds")
    ]


def _end(event: Event, recorded: str, now: str) -> Divergence:
    return Divergence(event=event.seq, call=None, what="end", recorded=recorded, now=now)


class ComparingBench:
    """A real workbench whose answers and states are held against the recorded ones."""

    def __init__(self, bench: Bench, comparison: Comparison, seconds: float) -> None:
        self._bench = bench
        self._comparison = comparison
        self._seconds = seconds

    async def run(self, tool: Tool, arguments: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Run the call that was just started, for as long as it had when it was recorded.

        Raises:
            ReplayDiverged: it is not the recorded one, and that is final.
            AgentError, SandboxError: as the workbench's.
        """
        compared = self._comparison
        started = compared.journal.events[-1]
        call = str(started.data["call"])
        ran = compared.ran.get(call)
        compared.meet(call)
        if ran is None:
            compared.note("agent", [_other_call(started, "it was not run", f"{tool.name} is run")], cause=started)
        else:
            names = ("name", "arguments")
            was, now = ([event.data[name] for name in names] for event in (ran.started, started))
            if was != now:
                compared.note("agent", [_other_call(started, str(was), str(now))], cause=started)
            seconds = max(0.0, self._seconds - (ran.started.t - _ready(compared.recorded.events)))
        try:
            return await self._bench.run(tool, arguments, seconds)
        except AgentError as exc:
            self._crash("agent", exc)
            raise

    async def settle(self, returned: Event, tool: Tool, arguments: Mapping[str, Any]) -> None:
        """Keep the state, and compare it and the answer.

        Raises:
            ReplayDiverged: they differ, and that is final.
            HarnessError: as the workbench's.
        """
        compared = self._comparison
        await self._bench.settle(returned, tool, arguments)
        ran = compared.ran.get(str(returned.data["call"]))
        if ran is None or ran.returned is None:
            return
        compared.note("agent", answers_differ(ran.returned, returned.data), cause=returned)
        saved = next(
            (e for e in compared.journal.events[returned.seq :] if e.kind == "tree.saved" and e.cause == returned.seq),
            None,
        )
        if ran.saved is not None and saved is not None:
            found = states_differ(ran.saved, saved.data, str(returned.data["call"]))
            compared.note("agent", found, cause=saved)

    async def look_alive(self) -> None:
        """As the workbench's."""
        await self._bench.look_alive()

    async def seal(self, ended: Event) -> Tree:
        """Seal, and compare what was left.

        Raises:
            ReplayDiverged: it differs, and that is final.
            AgentError, SandboxError: as the workbench's.
        """
        compared = self._comparison
        compared.note("seal", compared.missed(), cause=ended)
        try:
            tree = await self._bench.seal(ended)
        except AgentError as exc:
            self._crash("seal", exc)
            raise
        sealed = next((e for e in compared.recorded.events if e.kind == "tree.saved" and e.data["sealed"]), None)
        now = last(compared.journal.events, "tree.saved")
        assert now is not None
        if sealed is not None:
            compared.note("seal", states_differ(sealed, now.data, None), cause=now)
        return tree

    def _crash(self, stage: str, exc: AgentError) -> None:
        """The candidate brings its trial down; in the recording it may not have."""
        crashed = self._comparison.crashed()
        if crashed is None or crashed.data["origin"] != "agent":
            closed = self._comparison.recorded.events[-1]
            self._comparison.note(stage, [_end(closed, str(closed.data["verdict"]), f"{type(exc).__name__}: {exc}")])


def _other_call(started: Event, recorded: str, now: str) -> Divergence:
    return Divergence(event=None, call=str(started.data["call"]), what="call", recorded=recorded, now=now)


def _ready(events: Sequence[Event]) -> float:
    """When the recorded environment was ready, in seconds since the trial was opened."""
    ready = last(events, "env.ready")
    return 0.0 if ready is None else ready.t


class ComparingPlace:
    """A real place, with what happens there held against a recording."""

    def __init__(self, place: Place, comparison: Comparison, seconds: float) -> None:
        self.tools = place.tools
        self._place = place
        self._comparison = comparison
        self._seconds = seconds

    def workbench(self) -> AbstractAsyncContextManager[ComparingBench]:
        """As the place's."""
        return self._workbench()

    @asynccontextmanager
    async def _workbench(self) -> AsyncIterator[ComparingBench]:
        async with self._place.workbench() as bench:
            yield ComparingBench(bench, self._comparison, self._seconds)

    async def judge(self, tree: Tree) -> None:
        """Judge, and compare what is found for each bug.

        Raises:
            ReplayDiverged: it differs, and that is final.
            SandboxError, TaskError: as the place's.
        """
        compared = self._comparison
        await self._place.judge(tree)
        now = last(compared.journal.events, "check.ran")
        was = last(compared.recorded.events, "check.ran")
        assert now is not None
        if was is not None:
            compared.note("judge", checks_differ(was, now.data), cause=now)
        elif (ended := compared.crashed()) is not None:
            words = f"{ended.data['error']}: {ended.data['message']}"
            compared.note("judge", [_end(ended, words, "the tree was judged")], cause=now)


class _Entered(AbstractContextManager[ComparingPlace]):
    """A place that is entered and left with the real one."""

    def __init__(self, real: AbstractContextManager[Place], comparison: Comparison, seconds: float) -> None:
        self._real = real
        self._comparison = comparison
        self._seconds = seconds

    def __enter__(self) -> ComparingPlace:
        return ComparingPlace(self._real.__enter__(), self._comparison, self._seconds)

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        self._real.__exit__(kind, exc, at)


def executed(means: Means, recorded: Recorded, journal: Journal, *, seconds: float, strict: bool) -> Means:
    """The means to carry a recorded trial out again.

    Args:
        means: those of the real one.
        seconds: the trial's limit.
        strict: the first divergence ends the trial.
    """
    comparison = Comparison(recorded, journal, strict=strict)

    async def prepare(step: Step) -> _Entered:
        return _Entered(await means.prepare(step), comparison, seconds)

    return replace(
        means,
        prepare=prepare,
        connect=lambda: RecordedClient(recorded, comparison.reply),
        meter=lambda limits: RecordedMeter(limits, time_hit(recorded.events)),
        sleep=no_sleep,
    )
