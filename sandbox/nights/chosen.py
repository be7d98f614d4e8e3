"""The trials of a night; what is wrong with them is told in the words of nightly.toml."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sandbox import run as running
from sandbox import toolbox
from sandbox.choosing import Choice, choose_trials
from sandbox.errors import BadInput
from sandbox.journal import read_results
from sandbox.nights.config import COMPARE
from sandbox.nights.database import engine_of
from sandbox.nights.place import Place, tonight
from sandbox.reading import shown

# What a compare gate takes at least, so that it could fail.
FEWEST = 5
# What is typed elsewhere, and what it is here.
FIELDS = {"--condition ": "conditions: ", "--limit ": "budget: ", "--model": "candidates"}


def choose_night(place: Place) -> Choice:
    """What would run on a night.

    Raises:
        BadInput: something is not there, or a gate could never fail; names the file and the field.
    """
    config = place.config
    _check_places(place)
    for index, task in enumerate(config.tasks):
        if not (place.folder / task).exists():
            raise place.says(f"tasks[{index}]", f"{task}: no such file or directory")
    with _in_terms_of(place):
        chosen = choose_trials(place.typed())
    tasks = {trial.task.name for trial in chosen.plan.trials}
    for one in config.candidates:
        where = f"candidates.{one.name}"
        if COMPARE in one.gate.tests and len(tasks) < FEWEST:
            words = f"compare takes {FEWEST} tasks at least, and these are {len(tasks)}: it could never fail"
            raise place.says(f"{where}.gate.tests", words)
        if one.since is not None and one.since > tonight():
            raise place.says(f"{where}.since", f"{one.since} is not yet: no night counts before it")
        if isinstance(one.baseline, str):
            _check_baseline(place, one.name, one.baseline)
    return chosen


def check_inputs(place: Place, chosen: Choice) -> None:
    """Whether all can be run, before anything is.

    Raises:
        BadInput: a task is broken, or a candidate cannot be asked; names the field. HarnessError: as `run.check_tasks`.
    """
    running.check_tasks(chosen.tasks, toolbox.load_tools())
    for candidate in chosen.candidates:
        field = "reference" if candidate.name == place.config.reference else f"candidates.{candidate.name}"
        with _in_terms_of(place, field):
            running.check_candidates(
                [candidate], chosen.tasks, limits=chosen.plan.limits, caps=chosen.caps, unlisted=chosen.unlisted
            )


def _check_places(place: Place) -> None:
    """Whether nights and the history can be where the file says; whether the disk is full shows later."""
    history = place.history
    with _in_terms_of(place, "history"):
        engine_of(history).dispose()
    with _usable(place, "history"):
        if isinstance(history, Path) and history.is_dir():
            raise place.says("history", f"{history}: is a directory")
    # What was typed in its place is not the file's.
    if place.out == place.folder / place.config.out:
        with _usable(place, "out"):
            if place.out.exists() and not place.out.is_dir():
                raise place.says("out", f"{place.out}: is no directory")


@contextlib.contextmanager
def _usable(place: Place, field: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as exc:
        words = getattr(exc, "strerror", None) or str(exc)
        raise place.says(field, f"{getattr(place.config, field)[:100]}: cannot be looked at: {words}") from exc


def _check_baseline(place: Place, candidate: str, run: str) -> None:
    where = f"candidates.{candidate}.baseline"
    if not (place.folder / run).is_dir():
        raise place.says(where, f"{run}: there is no such directory")
    with _in_terms_of(place, where):
        known = {record["candidate"] for record in read_results(place.folder / run)}
    if candidate not in known:
        raise place.says(where, f"{run}: has no trial of {candidate} (it has {', '.join(sorted(known)) or 'none'})")


@contextlib.contextmanager
def _in_terms_of(place: Place, field: str = "") -> Iterator[None]:
    """What others say of what was typed, said of the file."""
    try:
        yield
    except BadInput as exc:
        text, file = str(exc), shown(place.file)
        for option, name in FIELDS.items():
            text = name + text.removeprefix(option) if text.startswith(option) else text
        where = ": ".join(part for part in (file, field) if part)
        raise BadInput(text if text.startswith(f"{file}:") else f"{where}: {text}") from exc
