"""What `roadtest run` says once a run has ended: standings, what has no verdict, and what to type to go on."""

from __future__ import annotations

import contextlib
import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import click

from sandbox.caps import figures
from sandbox.commands import HIGHER, go_on_command, output, program_name, tell_notes, warn
from sandbox.errors import RoadtestError
from sandbox.report import divergences, standings
from sandbox.run import Outcome
from sandbox.score import DEADLINE_PASSED, NO_VERDICT
from sandbox.secrecy import without_secrets

# Of more candidates than this only their number is told.
MOST_NAMED = 4


def print_outcome(outcome: Outcome, *, as_json: bool, played_back: bool) -> None:
    """Standings to standard output, the rest to standard error.

    Args:
        played_back: whether this was a replay that asked nobody.
    """
    if as_json:
        click.echo(json.dumps(_as_data(outcome)))
    else:
        _print_tables(outcome)
    warn(standings.remarks(outcome.records))
    warn(list(not_run(outcome)))
    if outcome.diverged:
        warn([divergences.in_short(outcome.diverged)])
    if outcome.exit_code == 3 and played_back and not outcome.missing:
        warn(["a replay would play these failures again; for a verdict run the trials anew, without --replay"])
    elif outcome.exit_code == 3:
        warn(list(_going_on(outcome)))


def record_outcome(outcome: Outcome, where: str, nights: str, *, again: bool) -> None:
    """Put a run into a history, or what of it there is so far.

    Args:
        where: a file, or a database by URL. nights: what the run goes by there. again: what is there of it is replaced.

    Raises:
        BadInput, HarnessError: it cannot be; the run is kept all the same.
    """
    from sandbox.nights.history import History
    from sandbox.nights.recording import began, record_run

    with _told_how_to_record(outcome, where, nights), History(where) as history:
        at = began(outcome.directory, outcome.records)
        done = record_run(history, outcome.directory, nights, at=at, whole=False, again=again)
        trials = "1 trial" if done.trials == 1 else f"{done.trials:,} trials"
        there = f"{history.name} has another run {done.name}: this one is not recorded (--nights gives it another name)"
        tell_notes([f"recorded in {history.name} as {done.name}, {trials}" if done.new or again else there])


@contextlib.contextmanager
def _told_how_to_record(outcome: Outcome, where: str, nights: str) -> Iterator[None]:
    try:
        yield
    except RoadtestError:
        words = ["history", "add", str(outcome.directory), "--db", without_secrets(where), "--nights", nights]
        warn([f"the run is kept, and not recorded; once that can be: {program_name()} {shlex.join(words)}"])
        raise


def _as_data(outcome: Outcome) -> dict[str, object]:
    rows = standings.standings(outcome.records)
    data: dict[str, object] = {"directory": str(outcome.directory), "missing": outcome.missing}
    data["not_run"] = [
        {"candidate": name, "trials": count, "reason": reason}
        for reason, trials in outcome.not_run.items()
        for name, count in trials.items()
    ]
    data["standings"] = standings.as_data(rows)
    if outcome.diverged is not None:
        data["divergences"] = divergences.as_data(outcome.diverged)
    return data


def _print_tables(outcome: Outcome) -> None:
    console = output()
    if rows := standings.standings(outcome.records):
        console.print(standings.table(rows))
    if outcome.diverged:
        console.print(divergences.table(outcome.diverged))
    console.print(f"Run: {outcome.directory}", markup=False, highlight=False, soft_wrap=True)
    more = f"More: {program_name()} report {outcome.directory}"
    console.print(more, markup=False, highlight=False, soft_wrap=True)


def not_run(outcome: Outcome) -> Iterator[str]:
    """How many trials were not run, and which of them for which reason."""
    if not outcome.not_run:
        return
    head = "1 trial was not run" if outcome.missing == 1 else f"{outcome.missing} trials were not run"
    if len(outcome.not_run) == 1:
        ((reason, trials),) = outcome.not_run.items()
        yield f"{head} ({_whose(trials)}): {reason}"
        return
    yield f"{head}:"
    for reason, trials in outcome.not_run.items():
        yield f"  {_whose(trials)}: {reason}"


def _whose(trials: Mapping[str, int]) -> str:
    """As in 4 of openai/x, 2 of fast."""
    if len(trials) > MOST_NAMED:
        return f"{sum(trials.values())} of {len(trials)} candidates"
    return ", ".join(f"{count} of {name}" for name, count in trials.items())


def _going_on(outcome: Outcome) -> Iterator[str]:
    """What has to be done to come to the verdicts that are missing, and the command that goes on."""
    if overdue := sum(_is_overdue(record) for record in outcome.records):
        met = "1 trial met its deadline" if overdue == 1 else f"{overdue} trials met their deadline"
        yield f"{met}, which is as long when the run is gone on with; for a longer one begin a new run"
    command = go_on_command(outcome.directory, raised=[hit.limit for hit in outcome.caps])
    if not outcome.caps:
        yield f"put it right, then go on with: {command}"
        return
    for hit in outcome.caps:
        yield f"the cap {hit.limit} is used up ({figures(hit)}): under the same one nobody whom it binds is asked again"
    yield f"to go on put more than that in place of {HIGHER}: {command}"


def _is_overdue(record: Mapping[str, Any]) -> bool:
    return record["verdict"] in NO_VERDICT and DEADLINE_PASSED in record.get("flags", ())
