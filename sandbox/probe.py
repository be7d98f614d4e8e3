"""Running a check: a fresh container, the tree and hidden tests laid in, one answer out."""

from __future__ import annotations

import hashlib
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import docker

from sandbox import judge
from sandbox.env import guest
from sandbox.env.container import ENVIRONMENT, Container
from sandbox.judge import Judgement
from sandbox.task import WORKSPACE, Task
from sandbox.tree import Tree, digest, pack

LIMIT = 64 * 1024
START_SECONDS = 60.0
MARGIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check done. `answer` is what the supervisor said, for the log."""

    judgement: Judgement
    answer: Mapping[str, Any]
    canaries: tuple[str, ...]
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
    files = list(dict.fromkeys(test.partition("::")[0] for test in task.hidden_ids))
    planted = judge.plant(tests, files, task.judge.canaries, rng)
    archive = pack(judge.overlay(tree, planted.tests))
    container = Container.start(client, image, labels=labels, resources=task.resources, keep_workspace=False)
    try:
        answer = container.ask(
            guest.SUPERVISOR,
            _request(task, planted.canaries),
            archive,
            timeout=task.judge.suite_timeout + MARGIN_SECONDS,
        )
    finally:
        container.remove()
    judgement = judge.interpret(task, planted.canaries, answer)
    return Check(judgement=judgement, answer=answer, canaries=planted.canaries, seconds=float(answer["seconds"]))


def _request(task: Task, canaries: tuple[str, ...]) -> dict[str, Any]:
    return {
        "op": "judge",
        "workspace": WORKSPACE,
        "ids": [*task.hidden_ids, *canaries],
        "suite_timeout": task.judge.suite_timeout,
        "test_timeout": task.judge.test_timeout,
        "start_timeout": START_SECONDS,
        "limit": LIMIT,
        "plan": {"workspace": WORKSPACE, "pythonpath": [WORKSPACE]},
        "pytest_run": guest.source_of("pytest_run"),
        "env": {**ENVIRONMENT, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "HOME": "/home/agent"},
    }
