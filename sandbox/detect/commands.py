"""Shell commands, read as far as is needed to say what they are for: programs, operands, files read and written.

No shell: a command that was cut short is read like any other, and nothing is ever run by what stands here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

WORKSPACE = "/workspace"
MOST_TOKENS = 400
# Beyond that a token is text (a program, a pattern), and its words are compared.
LONGEST_TOKEN = 60

_TOKEN = re.compile(
    r"""(?P<quoted>"(?:[^"\\]|\\.)*"?|'[^']*'?)|(?P<mark>>>|<<<|<<-?|&>|[0-9]?>&?|&&|\|\||[;&|<()\n])|(?P<plain>(?:\\.|[^\s;&|<>()"'\\])+)|\\""",
    re.DOTALL,
)
_HEREDOC = re.compile(r"<<-?[ \t]*([\"']?)(\w{1,64})\1([^\n]*)\n")
_WORD = re.compile(r"[\w./-]{2,}")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_DURATION = re.compile(r"\d+(?:\.\d+)?[smhd]?")
_PATCHED = re.compile(r"^(?:\*\*\* (?:Update|Add|Delete) File: |\+\+\+ (?:b/)?)([^\s\\]+)", re.MULTILINE)
_WRITES_TEXT = re.compile(r"\bwrite(?:_text|lines|File|FileSync)?\(|,\s*[\"'][wa]b?\+?[\"']")
_READS_TEXT = re.compile(r"\bopen\(|\bread(?:_text|lines|File|FileSync)?\(")

