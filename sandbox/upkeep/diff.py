"""What is another from one state of a suite to the next: tasks added, removed, renamed, changed, and how. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.examined import files_changed

UNTOLD = "something (an older run did not keep what)"
LAYOUT = "comments or layout alone"
RECIPE = "image (what the recipe pins, or the base image)"
EXAM, JUDGE = "tests (what the recipe brings)", "the judge's own code"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFacts:
    """A task as a suite or a run has it.

    parts: digests by part, empty: not kept. image: tag; None: not built yet. exam: what trees are judged by, as locks
    keep it; None: not kept.
    """

    digest: str
    parts: Mapping[str, str] = field(default_factory=dict)
    image: str | None = None
    exam: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteFacts:
    """A suite, or what a run had of it. tasks: by name. held_out: of them. retired: why, by name; they are not run."""

    label: str
    tasks: Mapping[str, TaskFacts]
    versions: Mapping[str, str]
    held_out: frozenset[str]
    retired: Mapping[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 over names and digests of all tasks that are run, and which of them are held out."""
        lines = (
            f"{name} {facts.digest} {'held-out' if name in self.held_out else 'open'}\n"
            for name, facts in sorted(self.tasks.items())
            if name not in self.retired
        )
        return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A task that both have and that is another. parts: which of it. files: of hidden tests, as far as it is known."""

    task: str
    parts: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteDiff:
    """From A to B. renamed: the same digest under another name. retired, held_out: where that began or ended.

    hidden: how many held-out tasks were added, removed, changed: they are in no list.
    """

    labels: tuple[str, str]
    digests: tuple[str, str]
    versions: tuple[Mapping[str, str], Mapping[str, str]]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    changed: tuple[Change, ...]
    retired: tuple[str, ...]
    same: int
    hidden: Mapping[str, int]

    @property
    def differs(self) -> bool:
        """Whether anything is another."""
        lists = (self.added, self.removed, self.renamed, self.changed, self.retired)
        return any(lists) or any(self.hidden.values()) or self.digests[0] != self.digests[1]


def diff(before: SuiteFacts, after: SuiteFacts) -> SuiteDiff:
    """What is another in `after`; retired tasks are in neither, and are told of where they became that."""
    one, two = (
        {name: facts for name, facts in side.tasks.items() if name not in side.retired} for side in (before, after)
    )
    secret = before.held_out | after.held_out
    gone, new = sorted(one.keys() - two.keys()), sorted(two.keys() - one.keys())
    renamed = _renamed({name: one[name] for name in gone}, {name: two[name] for name in new})
    moved = {name for pair in renamed for name in pair}
    changes = [change for name in sorted(one.keys() & two.keys()) if (change := _change(name, one[name], two[name]))]
    retired = [name for name in gone if name in after.retired]
    lists = {
        "added": [name for name in new if name not in moved],
        "removed": [name for name in gone if name not in moved and name not in retired],
        "changed": [change.task for change in changes],
    }
    return SuiteDiff(
        labels=(before.label, after.label),
        digests=(before.digest, after.digest),
        versions=(dict(before.versions), dict(after.versions)),
        added=tuple(name for name in lists["added"] if name not in secret),
        removed=tuple(name for name in lists["removed"] if name not in secret),
        renamed=tuple(pair for pair in renamed if not secret & set(pair)),
        changed=tuple(change for change in changes if change.task not in secret),
        retired=tuple(f"{name}: {after.retired[name]}" for name in retired if name not in secret),
        same=len(one.keys() & two.keys()) - len(changes),
        hidden={what: sum(name in secret for name in names) for what, names in lists.items()},
    )


def _renamed(gone: Mapping[str, TaskFacts], new: Mapping[str, TaskFacts]) -> tuple[tuple[str, str], ...]:
    """Pairs of one digest, each name once."""
    places = {facts.digest: name for name, facts in sorted(new.items(), reverse=True)}
    found = []
    for name, facts in gone.items():
        if (other := places.pop(facts.digest, None)) is not None:
            found.append((name, other))
    return tuple(found)


def _change(name: str, one: TaskFacts, two: TaskFacts) -> Change | None:
    parts = list(_parts(one, two))
    files: list[str] = []
    if one.exam is not None and two.exam is not None:
        steps = max(len(one.exam["files"]), len(two.exam["files"]))
        found = [files_changed(one.exam, two.exam, step) for step in range(steps)]
        files = list(dict.fromkeys(line for each in found for line in each))
        if files and "tests" not in parts:
            parts.append(EXAM)
        if one.exam["code"] != two.exam["code"]:
            parts.append(JUDGE)
    return Change(task=name, parts=tuple(parts), files=tuple(files)) if parts else None


def _parts(one: TaskFacts, two: TaskFacts) -> Iterator[str]:
    if one.digest != two.digest:
        names = dict.fromkeys([*one.parts, *two.parts])
        changed = [part for part in names if one.parts.get(part) != two.parts.get(part)]
        yield from (changed or [LAYOUT]) if one.parts and two.parts else [UNTOLD]
    if one.image and two.image and one.image != two.image and one.parts.get("image") == two.parts.get("image"):
        yield RECIPE


def as_data(found: SuiteDiff) -> dict[str, Any]:
    """The difference for --json."""
    return {**asdict(found), "differs": found.differs}


def lines(found: SuiteDiff) -> Iterator[str]:
    """The difference in words, a line a task."""
    for side, label, digest, versions in zip("AB", found.labels, found.digests, found.versions, strict=True):
        told = "".join(f", {name} {version}" for name, version in versions.items())
        yield f"{side}: {label}{told}, digest {digest[:12]}"
    yield from (f"+ {name}" for name in found.added)
    yield from (f"- {name}" for name in found.removed)
    yield from (f"> {one} is now {two}" for one, two in found.renamed)
    yield from (f"x {line}" for line in found.retired)
    for change in found.changed:
        yield f"~ {change.task}: {', '.join(change.parts)}"
        yield from (f"    {line}" for line in change.files)
    if hidden := [f"{count} {what}" for what, count in found.hidden.items() if count]:
        yield f"held-out tasks: {', '.join(hidden)}"
    yield f"{found.same} unchanged"
