"""Shell commands, read as far as is needed to say what they are for, and whether one is another attempt at another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandbox.detect.command_parts import (
    COPIERS,
    FINDERS,
    LISTERS,
    READERS,
    SEARCHERS,
    TOKEN,
    Part,
    names,
    parts_of,
    plain_path,
    text_words,
    touched_by,
    unquoted,
    without_heredocs,
    words_in,
)

MOST_SAID = 400

_PATCHED = re.compile(r"^(?:\*\*\* (?:Update|Add|Delete) File: |\+\+\+ (?:b/)?)([^\s\\]+)", re.MULTILINE)
# Behind a pipe these only shorten what the others say; sed, awk and grep do so for programs that print no files.
_FILTERS = names("head tail less more cat nl wc sort uniq column tr cut fold tac rev tee strings")
_SAYS = names("echo printf true false : exit pwd date sleep wait clear")
# Programs that print what is in files, or what comes from such programs.
_PRINTERS = (READERS | SEARCHERS) - {"awk", "gawk"} | frozenset({"wc", "sort", "uniq", "file", "stat", "diff"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command line.

    programs: of each of its parts, in order, without what only prepares (cd, variables, sudo). program: that of its
    first part that does something (neither says nor shortens something). weighs: what else it is known by: operands of
    all such parts, and their programs.
    operands: what all programs are given, paths from the workspace, long ones word by word; options apart. Of a program
    that is given nothing, the folder that it runs in, if that is not the workspace.
    last: the last token where the command was cut short, so that it may go on; None otherwise.
    bare: whether the first part is given nothing. searches, finds: whether it looks for text, or for files.
    first: paths of the first part, touches: of all, by what is done: ("read", path), write, list or create.
    """

    programs: tuple[str, ...]
    program: str
    operands: frozenset[str]
    weighs: frozenset[str]
    options: frozenset[str]
    last: str | None
    bare: bool
    searches: bool
    finds: bool
    first: frozenset[tuple[str, str]]
    touches: frozenset[tuple[str, str]]


def patched_paths(text: str) -> frozenset[str]:
    """The files that a patch in a text is for."""
    return frozenset(plain_path(path) for path in _PATCHED.findall(text))


def read_command(text: str, *, cut: bool = False) -> Command | None:
    """What a command line is for; None if there is nothing in it.

    Args:
        cut: whether it was cut short, so that its last token may be half of one.
    """
    head, bodies = without_heredocs(text)
    parts = list(parts_of(head, bodies))
    if not parts:
        return None
    main, *others = _weighty(parts, cut=cut)
    # Of a file that is written, the name says what is wanted; of a program, its text.
    said = [] if any(part.into for part in parts) else [word for body in bodies for word in text_words(body)]
    patched = frozenset(("write", path) for path in patched_paths(text))
    return Command(
        programs=tuple(part.program for part in parts),
        program=main.program,
        operands=frozenset([*_operands(parts), *said[:MOST_SAID]]),
        weighs=frozenset([*_operands([main, *others]), *said[:MOST_SAID], *(part.program for part in others)]),
        options=frozenset(option for part in parts for option in part.options),
        last=_last_token(head) if cut and not bodies else None,
        bare=main.is_bare,
        searches=main.program in SEARCHERS and "--files" not in main.options,
        finds=main.program in LISTERS | FINDERS or "--files" in main.options,
        first=frozenset(touched_by(main)) | patched,
        touches=frozenset(one for part in parts for one in touched_by(part)) | patched,
    )


def _weighty(parts: list[Part], *, cut: bool) -> list[Part]:
    """The parts that say what a command is for."""
    doing = [part for part in parts if part.program not in _SAYS or part.into]
    solid: list[Part] = []
    for part in doing:
        ends = cut and part is parts[-1] and part.is_bare and not part.options
        shortens = part.program in _FILTERS or (ends and any(name.startswith(part.program) for name in _FILTERS))
        if solid and solid[-1].program not in _PRINTERS | LISTERS | FINDERS | {"git"}:
            shortens = shortens or part.program in SEARCHERS or part.program in ("sed", "awk", "gawk")
        if not (part.piped and shortens):
            solid.append(part)
    return solid or doing or parts


def _operands(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        for one in (*part.operands, *part.into, *part.out_of):
            yield from words_in(one)


def is_similar(later: Command, wanted: Command) -> bool:
    """Whether a command is another attempt at a wanted one.

    Where the wanted one writes a file, it writes that file; where it lists folders, most of those. Else it runs the
    same program, and most of what the wanted one is known by is there. The last token of one that was cut short may be
    the beginning of a longer one. A whole command without operands is wanted without any.
    """
    program = wanted.program
    written = [aim for aim in wanted.first if aim[0] == "write"]
    if written and program not in COPIERS:
        return any(aim in later.touches for aim in written)
    if wanted.last is not None and wanted.last == program and wanted.bare and not wanted.options:
        return len(program) > 1 and any(name.startswith(program) for name in later.programs)
    if program not in later.programs:
        return False
    if program in LISTERS and wanted.last is None and wanted.programs == (program,):
        return 2 * len(wanted.first & later.touches) > len(wanted.first)
    if wanted.weighs:
        there = later.operands | frozenset(later.programs)
        return 2 * _shared(wanted.weighs, there, wanted.last) > len(wanted.weighs)
    if wanted.last is None:
        return program != later.program or later.bare
    return 2 * _shared(wanted.options, later.options, wanted.last) > len(wanted.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What any call that could be for the same as a command goes by: one of the paths, or enough of the others.

    enough: how many. beginnings: those of the others that a name may only begin with.
    """

    paths: frozenset[str]
    others: frozenset[str]
    enough: int
    beginnings: frozenset[str]


def named_by(wanted: Command) -> Names:
    """Names by which calls are found that could be for the same."""
    others = wanted.weighs or frozenset([wanted.program])
    return Names(
        paths=frozenset(path for _, path in wanted.first),
        others=others,
        enough=len(wanted.weighs) // 2 + 1,
        beginnings=frozenset(one for one in others if wanted.last is not None and wanted.last.endswith(one)),
    )


def _shared(known: Iterable[str], there: frozenset[str], last: str | None) -> int:
    return sum(
        one in there or (last is not None and last.endswith(one) and any(other.startswith(one) for other in there))
        for one in known
    )


def _last_token(head: str) -> str | None:
    """The token that a command ends in, if it may go on."""
    tail = head[-4000:]
    ends = [found for found in TOKEN.finditer(tail) if not found["mark"]]
    return unquoted(ends[-1][0]) if ends and ends[-1].end() == len(tail) and ends[-1][0] != "\\" else None
