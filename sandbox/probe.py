"""Running a check: a fresh container, the tree and hidden tests laid in, one answer out."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import docker

from sandbox import judge
from sandbox.env import guest
from sandbox.env.container import ENVIRONMENT, Container
from sandbox.env.stream import NoAnswer
from sandbox.errors import AgentError
from sandbox.judge import Judgement
from sandbox.task import WORKSPACE, Task
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
    pieces += [guest.source_of(name) for name in (*guest.SUPERVISOR.modules, "pytest_run")]
    for piece in pieces:
        total.update(b"%d " % len(piece) + piece.encode("utf-8", "surrogateescape"))
    return total.hexdigest()


def check(
    client: docker.DockerClient, task: Task, *, image: str, tree: Tree, tests: Tree, labels: Mapping[str, str]
) -> Check:
    """Judge one source tree in a container of its own. Blocks.

    Args:
        image: the task's image.
        tree: the candidate's source tree.
        tests: the hidden tests.
        labels: from `owner.labels`.

    Raises:
        SandboxError: the container or the engine failed, or no answer came; never a verdict.
    """
    rng = random.Random(secrets.token_bytes(16))
    planted = judge.plant(tests, task.hidden_ids, task.judge.canaries, rng)
    archive = pack(judge.overlay(tree, planted.tests))
    room = replace(task.resources, storage_mb=task.resources.storage_mb + 2 * (len(archive) // MIB) + SLACK_MB)
    container = Container.start(client, image, labels=labels, resources=room, keep_workspace=False)
    try:
        answer = _ask_supervisor(container, task, _request(task, planted.ids), archive)
    finally:
        container.remove()
    judgement = judge.interpret(task, planted, answer)
    return Check(judgement=judgement, answer=answer, planted=planted.ids, seconds=float(answer["seconds"]))


def _ask_supervisor(container: Container, task: Task, request: Mapping[str, Any], archive: bytes) -> Mapping[str, Any]:
    """The supervisor's answer; if it dies after the code under test has begun, the answer that nothing passed.

    Raises:
        NoAnswer: it did not get as far as starting the code under test.
        SandboxError: the container was ended or removed from outside.
        EngineGone: the engine does not answer.
    """
    timeout = task.judge.suite_timeout + MARGIN_SECONDS
    frames = container.converse(guest.SUPERVISOR, [json.dumps(request).encode("ascii"), archive], timeout=timeout)
    started = False
    try:
        for frame in frames:
            answer = json.loads(frame)
            if "started" not in answer:
                return dict(answer)
            started = True
        raise NoAnswer("the judge's supervisor ended without an answer")
    except NoAnswer as exc:
        if not started:
            raise
        with contextlib.suppress(AgentError):
            container.blame(exc)
        return {**NOTHING_PASSED, "died": str(exc)}


def _request(task: Task, planted: tuple[str, ...]) -> dict[str, Any]:
    return {
        "workspace": WORKSPACE,
        "ids": [*task.hidden_ids, *planted],
        "suite_timeout": task.judge.suite_timeout,
        "test_timeout": task.judge.test_timeout,
        "start_timeout": START_SECONDS,
        "limit": LIMIT,
        "plan": {"workspace": WORKSPACE, "pythonpath": [WORKSPACE]},
        "pytest_run": guest.source_of("pytest_run"),
        "env": {**ENVIRONMENT, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    }
