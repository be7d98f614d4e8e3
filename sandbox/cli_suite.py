"""The commands `suite …`: a suite looked after as a codebase is."""

from __future__ import annotations

import datetime
import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sandbox.cli_history import DATABASE, opened, which
from sandbox.commands import DONE, carry_out, existing_run, output, program_name, tell_notes
from sandbox.errors import BadInput

DOES_NOT_HOLD = 1
# Tasks that are proved together.
AT_ONCE = 8
LONGEST = 1000


def _existing(context: click.Context, option: click.Parameter, runs: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(existing_run(context, option, run) for run in runs)


@click.group()
def suite() -> None:
    """Look after a suite: what changed, what tasks still tell, what still holds."""


@suite.command("list", short_help="Tasks, version and digest of a suite.")
@click.argument("paths", nargs=-1, required=True, metavar="SUITE_OR_TASK...")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def list_command(paths: tuple[str, ...], as_json: bool) -> None:
    """The tasks of a suite with their digests, those retired with the reason; the suite's versions and digest."""
    from sandbox.upkeep.describing import of_tasks

    found = of_tasks(paths)
    shown = {name: one for name, one in found.tasks.items() if name not in found.held_out | found.retired.keys()}
    hidden = len([name for name in found.held_out if name not in found.retired])
    if as_json:
        tasks = {name: {"digest": one.digest, "parts": dict(one.parts)} for name, one in shown.items()}
        data = {"versions": dict(found.versions), "digest": found.digest, "tasks": tasks}
        click.echo(json.dumps({**data, "held_out": hidden, "retired": dict(found.retired)}))
        return
    for name, one in shown.items():
        click.echo(f"{one.digest[:12]}  {name}")
    if hidden:
        click.echo(f"and {hidden} held out")
    for name, why in found.retired.items():
        click.echo(f"retired: {name}: {why}")
    for name, version in found.versions.items():
        click.echo(f"version: {name} {version}")
    click.echo(f"digest: {found.digest}")


@suite.command("diff", short_help="What changed from one suite, or run, to another.")
@click.argument("before", metavar="A", type=click.Path(path_type=Path))
@click.argument("after", metavar="B", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def diff_command(before: Path, after: Path, as_json: bool) -> None:
    """Tasks added, removed, renamed, retired and changed, and which part of them; exit code 1 if there are any.

    A and B are each a run, its lock.json, a folder of tasks, or a suite in TOML.
    """
    from sandbox.report.transcript_lines import one_line
    from sandbox.upkeep.describing import describe
    from sandbox.upkeep.diff import as_data, diff, lines

    found = diff(describe(before), describe(after))
    if as_json:
        click.echo(json.dumps(as_data(found)))
    else:
        # A lock of others may hold any name.
        for line in lines(found):
            click.echo(" " * (len(line) - len(line.lstrip())) + one_line(line, LONGEST))
    sys.exit(DOES_NOT_HOLD if found.differs else DONE)


@suite.command("stats", short_help="What each task still tells.")
@click.argument("runs", nargs=-1, metavar="[RUN]...", type=click.Path(path_type=Path), callback=_existing)
@click.option(
    "--db", default=DATABASE, show_default=True, metavar="FILE|URL", help="The history, where no RUN is named."
)
@click.option("--nights", metavar="NAME", help="What the nights go by; the only one without.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def stats_command(runs: tuple[Path, ...], db: str, nights: str | None, as_json: bool) -> None:
    """Saturation, discrimination and flakiness of each task, over runs or over the history."""
    from sandbox.report.items_text import remarks, sheet
    from sandbox.upkeep.items import as_data, item_stats

    if runs:
        from sandbox.upkeep.reading import cells_of_runs

        cells, held_out = cells_of_runs(runs)
    else:
        with opened(db, must_exist=True) as held:
            name = which(held, nights)
            cells, held_out = held.cells(name), held.held_out(name)
    rows = item_stats(cells)
    shown = [row for row in rows if row.task not in held_out]
    hidden = [row for row in rows if row.task in held_out]
    if as_json:
        click.echo(json.dumps({"tasks": as_data(shown), "remarks": list(remarks(shown, hidden))}))
        return
    console = output()
    console.print(sheet(shown))
    for line in remarks(shown, hidden):
        console.print(line, markup=False, highlight=False)


@suite.command("canary", short_help="Whether every task carries the project's canary.")
@click.argument("paths", nargs=-1, required=True, metavar="SUITE_OR_TASK...")
@click.option(
    "--write", "folder", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Put it into those that lack it; where there is no canary.txt yet, one is made in DIR, above the tasks.",
)  # fmt: skip
def canary_command(paths: tuple[str, ...], folder: Path | None) -> None:
    """Check that every task.toml carries the line of the canary.txt above it; exit code 1, with a line for each lack.

    It is there so that it can be found whether a model was trained on these tasks.
    """
    from sandbox.loader import load_tasks
    from sandbox.upkeep.canary import faults, write

    tasks = load_tasks(paths)
    if folder is not None:
        written = write(tasks, folder)
        click.echo(f"{written} tasks written to; their digests are others now", err=True)
    found = faults(tasks)
    for name, why in found.items():
        click.echo(f"{name}: {why}")
    if not found:
        click.echo(f"{len(tasks)} tasks carry it")
    elif folder is None:
        words = shlex.join(["suite", "canary", *paths])
        click.echo(f"to put it there: {program_name()} {words} --write DIR, a folder above all of them", err=True)
    sys.exit(DOES_NOT_HOLD if found else DONE)


@suite.command("reprove", short_help="Prove tasks again whose last proof is old.")
@click.argument("paths", nargs=-1, required=True, metavar="SUITE_OR_TASK...")
@click.option("--older-than", "days", default=30.0, show_default=True, type=click.FloatRange(0), metavar="DAYS")
@click.option(
    "--db", default=DATABASE, show_default=True, metavar="FILE|URL", help="The history, where proofs are kept."
)
@click.option("--most", type=click.IntRange(1), metavar="N", help="At most so many, those longest unproved first.")
@click.option(
    "--concurrency", default=2, show_default=True, type=click.IntRange(1, 64), metavar="N", help="Trials at a time."
)
@click.option(
    "--runs", default=3, show_default=True, type=click.IntRange(1, 100), help="Runs of the tests on the reference."
)
@click.option("--plan", "only_plan", is_flag=True, help="Say which are due; prove nothing.")
def reprove_command(
    paths: tuple[str, ...], days: float, db: str, most: int | None, concurrency: int, runs: int, only_plan: bool
) -> None:
    """Prove tasks that have not been proved as they are for DAYS, as `task check` does, and keep what came of it.

    Exit code 1 if one does not hold; one that held before, unchanged, has drifted. Retired tasks are left alone.
    """
    from sandbox.loader import load_tasks
    from sandbox.upkeep.reading import keep_proofs, last_proofs
    from sandbox.upkeep.reproving import due, outcome

    loaded = load_tasks(paths)
    tell_notes([f"{task.name}: left out, it is retired" for task in loaded if task.retired])
    tasks = {task.name: task for task in loaded if task.retired is None}
    with opened(db) as held:
        last = last_proofs(held, list(tasks.values()))
        names = due(last, list(tasks), datetime.datetime.now(datetime.UTC), days, most)
        click.echo(f"{len(names)} of {len(tasks)} tasks are due", err=True)
        if only_plan or not names:
            click.echo("\n".join(names), nl=bool(names))
            return
        broken = False
        # What is proved is kept before the next ones begin: a night may end early.
        for first in range(0, len(names), AT_ONCE):
            batch = [tasks[name] for name in names[first : first + AT_ONCE]]
            faults = _proved(batch, concurrency, runs)
            keep_proofs(held, batch, faults)
            for task in batch:
                lines = faults[task.name]
                said = [f"{task.name}: {outcome(last.get(task.name), lines)}", *(f"  {line}" for line in lines)]
                click.echo("\n".join(said))
                broken = broken or bool(lines)
    sys.exit(DOES_NOT_HOLD if broken else DONE)


def _proved(tasks: Sequence[Any], concurrency: int, runs: int) -> dict[str, list[str]]:
    """What does not hold, by task."""
    from sandbox import check, toolbox
    from sandbox.run import check_tasks as check_inputs

    tools = toolbox.load_tools()
    check_inputs(tasks, tools)

    def make(progress: Any) -> Any:
        return check.check_tasks(tasks, tools=tools, concurrency=concurrency, progress=progress, runs=runs)

    found: dict[str, list[str]] = carry_out(make)
    if missing := [task.name for task in tasks if task.name not in found]:
        raise BadInput(f"not proved: {', '.join(missing)}")
    return found
