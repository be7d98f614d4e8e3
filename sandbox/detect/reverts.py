"""Whether a call deliberately takes work back (checkout, stash, revert, undo), and whether it writes text beside."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sandbox.detect.shell import commands_of
from sandbox.detect.simple import Simple, git_command, has_flag, is_inside, operands, whole_path
from sandbox.detect.writes import writes_text

__all__ = ["is_revert", "writes_text"]

_BACKUPS = (".orig", ".bak", ".backup", ".old", ".save", "~")
_BACKUP_STEM = re.compile(r"(?P<stem>.+)[._-](?:orig|original|bak|backup|old|saved?)")
# x{.bak,} is x.bak x
_BRACES = re.compile(r"(?P<before>[^{}]*)\{(?P<one>[^{},]*),(?P<other>[^{},]*)\}")
_ENDING = frozenset({"--abort"})


def is_revert(tool: str, arguments: Mapping[str, Any]) -> bool:
    """Whether a call is, or holds, a deliberate revert of files in the workspace."""
    # Files that an earlier state of some file, or of all, was put into.
    kept: set[str] = set()
    for command in commands_of(tool, arguments):
        if _reverts(command) or _brings_back(command, kept):
            return True
        kept.update(_keeps(command))
    return False


def _reverts(command: Simple) -> bool:
    git = git_command(command)
    if git is not None:
        name, rest = git
        if name not in _GIT or "--help" in rest or "-h" in rest:
            return False
        # What it is fed with counts as an operand.
        return _GIT[name]((*rest, ".") if command.fed else rest) or (name == "apply" and _undoes(command, rest))
    rest = command.words[1:]
    if command.program == "patch":
        return "--dry-run" not in rest and (has_flag(rest, "R", "--reverse") or _undoes(command, rest))
    if command.program in ("cp", "mv"):
        return _puts_back(operands(rest), command.folder)
    targets = [path for path in _targets(command) if is_inside(path, command.folder)]
    sources = [path for one in command.pipeline if one.program == "cat" for path in operands(one.words[1:])]
    return any(_is_backup(source, target) for source in sources for target in targets)


def _stash(rest: Sequence[str]) -> bool:
    return not rest or rest[0].startswith("-") or rest[0] in ("push", "pop", "apply", "save", "branch")


def _checkout(rest: Sequence[str]) -> bool:
    if has_flag(rest, "f", "--force"):
        return True
    if has_flag(rest, "bB", "--orphan"):
        return _branches_off(rest)
    files = any(word.startswith("--pathspec-from-file") for word in rest)
    return files or bool(operands(rest)) or has_flag(rest, "p", "--patch")


def _switch(rest: Sequence[str]) -> bool:
    if has_flag(rest, "f", "--force", "--discard-changes"):
        return True
    if has_flag(rest, "cC", "--create", "--force-create", "--orphan"):
        return _branches_off(rest)
    return bool(operands(rest))


def _branches_off(rest: Sequence[str]) -> bool:
    """A new branch that begins elsewhere than here."""
    return "--orphan" not in rest and len(operands(rest)) > 1 and operands(rest)[1] not in ("HEAD", "@")


def _restore(rest: Sequence[str]) -> bool:
    """With --staged alone only the index is put back."""
    return has_flag(rest, "W", "--worktree") or not has_flag(rest, "S", "--staged")


def _clean(rest: Sequence[str]) -> bool:
    return has_flag(rest, "f", "--force") and not has_flag(rest, "n", "--dry-run")


def _apply(rest: Sequence[str]) -> bool:
    return has_flag(rest, "R", "--reverse") and _applies(rest)


def _applies(rest: Sequence[str]) -> bool:
    idle = ("--check", "--stat", "--cached", "--numstat", "--summary")
    return "--apply" in rest or not any(word in rest for word in idle)


def _checkout_index(rest: Sequence[str]) -> bool:
    if any(word == "--temp" or word.startswith("--prefix") for word in rest):
        return False
    return has_flag(rest, "fa", "--force", "--all") or bool(operands(rest))


def _read_tree(rest: Sequence[str]) -> bool:
    return has_flag(rest, "u") and has_flag(rest, "m", "--reset") and not has_flag(rest, "n", "--dry-run")


def _aborts(rest: Sequence[str]) -> bool:
    return not _ENDING.isdisjoint(rest)


def _revert(rest: Sequence[str]) -> bool:
    """An abort puts back what was there before; --quit leaves everything as it is."""
    return bool(rest) and "--quit" not in rest


def _bisect(rest: Sequence[str]) -> bool:
    return rest[:1] != () and rest[0] in ("good", "bad", "old", "new", "skip", "reset", "run", "replay", "start")


_GIT: Mapping[str, Callable[[Sequence[str]], bool]] = {
    "stash": _stash,
    "checkout": _checkout,
    "switch": _switch,
    "restore": _restore,
    "reset": lambda rest: any(word in rest for word in ("--hard", "--merge", "--keep")),
    "revert": _revert,
    "clean": _clean,
    "apply": _apply,
    "checkout-index": _checkout_index,
    "read-tree": _read_tree,
    "merge": _aborts,
    "rebase": _aborts,
    "am": _aborts,
    "cherry-pick": _aborts,
    "bisect": _bisect,
}


def _undoes(command: Simple, rest: Sequence[str]) -> bool:
    """git diff -R | git apply"""
    for one in command.pipeline:
        name, asked = git_command(one) or ("", ())
        if (name in ("diff", "show") and has_flag(asked, "R")) or (name == "stash" and asked[:1] == ("show",)):
            return _applies(rest)
    return False


def _shown(command: Simple) -> list[str]:
    """The files of an earlier state that a command prints: git show REV:x.py"""
    name, rest = git_command(command) or ("", ())
    if name not in ("show", "cat-file"):
        return []
    return [word.partition(":")[2] for word in operands(rest) if ":" in word]


def _is_archive(command: Simple) -> bool:
    return (git_command(command) or ("",))[0] == "archive"


def _targets(command: Simple) -> list[str]:
    """The files that a command's output goes to."""
    named = operands(command.words[1:]) if command.program in ("tee", "sponge") else []
    return [*command.into, *named]


