"""How far a run has come: verdicts, rate, what was spent, and how long it will take. Pure but for the clock."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Of how many trials, the last to end, the rate is.
RECENT = 50
# Seconds at one step that are worth a word, and of how many trials.
LONG, MOST_NAMED = 30.0, 3


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts trials as they end.

    total: trials of the run. before: how many of them were finished when it was gone on with.
    running: those that are under way, by key, with when they began and what they do now.
    steps: since when they do that.
    cost_usd: of what ended in this go, tried again or not, as far as prices are known; tokens too.
    """

    total: int = 0
    before: int = 0
    ended: int = 0
    again: int = 0
    cost_usd: float = 0.0
    tokens: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    running: dict[str, tuple[float, str]] = field(default_factory=dict)
    steps: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    ends: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))

    @property
    def done(self) -> int:
        """Trials with a record, those of before too."""
        return self.before + self.ended

    def begin(self, total: int, before: int) -> None:
        """The trials begin now."""
        self.total, self.before = total, before
        self.started = time.monotonic()

    def step(self, trial: str, text: str) -> None:
        """What a trial is doing now."""
        now = time.monotonic()
        since, before = self.running.get(trial, (now, ""))
        if text != before:
            self.steps[trial] = now
        self.running[trial] = since, text

    def end(self, trial: str, record: Mapping[str, Any]) -> None:
        """A trial has its record."""
        self.running.pop(trial, None)
        self.ended += 1
        self.verdicts[record["verdict"]] += 1
        self._spend(record["usage"])
        self.ends.append(time.monotonic())

    def put_back(self, trial: str, record: Mapping[str, Any]) -> None:
        """A trial ended without a verdict and will be tried again."""
        self.running.pop(trial, None)
        self.again += 1
        self._spend(record["usage"])

    def _spend(self, usage: Mapping[str, Any]) -> None:
        self.cost_usd += usage["cost_usd"] or 0.0
        self.tokens += usage["prompt_tokens"] + usage["completion_tokens"]

    def standing(self, seconds: float) -> list[tuple[str, str, float]]:
        """Trials that have done one thing for so many seconds: key, what, for how long; the longest first."""
        now = time.monotonic()
        found = [(trial, text, now - self.steps[trial]) for trial, (_, text) in self.running.items()]
        return sorted((row for row in found if row[2] >= seconds), key=lambda row: -row[2])

    @property
    def per_minute(self) -> float | None:
        """Trials that ended a minute, lately; None before the first."""
        if not self.ends:
            return None
        since = self.ends[0] if len(self.ends) == RECENT else self.started
        count = len(self.ends) - (len(self.ends) == RECENT)
        passed = time.monotonic() - since
        return 60 * count / passed if passed > 0 and count else None

    @property
    def seconds_left(self) -> float | None:
        """Until all are done, at this rate; None while nobody can tell."""
        rate = self.per_minute
        return None if not rate else 60 * max(0, self.total - self.done) / rate

    def as_data(self) -> dict[str, Any]:
        """For machines. Times in seconds."""
        return {
            "total": self.total,
            "done": self.done,
            "running": len(self.running),
            "waiting": max(0, self.total - self.done - len(self.running)),
            "verdicts": dict(self.verdicts),
            "tried_again": self.again,
            "per_minute": self.per_minute,
            "cost_usd": round(self.cost_usd, 6),
            "tokens": self.tokens,
            "standing": [
                {"trial": trial, "step": text, "seconds": round(passed, 1)}
                for trial, text, passed in self.standing(LONG)[:MOST_NAMED]
            ],
            "elapsed": round(time.monotonic() - self.started, 1),
            "left": self.seconds_left,
        }

    def in_words(self) -> str:
        """For people, on one line."""
        found = [f"{count} {verdict}" for verdict, count in sorted(self.verdicts.items())]
        parts = [f"{self.done}/{trials(self.total)} done", f"{len(self.running)} running", ", ".join(found)]
        if self.again:
            parts.append(f"{self.again} tried again")
        if rate := self.per_minute:
            parts.append(f"{rate:.1f}/min")
        if self.cost_usd:
            parts.append(f"${self.cost_usd:.2f}")
        if self.total > self.done and (left := self.seconds_left) is not None:
            parts.append(f"about {duration(left)} left")
        return ", ".join(part for part in parts if part)


def trials(number: int) -> str:
    """So many trials, in words."""
    return f"{number} trial" if number == 1 else f"{number} trials"


def duration(seconds: float) -> str:
    """As 45s, 12m or 3h05m."""
    if seconds < 90:
        return f"{seconds:.0f}s"
    minutes = round(seconds / 60)
    return f"{minutes}m" if minutes < 90 else f"{minutes // 60}h{minutes % 60:02d}m"
