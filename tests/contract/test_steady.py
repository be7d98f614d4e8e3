"""An engine that falters, met by one environment: what may be asked again is, what was lost is found or removed."""

from __future__ import annotations

import re
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from sandbox import toolbox
from sandbox.env import owner
from sandbox.env.engine import connect
from sandbox.env.workspace import AgentEnvironment
from sandbox.errors import EngineGone, SandboxError
from tests.support.docker import SMALL, call, leftovers
from tests.support.engine_proxy import EngineProxy
from tests.support.engine_rules import (
    ANY,
    ARCHIVE,
    ATTACH,
    CREATE,
    EXEC_CREATE,
    EXEC_START,
    KILL,
    LIST,
    LOOK,
    REMOVE,
    START,
    STREAM,
    WAIT,
    Fault,
    Rule,
)

pytestmark = pytest.mark.docker

SIMPLE = (Fault.REFUSED, Fault.UNHEARD, Fault.LOST)
KINDS = {
    "look": LOOK,
    "create": CREATE,
    "start": START,
    "remove": REMOVE,
    "kill": KILL,
    "attach": ATTACH,
    "exec-create": EXEC_CREATE,
    "exec-start": EXEC_START,
    "archive": ARCHIVE,
    "wait": WAIT,
}


@pytest.fixture(scope="module")
def proxy() -> Iterator[EngineProxy]:
    with tempfile.TemporaryDirectory() as folder, EngineProxy(Path(folder) / "engine.sock") as made:
        yield made


@pytest.fixture
def client(proxy: EngineProxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[docker.DockerClient]:
    """A client of an engine that is well again at the beginning of each test."""
    proxy.heal()
    proxy.faults.clear()
    monkeypatch.setenv("DOCKER_HOST", proxy.host)
    made = connect(timeout=1)
    yield made
    made.close()


def start(client: docker.DockerClient, image: str, run: str) -> AgentEnvironment:
    labels = owner.labels(run=run, trial="test", role="agent")
    tools = toolbox.load_tools()
    return AgentEnvironment.start(
        client, image, labels=labels, resources=SMALL, tools=tools, environment={}, solution=None
    )[0]


@pytest.mark.parametrize("fault", SIMPLE, ids=lambda fault: fault.value)
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_that_passes_is_not_noticed(
    proxy: EngineProxy,
    client: docker.DockerClient,
    engine: docker.DockerClient,
    toy_image: str,
    kind: str,
    fault: Fault,
) -> None:
    if kind.startswith("exec"):  # needed only where a container's own program cannot be had
        proxy.add(Rule(ATTACH, Fault.REFUSED))
    proxy.add(Rule(KINDS[kind], fault, times=1))
    run = uuid.uuid4().hex
    env = start(client, toy_image, run)
    assert call(env, "bash", command="echo said; echo kept > new")["output"] == "said\n"
    assert env.hold()["new"].data == b"kept\n"
    assert env.seal().tree["new"].data == b"kept\n"
    env.close()
    assert [done for request, done in proxy.faults if re.search(KINDS[kind], request)] == [fault]
    assert leftovers(engine, run) == []


@pytest.mark.parametrize("kind", ["create", "start", "exec-start"])
def test_what_stays_broken_is_the_sandbox_s_failure_and_leaves_nothing(
    proxy: EngineProxy, client: docker.DockerClient, engine: docker.DockerClient, toy_image: str, kind: str
) -> None:
    proxy.add(Rule(KINDS[kind], Fault.REFUSED), Rule(ATTACH, Fault.REFUSED))
    run = uuid.uuid4().hex
    with pytest.raises(SandboxError):
        start(client, toy_image, run)
    assert leftovers(engine, run) == []


def test_a_creation_that_hangs_is_not_waited_for_twice(
    proxy: EngineProxy, client: docker.DockerClient, toy_image: str
) -> None:
    proxy.add(Rule(CREATE, Fault.HUNG))
    started = time.monotonic()
    with pytest.raises(EngineGone):
        start(client, toy_image, uuid.uuid4().hex)
    assert time.monotonic() - started < 6
    assert [request for request, _ in proxy.faults] == [proxy.faults[0][0]], "asked again while it may be under way"


def test_a_hanging_engine_is_waited_for_once_and_not_at_each_call(
    proxy: EngineProxy, client: docker.DockerClient
) -> None:
    proxy.add(Rule(ANY, Fault.HUNG))
    started = time.monotonic()
    for _ in range(3):
        with pytest.raises(EngineGone):
            owner.reap(client, run="nobody's")
    assert time.monotonic() - started < 8
    proxy.heal()
    assert owner.reap(client, run="nobody's") == 0


def test_a_creation_that_was_lost_is_reaped(
    proxy: EngineProxy, client: docker.DockerClient, engine: docker.DockerClient, toy_image: str
) -> None:
    """Neither its answer nor any look comes through, so that nobody here knows of it."""
    run = uuid.uuid4().hex
    proxy.add(Rule(CREATE, Fault.LOST), Rule(LOOK, Fault.UNHEARD), Rule(REMOVE, Fault.UNHEARD))
    with pytest.raises(EngineGone):
        start(client, toy_image, run)
    assert len(leftovers(engine, run)) == 2, "a container and its volume"
    proxy.heal()
    owner.reap(client, run=run)
    assert leftovers(engine, run) == []


def test_the_reaper_does_not_stop_at_what_it_cannot_remove(
    proxy: EngineProxy, client: docker.DockerClient, engine: docker.DockerClient, toy_image: str
) -> None:
    run = uuid.uuid4().hex
    made = [start(client, toy_image, run) for _ in range(2)]
    proxy.add(Rule(REMOVE, Fault.REFUSED, times=3), Rule(LIST, Fault.LOST, times=1))
    assert owner.reap(client, run=run) == 4
    assert leftovers(engine, run) == []
    for env in made:
        env.close()


@pytest.mark.parametrize("at", [2000, 3000])
def test_a_workspace_that_breaks_off_is_read_again(
    proxy: EngineProxy, client: docker.DockerClient, toy_image: str, at: int
) -> None:
    env = start(client, toy_image, uuid.uuid4().hex)
    call(env, "bash", command="head -c 100000 /dev/urandom > large")
    proxy.add(Rule(ARCHIVE, Fault.CUT, times=1, at=at))
    assert len(env.hold()["large"].data) == 100_000
    assert proxy.faults
    env.close()


@pytest.mark.slow
def test_a_channel_that_stands_still_is_no_doing_of_the_agent_s(
    proxy: EngineProxy, client: docker.DockerClient, toy_image: str
) -> None:
    # The bytes that come before the answer to the first call.
    proxy.add(Rule(STREAM, Fault.STALLED, times=1, at=1200))
    env = start(client, toy_image, uuid.uuid4().hex)
    try:
        with pytest.raises(SandboxError, match="stands still"):
            for _ in range(20):
                env.call(toolbox.load_tools()["bash"], {"command": "true", "timeout": 1}, 0.1)
    finally:
        env.close()