def _keeps(command: Simple) -> Iterator[str]:
    """The files that an earlier state is put into, beside the one that it is of."""
    if any(_shown(one) or _is_archive(one) for one in command.pipeline):
        yield from (whole_path(path, command.folder) for path in _targets(command))
    if _is_archive(command):
        words = command.words
        names = [*map("".join, pairwise(words)), *words]
        found = (re.fullmatch(r"(?:-o|--output=?)([^-=].*)", name) for name in names)
        yield from (whole_path(match[1], command.folder) for match in found if match)


def _brings_back(command: Simple, kept: Iterable[str]) -> bool:
    """git show REV:a/x.py > a/x.py; git archive REV | tar x; cp of what such a command was put into."""
    inside = [path for path in _targets(command) if is_inside(path, command.folder)]
    for one in command.pipeline:
        shown = [posixpath.basename(path) for path in _shown(one)]
        if any(posixpath.basename(path) in shown for path in inside):
            return True
        if _is_archive(one) and _unpacks(command):
            return True
    named = [whole_path(word, command.folder) for word in operands(command.words[1:])]
    if not any(path in kept for path in named):
        return False
    if command.program in ("cp", "mv"):
        return is_inside(named[-1], "/")
    return _unpacks(command) or (command.program == "cat" and bool(inside))


def _unpacks(command: Simple) -> bool:
    """Whether tar unpacks into the workspace."""
    words = command.words[1:]
    if command.program not in ("tar", "bsdtar") or not words:
        return False
    folders = [after for word, after in pairwise(words) if word in ("-C", "--directory")]
    folders += [word.partition("=")[2] for word in words if word.startswith("--directory=")]
    asked = "--extract" in words or "--get" in words or has_flag(words, "x") or re.fullmatch(r"\w*x\w*", words[0])
    return bool(asked) and is_inside("".join(folders[-1:]), command.folder)


def _puts_back(paths: Sequence[str], folder: str) -> bool:
    """cp x.orig x"""
    if len(paths) == 1 and (braces := _BRACES.fullmatch(paths[0])):
        paths = [braces["before"] + braces["one"], braces["before"] + braces["other"]]
    return len(paths) == 2 and is_inside(paths[1], folder) and _is_backup(*paths)


def _is_backup(path: str, of: str) -> bool:
    """Whether a file is a copy of another one that was kept, by its name."""
    source, target = posixpath.basename(path), posixpath.basename(of)
    if any(source == target + ending for ending in _BACKUPS):
        return True
    (stem, ending), (target_stem, target_ending) = posixpath.splitext(source), posixpath.splitext(target)
    kept = _BACKUP_STEM.fullmatch(stem)
    return kept is not None and kept["stem"] == target_stem and ending == target_ending
