"""Two judgings of one trial, held against each other: what moved, and why. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.events import Event, final_check, of_kind
from sandbox.examined import files_changed
from sandbox.score import NO_VERDICT

MOST_NAMED = 3
FIGURES = ("checkpoints", "fixes", "regressions", "reintroductions", "state_cycles", "alternation_max", "index")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One judging of a trial, as its log and record tell of it.

    guards: status by test file. asked: the hidden tests of each bug. tests: those that were run in the check that the
    verdict rests on. digest: of all that this check went by, None where there was none. exam: the step of a chain
    whose tests these were. image: tag. version: Roadtest's. facts: of the lock, see `sandbox.examined`; None: not kept.
    """

    record: Mapping[str, Any]
    guards: Mapping[str, str]
    asked: Mapping[str, tuple[str, ...]]
    tests: frozenset[str]
    digest: str | None
    exam: int
    image: str | None
    version: str
    facts: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """what: verdict, score, bug, guard or oscillation. name: of the bug, file or figure. then, now: None: not there."""

    what: str
    name: str | None
    then: Any
    now: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """kind: tests, task, image, judge, not-judged-then or unstable. text: in words."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A trial that is judged otherwise than it was."""

    then: Mapping[str, Any]
    now: Mapping[str, Any]
    changes: tuple[Change, ...]
    why: tuple[Reason, ...]


def seen(events: Sequence[Event], record: Mapping[str, Any], inputs: Mapping[str, Any]) -> Seen:
    """What one log of a trial tells of its judging.

    Args:
        record: its terminal record.
        inputs: of the lock that it was judged under.
    """
    opened, checked = events[0].data, final_check(events)
    found: Mapping[str, Any] = {} if checked is None else checked.data
    task = f"{record['suite']}/{record['task']}"
    again = opened.get("rejudged")
    ready = next(iter(of_kind(events, "env.ready")), None)
    worked_in = None if ready is None else ready.data["image"]
    return Seen(
        record=record,
        guards=dict(found.get("guards", {})),
        asked={bug["id"]: tuple(bug.get("tests", ())) for bug in opened.get("bugs", ())},
        tests=frozenset(found.get("outcomes", ())),
        digest=found.get("tests_digest"),
        exam=found.get("exam", 0),
        # The log of a trial that was judged again tells of the image that the candidate had.
        image=worked_in if again is None else inputs.get("images", {}).get(task),
        version=opened["version"] if again is None else again["version"],
        facts=inputs.get("exams", {}).get(task),
    )


def moved(then: Seen, now: Seen) -> Moved | None:
    """What moved from one judging to another, and why; None if nothing did."""
    changes = tuple(_changes(then, now))
    if not changes:
        return None
    return Moved(then=then.record, now=now.record, changes=changes, why=tuple(why(then, now)))


def _changes(then: Seen, now: Seen) -> Iterator[Change]:
    old, new = then.record, now.record
    for name in ("verdict", "score"):
        if old[name] != new[name]:
            yield Change(what=name, name=None, then=old[name], now=new[name])
    yield from _pairs("bug", old["bugs"], new["bugs"], [*new["bugs"], *old["bugs"]])
    yield from _pairs("guard", then.guards, now.guards, sorted({*then.guards, *now.guards}))
    yield from _pairs("oscillation", old["oscillation"], new["oscillation"], FIGURES)


def _pairs(what: str, old: Mapping[str, Any], new: Mapping[str, Any], names: Collection[str]) -> Iterator[Change]:
    for name in dict.fromkeys(names):
        if old.get(name) != new.get(name):
            yield Change(what=what, name=name, then=old.get(name), now=new.get(name))


