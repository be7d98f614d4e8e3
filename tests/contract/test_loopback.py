"""Containers with nothing but a loopback, against a real engine: made by it alone, and after a pattern."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import docker
import pytest

from sandbox.env import loopback, owner
from sandbox.env.container import Container
from sandbox.env.engine import connect
from sandbox.env.workspace import AgentEnvironment
from sandbox.errors import SandboxError
from sandbox.task import Resources
from tests.support.docker import call, environment

pytestmark = pytest.mark.docker

SERVER = "python3 -m http.server 8123 --bind 127.0.0.1 > /dev/null 2>&1 & "
ASK = "curl -s -o /dev/null http://localhost:8123/ || python3 -c \"import urllib.request as u; u.urlopen('http://localhost:8123/')\""


@pytest.fixture
def client() -> Iterator[docker.DockerClient]:
    """A client of its own: what it learns is for its own containers."""
    made = connect()
    yield made
    made.close()


@pytest.fixture
def pattern(client: docker.DockerClient, toy_image: str) -> Iterator[Container]:
    """What further containers of the client are made like."""
    labels = owner.labels(run=uuid.uuid4().hex, trial="", role="pattern")
    ended = {"command": ["true"]}
    made = Container.start(client, toy_image, labels=labels, resources=Resources(), keep_workspace=False, changes=ended)
    loopback.learn(client, made.id)
    assert loopback.pattern_of(client) is not None
    yield made
    made.remove()


def said(env: AgentEnvironment, command: str) -> str:
    return str(call(env, "bash", command=command)["output"])


def has_network_of_the_engine(env: AgentEnvironment) -> bool:
    return not env.container.client.api.inspect_container(env.container.id)["Config"].get("NetworkDisabled")


def test_one_made_after_a_pattern_is_no_other_inside(
    engine: docker.DockerClient, client: docker.DockerClient, pattern: Container, toy_image: str
) -> None:
    facts = (
        "cat /etc/hosts /etc/resolv.conf /etc/hostname; getent hosts localhost; getent hosts nowhere; echo $?;"
        "ls -l /etc/hosts /etc/resolv.conf | cut -c1-22; ls /sys/class/net; cat /proc/net/if_inet6;"
        "grep -v ' / ' /proc/mounts | cut -d' ' -f2,4 | sort"
    )
    with environment(engine, toy_image) as plain, environment(client, toy_image) as quick:
        assert has_network_of_the_engine(plain)
        assert not has_network_of_the_engine(quick)
        assert said(quick, facts) == said(plain, facts)
        assert said(quick, "ls /sys/class/net").split()[0] == "lo"
        config = client.api.inspect_container(quick.container.id)["HostConfig"]
        assert config["NetworkMode"] == "none"
        assert config["Binds"] is None
        bound = [mount for mount in config["Mounts"] if mount["Type"] == "bind"]
        assert [(mount["Target"], mount["ReadOnly"]) for mount in bound] == [
            ("/etc/hosts", True),
            ("/etc/resolv.conf", True),
        ]
        assert "read-only" in said(quick, "echo 1 > /etc/hosts").lower() + said(quick, "touch /etc/hosts").lower()


def test_each_has_a_loopback_of_its_own(client: docker.DockerClient, pattern: Container, toy_image: str) -> None:
    with environment(client, toy_image) as one, environment(client, toy_image) as other:
        listening = f"{SERVER} for i in $(seq 50); do {ASK} && break; sleep 0.1; done; echo $?"
        assert said(one, listening).endswith("0\n")
        assert said(other, f"({ASK}) > /dev/null 2>&1; echo $?") != "0\n"
        assert said(one, "readlink /proc/self/ns/net") != said(other, "readlink /proc/self/ns/net")


def test_without_the_pattern_they_are_made_by_the_engine_again(
    client: docker.DockerClient, pattern: Container, toy_image: str
) -> None:
    pattern.remove()
    with environment(client, toy_image) as env:
        assert has_network_of_the_engine(env)
        assert "localhost" in said(env, "getent hosts localhost")
    assert loopback.pattern_of(client) is None


def test_a_container_that_is_put_away_ends_by_itself(engine: docker.DockerClient, toy_image: str) -> None:
    with environment(engine, toy_image) as env:
        said(env, "sleep 1000 & echo left behind")
        hands = env._hands
        assert hands is not None
        assert hands.end()
        env.container.await_end()
        state = engine.api.inspect_container(env.container.id)["State"]
    assert (state["Running"], state["ExitCode"]) == (False, 0)


def test_one_is_put_away_at_once_while_somebody_waits_for_a_call(engine: docker.DockerClient, toy_image: str) -> None:
    with environment(engine, toy_image) as env, ThreadPoolExecutor(1) as pool:
        said(env, "true")
        waiting = pool.submit(call, env, "bash", command="sleep 100")
        time.sleep(0.5)
        started = time.monotonic()
        env.close()
        assert time.monotonic() - started < 20
        with pytest.raises(SandboxError):
            waiting.result(20)
