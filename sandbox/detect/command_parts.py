"""A shell command taken apart: its programs, what each is given, and which files each reads, writes or lists.

No shell: a command that was cut short is read like any other, and nothing is ever run by what stands here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

WORKSPACE = "/workspace"
MOST_TOKENS = 400
# Beyond that a token is text (a program, a pattern), and its words are compared.
LONGEST_TOKEN = 60


def names(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


TOKEN = re.compile(
    r"""(?P<quoted>"(?:[^"\\]|\\.)*"?|'[^']*'?)|(?P<mark>>>|<<<|<<-?|&>|[0-9]?>&?|&&|\|\||[;&|<()\n])|(?P<plain>(?:\\.|[^\s;&|<>()"'\\])+)|\\""",
    re.DOTALL,
)
_HEREDOC = re.compile(r"<<-?[ \t]*([\"']?)(\w{1,64})\1([^\n]*)\n")
_WORD = re.compile(r"[\w./-]+")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_DURATION = re.compile(r"\d+(?:\.\d+)?[smhd]?")
_WRITES_TEXT = re.compile(r"\bwrite(?:_text|lines|File|FileSync)?\(|,\s*[\"'][wa]b?\+?[\"']")
_READS_TEXT = re.compile(r"\bopen\(|\bread(?:_text|lines|File|FileSync)?\(")
_QUOTED = re.compile(r"""["']([^"'\\\s]{1,200})\\?["']""")
_LIKE_PATH = re.compile(r"(?=.*\w)[^(){}<>*=,]*[./][^(){}<>*=,]*|[A-Z]\w*file")

_BREAKS = frozenset({"&&", "||", ";", "&", "|", "(", ")", "\n"})
_WRAPPERS = frozenset({"sudo", "time", "timeout", "env", "nohup", "exec", "command", "stdbuf", "nice", "xargs"})
_SHELLS = frozenset({"bash", "sh", "zsh", "dash"})
_PREPARE = frozenset({"cd", "export", "set", "source", ".", "pushd"})
_INTERPRETERS = frozenset({"python", "node", "perl", "ruby"})
READERS = names("cat head tail less more nl bat awk gawk sed xxd od hexdump tac strings cut")
_WRITERS = frozenset({"tee", "patch", "ed", "ex"})
_SCRIPTED = frozenset({"sed", "perl", "awk", "gawk"})
_TAKES_SCRIPT = re.compile(r"-\w*[ef]|--expression|--file")
COPIERS = frozenset({"cp", "mv", "install", "rsync"})
LISTERS = frozenset({"ls", "tree", "du", "dir", "exa", "eza"})
FINDERS = frozenset({"find", "fd", "git ls-files"})
SEARCHERS = frozenset({"grep", "egrep", "fgrep", "rg", "ag", "ack", "git grep"})
# Options whose next word is no path of what is listed or read.
_TAKING = {
    "tree": ("-L", "-I", "-P", "-o"),
    "ls": ("-I", "-w", "-T"),
    "du": ("-d", "-B"),
    "head": ("-n", "-c"),
    "tail": ("-n", "-c"),
    "awk": ("-v", "-F"),
    "gawk": ("-v", "-F"),
    "rg": ("-t", "-A", "-B", "-C", "-m"),
    "grep": ("-A", "-B", "-C", "-m"),
}


@dataclass(slots=True)
class Part:
    """A simple command.

    operands: paths from the workspace on. into, out_of: files that its output goes to and its input comes from.
    text: all of what it is given. files: those of the operands that are files or folders. piped: whether its input
    comes through a pipe.
    """

    program: str
    options: list[str]
    operands: list[str]
    into: list[str]
    out_of: list[str]
    text: str
    files: list[str]
    piped: bool

    @property
    def is_bare(self) -> bool:
        """Whether it is given nothing."""
        return not (self.operands or self.into or self.out_of)


def plain_path(path: str, folder: str = WORKSPACE) -> str:
    """A path from the workspace on, the same for all ways to write it; absolute where it leads out of it."""
    whole = posixpath.normpath(posixpath.join(folder, path.strip() or "."))
    whole = whole[1:] if whole.startswith("//") else whole
    return "." if whole == WORKSPACE else whole.removeprefix(f"{WORKSPACE}/")


