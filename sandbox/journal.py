"""Writing a run down: event logs, blobs, results. Append only, flushed to disk.

DIR/lock.json                      what was run
DIR/results.jsonl                  one terminal record for each trial
DIR/bases/IMAGE.git                the untouched workspace of an image; histories borrow from it
DIR/trials/SUITE/TASK/CANDIDATE/CONDITION/N/
    events.jsonl                   the log of one trial
    blobs/SHA256                   what the log names by hash
    history.git                    the workspace after each call that may write, as commits
    attempts/K/                    logs of earlier attempts that came to no verdict
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from sandbox.errors import BadInput, HarnessError, boundary
from sandbox.events import KINDS, Event, read_log
from sandbox.history_stream import move as move_history
from sandbox.holding import held
from sandbox.results_file import parse_results

HISTORY = "history.git"
# How many blobs are brought to the disk together.
AT_ONCE = 64


@dataclass(slots=True, kw_only=True)
class Journal:
    """The log of one trial, open for appending.

    events: what was written so far. attempt: 1 for the first, one more for each that was set aside.
    unsettled: blobs that only the operating system has so far.
    """

    folder: Path
    stream: IO[str]
    started: float
    events: list[Event] = field(default_factory=list)
    attempt: int = 1
    unsettled: list[Path] = field(default_factory=list)

    @classmethod
    def open(cls, folder: Path) -> Journal:
        """Start a log in `folder`; what an earlier attempt left there is moved aside.

        Raises:
            HarnessError: the directory cannot be written.
        """
        with boundary(HarnessError, f"write to {folder}"):
            folder.mkdir(parents=True, exist_ok=True)
            before = _set_aside(folder)
            (folder / "blobs").mkdir(exist_ok=True)
            stream = (folder / "events.jsonl").open("x", encoding="ascii")
        return cls(folder=folder, stream=stream, started=time.monotonic(), attempt=before + 1)

    def write(self, kind: str, data: Mapping[str, Any], *, cause: Event | None = None) -> Event:
        """Append one event; it is with the operating system when this returns.

        Raises:
            HarnessError: it could not be written (a full disk, say).
        """
        assert kind in KINDS, kind
        event = Event(
            seq=len(self.events),
            t=time.monotonic() - self.started,
            at=now(),
            kind=kind,
            cause=None if cause is None else cause.seq,
            data=data,
        )
        with boundary(HarnessError, f"write to {self.folder}"):
            self.stream.write(event.to_line())
            self.stream.flush()
        self.events.append(event)
        return event

    def blob(self, data: bytes) -> str:
        """Store bytes under their SHA-256; the hash. They are with the operating system when this returns."""
        name = hashlib.sha256(data).hexdigest()
        path = self.folder / "blobs" / name
        with boundary(HarnessError, f"write to {self.folder}"):
            if not path.exists():
                write_whole(path, data, settle=False)
                self.unsettled.append(path)
        return name

    def read_blob(self, name: str) -> bytes:
        """The bytes that were stored under a hash.

        Raises:
            HarnessError: they cannot be read, or are others.
        """
        with boundary(HarnessError, f"read {self.folder / 'blobs' / name}"):
            data = (self.folder / "blobs" / name).read_bytes()
        if hashlib.sha256(data).hexdigest() != name:
            raise HarnessError(f"{self.folder / 'blobs' / name}: does not hold what it is named after")
        return data

    def settle(self) -> None:
        """Have all blobs on the disk; before a log is closed, as nothing counts before.

        Raises:
            HarnessError: they do not get there.
        """
        with boundary(HarnessError, f"write to {self.folder}"):
            while self.unsettled:
                _settle(self.unsettled[-AT_ONCE:])
                del self.unsettled[-AT_ONCE:]

    def close(self) -> None:
        """Flush to the disk and close. A log that cannot be flushed any more is closed all the same."""
        with contextlib.suppress(HarnessError):
            self.settle()
        with contextlib.suppress(OSError, ValueError):
            self.stream.flush()
            os.fsync(self.stream.fileno())
        with contextlib.suppress(OSError):
            self.stream.close()


def _settle(paths: Sequence[Path]) -> None:
    """Have files on the disk."""
    with contextlib.ExitStack() as opened:
        handles = [opened.enter_context(path.open("rb")) for path in paths]
        # All are begun before one is waited for: then they get there together.
        for handle in handles if hasattr(os, "posix_fadvise") else ():
            os.posix_fadvise(handle.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        for handle in handles:
            os.fsync(handle.fileno())


def attempts_before(folder: Path) -> int:
    """How many attempts at a trial were set aside."""
    attempts = folder / "attempts"
    found = attempts.iterdir() if attempts.exists() else ()
    return max((int(path.name) for path in found if path.name.isascii() and path.name.isdigit()), default=0)


def _set_aside(folder: Path) -> int:
    """Move what an earlier attempt left out of the way; how many attempts there were."""
    before = attempts_before(folder)
    if not (folder / "events.jsonl").exists():
        return before
    place = folder / "attempts" / str(before + 1)
    place.mkdir(parents=True)
    _sweep(folder / "blobs")
    # The log last: as long as it is there, the rest of an attempt that was cut short here is set aside too.
    if (folder / HISTORY).exists():
        move_history(folder / HISTORY, place / HISTORY)
    for name in ("blobs", "events.jsonl"):
        if (folder / name).exists():
            (folder / name).rename(place / name)
    return before + 1


def _sweep(folder: Path) -> None:
    """Remove what a killed process had begun to write; only one writes in a run's directory."""
    with boundary(HarnessError, f"write to {folder}"):
        for path in folder.glob(".*.tmp"):
            path.unlink(missing_ok=True)


