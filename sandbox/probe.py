"""Running a check: a fresh container, the tree and hidden tests laid in, one answer out.

A judge can be made ready while the agent still works: its container is up and the
image's own workspace laid down. What is sent for a check is what differs from that.
"""

from __future__ import annotations

import contextlib
import hashlib
import random
import secrets
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Protocol

import docker

from sandbox import judge
from sandbox.env import guest
from sandbox.env.container import Container
from sandbox.env.container_options import ENVIRONMENT
from sandbox.env.conversation import Conversation
from sandbox.env.images import COPY_OF_WORKSPACE
from sandbox.env.stream import Broken, NoAnswer, TooLate
from sandbox.errors import AgentError, SandboxError
from sandbox.index import Index, difference
from sandbox.judge import Judgement, Planted
from sandbox.task import WORKSPACE, Resources, Task
from sandbox.tree import Tree, digest, pack

LIMIT = 64 * 1024
START_SECONDS = 60.0
MARGIN_SECONDS = 60.0
MIB = 1024 * 1024
# Files beside the candidate's own tree: pytest's, and those of the tests.
SLACK_MB = 64

NOTHING_PASSED: Mapping[str, Any] = {
    "outcomes": {},
    "messages": {},
    "strangers": [],
    "sessions": [],
    "out_of_time": False,
    "seconds": 0.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check done. `answer` is what the supervisor said, `planted` the ids that are no hidden tests."""

    judgement: Judgement
    answer: Mapping[str, Any]
    planted: tuple[str, ...]
    seconds: float


def tests_digest(task: Task, tests: Tree) -> str:
    """Names what a tree is checked against: ids, hidden files, canaries, clocks, and the judge's own code."""
    total = hashlib.sha256()
    pieces = [digest(tests), *task.hidden_ids, repr(task.judge), repr(task.bugs), repr(task.guards)]
    pieces += own_code()
    for piece in pieces:
        total.update(b"%d " % len(piece) + piece.encode("utf-8", "surrogateescape"))
    return total.hexdigest()


def own_code() -> tuple[str, ...]:
    """The sources of what runs in the judge's container."""
    return tuple(guest.source_of(name) for name in (*guest.SUPERVISOR.modules, "pytest_run"))


class Company(Protocol):
    """What stands beside a judge's container: services that the code under test asks."""

    @property
    def joining(self) -> Mapping[str, Any]:
        """Options of a container that can reach them."""
        ...

    def look_alive(self) -> None:
        """Return if all are still there; a SandboxError otherwise."""
        ...

    def close(self) -> None:
        """Remove them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyJudge:
    """A judge's container with a supervisor in it that waits for a tree of one task. Good for one check.

    company: removed with it.
    """

    container: Container
    supervisor: Conversation
    planted: Planted
    company: Company | None = None

    @classmethod
    def start(
        cls,
        client: docker.DockerClient,
        image: str,
        *,
        task: Task,
        tests: Tree,
        labels: Mapping[str, str],
        company: Company | None = None,
    ) -> ReadyJudge:
        """Start one, with the image's own workspace laid down and canaries put into the hidden tests. Blocks.

        Args:
            tests: the hidden tests.
            labels: from `owner.labels`.
            company: what is to stand beside it, up already; removed by `dispose`.

        Raises:
            SandboxError: it does not come up. Nothing is left behind.
            TaskError: a hidden test file is no Python.
        """
        with ThreadPoolExecutor(max_workers=1) as beside:
            planting = beside.submit(plant, task, tests)
            room = room_for(task, tests)
            container = Container.start(
                client,
                image,
                labels=labels,
                resources=room,
                keep_workspace=False,
                resident=True,
                changes=None if company is None else company.joining,
            )
            try:
                supervisor = container.talk(guest.SUPERVISOR)
                try:
                    supervisor.send_json({"base": COPY_OF_WORKSPACE, "workspace": WORKSPACE})
                    supervisor.receive_json(time.monotonic() + START_SECONDS)
                    return cls(container=container, supervisor=supervisor, planted=planting.result(), company=company)
                except BaseException:
                    supervisor.close()
                    raise
            except BaseException:
                container.remove()
                raise

    def is_fit(self) -> bool:
        """Whether it still waits."""
        return not self.supervisor.is_over()

    def dispose(self) -> None:
        """Remove it.

        Raises:
            SandboxError: the engine does not answer.
        """
        self.supervisor.close()
        try:
            self.container.remove()
        finally:
            if self.company is not None:
                self.company.close()


def room_for(task: Task, tests: Tree) -> Resources:
    """The bounds of a judge: the task's, with room for any tree that fits them, and for tests."""
    size = sum(len(entry.data) for entry in tests.values())
    return replace(task.resources, storage_mb=task.resources.storage_mb + 2 * (size // MIB) + SLACK_MB)


def plant(task: Task, tests: Tree) -> Planted:
    """Canaries and contradictions in the hidden tests, other ones each time.

    Raises:
        TaskError: a hidden test file is no Python.
    """
    rng = random.Random(secrets.token_bytes(16))
    return judge.plant(tests, task.hidden_ids, task.judge.canaries, rng)


def check(ready: ReadyJudge, task: Task, *, base: Index, tree: Tree) -> Check:
    """Judge one source tree. Blocks; the judge is of no further use then.

    Args:
        base: what the image's own workspace holds.
        tree: the candidate's source tree.

    Raises:
        SandboxError: the container or the engine failed, or no answer came; never a verdict.
    """
    planted = ready.planted
    changed, gone = difference(base, judge.overlay(tree, planted.tests))
    request = {**_request(task, planted.ids), "drop": gone}
    answer = _ask_supervisor(ready, task, request, pack(changed))
    if ready.company is not None:
        ready.company.look_alive()
    judgement = judge.interpret(task, planted, answer)
    return Check(judgement=judgement, answer=answer, planted=planted.ids, seconds=float(answer["seconds"]))


def _ask_supervisor(ready: ReadyJudge, task: Task, request: Mapping[str, Any], archive: bytes) -> Mapping[str, Any]:
    """The supervisor's answer; if it dies after the code under test has begun, the answer that nothing passed.

    Raises:
        NoAnswer: it did not get as far as starting the code under test.
        SandboxError: the container was ended or removed from outside.
        EngineGone: the engine does not answer.
    """
    deadline = time.monotonic() + task.judge.suite_timeout + MARGIN_SECONDS
    supervisor = ready.supervisor
    supervisor.send_json(request)
    supervisor.send(archive)
    supervisor.receive_json(deadline)
    try:
        return supervisor.receive_json(deadline)
    except Broken:  # nobody inside can do that
        raise
    except NoAnswer as exc:
        with contextlib.suppress(AgentError):
            ready.container.blame(exc)
            if isinstance(exc, TooLate) and ready.container.is_well():
                raise SandboxError(f"the connection to the judge stands still ({exc})") from exc
        return {**NOTHING_PASSED, "died": str(exc)}


def _request(task: Task, planted: tuple[str, ...]) -> dict[str, Any]:
    return {
        "ids": [*task.hidden_ids, *planted],
        "suite_timeout": task.judge.suite_timeout,
        "test_timeout": task.judge.test_timeout,
        "start_timeout": START_SECONDS,
        "limit": LIMIT,
        "plan": {"workspace": WORKSPACE, "pythonpath": [WORKSPACE]},
        "pytest_run": guest.source_of("pytest_run"),
        # Where services are, and by which key, the task says there.
        "env": {**ENVIRONMENT, **(task.environment if task.services else {}), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    }
