"""From a trial's story to the sequence of its checkpoints, and what of it is confirmed. Pure.

    events → Story → Trajectory    bug by checkpoint, what `sandbox.detect.oscillation` reads events out of

A flip counts once it was seen three times on either side; until then the later of the two
states is taken as not known for that bug (`settled`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sandbox.detect.oscillation import Findings, Flip, detect
from sandbox.detect.states import Checkpoint, Snapshot, Trajectory
from sandbox.judge import FAILING
from sandbox.story import CUT, Mark, Story, believed

# How often a flip has to be seen on either side, the first time included. Source: definitions, guards.
RUNS = 3
# So many states between two checkpoints are all looked at for the one that undid a fix.
MOST_SCANNED = 12


def counted(story: Story) -> list[Mark]:
    """The checkpoints that count: of whole turns, of own tests and commits in code that can be imported.

    Neighbours with one tree (and the same tests) are one state, whichever way it was looked at; an end
    of a turn stands for both.
    """
    found: list[Mark] = []
    for mark in story.marks:
        if mark.reason in CUT or (mark.tier != "T0" and not _counts(story, mark)):
            continue
        before = found[-1] if found else None
        if story.tree_of(mark) != story.tree_of(before) or (before is not None and before.exam != mark.exam):
            found.append(mark)
        elif mark.tier == "T0" and (before is None or before.tier != "T0"):
            found[-1:] = [mark]
    return found


def _counts(story: Story, mark: Mark) -> bool:
    """Of a T1: not in a state that a deliberate revert led into, nor in code that is half written.

    That is code of which nothing can be imported, or with a file that is no Python and was not so at the start.
    """
    if story.states[mark.state].reverted:
        return False
    whole = [check for check in story.checks_of(mark) if not check.get("selected")]
    odd = {path for check in story.checks_of(None) for path in check.get("unparsable", ())}
    return all(check.get("imports", True) and odd.issuperset(check.get("unparsable", ())) for check in whole)


def trajectory(story: Story) -> Trajectory:
    """The sequence of a trial as far as its checkpoints were checked, flips confirmed or not."""
    marks = counted(story)
    checkpoints = [_checkpoint(story, mark) for mark in marks]
    at = {mark.state: place for place, mark in enumerate(marks)}
    codes = {tree: check["code"] for (tree, _), found in story.checks.items() for check in found if check.get("code")}
    snapshots = [
        Snapshot(tree=state.tree, code=codes.get(state.tree), checkpoint=at.get(place), reverted=state.reverted)
        for place, state in enumerate(story.states)
    ]
    return Trajectory(
        units=story.units,
        start=_checkpoint(story, None),
        checkpoints=tuple(checkpoints),
        snapshots=tuple(snapshots),
        truncated=story.truncated,
    )


def _checkpoint(story: Story, mark: Mark | None) -> Checkpoint:
    tree, exam, checks = story.tree_of(mark), story.exam_of(mark), story.checks_of(mark)
    statuses = {unit.name: story.status(tree, exam, unit.name) for unit in story.units}
    if mark is None and checks:
        # A bug whose tests the last step has dropped: it is in the chain for being wrong at first.
        statuses |= {unit.name: "F" for unit in story.units if unit.step is not None and statuses[unit.name] is None}
    whole = [check for check in checks if not check.get("selected") and believed(check)]
    if mark is not None and mark.tier != "T0" and whole:
        unseen = [unit.name for unit in story.units if _is_uncollected(story, whole[0], unit.name)]
        statuses |= {name: "S" for name in unseen if statuses[name] == "F"}
    return Checkpoint(
        tier="start" if mark is None else mark.tier,
        step=0 if mark is None else mark.stage,
        tree=tree,
        code=next((check["code"] for check in checks if check.get("code")), None),
        statuses={name: status for name, status in statuses.items() if status is not None},
        failing=failing_tests(whole[0]) if whole else None,
        calls=0 if mark is None else mark.calls,
        tokens=0 if mark is None else mark.tokens,
    )


def _is_uncollected(story: Story, check: Mapping[str, Any], unit: str) -> bool:
    """Whether a unit fails only in that its tests are not there: their file cannot be imported."""
    tests = story.tests.get(unit) or [test for test in check["outcomes"] if test.partition("::")[0] == unit]
    failing = {check["outcomes"][test] for test in tests if check["outcomes"].get(test) in FAILING}
    return failing == {"missing"}


def failing_tests(check: Mapping[str, Any]) -> tuple[str, ...]:
    """The hidden tests that failed in a check, sorted."""
    return tuple(sorted(test for test, word in check["outcomes"].items() if word in FAILING))


def sides(story: Story, flip: Flip) -> tuple[tuple[str, int], tuple[str, int]]:
    """(tree, exam) before and after a flip.

    What was right and is wrong is held against one set of tests: where a step of a chain brought others, the state
    before has to be right by those too, or it was the tests that changed and not the code.
    """
    marks = counted(story)
    before, after = None if flip.before < 0 else marks[flip.before], marks[flip.after]
    exam = story.exam_of(before) if flip.kind == "fix" else after.exam
    return (story.tree_of(before), exam), (story.tree_of(after), after.exam)


def is_confirmed(story: Story, flip: Flip) -> bool:
    """Whether a flip was seen often enough on both sides.

    Where there is one checkpoint nothing can come back: a fix is what the verdict says, and is not run again.
    """
    if flip.kind == "fix" and len(counted(story)) == 1 and not story.in_rounds:
        return True
    wanted = ("F", "P") if flip.kind == "fix" else ("P", "F")
    return all(
        story.runs(*side, flip.unit) >= RUNS and story.status(*side, flip.unit) == status
        for side, status in zip(sides(story, flip), wanted, strict=True)
    )


def settled(story: Story) -> tuple[Trajectory, Findings]:
    """What happened, as far as it is confirmed: a flip that is not leaves its bug's sequence."""
    found = trajectory(story)
    while True:
        findings = detect(found)
        doubtful = [flip for flip in findings.flips if not is_confirmed(story, flip)]
        if not doubtful:
            return found, findings
        found = _without(found, doubtful)


