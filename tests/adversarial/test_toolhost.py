"""Hostile programs against the tool host: bounded, charged to the candidate, and the next call is well.

What they do to the workspace is in test_changes.py, what a bad connection does in test_channel.py.
"""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Iterator

import docker
import pytest

from sandbox.env.workspace import MOST_RESTARTS, AgentEnvironment, Trouble
from sandbox.errors import AgentError
from sandbox.index import Index
from sandbox.task import Resources
from tests.support.docker import Follower, call, environment

pytestmark = pytest.mark.docker

MB = 1_000_000

DAEMON = """python3 - <<'E'
import os
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
null = os.open(os.devnull, os.O_RDWR)
for fd in (0, 1, 2): os.dup2(null, fd)
file = os.open("/workspace/ticks", os.O_WRONLY | os.O_CREAT)
n = 0
while True:
    n += 1
    os.pwrite(file, b"%09d" % n, 0)
E"""
STUBBORN = """
trap '' TERM INT HUP
setsid sh -c 'trap "" TERM; sleep 1001' &
(setsid sh -c 'sleep 1002 & sleep 1003 &' &)
while :; do sleep 1004; done
"""
# Tries to speak, through whatever descriptor or memory it can open, in place of the tool host and of the worker.
FORGER = r"""python3 - <<'E'
import glob, json, os, struct, zlib
answer = {"status": "ok", "output": "forged", "exit_code": 0, "bytes": 6, "sha256": "", "truncated": False,
          "replaced": False, "changes": [], "gone": [], "touched": []}
reached = []
def say(path):
    try: fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError: return
    for number in range(12):
        text = json.dumps(dict(answer, id=number)).encode()
        frame = struct.pack(">II", len(text), zlib.crc32(text)) + text
        for data in (frame, b"\1\0\0\0" + struct.pack(">I", len(frame)) + frame):
            try: os.write(fd, data)
            except OSError: pass
    reached.append(path)
ours = {os.getpid(), os.getppid()}
for place in glob.glob("/proc/[0-9]*"):
    if int(place[6:]) in ours: continue
    try: names = os.listdir(place + "/fd")
    except OSError: names = [str(number) for number in range(32)]
    for name in names: say(place + "/fd/" + name)
    try:
        with open(place + "/mem", "r+b"): reached.append(place + "/mem")
    except OSError: pass
print("reached", reached)
E
exit 7"""
ORPHANS = "(while :; do (sleep 0.01 &) ; sleep 0.005; done) > /dev/null 2>&1 & echo begun"
SHOW = "for p in /proc/[0-9]*; do grep -qs '^Uid:.1000' $p/status && tr '\\0' ' ' < $p/cmdline && echo; done"
# The host and its worker; not the shell under which the host runs.
KILL = "for p in /proc/[0-9]*; do grep -qs '^Uid:.0' $p/status && grep -qs '^python' $p/comm && "
KILL += "kill -9 ${p#/proc/}; done"


@pytest.fixture
def env(engine: docker.DockerClient, toy_image: str) -> Iterator[AgentEnvironment]:
    """An environment of one's own."""
    with environment(engine, toy_image) as made:
        yield made


def said(env: AgentEnvironment, command: str) -> str:
    return str(call(env, "bash", command=command)["output"])


def inside(env: AgentEnvironment, command: str) -> str:
    """What a command says that is run as root from outside."""
    container = env.container.client.containers.get(env.container.id)
    return bytes(container.exec_run(["sh", "-c", command], user="0:0").output).decode()  # type: ignore[arg-type]


def running(env: AgentEnvironment, name: str) -> bool:
    """Whether a process of the agent has this in its command line."""
    return name in inside(env, SHOW)


def kill_tool_host(env: AgentEnvironment) -> None:
    inside(env, KILL)


def trouble_with(env: AgentEnvironment) -> Trouble:
    """What is noticed between two calls; the news may take a moment to arrive."""
    for _ in range(100):
        if (trouble := env.look_alive()) is not None:
            return trouble
        time.sleep(0.02)
    raise AssertionError("nothing was noticed")


# Processes that will not end