def now() -> str:
    """Wall-clock UTC with milliseconds, as in 2026-01-31T12:00:00.000Z."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write_whole(path: Path, data: bytes, *, settle: bool = True) -> None:
    """Write a file so that it is there whole or not at all. settle: whether it is on the disk when this returns."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as handle:
            handle.write(data)
            handle.flush()
            if settle:
                os.fsync(handle.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def is_half_written(path: Path) -> bool:
    """Whether a file is what a process that was killed left of `write_whole`."""
    return path.name.startswith(".") and path.name.endswith(".tmp")


def read_events(folder: Path) -> list[Event]:
    """The events of a trial's directory.

    Raises:
        BadInput: there is no log, or it is broken before its last line.
    """
    path = folder / "events.jsonl"
    try:
        text = path.read_bytes().decode("ascii", "replace")
    except OSError as exc:
        raise BadInput(f"{path}: cannot be read: {exc.strerror}") from exc
    return read_log(text, name=str(path))


class RunDirectory:
    """One run on disk. `results` holds the terminal records so far, by trial."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.results: dict[str, dict[str, Any]] = {}

    @property
    def results_file(self) -> Path:
        """The file of terminal records."""
        return self.path / "results.jsonl"

    @property
    def lock_file(self) -> Path:
        """What was run."""
        return self.path / "lock.json"

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the directory for this process; a second run on it is refused.

        The lock goes with the process, however it ends; one that was left behind is taken over.

        Raises:
            HarnessError: another run holds it, or it cannot be written.
        """
        with boundary(HarnessError, f"write to {self.path}"):
            self.path.mkdir(parents=True, exist_ok=True)
            for path in (self.lock_file, self.results_file):
                _refuse_odd(path)
        with held(self.path):
            _sweep(self.path)
            yield

    def load(self) -> None:
        """Read the records that are there; a torn last line is cut off.

        Raises:
            BadInput: a line other than a torn last one is broken.
            HarnessError: the file cannot be read or repaired.
        """
        if not self.results_file.exists():
            return
        with boundary(HarnessError, f"read {self.results_file}"):
            raw = self.results_file.read_bytes()
            whole = raw[: raw.rfind(b"\n") + 1]
            records = parse_results(whole.decode("utf-8", "replace"), str(self.results_file))
            if whole != raw:
                os.truncate(self.results_file, len(whole))
        self.results = {record["trial"]: record for record in records}

    def append(self, record: Mapping[str, Any]) -> None:
        """Add one terminal record; it is on the disk, whole, when this returns.

        Raises:
            HarnessError: it could not be written; nothing of it is left in the file.
        """
        line = (json.dumps(record, separators=(",", ":"), allow_nan=False) + "\n").encode("ascii")
        failing = boundary(HarnessError, f"write to {self.results_file}")
        with failing, self.results_file.open("ab", buffering=0) as handle:
            before = os.fstat(handle.fileno()).st_size
            try:
                handle.write(line)
                os.fsync(handle.fileno())
                if os.fstat(handle.fileno()).st_size != before + len(line):
                    raise OSError("the disk took only a part of it")
            except OSError:
                os.truncate(self.results_file, before)
                raise
        self.results[record["trial"]] = dict(record)

    def forget(self, trials: set[str]) -> None:
        """Take the records of trials that will be run again out of results.jsonl (their logs stay)."""
        if not trials & self.results.keys():
            return
        kept = {trial: record for trial, record in self.results.items() if trial not in trials}
        lines = [json.dumps(record, separators=(",", ":")) + "\n" for record in kept.values()]
        with boundary(HarnessError, f"write to {self.results_file}"):
            write_whole(self.results_file, "".join(lines).encode("ascii"))
        self.results = kept


def _refuse_odd(path: Path) -> None:
    """Raises BadInput for what is there and is no regular file: reading it might never end."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise BadInput(f"{path}: is not a regular file; this is no directory of a run")


def read_results(path: Path) -> list[dict[str, Any]]:
    """The records of a run directory.

    Raises:
        BadInput: no run there, or a broken file.
    """
    run = RunDirectory(path)
    _refuse_odd(run.results_file)
    if run.lock_file.is_file() and not run.results_file.exists():
        raise BadInput(f"{path}: no trial of this run has finished yet")
    if not run.results_file.is_file():
        raise BadInput(f"{path}: no results.jsonl there; is it the directory of a run?")
    raw = run.results_file.read_bytes()
    records = parse_results(raw[: raw.rfind(b"\n") + 1].decode("utf-8", "replace"), str(run.results_file))
    # Somebody may have written a line twice; a trial has one record.
    return list({record["trial"]: record for record in records}.values())
