"""The command line. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sandbox import __version__
from sandbox.commands import (
    INTERRUPTED,
    UNFOLDED,
    Commands,
    carry_out,
    existing_run,
    go_on_command,
    output,
    program_name,
    tell_notes,
    warn,
)
from sandbox.errors import RoadtestError

if TYPE_CHECKING:
    from sandbox.journal import RunDirectory
    from sandbox.run import Outcome

DONE, DOES_NOT_HOLD = 0, 1

EXAMPLES = """\b
Examples:
  roadtest run tasks/demo --model scripted:oracle --model scripted:nop
  roadtest run tasks/demo --model openai/gpt-4o --repeats 3 --concurrency 2
  roadtest run tasks/demo --model openai/mine --api-base http://host:8000/v1
  roadtest report runs/2026-01-31_12-00-00
  roadtest show runs/2026-01-31_12-00-00 jsonpointer-defaultdict/openai
"""


@click.group(
    cls=Commands,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, prog_name="roadtest")
def main() -> None:
    """Take a model out on the road: real codebases, real tools, one pass, in Docker.

    Exit codes: 0 done; 1 the thing asked about does not hold; 2 usage or bad input;
    3 Roadtest or its environment failed; 130 stopped by a signal.
    """


@main.command()
@click.argument("suites", nargs=-1, required=True, metavar="SUITE_OR_TASK...")
@click.option(
    "--model",
    "models",
    multiple=True,
    required=True,
    metavar="NAME",
    help=(
        "Candidate: a litellm model (openai/gpt-4o), scripted:oracle, scripted:nop, scripted:VARIANT, "
        "or scripted:FILE.jsonl. May be given several times."
    ),
)
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    metavar="NAME",
    help="How candidates meet tasks: field (once, as a user puts it; the default) or loop (bugs reported in rounds).",
)
@click.option(
    "--repeats", metavar="K", default=1, show_default=True, type=click.IntRange(1, 1000), help="Trials of each kind."
)
@click.option(
    "--concurrency", metavar="N", default=2, show_default=True, type=click.IntRange(1, 64), help="Trials at a time."
)
@click.option(
    "--out", metavar="DIR", type=click.Path(path_type=Path), help="Run directory (default: a new one under runs/)."
)
@click.option("--resume", is_flag=True, help="Go on with the run in --out; finished trials are kept.")
@click.option("--api-base", metavar="URL", help="Where the models are served, for servers of your own.")
@click.option("--temperature", metavar="X", type=float, help="Sent with every request, if given.")
@click.option("--max-tokens", metavar="N", type=click.IntRange(1), help="Sent with every request, if given.")
@click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=VALUE",
    help=(
        "What each trial may use up at most: replies, calls, tokens, cost (US dollars) or seconds (in place of the "
        "task's own). NAME=none takes a default away. May be given several times."
    ),
)
@click.option(
    "--record",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Keep the exchange with candidates here, to replay it.",
)
@click.option(
    "--replay",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Serve recorded replies and tool results from here (a recording or a run); needs neither model nor Docker.",
)
@click.option("--execute", is_flag=True, help="With --replay: run tools and judge again, and say what differs.")
@click.option("--strict", is_flag=True, help="With --execute: the first difference ends a trial.")
@click.option("--json", "as_json", is_flag=True, help="Standings as JSON on standard output.")
def run(
    suites: tuple[str, ...],
    models: tuple[str, ...],
    conditions: tuple[str, ...],
    repeats: int,
    concurrency: int,
    out: Path | None,
    resume: bool,
    api_base: str | None,
    temperature: float | None,
    max_tokens: int | None,
    limits: tuple[str, ...],
    record: Path | None,
    replay: Path | None,
    execute: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Run tasks against candidates and print the standings."""
    from sandbox import loader, plan, toolbox
    from sandbox import run as running
    from sandbox.errors import BadInput
    from sandbox.journal import RunDirectory
    from sandbox.limits import parse_limits
    from sandbox.replay import open_replay
    from sandbox.replay_record import refuse_record

    if api_base is not None and not api_base.startswith(("http://", "https://")):
        raise BadInput(f"--api-base {api_base}: must begin with http:// or https://")
    if resume and out is None:
        raise BadInput("--resume: say which run with --out DIR")
    _check_replaying(record, replay, execute=execute, strict=strict)
    bounds = parse_limits(limits)
    directory = RunDirectory(out or running.new_directory())
    tasks = loader.load_tasks(suites)
    settings = {"temperature": temperature, "max_tokens": max_tokens}
    given = {name: value for name, value in settings.items() if value is not None}
    names = list(dict.fromkeys(models))
    candidates = [plan.parse_candidate(name, api_base=api_base, settings=given) for name in names]
    planned = plan.make_plan(tasks, candidates, conditions, repeats, bounds)
    tools = toolbox.load_tools()
    played_back = replay is not None and not execute
    running.check_tasks(tasks, tools, fetch=not played_back)
    tape = None
    if replay is None:
        running.check_candidates(candidates, tasks, limits=bounds)
    else:
        tape = open_replay(replay, planned, tools, execute=execute, strict=strict)
        tell_notes(tape.notes)
    running.refuse_foreign(directory, resume)
    if record is not None:
        refuse_record(record, directory, resume=resume)
    tell_notes([*(f"{task.name}: {note}" for task in tasks for note in task.notes), *planned.left_out])
    if resume and not directory.lock_file.exists():
        tell_notes([f"--resume: there is no run in {directory.path} yet; this is a new one"])

    def make(progress: Any) -> Any:
        return running.run_plan(
            planned,
            directory,
            tools=tools,
            concurrency=concurrency,
            resume=resume,
            progress=progress,
            record=record,
            replay=tape,
        )

    click.echo(f"run: {directory.path}", err=True)
    go_on = f"what was finished is kept; go on with: {go_on_command(directory.path)}"
    try:
        with _leaving_nothing(directory):
            outcome: Outcome = carry_out(make, at_once=f"roadtest: stopped at once; {go_on}")
    except KeyboardInterrupt:
        warn([f"stopped; {go_on}"])
        sys.exit(INTERRUPTED)
    _print_outcome(outcome, as_json=as_json, played_back=played_back)
    sys.exit(outcome.exit_code)


