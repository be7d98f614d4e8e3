"""What a call was for, so far as its arguments can be read: whether a later call puts a faulty one right.

What is compared depends on what the call does:

    read, write, list  the path, exactly, from the workspace on; write_file, edit_file and `sed -i` alike write
    search             most words of the pattern
    run                the command (`commands.is_similar`)
    submit             nothing
    anything else      the same tool, and half of the words of its arguments

A shell command does what its first part does: `cat a.py` reads a.py. A path or a command that was cut short is
compared as far as it goes. Where nothing can be read of a command, no other one can be said to be for the same, unless
that one has no arguments either.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.detect.commands import Command, is_similar, patched_paths, plain_path, read_command
from sandbox.tooling import SUBMIT

# Text to be written or replaced says little about what a call was for, and changes from one attempt to the next.
BULK = frozenset(
    {"content", "contents", "old", "new", "text", "patch", "diff", "body", "message", "code", "description"}
)
_PATH_KEYS = ("path", "paths", "file", "files", "filename", "filepath", "dir", "directory", "folder")
_COMMAND_KEYS = ("command", "cmd", "commands", "script", "shell", "bash", "code", "input", "")
# Good enough for arguments that do not parse: a key and the string behind it, even one that never ends.
_PAIR = re.compile(r"""(\w{1,64})["']?[ \t]{0,9}:\s{0,9}(["'])((?:[^"'\\]|\\.|(?!\2)["'])*)""", re.DOTALL)
_WORD = re.compile(r"[\w./-]{2,}")
_BARE = re.compile(r"(?!(?:null|true|false)\b)[A-Za-z_./~]")
_FOREIGN_PREFIX = re.compile(r"\A(?:functions|default_api|tools?)[.:]")
_HANDS_IN = re.compile(r"submit|finish|done\b|complete|task_complete|final_answer|end_task", re.IGNORECASE)
_NAME_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
MOST_READ = 20_000
MOST_WORDS = 200
LEAST_SHARED = 0.5

