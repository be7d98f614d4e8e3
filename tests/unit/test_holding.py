"""Holding a directory: a second process is refused and told who has it, what was left behind is taken over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox import holding, ownership
from sandbox.errors import HarnessError
from sandbox.holding import held

HOLDER = """import sys, time
from pathlib import Path
from sandbox.holding import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def note(folder: Path, **changes: str) -> None:
    (folder / holding.LOCK).write_text(json.dumps({**ownership.marks(), **changes}), "ascii")


def test_a_second_process_is_refused_and_told_which_has_it(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(HarnessError) as caught, held(tmp_path):
            pass
        assert f"(process {other.pid})" in str(caught.value)
        other.kill()
        other.wait()
        # It left its note; the lock went with it.
        assert (tmp_path / holding.LOCK).read_text("ascii")
        with held(tmp_path):
            pass
    assert (tmp_path / holding.LOCK).read_text("ascii") == ""


def test_a_note_of_a_living_process_counts_where_the_kernel_s_lock_does_not_reach(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        note(tmp_path, pid=str(other.pid), started=ownership.start_time(other.pid) or "")
        with pytest.raises(HarnessError, match="another run is writing here"), held(tmp_path):
            pass
        note(tmp_path, pid=str(other.pid), started="1")
        with held(tmp_path):
            pass
        other.kill()


@pytest.mark.parametrize(
    "changes",
    [{"boot": "another"}, {"pid": "2147483646"}, {"pid": "no number"}],
    ids=["an earlier boot", "no such process", "no number"],
)
def test_a_note_of_one_that_is_gone_is_taken_over(tmp_path: Path, changes: dict[str, str]) -> None:
    note(tmp_path, **changes)
    with held(tmp_path):
        found = json.loads((tmp_path / holding.LOCK).read_text("ascii"))
        assert found == ownership.marks()


def test_a_holder_on_another_host_counts_as_long_as_it_renews_its_note(tmp_path: Path) -> None:
    note(tmp_path, host="elsewhere")
    with pytest.raises(HarnessError, match="on another host"), held(tmp_path):
        pass
    long_ago = time.time() - holding.STALE_AFTER - 1
    os.utime(tmp_path / holding.LOCK, (long_ago, long_ago))
    with held(tmp_path):
        pass


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 5}', "\x00" * 5000])
def test_a_torn_note_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / holding.LOCK).write_text(text)
    with held(tmp_path):
        pass


def test_the_note_is_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "RENEWED_EVERY", 0.02)
    with held(tmp_path):
        lock = tmp_path / holding.LOCK
        os.utime(lock, (1, 1))
        until = time.monotonic() + 5
        while lock.stat().st_mtime < 2 and time.monotonic() < until:
            time.sleep(0.01)
        assert lock.stat().st_mtime > time.time() - 60
