"""What candidates make of problems: solved, penalty, points, pass@k and pass^k, by hand and by properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.cp.problem import Verdict
from sandbox.cp.scores import candidate_score
from sandbox.cp.sitting import Attempt, Sitting, result
from sandbox.stats import pass_at_k, pass_hat_k

AC, WA, TLE, CE, JE = (Verdict[name] for name in ("AC", "WA", "TLE", "CE", "JE"))


def sitting(*verdicts: Verdict, problem: str = "p", repeat: int = 0, every_s: float = 90.0) -> Sitting:
    """A pass-fail problem, a submission every so many seconds."""
    attempts = (Attempt(verdict=verdict, seconds=every_s * place) for place, verdict in enumerate(verdicts, 1))
    return Sitting(problem=problem, repeat=repeat, attempts=tuple(attempts))


def scored(*attempts: tuple[float, dict[str, float]], full: float | None = 100.0, verdict: Verdict = WA) -> Sitting:
    made = (Attempt(verdict=verdict, score=score, subtasks=subtasks) for score, subtasks in attempts)
    return Sitting(problem="s", repeat=0, is_scoring=True, full=full, attempts=tuple(made))


@pytest.mark.parametrize(
    ("verdicts", "solved", "attempts", "rejected", "penalty"),
    [
        ((AC,), True, 1, 0, 1),
        ((WA, TLE, AC), True, 3, 2, 4 + 40),
        # What comes after does not count, a compile error costs the time only, the judge's own failure nothing.
        ((WA, AC, WA, AC), True, 2, 1, 3 + 20),
        ((CE, AC), True, 2, 0, 3),
        ((JE, WA, AC), True, 2, 1, 4 + 20),
        ((WA, CE, WA), False, 3, 2, 0),
        ((), False, 0, 0, 0),
    ],
)
def test_solved_attempts_and_penalty(
    verdicts: tuple[Verdict, ...], solved: bool, attempts: int, rejected: int, penalty: int
) -> None:
    found = result(sitting(*verdicts))
    assert (found.solved, found.attempts, found.rejected, found.penalty) == (solved, attempts, rejected, penalty)
    assert (found.points, found.fraction) == (0.0, float(solved))


def test_the_judges_failure_leaves_no_verdict_unless_it_was_solved_anyway() -> None:
    assert not result(sitting(WA, JE)).has_verdict
    assert result(sitting(JE, AC)).has_verdict
    assert result(sitting()).has_verdict


def test_points_are_the_best_of_each_subtask() -> None:
    found = result(scored((30.0, {"a": 30.0, "b": 0.0}), (50.0, {"a": 0.0, "b": 50.0})))
    assert (found.points, found.fraction, found.solved, found.attempts) == (80.0, 0.8, False, 2)
    done = result(scored((30.0, {"a": 30.0, "b": 0.0}), (70.0, {"a": 0.0, "b": 70.0}), (0.0, {})))
    assert (done.points, done.fraction, done.solved, done.attempts, done.rejected) == (100.0, 1.0, True, 2, 1)


def test_scores_without_subtasks_or_bound() -> None:
    whole = result(scored((20.0, {}), (60.0, {}), (40.0, {})))
    assert (whole.points, whole.fraction) == (60.0, 0.6)
    unbounded = result(scored((1e4, {}), full=None))
    assert (unbounded.points, unbounded.fraction, unbounded.solved) == (1e4, None, False)
    assert result(scored((1e4, {}), full=None, verdict=AC)).fraction == 1.0


def test_a_score_in_part_is_not_solved_though_every_case_was_accepted() -> None:
    assert not result(scored((60.0, {}), verdict=AC)).solved
    assert result(scored((100.0 - 1e-12, {}))).solved


def test_a_candidate_over_problems_and_repeats() -> None:
    found = candidate_score(
        [
            sitting(AC, problem="a", repeat=0),
            sitting(WA, AC, problem="a", repeat=1),
            sitting(WA, problem="a", repeat=2),
            sitting(WA, problem="b", repeat=0),
            sitting(WA, problem="b", repeat=1),
            sitting(WA, JE, problem="b", repeat=2),
            scored((40.0, {"x": 40.0})),
        ],
        ks=(1, 2),
    )
    assert (found.problems, found.sittings, found.no_verdict) == (3, 6, 1)
    assert (found.solved, found.problems_solved) == (2, 1)
    assert found.rate.value == pytest.approx((2 / 3 + 0 + 0) / 3)
    assert (found.attempts, found.rejected, found.penalty) == (7, 5, 1 + 3 + 20)
    assert (found.points, found.points_full) == (40.0, 100.0)
    one, two = found.passes
    assert [one.at.value, one.hat.value] == pytest.approx([2 / 9, 2 / 9])
    # Problem a: 3 repeats, 2 solved; b: 2 repeats with a verdict; s has one only.
    assert two.left_out == 1
    assert two.at.value == pytest.approx((pass_at_k(3, 2, 2) or 0) / 2)
    assert two.hat.value == pytest.approx((pass_hat_k(3, 2, 2) or 0) / 2)


def test_points_are_averaged_over_repeats_and_added_over_problems() -> None:
    found = candidate_score([scored((40.0, {})), scored((60.0, {})), sitting(AC)])
    assert (found.points, found.points_full) == (50.0, 100.0)
    assert candidate_score([scored((40.0, {}), full=None)]).points_full is None


def test_nothing_at_all() -> None:
    found = candidate_score([])
    assert (found.problems, found.rate.value, found.points, found.points_full, found.passes) == (0, None, 0, 0, ())


SUBTASKS = st.dictionaries(st.sampled_from("abc"), st.floats(0, 30), min_size=3, max_size=3)
ATTEMPTS = st.lists(SUBTASKS.map(lambda found: (sum(found.values()), found)), min_size=1, max_size=5)


@given(ATTEMPTS)
def test_points_grow_with_submissions_and_never_depend_on_their_order(
    attempts: list[tuple[float, dict[str, float]]],
) -> None:
    points = [result(scored(*attempts[:count])).points for count in range(1, len(attempts) + 1)]
    assert points == sorted(points)
    assert result(scored(*reversed(attempts))).points == pytest.approx(points[-1])
    assert points[-1] >= max(score for score, _ in attempts) - 1e-9


@given(st.lists(st.sampled_from([AC, WA, TLE, CE]), max_size=6))
def test_one_more_rejected_submission_before_costs_twenty_minutes(verdicts: list[Verdict]) -> None:
    before, after = result(sitting(*verdicts, every_s=0)), result(sitting(WA, *verdicts, every_s=0))
    assert before.solved == after.solved
    assert after.penalty - before.penalty == (20 if before.solved else 0)
    assert after.rejected == before.rejected + 1
