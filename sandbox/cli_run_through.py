"""Carrying a plan out from the command line: with progress, ending at a signal, leaving nothing where nothing came."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sandbox.commands import INTERRUPTED, carry_out, warn
from sandbox.errors import RoadtestError

if TYPE_CHECKING:
    from sandbox.bounds import Bounds
    from sandbox.journal import RunDirectory
    from sandbox.plan import Plan
    from sandbox.replay import Replay
    from sandbox.run import Outcome
    from sandbox.tooling import Toolset


def carry_out_plan(
    plan: Plan,
    directory: RunDirectory,
    *,
    tools: Toolset,
    bounds: Bounds,
    resume: bool,
    go_on: str,
    as_json: bool,
    record: Path | None = None,
    replay: Replay | None = None,
) -> Outcome:
    """Carry out a plan under a progress display; a signal ends the process, with what to type to go on.

    Args:
        go_on: the command that goes on. as_json: progress for machines. The rest as for `run.run_plan`.

    Raises:
        RoadtestError: as `run.run_plan`.
    """
    from sandbox import run as running

    def make(progress: Any) -> Any:
        return running.run_plan(
            plan,
            directory,
            tools=tools,
            bounds=bounds,
            resume=resume,
            progress=progress,
            record=record,
            replay=replay,
        )

    click.echo(f"run: {directory.path}", err=True)
    kept = f"what was finished is kept; go on with: {go_on}"
    try:
        with _leaving_nothing(directory):
            outcome: Outcome = carry_out(make, at_once=f"roadtest: stopped at once; {kept}", as_json=as_json)
    except KeyboardInterrupt:
        warn([f"stopped; {kept}"])
        sys.exit(INTERRUPTED)
    return outcome


@contextlib.contextmanager
def _leaving_nothing(directory: RunDirectory) -> Iterator[None]:
    """Remove a run's directory, and those above it that were not there, if it fails before anything is in it."""
    new = [path for path in (directory.path, *directory.path.parents) if not path.exists()]
    lock = directory.path / ".lock"
    was_there = lock.exists()
    try:
        yield
    finally:
        if not was_there and list(directory.path.glob("*")) == [lock]:
            # What another run has taken meanwhile, or cannot be removed, stays.
            with contextlib.suppress(OSError, RoadtestError), directory.taken():
                lock.unlink()
                for path in new:
                    path.rmdir()
