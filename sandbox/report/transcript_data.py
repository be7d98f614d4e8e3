"""A transcript as plain data: what `roadtest show --json` gives, field by field. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The workspace after a call.

    commit: its commit in the history; None if it is not in there.
    over: the bound that the workspace was over, so that its state is not known; else None.
    changed, gone: files written and removed. paths: the first of them.
    """

    commit: str | None
    changed: int
    gone: int
    paths: tuple[str, ...]
    over: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallShown:
    """One function call and what came of it.

    arguments: the string as the candidate sent it.
    status: ok, refused, timeout, killed (as the tool returned); rejected (a fault, see `labels`); not-run (well-formed,
        but not to be run any more); running (the log ends before its result).
    output: what the candidate was answered. bytes: how long the output was before it was cut to what is kept.
    exit_code, seconds: None where there was none. replaced: not all of the output was UTF-8.
    oom_kills: how often the kernel killed for want of memory.
    injected: how the harness made it fail; None if it did not.
    saved: the workspace after it, where that was recorded.
    diff: unified, against the state before; None where there is none. note: why there is none, if that needs saying.
    """

    call: str
    name: str
    arguments: str
    effect: str | None
    status: str
    labels: tuple[str, ...]
    at: float
    seconds: float | None
    exit_code: int | None
    output: str
    bytes: int
    truncated: bool
    replaced: bool
    oom_kills: int
    saved: Saved | None
    injected: str | None = None
    diff: str | None = None
    note: str | None = None

    @property
    def may_have_changed(self) -> bool:
        """Whether it ran to its end and was of a kind that may write to the workspace."""
        return self.effect in ("write", "exec") and self.seconds is not None and self.injected in (None, "cut")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The provider gave no answer. wait: seconds until it was asked again, None if it was not."""

    at: float
    attempt: int
    kind: str
    message: str
    wait: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One reply. at: when it was asked for; seconds: how long it took, without failures before it.

    labels, problem: faults of the reply as a whole, and what the candidate was answered then.
    body: SHA-256 of the blob that holds the reply as the provider sent it.
    """

    number: int
    at: float
    seconds: float
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None
    finish: str | None
    text: str
    labels: tuple[str, ...]
    problem: str | None
    body: str
    failures: tuple[Failure, ...]
    calls: tuple[CallShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What happened between steps. after: the number of steps before it.

    kind: instruction, checkpoint, check (what the judge found at the end of a turn, other than at the very end), limit,
    fault, or unanswered (the candidate was asked and no reply came). stage: the round or step that it begins or ends.
    """

    after: int
    at: float
    kind: str
    text: str
    stage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """The tree that was read out at the end. differs: from the last state saved before; None if there was none.

    killed: processes; None where they were frozen, or ended with their container, and nobody counted.
    """

    at: float
    source: str
    files: int
    bytes: int
    skipped: int
    killed: int | None
    differs: bool | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenTest:
    """A hidden test that did not pass. message: the end of pytest's account, "" where there is none."""

    test: str
    outcome: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckShown:
    """What the judge found. bugs and guards: P, F or S by bug id and by test file.

    cached: taken over from an equal tree. passed, total: hidden tests.
    output: what pytest printed, where a test did not pass and left no message; else "".
    rewards: by name, where the task's own script gave some. left_behind: paths that its container did not take over.
    outcome: of a task with services, as `check.ran` has it.
    submission: of a problem, whose cases stand for tests: the verdict of what was handed in last, None for nothing.
    """

    judge: str
    cached: bool
    score: float
    bugs: Mapping[str, str]
    guards: Mapping[str, str]
    passed: int
    total: int
    not_passed: tuple[HiddenTest, ...]
    tampering: tuple[str, ...]
    incomplete: bool
    output: str
    seconds: float
    rewards: Mapping[str, float] | None = None
    left_behind: tuple[str, ...] = ()
    submission: str | None = None
    outcome: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One trial. verdict, reason, score: None while it is not closed.

    calls, usage, time: as in results.jsonl. notes: what a reader should know about the log itself.
    """

    trial: str
    verdict: str | None
    reason: str | None
    score: float | None
    calls: Mapping[str, Any]
    usage: Mapping[str, Any]
    time: Mapping[str, float]
    system: str
    instruction: str
    steps: tuple[Step, ...]
    remarks: tuple[Remark, ...]
    seal: Seal | None
    check: CheckShown | None
    notes: tuple[str, ...] = field(default=())

    def as_data(self) -> dict[str, Any]:
        """For --json; the keys are the names of the fields."""
        return dataclasses.asdict(self)
