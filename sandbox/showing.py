"""Showing trials of a run: which there are, and the transcript of one, from disk to standard output."""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import io
import json
import os
import re
import shutil
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from rich.console import Console
from rich.text import Text

from sandbox import schema
from sandbox.errors import BadInput
from sandbox.events import Event, final_check, last, of_kind
from sandbox.held_out import held_out_of, task_of_key
from sandbox.history_reader import Reader
from sandbox.journal import read_events, read_results
from sandbox.report.transcript import transcribe
from sandbox.report.transcript_changes import with_diffs
from sandbox.report.transcript_data import Transcript
from sandbox.report.transcript_lines import one_line
from sandbox.report.transcript_text import single_step_lines, transcript_lines, trial_line

MOST_NAMED = 8
# Of 1: how much of a name has to be as it was typed, and how much less than the best is as good.
LEAST_ALIKE, AS_GOOD = 0.6, 0.1
LONGEST_WANTED = 200
NARROWEST = 40
MOST_BYTES = 256 * 1024 * 1024
_BLOB = re.compile(r"[0-9a-f]{64}")
# What reading an event that is not as its schema says may raise.
MISREAD = (LookupError, TypeError, ValueError, AttributeError, AssertionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A trial of a run. verdict: None while it is not closed. steps: replies so far."""

    trial: str
    verdict: str | None
    steps: int


def list_trials(run: Path) -> list[Listed]:
    """The trials of a run that have begun: the finished ones in the order in which they ended, then the others.

    Raises:
        BadInput: no run there, or its results are broken.
    """
    keys = _keys(run)
    records = read_results(run) if (run / "results.jsonl").exists() else []
    done = [
        Listed(trial=record["trial"], verdict=record["verdict"], steps=int(record["usage"]["model_calls"]))
        for record in records
        if record["trial"] in keys
    ]
    known = {listed.trial for listed in done}
    return done + [_open(run, key) for key in keys if key not in known]


def _open(run: Path, key: str) -> Listed:
    events = trial_events(_folder(run, key))
    closed = last(events, "trial.closed")
    verdict = None if closed is None else str(closed.data.get("verdict"))
    return Listed(trial=key, verdict=verdict, steps=len(of_kind(events, "model.replied")))


def find_trial(run: Path, wanted: str, *, held_out: bool = False) -> str:
    """The key of the one trial that `wanted` names: a key, or a part of a key that no other trial has.

    Args:
        held_out: whether trials of held-out tasks may be named.

    Raises:
        BadInput: no trial of the run fits, or several do; names them. Or it is of a held-out task.
    """
    keys = _keys(run, held_out=True)
    names = {key: unquote(key) for key in keys}
    exact = [key for key in keys if wanted in (key, names[key])]
    fitting = exact or [key for key in keys if wanted in key or wanted in names[key]]
    typed = one_line(wanted, 200)
    if not held_out:
        hidden = held_out_of(run)
        open_to_all = [key for key in fitting if task_of_key(key) not in hidden]
        if fitting and not open_to_all:
            why = "is of a held-out task, and whoever looks at it uses it up"
            raise BadInput(f"TRIAL '{typed}' {why}; --held-out shows it all the same")
        keys = [key for key in keys if task_of_key(key) not in hidden]
        fitting, names = open_to_all, {key: names[key] for key in keys}
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise BadInput(f"TRIAL '{typed}' fits {len(fitting)} trials:{_listed(fitting)}")
    if near := _near(names, wanted):
        raise BadInput(f"TRIAL '{typed}' fits no trial of this run; near it are:{_listed(near)}")
    raise BadInput(f"TRIAL '{typed}' fits no trial of this run; without TRIAL its trials are listed")


def _near(names: Mapping[str, str], wanted: str) -> list[str]:
    """The keys of which a stretch of parts looks most like what is wanted, the most alike first."""
    parts = wanted[:LONGEST_WANTED].split("/")
    likeness: dict[str, float] = {}
    alike = difflib.SequenceMatcher(b="/".join(parts))

    @cache
    def measure(stretch: str) -> float:
        alike.set_seq1(stretch)
        return alike.ratio() if alike.quick_ratio() >= LEAST_ALIKE else 0.0

    for key, name in names.items():
        of_name = name.split("/")
        starts = range(max(1, len(of_name) - len(parts) + 1))
        stretches = ["/".join(of_name[start : start + len(parts)]) for start in starts]
        likeness[key] = max(map(measure, [*stretches, *name.replace(":", "/").split("/")]))
    least = max(LEAST_ALIKE, max(likeness.values()) - AS_GOOD)
    return sorted((key for key, value in likeness.items() if value >= least), key=lambda key: -likeness[key])


def _listed(keys: Sequence[str]) -> str:
    """Keys on a line each, the first of them."""
    left = len(keys) - MOST_NAMED
    lines = [one_line(key, 300) for key in keys[:MOST_NAMED]] + ([f"and {left} more"] if left > 0 else [])
    return "".join(f"\n  {line}" for line in lines)


def _keys(run: Path, *, held_out: bool = False) -> list[str]:
    """The keys of all trials with a log; a key is the path of its directory.

    Args:
        held_out: those of held-out tasks as well.
    """
    trials = run / "trials"
    keys = sorted(str(path.parent.relative_to(trials)) for path in trials.glob("*/*/*/*/*/events.jsonl"))
    if not keys:
        known = any((run / name).exists() for name in ("lock.json", "results.jsonl"))
        lacking = "no trial of this run has begun yet" if known else "no trials there; is it the directory of a run?"
        raise BadInput(f"{run}: {lacking}")
    hidden = frozenset() if held_out else held_out_of(run)
    return [key for key in keys if task_of_key(key) not in hidden] if hidden else keys


def _folder(run: Path, key: str) -> Path:
    return run / "trials" / key


def trial_events(folder: Path) -> list[Event]:
    """The events of a trial's directory.

    Raises:
        BadInput: its log is no plain file, is too large, or is broken; names the file.
    """
    _refuse_odd(folder / "events.jsonl")
    events = read_events(folder)
    if not events or events[0].kind != "trial.opened":
        raise BadInput(f"{folder / 'events.jsonl'}: does not begin with the opening of a trial")
    return events


def _refuse_odd(path: Path) -> None:
    """Raises BadInput for what is no plain file, the reading of which might never end, or is too large to be read."""
    try:
        status = path.lstat()
    except OSError as exc:
        raise BadInput(f"{path}: cannot be read: {exc.strerror}") from exc
    if not stat.S_ISREG(status.st_mode):
        raise BadInput(f"{path}: is not a regular file; this is no directory of a run")
    if status.st_size > MOST_BYTES:
        raise BadInput(f"{path}: holds more than {MOST_BYTES >> 20} MiB")


def transcript_of(folder: Path, events: Sequence[Event], *, step: int | None = None, diffs: bool = True) -> Transcript:
    """The transcript of a trial, as far as its log goes.

    Args:
        folder: the trial's directory. events: of its log, as `trial_events` gives them.
        step: the number of the only step that will be shown; diffs are read for it alone.
        diffs: read what each call changed from the history.

    Raises:
        BadInput: the events do not fit together, or there is no such step.
    """
    try:
        found = transcribe(events, _answer(folder, events))
    except MISREAD as exc:
        for event in events:
            schema.check("event.v1", json.loads(event.to_line()), file=f"{folder / 'events.jsonl'}: seq {event.seq}")
        raise BadInput(f"{folder / 'events.jsonl'}: the events do not fit together: {exc!r}") from exc
    if step is not None and not 1 <= step <= len(found.steps):
        count = f"{len(found.steps)} step{'' if len(found.steps) == 1 else 's'}"
        raise BadInput(f"--step {step}: there is no such step; this trial has {count}")
    return with_diffs(found, _history(folder), only=step) if diffs else found


def _answer(folder: Path, events: Iterable[Event]) -> Mapping[str, Any] | None:
    """The judge's own account; None where there is none that can be read: the transcript shows well without."""
    ran = final_check(events)
    name = None if ran is None else ran.data.get("answer")
    if not isinstance(name, str) or not _BLOB.fullmatch(name):
        return None
    path = folder / "blobs" / name
    try:
        _refuse_odd(path)
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError, BadInput):
        return None
    return found if isinstance(found, dict) else None


