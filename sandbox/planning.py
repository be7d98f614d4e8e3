"""`roadtest run --plan`: what would run and what it may take, with nothing started."""

from __future__ import annotations

import json

import click

from sandbox.choosing import Choice
from sandbox.commands import output, tell_notes
from sandbox.forecast import forecast
from sandbox.journal import RunDirectory, read_results
from sandbox.llm.scripted import turns_for
from sandbox.lockfile import inputs_of, merged, read_lock
from sandbox.plan import Plan
from sandbox.report import planned
from sandbox.run import check_tasks, refuse_foreign
from sandbox.score import NO_VERDICT
from sandbox.tooling import Toolset
from sandbox.widening import added


def print_plan(
    chosen: Choice,
    tools: Toolset,
    directory: RunDirectory | None,
    resume: bool,
    *,
    concurrency: int,
    attempts: int,
    as_json: bool,
) -> None:
    """Say what would run and what it may take.

    Args:
        directory: where the run would go, if that was typed; with `resume` it may be there already.
        attempts: how often a trial is run at most, if it comes to no verdict.

    Raises:
        BadInput: the run would be refused.
    """
    check_tasks(chosen.tasks, tools, fetch=False)
    notes = check_ahead(chosen)
    if directory is not None:
        refuse_foreign(directory, resume)
        notes += notes_on_going_on(chosen.plan, directory, resume=resume)
    done = finished(chosen.plan, directory, tools)
    from sandbox.llm.rates import rate_of

    rates = {candidate.name: rate_of(candidate) for candidate in chosen.candidates}
    found = forecast(chosen.plan, rates, caps=chosen.caps, done=done, concurrency=concurrency, attempts=attempts)
    tell_notes([*chosen.notes, *notes])
    if as_json:
        click.echo(json.dumps(planned.as_data(found, chosen.plan.left_out)))
        return
    console = output()
    console.print(planned.table(found))
    for line in planned.lines(found):
        console.print(line, markup=False, highlight=False)


def notes_on_going_on(plan: Plan, directory: RunDirectory, *, resume: bool) -> list[str]:
    """What has to be said where a run is gone on with: that there is none yet, or that it becomes a larger one.

    Raises:
        BadInput: its lock is broken.
    """
    if not resume:
        return []
    if not directory.lock_file.exists():
        return [f"--resume: there is no run in {directory.path} yet; this is a new one"]
    more = added(read_lock(directory.lock_file)["inputs"], plan)
    return [] if more is None else [f"--resume: {more}"]


def finished(plan: Plan, directory: RunDirectory | None, tools: Toolset) -> list[str]:
    """The keys of trials that need not be run again.

    Args:
        directory: the run that is gone on with; None: a new one.

    Raises:
        BadInput: that run is of other tasks, tools, candidates or limits, or broken.
    """
    if directory is None or not directory.lock_file.exists():
        return []
    merged(read_lock(directory.lock_file)["inputs"], inputs_of(plan, tools, known={}), directory.lock_file)
    records = read_results(directory.path) if directory.results_file.exists() else []
    return [record["trial"] for record in records if record["verdict"] not in NO_VERDICT]


def check_ahead(chosen: Choice) -> list[str]:
    """Whether every candidate could be asked. What a plan can do without, a key, is only told.

    Raises:
        BadInput: an unknown provider, a broken turns file, a limit or cap on cost without a price.
    """
    notes = []
    for candidate in chosen.candidates:
        if candidate.kind == "file":
            turns_for(candidate, chosen.tasks[0])
        elif not candidate.scripted:
            from sandbox.llm.providers import check_price, check_provider

            words = check_provider(candidate, unlisted=chosen.unlisted.get(candidate.name, ""))
            if words is not None:
                notes.append(f"without this nothing would run: {words}")
            check_price(candidate, {**candidate.limits, **chosen.plan.limits}.get("cost"))
            for name, bound in chosen.caps.costs():
                check_price(candidate, bound, name=name)
    return notes
