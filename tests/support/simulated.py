"""Trials without containers: a shop whose trials take the time, cost the money and fail in the way that they are told.

All else is the real thing: scheduler, agent loop, journal, score. Used to test and to measure a run by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio

from sandbox.errors import RoadtestError
from sandbox.events import Event
from sandbox.journal import Journal
from sandbox.limits import Charge
from sandbox.llm.client import Answer, Message
from sandbox.llm.pacing import Pace
from sandbox.llm.scripted import ScriptedClient
from sandbox.lockfile import LockFile
from sandbox.place import Means, Step
from sandbox.plan import Trial
from sandbox.task import Task
from sandbox.tooling import Tool, Toolset
from sandbox.tree import Tree
from tests.support.toy import SUBMIT

HASH = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How one attempt at a trial goes.

    turns: what the candidate says. asking, working, judging: seconds that each question, the candidate's container and
    the judge take. charge: what each reply takes. fails: what is raised, and at which stage (env, agent, judge).
    """

    turns: Sequence[Mapping[str, Any]] = (SUBMIT,)
    asking: float = 0.0
    working: float = 0.0
    judging: float = 0.0
    charge: Charge = field(default_factory=lambda: Charge(tokens=10, cost_usd=0.01))
    fails: tuple[str, RoadtestError] | None = None
    right: bool = True


class SimulatedShop:
    """Runs trials as `behave` says, given the trial and the number of the attempt from 1.

    most: the largest number that were at a stage at once, by stage; `both`: in containers or at judges.
    begun: keys of trials in the order they began.
    """

    stopped: str | None = None

    def __init__(
        self, tools: Toolset, behave: Callable[[Trial, int], Behaviour] = lambda trial, attempt: Behaviour()
    ) -> None:
        self.tools = tools
        self.behave = behave
        self.begun: list[str] = []
        self.ready: list[str] = []
        self.forgotten: list[str] = []
        self.looked = 0
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.paces: dict[str, Pace] = {}
        self.building = 0.0
        self._attempts: Counter[str] = Counter()

    async def versions(self) -> Mapping[str, str]:
        return {"simulated": "1"}

    @asynccontextmanager
    async def at_work(self, lock: LockFile) -> AsyncIterator[None]:
        yield

    async def make_ready(self, task: Task) -> None:
        with self.at("builds"):
            await anyio.sleep(self.building)
        self.ready.append(task.name)

    def done_with(self, task: Task) -> None:
        self.forgotten.append(task.name)

    def is_paused(self, trial: Trial) -> bool:
        pace = self.paces.get(trial.candidate.name)
        return pace is not None and pace.paused_for > 0

    async def look_around(self) -> None:
        self.looked += 1

    def means(self, trial: Trial, journal: Journal) -> Means:
        self.begun.append(trial.key)
        self._attempts[trial.key] += 1
        behaviour = self.behave(trial, self._attempts[trial.key])

        async def prepare(step: Step) -> Any:
            return _place(_Place(self, trial, journal, behaviour))

        pace = self.paces.get(trial.candidate.name)
        return Means(prepare=prepare, connect=lambda: _Client(self, behaviour), pace=pace)

    @contextmanager
    def at(self, stage: str) -> Iterator[None]:
        """Count what is at a stage."""
        self.now[stage] += 1
        self.most[stage] = max(self.most[stage], self.now[stage])
        both = self.now["containers"] + self.now["judges"]
        self.most["both"] = max(self.most["both"], both)
        try:
            yield
        finally:
            self.now[stage] -= 1


@contextmanager
def _place(place: _Place) -> Iterator[_Place]:
    yield place


class _Client:
    def __init__(self, shop: SimulatedShop, behaviour: Behaviour) -> None:
        self._shop = shop
        self._behaviour = behaviour
        self._script = ScriptedClient(behaviour.turns)

    async def ask(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Answer:
        with self._shop.at("questions"):
            await anyio.sleep(self._behaviour.asking)
            _fail(self._behaviour, "agent")
            said = await self._script.ask(messages, tools)
        charge = self._behaviour.charge
        return Answer(
            body=said.body,
            raw=True,
            document=said.document,
            seconds=self._behaviour.asking,
            prompt_tokens=charge.tokens - 1,
            completion_tokens=1,
            usage_known=True,
            cost_usd=charge.cost_usd,
            charge=charge,
        )

    async def close(self) -> None:
        pass


class _Place:
    """A place and its bench."""

    def __init__(self, shop: SimulatedShop, trial: Trial, journal: Journal, behaviour: Behaviour) -> None:
        self.tools = shop.tools
        self._shop = shop
        self._trial = trial
        self._journal = journal
        self._behaviour = behaviour

    def workbench(self) -> AbstractAsyncContextManager[_Place]:
        return self._workbench()

    @asynccontextmanager
    async def _workbench(self) -> AsyncIterator[_Place]:
        with self._shop.at("containers"):
            _fail(self._behaviour, "env")
            self._journal.write("env.ready", {"image": "simulated", "seconds": 0.0, "transport": "host"})
            await anyio.sleep(self._behaviour.working)
            yield self

    async def run(self, tool: Tool, arguments: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        return {"status": "ok", "output": "", "exit_code": 0, "seconds": 0.0, "oom_kills": 0}

    async def settle(self, returned: Event, tool: Tool, arguments: Mapping[str, Any]) -> None:
        pass

    async def look_alive(self) -> None:
        pass

    async def hold(self, ended: Event) -> Tree:
        return self._save(ended, sealed=False)

    async def seal(self, ended: Event) -> Tree:
        return self._save(ended, sealed=True)

    def _save(self, ended: Event, *, sealed: bool) -> Tree:
        facts = {"raw": HASH[:40], "source": HASH[:40], "commit": HASH[:40], "changed": 0, "gone": 0, "paths": []}
        self._journal.write(
            "tree.saved", {**facts, "over": None, "sealed": sealed, "differs": False, "seconds": 0.0}, cause=ended
        )
        return {}

    async def judge_start(self) -> None:
        pass

    async def judge(self, tree: Tree, ended: Event) -> None:
        with self._shop.at("judges"):
            await anyio.sleep(self._behaviour.judging)
            _fail(self._behaviour, "judge")
        task, right = self._trial.task, self._behaviour.right
        status = "P" if right else "F"
        self._journal.write(
            "check.ran",
            {
                "judge": "in-process",
                "purpose": "score",
                "exam": 0,
                "selected": None,
                "source": HASH[:40],
                "code": HASH,
                "unparsable": [],
                "tests_digest": HASH,
                "cached": False,
                "bugs": {bug.id: status for bug in task.bugs},
                "guards": {},
                "outcomes": dict.fromkeys(task.hidden_ids, "passed" if right else "failed"),
                "imports": True,
                "tampering": [],
                "incomplete": False,
                "dead_canaries": [],
                "score": 1.0 if right else 0.0,
                "answer": HASH,
                "suite_seconds": 0.0,
                "seconds": 0.0,
            },
            cause=ended,
        )

    async def probe(self) -> None:
        pass


def _fail(behaviour: Behaviour, stage: str) -> None:
    if behaviour.fails is not None and behaviour.fails[0] == stage:
        raise behaviour.fails[1]