_OWN = {
    "bash": "run",
    "read_file": "read",
    "write_file": "write",
    "edit_file": "write",
    "list_dir": "list",
    "search": "search",
    SUBMIT: "submit",
}
# What tools of other harnesses do, by words of their names.
_FOREIGN_WORDS = {
    "run": frozenset(["bash", "shell", "sh", "terminal", "command", "cmd", "execute", "exec", "run"]),
    "write": frozenset(
        ["write", "create", "edit", "replace", "insert", "append", "save", "patch", "update", "modify", "overwrite"]
    ),
    "list": frozenset(["ls", "list", "dir", "tree"]),
    "search": frozenset(["grep", "search", "find", "rg"]),
    "read": frozenset(["read", "view", "open", "cat", "show", "get", "load"]),
}
_OF_FILES = frozenset(
    [
        "file",
        "files",
        "dir",
        "directory",
        "folder",
        "str",
        "text",
        "patch",
        "diff",
        "code",
        "lines",
        "apply",
        "in",
        "the",
        "a",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a call was for.

    tool: None if the call named none. foreign: whether none of that name is offered.
    does: read, write, list, search, run or submit; None for anything else.
    paths: from the workspace on. cut_path: the beginning of one that was cut short.
    command: of a call that runs one. words: of patterns, ids and other short values.
    """

    tool: str | None
    foreign: bool
    does: str | None
    paths: frozenset[str]
    cut_path: str | None
    command: Command | None
    words: frozenset[str]

    @property
    def is_blank(self) -> bool:
        """Whether nothing could be read of what it was for."""
        return not (self.paths or self.cut_path or self.command or self.words)


def readable(raw: str) -> tuple[Mapping[str, Any], str | None]:
    """As much of raw arguments as can be read, and the key of the string that was cut short.

    That is an object, one written as a string or alone in a list, pairs that look like some, or bare text (under the
    key ""). For comparing only; nothing read in this way is ever run.
    """
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return _pairs(raw)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        try:
            inner = json.loads(value)
        except (ValueError, RecursionError):
            return _pairs(value)
        value = inner if isinstance(inner, dict) else {}
    return (value if isinstance(value, dict) else {}), None


def _pairs(raw: str) -> tuple[Mapping[str, Any], str | None]:
    text = raw[:MOST_READ]
    if text.startswith('"'):  # an object written as a string, and cut
        text = text[1:].replace('\\"', '"')
    pairs = list(_PAIR.finditer(text))
    if not pairs:
        bare = text.strip()
        return ({"": bare}, None) if _BARE.match(bare) else ({}, None)
    cut = pairs[-1][1] if text[pairs[-1].end() :] in ("", "\\") else None
    return {pair[1]: _unescaped(pair[3]) for pair in pairs}, cut


def _unescaped(text: str) -> str:
    return text.replace("\\n", "\n").replace('\\"', '"').replace("\\'", "'")


def is_path_key(key: str) -> bool:
    """Whether an argument of that name holds a path."""
    return key.lower().endswith(_PATH_KEYS)


def target(
    tool: str | None,
    arguments: Mapping[str, Any],
    *,
    cut: str | None = None,
    foreign: bool = False,
    blamed: Collection[str] = (),
) -> Target:
    """What a call was for.

    Args:
        arguments: as they are, or as much of them as is `readable`.
        cut: the argument that was cut short.
        foreign: whether no tool of that name is offered.
        blamed: arguments that were themselves at fault, and so say nothing about what was wanted.
    """
    name = _FOREIGN_PREFIX.sub("", tool or "")
    told = {key: value for key, value in arguments.items() if key not in blamed or isinstance(value, list)}
    does = _OWN.get(name) or (_foreign_does(name, told) if foreign else None)
    command = _command(told, does, cut, foreign=foreign)
    paths = {plain_path(text) for key, text in _values(told) if _is_path(key, does) and key != cut and text.strip()}
    for key, text in _values(told):
        if key.lower() in ("patch", "diff", "input"):
            paths |= patched_paths(text[:MOST_READ])
    cut_path = plain_path(str(told[cut])) if cut and _is_path(cut, does) and str(told[cut]).strip() else None
    return Target(
        tool=name or None,
        foreign=foreign,
        does=does,
        paths=frozenset(paths),
        cut_path=cut_path,
        command=command,
        words=frozenset() if command or does == "run" else _words(told, does),
    )


def _is_path(key: str, does: str | None) -> bool:
    return is_path_key(key) or (not key and does in ("read", "write", "list"))


def _command(arguments: Mapping[str, Any], does: str | None, cut: str | None, *, foreign: bool) -> Command | None:
    """The command line among the arguments of a call that runs one."""
    if does != "run" and not (foreign and does is None and {"command", "cmd"} & set(arguments)):
        return None
    for key in _COMMAND_KEYS:
        value = arguments.get(key)
        if isinstance(value, list):
            value = " ".join(f"'{one}'" if " " in one else one for one in value if isinstance(one, str))
        if isinstance(value, str) and value.strip():
            return read_command(value[:MOST_READ], cut=key == cut)
    return None


def _words(arguments: Mapping[str, Any], does: str | None) -> frozenset[str]:
    """Of what is short and no path; paths of the workspace's tools are compared as such."""
    words: set[str] = set()
    for key, text in _values(arguments):
        if key.lower() not in BULK and not _is_path(key, does):
            words |= set(_WORD.findall(text[:MOST_READ])[:MOST_WORDS])
    return frozenset(words)


def _values(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in arguments.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                yield key, one
            elif isinstance(one, int) and key.lower().endswith("id") and not isinstance(one, bool):
                yield key, str(one).zfill(2)


def _foreign_does(name: str, arguments: Mapping[str, Any]) -> str | None:
    if _HANDS_IN.match(name):
        return "submit"
    words = [word.lower() for word in _NAME_WORD.findall(name)]
    for does, known in _FOREIGN_WORDS.items():
        found = [word for word in words if word in known]
        rest = [word for word in words if word not in known and word not in _OF_FILES]
        of_files = does != "run" and any(map(is_path_key, arguments))
        if found and (not rest or (of_files and words[0] in known)):
            return does
    return None


def reaches(later: Target, wanted: Target) -> bool:
    """Whether a call that went well is for the same as a faulty one; see the top of this file."""
    if (later.does == "submit") != (wanted.does == "submit"):
        return False
    if wanted.does == "submit":
        return True
    if wanted.is_blank and later.is_blank and (wanted.foreign or later.tool == wanted.tool):
        return True  # neither was given anything
    if wanted.foreign and wanted.does is None and wanted.command is None:
        return _serves(later, wanted)
    if wanted.does is None and wanted.command is None:
        return later.tool == wanted.tool and _share_words(later, wanted)
    if wanted.command is not None:
        return _does_command(later, wanted.command)
    if wanted.does == "run":
        return False
    if later.command is not None:
        return _command_does(later.command, wanted)
    if later.does != wanted.does:
        return False
    if wanted.does == "search" and wanted.words:
        return _most(wanted.words, later.words)
    return _same_path(later.paths, wanted) or (not wanted.paths and wanted.cut_path is None)


def _same_path(paths: Collection[str], wanted: Target) -> bool:
    beginning = wanted.cut_path
    if wanted.paths & frozenset(paths):
        return True
    return beginning is not None and any(
        path.startswith(beginning) and len(path) <= 2 * len(beginning) for path in paths
    )


def _does_command(later: Target, wanted: Command) -> bool:
    """Whether a call is for the same as a command."""
    if later.command is not None:
        return is_similar(later.command, wanted)
    if later.does == "search":
        return wanted.searches and bool(later.words) and _most(later.words, wanted.operands)
    return any((later.does, path) in wanted.first for path in later.paths)


def _command_does(later: Command, wanted: Target) -> bool:
    """Whether a command does what a file tool was called for."""
    if wanted.does == "search":
        return later.searches and bool(wanted.words) and _most(wanted.words, later.operands)
    return _same_path([path for does, path in later.touches if does == wanted.does], wanted)


def _most(wanted: frozenset[str], there: frozenset[str]) -> bool:
    loose = there | {word for one in there for word in _WORD.findall(one)}
    return 2 * len(wanted & loose) > len(wanted)


def _serves(later: Target, wanted: Target) -> bool:
    """Whether any tool does what one that is not there was called for: on its path, its words, or by its name."""
    command = later.command
    if wanted.paths:
        mentioned = command.operands | {path for _, path in command.touches} if command else later.words
        return bool(wanted.paths & (later.paths | mentioned))
    if wanted.words:
        there = command.operands | frozenset(command.programs) if command else later.words
        return bool(there) and 2 * len(wanted.words & there) >= min(len(wanted.words), len(there))
    names = {word.lower().rstrip("s") for word in _NAME_WORD.findall(wanted.tool or "") if len(word) > 3}
    there = command.operands | frozenset(command.programs) if command else frozenset({later.tool or ""})
    return any(name in one.lower() for name in names for one in there)


def _share_words(later: Target, wanted: Target) -> bool:
    if wanted.paths and later.paths:
        return bool(wanted.paths & later.paths)
    if not (wanted.words and later.words):
        return True
    return len(wanted.words & later.words) >= LEAST_SHARED * min(len(wanted.words), len(later.words))
