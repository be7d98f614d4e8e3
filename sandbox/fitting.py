"""Which conditions apply to which tasks, as far as that can be told with what is known of their fixes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sandbox.condition import Condition
from sandbox.pointing import Pointer
from sandbox.task import Task

# Of more tasks than this that a condition leaves out the first are named.
MOST_NAMED = 3
# By the name of a task what points to its fix, or why nothing does.
Pointers = Mapping[str, Pointer | str]


def misses(condition: Condition, task: Task, pointers: Pointers) -> str | None:
    """Why a condition does not apply to a task, as far as can be told without or with its releases."""
    why = condition.misses(task)
    if why or not condition.prompt.given:
        return why
    found = pointers.get(task.name, "has releases that were not looked at")
    return found if isinstance(found, str) else None


def pointer_for(condition: Condition, task: Task, pointers: Pointers) -> Pointer | None:
    """What the condition gives away of the task's fix; None where it gives nothing away."""
    found = pointers.get(task.name) if condition.prompt.given else None
    return None if isinstance(found, str) else found


def in_words(missed: Mapping[tuple[str, str], str | None]) -> list[str]:
    """What conditions leave out, in one line where the same goes for many tasks."""
    tasks: dict[tuple[str, str], list[str]] = {}
    for (task, condition), why in missed.items():
        if why:
            tasks.setdefault((condition, why), []).append(task)
    return [f"{_named(names)}: {why}, left out of condition {condition}" for (condition, why), names in tasks.items()]


def _named(tasks: Sequence[str]) -> str:
    more = f" and {len(tasks) - MOST_NAMED} more" if len(tasks) > MOST_NAMED else ""
    return ", ".join(tasks[:MOST_NAMED]) + more
