"""`roadtest run --plan`: what would run and what it may take, with nothing started."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.caps import Caps
from sandbox.forecast import Forecast, forecast
from sandbox.journal import RunDirectory, read_results
from sandbox.limits import Given
from sandbox.llm.scripted import turns_for
from sandbox.lockfile import inputs_of, merged, read_lock
from sandbox.plan import Candidate, Plan
from sandbox.score import NO_VERDICT
from sandbox.task import Task
from sandbox.tooling import Toolset


def look_ahead(
    plan: Plan,
    candidates: Sequence[Candidate],
    *,
    directory: RunDirectory | None,
    tools: Toolset,
    caps: Caps,
    concurrency: int,
    attempts: int = 1,
) -> Forecast:
    """What of a plan is left, and what that may take.

    Args:
        directory: the run that is gone on with; None: a new one.
        attempts: how often a trial is run at most, if it comes to no verdict.

    Raises:
        BadInput: that run is of other tasks, tools, candidates or limits, or broken.
    """
    done: list[str] = []
    if directory is not None and directory.lock_file.exists():
        merged(read_lock(directory.lock_file)["inputs"], inputs_of(plan, tools, known={}), directory.lock_file)
        records = read_results(directory.path) if directory.results_file.exists() else []
        done = [record["trial"] for record in records if record["verdict"] not in NO_VERDICT]
    from sandbox.llm.rates import rate_of

    rates = {candidate.name: rate_of(candidate) for candidate in candidates}
    return forecast(plan, rates, caps=caps, done=done, concurrency=concurrency, attempts=attempts)


def check_ahead(candidates: Sequence[Candidate], tasks: Sequence[Task], *, limits: Given) -> list[str]:
    """Whether every candidate could be asked. What a plan can do without, a key, is only told.

    Args:
        limits: what was typed after --limit.

    Raises:
        BadInput: an unknown provider, a broken turns file, a limit on cost without a price.
    """
    notes = []
    for candidate in candidates:
        if candidate.kind == "file":
            turns_for(candidate, tasks[0])
        elif not candidate.scripted:
            from sandbox.llm.providers import check_price, check_provider

            if (words := check_provider(candidate)) is not None:
                notes.append(f"without this nothing would run: {words}")
            check_price(candidate, {**candidate.limits, **limits}.get("cost"))
    return notes
