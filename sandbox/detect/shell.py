"""A bash line as the simple commands that it would run, as far as that is certain.

`shlex` knows neither line ends, comments nor here-documents, so words are read here. What cannot be read (a quote that
is never closed) holds no command, and what stands in quotes, here-documents or variables is text, but for `bash -c`,
what is fed to a shell, and `$(…)`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.detect.simple import CLOSERS, WORKSPACE, Simple, operands, whole_path
from sandbox.detect.substitutions import lift_out

MOST_NESTED = 4
# A longer line is text that a command writes; its beginning says what for.
MOST_CHARACTERS = 100_000

_TOKEN = re.compile(
    r"""(?P<comment>(?<![^\s;&|()])\#[^\n]*)"""
    r"""|(?P<given>\0\d+\0)"""
    r"""|(?P<redirect>(?:\d*|&)(?:>>|>\||>&|<<<|<&|<>|>|<))"""
    r"""|(?P<break>&&|\|\||\|&|;;|[;&|()\n])"""
    r"""|(?P<word>(?:[^\s;&|<>()"'\\\0]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+)"""
    r"""|(?P<stray>[^\s])""",
    re.DOTALL,
)
_PIECE = re.compile(
    r"""'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|\\(?P<one>.)|(?P<plain>[^'"\\]+)""", re.DOTALL
)
_HEREDOC = re.compile(r"""(?<!<)<<-?[ \t]*(["']?)([\w.-]{1,64})\1([^\n]*)\n""")
_LIFTED = re.compile(r"\x01(\d+)\x01")
# Of its output, that is: what goes wrong is told elsewhere.
_TO_FILES = frozenset({">", ">>", ">|", "&>", "&>>", "1>", "1>>", "1>|"})
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_KEYWORDS = frozenset({"if", "then", "elif", "else", "while", "until", "do", "!", "{"})
_SHELLS = frozenset({"bash", "sh", "zsh", "dash"})
# What runs the command behind it, and its options that take a word of their own.
_WRAPPERS: Mapping[str, frozenset[str]] = {
    "timeout": frozenset({"-k", "-s", "--signal", "--kill-after"}),
    "env": frozenset({"-u", "-C", "--unset", "--chdir"}),
    "sudo": frozenset({"-u", "-g"}),
    "nice": frozenset({"-n"}),
    "ionice": frozenset({"-c", "-n"}),
    "time": frozenset({"-f", "-o"}),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
    "xargs": frozenset({"-n", "-I", "-P", "-L", "-d", "-a"}),
    "unbuffer": frozenset(),
    "nohup": frozenset(),
    "setsid": frozenset(),
    "exec": frozenset(),
    "command": frozenset(),
}
_OPENERS = frozenset({"{", "do", "then", "else"})


@dataclass(slots=True)
class _Segment:
    """What stands between two breaks. after: the break before it."""

    after: str
    words: list[str] = field(default_factory=list)
    into: list[str] = field(default_factory=list)
    read_from: list[str] = field(default_factory=list)
    given: str | None = None


def commands_of(tool: str, arguments: Mapping[str, Any]) -> list[Simple]:
    """The simple commands of a call; none of a call of anything but bash."""
    line = arguments.get("command")
    if tool != "bash" or not isinstance(line, str):
        return []
    # Both characters mark places here; no line that bash takes holds them.
    return list(_Reader().read(line[:MOST_CHARACTERS].replace("\0", "").replace("\1", ""), WORKSPACE, 0))


