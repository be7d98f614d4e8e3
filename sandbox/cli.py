"""The command line. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from sandbox import __version__
from sandbox.cli_add import new_task, repo
from sandbox.cli_compare import compare
from sandbox.cli_gap import gap
from sandbox.cli_history import history
from sandbox.cli_judge import judge
from sandbox.cli_nightly import nightly
from sandbox.cli_rejudge import rejudge
from sandbox.cli_run import run
from sandbox.cli_suite import suite
from sandbox.cli_swebench import export_group, import_group
from sandbox.commands import (
    UNFOLDED,
    Commands,
    carry_out,
    existing_run,
    output,
    tell_notes,
    warn,
)

DONE, DOES_NOT_HOLD, FAILED = 0, 1, 3

EXAMPLES = """\b
Examples:
  roadtest run tasks/demo --model scripted:oracle --model scripted:nop
  roadtest run tasks/demo --model openai/gpt-4o --repeats 3 --concurrency 2
  roadtest run tasks/demo --model openai/mine --api-base http://host:8000/v1
  roadtest run suite.toml --plan
  roadtest nightly nightly.toml
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


main.add_command(run)
main.add_command(judge)
main.add_command(gap)
main.add_command(compare)
main.add_command(nightly)
main.add_command(history)
main.add_command(suite)
main.add_command(rejudge)
main.add_command(repo)
main.add_command(import_group)
main.add_command(export_group)


@main.command()
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path), callback=existing_run)
@click.option(
    "--by",
    "dimensions",
    multiple=True,
    metavar="WHAT",
    type=click.Choice(["package", "category", "difficulty", "kind", "fixed_at", "suite", "task", "condition", "rung"]),
    help=(
        "Take the standings apart by package, category, difficulty, kind, fixed_at (year of the public fix), suite, "
        "task, condition or rung. May be given several times."
    ),
)
@click.option("--cutoff", metavar="DATE", help="Divide by public fixes before and from DATE on (YYYY-MM-DD).")
@click.option(
    "--k", "ks", multiple=True, metavar="K", type=click.IntRange(1), help="pass@k and pass^k of this K alone."
)
@click.option("--trials", is_flag=True, help="Every trial on a line of its own, however many there are.")
@click.option(
    "--html",
    "page",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write one page instead, with plots and every transcript; it needs no network.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def report(
    directory: Path,
    dimensions: tuple[str, ...],
    cutoff: str | None,
    ks: tuple[int, ...],
    trials: bool,
    page: Path | None,
    as_json: bool,
) -> None:
    """Standings and trials of a run; what repeats tell (pass@k, pass^k); slices."""
    from sandbox.journal import RunDirectory
    from sandbox.lockfile import unfinished_rejudging
    from sandbox.report.summary import as_data, remarks, sheets
    from sandbox.summarising import read_report

    warn(unfinished_rejudging(RunDirectory(directory).lock_file))
    found = read_report(directory, by=dimensions, cutoff=cutoff, ks=ks)
    if page is not None:
        from sandbox.cli_page import write

        write(directory, page, found, as_json=as_json)
        return
    if as_json:
        click.echo(json.dumps(as_data(found)))
        return
    console = output()
    for sheet in sheets(found, trials=trials):
        console.print(sheet)
    for line in remarks(found, trials=trials):
        console.print(line, markup=False, highlight=False)


@main.command(short_help="The transcript of a trial; or the trials of a run.")
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path), callback=existing_run)
@click.argument("trial", metavar="[TRIAL]", required=False)
@click.option("--step", type=int, metavar="N", help="Step N alone, with everything in full.")
@click.option("--diff/--no-diff", default=True, show_default=True, help="What each call changed.")
@click.option("--full", is_flag=True, help="Cut nothing, and show the system prompt.")
@click.option("--held-out", is_flag=True, help="Show it even if its task is held out.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def show(
    directory: Path, trial: str | None, step: int | None, diff: bool, full: bool, held_out: bool, as_json: bool
) -> None:
    """The transcript of one trial, step by step; without TRIAL, the trials of the run.

    TRIAL is a key as in results.jsonl (suite/task/candidate/condition/n) or any part of it that fits one trial only.
    """
    from sandbox import showing
    from sandbox.errors import BadInput
    from sandbox.held_out import held_out_of

    if trial is not None:
        showing.print_trial(directory, trial, step=step, diffs=diff, full=full, as_json=as_json, held_out=held_out)
    elif step is not None:
        raise BadInput("--step: say of which TRIAL")
    else:
        showing.print_trials(directory, as_json=as_json)
        if hidden := held_out_of(directory):
            warn([f"trials of {len(hidden)} held-out {'task is' if len(hidden) == 1 else 'tasks are'} not listed"])


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


task.add_command(new_task)


@task.command("check", short_help="Prove that tasks hold.")
@click.argument("suites", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--concurrency", metavar="N", default=2, show_default=True, type=click.IntRange(1, 64), help="Trials at a time."
)
@click.option(
    "--allow-network", is_flag=True, help="Give Harbor tasks a network, unless they refuse it; for those you trust."
)
@click.option(
    "--runs", default=3, show_default=True, type=click.IntRange(1, 100), help="Runs of the tests on the reference."
)
@click.option("--fresh", is_flag=True, help="Judge and search everything anew, whatever an earlier check has found.")
def check_command(suites: tuple[str, ...], concurrency: int, allow_network: bool, runs: int, fresh: bool) -> None:
    """Prove tasks: the reference is accepted, doing nothing is wrong, every variant does as it declares.

    Tests that end otherwise from run to run are named. Tests and solution must not be found by a candidate, and what
    it is asked must be in words of the task's own.

    What a check has found lately of a task that held is not found again: trees that were judged, images that were
    searched, each as long as all that goes into it is the same. The trials are run each time.

    Exit code 1, with one line for each fault, if a task does not hold; 3 if nothing speaks against any, but some could
    not be proved, as Roadtest or what it runs on failed.
    """
    from sandbox import check, loader, toolbox
    from sandbox.harbor.network import with_network
    from sandbox.proofs import Proofs
    from sandbox.run import check_tasks as check_inputs
    from sandbox.soundness import remarks

    tasks = with_network(loader.load_tasks(suites), allowed=allow_network)
    tools = toolbox.load_tools()
    check_inputs(tasks, tools)
    tell_notes([f"{task.name}: {note}" for task in tasks for note in (*task.notes, *remarks(task))])

    def make(progress: Any) -> Any:
        return check.check_tasks(
            tasks, tools=tools, concurrency=concurrency, progress=progress, runs=runs, proofs=Proofs(fresh=fresh)
        )

    faults: dict[str, list[str]] = carry_out(make)
    for name, lines in faults.items():
        click.echo(f"{name}: holds" if not lines else "\n".join(f"{name}: {line}" for line in lines))
    said = [line for lines in faults.values() for line in lines]
    only_unproved = all(isinstance(line, check.Unproved) for line in said)
    sys.exit(DONE if not said else FAILED if only_unproved else DOES_NOT_HOLD)


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
