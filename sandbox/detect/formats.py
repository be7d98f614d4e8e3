"""Formats of strings that JSON Schema names and jsonschema leaves unchecked without further packages."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

from jsonschema import Draft202012Validator, FormatChecker

_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
_URI_CHARACTERS = r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_CLOCK = r"T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S)"
_DAYS = r"(?:\d+D|\d+M(?:\d+D)?|\d+Y(?:\d+M(?:\d+D)?)?)"
_PATTERNS = {
    "time": _TIME,
    "uri": rf"[A-Za-z][A-Za-z0-9+.-]*:{_URI_CHARACTERS}",
    "uri-reference": _URI_CHARACTERS,
    "hostname": rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*",
    "duration": rf"P(?:\d+W|{_DAYS}(?:{_CLOCK})?|{_CLOCK})",
    "json-pointer": r"(?:/(?:[^~/]|~[01])*)*",
}
_DATE_TIME = re.compile(rf"(\d{{4}}-\d{{2}}-\d{{2}})[Tt]{_TIME}", re.ASCII)


def _checker() -> FormatChecker:
    checker = FormatChecker(())
    checker.checkers = dict(Draft202012Validator.FORMAT_CHECKER.checkers)
    for name, pattern in _PATTERNS.items():
        checker.checks(name)(_fits(re.compile(pattern, re.ASCII | re.DOTALL)))
    checker.checks("date-time", raises=ValueError)(_is_date_time)
    return checker


def _fits(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or pattern.fullmatch(value) is not None


def _is_date_time(value: object) -> bool:
    if not isinstance(value, str):
        return True
    match = _DATE_TIME.fullmatch(value)
    return match is not None and bool(datetime.date.fromisoformat(match[1]))


# Those of draft 2020-12 that jsonschema checks by itself, and the common ones that it passes over.
FORMATS = _checker()