def without_heredocs(text: str) -> tuple[str, list[str]]:
    """A line without its here-documents, and these."""
    bodies: list[str] = []
    kept: list[str] = []
    position = 0
    while found := _HEREDOC.search(text, position):
        kept.append(text[position : found.start()] + found[3] + "\n")
        ending = re.compile(rf"^\s*{found[2]}[ \t]*$", re.MULTILINE).search(text, found.end())
        bodies.append(text[found.end() : ending.start() if ending else len(text)])
        position = ending.end() if ending else len(text)
    return "".join([*kept, text[position:]]), bodies


def parts_of(head: str, bodies: list[str]) -> Iterator[Part]:
    """The simple commands of a line, in order, without what only prepares; `bodies` are its here-documents."""
    folder = WORKSPACE
    for words, into, out_of, piped in _segments(head):
        words = _unwrapped(words)
        if not words and not into:
            continue
        if words and words[0] in ("cd", "pushd"):
            folder = posixpath.join(folder, words[1] if len(words) > 1 else "")
            continue
        if words and words[0] in _PREPARE:
            continue
        if len(words) > 2 and posixpath.basename(words[0]) in _SHELLS and re.fullmatch(r"-\w*c", words[1]):
            yield from parts_of(words[2], bodies)
            continue
        part = _part(words, into, out_of, folder, bodies)
        part.piped = piped
        yield part


def _segments(head: str) -> Iterator[tuple[list[str], list[str], list[str], bool]]:
    """Words of each simple command, where its output goes, where its input comes from, whether that is a pipe."""
    words: list[str] = []
    into: list[str] = []
    out_of: list[str] = []
    where = words
    piped = False
    for count, found in enumerate(TOKEN.finditer(head)):
        mark = found["mark"]
        if count > MOST_TOKENS:
            break
        if mark in _BREAKS:
            yield words, into, out_of, piped
            piped = mark == "|" or (piped and not words)
            words, into, out_of = [], [], []
            where = words
        elif mark:
            where = into if ">" in mark and "&" not in mark[1:] else out_of if mark == "<" else []
        elif found["quoted"] or found["plain"]:
            where.append(unquoted(found[0]))
            where = words
    yield words, into, out_of, piped


def unquoted(token: str) -> str:
    """A token without its quotes."""
    if token[0] in "\"'":
        return token[1:].removesuffix(token[0])
    return re.sub(r"\\(.)", r"\1", token, flags=re.DOTALL)


def _unwrapped(words: list[str]) -> list[str]:
    place = 0
    while place < len(words) and (
        words[place] in _WRAPPERS
        or _ASSIGNMENT.match(words[place])
        or (place and (_DURATION.fullmatch(words[place]) or words[place].startswith("-")))
    ):
        place += 1
    return words[place:]


def _part(words: list[str], into: list[str], out_of: list[str], folder: str, bodies: list[str]) -> Part:
    program, rest = _program(words)
    rest = _without_values(program, rest)
    operands = [word for word in rest if word and (not word.startswith("-") or word == "-")]
    # What a searcher looks for and what a program of git is called are no paths.
    pattern = operands[:1] if program in SEARCHERS | _INTERPRETERS | {"git"} else []
    operands = pattern + [_as_path(word, folder) for word in operands[len(pattern) :]]
    here = plain_path(".", folder)
    if not operands and here != "." and not (into or out_of):
        operands = [here]
    return Part(
        program=program,
        options=[word for word in rest if word.startswith("-") and word != "-"],
        operands=operands,
        into=[plain_path(path, folder) for path in into if path != "/dev/null"],
        out_of=[plain_path(path, folder) for path in out_of],
        text="\n".join([*rest, *bodies]),
        files=_files(program, rest, operands, folder),
        piped=False,
    )


def _without_values(program: str, rest: list[str]) -> list[str]:
    taking = _TAKING.get(program, ())
    return [word for place, word in enumerate(rest) if not (place and rest[place - 1] in taking)] if taking else rest


