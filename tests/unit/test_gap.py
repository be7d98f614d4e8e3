"""From records to the gap: what is compared, what is left out and said, what may not be claimed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rich.console import Console

from sandbox import schema
from sandbox.gap.gap import Gap, Score, as_data, family_of, gap_of
from sandbox.gap.graded import GRADED, solves
from sandbox.gap.outcomes import LeftOut, outcomes_of
from sandbox.gap.residual import Correlation, correlate, residuals_of
from sandbox.gap.reversals import reversals_of
from sandbox.gap.simulate import Suite, draw, record, records
from sandbox.gap.steps import Ends
from sandbox.report.gap_text import remarks, sheets
from sandbox.rungs import RUNGS

Row = dict[str, Any]


def rows(candidate: str, rung: str, rates: list[int], k: int = 2, **changes: Any) -> list[Row]:
    """Trials of one candidate on one rung: of each item, in a repo of its own, so many of k are solved."""
    return [
        {**record(candidate, rung, f"i{item}", f"r{item}", n, n < solved), **changes}
        for item, solved in enumerate(rates)
        for n in range(k)
    ]


def about(row: Row, **changes: Any) -> Row:
    return {**row, "about": {**row["about"], **changes}}


def printed(gap: Gap, width: int = 220) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        for sheet in sheets(gap):
            console.print(sheet)
        for line in remarks(gap):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    return captured.get()


# --- G1 ---


def test_a_step_by_hand() -> None:
    found = gap_of([*rows("m", "kernel", [2, 2, 2, 2, 1, 1]), *rows("m", "report", [1, 0, 1, 1, 0, 0])])
    (step,) = found.steps
    assert (step.lab, step.road, step.whole) == ("kernel", "report", True)
    assert (step.lab_rate, step.road_rate) == pytest.approx((10 / 12, 3 / 12))
    assert step.gap.value == pytest.approx(-7 / 12)
    assert step.gap.p == 1 / 32
    assert step.retention is not None
    assert step.retention.value == pytest.approx(0.3)
    assert (step.gap.items, step.gap.clusters, step.repeats) == (6, 6, (2, 2))
    assert step.skipped == ("function",)


def test_neighbouring_rungs_and_the_two_ends() -> None:
    every = [row for rung in ("report", "kernel", "loop") for row in rows("m", rung, [1, 2, 0])]
    steps = gap_of(every).steps
    assert [(step.lab, step.road, step.whole) for step in steps] == [
        ("kernel", "loop", True),
        ("kernel", "report", False),
        ("report", "loop", False),
    ]
    named = gap_of(every, road="report")
    assert named.ends == Ends(lab="kernel", road="report")
    assert [step.road for step in named.steps if step.whole] == ["report"]


def test_only_items_on_both_rungs_count_for_a_step() -> None:
    found = gap_of([*rows("m", "kernel", [2, 2, 2, 2]), *rows("m", "report", [0, 2])])
    (step,) = found.steps
    assert step.gap.value == pytest.approx(-0.5)
    assert (step.gap.items, step.one_sided_items) == (2, 2)
    assert [rate.items for rate in found.rates] == [4, 2]
    assert "up to 2 of a candidate's items stand on one of the rungs only" in printed(found)


def test_a_task_without_an_item_is_the_same_thing_under_two_conditions() -> None:
    field = rows("m", "report", [2], item=None, task="t", suite="s")
    loop = rows("m", "loop", [1], item=None, task="t", suite="s", condition="loop")
    (step,) = gap_of([*field, *loop]).steps
    assert step.gap.items == 1
    assert step.gap.value == pytest.approx(-1 / 2)


def test_gaps_of_two_candidates_are_compared_on_what_both_met() -> None:
    a = [*rows("a", "kernel", [2] * 6), *rows("a", "report", [0] * 6)]
    b = [*rows("b", "kernel", [2] * 5), *rows("b", "report", [2, 2, 2, 1, 2])]
    (contrast,) = gap_of(a + b).contrasts
    assert (contrast.first, contrast.second, contrast.difference.items) == ("a", "b", 5)
    assert contrast.difference.value == pytest.approx(-0.9)
    assert contrast.holm == contrast.difference.p == 1 / 16


def test_one_rung_alone_has_no_gap_and_says_so() -> None:
    found = gap_of(rows("m", "report", [1, 2]))
    assert (found.ends, found.steps, found.slices) == (None, (), ())
    assert "G1: none: a gap takes two rungs, and there are outcomes on report alone" in printed(found)
    assert "none" in str(gap_of([]).reason)
    assert printed(gap_of([]))


# --- what leaves ---


def test_what_has_no_verdict_leaves_and_is_counted() -> None:
    bad = rows("m", "report", [0, 0], k=1)
    bad[0] |= {"verdict": "infra-error"}
    bad[1] |= {"verdict": "judge-error"}
    found = gap_of([*rows("m", "kernel", [2, 2]), *rows("m", "report", [2, 0]), *bad])
    assert [step.gap.value for step in found.steps] == [-0.5]
    assert found.left_out == (
        LeftOut(count=1, what="trial", why="infra-error"),
        LeftOut(count=1, what="trial", why="judge-error"),
    )
    assert "left out: 1 trial: infra-error" in remarks(found)


def test_a_record_given_twice_counts_once() -> None:
    once = rows("m", "kernel", [1])
    found = outcomes_of([*once, *once])
    assert found.of("m", "kernel")["i0"].trials == 2
    assert found.left_out == (LeftOut(count=2, what="record", why="given twice"),)


def test_one_condition_to_a_rung() -> None:
    lab, field = rows("m", "kernel", [2, 2], condition="lab"), rows("m", "kernel", [0])
    usual = outcomes_of([*lab, *field])
    assert usual.conditions == {"kernel": "lab"}
    assert [one.rate for one in usual.of("m", "kernel").values()] == [1, 1]
    assert [(one.count, one.what) for one in usual.left_out] == [(2, "trial")]
    meant = outcomes_of([*lab, *field], {"kernel": "field"})
    assert [one.rate for one in meant.of("m", "kernel").values()] == [0]
    assert [one.count for one in meant.left_out] == [4]


def test_the_repo_of_an_item_is_told_by_any_of_its_tasks() -> None:
    core = [about(row, package=None) for row in rows("m", "kernel", [1, 1])]
    alone = [{key: value for key, value in row.items() if key != "about"} for row in rows("m", "kernel", [1] * 3)][-2:]
    found = outcomes_of([*core, *rows("m", "report", [1, 1]), *alone])
    assert {name: (item.cluster, item.known) for name, item in found.items.items()} == {
        "i0": ("r0", True),
        "i1": ("r1", True),
        "i2": ("i2 alone", False),
    }
    torn = outcomes_of([*rows("m", "kernel", [1, 1]), about(rows("m", "report", [1])[0], package="other")])
    assert list(torn.items) == ["i1"]
    assert torn.left_out == (LeftOut(count=1, what="item", why="their tasks are of different repos"),)


def test_tasks_of_one_item_on_one_rung_count_alike() -> None:
    two = [*rows("m", "kernel", [4], k=4), *rows("m", "kernel", [0], k=1, task="other")]
    assert outcomes_of(two).of("m", "kernel")["i0"].rate == 0.5


# --- G2 ---


def reversed_pair(repos: int) -> list[Row]:
    crammer = [*rows("crammer", "kernel", [2] * repos), *rows("crammer", "report", [0] * repos)]
    return [*crammer, *rows("worker", "kernel", [0] * repos), *rows("worker", "report", [2] * repos)]


def test_a_reversal() -> None:
    (pair,) = gap_of(reversed_pair(6)).reversals.pairs
    assert (pair.better, pair.other) == ("crammer", "worker")
    assert (pair.lab.value, pair.road.value) == (1, 1)
    assert pair.p == pair.holm == pair.smallest_holm == 1 / 64
    assert pair.found


def test_one_side_alone_is_no_reversal() -> None:
    level = [*rows("a", "kernel", [2] * 6), *rows("a", "report", [1] * 6)]
    (pair,) = gap_of([*level, *rows("b", "kernel", [0] * 6), *rows("b", "report", [1] * 6)]).reversals.pairs
    assert (pair.lab.p, pair.road.p, pair.p) == (1 / 64, 1, 1)
    assert not pair.found


def test_holm_goes_over_pairs_and_what_cannot_be_shown_is_said() -> None:
    more = [row for n in range(3) for rung in ("kernel", "report") for row in rows(f"z{n}", rung, [1] * 6)]
    found = gap_of([*reversed_pair(6), *more])
    assert len(found.reversals.pairs) == 10
    (first,) = [pair for pair in found.reversals.pairs if {pair.better, pair.other} == {"crammer", "worker"}]
    assert first.holm == pytest.approx(10 / 64)
    assert not first.found
    assert "G2: of 10 pairs 10 can show no reversal" in printed(found)


def test_a_reversal_takes_competitive_problems_and_the_road() -> None:
    loop = [*rows("a", "report", [1]), *rows("a", "loop", [1]), *rows("b", "report", [1]), *rows("b", "loop", [1])]
    assert "kernel" in str(gap_of(loop).reversals.reason)
    short = [row for name in "ab" for rung in ("kernel", "function") for row in rows(name, rung, [1])]
    assert "report, loop, rough" in str(gap_of(short).reversals.reason)
    alone = outcomes_of([*rows("a", "kernel", [1]), *rows("a", "report", [1])])
    assert "two candidates" in str(reversals_of(alone, Ends(lab="kernel", road="report")).reason)


# --- G3 ---

SCORES = {f"m{n}": 1000.0 + 100 * n for n in range(10)}
ROAD = {f"m{n}": 0.05 * n + (0.02 if n % 2 else -0.02) for n in range(10)}
FAMILIES = {f"m{n}": f"f{n % 5}" for n in range(10)}


def test_ten_models_of_five_families_have_residuals() -> None:
    fallen = {**ROAD, "m9": 0.05}
    found = residuals_of(SCORES, fallen, FAMILIES)
    assert (found.reason, found.models, found.families) == (None, 10, 5)
    (worst,) = [row for row in found.rows if row.holm <= 0.05]
    assert worst.candidate == "m9"
    # The line through the others, by hand: Σ(x−x̄)(y−ȳ)/Σ(x−x̄)², x in hundreds.
    xs, ys = range(9), [ROAD[f"m{n}"] for n in range(9)]
    slope = sum((x - 4) * y for x, y in zip(xs, ys, strict=True)) / 60
    assert worst.expected == pytest.approx(sum(ys) / 9 + slope * 5)
    assert worst.residual == pytest.approx(0.05 - worst.expected)
    assert worst.high < 0
    assert {one.name for one in found.correlations} == {"kendall", "spearman"}


@pytest.mark.parametrize("models", [9, 10])
def test_too_few_models_or_families_have_the_reason(models: int) -> None:
    names = [f"m{n}" for n in range(models)]
    families = {name: f"f{n % 4}" for n, name in enumerate(names)} if models == 10 else FAMILIES
    found = residuals_of({name: SCORES[name] for name in names}, ROAD, families)
    assert (found.rows, found.correlations) == ((), ())
    assert "at least 10 models of at least 5 families" in str(found.reason)


def test_no_line_goes_through_one_score() -> None:
    found = residuals_of({**dict.fromkeys(SCORES, 1500.0), "m0": 1.0}, ROAD, FAMILIES)
    assert "same score" in str(found.reason)


def test_no_correlation_of_fewer_than_six() -> None:
    (reason,) = correlate([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])
    assert "fewer than 6 models" in str(reason)
    (reason,) = correlate([1] * 6, [1, 2, 3, 4, 5, 6])
    assert isinstance(reason, str)


def test_correlations_with_intervals() -> None:
    # One exchange of neighbours among six: 14 pairs agree and one does not; Σd² = 2.
    tau, rho = correlate([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 6, 5])
    assert isinstance(tau, Correlation)
    assert isinstance(rho, Correlation)
    assert (tau.value, rho.value) == pytest.approx((13 / 15, 1 - 12 / 210))
    assert 0 < rho.low < rho.value < rho.high < 1
    for one in correlate(range(10), range(10)):
        assert isinstance(one, Correlation)
        assert (one.value, one.high) == pytest.approx((1, 1))
        assert one.low < 0.95


def test_families_are_guessed_and_may_be_given() -> None:
    assert family_of("openai/gpt-4o") == "gpt"
    assert family_of("ollama/llama3.1") == family_of("hosted_vllm/meta/Llama-3-70b") == "llama"
    assert family_of("scripted:oracle") == family_of("scripted:nop") == "scripted"
    rates = {f"x/{n}": {"kernel": 0.3 + 0.06 * n, "report": 0.2 + 0.06 * n} for n in range(10)}
    ten = records(Suite(rates=rates, repos=6, sizes=(2,)), 3)
    assert gap_of(ten).residuals.families == 10
    named = gap_of(ten, families=dict.fromkeys(rates, "one"))
    assert (named.residuals.families, named.residuals.rows) == (1, ())
    assert "G3: against" not in printed(named)
    assert "rank correlation" in printed(gap_of(ten))


# --- slices ---


def test_slices_are_adjusted_over_those_that_can_be_tested() -> None:
    kernel, report = rows("m", "kernel", [2] * 8), rows("m", "report", [0, 0, 0, 0, 1, 0, 2, 2])
    hard = {f"i{n}" for n in range(6)}
    every = [about(row, difficulty="large" if row["item"] in hard else "small") for row in kernel + report]
    found = gap_of(every, dimensions=("difficulty", "category"))
    assert [(one.value, one.gap.clusters, one.tested) for one in found.slices] == [
        ("large", 6, True),
        ("small", 2, False),
    ]
    assert found.slices[0].q == found.slices[0].gap.p == 1 / 32
    assert found.slices[1].q is None
    assert "1 of 2 are tested" in printed(found)


def test_a_slice_of_one_repo_goes_by_its_items() -> None:
    both = [*rows("m", "kernel", [2] * 5), *rows("m", "report", [0, 1, 0, 2, 1])]
    merged = [about(row, package="one" if row["item"] in ("i0", "i1", "i2") else "two") for row in both]
    first, second = gap_of(merged, dimensions=("package",)).slices
    assert (first.value, first.by_item, first.gap.clusters) == ("one", True, 3)
    assert (second.value, second.gap.items) == ("two", 2)


# --- words and data ---


def test_figures_that_carry_the_design_are_always_shown() -> None:
    text = printed(gap_of(records(Suite(rates={"m": {"kernel": 0.8, "report": 0.5}}, repos=6), 1)))
    for heading in ("n", "k", "repos", "least p", "detectable"):
        assert f" {heading} " in text
    assert "0.031" in text
    assert "n = 24 items of 6 repos, 1 candidate, k = 3 trials" in text


def test_no_gap_shown_is_not_no_gap() -> None:
    level = [*rows("m", "kernel", [1, 2, 0, 1, 2, 1]), *rows("m", "report", [2, 1, 1, 1, 1, 1])]
    assert "no gap is shown, which is not to say that there is none" in printed(gap_of(level))
    few = [*rows("m", "kernel", [2] * 3), *rows("m", "report", [0, 0, 1])]
    assert "With 3 repos no p can be 0.05 or less" in printed(gap_of(few))


def test_different_graders_are_said() -> None:
    every = [*rows("m", "kernel", [1, 2]), *rows("m", "report", [1, 0], judge="in-process")]
    assert "judged in several ways (black-box, in-process)" in printed(gap_of(every))


def test_scores_stand_beside_rates_and_are_not_subtracted() -> None:
    every = [*rows("m", "kernel", [1, 2]), *rows("m", "report", [1, 0])]
    score = Score(value=1512.4, low=1400.0, high=1630.0, scale="CP-style score")
    text = printed(gap_of(every, scores={"m": score}))
    assert "CP: CP-style score" in text
    assert "1512 (1400–1630)" in text
    assert "no human percentiles" in text


def test_it_is_told_at_any_width_and_as_json() -> None:
    rates = {name: dict(GRADED[name]) for name in GRADED}
    found = gap_of(records(Suite(rates=rates, repos=6, sizes=(1, 2)), 2))
    assert len(printed(found, 60).splitlines()) > 20
    data = json.loads(json.dumps(as_data(found), allow_nan=False))
    assert data["ends"] == {"lab": "kernel", "road": "rough"}
    assert data["steps"][0]["gap"]["interval_by"] == "CR2 t"
    assert [one["candidate"] for one in data["steps"] if one["whole"]] == sorted(GRADED)


# --- what is simulated ---


def test_simulated_records_fit_the_schema() -> None:
    made = records(Suite(rates={"a/b": dict.fromkeys(RUNGS, 0.5)}, repos=2, sizes=(1,)), 1)
    assert len(made) == 2 * len(RUNGS) * 3
    for one in made:
        schema.check("result.v1", one, file="results.jsonl")


def test_the_rate_that_was_asked_for_is_built_in() -> None:
    suite = Suite(rates={"m": {"kernel": 0.85, "report": 0.2}}, repos=60)
    found = draw(suite, 1, 400)["m"]
    assert found["kernel"].mean() / 3 == pytest.approx(0.85, abs=0.01)
    assert found["report"].mean() / 3 == pytest.approx(0.2, abs=0.01)
    assert suite.gap("m", "kernel", "report") == pytest.approx(-0.65)
    assert draw(suite, 1)["m"]["kernel"].tolist() != draw(suite, 2)["m"]["kernel"].tolist()


def test_built_in_candidates_solve_as_often_as_they_say() -> None:
    places = [(name, rung) for name in GRADED for rung in RUNGS]
    for name, rung in places:
        solved = sum(solves(name, item=f"i{n}", rung=rung, repeat=0) for n in range(1500))
        assert solved / 1500 == pytest.approx(GRADED[name][rung], abs=0.05)
    assert solves("master", item="i", rung="loop", repeat=1) == solves("master", item="i", rung="loop", repeat=1)
