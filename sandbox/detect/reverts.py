"""Whether a call deliberately takes work back: checkout, stash, revert, undo."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.detect.shell import Simple, commands_of, has_flag, operands

# Options of git itself that take a word of their own.
_GIT_TAKING = frozenset({"-C", "-c", "--git-dir", "--work-tree", "--namespace"})
_BACKUPS = (".orig", ".bak", ".backup", ".old", ".save", "~")


def is_revert(tool: str, arguments: Mapping[str, Any]) -> bool:
    """Whether a call is, or holds, a deliberate revert of files in the workspace."""
    return any(_reverts(command) for command in commands_of(tool, arguments))


def git_command(command: Simple) -> tuple[str, tuple[str, ...]] | None:
    """The subcommand of git and what follows it; None for other programs and without one."""
    if command.program != "git":
        return None
    words = list(command.words[1:])
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] in _GIT_TAKING else words[1:]
    return (words[0], tuple(words[1:])) if words else None


def _reverts(command: Simple) -> bool:
    git = git_command(command)
    if git is not None:
        name, rest = git
        if name == "show":
            return _shows_into(rest, command.into)
        return name in _GIT and "--help" not in rest and _GIT[name](rest)
    rest = command.words[1:]
    if command.program == "patch":
        return has_flag(rest, "R", "--reverse") and "--dry-run" not in rest
    return command.program in ("cp", "mv") and _puts_back(operands(rest))


def _stash(rest: Sequence[str]) -> bool:
    return not rest or rest[0].startswith("-") or rest[0] in ("push", "pop", "apply", "save")


def _checkout(rest: Sequence[str]) -> bool:
    if has_flag(rest, "bB", "--orphan"):
        return False
    return bool(operands(rest)) or has_flag(rest, "p", "--patch")


def _switch(rest: Sequence[str]) -> bool:
    return bool(operands(rest)) and not has_flag(rest, "cC", "--create", "--force-create", "--orphan")


def _restore(rest: Sequence[str]) -> bool:
    """With --staged alone only the index is put back."""
    return has_flag(rest, "W", "--worktree") or not has_flag(rest, "S", "--staged")


def _clean(rest: Sequence[str]) -> bool:
    return has_flag(rest, "f", "--force") and not has_flag(rest, "n", "--dry-run")


def _apply(rest: Sequence[str]) -> bool:
    return has_flag(rest, "R", "--reverse") and not any(word in rest for word in ("--check", "--stat", "--cached"))


_GIT: Mapping[str, Callable[[Sequence[str]], bool]] = {
    "stash": _stash,
    "checkout": _checkout,
    "switch": _switch,
    "restore": _restore,
    "reset": lambda rest: any(word in rest for word in ("--hard", "--merge", "--keep")),
    "revert": lambda rest: bool(rest),
    "clean": _clean,
    "apply": _apply,
}


def _shows_into(rest: Sequence[str], into: Sequence[str]) -> bool:
    """git show REV:a/x.py > b/x.py"""
    shown = [posixpath.basename(word.partition(":")[2]) for word in operands(rest) if ":" in word]
    return any(posixpath.basename(target) in shown for target in into)


def _puts_back(paths: Sequence[str]) -> bool:
    """cp x.orig x"""
    if len(paths) != 2:
        return False
    source, target = map(posixpath.basename, paths)
    return any(source == target + ending for ending in _BACKUPS)