def _files(program: str, rest: list[str], operands: list[str], folder: str) -> list[str]:
    """Those of a program's operands that are files and folders."""
    if program == "find":
        paths = rest[: next((place for place, word in enumerate(rest) if word[:1] in ("-", "(", "!")), len(rest))]
        return [plain_path(path, folder) for path in paths or ["."]]
    if program in _SCRIPTED:
        taken = [bool(place and _TAKES_SCRIPT.fullmatch(rest[place - 1])) for place in range(len(rest))]
        plain = [word for word, of in zip(rest, taken, strict=True) if word and not of and not word.startswith("-")]
        plain = [word for word in plain if word != "inplace"]
        given = any(re.fullmatch(r"-\w*[ef]|--expression|--file", word) or "--expression=" in word for word in rest)
        return [plain_path(path, folder) for path in (plain if given else plain[1:])]
    if program in LISTERS | FINDERS or "--files" in rest:
        return [plain_path(path) for path in (operands[1:] if program == "fd" else operands) or ["."]]
    return [plain_path(path) for path in operands]


def _program(words: list[str]) -> tuple[str, list[str]]:
    if not words:
        return "", []
    name = posixpath.basename(words[0].rstrip("/"))
    name = "python" if re.fullmatch(r"python[\d.]*", name) else "pytest" if name == "py.test" else name
    if name == "python" and "-m" in words[:-1]:
        place = words.index("-m")
        return words[place + 1], words[place + 2 :]
    if name == "git" and len(words) > 1 and words[1] in ("grep", "ls-files"):
        return f"git {words[1]}", words[2:]
    return name, words[1:]


def _as_path(word: str, folder: str) -> str:
    # Only what can be a path is written as one; a pattern or a sentence stays as it is.
    if not word or len(word) > LONGEST_TOKEN * 4 or re.search(r"[\s*?$`{}\\|^]|://", word):
        return word
    return plain_path(word, folder) if "/" in word or folder != WORKSPACE else word


def words_in(operand: str) -> list[str]:
    """An operand, or the words of one that is text."""
    if len(operand) > LONGEST_TOKEN or re.search(r"\s", operand):
        return text_words(operand) or [operand]
    return [operand] if operand else []


def text_words(text: str) -> list[str]:
    """The first words of a text, without its marks."""
    return [word for word in _WORD.findall(text)[:MOST_TOKENS] if any(map(str.isalnum, word))]


def touched_by(part: Part) -> Iterator[tuple[str, str]]:
    """Each path with what is done to it: read, write, list, create."""
    yield from (("write", path) for path in part.into)
    yield from (("read", path) for path in part.out_of)
    if part.program in _WRITERS or _edits(part):
        yield from (("write", path) for path in part.files)
    elif part.program in COPIERS:
        yield from (("write", path) for path in _copies(part.files))
    elif part.program == "dd":
        yield from (("write", plain_path(one[3:])) for one in part.operands if one.startswith("of="))
    elif part.program == "touch":
        yield from (("create", path) for path in part.files)
    elif part.program in READERS:
        yield from (("read", path) for path in part.files)
    elif part.program in LISTERS | FINDERS or "--files" in part.options:
        yield from (("list", path) for path in part.files)
    elif part.program in _INTERPRETERS:
        does = "write" if _WRITES_TEXT.search(part.text) else "read" if _READS_TEXT.search(part.text) else None
        if does:
            yield from ((does, path) for path in _paths_in(part))


def _edits(part: Part) -> bool:
    """Whether it changes its files in place."""
    if part.program in ("sed", "perl"):
        return any(option.startswith(("-i", "-pi", "--in-place")) for option in part.options)
    return part.program in ("awk", "gawk") and "inplace" in part.operands


def _copies(files: list[str]) -> Iterator[str]:
    """Where copies go: to the last file, or into it."""
    if len(files) > 1:
        yield files[-1]
        yield from (plain_path(posixpath.join(files[-1], posixpath.basename(one))) for one in files[:-1])


def _paths_in(part: Part) -> Iterator[str]:
    """What looks like a path among the strings of a program's text, and what it is given."""
    for word in [*_QUOTED.findall(part.text)[:MOST_TOKENS], *part.operands]:
        if len(word) <= 4 * LONGEST_TOKEN and _LIKE_PATH.fullmatch(word):
            yield plain_path(word)
