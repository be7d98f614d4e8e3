"""The command line. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from sandbox import __version__
from sandbox.errors import RoadtestError
from sandbox.secrecy import without_secrets

if TYPE_CHECKING:
    from rich.console import Console

    from sandbox.journal import RunDirectory
    from sandbox.run import Outcome

DONE, DOES_NOT_HOLD = 0, 1
INTERRUPTED = 130
# Columns of tables: at least, and where there is no terminal.
NARROWEST, UNFOLDED = 40, 10_000

EXAMPLES = """\b
Examples:
  roadtest run tasks/demo --model scripted:oracle --model scripted:nop
  roadtest run tasks/demo --model openai/gpt-4o --repeats 3 --concurrency 2
  roadtest run tasks/demo --model openai/mine --api-base http://host:8000/v1
  roadtest report runs/2026-01-31_12-00-00
  roadtest show runs/2026-01-31_12-00-00 jsonpointer-defaultdict/openai
"""


class Commands(click.Group):
    """Turns named failures into one clear message and the right exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as exc:
            raise Mistake(exc, f"{ctx.command_path} {ctx.invoked_subcommand or ''}".strip()) from exc
        except RoadtestError as exc:
            click.echo(f"roadtest: {exc}", err=True)
            ctx.exit(exc.exit_code)
        except KeyboardInterrupt:
            click.echo("roadtest: stopped", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:  # who read the output has read enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(DONE)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as exc:
            raise Mistake(exc, ctx.command_path) from exc


class Mistake(click.ClickException):
    """What click says of a wrong command line, in one line."""

    exit_code = 2

    def __init__(self, found: click.UsageError, command: str) -> None:
        where = found.ctx.command_path if found.ctx else command
        super().__init__(f"{' '.join(found.format_message().split())} ({where} --help says more)")

    def show(self, file: IO[Any] | None = None) -> None:
        """Write it to standard error."""
        click.echo(f"roadtest: {self.message}", file=file, err=file is None)


def _existing(_: click.Context, __: click.Parameter, path: Path) -> Path:
    from sandbox.errors import BadInput

    if not os.path.lexists(path):
        raise BadInput(f"{path}: there is no such directory")
    if not path.is_dir():
        raise BadInput(f"{path}: is not a directory; give the directory of a run")
    return path


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
        _note(tape.notes)
    running.refuse_foreign(directory, resume)
    if record is not None:
        refuse_record(record, directory, resume=resume)
    _note([*(f"{task.name}: {note}" for task in tasks for note in task.notes), *planned.left_out])
    if resume and not directory.lock_file.exists():
        _note([f"--resume: there is no run in {directory.path} yet; this is a new one"])

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
    go_on = f"what was finished is kept; go on with: {_go_on(directory.path)}"
    try:
        with _leaving_nothing(directory):
            outcome: Outcome = _carry_out(make, at_once=f"roadtest: stopped at once; {go_on}")
    except KeyboardInterrupt:
        _warn([f"stopped; {go_on}"])
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


def _carry_out(make: Callable[[Any], Any], *, at_once: str = "") -> Any:
    """Run a coroutine under a progress display, stopping cleanly at a signal.

    Args:
        at_once: what is said where a second signal leaves no time for that.
    """
    import anyio

    from sandbox.progress import make_progress, stderr_console
    from sandbox.signals import interruptible

    with make_progress(stderr_console()) as progress:
        return anyio.run(interruptible, lambda: make(progress), at_once)


def _print_outcome(outcome: Outcome, *, as_json: bool, played_back: bool) -> None:
    from sandbox.report import divergences, standings

    rows = standings.standings(outcome.records)
    if as_json:
        data = {"directory": str(outcome.directory), "missing": outcome.missing, "standings": standings.as_data(rows)}
        if outcome.diverged is not None:
            data["divergences"] = divergences.as_data(outcome.diverged)
        click.echo(json.dumps(data))
    else:
        console = _console()
        if rows:
            console.print(standings.table(rows))
        if outcome.diverged:
            console.print(divergences.table(outcome.diverged))
        console.print(f"Run: {outcome.directory}", markup=False, highlight=False, soft_wrap=True)
        more = f"More: {_program()} report {outcome.directory}"
        console.print(more, markup=False, highlight=False, soft_wrap=True)
    _warn(standings.remarks(outcome.records))
    if outcome.missing:
        were = "trial was" if outcome.missing == 1 else "trials were"
        _warn([f"{outcome.missing} {were} not run: {outcome.stopped or 'stopped'}"])
    if outcome.diverged:
        _warn([divergences.in_short(outcome.diverged)])
    if outcome.exit_code == 3 and played_back and not outcome.missing:
        _warn(["a replay would play these failures again; for a verdict run the trials anew, without --replay"])
    elif outcome.exit_code == 3:
        _warn([f"put it right, then go on with: {_go_on(outcome.directory)}"])


def _program() -> str:
    """Roadtest as it was called, so that what is printed can be typed."""
    return f"{sys.executable} -m sandbox" if sys.argv[0].endswith("__main__.py") else sys.argv[0]


def _go_on(directory: Path) -> str:
    """The whole command that goes on with a run."""
    words = [word for word in sys.argv[1:] if word != "--resume"]
    if not any(word.partition("=")[0] == "--out" for word in words):
        words += ["--out", str(directory)]
    return without_secrets(f"{_program()} {shlex.join(words)} --resume")


def _note(notes: Sequence[str]) -> None:
    for note in notes:
        click.echo(f"note: {note}", err=True)


def _warn(lines: Sequence[str]) -> None:
    for line in lines:
        click.echo(f"roadtest: {line}", err=True)


def _console() -> Console:
    from rich.console import Console

    class Output(Console):
        def on_broken_pipe(self) -> None:
            raise  # rich calls this while it handles the BrokenPipeError, and would end with 1

    console = Output()
    told = os.environ.get("COLUMNS", "")
    # Through a pipe lines are passed on whole, to be searched and cut, unless a width is asked for.
    fitted = console.is_terminal or (told.isascii() and told.isdigit())
    return Output(width=max(console.width, NARROWEST) if fitted else UNFOLDED)


@main.command()
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path), callback=_existing)
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
    console = _console()
    console.print(standings.table(rows))
    console.print(standings.trials_table(records))
    for line in standings.remarks(records):
        console.print(line, markup=False, highlight=False)


@main.command(short_help="The transcript of a trial; or the trials of a run.")
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path), callback=_existing)
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
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path), callback=_existing)
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
    console = _console()
    for table in tables(found):
        if table.rows:
            console.print(table)
    for line in reporting.remarks(found):
        console.print(line, markup=False, highlight=False)


@main.command(short_help="Bugs that came back after they were fixed, and what proves it.")
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path), callback=_existing)
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
    console = _console()
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
    _note([f"{task.name}: {note}" for task in tasks for note in task.notes])

    def make(progress: Any) -> Any:
        return check.check_tasks(tasks, tools=tools, concurrency=concurrency, progress=progress)

    faults: dict[str, list[str]] = _carry_out(make)
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
