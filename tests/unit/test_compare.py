"""Two runs held against each other: what is paired, what is left out and said, differences, the gate."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from rich.console import Console
from scipy import stats

from sandbox.cli import main
from sandbox.cli_compare import BY, METRICS
from sandbox.compare.comparison import DIMENSIONS, Comparison, as_data, compare
from sandbox.compare.differences import difference
from sandbox.compare.gate import HELD, UNTOLD, WORSE, gate
from sandbox.compare.measures import MEASURES
from sandbox.compare.pairing import PairedTask, Side, candidate_of, pair
from sandbox.errors import BadInput
from sandbox.gap.outcomes import LeftOut
from sandbox.gap.simulate import record
from sandbox.report.compare_text import remarks, sheets, transcripts

Row = dict[str, Any]
DIGEST = "a" * 64


def rows(solved: Iterable[int], k: int = 3, candidate: str = "m", rung: str = "report", per_repo: int = 1) -> list[Row]:
    """Of each task so many of k trials are accepted; so many tasks come from each repo."""
    return [
        record(candidate, rung, f"i{task:04}", f"r{task // per_repo:04}", n, n < count)
        for task, count in enumerate(solved)
        for n in range(k)
    ]


def tasks_of(before: list[Row], after: list[Row]) -> tuple[PairedTask, ...]:
    return pair((Side(records=before), Side(records=after)), ("m", "m")).tasks


def compared(before: list[Row], after: list[Row], **how: Any) -> Comparison:
    return compare(pair((Side(records=before), Side(records=after)), ("m", "m")), **how)


def with_calls(row: Row, total: int, faulty: int) -> Row:
    return {**row, "calls": {**row["calls"], "total": total, "valid": total - faulty, "faulty": faulty}}


def printed(found: Comparison, width: int = 200) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        for sheet in sheets(found):
            console.print(sheet)
        for line in remarks(found):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    return captured.get()


def written(run: Path, of: Iterable[Row], **inputs: Any) -> Path:
    of = list(of)
    settings: dict[str, Any] = {"kind": "model", "api_base": None, "settings": {}, "digest": DIGEST}
    candidates = {row["candidate"]: settings for row in of}
    tasks = {f"{row['suite']}/{row['task']}": DIGEST for row in of}
    held = {"tasks": tasks, "tools": {}, "candidates": candidates, "limits": {}, **inputs}
    run.mkdir()
    lock = {"v": 1, "at": "", "run": run.name, "argv": [], "inputs": held, "versions": {}}
    (run / "lock.json").write_text(json.dumps(lock), "ascii")
    (run / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in of), "ascii")
    return run


# --- pairing ---


def test_trials_are_paired_by_task_condition_and_repeat() -> None:
    (task,) = tasks_of(rows([1], k=2), rows([2], k=2))
    assert (task.task, task.condition, task.cluster) == ("simulated/i0000-report", "field", "r0000")
    assert [(one["repeat"], two["repeat"]) for one, two in task.pairs] == [(0, 0), (1, 1)]
    assert [(one["verdict"], two["verdict"]) for one, two in task.pairs] == [
        ("accepted", "accepted"),
        ("wrong", "accepted"),
    ]


def test_what_cannot_be_compared_is_counted_with_the_reason() -> None:
    before, after = rows([3, 3, 3, 3, 3, 3]), rows([3, 3, 3, 3, 3])
    after = [row for row in after if (row["task"], row["repeat"]) != ("i0000-report", 2)]
    after[0] = {**after[0], "verdict": "infra-error", "score": None}
    before[4] = {**before[4], "verdict": "judge-error", "score": None}
    after = [{**row, "judge": "in-process"} if row["task"] == "i0002-report" else row for row in after]
    changed = {"tasks": {"simulated/i0003-report": "b"}}, {"tasks": {"simulated/i0003-report": "c"}}
    after = [{**row, "condition": "loop"} if row["task"] == "i0004-report" else row for row in after]
    sides = tuple(Side(records=held, digests=of) for held, of in zip((before, after), changed, strict=True))
    found = pair((sides[0], sides[1]), ("m", "m"))
    other = "the other run does not have its task"
    assert set(found.left_out) == {
        LeftOut(count=1, what="trial", why="only in A: the other run has fewer repeats of its task"),
        LeftOut(count=1, what="pair", why="infra-error in B"),
        LeftOut(count=1, what="pair", why="judge-error in A"),
        LeftOut(count=3, what="pair", why="another judge in A than in B"),
        LeftOut(count=3, what="pair", why="the task simulated/i0003-report has changed"),
        LeftOut(count=3, what="trial", why=f"only in A: {other} under condition field"),
        LeftOut(count=3, what="trial", why=f"only in B: {other} under condition loop"),
        LeftOut(count=3, what="trial", why=f"only in A: {other}"),
    }
    assert [(task.task, len(task.pairs)) for task in found.tasks] == [
        ("simulated/i0000-report", 1),
        ("simulated/i0001-report", 2),
    ]


def test_a_candidate_is_the_only_one_or_named() -> None:
    one, two = Side(records=rows([1])), Side(records=[*rows([1]), *rows([1], candidate="n")])
    assert candidate_of(one, None, "A") == "m"
    assert candidate_of(two, "n", "B") == "n"
    for side, name, words in ((two, None, "has several candidates (m, n)"), (one, "x", "no trial of x (known: m)")):
        with pytest.raises(BadInput) as caught:
            candidate_of(side, name, "B")
        assert words in str(caught.value)


# --- differences ---


def test_a_difference_of_rates_is_the_textbooks_paired_t() -> None:
    before, after = [3, 3, 2, 3, 1, 3, 2], [1, 2, 2, 0, 1, 2, 3]
    found = difference(MEASURES["accepted"], tasks_of(rows(before), rows(after)))
    rates = (np.array(after) - np.array(before)) / 3
    low, high = stats.ttest_1samp(rates, 0).confidence_interval(0.95)
    assert found.change.value == pytest.approx(rates.mean())
    assert (found.change.low, found.change.high) == pytest.approx((low, high))
    assert (found.before, found.after) == pytest.approx((17 / 21, 11 / 21))
    assert (found.trials, found.change.items, found.change.clusters, found.by_task) == (21, 7, 7, False)
    assert (found.worse, found.better) == (False, False)


def test_calls_are_pooled_over_tasks_and_never_averaged() -> None:
    before = [with_calls(row, 10 * n + 10, n) for n, row in enumerate(rows([1] * 8, k=1))]
    after = [with_calls(row, 40, 2 * n + 3) for n, row in enumerate(rows([1] * 8, k=1))]
    found = difference(MEASURES["faults"], tasks_of(before, after))
    one, two = 28 / 360, 80 / 320
    assert (found.before, found.after) == pytest.approx((one, two))
    assert found.change.value == pytest.approx(two - one)
    assert found.worse
    # The interval against that of leaving out one task at a time.
    values = []
    for left in range(8):
        rest = [n for n in range(8) if n != left]
        values.append(
            sum(2 * n + 3 for n in rest) / (40 * 7) - sum(rest) / sum(10 * n + 10 for n in rest),
        )
    jackknife = math.sqrt(7 / 8 * sum((value - np.mean(values)) ** 2 for value in values))
    assert found.change.error == pytest.approx(jackknife, rel=0.15)


def test_a_task_without_calls_on_one_side_still_counts_in_the_pool() -> None:
    before = [with_calls(row, 10, 1) for row in rows([1] * 6, k=1)]
    after = [with_calls(row, 10 if n else 0, 2 if n else 0) for n, row in enumerate(rows([1] * 6, k=1))]
    found = difference(MEASURES["faults"], tasks_of(before, after))
    assert found.change.value == pytest.approx(0.1)


def test_amounts_are_compared_as_ratios_of_typical_tasks() -> None:
    def timed(seconds: Iterable[float]) -> list[Row]:
        return [
            {**row, "time": {**row["time"], "wall_s": s}} for row, s in zip(rows([1] * 6, k=1), seconds, strict=True)
        ]

    found = difference(MEASURES["wall"], tasks_of(timed([1, 2, 4, 8, 16, 32]), timed([2, 4, 8, 16, 32, 60])))
    assert found.change.value == pytest.approx((5 * math.log(2) + math.log(60 / 32)) / 6)
    assert (found.worse, found.better) == (True, False)
    same = difference(MEASURES["wall"], tasks_of(timed([1] * 6), timed([1] * 6)))
    assert (same.change.value, same.change.low, same.change.high) == (0, None, None)
    none = difference(MEASURES["cost"], tasks_of(timed([1] * 6), timed([1] * 6)))
    assert (none.change.value, none.left_out, none.worse) == (None, 6, None)


def test_what_a_record_does_not_tell_is_left_out() -> None:
    before = rows([3] * 6)
    after = [{**row, "usage": {**row["usage"], "cost_usd": None}} for row in before]
    assert difference(MEASURES["cost"], tasks_of(before, after)).left_out == 6
    assert difference(MEASURES["rr"], tasks_of(before, before)).change.items == 0


def test_bugs_that_came_back_are_counted_over_their_chances() -> None:
    def back(times: int) -> list[Row]:
        told = {"fixes": 2, "reintroductions": times, "after_fix": 4}
        return [{**row, "oscillation": {**row["oscillation"], **told}} for row in rows([3] * 6)]

    found = difference(MEASURES["rr"], tasks_of(back(0), back(1)))
    assert (found.before, found.after) == (0, 0.25)
    assert found.worse


def test_few_repos_give_way_to_tasks_and_that_is_said() -> None:
    found = compared(rows([3] * 8, per_repo=4), rows([0] * 8, per_repo=4))
    assert found.differences[0].by_task
    assert found.differences[0].change.clusters == 8
    assert "tasks are the clusters" in printed(found)
    many = difference(MEASURES["accepted"], tasks_of(rows([3] * 24, per_repo=4), rows([0] * 24, per_repo=4)))
    assert (many.by_task, many.change.clusters) == (False, 6)


# --- the gate ---


@pytest.mark.parametrize(
    ("before", "after", "margin", "outcome"),
    [
        ([3] * 12, [3] * 12, 0.0, HELD),
        ([3] * 12, [0] * 6 + [3] * 6, 0.0, WORSE),
        ([3] * 12, [0] * 6 + [3] * 6, 0.4, HELD),
        ([3] * 12, [2] * 12, 0.4, HELD),
        ([3] * 12, [2] * 12, 0.3, WORSE),
        ([0] * 12, [3] * 12, 0.0, HELD),
        ([3] * 4, [0] * 4, 0.0, UNTOLD),
        ([3] * 5, [0] * 5, 0.0, WORSE),
        ([], [], 0.0, UNTOLD),
    ],
)
def test_the_gate(before: list[int], after: list[int], margin: float, outcome: str) -> None:
    found = gate(MEASURES["accepted"], tasks_of(rows(before), rows(after)), margin)
    assert (found.outcome, found.passed) == (outcome, outcome == HELD)


def test_the_gate_of_an_amount_goes_by_percent() -> None:
    before = [{**row, "time": {**row["time"], "wall_s": 10.0}} for row in rows([3] * 8)]
    after = [{**row, "time": {**row["time"], "wall_s": 12.0}} for row in rows([3] * 8)]
    outcomes = [gate(MEASURES["wall"], tasks_of(before, after), margin).outcome for margin in (0.0, 0.19, 0.21)]
    assert outcomes == [WORSE, WORSE, HELD]
    json.dumps(as_data(compared(before, after, metric="wall", margin=0.1)), allow_nan=False)


def test_by_chance_the_gate_fails_in_five_percent() -> None:
    random = np.random.default_rng(5)
    rates = np.repeat(random.uniform(0.2, 0.9, 12), 3)
    failed = 0
    for _ in range(200):
        one, two = (random.binomial(3, rates) for _ in range(2))
        failed += gate(MEASURES["accepted"], tasks_of(rows(one, per_repo=3), rows(two, per_repo=3))).outcome == WORSE
    assert failed <= 20


# --- slices, flips, text ---


def test_slices_are_tested_where_they_can_be_and_adjusted() -> None:
    def made(worse: int) -> list[Row]:
        changed = [{**row, "about": {**row["about"], "category": "x"}} for row in rows([3 - worse] * 6)]
        rest = [{**row, "task": f"y-{row['task']}"} for row in rows([2] * 6)]
        few = [{**row, "task": f"z-{row['task']}", "about": {**row["about"], "category": "z"}} for row in rows([2] * 2)]
        return [*changed, *rest, *few]

    found = compared(made(0), made(2), dimensions=("category", "rung"))
    held = {one.value: one for one in found.slices}
    assert sorted(held) == ["not told", "x", "z"]
    assert held["x"].q == pytest.approx(2 / 32)
    assert held["not told"].q == 1
    assert (held["z"].tested, held["z"].q) == (False, None)


def test_flipped_tasks_come_with_what_to_type() -> None:
    found = compared(rows([3, 3, 3, 1, 2, 3]), rows([3, 0, 2, 3, 2, 3]))
    assert [(flip.task[10:15], flip.accepted) for flip in found.flips] == [
        ("i0001", (3, 0)),
        ("i0002", (3, 2)),
        ("i0003", (1, 3)),
    ]
    assert transcripts(found, ("a b", "b"), "py -m sandbox")[2:] == [
        "py -m sandbox show 'a b' simulated/i0002-report/m/field/2",
        "py -m sandbox show b simulated/i0002-report/m/field/2",
    ]


def test_rungs_are_told_apart_where_there_are_several() -> None:
    before = [*rows([3] * 6, rung="kernel"), *rows([3] * 6)]
    after = [*rows([3] * 6, rung="kernel"), *rows([1] * 6)]
    found = {one.measure.name: one for one in compared(before, after).differences}
    assert found["accepted@kernel"].change.value == 0
    assert found["accepted@report"].change.value == pytest.approx(-2 / 3)
    assert found["accepted@report"].left_out == 6


def test_the_page_says_what_it_rests_on() -> None:
    text = printed(compared(rows([3] * 12), rows([0] * 6 + [3] * 6), margin=0.0))
    for words in (
        "trials accepted *",
        "100.0%",
        "−50.0",
        "worse",
        "n = 12 tasks of 12 repos, k = 3; 36 pairs",
        "6 tasks less often accepted, 0 more often",
        "trials accepted: B is worse: 100.0% → 50.0%, −50.0 points (",
        "gate FAILED: trials accepted, margin 0 points: −50.0 points (",
        "): worse by more than the margin (one-sided p = 0.0156)",
    ):
        assert words in text
    nothing = printed(compared(rows([3]), []))
    assert nothing.startswith("Nothing can be compared: no trial of A has one in B that it can be held against.")


def test_what_is_not_shown_is_told_with_what_may_be_missed() -> None:
    text = printed(compared(rows([3, 2, 3, 1, 2, 3, 3]), rows([2, 3, 3, 2, 1, 3, 3]), metric="accepted", margin=0.0))
    found = "trials accepted: no change is shown, which is not to say that there is none: +0.0 points ("
    assert found in text.replace("81.0% → 81.0%, ", "")
    assert "may well be missed" in text
    assert "not shown to be worse by more than the margin (one-sided p = " in text
    assert "−0.0" not in text, "nothing is less than nothing"
    five = printed(compared(rows([3] * 6), rows([0] * 5 + [3]), margin=0.0))
    assert ("gate FAILED" in five, "no change is shown" in five) == (True, False), "the gate tests one side"
    few = printed(compared(rows([3, 3]), rows([0, 0])))
    assert "trials accepted: whether B is worse cannot be told from so few: 100.0% → 0.0%" in few
    same = printed(compared(rows([3] * 6), rows([3] * 6), metric="wall"))
    assert "seconds that a trial takes: whether B is worse cannot be told: no task tells of it" in same


def test_measures_that_no_task_tells_are_told_apart() -> None:
    text = printed(compared(rows([3] * 6), rows([3] * 6)))
    (line,) = (line for line in text.splitlines() if line.startswith("Told by no task on both sides: "))
    told = line.removeprefix("Told by no task on both sides: ").rstrip(".").split("; ")
    assert set(told) <= {one.words for one in MEASURES.values()}


def test_slices_that_are_not_tested_are_told() -> None:
    few = [{**row, "about": {**row["about"], "category": "x"}} for row in rows([3] * 6)]
    many = [{**row, "task": f"y-{row['task']}"} for row in rows([2] * 4)]
    text = printed(compared([*few, *many], [*few, *many], dimensions=("category",)))
    assert "1 slice is of too few repos" in text


def test_the_choices_of_the_command_are_those_there_are() -> None:
    assert list(METRICS) == list(MEASURES)
    assert BY == DIMENSIONS


# --- the command ---


def typed(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["compare", *map(str, words)])


def test_the_command_exits_by_the_gate(tmp_path: Path) -> None:
    good, bad = written(tmp_path / "good", rows([3] * 8)), written(tmp_path / "bad", rows([3] * 2 + [0] * 6))
    held = typed(good, good, "--gate")
    assert (held.exit_code, "gate passed" in held.stdout) == (0, True)
    failed = typed(good, bad, "--gate", "--json")
    data = json.loads(failed.stdout)
    assert failed.exit_code == 1
    assert (data["gate"]["passed"], len(data["flips"])) == (False, 6)
    assert data["transcripts"][1].endswith(f"show {bad} simulated/i0002-report/m/field/0")
    assert typed(good, bad).exit_code == 0
    assert "Transcripts of what got worse, A then B:" in typed(good, bad).stdout
    one_value = typed(good, bad, "--by", "suite", "--by", "package").stdout
    assert "--by suite: all that is compared is of one value" in one_value
    assert "--by package" not in one_value
    assert "--margin counts with --gate alone" in typed(good, bad, "--margin", "3").stdout
    assert "--margin counts" not in typed(good, bad, "--gate", "--margin", "3").stdout
    wrong = typed(good, bad, "--gate", "--margin", "nan")
    assert (wrong.exit_code, wrong.stderr.count("\n")) == (2, 1)


def test_what_else_differs_between_runs_is_said(tmp_path: Path) -> None:
    one = written(tmp_path / "one", rows([3] * 6), tools={"bash": DIGEST}, limits={"calls": 5})
    two = written(tmp_path / "two", rows([3] * 6), tools={"bash": "b" * 64}, limits={})
    text = " ".join(typed(one, two).stdout.split())
    assert "the tools are not the same, so that they are in the differences too (bash)" in text
    assert "(A: calls=5; B: none typed)" in text


def test_what_is_set_up_otherwise_is_named(tmp_path: Path) -> None:
    def run(name: str, **settings: Any) -> Path:
        candidate = {"kind": "model", "api_base": None, "settings": settings, "digest": DIGEST[:-1] + name}
        return written(tmp_path / name, rows([3] * 6), candidates={"m": candidate})

    one, two = run("1", model="x/a", temperature=0.2), run("2", model="x/b", temperature=0.2, system="Be brief.\n" * 9)
    text = " ".join(typed(one, two).stdout.split())
    assert "m is set up otherwise in B than in A (model: x/a → x/b; system), so that is in the differences too" in text
    secret = run("3", model="x/a", temperature=0.2, extra={"headers": {"X": "s3cret"}}, base="http://me:s3cret@host")
    text = " ".join(typed(one, secret).stdout.split())
    assert ("(extra; base)" in text, "s3cret" in text) == (True, False)


def test_a_candidate_that_is_not_there_or_not_named_is_told_with_the_option(tmp_path: Path) -> None:
    one, both = (
        written(tmp_path / "1", rows([3] * 6)),
        written(tmp_path / "2", [*rows([3] * 6), *rows([3] * 6, candidate="n")]),
    )
    several, other = typed(one, both), typed(one, both, "--candidate", "n")
    assert "has several candidates (m, n): say which with --candidate NAME" in several.stderr
    assert "no trial of n (known: m); --against NAME says what A calls it" in other.stderr
    assert typed(one, both, "--candidate", "n", "--against", "m").exit_code == 0


def test_what_changed_in_tasks_is_asked_for_by_a_command(tmp_path: Path) -> None:
    one = written(tmp_path / "1", rows([3] * 6))
    two = written(tmp_path / "2", rows([3] * 6), tasks={"simulated/i0000-report": "c" * 64})
    text = typed(one, two).stdout
    assert f"suite diff {one} {two}" in text
    assert "not compared: 3 pairs: the task simulated/i0000-report has changed" in text
    three = written(tmp_path / "3", rows([3] * 6), tasks={f"simulated/i000{n}-report": "c" * 64 for n in range(6)})
    (line,) = (line for line in typed(one, three).stdout.splitlines() if "have changed" in line)
    names = ", ".join(f"simulated/i000{n}-report" for n in range(5))
    assert line == f"not compared: 18 pairs: 6 tasks have changed: {names} and 1 more"
    assert "suite diff" not in typed(one, one).stdout


def test_ten_thousand_trials_are_compared_in_less_than_five_seconds() -> None:
    random = np.random.default_rng(1)
    before, after = (rows(random.integers(0, 6, 1000), k=5, per_repo=20) for _ in range(2))
    began = time.process_time()
    found = compared(before, after, margin=0.0, dimensions=DIMENSIONS)
    json.dumps(as_data(found), allow_nan=False)
    printed(found)
    assert time.process_time() - began < 3
