"""The command `gap`: what candidates lose between the lab and the road."""

from __future__ import annotations

import json
from pathlib import Path

import click

from sandbox.commands import existing_run, output, warn
from sandbox.errors import BadInput
from sandbox.rungs import RUNGS

BY = ("package", "category", "difficulty", "kind", "fixed_at")


def _existing_runs(context: click.Context, option: click.Parameter, runs: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(existing_run(context, option, run) for run in runs)


@click.command(short_help="The gap between the lab and the road.")
@click.argument(
    "runs", metavar="RUN...", nargs=-1, required=True, type=click.Path(path_type=Path), callback=_existing_runs
)
@click.option("--lab", metavar="RUNG", type=click.Choice(RUNGS), help="The lab end: the lowest rung without.")
@click.option("--road", metavar="RUNG", type=click.Choice(RUNGS), help="The road end: the highest rung without.")
@click.option(
    "--by",
    "dimensions",
    multiple=True,
    metavar="WHAT",
    type=click.Choice(BY),
    help=f"Take the gap apart by {', '.join(BY[:-1])} or {BY[-1]}. May be given several times.",
)
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    metavar="RUNG=NAME",
    help="The condition that counts on a rung (without: the one with the most items). May be given several times.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def gap(
    runs: tuple[Path, ...],
    lab: str | None,
    road: str | None,
    dimensions: tuple[str, ...],
    conditions: tuple[str, ...],
    as_json: bool,
) -> None:
    """What candidates lose from rung to rung of the ladder, on the same items; who is overtaken on the road.

    The ladder: kernel, function, report, loop, rough. Several RUNs count as one, if they are of the same things. What
    the figures do not bear is not claimed, and said.
    """
    from sandbox.gap.gap import as_data
    from sandbox.pooling import read_gap
    from sandbox.report.gap_text import remarks, sheets

    found, notes = read_gap(
        runs, lab=lab, road=road, by=tuple(dict.fromkeys(dimensions)), conditions=_conditions(conditions)
    )
    if as_json:
        warn(notes)
        click.echo(json.dumps({**as_data(found), "remarks": [*notes, *remarks(found)]}))
        return
    console = output()
    for sheet in sheets(found):
        console.print(sheet)
    for line in (*notes, *remarks(found)):
        console.print(line, markup=False, highlight=False)


def _conditions(words: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for word in words:
        rung, equals, name = word.partition("=")
        if not equals or rung not in RUNGS or not name:
            raise BadInput(f"--condition {word}: write RUNG=NAME, with a rung of {', '.join(RUNGS)}")
        found[rung] = name
    return found
