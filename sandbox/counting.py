"""Counting the function calls of a run, for `roadtest calls`: from the logs of its trials to the report."""

from __future__ import annotations

import contextlib
import gc
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sandbox import schema
from sandbox.detect.facts import TrialCalls
from sandbox.detect.faults import trial_calls
from sandbox.errors import BadInput
from sandbox.events import Event
from sandbox.held_out import held_out_of
from sandbox.report.calls import call_report
from sandbox.report.calls_data import CallReport
from sandbox.showing import MISREAD, trial_events
from sandbox.veil import SUITE, alias


def count_calls(run: Path, by: Sequence[str] = ()) -> CallReport:
    """The report on the calls of a run's trials, open ones and those of no verdict left out.

    Args:
        by: as for `call_report`.

    Raises:
        BadInput: no run there, or a log is broken; names the file.
    """
    with uncollected():
        return call_report(read_trials(run), by)


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Leave the search for cycles out: logs make millions of small objects and not one cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_trials(run: Path, *, but: Collection[str] = ()) -> Iterator[TrialCalls]:
    """The calls of each trial of a run, from its log; of held-out tasks without their names.

    Args:
        but: keys of trials that are left out.

    Raises:
        BadInput: as `count_calls`.
    """
    logs = sorted(run.glob("trials/*/*/*/*/*/events.jsonl"))
    if not logs:
        known = any((run / name).exists() for name in ("lock.json", "results.jsonl"))
        lacking = "no trial of this run has begun yet" if known else "no trials there; is it the directory of a run?"
        raise BadInput(f"{run}: {lacking}")
    hidden = held_out_of(run)
    wanted = [log for log in logs if str(log.parent.relative_to(run / "trials")) not in but]
    for log in wanted:
        found = calls_of(log.parent, trial_events(log.parent))
        name = f"{found.suite}/{found.task}"
        yield replace(found, suite=SUITE, task=alias(name), trial=SUITE) if name in hidden else found


def calls_of(folder: Path, events: Sequence[Event]) -> TrialCalls:
    """The calls of one trial.

    Args:
        folder: the trial's directory. events: of its log.

    Raises:
        BadInput: the events do not fit together; names the file.
    """
    log = folder / "events.jsonl"
    try:
        return trial_calls(events)
    except MISREAD as exc:
        raise BadInput(_what_is_wrong(log, events) or f"{log}: the events do not fit together: {exc!r}") from exc


def _what_is_wrong(log: Path, events: Sequence[Event]) -> str | None:
    """The first thing that is not as the schema says, in one line."""
    for event in events:
        try:
            schema.check("event.v1", json.loads(event.to_line()), file=f"{log}: seq {event.seq}")
        except (BadInput, *MISREAD) as exc:
            return str(exc).partition("\n")[0]
    return None
