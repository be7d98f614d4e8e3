"""What a call was for, so far as its arguments can be read: whether a later call puts a faulty one right.

What is compared depends on what the call does:

    read, write, list  the path, exactly, from the workspace on; write_file, edit_file and `sed -i` alike write
    search, find       most words of the pattern, in text or in names of files
    run                the command (`commands.is_similar`)
    submit             nothing
    anything else      the same tool, and half of the words of its arguments

A shell command does what its first part does: `cat a.py` reads a.py. A path or a command that was cut short is
compared as far as it goes. Where nothing can be read of what a call was given, no other one can be said to be for the
same, unless that one was given nothing either.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.detect.command_parts import plain_path
from sandbox.detect.commands import Command, is_similar, patched_paths, read_command
from sandbox.detect.foreign import deed_of, folder_of, is_named_in, is_test_run, plain_name, programs_for, runs_tests
from sandbox.detect.garbled import MOST_READ
from sandbox.tooling import SUBMIT, SUBMIT_SOLUTION

# Text to be written or replaced says little about what a call was for, and changes from one attempt to the next.
BULK = frozenset(
    {"content", "contents", "old", "new", "text", "patch", "diff", "body", "message", "code", "description"}
)
_CONTENT_KEYS = ("content", "contents", "text", "file_text")
_PATH_KEYS = ("path", "paths", "file", "files", "filename", "filepath", "dir", "directory", "folder")
_COMMAND_KEYS = ("command", "cmd", "commands", "script", "shell", "bash", "code", "input", "")
_WORD = re.compile(r"[\w./-]{2,}")
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
    SUBMIT_SOLUTION: "submit",
}
ON_PATHS = frozenset({"read", "write", "list"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a call was for.

    tool: None if the call named none. foreign: whether none of that name is offered.
    does: read, write, list, search, find, run or submit; None for anything else. or_does: what would be the same here
    (an empty file is written by creating it).
    paths: from the workspace on. cut_path: the beginning of one that was cut short.
    command: of a call that runs one; line: as it was written. words: of patterns, ids and other short values.
    corrects: whether it was given something else too, and that was itself at fault.
    """

    tool: str | None
    foreign: bool
    does: str | None
    or_does: str | None
    paths: frozenset[str]
    cut_path: str | None
    command: Command | None
    line: str | None
    words: frozenset[str]
    corrects: bool

    @property
    def is_blank(self) -> bool:
        """Whether nothing could be read of what it was given."""
        return not (self.paths or self.cut_path or self.command or self.words)

    @property
    def is_vague(self) -> bool:
        """Whether it cannot be told which file or what else it was for."""
        return self.is_blank or (self.does in ON_PATHS and not self.paths and self.cut_path is None)


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
        arguments: as they are, or as much of them as is `garbled.readable`.
        cut: the argument that was cut short.
        foreign: whether no tool of that name is offered.
        blamed: arguments that were themselves at fault, and so say nothing about what was wanted.
    """
    name = plain_name(tool)
    told = {key: value for key, value in arguments.items() if key not in blamed or isinstance(value, list)}
    does, choosing = _OWN.get(name), None
    if foreign and does is None:
        does, choosing = deed_of(name, told, any(map(is_path_key, told)))
    told = {key: value for key, value in told.items() if key != choosing}
    line = _line(told, does, foreign=foreign)
    command = None if line is None else read_command(line[1], cut=line[0] == cut)
    paths, cut_path = _paths(told, does, cut)
    words = frozenset() if command or does == "run" else _words(told, does)
    if foreign and does == "find" and (folder := folder_of(told)) is not None:
        does, paths, words = "list", frozenset([plain_path(folder)]), frozenset()
    if foreign and does == "list" and not told:
        paths = frozenset(["."])
    return Target(
        tool=name or None,
        foreign=foreign,
        does=does,
        or_does=_or_does(told, does, cut, foreign=foreign),
        paths=paths,
        cut_path=cut_path,
        command=command,
        line=None if line is None else line[1],
        words=words,
        corrects=any(arguments[key] not in ("", None) for key in blamed if key in arguments and key not in told),
    )


def _is_path(key: str, does: str | None) -> bool:
    return is_path_key(key) or (not key and does in ON_PATHS)


def _paths(arguments: Mapping[str, Any], does: str | None, cut: str | None) -> tuple[frozenset[str], str | None]:
    """Paths among arguments, and the one that was cut short."""
    paths = {
        plain_path(text) for key, text in _values(arguments) if _is_path(key, does) and key != cut and text.strip()
    }
    for key, text in _values(arguments):
        if key.lower() in ("patch", "diff", "input"):
            paths |= patched_paths(text[:MOST_READ])
    cut_path = str(arguments[cut]).strip() if cut in arguments and cut is not None and _is_path(cut, does) else ""
    return frozenset(paths), plain_path(cut_path) if cut_path else None


def _line(arguments: Mapping[str, Any], does: str | None, *, foreign: bool) -> tuple[str, str] | None:
    """The command line among the arguments of a call that runs one, after the name of its argument."""
    if does != "run" and not (foreign and does is None and {"command", "cmd"} & set(arguments)):
        return None
    for key in _COMMAND_KEYS:
        value = arguments.get(key)
        if isinstance(value, list):
            value = " ".join(f"'{one}'" if " " in one else one for one in value if isinstance(one, str))
        if isinstance(value, str) and value.strip():
            return key, value[:MOST_READ]
    return None


def _words(arguments: Mapping[str, Any], does: str | None) -> frozenset[str]:
    """Of what is short and no path; else of what is long; else numbers."""
    short: set[str] = set()
    bulk: set[str] = set()
    for key, text in _values(arguments):
        if not _is_path(key, does) and text.strip():
            found = _WORD.findall(text[:MOST_READ])[:MOST_WORDS] or [text.strip()]
            (bulk if key.lower() in BULK else short).update(found)
    if does is not None:
        return frozenset(short or bulk)
    return frozenset(short or bulk or {f"{key} {value}" for key, value in arguments.items() if _is_number(value)})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _values(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in arguments.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                yield key, one
            elif isinstance(one, int) and key.lower().endswith("id") and not isinstance(one, bool):
                yield key, str(one).zfill(2)


def _or_does(arguments: Mapping[str, Any], does: str | None, cut: str | None, *, foreign: bool) -> str | None:
    if does == "write" and cut is None and any(arguments.get(key) == "" for key in _CONTENT_KEYS):
        return "create"
    # An editor views folders too.
    return "list" if foreign and does == "read" else None


def reaches(later: Target, wanted: Target) -> bool:
    """Whether a call that went well is for the same as a faulty one; see the top of this file."""
    if "submit" in (later.does, wanted.does):
        return later.does == wanted.does
    if wanted.foreign and wanted.does is None and wanted.command is None:
        return _serves(later, wanted)
    if wanted.command is not None:
        return _does_command(later, wanted.command)
    if wanted.is_blank:
        corrected = wanted.corrects and wanted.does != "run" and not wanted.foreign
        same = later.tool == wanted.tool or (wanted.foreign and later.does == wanted.does)
        return same and (later.is_blank or corrected)
    if wanted.does is None:
        return later.tool == wanted.tool and _share_words(later, wanted)
    return _does_same(later, wanted)


def may_serve(later: Target, wanted: Target) -> bool:
    """Whether a call that went well may have been for the same, where it cannot be told what for exactly."""
    if not wanted.is_vague or later.does == "submit":
        return False
    if wanted.tool is None or later.tool == wanted.tool:
        return True
    if wanted.does is None:
        return False
    command = later.command
    if command is None:
        return later.does == wanted.does
    deeds = {does for does, _ in command.touches} | {"run"} | ({"search"} if command.searches else set())
    return wanted.does in deeds


def _does_same(later: Target, wanted: Target) -> bool:
    """Whether a call does to the same files, or looks for the same, as a file tool was called to."""
    does = {wanted.does, wanted.or_does}
    command = later.command
    if command is None:
        if later.does not in does:
            return False
        there, paths = later.words | later.paths, later.paths
    else:
        there, paths = command.operands, frozenset(path for deed, path in command.touches if deed in does)
    if wanted.does in ("search", "find") and wanted.words:
        looks = command is None or (command.searches if wanted.does == "search" else command.finds)
        return (looks or (command is not None and wanted.foreign and command.finds)) and _most(wanted.words, there)
    if wanted.paths or wanted.cut_path is not None:
        return _same_path(paths, wanted)
    if command is not None and not paths:
        return False
    return wanted.foreign or _most(wanted.words | {plain_path(word) for word in wanted.words}, there)


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


def _most(wanted: frozenset[str], there: frozenset[str]) -> bool:
    loose = there | {word for one in there for word in _WORD.findall(one)}
    loose |= {word.strip("/") for word in loose}
    wanted = frozenset(word.strip("/") or word for word in wanted)
    return 2 * len(wanted & loose) > len(wanted)


def _serves(later: Target, wanted: Target) -> bool:
    """Whether any tool does what one that is not there was called for: its deed, on its path, its words, or by name."""
    command = later.command
    if runs_tests(wanted.tool):
        if later.line is None or not is_test_run(later.line):
            return False
        if wanted.is_blank or (command and command.bare):
            return True
    elif programs := programs_for(wanted.tool):
        if command is None and later.does is not None:
            return False
        if command is not None and not programs & {*command.programs, *command.operands, *command.options}:
            return False
        if wanted.is_blank and command is not None:
            return True
    if wanted.paths:
        mentioned = command.operands | {path for _, path in command.touches} if command else later.words
        return bool(wanted.paths & (later.paths | mentioned))
    if wanted.words:
        there = command.operands | frozenset(command.programs) if command else later.words
        shared = wanted.words & there.union(*(_WORD.findall(one) for one in there))
        return bool(shared) and 2 * len(shared) >= min(len(wanted.words), len(there))
    if command is None:
        return is_named_in(wanted.tool, [later.tool or ""])
    reads = command.finds or command.searches or any(does == "read" for does, _ in command.first)
    return is_named_in(wanted.tool, () if reads else command.operands, programs=command.programs)


def _share_words(later: Target, wanted: Target) -> bool:
    if later.paths and (wanted.paths or wanted.cut_path):
        return _same_path(later.paths, wanted)
    if not wanted.words:
        return False
    return len(wanted.words & later.words) >= LEAST_SHARED * max(1, min(len(wanted.words), len(later.words)))
