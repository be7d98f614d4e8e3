"""What a call was for, so far as its arguments can be read: whether a later call puts a faulty one right."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.tooling import SUBMIT

# Text to be written or replaced says little about what a call was for, and changes from one attempt to the next.
BULK = frozenset(
    {"content", "contents", "old", "new", "text", "patch", "diff", "body", "message", "code", "description"}
)
_PATH_KEYS = ("path", "paths", "file", "files", "filename", "filepath", "dir", "directory", "folder")
# Good enough for arguments that do not parse: a key and the string behind it, even one that never ends.
_PAIR = re.compile(r"""(\w{1,64})["']?[ \t]{0,9}:\s{0,9}(["'])((?:[^"'\\]|\\.|(?!\2)["'])*)""", re.DOTALL)
_WORD = re.compile(r"[\w./-]{2,}")
_CHANGE_FOLDER = re.compile(r"\A\s*cd\s+\S+\s*(?:&&|;)")
_FOREIGN_PREFIX = re.compile(r"\A(?:functions|default_api|tools?)[.:]")
_HANDS_IN = re.compile(r"submit|finish|done\b|complete|task_complete|final_answer|end_task", re.IGNORECASE)
MOST_READ = 20_000
MOST_WORDS = 200
LEAST_SHARED = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a call was for. tool: None if the call named none. paths: as given. words: of commands, patterns, ids."""

    tool: str | None
    paths: frozenset[str]
    words: frozenset[str]


def readable(raw: str) -> Mapping[str, Any]:
    """As much of raw arguments as can be read: an object, an object written as a string, or pairs that look like some.

    For comparing only; nothing read in this way is ever run.
    """
    try:
        value = json.loads(raw)
        value = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return {key: _unescaped(text) for key, _, text in _PAIR.findall(raw[:MOST_READ])}
    return value if isinstance(value, dict) else {}


def _unescaped(text: str) -> str:
    return text.replace("\\n", "\n").replace('\\"', '"').replace("\\'", "'")


def is_path_key(key: str) -> bool:
    """Whether an argument of that name holds a path."""
    return key.lower().endswith(_PATH_KEYS)


def target(tool: str | None, arguments: Mapping[str, Any], *, blamed: Collection[str] = ()) -> Target:
    """What a call was for.

    Args:
        arguments: as they are, or as much of them as is `readable`.
        blamed: arguments that were themselves at fault, and so say nothing about what was wanted.
    """
    paths: set[str] = set()
    words: set[str] = set()
    for key, value in _values(arguments):
        if key in blamed or key.lower() in BULK:
            continue
        text = value[:MOST_READ]
        text = _CHANGE_FOLDER.sub("", text) if "cd" in text else text
        if is_path_key(key) and text and not text.isspace():
            paths.add(_plain(text))
        words |= {_plain(word) if "/" in word else word for word in _WORD.findall(text)[:MOST_WORDS]}
    return Target(tool=tool, paths=frozenset(paths), words=frozenset(words))


def _values(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in arguments.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                yield key, one
            elif isinstance(one, int) and key.lower().endswith("id") and not isinstance(one, bool):
                yield key, str(one).zfill(2)


def _plain(path: str) -> str:
    return f"{path}/".removeprefix("/workspace/").removeprefix("./").rstrip("/") or "."


def reaches(later: Target, wanted: Target, *, any_tool: bool) -> bool:
    """Whether a call that went well is for the same as a faulty one.

    The same tool (where the faulty one named none that exists, any that could serve: `submit` for what is called as if
    it handed in, any other for the rest); the same path, where the faulty call named one; else at least half of the
    words of the shorter one in common, where there are words to compare.
    """
    if any_tool:
        if (later.tool == SUBMIT) != bool(_HANDS_IN.match(_FOREIGN_PREFIX.sub("", wanted.tool or ""))):
            return False
    elif later.tool != wanted.tool:
        return False
    if wanted.paths and (later.paths or later.words):
        return any(_same_path(one, other) for one in wanted.paths for other in later.paths or later.words)
    if wanted.words and later.words:
        shared = len(wanted.words & later.words)
        return shared >= LEAST_SHARED * min(len(wanted.words), len(later.words))
    return True


def _same_path(one: str, other: str) -> bool:
    return one == other or one.endswith(f"/{other}") or other.endswith(f"/{one}")