class _Reader:
    """Reads one line; here-documents are kept beside it, by number, for they may stand in what is read later."""

    def __init__(self) -> None:
        self._given: list[str] = []

    def read(self, line: str, folder: str, depth: int) -> Iterator[Simple]:
        """The commands of a line that begins in a folder."""
        line, scripts = lift_out(self._without_heredocs(line))
        # Of a subshell: where the shell around it stands, and what it reads.
        outer: list[tuple[str, Simple | None]] = []
        previous = folder
        piped: Simple | None = None
        fed_by: Simple | None = None
        before: Simple | None = None
        latest: Simple | None = None
        for segment in self._segments(line):
            if segment.after == "(":
                outer.append((folder, fed_by))
                fed_by = piped or fed_by
            elif segment.after == ")":
                folder, fed_by = outer.pop() if outer else (folder, fed_by)
                segment.words = segment.words or [")"]
            if segment.after == "(" or _OPENERS.intersection(segment.words[:1]):
                latest = None
            yield from self._nested(segment, scripts, folder, depth)
            source = before if segment.after in ("|", "|&") else None
            before, piped = None, source
            whole, fed = _unwrapped(segment.words)
            if not whole:
                continue
            program, rest = posixpath.basename(whole[0]), whole[1:]
            if program in ("cd", "pushd", "popd"):
                folder, previous = _gone_to(program, rest, folder, previous), folder
                continue
            before = Simple(
                words=tuple(_LIFTED.sub("$()", word) for word in (program, *rest)),
                path=whole[0],
                into=tuple(segment.into),
                folder=folder,
                read_from=tuple(segment.read_from),
                given=segment.given,
                source=source or (latest if program in CLOSERS else fed_by),
                fed=fed,
            )
            latest = before if before.says is not None else latest
            yield from self._run(before, depth)

    def _run(self, command: Simple, depth: int) -> Iterator[Simple]:
        """What a command runs, if it runs commands that can be read, or itself."""
        script = _script(command)
        if script is None:
            yield command
            if (found := _executed(command)) is not None:
                yield found
        elif depth < MOST_NESTED:
            yield from self.read(script, command.folder, depth + 1)

    def _nested(self, segment: _Segment, scripts: Sequence[str], folder: str, depth: int) -> Iterator[Simple]:
        """The commands whose output is part of a segment's words."""
        if depth < MOST_NESTED:
            for word in (*segment.words, *segment.into):
                for place in _LIFTED.findall(word):
                    if int(place) < len(scripts):
                        yield from self.read(scripts[int(place)], folder, depth + 1)

    def _without_heredocs(self, line: str) -> str:
        """The line with the number of each here-document in its place."""
        kept: list[str] = []
        position = 0
        while found := _HEREDOC.search(line, position):
            kept.append(f"{line[position : found.start()]}\0{len(self._given)}\0{found[3]}\n")
            ending = re.compile(rf"^\t*{re.escape(found[2])}$", re.MULTILINE).search(line, found.end())
            self._given.append(line[found.end() : ending.start() if ending else len(line)])
            position = ending.end() if ending else len(line)
        return "".join([*kept, line[position:]])

    def _segments(self, line: str) -> list[_Segment]:
        """What each simple command is made of; nothing at all if the line cannot be read."""
        found = [_Segment("")]
        redirected: str | None = None
        for token in _TOKEN.finditer(line.replace("\\\n", " ")):
            if token["stray"]:
                return []
            if token["redirect"]:
                redirected = token["redirect"]
            elif token["given"]:
                found[-1].given = self._given[int(token["given"][1:-1])]
            elif token["break"]:
                redirected = None
                found.append(_Segment(token["break"]))
            elif token["word"]:
                _take_word(found[-1], redirected, _bare(token["word"]))
                redirected = None
        return found


def _take_word(segment: _Segment, redirected: str | None, word: str) -> None:
    if redirected is None:
        segment.words.append(word)
    elif redirected == "<<<":
        segment.given = _LIFTED.sub("$()", word)
    elif redirected in ("<", "0<"):
        segment.read_from.append(word)
    elif redirected in _TO_FILES or (redirected in (">&", "1>&") and not re.fullmatch(r"[\d-]+", word)):
        segment.into.append(word)


def _gone_to(program: str, rest: Sequence[str], folder: str, previous: str) -> str:
    """Where a shell stands after it went somewhere."""
    to = operands(rest)[:1]
    return previous if program == "popd" or to == ["-"] else whole_path(to[0], folder) if to else folder


def _script(command: Simple) -> str | None:
    """The commands that a shell or eval is handed; None of another program, or where they are in a file."""
    program, rest = command.program, command.words[1:]
    if program == "eval":
        return " ".join(rest)
    if program not in _SHELLS:
        return None
    for place, word in enumerate(rest[:-1]):
        if re.fullmatch(r"-\w*c", word):
            return rest[place + 1]
    return command.reads if "-s" in rest or operands(rest) in ([], ["-"]) else None


def _executed(command: Simple) -> Simple | None:
    """What find runs on what it finds."""
    if command.program != "find":
        return None
    words = list(command.words)
    start = next((place + 1 for place, word in enumerate(words) if word in ("-exec", "-execdir", "-ok")), len(words))
    inner = words[start : next((place for place in range(start, len(words)) if words[place] in (";", "+")), len(words))]
    if not inner:
        return None
    name = posixpath.basename(inner[0])
    return Simple(words=(name, *inner[1:]), path=inner[0], into=(), folder=command.folder, fed=True)


def _bare(word: str) -> str:
    return _PIECE.sub(_text_of, word)


def _text_of(piece: re.Match[str]) -> str:
    if piece["double"] is not None:
        return re.sub(r'\\([$`"\\])', r"\1", piece["double"])
    return next(text for text in (piece["single"], piece["one"], piece["plain"]) if text is not None)


def _unwrapped(words: Sequence[str]) -> tuple[Sequence[str], bool]:
    """A command without keywords, variables and the programs that only run another, and whether xargs feeds it."""
    place, fed = 0, False
    while place < len(words):
        first = posixpath.basename(words[place])
        if first in _WRAPPERS:
            if first == "command" and words[place + 1 : place + 2] in (["-v"], ["-V"]):
                return [], False
            fed = fed or first == "xargs"
            place = _after_options(words, place + 1, _WRAPPERS[first])
            # Its first operand is how long.
            place += first == "timeout"
        elif first in _KEYWORDS or _ASSIGNMENT.match(words[place]):
            place += 1
        else:
            break
    return words[place:], fed


def _after_options(words: Sequence[str], place: int, taking: frozenset[str]) -> int:
    while place < len(words) and words[place].startswith("-"):
        place += 2 if words[place] in taking else 1
    return place
