"""lock.json: what a run was made of, so that it can be gone on with and compared."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sandbox import schema
from sandbox.brought import HTTP_PROGRAM
from sandbox.errors import BadInput, HarnessError, boundary
from sandbox.journal import now, write_whole
from sandbox.limits import NAMES, NONE, Given
from sandbox.plan import Candidate, Plan
from sandbox.secrecy import without_secrets
from sandbox.toolbox import http_program
from sandbox.tooling import Toolset
from sandbox.upkeep.parts import parts_of_tasks

COMPARED = ("tasks", "tools", "candidates", "conditions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a run replays, and how.

    digest: SHA-256 over the recording. candidates: how those that were recorded were set up, by name:
    a replay asks none of them, so their scripts need not be there any more.
    """

    digest: str
    execute: bool
    strict: bool
    candidates: Mapping[str, Any]

    def as_data(self) -> dict[str, Any]:
        """As it stands in the lock."""
        return {"recording": self.digest, "execute": self.execute, "strict": self.strict}


class LockFile:
    """The lock of one run directory, written anew whenever it learns something."""

    def __init__(self, path: Path, document: dict[str, Any]) -> None:
        self.path = path
        self.document = document

    @classmethod
    def write(
        cls,
        path: Path,
        plan: Plan,
        tools: Toolset,
        versions: Mapping[str, str],
        *,
        run_id: str,
        replayed: Replayed | None = None,
    ) -> LockFile:
        """Write down what is run; where a lock is there already, hold the new plan against it first.

        Args:
            replayed: the recording that is replayed, if so.

        Raises:
            BadInput: the lock is broken, or a task, tool, candidate, condition, limit or recording is not what it was.
            HarnessError: it cannot be written.
        """
        inputs = inputs_of(plan, tools, known={} if replayed is None else replayed.candidates)
        replay = None if replayed is None else replayed.as_data()
        if path.exists():
            before = read_lock(path)
            if "rejudged" in before:
                raise BadInput(f"{path}: a run was judged again here; go on with that run, or use a new --out")
            _refuse_other_replay(before.get("replay"), replay, path)
            inputs = merged(before["inputs"], inputs, path)
        argv = [without_secrets(word) for word in sys.argv[1:]]
        document = {"v": 1, "at": now(), "run": run_id, "argv": argv, "inputs": inputs, "versions": dict(versions)}
        document["replay"] = replay
        lock = cls(path, document)
        lock.save()
        return lock

    def add_image(self, task: str, image: str) -> None:
        """Note the image of a task; its tag is made of a digest of everything that went into it.

        Raises:
            HarnessError: it cannot be written.
        """
        images = self.document["inputs"]["images"]
        if images.get(task) != image:
            images[task] = image
            self.save()

    def add_services(self, task: str, images: Mapping[str, str]) -> None:
        """Note the images of what stands beside the candidates of a task, by name; "": the proxy's.

        Raises:
            HarnessError: it cannot be written.
        """
        services = self.document["inputs"].setdefault("services", {})
        if services.get(task) != images:
            services[task] = dict(images)
            self.save()

    def add_exams(self, task: str, facts: Mapping[str, Any]) -> None:
        """Note what a task's trees are judged by (`sandbox.examined`), so that later it can be said what has changed.

        Raises:
            HarnessError: it cannot be written.
        """
        exams = self.document["inputs"].setdefault("exams", {})
        if exams.get(task) != facts:
            exams[task] = dict(facts)
            self.save()

    def save(self) -> None:
        """Write the file, whole or not at all."""
        with boundary(HarnessError, f"write to {self.path}"):
            write_whole(self.path, json.dumps(self.document, indent=1).encode("ascii") + b"\n")


def inputs_of(plan: Plan, tools: Toolset, *, known: Mapping[str, Any]) -> dict[str, Any]:
    """What decides the outcome of a run, by name.

    Args:
        known: candidates that need not be looked at, by name.
    """
    candidates = {trial.candidate.name: trial.candidate for trial in plan.trials}
    return {
        "tasks": {trial.task.name: trial.task.digest for trial in plan.trials},
        "images": {},
        "services": {},
        "exams": {},
        "tools": {name: tool.digest for name, tool in tools.items()} | _programs(plan),
        "candidates": {
            name: known[name] if name in known else _settings(candidate) for name, candidate in candidates.items()
        },
        "conditions": {trial.condition: trial.how.digest for trial in plan.trials},
        "limits": dict(plan.limits),
        "held_out": {trial.task.name: True for trial in plan.trials if trial.task.held_out},
        "retired": dict(plan.retired),
        "suites": dict(plan.versions),
        "parts": parts_of_tasks(trial.task for trial in plan.trials),
        "trials": [trial.key for trial in plan.trials],
    }


