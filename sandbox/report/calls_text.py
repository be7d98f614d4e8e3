"""The report on function calls as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from sandbox.report.calls_data import CallRates, CallReport, LabelRate
from sandbox.report.sheet import NOTHING, Sheet
from sandbox.report.transcript_lines import count
from sandbox.stats import Share


def tables(report: CallReport) -> Iterator[Sheet]:
    """What was asked for; without `by`, groups by label and by tool as well."""
    if "label" in report.by:
        yield _labels(report.labels, "Faults by label")
        return
    yield _groups("Calls", report.groups, _RATES)
    costs = {name: figure for name, figure in _COSTS.items() if "tool" not in report.by or name not in _OF_NO_TOOL}
    yield _groups("What faults cost, and what else there was", report.groups, costs)
    if not report.by:
        yield _labels([rate for group in report.groups for rate in group.labels], "Faults by label")
        yield _tools(report.groups)


def _groups(title: str, groups: Sequence[CallRates], figures: Mapping[str, Callable[[CallRates], str]]) -> Sheet:
    names = list(groups[0].keys) if groups else ["candidate"]
    rows = ((list(group.keys.values()), [figure(group) for figure in figures.values()]) for group in groups)
    return _table(title, names, list(figures), rows)


def _after(group: CallRates) -> str:
    return NOTHING if group.replies_to_recovery is None else f"{group.replies_to_recovery:g}"


def _tokens(group: CallRates) -> str:
    return f"{group.fault_tokens:,.0f} ({_part(group.fault_tokens, group.tokens)})" if group.tokens else NOTHING


def _time(group: CallRates) -> str:
    return f"{short_time(group.fault_seconds)} ({_part(group.fault_seconds, group.seconds)})"


def short_time(seconds: float) -> str:
    """As in 0s, 0.4ms, 12ms, 1.5s, 12.5s."""
    if 0 < seconds < 0.9995:
        return f"{1000 * seconds:.1f}ms" if seconds < 0.00095 else f"{1000 * seconds:.0f}ms"
    return f"{seconds:.1f}s" if seconds else "0s"


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
    "time": _time,
    "faulty replies": lambda group: str(group.reply_faults),
    "false completions": lambda group: f"{group.false_completions}/{group.claims}" if group.claims else NOTHING,
    "loops": lambda group: str(group.loops),
    "refused": lambda group: str(group.refused),
    "ungrounded": lambda group: str(group.ungrounded),
}
# What is a matter of whole replies and trials.
_OF_NO_TOOL = ("faulty replies", "false completions", "loops")


def _labels(rates: Sequence[LabelRate], title: str) -> Sheet:
    names = [*(rates[0].keys if rates else ["candidate"]), "label"]
    rows = (([*rate.keys.values(), rate.label], [_count(rate), _of(rate), *_rate(rate.share)]) for rate in rates)
    return _table(title, names, ["count", "of", "rate", "95% interval"], rows)


def _count(rate: LabelRate) -> str:
    """How many earned it; how often as well, where that is more."""
    return str(rate.count) if rate.times == rate.count else f"{rate.count} ({rate.times} times)"


def _of(rate: LabelRate) -> str:
    one = {"calls": "call", "replies": "reply", "faults": "fault", "claims": "claim"}[rate.per]
    return count(rate.share.total, one, rate.per)


def _tools(groups: Sequence[CallRates]) -> Sheet:
    rows = (
        ([*group.keys.values(), tool.tool], [str(tool.calls), str(tool.faulty), _part(tool.faulty, tool.calls)])
        for group in groups
        for tool in group.tools
    )
    names = [*(groups[0].keys if groups else ["candidate"]), "tool"]
    return _table("Calls by tool", names, ["calls", "faulty", "rate"], rows)


def _table(
    title: str, names: Sequence[str], figures: Sequence[str], rows: Iterable[tuple[Sequence[str], Sequence[str]]]
) -> Sheet:
    return Sheet(title=title, names=names, figures=figures, rows=[[*keys, *cells] for keys, cells in rows])


def _rate(share: Share) -> tuple[str, str]:
    interval = share.interval
    if share.rate is None or interval is None:
        return NOTHING, NOTHING
    return f"{100 * share.rate:.0f}%", f"{100 * interval[0]:.0f}–{100 * interval[1]:.0f}%"


def _part(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f}%" if whole else NOTHING
