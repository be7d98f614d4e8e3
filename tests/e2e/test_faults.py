"""What goes wrong with an environment, seen from the command line: verdicts, flags, and what is not asked any more."""

from __future__ import annotations

import contextlib
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.errors import APIError

from sandbox import schema
from sandbox.env import owner
from tests.support import toy
from tests.support.command import events, results, roadtest, start
from tests.support.docker import leftovers, run_id
from tests.support.engine_proxy import EngineProxy
from tests.support.engine_rules import ARCHIVE, Fault, Rule
from tests.support.stub_openai import Scripted, call, stub
from tests.support.toy import SUBMIT, bash

pytestmark = pytest.mark.docker

MODEL = "openai/stubbed"

# A second write to a page of a shared map: nothing in a directory in memory shows it.
MAPPED = """printf before > mapped; python3 - <<'E'
import mmap, os, time
if os.fork(): os._exit(0)
file = os.open("mapped", os.O_RDWR)
room = mmap.mmap(file, 6)
room[0:6] = b"before"
for fd in (0, 1, 2, file): os.close(fd)
time.sleep(0.5)
room[0:6] = b"unseen"
time.sleep(1000)
E
sleep 0.1"""
HUNGRY = "python3 -c 'x = b\"a\" * 900_000_000'; true"
KILL = "for p in /proc/[0-9]*; do grep -qs '^Uid:.0' $p/status && grep -qs '^python' $p/comm && "
KILL += "kill -9 ${p#/proc/}; done"
# The workspace is copied and kept by an image that can still do so; only then Python goes.
BARE = toy.DOCKERFILE + "RUN find / -xdev -name 'python*' \\( -type f -o -type l \\) -perm /111 -delete\n"


def agents(engine: docker.DockerClient, out: Path) -> list[Any]:
    """The containers of a run that candidates work in."""
    return containers(engine, out, "agent")


def containers(engine: docker.DockerClient, out: Path, role: str) -> list[Any]:
    """The containers of a run that are up, by what they are for."""
    labels = [f"{owner.PREFIX}run={run_id(out)}", f"{owner.PREFIX}role={role}"]
    return list(engine.containers.list(filters={"label": labels}, ignore_removed=True))


def test_a_container_that_is_removed_while_the_model_thinks_ends_the_trial(
    tmp_path: Path, engine: docker.DockerClient
) -> None:
    out = tmp_path / "out"

    def script() -> Iterator[Scripted]:
        yield call("bash", '{"command": "true"}')
        for container in agents(engine, out):
            container.remove(force=True)
        # Nothing in this reply would be run, so nothing but a look at the container can tell.
        yield call("bash", '{"command": ')
        yield call("submit", "{}")

    with stub(script()) as server:
        key = {"OPENAI_API_KEY": "sk-test-not-a-real-key"}
        arguments: list[str | Path] = ["--model", MODEL, "--api-base", server.base, "--out", out]
        done = roadtest("run", toy.make_task(tmp_path), *arguments, "--retries", "0", env=key)
        asked = len(server.requests)
    assert done.returncode == 3, done.stderr
    found = results(out)[MODEL]
    assert (found["verdict"], found["score"]) == ("infra-error", None)
    assert "removed from outside" in found["reason"]
    assert asked == 2
    assert found["calls"]["faults"] == {"bad-json": 1}
    assert leftovers(engine, run_id(out)) == []


# When a container is removed: whose, and what the log of the trial has to hold first.
MOMENTS = {
    "as soon as it is up": ("agent", '"trial.opened"', "infra-error"),
    "during a call": ("agent", '"tool.started"', "infra-error"),
    "while its workspace is read": ("agent", '"checkpoint"', "infra-error"),
    "while it judges": ("judge", '"sealed":true', "judge-error"),
}


