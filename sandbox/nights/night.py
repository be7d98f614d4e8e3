"""What the history holds, as plain data: runs, a candidate's counts over them, proofs of tasks. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.nights.counts import Counts

# A task that has changed since, or is met under a condition that has, is another one: its trials are not held against
# those of before.
Task = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """A run in the history. number: its place there; at: when it began, ISO 8601."""

    number: int
    run: str
    at: str
    suite: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nights:
    """One candidate's counts over runs. nights: by row of `counts`. tasks: name, condition, their digests
    by column."""

    nights: tuple[Night, ...]
    tasks: tuple[Task, ...]
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenBaseline:
    """A baseline that somebody set. ends: its first and its last run; at: when it was set, ISO 8601; reason: why."""

    ends: tuple[str, str]
    at: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What proving a task once came to. at: ISO 8601. faults: a line for each thing that did not hold."""

    task: str
    task_digest: str
    at: str
    roadtest: str
    faults: str

    @property
    def holds(self) -> bool:
        """Whether everything held."""
        return not self.faults
