"""Running a repo's tests over trees of it, again and again, in containers like a judge's.

    async with bench_opening.bench(repo, release, workspace, say=say) as tests_run:
        found = await tests_run.find(source, tests)
        ran = await tests_run.outcomes(source, tests, found.ids, runs=10, seed=1)
        stable, flaky = settled(ran)

One image serves all trees of a release: a tree is laid over the image's own workspace just as
a candidate's is when it is judged. What has been run once is kept in the cache, under a digest
of everything that went into it.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import anyio

from sandbox import paths
from sandbox.adding import sorting
from sandbox.env import guest, owner
from sandbox.env.container_options import ENVIRONMENT
from sandbox.env.stream import Broken, NoAnswer
from sandbox.errors import AgentError, HarnessError, RoadtestError, SandboxError, TaskError, boundary
from sandbox.index import Index, difference
from sandbox.journal import write_whole
from sandbox.judge import overlay
from sandbox.probe import LIMIT, MARGIN_SECONDS, ReadyJudge, own_code
from sandbox.task import WORKSPACE, Judge, Resources, Task
from sandbox.threads import in_thread
from sandbox.tree import Tree, digest, pack

Say = Callable[[str], None]

# As the tasks that are made of it will have them.
RESOURCES = Resources(cpus=1.0, memory_mb=1024, storage_mb=256)
TEST_SECONDS = 30.0
SUITE_SECONDS = 300.0
SLOW_START_SECONDS = 150.0
# Behind an id: the same test once more; as pytest_survey has it.
AGAIN = "\n"
# What is found is printed; a large suite has a hundred thousand ids.
MOST_PRINTED = 64 * 1024 * 1024

_TEST = re.compile(rb"^[ \t]*(?:async[ \t]+)?def[ \t]+test", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Tests by id, in the order in which they stand; and why files cannot be collected, by file."""

    ids: tuple[str, ...]
    broken: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One run. words: the outcome of each id, as a judge says it; why: what those that failed said last."""

    words: Mapping[str, str]
    why: Mapping[str, str]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where tests are run over trees of one release.

    base: gives what the image itself holds. Blocks.
    workspace: the same without caches: the release as it lies there once it is installed. For those who ask for it.
    fresh: nothing is taken from the cache.
    """

    client: Any
    run_id: str
    image: str
    base: Callable[[], Index]
    say: Say
    places: anyio.CapacityLimiter
    workspace: Tree = field(default_factory=dict)
    fresh: bool = False

    async def find(self, tree: Tree, tests: Tree) -> Found:
        """Which tests there are.

        Args:
            tree: a workspace; its own files that `tests` has too give way.
            tests: what is hidden from a candidate: test modules and what they read.

        Raises:
            TaskError: they cannot even be looked for.
            SandboxError: the engine or a container failed.
        """
        files = modules(tests)
        if not files:
            return Found(ids=(), broken={})
        mark = f"found-{secrets.token_hex(8)} "
        request = _request([f"{file}::" for file in files], find=True, mark=mark)
        # The mark is another one each time and says nothing.
        answer = await self._cached(("find", *files), tree, tests, request)
        said = "".join(str(session["output"]["output"]) for session in answer["sessions"])
        lines = [line.partition(" ")[2] for line in said.splitlines() if line.startswith("found-")]
        if not lines:
            raise TaskError(f"the tests cannot be looked for: {' '.join(said.split())[-300:] or 'pytest says nothing'}")
        found = json.loads(lines[-1])
        return Found(ids=tuple(dict.fromkeys(found["ids"])), broken=found["broken"])

    async def outcomes(
        self, tree: Tree, tests: Tree, ids: Iterable[str], *, runs: int, seed: int, what: str = "tests"
    ) -> list[Ran]:
        """The outcome of every id in each of `runs` runs, the first in the order given, the others shuffled.

        Every run has a container of its own, some run at a time. An id that is not reported is `missing`.

        Args:
            tree, tests: as in `find`.
            seed: of the shuffling.
            what: what is being run, for people.

        Raises:
            TaskError: they bring their container down.
            SandboxError: the engine or a container failed.
        """
        orders = _orders(ids, runs, seed)
        found: dict[int, Ran] = {}

        async def one(number: int) -> None:
            request = _request(orders[number], find=False, mark="")
            answer = await self._cached(("run", str(number), *orders[number]), tree, tests, request)
            if not answer["outcomes"] and _ran_late(answer):
                raise SandboxError(f"{what}: no test began within {SLOW_START_SECONDS:.0f} s; is the machine too busy?")
            if answer["out_of_time"]:
                raise TaskError(f"{what}: they take more than {SUITE_SECONDS:.0f} s; such a suite cannot be judged")
            words = {test: answer["outcomes"].get(test, "missing") for test in orders[0]}
            found[number] = Ran(words=words, why=answer["messages"], seconds=answer["seconds"])
            self.say(f"{what}: run {len(found)} of {runs}, {answer['seconds']:.1f} s")

        await _all(one, runs)
        return [found[number] for number in range(runs)]

    async def repeated(
        self, tree: Tree, tests: Tree, ids: Iterable[str], *, runs: int, seed: int, what: str = "tests"
    ) -> list[Mapping[str, str]] | None:
        """The outcomes of every id in each of some runs in one process, in orders as those of `outcomes`.

        Takes much less than `outcomes` does; but a test may well fail for no other reason than that it ran before.

        Args:
            tree, tests, seed, what: as in `outcomes`.

        Returns:
            for each run the outcome by id; None if a clock ran out.

        Raises:
            TaskError, SandboxError: as `outcomes`.
        """
        orders = _orders(ids, runs, seed)
        rows = [test + AGAIN * number for number, order in enumerate(orders) for test in order]
        request = _request(rows, find=False, mark="", plain=True)
        answer = await self._cached(("repeated", *rows), tree, tests, request)
        if _ran_late(answer):
            return None
        self.say(f"{what}: {runs} runs, {answer['seconds']:.1f} s")
        said = answer["outcomes"]
        return [{test: said.get(test + AGAIN * number, "missing") for test in orders[0]} for number in range(runs)]

    async def _cached(self, key: Sequence[str], tree: Tree, tests: Tree, request: Mapping[str, Any]) -> Any:
        """A supervisor's answer, from the cache if the very same was asked and answered in time before."""
        place = paths.cache() / "outcomes" / f"{self._digest(key, tree, tests)}.json"
        with suppress(OSError, ValueError):
            if not self.fresh:
                return json.loads(place.read_text("ascii"))
        async with self.places:
            answer = await self._ask(tree, tests, request)
        if _ran_late(answer):
            return answer
        with boundary(HarnessError, f"write to {place}"):
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, json.dumps(answer).encode("ascii"))
        return answer

    def _digest(self, key: Sequence[str], tree: Tree, tests: Tree) -> str:
        total = hashlib.sha256()
        clocks = f"{TEST_SECONDS} {SUITE_SECONDS} {RESOURCES}"
        code = (*own_code(), guest.source_of("pytest_survey"))
        for piece in (self.image, digest(tree), digest(tests), clocks, *code, *key):
            total.update(b"%d " % len(piece) + piece.encode("utf-8", "surrogateescape"))
        return total.hexdigest()[:40]

    async def _ask(self, tree: Tree, tests: Tree, request: Mapping[str, Any]) -> dict[str, Any]:
        """One container from its start to its end."""
        labels = owner.labels(run=self.run_id, trial="adding", role="judge")
        nobody = _nobodys_task()
        # Shielded: a container half made when all is stopped has to be found again to be removed.
        with anyio.CancelScope(shield=True):
            changed, gone = difference(await in_thread(self.base), overlay(tree, tests))
            ready = await in_thread(
                lambda: ReadyJudge.start(self.client, self.image, task=nobody, tests={}, labels=labels)
            )
        try:
            return await in_thread(lambda: _answer(ready, {**request, "drop": gone}, pack(changed)))
        finally:
            with anyio.CancelScope(shield=True):
                await in_thread(ready.dispose)


