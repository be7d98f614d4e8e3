"""Numbers of JSON as they were written, from the argument string to the tool."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.detect.calls import label_arguments, parse_json
from sandbox.detect.made import parsed
from sandbox.exact import decimal, for_tool, is_multiple, is_whole, real
from sandbox.reply import parse_reply
from tests.support.builders import make_body, make_call, make_tool, make_tools

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = make_tools()
HUGE = "9" * 5000
TINY = "1e-99999999999999999999"
BEYOND = "1e99999999999999999999"


@pytest.mark.parametrize(
    ("number", "labels"),
    [
        ("600", []),
        ("600.0", []),
        ("6e2", []),
        ("600." + "0" * 5000, []),
        ("600.00000000000000001", ["out-of-range", "wrong-type"]),
        ("0.99999999999999999999", ["out-of-range", "wrong-type"]),
        ("1.00000000000000000001", ["wrong-type"]),
        (TINY, ["out-of-range", "wrong-type"]),
        (BEYOND, ["out-of-range"]),
        (HUGE, ["out-of-range"]),
        ("0e99999999999999999999", ["out-of-range"]),
        ("-0.0", ["out-of-range"]),
    ],
    ids=lambda value: str(value)[:30],
)
def test_bounds_and_wholeness_go_by_every_digit(number: str, labels: list[str]) -> None:
    tool = make_tool("t", {"timeout": {"type": "integer", "minimum": 1, "maximum": 600}})
    assert sorted(label_arguments(tool, f'{{"timeout": {number}}}')[1]) == labels


@pytest.mark.parametrize(
    ("rule", "fine", "not_fine"),
    [
        ({"minimum": 0.1}, "0.1", "0.09999999999999999999999"),
        ({"maximum": 0.1}, "0.1", "0.10000000000000000000001"),
        ({"exclusiveMinimum": 0.1}, "0.10000000000000000000001", "0.1"),
        ({"exclusiveMaximum": 3}, "2.99999999999999999999999", "3.0"),
        ({"multipleOf": 0.01}, "1e400", "0.00999999999999999999999"),
        ({"multipleOf": 3}, HUGE, HUGE + "1"),
        ({"multipleOf": 7}, "1.4e401", "1e99999999999"),
        ({"multipleOf": 2}, "0", TINY),
    ],
    ids=str,
)
def test_every_bound_is_exact(rule: dict[str, Any], fine: str, not_fine: str) -> None:
    tool = make_tool("t", {"x": rule})
    assert label_arguments(tool, f'{{"x": {fine}}}')[1] == []
    assert label_arguments(tool, f'{{"x": {not_fine}}}')[1] == ["out-of-range"]


def test_what_is_said_of_a_number_shows_it_as_a_number() -> None:
    tool = make_tool("t", {"x": {"type": "integer", "maximum": 600}})
    assert label_arguments(tool, '{"x": 600.00000000000000001}')[2] == [
        "`x`: 600.00000000000000001 is not of type 'integer'",
        "`x`: 600.00000000000000001 is greater than the maximum of 600",
    ]


@given(st.integers(-(10**9), 10**9), st.integers(-30, 30), st.sampled_from([1, 2, 3, 0.1, 0.25, 7, 1e-5, 2.5]))
def test_multiples_are_those_of_fractions(mantissa: int, power: int, factor: float) -> None:
    number = real(f"{mantissa}e{power}")
    value = Fraction(mantissa) * Fraction(10) ** power
    assert is_multiple(number, factor) == (value % Fraction(repr(factor)) == 0)
    assert is_whole(number) == (value.denominator == 1)
    assert Fraction(decimal(number)) == value


@pytest.mark.parametrize(
    ("text", "number"),
    [("5.0", 5), ("5." + "0" * 50, 5), ("1e23", 10**23), ("1e400", 10**400), ("0.5", 0.5), ("-1E2", -100)],
)
def test_a_tool_gets_plain_numbers(text: str, number: float) -> None:
    given = for_tool(parse_json(f'{{"a": [{text}], "b": true}}'))
    assert given == {"a": [number], "b": True}
    assert type(given["a"][0]) is type(number)
    json.dumps(given)


@pytest.mark.parametrize("text", [HUGE, "1e5000", BEYOND])
def test_what_no_number_of_a_tool_holds_is_infinite(text: str) -> None:
    assert for_tool(parse_json(f"[{text}, -{text}]")) == [float("inf"), float("-inf")]


@pytest.mark.parametrize("number", ["1e400", "-1.5e400", BEYOND, TINY, "0.99999999999999999999", "1e2", "7"])
def test_a_number_goes_back_as_it_was_sent(number: str) -> None:
    back = _history(f'{{"path": "x", "offset": {number}}}')
    assert parse_json(back) == parse_json(f'{{"path": "x", "offset": {number}}}')
    # Told apart by the text where no number of Python's is large or small enough.
    assert number in back or number == "1e2"


def test_a_number_of_very_many_digits_goes_back_in_a_form_that_parsers_take() -> None:
    back = _history(f'{{"path": "\\"{HUGE}", "offset": {HUGE}, "limit": -{HUGE}}}')
    assert json.loads(back)["offset"] == float("inf")
    held = json.loads(back, parse_float=Decimal)
    assert (held["offset"], held["limit"]) == (Decimal(HUGE), Decimal(f"-{HUGE}"))
    assert held["path"] == f'"{HUGE}'


def _history(arguments: str) -> str:
    message = parse_reply(make_body(make_call("read_file", arguments)), TOOLS, number=0).for_history()
    text: str = message["tool_calls"][0]["function"]["arguments"]
    return text


@pytest.mark.parametrize("same", [("1e400", "10e399"), (BEYOND, "10e99999999999999999998"), (HUGE + "0", HUGE + "e1")])
def test_equal_numbers_are_equal_whatever_their_size(same: tuple[str, str]) -> None:
    texts = [parsed(f'{{"n": {text}}}')[1] for text in (*same, "1")]
    assert texts[0] == texts[1] != texts[2]


READ = """
import sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
import toolrun, tool
try:
    print(tool.run({"path": sys.argv[3], **eval(sys.argv[4])}, {}))
except toolrun.Refused as no:
    print("no:", no)
"""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"offset": 2}, "b'b\\n'"),
        ({"offset": 10**18}, "b''"),
        ({"limit": 10**18}, "b'a\\nb\\n'"),
        ({"offset": 10**18, "limit": 10**18}, "b''"),
        ({"offset": 10**400}, "no: `offset` is out of range: too large to be used"),
        ({"limit": float("inf")}, "no: `limit` is out of range: too large to be used"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_read_file_says_no_to_numbers_that_are_too_large(tmp_path: Path, arguments: dict[str, Any], said: str) -> None:
    (tmp_path / "f").write_text("a\nb\n")
    folders = [str(ROOT / "sandbox" / "guest"), str(ROOT / "tools" / "read_file")]
    shown = repr(arguments).replace("inf", "float('inf')")
    command = [sys.executable, "-c", READ, *folders, str(tmp_path / "f"), shown]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == said
