"""What candidates left, as SWE-bench's predictions: a patch for each trial, from the stored trees of a run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.errors import BadInput, HarnessError, boundary
from sandbox.history_reader import Reader
from sandbox.journal import HISTORY, read_events, read_results, write_whole
from sandbox.patches import difference
from sandbox.story import State, Story, read_story
from sandbox.swebench.instances import ITEM
from sandbox.tree import Tree, git_hash, unpack


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """Predictions as they go into the file; what a person should know of those that are not there."""

    predictions: tuple[Mapping[str, str], ...]
    notes: tuple[str, ...]


def predictions(run: Path, *, every: bool = False, candidate: str | None = None, repeat: int | None = None) -> Exported:
    """A prediction for each trial of an imported task that left a tree.

    Args:
        every: of any task; what was not imported is called suite__task.
        candidate, repeat: only trials of this candidate, or of this repeat.

    Raises:
        BadInput: it is no run, no trial of it is meant, or a stored tree cannot be read.
    """
    every_record = read_results(run)
    records = [
        record
        for record in every_record
        if candidate in (None, record["candidate"]) and repeat in (None, record["repeat"])
    ]
    if not records:
        raise BadInput(f"{run}: no such trial; {_held(every_record)}")
    named = [(name, record) for record in records if (name := _instance_of(record, every=every)) is not None]
    if not named:
        raise BadInput(f"{run}: none of the trials that are meant is of an imported task (--all takes any)")
    found, notes = [], []
    for name, record in named:
        patch = _patch(run / "trials" / record["trial"])
        if patch is None:
            notes.append(f"{record['trial']}: left no tree ({record['verdict']}: {record['reason']})")
            continue
        found.append({"instance_id": name, "model_name_or_path": record["candidate"], "model_patch": patch})
    return Exported(predictions=tuple(found), notes=(*notes, *_doubles(found)))


def write(path: Path, found: Sequence[Mapping[str, str]]) -> None:
    """Write predictions, one a line.

    Raises:
        HarnessError: it cannot be written.
    """
    with boundary(HarnessError, f"write to {path}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, "".join(f"{json.dumps(row)}\n" for row in found).encode("ascii"))


def _held(records: Sequence[Mapping[str, Any]]) -> str:
    """Whose trials there are, and how many repeats."""
    if not records:
        return "none has finished"
    candidates = ", ".join(sorted({record["candidate"] for record in records}))
    return f"it has those of {candidates}, repeats 0 to {max(record['repeat'] for record in records)}"


def _instance_of(record: Mapping[str, Any], *, every: bool) -> str | None:
    """The instance's id; None if the trial is not of one."""
    item = record.get("item") or ""
    if item.startswith(ITEM):
        return str(item.removeprefix(ITEM))
    return f"{record['suite']}__{record['task']}" if every else None


def _patch(folder: Path) -> str | None:
    """What leads from the untouched workspace to what was handed in; None if nothing was."""
    story = read_story(read_events(folder))
    ended = [mark for mark in story.marks if mark.tier == "T0"]
    if not ended or not story.states:
        return None
    start, last = story.states[0], story.states[ended[-1].state]
    if start.tree == last.tree:
        return ""
    return difference(_tree(folder, start, story), _tree(folder, last, story))


def _tree(folder: Path, state: State, story: Story) -> Tree:
    """The source tree of a state, wherever it was kept."""
    kept = [other for other in story.states if other.tree == state.tree and (other.commit or other.blob)]
    if not kept:
        raise BadInput(f"{folder}: the tree {state.tree} was not kept")
    if kept[0].commit is not None:
        tree = Reader(folder / HISTORY).tree(kept[0].commit)
    else:
        with boundary(BadInput, f"read {folder}"):
            tree = unpack((folder / "blobs" / str(kept[0].blob)).read_bytes())
    if git_hash(tree) != state.tree:
        raise BadInput(f"{folder}: what was kept of the tree {state.tree} is another one")
    return tree


def _doubles(found: Sequence[Mapping[str, str]]) -> list[str]:
    """Of one instance, model by model, an evaluation takes a single prediction."""
    counts = Counter((row["model_name_or_path"], row["instance_id"]) for row in found)
    models = sorted({model for (model, _), count in counts.items() if count > 1})
    lines = [f"{model}: several predictions of one instance; an evaluation wants one, see --repeat" for model in models]
    if len({row["model_name_or_path"] for row in found}) > 1:
        lines.append("predictions of several candidates; an evaluation wants those of one, see --candidate")
    return lines
