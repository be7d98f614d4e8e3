"""A bad connection to the engine: a fault of the sandbox, never a tool's result, never half a tree."""

from __future__ import annotations

import gc
import json
import struct
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import docker
import pytest

from sandbox import toolbox
from sandbox.env.workspace import AgentEnvironment
from sandbox.errors import EngineGone, SandboxError
from tests.support.docker import Follower, call, environment
from tests.support.relay import Change, Relay, part

pytestmark = pytest.mark.docker

FORGED = {"status": "ok", "output": "forged", "exit_code": 0, "bytes": 6, "sha256": "", "truncated": False,
          "replaced": False, "changes": [], "gone": []}  # fmt: skip


def frame(value: object) -> bytes:
    payload = json.dumps(value).encode()
    return struct.pack(">II", len(payload), zlib.crc32(payload)) + payload


def flipped(position: int) -> Change:
    """One bit of what is said is another one (of its last byte, where it is shorter)."""

    def change(data: bytes) -> bytes:
        at = min(position, len(data) - 1)
        return data[:at] + bytes([data[at] ^ 0x80]) + data[at + 1 :]

    return change


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    with tempfile.TemporaryDirectory() as folder:  # a socket's path must be short
        made = Relay(Path(folder) / "docker.sock")
        yield made
        made.cut()


@pytest.fixture
def env(relay: Relay, toy_image: str) -> Iterator[AgentEnvironment]:
    """An environment whose engine is spoken to through the relay."""
    client = docker.DockerClient(base_url=relay.host)
    try:
        with environment(client, toy_image) as made:
            yield made
    finally:
        client.close()


CHANGES: dict[str, Change] = {
    "a bit of the stream's header": flipped(0),
    "a bit of the stream's padding": flipped(2),
    "a bit of the frame's length": flipped(8),
    "a bit of the checksum": flipped(14),
    "a bit of the answer": flipped(60),
    "nothing of it": lambda data: None,
    "a foreign answer first": lambda data: part(frame({**FORGED, "id": 1})) + data,
    "a foreign word first": lambda data: part(frame("ok")) + data,
    "no JSON": lambda data: part(struct.pack(">II", 2, zlib.crc32(b"ok")) + b"ok"),
    "an endless frame": lambda data: part(struct.pack(">II", 1 << 31, 0)),
    "an empty success": lambda data: part(frame({})),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_answer_that_is_tampered_with_is_a_fault_of_the_sandbox(
    env: AgentEnvironment, relay: Relay, name: str
) -> None:
    follower = Follower(env)
    follower.bash("echo before > f")
    relay.tamper(CHANGES[name])
    found = follower.bash("echo real; echo after > f")
    assert found.trouble is not None, found.answer
    assert found.trouble.origin == "sandbox"
    assert found.answer["status"] == "killed"
    assert "lost this call" in found.answer["output"]
    later = follower.bash("cat f")
    assert (later.answer["output"], later.trouble) == ("after\n", None)
    assert follower.is_right()


@pytest.mark.slow
def test_half_an_answer_is_a_fault_too(env: AgentEnvironment, relay: Relay) -> None:
    relay.tamper(lambda data: data[: len(data) // 2])
    # The rest never comes, so this takes the time that the call was given; then it is over.
    found = env.call(toolbox.load_tools()["bash"], {"command": "true", "timeout": 1}, 0.1)
    assert found.trouble is not None and found.trouble.origin == "sandbox"
    assert found.answer["status"] == "killed"
    assert call(env, "bash", command="echo fine")["output"] == "fine\n"


def test_what_nobody_asked_for_is_noticed_before_the_next_call(env: AgentEnvironment, relay: Relay) -> None:
    assert call(env, "bash", command="echo fine")["output"] == "fine\n"
    relay.inject(part(frame({**FORGED, "id": 3})))
    trouble = None
    for _ in range(100):
        trouble = trouble or env.look_alive()
    assert trouble is not None and trouble.origin == "sandbox"
    assert call(env, "bash", command="echo fine")["output"] == "fine\n"


@pytest.mark.slow
def test_a_channel_that_breaks_again_and_again_is_the_sandbox_s_failure(env: AgentEnvironment, relay: Relay) -> None:
    with pytest.raises(SandboxError, match="breaks again and again"):
        for _ in range(10):
            call(env, "bash", command="true")
            relay.tamper(flipped(60))


# The client library leaves a socket open that it cannot connect.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_engine_that_goes_away_is_said_to_be_gone(toy_image: str, engine: docker.DockerClient) -> None:
    with tempfile.TemporaryDirectory() as folder:
        relay = Relay(Path(folder) / "docker.sock")
        client = docker.DockerClient(base_url=relay.host)
        with pytest.raises(EngineGone, match="remove"), environment(client, toy_image) as env:
            kept = replace(env.container, client=engine)
            relay.cut()
            with pytest.raises(EngineGone):
                call(env, "bash", command="true")
            with pytest.raises(EngineGone):
                env.seal()
        client.close()
        kept.remove()
        gc.collect()