def test_a_daemon_that_rewrites_the_workspace_is_dead_after_the_seal(env: AgentEnvironment) -> None:
    follower = Follower(env)
    follower.bash(DAEMON + "\nsleep 0.3")
    first = follower.bash("cat ticks; sleep 0.3").answer["output"]
    assert first != follower.bash("cat ticks").answer["output"]
    sealed = env.seal()
    assert sealed.killed is not None and sealed.killed >= 1
    assert sealed.changes is not None
    follower.index.apply(sealed.changes.changed, sealed.changes.gone)
    assert follower.index.raw == Index.of(sealed.tree).raw
    time.sleep(0.3)
    assert inside(env, "cat /workspace/ticks").encode() == sealed.tree["ticks"].data
    assert env.seal().tree == sealed.tree


def test_a_timeout_ends_all_that_the_call_started_and_spares_servers_of_earlier_ones(env: AgentEnvironment) -> None:
    call(env, "bash", command="setsid sleep 2001 & sleep 2002 & echo started")
    answer = call(env, "bash", command=STUBBORN, timeout=1)
    assert answer["status"] == "timeout"
    assert answer["seconds"] < 4
    for number in (1001, 1002, 1003, 1004):
        assert not running(env, f"sleep {number}")
    assert running(env, "sleep 2001")
    assert running(env, "sleep 2002")


def test_a_server_that_talks_lives_on_after_its_call_and_does_not_stop(env: AgentEnvironment) -> None:
    chatter = "(while :; do head -c 200000 /dev/zero; date +%s%N > /tmp/new; mv /tmp/new /tmp/lives; done) &"
    assert call(env, "bash", command=f"{chatter} sleep 0.1")["status"] == "ok"
    before = said(env, "cat /tmp/lives")
    time.sleep(0.5)
    between = said(env, "cat /tmp/lives; sleep 0.5")
    assert before != between != said(env, "cat /tmp/lives")


def test_orphans_that_end_while_nothing_is_called_do_not_fill_the_container(env: AgentEnvironment) -> None:
    assert said(env, ORPHANS) == "begun\n"
    time.sleep(3)  # several times as many as processes are allowed
    assert int(inside(env, "grep -hs '^State:.Z' /proc/[0-9]*/status | wc -l")) < 5
    assert said(env, "echo fine") == "fine\n"


# Memory and output


def test_memory_that_runs_out_is_counted_and_the_environment_goes_on(
    engine: docker.DockerClient, toy_image: str
) -> None:
    # Files in memory may take as much again: the bound of the container is 64 + 16 + 256 + 64 MiB.
    with environment(engine, toy_image, Resources(cpus=1.0, memory_mb=64, storage_mb=16, pids=64)) as env:
        found = Follower(env).call("bash", command="python3 -c 'x = b\"a\" * 600_000_000'; echo went on")
        assert found.answer["oom_kills"] >= 1
        assert found.answer["status"] in ("ok", "killed")
        assert found.trouble is None
        later = call(env, "bash", command="echo fine")
        assert (later["output"], later["oom_kills"]) == ("fine\n", 0)
        assert "calc.py" in env.seal().tree


