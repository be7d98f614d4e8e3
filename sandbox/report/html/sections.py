"""The sections of the page: what plots, tables and remarks stand under which heading. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import filterfalse

from markupsafe import Markup

from sandbox.gap.gap import Gap
from sandbox.report import calls as calls_report
from sandbox.report import (
    calls_text,
    gap_text,
    oscillation_figures,
    oscillation_tables,
    repeats,
    services,
    slices,
    summary,
)
from sandbox.report import problems as problems_report
from sandbox.report.calls_data import CallReport
from sandbox.report.html import plots
from sandbox.report.html.competitive import competitive
from sandbox.report.html.overview import is_on_the_road
from sandbox.report.html.plots import Whisker
from sandbox.report.html.section import Section
from sandbox.report.html.trial import names_of
from sandbox.report.html.words import rungs_in_words
from sandbox.report.oscillation_data import TrialOscillation
from sandbox.report.oscillation_figures import OscillationReport
from sandbox.report.standings import Standing, standings, table
from sandbox.report.summary import RunReport


def sections(
    report: RunReport, calls: CallReport | None, oscillation: OscillationReport | None, gap: Gap | None
) -> Iterator[Section]:
    """Those of which there is anything to say; None: nothing was to be read."""
    yield _standings(report)
    if gap is not None:
        yield _ladder(gap)
    if (problems := competitive(report, gap)) is not None:
        yield problems
    if calls is not None:
        yield _calls(calls)
    if oscillation is not None and oscillation.trials:
        yield _oscillation(oscillation)


def _standings(report: RunReport) -> Section:
    road = list(filter(is_on_the_road, report.records))
    lab = list(filterfalse(is_on_the_road, report.records))
    # Trials of problems are another kind of thing than trials in repositories: they share no rate.
    rows = standings(road) if road and lab else report.standings
    sheets = [table(rows)]
    if road and lab:
        sheets.append(dataclasses.replace(table(standings(lab)), title="In the lab (kernel, function)"))
    sheets += [repeats.table(report.repeats)] if report.repeats else []
    sheets += [services.table(report.services)] if report.services else []
    told_below = problems_report.remarks(report.problems)
    return Section(
        name="standings",
        title="Standings",
        lead="How many of its trials each candidate brought to a good end: the dot is the rate, the line its 95%"
        " interval.",
        plot=_whiskers(rows),
        sheets=sheets,
        more=list(map(slices.table, report.slices)),
        remarks=[line for line in summary.remarks(report) if line not in told_below],
    )


def _whiskers(rows: Sequence[Standing]) -> Sequence[Markup]:
    conditions = len({row.condition for row in rows}) > 1
    highest = {row.condition: row.rate for row in reversed(rows) if row.rate}
    shown = [
        Whisker(
            name=f"{row.candidate} · {row.condition}" if conditions else row.candidate,
            rate=row.rate,
            interval=row.interval,
            best=row.rate == highest.get(row.condition),
        )
        for row in rows
        if row.rate is not None and row.interval is not None
    ]
    title = "Rate of accepted trials with 95% intervals; the figures are in the table below"
    return plots.intervals(shown, name="standings-plot", title=title) if shown else ()


def _ladder(gap: Gap) -> Section:
    lines: dict[str, list[tuple[int, float, float, float]]] = {}
    for rate in gap.rates:
        at = gap.rungs.index(rate.rung)
        lines.setdefault(rate.candidate, []).append((at, rate.rate, rate.low, rate.high))
    title = "Solve rate on each rung of the ladder with 95% intervals; the figures are in the table below"
    sheets = [sheet for sheet in gap_text.sheets(gap) if sheet.rows]
    return Section(
        name="ladder",
        title="The ladder",
        lead="The same bugs, asked for in several ways, one thing changed from rung to rung: how much of what is solved"
        " in the lab is left on the road. Each panel is one candidate, with 95% intervals; the others are grey.",
        terms=rungs_in_words(gap.rungs),
        plot=plots.ladder(gap.rungs, lines, name="ladder-plot", title=title),
        sheets=sheets[:2],
        more=sheets[2:],
        remarks=gap_text.remarks(gap),
    )


def _calls(calls: CallReport) -> Section:
    shown = [
        Whisker(name=" · ".join(group.keys.values()), rate=group.faulty.rate, interval=group.faulty.interval)
        for group in calls.groups
        if group.faulty.rate is not None and group.faulty.interval is not None
    ]
    title = "Rate of faulty calls with 95% intervals; the figures are in the table below"
    sheets = [sheet for sheet in calls_text.tables(calls) if sheet.rows]
    return Section(
        name="calls",
        title="Function calls",
        lead="How many of its function calls had a fault of their own: the dot is the rate, the line its 95% interval,"
        " which takes calls of one task for alike.",
        plot=plots.intervals(shown, name="calls-plot", title=title) if shown else (),
        sheets=[*sheets[:1], *sheets[2:3]],
        more=[*sheets[1:2], *sheets[3:]],
        remarks=calls_report.remarks(calls),
    )


def _oscillation(found: OscillationReport) -> Section:
    seen = [trial for trial in found.trials if trial.findings is not None]
    return Section(
        name="oscillation",
        title="Bugs that come back",
        lead="Whether bugs that a candidate had mended were wrong again later in the same trial, bug by bug.",
        sheets=[sheet for sheet in oscillation_tables.tables(found) if sheet.rows],
        remarks=[*oscillation_figures.remarks(found), *_quiet(seen)],
        eventful=[(trial.trial, _name(trial), _in_short(trial)) for trial in seen if trial.is_eventful],
    )


def _quiet(seen: Sequence[TrialOscillation]) -> Iterator[str]:
    if quiet := sum(not trial.is_eventful for trial in seen):
        yield f"In {quiet:,} of {len(seen):,} trials nothing came back, broke, was unstable or went in a circle."


def _name(trial: TrialOscillation) -> str:
    task, candidate, condition, repeat = names_of(trial.trial)
    return f"{task} · {candidate} · {condition}/{repeat}"


def _in_short(trial: TrialOscillation) -> str:
    findings = trial.findings
    assert findings is not None, "a trial of which no state was judged is not named"
    return f"{findings.reintroductions} came back, {findings.regressions} broke, {findings.fixes} fixed"
