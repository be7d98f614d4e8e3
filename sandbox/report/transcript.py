"""From the events of one trial to what a person reads: steps with calls, results and changes. Pure.

A *step* is one reply of the candidate with everything that it asked for; steps
count from 1. A log that was cut, or is still being written, is read as far as it goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox import score
from sandbox.cp.problem import Verdict
from sandbox.detect.facts import UNRECOVERED, CallFacts
from sandbox.detect.faults import trial_calls
from sandbox.events import Event, final_check, of_kind
from sandbox.judge import PASSING
from sandbox.report.transcript_data import (
    CallShown,
    CheckShown,
    HiddenTest,
    Saved,
    Seal,
    Step,
    Transcript,
)
from sandbox.report.transcript_remarks import failure, remarks, told


class _Log:
    """Events with what each of them led to."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self._labels = {call.seq: _labels(call) for call in trial_calls(events).calls}
        self._led_to: dict[int, list[Event]] = {}
        for event in events:
            if event.cause is not None:
                self._led_to.setdefault(event.cause, []).append(event)

    def labels(self, begun: Event) -> tuple[str, ...]:
        """The faults of a call: its own, and those that only the sequence shows."""
        return self._labels.get(begun.seq, ())

    def led_to(self, cause: Event, *kinds: str) -> list[Event]:
        return of_kind(self._led_to.get(cause.seq, []), *kinds)

    def first(self, cause: Event, kind: str) -> Event | None:
        return next(iter(self.led_to(cause, kind)), None)


def _labels(call: CallFacts) -> tuple[str, ...]:
    return (*call.labels, UNRECOVERED) if call.unrecovered else call.labels


def transcribe(events: Sequence[Event], answer: Mapping[str, Any] | None = None) -> Transcript:
    """Read a log.

    Args:
        events: of one trial, from its beginning.
        answer: the judge's own account (the blob `answer` of check.ran), for messages of tests; None: without.

    Raises:
        LookupError, TypeError, ValueError: an event does not hold what its schema demands.
    """
    log = _Log(events)
    closed = events[-1].kind == "trial.closed"
    steps = tuple(_step(log, number, event) for number, event in enumerate(of_kind(events, "model.replied"), start=1))
    system, instruction = told(next(iter(of_kind(events, "step.opened")), None))
    return Transcript(
        trial=str(events[0].data["trial"]),
        verdict=str(events[-1].data["verdict"]) if closed else None,
        reason=str(events[-1].data["reason"]) if closed else None,
        score=score.trial_score(events[-1].data["verdict"], final_check(events)) if closed else None,
        calls=score.calls(events),
        usage=score.usage(events),
        time=score.times(events),
        system=system,
        instruction=instruction,
        steps=steps,
        remarks=tuple(remarks(events, log.led_to)),
        seal=_seal(events),
        check=_check(final_check(events), answer or {}),
        notes=() if closed else ("the trial has no end: it is still running, or was cut",),
    )


def _step(log: _Log, number: int, replied: Event) -> Step:
    data = replied.data
    asked = None if replied.cause is None else log.events[replied.cause]
    return Step(
        number=number,
        at=float((asked or replied).t),
        seconds=float(data["seconds"]),
        prompt_tokens=int(data["prompt_tokens"]),
        completion_tokens=int(data["completion_tokens"]),
        cost_usd=None if data["cost_usd"] is None else float(data["cost_usd"]),
        finish=_text_or_none(data.get("finish")),
        text=str(data.get("text", "")),
        labels=_texts(data["labels"]),
        problem=_text_or_none(data.get("problem")),
        body=str(data.get("body", "")),
        failures=() if asked is None else tuple(map(failure, log.led_to(asked, "model.failed"))),
        calls=tuple(_call(log, event) for event in log.led_to(replied, "tool.started", "call.rejected")),
    )


