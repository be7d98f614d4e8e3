"""What became of calls that were not run for a fault: put right, how soon, or never."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sandbox.detect.made import Made
from sandbox.detect.targets import Target, reaches, readable, target
from sandbox.tooling import SUBMIT

_BLAMED = re.compile(r"`(\w+)[`.\[]")


def recoveries(found: Sequence[Made], *, over: bool, claims: bool) -> dict[int, tuple[int | None, bool]]:
    """For each call that was not run for a fault, by place: replies until it was put right (None: never), and whether
    it is unrecovered.

    It is put right by a later call for the same thing (`targets.reaches`) that ran and was not refused, in a later
    reply. One in the same reply is no answer to the fault, but what the call was for is done by it. Unrecovered is what
    was never done, once the candidate's part is over or the same fault has come again unchanged. To hand in, it is
    enough to say so.

    Args:
        over: whether the candidate's part is over. claims: whether it said that it was done.
    """
    rejected = [(place, made) for place, made in enumerate(found) if made.status == "rejected"]
    served = _Served(found)
    last_place = {_key(made): place for place, made in rejected}
    serving: dict[object, list[int]] = {}
    outcomes: dict[int, tuple[int | None, bool]] = {}
    for place, made in rejected:
        key = _key(made)
        if key not in serving:
            serving[key] = served.places(made)
        replies = [found[later].reply for later in serving[key] if later > place]
        after = next((reply - made.reply for reply in replies if reply > made.reply), None)
        done = bool(replies) or (made.name == SUBMIT and claims)
        outcomes[place] = after, not done and (over or last_place[key] > place)
    return outcomes


def _key(made: Made) -> tuple[object, ...]:
    return made.name, made.raw, made.labels


class _Served:
    """Calls that went well, and what each was for."""

    def __init__(self, found: Sequence[Made]) -> None:
        self._well: dict[str | None, list[tuple[int, Made]]] = {}
        for place, made in enumerate(found):
            if made.status == "ok":
                self._well.setdefault(made.name, []).append((place, made))
        self._targets: dict[str | None, list[tuple[int, Target]]] = {}

    def places(self, faulty: Made) -> list[int]:
        """Those that are for the same as a faulty call, wherever they stand."""
        # An argument that was itself at fault is named in the answer.
        blamed = set(_BLAMED.findall(faulty.answer))
        wanted = target(faulty.name, readable(faulty.raw), blamed=blamed)
        any_tool = faulty.name is None or "unknown-tool" in faulty.labels
        tools = list(self._well) if any_tool else [faulty.name]
        return sorted(
            place for tool in tools for place, aim in self._aims(tool) if reaches(aim, wanted, any_tool=any_tool)
        )

    def _aims(self, tool: str | None) -> list[tuple[int, Target]]:
        if tool not in self._targets:
            well = self._well.get(tool, [])
            self._targets[tool] = [(place, target(tool, made.arguments)) for place, made in well]
        return self._targets[tool]
