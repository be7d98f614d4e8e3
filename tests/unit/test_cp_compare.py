"""The default output validator: worked examples by the format's rules, a slow twin of it, and what tries to fool it."""

from __future__ import annotations

import math
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.cp.compare import compare, comparison_of
from sandbox.cp.problem import Comparison
from sandbox.errors import BadInput

TEXT = Comparison()
EXACT = Comparison(case_sensitive=True)
SPACES = Comparison(space_sensitive=True)
NEAR = Comparison(absolute=1e-6, relative=1e-6)
BIG = 8 << 20


@pytest.mark.parametrize(
    ("answer", "output", "how", "same"),
    [
        (b"", b"", TEXT, True),
        (b"", b" \n", TEXT, True),
        (b"", b"x", TEXT, False),
        (b"1 2\n", b"1\r\n\t2 \n\n", TEXT, True),
        (b"1 2\n", b"\n1 2", TEXT, True),
        (b"1 2\n", b"1\v\f2", TEXT, True),
        (b"1 2\n", b"12\n", TEXT, False),
        (b"1 2\n", b"1 2 3\n", TEXT, False),
        (b"1 2\n", b"1\n", TEXT, False),
        (b"1\n", b"1.0\n", TEXT, False),
        (b"Yes\n", b"yES\n", TEXT, True),
        (b"Yes\n", b"yes\n", EXACT, False),
        # ASCII letters only, whatever the encoding: E acute, and the Kelvin sign.
        ("É".encode(), "é".encode(), TEXT, False),
        (b"k", "\u212a".encode(), TEXT, False),
        # Spaces that are none of the six.
        (b"1 2", b"1\x1c2", TEXT, False),
        (b"1 2", b"1\xa02", TEXT, False),
        (b"a\0b", b"a\0c", TEXT, False),
        (b"a\0b", b"a", TEXT, False),
        (b"\xff\xfe", b"\xff\xff", TEXT, False),
        (b"1", b"\xef\xbb\xbf1", TEXT, False),
        (b"1 2\n", b"1 2\n", SPACES, True),
        (b"A 2\n", b"a 2\n", SPACES, True),
        (b"1 2\n", b"1 2", SPACES, False),
        (b"1 2\n", b"1  2\n", SPACES, False),
        (b"1 2\n", b"1\t2\n", SPACES, False),
        (b" 1\n", b"1 \n", SPACES, False),
        (b" 1", b"1 ", SPACES, False),
        (b"0.5 x\n", b"5e-1 X\n", Comparison(space_sensitive=True, absolute=0.1), True),
        (b"0.5 x\n", b"5e-1  X\n", Comparison(space_sensitive=True, absolute=0.1), False),
    ],
)
def test_text(answer: bytes, output: bytes, how: Comparison, same: bool) -> None:
    assert (compare(answer, output, how) is None) is same


@pytest.mark.parametrize(
    ("answer", "output", "how", "same"),
    [
        (b"0.0314", b"3.14000000e-2", NEAR, True),
        (b"1000000", b"1000001", NEAR, True),
        (b"1000000", b"1000002", NEAR, False),
        (b"1000000", b"1000001", Comparison(absolute=1e-6), False),
        (b"0", b"0.000001", Comparison(relative=1e-6), False),
        (b"0", b"0.000001", Comparison(absolute=1e-6), True),
        (b"5", b"5.5", Comparison(absolute=0.5), True),
        (b"5", b"5.5000001", Comparison(absolute=0.5), False),
        # Relative to the answer, not to the output.
        (b"10", b"20", Comparison(relative=0.5), False),
        (b"20", b"10", Comparison(relative=0.5), True),
        (b"-1", b"-1.0000001", NEAR, True),
        (b"0", b"-0", Comparison(absolute=0.0), True),
        (b"1", b"1.", NEAR, True),
        (b"0.5", b".5", NEAR, True),
        (b"1", b"+1E+0", NEAR, True),
        (b"1", b"1e", NEAR, False),
        (b"1", b".", NEAR, False),
        (b"1", b"", NEAR, False),
        (b"1", b"1_0", NEAR, False),
        (b"10", b"1_0", NEAR, False),
        (b"16", b"0x10", NEAR, False),
        (b"1", b"nan", NEAR, False),
        (b"1", b"inf", NEAR, False),
        (b"1", b"1,0", NEAR, False),
        (b"1", "１".encode(), NEAR, False),
        # A token of the answer that is no number is text, with its case.
        (b"nan", b"NaN", NEAR, True),
        (b"inf", b"1e999", NEAR, False),
        (b"IMPOSSIBLE", b"impossible", NEAR, True),
        (b"IMPOSSIBLE", b"impossible", Comparison(absolute=1.0, case_sensitive=True), False),
        (b"x", b"1", NEAR, False),
        (b"1e999999999", b"1e999999999", NEAR, True),
        (b"1e999999999", b"1e999999998", NEAR, False),
        (b"1", b"1e999999999", NEAR, False),
        (b"0", b"1e-999999999", NEAR, True),
        (b"1e308", b"-1e308", NEAR, False),
        (
            b"123456789012345678901234567890.123456789012345678901234567890",
            b"123456789012345678901234567890",
            NEAR,
            True,
        ),
    ],
)
def test_numbers(answer: bytes, output: bytes, how: Comparison, same: bool) -> None:
    assert (compare(answer, output, how) is None) is same


