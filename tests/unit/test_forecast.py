"""What a plan may take at most: never less than trials at their limits take, and nothing where nothing bounds it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.caps import Caps, split
from sandbox.forecast import FREE, Bound, Forecast, Rate, forecast
from sandbox.limits import Charge, Given, Limits, Meter
from sandbox.plan import Plan, make_plan, parse_candidate
from sandbox.report.planned import as_data, lines
from tests.support.builders import make_task

KNOWN = Rate(reply_tokens=1000, reply_usd=0.01, token_usd=0.00002)
UNSIZED = Rate(reply_tokens=None, reply_usd=None, token_usd=0.00002)
UNPRICED = Rate(reply_tokens=1000, reply_usd=None, token_usd=None)


def plan_of(limits: Given, *names: str, tasks: int = 2, repeats: int = 2) -> Plan:
    made = [make_task(id=f"t{number}", agent_seconds=100.0) for number in range(tasks)]
    return make_plan(made, [parse_candidate(name) for name in names or ("openai/x",)], (), repeats, limits)


def of(limits: Given, rate: Rate, caps: Caps | None = None, concurrency: int = 1, attempts: int = 1) -> Forecast:
    return forecast(plan_of(limits), {"openai/x": rate}, caps=caps, concurrency=concurrency, attempts=attempts)


@pytest.mark.parametrize(
    ("limits", "rate", "tokens", "cost"),
    [
        ({"replies": 5}, KNOWN, Bound(amount=4 * 5000), Bound(amount=4 * 0.05)),
        ({"tokens": 2000}, KNOWN, Bound(amount=4 * 3000), Bound(amount=4 * 0.05)),
        ({"cost": 0.02}, KNOWN, Bound(amount=4 * 100_000), Bound(amount=4 * 0.03)),
        ({"tokens": 2000}, UNSIZED, Bound(amount=4 * 2000, replies=4), Bound(amount=4 * 0.04, replies=4)),
        ({"cost": 0.02}, UNSIZED, None, Bound(amount=4 * 0.02, replies=4)),
        ({"replies": 5}, UNSIZED, None, None),
        ({"tokens": 2000}, UNPRICED, Bound(amount=4 * 3000), None),
        ({"replies": None}, KNOWN, None, None),
        ({"replies": None}, FREE, Bound(amount=0), Bound(amount=0)),
    ],
)
def test_the_tightest_limit_bounds(limits: Given, rate: Rate, tokens: Bound | None, cost: Bound | None) -> None:
    found = of(limits, rate)
    for bound, wanted in ((found.tokens, tokens), (found.cost_usd, cost)):
        assert (bound is None) == (wanted is None)
        if bound is not None and wanted is not None:
            assert bound.amount == pytest.approx(wanted.amount)
            assert bound.replies == wanted.replies
    assert found.open_tokens == (("openai/x",) if tokens is None else ())
    assert found.open_cost == (("openai/x",) if cost is None else ())


@given(
    limit=st.integers(1, 5000),
    replies=st.lists(st.integers(1, 1000), min_size=20, max_size=60),
)
def test_no_trial_takes_more_than_its_bound(limit: int, replies: list[int]) -> None:
    meter = Meter.start(Limits(tokens=limit, seconds=1e9))
    for tokens in replies:
        if meter.used_up():
            break
        meter.count_reply(Charge(tokens=tokens, cost_usd=tokens * 0.00001))
    bound = forecast(plan_of({"tokens": limit}, tasks=1, repeats=1), {"openai/x": KNOWN})
    assert bound.tokens is not None and bound.cost_usd is not None
    assert meter.tokens <= bound.tokens.amount
    assert meter.cost_usd <= bound.cost_usd.amount


def caps(*words: str) -> Caps:
    return split(words)[0]


def test_a_cap_is_gone_over_by_one_reply_of_each_trial_at_work() -> None:
    found = of({}, KNOWN, caps("run.cost=0.5", "candidate.tokens=7000"), concurrency=3)
    assert found.cost_usd is not None and found.cost_usd.amount == pytest.approx(0.53)
    assert found.tokens == Bound(amount=10_000)
    found = of({"replies": None}, UNSIZED, caps("candidate.cost=0.5"), concurrency=3)
    assert found.cost_usd == Bound(amount=0.5, replies=3)
    free = of({}, KNOWN, caps("run.cost=999")).cost_usd
    assert free is not None and free.amount == pytest.approx(4 * 1.0)


def test_a_cap_on_cost_bounds_nobody_without_a_price() -> None:
    assert of({}, UNPRICED, caps("run.cost=1")).cost_usd is None
    assert of({}, UNPRICED, caps("candidate.cost=1")).cost_usd is None


def test_a_trial_that_may_be_run_again_may_take_as_much_again() -> None:
    once, thrice = of({"tokens": 2000}, KNOWN), of({"tokens": 2000}, KNOWN, attempts=3)
    assert thrice.tokens == once.tokens == once.worst_tokens == Bound(amount=4 * 3000)
    assert thrice.worst_tokens == Bound(amount=3 * 4 * 3000)
    assert "tokens: at most 36,000 if no trial came to a verdict before attempt 3" in list(lines(thrice))
    capped = of({"tokens": 2000}, KNOWN, caps("run.tokens=13000"), attempts=3)
    assert capped.worst_tokens == Bound(amount=14_000)


def test_what_is_done_is_counted_and_costs_nothing_more() -> None:
    plan = plan_of({"tokens": 2000}, "openai/x", "scripted:nop")
    rates = {"openai/x": KNOWN, "scripted:nop": FREE}
    done = [trial.key for trial in plan.trials if trial.repeat == 0]
    found = forecast(plan, rates, done=[*done, "of/another/run/field/0"])
    assert (found.trials, found.done) == (8, 4)
    assert [(row.candidate, row.tasks, row.repeats, row.trials, row.done) for row in found.rows] == [
        ("openai/x", 2, 2, 4, 2),
        ("scripted:nop", 2, 2, 4, 2),
    ]
    assert found.tokens == Bound(amount=2 * 3000)
    assert forecast(plan, rates, done=[trial.key for trial in plan.trials]).cost_usd == Bound(amount=0)


def test_time_side_by_side_leaves_room_for_the_last_to_begin_late() -> None:
    found = forecast(plan_of({}, tasks=3, repeats=1), {"openai/x": KNOWN}, concurrency=2)
    assert (found.seconds, found.wall) == (300.0, 200.0)
    assert forecast(plan_of({"deadline": 30.0}), {"openai/x": KNOWN}).seconds == 120.0


def test_what_is_missing_is_said_with_what_to_give() -> None:
    said = "\n".join(lines(of({}, UNSIZED)))
    assert "cost: no upper bound: candidate openai/x has no limit on cost or tokens; give --limit cost=…" in said
    assert "tokens: no upper bound: candidate openai/x has no limit on tokens; give --limit tokens=…" in said
    assert "no price of candidate openai/x is known" in "\n".join(lines(of({}, UNPRICED)))


@pytest.mark.parametrize(("cost", "words"), [(0.5, "$2.00"), (0.1, "$0.40"), (0.00012, "$0.0005"), (1000, "$4,000.00")])
def test_a_bound_in_dollars_is_rounded_up(cost: float, words: str) -> None:
    assert f"cost: at most {words}, and 4 replies" in "\n".join(lines(of({"cost": cost}, UNSIZED)))


def test_the_data_names_every_trial() -> None:
    data = as_data(of({"tokens": 2000}, KNOWN), ["a note"])
    assert (data["trials"], data["left"], data["most_tokens"], data["most_tokens_replies"]) == (4, 4, 12_000, 0)
    assert data["most_cost_usd"] == pytest.approx(0.2)
    assert data["keys"][0] == "suite/t0/openai%2Fx/field/0"
    assert data["left_out"] == ["a note"]
