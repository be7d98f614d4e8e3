"""What has to be checked yet for a trial's sequence to be known. Pure: a function of its log so far.

Asked again after each answer, until nothing is left:

1. the untouched workspace, and every state that counts, by all hidden tests;
2. both sides of every flip, until it was seen three times on each (only the tests of what flipped);
3. for what was right and is wrong: the states in between, halving, until the call that did it is found
   (again only those tests; one search in ten is looked over with all tests).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.detect.oscillation import detect
from sandbox.story import Mark, Story
from sandbox.trajectory import RUNS, counted, is_confirmed, narrowed, sides, trajectory

# A candidate may run its tests after every call: so many of its own checkpoints are judged at most, and
# fewer where the hidden tests take longer than this together, in seconds.
MOST_OWN = 24
LONGEST_OWN = 300.0
LEAST_OWN = 2
# Of one tree; more than any flip needs, so that a check which cannot be believed is not asked for without end.
MOST_CHECKS = 8
AUDITED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A check to be made. units: those whose tests are run, None for all. purpose: as in `check.ran`."""

    tree: str
    exam: int
    units: frozenset[str] | None
    purpose: str


def wanted(story: Story) -> list[Want]:
    """The checks to be made next; empty when all is known that can be."""
    if not story.states or not story.marks:
        return []
    return _unseen(story) or _unconfirmed(story) or _unlocated(story)


def _unseen(story: Story) -> list[Want]:
    wants = []
    if not story.checks_of(None):
        wants.append(Want(tree=story.tree_of(None), exam=story.last_exam, units=None, purpose="start"))
    unseen = [mark for mark in counted(story) if not story.checks_of(mark)]
    own = _some([mark for mark in unseen if mark.tier != "T0"], _most_own(story))
    for mark in [mark for mark in unseen if mark.tier == "T0" or mark in own]:
        want = Want(tree=story.tree_of(mark), exam=mark.exam, units=None, purpose="state")
        if want not in wants:
            wants.append(want)
    return wants


def _most_own(story: Story) -> int:
    """How many own checkpoints are still judged; those that were count."""
    known = [check for mark in counted(story) for check in story.checks_of(mark)[:1]]
    seen = sum(mark.tier != "T0" and bool(story.checks_of(mark)) for mark in counted(story))
    longest = max((check["suite_seconds"] for check in known), default=0.0)
    most = MOST_OWN if longest * MOST_OWN <= LONGEST_OWN else max(LEAST_OWN, int(LONGEST_OWN / longest))
    return max(0, most - seen)


def _some(marks: Sequence[Mark], most: int) -> list[Mark]:
    """At most so many, spread evenly."""
    if len(marks) <= most:
        return list(marks)
    return [marks[place * len(marks) // most] for place in range(most)]


def _unconfirmed(story: Story) -> list[Want]:
    lacking: dict[tuple[str, int], dict[str, int]] = {}
    for flip in detect(trajectory(story)).flips:
        for key in () if is_confirmed(story, flip) else sides(story, flip):
            missing = RUNS - story.runs(*key, flip.unit)
            if missing > 0 and len(story.checks.get(key, ())) < MOST_CHECKS:
                lacking.setdefault(key, {})[flip.unit] = missing
    wants: list[Want] = []
    for (tree, exam), units in lacking.items():
        chosen = set(units)
        if tree == story.tree_of(None):
            # Every trial of the task wants some of these; asked for together, they are run once.
            chosen |= {unit.name for unit in story.units if unit.kind == "bug"}
        want = Want(tree=tree, exam=exam, units=frozenset(chosen), purpose="confirm")
        wants += [want] * max(units.values())
    return wants


def _unlocated(story: Story) -> list[Want]:
    units: dict[tuple[str, int], set[str]] = {}
    for flip in detect(trajectory(story)).flips:
        if flip.kind == "fix":
            continue
        place, found = narrowed(story, flip)
        if not found:
            units.setdefault((story.states[place].tree, counted(story)[flip.after].exam), set()).add(flip.unit)
    wants = []
    for (tree, exam), chosen in units.items():
        if len(story.checks.get((tree, exam), ())) < MOST_CHECKS:
            wants.append(Want(tree=tree, exam=exam, units=frozenset(chosen), purpose="locate"))
            if int(tree[:8], 16) % AUDITED == 0:
                wants.append(Want(tree=tree, exam=exam, units=None, purpose="audit"))
    return wants
