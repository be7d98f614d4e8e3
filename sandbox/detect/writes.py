"""Whether a bash call itself carries text that it writes into files of the workspace.

cp, mv, git and a script that is run move what is there already: they carry none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from sandbox.detect.shell import commands_of
from sandbox.detect.simple import Simple, git_command, is_inside, operands, whole_path

_SED_TAKING = frozenset({"-e", "--expression", "-f", "--file", "-l"})
_PERL_TAKING = frozenset({"-e", "-E", "-M", "-I"})
# Flags that stand before the i of a bundle and take nothing.
_SED_IN_PLACE = re.compile(r"-[nErsuz]*i.*|--in-place.*")
_PERL_IN_PLACE = re.compile(r"-[pnlaswWc0-9]*i.*")
# Programs that run code which stands in the line, and behind which option.
_CODE = {
    "python": ("-c",),
    "pypy": ("-c",),
    "node": ("-e", "--eval", "-p"),
    "ruby": ("-e",),
    "perl": ("-e", "-E"),
    "php": ("-r",),
}
_WRITES = re.compile(
    r"""(?<!stdout)(?<!stderr)(?<!stdout\.buffer)\.write(?:lines)?\("""
    r"""|\bwrite_(?:text|bytes)\b|\b(?:write|append)File(?:Sync)?\b|\bfile_put_contents\b|\binplace\s*=\s*(?:True|1)"""
    # open(path, "w"), and open("w") of a path.
    r"""|(?<![.\w])open\([^\n]{0,200}?,\s*(?:mode\s*=\s*)?['"][rbt]*[wax+][bt+]*['"]"""
    r"""|\.open\(\s*(?:mode\s*=\s*)?['"][rbt]*[wax+][bt+]*['"]|\bopen\([^\n]{0,80}['"]>"""
)
_OPENED = re.compile(r"""(?:open|Path)\(\s*[rbuf]{0,2}['"]([^'"\n]*)['"]""")


def writes_text(tool: str, arguments: Mapping[str, Any]) -> bool:
    """Whether a call carries text that it writes into files: here-documents, echo, sed -i, code, a patch."""
    # Files elsewhere that the line wrote text into.
    kept: set[str] = set()
    for command in commands_of(tool, arguments):
        carries = _carries(command)
        if _edits(command) or _brings(command, kept):
            return True
        if carries and any(is_inside(path, command.folder) for path in _targets(command)):
            return True
        if carries:
            kept.update(whole_path(path, command.folder) for path in _targets(command))
    return False


def _carries(command: Simple) -> bool:
    """Whether what a command hands on is text of the line."""
    if command.program == "git" or _codes(command):
        return False
    said = command.reads if command.program in ("dd", "cp", "install") else command.says
    # What another command prints is none of the line's own, nor is the form that it is printed in.
    return said is not None and ("$()" not in said or re.sub(r"\$\(\)|%[sb]|\\n|\s", "", said) != "")


def _targets(command: Simple) -> list[str]:
    """The files that a command's output goes to."""
    words = command.words[1:]
    if command.program in ("tee", "sponge"):
        return [*command.into, *operands(words)]
    if command.program == "dd":
        return [*command.into, *(word[3:] for word in words if word.startswith("of="))]
    if command.program in ("cp", "install") and {"/dev/stdin", "-"}.intersection(words):
        return [*command.into, *operands(words)[-1:]]
    return list(command.into)


def _edits(command: Simple) -> bool:
    """Whether a command changes files in place by what its own words, or its input in the line, say."""
    program, words = command.program, command.words[1:]
    if program in ("sed", "gsed"):
        return any(map(_SED_IN_PLACE.fullmatch, words)) and _touches(command, _sed_files(words))
    if program in ("perl", "ruby") and any(map(_PERL_IN_PLACE.fullmatch, words)):
        return _touches(command, operands(words, _PERL_TAKING))
    if program in ("awk", "gawk"):
        return any(pair == ("-i", "inplace") for pair in pairwise(words))
    if program in ("ed", "ex", "vi", "vim", "nvim"):
        asked = any(word.startswith(("-c", "+", "-es", "-s")) for word in words)
        return (command.reads is not None or asked) and _touches(command, operands(words, frozenset({"-c"})))
    if command.reads is not None and _applies(command):
        return True
    return any(_code_writes(code, command.folder) for code in _codes(command))


def _touches(command: Simple, files: Iterable[str]) -> bool:
    """Whether one of some files lies in the workspace; what comes from a pipe is taken to."""
    return command.fed or any(is_inside(path, command.folder) for path in files)


def _sed_files(words: Iterable[str]) -> list[str]:
    given = list(words)
    files = operands(given, _SED_TAKING)
    has_script = any(word in _SED_TAKING or word.startswith(("--expression=", "--file=")) for word in given)
    return files if has_script else files[1:]


def _applies(command: Simple) -> bool:
    """Whether a command applies a patch."""
    if command.program in ("patch", "apply_patch"):
        return "--dry-run" not in command.words
    name, rest = git_command(command) or ("", ())
    return name in ("apply", "am") and not {"--check", "--stat", "--cached", "--numstat"}.intersection(rest)


def _codes(command: Simple) -> list[str]:
    """Code in the line that a command runs."""
    name = re.sub(r"[\d.]+$", "", command.program)
    if name not in _CODE:
        return []
    words = command.words[1:]
    found = [code for word, code in pairwise(words) if _takes_code(word, _CODE[name])]
    # Without a script of its own it runs what it reads.
    if not found and operands(words) in ([], ["-"]) and command.reads is not None:
        found.append(command.reads)
    return found


def _takes_code(word: str, options: Iterable[str]) -> bool:
    """-c, or a bundle such as -Ic"""
    return word in options or any(
        re.fullmatch(rf"-[A-Za-z]*{option[1]}", word) for option in options if len(option) == 2
    )


def _code_writes(code: str, folder: str) -> bool:
    opened = _OPENED.findall(code)
    return bool(_WRITES.search(code)) and not (opened and not any(is_inside(path, folder) for path in opened))


def _brings(command: Simple, kept: set[str]) -> bool:
    """Whether text that the line wrote elsewhere comes into the workspace: copied, moved, printed or applied."""
    named = [whole_path(word, command.folder) for word in (*operands(command.words[1:]), *command.read_from)]
    if kept.isdisjoint(named):
        return False
    if command.program in ("cp", "mv", "install"):
        return is_inside(named[-1], "/")
    if command.program == "cat":
        return any(is_inside(path, command.folder) for path in command.into)
    return _applies(command)
