"""The course of a trial: what the candidate is told, first and after each turn. Pure.

A trial has one stage in the field and with a problem, one for each step of a chain, and one for each
round of the bug-report loop. What is said next is a function of the events so far.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sandbox.condition import Prompt
from sandbox.cp.asking import terms
from sandbox.events import Event, last, of_kind
from sandbox.harbor.reward import falls_short
from sandbox.harbor.settings import Harbor
from sandbox.noise import buried, mistyped
from sandbox.plan import Trial
from sandbox.task import Bug, Task

MAIN = "main"
# Why a turn ended, where nothing more can be asked: of anybody, or in the same conversation.
CUT_SHORT = frozenset({"limit"})
CONVERSATION_OVER = CUT_SHORT | {"context", "malformed"}

STILL = "I have tried it, and this does not work:"
BROKEN = (
    "I have tried it. What I reported works now, but something else that used to work is broken since your changes."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One turn of the candidate. index: from 0. text: what the user says. fresh: in a new conversation."""

    name: str
    index: int
    text: str
    fresh: bool


def next_stage(trial: Trial, done: Stage | None, events: Sequence[Event]) -> Stage | None:
    """What comes after a stage (None: what comes first); None when the trial has run its course.

    Args:
        events: the log so far. In a loop it holds a check of the state that the last stage left (of the
            untouched workspace at the beginning), and the first bug that failed in it is reported.
    """
    stage = _next_stage(trial, done, events)
    return None if stage is None else replace(stage, text=_as_told(trial, stage, events))


def _as_told(trial: Trial, stage: Stage, events: Sequence[Event]) -> str:
    """What the user says, as the condition has it typed, with what that gives away and says around it."""
    prompt, noise = trial.how.prompt, trial.how.noise
    text = stage.text
    if noise.typos:
        keep = [trial.task.package] if trial.task.package else []
        text = mistyped(text, noise.typos, trial.draw(f"typos {stage.index}"), keep)
    if stage.index:
        return text
    if prompt != Prompt():
        text = _surrounded(trial, text, prompt, events)
    return buried(text, noise.context, trial.draw("context")) if noise.context else text


def _surrounded(trial: Trial, text: str, prompt: Prompt, events: Sequence[Event]) -> str:
    found: Mapping[str, str] = next((check.data["outcomes"] for check in of_kind(events, "check.ran")), {})
    pointer = "" if trial.pointer is None else trial.pointer.text(prompt.given, found)
    parts = (prompt.before, text, pointer, prompt.after)
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _next_stage(trial: Trial, done: Stage | None, events: Sequence[Event]) -> Stage | None:
    index = 0 if done is None else done.index + 1
    if trial.task.steps:
        if index == len(trial.task.steps):
            return None
        if done is not None and trial.task.harbor is not None and _falls_short(trial.task.harbor, done, events):
            return None
        step = trial.task.steps[index]
        return Stage(name=step.name, index=index, text=step.instruction, fresh=True)
    if trial.rounds:
        return _round(trial, index, events)
    if trial.task.problem is not None:
        return Stage(name=MAIN, index=0, text=_problem(trial, events), fresh=True) if index == 0 else None
    return Stage(name=MAIN, index=0, text=_all_at_once(trial.asked), fresh=True) if index == 0 else None


def _problem(trial: Trial, events: Sequence[Event]) -> str:
    """A problem with its limits, among them the time that holds on this machine."""
    assert trial.task.problem is not None
    ready = last(events, "env.ready")
    assert ready is not None, "what a problem's judge allows is known before anybody is asked"
    return (
        f"{trial.task.instruction}\n{terms(trial.task.problem, ready.data['facts']['time_limit'], trial.submissions)}"
    )


def is_judged(trial: Trial, events: Sequence[Event]) -> bool:
    """Whether nothing is left to be judged at the end: what was submitted was judged when it was."""
    return trial.submissions > 1 and bool(of_kind(events, "check.ran"))


def _falls_short(harbor: Harbor, done: Stage, events: Sequence[Event]) -> bool:
    """Whether a step of a Harbor task did not reach the reward that the next one asks for."""
    rewards = of_kind(events, "check.ran")[-1].data["rewards"]
    return falls_short(rewards or {}, harbor.parts[done.index].least) is not None


def is_last(trial: Trial, stage: Stage, reason: str) -> bool:
    """Whether nothing follows a stage whose turn ended for `reason`, whatever was left."""
    if trial.task.steps:
        return reason in CUT_SHORT or stage.index + 1 == len(trial.task.steps)
    return reason in CONVERSATION_OVER or stage.index + 1 >= max(1, trial.rounds)


def _round(trial: Trial, index: int, events: Sequence[Event]) -> Stage | None:
    if index == trial.rounds:
        return None
    text = _complaint(trial.asked, of_kind(events, "check.ran")[-1], first=index == 0)
    return None if text is None else Stage(name=f"round-{index + 1}", index=index, text=text, fresh=index == 0)


def _complaint(task: Task, checked: Event, *, first: bool) -> str | None:
    """What a user complains about in a judged state; None if nothing is left."""
    failing = [bug for bug in task.bugs if checked.data["bugs"].get(bug.id) != "P"]
    if first:
        # Where nothing fails yet there is nothing to report: the task says what it says.
        return _with(task.instruction, _opening_reports(task, failing[:1]))
    if failing:
        return f"{STILL}\n\n{failing[0].report}"
    return BROKEN if any(status != "P" for status in checked.data["guards"].values()) else None


def _all_at_once(task: Task) -> str:
    return _with(task.instruction, _opening_reports(task, task.bugs))


def _with(instruction: str, reports: Sequence[str]) -> str:
    """An instruction as it stands, with complaints below it."""
    return "\n\n".join([instruction.strip(), *reports]) if reports else instruction


def _opening_reports(task: Task, bugs: Sequence[Bug]) -> list[str]:
    """Complaints beside an instruction that names none; where the task is a report, it has them already."""
    return [bug.report for bug in bugs if bug.report] if task.rung == "loop" else []