@pytest.mark.parametrize(
    ("answer", "output", "how", "line"),
    [
        (b"1\n2 3\n", b"1\n2 4\n", TEXT, "line 2, token 3: '4' instead of '3'"),
        (b"1\n2\n", b"1\n", TEXT, "line 2, token 2: the output ends, '2' is missing"),
        (b"1\n", b"1\n2\n", TEXT, "line 2, token 2: '2' is too much"),
        (b"1\n", b"x\n", NEAR, "line 1, token 1: 'x' is no finite number, '1' was wanted"),
        (b"1\n", b"3\n", NEAR, "line 1, token 1: '3' is 2 from '1'"),
        (b"1 2", b"1  2", SPACES, "white space before token 2: '  ' instead of ' '"),
        (b"A b", b"a C", TEXT, "line 1, token 2: 'C' instead of 'b'"),
        (b"x", b"\xff\n", TEXT, r"line 1, token 1: '\xff' instead of 'x'"),
    ],
)
def test_it_says_where_and_what_on_one_line(answer: bytes, output: bytes, how: Comparison, line: str) -> None:
    assert compare(answer, output, how) == line


def test_the_line_stays_short_and_single_whatever_the_output_holds() -> None:
    said = compare(b"x", b"\x1b[2J\0\xff" + b"y" * 10**6, TEXT)
    assert said is not None
    assert len(said) < 300
    assert said.isprintable()


def test_a_place_far_in_is_found() -> None:
    answer = b"".join(b"%d\n" % number for number in range(100_000))
    assert compare(answer, answer.replace(b"\n77777\n", b"\n77778\n"), TEXT) == (
        "line 77778, token 77778: '77778' instead of '77777'"
    )


# --- a slow twin, straight from the format's text ---

_GRAMMAR = re.compile(r"[+-]?([0-9]*\.[0-9]+|[0-9]+\.|[0-9]+)([Ee][+-]?[0-9]+)?")


def _value(token: str) -> float | None:
    value = float(token) if _GRAMMAR.fullmatch(token) else math.nan
    return value if math.isfinite(value) else None


def _twin(answer: str, output: str, how: Comparison) -> bool:
    pattern = r"[ \t\n\v\f\r]+"
    if how.space_sensitive and re.split(r"[^ \t\n\v\f\r]+", answer) != re.split(r"[^ \t\n\v\f\r]+", output):
        return False
    wanted, got = ([token for token in re.split(pattern, text) if token] for text in (answer, output))
    return len(wanted) == len(got) and all(_alike(a, b, how) for a, b in zip(wanted, got, strict=True))


def _alike(a: str, b: str, how: Comparison) -> bool:
    if (how.absolute, how.relative) != (None, None) and (value := _value(a)) is not None:
        given = _value(b)
        if given is None:
            return False
        off = abs(value - given)
        return any(
            bound is not None and off <= bound * scale
            for bound, scale in ((how.absolute, 1), (how.relative, abs(value)))
        )
    return a == b if how.case_sensitive else a.lower() == b.lower()


FILES = st.lists(
    st.sampled_from(
        ["1", "1.0", "2", "1e0", "1_0", "10", ".", "-.5e1", "-5", "nan", "NaN", "a", "A", "1e400", "+1", "\0"]
    ),
    max_size=4,
).flatmap(
    lambda tokens: st.lists(
        st.sampled_from([" ", "\n", "\t ", "\r\n"]), min_size=len(tokens) + 1, max_size=len(tokens) + 1
    ).map(lambda gaps: "".join(gap + token for gap, token in zip(gaps, [*tokens, ""], strict=True)))
)
TOLERANCES = st.sampled_from([None, 0.0, 0.1, 1.0])
WAYS = st.builds(
    Comparison, case_sensitive=st.booleans(), space_sensitive=st.booleans(), absolute=TOLERANCES, relative=TOLERANCES
)


