"""A run into the history: `roadtest run`, `nightly` and `history add` record by this alone."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox import __version__
from sandbox.errors import BadInput
from sandbox.journal import RunDirectory, read_results
from sandbox.lockfile import read_lock
from sandbox.nights.history import History

LONGEST_NAME = 200
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """name: what the run is called in the history. new: False: it was there already and is left as it was."""

    name: str
    at: str
    trials: int
    new: bool


def record_run(
    history: History,
    run: Path,
    suite: str,
    *,
    name: str | None = None,
    at: str | None = None,
    whole: bool = True,
    again: bool = False,
    without: Collection[str] = (),
) -> Recorded:
    """Record a run with all its trials, once.

    Args:
        suite: what its nights go by. name: None: suite and the run's directory. at: when it began, ISO 8601; None: as
            its lock says, which is when it was last started. whole: refuse a run of which trials are missing.
            again: one that is there already gets the trials that its directory has now. without: candidates of which
            nothing is recorded.

    Raises:
        BadInput: no run there, a broken file, trials are missing, too long a name. HarnessError: as `History`.
    """
    lock = read_lock(RunDirectory(run).lock_file)
    inputs, records = lock["inputs"], read_results(run)
    missing = set(inputs.get("trials", ())) - {record["trial"] for record in records}
    if whole and missing:
        raise BadInput(f"{run}: {len(missing)} of its trials have not run; go on with it first (run --resume)")
    called = recorded_name(run, suite, name)
    records = [record for record in records if record["candidate"] not in without]
    began = at or str(lock["at"])
    new = history.record(
        called,
        began,
        suite,
        records,
        _digests(inputs, "tasks"),
        version=__version__,
        conditions=_digests(inputs, "conditions"),
        held_out=tuple(inputs.get("held_out", ())),
        again=again,
    )
    return Recorded(name=called, at=began, trials=len(records), new=new)


def recorded_name(run: Path, suite: str, name: str | None = None) -> str:
    """What a run is called in the history.

    Args:
        name: as for `record_run`.

    Raises:
        BadInput: that is too long.
    """
    # By the name that it is reached by: of a link to where it really lies a night would be recorded twice.
    called = name or f"{suite}/{Path(os.path.normpath(run.absolute())).name}"
    if len(called) > LONGEST_NAME:
        raise BadInput(f"{run}: its name in the history, {called[:60]}…, is longer than {LONGEST_NAME} characters")
    return called


def _digests(inputs: Mapping[str, Any], kind: str) -> dict[str, str]:
    return {name: str(digest) for name, digest in inputs.get(kind, {}).items()}


def began(directory: Path, records: Sequence[Record]) -> str | None:
    """When the first of these trials began, ISO 8601; a lock says when a run was last gone on with."""
    return min(_beginnings(directory, records), default=None)


def _beginnings(directory: Path, records: Sequence[Record]) -> Iterator[str]:
    for record in records:
        path = directory / "trials" / record["trial"] / "events.jsonl"
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError), path.open("rb") as log:
            yield str(json.loads(log.readline())["at"])
