"""Reading a run for `roadtest report`: its records, and what of its plan has not run."""

from __future__ import annotations

import datetime
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sandbox.errors import BadInput
from sandbox.held_out import held_out_of
from sandbox.journal import RunDirectory, read_results
from sandbox.plan import encoded
from sandbox.report.problems import problem_rows
from sandbox.report.repeats import pass_rows
from sandbox.report.services import service_rows
from sandbox.report.slices import FIXED_AT, slices
from sandbox.report.standings import standings
from sandbox.report.summary import RunReport
from sandbox.veil import veiled

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_report(run: Path, *, by: Sequence[str] = (), cutoff: str | None = None, ks: Sequence[int] = ()) -> RunReport:
    """The report on a run, finished or not.

    Args:
        by: what to take the standings apart by, of `sandbox.report.slices.DIMENSIONS`.
        cutoff: a day as YYYY-MM-DD that divides `fixed_at`, which is then one of `by`.
        ks: of which k to give pass@k and pass^k.

    Raises:
        BadInput: no run there, a broken file, or no such day.
    """
    day = None if cutoff is None else _day(cutoff)
    records = read_results(run)
    shown = veiled(records, held_out_of(run))
    dimensions = list(dict.fromkeys([*by, FIXED_AT] if day is not None else by))
    planned = _planned(run)
    return RunReport(
        records=shown,
        standings=standings(shown),
        repeats=pass_rows(shown, ks),
        problems=problem_rows(shown, ks),
        services=service_rows(shown),
        slices=[slices(shown, dimension, day) for dimension in dimensions],
        planned=None if planned is None else len(planned),
        retired=_retired(run),
        not_run={} if planned is None else _left(planned, {record["trial"] for record in records}),
    )


def _day(text: str) -> datetime.date:
    try:
        if _DATE.fullmatch(text):
            return datetime.date.fromisoformat(text)
    except ValueError:
        pass
    raise BadInput(f"--cutoff {text!r}: is no date (YYYY-MM-DD, as in 2026-01-31)")


def _planned(run: Path) -> Mapping[str, str] | None:
    """The trials that the run was to consist of, each with its candidate; None where its lock does not tell.

    The lock only says what is missing: a report must not fail for want of it.
    """
    lock = RunDirectory(run).lock_file
    try:
        inputs: Any = json.loads(lock.read_text("utf-8"))["inputs"] if lock.is_file() else {}
        trials, candidates = inputs["trials"], inputs["candidates"]
        names = {encoded(name): name for name in candidates}
        parts = {trial: trial.split("/")[2] for trial in trials}
    except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return None
    return {trial: names.get(part, unquote(part)) for trial, part in parts.items()}


def _retired(run: Path) -> Mapping[str, str]:
    """The tasks that were left out as they are retired, as far as the lock tells."""
    lock = RunDirectory(run).lock_file
    try:
        found: Any = json.loads(lock.read_text("utf-8"))["inputs"]["retired"] if lock.is_file() else {}
        return {str(name): str(why) for name, why in found.items()}
    except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return {}


def _left(planned: Mapping[str, str], ran: set[str]) -> Mapping[str, int]:
    return Counter(candidate for trial, candidate in planned.items() if trial not in ran)
