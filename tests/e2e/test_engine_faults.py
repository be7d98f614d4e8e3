"""An engine that falters, seen from the command line: right verdicts or none, and nothing is left behind.

What is transient is got over, by asking again or by another attempt at the trial. What lasts ends the run soon, in
words, and `--resume` goes on once it is over. In no case does a candidate pay for it.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import docker
import pytest

from sandbox.score import NO_VERDICT
from tests.support import toy
from tests.support.command import events, results, roadtest
from tests.support.docker import leftovers, run_id
from tests.support.engine_proxy import EngineProxy
from tests.support.engine_rules import (
    ANY,
    ARCHIVE,
    ATTACH,
    BUILD,
    CREATE,
    EXEC_CREATE,
    EXEC_START,
    LIST,
    LOOK,
    REMOVE,
    START,
    STREAM,
    WAIT,
    Fault,
    Rule,
)
from tests.support.toy import SUBMIT, bash, write

pytestmark = pytest.mark.docker

# Seconds for a look; what makes something may take three times as long.
PATIENCE = "3"
BROKEN = toy.FIXED.replace("2 * x", "3 * x")
SIMPLE = (Fault.REFUSED, Fault.UNHEARD, Fault.LOST)


class Scene:
    """A task, three candidates whose verdicts are known, and an engine that can be made to falter."""

    def __init__(self, folder: Path, proxy: EngineProxy) -> None:
        self.proxy = proxy
        self.task = toy.make_task(folder)
        self.out = folder / "out"
        right = toy.make_script(folder / "right.jsonl", [bash("cat calc.py"), write("calc.py", toy.FIXED), SUBMIT])
        breaks = toy.make_script(folder / "breaks.jsonl", [write("calc.py", BROKEN), bash("python calc.py"), SUBMIT])
        self.expected = {
            right: "accepted: every bug fixed, every guard intact",
            breaks: "wrong: broke what worked: tests/test_calc.py",
            "scripted:nop": "wrong: not fixed: add",
        }

    def run(self, *more: str, timeout: float = 280) -> CompletedProcess[str]:
        """Run all of it, or go on with it."""
        models = [word for name in self.expected for word in ("--model", name)]
        env = {"DOCKER_HOST": self.proxy.host, "ROADTEST_ENGINE_TIMEOUT": PATIENCE}
        return roadtest("run", self.task, *models, "--out", self.out, *more, env=env, timeout=timeout)

    def verdicts(self) -> dict[str, str]:
        """What was found and why, by candidate."""
        return {name: f"{record['verdict']}: {record['reason']}" for name, record in results(self.out).items()}

    def attempts(self) -> list[list[dict[str, object]]]:
        """The logs of attempts that did not count."""
        logs = sorted(self.out.glob("trials/**/attempts/*/events.jsonl"))
        return [[json.loads(line) for line in log.read_text("ascii").splitlines()] for log in logs]

    def check(self, done: CompletedProcess[str], engine: docker.DockerClient) -> None:
        """All is as it would have been without any fault, and what did not count is still there to be read."""
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        assert self.verdicts() == self.expected
        for log in self.attempts():
            last = log[-1]
            assert last["kind"] == "trial.closed", log
            assert isinstance(last["data"], dict) and last["data"]["verdict"] in NO_VERDICT, last
        assert leftovers(engine, run_id(self.out)) == []


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with tempfile.TemporaryDirectory() as folder, EngineProxy(Path(folder) / "engine.sock") as proxy:
        yield Scene(tmp_path, proxy)


QUICK = {
    "the answer to a creation is lost": [Rule(CREATE, Fault.LOST, times=2)],
    "a channel is cut": [Rule(STREAM, Fault.CUT, times=1, at=700)],
    "an archive breaks off": [Rule(ARCHIVE, Fault.CUT, times=2, at=1500)],
    "now this fails and now that": [
        Rule(ANY, fault, times=6, skip=8, chance=0.08, seed=seed) for seed, fault in enumerate(SIMPLE)
    ],
}


@pytest.mark.parametrize("name", QUICK)
def test_what_fails_a_few_times_changes_no_verdict(scene: Scene, engine: docker.DockerClient, name: str) -> None:
    scene.proxy.add(*QUICK[name])
    done = scene.run()
    assert scene.proxy.faults, "nothing was made to fail"
    scene.check(done, engine)


def test_a_judge_lost_beside_the_verdict_is_followed_by_another(scene: Scene, engine: docker.DockerClient) -> None:
    # The candidate's program, the judge of what it handed in, then that of the untouched workspace.
    scene.proxy.add(Rule(ATTACH, Fault.CUT, times=1, skip=2, at=700))
    right = next(iter(scene.expected))
    scene.expected = {right: scene.expected[right]}
    scene.check(scene.run("--retries", "0"), engine)
    assert [fault for _, fault in scene.proxy.faults] == [Fault.CUT]
    (record,) = results(scene.out).values()
    log = events(scene.out, record["trial"])
    lost = [event["data"] for event in log if event["kind"] == "fault"]
    assert [(one["error"], one["stage"], one["final"]) for one in lost] == [("JudgeLost", "probe", False)]
    checks = [event["data"] for event in log if event["kind"] == "check.ran"]
    assert [(one["purpose"], one["bugs"]) for one in checks] == [("score", {"add": "P"}), ("start", {"add": "F"})]
    # Without that check it would not be known that the bug was ever wrong.
    assert (record["oscillation"]["fixes"], record["flags"]) == (1, [])


KINDS = {
    "look": LOOK,
    "list": LIST,
    "create": CREATE,
    "start": START,
    "remove": REMOVE,
    "attach": ATTACH,
    "exec-create": EXEC_CREATE,
    "exec-start": EXEC_START,
    "archive": ARCHIVE,
    "wait": WAIT,
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", [*SIMPLE, Fault.HUNG, Fault.SLOW], ids=lambda fault: fault.value)
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_fails_once_or_twice_changes_no_verdict(
    scene: Scene, engine: docker.DockerClient, kind: str, fault: Fault
) -> None:
    times = 1 if fault is Fault.HUNG else 2
    if kind.startswith("exec"):  # needed only where a container's own program cannot be had
        scene.proxy.add(Rule(ATTACH, Fault.REFUSED))
    scene.proxy.add(Rule(KINDS[kind], fault, times=times, skip=1))
    done = scene.run()
    assert any(what is fault for _, what in scene.proxy.faults), "nothing was made to fail"
    scene.check(done, engine)


@pytest.mark.slow
@pytest.mark.parametrize("at", [0, 3, 9, 30, 150, 700, 2500])
@pytest.mark.parametrize("fault", [Fault.CUT, Fault.CORRUPT], ids=lambda fault: fault.value)
def test_a_bad_stream_changes_no_verdict(scene: Scene, engine: docker.DockerClient, fault: Fault, at: int) -> None:
    scene.proxy.add(Rule(STREAM, fault, times=1, at=at), Rule(STREAM, fault, times=1, skip=2, at=at))
    done = scene.run()
    assert scene.proxy.faults, "nothing was made to fail"
    scene.check(done, engine)


@pytest.mark.slow
@pytest.mark.parametrize("skip", [0, 1, 2, 3])
def test_a_stream_that_stands_still_changes_no_verdict(scene: Scene, engine: docker.DockerClient, skip: int) -> None:
    scene.proxy.add(Rule(STREAM, Fault.STALLED, times=1, skip=skip, at=400))
    done = scene.run()
    assert scene.proxy.faults, "nothing was made to fail"
    scene.check(done, engine)


@pytest.mark.slow
@pytest.mark.parametrize("skip", [5, 40, 70])
def test_an_engine_that_restarts_changes_no_verdict(scene: Scene, engine: docker.DockerClient, skip: int) -> None:
    scene.proxy.add(Rule(ANY, Fault.RESTART, times=1, skip=skip, seconds=4))
    done = scene.run()
    assert scene.proxy.faults, "the engine was not restarted"
    scene.check(done, engine)


@pytest.mark.slow
@pytest.mark.parametrize("fault", [*SIMPLE, Fault.CUT], ids=lambda fault: fault.value)
def test_a_build_that_fails_once_is_no_fault_of_the_task(
    scene: Scene, engine: docker.DockerClient, fault: Fault
) -> None:
    # An image of its own, which is not there yet.
    (scene.task / "environment" / "workspace" / "new.txt").write_text(f"{scene.out} {time.time()}")
    scene.proxy.add(Rule(BUILD, fault, times=1, at=200))
    done = scene.run()
    assert scene.proxy.faults, "nothing was made to fail"
    scene.check(done, engine)


LASTING = {
    "nothing can be made": Rule(CREATE, Fault.REFUSED),
    "nothing starts": Rule(START, Fault.REFUSED),
    "no program starts": Rule(f"{EXEC_CREATE}|{STREAM}", Fault.REFUSED),
    "each channel is cut": Rule(STREAM, Fault.CUT, at=700),
    "no workspace can be read": Rule(ARCHIVE, Fault.CUT, skip=1, at=1500),
    "creations hang": Rule(CREATE, Fault.HUNG),
    "everything hangs": Rule(ANY, Fault.HUNG, skip=40),
    "everything is reset": Rule(ANY, Fault.UNHEARD, skip=40),
    "everything is refused": Rule(ANY, Fault.REFUSED, skip=40),
}
# A run waits for an engine that went away, a minute each time.
LONGEST = 200


@pytest.mark.slow
@pytest.mark.parametrize("name", LASTING)
def test_what_lasts_ends_the_run_in_words_and_resume_goes_on(
    scene: Scene, engine: docker.DockerClient, name: str
) -> None:
    scene.proxy.add(LASTING[name])
    done = scene.run(timeout=LONGEST)
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert "no verdict" in done.stderr or "not run" in done.stderr, done.stderr
    found = scene.verdicts() if (scene.out / "results.jsonl").exists() else {}
    for candidate, verdict in found.items():
        assert verdict.partition(":")[0] in NO_VERDICT or verdict == scene.expected[candidate], (candidate, verdict)
    scene.proxy.heal()
    scene.check(scene.run("--resume"), engine)


SPREAD = {
    "refused": [Rule(ANY, Fault.REFUSED, times=12, skip=5, chance=0.07, seed=1)],
    "unheard": [Rule(ANY, Fault.UNHEARD, times=12, skip=5, chance=0.07, seed=2)],
    "lost": [Rule(ANY, Fault.LOST, times=12, skip=5, chance=0.07, seed=3)],
    "hung": [Rule(ANY, Fault.HUNG, times=3, skip=5, chance=0.05, seed=4)],
    "slow": [Rule(ANY, Fault.SLOW, times=20, skip=5, chance=0.2, seed=5)],
    "cut": [
        Rule(STREAM, Fault.CUT, times=2, chance=0.3, at=500, seed=6),
        Rule(ARCHIVE, Fault.CUT, times=2, at=900),
    ],
    "corrupt": [Rule(STREAM, Fault.CORRUPT, times=2, chance=0.3, at=300, seed=7)],
    "restart": [Rule(ANY, Fault.RESTART, times=2, skip=60, chance=0.03, seconds=3, seed=8)],
}
DEMO = ("scripted:oracle", "scripted:nop", "scripted:wrong-fix")


@pytest.mark.slow
@pytest.mark.parametrize("name", SPREAD)
def test_the_demo_suite_has_its_verdicts_under_any_fault(scene: Scene, engine: docker.DockerClient, name: str) -> None:
    scene.proxy.add(*SPREAD[name])
    env = {"DOCKER_HOST": scene.proxy.host, "ROADTEST_ENGINE_TIMEOUT": PATIENCE}
    models = [word for model in DEMO for word in ("--model", model)]
    done = roadtest("run", "tasks/demo", *models, "--out", scene.out, "--concurrency", "3", env=env)
    assert scene.proxy.faults, "nothing was made to fail"
    assert done.returncode == 0, done.stderr
    lines = (scene.out / "results.jsonl").read_text("ascii").splitlines()
    found = sorted((record["candidate"], record["verdict"]) for record in map(json.loads, lines))
    expected = [("scripted:nop", "wrong")] * 2 + [("scripted:oracle", "accepted")] * 2
    assert found == [*expected, ("scripted:wrong-fix", "partial"), ("scripted:wrong-fix", "wrong")]
    assert leftovers(engine, run_id(scene.out)) == []


def test_an_engine_that_never_answers_is_said_to_be_gone_soon(scene: Scene) -> None:
    scene.proxy.add(Rule(ANY, Fault.HUNG))
    started = time.monotonic()
    done = scene.run(timeout=60)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) <= 2, done.stderr
    assert "no Docker engine answers" in done.stderr
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("given", ["soon", "0", "-1", "nan"])
def test_a_patience_that_is_no_number_is_refused(scene: Scene, given: str) -> None:
    env = {"DOCKER_HOST": scene.proxy.host, "ROADTEST_ENGINE_TIMEOUT": given}
    done = roadtest("run", scene.task, "--model", "scripted:nop", "--out", scene.out, env=env)
    assert done.returncode == 2
    assert "ROADTEST_ENGINE_TIMEOUT" in done.stderr
