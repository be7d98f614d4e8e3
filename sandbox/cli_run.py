"""The command `run`: from what was typed to a plan, carried out, and its standings."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sandbox.cli_run_through import carry_out_plan
from sandbox.commands import go_on_command, tell_notes
from sandbox.errors import BadInput

# What runs go by in the history unless told otherwise.
NIGHTS = "runs"


@click.command()
@click.argument("suites", nargs=-1, required=True, metavar="SUITE_OR_TASK...")
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="NAME",
    help=(
        "Candidate: a name from candidates.toml, a litellm model (openai/gpt-4o), scripted:oracle, scripted:nop, "
        "scripted:VARIANT, or scripted:FILE.jsonl. May be given several times."
    ),
)
@click.option(
    "--candidates",
    "candidates_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Models with their settings, by name (default: candidates.toml, if it is there).",
)
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    metavar="NAME",
    help=(
        "How candidates meet tasks: field (once, as a user puts it; the default), loop (bugs reported in rounds), "
        "or another one of conditions.toml. May be given several times."
    ),
)
@click.option(
    "--conditions",
    "conditions_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Conditions of your own (default: conditions.toml, if it is there).",
)
@click.option("--repeats", metavar="K", show_default="1", type=click.IntRange(1, 1000), help="Trials of each kind.")
@click.option(
    "--concurrency",
    metavar="N",
    default=2,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Candidates at work at a time, each in a container of its own.",
)
@click.option(
    "--judges",
    metavar="N",
    type=click.IntRange(1, 64),
    show_default="as many as candidates, at most one a processor",
    help="Trees that are judged at a time.",
)
@click.option(
    "--builds",
    metavar="N",
    default=1,
    show_default=True,
    type=click.IntRange(1, 16),
    help="Images that are built at a time, ahead of need.",
)
@click.option(
    "--model-calls",
    metavar="N",
    default=64,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Questions to one provider at a time; fewer while it refuses some for being too many.",
)
@click.option(
    "--retries",
    metavar="N",
    default=2,
    show_default=True,
    type=click.IntRange(0, 20),
    help="How often a trial without a verdict (infra-error, judge-error) is tried again.",
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
        "What each trial may use up at most: replies, calls, tokens, cost (US dollars), seconds (in place of the "
        "task's own) or deadline (seconds for the whole trial); NAME=none takes a default away. What all of them "
        "may: run.cost, run.tokens; each candidate's: candidate.cost, candidate.tokens. May be given several times."
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
@click.option(
    "--history",
    metavar="FILE|URL",
    envvar="ROADTEST_HISTORY",
    help="Record the run there, for `roadtest history` (default: what ROADTEST_HISTORY says); a replay never is.",
)
@click.option(
    "--nights",
    metavar="NAME",
    default=NIGHTS,
    show_default=True,
    help="With --history: what the run goes by there, as others that it is held against.",
)
@click.option(
    "--allow-network", is_flag=True, help="Give Harbor tasks a network, unless they refuse it; for those you trust."
)
@click.option("--execute", is_flag=True, help="With --replay: run tools and judge again, and say what differs.")
@click.option("--strict", is_flag=True, help="With --execute: the first difference ends a trial.")
@click.option("--plan", "only_plan", is_flag=True, help="Print what would run and what it may take; start nothing.")
@click.option("--json", "as_json", is_flag=True, help="Standings (or the plan) as JSON on standard output.")
def run(
    suites: tuple[str, ...],
    models: tuple[str, ...],
    candidates_file: Path | None,
    conditions: tuple[str, ...],
    conditions_file: Path | None,
    repeats: int | None,
    concurrency: int,
    judges: int | None,
    builds: int,
    model_calls: int,
    retries: int,
    out: Path | None,
    resume: bool,
    api_base: str | None,
    temperature: float | None,
    max_tokens: int | None,
    limits: tuple[str, ...],
    record: Path | None,
    replay: Path | None,
    history: str | None,
    nights: str,
    allow_network: bool,
    execute: bool,
    strict: bool,
    only_plan: bool,
    as_json: bool,
) -> None:
    """Run tasks against candidates and print the standings.

    SUITE_OR_TASK is a task's directory, a folder of tasks at any depth, or a list of such in TOML.
    """
    from sandbox import run as running
    from sandbox import toolbox
    from sandbox.bounds import bounds_for
    from sandbox.choosing import Typed, choose_trials
    from sandbox.cli_run_end import print_outcome, record_outcome
    from sandbox.journal import RunDirectory
    from sandbox.planning import notes_on_going_on, print_plan
    from sandbox.replay import open_replay
    from sandbox.replay_record import refuse_record

    typed = Typed(
        suites=suites,
        models=models,
        candidates_file=candidates_file,
        conditions=conditions,
        repeats=repeats,
        limits=limits,
        api_base=api_base,
        settings={"temperature": temperature, "max_tokens": max_tokens},
        allow_network=allow_network,
        conditions_file=conditions_file,
    )
    _check_going_on(out, resume=resume)
    _check_replaying(record, replay, execute=execute, strict=strict)
    kept = None if replay is not None else history
    chosen = choose_trials(typed)
    tasks, candidates, planned = chosen.tasks, chosen.candidates, chosen.plan
    tools = toolbox.load_tools()
    if only_plan:
        if replay is not None:
            raise BadInput("--plan: a replay asks nobody; leave out --replay")
        ahead = None if out is None else RunDirectory(out)
        print_plan(chosen, tools, ahead, resume, concurrency=concurrency, attempts=retries + 1, as_json=as_json)
        return
    directory = RunDirectory(out or running.new_directory())
    if kept is not None:
        _check_history(kept, directory.path, nights)
    played_back = replay is not None and not execute
    running.check_tasks(tasks, tools, fetch=not played_back)
    tape = None
    if replay is None:
        running.check_candidates(candidates, tasks, limits=planned.limited, caps=chosen.caps, unlisted=chosen.unlisted)
    else:
        tape = open_replay(replay, planned, tools, execute=execute, strict=strict)
        tell_notes(tape.notes)
    running.refuse_foreign(directory, resume)
    if record is not None:
        refuse_record(record, directory, resume=resume)
    tell_notes([*chosen.notes, *notes_on_going_on(planned, directory, resume=resume)])

    bounds = bounds_for(
        concurrency, judges=judges, builds=builds, model_calls=model_calls, retries=retries, caps=chosen.caps
    )

    outcome = carry_out_plan(
        planned,
        directory,
        tools=tools,
        bounds=bounds,
        resume=resume,
        go_on=go_on_command(directory.path),
        as_json=as_json,
        record=record,
        replay=tape,
    )
    print_outcome(outcome, as_json=as_json, played_back=played_back)
    if kept is not None and outcome.records:
        record_outcome(outcome, kept, nights, again=resume)
    sys.exit(outcome.exit_code)


def _check_history(where: str, run: Path, nights: str) -> None:
    """What could not be recorded is known before anything is spent."""
    from sandbox.nights.history import History
    from sandbox.nights.recording import recorded_name

    recorded_name(run, nights)
    History(where).close()


def _check_going_on(out: Path | None, *, resume: bool) -> None:
    if resume and out is None:
        raise BadInput("--resume: say which run with --out DIR")


def _check_replaying(record: Path | None, replay: Path | None, *, execute: bool, strict: bool) -> None:
    if record is not None and replay is not None:
        raise BadInput("--record: a replay has nothing new to record; give either --record or --replay")
    if execute and replay is None:
        raise BadInput("--execute: say what is replayed with --replay DIR")
    if strict and not execute:
        raise BadInput("--strict: goes with --replay DIR --execute; without --execute every difference is final")