@given(FILES, FILES, WAYS)
def test_it_is_its_slow_twin(answer: str, output: str, how: Comparison) -> None:
    assert (compare(answer.encode(), output.encode(), how) is None) is _twin(answer, output, how)


@given(st.text(alphabet="0123456789.eE+-_naif", max_size=8))
def test_a_number_is_what_the_grammar_says(token: str) -> None:
    accepted = compare(b"0", token.encode(), Comparison(absolute=1e300)) is None
    assert accepted is (_value(token) is not None and abs(_value(token) or 0.0) <= 1e300)


@given(st.binary(max_size=40), WAYS)
def test_an_answer_always_accepts_itself(answer: bytes, how: Comparison) -> None:
    assert compare(answer, answer, how) is None
    if not how.space_sensitive:
        assert compare(answer, answer + b" \n", how) is None
        assert compare(answer + b"\n", b"\n" + answer, how) is None


# --- size ---


@pytest.mark.parametrize(
    ("answer", "output", "how"),
    [
        (b"1 " * (BIG // 2), b"1\n" * (BIG // 2), TEXT),
        (b"x" * BIG + b"a", b"x" * BIG + b"b", TEXT),
        (b"1", b" " * BIG + b"1", TEXT),
        (b"1", b"1" * BIG, NEAR),
        (b"1", b"1" * BIG + b"x", NEAR),
        (b"1", b"1." + b"0" * BIG + b"1", NEAR),
        (b"1", b"1" + b"0" * BIG + b"e-8388608", NEAR),
        (b"0", b"1e-" + b"9" * BIG, NEAR),
        (b"1" * BIG, b"1" * BIG + b" ", NEAR),
    ],
    ids=[
        "many tokens",
        "one token",
        "spaces",
        "digits",
        "digits and a letter",
        "decimals",
        "cancelled",
        "exponent",
        "overflow",
    ],
)
def test_eight_megabytes_take_no_time(answer: bytes, output: bytes, how: Comparison) -> None:
    start = time.process_time()
    compare(answer, output, how)
    assert time.process_time() - start < 1.5


# --- the words ---


@pytest.mark.parametrize(
    ("args", "how"),
    [
        ([], TEXT),
        (["case_sensitive"], EXACT),
        (["space_change_sensitive"], SPACES),
        (["float_tolerance", "1e-6"], NEAR),
        (["float_absolute_tolerance", "0.5"], Comparison(absolute=0.5)),
        (["float_relative_tolerance", "1e-9", "case_sensitive"], Comparison(relative=1e-9, case_sensitive=True)),
        (
            ["float_relative_tolerance", "1e-9", "float_absolute_tolerance", "0"],
            Comparison(relative=1e-9, absolute=0.0),
        ),
    ],
)
def test_words(args: list[str], how: Comparison) -> None:
    assert comparison_of(args, strict=True) == how


def test_words_replace_the_default_as_a_whole() -> None:
    assert comparison_of([], NEAR) == NEAR
    assert comparison_of(["case_sensitive"], NEAR) == EXACT


def test_of_overlapping_tolerances_the_last_one_holds_unless_strict() -> None:
    twice = ["float_tolerance", "1e-6", "float_absolute_tolerance", "0.5"]
    assert comparison_of(twice) == Comparison(absolute=0.5, relative=1e-6)
    with pytest.raises(BadInput, match="float_absolute_tolerance is given beside another"):
        comparison_of(twice, strict=True)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["case_insensitive"], "'case_insensitive' is none of case_sensitive, space_change_sensitive, float"),
        (["float_tolerance"], "float_tolerance wants a number"),
        (["float_tolerance", "case_sensitive"], "float_tolerance wants a number"),
        (["float_tolerance", "-1"], "at least 0"),
        (["float_tolerance", "nan"], "wants a number"),
        (["float_tolerance", "1e999"], "wants a number"),
        (["1e-6"], "'1e-6' is none of"),
    ],
)
def test_wrong_words_are_named(args: list[str], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        comparison_of(args)
