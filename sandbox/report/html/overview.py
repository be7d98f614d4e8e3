"""What the first screen of the page says: who did best on the road, what it cost, what has no verdict. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.report.figures import money, percent, span
from sandbox.report.standings import Standing, by_task, standings
from sandbox.report.summary import RunReport
from sandbox.report.transcript_lines import count
from sandbox.rungs import OFF_THE_ROAD, ROAD
from sandbox.score import NO_VERDICT

# Of more that share the first place no names are given.
MOST_LEADERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """Who did best under one condition. figures: as in "100% · 3 of 3 trials · 95% interval 44–100%"."""

    name: str
    rate: str
    figures: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One answer. caveats: what has to be said with it."""

    question: str
    condition: str | None = None
    leaders: tuple[Leader, ...] = ()
    value: str = ""
    lines: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()


def is_on_the_road(record: Mapping[str, Any]) -> bool:
    """Whether its rung is one in whole repositories; of before there were rungs, all are."""
    return record.get("rung") not in OFF_THE_ROAD


def cards(report: RunReport) -> list[Card]:
    """The answers, in their order."""
    road = list(filter(is_on_the_road, report.records))
    found = [_best(condition, rows, road) for condition, rows in _by_condition(standings(road)).items()]
    if not road:
        none = f"No trial of this run was on the road ({', '.join(ROAD)})."
        found = [Card(question="Best on the road", value="–", lines=(none,))]
    return [*found, _cost(report), _without(report)]


def _by_condition(rows: Sequence[Standing]) -> dict[str, list[Standing]]:
    found: dict[str, list[Standing]] = {}
    for row in rows:
        found.setdefault(row.condition, []).append(row)
    return dict(sorted(found.items()))


def _best(condition: str, rows: Sequence[Standing], records: Sequence[Mapping[str, Any]]) -> Card:
    question = "Best on the road"
    judged = [row for row in rows if row.interval is not None]
    if not judged:
        lines = ("No trial has a verdict about a candidate.",)
        return Card(question=question, condition=condition, value="–", lines=lines)
    best = [row for row in judged if row.rate == judged[0].rate]
    if not judged[0].accepted:
        lines = (f"Nothing was accepted: 0 of {count(sum(row.judged for row in judged), 'trial', 'trials')}.",)
        return Card(question=question, condition=condition, value="nobody", lines=lines)
    caveats = (*_order(best, judged), *_other_tasks(condition, best, records))
    if len(best) > MOST_LEADERS:
        lines = (f"{len(best)} of {len(judged)} candidates share the highest rate, {percent(best[0].rate)}.",)
        return Card(question=question, condition=condition, value=f"{len(best)} level", lines=lines, caveats=caveats)
    return Card(question=question, condition=condition, leaders=tuple(map(_leader, best)), caveats=caveats)


def _leader(row: Standing) -> Leader:
    trials = f"{row.accepted:,} of {count(row.judged, 'trial', 'trials')}"
    by = " by task" if row.repeated else " interval"
    return Leader(name=row.candidate, rate=percent(row.rate), figures=f"{trials} · 95%{by} {span(row.interval)}")


def _order(best: Sequence[Standing], judged: Sequence[Standing]) -> Iterator[str]:
    """Whether the order is settled, as far as intervals tell."""
    others = [row for row in judged if row not in best]
    lowest = min(row.interval[0] for row in best if row.interval)
    near = sum(row.interval is not None and row.interval[1] >= lowest for row in others)
    whose = "its interval overlaps" if len(best) == 1 else "their intervals overlap"
    overlap = f"{whose} that of {near} of {count(len(others), 'other', 'others')}"
    if len(judged) == 1:
        yield "There is no other candidate to compare with."
    elif len(best) > 1:
        yield f"Level at the top{f'; {overlap}' if near else ''}: which is best is not settled."
    elif near:
        yield f"{overlap[0].upper()}{overlap[1:]}: the order is not settled."
    else:
        yield "The intervals of all others lie below."


def _other_tasks(condition: str, best: Sequence[Standing], records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Rates over different tasks do not compare."""
    here = [record for record in records if record["condition"] == condition]
    names = dict.fromkeys(record["candidate"] for record in here)
    tasks = {
        name: {task for task, (_, judged) in by_task(one for one in here if one["candidate"] == name).items() if judged}
        for name in names
    }
    if len({frozenset(held) for held in tasks.values()}) > 1:
        met = " and ".join(str(len(tasks[row.candidate])) for row in best)
        of = f" ({met} of {len(set().union(*tasks.values()))} here)" if len(best) <= MOST_LEADERS else ""
        yield f"Not all have verdicts on the same tasks{of}: these rates do not compare as they stand."


def _cost(report: RunReport) -> Card:
    rows = report.standings
    tokens, hours = sum(row.tokens for row in rows), sum(row.wall_s for row in rows)
    known = [row.cost_usd for row in rows if row.cost_usd is not None]
    unknown = sorted({row.candidate for row in rows if row.cost_usd is None})
    value = money(sum(known)) if not unknown else f"at least {money(sum(known))}" if sum(known) else "unknown"
    asked = f"{tokens:,} tokens" if tokens else "No model was asked: scripted candidates take no tokens."
    lines = [asked, f"{_time(hours)} of trials, added up"]
    if aside := sum(row.of_which_aside.tokens for row in rows):
        lines.append(f"of which {aside:,} tokens in attempts that were set aside")
    few = ", ".join(unknown[:MOST_LEADERS]) + (f" and {len(unknown) - 3} more" if len(unknown) > MOST_LEADERS else "")
    caveats = (f"The price of {few} is not known.",) if unknown else ()
    return Card(question="What it cost", value=value, lines=tuple(lines), caveats=caveats)


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:,.1f} h"


def _without(report: RunReport) -> Card:
    lost = sum(record["verdict"] in NO_VERDICT for record in report.records)
    every = len(report.records)
    lines = [f"of {count(every, 'trial', 'trials')}; in no rate"] if lost else [f"of {count(every, 'trial', 'trials')}"]
    left = sum(report.not_run.values())
    if report.planned is None:
        lines.append("How many were planned is not known.")
    elif left:
        lines.append(f"{left:,} of {report.planned:,} planned {'has' if left == 1 else 'have'} not run yet.")
    else:
        lines.append("All that was planned has run.")
    return Card(question="Without a verdict", value=f"{lost:,}", lines=tuple(lines))