def _check_replaying(record: Path | None, replay: Path | None, *, execute: bool, strict: bool) -> None:
    from sandbox.errors import BadInput

    if record is not None and replay is not None:
        raise BadInput("--record: a replay has nothing new to record; give either --record or --replay")
    if execute and replay is None:
        raise BadInput("--execute: say what is replayed with --replay DIR")
    if strict and not execute:
        raise BadInput("--strict: goes with --replay DIR --execute; without --execute every difference is final")


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


def _print_outcome(outcome: Outcome, *, as_json: bool, played_back: bool) -> None:
    from sandbox.report import divergences, standings

    rows = standings.standings(outcome.records)
    if as_json:
        data = {"directory": str(outcome.directory), "missing": outcome.missing, "standings": standings.as_data(rows)}
        if outcome.diverged is not None:
            data["divergences"] = divergences.as_data(outcome.diverged)
        click.echo(json.dumps(data))
    else:
        console = output()
        if rows:
            console.print(standings.table(rows))
        if outcome.diverged:
            console.print(divergences.table(outcome.diverged))
        console.print(f"Run: {outcome.directory}", markup=False, highlight=False, soft_wrap=True)
        more = f"More: {program_name()} report {outcome.directory}"
        console.print(more, markup=False, highlight=False, soft_wrap=True)
    warn(standings.remarks(outcome.records))
    if outcome.missing:
        were = "trial was" if outcome.missing == 1 else "trials were"
        warn([f"{outcome.missing} {were} not run: {outcome.stopped or 'stopped'}"])
    if outcome.diverged:
        warn([divergences.in_short(outcome.diverged)])
    if outcome.exit_code == 3 and played_back and not outcome.missing:
        warn(["a replay would play these failures again; for a verdict run the trials anew, without --replay"])
    elif outcome.exit_code == 3:
        warn([f"put it right, then go on with: {go_on_command(outcome.directory)}"])


@main.command()
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path), callback=existing_run)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def report(directory: Path, as_json: bool) -> None:
    """Standings and trials of a run."""
    from sandbox.journal import read_results
    from sandbox.report import standings

    records = read_results(directory)
    rows = standings.standings(records)
    if as_json:
        click.echo(json.dumps({"standings": standings.as_data(rows), "trials": records}))
        return
    console = output()
    console.print(standings.table(rows))
    console.print(standings.trials_table(records))
    for line in standings.remarks(records):
        console.print(line, markup=False, highlight=False)


