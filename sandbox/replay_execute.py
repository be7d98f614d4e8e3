"""A recorded trial carried out again: recorded replies, real tools, a real judge, and what differs.

The replies go on in their order whatever the tools say now: a candidate that was asked again could say
anything, and then nothing could be compared. So a divergence may have others in its train; the first is
the one to look at, and with `strict` it ends the trial.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any

from sandbox.errors import AgentError
from sandbox.events import Event, last, of_kind
from sandbox.journal import Journal
from sandbox.place import Bench, Means, Place, Step
from sandbox.replay import Recorded
from sandbox.replay_client import RecordedClient, RecordedMeter, no_sleep
from sandbox.replay_compare import Comparison, ended_otherwise
from sandbox.replay_contrast import contrast
from sandbox.replay_tape import (
    Divergence,
    answers_differ,
    checks_differ,
    read_at_checkpoints,
    states_differ,
    time_hit,
    verdicts_differ,
)
from sandbox.tooling import Tool, Toolset
from sandbox.tree import Tree


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
            was, now = ({name: event.data[name] for name in ("name", "arguments")} for event in (ran.started, started))
            if was != now:
                compared.note("agent", [_other_call(started, *contrast(was, now))], cause=started)
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

    async def hold(self, ended: Event) -> Tree:
        """Read what is there at a checkpoint, and compare it.

        Raises:
            ReplayDiverged: it differs, and that is final.
            AgentError, SandboxError: as the workbench's.
        """
        return await self._keep(self._bench.hold, ended, sealed=False)

    async def seal(self, ended: Event) -> Tree:
        """Seal, and compare what was left.

        Raises:
            ReplayDiverged: it differs, and that is final.
            AgentError, SandboxError: as the workbench's.
        """
        compared = self._comparison
        compared.note("seal", compared.missed(), cause=ended)
        return await self._keep(self._bench.seal, ended, sealed=True)

    async def _keep(self, keep: Callable[[Event], Awaitable[Tree]], ended: Event, *, sealed: bool) -> Tree:
        compared = self._comparison
        try:
            tree = await keep(ended)
        except AgentError as exc:
            self._crash("seal", exc)
            raise
        pairs = zip(
            *(read_at_checkpoints(log, sealed=sealed) for log in (compared.recorded.events, compared.journal.events)),
            strict=False,
        )
        for was, now in pairs:
            if now.cause == ended.seq:
                compared.note("seal", states_differ(was, now.data, None), cause=now)
        return tree

    def _crash(self, stage: str, exc: AgentError) -> None:
        """The candidate brings its trial down; in the recording it may not have."""
        crashed = self._comparison.crashed()
        if crashed is None or crashed.data["origin"] != "agent":
            closed = self._comparison.recorded.events[-1]
            self._comparison.note(
                stage, [ended_otherwise(closed, str(closed.data["verdict"]), f"{type(exc).__name__}: {exc}")]
            )


def _other_call(started: Event, recorded: str, now: str) -> Divergence:
    return Divergence(event=None, call=str(started.data["call"]), what="call", recorded=recorded, now=now)


def _ready(events: Sequence[Event]) -> float:
    """When the recorded environment was ready, in seconds since the trial was opened."""
    ready = last(events, "env.ready")
    return 0.0 if ready is None else ready.t


class ComparingPlace:
    """A real place, with what happens there held against a recording."""

    def __init__(self, place: Place, comparison: Comparison, seconds: float) -> None:
        self._place = place
        self._comparison = comparison
        self._seconds = seconds

    @property
    def tools(self) -> Toolset:
        """As the place's."""
        return self._place.tools

    def workbench(self) -> AbstractAsyncContextManager[ComparingBench]:
        """As the place's."""
        return self._workbench()

    @asynccontextmanager
    async def _workbench(self) -> AsyncIterator[ComparingBench]:
        async with self._place.workbench() as bench:
            yield ComparingBench(bench, self._comparison, self._seconds)

    async def judge_start(self) -> None:
        """Judge the untouched workspace, and compare what is found.

        Raises:
            ReplayDiverged: it differs, and that is final.
            SandboxError, TaskError: as the place's.
        """
        await self._place.judge_start()
        self._compare_check()

    async def judge(self, tree: Tree, ended: Event) -> None:
        """Judge, and compare what is found for each bug.

        Raises:
            ReplayDiverged: it differs, and that is final.
            SandboxError, TaskError: as the place's.
        """
        await self._place.judge(tree, ended)
        self._compare_check()

    async def probe(self) -> None:
        """As the place's. What is found has its ground in what was compared."""
        await self._place.probe()

    def _compare_check(self) -> None:
        """Hold the last check against the recorded one of the same number."""
        compared = self._comparison
        checks = of_kind(compared.journal.events, "check.ran")
        recorded = of_kind(compared.recorded.events, "check.ran")
        if not checks:
            return
        now = checks[-1]
        if len(checks) <= len(recorded):
            compared.note("judge", checks_differ(recorded[len(checks) - 1], now.data), cause=now)
        elif (ended := compared.crashed()) is not None:
            words = f"{ended.data['error']}: {ended.data['message']}"
            compared.note("judge", [ended_otherwise(ended, words, "the tree was judged")], cause=now)


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
        comparison.note("env", verdicts_differ(recorded.events))
        return _Entered(await means.prepare(step), comparison, seconds)

    return replace(
        means,
        prepare=prepare,
        connect=lambda: RecordedClient(recorded, comparison.reply),
        meter=lambda limits: RecordedMeter(limits, time_hit(recorded.events)),
        sleep=no_sleep,
    )
