"""A bash line as the simple commands that it would run, as far as that is certain.

`shlex` knows neither line ends, comments nor here-documents, so words are read here. What cannot be read (a quote that
is never closed) holds no command, and what stands in quotes, here-documents or variables is text, but for `bash -c`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WORKSPACE = "/workspace"
MOST_NESTED = 4
# A longer line is text that a command writes; its beginning says what for.
MOST_CHARACTERS = 100_000

_TOKEN = re.compile(
    r"""(?P<comment>(?<![^\s;&|()])\#[^\n]*)"""
    r"""|(?P<redirect>(?:\d*|&)(?:>>|>\||>&|<<<|<&|<>|>|<))"""
    r"""|(?P<break>&&|\|\||\|&|;;|[;&|()\n])"""
    r"""|(?P<word>(?:[^\s;&|<>()"'\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+)"""
    r"""|(?P<stray>[^\s])""",
    re.DOTALL,
)
_PIECE = re.compile(
    r"""'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|\\(?P<one>.)|(?P<plain>[^'"\\]+)""", re.DOTALL
)
_HEREDOC = re.compile(r"""(?<!<)<<-?[ \t]*(["']?)([\w.-]{1,64})\1([^\n]*)\n""")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_KEYWORDS = frozenset({"if", "then", "elif", "else", "while", "until", "do", "!", "{"})
_SHELLS = frozenset({"bash", "sh", "zsh", "dash"})
# What runs the command behind it, and its options that take a word of their own.
_WRAPPERS: Mapping[str, frozenset[str]] = {
    "timeout": frozenset({"-k", "-s", "--signal", "--kill-after"}),
    "env": frozenset({"-u", "-C", "--unset", "--chdir"}),
    "sudo": frozenset({"-u", "-g"}),
    "nice": frozenset({"-n"}),
    "time": frozenset({"-f", "-o"}),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
    "xargs": frozenset({"-n", "-I", "-P", "-L", "-d", "-a"}),
    "nohup": frozenset(),
    "setsid": frozenset(),
    "exec": frozenset(),
    "command": frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Simple:
    """A simple command.

    words: program first, by its name alone. into: files that its output goes to. folder: where it runs.
    """

    words: tuple[str, ...]
    into: tuple[str, ...]
    folder: str

    @property
    def program(self) -> str:
        """The program's name."""
        return self.words[0]


def commands_of(tool: str, arguments: Mapping[str, Any]) -> list[Simple]:
    """The simple commands of a call; none of a call of anything but bash."""
    line = arguments.get("command")
    return list(_read(line, WORKSPACE, 0)) if tool == "bash" and isinstance(line, str) else []


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


def _read(line: str, folder: str, depth: int) -> Iterator[Simple]:
    for words, into in _segments(_without_heredocs(line[:MOST_CHARACTERS])):
        whole = _unwrapped(words)
        if not whole:
            continue
        program, rest = posixpath.basename(whole[0]), whole[1:]
        if program in ("cd", "pushd"):
            folder = posixpath.normpath(posixpath.join(folder, *operands(rest)[:1]))
        elif (script := _script(program, rest)) is not None:
            if depth < MOST_NESTED:
                yield from _read(script, folder, depth + 1)
        else:
            yield Simple(words=(program, *rest), into=tuple(into), folder=folder)


def _script(program: str, rest: Sequence[str]) -> str | None:
    """The commands in the arguments of a shell or of eval."""
    if program == "eval":
        return " ".join(rest)
    for place, word in enumerate(rest[:-1]):
        if program in _SHELLS and re.fullmatch(r"-\w*c", word):
            return rest[place + 1]
    return None


def _without_heredocs(line: str) -> str:
    kept: list[str] = []
    position = 0
    while found := _HEREDOC.search(line, position):
        kept.append(f"{line[position : found.start()]}{found[3]}\n")
        ending = re.compile(rf"^\t*{re.escape(found[2])}$", re.MULTILINE).search(line, found.end())
        position = ending.end() if ending else len(line)
    return "".join([*kept, line[position:]])


def _segments(line: str) -> list[tuple[list[str], list[str]]]:
    """Words and targets of each simple command; none at all if the line cannot be read."""
    found: list[tuple[list[str], list[str]]] = [([], [])]
    redirected: str | None = None
    for token in _TOKEN.finditer(line.replace("\\\n", " ")):
        if token["stray"]:
            return []
        if token["redirect"]:
            redirected = token["redirect"]
        elif token["break"]:
            redirected = None
            found.append(([], []))
        elif token["word"]:
            if redirected is None:
                found[-1][0].append(_bare(token["word"]))
            elif ">" in redirected and not redirected.endswith("&"):
                found[-1][1].append(_bare(token["word"]))
            redirected = None
    return found


def _bare(word: str) -> str:
    return _PIECE.sub(_text_of, word)


def _text_of(piece: re.Match[str]) -> str:
    if piece["double"] is not None:
        return re.sub(r'\\([$`"\\])', r"\1", piece["double"])
    return next(text for text in (piece["single"], piece["one"], piece["plain"]) if text is not None)


def _unwrapped(words: Sequence[str]) -> Sequence[str]:
    """A command without keywords, variables and the programs that only run another."""
    place = 0
    while place < len(words):
        first = posixpath.basename(words[place])
        if first in _WRAPPERS:
            if first == "command" and words[place + 1 : place + 2] in (["-v"], ["-V"]):
                return []
            place = _after_options(words, place + 1, _WRAPPERS[first])
            # Its first operand is how long.
            place += first == "timeout"
        elif first in _KEYWORDS or _ASSIGNMENT.match(words[place]):
            place += 1
        else:
            break
    return words[place:]


def _after_options(words: Sequence[str], place: int, taking: frozenset[str]) -> int:
    while place < len(words) and words[place].startswith("-"):
        place += 2 if words[place] in taking else 1
    return place
