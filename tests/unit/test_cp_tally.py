"""From cases to verdicts and scores: worked examples (pass-fail, scoring, legacy), and what always holds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.cp.problem import Case, Group, Verdict
from sandbox.cp.tally import CaseResult, Course, Outcome, without_cases
from sandbox.cp.worth import full_score
from sandbox.errors import BadInput

AC, WA, TLE, RTE, MLE, JE, CE = (Verdict[name] for name in ("AC", "WA", "TLE", "RTE", "MLE", "JE", "CE"))


def cases(group: str, count: int) -> tuple[Case, ...]:
    return tuple(Case(name=f"{group}/{number}", input=b"", answer=b"") for number in range(1, count + 1))


def group(name: str, count: int = 2, **more: object) -> Group:
    return Group(name=name, parts=cases(name, count), **more)  # type: ignore[arg-type]


SAMPLE = group("sample", 1)


def tree(*parts: Group, **more: object) -> Group:
    return Group(name="", parts=parts, **more)  # type: ignore[arg-type]


def scoring(*groups: Group, sample: Group = SAMPLE, **secret: object) -> Group:
    secret = {"aggregation": "sum", "score": 100.0, "on_reject": "continue", **secret}
    return tree(sample, Group(name="secret", parts=groups, **secret), aggregation="sum", on_reject="continue")  # type: ignore[arg-type]


def judge(
    data: Group, shown: Mapping[str, CaseResult | Verdict], *, is_scoring: bool = False, all_cases: bool = False
) -> Outcome:
    """Run through the data; cases without a word are accepted."""
    course = Course(data, is_scoring, all_cases=all_cases)
    while case := course.next():
        result = shown.get(case.name, AC)
        course.put(case.name, result if isinstance(result, CaseResult) else CaseResult(verdict=result))
    return course.outcome()


# --- pass-fail ---

PASS_FAIL = tree(SAMPLE, group("secret", 3))


def test_all_accepted() -> None:
    found = judge(PASS_FAIL, {"secret/2": CaseResult(verdict=AC, time_s=2.0, memory_mb=7.0)})
    assert (found.verdict, found.score, found.first_failing) == (AC, None, None)
    assert list(found.judged) == ["sample/1", "secret/1", "secret/2", "secret/3"]
    assert (found.time_s, found.memory_mb, found.groups) == (2.0, 7.0, {})


def test_the_first_failure_ends_it_and_is_the_verdict() -> None:
    found = judge(PASS_FAIL, {"secret/2": TLE, "secret/3": WA})
    assert (found.verdict, found.first_failing) == (TLE, "secret/2")
    assert list(found.judged) == ["sample/1", "secret/1", "secret/2"]


def test_a_failed_sample_ends_it_too() -> None:
    found = judge(PASS_FAIL, {"sample/1": RTE})
    assert (found.verdict, found.first_failing, list(found.judged)) == (RTE, "sample/1", ["sample/1"])


def test_a_failed_group_ends_the_next_ones() -> None:
    data = tree(SAMPLE, Group(name="secret", parts=(group("secret/a"), group("secret/b"))))
    found = judge(data, {"secret/a/2": WA})
    assert (found.verdict, list(found.judged)[-1]) == (WA, "secret/a/2")


def test_all_cases_can_be_asked_for_without_a_change_of_the_verdict() -> None:
    shown: dict[str, CaseResult | Verdict] = {
        "secret/1": WA,
        "secret/2": TLE,
        "secret/3": CaseResult(verdict=RTE, time_s=3.0),
    }
    found = judge(PASS_FAIL, shown, all_cases=True)
    assert (found.verdict, found.first_failing, len(found.judged), found.time_s) == (WA, "secret/1", 4, 3.0)


def test_a_judges_error_anywhere_is_the_verdict() -> None:
    going_on = tree(SAMPLE, group("secret", 3, on_reject="continue", verdict="always"))
    found = judge(going_on, {"secret/1": WA, "secret/2": JE})
    assert (found.verdict, found.score, list(found.judged)[-1]) == (JE, None, "secret/2")


def test_scores_in_a_pass_fail_problem_are_ignored() -> None:
    assert judge(PASS_FAIL, {"secret/1": CaseResult(verdict=AC, score=0.5)}).verdict is AC


def test_without_cases() -> None:
    assert (without_cases(CE, False).verdict, without_cases(CE, False).score) == (CE, None)
    assert without_cases(CE, True).score == 0.0
    assert without_cases(JE, True, "no validator").score is None


# --- scoring, 2025-09 ---

GROUPS = scoring(group("secret/1", score=30.0), group("secret/2", score=70.0, require_pass=("secret/1",)))


def test_groups_of_all_or_nothing_add_up() -> None:
    found = judge(GROUPS, {}, is_scoring=True)
    assert (found.verdict, found.score) == (AC, 100.0)
    assert found.groups == {"secret": 100.0, "secret/1": 30.0, "secret/2": 70.0}
    assert found.subtasks == ("secret/1", "secret/2")


def test_a_failed_group_gives_nothing_and_the_others_their_own() -> None:
    found = judge(GROUPS, {"secret/2/1": WA}, is_scoring=True)
    assert (found.verdict, found.score, found.first_failing) == (WA, 30.0, "secret/2/1")
    assert list(found.judged) == ["sample/1", "secret/1/1", "secret/1/2", "secret/2/1"]


def test_a_group_whose_requirement_failed_is_not_run() -> None:
    found = judge(GROUPS, {"secret/1/1": TLE}, is_scoring=True)
    assert (found.verdict, found.score) == (TLE, 0.0)
    assert list(found.judged) == ["sample/1", "secret/1/1"]
    everything = judge(GROUPS, {"secret/1/1": TLE}, is_scoring=True, all_cases=True)
    assert (everything.score, len(everything.judged)) == (0.0, 5)


def test_failed_samples_cost_nothing_unless_they_are_required() -> None:
    found = judge(GROUPS, {"sample/1": WA}, is_scoring=True)
    assert (found.verdict, found.score, found.first_failing) == (WA, 100.0, "sample/1")
    needing = scoring(group("secret/1", score=100.0, require_pass=("sample",)))
    assert judge(needing, {"sample/1": WA}, is_scoring=True).score == 0.0
    assert judge(needing, {}, is_scoring=True).score == 100.0


def test_samples_that_are_not_there_do_not_fail() -> None:
    data = scoring(group("secret/1", score=100.0, require_pass=("sample",)))
    assert judge(replace(data, parts=data.parts[1:]), {}, is_scoring=True).score == 100.0


@pytest.mark.parametrize("root", [{}, {"aggregation": "sum", "on_reject": "continue"}, {"on_reject": "break"}])
def test_the_score_is_that_of_secret_however_the_root_is_put(root: dict[str, str]) -> None:
    data = replace(tree(*GROUPS.parts, **root))  # type: ignore[arg-type]
    assert judge(data, {"sample/1": WA, "secret/2/1": WA}, is_scoring=True).score == 30.0
    assert full_score(data) == 100.0


def test_a_sum_of_cases_shares_the_score_equally() -> None:
    data = scoring(group("secret/1", 4, aggregation="sum", score=100.0, on_reject="continue"))
    found = judge(data, {"secret/1/2": WA}, is_scoring=True)
    assert (found.score, len(found.judged)) == (75.0, 5)
    assert [found.judged[f"secret/1/{number}"].score for number in (1, 2)] == [25.0, 0.0]


def test_thirds_add_up_to_the_whole() -> None:
    data = scoring(
        group("secret/1", 3, aggregation="sum", score=100.0), group("secret/2", 7, aggregation="sum", score=0.0)
    )
    assert judge(data, {}, is_scoring=True).score == 100.0


def test_cases_directly_in_secret() -> None:
    data = tree(SAMPLE, group("secret", 5, aggregation="sum", score=100.0, on_reject="continue"))
    found = judge(data, {"secret/1": WA}, is_scoring=True)
    assert (found.score, found.subtasks) == (80.0, ("secret",))


def test_the_least_of_the_cases() -> None:
    data = scoring(group("secret/1", 3, aggregation="min", score=50.0), group("secret/2", score=50.0))
    shown = {
        "secret/1/1": CaseResult(verdict=AC, multiplier=0.5),
        "secret/1/2": CaseResult(verdict=AC, score=20.0),
    }
    found = judge(data, shown, is_scoring=True)
    assert found.groups == {"secret": 70.0, "secret/1": 20.0, "secret/2": 50.0}
    assert found.verdict is AC
    failed = judge(data, {"secret/1/1": WA}, is_scoring=True)
    assert (failed.score, "secret/1/2" in failed.judged) == (50.0, False)


def test_the_least_of_groups_waits_for_groups_that_failed_in_part() -> None:
    data = scoring(
        group("secret/1", 2, aggregation="sum", score=100.0, on_reject="continue"),
        group("secret/2", 4, aggregation="sum", score=100.0, on_reject="continue"),
        aggregation="min",
        on_reject="break",
    )
    found = judge(data, {"secret/1/1": WA, "secret/2/1": WA, "secret/2/2": WA, "secret/2/3": WA}, is_scoring=True)
    assert (found.score, found.subtasks) == (25.0, ("secret",))


def test_scores_without_bound() -> None:
    data = scoring(group("secret/1", 2, aggregation="sum"), score=None)
    shown = {"secret/1/1": CaseResult(verdict=AC, score=1e6), "secret/1/2": CaseResult(verdict=AC, score=0.0)}
    assert judge(data, shown, is_scoring=True).score == 1e6
    assert full_score(data) is None


BOUNDED = scoring(group("secret/1", 2, aggregation="sum", score=100.0, on_reject="continue"))
UNBOUNDED = scoring(group("secret/1", 2, aggregation="sum", on_reject="continue"), score=None)


@pytest.mark.parametrize(
    ("data", "result", "said"),
    [
        (BOUNDED, CaseResult(verdict=WA, score=1.0), "rejects the output and gives it a score"),
        (BOUNDED, CaseResult(verdict=WA, multiplier=0.0), "rejects the output and gives it a score"),
        (BOUNDED, CaseResult(verdict=AC, score=1.0, multiplier=1.0), "both"),
        (BOUNDED, CaseResult(verdict=AC, score=50.1), "50 at most"),
        (BOUNDED, CaseResult(verdict=AC, score=-1.0), "below 0"),
        (BOUNDED, CaseResult(verdict=AC, score=math.nan), "no finite number"),
        (BOUNDED, CaseResult(verdict=AC, multiplier=1.5), "not 0 to 1"),
        (BOUNDED, CaseResult(verdict=AC, multiplier=math.nan), "not 0 to 1"),
        (UNBOUNDED, CaseResult(verdict=AC), "no score.txt"),
        (UNBOUNDED, CaseResult(verdict=AC, multiplier=0.5), "no most"),
        (scoring(group("secret/1", score=100.0)), CaseResult(verdict=AC, score=0.0), "all or nothing"),
    ],
)
def test_what_a_validator_must_not_write_is_the_judges_error(data: Group, result: CaseResult, said: str) -> None:
    found = judge(data, {"secret/1/1": result}, is_scoring=True)
    assert (found.verdict, found.score, found.first_failing) == (JE, None, "secret/1/1")
    assert said in found.judged["secret/1/1"].message


@pytest.mark.parametrize("verdict", [TLE, RTE, MLE])
def test_scores_beside_other_failures_and_on_samples_are_ignored(verdict: Verdict) -> None:
    shown = {
        "secret/1/1": CaseResult(verdict=verdict, score=50.0),
        "sample/1": CaseResult(verdict=AC, score=3.0, multiplier=7.0),
    }
    found = judge(BOUNDED, shown, is_scoring=True)
    assert (found.verdict, found.score, found.judged["sample/1"].score) == (verdict, 50.0, None)


def test_groups_beyond_the_score_of_secret_are_the_judges_error() -> None:
    data = scoring(group("secret/1", score=60.0), group("secret/2", score=60.0))
    assert judge(data, {"secret/2/1": WA}, is_scoring=True).score == 60.0
    found = judge(data, {}, is_scoring=True)
    assert (found.verdict, found.message) == (JE, "secret adds up to 120, above its max_score of 100")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (scoring(group("secret/1", score=1.0, require_pass=("secret/2",)), group("secret/2", score=1.0)), "before it"),
        (scoring(group("secret/1")), "needs a max_score"),
        (scoring(group("secret/1", score=1.0, aggregation="max")), "'max' is none of"),
    ],
)
def test_groups_that_cannot_be_judged(data: Group, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        Course(data, True)


# --- legacy ---


def legacy(*groups: Group, root: Mapping[str, object] | None = None, **secret: object) -> Group:
    own = {"aggregation": "sum", "accept": 1.0, "verdict": "worst", "on_reject": "continue"}
    sample = replace(group("sample", 1), aggregation="pass-fail", score=0.0, verdict="always")
    return tree(sample, Group(name="secret", parts=groups, **{**own, **secret}), **{**own, **(root or {})})  # type: ignore[arg-type]


def subtask(name: str, accept: float) -> Group:
    return group(name, 2, aggregation="min", accept=accept, on_reject="break", verdict="worst")


def test_a_partial_score_of_a_submission_accepted_where_any_group_is() -> None:
    data = legacy(subtask("secret/1", 20.0), subtask("secret/2", 80.0), verdict="any")
    found = judge(data, {"secret/2/2": WA}, is_scoring=True)
    assert (found.verdict, found.score, found.first_failing) == (AC, 20.0, "secret/2/2")
    nothing = judge(data, {"secret/1/1": TLE, "secret/2/1": WA}, is_scoring=True)
    assert (nothing.verdict, nothing.score) == (TLE, 0.0)
    assert full_score(data) == 100.0


def test_a_rejected_submission_has_no_score() -> None:
    data = legacy(subtask("secret/1", 20.0), subtask("secret/2", 80.0))
    found = judge(data, {"secret/2/2": WA}, is_scoring=True)
    assert (found.verdict, found.score, set(found.groups.values())) == (WA, 0.0, {0.0})


def test_rejected_cases_can_give_points_and_the_validator_has_the_last_word() -> None:
    data = legacy(
        group("secret/1", 3, aggregation="sum", accept=5.0, reject=1.0, on_reject="continue", verdict="always")
    )
    shown: dict[str, CaseResult | Verdict] = {"secret/1/1": WA, "secret/1/2": CaseResult(verdict=AC, score=-2.5)}
    assert judge(data, shown, is_scoring=True).score == 1.0 - 2.5 + 5.0


def test_of_several_errors_the_worst_counts_where_judging_goes_on() -> None:
    data = tree(SAMPLE, group("secret", 4, on_reject="continue", verdict="worst"))
    found = judge(data, {"secret/1": WA, "secret/2": TLE, "secret/3": MLE, "secret/4": TLE})
    assert (found.verdict, found.first_failing) == (MLE, "secret/1")
    first = tree(SAMPLE, group("secret", 4, on_reject="continue"))
    assert judge(first, {"secret/1": WA, "secret/3": MLE}).verdict is WA


# --- order, and what always holds ---


def test_a_result_out_of_turn_is_refused() -> None:
    course = Course(PASS_FAIL, False)
    with pytest.raises(ValueError, match="not the turn of secret/1, but of sample/1"):
        course.put("secret/1", CaseResult(verdict=AC))
    with pytest.raises(ValueError, match="still to be judged"):
        course.outcome()
    course.put("sample/1", CaseResult(verdict=WA))
    assert course.next() is None
    with pytest.raises(ValueError, match="but of nothing"):
        course.put("secret/1", CaseResult(verdict=AC))


FAILURES = st.sampled_from([AC, AC, WA, TLE, RTE])
MIXED = scoring(
    group("secret/1", 2, score=20.0),
    group("secret/2", 3, score=30.0, aggregation="sum", on_reject="continue"),
    group("secret/3", 2, score=25.0, aggregation="min"),
    group("secret/4", 2, score=25.0, require_pass=("sample", "secret/1")),
)
NAMES = [case.name for case in MIXED.cases()]
SHOWN = st.lists(FAILURES, min_size=len(NAMES), max_size=len(NAMES)).map(lambda row: dict(zip(NAMES, row, strict=True)))


@given(SHOWN)
def test_groups_add_up_and_running_the_rest_changes_nothing(shown: dict[str, Verdict]) -> None:
    found = judge(MIXED, shown, is_scoring=True)
    whole = judge(MIXED, shown, is_scoring=True, all_cases=True)
    assert found.score == pytest.approx(sum(found.groups[name] for name in found.subtasks))
    assert (whole.verdict, whole.score, whole.groups) == (found.verdict, found.score, found.groups)
    assert found.judged.items() <= whole.judged.items()
    assert set(whole.judged) == set(NAMES)
    assert (found.verdict is AC) == (set(shown.values()) == {AC})


@given(SHOWN, st.sampled_from(NAMES))
def test_one_more_case_accepted_never_costs_points(shown: dict[str, Verdict], name: str) -> None:
    before, after = (judge(MIXED, cases, is_scoring=True).score for cases in (shown, {**shown, name: AC}))
    assert before is not None
    assert after is not None
    assert after >= before


@given(SHOWN)
def test_cases_come_in_order_and_the_verdict_is_the_first_failures(shown: dict[str, Verdict]) -> None:
    data = tree(*(part for part in (SAMPLE, Group(name="secret", parts=tuple(MIXED.cases())[1:]))))
    found = judge(data, shown)
    failing = next((name for name in NAMES if shown[name] is not AC), None)
    assert found.first_failing == failing
    assert found.verdict is (shown[failing] if failing else AC)
    assert list(found.judged) == (NAMES[: NAMES.index(failing) + 1] if failing else NAMES)
