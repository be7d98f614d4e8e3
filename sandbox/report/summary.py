"""All that `roadtest report` tells of a run: as tables, as remarks, as data. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.report import problems, repeats, services, slices, standings
from sandbox.report.sheet import Sheet
from sandbox.report.transcript_lines import count as in_words
from sandbox.veil import told

# Of more trials than this nobody reads the table.
MOST_TRIALS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What the records of a run come to.

    planned: how many trials were to be run, None if that was not kept. not_run: of them, those without a record, by
    candidate. retired: tasks that were left out as they are run no more, and why.
    """

    records: Sequence[Mapping[str, Any]]
    standings: Sequence[standings.Standing]
    repeats: Sequence[repeats.PassRow]
    slices: Sequence[slices.Slices]
    planned: int | None
    not_run: Mapping[str, int]
    problems: Sequence[problems.ProblemRow] = ()
    retired: Mapping[str, str] = field(default_factory=dict)
    services: Sequence[services.ServiceRow] = ()


def sheets(report: RunReport, *, trials: bool) -> Iterator[Sheet]:
    """The tables in their order.

    Args:
        trials: show every trial, however many there are.
    """
    yield standings.table(report.standings)
    if report.repeats:
        yield repeats.table(report.repeats)
    if report.problems:
        yield from problems.tables(report.problems)
    if report.services:
        yield services.table(report.services)
    yield from map(slices.table, report.slices)
    shown = told(report.records)
    if (shown or not report.records) and (trials or len(report.records) <= MOST_TRIALS):
        yield standings.trials_table(shown)


def remarks(report: RunReport, *, trials: bool = True) -> list[str]:
    """What has to be said beside the tables; `trials` as for `sheets`."""
    lines = [*_unfinished(report), *_not_shown(report), *standings.remarks(report.records), *_clustered(report)]
    lines += [*repeats.remarks(report.repeats), *problems.remarks(report.problems), *slices.remarks(report.slices)]
    if not trials and len(report.records) > MOST_TRIALS:
        lines.append(f"The table of all {len(report.records):,} trials is left out; --trials shows it.")
    return lines


def _unfinished(report: RunReport) -> Iterator[str]:
    if report.planned is not None and (left := sum(report.not_run.values())):
        verb = "has" if left == 1 else "have"
        names = ", ".join(f"{count:,} of {name}" for name, count in sorted(report.not_run.items()))
        yield f"{left:,} of {in_words(report.planned, 'trial', 'trials')} {verb} not run yet: {names}"


def _not_shown(report: RunReport) -> Iterator[str]:
    shown = told(report.records)
    if hidden := len(report.records) - len(shown):
        trials = in_words(hidden, "trial of held-out tasks is", "trials of held-out tasks are")
        yield f"{trials} in the figures, and in no list."
    for name, why in sorted(report.retired.items()):
        yield f"{name} was left out: {why}"


def _clustered(report: RunReport) -> Iterator[str]:
    repeated = [row for row in report.standings if row.repeated]
    if repeated:
        yield "Repeats of a task go much alike: intervals are clustered by task (Wilson's on the effective sample)."
    if alone := Counter(row.candidate for row in repeated if row.share.clusters == 1):
        yield f"{', '.join(alone)}: one task alone, so the interval speaks of that task and of no other."


def as_data(report: RunReport) -> dict[str, Any]:
    """The report for --json."""
    return {
        "standings": standings.as_data(report.standings),
        "pass_at_k": repeats.as_data(report.repeats),
        "problems": problems.as_data(report.problems),
        "services": services.as_data(report.services),
        "slices": [slices.as_data(found) for found in report.slices],
        "planned": report.planned,
        "not_run": dict(report.not_run),
        "remarks": remarks(report),
        "trials": told(report.records),
        "retired": dict(report.retired),
    }
