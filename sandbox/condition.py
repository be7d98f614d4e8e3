"""Conditions: how a candidate meets a task.

field   the task as a user would put it, one pass; the steps of a chain one after another
loop    the bug-report loop: the first bug that fails is reported, the candidate works and hands
        in, all bugs are judged, and the first that fails now is reported, for so many rounds
lab     for problems: so many submissions, each answered with its verdict (in the field: one, not answered)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """rounds: how often bugs are reported at most; 0 where none is. submissions: of a problem, at most."""

    name: str
    rounds: int = 0
    submissions: int = 1

    def misses(self, task: Task) -> str | None:
        """Why the condition does not apply to a task; None if it does."""
        if self.submissions > 1 and task.problem is None:
            return "is no problem to which programs are submitted"
        if not self.rounds:
            return None
        if task.problem is not None:
            return "is a problem, which has no bug to report"
        if task.steps:
            return "is a chain, which has steps of its own"
        without = [bug.id for bug in task.bugs if bug.report is None]
        if without or not task.bugs:
            return f"has no report to give of {', '.join(without) or 'any bug'}"
        return None

    def rung(self, task: Task) -> str:
        """The rung of the ladder on which a task stands under the condition."""
        if self.rounds:
            return "loop"
        # All complaints at once, and nobody who looks at what came of it.
        return "report" if task.rung == "loop" and not task.steps else task.rung


FIELD = Condition(name="field")
LOOP = Condition(name="loop", rounds=8)
LAB = Condition(name="lab", submissions=10)
CONDITIONS: Mapping[str, Condition] = {condition.name: condition for condition in (FIELD, LOOP, LAB)}
