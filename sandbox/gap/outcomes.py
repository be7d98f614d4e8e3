"""From records of trials to outcomes: by candidate and rung the share of successes of each item, and its repo.

An item is what tasks name as theirs (`item`), so that the same thing can be asked for on several rungs. A task without
one is an item of its own; it stands on several rungs where conditions put it there (report and loop).
What cannot be compared leaves, and is counted in `Outcomes.left_out`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.rungs import RUNGS
from sandbox.score import NO_VERDICT

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a candidate made of an item on one rung.

    successes, trials: of trials with a verdict. rate: the mean over the tasks of the item there, each counting alike;
    with one task successes/trials.
    """

    successes: int
    trials: int
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """cluster: the repo; where none is known the item itself. about: what slices go by, from its highest rung."""

    cluster: str
    known: bool
    about: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """How many of what (trial, item, record) are not in any figure, and why."""

    count: int
    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """All that figures are made of.

    by: of each candidate and rung the outcome of each item. items: their repos. conditions, judges: by rung, the
    condition that its trials are of, and the kinds of judges that they had. left_out: what is in none of these.
    """

    by: Mapping[tuple[str, str], Mapping[str, Outcome]]
    items: Mapping[str, Item]
    conditions: Mapping[str, str]
    judges: Mapping[str, tuple[str, ...]]
    left_out: tuple[LeftOut, ...]

    @property
    def candidates(self) -> list[str]:
        """By name."""
        return sorted({candidate for candidate, _ in self.by})

    @property
    def rungs(self) -> list[str]:
        """Those with any outcome, in the order of the ladder."""
        return [rung for rung in RUNGS if any(rung == there for _, there in self.by)]

    def of(self, candidate: str, rung: str) -> Mapping[str, Outcome]:
        """The candidate's outcomes there, by item."""
        return self.by.get((candidate, rung), {})

    def common(self, *places: tuple[str, str]) -> list[str]:
        """Items with an outcome for every (candidate, rung), sorted."""
        return sorted(set.intersection(*(set(self.of(*place)) for place in places)))

    def rates(self, candidate: str, rung: str, items: Iterable[str]) -> list[float]:
        """The candidate's rates there, one for each item."""
        held = self.of(candidate, rung)
        return [held[item].rate for item in items]

    def clusters(self, items: Iterable[str]) -> list[str]:
        """The repo of each item."""
        return [self.items[item].cluster for item in items]


def outcomes_of(records: Iterable[Record], conditions: Mapping[str, str] | None = None) -> Outcomes:
    """Outcomes of the records of one run or several.

    Args:
        records: as in `schemas/result.v1.json`. One that is there twice, word for word, counts once.
        conditions: which condition is meant on a rung; without one the condition with the most items. A candidate
            that may hand in several times is not compared with one that may not.
    """
    left: list[LeftOut] = []
    judged = _judged(list(records), left)
    chosen = {**_usual_conditions(judged), **(conditions or {})}
    kept = list(_under(judged, chosen, left))
    items, torn = _items(kept)
    if torn:
        left.append(LeftOut(count=len(torn), what="item", why="their tasks are of different repos"))
    kept = [record for record in kept if name_of(record) in items]
    judges: dict[str, set[str]] = defaultdict(set)
    for record in kept:
        judges[record["rung"]].add(record["judge"])
    return Outcomes(
        by=_counted(kept),
        items=items,
        conditions={rung: chosen[rung] for rung in RUNGS if rung in judges},
        judges={rung: tuple(sorted(judges[rung])) for rung in RUNGS if rung in judges},
        left_out=tuple(left),
    )


def name_of(record: Record) -> str:
    """The item that a trial is about; a task without one goes by suite and id, which no item's name looks like."""
    item = record["item"]
    return str(item) if item is not None else f"{record['suite']}/{record['task']} (task)"


def _judged(records: Sequence[Record], left: list[LeftOut]) -> list[Record]:
    once = {json.dumps(record, sort_keys=True): record for record in records}
    if len(once) < len(records):
        left.append(LeftOut(count=len(records) - len(once), what="record", why="given twice"))
    lost = Counter(record["verdict"] for record in once.values() if record["verdict"] in NO_VERDICT)
    left += [LeftOut(count=lost[why], what="trial", why=why) for why in sorted(lost)]
    return [record for record in once.values() if record["verdict"] not in NO_VERDICT]


def _usual_conditions(records: Iterable[Record]) -> dict[str, str]:
    """By rung the condition under which most items stand there; of two the first by name."""
    held: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for record in records:
        held[record["rung"]][record["condition"]].add(name_of(record))
    return {rung: min(held[rung], key=lambda name: (-len(held[rung][name]), name)) for rung in held}


def _under(records: Iterable[Record], chosen: Mapping[str, str], left: list[LeftOut]) -> Iterator[Record]:
    others: Counter[tuple[str, str]] = Counter()
    for record in records:
        if chosen[record["rung"]] == record["condition"]:
            yield record
        else:
            others[record["rung"], record["condition"]] += 1
    for (rung, condition), count in sorted(others.items()):
        why = f"on {rung} under condition {condition}; there {chosen[rung]} is compared"
        left.append(LeftOut(count=count, what="trial", why=why))


def _items(records: Iterable[Record]) -> tuple[dict[str, Item], set[str]]:
    """The items with their repos, and those whose tasks are of several."""
    packages: dict[str, set[str]] = defaultdict(set)
    about: dict[str, tuple[int, Mapping[str, Any]]] = {}
    for record in records:
        name, facts = name_of(record), record.get("about") or {}
        rank = RUNGS.index(record["rung"])
        packages[name] |= {facts["package"]} if facts.get("package") else set()
        if name not in about or rank > about[name][0]:
            about[name] = rank, facts
    torn = {name for name, of in packages.items() if len(of) > 1}
    items = {
        name: Item(cluster=next(iter(of), f"{name} alone"), known=bool(of), about=about[name][1])
        for name, of in sorted(packages.items())
        if name not in torn
    }
    return items, torn


def _counted(records: Iterable[Record]) -> dict[tuple[str, str], dict[str, Outcome]]:
    counts: dict[tuple[str, str], dict[str, dict[tuple[str, str], list[bool]]]] = {}
    for record in records:
        place = counts.setdefault((record["candidate"], record["rung"]), {})
        task = record["suite"], record["task"]
        place.setdefault(name_of(record), {}).setdefault(task, []).append(record["verdict"] == "accepted")
    return {
        place: {name: _outcome(list(tasks.values())) for name, tasks in sorted(by_item.items())}
        for place, by_item in sorted(counts.items())
    }


def _outcome(tasks: Sequence[Sequence[bool]]) -> Outcome:
    return Outcome(
        successes=sum(map(sum, tasks)),
        trials=sum(map(len, tasks)),
        rate=sum(sum(task) / len(task) for task in tasks) / len(tasks),
    )
