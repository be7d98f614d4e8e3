from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import BadInput
from sandbox.events import KINDS, Event, last, of_kind, read_log

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def event(seq: int, kind: str = "fault", **data: object) -> Event:
    return Event(
        seq=seq, t=seq / 8, at="2026-01-01T00:00:00.000Z", kind=kind, cause=seq - 1 if seq else None, data=data
    )


def log(count: int) -> str:
    return "".join(event(seq).to_line() for seq in range(count))


@given(st.lists(st.dictionaries(st.text(), VALUES, max_size=3), max_size=4))
def test_what_is_written_reads_back_equal(rows: list[dict[str, object]]) -> None:
    events = [
        Event(seq=seq, t=seq / 8, at="now", kind=sorted(KINDS)[seq], cause=None, data=data)
        for seq, data in enumerate(rows)
    ]
    assert read_log("".join(each.to_line() for each in events)) == events


@given(st.text())
def test_an_event_is_one_line_of_ascii(text: str) -> None:
    line = event(0, text=text).to_line()
    assert line.isascii()
    assert line.index("\n") == len(line) - 1


def test_an_event_is_never_written_with_a_number_that_is_no_json() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        event(0, cost=float("nan")).to_line()


def test_a_torn_last_line_is_left_out_wherever_it_was_torn() -> None:
    whole, rest = log(2), event(2).to_line()
    for cut in range(len(rest) - 1):
        assert [each.seq for each in read_log(whole + rest[:cut])] == [0, 1]


def test_a_last_line_that_only_lacks_its_line_feed_counts() -> None:
    assert len(read_log(log(3).rstrip("\n"))) == 3


def test_an_empty_log_has_no_events() -> None:
    assert read_log("") == []


@pytest.mark.parametrize(
    "garbage",
    ["{", "[]", "null", "7", '{"v": 1}', '{"v": 2, "seq": 1}', "[" * 100_000, log(1).replace("{}", "[]").strip()],
    ids=["torn", "list", "null", "number", "no keys", "version", "deep", "data is a list"],
)
def test_garbage_before_the_end_is_refused_with_its_line(garbage: str) -> None:
    text = event(0).to_line() + garbage + "\n" + event(2).to_line()
    with pytest.raises(BadInput, match=r"^my\.jsonl: line 2 is not an event"):
        read_log(text, name="my.jsonl")


def test_a_whole_last_line_of_garbage_is_no_torn_one() -> None:
    with pytest.raises(BadInput, match="line 2"):
        read_log(log(1) + "garbage\n")


@pytest.mark.parametrize("seqs", [(0, 2), (1,), (0, 0), (0, 1, 3)])
def test_a_gap_in_the_numbers_is_refused(seqs: tuple[int, ...]) -> None:
    with pytest.raises(BadInput, match=f"line {len(seqs)}: seq is {seqs[-1]}, expected {len(seqs) - 1}"):
        read_log("".join(event(seq).to_line() for seq in seqs))


def test_an_empty_line_in_the_middle_is_a_gap() -> None:
    with pytest.raises(BadInput, match="line 3: seq is 1"):
        read_log(event(0).to_line() + "\n" + event(1).to_line())


def test_kinds_of_a_later_version_pass_through() -> None:
    (found,) = read_log(event(0, "moon.phase", phase="full").to_line())
    assert (found.kind, found.data) == ("moon.phase", {"phase": "full"})


def test_events_are_found_by_kind_in_order() -> None:
    events = [event(0, "fault"), event(1, "checkpoint"), event(2, "fault"), event(3, "env.ready")]
    assert [each.seq for each in of_kind(events, "fault", "env.ready")] == [0, 2, 3]
    assert last(events, "fault") == events[2]
    assert last(events, "trial.closed") is None
