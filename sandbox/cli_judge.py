"""The command `judge`: submissions to competitive-programming problems, and how good the judge is at labelled ones."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sandbox.commands import INTERRUPTED, output, warn
from sandbox.errors import BadInput

if TYPE_CHECKING:
    from sandbox.cp.labelled import Office, Wishes
    from sandbox.cp.problem import Problem

DONE, DOES_NOT_HOLD, FAILED = 0, 1, 3


@click.command(short_help="Judge submissions to a competitive-programming problem.")
@click.argument("problem", metavar="PROBLEM", type=click.Path(path_type=Path))
@click.argument("submissions", metavar="[SUBMISSION]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--labelled",
    is_flag=True,
    help="Judge all submissions that the package brings along (of every package below PROBLEM), and print TPR and TNR.",
)
@click.option(
    "--time-limit",
    metavar="SECONDS",
    type=click.FloatRange(0.05, 600),
    help="CPU time, in place of the package's limit or what is measured on this host.",
)
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(1, 256),
    show_default="as many as cores",
    help="Submissions at a time, each on a core of its own; never more than there are.",
)
@click.option("--calibrate", "anew", is_flag=True, help="Measure the time limit on this host again.")
@click.option("--all-cases", is_flag=True, help="Judge every case, also after a failure.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON, with every case.")
def judge(
    problem: Path,
    submissions: tuple[Path, ...],
    labelled: bool,
    time_limit: float | None,
    workers: int | None,
    anew: bool,
    all_cases: bool,
    as_json: bool,
) -> None:
    """Judge submissions to a problem in the Problem Package Format (2025-09 or legacy), each in a container of its own.

    SUBMISSION is a source file or a directory of such. With --labelled PROBLEM may be a folder of problems; exit code 1
    then, if an accepted submission is not accepted or another one is.
    """
    from sandbox.cp.labelled import Wishes

    _check(submissions, labelled=labelled)
    wishes = Wishes(limit=time_limit, anew=anew, all_cases=all_cases)
    try:
        if labelled:
            code = _judge_labelled(problem, wishes, workers, as_json=as_json)
        else:
            code = _judge(problem, submissions, wishes, workers, as_json=as_json)
    except KeyboardInterrupt:
        warn(["stopped"])
        code = INTERRUPTED
    sys.exit(code)


def _check(submissions: Sequence[Path], *, labelled: bool) -> None:
    if labelled and submissions:
        raise BadInput("--labelled: judges what the package brings along; leave out either it or the SUBMISSIONs")
    if not labelled and not submissions:
        raise BadInput("say which SUBMISSION is to be judged, or --labelled for those of the package")


def _judge(path: Path, given: Sequence[Path], wishes: Wishes, workers: int | None, *, as_json: bool) -> int:
    from sandbox.cp.judge_text import problem_data, submission_data
    from sandbox.cp.labelled import in_short
    from sandbox.cp.package import read_problem, read_submission
    from sandbox.report.transcript_lines import visible

    problem = read_problem(path)
    programs = [read_submission(one, problem) for one in given]
    _tell(problem)

    def work(office: Office) -> Any:
        limit = office.limit_of(problem)
        return limit, office.judge(problem, programs, limit)

    limit, found = _carried_out(wishes, workers, work)
    rows = [
        submission_data(str(one), program.language, judgement.outcome, judgement.compiler)
        for one, program, judgement in zip(given, programs, found, strict=True)
    ]
    if as_json:
        click.echo(json.dumps(problem_data(problem, limit.seconds, limit.source, rows)))
    else:
        click.echo(f"{problem.id}: time limit {limit.seconds:g} s ({limit.source})")
        for one, judgement in zip(given, found, strict=True):
            click.echo(f"{one}: {in_short(judgement)}")
            if judgement.outcome.verdict == "CE" and judgement.compiler:
                click.echo(visible(judgement.compiler.rstrip()))
    return FAILED if any(judgement.lost for judgement in found) else DONE


def _judge_labelled(path: Path, wishes: Wishes, workers: int | None, *, as_json: bool) -> int:
    from sandbox.cp import rates
    from sandbox.cp.judge_text import problem_data, rates_lines, submission_data
    from sandbox.cp.labelled import as_judged
    from sandbox.cp.package import find_problems, read_problem

    problems = [read_problem(one) for one in find_problems(path)]
    for problem in problems:
        _tell(problem)
    found = _carried_out(wishes, workers, lambda office: office.judge_labelled(problems))
    total = rates.rates([one for problem, _, judgements in found for one in as_judged(problem, judgements)])
    if as_json:
        data = [
            problem_data(
                problem,
                limit.seconds,
                limit.source,
                [
                    {
                        "label": labelled.label,
                        **submission_data(labelled.program.name, labelled.program.language, one.outcome, one.compiler),
                    }
                    for labelled, one in zip(problem.submissions, judgements, strict=True)
                ],
            )
            for problem, limit, judgements in found
        ]
        click.echo(json.dumps({"problems": data, "rates": rates.as_data(total)}))
    else:
        console = output()
        for line in rates_lines(total):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    return DONE if total.tpr.is_perfect and total.tnr.is_perfect else DOES_NOT_HOLD


def _tell(problem: Problem) -> None:
    for note in problem.notes:
        click.echo(f"{problem.id}: note: {note}", err=True)


def _carried_out(wishes: Wishes, workers: int | None, work: Any) -> Any:
    """Reach the engine, do the work, leave nothing behind."""
    import threading
    import uuid

    from sandbox.cp.build_cache import BuildCache
    from sandbox.cp.cores import Cores
    from sandbox.cp.judging import Desk
    from sandbox.cp.labelled import Office, called_off_by_signals
    from sandbox.env.cp_place import Host

    def say(text: str) -> None:
        click.echo(text, err=True)

    stop = threading.Event()
    host = Host.connect(run=uuid.uuid4().hex, say=say)
    with called_off_by_signals(stop, host.clear, say):
        desk = Desk(host=host, cache=BuildCache(), stop=stop)
        cores = Cores(host.cores, most=workers or len(host.cores), stop=stop)
        return work(Office(desk=desk, cores=cores, wishes=wishes, say=say))
