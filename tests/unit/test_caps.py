"""Caps of a run and of its candidates: what is typed, and when one is reached. And how far a run has come."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.caps import Caps, Purse, split
from sandbox.errors import BadInput, CapReached
from sandbox.limits import Charge
from sandbox.plan import Trial, make_plan, parse_candidate
from sandbox.tally import Tally, duration
from sandbox.waiting_list import WaitingList
from tests.support.builders import make_task


def test_caps_and_limits_of_trials_are_told_apart() -> None:
    caps, others = split(["run.cost=20", "replies=5", "candidate.tokens=1e6", "run.cost=30", "deadline=60"])
    assert caps.as_data() == {"run.cost": 30.0, "candidate.tokens": 1_000_000}
    assert others == ["replies=5", "deadline=60"]
    assert split(["run.cost=5", "run.cost=none"])[0] == Caps()


@pytest.mark.parametrize("word", ["run.calls=5", "candidate.=1", "run.cost=0", "run.tokens=1.5", "candidate.cost=many"])
def test_what_is_no_cap_is_refused(word: str) -> None:
    with pytest.raises(BadInput, match="--limit"):
        split([word])


def test_a_cap_is_reached_when_as_much_was_spent() -> None:
    purse = Purse(Caps(bounds={("candidate", "cost"): 1.0, ("run", "tokens"): 100}))
    purse.spend("a", Charge(tokens=10, cost_usd=0.999))
    purse.afford("a")
    purse.spend("a", Charge(tokens=10, cost_usd=0.001))
    with pytest.raises(CapReached, match=r"the cap on the cost of a is reached \(\$1 of \$1\)"):
        purse.afford("a")
    purse.afford("b")
    purse.spend("b", Charge(tokens=80, cost_usd=None))
    with pytest.raises(CapReached, match=r"tokens of the run is reached \(100 of 100\)"):
        purse.afford("b")


@given(st.integers(1, 5), st.integers(0, 2**32))
def test_each_trial_comes_once_and_shares_are_even_while_there_is_a_choice(at: int, seed: int) -> None:
    luck = random.Random(seed)
    plan = make_plan([make_task()], [parse_candidate(f"{name}/x") for name in "abc"], (), 6)
    waiting = WaitingList(plan.trials)
    out: list[Trial] = []
    seen: list[str] = []
    for _ in range(len(plan.trials) * 2):
        while len(out) < at and (trial := waiting.take(lambda trial: True)):
            out.append(trial)
            seen.append(trial.key)
        counts = [sum(trial.candidate.name[0] == name for trial in out) for name in "abc"]
        waits = [f"{name}/x" in waiting.candidates() for name in "abc"]
        assert all(most - least <= 1 for most in counts for least, more in zip(counts, waits, strict=True) if more)
        if out:
            gone = out.pop(luck.randrange(len(out)))
            waiting.leave(gone)
            waiting.give_back(gone, again=False)
    assert sorted(seen) == sorted(trial.key for trial in plan.trials)
    assert waiting.is_through(make_task())


def test_a_trial_that_is_not_ready_is_passed_over() -> None:
    tasks = [make_task(id="slow"), make_task(id="fast")]
    waiting = WaitingList(make_plan(tasks, [parse_candidate("a/x")], (), 1).trials)
    taken = waiting.take(lambda trial: trial.task.id == "fast")
    assert taken is not None
    assert taken.task.id == "fast"
    assert waiting.take(lambda trial: False) is None
    assert [task.id for task in waiting.tasks()] == ["slow"]


def test_a_tally_tells_rate_cost_and_time_left() -> None:
    tally = Tally()
    tally.begin(20, 5)
    tally.started = time.monotonic() - 60
    record = {"verdict": "accepted", "usage": {"cost_usd": 0.25, "prompt_tokens": 90, "completion_tokens": 10}}
    for number in range(5):
        tally.step(f"t{number}", "working")
        tally.end(f"t{number}", record)
    tally.put_back("t8", record)
    tally.step("t9", "working")
    assert tally.done == 10
    assert tally.per_minute == pytest.approx(5, rel=0.01)
    assert tally.seconds_left == pytest.approx(120, rel=0.01)
    assert tally.in_words() == "10/20 trials done, 1 running, 5 accepted, 1 tried again, 5.0/min, $1.50, about 2m left"
    data = tally.as_data()
    assert (data["waiting"], data["tokens"], data["verdicts"]) == (9, 600, {"accepted": 5})


@pytest.mark.parametrize(("seconds", "words"), [(0, "0s"), (89, "89s"), (91, "2m"), (5340, "89m"), (5460, "1h31m")])
def test_a_duration_is_told_as_people_tell_it(seconds: float, words: str) -> None:
    assert duration(seconds) == words
