"""Reading bugs that came back in a run, for `roadtest oscillation`: from logs and histories to the report."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from sandbox import schema
from sandbox.errors import BadInput
from sandbox.events import Event
from sandbox.history_reader import Reader
from sandbox.journal import HISTORY
from sandbox.report.oscillation import read_trial
from sandbox.report.oscillation_changes import with_diffs
from sandbox.report.oscillation_data import TrialOscillation
from sandbox.report.oscillation_figures import OscillationReport, oscillation_report
from sandbox.report.transcript_lines import one_line
from sandbox.showing import MISREAD, MOST_BYTES, find_trial, list_trials, trial_events


def read_oscillation(
    run: Path, wanted: Sequence[str] = (), *, candidate: str | None = None, diffs: bool = True
) -> OscillationReport:
    """The report on trials of a run.

    Args:
        wanted: the trials, as for `find_trial`; none: all of them.
        candidate: only the trials of this one.
        diffs: read from the histories what the calls changed that broke something.

    Raises:
        BadInput: no run there, no such trial or candidate in it, or a log is broken; names the file.
    """
    keys = [find_trial(run, one) for one in wanted] or [listed.trial for listed in list_trials(run)]
    replayed = is_replayed(run)
    folders = [run / "trials" / key for key in dict.fromkeys(keys)]
    trials = [oscillation_of(one, trial_events(one), diffs=diffs, replayed=replayed) for one in folders]
    if candidate is not None:
        known = sorted({trial.candidate for trial in trials})
        trials = [trial for trial in trials if trial.candidate == candidate]
        if not trials:
            names = ", ".join(one_line(name, 100) for name in known)
            raise BadInput(f"--candidate '{one_line(candidate, 200)}': has no trial here; there are {names}")
    return oscillation_report(trials)


def is_replayed(run: Path) -> bool:
    """Whether a run replays a recording without running its tools, as far as its lock tells."""
    lock = run / "lock.json"
    try:
        # Through a link or from a FIFO, reading might never end.
        if lock.is_symlink() or not lock.is_file() or lock.stat().st_size > MOST_BYTES:
            return False
        replay = json.loads(lock.read_bytes()).get("replay")
    except (OSError, ValueError, RecursionError, AttributeError):
        return False
    return isinstance(replay, dict) and not replay.get("execute")


def oscillation_of(folder: Path, events: Sequence[Event], *, diffs: bool, replayed: bool) -> TrialOscillation:
    """What became of the bugs of one trial.

    Args:
        folder: the trial's directory. events: of its log.
        diffs: as for `read_oscillation`. replayed: whether its tools were not run.

    Raises:
        BadInput: the events do not fit together; names the file.
    """
    try:
        found = read_trial(events)
    except MISREAD as exc:
        for event in events:
            schema.check("event.v1", json.loads(event.to_line()), file=f"{folder / 'events.jsonl'}: seq {event.seq}")
        raise BadInput(f"{folder / 'events.jsonl'}: the events do not fit together: {exc!r}") from exc
    return with_diffs(found, _history(folder), replayed=replayed) if diffs and found.events else found


def _history(folder: Path) -> Callable[[str], str] | None:
    """Gives the diff of a commit; None where there is no history, or no git to read it."""
    if shutil.which("git") is None:
        return None
    try:
        return Reader(folder / HISTORY).diff
    except BadInput:
        return None
