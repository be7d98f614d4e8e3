"""A trial without containers: states with known statuses, and a judge that answers what is wanted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.events import Event
from sandbox.probing import Want, wanted
from sandbox.story import read_story
from tests.support.builders import Log

# What the judge says of a unit on a tree, the n-th time it is asked (from 0).
Judge = Callable[[str, str, int], str]


def tree_hash(name: str) -> str:
    """A tree hash that tells its name."""
    return name.encode().hex().rjust(40, "0")


@dataclass
class Played:
    """A log that grows as a trial's does. bugs: names in order, with their step. guards: files."""

    bugs: Mapping[str, str | None]
    guards: Sequence[str] = ()
    steps: Sequence[str] = ()
    rounds: int = 0
    log: Log = field(default_factory=Log)
    calls: int = 0
    asked: list[Want] = field(default_factory=list)
    outcomes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unparsable: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        bugs = [{"id": name, "step": step, "tests": [f"{name}::test"]} for name, step in self.bugs.items()]
        opened = {**self.log.events[0].data, "bugs": bugs, "steps": list(self.steps), "rounds": self.rounds}
        first = self.log.events[0]
        self.log.events[0] = Event(seq=0, t=first.t, at=first.at, kind=first.kind, cause=None, data=opened)
        self.log.add("env.ready", seconds=0.0, source=tree_hash("start"), commit="c" * 40)

    def begin(self, name: str, index: int) -> None:
        """A step or round begins."""
        self.log.add("step.opened", step=name, index=index, messages=[])

    def call(self, tree: str, *, command: str = "edit", own: str | None = None, commit: str | None = "c" * 40) -> None:
        """A call that leaves a tree; `own`: tests or commit."""
        self.calls += 1
        started = self.log.add(
            "tool.started",
            self.log.reply(),
            call=f"c{self.calls}",
            name="bash",
            arguments=json.dumps({"command": command}),
            effect="exec",
        )
        returned = self.log.add("tool.returned", started, call=f"c{self.calls}", status="ok", seconds=0.1)
        self.log.add("tree.saved", returned, source=tree_hash(tree), commit=commit, sealed=False, seconds=0.0)
        if own:
            self.log.add("checkpoint", returned, tier="T1", reason=own, claims_done=False)

    def end(self, tree: str, *, index: int = 0, reason: str = "submit") -> None:
        """A turn ends with a tree."""
        ended = self.log.add(
            "checkpoint", tier="T0", reason=reason, claims_done=reason == "submit", step=f"s{index}", index=index
        )
        self.log.add("tree.saved", ended, source=tree_hash(tree), commit="c" * 40, sealed=True, seconds=0.0)

    def probe(
        self,
        judge: Judge,
        *,
        imports: Callable[[str], bool] = lambda tree: True,
        outcomes: Mapping[str, Mapping[str, str]] | None = None,
        unparsable: Mapping[str, Sequence[str]] | None = None,
    ) -> Played:
        """Answer all that is wanted; each batch as a whole.

        outcomes: by tree and unit, how its test failed. unparsable: files of a tree that are no Python.
        """
        self.outcomes, self.unparsable = outcomes or {}, unparsable or {}
        while wants := wanted(read_story(self.log.events)):
            for want in wants:
                self._answer(want, judge, imports)
            assert len(self.asked) < 500, "asked for without end"
        return self

    def _answer(self, want: Want, judge: Judge, imports: Callable[[str], bool]) -> None:
        self.asked.append(want)
        name = bytes.fromhex(want.tree).lstrip(b"\0").decode()
        live = [bug for bug, step in self.bugs.items() if not self.steps or self.steps.index(str(step)) <= want.exam]
        chosen = [unit for unit in (*live, *self.guards) if want.units is None or unit in want.units]
        before = [one for one in self.asked[:-1] if one.tree == want.tree]
        said = {
            unit: judge(name, unit, sum(one.units is None or unit in one.units for one in before)) for unit in chosen
        }
        self.log.check(
            source=want.tree,
            exam=want.exam,
            purpose=want.purpose,
            selected=None if want.units is None else sorted(want.units),
            bugs={unit: said[unit] for unit in chosen if unit in self.bugs},
            guards={unit: said[unit] for unit in chosen if unit in self.guards},
            imports=imports(name),
            outcomes={
                f"{unit}::test": "passed" if said[unit] == "P" else self.outcomes.get(name, {}).get(unit, "failed")
                for unit in chosen
            },
            unparsable=list(self.unparsable.get(name, ())),
            code=None,
        )


def statuses(table: Mapping[str, Mapping[str, str]]) -> Judge:
    """A judge that goes by a table: tree, unit, status."""

    def judge(tree: str, unit: str, time: int) -> str:
        return table[tree][unit]

    return judge


def facts(found: Any) -> dict[str, Any]:
    """The findings in short: (kind, unit, before, after) of each flip."""
    return {
        "flips": [(flip.kind, flip.unit, flip.before, flip.after) for flip in found.flips],
        "unstable": found.unstable,
    }
