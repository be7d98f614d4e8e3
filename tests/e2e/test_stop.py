"""Runs that are stopped: by a signal, by a kill, by an engine, a container or a disk that goes away."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import docker
import pytest

from sandbox.signals import MOMENT
from tests.support import toy
from tests.support.command import PROJECT, ROADTEST, environment, events, results, roadtest, start
from tests.support.docker import leftovers, run_id
from tests.support.engine_proxy import EngineProxy
from tests.support.engine_rules import REMOVE, Fault, Rule
from tests.support.relay import Relay
from tests.support.toy import SUBMIT, bash

pytestmark = pytest.mark.docker

SLOW = [bash("sleep 300", timeout=310), SUBMIT]


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Poll; the bound only keeps a broken test from hanging."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds}s for {what}"
        time.sleep(0.05)


def tool_is_running(out: Path) -> bool:
    """Whether the slow trial's tool call has begun."""
    logs = list(out.glob("trials/*/*/*slow*/*/*/events.jsonl"))
    return any('"tool.started"' in path.read_text("ascii") for path in logs)


class Stage:
    """A task, a slow candidate, and a run of it in the background."""

    def __init__(self, folder: Path) -> None:
        self.task = toy.make_task(folder)
        self.out = folder / "out"
        self.slow = toy.make_script(folder / "slow.jsonl", SLOW)

    def begin(self, *more: str, env: dict[str, str] | None = None, **options: Any) -> subprocess.Popen[str]:
        """Start nop and the slow candidate, and wait until nop is done and the slow one is in its call."""
        models = ["--model", "scripted:nop", "--model", self.slow]
        arguments: list[str | Path] = ["run", self.task, *models, "--out", self.out, "--concurrency", "2", *more]
        process = start(*arguments, env=env) if not options else _start_otherwise(arguments, env, **options)
        wait_for(lambda: tool_is_running(self.out) or process.poll() is not None, "the slow call")
        wait_for(lambda: (self.out / "results.jsonl").exists() or process.poll() is not None, "the quick trial")
        assert process.poll() is None, process.communicate()[0]
        return process

    def make_quick(self) -> None:
        """Let the slow candidate end at once from now on, under its old name."""
        toy.make_script(Path(self.slow.removeprefix("scripted:")), [SUBMIT])

    def finish(self) -> subprocess.CompletedProcess[str]:
        """Resume with nop and the oracle in place of the slow one."""
        models = ["--model", "scripted:nop", "--model", "scripted:oracle"]
        return roadtest("run", self.task, *models, "--out", self.out, "--resume")


def _start_otherwise(
    arguments: Sequence[str | Path], env: dict[str, str] | None, **options: Any
) -> subprocess.Popen[str]:
    """As `start`, with options of `subprocess.Popen`."""
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **options}
    return subprocess.Popen([*ROADTEST, *map(str, arguments)], cwd=PROJECT, env=environment(env), text=True, **streams)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


STOPPING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("which", STOPPING, ids=lambda which: which.name)
@pytest.mark.parametrize("whom", [pytest.param("the process", marks=pytest.mark.slow), "its group"])
def test_a_signal_leaves_no_container_and_keeps_what_is_done(
    stage: Stage, engine: docker.DockerClient, which: signal.Signals, whom: str
) -> None:
    process = stage.begin(start_new_session=True)
    if whom == "its group":  # as a terminal does: git's processes hear it, too
        os.killpg(process.pid, which)
    else:
        process.send_signal(which)
    said = process.communicate(timeout=60)[0]
    assert process.returncode == 130
    assert "stopped; what was finished is kept" in said
    assert "Traceback" not in said
    assert leftovers(engine, run_id(stage.out)) == []
    assert list(results(stage.out)) == ["scripted:nop"]
    again = stage.finish()
    assert again.returncode == 0, again.stderr
    assert sorted(results(stage.out)) == ["scripted:nop", "scripted:oracle"]


@pytest.mark.slow
def test_a_terminal_that_goes_away_stops_the_run_as_a_signal_does(stage: Stage, engine: docker.DockerClient) -> None:
    near, far = os.openpty()
    process = stage.begin(start_new_session=True, stdin=far, stdout=far, stderr=far)
    os.close(far)
    os.close(near)  # nobody can read what is said from here on
    process.send_signal(signal.SIGHUP)
    assert process.wait(60) == 130
    assert leftovers(engine, run_id(stage.out)) == []
    assert list(results(stage.out)) == ["scripted:nop"]
    assert stage.finish().returncode == 0


def test_a_run_that_is_shielded_from_hangups_goes_on(stage: Stage, tmp_path: Path) -> None:
    stage.slow = toy.make_script(tmp_path / "slow.jsonl", [bash("sleep 2"), SUBMIT])
    with (tmp_path / "said").open("w") as said:
        shielded = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:  # as nohup does
            process = stage.begin(start_new_session=True, stdout=said)
        finally:
            signal.signal(signal.SIGHUP, shielded)
        process.send_signal(signal.SIGHUP)
        assert process.wait(60) == 0
    assert sorted(results(stage.out)) == sorted(["scripted:nop", stage.slow])


def test_a_run_goes_on_when_nobody_reads_what_it_says(stage: Stage, tmp_path: Path) -> None:
    stage.slow = toy.make_script(tmp_path / "slow.jsonl", [bash("sleep 1"), SUBMIT])
    with stage.begin() as process:
        assert process.stdout is not None
        process.stdout.close()
        process.wait(60)
    assert sorted(results(stage.out)) == sorted(["scripted:nop", stage.slow])