@main.command(short_help="The transcript of a trial; or the trials of a run.")
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path), callback=existing_run)
@click.argument("trial", metavar="[TRIAL]", required=False)
@click.option("--step", type=int, metavar="N", help="Step N alone, with everything in full.")
@click.option("--diff/--no-diff", default=True, show_default=True, help="What each call changed.")
@click.option("--full", is_flag=True, help="Cut nothing, and show the system prompt.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def show(directory: Path, trial: str | None, step: int | None, diff: bool, full: bool, as_json: bool) -> None:
    """The transcript of one trial, step by step; without TRIAL, the trials of the run.

    TRIAL is a key as in results.jsonl (suite/task/candidate/condition/n) or any part of it that fits one trial only.
    """
    from sandbox import showing
    from sandbox.errors import BadInput

    if trial is not None:
        showing.print_trial(directory, trial, step=step, diffs=diff, full=full, as_json=as_json)
    elif step is not None:
        raise BadInput("--step: say of which TRIAL")
    else:
        showing.print_trials(directory, as_json=as_json)


@main.command(short_help="Function calls: which were faulty, and how.")
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path), callback=existing_run)
@click.option(
    "--by",
    "dimensions",
    multiple=True,
    metavar="WHAT",
    type=click.Choice(["label", "tool", "candidate", "suite", "task", "condition"]),
    help="Take candidates apart by label, tool, suite, task or condition. May be given several times.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def calls(directory: Path, dimensions: tuple[str, ...], as_json: bool) -> None:
    """Function calls of a run: how many were faulty, in what way, and what became of it."""
    from sandbox.counting import count_calls
    from sandbox.report import calls as reporting
    from sandbox.report.calls_text import tables

    found = count_calls(directory, tuple(dict.fromkeys(dimensions)))
    if as_json:
        click.echo(json.dumps(reporting.as_data(found)))
        return
    console = output()
    for table in tables(found):
        if table.rows:
            console.print(table)
    for line in reporting.remarks(found):
        console.print(line, markup=False, highlight=False)


@main.command(short_help="Bugs that came back after they were fixed, and what proves it.")
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path), callback=existing_run)
@click.argument("trials", metavar="[TRIAL]...", nargs=-1)
@click.option("--candidate", metavar="NAME", help="Only the trials of this candidate.")
@click.option("--all", "every", is_flag=True, help="Trials in which nothing came back as well, and fixes.")
@click.option("--diff/--no-diff", default=True, show_default=True, help="What the calls changed that broke something.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON, uncut.")
def oscillation(
    directory: Path, trials: tuple[str, ...], candidate: str | None, every: bool, diff: bool, as_json: bool
) -> None:
    """Bugs of a run that came back, bug by checkpoint, with what proves it; and figures by candidate.

    TRIAL is a key as in results.jsonl or any part of it that fits one trial only; then all speaks of these trials.
    """
    from sandbox.oscillating import read_oscillation
    from sandbox.report import oscillation_figures as figures
    from sandbox.report.oscillation_tables import tables
    from sandbox.report.oscillation_text import trials_lines
    from sandbox.report.transcript_lines import Page

    found = read_oscillation(directory, trials, candidate=candidate, diffs=diff)
    if as_json:
        click.echo(json.dumps(figures.as_data(found)))
        return
    console = output()
    page = Page(width=None if console.width == UNFOLDED else console.width, full=False)
    for line in trials_lines(found, page, every=every or bool(trials), fixes=every):
        console.print(line, soft_wrap=True, markup=False, highlight=False, emoji=False)
    for table in tables(found):
        console.print(table)
    for remark in figures.remarks(found):
        console.print(remark, markup=False, highlight=False)


@main.group()
def task() -> None:
    """Look after tasks."""


@task.command("check", short_help="Prove that tasks hold.")
@click.argument("suites", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--concurrency", metavar="N", default=2, show_default=True, type=click.IntRange(1, 64), help="Trials at a time."
)
def check_command(suites: tuple[str, ...], concurrency: int) -> None:
    """Prove tasks: the reference is accepted, doing nothing is wrong, every variant does as it declares.

    Exit code 1, with one line for each fault, if a task does not hold.
    """
    from sandbox import check, loader, toolbox
    from sandbox.run import check_tasks as check_inputs

    tasks = loader.load_tasks(suites)
    tools = toolbox.load_tools()
    check_inputs(tasks, tools)
    tell_notes([f"{task.name}: {note}" for task in tasks for note in task.notes])

    def make(progress: Any) -> Any:
        return check.check_tasks(tasks, tools=tools, concurrency=concurrency, progress=progress)

    faults: dict[str, list[str]] = carry_out(make)
    for name, lines in faults.items():
        click.echo(f"{name}: holds" if not lines else "\n".join(f"{name}: {line}" for line in lines))
    sys.exit(DOES_NOT_HOLD if any(faults.values()) else DONE)


@main.command()
def doctor() -> None:
    """Say what is there, what is missing, and what to type."""
    from sandbox.doctor import examine, healthy

    marks = {"ok": ("ok", "green"), "warn": ("note", "yellow"), "missing": ("MISSING", "red")}
    findings = []
    for finding in examine():
        findings.append(finding)
        mark, colour = marks[finding.state]
        click.echo(f"{click.style(f'{mark:>8}', fg=colour)}  {finding.what}: {finding.found}")
        if finding.remedy and finding.state != "ok":
            click.echo(f"{'':>8}  → {finding.remedy}")
    sys.exit(DONE if healthy(findings) else DOES_NOT_HOLD)
