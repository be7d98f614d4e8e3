"""A run that is killed again and again, at any moment and where things are written, and gone on with each time.

After each kill: what was finished is there, once, as it was; a trial whose log had its verdict is not run again.
At the end: every verdict is right, and nothing is left, neither in the engine nor of processes and half-written files.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker
import pytest

from sandbox import schema
from sandbox.score import NO_VERDICT
from tests.support import toy
from tests.support.command import roadtest, start
from tests.support.docker import leftovers, run_id
from tests.support.toy import SUBMIT, bash, write

pytestmark = pytest.mark.docker

SEED = 20
REPEATS = 2
TRIALS = 2 * 4 * REPEATS
LONGEST = 3.0
POLL = 0.002


class Campaign:
    """One run, killed until it is through, and what is known of it so far."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.out = folder / "out"
        right = toy.make_script(folder / "right.jsonl", [bash("sleep 0.3"), write("calc.py", toy.FIXED), SUBMIT])
        breaks = toy.make_script(folder / "breaks.jsonl", [write("calc.py", "def double(x): return 0\n"), SUBMIT])
        self.verdicts = {"scripted:oracle": "accepted", right: "accepted", breaks: "wrong", "scripted:nop": "wrong"}
        models = [word for name in self.verdicts for word in ("--model", name)]
        conditions = ["--condition", "field", "--condition", "loop", "--repeats", str(REPEATS)]
        task = toy.make_task(folder)
        self.arguments: list[str | Path] = ["run", task, *models, *conditions, "--concurrency", "4"]
        self.arguments += ["--out", self.out, "--resume"]
        self.runs: set[str] = set()
        self._records: dict[str, str] = {}
        self._closed: dict[Path, bytes] = {}

    def kill_once(self, ripe: Callable[[], bool], longest: float) -> bool:
        """Start or go on with it, and kill it as soon as the moment is ripe; whether it came to its end before."""
        process = start(*self.arguments)
        deadline = time.monotonic() + longest
        while process.poll() is None and time.monotonic() < deadline and not ripe():
            time.sleep(POLL)
        process.kill()
        said = process.communicate(timeout=60)[0]
        assert process.returncode in (0, -9), said
        self._look()
        return process.returncode == 0

    def finish(self, engine: docker.DockerClient) -> None:
        """Let it come to its end, and look at everything."""
        done = roadtest(*self.arguments)
        assert done.returncode == 0, done.stderr
        self._look()
        records = [json.loads(line) for line in self.lines()]
        assert len({record["trial"] for record in records}) == len(records) == TRIALS
        for record in records:
            schema.check("result.v1", record, file=record["trial"])
            assert record["verdict"] == self.verdicts[record["candidate"]], record
        assert [name for run in self.runs for name in leftovers(engine, run)] == []
        assert list(self.out.rglob("*.tmp")) == []
        assert processes_about(self.out) == []

    def lines(self) -> list[str]:
        """Whole lines of the results only: a kill may tear the last one."""
        path = self.out / "results.jsonl"
        text = path.read_text("ascii") if path.exists() else ""
        return text[: text.rfind("\n") + 1].splitlines()

    def closed(self) -> list[Path]:
        """Logs that have their last event."""
        return [path for path in self.out.glob("trials/*/*/*/*/*/events.jsonl") if b'"trial.closed"' in tail(path)]

    def forget_records(self) -> None:
        """Lose the results, as if the kill had come before they were written."""
        (self.out / "results.jsonl").write_bytes(b"")
        self._records = {}

    def _look(self) -> None:
        """Nothing that was finished is lost, doubled or changed since the last look."""
        if (self.out / "lock.json").exists():
            self.runs.add(run_id(self.out))
        found = {str(json.loads(line)["trial"]): line for line in self.lines()}
        assert len(found) == len(self.lines()), "a trial has two records"
        for trial, line in self._records.items():
            assert found.get(trial) == line, f"the record of {trial} was lost or has changed"
        self._records = found
        for path, log in self._closed.items():
            assert path.read_bytes() == log, f"{path}: was closed, and the trial was run again"
        self._closed = {path: path.read_bytes() for path in self.closed() if self._counts(path)}

    @staticmethod
    def _counts(path: Path) -> bool:
        last: dict[str, Any] = json.loads(path.read_bytes().splitlines()[-1])
        return last["kind"] == "trial.closed" and last["data"]["verdict"] not in NO_VERDICT


def tail(path: Path) -> bytes:
    """The last of a file that grows; of one that is being moved away, nothing."""
    try:
        with path.open("rb") as handle:
            handle.seek(max(0, path.stat().st_size - 400))
            return handle.read()
    except FileNotFoundError:
        return b""


def processes_about(out: Path) -> list[str]:
    """Command lines of processes that have to do with a run's directory."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if str(out) in words:
            found.append(words)
    return found


def moment(rng: random.Random, campaign: Campaign) -> tuple[Callable[[], bool], float]:
    """When to kill: after some time, or as soon as a record, the end of a log or the lock is written."""
    kind = rng.choice(["time", "time", "record", "closed", "closed", "lock"])
    if kind == "time":
        return lambda: False, rng.uniform(0.0, LONGEST)
    if kind == "lock":
        lock = campaign.out / "lock.json"
        before = lock.stat().st_mtime_ns if lock.exists() else 0
        return lambda: lock.exists() and lock.stat().st_mtime_ns != before, LONGEST
    if kind == "record":
        lines = len(campaign.lines())
        return lambda: len(campaign.lines()) > lines, 2 * LONGEST
    known = len(campaign.closed())
    return lambda: len(campaign.closed()) > known, 2 * LONGEST


@pytest.mark.parametrize("kills", [2, pytest.param(100, marks=pytest.mark.slow)])
def test_nothing_is_lost_or_doubled_by_kills(tmp_path: Path, engine: docker.DockerClient, kills: int) -> None:
    rng = random.Random(SEED + kills)
    campaigns = [Campaign(tmp_path / "0")]
    for _ in range(kills):
        if campaigns[-1].kill_once(*moment(rng, campaigns[-1])):
            campaigns[-1].finish(engine)
            campaigns.append(Campaign(tmp_path / str(len(campaigns))))
    campaigns[-1].finish(engine)


@pytest.mark.slow
def test_a_log_that_was_closed_just_before_the_kill_is_not_run_again(
    tmp_path: Path, engine: docker.DockerClient
) -> None:
    campaign = Campaign(tmp_path / "one")
    campaign.kill_once(lambda: bool(campaign.lines()), 30)
    before = {path: path.read_bytes() for path in campaign.closed()}
    assert before
    campaign.forget_records()
    campaign.finish(engine)
    assert all(path.read_bytes() == log for path, log in before.items())
    again = [path for path in campaign.out.rglob("attempts/*/events.jsonl") if b'"trial.closed"' in tail(path)]
    assert again == []
