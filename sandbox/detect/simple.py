"""One simple command of a bash line, and what its words say."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WORKSPACE = "/workspace"
# So far back a pipe is followed.
MOST_PIPED = 16
# What ends a group of commands: what they print goes where it says.
CLOSERS = frozenset({")", "}", "done", "fi", "esac"})
# What hands its input on as text, changed or not.
_FILTERS = CLOSERS | {"cat", "tee", "sed", "tr", "base64", "xxd", "awk", "head", "tail", "sort", "uniq", "envsubst"}
# Options of git itself that take a word of their own.
_GIT_TAKING = frozenset({"-C", "-c", "--git-dir", "--work-tree", "--namespace"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Simple:
    """A simple command.

    words: program first, by its name alone. path: the program as it was typed. into: files that its output goes to.
    read_from: files that it gets as input. folder: where it runs. given: the here-document or here-string that it
    reads. source: the command whose output it reads. fed: whether it gets operands from xargs or find.
    """

    words: tuple[str, ...]
    path: str
    into: tuple[str, ...]
    folder: str
    read_from: tuple[str, ...] = ()
    given: str | None = None
    source: Simple | None = None
    fed: bool = False

    @property
    def program(self) -> str:
        """The program's name."""
        return self.words[0]

    @property
    def says(self) -> str | None:
        """The text that it hands on, as far as the line itself carries it; None if it carries none."""
        for one in self.pipeline:
            if one.given is not None:
                return one.given
            if one.program in ("echo", "printf"):
                return " ".join(word for word in one.words[1:] if not re.fullmatch(r"-[neE]+", word))
            if one.program not in _FILTERS:
                return None
        return None

    @property
    def reads(self) -> str | None:
        """The text on its input, as far as the line itself carries it; None if it carries none."""
        return self.given if self.given is not None or self.source is None else self.source.says

    @property
    def pipeline(self) -> Iterator[Simple]:
        """This command and those that it gets its input from, backwards."""
        one: Simple | None = self
        for _ in range(MOST_PIPED):
            if one is None:
                return
            yield one
            one = one.source


def operands(words: Sequence[str], taking: frozenset[str] = frozenset()) -> list[str]:
    """Words that are no options, those after -- included. taking: options whose next word belongs to them."""
    found: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            return found + list(rest)
        if word in taking:
            next(rest, None)
        elif not word.startswith("-") or word == "-":
            found.append(word)
    return found


def has_flag(words: Sequence[str], letters: str, *names: str) -> bool:
    """Whether an option is among the words before --: one of the letters, alone or in a bundle, or a whole word."""
    before = words[: words.index("--")] if "--" in words else words
    return any(
        word in names or (re.fullmatch(r"-[A-Za-z]+", word) and not set(letters).isdisjoint(word[1:]))
        for word in before
    )


def whole_path(path: str, folder: str) -> str:
    """A path as seen from a folder, from the root on."""
    return posixpath.normpath(posixpath.join(folder, path))


def is_inside(path: str, folder: str) -> bool:
    """Whether a path, as seen from a folder, lies in the workspace."""
    whole = whole_path(path, folder)
    return whole == WORKSPACE or whole.startswith(f"{WORKSPACE}/")


def git_command(command: Simple) -> tuple[str, tuple[str, ...]] | None:
    """The subcommand of git and what follows it; None for other programs, without one, and outside the workspace."""
    if command.program != "git":
        return None
    words, folder = list(command.words[1:]), command.folder
    while words and words[0].startswith("-"):
        if words[0] == "-C":
            folder = whole_path("".join(words[1:2]), folder)
        words = words[2:] if words[0] in _GIT_TAKING else words[1:]
    return (words[0], tuple(words[1:])) if words and is_inside(".", folder) else None
