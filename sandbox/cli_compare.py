"""The command `compare`: two runs held against each other; with --gate whether the second is worse."""

from __future__ import annotations

import json
import math
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sandbox.commands import DONE, existing_run, output, program_name, warn
from sandbox.errors import BadInput

if TYPE_CHECKING:
    from sandbox.compare.comparison import Comparison

DOES_NOT_HOLD = 1
DIFF = "what has changed in tasks: "
# Repeated here, so that --help needs not load what reckons.
METRICS = ("accepted", "score", "faults", "recovery", "rr", "latency", "wall", "tokens", "cost")
BY = ("package", "category", "difficulty", "kind", "fixed_at", "suite", "condition", "rung")


@click.command(short_help="What changed from one run to another; with --gate, whether it got worse.")
@click.argument("before", metavar="A", type=click.Path(path_type=Path), callback=existing_run)
@click.argument("after", metavar="B", type=click.Path(path_type=Path), callback=existing_run)
@click.option("--candidate", metavar="NAME", help="Of the runs, where they have several.")
@click.option("--against", metavar="NAME", help="The candidate of A, if it is called otherwise there.")
@click.option("--gate", is_flag=True, help="Exit with 1 unless B holds: not worse by more than the margin.")
@click.option(
    "--metric",
    default="accepted",
    show_default=True,
    type=click.Choice(METRICS),
    metavar="NAME",
    help=f"The primary metric, named before you look: {', '.join(METRICS)}.",
)
@click.option(
    "--margin", default=0.0, type=float, metavar="M", help="What may be lost: points of a rate, percent of an amount."
)
@click.option(
    "--by",
    "dimensions",
    multiple=True,
    metavar="WHAT",
    type=click.Choice(BY),
    help=f"Slices of the primary metric by {', '.join(BY)}. May be given several times.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def compare(
    before: Path,
    after: Path,
    candidate: str | None,
    against: str | None,
    gate: bool,
    metric: str,
    margin: float,
    dimensions: tuple[str, ...],
    as_json: bool,
) -> None:
    """Hold run B against run A, trial by trial: differences with intervals, slices, tasks that flipped.

    Trials are paired by task, condition and repeat; what has no counterpart, or is not the same, is left out and said.
    Exit code 1: a gate that did not pass.
    """
    from sandbox.compare.comparison import as_data
    from sandbox.comparing import read_comparison
    from sandbox.report.compare_text import remarks, sheets, transcripts

    if not (math.isfinite(margin) and 0 <= margin < 100):
        raise BadInput(f"--margin {margin:g}: give points or percent from 0 to less than 100")
    found, notes = read_comparison(
        (before, after),
        candidates=(against or candidate, candidate),
        metric=metric,
        margin=margin / 100 if gate else None,
        by=tuple(dict.fromkeys(dimensions)),
        hint="" if against or candidate is None else "; --against NAME says what A calls it",
    )
    unused = ["--margin counts with --gate alone; nothing is made of it here"] if margin and not gate else []
    notes = (*notes, *unused, *_undivided(dimensions, found), *_changed(found, before, after))
    shown = transcripts(found, (str(before), str(after)), program_name())
    if as_json:
        warn(notes)
        click.echo(json.dumps({**as_data(found), "remarks": [*notes, *remarks(found)], "transcripts": shown}))
    else:
        console = output()
        for sheet in sheets(found):
            console.print(sheet)
        if shown:
            console.print("Transcripts of what got worse, A then B:", markup=False, highlight=False)
        for line in shown:
            console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
        for line in (*notes, *remarks(found)):
            console.print(line, markup=False, highlight=False, soft_wrap=line.startswith(DIFF))
    sys.exit(DOES_NOT_HOLD if found.gate is not None and not found.gate.passed else DONE)


def _undivided(dimensions: Sequence[str], found: Comparison) -> Iterator[str]:
    """What was asked for by --by and gives no slices."""
    for name in dict.fromkeys(dimensions):
        if found.pairs and not any(one.dimension == name for one in found.slices):
            yield f"--by {name}: all that is compared is of one value, so there is nothing to take apart"


def _changed(found: Comparison, before: Path, after: Path) -> Iterator[str]:
    """What to type to see what has changed in tasks that are left out for it."""
    from sandbox.report.compare_text import CHANGED, TASK

    if any(one.why.startswith(TASK) and one.why.endswith(CHANGED) for one in found.left_out):
        yield f"{DIFF}{program_name()} {shlex.join(['suite', 'diff', str(before), str(after)])}"
