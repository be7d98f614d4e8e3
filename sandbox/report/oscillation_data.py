"""What `roadtest oscillation` says of one trial, as plain data: the matrix, and what proves each event. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.detect.oscillation import Distance, Findings, as_record, detect, only

# What a cell of the matrix says.
RIGHT, WRONG, FIXED, CAME_BACK, BROKE = "right", "wrong", "fixed", "came-back", "broke"
UNSTABLE, SKIPPED, UNCONFIRMED, NOT_JUDGED = "unstable", "skipped", "unconfirmed", "not-judged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A checkpoint that counts. index: 0 is the untouched workspace, checkpoints count from 1.

    step: index from 0 of the round or of the chain's step; stage: its name, None of the start and in a trial that has
    but one. calls, tokens: the candidate's until then.
    """

    index: int
    tier: str
    reason: str | None
    step: int
    stage: str | None
    tree: str
    calls: int
    tokens: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A bug, or a guard, over the columns.

    statuses: P, F, S, U, or None where it was not judged, as seen. marks: what became of it there, for people.
    step: of a chain, index of the step that asks for the bug.
    """

    unit: str
    kind: str
    step: int | None
    statuses: tuple[str | None, ...]
    marks: tuple[str, ...]

    @property
    def held(self) -> bool:
        """Whether it was right wherever it was judged."""
        return set(self.marks) <= {RIGHT, NOT_JUDGED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What turned right into wrong.

    by: call; checkpoint or seal (no call left the state, it was read from outside then); unknown (not narrowed down).
    step: number of the reply, as in `roadtest show --step`. steps: first and last reply between which it lies, where
    unknown. scanned: every state in between was looked at; without, they were halved, and it may have gone back and
    forth; None where unknown. named: of a bash call, whether its command names a file that changed, None if that is
    not known. diff: unified, of the commit against the state before. note: why there is none, if that needs saying.
    """

    by: str
    step: int | None = None
    call: str | None = None
    tool: str | None = None
    steps: tuple[int, int] | None = None
    scanned: bool | None = None
    named: bool | None = None
    commit: str | None = None
    diff: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A flip that is confirmed. kind: fix, regression or reintroduction. before, checkpoint: columns on either side.

    fixed_at: of a reintroduction, the column of the fix that it undoes; since_fix: how far that is. origin: None of a
    fix. failing: hidden tests of the unit that failed at the checkpoint, None if the log does not tell whose they are.
    failing_how: how many of them ended with which word, the plainest if they ended differently (failed before timeout).
    seen_before, seen_after: how often either side was seen, each time alike.
    """

    unit: str
    unit_kind: str
    kind: str
    before: int
    checkpoint: int
    fixed_at: int | None
    since_fix: Distance | None
    origin: Origin | None
    failing: tuple[str, ...] | None
    failing_how: Mapping[str, int] | None
    seen_before: int
    seen_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A return to an earlier state. by: text (the same tree), code, or behaviour (the same tests fail).

    earlier: column that it returns to; None where that was no checkpoint, then step is the reply after which it was.
    """

    by: str
    checkpoint: int
    earlier: int | None
    step: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A unit whose status at a checkpoint does not count. passed: in how many of `runs` it was right."""

    unit: str
    checkpoint: int
    passed: int
    runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Revert:
    """A deliberate revert: by which call, until which reply its state lasted, at which checkpoint it counted if any."""

    step: int | None
    call: str
    tool: str
    until: int | None
    checkpoint: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOscillation:
    """One trial. verdict: None while it is not closed. findings: None where no state was judged; then all is empty.

    staged: what its turns are called (round or step), None where there is one. stopped: why states were left
    unchecked, None if they were not. judged: how many of how many states that count were judged. is_problem: of
    competitive programming, where no state is looked into.
    """

    trial: str
    suite: str
    task: str
    candidate: str
    condition: str
    verdict: str | None
    staged: str | None
    findings: Findings | None
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    changes: tuple[Change, ...] = ()
    returns: tuple[Return, ...] = ()
    unstable: tuple[Doubt, ...] = ()
    unconfirmed: tuple[Doubt, ...] = ()
    reverts: tuple[Revert, ...] = ()
    stopped: str | None = None
    judged: tuple[int, int] = (0, 0)
    is_problem: bool = False

    @property
    def events(self) -> list[Change]:
        """What came back and what broke."""
        return [change for change in self.changes if change.kind != "fix"]

    @property
    def is_eventful(self) -> bool:
        """Whether something came back, broke, was unstable, went in a circle, or could not be confirmed."""
        cycles = any(one.by != "behaviour" for one in self.returns)
        return bool(self.events or cycles or self.unstable or self.unconfirmed or self.stopped)

    def as_data(self) -> dict[str, Any]:
        """For --json."""
        head = ("trial", "suite", "task", "candidate", "condition", "verdict")
        lists = ("returns", "unstable", "unconfirmed", "reverts")
        return {
            **{name: getattr(self, name) for name in head},
            "matrix": {
                "columns": [dataclasses.asdict(column) for column in self.columns],
                "rows": [dataclasses.asdict(row) for row in self.rows],
            },
            "events": [dataclasses.asdict(change) for change in self.changes],
            **{name: [dataclasses.asdict(one) for one in getattr(self, name)] for name in lists},
            "probing_stopped": self.stopped,
            "judged": {"states": self.judged[0], "of": self.judged[1]},
            "truncated": None if self.findings is None else self.findings.trajectory.truncated,
            "measures": None if self.findings is None else measures(self.findings),
        }


def measures(found: Findings) -> dict[str, Any]:
    """The object of results.jsonl, and more; None where there was nothing that could have happened."""
    cycles, chain = found.cycles, found.chain
    return {
        **as_record(found),
        "unstable": found.unstable,
        "cycles": {
            "text": len(cycles.text),
            "code": len(cycles.code),
            "behaviour": len(cycles.behaviour),
            "total": cycles.total,
            "harmful": cycles.harmful,
        },
        "coming_back": _hazard(found.coming_back.events, found.coming_back.intervals),
        "breaking": _hazard(found.breaking.events, found.breaking.intervals),
        "chain": None
        if chain is None
        else {
            "rows": [{"bug": row.bug, "step": row.step, "passes": list(row.passes)} for row in chain.rows],
            "retention": {str(far): {"kept": kept, "of": of} for far, (kept, of) in chain.retention.items()},
            "forgetting": chain.forgetting,
        },
        "T0": as_record(turns_alone(found)),
    }


def _hazard(events: int, intervals: int) -> Mapping[str, Any]:
    return {"events": events, "intervals": intervals, "rate": events / intervals if intervals else None}


def turns_alone(found: Findings) -> Findings:
    """What happened by the checkpoints of whole turns (T0) alone."""
    return detect(only(found.trajectory, "T0"))
