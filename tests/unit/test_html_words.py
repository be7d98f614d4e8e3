"""Every column of every table of the page, every rung and every verdict is explained where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from sandbox.cp.scores import candidate_score
from sandbox.gap.gap import Gap, Score, gap_of
from sandbox.gap.simulate import Suite
from sandbox.gap.simulate import records as simulated
from sandbox.html_report import write_page
from sandbox.oscillating import read_oscillation
from sandbox.report import calls_text, oscillation_tables, problems, repeats, services, slices, standings
from sandbox.report.calls import DIMENSIONS, call_report
from sandbox.report.html.section import Section
from sandbox.report.html.sections import sections
from sandbox.report.html.words import BASICS, OF_RUNGS, columns_of, rungs_in_words
from sandbox.report.problems import ProblemRow
from sandbox.report.sheet import Sheet
from sandbox.report.summary import RunReport
from sandbox.rungs import RUNGS
from sandbox.score import VERDICTS
from sandbox.summarising import read_report
from tests.support.builders import as_lines, make_record
from tests.support.paged import hostile_run

# Ten models of ten families, so that there is G3 as well.
RATES = {f"x/{n}": {rung: 0.3 + 0.06 * n - 0.02 * at for at, rung in enumerate(RUNGS)} for n in range(10)}
MADE = simulated(Suite(rates=RATES, repos=6, sizes=(1,)), 3)
SCORES = {name: Score(value=1000.0 + 50 * n, low=900.0, high=2000.0, scale="internal") for n, name in enumerate(RATES)}


def unexplained(section: str, sheets: Iterable[Sheet]) -> list[tuple[str, str]]:
    """Tables and headings of theirs of which nothing is said."""
    found = []
    for sheet in sheets:
        known = {heading for heading, _ in columns_of(section, sheet)}
        found += [(sheet.title, heading) for heading in (*sheet.names, *sheet.figures) if heading not in known]
    return found


def reported(folder: Path, rows: Iterable[dict[str, Any]]) -> RunReport:
    folder.joinpath("results.jsonl").write_text(as_lines(*rows), "ascii")
    return read_report(folder)


def all_of(section: Section) -> list[Sheet]:
    return [*section.sheets, *section.more]


@pytest.mark.parametrize("scores", [{}, SCORES])
def test_all_that_a_ladder_shows_is_explained(tmp_path: Path, scores: dict[str, Score]) -> None:
    gap: Gap = gap_of(MADE, scores=scores, dimensions=("package",))
    report = reported(tmp_path, MADE)
    found = {section.name: section for section in sections(report, None, None, gap)}
    assert {"standings", "ladder", "competitive"} <= found.keys()
    titles = " ".join(sheet.title for section in found.values() for sheet in all_of(section))
    assert all(part in titles for part in ("G1", "Between", "G2", "G3", "rank correlation", "Slices", "In the lab"))
    assert [one for section in found.values() for one in unexplained(section.name, all_of(section))] == []
    assert [term for term, _ in found["ladder"].terms] == list(RUNGS)


def test_standings_repeats_and_slices_are_explained() -> None:
    rows = [
        make_record(verdict, task=task, condition=condition, repeat=n, trial=f"s/{task}/model/{condition}/{n}")
        for task in ("a", "b")
        for condition in ("field", "loop")
        for n, verdict in enumerate(("accepted", "wrong"))
    ]
    made = [standings.table(standings.standings(rows)), repeats.table(repeats.pass_rows(rows, [1, 2]))]
    made += [slices.table(slices.slices(rows, dimension)) for dimension in slices.DIMENSIONS]
    wanted = {"strict": False, "partial": 0.5, "unmet": ["paid"], "collateral": 1, "minefields": []}
    made.append(services.table(services.service_rows([{**row, "outcome": wanted} for row in rows])))
    assert unexplained("standings", made) == []
    assert {"tokens", "cost", "95% by task", "condition", "pass^k", "fixed_at"} <= {
        heading for sheet in made for heading in (*sheet.names, *sheet.figures)
    }


def test_calls_and_what_came_back_are_explained(tmp_path: Path) -> None:
    hostile_run(tmp_path)
    found = read_oscillation(tmp_path)
    assert unexplained("oscillation", oscillation_tables.tables(found)) == []
    chains = ("kept after 1", "kept after 12", *oscillation_tables._FORGOTTEN)
    assert unexplained("oscillation", [Sheet(title="Chains", names=("candidate",), figures=chains, rows=[])]) == []
    for by in ((), *((name,) for name in DIMENSIONS)):
        assert unexplained("calls", calls_text.tables(call_report([], by))) == []


def test_problems_are_explained() -> None:
    row = ProblemRow(candidate="m", condition="field", score=candidate_score([]), rating=None)
    assert unexplained("competitive", problems.tables([row])) == []


def test_each_verdict_and_rung_has_its_words() -> None:
    told = {part for term, _ in BASICS for part in term.split(", ")}
    assert told >= VERDICTS
    assert list(OF_RUNGS) == list(RUNGS)
    assert rungs_in_words(["loop", "no rung of ours"]) == [("loop", OF_RUNGS["loop"])]


def test_the_words_stand_in_the_page(tmp_path: Path) -> None:
    report = reported(tmp_path, [make_record(trial="s/t/m/field/0")])
    write_page(tmp_path, tmp_path / "page.html", report, lambda done, total: None)
    text = (tmp_path / "page.html").read_text("utf-8")
    assert text.count("What the columns mean") == text.count("<table aria-labelledby") > 0
    assert "<dt>accepted</dt><dd>Every bug mended" in text
