"""Conditions: how a candidate meets a task.

field     the task as a user would put it, one pass; the steps of a chain one after another
loop      the bug-report loop: the first bug that fails is reported, the candidate works and hands
          in, all bugs are judged, and the first that fails now is reported, for so many rounds
lab       for problems: so many submissions, each answered with its verdict (in the field: one, not answered)
function  the task with its file, its function and a failing test
faulty    as in the field, but services (of tasks that have some) falter
rough     the task mistyped, in few words or another language, below a long thread, with tools that falter; rough-loop
          is that in the loop

They differ in what conditions.toml says of them and in nothing else. Those here are bundled; files of a user's own are
read by `sandbox.condition_file`.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib import resources
from typing import Any

from sandbox.limits import Given, parse_limits
from sandbox.rungs import KERNEL
from sandbox.task import Task

EVERY_TOOL = "*"
# What a prompt may give away: the file, the function, and the source of a hidden test that fails.
FAILING_TEST = "failing-test"
GIVEN = ("file", "function", FAILING_TEST)
_PROBLEM = "is a problem, which"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What is said besides the task. given: of `GIVEN`. before, after: text around what the user says first."""

    given: tuple[str, ...] = ()
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """What is done to the words of the user.

    typos: share of words with one. wordings: of which one is drawn, as far as the task has them. context: words of
    other people's messages above the first.
    """

    typos: float = 0.0
    wordings: tuple[str, ...] = ()
    context: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFaults:
    """The chance of a call that its time is over, that it fails, that its result is cut; made again, it goes well."""

    timeout: float = 0.0
    fail_once: float = 0.0
    cut: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """rounds: how often bugs are reported at most; 0 where none is. submissions: of a problem, at most.

    stands_on: the rung of the ladder that it puts tasks on; None: that of the task. limits: budgets of its trials.
    faults: by tool, `EVERY_TOOL` for all that are not named. service_faults: share of requests to services, by fault.
    seed: of noise and faults, together with task and repeat.
    """

    name: str
    stands_on: str | None = None
    rounds: int = 0
    submissions: int = 1
    prompt: Prompt = Prompt()
    noise: Noise = Noise()
    faults: Mapping[str, ToolFaults] = field(default_factory=dict)
    seed: int = 0
    limits: Given = field(default_factory=dict)
    service_faults: Mapping[str, float] = field(default_factory=dict)

    def misses(self, task: Task) -> str | None:
        """Why the condition does not apply to a task; None if it does."""
        if task.problem is None and (self.submissions > 1 or self.stands_on == KERNEL):
            return "is no problem to which programs are submitted"
        if task.problem is not None:
            return self._misses_problem()
        if self.service_faults and not task.services:
            return "integrates with no service that could fail"
        if self.prompt.given and (task.release is None or task.steps):
            return "is no task of a single fix between two releases, so there is no function to be named"
        return self._misses_rounds(task) if self.rounds else None

    def _misses_problem(self) -> str | None:
        if self.rounds:
            return f"{_PROBLEM} has no bug to report"
        if self.noise != Noise() or self.faults or self.service_faults:
            return f"{_PROBLEM} is asked for as it is"
        return f"{_PROBLEM} stands on {KERNEL} alone" if self.stands_on not in (None, KERNEL) else None

    def _misses_rounds(self, task: Task) -> str | None:
        if task.steps:
            return "is a chain, which has steps of its own"
        without = [bug.id for bug in task.bugs if bug.report is None]
        if without or not task.bugs:
            return f"has no report to give of {', '.join(without) or 'any bug'}"
        return None

    def rung(self, task: Task) -> str:
        """The rung of the ladder on which a task stands under the condition."""
        if self.stands_on is not None or self.rounds:
            return self.stands_on or "loop"
        # All complaints at once, and nobody who looks at what came of it.
        return "report" if task.rung == "loop" and not task.steps else task.rung

    @property
    def digest(self) -> str:
        """SHA-256 over all that it says; what it does not say is left out, so that further fields change nothing."""
        plain = asdict(Condition(name=self.name))
        said = {name: value for name, value in asdict(self).items() if name == "name" or value != plain[name]}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode("ascii")).hexdigest()


def from_table(name: str, table: Mapping[str, Any]) -> Condition:
    """A condition from its table in a file that fits `conditions.v1`.

    Raises:
        BadInput: a limit that is none.
    """
    prompt, noise = table.get("prompt", {}), table.get("noise", {})
    return Condition(
        name=name,
        stands_on=table.get("rung"),
        rounds=table.get("rounds", 0),
        submissions=table.get("submissions", 1),
        prompt=Prompt(
            given=tuple(one for one in GIVEN if one in prompt.get("given", ())),
            before=prompt.get("before", ""),
            after=prompt.get("after", ""),
        ),
        noise=Noise(
            typos=float(noise.get("typos", 0)),
            wordings=tuple(noise.get("wordings", ())),
            context=noise.get("context", 0),
        ),
        faults={tool: ToolFaults(**rates) for tool, rates in table.get("faults", {}).items()},
        seed=table.get("seed", 0),
        service_faults={fault: float(share) for fault, share in table.get("service_faults", {}).items()},
        limits=parse_limits(f"{limit}={value}" for limit, value in table.get("limits", {}).items()),
    )


def of_log(opening: Mapping[str, Any]) -> Condition | None:
    """What judging needs to know of the condition of a trial that is over; None if it cannot be told.

    Args:
        opening: the data of its `trial.opened`.
    """
    name = opening["condition"]
    if "rounds" not in opening:
        return CONDITIONS.get(name)
    return Condition(name=name, rounds=opening["rounds"], submissions=opening.get("submissions", 1))


def _bundled() -> dict[str, Condition]:
    text = resources.files("sandbox").joinpath("conditions.toml").read_text("utf-8")
    return {name: from_table(name, table) for name, table in tomllib.loads(text).items()}


CONDITIONS: Mapping[str, Condition] = _bundled()
FIELD, LOOP, LAB, FAULTY = (CONDITIONS[name] for name in ("field", "loop", "lab", "faulty"))
