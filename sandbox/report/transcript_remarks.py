"""What happened between the steps of a transcript: what the user said, checkpoints, checks, limits, faults. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sandbox import score
from sandbox.events import Event, final_check
from sandbox.report.transcript_data import Failure, Remark

LedTo = Callable[..., list[Event]]

ENDINGS = {
    "submit": "handed in",
    "done": "ended its turn with a reply without a call, which says that it is done",
    "malformed": "its turn was ended: three replies in a row could not be read",
    "limit": "its turn was ended by a limit",
    "context": "its turn was ended: the conversation is longer than the model takes",
}
OWN = {"tests": "ran its tests (checkpoint)", "commit": "committed (checkpoint)"}
MARKS = {"P": "✓", "F": "✗", "S": "–"}
_KINDS = {
    "step.opened": "instruction",
    "checkpoint": "checkpoint",
    "check.ran": "check",
    "limit.hit": "limit",
    "fault": "fault",
}


def remarks(events: Sequence[Event], led_to: LedTo) -> Iterator[Remark]:
    """The remarks of a log, in order.

    Args:
        led_to: gives the events of some kinds that an event led to.
    """
    steps = turns = 0
    final, staged = final_check(events), _staged(events[0])
    for event in events:
        steps += event.kind == "model.replied"
        turns += event.kind == "step.opened"
        if event.kind == "model.asked":
            yield from _unanswered(events, event, led_to, steps)
        elif event.kind in _KINDS and event is not final and not (event.kind == "step.opened" and turns == 1):
            stage = _stage(event, staged)
            text = _in_words(event, stage)
            if text is not None:
                yield Remark(after=steps, at=float(event.t), kind=_KINDS[event.kind], text=text, stage=stage)


def _staged(opened: Event) -> str | None:
    """What the turns of a trial are called; None where there is one."""
    return "step" if opened.data.get("steps") else "round" if opened.data.get("rounds") else None


def _stage(event: Event, staged: str | None) -> str | None:
    """As in "round 2" or "step NAME", of what belongs to one."""
    if staged is None or "step" not in event.data:
        return None
    return f"round {event.data['index'] + 1}" if staged == "round" else f"step {event.data['step']}"


def _in_words(event: Event, stage: str | None) -> str | None:
    """None of what is not shown: checks of other states than those at the end of a turn."""
    data = event.data
    if event.kind == "step.opened":
        return told(event)[1]
    if event.kind == "limit.hit":
        return score.verdict([event])[1]
    if event.kind == "fault":
        ended = ", which ended the trial" if data["final"] else ""
        return f"{data['error']} ({data['origin']}, {data['stage']}){ended}: {data['message']}"
    if event.kind == "checkpoint":
        reason = str(data["reason"])
        return OWN.get(reason) or (f"{stage}: " if stage else "") + ENDINGS.get(reason, reason)
    return _check_in_words(event) if data.get("purpose", "score") == "score" else None


def _check_in_words(ran: Event) -> str:
    """Each bug with its mark; guards by number, those that did not hold by name."""
    bugs, guards = ran.data["bugs"], ran.data["guards"]
    if (word := ran.data.get("verdict")) is not None:
        points = "" if ran.data["points"] is None else f" · {ran.data['points']:g} points"
        where = f" at {ran.data['first_failing']}" if ran.data["first_failing"] else ""
        return f"judged: {word}{where}{points}"
    parts = [f"{MARKS.get(status, '?')} {name}" for name, status in bugs.items()]
    if guards:
        broken = [f"✗ {name}" for name, status in guards.items() if status != "P"]
        parts.append(f"guards {len(guards) - len(broken)}/{len(guards)}")
        parts += broken
    return f"judged: {' · '.join(parts)}"


def _unanswered(events: Sequence[Event], asked: Event, led_to: LedTo, steps: int) -> Iterator[Remark]:
    if led_to(asked, "model.replied"):
        return
    for failed in map(failure, led_to(asked, "model.failed")):
        yield Remark(after=steps, at=failed.at, kind="unanswered", text=failure_in_words(failed))
    text = "waiting for the model" if asked is events[-1] else "the candidate was asked, and no reply came"
    yield Remark(after=steps, at=float(asked.t), kind="unanswered", text=text)


def failure(event: Event) -> Failure:
    """What a `model.failed` says."""
    data = event.data
    wait = None if data["wait"] is None else float(data["wait"])
    kind, message = str(data["kind"]), str(data["message"])
    return Failure(at=float(event.t), attempt=int(data["attempt"]), kind=kind, message=message, wait=wait)


def failure_in_words(failed: Failure) -> str:
    """What went wrong at the provider and what was done about it, in one line."""
    then = "not asked again" if failed.wait is None else f"asked again after {failed.wait:.1f}s"
    return f"the provider failed (attempt {failed.attempt}, {failed.kind}): {failed.message}; {then}"


def told(opened: Event | None) -> tuple[str, str]:
    """The system prompt and the instruction of a turn."""
    said = {"system": "", "user": ""}
    for message in () if opened is None else opened.data["messages"]:
        said[str(message["role"])] = str(message.get("content") or "")
    return said["system"], said["user"]
