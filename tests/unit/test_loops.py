from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.detect.loops import loops, outermost, repetitions
from sandbox.detect.made import calls_made
from sandbox.events import Event
from tests.support.builders import Log


def brute(word: str) -> list[tuple[int, int, int]]:
    """Every maximal repetition by its definition, each with its smallest period."""
    found: dict[tuple[int, int], int] = {}
    for period in range(1, len(word) // 2 + 1):
        same = [word[place] == word[place + period] for place in range(len(word) - period)]
        start = 0
        while start < len(same):
            stop = start
            while stop < len(same) and same[stop]:
                stop += 1
            if stop - start >= period:
                found.setdefault((start, stop + period), period)
            start = stop + 1
    return [(start, stop, period) for (start, stop), period in sorted(found.items())]


@given(st.text("ab", max_size=24) | st.text("abc", max_size=24))
def test_every_repetition_is_found_with_its_smallest_period(word: str) -> None:
    assert repetitions(word) == brute(word)


@given(st.text("abc", min_size=1, max_size=5), st.integers(3, 6), st.text("xyz", max_size=2))
def test_a_loop_of_any_period_is_found_wherever_it_stands(period: str, rounds: int, before: str) -> None:
    found = repetitions(before + period * rounds)
    longest = max(found, key=lambda one: one[1] - one[0])
    assert longest[1] == len(before) + len(period) * rounds
    assert longest[1] - longest[0] >= len(period) * rounds
    assert len(period) % longest[2] == 0


WORST = {
    "one": [0] * 20_000,
    "two": [0, 1] * 10_000,
    "long": list(range(5_000)) * 4,
    "broken": [0] * 10_000 + [1] + [0] * 10_000,
    "none": list(range(20_000)),
}


@pytest.mark.parametrize("name", WORST)
def test_long_sequences_take_no_longer_than_their_length_allows(name: str) -> None:
    # Comparing each place with each other would take minutes.
    assert len(repetitions(WORST[name])) < len(WORST[name])


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("abc", []),
        ("aab", []),  # twice is a repeat at most
        ("aaab", [(0, 3, 1)]),
        ("abab", [(0, 4, 2)]),
        ("xabcabcay", [(1, 8, 3)]),
        ("aabaab", [(0, 6, 3)]),  # what lies within it is left out
        ("aaabbb", [(0, 3, 1), (3, 6, 1)]),
        ("", []),
    ],
)
def test_a_loop_is_what_goes_round_twice_and_has_three_calls(word: str, expected: list[Any]) -> None:
    assert outermost(repetitions(word)) == expected


def play(log: Log, command: str, output: str = "same") -> None:
    arguments = '{"command": "%s"}' % command
    started = log.add("tool.started", log.reply(), call="c", name="bash", arguments=arguments, effect="exec")
    log.add("tool.returned", started, call="c", status="ok", output=output, exit_code=0, sha256=output, seconds=0.1)


def found(events: list[Event]) -> list[tuple[int, int, int, int]]:
    return [(one.period, one.length, one.first_reply, one.last_reply) for one in loops(calls_made(events))]


def test_a_loop_says_from_which_reply_to_which() -> None:
    log = Log()
    play(log, "pwd")
    for _ in range(2):
        play(log, "ls")
        play(log, "cat a")
    play(log, "ls")
    assert found(log.events) == [(2, 5, 1, 5)]
    assert loops(calls_made(log.events))[0].tools == ("bash", "bash")


def test_other_results_or_arguments_are_no_loop() -> None:
    log = Log()
    for number in range(4):
        play(log, "date", output=str(number))
    for number in range(4):
        play(log, f"echo {number}")
    assert found(log.events) == []


def test_faulty_calls_go_round_too() -> None:
    log = Log()
    for _ in range(5):
        log.reject(log.reply(), "bad-json")
    assert found(log.events) == [(1, 5, 0, 4)]