def test_a_second_ctrl_c_while_it_cleans_up_ends_it_and_the_next_run_removes_the_rest(
    stage: Stage, engine: docker.DockerClient
) -> None:
    with tempfile.TemporaryDirectory() as folder, EngineProxy(Path(folder) / "docker.sock") as proxy:
        process = stage.begin(env={"DOCKER_HOST": proxy.host})
        proxy.add(Rule(REMOVE, Fault.SLOW, seconds=30))
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        before = ""
        for line in process.stdout:
            before += line
            if "again to stop at once" in line:
                break
        wait_for(lambda: bool(proxy.faults), "the first removal")
        time.sleep(MOMENT)  # what comes sooner counts as the same Ctrl-C
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        said = before + process.communicate(timeout=60)[0]
        assert time.monotonic() - started < 5
        stopped = run_id(stage.out)
        assert leftovers(engine, stopped) != []
    assert process.returncode == 130
    assert "kept; go on with: " in said
    assert "--resume" in said.splitlines()[-1]
    assert list(results(stage.out)) == ["scripted:nop"]
    assert stage.finish().returncode == 0
    assert leftovers(engine, stopped) == []


def test_what_a_killed_run_leaves_goes_with_the_next_run(stage: Stage, engine: docker.DockerClient) -> None:
    process = stage.begin(start_new_session=True)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    killed = run_id(stage.out)
    assert leftovers(engine, killed) != []
    again = stage.finish()
    assert again.returncode == 0, again.stderr
    assert leftovers(engine, killed) == []
    assert sorted(results(stage.out)) == ["scripted:nop", "scripted:oracle"]


def test_a_run_in_the_same_directory_and_the_reaper_leave_a_living_run_alone(
    stage: Stage, engine: docker.DockerClient, tmp_path: Path
) -> None:
    process = stage.begin()
    second = roadtest("run", stage.task, "--model", "scripted:nop", "--out", stage.out, "--resume")
    assert second.returncode == 3
    assert "another run is writing here" in second.stderr
    elsewhere = roadtest("run", stage.task, "--model", "scripted:nop", "--out", tmp_path / "other")
    assert elsewhere.returncode == 0, elsewhere.stderr
    assert leftovers(engine, run_id(stage.out)) != [], "the reaper took a living run's container"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert leftovers(engine, run_id(stage.out)) == []


def test_a_container_removed_from_outside_is_no_answer_of_the_candidate(
    stage: Stage, engine: docker.DockerClient
) -> None:
    process = stage.begin("--retries", "0")
    (container,) = engine.containers.list(
        filters={"label": ["roadtest.role=agent", f"roadtest.run={run_id(stage.out)}"]}
    )
    container.remove(force=True)
    said = process.communicate(timeout=60)[0]
    assert process.returncode == 3
    found = results(stage.out)[stage.slow]
    assert found["verdict"] == "infra-error"
    assert "1 of 2 trials has no verdict" in said
    kinds = [event["kind"] for event in events(stage.out, found["trial"])]
    assert kinds.count("model.asked") == 1, "the model was asked again after its container had died"
    # Once the trouble is over, --resume runs it again and keeps the log of the failed attempt.
    stage.make_quick()
    lock = stage.out / "lock.json"
    document = json.loads(lock.read_text())
    del document["inputs"]["candidates"][stage.slow]  # its script has changed, which --resume would refuse
    lock.write_text(json.dumps(document))
    models = ["--model", "scripted:nop", "--model", stage.slow]
    again = roadtest("run", stage.task, *models, "--out", stage.out, "--resume", "--retries", "0")
    assert again.returncode == 0, again.stderr
    assert results(stage.out)[stage.slow]["verdict"] == "wrong"
    assert len((stage.out / "results.jsonl").read_text().splitlines()) == 2
    assert (stage.out / "trials" / found["trial"] / "attempts" / "1" / "events.jsonl").exists()


@pytest.mark.slow
def test_an_engine_that_goes_away_ends_the_run_and_keeps_what_is_done(
    stage: Stage, engine: docker.DockerClient
) -> None:
    with tempfile.TemporaryDirectory() as folder:  # a socket's path must be short
        relay = Relay(Path(folder) / "docker.sock")
        process = stage.begin("--repeats", "3", env={"DOCKER_HOST": relay.host})
        wait_for(lambda: len(results_lines(stage.out)) >= 1, "the quick trial")
        relay.cut()
        said = process.communicate(timeout=120)[0]
    assert process.returncode == 3, said
    assert "Docker engine does not answer" in said
    # How far the quick ones had got is not certain; a third slow one had no place.
    assert re.search(r"\d trials? (?:was|were) not run", said), said
    assert "Traceback" not in said
    records = [json.loads(line) for line in results_lines(stage.out)]
    assert (records[0]["candidate"], records[0]["verdict"]) == ("scripted:nop", "wrong")
    cut = run_id(stage.out)
    again = stage.finish()
    assert again.returncode == 0, again.stderr
    assert leftovers(engine, cut) == []


def results_lines(out: Path) -> list[str]:
    path = out / "results.jsonl"
    return path.read_text("ascii").splitlines() if path.exists() else []