def why(then: Seen, now: Seen) -> Iterator[Reason]:
    """All that is not as it was, and may be why a trial moved; if all is the same, that the outcome is not stable."""
    found = [*_of_tests(then, now), *_of_task(then, now), *_of_judge(then, now)]
    if None not in (then.image, now.image) and then.image != now.image:
        found.append(Reason(kind="image", text="image changed: what it is made of differs"))
    if then.digest != now.digest and None not in (then.digest, now.digest) and not _explained(found):
        found.insert(0, _unknown(then))
    if then.record["verdict"] in NO_VERDICT:
        yield Reason(kind="not-judged-then", text=f"was not judged then: {then.record['reason']}")
    elif not found:
        yield Reason(kind="unstable", text="not stable: same tree, same tests, same image, another outcome")
    yield from found


def _of_tests(then: Seen, now: Seen) -> Iterator[Reason]:
    if then.facts is not None and now.facts is not None:
        words = files_changed(then.facts, now.facts, now.exam)
        if words:
            yield Reason(kind="tests", text=f"tests changed: {_named(words)}")


def _of_task(then: Seen, now: Seen) -> Iterator[Reason]:
    words = [f"bug {name} added" for name in now.asked if name not in then.asked]
    words += [f"bug {name} removed" for name in then.asked if name not in now.asked]
    for name, tests in now.asked.items():
        if name in then.asked and set(then.asked[name]) != set(tests):
            words.append(f"bug {name} has other tests ({_exchanged(then.asked[name], tests)})")
    if then.digest is not None and now.digest is not None:
        old, new = (seen.tests.difference(*seen.asked.values()) for seen in (then, now))
        if old != new:
            words.append(f"guards {_exchanged(old, new)}")
    if _differ(then, now, "settings"):
        words.append("clocks or canaries of its judge")
    if words:
        yield Reason(kind="task", text=f"task changed: {'; '.join(words)}")


def _of_judge(then: Seen, now: Seen) -> Iterator[Reason]:
    if then.version != now.version:
        yield Reason(kind="judge", text=f"judge changed: Roadtest {then.version} then, {now.version} now")
    elif _differ(then, now, "code"):
        yield Reason(kind="judge", text="judge changed: its own code is another")


def _differ(then: Seen, now: Seen, fact: str) -> bool:
    return then.facts is not None and now.facts is not None and then.facts[fact] != now.facts[fact]


def _explained(found: Sequence[Reason]) -> bool:
    """Whether something of what a tests digest covers is known to differ."""
    return any(reason.kind in ("tests", "task", "judge") for reason in found)


def _unknown(then: Seen) -> Reason:
    if then.facts is None:
        text = "tests changed: hidden files, clocks, canaries or words of a bug (the run's lock does not say which)"
        return Reason(kind="tests", text=text)
    return Reason(kind="task", text="task changed: what it says of its bugs, or the order of its tests")


def _exchanged(old: Collection[str], new: Collection[str]) -> str:
    """As in `+a.py::test_one −b.py::test_two`."""
    words = [f"+{test}" for test in sorted(set(new) - set(old))] + [f"−{test}" for test in sorted(set(old) - set(new))]
    return _named(words)


def _named(words: Sequence[str]) -> str:
    left = len(words) - MOST_NAMED
    return ", ".join([*words[:MOST_NAMED], *([f"and {left} more"] if left > 0 else [])])


def told_otherwise(then: Sequence[Event], now: Sequence[Event]) -> bool:
    """Whether, in a loop or the lab, the candidate was told of bugs by statuses that are others now.

    What was said stays; the state that the trial ended with is not asked about, for nothing was said of it.
    """
    if not now[0].data.get("rounds") and now[0].data.get("submissions", 1) <= 1:
        return False
    old, new = (_told(events) for events in (then, now))
    ended = final_check(now)
    last = None if ended is None else ended.data["source"]
    return any(old[tree] != new[tree] for tree in old.keys() & new.keys() if tree != last)


def _told(events: Sequence[Event]) -> dict[str, Mapping[str, str]]:
    """Bugs by tree, of the first check of each that a round rested on."""
    found: dict[str, Mapping[str, str]] = {}
    for check in of_kind(events, "check.ran"):
        if check.data.get("purpose", "score") in ("start", "score"):
            found.setdefault(check.data["source"], check.data["bugs"])
    return found