@pytest.mark.parametrize(
    ("command", "size", "replaced"),
    [
        pytest.param("yes | head -c 300000000", 300 * MB, False, id="lines"),
        pytest.param("head -c 100000000 /dev/zero | tr '\\0' a", 100 * MB, False, id="one-line"),
        pytest.param("head -c 50000000 /dev/urandom", 50 * MB, True, id="binary"),
        pytest.param("yes ä | tr -d '\\n' | head -c 20000001", 20 * MB + 1, True, id="ends-in-a-character"),
        pytest.param("yes äö€ | tr -d '\\n' | head -c 20000001", 20 * MB + 1, False, id="text"),
        pytest.param("yes | head -c 2000000000", 2000 * MB, False, id="2GB", marks=pytest.mark.slow),
    ],
)
def test_output_is_bounded_counted_and_flagged(env: AgentEnvironment, command: str, size: int, replaced: bool) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = call(env, "bash", command=command)
    assert (answer["status"], answer["bytes"], answer["truncated"]) == ("ok", size, True)
    assert answer["replaced"] is replaced
    assert len(answer["output"]) < 40_000
    assert "bytes left out" in answer["output"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024  # KiB


# The worker, and its answers


def test_a_killed_worker_costs_its_call_only(env: AgentEnvironment) -> None:
    for command in ("kill -9 $PPID; sleep 5", "kill -9 -1; sleep 5", "kill -ALRM $PPID; sleep 5"):
        answer = call(env, "bash", command=command)
        assert answer["status"] == "killed", command
        assert answer["seconds"] < 3
        assert said(env, "echo fine") == "fine\n"


def test_a_stopped_worker_runs_out_of_time_and_is_replaced(env: AgentEnvironment) -> None:
    answer = call(env, "bash", command="kill -STOP $PPID; sleep 3001", timeout=1)
    assert answer["status"] == "timeout"
    assert answer["seconds"] < 10
    assert said(env, "echo fine") == "fine\n"
    assert not running(env, "sleep 3001")


def test_no_program_can_speak_in_place_of_the_tool_host(env: AgentEnvironment) -> None:
    for _ in range(3):
        answer = call(env, "bash", command=FORGER)
        assert (answer["status"], answer["exit_code"]) == ("ok", 7)
        assert answer["output"] == "reached []\n"
        assert said(env, "echo real") == "real\n"


@pytest.fixture(scope="module")
def special(engine: docker.DockerClient, toy_image: str) -> Iterator[AgentEnvironment]:
    """A workspace with all kinds of special files in it."""
    with environment(engine, toy_image) as made:
        sock = "import socket; socket.socket(socket.AF_UNIX).bind('socket')"
        call(made, "bash", command=f'mkfifo fifo; ln -s loop loop; ln -s /proc/self self; python3 -c "{sock}"')
        yield made


SPECIAL = ["/proc/self/mem", "/proc/self/fd/1", "/proc/self/fd/5", "self/mem", "/dev/full", "/dev/zero", "/dev/tty"]


@pytest.mark.parametrize("path", [*SPECIAL, "fifo", "socket", "loop"])
def test_file_tools_touch_files_only(special: AgentEnvironment, path: str) -> None:
    writing = ("write_file", {"content": "x"}), ("edit_file", {"old": "0", "new": "1"})
    for tool, arguments in (("read_file", {}), *writing):
        answer = call(special, tool, path=path, **arguments)
        assert answer["status"] == "refused", (tool, answer["output"])
        assert answer["seconds"] < 5
    assert said(special, "echo fine") == "fine\n"


# The tool host itself


def test_a_tool_host_that_is_killed_costs_its_call_only(env: AgentEnvironment) -> None:
    follower = Follower(env)
    for number in range(2):
        # What a server writes while there is no tool host is told when there is one again.
        follower.bash(f"(sleep 0.6; echo {number} > late) > /dev/null 2>&1 &")
        killer = threading.Timer(0.2, kill_tool_host, [env])
        killer.start()
        found = follower.bash("echo x > before; sleep 30")
        killer.join()
        assert found.answer["status"] == "killed"
        assert found.trouble is not None and found.trouble.origin == "agent"
        assert found.changes is not None and "before" in found.changes.changed
        later = follower.bash(f"sleep 0.5; cat late; echo {number} > after")
        assert later.answer["output"] == f"{number}\n"
        assert later.trouble is None
        assert follower.is_right()


def test_a_tool_host_that_dies_between_calls_is_noticed_before_the_next_one(env: AgentEnvironment) -> None:
    follower = Follower(env)
    kill_tool_host(env)
    assert trouble_with(env).origin == "agent"
    assert env.look_alive() is None
    follower.call("write_file", path="new", content="x")
    assert follower.is_right()


def test_a_tool_host_that_dies_again_and_again_ends_the_trial(env: AgentEnvironment) -> None:
    for _ in range(MOST_RESTARTS):
        kill_tool_host(env)
        assert trouble_with(env).origin == "agent"
        assert said(env, "echo fine") == "fine\n"
    kill_tool_host(env)
    with pytest.raises(AgentError, match="no room for the tool host"):
        trouble_with(env)
