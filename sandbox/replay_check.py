"""What in a recorded trial cannot have been written by one that took place. Pure.

A recording that was cut, mixed up or edited is refused before anything is served from it: a replay believes
what it is served. What a forger makes consistent throughout stays hidden from this: nothing in a recording is signed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from sandbox.cp.handed_in import check_data, checks_in
from sandbox.errors import RoadtestError
from sandbox.events import Event, of_kind
from sandbox.harbor.reward import outcome, rewards_before
from sandbox.judge import PASSING, Judgement, Planted, interpret
from sandbox.replay_contrast import contrast, readable
from sandbox.serving.verdict import Blob, judged, score_of
from sandbox.task import Task

_LEFT_OUT = re.compile(r"\n\[\.\.\. ([0-9]{1,18}) bytes left out \.\.\.\]\n")
_REPLACEMENT = "\ufffd"
# What reading an answer that is not built as the supervisor's may raise.
_MISREAD = (LookupError, TypeError, ValueError, AttributeError, RecursionError)


def line(event: Event) -> str:
    """Where an event stands in a trial's directory."""
    return f"events.jsonl: line {event.seq + 1}"


def log_problems(events: Sequence[Event], key: str) -> Iterator[str]:
    """What is wrong with the order of a log, and with the outputs in it.

    Args:
        events: each as its schema wants it.
        key: the trial that it should be of.
    """
    if not events or events[0].kind != "trial.opened":
        yield "events.jsonl: line 1: does not open a trial"
        return
    if (found := events[0].data["trial"]) != key:
        yield f"{line(events[0])}: data.trial: is {readable(found)}, another trial"
    yield from _ending_problems(events)
    for before, event in pairwise(events):
        if event.cause is not None and not (type(event.cause) is int and event.cause < event.seq):
            yield f"{line(event)}: cause: is {event.cause}, no event before it"
        if event.kind == "trial.opened":
            yield f"{line(event)}: opens a trial again"
        if event.t < before.t:
            yield f"{line(event)}: t: is {event.t:g}, earlier than the line before"
    for event in of_kind(events, "tool.returned"):
        if problem := output_problem(event.data):
            yield f"{line(event)}: {problem}"


def _ending_problems(events: Sequence[Event]) -> Iterator[str]:
    closed = next((event for event in events if event.kind == "trial.closed"), None)
    if closed is None:
        yield "was not finished when it was recorded"
    elif closed is not events[-1]:
        yield f"{line(events[closed.seq + 1])}: comes after trial.closed"
    fault = next((event for event in of_kind(events, "fault") if event.data["final"]), None)
    if fault is not None and closed is not None and closed.seq != fault.seq + 1:
        yield f"{line(events[fault.seq + 1])}: comes after the failure that ended the trial"


def output_problem(data: Mapping[str, Any]) -> str | None:
    """Why the output of a call is not the one that its hash, its size and its flags speak of, if it is not.

    Of an output that was cut only the sizes are known, and of one that was no text not even these.
    """
    encoded = data["output"].encode("utf-8", "surrogatepass")
    if data["sha256"] == "" and data["status"] == "killed":  # there was none; the words are the harness's own
        return None
    if data["replaced"] or data["truncated"]:
        if data["replaced"] and _REPLACEMENT not in data["output"]:
            return "data.replaced: is true, and nothing in data.output was replaced"
        if data["truncated"] and not _is_cut(data["output"], len(encoded), data["bytes"]):
            return "data.truncated: is true, and data.output is not cut as data.bytes would have it"
        return None
    if hashlib.sha256(encoded).hexdigest() != data["sha256"]:
        return "data.output: has another hash than data.sha256"
    return None if len(encoded) == data["bytes"] else f"data.bytes: is {data['bytes']}, data.output has {len(encoded)}"


