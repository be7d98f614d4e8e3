"""A trial's log as it is to be judged again: what is kept of it, and which states are judged. Pure.

What was said and done is history and stays, in the loop also what the candidate was told by the verdicts of then.
What was found goes: checks, the verdict, and failures of the judge where there is a tree to be judged now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sandbox.condition import of_log
from sandbox.events import Event, of_kind
from sandbox.serving.verdict import EXPORTED
from sandbox.task import Task

_FOUND = frozenset({"check.ran", "trial.closed"})


def is_finished(events: Sequence[Event]) -> bool:
    """Whether a log is one of a trial that has ended."""
    return bool(events) and events[0].kind == "trial.opened" and events[-1].kind == "trial.closed"


def stays_because(events: Sequence[Event]) -> str | None:
    """Why nothing of a finished trial can be judged, so that its record stays as it is; None if something can."""
    fault = ended_by(events)
    if fault is not None and fault.data["origin"] != "agent":
        if fault.data["stage"] == "judge":
            return "the judge failed before the candidate was done, and nobody went on with it"
        return "it ended before its workspace was sealed"
    states = judged_states(events)
    kept = {event.cause for event in of_kind(events, EXPORTED)}
    if kept and any(ended.seq not in kept for _, ended in states):
        return "what its services held was not kept"
    return None if states else "it left no tree"


def misfit(events: Sequence[Event], task: Task) -> str | None:
    """Why a trial cannot be judged by the task as it is now; None if it can."""
    if of_log(events[0].data) is None:
        return f"its condition {events[0].data['condition']} is not known any more"
    if ("problem" in events[0].data) is not (task.problem is not None):
        return "it is another kind of task now"
    before = {name for event in of_kind(events, EXPORTED) for name in event.data["services"]}
    if before != {service.name for service in task.services} and judged_states(events):
        return f"it had the services {', '.join(sorted(before)) or 'of no task with some'} then and has others now"
    steps = list(events[0].data.get("steps") or ())
    if steps != [step.name for step in task.steps]:
        return f"it had the steps {', '.join(steps) or 'of no chain'} then and has others now"
    return None


def ended_by(events: Sequence[Event]) -> Event | None:
    """The failure that ends a trial however it is judged; None if there is none."""
    kept = (fault for fault in of_kind(events, "fault") if not _is_of_judging(fault, sealed=_is_sealed(events)))
    return next((fault for fault in kept if fault.data["final"]), None)


def judged_states(events: Sequence[Event]) -> list[tuple[Event, Event]]:
    """What a verdict, or a round of the loop, rests on: each `tree.saved` with its checkpoint, in order."""
    by_seq = {event.seq: event for event in events}
    if submitted := _submissions(events):
        return submitted
    pairs = [(saved, by_seq[saved.cause]) for saved in of_kind(events, "tree.saved") if saved.cause in by_seq]
    # A Harbor task is judged after each step, as the next one may hang on it.
    rounds = bool(events[0].data.get("rounds")) or events[0].data.get("judge") == "harbor"
    return [
        (saved, ended)
        for saved, ended in pairs
        if ended.kind == "checkpoint" and ended.data["tier"] == "T0" and (rounds or saved.data["sealed"])
    ]


def _submissions(events: Sequence[Event]) -> list[tuple[Event, Event]]:
    """Those of a problem whose verdicts the candidate was told: each has a checkpoint beside its tree."""
    if "problem" not in events[0].data:
        return []
    ended = {event.cause: event for event in of_kind(events, "checkpoint") if event.cause is not None}
    return [(saved, ended[saved.cause]) for saved in of_kind(events, "tree.saved") if saved.cause in ended]


def retold(events: Sequence[Event], task: Task, judged_by: Mapping[str, Any]) -> list[Event]:
    """The log up to where judging begins, as a log of its own: numbered anew, with the task's bugs as they are now.

    Args:
        judged_by: what the trial is judged by now, kept as `rejudged` of its opening.
    """
    sealed = _is_sealed(events)
    kept = [
        event
        for event in events
        if event.kind not in _FOUND and not (event.kind == "fault" and _is_of_judging(event, sealed=sealed))
    ]
    places = {event.seq: place for place, event in enumerate(kept)}
    opening = {
        **events[0].data,
        "judge": task.judge.kind,
        "task_digest": task.digest,
        "bugs": [{"id": bug.id, "step": bug.step, "tests": list(bug.tests)} for bug in task.bugs],
        **({} if task.problem is None else {"problem": task.problem.as_data()}),
        "rejudged": dict(judged_by),
    }
    return [
        replace(
            event,
            seq=place,
            cause=None if event.cause is None else places.get(event.cause),
            data=opening if place == 0 else event.data,
        )
        for place, event in enumerate(kept)
    ]


def _is_sealed(events: Sequence[Event]) -> bool:
    return any(saved.data.get("sealed") for saved in of_kind(events, "tree.saved"))


def _is_of_judging(fault: Event, *, sealed: bool) -> bool:
    """Whether a failure lay in finding out alone: it is gone when that is done anew."""
    if "divergence" in fault.data:
        return False
    if not fault.data["final"]:
        return bool(fault.data["stage"] == "probe")
    return sealed and fault.data["origin"] != "agent"
