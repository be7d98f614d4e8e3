"""What has to be checked yet for a trial's sequence to be known. Pure: a function of its log so far.

Asked again after each answer, until nothing is left:

1. the untouched workspace, and every state that counts;
2. both sides of every flip, until it was seen three times on each;
3. for what was right and is wrong: the states in between, until the call that did it is found. Only the tests of
   what flipped are run there; one search in ten is looked over with all tests.

A confirmation runs all hidden tests: code that could tell it from a first check would answer it otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.detect.oscillation import detect
from sandbox.story import Story
from sandbox.trajectory import RUNS, counted, is_confirmed, narrowed, sides, trajectory

# A candidate may run its tests after every call: so many of its own checkpoints are judged at most, and
# fewer where the hidden tests take longer than this together, in seconds.
MOST_OWN = 24
LONGEST_OWN = 300.0
LEAST_OWN = 2
# Of one tree; more than any flip needs, so that a check which cannot be believed is not asked for without end.
MOST_CHECKS = 8
AUDITED = 10
# Of all checks of a trial beside those of its verdict, seconds: code that never ends costs each its whole clock.
LONGEST = 900.0


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
    ends, own = _keys(story, ends=True), _keys(story, ends=False)
    unseen = [key for key in own if key not in story.checks]
    room = max(0, _most_own(story) - (len(own) - len(unseen)))
    if len(unseen) > room:
        # In no order of time: every second state of one who alternates would always be the same.
        unseen = sorted(unseen)[:room]
    keys = [key for key in [*ends, *unseen] if key not in story.checks]
    return wants + [Want(tree=tree, exam=exam, units=None, purpose="state") for tree, exam in keys]


def _keys(story: Story, *, ends: bool) -> list[tuple[str, int]]:
    """Trees (and by which tests they are judged) of the checkpoints that end a turn, or of the candidate's own."""
    of_ends = {(story.tree_of(mark), mark.exam): None for mark in counted(story) if mark.tier == "T0"}
    if ends:
        return list(of_ends)
    every = {(story.tree_of(mark), mark.exam): None for mark in counted(story)}
    return [key for key in every if key not in of_ends]


def _most_own(story: Story) -> int:
    """How many of the candidate's own states are judged."""
    known = [check for found in story.checks.values() for check in found]
    longest = max((check["suite_seconds"] for check in known), default=0.0)
    return MOST_OWN if longest * MOST_OWN <= LONGEST_OWN else max(LEAST_OWN, int(LONGEST_OWN / longest))


def unjudged(story: Story) -> int:
    """How many of the states that count were not judged."""
    return sum(key not in story.checks for key in [*_keys(story, ends=True), *_keys(story, ends=False)])


def spent(story: Story) -> float:
    """Seconds of tests that were run for this trial beside those of its verdict."""
    checks = [check for found in story.checks.values() for check in found]
    return float(
        sum(
            check["suite_seconds"]
            for check in checks
            if check.get("purpose", "score") != "score" and not check.get("cached")
        )
    )


def _unconfirmed(story: Story) -> list[Want]:
    lacking: dict[tuple[str, int], int] = {}
    for flip in detect(trajectory(story)).flips:
        for key in () if is_confirmed(story, flip) else sides(story, flip):
            missing = RUNS - story.runs(*key, flip.unit)
            if missing > 0 and len(story.checks.get(key, ())) < MOST_CHECKS:
                lacking[key] = max(missing, lacking.get(key, 0))
    return [
        Want(tree=tree, exam=exam, units=None, purpose="confirm")
        for (tree, exam), missing in lacking.items()
        for _ in range(missing)
    ]


def _unlocated(story: Story) -> list[Want]:
    units: dict[tuple[str, int], set[str]] = {}
    for flip in detect(trajectory(story)).flips:
        if flip.kind == "fix" or not is_confirmed(story, flip):
            continue
        for place in narrowed(story, flip).wanted:
            key = story.states[place].tree, counted(story)[flip.after].exam
            units.setdefault(key, set()).add(flip.unit)
    wants = []
    for (tree, exam), chosen in units.items():
        if len(story.checks.get((tree, exam), ())) < MOST_CHECKS:
            wants.append(Want(tree=tree, exam=exam, units=frozenset(chosen), purpose="locate"))
            if int(tree[:8], 16) % AUDITED == 0:
                wants.append(Want(tree=tree, exam=exam, units=None, purpose="audit"))
    return wants