def _is_cut(output: str, size: int, whole: int) -> bool:
    """Whether some note in an output says how much is missing to its whole size."""
    notes = [(len(note[0]), int(note[1])) for note in _LEFT_OUT.finditer(output)]
    if _REPLACEMENT in output:  # the cut may have gone through a character, so that sizes are not known to the byte
        return any(0 < left_out < whole for _, left_out in notes)
    return any(size - length + left_out == whole for length, left_out in notes)


def check_problems(
    task: Task, events: Sequence[Event], checked: Event, answer: bytes, blob: Blob | None = None
) -> Iterator[str]:
    """Where a `check.ran` says something else than follows from the judge's answer and the sealed tree.

    Args:
        task: the one that was judged.
        answer: the blob that the event names.
        blob: gives any other that the log names, for what services held; None: that is not looked at.
    """
    said = checked.data
    sealed = next((event for event in of_kind(events, "tree.saved") if event.data["sealed"]), None)
    of_sealed = sealed is not None and checked is _first_check(events[sealed.seq :])
    if sealed is not None and of_sealed and sealed.data["source"] not in (None, said["source"]):
        yield f"{line(checked)}: data.source: is another tree than the sealed one"
    if task.harbor is not None:
        yield from (f"{line(checked)}: {words}" for words in _of_script(task, events, said, answer))
        return
    if task.problem is not None:
        yield from (f"{line(checked)}: {words}" for words in _of_problem(task, events, checked, answer))
        return
    yield from (f"{line(checked)}: {words}" for words in _of_services(task, events, checked, blob))
    if task.outcome is not None and not task.hidden_ids:
        return
    live = _as_judged(task, said)
    if live is None or {*live.hidden_ids} != {*said["outcomes"]}:
        yield f"{line(checked)}: data.outcomes: are not of the task's hidden tests"
        return
    try:
        found, least, most = judged_anew(live, json.loads(answer), whole=said.get("selected") is None)
    except _MISREAD:
        yield f"{line(checked)}: data.answer: the blob {said['answer']} is no answer of a judge"
        return
    # One is enough: what is counted follows from what was found.
    if problem := next(_otherwise(said, found, least=least, most=most), None):
        yield f"{line(checked)}: {problem}"


def _of_script(task: Task, events: Sequence[Event], said: Mapping[str, Any], answer: bytes) -> Iterator[str]:
    """The same for a Harbor task, whose own script gave rewards."""
    assert task.harbor is not None
    try:
        rewards = json.loads(answer)["rewards"]
        names = [bug.id for bug in task.bugs]
        before = rewards_before(events, said["exam"])
        bugs, score = outcome(names, task.harbor.strategy, said["exam"], rewards, before)
    except _MISREAD:
        yield f"data.answer: the blob {said['answer']} is no answer of a judge"
        return
    follows = {"rewards": rewards, "bugs": bugs, "score": score, "guards": {}, "outcomes": {}}
    for name, value in {**follows, "incomplete": rewards is None}.items():
        if said.get(name) != value:
            was, comes = contrast(said.get(name), value)
            yield f"data.{name}: is {was}; by the judge's answer it is {comes}"
            return


def _of_problem(task: Task, events: Sequence[Event], checked: Event, answer: bytes) -> Iterator[str]:
    """The same for a submission to a problem."""
    assert task.problem is not None
    said = checked.data
    before = [check.data for check in checks_in(events) if check.seq < checked.seq]
    try:
        follows = check_data(task.problem.as_data(), json.loads(answer), before)
    except _MISREAD:
        yield f"data.answer: the blob {said['answer']} is no answer of a judge"
        return
    for name, value in follows.items():
        if said.get(name) != value:
            was, comes = contrast(said.get(name), value)
            yield f"data.{name}: is {was}; by the judge's answer it is {comes}"
            return


