"""Where identifier-like values of arguments come from. Advisory: a guess may be a good one.

A value is grounded by the first event in which it stands, before the reply that used it: a prompt, the result of a
tool, or a name that the candidate made itself (a file written, a command run). What is identifier-like:

- arguments that hold paths, part by part, but for names that stand by convention (README.md, tests …);
- arguments that hold ids (`id`, `order_id`), symbols, modules, branches;
- any other single word in the form of an id (a UUID, ORD-1042, cus_8f3k2).

Commands, patterns to search for and text are not: to search is how names are found.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from sandbox.detect.made import Made
from sandbox.detect.targets import BULK, is_path_key
from sandbox.events import Event

_FREE = BULK | {
    "command",
    "cmd",
    "pattern",
    "query",
    "regex",
    "prompt",
    "question",
    "reason",
    "summary",
    "title",
    "glob",
}
_ID_KEY = re.compile(r"(?:\A|_)ids?\Z|[a-z]Ids?\Z")
_SYMBOL_KEYS = frozenset({"symbol", "function", "class", "method", "module", "package", "branch", "commit", "sha"})
_ID_SHAPE = re.compile(
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|(?=[a-f]*[0-9])[0-9a-f]{12,64}"
    r"|[A-Z]{2,10}[-_]\d{2,}"
    r"|[a-z]{2,10}_(?=[A-Za-z]*\d)[A-Za-z0-9]{4,}"
)
_ODD = re.compile(r"[\s*?\[\]{}$<>|\"'`;]")
_CREATES = re.compile(r"\A(?:write|create|new|add|save|put|make|mkdir|touch)(?:_|\Z)")
# Names that nobody has to have seen to use.
_COMMON = """
workspace tmp home usr lib bin etc var opt dev null proc src docs doc test tests tests.py test.py examples
README README.md README.rst LICENSE CHANGELOG.md CONTRIBUTING.md Makefile Dockerfile setup.py setup.cfg tox.ini
pyproject.toml requirements.txt package.json conftest.py __init__.py __main__.py main.py .git .github .gitignore
HEAD main master
"""
_CONVENTIONS = frozenset(_COMMON.split())
_DIVIDE = "\n\0\n"
LONGEST = 300


class Origins:
    """Everything that a candidate could have read a name in, in order."""

    def __init__(self, events: Sequence[Event], found: Sequence[Made]) -> None:
        told = [(event.seq, event.seq, _messages(event)) for event in events if event.kind == "step.opened"]
        for made in found:
            if made.ran:
                # What a reply makes is known to it at once; what comes back, to the next.
                told.append((made.replied, made.event.seq, _created(made)))
                if made.returned is not None:
                    told.append((made.returned.seq, made.returned.seq, _result(made)))
        told = sorted((one for one in told if one[2]), key=lambda one: one[0])
        self._known = [known for known, _, _ in told]
        self._seqs = [seq for _, seq, _ in told]
        self._text = _DIVIDE.join(text for _, _, text in told)
        self._starts: list[int] = []
        start = 0
        for _, _, text in told:
            self._starts.append(start)
            start += len(text) + len(_DIVIDE)
        self._first: dict[str, int] = {}

    def of(self, word: str, by: int) -> int | None:
        """`seq` of the first event in which a word stands, if the reply with `seq` `by` could know of it."""
        place = self._first.get(word)
        if place is None:
            place = self._first[word] = self._text.find(word)
        if place < 0:
            return None
        index = bisect_right(self._starts, place) - 1
        return self._seqs[index] if self._known[index] <= by else None


def _messages(event: Event) -> str:
    return "\n".join(str(message.get("content") or "") for message in event.data["messages"])


def _created(made: Made) -> str:
    """Text in which a call may have made names of its own."""
    if made.effect == "read" or made.status == "refused":
        return ""
    everything = made.effect == "exec" or _CREATES.match(made.name or "")
    return "\n".join(text for key, text in _texts(made.arguments) if everything or key.lower() in BULK)


def _result(made: Made) -> str:
    """What came back; a refusal that repeats what it was asked for proves nothing about it."""
    text = made.answer
    if made.status == "refused":
        for _, value in _texts(made.arguments):
            text = text.replace(value, " ") if value else text
    return text


def _texts(arguments: Any) -> Iterator[tuple[str, str]]:
    """Every string and whole number in arguments at any depth, with the key that it stands under."""
    level: list[tuple[str, Any]] = [("", arguments)]
    while level:
        key, value = level.pop()
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, int) and not isinstance(value, bool) and _ID_KEY.search(key):
            yield key, str(value)
        elif isinstance(value, dict):
            level += reversed(value.items())
        elif isinstance(value, list):
            level += [(key, one) for one in reversed(value)]


def origins_of(made: Made, origins: Origins) -> tuple[tuple[str, ...], tuple[tuple[str, int], ...]]:
    """The identifier-like values of a call: those of no known origin; the others with the `seq` of theirs."""
    ungrounded, grounded = [], []
    for key, value in dict.fromkeys(_texts(made.arguments)):
        parts = _identifiers(key, value)
        if not parts:
            continue
        whole = origins.of(value, made.replied)
        seqs = [whole] if whole is not None else [origins.of(part, made.replied) for part in parts]
        known = [seq for seq in seqs if seq is not None]
        if len(known) < len(seqs):
            ungrounded.append(value)
        else:
            grounded.append((value, max(known)))
    return tuple(ungrounded), tuple(grounded)


def _identifiers(key: str, value: str) -> list[str]:
    """The parts of a value that have to come from somewhere; none if it is nothing like an identifier."""
    if not value or len(value) > LONGEST or key.lower() in _FREE or _ODD.search(value):
        return []
    if is_path_key(key):
        parts = value.split("/")
        return [part for part in parts if part not in ("", ".", "..", "~") and part not in _CONVENTIONS]
    if _ID_KEY.search(key) or key.lower() in _SYMBOL_KEYS or _ID_SHAPE.fullmatch(value):
        return [] if value in _CONVENTIONS else [value]
    return []