def _without(found: Trajectory, flips: Sequence[Flip]) -> Trajectory:
    checkpoints = list(found.checkpoints)
    for flip in flips:
        after = checkpoints[flip.after]
        checkpoints[flip.after] = replace(after, statuses={**after.statuses, flip.unit: "S"})
    return replace(found, checkpoints=tuple(checkpoints))


def span(story: Story, flip: Flip) -> tuple[int, int]:
    """Places of the states between which a flip lies, both included."""
    marks = counted(story)
    return 0 if flip.before < 0 else marks[flip.before].state, marks[flip.after].state


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """What brought a flip from P to F about.

    place: of the state, None as long as more has to be known. wanted: places of the states whose status is
    missing for it. scanned: the status of every state in between is known; without, they were halved, and it may
    have gone back and forth unseen.
    """

    place: int | None
    wanted: tuple[int, ...] = ()
    scanned: bool


def narrowed(story: Story, flip: Flip) -> Narrowed:
    """The state after the last one that was still right, as far as it is known.

    A few states in between are all looked at. Many are halved, as if what was wrong had stayed wrong. What is
    neither P nor F counts as no longer right.
    """
    first, final = span(story, flip)
    exam = story.exam_of(counted(story)[flip.after])
    places = [first, *(place for place in range(first + 1, final) if _is_news(story, place)), final]

    def status(place: int) -> str | None:
        return story.status(story.states[place].tree, exam, flip.unit)

    low, high = 0, len(places) - 1
    scanned = high - 1 <= MOST_SCANNED
    if scanned:
        if unknown := tuple(place for place in places[1:-1] if status(place) is None):
            return Narrowed(place=None, wanted=unknown, scanned=True)
        low = max((index for index in range(1, high) if status(places[index]) == "P"), default=0)
        return Narrowed(place=places[low + 1], scanned=True)
    while high - low > 1:
        middle = (low + high) // 2
        found = status(places[middle])
        if found is None:
            return Narrowed(place=None, wanted=(places[middle],), scanned=False)
        low, high = (middle, high) if found == "P" else (low, middle)
    return Narrowed(place=places[high], scanned=False)


def _is_news(story: Story, place: int) -> bool:
    """Whether a state is other than the one before, and can be had."""
    state = story.states[place]
    return state.tree != story.states[place - 1].tree and (state.commit or state.blob) is not None
