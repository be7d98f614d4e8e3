"""From what was typed after `roadtest run` to the trials that it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sandbox.candidates import choose, load_candidates, unlisted
from sandbox.caps import Caps, split
from sandbox.condition import Condition
from sandbox.condition_file import load_conditions
from sandbox.errors import BadInput
from sandbox.harbor.network import with_network
from sandbox.limits import parse_limits
from sandbox.loader import load_tasks
from sandbox.plan import Candidate, Plan, make_plan
from sandbox.pointing import Pointer, point_to
from sandbox.suite_marks import read_marks
from sandbox.suites import read_defaults
from sandbox.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed; None or empty: nothing. limits: words after --limit. settings: of models, by name.

    allow_network: whether Harbor tasks that do not refuse a network get one.
    """

    suites: tuple[str, ...]
    models: tuple[str, ...]
    candidates_file: Path | None
    conditions: tuple[str, ...]
    repeats: int | None
    limits: tuple[str, ...]
    api_base: str | None
    settings: Mapping[str, Any]
    allow_network: bool = False
    conditions_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is to be run.

    caps: what all of it may spend. unlisted: what is said of models that candidates.toml does not list, should litellm
    not know them either; by name.
    """

    tasks: list[Task]
    candidates: list[Candidate]
    plan: Plan
    caps: Caps
    unlisted: Mapping[str, str]

    @property
    def notes(self) -> list[str]:
        """What has to be said of it beforehand."""
        notes = [f"{task.name}: {note}" for task in self.tasks for note in task.notes]
        return [*notes, *(f"{name}: left out, {why}" for name, why in self.plan.retired.items()), *self.plan.left_out]


def _pointers(tasks: Sequence[Task], conditions: Sequence[Condition]) -> dict[str, Pointer | str]:
    """What points to the fix of each task, or why nothing does; only of tasks that a condition gives it away of.

    Raises:
        BadInput, HarnessError: as `recipe.parts_of`.
    """
    telling = [condition for condition in conditions if condition.prompt.given]
    found: dict[str, Pointer | str] = {}
    for task in tasks:
        if all(condition.misses(task) for condition in telling):
            continue
        # Takes apart two releases, which are fetched where they are not in the cache.
        from sandbox.recipe import parts_of

        try:
            found[task.name] = point_to(task, parts_of(task))
        except LookupError as exc:
            found[task.name] = str(exc.args[0])
    return found


def choose_trials(typed: Typed) -> Choice:
    """The trials that are meant: what was typed goes before what suites say, and that before what candidates say.

    Raises:
        BadInput: a file is missing or broken, nobody was named, nothing is left to run.
    """
    if typed.api_base is not None and not typed.api_base.startswith(("http://", "https://")):
        raise BadInput(f"--api-base {typed.api_base}: must begin with http:// or https://")
    parse_limits(split(typed.limits)[1])
    settled = {"candidates": typed.models, "conditions": typed.conditions, "repeats": typed.repeats}
    defaults = read_defaults(typed.suites, typed=[name for name, value in settled.items() if value])
    caps, words = split([*defaults.limits, *typed.limits])
    loaded = with_network(load_tasks(typed.suites), allowed=typed.allow_network)
    retired = {task.name: f"retired on {task.retired.on}: {task.retired.reason}" for task in loaded if task.retired}
    tasks = [task for task in loaded if task.name not in retired]
    if not tasks:
        raise BadInput("; ".join(["nothing is left to run", *(f"{name}: {why}" for name, why in retired.items())]))
    names = typed.models or defaults.candidates
    if not names:
        raise BadInput("--model: name at least one candidate (or list them in a suite, as candidates)")
    known = load_candidates(typed.candidates_file)
    candidates = choose(
        names,
        known,
        api_base=typed.api_base,
        settings={name: value for name, value in typed.settings.items() if value is not None},
    )
    conditions, terms = typed.conditions or defaults.conditions, load_conditions(typed.conditions_file)
    plan = make_plan(
        tasks,
        candidates,
        conditions,
        typed.repeats or defaults.repeats or 1,
        parse_limits(words),
        terms,
        _pointers(tasks, [terms[name] for name in conditions if name in terms]),
    )
    return Choice(
        tasks=tasks,
        candidates=candidates,
        plan=replace(plan, retired=retired, versions=read_marks(typed.suites).versions),
        caps=caps,
        unlisted=unlisted(candidates, known, typed.candidates_file),
    )
