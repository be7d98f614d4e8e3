"""The stages of a trial, and until when each may take: whatever hangs, a trial ends."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import anyio

from sandbox.errors import DeadlinePassed
from sandbox.limits import DEADLINE
from sandbox.llm.patience import MOST_LOST
from sandbox.plan import Trial
from sandbox.probing import LONGEST

# Seconds that ending a stage may take on top of what was left to it.
GRACE = 180.0
# Where no deadline was given: what starting and sealing may take, of which nobody has to know.
SLACK = 1800.0


@dataclass(slots=True, kw_only=True)
class Watch:
    """The stage that a trial is in: env, agent, seal, judge or probe. Its scope is cancelled when that takes too long.

    The candidate's own clock cuts its work at the deadline. What ends it after that, and judging, has its own time:
    a deadline is no reason to have no verdict of what was done before it.
    """

    trial: Trial
    ends: float
    deadline: float
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    stage: str = ""

    @classmethod
    def begin(cls, trial: Trial, began: float) -> Watch:
        """A trial that began at this moment of the monotonic clock; it is in stage env."""
        deadline = trial.limits.deadline or _ample(trial)
        watch = cls(trial=trial, ends=began + deadline, deadline=deadline)
        watch.enter("env")
        return watch

    def enter(self, stage: str) -> None:
        """Go on to a stage."""
        now = time.monotonic()
        judging = self.trial.task.judge.suite_timeout + GRACE
        until = {
            "env": self.ends,
            "agent": max(self.ends, now) + GRACE,
            "seal": max(self.ends, now) + GRACE,
            "judge": max(self.ends, now + judging),
            "probe": max(self.ends, now + judging + LONGEST),
        }[stage]
        self.stage = stage
        # Loops have clocks of their own.
        self.scope.deadline = anyio.current_time() + (until - now)

    def as_fault(self) -> dict[str, Any]:
        """That the time of the stage was over, as the data of `fault`. A trial that was judged keeps its verdict."""
        words = {
            "env": "its container was made ready",
            "agent": "its candidate was brought to an end",
            "seal": "its workspace was sealed",
            "judge": "it was judged",
            "probe": "all its states were looked into",
        }[self.stage]
        message = f"{DEADLINE} ({self.deadline:g} s) passed before {words}"
        facts = {"origin": "sandbox", "stage": self.stage, "message": message}
        if self.stage == "probe":
            return {**facts, "error": "ProbingStopped", "final": False}
        return {**facts, "error": DeadlinePassed.__name__, "final": True}


def _ample(trial: Trial) -> float:
    """Seconds that no trial takes in which nothing hangs."""
    turns = trial.rounds or len(trial.task.steps) or trial.submissions or 1
    judging = turns * (trial.task.judge.suite_timeout + GRACE)
    return 2 * trial.limits.seconds + MOST_LOST + judging + SLACK