def _programs(plan: Plan) -> dict[str, str]:
    """What carries out the operations that tasks bring; what these are is in the digests of the tasks."""
    if not any(trial.task.operations for trial in plan.trials):
        return {}
    return {HTTP_PROGRAM: hashlib.sha256(http_program().encode()).hexdigest()}


def _settings(candidate: Candidate) -> dict[str, Any]:
    base = None if candidate.api_base is None else without_secrets(candidate.api_base)
    facts: dict[str, Any] = {"kind": candidate.kind, "api_base": base, "settings": candidate.told}
    # What a candidate without a file never has is left out, so that older locks compare as before.
    own = {"key": candidate.key, "limits": dict(candidate.limits) or None}
    own["prices"] = None if candidate.prices is None else asdict(candidate.prices)
    facts |= {name: value for name, value in own.items() if value is not None}
    if candidate.kind == "file" and candidate.script is not None:
        with boundary(BadInput, f"read {candidate.script}"):
            facts["settings"]["turns_sha256"] = hashlib.sha256(Path(candidate.script).read_bytes()).hexdigest()
    text = json.dumps({"name": candidate.name, **facts}, sort_keys=True)
    return {**facts, "digest": hashlib.sha256(text.encode()).hexdigest()}


def read_lock(path: Path) -> dict[str, Any]:
    """The lock of a run.

    Raises:
        BadInput: there is none, or it is broken; names the file and the field.
    """
    try:
        document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as exc:
        raise BadInput(f"{path}: cannot be read: {exc}") from exc
    schema.check("lock.v1", document, file=str(path))
    return document


def unfinished_rejudging(path: Path) -> list[str]:
    """What has to be said before the figures of a run that was judged again, where not all of it was.

    Args:
        path: of the lock. What it does not tell is not asked for: a report must not fail for want of it.
    """
    try:
        complete = json.loads(path.read_text("utf-8"))["rejudged"]["complete"]
    except (OSError, ValueError, RecursionError, LookupError, TypeError):
        return []
    if complete:
        return []
    return [f"{path.parent}: incomplete: not all was judged again (it was stopped, or goes on still)"]


def merged(before: Mapping[str, Any], inputs: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The inputs of a run that is gone on with, from those of before and of now.

    Raises:
        BadInput: a task, tool, candidate, condition or limit has changed.
    """
    for kind in COMPARED:
        for name, digest in inputs[kind].items():
            # Locks of before conditions were noted do not tell what they were.
            if before.get(kind, {}).get(name, digest) != digest:
                raise BadInput(f"{path}: the {kind[:-1]} {name} has changed since this run began; use a new --out")
    _refuse_other_limits(before.get("limits"), inputs["limits"], path)
    joined = {kind: {**before.get(kind, {}), **inputs[kind]} for kind in inputs if kind != "trials"}
    # Locks of before this was noted do not know what else they had.
    known = before.get("trials", [])
    return {**joined, "trials": list(dict.fromkeys([*known, *inputs["trials"]]))}


def _refuse_other_replay(before: Mapping[str, Any] | None, now_given: Mapping[str, Any] | None, path: Path) -> None:
    if before == now_given:
        return
    if before is None or now_given is None:
        kind = "replays no recording" if before is None else "replays a recording"
        raise BadInput(f"{path}: this run {kind}; go on with it as it was begun, or use a new --out")
    name = next(name for name in ("recording", "execute", "strict") if before[name] != now_given[name])
    what = "the recording" if name == "recording" else f"--{name}"
    raise BadInput(f"{path}: {what} has changed since this run began; give the same, or use a new --out")


def _refuse_other_limits(before: Given | None, now_given: Given, path: Path) -> None:
    """Runs of before there were limits have none in their lock; they are gone on with as they are."""
    if before is None or before == now_given:
        return
    name = next(
        name for name in NAMES if (name in before, before.get(name)) != (name in now_given, now_given.get(name))
    )
    raise BadInput(
        f"{path}: --limit {name} has changed since this run began "
        f"(then {_worded(before, name)}, now {_worded(now_given, name)}); give the same, or use a new --out"
    )


def _worded(given: Given, name: str) -> str:
    if name not in given:
        return "not given"
    value = given[name]
    return NONE if value is None else f"{value:g}"
