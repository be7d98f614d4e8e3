"""lock.json: what a run was made of, so that it can be gone on with and compared."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox import schema
from sandbox.errors import BadInput, HarnessError, boundary
from sandbox.journal import now, write_whole
from sandbox.limits import NAMES, NONE, Given
from sandbox.plan import Candidate, Plan
from sandbox.secrecy import without_secrets
from sandbox.tooling import Toolset

COMPARED = ("tasks", "tools", "candidates")


class LockFile:
    """The lock of one run directory, written anew whenever it learns something."""

    def __init__(self, path: Path, document: dict[str, Any]) -> None:
        self.path = path
        self.document = document

    @classmethod
    def write(cls, path: Path, plan: Plan, tools: Toolset, versions: Mapping[str, str], *, run_id: str) -> LockFile:
        """Write down what is run; where a lock is there already, hold the new plan against it first.

        Raises:
            BadInput: the lock is broken, or a task, tool, candidate or limit is not what it was.
            HarnessError: it cannot be written.
        """
        inputs = inputs_of(plan, tools)
        if path.exists():
            inputs = _merged(_read(path), inputs, path)
        argv = [without_secrets(word) for word in sys.argv[1:]]
        document = {"v": 1, "at": now(), "run": run_id, "argv": argv, "inputs": inputs, "versions": dict(versions)}
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

    def save(self) -> None:
        """Write the file, whole or not at all."""
        with boundary(HarnessError, f"write to {self.path}"):
            write_whole(self.path, json.dumps(self.document, indent=1).encode("ascii") + b"\n")


def inputs_of(plan: Plan, tools: Toolset) -> dict[str, dict[str, Any]]:
    """What decides the outcome of a run, by name."""
    return {
        "tasks": {trial.task.name: trial.task.digest for trial in plan.trials},
        "images": {},
        "tools": {name: tool.digest for name, tool in tools.items()},
        "candidates": {trial.candidate.name: _settings(trial.candidate) for trial in plan.trials},
        "limits": dict(plan.limits),
    }


def _settings(candidate: Candidate) -> dict[str, Any]:
    base = None if candidate.api_base is None else without_secrets(candidate.api_base)
    facts: dict[str, Any] = {"kind": candidate.kind, "api_base": base, "settings": dict(candidate.settings)}
    if candidate.kind == "file" and candidate.script is not None:
        with boundary(BadInput, f"read {candidate.script}"):
            facts["settings"]["turns_sha256"] = hashlib.sha256(Path(candidate.script).read_bytes()).hexdigest()
    text = json.dumps({"name": candidate.name, **facts}, sort_keys=True)
    return {**facts, "digest": hashlib.sha256(text.encode()).hexdigest()}


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as exc:
        raise BadInput(f"{path}: cannot be read: {exc}") from exc
    schema.check("lock.v1", document, file=str(path))
    inputs: dict[str, dict[str, Any]] = document["inputs"]
    return inputs


def _merged(
    before: Mapping[str, dict[str, Any]], inputs: Mapping[str, dict[str, Any]], path: Path
) -> dict[str, dict[str, Any]]:
    for kind in COMPARED:
        for name, digest in inputs[kind].items():
            if before[kind].get(name, digest) != digest:
                raise BadInput(f"{path}: the {kind[:-1]} {name} has changed since this run began; use a new --out")
    _refuse_other_limits(before.get("limits"), inputs["limits"], path)
    return {kind: {**before.get(kind, {}), **inputs[kind]} for kind in inputs}


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
