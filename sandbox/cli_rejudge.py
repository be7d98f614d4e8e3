"""The command `rejudge`: the stored trees of a run judged by its tasks as they are now, and what moved."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sandbox.commands import INTERRUPTED, carry_out, existing_run, output, program_name, tell_notes, warn

if TYPE_CHECKING:
    from sandbox.report.moved import Rejudging


@click.command(short_help="Judge a run's stored trees again, and say what moved and why.")
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path), callback=existing_run)
@click.argument("suites", nargs=-1, metavar="[SUITE_OR_TASK]...")
@click.option(
    "--trial",
    "parts",
    multiple=True,
    metavar="PART",
    help="Only trials whose key holds this. May be given several times.",
)
@click.option(
    "--concurrency", metavar="N", default=2, show_default=True, type=click.IntRange(1, 64), help="Trials at a time."
)
@click.option("--json", "as_json", is_flag=True, help="What moved as JSON on standard output.")
@click.pass_context
def rejudge(
    context: click.Context,
    directory: Path,
    suites: tuple[str, ...],
    parts: tuple[str, ...],
    concurrency: int,
    as_json: bool,
) -> None:
    """Judge the stored trees of a run's finished trials by its tasks as they are now, and say what moved and why.

    Nothing of the run is changed: what is found is written to RUN/rejudged/1, 2 and so on, to be read like a run.
    Tasks are looked for where the run had them and below tasks, or in each SUITE_OR_TASK.
    """
    from sandbox import rejudging, toolbox
    from sandbox.journal import RunDirectory
    from sandbox.lockfile import read_lock
    from sandbox.rejudge_scope import read_scope
    from sandbox.run import check_tasks

    typed = _typed_suites(context, read_lock(RunDirectory(directory).lock_file))
    scope = read_scope(directory, suites, typed=typed, parts=parts)
    tools = toolbox.load_tools()
    check_tasks(list(scope.tasks.values()), tools)
    tell_notes([f"{name}: {note}" for name, task in scope.tasks.items() for note in task.notes])

    def make(progress: Any) -> Any:
        return rejudging.rejudge(scope, tools=tools, concurrency=concurrency, progress=progress)

    left = f"what is in {directory / rejudging.FOLDER} is incomplete; to judge again begins anew"
    try:
        found: Rejudging = carry_out(make, at_once=f"roadtest: stopped at once; {left}", as_json=as_json)
    except KeyboardInterrupt:
        warn([f"stopped; {left}"])
        sys.exit(INTERRUPTED)
    _print(found, as_json=as_json)
    sys.exit(found.exit_code)


def _typed_suites(context: click.Context, lock: Mapping[str, Any]) -> tuple[str, ...]:
    """What a run was given as SUITE_OR_TASK, from the words that it was started with."""
    program = context.find_root().command
    command = program.get_command(context, "run") if isinstance(program, click.Group) else None
    words = list(lock["argv"])
    if command is None or words[:1] != ["run"]:
        return ()
    # Words of another version are read as far as they can be.
    return tuple(command.make_context("run", words[1:], resilient_parsing=True).params.get("suites") or ())


def _print(found: Rejudging, *, as_json: bool) -> None:
    from sandbox.report.moved import data_of, in_short, moved_table, remarks, standings_table

    if as_json:
        click.echo(json.dumps(data_of(found)))
    else:
        console = output()
        if found.moved:
            console.print(moved_table(found))
            console.print(standings_table(found))
        lines = [in_short(found), f"More: {program_name()} report {found.directory}"]
        for line in lines:
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    warn(remarks(found))
