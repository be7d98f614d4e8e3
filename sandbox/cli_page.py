"""What `roadtest report --html` says while it writes its page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sandbox.errors import BadInput

if TYPE_CHECKING:
    from sandbox.report.summary import RunReport


def write(run: Path, file: Path, report: RunReport, *, as_json: bool) -> None:
    """Write the page of a run, with a line of progress.

    Raises:
        BadInput: it cannot be written there, or a log of the run is broken.
    """
    if as_json:
        raise BadInput("--html and --json: choose one of them")
    from sandbox.html_report import check_target, write_page
    from sandbox.report.transcript_lines import count, size

    check_target(file)
    told = Progress()
    try:
        written = write_page(run, file, report, told.step)
    finally:
        told.end()
    click.echo(f"{file}: {count(len(report.records), 'trial', 'trials')}, {size(written)}")


class Progress:
    """One line on a terminal, written over again and again; nothing where there is none."""

    def __init__(self) -> None:
        self._told = False

    def step(self, done: int, total: int) -> None:
        """So many transcripts are written."""
        if sys.stderr.isatty():
            self._told = True
            click.echo(f"\rtranscripts: {done:,} of {total:,}", err=True, nl=False)

    def end(self) -> None:
        """Leave the line."""
        if self._told:
            click.echo(err=True)
