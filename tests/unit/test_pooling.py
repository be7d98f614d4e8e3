"""`roadtest gap`: runs pooled or refused, scores beside rates, text and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox.errors import BadInput
from sandbox.gap.graded import GRADED
from sandbox.gap.simulate import record
from sandbox.pooling import pool, read_gap
from tests.support.command import roadtest

Row = dict[str, Any]
DIGEST = "a" * 64
CANDIDATE: dict[str, Any] = {"kind": "model", "api_base": None, "settings": {}, "digest": DIGEST}


def written(run: Path, rows: Iterable[Row], **inputs: Any) -> Path:
    """A run directory with these records, and a lock whose inputs are `inputs` over those of the records."""
    rows = list(rows)
    held = {
        "tasks": {f"{row['suite']}/{row['task']}": DIGEST for row in rows},
        "tools": {},
        "candidates": {row["candidate"]: CANDIDATE for row in rows},
        "limits": {},
        **inputs,
    }
    run.mkdir()
    lock = {"v": 1, "at": "", "run": run.name, "argv": [], "inputs": held, "versions": {}}
    (run / "lock.json").write_text(json.dumps(lock), "ascii")
    (run / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "ascii")
    return run


def rows(rates: Mapping[str, Mapping[str, float]], items: int = 8, repeats: range = range(4)) -> list[Row]:
    """Trials of each candidate on each rung, items in repos of their own, so many of each solved as the rate says."""
    return [
        record(name, rung, f"i{item}", f"r{item}", n, n < round(rate * len(repeats)))
        for name, by_rung in rates.items()
        for rung, rate in by_rung.items()
        for item in range(items)
        for n in repeats
    ]


RATES = {"a": {"kernel": 1.0, "report": 0.5}, "b": {"kernel": 0.5, "report": 0.75}}


def test_runs_of_the_same_things_count_as_one(tmp_path: Path) -> None:
    every = rows(RATES)
    whole = written(tmp_path / "whole", every)
    kernel = written(tmp_path / "kernel", [row for row in every if row["rung"] == "kernel"])
    report = written(tmp_path / "report", [row for row in every if row["rung"] == "report"])
    one, two = read_gap([whole])[0], read_gap([kernel, report, kernel])[0]
    assert one == two
    assert {step.candidate: step.gap.value for step in one.steps} == {"a": -0.5, "b": 0.25}
    assert [(pair.better, pair.other, pair.found) for pair in one.reversals.pairs] == [("a", "b", True)]


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"candidates": {"a": {**CANDIDATE, "digest": "b" * 64}}}, "the candidate a is not what it is in"),
        ({"tasks": {"s/t": "b" * 64}}, "the task s/t is not what it is in"),
        ({"conditions": {"field": "b" * 64}}, "the condition field is not what it is in"),
    ],
)
def test_runs_of_other_things_are_refused_in_one_line(tmp_path: Path, inputs: dict[str, Any], words: str) -> None:
    first = written(tmp_path / "one", rows(RATES), tasks={"s/t": DIGEST}, conditions={"field": DIGEST})
    second = written(tmp_path / "two", rows(RATES), **inputs)
    with pytest.raises(BadInput) as caught:
        pool([first, second])
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_other_budgets_are_said(tmp_path: Path) -> None:
    first, second = (
        written(tmp_path / name, rows(RATES), limits=limits) for name, limits in (("one", {}), ("two", {"replies": 5}))
    )
    (note,) = pool([first, second]).notes
    assert note.endswith(f"({first}: none typed; {second}: replies=5)")
    assert pool([second]).notes == ()


def test_scores_at_problems_stand_beside_and_scales_are_not_mixed(tmp_path: Path) -> None:
    def with_problem(row: Row, **changes: Any) -> Row:
        if row["rung"] != "kernel":
            return row
        verdict = "AC" if row["verdict"] == "accepted" else "WA"
        told = {"verdict": verdict, "seconds": 1.0, "points": None, "subtasks": {}}
        problem = {"scoring": False, "full": None, "tier": 2, "rating": None, "points": None}
        return {**row, "problem": {**problem, "solved": verdict == "AC", "submissions": [told], **changes}}

    scores = read_gap([written(tmp_path / "one", map(with_problem, rows(RATES)))])[0].scores
    assert scores["a"].value > scores["b"].value
    assert {score.scale for score in scores.values()} == {"internal"}
    of_two = [with_problem(row, rating=1500.0 if row["candidate"] == "a" else None) for row in rows(RATES)]
    gap, notes = read_gap([written(tmp_path / "two", of_two)])
    assert gap.scores == {}
    assert notes == ("CP scores: none: candidates met problems of several scales (human, internal)",)


def test_the_command_claims_nothing_that_figures_do_not_bear_and_ends_well(tmp_path: Path) -> None:
    few = written(tmp_path / "few", rows({"a": RATES["a"]}, items=2))
    done = roadtest("gap", few)
    assert (done.returncode, done.stderr) == (0, "")
    assert "it takes six" in done.stdout
    alone = written(tmp_path / "alone", rows({"a": {"report": 0.5}}))
    done = roadtest("gap", alone, "--by", "package", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["reason"] in " ".join(told["remarks"])


def test_a_rung_without_outcomes_as_an_end(tmp_path: Path) -> None:
    gap, _ = read_gap([written(tmp_path / "run", rows(RATES))], road="rough")
    assert {step.gap.items for step in gap.steps if step.whole} == {0}


def test_a_condition_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    run = written(tmp_path / "run", rows(RATES))
    with pytest.raises(BadInput, match=r"--condition report=loop: no trial on report is of it \(known: field\)"):
        read_gap([run], conditions={"report": "loop"})
    done = roadtest("gap", run, "--condition", "report")
    assert done.returncode == 2
    assert "write RUNG=NAME" in done.stderr


def test_the_table_of_graded_candidates_is_found_again(tmp_path: Path) -> None:
    gap, _ = read_gap([written(tmp_path / "run", rows(GRADED, repeats=range(20)))], lab="kernel", road="report")
    whole = {step.candidate: step.gap.value for step in gap.steps if step.whole}
    assert whole == pytest.approx({name: rates["report"] - rates["kernel"] for name, rates in GRADED.items()})
