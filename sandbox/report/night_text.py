"""A night for the terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.nights.verdict import BROKEN, NightReport
from sandbox.report.compare_text import left_out
from sandbox.report.night_files import COURSE, MEANT, course_cells, failing, outcome_of, worse
from sandbox.report.sheet import Sheet

MOST_LINES = 20


def sheets(report: NightReport) -> Iterator[Sheet]:
    """The tables in their order."""
    yield Sheet(
        title=f"Night {report.run} of {report.name}",
        names=("candidate", "test"),
        figures=("outcome", "why"),
        words=frozenset({"outcome", "why"}),
        rows=[[check.candidate, check.name, check.outcome, check.line] for check in report.checks],
    )
    if report.courses:
        yield Sheet(
            title="All nights so far",
            names=COURSE[:1],
            figures=COURSE[1:],
            dispensable=("CUSUM (limit)", "nights since", "baseline"),
            rows=[course_cells(one) for one in report.courses],
        )


def lines(report: NightReport) -> Iterator[str]:
    """What is said below the tables: what got worse, how to see it, notes; the outcome last."""
    for candidate, tasks, measures in worse(report):
        if tasks:
            yield f"{candidate} got worse on:"
            yield from (f"  {line}" for line in tasks[:MOST_LINES])
            if len(tasks) > MOST_LINES:
                yield f"  and {len(tasks) - MOST_LINES:,} more (results.json has them all)"
        if measures:
            yield f"{candidate}, measures that got worse:"
            yield from (f"  {line}" for line in measures)
    if report.transcripts:
        yield "Transcripts, before and after:"
        yield from (f"  {line}" for line in report.transcripts)
    for candidate, comparison in report.comparisons:
        yield from (f"{candidate}, {line}" for line in left_out(comparison))
    yield from report.notes
    who = failing(report) or failing(report, BROKEN)
    if failing(report):
        yield MEANT
    named = f" ({', '.join(who)})" if who else ""
    yield f"Night {report.run} of {report.name}: {outcome_of(report)}{named}"