def _history(folder: Path) -> Callable[[str], str] | None:
    """Gives the diff of a commit; None where there is no history."""
    try:
        reader = Reader(folder / "history.git")
    except BadInput:
        return None
    return reader.diff if shutil.which("git") else _without_git


def _without_git(commit: str) -> str:
    raise BadInput("it takes git to read the history, and git is not installed")


class _Output(Console):
    """Standard output; leaves it to the caller what is done when nobody reads it any more."""

    def on_broken_pipe(self) -> None:
        raise  # rich calls this while it handles the BrokenPipeError


def print_trials(run: Path, *, as_json: bool) -> None:
    """Write the list of a run's trials to standard output.

    Raises:
        BadInput: as `list_trials`.
    """
    trials = list_trials(run)
    if as_json:
        _put_json({"trials": [dataclasses.asdict(trial) for trial in trials]})
        return
    _put(trial_line(found.trial, found.verdict, found.steps) for found in trials)


def print_trial(
    run: Path, wanted: str, *, step: int | None, diffs: bool, full: bool, as_json: bool, held_out: bool = False
) -> None:
    """Write the transcript of a trial, or one step of it, to standard output.

    Args:
        held_out: whether it may be of a held-out task.

    Raises:
        BadInput: as `find_trial`, `trial_events` and `transcript_of`.
    """
    folder = _folder(run, find_trial(run, wanted, held_out=held_out))
    found = transcript_of(folder, trial_events(folder), step=step, diffs=diffs)
    if as_json:
        _put_json(found.as_data() if step is None else dataclasses.asdict(found.steps[step - 1]))
    elif step is not None:
        _put(single_step_lines(found, step, width=_columns()))
    else:
        _put(transcript_lines(found, width=_columns(), full=full))


def _columns() -> int | None:
    """Columns to fold lines to; None, where no terminal is: lines are passed on whole, to be searched and cut."""
    console = Console()
    told = os.environ.get("COLUMNS", "")
    return max(console.width, NARROWEST) if console.is_terminal or (told.isascii() and told.isdigit()) else None


def _put(lines: Iterable[Text]) -> None:
    with _until_closed():
        # With a size of its own it does not ask the terminal for it at every line.
        console = _Output(width=80, height=25)
        for line in lines:
            console.print(line, soft_wrap=True, markup=False, highlight=False, emoji=False)


def _put_json(data: Mapping[str, Any]) -> None:
    with _until_closed():
        sys.stdout.write(json.dumps(data) + "\n")


@contextlib.contextmanager
def _until_closed() -> Iterator[None]:
    """Write to standard output for as long as somebody reads it, and end quietly when nobody does any more."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still in the buffer would fail again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
