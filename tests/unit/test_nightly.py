"""nightly.toml, what it means for a night, and a night as checks and files."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from sandbox.compare.comparison import Comparison, compare
from sandbox.compare.pairing import Side, pair
from sandbox.errors import BadInput
from sandbox.gap.simulate import record
from sandbox.nights.blame import HOLDS, MACHINE, WORSE, Finding
from sandbox.nights.config import COMPARE, SEQUENTIAL, Held, NightGate, Watched
from sandbox.nights.config_file import load_nightly
from sandbox.nights.telling import ORACLE, unsolved
from sandbox.nights.verdict import BROKEN, FAILED, PASSED, SKIPPED, Check, NightReport, checks_of
from sandbox.report.night_files import junit, summary
from sandbox.report.night_text import lines

CONFIG = """\
name = "nightly"
tasks = ["tasks/demo", "more.toml"]
repeats = 5
budget = { "run.cost" = 40, calls = 100 }
reference = "scripted:oracle"
gate = { margin = 2 }

[candidates."openai/gpt-4o"]

[candidates.fast]
baseline = "runs/before"
gate = { tests = ["compare"], metric = "tokens" }
"""


def written(folder: Path, text: str) -> Path:
    (folder / "nightly.toml").write_text(text, "utf-8")
    return folder / "nightly.toml"


def held(*tests: str, gathered: int = 7, name: str = "m") -> Held:
    watched = Watched(name=name, baseline=7, gate=NightGate(tests=tests))
    return Held(watched=watched, gathered=gathered, wanted=7, of_baseline=gathered < 7)


def found(state: str, **changes: Any) -> Finding:
    facts: dict[str, Any] = {"p": 0.001, "drop": 0.15, "low": 0.1, "high": 0.2, "since": 2, "referenced": True}
    return Finding(state=state, **{**facts, **changes})


def compared(after: list[int], candidate: str = "m") -> Comparison:
    sides = [
        Side(
            records=[
                record(candidate, "report", f"i{t}", f"r{t}", n, n < c) for t, c in enumerate(solved) for n in range(3)
            ]
        )
        for solved in ([3] * len(after), after)
    ]
    return compare(pair((sides[0], sides[1]), (candidate, candidate)), margin=0.0)


def report(*checks: Check, **changes: Any) -> NightReport:
    facts: dict[str, Any] = {"comparisons": (), "transcripts": (), "notes": ()}
    return NightReport(name="nightly", run="run-1", at="2026-01-31T01:00:00", checks=checks, **{**facts, **changes})


# --- the file ---


def test_a_gate_of_a_candidate_goes_before_that_of_all(tmp_path: Path) -> None:
    found = load_nightly(written(tmp_path, CONFIG))
    assert (found.repeats, found.reference, found.history) == (5, "scripted:oracle", "history.sqlite3")
    assert found.budget == ("run.cost=40", "calls=100")
    assert found.names == ("openai/gpt-4o", "fast", "scripted:oracle")
    assert found.candidates == (
        Watched(name="openai/gpt-4o", baseline=7, gate=NightGate(margin=2)),
        Watched(name="fast", baseline="runs/before", gate=NightGate(tests=(COMPARE,), metric="tokens", margin=2)),
    )


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('name = "nightly"', 'name = "a/b"', "nightly.toml: name"),
        ("repeats = 5", "repeats = 0", "nightly.toml: repeats"),
        ("margin = 2", "margin = -1", "nightly.toml: gate.margin"),
        ("margin = 2", "alpha = 0", "nightly.toml: gate.alpha"),
        ("margin = 2", "margins = 2", "margins"),
        ('"compare"', '"guess"', "gate.tests"),
        ('"compare"', '"sequential"', "candidates.fast.baseline: the sequential test takes nights of the history"),
        ('"scripted:oracle"', '"fast"', "reference: fast is among the candidates"),
        ("[candidates.fast]", "[candidate.fast]", "candidate"),
        ("calls = 100", "call = 100", "nightly.toml: budget.call: "),
        ('"run.cost" = 40', '"run.seconds" = 40', "nightly.toml: budget.run.seconds: there is no such cap"),
        ("[candidates.fast]", '[candidates.fast]\nsince = "2026-2-1"', "nightly.toml: candidates.fast.since"),
        (
            "[candidates.fast]",
            '[candidates.fast]\nsince = "2026-02-30"',
            "candidates.fast.since: 2026-02-30 is no date: ",
        ),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tmp_path: Path, before: str, after: str, words: str) -> None:
    assert before in CONFIG
    with pytest.raises(BadInput) as caught:
        load_nightly(written(tmp_path, CONFIG.replace(before, after)))
    assert words in str(caught.value)


# --- checks ---


@pytest.mark.parametrize(("state", "outcome"), [(HOLDS, PASSED), (WORSE, FAILED), (MACHINE, BROKEN)])
def test_the_sequential_test_fails_what_got_worse(state: str, outcome: str) -> None:
    (check,) = checks_of(held(SEQUENTIAL), found(state), compared([3, 3, 3, 0, 3, 3]))
    assert (check.outcome, "−15.0 points" in check.line) == (outcome, True)
    assert check.details == (("simulated/i3-report (field): 3/3 → 0/3",) if outcome == FAILED else ())


def test_what_cannot_be_told_is_no_pass() -> None:
    none, few = checks_of(held(COMPARE, SEQUENTIAL), None, None), checks_of(held(COMPARE), None, compared([0, 0]))
    assert [check.outcome for check in (*none, *few)] == [BROKEN] * 3
    assert not report(*none).passed
    assert "no reference" in checks_of(held(SEQUENTIAL), found(WORSE, referenced=False), None)[0].line


def test_until_the_baseline_is_whole_nothing_is_tested() -> None:
    (check,) = checks_of(held(SEQUENTIAL, gathered=3), found(WORSE), None)
    said = "this night is of the baseline, which has 3 of 7 nights: nothing is tested"
    assert (check.outcome, check.line) == (SKIPPED, said)
    assert report(check).passed
    (first,) = checks_of(held(SEQUENTIAL, gathered=1), None, None)
    assert first.line == "there was no baseline: this night is the first of 7 that become it, and nothing is tested"


def test_one_night_alone_goes_by_the_gate_of_compare() -> None:
    good, bad = (checks_of(held(COMPARE), None, compared(after))[0] for after in ([3] * 8, [0] * 8))
    assert (good.outcome, bad.outcome, len(bad.details)) == (PASSED, FAILED, 8)


def test_an_oracle_that_does_not_solve_all_is_told() -> None:
    rows = [{"candidate": ORACLE, "verdict": verdict} for verdict in ("accepted", "budget", "infra-error")]
    (note,) = unsolved(ORACLE, rows)
    assert "scripted:oracle, was not accepted in 1 of 2 trials" in note
    assert unsolved(ORACLE, rows[::2]) == unsolved("m", [{**row, "candidate": "m"} for row in rows]) == []


# --- files ---


def test_the_summary_begins_with_what_failed() -> None:
    after = compared([3, 3, 3, 0, 0, 0, 0, 0])
    checks = (*checks_of(held(COMPARE, name="good"), None, compared([3] * 8)), *checks_of(held(COMPARE), None, after))
    text = summary(report(*checks, comparisons=(("m", after),), transcripts=("roadtest show a b",), notes=("n",)))
    assert text.startswith("# nightly: FAILED\n\nRun `run-1`")
    rows = [line for line in text.splitlines() if "compare |" in line]
    assert [row.split(" | ")[0] for row in rows] == ["| m", "| good"]
    for words in (
        r"| trials accepted \* | 100.0% | 37.5% | −62.5 | −100.0 to −19.2 | 8 | 8 |",
        "since = DATE in the candidate's table",
        r"- simulated/i3-report \(field\): 3/3 → 0/3",
        "    roadtest show a b",
        "- n",
    ):
        assert words in text
    assert summary(report(checks[0])).startswith("# nightly: passed\n")


def test_what_got_worse_has_its_interval_and_n_everywhere() -> None:
    after = compared([3, 3, 0, 0, 0, 0, 0, 0])
    night = report(*checks_of(held(COMPARE), None, after), comparisons=(("m", after),))
    line = "trials accepted: 100.0% → 25.0% (−75.0 points), 95% −100.0 to −36.3, p = 0.031, n = 8"
    for text in (summary(night).replace("\\", ""), junit(night), "\n".join(lines(night))):
        assert line in text
    *_, last = lines(night)
    assert last == "Night run-1 of nightly: FAILED (m)"


def test_nothing_that_others_wrote_is_markdown() -> None:
    evil = "a|b<script>alert(1)</script>\n# x [y](z) `c` \u202e"
    text = summary(
        report(Check(candidate=evil, name=COMPARE, outcome=FAILED, line=evil, details=(evil,)), notes=(evil,))
    )
    assert "<script" not in text.replace("\\<script", "")
    assert "\u202e" not in text
    assert [line for line in text.splitlines() if line.startswith("# ")] == ["# nightly: FAILED"]


def test_junit_counts_and_tells_apart_what_failed_broke_and_was_skipped() -> None:
    evil = 'm<&>"\x00\x1b\ud800'
    checks = [
        Check(candidate=evil, name="a", outcome=FAILED, line="worse", details=("x < y", "\x07")),
        Check(candidate=evil, name="b", outcome=BROKEN, line="untold"),
        Check(candidate="n", name="a", outcome=SKIPPED, line="later"),
        Check(candidate="n", name="b", outcome=PASSED, line="fine"),
    ]
    text = junit(report(*checks))
    root = ElementTree.fromstring(text.encode("utf-8"))
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
    }
    suites = root.findall("testsuite")
    assert [suite.get("name") for suite in suites] == ['m<&>"\ufffd\ufffd\ufffd', "n"]
    kinds = [[child.tag for child in case] for case in root.iter("testcase")]
    assert kinds == [["failure"], ["error"], ["skipped"], ["system-out"]]
    failure = root.find(".//failure")
    assert failure is not None
    assert (failure.get("message"), failure.text) == ("worse", "x < y\n\ufffd")
