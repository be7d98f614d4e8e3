"""Counting the function calls of a run, for `roadtest calls`: from the logs of its trials to the report."""

from __future__ import annotations

import contextlib
import gc
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from sandbox import schema
from sandbox.detect.facts import TrialCalls
from sandbox.detect.faults import trial_calls
from sandbox.errors import BadInput
from sandbox.events import Event
from sandbox.journal import read_events
from sandbox.report.calls import call_report
from sandbox.report.calls_data import CallReport

MOST_BYTES = 256 * 1024 * 1024
# What reading an event that is not as its schema says may raise.
_MISREAD = (LookupError, TypeError, ValueError, AttributeError, AssertionError)


def count_calls(run: Path, by: Sequence[str] = ()) -> CallReport:
    """The report on the calls of a run's trials, open ones and those of no verdict left out.

    Args:
        by: as for `call_report`.

    Raises:
        BadInput: no run there, or a log is broken; names the file.
    """
    with _uncollected():
        return call_report(read_trials(run), by)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Leave the search for cycles out: logs make millions of small objects and not one cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_trials(run: Path) -> Iterator[TrialCalls]:
    """The calls of each trial of a run, from its log.

    Raises:
        BadInput: as `count_calls`.
    """
    logs = sorted(run.glob("trials/*/*/*/*/*/events.jsonl"))
    if not logs:
        known = any((run / name).exists() for name in ("lock.json", "results.jsonl"))
        lacking = "no trial of this run has begun yet" if known else "no trials there; is it the directory of a run?"
        raise BadInput(f"{run}: {lacking}")
    for log in logs:
        yield _read(log)


def _read(log: Path) -> TrialCalls:
    # Through a link or from a FIFO, reading might never end.
    if log.is_symlink() or not log.is_file():
        raise BadInput(f"{log}: is not a regular file; this is no directory of a run")
    if log.stat().st_size > MOST_BYTES:
        raise BadInput(f"{log}: holds more than {MOST_BYTES >> 20} MiB")
    events = read_events(log.parent)
    if not events or events[0].kind != "trial.opened":
        raise BadInput(f"{log}: does not begin with the opening of a trial")
    try:
        return trial_calls(events)
    except _MISREAD as exc:
        raise BadInput(_what_is_wrong(log, events) or f"{log}: the events do not fit together: {exc!r}") from exc


def _what_is_wrong(log: Path, events: Sequence[Event]) -> str | None:
    """The first thing that is not as the schema says, in one line."""
    for event in events:
        try:
            schema.check("event.v1", json.loads(event.to_line()), file=f"{log}: seq {event.seq}")
        except (BadInput, *_MISREAD) as exc:
            return str(exc).partition("\n")[0]
    return None
