"""The pure parts of replaying: what comes next on a tape, what counts as a difference, requests as lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import BadInput, RoadtestError
from sandbox.events import Event
from sandbox.replay_contrast import LONGEST_PLACE, MOST_SHOWN, contrast, readable
from sandbox.replay_requests import Request, encoded_digest, parse_requests, requests_differ, to_line
from sandbox.replay_tape import (
    Divergence,
    ReplayDiverged,
    Tape,
    answers_differ,
    as_error,
    calls_that_ran,
    checks_differ,
    divergences,
    states_differ,
    time_hit,
)
from sandbox.report.divergences import in_short, table
from tests.support.builders import Log

ANSWER: dict[str, Any] = {"status": "ok", "output": "6\n", "exit_code": 0, "sha256": "a" * 64, "seconds": 0.1}
HIDDEN = "whole output, not shown, with sha256"
STATE: dict[str, Any] = {"raw": "1" * 40, "source": "2" * 40, "over": None, "sealed": False}
CHECK: dict[str, Any] = {"bugs": {"add": "P"}, "guards": {"a.py": "P"}, "tampering": [], "incomplete": False}


def play() -> list[Event]:
    """A trial of one call, up to its end."""
    log = Log()
    log.add("env.ready", tools={})
    log.add("step.opened", messages=[{"role": "user", "content": "Mend it."}])
    asked = log.add("model.asked", reply=0, messages=1)
    replied = log.add("model.replied", asked, reply=0, body="b" * 64, labels=[], seconds=0.5)
    started = log.add("tool.started", replied, call="call_0_0", name="bash", arguments="{}", effect="exec")
    returned = log.add("tool.returned", started, call="call_0_0", **ANSWER)
    log.add("tree.saved", returned, **STATE)
    log.add("step.closed", reason="submit")
    return log.close("accepted")


def changed(events: Sequence[Event], place: int, **data: Any) -> list[Event]:
    event = events[place]
    return [*events[:place], replace(event, data={**event.data, **data}), *events[place + 1 :]]


def test_the_place_on_the_tape_is_the_number_of_events_written() -> None:
    events = play()
    tape = Tape(events)
    for count in range(1, len(events)):
        assert tape.next(events[:count]) is events[count]
    assert tape.expect(events[:6], "tool.returned") is events[6]


@pytest.mark.parametrize(
    ("place", "data"),
    [
        (2, {"messages": [{"role": "user", "content": "Break it."}]}),
        (3, {"messages": 2}),
        (4, {"body": "c" * 64}),
        (5, {"arguments": '{"a": 1}'}),
        (5, {"name": "read_file"}),
        (5, {"call": "call_0_1"}),
        (8, {"reason": "done"}),
    ],
)
def test_what_was_asked_for_has_to_be_the_same(place: int, data: dict[str, Any]) -> None:
    now = changed(play(), place, **data)
    Tape(play()).next(now[:place])
    with pytest.raises(ReplayDiverged, match=f"event {place}") as caught:
        Tape(play()).next(now[: place + 1])
    found = caught.value.divergence
    assert (found.event, found.what) == (place, "event")
    assert next(iter(data)) in found.recorded
    assert found.recorded != found.now


@pytest.mark.parametrize(("place", "data"), [(4, {"labels": ["empty-reply"], "seconds": 9.0}), (5, {"effect": "read"})])
def test_what_is_made_anew_may_differ(place: int, data: dict[str, Any]) -> None:
    now = changed(play(), place, **data)
    assert Tape(play()).next(now[: place + 1]) == play()[place + 1]


def test_another_kind_of_event_names_both() -> None:
    log = Log()
    log.add("limit.hit", limit="calls", value=1, bound=1)
    with pytest.raises(ReplayDiverged, match=r"recorded env\.ready, now limit\.hit"):
        Tape(play()).next(log.events)


def test_more_than_was_recorded_is_a_divergence() -> None:
    events = play()
    more = [*events, replace(events[3], seq=len(events))]
    with pytest.raises(ReplayDiverged, match=r"recorded nothing more, now model\.asked"):
        Tape(events).next(more)


def test_a_call_that_was_not_recorded_is_not_served() -> None:
    with pytest.raises(ReplayDiverged, match=r"recorded tool\.started name bash, now tool\.returned is due"):
        Tape(play()).expect(play()[:5], "tool.returned")


def test_a_recorded_failure_is_raised_by_its_own_name_and_origin() -> None:
    log = Log()
    log.fault("sandbox", "env")
    with pytest.raises(RoadtestError, match="it broke") as caught:
        Tape(log.events).expect(log.events[:1], "env.ready")
    assert (type(caught.value).__name__, caught.value.origin) == ("SandboxError", "sandbox")
    assert not isinstance(caught.value, ReplayDiverged)
    assert str(as_error(log.events[1])) == "it broke"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=100), inner, max_size=3),
    max_leaves=6,
)


@given(st.text(max_size=400) | VALUES, st.text(max_size=400) | VALUES)
def test_a_contrast_shows_on_one_line_where_two_values_differ(one: Any, other: Any) -> None:
    mine, yours = contrast(one, other)
    if one == other:
        assert mine == yours
    elif isinstance(one, str) and isinstance(other, str):
        assert mine != yours
    assert max(len(mine), len(yours)) <= LONGEST_PLACE + MOST_SHOWN + 40
    assert (mine + yours).isprintable()


@pytest.mark.parametrize(
    ("one", "other", "mine", "yours"),
    [
        ("6\n", "7\n", '"6"', '"7"'),
        ('{"command": "ls"}', '{"command": "pwd"}', '"{"command": "ls"}"', '"{"command": "pwd"}"'),
        ("a\nb\nc\n", "a\nB\nc\n", 'line 2 "b"', 'line 2 "B"'),
        ("a\n", "a\nb\n", 'line 2 ""', 'line 2 "b"'),
        ("a\n", "a", "ends with a line feed after line 1", "ends with line 1"),
        ("a", "a\nb", "ends with line 1", 'goes on with line 2 "b"'),
        ("\x1b[2J", "\\x1b[2J", '"\\x1b[2J"', '"\\\\x1b[2J"'),
        ("Zürich →", "Zürich ←", '"Zürich →"', '"Zürich ←"'),
        ({"role": "tool", "text": "a\nb"}, {"role": "tool", "text": "a\nc"}, 'text line 2 "b"', 'text line 2 "c"'),
        ([{"f": {"n": "x"}}], [{"f": {"n": "y"}}], '[0].f.n "x"', '[0].f.n "y"'),
        ({"a": [1]}, {"a": [1, 2]}, "a[1] nothing", "a[1] 2"),
        (None, "x", "null", '"x"'),
        ({"limit": None}, {"limit": 3}, "limit null", "limit 3"),
    ],
)  # fmt: skip
def test_a_contrast_names_the_first_member_and_line_that_differ(one: Any, other: Any, mine: str, yours: str) -> None:
    assert contrast(one, other) == (mine, yours)


def test_a_contrast_of_long_lines_is_cut_to_the_difference_and_never_through_an_escape() -> None:
    mine, yours = contrast("\x1b" * 5000 + "a" + "\x1b" * 5000, "\x1b" * 5000 + "b" + "\x1b" * 5000)
    assert "\\x1ba\\x1b" in mine
    assert "\\x1bb\\x1b" in yours
    for text in (mine, yours):
        assert set(text.replace("\\x1b", "")) <= set('"…ab')
        assert len(text) <= MOST_SHOWN + 4


def test_a_line_that_has_room_is_not_cut() -> None:
    line = "x" * 100
    assert contrast(line + "a", line + "b") == (f'"{line}a"', f'"{line}b"')


def test_what_is_readable_is_on_one_line_and_bounded() -> None:
    assert readable("a\tb\n\u202ec", most=40) == "a\\tb\\n\\u202ec"
    assert readable("x" * 50, most=10) == "x" * 10 + "…"


def limit_log(cause: str | None) -> list[Event]:
    log = Log()
    log.add("model.replied", reply=0)
    causes = {"model.asked": log.add("model.asked", reply=1), "model.replied": log.events[1], None: None}
    log.add("tool.started", call="a")
    log.add("call.rejected", call="b")
    log.add("limit.hit", causes[cause], limit="seconds", value=2.5, bound=2)
    return log.close("budget")


@pytest.mark.parametrize(("cause", "place"), [(None, "question"), ("model.asked", "answer"), ("model.replied", "call")])
def test_where_time_ran_out_is_found(cause: str | None, place: str) -> None:
    found = time_hit(limit_log(cause))
    assert found is not None
    assert (found.place, found.replies, found.calls, found.hit.value) == (place, 1, 2, 2.5)


def test_other_limits_are_counted_anew() -> None:
    log = Log()
    log.add("limit.hit", limit="calls", value=2, bound=2)
    assert time_hit(log.events) is None
    assert time_hit(play()) is None


def test_calls_are_found_by_id_with_their_answers_and_states() -> None:
    events = play()
    (ran,) = calls_that_ran(events).values()
    assert (ran.started, ran.returned, ran.saved) == (events[5], events[6], events[7])
    assert calls_that_ran(events[:6])["call_0_0"].returned is None


@pytest.mark.parametrize(
    ("data", "recorded", "now"),
    [
        ({"exit_code": 1}, "exit code 0", "exit code 1"),
        ({"output": "7\n", "sha256": "b" * 64}, 'output "6"', 'output "7"'),
        ({"sha256": "b" * 64}, f"{HIDDEN} {'a' * 64}", f"{HIDDEN} {'b' * 64}"),
        ({"status": "timeout", "exit_code": None}, "status ok; exit code 0", "status timeout; exit code none"),
    ],
)
def test_answers_differ_by_status_code_and_output(data: dict[str, Any], recorded: str, now: str) -> None:
    (found,) = answers_differ(play()[6], {**ANSWER, **data})
    assert (found.call, found.what, found.recorded, found.now) == ("call_0_0", "answer", recorded, now)


def test_an_answer_that_took_longer_is_the_same() -> None:
    assert not list(answers_differ(play()[6], {**ANSWER, "seconds": 99.0}))


def test_states_differ_by_everything_in_them_and_caches_are_told_apart() -> None:
    saved = play()[7]
    assert not list(states_differ(saved, STATE, "c"))
    (found,) = states_differ(saved, {**STATE, "raw": "3" * 40}, "c")
    assert "caches alone differ" in found.now
    (found,) = states_differ(saved, {**STATE, "raw": "3" * 40, "source": "3" * 40}, "c")
    assert "caches" not in found.now
    (found,) = states_differ(saved, {**STATE, "raw": None, "source": None, "over": "too many files"}, "c")
    assert found.now == "tree too many files"


def test_a_verdict_is_compared_bug_by_bug() -> None:
    log = Log()
    log.check(**CHECK)
    was = log.events[-1]
    assert not list(checks_differ(was, CHECK))
    now = {"bugs": {"add": "F", "new": "P"}, "guards": {}, "tampering": ["odd"], "incomplete": True}
    words = [(found.recorded, found.now) for found in checks_differ(was, now)]
    assert words == [
        ("bug add P", "bug add F"),
        ("bug new nothing", "bug new P"),
        ("guard a.py P", "guard a.py nothing"),
        ("tampering: none", "tampering: odd"),
        ("the hidden tests were in time", "the hidden tests ran out of time"),
    ]


def test_divergences_are_read_back_from_a_log() -> None:
    found = Divergence(event=3, call="call_0_0", what="answer", recorded="a\x1b[2J", now="b")
    log = Log()
    log.fault("sandbox", "agent", final=False)
    log.add("fault", final=False, error="ReplayDiverged", divergence=json.loads(json.dumps(found.as_data())))
    assert divergences(log.events) == [found]
    assert in_short([("t", found), ("t", found)]) == "2 divergences from the recording in 1 trial"
    assert "\x1b" not in str([cell for column in table([("t", found)]).columns for cell in column.cells])


MESSAGES = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["user", "tool"]), "content": st.text()}), max_size=5
)


def made(messages: Sequence[Any], **changes: Any) -> Request:
    facts: dict[str, Any] = {"asked": 3, "attempt": 1, "tools": encoded_digest([]), "settings": {"model": "x"}}
    return Request(messages=messages, **{**facts, **changes})


@given(st.lists(MESSAGES, min_size=1, max_size=5))
def test_requests_come_back_from_their_lines(conversations: list[list[Any]]) -> None:
    requests = [made(messages, asked=index) for index, messages in enumerate(conversations)]
    pairs = zip(requests, [None, *requests[:-1]], strict=True)
    text = "".join(to_line(request, before) for request, before in pairs)
    assert list(parse_requests(text, name="requests.jsonl").values()) == requests


def test_a_line_holds_only_what_is_new() -> None:
    one = made([{"role": "user", "content": "a"}])
    two = made([*one.messages, {"role": "tool", "content": "b"}])
    line = json.loads(to_line(two, one))
    assert (line["kept"], line["messages"]) == (1, [{"role": "tool", "content": "b"}])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"content":"a"', '"content":"b"', "another digest"),
        ('"kept":0', '"kept":4', "keeps 4 messages of 0"),
        ('"attempt":1', '"attempt":0', "attempt"),
        ("{", "", "is not a request"),
    ],
)
def test_a_spoiled_line_is_named(old: str, new: str, message: str) -> None:
    line = to_line(made([{"role": "user", "content": "a"}]), None)
    assert old in line
    with pytest.raises(BadInput, match=f"line 1.*{message}"):
        parse_requests(line.replace(old, new, 1), name="requests.jsonl")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (made([{"role": "user", "content": "b"}]), "message 0"),
        (made([{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]), "message 1 nothing"),
        (made([{"role": "user", "content": "a"}], tools=encoded_digest([1])), "tools"),
        (made([{"role": "user", "content": "a"}], settings={"model": "y"}), "settings"),
    ],
)
def test_another_request_is_told_by_what_is_other(now: Request, words: str) -> None:
    recorded = made([{"role": "user", "content": "a"}])
    assert requests_differ(recorded, recorded) is None
    found = requests_differ(recorded, now)
    assert found is not None
    assert found.recorded.startswith(words)
    assert (found.what, found.event) == ("request", 3)
