"""The report on function calls as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from sandbox.report.calls_data import CallRates, CallReport, LabelRate
from sandbox.report.transcript_lines import one_line
from sandbox.stats import Share

LONGEST = 200
NOTHING = "–"


def tables(report: CallReport) -> Iterator[Table]:
    """What was asked for; without `by`, groups by label and by tool as well."""
    if "label" in report.by:
        yield _labels(report.labels, "Faults by label")
        return
    yield _groups("Calls", report.groups, _RATES)
    yield _groups("What faults cost, and what else there was", report.groups, _COSTS)
    if not report.by:
        yield _labels([rate for group in report.groups for rate in group.labels], "Faults by label")
        yield _tools(report.groups)


def _groups(title: str, groups: Sequence[CallRates], figures: Mapping[str, Callable[[CallRates], str]]) -> Table:
    names = list(groups[0].keys) if groups else ["candidate"]
    rows = ((list(group.keys.values()), [figure(group) for figure in figures.values()]) for group in groups)
    return _table(title, names, list(figures), rows)


def _after(group: CallRates) -> str:
    return NOTHING if group.replies_to_recovery is None else f"{group.replies_to_recovery:g}"


def _tokens(group: CallRates) -> str:
    return f"{group.fault_tokens:,.0f} ({_part(group.fault_tokens, group.tokens)})" if group.tokens else NOTHING


_RATES: Mapping[str, Callable[[CallRates], str]] = {
    "trials": lambda group: str(group.trials),
    "calls": lambda group: str(group.faulty.total),
    "faulty": lambda group: str(group.faulty.successes),
    "rate": lambda group: _rate(group.faulty)[0],
    "95% interval": lambda group: _rate(group.faulty)[1],
    "recovered": lambda group: f"{group.recovered}/{group.rejected}" if group.rejected else NOTHING,
    "replies to it": _after,
    "unrecovered": lambda group: str(group.unrecovered),
}
_COSTS: Mapping[str, Callable[[CallRates], str]] = {
    "tokens": _tokens,
    "time": lambda group: f"{group.fault_seconds:.1f}s ({_part(group.fault_seconds, group.seconds)})",
    "faulty replies": lambda group: str(group.reply_faults),
    "false completions": lambda group: f"{group.false_completions}/{group.claims}" if group.claims else NOTHING,
    "loops": lambda group: str(group.loops),
    "refused": lambda group: str(group.refused),
    "ungrounded": lambda group: str(group.ungrounded),
}


def _labels(rates: Sequence[LabelRate], title: str) -> Table:
    names = [*(rates[0].keys if rates else ["candidate"]), "label"]
    rows = (
        ([*rate.keys.values(), rate.label], [str(rate.count), f"{rate.share.total} {rate.per}", *_rate(rate.share)])
        for rate in rates
    )
    return _table(title, names, ["count", "of", "rate", "95% interval"], rows)


def _tools(groups: Sequence[CallRates]) -> Table:
    rows = (
        ([*group.keys.values(), tool.tool], [str(tool.calls), str(tool.faulty), _part(tool.faulty, tool.calls)])
        for group in groups
        for tool in group.tools
    )
    names = [*(groups[0].keys if groups else ["candidate"]), "tool"]
    return _table("Calls by tool", names, ["calls", "faulty", "rate"], rows)


def _table(
    title: str, names: Sequence[str], figures: Sequence[str], rows: Iterable[tuple[Sequence[str], Sequence[str]]]
) -> Table:
    made = Table(title=title, title_justify="left", header_style="bold")
    for name in names:
        made.add_column(name, overflow="fold")
    for figure in figures:
        made.add_column(figure, justify="right", overflow="fold")
    for keys, cells in rows:
        made.add_row(*(Text(one_line(cell, LONGEST)) for cell in (*keys, *cells)))
    return made


def _rate(share: Share) -> tuple[str, str]:
    interval = share.interval
    if share.rate is None or interval is None:
        return NOTHING, NOTHING
    return f"{100 * share.rate:.0f}%", f"{100 * interval[0]:.0f}–{100 * interval[1]:.0f}%"


def _part(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f}%" if whole else NOTHING
