"""Keeping what is exchanged with candidates, so that a run can be replayed.

    DIR/recording.json              what was run: the inputs of the run's lock
    DIR/trials/SUITE/TASK/CANDIDATE/CONDITION/N/
        events.jsonl  blobs/        as in the run's directory
        requests.jsonl              what was sent to the model

A trial is put together beside the others and moved to its place whole, once its log is closed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sandbox import schema
from sandbox.errors import BadInput, HarnessError, boundary
from sandbox.events import last
from sandbox.journal import Journal, RunDirectory, now, write_whole
from sandbox.llm.client import Answer, Client, Message
from sandbox.lockfile import LockFile, merged
from sandbox.place import Means
from sandbox.plan import Trial
from sandbox.reading import read_text
from sandbox.replay_requests import Request, encoded, to_line

FILE = "recording.json"
REQUESTS = "requests.jsonl"
_MAKING = ".making-"


class RecordingClient:
    """Asks another client, and writes down what it is asked beforehand."""

    def __init__(self, client: Client, trial: Trial, journal: Journal, folder: Path) -> None:
        self._client = client
        self._settings = {"model": trial.candidate.name, **trial.candidate.told}
        self._journal = journal
        self._folder = folder
        self._before: Request | None = None

    async def ask(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Answer:
        """As the client's.

        Raises:
            ProviderError: as the client's.
            HarnessError: the request cannot be written down.
        """
        asked = last(self._journal.events, "model.asked")
        assert asked is not None, "who asks has said so"
        before = self._before
        offered = encoded(list(tools))
        request = Request(
            asked=asked.seq,
            attempt=1 if before is None or before.asked != asked.seq else before.attempt + 1,
            messages=tuple(messages),
            tools=hashlib.sha256(offered).hexdigest(),
            settings=self._settings,
        )
        with boundary(HarnessError, f"write to {self._folder}"):
            (self._folder / "blobs" / request.tools).write_bytes(offered)
            with (self._folder / REQUESTS).open("a", encoding="ascii") as file:
                file.write(to_line(request, before))
        self._before = request
        return await self._client.ask(messages, tools)

    async def close(self) -> None:
        """As the client's."""
        await self._client.close()


class Recorder:
    """A recording that grows. Use `recorder`."""

    def __init__(self, path: Path, lock: LockFile, before: Mapping[str, dict[str, Any]] | None) -> None:
        self.path = path
        self._lock = lock
        self._before = before

    def save(self) -> None:
        """Write down what was run so far.

        Raises:
            BadInput: what was recorded there is of other tasks, tools or candidates, or under other limits.
        HarnessError: it cannot be written.
        """
        inputs = self._lock.document["inputs"]
        if self._before is not None:
            inputs = merged(self._before, inputs, self.path / FILE)
        document = {"v": 1, "at": now(), "inputs": inputs, "versions": self._lock.document["versions"]}
        with boundary(HarnessError, f"write to {self.path}"):
            write_whole(self.path / FILE, json.dumps(document, indent=1).encode("ascii") + b"\n")

    def lacks(self, trials: Iterable[str]) -> int:
        """How many of these trials are not in it."""
        return sum(not (self.path / "trials" / key).exists() for key in trials)

    @contextmanager
    def recording(self, trial: Trial, journal: Journal, means: Means) -> Iterator[Means]:
        """Record a trial: the means to carry it out with. Kept if the log is closed when the block is left.

        Raises:
            HarnessError: it cannot be written.
        """
        with boundary(HarnessError, f"write to {self.path}"):
            folder = Path(tempfile.mkdtemp(prefix=_MAKING, dir=self.path))
            (folder / "blobs").mkdir()
        try:
            yield replace(means, connect=lambda: RecordingClient(means.connect(), trial, journal, folder))
            with boundary(HarnessError, f"write to {self.path}"):
                _fill(folder, journal)
                _put(folder, self.path / "trials" / trial.key)
            self.save()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _fill(folder: Path, journal: Journal) -> None:
    folder.chmod(0o755)
    (folder / REQUESTS).touch()
    for path in (journal.folder / "blobs").iterdir():
        shutil.copyfile(path, folder / "blobs" / path.name)
    write_whole(folder / "events.jsonl", "".join(event.to_line() for event in journal.events).encode("ascii"))


def _put(folder: Path, place: Path) -> None:
    """Move a trial to its place; one that is there is in the way for a moment, and never half there."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        place.rename(folder / "before")
        (folder / "before").rename(folder.with_name(f"{folder.name}.before"))
    folder.rename(place)
    shutil.rmtree(folder.with_name(f"{folder.name}.before"), ignore_errors=True)


def refuse_record(path: Path, run: RunDirectory, *, resume: bool) -> None:
    """Refuse a place for a recording, before anything is started.

    Raises:
        BadInput: it is the run's own directory, holds a recording and --resume was not given, or other files;
            or nothing can be written there.
    """
    try:
        if path.absolute() == run.path.absolute() or (path.exists() and run.path.exists() and path.samefile(run.path)):
            raise BadInput(f"--record {path}: is the directory of the run itself; choose another")
        if path.exists():
            _refuse_other_content(path, resume=resume)
        _try_to_write(path)
    except OSError as exc:
        raise BadInput(f"--record {path}: cannot be written: {exc.strerror}") from exc


def _refuse_other_content(path: Path, *, resume: bool) -> None:
    if not path.is_dir():
        raise BadInput(f"--record {path}: is not a directory")
    if (path / FILE).exists():
        if not resume:
            raise BadInput(f"--record {path}: holds a recording already; choose another, or go on with --resume")
        read_recording(path)
    elif any(child.name != ".lock" for child in path.iterdir()):
        raise BadInput(f"--record {path}: holds files that are no recording's; choose another directory")


def _try_to_write(path: Path) -> None:
    """Make a directory there and take away again what was made: who may write is not to be told from modes alone."""
    made = [place for place in [path, *path.parents] if not place.exists()]
    try:
        path.mkdir(parents=True, exist_ok=True)
        Path(tempfile.mkdtemp(prefix=_MAKING, dir=path)).rmdir()
    finally:
        for place in made:
            with contextlib.suppress(OSError):
                place.rmdir()


@contextmanager
def recorder(path: Path, lock: LockFile) -> Iterator[Recorder]:
    """Hold the directory of a recording for this process, and record into it.

    Raises:
        BadInput: what was recorded there is of other tasks, tools or candidates.
        HarnessError: it cannot be written, or another run records there.
    """
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(RunDirectory(path).taken())
        except HarnessError as exc:
            raise HarnessError(f"--record {path}: {exc}") from exc
        before = read_recording(path)["inputs"] if (path / FILE).exists() else None
        for leftover in path.glob(f"{_MAKING}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        found = Recorder(path, lock, before)
        found.save()
        yield found


def read_recording(path: Path) -> dict[str, Any]:
    """What a recording says was run.

    Raises:
        BadInput: it is missing or broken.
    """
    file = path / FILE
    try:
        document: dict[str, Any] = json.loads(read_text(file))
    except (ValueError, RecursionError) as exc:
        raise BadInput(f"{file}: cannot be read: {exc}") from exc
    schema.check("recording.v1", document, file=str(file))
    return document
