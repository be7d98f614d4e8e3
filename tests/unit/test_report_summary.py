"""What `roadtest report` tells: standings over repeats, pass@k by candidate, slices, what has not run, and how much."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from sandbox import schema, score
from sandbox.cli import main, report
from sandbox.plan import encoded, make_plan, parse_candidate
from sandbox.report import repeats, slices
from sandbox.report.figures import money
from sandbox.report.sheet import Sheet
from sandbox.report.standings import remarks, standings, table
from sandbox.report.summary import MOST_TRIALS
from sandbox.stats import wilson
from sandbox.task import Bug, Release, Replacement, Step
from sandbox.trial import _opening
from tests.support.builders import Log, as_lines, make_record, make_task


def trials(task: str, words: str, candidate: str = "model", **changes: Any) -> list[dict[str, Any]]:
    """Records of one task: a for accepted, w for wrong, - for no verdict."""
    verdicts = {"a": "accepted", "w": "wrong", "-": "infra-error"}
    key = f"suite/{task}/{encoded(candidate)}/field"
    return [
        make_record(verdicts[word], task=task, candidate=candidate, repeat=n, trial=f"{key}/{n}", **changes)
        for n, word in enumerate(words)
    ]


def about(**changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"package": "semver", "category": None, "difficulty": "small", "kind": "release"}
    return {"about": {**facts, "fixed_at": "2025-06-01", **changes}}


def printed(sheet: Sheet, width: int = 200) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        console.print(sheet)
    return captured.get()


def cells(sheet: Sheet) -> list[dict[str, str]]:
    return [dict(zip((*sheet.names, *sheet.figures), row, strict=True)) for row in sheet.rows]


def write_run(folder: Path, records: Sequence[dict[str, Any]], **inputs: Any) -> Path:
    folder.joinpath("results.jsonl").write_text(as_lines(*records), "ascii")
    if inputs:
        folder.joinpath("lock.json").write_text(json.dumps({"inputs": inputs}), "ascii")
    return folder


def asked(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["report", *map(str, words)])


def told(*words: str | Path) -> dict[str, Any]:
    done = asked(*words, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# --- facts about tasks ---

RELEASE = Release(repo="semver", old="1", new="2")
PUT_BACK = Replacement(file="a.py", name="f", source="f.py")
KINDS = [
    ({}, None, "own"),
    ({"release": RELEASE}, "semver", "release"),
    ({"release": Release(repo="semver", old="2", new="2", replacements=(PUT_BACK,))}, "semver", "mutation"),
    ({"release": Release(repo="semver", old="1", new="2", replacements=(PUT_BACK,))}, "semver", "mutation"),
    ({"release": RELEASE, "steps": (Step(name="one", instruction="Do."),)}, "semver", "chain"),
    ({"steps": (Step(name="one", instruction="Do."),)}, None, "chain"),
]


@pytest.mark.parametrize(("changes", "package", "kind"), KINDS)
def test_a_task_tells_its_package_and_kind(changes: dict[str, Any], package: str | None, kind: str) -> None:
    task = make_task(**changes)
    assert (task.package, task.kind) == (package, kind)


def test_facts_go_from_the_task_over_the_log_into_the_record() -> None:
    bugs = [
        Bug(id=str(n), tests=("a.py::one",), fixed_at=at) for n, at in enumerate([None, "2026-01-04", "2025-12-31"])
    ]
    task = make_task(release=RELEASE, category="escaping", bugs=tuple(bugs))
    (trial,) = make_plan([task], [parse_candidate("scripted:nop")], ["field"], 1).trials
    log = Log()
    log.events.clear()
    log.add("trial.opened", **_opening(trial))
    schema.check("event.v1", json.loads(log.events[0].to_line()), file="log")
    log.check()
    record = score.record(log.close("accepted"))
    schema.check("result.v1", record, file="record")
    facts = {"package": "semver", "category": "escaping", "difficulty": None, "kind": "release"}
    assert record["about"] == {**facts, "fixed_at": "2026-01-04"}
    assert make_task().fixed_at is None


def test_logs_of_before_have_records_without_them() -> None:
    log = Log()
    log.check()
    record = score.record(log.close("accepted"))
    assert "about" not in record
    schema.check("result.v1", record, file="record")


# --- standings ---


def test_intervals_over_repeats_are_clustered_and_called_so() -> None:
    one_each = [record for n in range(10) for record in trials(f"t{n}", "a" if n < 3 else "w")]
    (row,) = standings(one_each)
    assert (row.repeated, row.interval) == (False, wilson(3, 10))
    assert "95% interval" in table([row]).figures
    all_or_nothing = [record for n in range(10) for record in trials(f"t{n}", "aaaa" if n < 3 else "wwww")]
    (row,) = standings(all_or_nothing)
    assert (row.repeated, row.accepted, row.judged) == (True, 12, 40)
    assert row.interval == pytest.approx(wilson(3, 10))
    assert "95% by task" in table([row]).figures


def test_trials_without_a_verdict_make_no_repeats() -> None:
    (row,) = standings(trials("t", "a-"))
    assert not row.repeated


def test_the_same_task_in_two_suites_is_two_tasks() -> None:
    (row,) = standings([*trials("t", "a"), *trials("t", "w", suite="other")])
    assert (row.repeated, row.share.clusters) == (False, 2)


def test_tokens_and_cost_are_shown_where_a_model_was_asked_and_go_where_there_is_no_room() -> None:
    usage = {"model_calls": 1, "prompt_tokens": 0, "completion_tokens": 0, "cost_usd": 0.0}
    scripted = make_record(usage=usage)
    assert not {"tokens", "cost"} & set(table(standings([scripted])).figures)
    sheet = table(standings([make_record(), scripted | {"candidate": "scripted:nop"}]))
    assert [(row["tokens"], row["cost"]) for row in cells(sheet)] == [("120", "$0.5000"), ("–", "$0.00")]
    assert "tokens" in printed(sheet, 130)
    assert "tokens" not in printed(sheet, 90)
    free = table(standings([make_record(usage=usage | {"cost_usd": None})]))
    assert cells(free)[0]["cost"] == "unknown"
    assert [money(value) for value in (0.0042, 12.5, 1234.5)] == ["$0.0042", "$12.50", "$1,234.50"]


def test_trials_that_took_more_than_one_attempt_are_counted() -> None:
    records = [*trials("t", "aw"), *trials("u", "a", attempts=3), *trials("v", "a", attempts=1)]
    assert remarks(records) == [
        "1 of 4 trials took more than one attempt",
        "What earlier attempts at 1 trial took is in no figure: an older version ran them and did not note it",
    ]
    schema.check("result.v1", {**_whole(), "attempts": 3}, file="record")


def test_what_attempts_took_that_were_set_aside_is_in_the_sums_and_told_apart(tmp_path: Path) -> None:
    took = {"model_calls": 2, "prompt_tokens": 1000, "completion_tokens": 24, "cost_usd": 1.25}
    nothing = dict.fromkeys(took, 0)
    records = [
        *trials("t", "a", attempts=3, usage_set_aside=took),
        *trials("u", "aw"),
        *trials("t", "a", "scripted:x", attempts=2, usage_set_aside=nothing),
    ]
    (row,) = (row for row in standings(records) if row.candidate == "model")
    assert (row.tokens, row.cost_usd) == (3 * 120 + 1024, 3 * 0.5 + 1.25)
    data = told(write_run(tmp_path, records))
    assert [(one["tokens_set_aside"], one["cost_usd_set_aside"]) for one in data["standings"]] == [(0, 0), (1024, 1.25)]
    said = "Of the tokens and cost, attempts that were set aside took: 1,024 tokens and $1.25 by model"
    assert data["remarks"][:2] == ["2 of 4 trials took more than one attempt", said]
    unpriced = trials("t", "a", attempts=2, usage_set_aside={**took, "cost_usd": None})
    assert standings(unpriced)[0].cost_usd is None
    assert "1,024 tokens and an unknown cost by model" in remarks(unpriced)[1]
    schema.check("result.v1", {**_whole(), "attempts": 3, "usage_set_aside": took}, file="record")


def _whole() -> dict[str, Any]:
    log = Log()
    log.check()
    return score.record(log.close("accepted"))


def test_of_many_trials_without_a_verdict_some_are_named() -> None:
    said = remarks(trials("t", "-" * 30 + "a"))
    assert said[0] == "30 of 31 trials have no verdict and count in no rate:"
    assert len(said) == 22
    assert said[-1] == "  and 10 more (results.jsonl has them all)"


# --- repeats ---


def test_without_repeats_there_is_no_table_of_them_unless_asked_for() -> None:
    records = [*trials("t", "a"), *trials("u", "w-")]
    assert repeats.pass_rows(records) == []
    (row,) = repeats.pass_rows(records, [1])
    assert row.at.value == 0.5
    assert row.at.interval == pytest.approx(wilson(1, 2))


def test_pass_at_k_and_hat_k_are_means_over_tasks() -> None:
    # Two of four and four of four: pass@2 1 - 1/6 and 1, pass^2 1/6 and 1.
    rows = repeats.pass_rows([*trials("t", "aaww"), *trials("u", "aaaa")])
    assert [row.k for row in rows] == [1, 2, 4]
    assert [row.at.value for row in rows] == pytest.approx([0.75, 11 / 12, 1.0])
    assert [row.hat.value for row in rows] == pytest.approx([0.75, 7 / 12, 0.5])
    assert repeats.remarks(rows) == []


def test_a_mean_rests_on_as_many_cases_as_there_are_disjoint_draws() -> None:
    rows = repeats.pass_rows([record for n in range(40) for record in trials(f"t{n}", "aaww")])
    # Tasks that are all alike: four, two and one draw each, shrunk by (1.96 / 2.0227)², and one a task at least.
    shrunk = (1.95996 / 2.0227) ** 2
    assert [row.at.effective for row in rows] == pytest.approx([160 * shrunk, 80 * shrunk, 40], rel=0.001)
    assert [row.hat.effective for row in rows] == pytest.approx([160 * shrunk, 80 * shrunk, 40], rel=0.001)


def test_trials_without_a_verdict_leave_n_and_uneven_tasks_leave_k_aloud() -> None:
    # t has n = 5, u has n = 3, v has none.
    records = [*trials("t", "aawww"), *trials("u", "aw-w-"), *trials("v", "-----")]
    rows = repeats.pass_rows(records)
    assert [(row.k, row.at.clusters, row.left_out) for row in rows] == [(1, 2, 1), (2, 2, 1), (3, 2, 1), (4, 1, 2)]
    assert rows[1].at.value == pytest.approx((0.7 + 2 / 3) / 2)
    assert rows[3].at.value == 1.0
    said = repeats.remarks(rows)
    assert said[1:] == ["  model (field): 1 of 3 for k = 1, 1 of 3 for k = 2, 1 of 3 for k = 3, 2 of 3 for k = 4"]


def test_a_k_that_no_task_has_is_shown_as_nothing() -> None:
    (row,) = repeats.pass_rows(trials("t", "aw"), [7])
    assert (row.at.value, row.at.clusters, row.left_out) == (None, 0, 1)
    assert cells(repeats.table([row]))[0]["pass@k"] == "–"


def test_candidates_and_conditions_stand_apart() -> None:
    records = [*trials("t", "aa"), *trials("t", "aw", condition="loop"), *trials("t", "ww", "another")]
    rows = repeats.pass_rows(records, [2])
    assert [(row.candidate, row.condition, row.hat.value) for row in rows] == [
        ("another", "field", 0.0),
        ("model", "field", 1.0),
        ("model", "loop", 0.0),
    ]
    assert repeats.table(rows).names == ["candidate", "condition", "k"]


# --- slices ---


def test_the_command_offers_every_dimension() -> None:
    (option,) = [option for option in report.params if option.name == "dimensions"]
    assert tuple(option.type.choices) == slices.DIMENSIONS  # type: ignore[attr-defined]


def values(records: Sequence[dict[str, Any]], dimension: str, cutoff: str | None = None) -> dict[str, tuple[int, int]]:
    day = None if cutoff is None else datetime.date.fromisoformat(cutoff)
    rows = slices.slices(records, dimension, day).rows
    return {value: (row.accepted, row.judged) for value, row in rows}


def test_each_dimension_takes_trials_apart() -> None:
    records = [
        *trials("t", "aw", **about(category="escaping")),
        *trials("u", "a-", **about(package=None, kind="own", difficulty="large", fixed_at=None), rung="loop"),
        *trials("v", "w", **about(difficulty="medium", fixed_at="2023-02-01")),
    ]
    assert values(records, "package") == {"semver": (1, 3), "(own code)": (1, 1)}
    assert values(records, "category") == {"escaping": (1, 2), "(not given)": (1, 2)}
    assert list(values(records, "difficulty")) == ["small", "medium", "large"]
    assert values(records, "kind") == {"own": (1, 1), "release": (1, 3)}
    assert values(records, "task") == {"suite/t": (1, 2), "suite/u": (1, 1), "suite/v": (0, 1)}
    assert values(records, "rung") == {"loop": (1, 1), "report": (1, 3)}
    assert values(records, "condition") == {"field": (2, 4)}
    assert list(values(records, "fixed_at")) == ["2023", "2025", "own (never published)"]


def test_the_cutoff_falls_on_its_side() -> None:
    records = [
        *trials("t", "a", **about(fixed_at="2024-12-31")),
        *trials("u", "w", **about(fixed_at="2025-01-01")),
        *trials("v", "w", **about(kind="mutation", fixed_at=None)),
        *trials("x", "a", **about(kind="release", fixed_at=None)),
        *trials("y", "a"),
    ]
    assert values(records, "fixed_at", "2025-01-01") == {
        "before 2025-01-01": (1, 1),
        "from 2025-01-01 on": (0, 1),
        "own (never published)": (0, 1),
        "date not given": (1, 1),
        "unknown": (1, 1),
    }


def test_records_of_before_are_unknown_and_said_to_be() -> None:
    records = [*trials("t", "a", **about()), *trials("u", "w"), *trials("v", "w", about="odd")]
    found = slices.slices(records, "kind")
    assert [value for value, _ in found.rows] == ["release", "unknown"]
    assert "kind: 2 of 3 records do not tell: an older version ran these trials." in slices.remarks([found])


def test_small_slices_are_shown_and_no_interval_is_sold_as_corrected() -> None:
    records = [*trials("t", "aa", **about()), *trials("u", "-", "other", **about(package=None))]
    found = slices.slices(records, "package")
    sheet = slices.table(found)
    assert "95% by task" in sheet.figures
    assert [(row["candidate"], row["accepted"], row["no verdict"]) for row in cells(sheet)] == [
        ("model", "2/2", "–"),
        ("other", "0/0", "1"),
    ]
    alone = "1 slice holds one task alone: its interval speaks of no other task."
    assert slices.remarks([found]) == [alone]
    assert slices.remarks([slices.slices(records, "task")]) == []
    assert slices.remarks([found, found])[0].startswith("2 slices are shown, and no interval is corrected")


# --- the command ---


def test_what_has_not_run_is_counted_by_candidate(tmp_path: Path) -> None:
    records = [*trials("t", "a", "openai/x"), *trials("t", "w", "y")]
    keys = [f"suite/t/{encoded(name)}/field/{n}" for name in ("openai/x", "y") for n in range(3)]
    names: dict[str, Any] = {name: {} for name in ("openai/x", "y")}
    write_run(tmp_path, records, trials=keys, candidates=names)
    assert "4 of 6 trials have not run yet: 2 of openai/x, 2 of y\n" in asked(tmp_path).stdout
    data = told(tmp_path)
    assert (data["planned"], data["not_run"]) == (6, {"openai/x": 2, "y": 2})


@pytest.mark.parametrize("inputs", [{}, {"candidates": {}}, {"trials": 7, "candidates": {}}, {"trials": ["x"]}])
def test_a_lock_that_does_not_tell_is_no_hindrance(tmp_path: Path, inputs: dict[str, Any]) -> None:
    write_run(tmp_path, trials("t", "a"), **inputs)
    data = told(tmp_path)
    assert (data["planned"], data["not_run"], data["remarks"]) == (None, {}, [])


def test_a_broken_lock_might_hide_which_tasks_are_held_out(tmp_path: Path) -> None:
    lock = write_run(tmp_path, trials("t", "a")).joinpath("lock.json")
    lock.write_bytes(b"\xff{")
    done = asked(tmp_path)
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    assert f"{lock}: does not tell which tasks are held out" in done.output
    lock.unlink()
    assert told(tmp_path)["planned"] is None


@pytest.mark.parametrize("day", ["2026-13-01", "2026-02-30", "20260131", "2026-W01-1", "yesterday", "2026-01-01\n"])
def test_a_bad_date_is_one_line(tmp_path: Path, day: str) -> None:
    done = asked(write_run(tmp_path, trials("t", "a")), "--cutoff", day)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"roadtest: --cutoff {day!r}: is no date")
    assert done.stderr.count("\n") == 1


def test_json_carries_repeats_and_slices(tmp_path: Path) -> None:
    records = [*trials("t", "aw", **about()), *trials("u", "ww", **about(fixed_at=None, package=None))]
    write_run(tmp_path, records)
    data = told(tmp_path, "--by", "kind", "--cutoff", "2025-01-01", "--k", "2")
    assert [(row["k"], row["pass_at_k"], row["pass_hat_k"], row["tasks"]) for row in data["pass_at_k"]] == [
        (2, 0.5, 0, 2)
    ]
    assert [(one["by"], one["cutoff"]) for one in data["slices"]] == [("kind", None), ("fixed_at", "2025-01-01")]
    first = data["slices"][1]["rows"][0]
    assert (first["value"], first["accepted"], first["judged"]) == ("from 2025-01-01 on", 1, 2)
    assert data["standings"][0]["clustered_by"] == "task"
    assert len(data["trials"]) == 4
    assert any("clustered by task" in line for line in data["remarks"])


def test_one_task_speaks_of_itself_alone(tmp_path: Path) -> None:
    data = told(write_run(tmp_path, trials("t", "aaw")))
    assert "model: one task alone, so the interval speaks of that task and of no other." in data["remarks"]


def test_tables_come_in_order_and_many_trials_on_demand(tmp_path: Path) -> None:
    write_run(tmp_path, trials("t", "a" * (MOST_TRIALS + 1), **about()))
    few, every = asked(tmp_path, "--by", "kind"), asked(tmp_path, "--trials")
    titles = [line for line in few.stdout.splitlines() if line in ("Standings", "Repeats", "By kind", "Trials")]
    assert titles == ["Standings", "Repeats", "By kind"]
    assert f"The table of all {MOST_TRIALS + 1} trials is left out; --trials shows it." in few.stdout
    assert "left out" not in every.stdout
    assert every.stdout.count("field/") == MOST_TRIALS + 1
