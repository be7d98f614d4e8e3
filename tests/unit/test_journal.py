from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.errors import BadInput, HarnessError
from sandbox.events import read_log
from sandbox.journal import Journal, RunDirectory, read_events, read_results, write_whole
from tests.support.builders import as_lines, make_record


def record(trial: str, verdict: str = "accepted") -> dict[str, object]:
    return make_record(verdict, trial=trial)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory(tmp_path)


def test_events_are_in_the_file_as_soon_as_they_are_written(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "a" / "b")
    opened = journal.write("trial.opened", {"task": "x"})
    journal.write("fault", {"message": "é"}, cause=opened)
    assert read_events(tmp_path / "a" / "b") == read_log("".join(event.to_line() for event in journal.events))
    assert [event.cause for event in journal.events] == [None, 0]
    journal.close()


def test_time_in_a_log_only_goes_forward(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    for _ in range(5):
        journal.write("checkpoint", {})
    journal.close()
    times = [event.t for event in journal.events]
    assert times == sorted(times)
    assert times[0] >= 0


def test_blobs_are_named_by_their_hash_and_kept_once(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    names = {journal.blob(b"\x00content") for _ in range(2)}
    journal.close()
    assert names == {hashlib.sha256(b"\x00content").hexdigest()}
    assert [path.read_bytes() for path in (tmp_path / "blobs").iterdir()] == [b"\x00content"]


def test_an_earlier_attempt_is_set_aside_and_kept(tmp_path: Path) -> None:
    for attempt in range(3):
        journal = Journal.open(tmp_path)
        journal.write("trial.opened", {"attempt": attempt})
        journal.blob(b"%d" % attempt)
        journal.close()
    assert read_events(tmp_path)[0].data == {"attempt": 2}
    for attempt in range(2):
        place = tmp_path / "attempts" / str(attempt + 1)
        assert read_events(place)[0].data == {"attempt": attempt}
        assert len(list((place / "blobs").iterdir())) == 1


def test_a_log_on_a_full_disk_is_the_harness_failing(tmp_path: Path) -> None:
    with Path("/dev/full").open("w", encoding="ascii") as stream:
        journal = Journal(folder=tmp_path, stream=stream, started=0.0)
        with pytest.raises(HarnessError, match="No space left"):
            journal.write("fault", {})
        assert journal.events == []
        # Closing such a log fails too, and must not cover the first failure.
        journal.close()


def test_reading_a_trial_without_a_log_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"events\.jsonl: cannot be read: No such file"):
        read_events(tmp_path)


def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_bytes(b"\xff\xfe\n")
    with pytest.raises(BadInput, match="line 1"):
        read_events(tmp_path)


def test_a_file_that_cannot_be_written_whole_leaves_the_old_one(tmp_path: Path) -> None:
    place = tmp_path / "file"
    write_whole(place, b"old")
    with pytest.raises(TypeError):
        write_whole(place, "no bytes")  # type: ignore[arg-type]
    assert place.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [place]


def test_blobs_are_brought_to_the_disk_at_the_end(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "trial")
    names = [journal.blob(b"%d" % number) for number in range(150)]
    assert journal.blob(b"0") == names[0]
    assert len(journal.unsettled) == 150
    journal.settle()
    assert journal.unsettled == []
    assert [journal.read_blob(name) for name in names[:2]] == [b"0", b"1"]
    journal.close()


def test_a_blob_that_does_not_get_to_the_disk_is_a_failure_of_the_harness(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "trial")
    (tmp_path / "trial" / "blobs" / journal.blob(b"gone")).unlink()
    with pytest.raises(HarnessError):
        journal.settle()
    journal.close()


def test_records_read_back_as_they_were_appended(run: RunDirectory) -> None:
    for trial in ("a", "b"):
        run.append(record(trial))
    other = RunDirectory(run.path)
    other.load()
    assert other.results == run.results == {"a": record("a"), "b": record("b")}


def test_a_torn_last_record_is_cut_off_and_the_next_one_stands_alone(run: RunDirectory) -> None:
    run.results_file.write_text(as_lines(record("a")) + '{"v":1,"trial":"b"')
    run.load()
    assert set(run.results) == {"a"}
    run.append(record("c"))
    assert [row["trial"] for row in read_results(run.path)] == ["a", "c"]


def test_reports_of_a_running_run_leave_a_torn_record_out_and_the_file_alone(run: RunDirectory) -> None:
    text = as_lines(record("a")) + '{"v":1,'
    run.results_file.write_text(text)
    assert [row["trial"] for row in read_results(run.path)] == ["a"]
    assert run.results_file.read_text() == text


@pytest.mark.parametrize(
    "line",
    [b"garbage", b"", b"[]", b'{"v": 2, "trial": "b"}', b'{"v": 1}', b"\xff\xfe", b"[" * 100_000],
    ids=["garbage", "empty", "list", "version", "nameless", "bytes", "deep"],
)
def test_a_broken_record_before_the_end_is_refused_with_its_line(run: RunDirectory, line: bytes) -> None:
    raw = as_lines(record("a")).encode() + line + b"\n" + as_lines(record("c")).encode()
    run.results_file.write_bytes(raw)
    for read in (run.load, lambda: read_results(run.path)):
        with pytest.raises(BadInput, match=r"results\.jsonl: line 2"):
            read()
    assert run.results_file.read_bytes() == raw


@pytest.mark.parametrize(
    ("part", "damaged", "words"),
    [
        ("usage", {"model_calls": 1}, "usage.prompt_tokens"),
        ("time", {**make_record()["time"], "model_s": "long"}, "time.model_s"),
        ("repeat", None, "repeat"),
        ("score", "much", "score"),
        ("about", {"package": 3}, "about.package"),
        ("bugs", {"escape": 7}, "bugs.escape"),
        ("calls", {**make_record()["calls"], "faults": {"bad-json": None}}, "calls.faults.bad-json"),
        ("oscillation", {}, "oscillation.fixes"),
        ("time", {**make_record()["time"], "wall_s": float("nan")}, "NaN is no number"),
    ],
)
def test_a_damaged_part_is_found_behind_any_number_of_sound_ones(
    run: RunDirectory, part: str, damaged: object, words: str
) -> None:
    sound = [make_record(trial=f"t{number}", bugs={f"bug-{number}": "P"}) for number in range(3)]
    run.results_file.write_text(as_lines(*sound, {**make_record(), part: damaged}))
    with pytest.raises(BadInput, match="line 4") as told:
        read_results(run.path)
    assert words in str(told.value)


def test_results_that_cannot_be_read_are_the_harness_failing(run: RunDirectory) -> None:
    run.results_file.mkdir()
    with pytest.raises(HarnessError, match="could not read"):
        run.load()


def test_a_folder_that_is_no_run_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is it the directory of a run"):
        read_results(tmp_path)


def test_forgetting_takes_out_exactly_the_trials_named(run: RunDirectory) -> None:
    for trial in ("a", "b", "c"):
        run.append(record(trial))
    run.forget({"b", "never-there"})
    assert set(run.results) == {"a", "c"}
    assert [row["trial"] for row in read_results(run.path)] == ["a", "c"]


def test_forgetting_nothing_does_not_touch_the_file(run: RunDirectory) -> None:
    run.append(record("a"))
    before = run.results_file.stat().st_ino
    run.forget({"b"})
    assert run.results_file.stat().st_ino == before


def test_a_second_run_on_a_directory_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    refused = pytest.raises(HarnessError, match="another run is writing here")
    with RunDirectory(tmp_path).taken(), refused, RunDirectory(tmp_path).taken():
        pytest.fail("two runs hold one directory")
    with RunDirectory(tmp_path).taken():
        pass


# Linux cuts a write off at the limit, as a full disk does, and refuses the next.
CUT_SHORT = """
import resource, sys
from pathlib import Path
from sandbox.errors import HarnessError
from sandbox.journal import RunDirectory

run = RunDirectory(Path(sys.argv[1]))
run.load()
size = run.results_file.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, size + 20))
try:
    run.append({"v": 1, "trial": "b", "reason": "x" * 5000})
except HarnessError as exc:
    print(sorted(run.results), exc)
"""


def test_a_record_that_does_not_fit_leaves_nothing_behind(run: RunDirectory) -> None:
    run.append(record("a"))
    before = run.results_file.read_bytes()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", CUT_SHORT, str(run.path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("['a'] could not write to")
    assert run.results_file.read_bytes() == before


def test_records_are_lines_of_ascii(run: RunDirectory) -> None:
    run.append({**record("a"), "reason": "é\n\u2028"})
    raw = run.results_file.read_bytes()
    assert raw.isascii()
    assert raw.count(b"\n") == 1
    assert json.loads(raw)["reason"] == "é\n\u2028"
