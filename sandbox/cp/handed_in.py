"""Submissions of a trial as its log tells of them: what a check says, what a record says, the verdict in words. Pure.

Each submission that was judged has a `check.ran`. Its `score` and `bugs` are those of the trial by then, as contests
count (`sandbox.cp.sitting`): of each subtask the best submission so far.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.cp.problem import Verdict
from sandbox.cp.sitting import Attempt, Result, Sitting, result
from sandbox.events import Event, of_kind
from sandbox.tooling import SUBMIT_SOLUTION

Facts = Mapping[str, Any]
# The one thing that is wrong with the workspace of a problem, until it is solved.
SOLVED = "solved"
NOTHING: Facts = {"verdict": None, "score": None, "groups": {}, "subtasks": [], "cases": [], "first_failing": None}


def check_data(about: Facts, answer: Facts, before: Sequence[Facts]) -> dict[str, Any]:
    """What a `check.ran` says of a submission, as far as it follows from the judge's answer.

    Args:
        about: of the problem, as `Brief.as_data` has it.
        answer: the judge's account; `NOTHING` where nothing was handed in.
        before: the data of the checks of earlier submissions.

    Raises:
        LookupError, TypeError, ValueError: the answer is none.
    """
    groups = answer["groups"]
    found: dict[str, Any] = {
        "verdict": answer["verdict"],
        "points": answer["score"],
        "subtasks": {name: groups[name] for name in answer["subtasks"] if name in groups},
        "first_failing": None if answer["first_failing"] is None else answer["first_failing"]["case"],
        "cases": {row["case"]: {"verdict": row["verdict"], "seconds": row["time_s"]} for row in answer["cases"]},
    }
    worth = _worth(about, [*before, found])
    return {
        **found,
        "solved": worth.solved,
        "bugs": {SOLVED: "P" if worth.solved else "F"},
        "score": worth.fraction or 0.0,
    }


def checks_in(events: Sequence[Event]) -> list[Event]:
    """The checks of a problem's submissions, in order."""
    return [event for event in of_kind(events, "check.ran") if event.data.get("verdict")]


def record_of(events: Sequence[Event]) -> dict[str, Any] | None:
    """What the terminal record says of a problem; None for any other task."""
    about = events[0].data.get("problem")
    if about is None:
        return None
    checks = checks_in(events)
    rows = [check.data for check in checks]
    worth = _worth(about, rows)
    return {
        **about,
        "solved": worth.solved,
        "points": worth.points if about["scoring"] else None,
        "submissions": [
            {
                "verdict": check.data["verdict"],
                "seconds": round(_made_after(events, check), 3),
                "points": check.data["points"],
                "subtasks": dict(check.data["subtasks"]),
            }
            for check in checks
        ],
    }


def sitting_of(record: Facts) -> Sitting:
    """A trial as it is scored, from its terminal record."""
    about = record["problem"]
    attempts = tuple(
        Attempt(verdict=Verdict(row["verdict"]), seconds=row["seconds"], score=row["points"], subtasks=row["subtasks"])
        for row in about["submissions"]
    )
    return Sitting(
        problem=f"{record['suite']}/{record['task']}",
        repeat=record["repeat"],
        is_scoring=about["scoring"],
        full=about["full"],
        attempts=attempts,
    )


def in_words(checked: Facts, about: Facts) -> tuple[str, str]:
    """The verdict of a trial and the reason, from its last check."""
    word = checked["verdict"]
    if word is None:
        return "wrong", "nothing was handed in"
    where = f" at {checked['first_failing']}" if checked["first_failing"] else ""
    points = f"{checked['score'] * about['full']:g} of {about['full']:g} points" if about["full"] else ""
    if checked["solved"]:
        return "accepted", points or "accepted"
    reason = f"{points}; {word}{where}" if points else f"{word}{where}"
    return ("partial" if checked["score"] > 0 else "wrong"), reason


def _worth(about: Facts, checks: Sequence[Facts]) -> Result:
    attempts = tuple(
        Attempt(verdict=Verdict(row["verdict"]), score=row["points"], subtasks=row["subtasks"])
        for row in checks
        if row["verdict"] is not None
    )
    return result(Sitting(problem="", repeat=0, is_scoring=about["scoring"], full=about["full"], attempts=attempts))


def _made_after(events: Sequence[Event], check: Event) -> float:
    """Seconds of the candidate's until a submission was made: without those in which earlier ones were judged."""
    ready = next((event.t for event in of_kind(events, "env.ready")), 0.0)
    made = [
        (events[event.cause], event)
        for event in of_kind(events, "tool.returned")
        if event.cause is not None
        and events[event.cause].data["name"] == SUBMIT_SOLUTION
        and event.data["status"] == "ok"
    ]
    checkpoint = None if check.cause is None else events[check.cause]
    returned = None if checkpoint is None else checkpoint.cause
    judged = 0.0
    for started, answered in made:
        # In the field it is the only one, and its checkpoint is the end of the turn.
        if returned is None or answered.seq == returned:
            return max(0.0, started.t - ready - judged)
        judged += answered.t - started.t
    return 0.0
