"""Exports of services that are not ours, from what these say of themselves. What real ones say: contract tests."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sandbox.outcomes.state import read_state
from sandbox.services.common.reading import BadSettings
from sandbox.services.moto.plain import Number, dumps, plain, typed
from sandbox.services.postgres.export import NoRows, document
from sandbox.services.redis.keys import BadKeys, commands, row, text
from sandbox.services.relay.faults import KINDS, Faults, Settings, read_settings
from sandbox.services.smtp.mail import Mail
from sandbox.services.smtp.mail import row as row_of_mail

# Of pieces that could be taken for one another.
PIECES = [b"\\", b"x", b"5", b"c", b"f", b"\xff", b"\xc3", b"\xa9", b"\x00"]


def said(*cells: str) -> bytes:
    return "".join(cell + "\0" for cell in cells).encode()


def test_rows_of_postgres_keep_their_numbers_and_are_named_by_key_or_content() -> None:
    exact = '{"id":1,"price":10.500000000000000000001}'
    state = document(said("orders", "1", exact, "notes", "", '{"a":1}', "notes", "", '{"a":1}', "notes", "", '{"a":2}'))
    assert exact.encode() in state
    notes = json.loads(state)["notes"]
    assert sorted(row["a"] for row in notes.values()) == [1, 1, 2]
    assert [key.partition("#")[2] for key in notes] == ["1", "2", "1"]
    again = document(said("notes", "", '{"a":2}', "notes", "", '{"a":1}', "notes", "", '{"a":1}'))
    assert json.loads(again)["notes"] == notes, "their order says nothing"
    assert read_state({"db": state})["db"]["orders"].keys() == {"1"}
    assert document(b"") == b"{}"


def test_a_state_that_came_in_part_is_none() -> None:
    for part in (said("orders", "1"), b"orders\0001\0{}"):
        with pytest.raises(NoRows):
            document(part)


def test_a_row_that_nobody_could_read_is_named_by_its_digest() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    state = read_state({"db": document(said("t", "1", f'{{"a":{deep}}}', "t", "2", '{"a":[[[1]]]}'))})
    assert state["db"]["t"]["1"].keys() == {"nested too deeply"}
    assert state["db"]["t"]["2"].keys() == {"a"}


def test_keys_of_redis_are_rows_by_type() -> None:
    assert row("strings", b"\xff\n") == {"value": "\\xff\n"}
    assert row("hashes", [b"name", b"Ada"]) == {"name": "Ada"}
    assert row("sets", [b"b", b"a"]) == {"items": ["a", "b"]}
    assert row("sorted_sets", [b"a", b"1", b"b", b"0.5", b"c", b"inf"]) == {"scores": {"a": 1, "b": 0.5, "c": "inf"}}
    assert row("streams", [[b"0-1", [b"k", b"v"]]]) == {"entries": {"0-1": {"k": "v"}}}


@given(data=st.lists(st.sampled_from(PIECES)).map(b"".join))
@example(data=b"\\xff")
@example(data=b"\\x5cxff")
def test_bytes_can_be_told_from_their_text(data: bytes) -> None:
    """So two keys of a database are never one of its state."""
    parts = re.split(r"\\x(5c|[89a-f][0-9a-f])", text(data))
    assert b"".join(bytes.fromhex(part) if n % 2 else part.encode() for n, part in enumerate(parts)) == data


def test_a_backslash_is_one_unless_it_would_be_taken_for_a_byte() -> None:
    for plain_text in ('{"a": "b\\n\\u00e9"}', "C:\\xé\\x", "\\x41", "\\xFF", "\\"):
        assert text(plain_text.encode()) == plain_text
    assert text(b"\\xe9") == "\\x5cxe9"


def test_a_seed_of_redis_is_commands() -> None:
    seed = {"expiries": {"a": 60}, "strings": {"a": 1}, "sorted_sets": {"z": {"m": 2}}, "streams": {"s": [{"k": "v"}]}}
    assert list(commands(seed)) == [
        ["SET", "a", "1"],
        ["ZADD", "z", "2", "m"],
        ["XADD", "s", "0-1", "k", "v"],
        ["EXPIRE", "a", "60"],
    ]


@pytest.mark.parametrize(
    ("seed", "words"),
    [
        ([], "must be an object"),
        ({"string": {}}, "unknown collection string"),
        ({"hashes": {"h": ["a"]}}, "hashes.h: must be an object"),
        ({"strings": {"s": True}}, "strings.s: must be a text or a number"),
    ],
)
def test_a_seed_of_redis_that_does_not_hold_is_named(seed: object, words: str) -> None:
    with pytest.raises(BadKeys, match=words):
        list(commands(seed))


def test_items_of_dynamodb_are_plain_with_every_digit() -> None:
    item = {"M": {"n": {"N": "12345678901234567890.10"}, "s": {"NS": ["2", "1"]}, "x": {"NULL": True}}}
    assert dumps(plain(item)) == '{"n": 12345678901234567890.10, "s": [1, 2], "x": null}'
    assert dumps(plain({"N": "+1E+3"})) == "1000"
    assert dumps({"é": [True, "\n"]}) == '{"\\u00e9": [true, "\\n"]}'
    value = {"a": [1, "x", None, True, {"b": Number("1.50")}]}
    assert plain(typed(value)) == {"a": [Number("1"), "x", None, True, {"b": Number("1.50")}]}


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"Subject: =?utf-8?q?\xff?=\r\n\r\nx", b"Content-Type: x/\r\n\r\n"])
def test_every_message_has_a_row(data: bytes) -> None:
    found = row_of_mail(Mail(sender="a@b", recipients=("c@d",), data=data))
    assert (found["from"], found["bytes"]) == ("a@b", len(data))
    json.dumps(found).encode().decode("ascii")


def test_faults_of_connections_hang_on_seed_and_number_alone() -> None:
    settings = read_settings({"seed": "s", "rates": {"refuse": 0.2, "cut": 0.2, "delay": 0.2}}, "db", "/log")
    first, second = Faults(settings), Faults(settings)
    drawn = [first.next() for _ in range(200)]
    assert drawn == [second.next() for _ in range(200)]
    kinds = [one.kind for one in drawn if one is not None]
    assert set(kinds) == set(KINDS)
    # One in 0.6 of those that are not spared: a share of 0.6 / 1.6.
    assert 55 <= len(kinds) <= 95
    assert all(one.after <= 2048 and 0 <= one.seconds <= 0.8 for one in drawn if one)
    other = Faults(Settings(seed="t", service="db", log="/log", rates=settings.rates))
    assert drawn != [other.next() for _ in range(200)]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "must be an object"),
        ({"rate": {}}, "unknown key rate"),
        ({"rates": {"burn": 0.1}}, "rates: must be an object of shares by fault"),
        ({"rates": {"cut": 0.6, "delay": 0.6}}, "add up to more than 1"),
        ({"script": [{"fault": "cut", "nth": 0}]}, r"script\[0\].nth: must be a whole number"),
        ({"service": ""}, "service: must be a text"),
    ],
)
def test_settings_of_a_relay_that_do_not_hold_are_named(document: object, words: str) -> None:
    with pytest.raises(BadSettings, match=words):
        read_settings(document, "db", "/log")


@pytest.mark.parametrize("written", ["NaN", "Infinity", "-sNaN", "+1e999999999", " 1e-999999999", "many"])
def test_a_number_of_dynamodb_that_is_none_of_json_is_a_text(written: str) -> None:
    """Else nobody could read the state, or it would be larger than any memory."""
    assert dumps({"n": plain({"N": written})}) == json.dumps({"n": written})
    assert dumps([plain({"N": "+1.50"}), plain({"N": "1e9"})]) == "[1.50, 1e9]"
