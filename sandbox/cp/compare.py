"""The default output validator: a submission's output against the answer, token by token. Pure.

Rules: Problem Package Format 2025-09, "Default output validator specification"; what is a number stands there under
"General requirements". Files are bytes: no encoding, no locale, NUL like any other byte. Tokens are parted by ASCII
white space. With a tolerance a token of the answer that is a number (decimal, not hexadecimal, neither NaN nor infinite
nor beyond doubles) is compared as a double, as the widespread validators do; any other token as text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, zip_longest

from sandbox.cp.problem import Comparison
from sandbox.errors import BadInput

_SPACE = re.compile(rb"[ \t\n\v\f\r]")
_WORD = re.compile(rb"[^ \t\n\v\f\r]+")
# So many bytes are taken apart at a time, so that no list of all tokens is ever held.
_CHUNK = 1 << 16
_BATCH = 1 << 14
_SHOWN = 60

_TOLERANCES = {
    "float_absolute_tolerance": ("absolute",),
    "float_relative_tolerance": ("relative",),
    "float_tolerance": ("absolute", "relative"),
}
_SWITCHES = {"case_sensitive": "case_sensitive", "space_change_sensitive": "space_sensitive"}


def comparison_of(args: Sequence[str], default: Comparison | None = None, *, strict: bool = False) -> Comparison:
    """What the words for a default validator ask for.

    Args:
        args: as ("float_tolerance", "1e-6", "case_sensitive"). They replace the default as a whole, as arguments of a
            case replace those of its group in the format 2025-09.
        default: what holds without any words.
        strict: refuse tolerances that overlap, as 2025-09 does; else the last one holds, as in legacy packages, where
            words of several places are strung together.

    Raises:
        BadInput: an unknown word, a tolerance that is missing, no number, negative, or (strict) given twice.
    """
    if not args:
        return default or Comparison()
    found, seen, words = Comparison(), set[str](), iter(args)
    for word in words:
        if word in _SWITCHES:
            found = replace(found, **{_SWITCHES[word]: True})
        elif word in _TOLERANCES:
            sides = _TOLERANCES[word]
            if strict and seen & set(sides):
                raise BadInput(f"output validator arguments: {word} is given beside another tolerance for the same")
            seen |= set(sides)
            value = _tolerance(word, next(words, None))
            absolute, relative = (value if side in sides else getattr(found, side) for side in ("absolute", "relative"))
            found = replace(found, absolute=absolute, relative=relative)
        else:
            known = ", ".join((*_SWITCHES, *_TOLERANCES))
            raise BadInput(f"output validator arguments: {word[:_SHOWN]!r} is none of {known}")
    return found


def _tolerance(word: str, given: str | None) -> float:
    value = None if given is None else _number(given.encode("utf-8", "surrogateescape"))
    if value is None or value < 0:
        raise BadInput(f"output validator arguments: {word} wants a number of at least 0 after it, not {given!r}")
    return value


def compare(answer: bytes, output: bytes, how: Comparison) -> str | None:
    """None where the output is as good as the answer; else one line that says what differs and where.

    The line quotes the answer: it is for the judge, never for the candidate. Trailing and other white space is free
    unless `how.space_sensitive`; a token too many or too few is not.
    """
    if answer == output:
        return None
    place, expected, given = 0, _tokens(answer), _tokens(output)
    while True:
        wanted, got = list(islice(expected, _BATCH)), list(islice(given, _BATCH))
        if not wanted and not got:
            return _spaces(answer, output) if how.space_sensitive else None
        if wanted != got and (found := _first_difference(wanted, got, how)):
            return f"{_where(output, place + found[0])}: {found[1]}"
        place += len(wanted)


def _tokens(data: bytes) -> Iterator[bytes]:
    return chain.from_iterable(chunk.split() for chunk in _chunks(data))


def _chunks(data: bytes) -> Iterator[bytes]:
    """The data in pieces that end at white space."""
    start = 0
    while start < len(data):
        space = _SPACE.search(data, start + _CHUNK)
        end = space.end() if space else len(data)
        yield data[start:end]
        start = end


def _first_difference(wanted: list[bytes], got: list[bytes], how: Comparison) -> tuple[int, str] | None:
    """Which of some tokens does not match, and why."""
    if not how.case_sensitive and [*map(bytes.lower, wanted)] == [*map(bytes.lower, got)]:
        return None
    for place, (one, other) in enumerate(zip_longest(wanted, got)):
        if one != other and (why := _difference(one, other, how)):
            return place, why
    return None


def _difference(wanted: bytes | None, got: bytes | None, how: Comparison) -> str | None:
    """Why two tokens that are not the same bytes do not match; None stands for no token."""
    if got is None:
        return f"the output ends, {_shown(wanted)} is missing"
    if wanted is None:
        return f"{_shown(got)} is too much"
    number = _number(wanted) if _has_tolerance(how) else None
    if number is not None:
        return _distance(number, wanted, got, how)
    if how.case_sensitive or wanted.lower() != got.lower():
        return f"{_shown(got)} instead of {_shown(wanted)}"
    return None


def _distance(wanted: float, token: bytes, got: bytes, how: Comparison) -> str | None:
    given = _number(got)
    if given is None:
        return f"{_shown(got)} is no finite number, {_shown(token)} was wanted"
    off = abs(given - wanted)
    near = how.absolute is not None and off <= how.absolute
    near = near or (how.relative is not None and off <= how.relative * abs(wanted))
    return None if near else f"{_shown(got)} is {off:.3g} from {_shown(token)}"


def _has_tolerance(how: Comparison) -> bool:
    return how.absolute is not None or how.relative is not None


def _number(token: bytes) -> float | None:
    """The value of a decimal number; None for anything else, and for what no double can hold."""
    try:
        value = float(token)
    except ValueError:
        return None
    # Beyond the format's grammar float() knows words for what is not finite, and underscores.
    return value if math.isfinite(value) and b"_" not in token else None


def _spaces(answer: bytes, output: bytes) -> str | None:
    """Where white space differs, given that the tokens match."""
    if answer.lower() == output.lower():
        return None
    for place, (wanted, got) in enumerate(zip(_WORD.split(answer), _WORD.split(output), strict=True)):
        if wanted != got:
            return f"white space before token {place + 1}: {_shown(got)} instead of {_shown(wanted)}"
    return None


def _where(output: bytes, place: int) -> str:
    """The line and number of a token of the output, both from 1; past the last one that is the end."""
    line = output.count(b"\n", 0, _start(output, place)) + 1
    return f"line {line}, token {place + 1}"


def _start(output: bytes, place: int) -> int:
    """Where a token starts, in bytes."""
    start, left = 0, place
    for chunk in _chunks(output):
        held = len(chunk.split())
        if left < held:
            return start + next(islice(_WORD.finditer(chunk), left, None)).start()
        left -= held
        start += len(chunk)
    return start


def _shown(token: bytes | None) -> str:
    """A token in printable letters, cut where it is long."""
    token = token or b""
    text = repr(token[:_SHOWN])[1:]
    return text if len(token) <= _SHOWN else f"{text}… ({len(token)} bytes)"
