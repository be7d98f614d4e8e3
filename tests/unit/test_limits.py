"""Limits by themselves: what is typed, what is counted, when one is reached, how it is told."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import score
from sandbox.errors import BadInput
from sandbox.limits import NAMES, Charge, Given, Limits, Meter, limits_for, parse_limits
from sandbox.lockfile import LockFile
from sandbox.plan import make_plan, parse_candidate
from tests.support.builders import Log, make_task, make_tools

FREE = Charge(tokens=0, cost_usd=0.0)
MINUTE = 60.0


def meter(**bounds: float | None) -> Meter:
    limits = limits_for(bounds, scripted=True, task_seconds=MINUTE)
    return Meter.start(limits)


def reached(found: object) -> str | None:
    return getattr(found, "limit", None)


# --- what is typed ---


def test_what_is_typed_is_read_and_the_last_of_a_name_counts() -> None:
    given = parse_limits(["replies=50", "cost=2.50", "replies=7", "calls=none", "seconds=0.5", "tokens=1e6"])
    assert given == {"replies": 7, "cost": 2.5, "calls": None, "seconds": 0.5, "tokens": 1_000_000}
    assert [type(given[name]) for name in ("replies", "tokens", "cost")] == [int, int, float]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("replies", "write NAME=VALUE"),
        ("=5", "write NAME=VALUE"),
        ("money=5", "a name of replies, calls, tokens, cost, seconds"),
        ("replies=", "must be a whole number above 0, or none"),
        ("replies=2.5", "must be a whole number above 0"),
        ("calls=0", "must be a whole number above 0"),
        ("tokens=-1", "must be a whole number above 0"),
        ("tokens=inf", "must be a whole number above 0"),
        ("cost=nan", "must be a number above 0, or none"),
        ("cost=$2", "must be a number above 0"),
        ("seconds=0", "must be a number above 0"),
        ("seconds=none", "a trial has to end"),
    ],
)
def test_what_is_no_limit_is_refused_by_its_words(word: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_limits(["calls=3", word])
    assert str(caught.value).startswith(f"--limit {word}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text())
def test_no_text_breaks_the_reading(word: str) -> None:
    try:
        found = parse_limits([word])
    except BadInput:
        return
    assert set(found) <= set(NAMES)


# --- defaults ---


def test_models_have_a_default_and_scripts_have_none() -> None:
    scripted = limits_for({}, scripted=True, task_seconds=MINUTE).as_data()
    assert scripted == {"replies": None, "calls": None, "tokens": None, "cost": None, "seconds": MINUTE}
    assert limits_for({}, scripted=False, task_seconds=MINUTE).as_data() == {**scripted, "replies": 100}


@pytest.mark.parametrize("scripted", [True, False])
def test_what_is_typed_holds_for_everybody_and_replaces_the_task_s_time(scripted: bool) -> None:
    given: Given = {"replies": 3, "cost": 0.5, "seconds": 2 * MINUTE}
    found = limits_for(given, scripted=scripted, task_seconds=MINUTE)
    assert found == Limits(replies=3, cost_usd=0.5, seconds=2 * MINUTE)
    assert limits_for({"replies": None}, scripted=scripted, task_seconds=MINUTE).replies is None


def test_a_plan_gives_each_trial_its_limits() -> None:
    candidates = [parse_candidate("scripted:nop"), parse_candidate("openai/gpt")]
    task = make_task()
    plan = make_plan([task], candidates, (), 1, {"calls": 9})
    assert [trial.limits.replies for trial in plan.trials] == [None, 100]
    assert {trial.limits.calls for trial in plan.trials} == {9}
    assert {trial.limits.seconds for trial in plan.trials} == {task.agent_seconds}
    assert plan.limits == {"calls": 9}


# --- counting ---


def test_replies_are_used_up_at_the_bound() -> None:
    counted = meter(replies=2)
    counted.count_reply(FREE)
    assert counted.used_up() is None
    counted.count_reply(FREE)
    hit = counted.used_up()
    assert hit is not None
    assert hit.as_data() == {"limit": "replies", "value": 2.0, "bound": 2.0}
    assert counted.no_more_calls() is None


def test_calls_are_used_up_at_the_bound_for_calls_and_replies_alike() -> None:
    counted = meter(calls=1)
    assert counted.no_more_calls() is None
    counted.count_call()
    assert reached(counted.no_more_calls()) == reached(counted.used_up()) == "calls"


@pytest.mark.parametrize("name", ["tokens", "cost"])
def test_a_reply_that_comes_to_the_bound_may_act_and_one_that_goes_over_may_not(name: str) -> None:
    counted = meter(**{name: 2})
    counted.count_reply(Charge(tokens=2, cost_usd=2.0))
    assert counted.overdrawn() is None
    assert reached(counted.used_up()) == name
    counted.count_reply(Charge(tokens=1, cost_usd=0.5))
    assert reached(counted.overdrawn()) == name


def test_a_guess_is_called_one_where_it_matters_and_as_long_as_it_is_in_the_sum() -> None:
    counted = meter(tokens=10, replies=2)
    counted.count_reply(Charge(tokens=6, cost_usd=None, estimated=True))
    counted.count_reply(Charge(tokens=6, cost_usd=None))
    over, used = counted.overdrawn(), counted.used_up()
    assert over is not None
    assert over.as_data() == {"limit": "tokens", "value": 12.0, "bound": 10.0, "estimated": True}
    assert used is not None
    assert used.as_data() == {"limit": "replies", "value": 2.0, "bound": 2.0}


def test_time_that_ran_out_ends_calls_and_replies_and_is_never_negative() -> None:
    limits = Limits(seconds=1.0)
    counted = Meter(limits=limits, started=time.monotonic() - 5, replies=10**6, calls=10**6, tokens=10**9)
    hit = counted.used_up()
    assert hit is not None
    assert (hit.limit, hit.bound) == ("seconds", 1.0)
    assert hit.value >= 5
    assert reached(counted.no_more_calls()) == "seconds"
    assert counted.left() == 0.0
    assert 999 < Meter.start(Limits(seconds=1000.0)).left() <= 1000


def test_a_clock_that_is_ahead_of_ours_is_believed() -> None:
    hit = meter().out_of_time()
    assert (hit.limit, hit.value, hit.bound) == ("seconds", MINUTE, MINUTE)


# --- told ---


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"limit": "replies", "value": 100.0, "bound": 100.0}, " (100 of 100)"),
        ({"limit": "tokens", "value": 1234567.0, "bound": 1e6}, " (1234567 of 1000000)"),
        ({"limit": "tokens", "value": 12.0, "bound": 10.0, "estimated": True}, " (about 12 of 10)"),
        ({"limit": "cost", "value": 2.5034128, "bound": 2.5}, " ($2.50341 of $2.5)"),
        ({"limit": "cost", "value": 0.000195, "bound": 0.0001, "estimated": True}, " (about $0.000195 of $0.0001)"),
        ({"limit": "seconds", "value": 12.34, "bound": 10.0}, " (12.3 s of 10 s)"),
        ({"limit": "context", "value": None, "bound": None}, ""),
    ],
)
def test_the_reason_says_how_much_of_what(data: dict[str, Any], words: str) -> None:
    log = Log()
    log.add("limit.hit", **data)
    assert score.verdict(log.events) == ("budget", f"the limit on {data['limit']} was reached{words}")


# --- going on with a run ---


def lock(path: Path, limits: Given) -> LockFile:
    plan = make_plan([make_task()], [parse_candidate("scripted:nop")], (), 1, limits)
    return LockFile.write(path, plan, make_tools(), {}, run_id="r")


def make_lock(path: Path, limits: Given) -> LockFile:
    """A lock of real digests: those of made-up tools are empty."""
    found = lock(path, limits)
    found.document["inputs"]["tools"] = {}
    found.document["inputs"]["tasks"] = {}
    found.save()
    return found


@pytest.mark.parametrize(
    ("then", "now", "message"),
    [
        ({"replies": 5}, {}, "--limit replies has changed since this run began (then 5, now not given)"),
        ({}, {"cost": 2.5}, "--limit cost has changed since this run began (then not given, now 2.5)"),
        ({"replies": 5}, {"replies": None}, "--limit replies has changed since this run began (then 5, now none)"),
        ({"calls": 5, "tokens": 9}, {"calls": 5, "tokens": 8}, "--limit tokens has changed"),
    ],
)
def test_a_run_is_gone_on_with_under_the_same_limits_only(
    tmp_path: Path, then: Given, now: Given, message: str
) -> None:
    path = tmp_path / "lock.json"
    make_lock(path, then)
    before = path.read_bytes()
    with pytest.raises(BadInput) as caught:
        lock(path, now)
    assert message in str(caught.value)
    assert path.read_bytes() == before
    assert lock(path, then).document["inputs"]["limits"] == then


def test_a_lock_of_before_there_were_limits_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "lock.json"
    old = make_lock(path, {})
    del old.document["inputs"]["limits"]
    old.save()
    assert lock(path, {"replies": 5}).document["inputs"]["limits"] == {"replies": 5}


def test_time_that_stands_still_is_not_the_candidate_s_and_nothing_lost_to_a_provider() -> None:
    meter = Meter.start(Limits(replies=None, calls=None, tokens=None, cost_usd=None, seconds=100.0))
    before = meter.left()
    with meter.standing_still():
        time.sleep(0.2)
    assert before - meter.left() < 0.1
    assert meter.lost == 0.0
