"""Reading what was recorded: a recording of --record, or the directory of a plain run.

Everything that a replay will serve is looked at before anything is started: which trials there are, whether
they are of the same task, tools and settings, and whether every reply is there whole.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sandbox import schema
from sandbox.brought import offered_by
from sandbox.errors import BadInput, ProviderError, one_line
from sandbox.events import VERSION, Event, last, of_kind
from sandbox.journal import read_events
from sandbox.limits import NONE
from sandbox.lockfile import Replayed
from sandbox.plan import Plan, Trial
from sandbox.reading import read_text
from sandbox.replay_check import check_problems, line, log_problems
from sandbox.replay_record import FILE, REQUESTS, read_recording
from sandbox.replay_requests import Request, parse_requests, requests_problems
from sandbox.reply import parse_body
from sandbox.score import record
from sandbox.toolbox import offered
from sandbox.tooling import Toolset

MOST_BYTES = 256 * 1024 * 1024
MOST_NAMED = 10
_HASH = re.compile(r"[0-9a-f]{64}")


class Recorded:
    """One recorded trial. `requests` is None where the directory is that of a plain run."""

    def __init__(self, folder: Path, events: Sequence[Event], requests: Mapping[tuple[int, int], Request] | None):
        self.folder = folder
        self.events = events
        self.requests = requests

    def blob(self, name: str) -> bytes:
        """What the log names by this hash.

        Raises:
            BadInput: it is not there, or has another hash.
        """
        path = self.folder / "blobs" / name
        if not _HASH.fullmatch(name):
            raise BadInput(f"{self.folder}: {name!r} names no blob")
        _refuse_link(path.parent)
        _refuse_odd(path)
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != name:
            raise BadInput(f"{path}: does not hold what its name says")
        return data

    def digest(self) -> str:
        """SHA-256 over the log, which names its blobs by hash, and the requests."""
        total = hashlib.sha256((self.folder / "events.jsonl").read_bytes())
        if self.requests is not None:
            total.update((self.folder / REQUESTS).read_bytes())
        return total.hexdigest()


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What is to be replayed, and how.

    inputs: what was run, as in a lock. notes: what will not be compared.
    """

    path: Path
    execute: bool
    strict: bool
    inputs: Mapping[str, Any]
    trials: Mapping[str, Recorded]
    notes: tuple[str, ...] = ()

    @cached_property
    def replayed(self) -> Replayed:
        """What the lock of the replaying run says of it."""
        total = hashlib.sha256()
        for key, recorded in sorted(self.trials.items()):
            total.update(f"{key} {recorded.digest()}\n".encode("utf-8", "surrogateescape"))
        known = self.inputs["candidates"]
        return Replayed(digest=total.hexdigest(), execute=self.execute, strict=self.strict, candidates=known)


def open_replay(path: Path, plan: Plan, tools: Toolset, *, execute: bool, strict: bool) -> Replay:
    """Look at a recording and at whether it holds every trial of a plan.

    Args:
        execute: tools and judge run again, so that tools may be others than those that were recorded.

    Raises:
        BadInput: what is missing or different, one line for each trial.
    """
    inputs = _inputs(path)
    trials: dict[str, Recorded] = {}
    problems: list[str] = []
    for trial in plan.trials:
        if not (path / "trials" / trial.key / "events.jsonl").exists():
            problems.append(f"{trial.key}: is not recorded there")
            continue
        recorded = _read(path, trial.key)
        found = list(_problems(trial, recorded, tools, execute=execute))
        problems += [f"{trial.key}: {problem}" for problem in found]
        if not found:
            trials[trial.key] = recorded
    if problems:
        more = [f"and {len(problems) - MOST_NAMED} more"] if len(problems) > MOST_NAMED else []
        raise BadInput("\n".join(f"--replay {path}: {line}" for line in [*problems[:MOST_NAMED], *more]))
    kept = all(recorded.requests is not None for recorded in trials.values())
    notes = () if kept else (f"--replay {path}: a run keeps no requests, so they are not compared; a recording does",)
    return Replay(path=path, execute=execute, strict=strict, inputs=inputs, trials=trials, notes=notes)


def _inputs(path: Path) -> Mapping[str, Any]:
    if (path / FILE).exists():
        found: Mapping[str, Any] = read_recording(path)["inputs"]
        return found
    lock = path / "lock.json"
    if not lock.exists():
        raise BadInput(f"--replay {path}: holds neither {FILE} nor lock.json; give a recording or a run directory")
    try:
        document = json.loads(read_text(lock))
    except (ValueError, RecursionError) as exc:
        raise BadInput(f"{lock}: cannot be read: {exc}") from exc
    schema.check("lock.v1", document, file=str(lock))
    inputs: Mapping[str, Any] = document["inputs"]
    return inputs