_BREAKS = frozenset({"&&", "||", ";", "&", "|", "(", ")", "\n"})
_WRAPPERS = frozenset({"sudo", "time", "timeout", "env", "nohup", "exec", "command", "stdbuf", "nice", "xargs"})
_SHELLS = frozenset({"bash", "sh", "zsh", "dash"})
_PREPARE = frozenset({"cd", "export", "set", "source", ".", "pushd"})
_INTERPRETERS = frozenset({"python", "node", "perl", "ruby"})
_READERS = frozenset(
    [
        "cat",
        "head",
        "tail",
        "less",
        "more",
        "nl",
        "bat",
        "awk",
        "gawk",
        "sed",
        "xxd",
        "od",
        "hexdump",
        "tac",
        "strings",
        "cut",
    ]
)
_WRITERS = frozenset({"tee", "patch", "cp", "mv", "ed", "ex", "touch", "install", "dd"})
_LISTERS = frozenset({"ls", "tree", "find", "du", "fd", "dir", "exa"})
_SEARCHERS = frozenset({"grep", "egrep", "fgrep", "rg", "ag", "ack", "git grep"})
# Programs that print what is in files, or what comes from such programs.
PRINTERS = (_READERS | _SEARCHERS) - {"awk", "gawk"} | frozenset({"wc", "sort", "uniq", "file", "stat", "diff"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command line.

    programs: of each of its parts, in order, without what only prepares (cd, variables, sudo).
    operands: what the programs are given, paths from the workspace, long ones word by word; options apart.
    last: the last token where the command was cut short, so that it may go on; None otherwise.
    reads, writes, lists: paths of its first part. searches: whether the first part looks for something.
    touches: every path that any part reads, writes or lists, by what is done: ("read", path) …
    """

    programs: tuple[str, ...]
    operands: frozenset[str]
    options: frozenset[str]
    last: str | None
    bare: bool
    searches: bool
    first: frozenset[tuple[str, str]]
    touches: frozenset[tuple[str, str]]


@dataclass(slots=True)
class _Part:
    program: str
    options: list[str]
    operands: list[str]
    into: list[str]
    out_of: list[str]
    text: str


def plain_path(path: str, folder: str = WORKSPACE) -> str:
    """A path from the workspace on, the same for all ways to write it; absolute where it leads out of it."""
    whole = posixpath.normpath(posixpath.join(folder, path.strip() or "."))
    whole = whole[1:] if whole.startswith("//") else whole
    return "." if whole == WORKSPACE else whole.removeprefix(f"{WORKSPACE}/")


def patched_paths(text: str) -> frozenset[str]:
    """The files that a patch in a text is for."""
    return frozenset(plain_path(path) for path in _PATCHED.findall(text))


def read_command(text: str, *, cut: bool = False) -> Command | None:
    """What a command line is for; None if there is nothing in it.

    Args:
        cut: whether it was cut short, so that its last token may be half of one.
    """
    head, bodies = _without_heredocs(text)
    parts = list(_parts(head, bodies))
    if not parts:
        return None
    touched = [frozenset(_touches(part)) for part in parts]
    patched = frozenset(("write", path) for path in patched_paths(text))
    main = parts[0]
    operands = [word for part in parts for one in (*part.operands, *part.into, *part.out_of) for word in _words(one)]
    if not any(part.into for part in parts):
        # Of a file that is written, the name says what is wanted; of a program, its text.
        operands += [word for body in bodies for word in _WORD.findall(body)[:MOST_TOKENS]]
    return Command(
        programs=tuple(part.program for part in parts),
        operands=frozenset(operands),
        options=frozenset(option for part in parts for option in part.options),
        last=_last_token(head) if cut and not bodies else None,
        bare=not (main.operands or main.into or main.out_of),
        searches=main.program in _SEARCHERS,
        first=touched[0] | patched,
        touches=frozenset().union(*touched) | patched,
    )


def is_similar(later: Command, wanted: Command) -> bool:
    """Whether a command is another attempt at a wanted one.

    Where the wanted one writes a file, it writes that file. Else it runs the same program, and most of what is known of
    the wanted one's operands is there. The last token of one that was cut short may be the beginning of a longer one. A
    whole command without operands is wanted without any.
    """
    written = [aim for aim in wanted.first if aim[0] == "write"]
    if written:
        return any(aim in later.touches for aim in written)
    program = wanted.programs[0]
    if wanted.last is not None and wanted.last == program and wanted.bare and not wanted.options:
        return len(program) > 1 and any(name.startswith(program) for name in later.programs)
    if program not in later.programs:
        return False
    known = wanted.operands | frozenset(wanted.programs[1:])
    there = later.operands | frozenset(later.programs)
    if known:
        return 2 * _shared(known, there, wanted.last) > len(known)
    if wanted.last is None:
        return program != later.programs[0] or later.bare
    return 2 * _shared(wanted.options, later.options, wanted.last) > len(wanted.options)


def named_by(wanted: Command) -> list[str] | None:
    """Names of which any command or file that could be for the same has one; None if there are no such names."""
    paths = [path for _, path in wanted.first]
    known = wanted.operands | frozenset(wanted.programs[1:])
    if len(known) > 1 or (known and wanted.last is None):
        return [*paths, *known]
    return None if wanted.last == wanted.programs[0] else [*paths, wanted.programs[0]]


def _shared(known: Iterable[str], there: frozenset[str], last: str | None) -> int:
    return sum(
        one in there or (last is not None and last.endswith(one) and any(other.startswith(one) for other in there))
        for one in known
    )


def _without_heredocs(text: str) -> tuple[str, list[str]]:
    bodies: list[str] = []
    kept: list[str] = []
    position = 0
    while found := _HEREDOC.search(text, position):
        kept.append(text[position : found.start()] + found[3] + "\n")
        ending = re.compile(rf"^\s*{found[2]}[ \t]*$", re.MULTILINE).search(text, found.end())
        bodies.append(text[found.end() : ending.start() if ending else len(text)])
        position = ending.end() if ending else len(text)
    return "".join([*kept, text[position:]]), bodies


def _parts(head: str, bodies: list[str]) -> Iterator[_Part]:
    folder = WORKSPACE
    for words, into, out_of in _segments(head):
        words = _unwrapped(words)
        if not words and not into:
            continue
        if words and words[0] in ("cd", "pushd"):
            folder = posixpath.join(folder, words[1] if len(words) > 1 else "")
            continue
        if words and words[0] in _PREPARE:
            continue
        if len(words) > 2 and posixpath.basename(words[0]) in _SHELLS and re.fullmatch(r"-\w*c", words[1]):
            yield from _parts(words[2], bodies)
            continue
        yield _part(words, into, out_of, folder, bodies)


def _segments(head: str) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """Words of each simple command, where its output goes, where its input comes from."""
    words: list[str] = []
    into: list[str] = []
    out_of: list[str] = []
    where = words
    for count, found in enumerate(_TOKEN.finditer(head)):
        mark = found["mark"]
        if count > MOST_TOKENS:
            break
        if mark in _BREAKS:
            yield words, into, out_of
            words, into, out_of = [], [], []
            where = words
        elif mark:
            where = into if ">" in mark and "&" not in mark[1:] else out_of if mark == "<" else []
        elif found["quoted"] or found["plain"]:
            where.append(_bare(found[0]))
            where = words
    yield words, into, out_of


def _bare(token: str) -> str:
    if token[0] in "\"'":
        return token[1:].removesuffix(token[0])
    return re.sub(r"\\(.)", r"\1", token, flags=re.DOTALL)


def _last_token(head: str) -> str | None:
    """The token that a command ends in, if it may go on."""
    tail = head[-4000:]
    ends = [found for found in _TOKEN.finditer(tail) if not found["mark"]]
    return _bare(ends[-1][0]) if ends and ends[-1].end() == len(tail) and ends[-1][0] != "\\" else None


def _unwrapped(words: list[str]) -> list[str]:
    place = 0
    while place < len(words) and (
        words[place] in _WRAPPERS
        or _ASSIGNMENT.match(words[place])
        or (place and (_DURATION.fullmatch(words[place]) or words[place].startswith("-")))
    ):
        place += 1
    return words[place:]


def _part(words: list[str], into: list[str], out_of: list[str], folder: str, bodies: list[str]) -> _Part:
    program, rest = _program(words)
    keeps = _SEARCHERS | _INTERPRETERS
    operands = [word for word in rest if word and (not word.startswith("-") or word == "-")]
    if program not in keeps:
        operands = [_as_path(word, folder) for word in operands]
    else:
        operands = [_as_path(word, folder) if place else word for place, word in enumerate(operands)]
    return _Part(
        program=program,
        options=[word for word in rest if word.startswith("-") and word != "-"],
        operands=operands,
        into=[plain_path(path, folder) for path in into if path != "/dev/null"],
        out_of=[plain_path(path, folder) for path in out_of],
        text="\n".join([*rest, *bodies]),
    )


def _program(words: list[str]) -> tuple[str, list[str]]:
    if not words:
        return "", []
    name = posixpath.basename(words[0].rstrip("/"))
    name = "python" if re.fullmatch(r"python[\d.]*", name) else "pytest" if name == "py.test" else name
    if name == "python" and "-m" in words[:-1]:
        place = words.index("-m")
        return words[place + 1], words[place + 2 :]
    if name == "git" and len(words) > 1 and words[1] == "grep":
        return "git grep", words[2:]
    return name, words[1:]


def _as_path(word: str, folder: str) -> str:
    # Only what can be a path is written as one; a pattern or a sentence stays as it is.
    if not word or len(word) > LONGEST_TOKEN * 4 or re.search(r"[\s*?$`{}\\|^]|://", word):
        return word
    return plain_path(word, folder) if "/" in word or folder != WORKSPACE else word


def _words(operand: str) -> list[str]:
    if len(operand) > LONGEST_TOKEN or re.search(r"\s", operand):
        return _WORD.findall(operand)[:MOST_TOKENS] or [operand]
    return [operand] if operand else []


def _touches(part: _Part) -> Iterator[tuple[str, str]]:
    """Each path with what is done to it: read, write, list."""
    edits = any(option.startswith(("-i", "-pi", "--in-place")) for option in part.options)
    yield from (("write", path) for path in part.into)
    yield from (("read", path) for path in part.out_of)
    operands = [plain_path(one) for one in part.operands]
    if part.program in _WRITERS or (part.program in ("sed", "perl") and edits):
        yield from (("write", path) for path in operands)
    elif part.program in _READERS:
        yield from (("read", path) for path in operands)
    elif part.program in _LISTERS:
        yield from (("list", path) for path in operands or ["."])
    elif part.program in _INTERPRETERS:
        does = "write" if _WRITES_TEXT.search(part.text) else "read" if _READS_TEXT.search(part.text) else None
        if does:
            yield from ((does, plain_path(word)) for word in _WORD.findall(part.text)[:MOST_TOKENS])