@pytest.mark.parametrize(
    "moment",
    [pytest.param(one, marks=[pytest.mark.slow] * (one != "while it judges")) for one in MOMENTS],
)
def test_a_container_that_is_removed_costs_an_attempt_and_no_verdict(
    tmp_path: Path, engine: docker.DockerClient, moment: str
) -> None:
    role, sign, verdict = MOMENTS[moment]
    out, task = tmp_path / "out", toy.make_task(tmp_path)
    hidden = task / "tests" / "tests" / "test_calc.py"
    hidden.write_text("import time\ntime.sleep(1.5)\n" + hidden.read_text())
    model = toy.make_script(tmp_path / "right.jsonl", [bash("sleep 1.5"), toy.write("calc.py", toy.FIXED), SUBMIT])
    with tempfile.TemporaryDirectory() as folder, EngineProxy(Path(folder) / "docker.sock") as proxy:
        # The first archive is the image's own workspace; the next ones leave time to come in between.
        proxy.add(Rule(ARCHIVE, Fault.SLOW, skip=1, times=1, seconds=1.5))
        arguments: list[str | Path] = ["run", task, "--model", model, "--out", out]
        process = start(*arguments, env={"DOCKER_HOST": proxy.host})
        deadline = time.monotonic() + 60
        removed = False
        while not removed:
            assert process.poll() is None and time.monotonic() < deadline, process.communicate()[0]
            logs = [log.read_text("ascii") for log in out.glob("trials/**/events.jsonl")]
            if any(sign in log for log in logs):
                if role == "judge":
                    time.sleep(0.7)  # by then the tests have begun
                for container in containers(engine, out, role):
                    container.remove(force=True)
                    removed = True
        said = process.communicate(timeout=120)[0]
    assert process.returncode == 0, said
    assert results(out)[model]["verdict"] == "accepted"
    attempts = [log.read_text("ascii").splitlines()[-1] for log in out.glob("trials/**/attempts/*/events.jsonl")]
    assert [json.loads(line)["data"]["verdict"] for line in attempts] == [verdict]
    assert leftovers(engine, run_id(out)) == []


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, engine: docker.DockerClient) -> Path:
    """A run of candidates that each earn a flag, and of one that earns none; somebody kills tool hosts meanwhile."""
    folder = tmp_path_factory.mktemp("flags")
    scripts = {
        "hungry": [bash(HUNGRY), SUBMIT],
        "mapped": [bash(MAPPED), toy.turn(toy.call("read_file", {"path": "calc.py"})), bash("sleep 1"), SUBMIT],
        "orphan": [bash("touch begun; sleep 20"), bash("echo on"), toy.write("calc.py", toy.FIXED), SUBMIT],
        "honest": [toy.write("calc.py", toy.FIXED), SUBMIT],
    }
    models: list[str] = []
    for name, turns in scripts.items():
        models += ["--model", toy.make_script(folder / f"{name}.jsonl", turns)]
    over = threading.Event()

    def kill() -> None:
        victim = "test -e /workspace/begun && "
        while not over.wait(0.2):
            lock = folder / "out" / "lock.json"
            for container in agents(engine, folder / "out") if lock.exists() else ():
                # An engine is stuck for good where a program is started in a container while it is being frozen.
                if "orphan" not in container.labels[f"{owner.PREFIX}trial"]:
                    continue
                with contextlib.suppress(APIError):  # it is gone by now
                    if container.exec_run(["sh", "-c", victim + "rm /workspace/begun"], user="1000").exit_code == 0:
                        container.exec_run(["sh", "-c", KILL], user="0:0")
                        return

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        done = roadtest("run", toy.make_task(folder), *models, "--out", folder / "out")
    finally:
        over.set()
        killer.join()
    assert done.returncode == 0, done.stderr
    return folder


FLAGS = {
    "hungry": ("wrong", ["out-of-memory"]),
    "mapped": ("wrong", ["sealed-tree-differs"]),
    "orphan": ("accepted", ["tool-host-lost"]),
    "honest": ("accepted", []),
}


@pytest.mark.parametrize("name", FLAGS)
def test_a_record_has_the_flags_that_its_trial_earned(played: Path, name: str) -> None:
    found = results(played / "out")[f"scripted:{played / name}.jsonl"]
    schema.check("result.v1", found, file=name)
    assert (found["verdict"], found["flags"]) == FLAGS[name], found["reason"]
    for event in events(played / "out", found["trial"]):
        schema.check("event.v1", event, file=name)


def test_a_trial_in_an_image_without_python_is_flagged(tmp_path: Path) -> None:
    task = toy.make_task(tmp_path)
    (task / "environment" / "Dockerfile").write_text(BARE)
    model = toy.make_script(
        tmp_path / "one.jsonl", [bash("echo x > y; cat y"), toy.write("calc.py", toy.FIXED), SUBMIT]
    )
    started = time.monotonic()
    done = roadtest("run", task, "--model", model, "--out", tmp_path / "out")
    found = results(tmp_path / "out")[model]
    # The judge of this kind needs Python itself, so it has no verdict.
    assert (done.returncode, found["verdict"]) == (3, "judge-error"), (done.stderr, found["reason"])
    assert "plain-exec" in found["flags"]
    assert time.monotonic() - started < 60
    log = events(tmp_path / "out", found["trial"])
    assert next(event["data"]["output"] for event in log if event["kind"] == "tool.returned") == "x\n"
    assert [event["data"]["sealed"] for event in log if event["kind"] == "tree.saved"] == [False, False, True]
