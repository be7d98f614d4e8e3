"""What tools of other harnesses do, as their names and arguments tell."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from sandbox.detect.command_parts import names
from sandbox.detect.selfchecks import own_check

_PREFIX = re.compile(r"\A(?:functions|default_api|tools?)[.:]")
_HANDS_IN = re.compile(r"submit|finish|done\b|complete|task_complete|final_answer|end_task", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_DEEDS = {
    "run": names("bash shell sh terminal command cmd execute exec run"),
    "write": names("write create edit replace insert append save patch update modify overwrite undo"),
    "list": names("ls list dir tree"),
    "find": frozenset(["glob"]),
    "search": names("grep search find rg"),
    "read": names("read view open cat show get load"),
}
_OF_FILES = names("file files dir directory folder str text patch diff code lines apply based tool editor in the a")
# A pattern that any name in a folder fits.
_ANY_NAME = re.compile(r"((?:[^*?\[{]*/)?)\*{1,2}(?:/\*{1,2})?")
# Arguments that say which of several things an editor is to do.
_CHOOSING = ("command", "cmd", "action", "operation", "op", "mode", "subcommand", "sub_command")
_EDITOR = re.compile(r"edit", re.IGNORECASE)
_TESTS = names("test tests pytest unittest unittests testsuite")
_BEFORE_TESTS = _TESTS | names("run rerun execute exec start launch do perform call unit all py python")
# Programs and words of commands that do what a word in a name says.
_PROGRAMS = {
    **dict.fromkeys(("delete", "remove", "rm", "unlink"), names("rm unlink rmdir -delete")),
    **dict.fromkeys(("move", "rename", "mv"), frozenset(["mv"])),
    **dict.fromkeys(("copy", "cp", "duplicate"), names("cp rsync")),
    "lint": names("lint ruff flake8 pylint pyflakes eslint"),
    "format": names("format fmt black ruff isort autopep8 prettier gofmt"),
    "typecheck": names("mypy pyright tsc typecheck"),
    "install": frozenset(["install", "sync"]),
}


def plain_name(name: str | None) -> str:
    """A tool's name without what some clients put before it."""
    return _PREFIX.sub("", name or "")


def words_of(name: str | None) -> list[str]:
    """The words that a name is made of."""
    return [word.lower() for word in _WORD.findall(name or "")]


def deed_of(name: str, arguments: Mapping[str, Any], has_path: bool) -> tuple[str | None, str | None]:
    """What a tool does (as in `Target.does`), and the argument that said so, if one did."""
    if _HANDS_IN.match(name):
        return "submit", None
    own = _deed(words_of(name), of_files=has_path)
    if own != "run" and (has_path or _EDITOR.search(name)):
        for key in _CHOOSING:
            value = arguments.get(key)
            if isinstance(value, str) and re.fullmatch(r"[A-Za-z_]{2,20}", value):
                deed = _deed(words_of(value), of_files=False)
                if deed is not None:
                    return deed, key
    return own, None


def _deed(words: list[str], *, of_files: bool) -> str | None:
    for deed, known in _DEEDS.items():
        found = [word for word in words if word in known]
        rest = [word for word in words if word not in known and word not in _OF_FILES]
        if found and (not rest or (of_files and deed != "run" and words[0] in known)):
            return deed
    return None


def folder_of(arguments: Mapping[str, Any]) -> str | None:
    """The folder of which a tool that finds files is to list everything, if that is what its pattern says."""
    for value in arguments.values():
        if isinstance(value, str) and (found := _ANY_NAME.fullmatch(value)):
            return found[1]
    return None


def runs_tests(name: str | None) -> bool:
    """Whether a tool of that name runs tests."""
    words = words_of(name)
    return bool(_TESTS & set(words)) and words[0] in _BEFORE_TESTS


@lru_cache(maxsize=4096)
def is_test_run(line: str) -> bool:
    """Whether a command line runs tests."""
    return own_check("bash", {"command": line}) == "tests"


def programs_for(name: str | None) -> frozenset[str]:
    """What a command would have to hold to do what the name says; empty where no such thing is known."""
    return frozenset().union(*(_PROGRAMS.get(word, frozenset()) for word in words_of(name)))


def is_known_deed(name: str | None) -> bool:
    """Whether it can be told of a command, by its programs alone, that it does what the name says."""
    return runs_tests(name) or bool(programs_for(name))


def is_named_in(name: str | None, there: Collection[str], *, programs: Collection[str] = ()) -> bool:
    """Whether a word of a name is one of those, whole or between marks (`order` in list_orders), or the only one a
    program.
    """
    words = words_of(name)
    if len(words) == 1 and words[0] in programs:
        return True
    whole = {one.lower() for one in there}
    pieces = {piece.rstrip("s") for one in there for piece in words_of(one) if "/" not in one and "." not in one}
    own = [word for word in words if word not in programs]
    return any(word in whole or (len(word) > 3 and word.rstrip("s") in pieces) for word in own)
