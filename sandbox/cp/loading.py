"""A problem package as a task of a run."""

from __future__ import annotations

from pathlib import Path

from sandbox.cp.asking import statement_of
from sandbox.cp.brief import brief_of, category_of, difficulty_of, item_of
from sandbox.cp.handed_in import SOLVED
from sandbox.cp.package import read_problem
from sandbox.cp.problem import Problem
from sandbox.cp.verdicts import WALL_MORE, WALL_TIMES
from sandbox.errors import BadInput
from sandbox.reading import shown
from sandbox.task import Bug, Judge, Task
from sandbox.tooling import SUBMIT_SOLUTION

KIND, RUNG = "problem", "kernel"
# Where a package says no time limit: nobody's is longer.
LONGEST_LIMIT = 10.0
# A case near the limit runs so often.
RUNS = 3


def load_problem(folder: Path) -> Task:
    """The task that a problem is.

    Raises:
        BadInput: the package is broken, cannot be judged here, or has no statement as text; names the file.
    """
    problem = read_problem(folder)
    statement = statement_of(problem)
    if statement is None:
        raise BadInput(f"{shown(folder / 'statement')}: holds no text (problem.en.md or problem.en.tex) to be asked")
    brief = brief_of(problem)
    if not brief.languages:
        raise BadInput(f"{shown(folder / 'problem.yaml')}: languages: none of them is here (cpp, c, python3)")
    return Task(
        suite=folder.parent.name,
        id=folder.name,
        path=str(folder),
        digest=problem.digest,
        instruction=statement,
        rung=RUNG,
        judge=Judge(kind=KIND, suite_timeout=_longest(problem)),
        bugs=(Bug(id=SOLVED, tests=()),),
        tools=(SUBMIT_SOLUTION,),
        variants=brief.variants,
        notes=problem.notes,
        problem=brief,
        item=item_of(problem),
        category=category_of(problem),
        difficulty=difficulty_of(problem),
    )


def _longest(problem: Problem) -> float:
    """Seconds in which a submission is judged, unless something hangs."""
    limits = problem.limits
    case = WALL_TIMES * (limits.time or LONGEST_LIMIT) + WALL_MORE + limits.validation_time / 10
    return 2 * limits.compilation_time + RUNS * case * sum(1 for _ in problem.data.cases())
