"""Limits of one trial, and what was used of them.

    replies   replies of the candidate, readable or not
    calls     calls that it made: run, or refused for a fault; handing in is one too
    tokens    tokens of all replies and of what was sent for them
    cost      US dollars by the price list
    seconds   wall time from the moment the environment is ready, without judging between rounds
              and what was lost to a provider that failed
    deadline  wall time from the moment the trial begins, whatever it is spent on

Each is looked at at fixed points. Before the candidate is asked: one that is used up (value ≥ bound) ends
the turn. After a reply: where tokens or cost went over (value > bound), nothing of that reply is run, and
a "done" in it does not count. Before each call: where calls or seconds are used up, neither that call nor
the rest of the reply is run. So handing in with the very last call is fine. `seconds` also bounds the wait
for the model and a tool that runs, and so does `deadline`. Where that passes and less than half of the time was
the candidate's own, the trial ends without a verdict: it says nothing about the candidate.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sandbox.errors import BadInput

NAMES = ("replies", "calls", "tokens", "cost", "seconds", "deadline")
CLOCKS = frozenset({"seconds", "deadline"})
COUNTS = frozenset({"replies", "calls", "tokens"})
MODEL_REPLIES = 100
NONE = "none"
# What a deadline is called in the reason of every trial that it ended.
DEADLINE = "the deadline of the trial"

Given = Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """None means no limit.

    seconds: wall time from the moment the environment is ready. deadline: from the moment the trial begins.
    """

    replies: int | None = None
    calls: int | None = None
    tokens: int | None = None
    cost_usd: float | None = None
    seconds: float
    deadline: float | None = None

    def as_data(self) -> dict[str, float | None]:
        """The bounds by the names that are typed; None where there is none (a deadline is left out then)."""
        values = (self.replies, self.calls, self.tokens, self.cost_usd, self.seconds, self.deadline)
        bounds = dict(zip(NAMES, values, strict=True))
        return bounds if self.deadline is not None else {name: bounds[name] for name in NAMES if name != "deadline"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What one reply counts against limits.

    cost_usd: None if no price is known.
    estimated: the provider did not say how many tokens it took.
    """

    tokens: int
    cost_usd: float | None
    estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A limit that was reached. `estimated`: the value rests on a guess at tokens."""

    limit: str
    value: float
    bound: float
    estimated: bool = False

    def as_data(self) -> dict[str, Any]:
        """The data of `limit.hit`."""
        data = {"limit": self.limit, "value": self.value, "bound": self.bound}
        return {**data, "estimated": True} if self.estimated else data


def parse_limits(words: Iterable[str]) -> dict[str, float | None]:
    """What was typed after --limit, by name; None: no limit. Of the same name twice, the last counts.

    Raises:
        BadInput: no NAME=VALUE, an unknown name, a value that is no bound.
    """
    given: dict[str, float | None] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in NAMES:
            raise BadInput(f"--limit {word}: write NAME=VALUE, with a name of {', '.join(NAMES)}")
        given[name] = None if value == NONE else _bound(name, value)
        if name == "seconds" and value == NONE:
            raise BadInput("--limit seconds=none: a trial has to end; give a number of seconds")
    return given


def _bound(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0) or (name in COUNTS and not number.is_integer()):
        kind = "whole number" if name in COUNTS else "number"
        other = "" if name == "seconds" else f", or {NONE}"
        raise BadInput(f"--limit {name}={value}: must be a {kind} above 0{other}")
    return int(number) if name in COUNTS else number


def limits_for(given: Given, *, scripted: bool, task_seconds: float, turns: int = 1) -> Limits:
    """The limits of one trial: what was typed, else the defaults.

    Args:
        given: from `parse_limits`.
        scripted: whether the candidate is a script; these have no default but the task's time.
        task_seconds: the task's own time for the agent, which a typed one replaces.
        turns: how many turns the trial may have; each further one is good for half as many replies again.
    """
    replies = None if scripted else MODEL_REPLIES + MODEL_REPLIES // 2 * (turns - 1)
    defaults: Given = {"replies": replies, "seconds": task_seconds}
    bounds = {**defaults, **given}
    return Limits(
        replies=_whole(bounds.get("replies")),
        calls=_whole(bounds.get("calls")),
        tokens=_whole(bounds.get("tokens")),
        cost_usd=bounds.get("cost"),
        seconds=bounds["seconds"] or task_seconds,
        deadline=bounds.get("deadline"),
    )


def _whole(bound: float | None) -> int | None:
    return None if bound is None else int(bound)


@dataclass(slots=True, kw_only=True)
class Meter:
    """Counts one trial against its limits.

    started: by the monotonic clock, moved on by all that does not count. began: when the trial did, if there is a
    deadline. lost: seconds that were the provider's and do not count.
    """

    limits: Limits
    started: float
    began: float | None = None
    replies: int = 0
    calls: int = 0
    tokens: int = 0
    cost_usd: float = 0.0
    estimated: bool = False
    lost: float = 0.0

    @classmethod
    def start(cls, limits: Limits) -> Meter:
        """Begin counting now."""
        return cls(limits=limits, started=time.monotonic())

    def count_reply(self, charge: Charge) -> None:
        """Count one reply and what it took."""
        self.replies += 1
        self.tokens += charge.tokens
        # No price is known only where there is no limit on cost: such a limit is refused beforehand.
        self.cost_usd += charge.cost_usd or 0.0
        self.estimated |= charge.estimated

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Time that passes in the block is not the candidate's."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.started += time.monotonic() - began

    def count_call(self) -> None:
        """Count one call, run or refused for a fault."""
        self.calls += 1

    def forgive(self, seconds: float) -> None:
        """Take seconds that passed without the candidate's doing off its time."""
        self.started += seconds
        self.lost += seconds

    def used_up(self) -> Hit | None:
        """The limit that leaves no room for another reply (value ≥ bound)."""
        return self._reached(NAMES)

    def no_more_calls(self) -> Hit | None:
        """The limit that leaves no room for another call (value ≥ bound)."""
        return self._reached(("calls", "seconds", "deadline"))

    def overdrawn(self) -> Hit | None:
        """The limit on tokens or cost that the last reply went over (value > bound)."""
        return next((hit for hit in self._hits(("tokens", "cost")) if hit.value > hit.bound), None)

    def out_of_time(self) -> Hit:
        """The limit on time, when a clock other than this one's saw it reached."""
        if self.limits.deadline is not None and self.until_deadline() <= self._until_spent():
            bound = self.limits.deadline
            return Hit(limit="deadline", value=max(self._passed(), bound), bound=bound)
        bound = self.limits.seconds
        return Hit(limit="seconds", value=max(self._spent(), bound), bound=bound)

    def left(self) -> float:
        """Seconds until the wall clock runs out; never negative."""
        return max(0.0, min(self._until_spent(), self.until_deadline()))

    @property
    def mostly_lost(self) -> bool:
        """Whether more of the time since the trial began was others' than the candidate's own."""
        return self._spent() < self._passed() / 2

    def _until_spent(self) -> float:
        return self.limits.seconds - self._spent()

    def until_deadline(self) -> float:
        """Seconds until the deadline, whoever takes them; infinite without one."""
        return math.inf if self.limits.deadline is None else self.limits.deadline - self._passed()

    def _passed(self) -> float:
        return time.monotonic() - (self.started if self.began is None else self.began)

    def _spent(self) -> float:
        return time.monotonic() - self.started

    def _reached(self, names: Iterable[str]) -> Hit | None:
        return next((hit for hit in self._hits(names) if hit.value >= hit.bound), None)

    def _hits(self, names: Iterable[str]) -> Iterator[Hit]:
        """What was used of each limit that there is, reached or not."""
        values = (self.replies, self.calls, self.tokens, self.cost_usd, self._spent(), self._passed())
        used = dict(zip(NAMES, values, strict=True))
        bounds = self.limits.as_data()
        for name in names:
            if (bound := bounds.get(name)) is not None:
                guessed = self.estimated and name in ("tokens", "cost")
                yield Hit(limit=name, value=float(used[name]), bound=float(bound), estimated=guessed)