def _call(log: _Log, begun: Event) -> CallShown:
    """A call from the event that begins it: tool.started or call.rejected."""
    data = begun.data
    returned = log.first(begun, "tool.returned")
    if begun.kind == "call.rejected":
        status = "rejected" if data["labels"] else "not-run"
        output = str(data["content"])
    else:
        status = "running" if returned is None else str(returned.data["status"])
        output = "" if returned is None else str(returned.data.get("output", ""))
    result = {} if returned is None else returned.data
    return CallShown(
        call=str(data["call"]),
        name=str(data["name"] or ""),
        arguments=str(data["arguments"] or ""),
        effect=_text_or_none(data.get("effect")),
        status=status,
        labels=log.labels(begun),
        at=float(begun.t),
        seconds=float(result["seconds"]) if result else None,
        exit_code=None if result.get("exit_code") is None else int(result["exit_code"]),
        output=output,
        bytes=int(result.get("bytes", len(output.encode("utf-8", "replace")))),
        truncated=bool(result.get("truncated")),
        replaced=bool(result.get("replaced")),
        oom_kills=int(result.get("oom_kills") or 0),
        saved=None if returned is None else _saved(log.first(returned, "tree.saved")),
        injected=_text_or_none(result.get("injected")),
    )


def _saved(event: Event | None) -> Saved | None:
    if event is None:
        return None
    data = event.data
    return Saved(
        commit=_text_or_none(data.get("commit")),
        changed=int(data.get("changed", 0)),
        gone=int(data.get("gone", 0)),
        paths=_texts(data.get("paths", ())),
        over=_text_or_none(data.get("over")),
    )


def _seal(events: Sequence[Event]) -> Seal | None:
    # Logs from before the history have one tree.saved, of the sealed tree, without the flag.
    sealed = [event for event in of_kind(events, "tree.saved") if event.data.get("sealed", "files" in event.data)]
    if not sealed:
        return None
    data = sealed[-1].data
    return Seal(
        at=float(sealed[-1].t),
        source=str(data["source"]),
        files=int(data["files"]),
        bytes=int(data["bytes"]),
        skipped=int(data["skipped"]),
        killed=None if data["killed"] is None else int(data["killed"]),
        differs=None if data.get("differs") is None else bool(data["differs"]),
        seconds=float(data["seconds"]),
    )


def _check(ran: Event | None, answer: Mapping[str, Any]) -> CheckShown | None:
    if ran is None:
        return None
    data = ran.data
    outcomes = data.get("outcomes", {}) or {name: case["verdict"] for name, case in data.get("cases", {}).items()}
    messages = answer.get("messages", {}) or {case["case"]: case["message"] for case in answer.get("cases", ())}
    not_passed = tuple(
        HiddenTest(test=str(test), outcome=str(outcome), message=str(messages.get(test, "")))
        for test, outcome in outcomes.items()
        if outcome not in PASSING and outcome != Verdict.AC
    )
    unexplained = any(not test.message and test.outcome != "skipped" for test in not_passed)
    return CheckShown(
        judge=str(data.get("judge", "")),
        cached=bool(data.get("cached")),
        score=float(data["score"]),
        bugs={str(name): str(status) for name, status in data["bugs"].items()},
        guards={str(name): str(status) for name, status in data["guards"].items()},
        passed=len(outcomes) - len(not_passed),
        total=len(outcomes),
        not_passed=not_passed,
        tampering=_texts(data["tampering"]),
        incomplete=bool(data["incomplete"]),
        output=str(answer.get("output", "")) if "rewards" in data else _printed(answer) if unexplained else "",
        seconds=float(data["seconds"]),
        rewards=data.get("rewards"),
        left_behind=tuple(data.get("left_behind", ())),
        submission=_text_or_none(data.get("verdict")),
        outcome=data.get("outcome"),
    )


def _printed(answer: Mapping[str, Any]) -> str:
    """What the last session of tests printed."""
    sessions = answer.get("sessions") or [{}]
    return str(sessions[-1].get("output", {}).get("output", ""))


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(str(value) for value in values)


def _text_or_none(value: Any) -> str | None:
    return None if value is None else str(value)
