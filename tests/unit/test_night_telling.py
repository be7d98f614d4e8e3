"""From runs and a history to what is said of a night: baselines, whose drift it is, what could not be told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from sandbox.nights.config import COMPARE, SEQUENTIAL, NightGate, Nightly, Watched
from sandbox.nights.history import History
from sandbox.nights.place import Place, checked_name, unfinished
from sandbox.nights.recording import began, record_run
from sandbox.nights.telling import baselines, tell_night
from sandbox.nights.verdict import BROKEN, FAILED, PASSED, SKIPPED, TRIALS, NightReport, check_trials, too_few
from sandbox.report.night_files import junit, results_text, summary
from sandbox.report.night_text import lines, sheets
from tests.support.nights import Row, night

DIGEST = "0" * 64
TASKS = 12


def place_of(
    folder: Path, *tests: str, baseline: int | str = 2, since: str | None = None, reference: str = ""
) -> Place:
    watched = Watched(name="m", baseline=baseline, gate=NightGate(tests=tests or (SEQUENTIAL,)), since=since)
    config = Nightly(
        name="n",
        tasks=("t",),
        conditions=(),
        repeats=3,
        concurrency=1,
        budget=(),
        out="out",
        history="h.sqlite3",
        reference=reference or None,
        candidates=(watched,),
    )
    return Place(config=config, file=folder / "nightly.toml", out=folder / "out")


def rows_of(solved: int, candidate: str = "m") -> list[Row]:
    """So many tasks are solved, three times each, and the others never."""
    return night([3] * solved + [0] * (TASKS - solved), candidate=candidate)


def written(place: Path, day: int, rows: Sequence[Row]) -> Path:
    settings: dict[str, Any] = {"kind": "model", "api_base": None, "settings": {}, "digest": DIGEST}
    inputs = {
        "tasks": {f"{row['suite']}/{row['task']}": DIGEST for row in rows},
        "candidates": {row["candidate"]: settings for row in rows},
        "tools": {},
        "limits": {},
    }
    at = f"2026-01-{day:02}T01:00:00.000Z"
    run = place / f"2026-01-{day:02}"
    run.mkdir(parents=True, exist_ok=True)
    lock = {"v": 1, "at": at, "run": "r", "argv": [], "inputs": inputs, "versions": {}}
    (run / "lock.json").write_text(json.dumps(lock), "ascii")
    (run / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "ascii")
    return run


def told(place: Place, days: Mapping[int, Sequence[Row]], planned: int = 3 * TASKS) -> NightReport:
    """The last of these nights, all of which are recorded."""
    with History(place.folder / "h.sqlite3") as history:
        for day, rows in days.items():
            run = written(place.out, day, rows)
            record_run(history, run, "n", name=place.recorded_as(run.name), whole=False, again=True)
        names = dict.fromkeys(place.config.names, planned)
        return tell_night(place, history, run.name, rows, names, program="roadtest")


def outcomes(report: NightReport) -> dict[str, str]:
    return {check.name: check.outcome for check in report.checks if check.candidate == "m"}


def test_the_first_nights_become_the_baseline_and_say_so(tmp_path: Path) -> None:
    place = place_of(tmp_path)
    for days in (1, 2):
        report = told(place, {day: rows_of(10) for day in range(1, days + 1)})
        assert outcomes(report) == {SEQUENTIAL: SKIPPED, TRIALS: PASSED}
        assert (report.exit_code, report.comparisons) == (0, ())
        assert summary(report).startswith("# n: baseline\n")
    assert report.checks[0].line == "this night is of the baseline, which has 2 of 2 nights: nothing is tested"
    with History(tmp_path / "h.sqlite3") as history:
        assert list(baselines(place, history)) == ["m: held against 2 nights; 0 since"]
    assert list(baselines(place, None)) == ["m: the next new night is number 1 of 2 of its baseline"]


def test_the_same_again_passes_and_is_compared_with_the_last_night_of_the_baseline(tmp_path: Path) -> None:
    report = told(place_of(tmp_path, SEQUENTIAL, COMPARE), {day: rows_of(10) for day in (1, 2, 3)})
    assert outcomes(report) == {SEQUENTIAL: PASSED, COMPARE: PASSED, TRIALS: PASSED}
    assert (report.exit_code, report.transcripts) == (0, ())
    ((name, comparison),) = report.comparisons
    assert (name, comparison.pairs) == ("m", 3 * TASKS)


def test_what_got_worse_is_named_in_all_files(tmp_path: Path) -> None:
    place = place_of(tmp_path, reference="sure")
    sure = rows_of(TASKS, "sure")
    report = told(place, {1: rows_of(10) + sure, 2: rows_of(10) + sure, 3: rows_of(2) + sure})
    assert (outcomes(report)[SEQUENTIAL], report.exit_code) == (FAILED, 1)
    (check, *_) = report.checks
    assert check.details == tuple(f"simulated/i{task}-report (field): 3/3 → 0/3" for task in range(2, 10))
    assert check.measures[0].startswith("trials accepted: 83.3% → 16.7% (−66.7 points), 95% −98.0 to −35.4, p = ")
    assert check.line.endswith("likeliest since 2026-01-03")
    places = [tmp_path / "out" / f"2026-01-0{day}" for day in (2, 3)]
    assert report.transcripts[:2] == tuple(f"roadtest show {place} simulated/i2-report/m/field/0" for place in places)
    data = json.loads(results_text(report))
    assert (data["exit_code"], data["night"], data["courses"][1]["finding"]["state"]) == (1, "2026-01-03", "worse")
    assert data["courses"][1]["since"] == "2026-01-03"
    shown = "\n".join([*lines(report), *(cell for sheet in sheets(report) for row in sheet.rows for cell in row)])
    for text in (summary(report).replace("\\", ""), junit(report), shown):
        assert "simulated/i9-report (field): 3/3 → 0/3" in text
        assert "trials accepted: 83.3% → 16.7% (−66.7 points)" in text


@pytest.mark.parametrize("test", [SEQUENTIAL, COMPARE])
def test_where_the_reference_falls_nothing_is_said_of_the_model(tmp_path: Path, test: str) -> None:
    good, bad = (rows_of(count) + rows_of(count, "sure") for count in (TASKS, 2))
    report = told(place_of(tmp_path, test, reference="sure"), {1: good, 2: good, 3: bad})
    assert (outcomes(report)[test], report.exit_code) == (BROKEN, 3)
    assert "it is the machine that drifts" in report.checks[0].line
    assert any("sure, got worse" in note for note in report.notes)


def test_trials_without_a_verdict_are_no_pass(tmp_path: Path) -> None:
    rows = [{**row, "verdict": "infra-error"} if row["task"] == "i0-report" else row for row in rows_of(10)]
    report = told(place_of(tmp_path), {1: rows_of(10), 2: rows_of(10), 3: rows[:-3]})
    assert outcomes(report) == {SEQUENTIAL: PASSED, TRIALS: BROKEN}
    assert report.exit_code == 3
    assert report.checks[-1].line == "6 of 36 trials have no verdict (3 infra-error, 3 not run)"


def test_a_night_of_which_little_is_left_is_not_in_the_history() -> None:
    assert too_few(["wrong", "infra-error"], 4)
    assert not too_few(["wrong", "accepted", "judge-error"], 4)
    line = check_trials("m", ["wrong"], 4).line
    assert line == "3 of 4 trials have no verdict (3 not run): too many for this night to be in the history"


def test_a_night_without_any_verdict_cannot_be_told(tmp_path: Path) -> None:
    lost = [{**row, "verdict": "infra-error"} for row in rows_of(10)]
    report = told(place_of(tmp_path), {1: rows_of(10), 2: rows_of(10), 3: lost})
    assert outcomes(report) == {SEQUENTIAL: BROKEN, TRIALS: BROKEN}


def test_a_baseline_may_be_a_run(tmp_path: Path) -> None:
    written(tmp_path, 31, rows_of(10))
    place = place_of(tmp_path, COMPARE, baseline="2026-01-31")
    assert outcomes(told(place, {1: rows_of(10)}))[COMPARE] == PASSED
    assert outcomes(told(place, {2: rows_of(3)}))[COMPARE] == FAILED


def test_a_baseline_begins_anew_from_a_date(tmp_path: Path) -> None:
    days = {1: rows_of(10), 2: rows_of(10), 3: rows_of(2), 4: rows_of(2), 5: rows_of(2)}
    assert outcomes(told(place_of(tmp_path), days))[SEQUENTIAL] == FAILED
    again = told(place_of(tmp_path, since="2026-01-03"), days)
    assert outcomes(again)[SEQUENTIAL] == PASSED
    assert (again.courses[0].baseline, again.courses[0].after) == (2, 1)


def test_without_the_baseline_s_run_the_test_holds_all_the_same(tmp_path: Path) -> None:
    place = place_of(tmp_path)
    told(place, {1: rows_of(10), 2: rows_of(10)})
    (place.out / "2026-01-02" / "results.jsonl").unlink()
    report = told(place, {3: rows_of(1)})
    assert (outcomes(report)[SEQUENTIAL], report.checks[0].details) == (FAILED, ())
    assert any("not on this machine" in note for note in report.notes)


def test_a_night_that_was_gone_on_with_is_recorded_anew(tmp_path: Path) -> None:
    place = place_of(tmp_path)
    told(place, {1: rows_of(10), 2: rows_of(10), 3: rows_of(10)[:6]})
    report = told(place, {3: rows_of(0)})
    assert (outcomes(report)[SEQUENTIAL], report.courses[0].after) == (FAILED, 1)


def test_nights_that_did_not_come_to_their_end_are_known(tmp_path: Path) -> None:
    place = place_of(tmp_path)
    told(place, {1: rows_of(10)})
    written(place.out, 2, rows_of(10))
    with History(tmp_path / "h.sqlite3") as history:
        assert unfinished(place, history) == ["2026-01-02"]
    assert unfinished(place, None)[-1] == "2026-01-02"


def test_a_night_began_with_its_first_trial(tmp_path: Path) -> None:
    rows = rows_of(1)[:2]
    for row, at in zip(rows, ("2026-01-01T03:00:00.000Z", "2026-01-01T02:00:00.000Z"), strict=True):
        log = tmp_path / "trials" / row["trial"] / "events.jsonl"
        log.parent.mkdir(parents=True)
        log.write_text(json.dumps({"at": at}) + "\n", "ascii")
    assert began(tmp_path, rows) == "2026-01-01T02:00:00.000Z"
    assert began(tmp_path / "nowhere", rows) is None


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 81])
def test_a_night_is_called_as_a_directory_can_be(name: str) -> None:
    with pytest.raises(Exception, match="--night"):
        checked_name(name)


# --- nights that cannot be held against the baseline ---


def changed(place: Path, digest: str, some: int = TASKS) -> None:
    """Say that some tasks of a night are other ones than before."""
    lock = json.loads((place / "lock.json").read_text("ascii"))
    tasks = lock["inputs"]["tasks"]
    tasks.update(dict.fromkeys(sorted(tasks)[:some], digest))
    (place / "lock.json").write_text(json.dumps(lock), "ascii")


def after_a_change(place: Place, solved: int, some: int) -> NightReport:
    """Two nights of a baseline, and one for which tasks were changed."""
    told(place, {1: rows_of(10), 2: rows_of(10)})
    run = written(place.out, 3, rows_of(solved))
    changed(run, "1" * 64, some)
    with History(place.folder / "h.sqlite3") as history:
        record_run(history, run, "n", name=place.recorded_as(run.name), whole=False)
        return tell_night(place, history, run.name, rows_of(solved), {"m": 3 * TASKS}, program="roadtest")


def test_a_night_of_which_the_baseline_has_no_task_does_not_pass(tmp_path: Path) -> None:
    report = after_a_change(place_of(tmp_path), 0, TASKS)
    assert (outcomes(report)[SEQUENTIAL], report.exit_code) == (BROKEN, 3)
    assert report.checks[0].line == (
        "its baseline has none of this night's 12 tasks as they and their conditions are now, "
        "so that nothing is tested; `since` in nightly.toml begins a new one"
    )


def test_tasks_that_the_baseline_does_not_have_are_told_of(tmp_path: Path) -> None:
    report = after_a_change(place_of(tmp_path), 10, 5)
    assert outcomes(report)[SEQUENTIAL] == PASSED
    assert any(note.startswith("m: 5 of this night's 12 tasks, as they ") for note in report.notes)


def test_a_night_by_a_clock_that_was_set_back_is_told_of(tmp_path: Path) -> None:
    place = place_of(tmp_path)
    report = told(place, {2: rows_of(10), 3: rows_of(10), 4: rows_of(10), 1: rows_of(10)})
    assert report.notes[0] == (
        "This night began at 2026-01-01T01:00:00.000Z, before 2026-01-04 (2026-01-04T01:00:00.000Z), "
        "which is in the history already, and goes before it."
    )
    with History(tmp_path / "h.sqlite3") as history:
        history.set_baseline("n", "m", ("n/2026-01-02", "n/2026-01-03"), at="2026-01-05", reason="")
    early = told(place, {1: rows_of(10)})
    assert (outcomes(early)[SEQUENTIAL], early.exit_code) == (BROKEN, 3)
    assert early.checks[0].line.endswith("before its baseline (2026-01-02T01:00:00.000Z): is the clock right?")


def test_since_goes_before_a_baseline_that_was_set_and_ended_before(tmp_path: Path) -> None:
    days = {1: rows_of(10), 2: rows_of(10), 3: rows_of(2), 4: rows_of(2), 5: rows_of(2)}
    told(place_of(tmp_path), days)
    with History(tmp_path / "h.sqlite3") as history:
        history.set_baseline("n", "m", ("n/2026-01-01", "n/2026-01-02"), at="2026-01-05", reason="")
    assert outcomes(told(place_of(tmp_path), days))[SEQUENTIAL] == FAILED
    assert outcomes(told(place_of(tmp_path, since="2026-01-02"), days))[SEQUENTIAL] == FAILED
    again = told(place_of(tmp_path, since="2026-01-03"), days)
    assert (outcomes(again)[SEQUENTIAL], again.courses[0].baseline) == (PASSED, 2)
    late = told(place_of(tmp_path, since="2026-01-06"), days)
    assert late.checks[0].line.endswith("before `since` (2026-01-06), and does not count")
