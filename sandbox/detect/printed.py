"""Whether a shell line prints what is in the workspace, or what itself says, and nothing else.

In doubt it may be something else: a variable, a file outside, a program that is not known.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence

from sandbox.detect.shell import commands_of
from sandbox.detect.simple import WORKSPACE, Simple, operands

# What their operands name is printed, or what comes in.
_PRINTERS = frozenset(
    {
        "cat", "head", "tail", "less", "more", "nl", "bat", "xxd", "od", "hexdump", "tac", "strings", "cut", "wc",
        "sort", "uniq", "file", "stat", "diff", "cmp", "comm", "paste", "column", "fold", "join", "fmt", "rev",
        "base64", "md5sum", "sha1sum", "sha256sum", "cksum", "ls", "tree", "find", "du", "fd", "dir", "exa", "eza",
        "xmllint", "zcat", "zgrep", "sqlite3",
    }
)  # fmt: skip
# Their first operand is a program or a pattern.
_SCRIPTED = frozenset(
    {
        "grep", "egrep", "fgrep", "rg", "ag", "ack", "sed", "awk", "gawk", "mawk", "jq", "yq",
    }
)  # fmt: skip
# Their operands are text.
_SAYERS = frozenset(
    {
        "echo", "printf", "tr", "true", "false", ":", "test", "[", "pwd", "basename", "dirname", "seq",
    }
)  # fmt: skip
_SCRIPT_ELSEWHERE = frozenset({"-e", "-f", "--regexp", "--file", "--expression", "--from-file", "--files"})
_OF_GIT = frozenset(
    {
        "show", "log", "diff", "status", "blame", "annotate", "grep", "ls-files", "ls-tree", "cat-file", "rev-parse",
        "rev-list", "branch", "tag", "describe", "shortlog", "reflog", "show-ref", "whatchanged", "name-rev",
        "for-each-ref", "merge-base", "check-ignore", "count-objects", "diff-tree", "diff-index", "diff-files",
        "config", "var", "version",
    }
)  # fmt: skip
_MODULES = frozenset({"json.tool", "tokenize", "ast", "dis"})
_TAKING: Mapping[str, frozenset[str]] = {
    "jq": frozenset({"--indent", "--arg", "--argjson"}),
    "awk": frozenset({"-F", "-v"}),
    "grep": frozenset({"-A", "-B", "-C", "-m", "--include", "--exclude", "--exclude-dir"}),
    "rg": frozenset({"-A", "-B", "-C", "-m", "-g", "-t"}),
    "cut": frozenset({"-d", "-f", "-c"}),
    "sort": frozenset({"-k", "-t"}),
}
_GIT_TAKING = frozenset({"-C", "-c"})
_RUNS_OTHERS = re.compile(r"\bsystem\s*\(|\bgetline\b|\|\s*&|\bpopen\b|^\.(?:shell|system|load)\b", re.MULTILINE)
_READS_TEXT = re.compile(r"\bopen\(|\bread_(?:text|bytes)\(|\bsys\.stdin\b")
_IMPORTED = re.compile(r"\b(?:from|import)\s+([\w., ]+)")
_HARMLESS = frozenset(
    {
        "json", "re", "sys", "pathlib", "Path", "csv", "pprint", "tomllib", "collections", "itertools", "textwrap",
        "import", "as",
    }
)  # fmt: skip
_REACHES_OUT = re.compile(r"\b(?:exec|eval|__import__|importlib|builtins)\b|[\"'](?:/(?!workspace\b)|~|\.\./)")
_QUOTED = re.compile(r"'(?P<plain>[^']*)'|\"(?P<double>(?:[^\"\\]|\\.)*)\"|\\.", re.DOTALL)
_FROM_OUTSIDE = re.compile(r"(?<![<\d&])<(?![<&])\s*[\"']?(?:\(|/(?!workspace\b)|~|\.\./)")


def prints_files(line: str) -> bool:
    """Whether a line of bash only prints files of the workspace, what git knows of them, or words of its own."""
    # What the shell puts in is not known; in single quotes it puts in nothing.
    open_to_shell = _QUOTED.sub(lambda found: found["double"] or "", line)
    if re.search(r"[$`]", open_to_shell) or _FROM_OUTSIDE.search(line):
        return False
    found = commands_of("bash", {"command": line})
    return bool(found) and all(_prints(one) for one in found)


def _prints(one: Simple) -> bool:
    program, rest = one.program, one.words[1:]
    if not _is_inside(".", one.folder) or any(not _is_inside(path, one.folder) for path in one.into):
        return program in _SAYERS and one.into == ()
    if program in _SAYERS:
        return True
    if program == "git":
        return _is_of_git(rest, one.folder)
    if re.fullmatch(r"python[\d.]*", program):
        return _is_python(rest, one.folder)
    if program == "find":
        return _is_find(rest, one.folder)
    if program in _SCRIPTED:
        return _is_scripted(program, rest, one.folder)
    if program == "sqlite3" and any(_RUNS_OTHERS.search(word) for word in rest):
        return False
    return program in _PRINTERS and _all_inside(operands(rest, _TAKING.get(program, frozenset())), one.folder)


def _is_scripted(program: str, rest: Sequence[str], folder: str) -> bool:
    if _RUNS_OTHERS.search(" ".join(rest)):
        return False
    paths = operands(rest, _TAKING.get(program.replace("gawk", "awk"), frozenset()))
    if _SCRIPT_ELSEWHERE.isdisjoint(rest):
        paths = paths[1:]
    return _all_inside(paths, folder)


def _is_python(rest: Sequence[str], folder: str) -> bool:
    """Whether it runs a module that prints files, or a line that reads some and imports nothing that could do more."""
    if len(rest) < 2 or not _all_inside(rest[2:], folder):
        return False
    if rest[0] == "-m":
        return rest[1] in _MODULES
    if rest[0] != "-c" or not _READS_TEXT.search(rest[1]) or _REACHES_OUT.search(rest[1]):
        return False
    words = {word for found in _IMPORTED.findall(rest[1]) for word in re.split(r"[\s,.]+", found) if word}
    return words <= _HARMLESS


def _is_of_git(rest: Sequence[str], folder: str) -> bool:
    place = 0
    while place < len(rest) and rest[place].startswith("-"):
        place += 2 if rest[place] in _GIT_TAKING else 1
    if place >= len(rest):
        return "--version" in rest
    wanted, more = rest[place], rest[place + 1 :]
    if (wanted, *more[:1]) in (("stash", "list"), ("stash", "show"), ("remote", "-v")):
        return True
    return wanted in _OF_GIT and _all_inside([*rest[:place], *operands(more)], folder)


def _is_find(rest: Sequence[str], folder: str) -> bool:
    starts: list[str] = []
    for place, word in enumerate(rest):
        if word in ("-exec", "-execdir", "-ok") and posixpath.basename("".join(rest[place + 1 : place + 2])) not in (
            _PRINTERS | _SCRIPTED | _SAYERS
        ):
            return False
        if len(starts) == place and not word.startswith("-"):
            starts.append(word)
    return _all_inside(starts, folder)


def _all_inside(paths: Sequence[str], folder: str) -> bool:
    return all(_is_inside(path, folder) for path in paths)


def _is_inside(path: str, folder: str) -> bool:
    if path.startswith("~"):
        return False
    whole = posixpath.normpath(posixpath.join(folder, path or "."))
    return whole == WORKSPACE or whole.startswith(f"{WORKSPACE}/") or path in ("-", "/dev/null")
