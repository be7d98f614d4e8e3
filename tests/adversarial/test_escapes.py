"""Ways out of the denominator: a candidate that fails must not end without a verdict, nor stop the others.

And ways to outlive the seal. The small programs are written in machine code, as no compiler
is in the container and an interpreter would be the first that memory runs out for.
"""

from __future__ import annotations

import base64
import platform
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import docker
import pytest

from sandbox.task import Resources
from tests.support import toy
from tests.support.command import results, roadtest
from tests.support.docker import call, environment
from tests.support.toy import SUBMIT, bash, write

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the programs are for x86-64"),
]


def program(code: str) -> str:
    """A shell line that puts a static program (hex of its instructions) at /tmp/p."""
    text = bytes.fromhex(code)
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400078, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    size = 120 + len(text)
    head += struct.pack("<IIQQQQQQ", 1, 7, 0, 0x400000, 0x400000, size, size, 0x1000)
    return f"echo {base64.b64encode(head + text).decode()} | base64 -d > /tmp/p; chmod +x /tmp/p"


# fork(); the parent exits, the child does the same: a process that is never where one looks.
HOPPER = "b839000000 0f05 85c0 7ef5 b83c000000 31ff 0f05"
# memfd_create(), then write() until it fails, then the next: memory that belongs to no process.
EATER = "b83f010000 bf01004000 31f6 0f05 89c3 b801000000 89df be00004000 ba00100000 0f05 4885c0 7fe8 ebd8"

SAY = """
import os, json
def say(data):
    for fd in range(3, 64):
        try: os.write(fd, data)
        except OSError: pass
"""
ODD_OUTCOME = """
def add(a, b):
    test = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]
    say(json.dumps({"event": "finish", "id": test, "outcome": []}).encode() + b"\\n")
    return a - b
def double(x): return 2 * x
"""
EAT_IN_JUDGE = f"""
import os, signal, subprocess
def add(a, b):
    subprocess.run(["bash", "-c", {program(EATER)!r}])
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    os.execv("/tmp/p", ["p"])
def double(x): return 2 * x
"""
EAT = "python3 -c \"import signal, os; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); os.execv('/tmp/p', ['p'])\""

ESCAPES: Mapping[str, Sequence[dict[str, Any]]] = {
    "deep-report": [write("calc.py", SAY + 'say(b"\\n" + b"[" * 200000 + b"\\n")\n' + toy.WORKSPACE["calc.py"])],
    "odd-outcome": [write("calc.py", SAY + ODD_OUTCOME)],
    "full-disk": [bash("rm -rf .git; head -c 40M /dev/zero > fill; df . | tail -1")],
    "full-of-files": [bash("rm -rf .git; mkdir d; cd d; for i in $(seq 9000); do : > f$i || break; done 2> /dev/null")],
    "memory-of-the-judge": [write("calc.py", EAT_IN_JUDGE)],
    "memory-of-the-agent": [bash(f"{program(EATER)}; {EAT} & sleep 2"), bash("true")],
    "shared-memory": [
        bash(
            "python3 - <<'E'\n"
            "import ctypes\n"
            "l = ctypes.CDLL(None); l.shmat.restype = ctypes.c_void_p\n"
            "for n in range(200):\n"
            "    i = l.shmget(0, 4 << 20, 0o1600)\n"
            "    if i < 0: break\n"
            "    p = l.shmat(i, None, 0); ctypes.memset(p, 1, 4 << 20); l.shmdt(ctypes.c_void_p(p))\n"
            "E\n"
            "head -c 300M /dev/zero > /tmp/x; head -c 60M /dev/zero > /dev/shm/x; echo full",
            timeout=20,
        ),
        bash("true"),
    ],
    "hoppers": [bash(f"{program(HOPPER)}; for i in 1 2 3; do setsid /tmp/p & done; sleep 0.3")],
}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a run of all of them, with an honest candidate at the end."""
    folder = tmp_path_factory.mktemp("escapes")
    task = toy.make_task(folder)
    models: list[str] = []
    for name, turns in {**ESCAPES, "honest": [write("calc.py", toy.FIXED)]}.items():
        models += ["--model", toy.make_script(folder / f"{name}.jsonl", [*turns, SUBMIT])]
    done = roadtest("run", task, *models, "--out", folder / "run", "--concurrency", "2", timeout=900)
    assert done.returncode == 0, done.stderr
    return folder


def record(played: Path, name: str) -> dict[str, Any]:
    return results(played / "run")[f"scripted:{played / name}.jsonl"]


@pytest.mark.parametrize("name", ESCAPES)
def test_a_failure_stays_a_failure(played: Path, name: str) -> None:
    found = record(played, name)
    assert found["verdict"] in ("wrong", "agent-crash"), found
    assert found["score"] == 0.0


def test_who_comes_after_them_is_judged(played: Path) -> None:
    assert record(played, "honest")["verdict"] == "accepted"


def test_a_tree_too_large_for_the_judge_is_the_agent_s_crash_and_stops_nobody(tmp_path: Path) -> None:
    large = toy.TASK.replace("memory_mb = 256", "memory_mb = 512").replace("storage_mb = 32", "storage_mb = 400")
    task = toy.make_task(tmp_path, task=large)
    fill = bash("for i in 1 2 3; do head -c 95M /dev/zero > big$i; done")
    name = toy.make_script(tmp_path / "large.jsonl", [fill, SUBMIT])
    done = roadtest("run", task, "--model", name, "--model", "scripted:oracle", "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    verdicts = {name: found["verdict"] for name, found in results(tmp_path / "run").items()}
    assert verdicts == {name: "agent-crash", "scripted:oracle": "accepted"}


def test_processes_that_fork_faster_than_one_can_look_are_dead_after_the_seal(
    engine: docker.DockerClient, toy_image: str
) -> None:
    room = Resources(cpus=1.0, memory_mb=256, storage_mb=32, pids=512)
    with environment(engine, toy_image, room) as env:
        call(env, "bash", command=f"{program(HOPPER)}; for i in $(seq 20); do setsid /tmp/p & done; sleep 0.3")
        assert "calc.py" in env.seal().tree
        count = "for i in 1 2 3 4 5; do cat /proc/[0-9]*/status 2> /dev/null | grep -c '^Uid:.1000'; done; true"
        alive = engine.containers.get(env.container.id).exec_run(["sh", "-c", count], user="0:0").output
    assert bytes(alive).split() == [b"0"] * 5  # type: ignore[arg-type]
