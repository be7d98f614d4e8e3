"""A disk that fills up under a run: it says so in a line, nothing is torn, and with room it goes on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest

from sandbox.room import LEAST_ROOM
from sandbox.score import NO_VERDICT
from tests.support import toy
from tests.support.command import results, roadtest, start
from tests.support.docker import leftovers, run_id
from tests.support.toy import SUBMIT, bash, write

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root"),
]

SIZE = LEAST_ROOM + (60 << 20)


class SmallDisk:
    """A file system of its own, with a run in it and as much ballast as a test wants."""

    def __init__(self, folder: Path, elsewhere: Path) -> None:
        self.out = folder / "out"
        self._ballast = folder / "ballast"
        self.task = toy.make_task(elsewhere)
        chatty = [bash("sleep 2"), *[bash("seq 9000")] * 60, write("calc.py", toy.FIXED), SUBMIT]
        self.verdicts = {
            "scripted:nop": "wrong",
            toy.make_script(elsewhere / "chatty.jsonl", chatty): "accepted",
            "scripted:oracle": "accepted",
        }
        models = [word for name in self.verdicts for word in ("--model", name)]
        self.arguments: list[str | Path] = ["run", self.task, *models, "--out", self.out]

    def fill(self, leave: int = 0) -> None:
        """Take all the room but so many bytes."""
        with self._ballast.open("ab") as handle:
            try:
                while shutil.disk_usage(self._ballast).free > leave:
                    free = shutil.disk_usage(self._ballast).free - leave
                    handle.write(b"\0" * max(4096, min(free, 1 << 20)))
                    handle.flush()
            except OSError:
                os.ftruncate(handle.fileno(), os.fstat(handle.fileno()).st_size // 4096 * 4096)

    def make_room(self) -> None:
        """Give it back."""
        self._ballast.unlink(missing_ok=True)

    def records(self) -> list[dict[str, object]]:
        """The results, each of which has to be whole."""
        path = self.out / "results.jsonl"
        text = path.read_text("ascii") if path.exists() else ""
        assert text == "" or text.endswith("\n"), "a torn record"
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tempfile.mkdtemp()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], check=True)
    try:
        yield SmallDisk(Path(folder), tmp_path)
    finally:
        subprocess.run(["umount", folder], check=True)
        os.rmdir(folder)  # noqa: PTH106


def run_until(disk: SmallDisk, ripe: Callable[[], bool], leave: int) -> str:
    """Run it, fill the disk at some moment, and let it end; what it said."""
    process = start(*disk.arguments)
    deadline = time.monotonic() + 60
    while not ripe():
        assert process.poll() is None and time.monotonic() < deadline, process.communicate()[0]
        time.sleep(0.005)
    disk.fill(leave)
    said = process.communicate(timeout=120)[0]
    assert process.returncode == 3, said
    return said


def check_end(disk: SmallDisk, said: str, engine: docker.DockerClient) -> None:
    """A clear line, whole records, nothing left; and with room the run is as it should have been."""
    assert "Traceback" not in said
    about = [line for line in said.splitlines() if line.startswith("roadtest: ") and str(disk.out) in line]
    assert any("No space left" in line or "MiB are free" in line for line in about), said
    for record in disk.records():
        assert record["verdict"] in {*NO_VERDICT, disk.verdicts[str(record["candidate"])]}, record
    if (disk.out / "lock.json").exists():
        json.loads((disk.out / "lock.json").read_text())
        assert leftovers(engine, run_id(disk.out)) == []
    disk.make_room()
    again = roadtest(*disk.arguments, "--resume")
    assert again.returncode == 0, again.stderr
    assert {name: record["verdict"] for name, record in results(disk.out).items()} == disk.verdicts
    assert leftovers(engine, run_id(disk.out)) == []
    assert list(disk.out.rglob("*.tmp")) == []


@pytest.mark.slow
@pytest.mark.parametrize("leave", [20_000, 0, 300_000])
def test_a_disk_that_fills_while_a_trial_runs(disk: SmallDisk, engine: docker.DockerClient, leave: int) -> None:
    def in_a_call() -> bool:
        return any(b'"tool.started"' in log.read_bytes() for log in disk.out.glob("trials/**/events.jsonl"))

    said = run_until(disk, in_a_call, leave)
    check_end(disk, said, engine)


@pytest.mark.slow
def test_a_disk_that_fills_before_the_first_record(disk: SmallDisk, engine: docker.DockerClient) -> None:
    said = run_until(disk, lambda: any(disk.out.glob("trials/**/events.jsonl")), 0)
    check_end(disk, said, engine)


@pytest.mark.slow
def test_a_disk_that_fills_after_the_first_record(disk: SmallDisk, engine: docker.DockerClient) -> None:
    said = run_until(disk, lambda: bool(disk.records()), 0)
    assert disk.records(), "what was finished is kept"
    check_end(disk, said, engine)


def test_a_disk_that_fills_as_the_run_begins(disk: SmallDisk, engine: docker.DockerClient) -> None:
    said = run_until(disk, lambda: (disk.out / ".lock").exists(), 0)
    check_end(disk, said, engine)


def test_a_full_disk_is_no_place_to_go_on(disk: SmallDisk, engine: docker.DockerClient) -> None:
    said = run_until(disk, lambda: bool(disk.records()), 0)
    before = disk.records()
    again = roadtest(*disk.arguments, "--resume")
    assert again.returncode == 3
    assert "Traceback" not in again.stderr
    assert str(disk.out) in again.stderr
    assert disk.records() == before
    check_end(disk, said, engine)


def test_a_disk_without_room_is_refused_beforehand(disk: SmallDisk) -> None:
    disk.fill(LEAST_ROOM // 2)
    done = roadtest(*disk.arguments)
    assert done.returncode == 3
    assert "MiB are free there" in done.stderr
    assert not (disk.out / "lock.json").exists()
