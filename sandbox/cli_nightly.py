"""The command `nightly`: one night's run, recorded, held against the baseline, told in files; fit for CI and cron."""

from __future__ import annotations

import contextlib
import json
import shlex
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sandbox.cli_run_through import carry_out_plan
from sandbox.commands import output, program_name, tell_notes, warn
from sandbox.errors import BadInput, HarnessError, boundary

if TYPE_CHECKING:
    from sandbox.choosing import Choice
    from sandbox.nights.place import Place
    from sandbox.nights.verdict import NightReport
    from sandbox.run import Outcome


@click.command(short_help="One night: run, record, compare, and whether something got worse.")
@click.argument("config_file", metavar="CONFIG.toml", type=click.Path(path_type=Path))
@click.option(
    "--out", metavar="DIR", type=click.Path(path_type=Path), help="Where nights go, in place of what CONFIG.toml says."
)
@click.option("--night", metavar="NAME", help="What this night is called (default: the date, in UTC).")
@click.option("--resume", is_flag=True, help="Go on with the last night that was begun and did not come to its end.")
@click.option(
    "--plan", "--dry-run", "only_plan", is_flag=True, help="Print what would run and what it may take; start nothing."
)
@click.option("--json", "as_json", is_flag=True, help="The night (or the plan) as JSON on standard output.")
def nightly(
    config_file: Path, out: Path | None, night: str | None, resume: bool, only_plan: bool, as_json: bool
) -> None:
    """Run what CONFIG.toml says, record it in the history, and say whether a candidate got worse.

    Started twice on one night it goes on. DIR gets summary.md, junit.xml and results.json of the last night; each has
    a directory of its own in it, with the same and all trials.

    Exit code 0: nothing got worse; 1: something did; 3: that cannot be told, or trials have no verdict.
    """
    from sandbox.nights.chosen import check_inputs, choose_night
    from sandbox.nights.config_file import load_nightly
    from sandbox.nights.place import Place, checked_name

    config = load_nightly(config_file)
    place = Place(config=config, file=config_file, out=out or config_file.parent / config.out)
    if night is not None and resume:
        raise BadInput("--resume: goes on with the last night; leave out --night, which goes on with the one it names")
    chosen = choose_night(place)
    if only_plan:
        _print_plan(place, chosen, None if night is None else checked_name(night), resume=resume, as_json=as_json)
        return
    with boundary(HarnessError, f"write to {place.out}"):
        place.out.mkdir(parents=True, exist_ok=True)
    from sandbox.holding import held

    with held(place.out):
        check_inputs(place, chosen)
        called = _which(place, night, resume=resume)
        records = _carried_out(place, chosen, called, as_json=as_json)
        with _kept(place, called):
            report = _told(place, chosen, called, records)
        try:
            _write_files(place, report)
        finally:
            # A full disk is no reason to be silent about what was found.
            _print(place, report, records, as_json=as_json)
    sys.exit(report.exit_code)


def _which(place: Place, night: str | None, *, resume: bool) -> str:
    """The night that is meant. Opens the history, so that one that cannot be used is known before anything is spent."""
    from sandbox.nights.history import History
    from sandbox.nights.place import checked_name, tonight, unfinished

    if isinstance(place.history, Path):
        with boundary(HarnessError, f"write to {place.history.parent}"):
            place.history.parent.mkdir(parents=True, exist_ok=True)
    with History(place.history) as history:
        left = unfinished(place, history)
    if resume and left:
        return left[-1]
    if resume:
        tell_notes(["--resume: no night was left unfinished; this is tonight's"])
    called = checked_name(night or tonight())
    for other in left:
        if other != called:
            tell_notes([f"night {other} did not come to its end; go on with it: {_again(place, other)}"])
    return called


def _carried_out(place: Place, chosen: Choice, night: str, *, as_json: bool) -> list[dict[str, Any]]:
    """The records of a night, once as much of it is run as can be."""
    from sandbox import toolbox
    from sandbox.bounds import bounds_for
    from sandbox.planning import finished

    directory, tools = place.run(night), toolbox.load_tools()
    keys = {trial.key for trial in chosen.plan.trials}
    with _of_night(night):
        done = set(finished(chosen.plan, directory, tools))
    tell_notes([*chosen.notes, *_going_on(night, len(keys), len(keys & done))])
    if keys <= done:
        from sandbox.journal import read_results

        return [record for record in read_results(directory.path) if record["trial"] in keys]
    with _of_night(night):
        outcome = carry_out_plan(
            chosen.plan,
            directory,
            tools=tools,
            bounds=bounds_for(place.config.concurrency, caps=chosen.caps),
            resume=directory.lock_file.exists(),
            go_on=_again(place, night),
            as_json=as_json,
        )
    if not outcome.records:
        raise HarnessError(f"night {night}: no trial was run: {outcome.stopped}; go on with: {_again(place, night)}")
    _tell_end(place, outcome, night)
    return list(outcome.records)


