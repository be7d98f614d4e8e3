"""Where identifier-like values of arguments come from. Advisory: a guess may be a good one.

A value is grounded by the first event in which it stands, before the reply that used it: a prompt, the result of a
tool, or a name that the candidate made itself (a file written, a command run). It stands where it begins and ends like
a word, or like a part of one (`walk` in walk_tree, not in walking). What is identifier-like:

- arguments that hold paths, part by part, but for names that stand by convention (README.md, tests …);
- arguments that hold ids (`id`, `order_id`), symbols, modules, branches;
- any other single word in the form of an id (a UUID, ORD-1042, cus_8f3k2).

Commands, patterns to search for and text are not: to search is how names are found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
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
LONGEST = 300
_ATOM = re.compile(r"[A-Za-z0-9_]+")
_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
# Marks whose last letter would stick to the word behind them: colours, and line ends written out.
_STICKS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\\[nrt]")


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
        # Of equal texts the first is enough.
        first = {text: (known, seq) for known, seq, text in reversed(told)}
        self._texts = sorted(((known, seq, text) for text, (known, seq) in first.items()), key=lambda one: one[0])
        self._where: dict[str, list[int]] = {}
        self._whole: dict[str, list[str]] = {}
        for index, (_, _, text) in enumerate(self._texts):
            self._index(index, text)
        self._first: dict[str, int | None] = {}

    def of(self, word: str, by: int) -> int | None:
        """`seq` of the first event in which a word stands, if the reply with `seq` `by` could know of it."""
        if word not in self._first:
            stands = (index for index in self._candidates(word) if word in self._texts[index][2])
            self._first[word] = next(stands, None)
        index = self._first[word]
        if index is None:
            return None
        known, seq, _ = self._texts[index]
        return seq if known <= by else None

    def _index(self, index: int, text: str) -> None:
        atoms = set(_ATOM.findall(text))
        if "\x1b" in text or "\\" in text:
            atoms.update(_ATOM.findall(_STICKS.sub(" ", text)))
        for atom in atoms:
            if atom not in self._where:
                self._where[atom] = []
                for piece in {*_PIECE.findall(atom), *atom.strip("_").split("_")} if len(atom) <= LONGEST else ():
                    self._whole.setdefault(piece, []).append(atom)
            self._where[atom].append(index)

    def _candidates(self, word: str) -> Iterable[int]:
        """Places in `_texts` that hold the rarest piece of a word, in order."""
        best: Iterable[int] = range(len(self._texts))
        least = len(self._texts) + 1
        for atom in set(_ATOM.findall(word)):
            lists = [
                self._where[one] for one in dict.fromkeys([atom, *self._whole.get(atom, ())]) if one in self._where
            ]
            count = sum(map(len, lists))
            if count < least:
                least = count
                best = lists[0] if len(lists) == 1 else sorted({index for one in lists for index in one})
        return best


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