def _read(path: Path, key: str) -> Recorded:
    """The recorded trial of this key.

    Raises:
        BadInput: one line that names the file, and the line in it.
    """
    place = Path("trials") / key
    for part in [place, *place.parents][:-1]:
        _refuse_link(path / part)
    folder = path / place
    file = folder / "events.jsonl"
    _refuse_odd(file)
    events = read_events(folder)
    for event in events:
        # Not as it would be written: what cannot be written has to be named, too.
        _check_whole({**asdict(event), "v": VERSION}, f"{file}: line {event.seq + 1}")
    requests = None
    # A plain run keeps no requests; in a recording that has lost them their comparison would be off unnoticed.
    if (path / FILE).exists() or (folder / REQUESTS).exists():
        _refuse_odd(folder / REQUESTS)
        requests = parse_requests(read_text(folder / REQUESTS), name=str(folder / REQUESTS))
    return Recorded(folder, events, requests)


def _check_whole(document: Any, where: str) -> None:
    try:
        schema.check("event.v1", document, file=where)
    except BadInput as exc:
        raise BadInput(str(exc).split("\n", 1)[0]) from exc


def _problems(trial: Trial, recorded: Recorded, tools: Toolset, *, execute: bool) -> Iterator[str]:
    """Why a recorded trial cannot be replayed as the trial that is asked for."""
    events = recorded.events
    found = list(log_problems(events, trial.key)) or list(_uncountable(events))
    yield from found
    if found:
        return
    opened = events[0].data
    if opened["task_digest"] != trial.task.digest:
        yield "the task has changed since it was recorded"
        return
    settings = trial.candidate.told
    if (was := opened["candidate"]["settings"]) != settings:
        yield f"was recorded with {_in_words(was)}, asked for {'are' if settings else 'is'} {_in_words(settings)}"
    yield from _other_limits(trial, opened.get("limits"))
    if not execute:
        yield from _other_tools(trial, events, tools)
    yield from _spoiled_blobs(trial, recorded)
    if recorded.requests is not None:
        yield from (f"{REQUESTS}: {problem}" for problem in requests_problems(events, recorded.requests))


def _uncountable(events: Sequence[Event]) -> Iterator[str]:
    """Whether every event is as its schema wants it, and the trial's record cannot be made of them all the same."""
    try:
        record(events)
    except (LookupError, TypeError, ValueError, AttributeError, AssertionError) as exc:
        yield f"events.jsonl: no record can be made of it ({type(exc).__name__}: {one_line(exc)})"


def _in_words(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items()) or "no settings"


def _other_limits(trial: Trial, recorded: Mapping[str, Any] | None) -> Iterator[str]:
    now = trial.limits.as_data()
    # Logs of before there were limits name none.
    was = now if recorded is None else recorded
    names = [name for name in now if was.get(name) != now[name]]
    if names:
        told = ", ".join(f"{name} {_bound(was.get(name))}, now {_bound(now[name])}" for name in names)
        yield f"was recorded under other limits ({told}); give the same --limit"


def _bound(value: float | None) -> str:
    return NONE if value is None else f"{value:.12g}"


def _other_tools(trial: Trial, events: Sequence[Event], tools: Toolset) -> Iterator[str]:
    ready = last(events, "env.ready")
    if ready is None:
        return
    known = offered_by(offered(tools, trial.task), events)
    was, now = ready.data["tools"], {name: tool.digest for name, tool in known.items()}
    names = sorted(name for name in {*was, *now} if was.get(name) != now.get(name))
    if names:
        kind = "tools" if len(names) > 1 else "tool"
        yield f"the {kind} {', '.join(names)} changed since it was recorded; run them again with --execute"


def _spoiled_blobs(trial: Trial, recorded: Recorded) -> Iterator[str]:
    """What will be served or compared and is not there as the log and the requests name it."""
    for event in of_kind(recorded.events, "model.replied"):
        try:
            parse_body(recorded.blob(event.data["body"]))
        except BadInput as exc:
            yield f"{line(event)}: data.body: {exc}"
        except ProviderError:
            yield f"{line(event)}: data.body: the blob {event.data['body']} is no JSON, and so no reply"
    for checked in of_kind(recorded.events, "check.ran"):
        try:
            answer = recorded.blob(checked.data["answer"])
        except BadInput as exc:
            yield f"{line(checked)}: data.answer: {exc}"
        else:
            yield from check_problems(trial.task, recorded.events, checked, answer, recorded.blob)
    for name in sorted({request.tools for request in (recorded.requests or {}).values()}):
        try:
            recorded.blob(name)
        except BadInput as exc:
            yield f"{REQUESTS}: tools: {exc}"


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        raise BadInput(f"{path}: is a link; in a recording everything lies in its place")


def _refuse_odd(path: Path) -> None:
    """Raises BadInput for what is no plain file, the reading of which might never end, or is too large to be read."""
    try:
        status = path.lstat()
    except OSError as exc:
        raise BadInput(f"{path}: cannot be read: {exc.strerror}") from exc
    if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
        raise BadInput(f"{path}: is no regular file of at most {MOST_BYTES >> 20} MiB")
