"""Literals as Python writes them, read without evaluating anything: dicts, and the arguments of a call.

Reading is bounded: each text has an `Effort`, of which every token takes its part. A text that is
broken all over uses it up, and what comes after is not read any more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_DEEPEST = 40
_LONGEST = 200_000
_CHARACTERS_A_TOKEN = 50
_STRING = (
    r'[rbfuRBFU]{0,2}(?:"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'
    r"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"
    r'|"[^"\\]*(?:\\.[^"\\]*)*"'
    r"|'[^'\\]*(?:\\.[^'\\]*)*')"
)
_TOKEN = re.compile(
    rf"\s*(?:(?P<string>{_STRING})|(?P<number>-?\d[\w.]*(?:[eE][+-]\d+)?)|(?P<word>[A-Za-z_]\w*)|(?P<mark>[()\[\]{{}},:=]))",
    re.S,
)
_SPACE = re.compile(r"\s*")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.S)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "\n": ""}
_CONSTANTS = {"True": True, "False": False, "None": None, "true": True, "false": False, "null": None}
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class NoLiteral(ValueError):
    """What stands there is something else, or too much of it."""


@dataclass(slots=True, kw_only=True)
class Effort:
    """What may still be spent on one text, in tokens."""

    left: int

    @classmethod
    def on(cls, text: str) -> Effort:
        """Enough for any sound text."""
        return cls(left=20_000 + len(text) // 20)

    def spend(self, tokens: int = 1) -> None:
        """Take some away.

        Raises:
            NoLiteral: nothing is left.
        """
        self.left -= tokens
        if self.left < 0:
            raise NoLiteral("too much to read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """The arguments of a call, all of them literals.

    named: by keyword; an only argument that is an object counts as its members.
    positional: how many others.
    end: the place behind the closing parenthesis.
    """

    named: dict[str, Any] = field(default_factory=dict)
    positional: int = 0
    end: int


def read_object(text: str, start: int, effort: Effort) -> tuple[dict[str, Any], int] | None:
    """The dict that begins at a brace, with the place behind it; None if it is no literal."""
    reader = _Reader(text, start, effort)
    try:
        value = reader.value()
    except NoLiteral:
        return None
    return (value, reader.at) if isinstance(value, dict) else None


def read_arguments(text: str, start: int, effort: Effort) -> Arguments | None:
    """The arguments behind an opening parenthesis; None if one is no literal, or the call is not closed."""
    reader = _Reader(text, start, effort)
    named: dict[str, Any] = {}
    positional: list[Any] = []
    try:
        while not reader.took(")"):
            key = reader.keyword()
            if key is None:
                positional.append(reader.value())
            else:
                named[key] = reader.value()
            reader.separated(")")
    except NoLiteral:
        return None
    if len(positional) == 1 and not named and isinstance(positional[0], dict):
        named, positional = positional[0], []
    return Arguments(named=named, positional=len(positional), end=reader.at)


class _Reader:
    def __init__(self, text: str, start: int, effort: Effort) -> None:
        self.text, self.at, self.effort = text, start, effort
        self.stop = min(len(text), start + _LONGEST)

    def value(self, depth: int = 0) -> Any:
        token = self._next()
        if token["string"]:
            return self._string(token["string"])
        if token["number"]:
            return token["number"]
        if token["word"] in _CONSTANTS:
            return _CONSTANTS[token["word"]]
        if token["mark"] not in ("[", "(", "{") or depth >= _DEEPEST:
            raise NoLiteral("no literal")
        return self._object(depth) if token["mark"] == "{" else self._list(_CLOSING[token["mark"]], depth)

    def took(self, mark: str) -> bool:
        """Whether that is what comes next; then it is behind us."""
        space = _SPACE.match(self.text, self.at, self.stop)
        at = space.end() if space else self.at
        if not self.text.startswith(mark, at):
            return False
        self.at = at + 1
        return True

    def keyword(self) -> str | None:
        """The name of a keyword argument, if one begins here."""
        self.effort.spend()
        token = _TOKEN.match(self.text, self.at, self.stop)
        if token is None or not token["word"] or token["word"] in _CONSTANTS:
            return None
        self.at = token.end()
        if not self.took("=") or self.text.startswith("=", self.at):
            raise NoLiteral("a name")
        return token["word"]

    def separated(self, closing: str) -> None:
        """Past a comma, or up to what closes."""
        if not self.took(","):
            space = _SPACE.match(self.text, self.at, self.stop)
            if not self.text.startswith(closing, space.end() if space else self.at):
                raise NoLiteral("no comma")

    def _list(self, closing: str, depth: int) -> list[Any]:
        found = []
        while not self.took(closing):
            found.append(self.value(depth + 1))
            self.separated(closing)
        return found

    def _object(self, depth: int) -> dict[str, Any]:
        found = {}
        while not self.took("}"):
            key = self._next()["string"]
            if not key or not self.took(":"):
                raise NoLiteral("no dict with names")
            found[_unquoted(key)] = self.value(depth + 1)
            self.separated("}")
        return found

    def _string(self, first: str) -> str:
        parts = [_unquoted(first)]
        while (more := _TOKEN.match(self.text, self.at, self.stop)) and more["string"]:
            self.effort.spend(1 + len(more[0]) // _CHARACTERS_A_TOKEN)
            self.at = more.end()
            parts.append(_unquoted(more["string"]))
        return "".join(parts)

    def _next(self) -> re.Match[str]:
        token = _TOKEN.match(self.text, self.at, self.stop)
        if token is None:
            # A quote that nothing closes was looked for up to the end.
            open_quote = self.text[self.at : self.at + 8].lstrip()[:1] in ("'", '"')
            self.effort.spend((self.stop - self.at) // _CHARACTERS_A_TOKEN if open_quote else 1)
            raise NoLiteral("no token")
        self.effort.spend(1 + len(token[0]) // _CHARACTERS_A_TOKEN)
        self.at = token.end()
        return token


def _unquoted(literal: str) -> str:
    prefix = len(literal) - len(literal.lstrip("rbfuRBFU"))
    quotes = 3 if literal[prefix : prefix + 3] in ('"""', "'''") and len(literal) >= prefix + 6 else 1
    inner = literal[prefix + quotes : -quotes]
    if "\\" not in inner or "r" in literal[:prefix].lower():
        return inner
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _ESCAPED.get(found[2], found[2]), inner)
