"""All that `roadtest report` tells of a run: as tables, as remarks, as data. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.report import problems, repeats, slices, standings
from sandbox.report.sheet import Sheet
from sandbox.report.transcript_lines import count as in_words

# Of more trials than this nobody reads the table.
MOST_TRIALS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What the records of a run come to.

    planned: how many trials were to be run, None if that was not kept. not_run: of them, those without a record, by
    candidate.
    """

    records: Sequence[Mapping[str, Any]]
    standings: Sequence[standings.Standing]
    repeats: Sequence[repeats.PassRow]
    slices: Sequence[slices.Slices]
    planned: int | None
    not_run: Mapping[str, int]
    problems: Sequence[problems.ProblemRow] = ()


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
    yield from map(slices.table, report.slices)
    if trials or len(report.records) <= MOST_TRIALS:
        yield standings.trials_table(report.records)


def remarks(report: RunReport, *, trials: bool = True) -> list[str]:
    """What has to be said beside the tables; `trials` as for `sheets`."""
    lines = [*_unfinished(report), *standings.remarks(report.records), *_clustered(report)]
    lines += [*repeats.remarks(report.repeats), *problems.remarks(report.problems), *slices.remarks(report.slices)]
    if not trials and len(report.records) > MOST_TRIALS:
        lines.append(f"The table of all {len(report.records):,} trials is left out; --trials shows it.")
    return lines


def _unfinished(report: RunReport) -> Iterator[str]:
    if report.planned is not None and (left := sum(report.not_run.values())):
        verb = "has" if left == 1 else "have"
        names = ", ".join(f"{count:,} of {name}" for name, count in sorted(report.not_run.items()))
        yield f"{left:,} of {in_words(report.planned, 'trial', 'trials')} {verb} not run yet: {names}"


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
        "slices": [slices.as_data(found) for found in report.slices],
        "planned": report.planned,
        "not_run": dict(report.not_run),
        "remarks": remarks(report),
        "trials": list(report.records),
    }
