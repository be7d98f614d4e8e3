"""What the words and figures of the page mean, for somebody who has never seen one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from sandbox.report.figures import CLUSTERED, INTERVAL
from sandbox.report.sheet import Sheet
from sandbox.rungs import RUNGS

Term = tuple[str, str]
BASICS: tuple[Term, ...] = (
    ("candidate", "Who is tried: a model with its settings, or a script that plays one."),
    ("task", "A real package with a real bug, and what is asked for, as a user would put it."),
    ("trial", "One attempt of one candidate at one task, alone in a container, with tools that it calls."),
    ("condition", "How candidates meet tasks. field: once, as users put it; loop: bugs are reported in rounds."),
    ("the road, the lab", "A whole repository and a user's words; a problem cut out of one, or a bug pointed at."),
    ("hidden tests", "They judge what was handed in, and come into being only then, in a container of their own."),
    ("bugs, guards", "What was asked to be mended; files of tests on what worked before and has to go on."),
    ("accepted", "Every bug mended and every guard intact."),
    ("partial, wrong", "Some bugs mended; none, or something broken in turn."),
    ("budget, agent-crash", "A limit was reached; the candidate brought its own trial down. Neither is accepted."),
    ("infra-error, judge-error", "It is not known what the candidate would have done: no verdict, and in no rate."),
    (INTERVAL, "Where the true rate may well lie: few trials, wide interval. Two that overlap do not settle an order."),
)
OF_RUNGS: Mapping[str, str] = {
    "kernel": "the algorithmic core of the fix, as a competitive problem",
    "function": "the bug in its repository, with the file, the function and a failing test given",
    "report": "the whole repository, in a user's words, once",
    "loop": "one complaint after another, on the candidate's own earlier state",
    "rough": "mistyped, in few words or another language, below a long thread, with tools that falter",
}
_DESIGN: Mapping[str, str] = {
    "k": "trials of an item on a rung",
    "n": "items on both sides of the comparison",
    "repos": "of so many packages; items of one resemble each other, so it is these that count",
    "p": "how often chance alone does as much where there is no difference",
    "least p": "the smallest p that so many packages allow",
    "detectable": "the smallest true difference, in points, that is found in 80% of such comparisons",
    "p, Holm": "p, corrected for how many are looked at",
    "least p, Holm": "the smallest of these that is possible",
    "q": "p, corrected for how many slices are tested (Benjamini and Hochberg)",
}
_ANYWHERE: Mapping[str, str] = {
    **_DESIGN,
    **{rung: f"solved there: {words}" for rung, words in OF_RUNGS.items()},
    "candidate": "who is tried",
    "condition": "how it met its tasks",
    "task": "what was asked for",
    "suite": "the collection that tasks are of",
    "rung": "of the ladder: how the bug was asked for",
    "tasks": "how many of them the figures rest on",
    "package": "the package that the tasks' bugs are of",
    "category": "the kind of bug",
    "difficulty": "how large the fix is, as the task's author puts it",
    "kind": "how tasks were made: from a release, a chain of them, a bug put in, a problem",
    "fixed_at": "when the fix was published; models may have seen what is older than they are",
    "no verdict": "trials of which it is not known what the candidate would have done; in no rate",
    "accepted": "trials in which all was right, of those with a verdict",
    "rate": "the same in percent",
    INTERVAL: "where the true figure may well lie; few trials, wide interval",
    CLUSTERED: "the 95% interval; repeats of a task resemble each other, so it is tasks that count",
    "other verdicts": "how the others ended",
    "calls": "function calls made",
    "faulty": "calls with a fault of their own, as an argument that is missing",
    "recovered": "faults after which the candidate did the same without one, within three replies",
    "tokens": "read and written, added up",
    "cost": "US dollars",
    "wall": "seconds from the start of a trial to its verdict, added up",
    "trials": "how many the figures rest on",
    "pass@k": "chance that at least one of k trials is accepted, mean over tasks",
    "95% of pass@k": "its 95% interval",
    "pass^k": "chance that all of k trials are accepted, mean over tasks",
    "95% of pass^k": "its 95% interval",
    "as wanted": "trials in which the services ended in just the state that was wanted",
    "partial": "how far they got, mean, of 1",
    "collateral": "trials in which something changed that nothing allows",
    "minefields": "trials in which something was done that must never be",
    "most often missed": "what was wanted and did not hold",
}
_LADDER: Mapping[str, str] = {
    "step": "from which rung to which; * is from end to end, the primary figure",
    "rates": "solved on the one, and on the other",
    "gap": "the second minus the first in points: −10 is ten in a hundred items lost",
    "retained": "the second over the first: what is left of what was solved",
    "95% of that": "its 95% interval",
    "first": "one candidate of a pair",
    "second": "the other",
    "difference": "how much more the first loses than the second, in points",
    "better in the lab": "who of a pair solved more in the lab",
    "other": "the other one",
    "lead in the lab": "by how many points",
    "95% there": "its 95% interval",
    "p there": "its p",
    "lag on the road": "by how many points the same one is behind on the road",
    "95% on the road": "its 95% interval",
    "p on the road": "its p",
    "G2": "whether the two are shown to change places",
    "family": "models of one maker are not independent of each other",
    "CP score": "at competitive problems",
    "road": "solved on the road",
    "expected": "by a line through all other models",
    "residual": "what was solved minus what was expected, in points",
    "measure": "of whether the two orders agree: 1 is entirely, 0 is not at all",
    "value": "of the measure, or what the slice has in common",
    "models": "how many there are",
    "by": "what the gap is taken apart by",
}
_PROBLEMS: Mapping[str, str] = {
    "no.": "in the plot",
    "solved": "trials that ended with an accepted program, of those with a verdict",
    "problems": "problems solved at least once, of those that it met",
    "attempts": "programs handed in, up to the first that was accepted",
    "rejected": "those of them that were not accepted (one that does not compile is not counted)",
    "penalty": "as in contests: minutes until each solution, and 20 for each rejected program before it",
    "points": "in problems that give points for parts",
    "rating": "one figure for how hard the problems are that it solves; no percentile of people",
    "± SE": "the standard error of the rating",
}
_CALLS: Mapping[str, str] = {
    "rate": "faulty calls over all calls",
    "recovered": "faulty calls after which it soon did the same without a fault, of all that were not run",
    "replies to it": "replies until then, median",
    "unrecovered": "faulty calls of which what they were for was never done",
    "label": "the kind of fault; unrecovered: never put right; false-completion: it said that it was done, and was not",
    "count": "how many had it",
    "of": "of how many: calls, replies, faults, or claims to be done",
    "tokens": "that faulty calls took, and their share",
    "time": "that faulty calls took, and its share",
    "faulty replies": "replies that were empty or broken as a whole",
    "false completions": "trials in which it said that it was done and was not, of those in which it said so",
    "loops": "stretches of calls that went round with the same results",
    "refused": "sound calls that a tool said no to, such as a path that is not there; no fault",
    "ungrounded": "values that stood in nothing it had been shown; a hint, no fault",
    "tool": "which function was called",
}
_BACK: Mapping[str, str] = {
    "checkpoints": "T0: states that were handed in; T0+T1: those, too, in which it ran the tests or committed",
    "fixes": "bugs that were wrong and became right",
    "came back": "bugs that it had mended and that were wrong again, of the stretches in which that could happen",
    "RR": "the same in percent: the rate of reintroduction",
    "95% exact": "its 95% interval",
    "trials with one": "trials in which some bug came back",
    INTERVAL: "of trials with one",
    "untouched broke": "the same for what was right from the start",
    "lift": "came back over untouched broke: above 1, mends are undone more often than other code is broken",
    "95% lift": "its 95% interval",
    "index": "0: mended for good; 1: back where it began; median of trials in which a bug changed",
    "above 0": "trials with some back and forth, of these",
    "alternation": "the most often that two bugs changed sides in one trial; 1 is a swap",
    "cycles": "returns to an earlier state of the code",
    "harmful": "those of them to a state in which a bug that was asked for is not mended",
    "unstable": "checks that came out now so, now so; they count as neither",
    "checkpoints until half came back": "after their fix; “not reached”: fewer than half did",
    "calls until half came back": "the same in calls",
    "forgetting": "bugs right at some step and not after the last",
}
_OF_SECTIONS: Mapping[str, Mapping[str, str]] = {
    "ladder": _LADDER,
    "competitive": _PROBLEMS,
    "calls": _CALLS,
    "oscillation": _BACK,
}
# Headings with a name or a number in them.
_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"CP: .*", "rating at competitive problems, on a scale of its own: no rate is subtracted from it"),
    (r"CP-style score .*", "rating at competitive problems, with its 95% interval"),
    (r"solved as competitive problems", "share of the problems, with its 95% interval"),
    (rf"road \(({'|'.join(RUNGS)})\)", "solved on that rung, with its 95% interval"),
    (r"kept after \d+", "of a chain of tasks: bugs right at the end of their step that are right so many steps later"),
)
# Facts that stand above a transcript.
OF_TRIAL: tuple[Term, ...] = (
    ("score", "The share of bugs that are mended, of 1; 0 where a guard does not hold."),
    ("bugs, guards", "What was asked to be mended; files of tests on what worked before and has to go on."),
    ("calls", "Function calls, and the replies of the candidate that held them."),
    ("faults", "Kinds of fault, and how often; a fault is recovered when it soon does the same without one."),
    ("time", "Seconds in all; of these waiting for the model, in tools, making the container ready, in hidden tests."),
)
# Facts that stand above the matrix of a trial, and what its columns are.
OF_MATRIX: tuple[Term, ...] = (
    ("columns", "States that were judged. r2 submit: handed in in round 2. In brackets: where it ran tests itself."),
    ("rows", "Bugs by their names; guards, which are files of tests on what worked, where one did not hold."),
    ("came back, broke", "Wrong again after a fix in this trial; wrong without any such fix."),
    ("index", "Of oscillation: 0 is mended for good, 1 is back where it began."),
    ("alternation", "The most often that two bugs changed sides; 1 is a swap."),
    ("state cycles", "Returns to an earlier state of the code; harmful where a bug asked for is not mended."),
)


def columns_of(section: str, sheet: Sheet) -> list[Term]:
    """What the columns of a table mean, in their order.

    Args:
        section: its anchor. What has no meaning here is left out.
    """
    return list(_meanings(section, [*sheet.names, *sheet.figures]))


def _meanings(section: str, headings: Iterable[str]) -> Iterator[Term]:
    known = {**_ANYWHERE, **_OF_SECTIONS.get(section, {})}
    for heading in headings:
        found = known.get(heading) or next((words for form, words in _PATTERNS if re.fullmatch(form, heading)), None)
        if found is not None:
            yield heading, found


def rungs_in_words(rungs: Iterable[str]) -> list[Term]:
    """What is asked on each rung."""
    return [(rung, OF_RUNGS[rung]) for rung in rungs if rung in OF_RUNGS]
