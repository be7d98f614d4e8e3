"""What became of calls that were not run for a fault: put right, how soon, or never."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sandbox.detect.commands import named_by
from sandbox.detect.made import Made
from sandbox.detect.targets import Target, reaches, readable, target
from sandbox.tooling import SUBMIT

_BLAMED = re.compile(r"`(\w+)[`.\[]")
# What calls of the search tool are listed under; no path and no program is named like that.
_SEARCHES = "\0search"


def recoveries(found: Sequence[Made], *, over: bool, claims: bool) -> dict[int, tuple[int | None, bool]]:
    """For each call that was not run for a fault, by place: replies until it was put right (None: never), and whether
    it is unrecovered.

    It is put right by a later call for the same thing (`targets.reaches`) that ran and was not refused, in a later
    reply. One in the same reply is no answer to the fault, but what the call was for is done by it. Unrecovered is what
    was never done, once the candidate's part is over or the same fault has come again unchanged. To hand in, it is
    enough to say so.

    Where nothing can be read of a faulty command, no later one is known to put it right; but after any later call of
    that tool that went well, it is not known either that what it was for was left undone.

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
        self._targets: dict[tuple[str | None, str], Target] = {}
        self._by: dict[object, list[int]] | None = None

    def after(self, place: int, faulty: Made, wanted: Target) -> tuple[int | None, bool]:
        """Replies until a later call reached what was wanted (None: never), and whether any call did it or may have."""
        done = False
        for index in self._candidates(wanted):
            later, made = self._made[index]
            if later <= place or not reaches(self._target(made), wanted):
                continue
            if made.reply > faulty.reply:
                return made.reply - faulty.reply, True
            done = True
        if not done and wanted.is_blank:
            # Handing in ends the work; it is nothing that another call could have been for.
            done = any(
                later > place and (made.name == faulty.name or (wanted.foreign and made.name != SUBMIT))
                for later, made in self._made
            )
        return None, done

    def _candidates(self, wanted: Target) -> Sequence[int]:
        """Places in `_made` of all that could reach it, found by name where that is enough."""
        command = wanted.command
        if command is not None:
            names = named_by(command)
            finding = [_SEARCHES] if command.searches else []
            return range(len(self._made)) if names is None else self._listed([*names, *finding])
        if wanted.does in ("read", "write", "list") and wanted.paths and not wanted.cut_path:
            return self._listed(sorted(wanted.paths))
        return range(len(self._made))

    def _listed(self, names: Sequence[str]) -> Sequence[int]:
        if self._by is None:
            self._by = {}
            for index, (_, made) in enumerate(self._made):
                for name in self._names(self._target(made)):
                    self._by.setdefault(name, []).append(index)
        lists = [self._by[name] for name in dict.fromkeys(names) if name in self._by]
        return lists[0] if len(lists) == 1 else sorted({index for one in lists for index in one})

    @staticmethod
    def _names(aim: Target) -> set[str]:
        if aim.command is None:
            return {_SEARCHES} if aim.does == "search" else set(aim.paths)
        return {*aim.command.programs, *aim.command.operands, *(path for _, path in aim.command.touches)}

    def _target(self, made: Made) -> Target:
        key = made.name, made.canonical
        if key not in self._targets:
            self._targets[key] = target(made.name, made.arguments)
        return self._targets[key]