def _of_services(task: Task, events: Sequence[Event], checked: Event, blob: Blob | None) -> Iterator[str]:
    """The same for what services ended in, which follows from what was exported."""
    said = checked.data
    if task.outcome is None or said.get("purpose", "score") != "score":
        return
    if "outcome" not in said or checked.cause is None:
        yield "data.outcome: is missing"
        return
    if blob is not None:
        try:
            follows = judged(task.outcome, events, events[checked.cause], blob)
        except RoadtestError as exc:
            yield f"data.outcome: {exc}"
            return
        if said["outcome"] != follows:
            was, comes = contrast(said["outcome"], follows)
            yield f"data.outcome: is {was}; by what services held it is {comes}"
            return
    if not task.hidden_ids and said["score"] != score_of(said["outcome"]):
        yield f"data.score: is {said['score']:g}; by the outcome it is {score_of(said['outcome']):g}"


def _first_check(events: Sequence[Event]) -> Event | None:
    return next((event for event in events if event.kind == "check.ran"), None)


def _as_judged(task: Task, said: Mapping[str, Any]) -> Task | None:
    """The task with the bugs and guards that a check was about; None if there is no such step."""
    exam, units = said.get("exam", 0), said.get("selected")
    if not 0 <= exam < max(1, len(task.steps)):
        return None
    judged = task.at_step(exam)
    if units is None:
        return judged
    return replace(
        judged,
        bugs=tuple(bug for bug in judged.bugs if bug.id in units),
        guards=tuple(test for test in judged.guards if _file(test) in units),
    )


def _otherwise(said: Mapping[str, Any], found: Judgement, *, least: bool, most: bool) -> Iterator[str]:
    fields = {"outcomes": found.outcomes, "bugs": found.bugs, "guards": found.guards, "incomplete": found.incomplete}
    for name, value in fields.items():
        if said[name] != value:
            was, comes = contrast(said[name], value)
            yield f"data.{name}: is {was}; by the judge's answer it is {comes}"
    tampered = bool(said["tampering"])
    if not least <= tampered <= most:
        words = "nothing" if tampered else "; ".join(found.tampering) or "a test that passed with its contradiction"
        yield f"data.tampering: the judge's answer shows {words}"
    score = 0.0 if tampered else found.score
    if "outcome" in said:
        score = min(score, score_of(said["outcome"]))
    if said["score"] != score:
        yield f"data.score: is {said['score']:g}; by the judge's answer it is {score:g}"


def judged_anew(task: Task, answer: Any, *, whole: bool) -> tuple[Judgement, bool, bool]:
    """What a recorded answer comes to; whether it has to be held for forged, and whether it may be.

    An answer lists what was planted and not which test each contradiction came from. So of a contradiction
    that passed it may be open whether its test did, too.

    Args:
        task: with what was judged.
        whole: whether that are all the tests that contradictions were made of.

    Raises:
        LookupError, TypeError, ValueError, AttributeError: it is none.
    """
    canaries, twins = _told_apart(answer["planted"], len(task.judge.canaries))
    judgement = interpret(task, Planted(tests={}, canaries=canaries), answer)
    reported = answer["outcomes"]
    passed = [_file(twin) for twin in twins if reported.get(twin) in PASSING]
    failed = [_file(test) for test, word in judgement.outcomes.items() if word not in PASSING]
    certain = whole and any(passed.count(file) > failed.count(file) for file in set(passed))
    forged = bool(judgement.tampering)
    return judgement, forged or certain, forged or bool(passed)


def _told_apart(planted: Sequence[str], canaries: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Canaries and contradictions: each file begins with one of the former for each that the task names."""
    if not isinstance(planted, list) or not all(isinstance(test, str) for test in planted):
        raise TypeError("planted")
    found: tuple[list[str], list[str]] = ([], [])
    met: Counter[str] = Counter()
    for test in planted:
        found[met[_file(test)] >= canaries].append(test)
        met[_file(test)] += 1
    return tuple(found[0]), tuple(found[1])


def _file(test: str) -> str:
    return test.partition("::")[0]
