"""How fast a provider is asked: fewer at a time after a refusal, none while it asks for patience, more with time."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.agent import Turn, take_turn
from sandbox.course import Stage
from sandbox.errors import DeadlinePassed, ProviderError
from sandbox.journal import Journal
from sandbox.limits import Limits, Meter
from sandbox.llm.client import Answer
from sandbox.llm.pacing import Pace
from sandbox.llm.patience import ask_patiently
from sandbox.llm.scripted import ScriptedClient
from tests.support.builders import make_tools


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


pytestmark = pytest.mark.anyio


class Provider:
    """Answers at most `takes` questions at a time, and refuses the others."""

    def __init__(self, takes: int, *, retry_after: float | None = 0.02) -> None:
        self.takes = takes
        self.retry_after = retry_after
        self.now = self.most = self.answered = self.refused = 0
        self.asked: list[float] = []

    async def ask(self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]]) -> Answer:
        self.asked.append(time.monotonic())
        if self.now >= self.takes:
            self.refused += 1
            raise ProviderError("too many", kind="rate-limit", retry_after=self.retry_after)
        self.now += 1
        self.most = max(self.most, self.now)
        await anyio.sleep(0.005)
        self.now -= 1
        self.answered += 1
        return None  # type: ignore[return-value]

    async def close(self) -> None:
        pass


async def test_no_more_ask_at_a_time_than_are_allowed() -> None:
    provider, pace = Provider(100), Pace(3)
    async with anyio.create_task_group() as group:
        for _ in range(12):
            group.start_soon(lambda: ask_patiently(provider, (), (), failed=lambda facts: None, pace=pace))
    assert (provider.most, provider.answered, provider.refused) == (3, 12, 0)


async def test_a_crowd_finds_the_number_that_a_provider_takes_and_all_are_answered() -> None:
    provider, pace = Provider(4), Pace(32)

    async def talk() -> None:
        for _ in range(4):
            await ask_patiently(provider, (), (), failed=lambda facts: None, pace=pace, first_wait=0.005)

    async with anyio.create_task_group() as group:
        for _ in range(24):
            group.start_soon(talk)
    assert provider.answered == 96
    assert pace.allowed < 10
    # Without a common pace each of the 24 would find out by itself, again and again.
    assert provider.refused < 96


async def test_nobody_asks_before_the_wait_is_over_that_the_provider_asked_for() -> None:
    provider, pace = Provider(100), Pace(8)
    pace.refused(0.15, asked_at=time.monotonic())
    began = time.monotonic()
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(lambda: ask_patiently(provider, (), (), failed=lambda facts: None, pace=pace))
    assert min(provider.asked) - began >= 0.15
    assert pace.paused_for == 0.0


async def test_refusals_of_one_crowd_cut_once() -> None:
    pace = Pace(16)
    pace.asking = 16
    sent = time.monotonic()
    for _ in range(8):
        pace.refused(0.0, asked_at=sent)
    assert pace.allowed == 8.0
    pace.refused(0.0, asked_at=time.monotonic())
    assert pace.allowed == 4.0


async def test_being_refused_does_not_use_up_the_attempts_of_one_question() -> None:
    provider, pace = Provider(0, retry_after=0.001), Pace(4)
    failures: list[Mapping[str, Any]] = []

    async def open_up() -> None:
        await anyio.sleep(0.2)
        provider.takes = 1

    async with anyio.create_task_group() as group:
        group.start_soon(open_up)
        await ask_patiently(provider, (), (), failed=failures.append, pace=pace, first_wait=0.002)
    assert len(failures) > 5
    assert provider.answered == 1


async def test_time_at_the_gate_is_not_the_candidates() -> None:
    provider, pace = Provider(100), Pace(1)
    pace.refused(0.2, asked_at=time.monotonic())
    meter = Meter.start(Limits(seconds=60.0))
    await ask_patiently(provider, (), (), failed=lambda facts: None, pace=pace, clock=meter)
    assert meter.left() > 59.9
    assert meter.lost >= 0.2


async def test_a_place_is_given_back_by_one_who_is_cancelled_while_asking() -> None:
    pace = Pace(1)
    with anyio.move_on_after(0.01):
        async with pace.turn():
            await anyio.sleep(10)
    with anyio.fail_after(1):
        async with pace.turn():
            pass
    assert pace.asking == 0


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 64))
def test_the_pace_stays_between_one_and_the_most(news: list[bool], most: int) -> None:
    async def go() -> None:
        pace = Pace(most)
        for good in news:
            pace.asking = min(most, 3)
            if good:
                pace.answered()
            else:
                pace.refused(0.0, asked_at=time.monotonic())
            assert 1.0 <= pace.allowed <= most

    anyio.run(go)


async def test_more_patience_than_the_deadline_leaves_ends_the_trial_as_its_deadline_does() -> None:
    provider, pace = Provider(1), Pace(3)
    pace.refused(60.0, asked_at=time.monotonic())
    with pytest.raises(DeadlinePassed, match="asks for 60 s of patience"):
        await ask_patiently(
            provider,
            (),
            (),
            failed=lambda facts: None,
            clock=Meter.start(Limits(seconds=60.0, deadline=5.0)),
            pace=pace,
        )
    assert provider.asked == []


async def test_a_deadline_that_others_used_up_is_no_limit_of_the_candidate(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)

    async def never(*_: Any) -> Any:
        raise AssertionError("nothing is run after the deadline")

    now = time.monotonic()
    turn = Turn(
        journal=journal,
        client=ScriptedClient([]),
        tools=make_tools(),
        run_tool=never,
        settle=never,
        alive=never,
        meter=Meter(limits=Limits(seconds=60.0, deadline=5.0), started=now - 1.0, began=now - 6.0),
        step=lambda text: None,
    )
    with pytest.raises(DeadlinePassed, match="not the candidate's own"):
        await take_turn(turn, Stage(name="main", index=0, text="Mend it.", fresh=True))
    journal.close()