def _tell_end(place: Place, outcome: Outcome, night: str) -> None:
    """What was not run, and what to do about trials without a verdict."""
    from sandbox.caps import figures
    from sandbox.cli_run_end import not_run

    warn(list(not_run(outcome)))
    for hit in outcome.caps:
        used = f"the budget {hit.limit} is used up ({figures(hit)})"
        warn([f"{used}: under the same one nobody whom it binds is asked again"])
    if outcome.exit_code:
        warn([f"once that is put right, the night is gone on with: {_again(place, night)}"])


def _going_on(night: str, trials: int, done: int) -> list[str]:
    if done == trials:
        return [f"night {night} is finished; this is what is said of it"]
    return [f"night {night} was begun before: {done:,} of {trials:,} trials are finished"] if done else []


@contextlib.contextmanager
def _of_night(night: str) -> Iterator[None]:
    try:
        yield
    except BadInput as exc:
        raise BadInput(f"night {night}: {exc} (--night NAME begins another night)") from exc


@contextlib.contextmanager
def _kept(place: Place, night: str) -> Iterator[None]:
    """Where a night cannot be recorded, say that its trials are not lost."""
    try:
        yield
    except HarnessError as exc:
        again = f"once that is put right, what is said of the night: {_again(place, night)}"
        raise HarnessError(f"{exc}\nroadtest: all trials are kept in {place.run(night).path}; {again}") from exc


@contextlib.contextmanager
def _of_candidates(place: Place) -> Iterator[None]:
    """What is said of a name that was typed after --model, said of the file that has it."""
    try:
        yield
    except BadInput as exc:
        raise place.says("candidates", str(exc).removeprefix("--model ")) from exc


def _again(place: Place, night: str) -> str:
    """The command that goes on with a night."""
    words = ["nightly", str(place.file)]
    if place.out != place.folder / place.config.out:
        words += ["--out", str(place.out)]
    return f"{program_name()} {shlex.join([*words, '--night', night])}"


def _told(place: Place, chosen: Choice, night: str, records: list[dict[str, Any]]) -> NightReport:
    """Record a night and say what is to be said of it."""
    from sandbox.nights.history import History
    from sandbox.nights.recording import began, record_run
    from sandbox.nights.telling import tell_night
    from sandbox.nights.verdict import too_few

    directory = place.run(night).path
    planned = Counter(trial.candidate.name for trial in chosen.plan.trials)
    verdicts = {name: [one["verdict"] for one in records if one["candidate"] == name] for name in planned}
    with History(place.history) as history:
        record_run(
            history,
            directory,
            place.config.name,
            name=place.recorded_as(night),
            at=began(directory, records),
            whole=False,
            again=True,
            without=[name for name in planned if too_few(verdicts[name], planned[name])],
        )
        return tell_night(place, history, night, records, planned, program=program_name())


def _write_files(place: Place, report: NightReport) -> None:
    from sandbox.journal import write_whole
    from sandbox.report.night_files import junit, results_text, summary

    files = {"summary.md": summary(report), "junit.xml": junit(report), "results.json": results_text(report)}
    for folder in (place.run(report.run).path, place.out):
        for name, text in files.items():
            with boundary(HarnessError, f"write to {folder / name}"):
                write_whole(folder / name, text.encode("utf-8", "backslashreplace"))


def _print(place: Place, report: NightReport, records: list[dict[str, Any]], *, as_json: bool) -> None:
    from sandbox.report import standings
    from sandbox.report.night_files import results
    from sandbox.report.night_text import lines, sheets

    files = f"Files: {place.out}/summary.md, junit.xml, results.json; all of it: {place.run(report.run).path}"
    warn(standings.remarks(records))
    if as_json:
        click.echo(json.dumps({**results(report), "directory": str(place.run(report.run).path)}, allow_nan=False))
        return
    console = output()
    console.print(standings.table(standings.standings(records)))
    for sheet in sheets(report):
        console.print(sheet)
    for line in (*lines(report), files):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _print_plan(place: Place, chosen: Choice, named: str | None, *, resume: bool, as_json: bool) -> None:
    """What a night would be; nothing is written, not even a history."""
    from sandbox import toolbox
    from sandbox.nights.history import History
    from sandbox.nights.place import tonight, unfinished
    from sandbox.nights.telling import baselines
    from sandbox.planning import print_plan

    with contextlib.ExitStack() as stack:
        history = stack.enter_context(History(place.history)) if place.begun else None
        left = unfinished(place, history)
        night = left[-1] if resume and left else named or tonight()
        directory = place.run(night)
        # A file is told as such; of a URL the name without the password.
        where = place.history if isinstance(place.history, Path) or history is None else history.name
        notes = [f"night {night} goes to {directory.path}, and into the history {where}"]
        others = [other for other in left if other != night]
        notes += [f"night {other} did not come to its end; go on with it: {_again(place, other)}" for other in others]
        notes += baselines(place, history)
    tell_notes(notes)
    with _of_night(night) if directory.lock_file.exists() else _of_candidates(place):
        print_plan(
            chosen,
            toolbox.load_tools(),
            directory if directory.lock_file.exists() else None,
            directory.lock_file.exists(),
            concurrency=place.config.concurrency,
            attempts=3,
            as_json=as_json,
        )