def _orders(ids: Iterable[str], runs: int, seed: int) -> list[list[str]]:
    """As they are given, and then shuffled."""
    given = list(ids)
    orders = [list(given) for _ in range(runs)]
    for number, order in enumerate(orders[1:], start=1):
        random.Random(f"{seed} {number}").shuffle(order)
    return orders


def _ran_late(answer: Mapping[str, Any]) -> bool:
    """Whether a clock ended anything: a busy machine can be why, which must not be remembered."""
    return answer["out_of_time"] or any(session["timed_out"] for session in answer["sessions"])


def _answer(ready: ReadyJudge, request: Mapping[str, Any], archive: bytes) -> dict[str, Any]:
    deadline = time.monotonic() + SUITE_SECONDS + MARGIN_SECONDS
    ready.supervisor.send_json(request)
    ready.supervisor.send(archive)
    ready.supervisor.receive_json(deadline)
    try:
        return ready.supervisor.receive_json(deadline)
    except Broken:  # nobody inside can do that
        raise
    except NoAnswer as exc:
        with suppress(AgentError):
            ready.container.blame(exc)
        raise TaskError(f"the tests bring their container down: {exc}") from exc


def _request(ids: list[str], *, find: bool, mark: str, plain: bool = False) -> dict[str, Any]:
    plan = {"workspace": WORKSPACE, "pythonpath": [WORKSPACE], "find": find, "mark": mark, "plain": plain}
    return {
        "ids": ids,
        "suite_timeout": SUITE_SECONDS,
        "test_timeout": TEST_SECONDS,
        "start_timeout": SUITE_SECONDS if find else SLOW_START_SECONDS,
        "limit": MOST_PRINTED if find else LIMIT,
        "plan": plan,
        "pytest_run": guest.source_of("pytest_survey"),
        "env": {**ENVIRONMENT, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    }


def _nobodys_task() -> Task:
    """What a judge is started for: bounds, and nothing to plant canaries in."""
    judge = Judge(kind="in-process", test_timeout=TEST_SECONDS, suite_timeout=SUITE_SECONDS)
    return Task(
        suite="adding",
        id="tests",
        path="",
        digest="",
        instruction="",
        rung="report",
        judge=judge,
        bugs=(),
        resources=RESOURCES,
    )


async def _all(one: Callable[[int], Any], count: int) -> None:
    """All of them, and the first failure as itself rather than in a group."""
    failures: list[RoadtestError] = []

    async def guarded(number: int) -> None:
        if failures:
            return
        try:
            await one(number)
        except RoadtestError as exc:
            failures.append(exc)

    async with anyio.create_task_group() as group:
        for number in range(count):
            group.start_soon(guarded, number)
    if failures:
        raise failures[0]


def modules(tests: Tree) -> list[str]:
    """The files that may hold tests: Python with a function called test… in it; no conftest."""
    return [
        path
        for path, entry in sorted(tests.items())
        if path.endswith(".py") and not path.endswith("conftest.py") and _TEST.search(entry.data)
    ]


def settled(ran: Sequence[Ran]) -> tuple[dict[str, str], set[str]]:
    """What is the same in every run, by id; and the ids of which it is not (flaky)."""
    return sorting.settled([one.words for one in ran])
