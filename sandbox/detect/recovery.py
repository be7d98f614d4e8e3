"""What became of calls that were not run for a fault: put right, how soon, or never."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence

from sandbox.detect.commands import Command, named_by
from sandbox.detect.foreign import is_known_deed
from sandbox.detect.garbled import readable
from sandbox.detect.made import Made
from sandbox.detect.targets import ON_PATHS, Target, may_serve, reaches, target
from sandbox.tooling import SUBMIT

_BLAMED = re.compile(r"`(\w+)[`.\[]")
# Before what the search tool looked for; no path and no program is named like that.
_LOOKS = "\0"
_WORD = re.compile(r"[\w./-]{2,}")


def recoveries(found: Sequence[Made], *, over: bool, claims: bool) -> dict[int, tuple[int | None, bool]]:
    """For each call that was not run for a fault, by place: replies until it was put right (None: never), and whether
    it is unrecovered.

    It is put right by a later call for the same thing (`targets.reaches`) that ran and was not refused, in a later
    reply. One in the same reply is no answer to the fault, but what the call was for is done by it. Unrecovered is what
    was never done, once the candidate's part is over or the same fault has come again unchanged. To hand in, it is
    enough to say so.

    Where it cannot be read what exactly a faulty call was for, no later one is known to put it right; but after any
    later call of that tool, or one that does the same, it is not known either that it was left undone
    (`targets.may_serve`). What an unknown tool was for that was given nothing, its name says.

    Args:
        over: whether the candidate's part is over. claims: whether it ended its part by its own will.
    """
    rejected = [(place, made) for place, made in enumerate(found) if made.status == "rejected"]
    well = _Well(found)
    last_place = {_key(made): place for place, made in rejected}
    aims: dict[object, Target] = {}
    outcomes: dict[int, tuple[int | None, bool]] = {}
    for place, made in rejected:
        key = _key(made)
        if key not in aims:
            aims[key] = _wanted(made)
        after, done = well.after(place, made, aims[key])
        done = done or (made.name == SUBMIT and claims)
        outcomes[place] = after, not done and (over or last_place[key] > place)
    return outcomes


def _key(made: Made) -> tuple[object, ...]:
    return made.name, made.raw, made.labels


def _wanted(faulty: Made) -> Target:
    arguments, cut = readable(faulty.raw)
    foreign = not faulty.name or "unknown-tool" in faulty.labels
    # An argument that was itself at fault is named in the answer.
    blamed = set(_BLAMED.findall(faulty.answer)) if not cut else set()
    return target(faulty.name, arguments, cut=cut, foreign=foreign, blamed=blamed)


class _Well:
    """Calls that went well, in order, and what each was for."""

    def __init__(self, found: Sequence[Made]) -> None:
        self._made = [(place, made) for place, made in enumerate(found) if made.status == "ok"]
        self._places = [place for place, _ in self._made]
        self._targets: dict[tuple[str | None, str], Target] = {}
        self._by: dict[str, list[int]] = {}
        self._names: list[str] = []

    def after(self, place: int, faulty: Made, wanted: Target) -> tuple[int | None, bool]:
        """Replies until a later call reached what was wanted (None: never), and whether any call did it or may have."""
        done = False
        start = bisect_right(self._places, place)
        candidates = self._candidates(wanted)
        for index in candidates[bisect_left(candidates, start) :]:
            made = self._made[index][1]
            if not reaches(self._target(made), wanted):
                continue
            if made.reply > faulty.reply:
                return made.reply - faulty.reply, True
            done = True
        if not done and wanted.is_vague:
            done = any(may_serve(self._target(made), wanted) for _, made in self._made[start:])
        return None, done

    def _candidates(self, wanted: Target) -> Sequence[int]:
        """Places in `_made` of all that could reach it, found by name where that is enough."""
        everything = range(len(self._made))
        if wanted.is_blank or wanted.does == "submit":
            return everything
        self._index()
        if wanted.command is not None:
            return self._like(wanted.command)
        if wanted.does in ON_PATHS:
            return (
                everything if wanted.is_vague else _merged([*self._by_all(wanted.paths), *self._from(wanted.cut_path)])
            )
        if wanted.foreign and wanted.does is None and is_known_deed(wanted.tool):
            return everything
        names = {*wanted.words, *(word.strip("/") for word in wanted.words), *wanted.paths}
        return _merged([*self._by_all(names), *self._from(wanted.cut_path)])

    def _like(self, wanted: Command) -> Sequence[int]:
        """Places of what could be another attempt at a command."""
        names = named_by(wanted)
        lists = [
            _merged([*self._by_all([name]), *(self._from(name) if name in names.beginnings else ())])
            for name in names.others
        ]
        # What has enough of all names has one at least of the rarest that are left when one fewer is taken away.
        rarest = sorted(lists, key=len)[: len(lists) - names.enough + 1]
        looks = {_LOOKS + piece for piece in _pieces(names.others)} if wanted.searches else ()
        return _merged([*rarest, *self._by_all(names.paths), *self._by_all(looks)])

    def _index(self) -> None:
        if self._names:
            return
        for index, (_, made) in enumerate(self._made):
            for name in _names(self._target(made)):
                self._by.setdefault(name, []).append(index)
        self._names = sorted(self._by)

    def _by_all(self, names: Iterable[str]) -> list[list[int]]:
        return [self._by[name] for name in names if name in self._by]

    def _from(self, beginning: str | None) -> Iterator[list[int]]:
        """Of all names that have that beginning."""
        place = len(self._names) if beginning is None else bisect_left(self._names, beginning)
        while place < len(self._names) and self._names[place].startswith(beginning or ""):
            yield self._by[self._names[place]]
            place += 1

    def _target(self, made: Made) -> Target:
        key = made.name, made.canonical
        if key not in self._targets:
            self._targets[key] = target(made.name, made.arguments)
        return self._targets[key]


def _merged(lists: Sequence[list[int]]) -> list[int]:
    return lists[0] if len(lists) == 1 else sorted({index for one in lists for index in one})


def _names(aim: Target) -> set[str]:
    """Everything that a call goes by."""
    command = aim.command
    if command is None:
        names = {*aim.paths, *aim.words}
    else:
        names = {*command.programs, *command.operands, *(path for _, path in command.touches)}
    pieces = _pieces(names)
    return pieces | {_LOOKS + piece for piece in pieces} if aim.does == "search" and command is None else pieces


def _pieces(names: Collection[str]) -> set[str]:
    """Names, and words in them."""
    pieces = set(names).union(*(_WORD.findall(name) for name in names))
    return pieces | {piece.strip("/") for piece in pieces}
