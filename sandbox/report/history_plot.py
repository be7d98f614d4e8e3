"""The history of nights as a plot: rates above, the change since the baseline below, candidates side by side. Pure."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import Any

import matplotlib
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sandbox.nights.blame import MACHINE, WORSE
from sandbox.nights.timeline import BASELINE, NightLine, Timeline
from sandbox.report.figures import CLUSTERED
from sandbox.report.history_text import DAY, WORDS, days, sheet
from sandbox.report.transcript_lines import one_line

KINDS = ("svg", "png", "html")
# Of more candidates than this no plot is legible.
MOST = 8
_LONGEST = 60
# What the bars and the band are, for whoever has the picture alone.
_MEANING = (
    "bars: 95% interval of a night alone · dashed: the baseline · band: the change with its interval, "
    "which holds on all nights at once"
)
_INK, _QUIET, _FAINT, _BASE = "#1f2430", "#6a7080", "#e3e6ec", "#eef1f6"
_COLOURS = {BASELINE: "#8a93a6", WORSE: "#c62828", MACHINE: "#9c5a00"}
_ACCENT = "#1f6feb"
_SETTINGS: Any = {
    "text.parse_math": False,
    "svg.hashsalt": "roadtest",
    "font.size": 10.0,
    "text.color": _INK,
    "axes.labelcolor": _QUIET,
    "xtick.color": _QUIET,
    "ytick.color": _QUIET,
}
_PAGE = Markup("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{{font:15px/1.5 system-ui,sans-serif;color:#1f2430;background:#fff;margin:2rem auto;max-width:70rem;
padding:0 1rem}}
svg{{max-width:100%;height:auto}}.wide{{overflow-x:auto}}table{{border-collapse:collapse;margin:1rem 0}}
th,td{{padding:.2rem .7rem;text-align:left;border-bottom:1px solid #e3e6ec;white-space:nowrap}}</style></head>
<body><h1>{title}</h1>{plot}{tables}</body></html>
""")


def plotted(found: Sequence[Timeline], kind: str, *, title: str, last: int | None = None) -> bytes:
    """The plot as a file of one of `KINDS`; in HTML with the tables below it.

    Args:
        found: at most `MOST`, each with a night at least. last: only so many nights of each.
    """
    if kind == "png":
        return _drawn(found, "png", title, last)
    svg = _drawn(found, "svg", "" if kind == "html" else title, last)
    if kind == "svg":
        return svg
    text = svg.decode("utf-8")
    shown = Markup(text[text.index("<svg") :])  # noqa: S704 - matplotlib escapes what it is given
    tables = Markup("").join(_table(one, last) for one in found)
    return str(_PAGE.format(title=title, plot=shown, tables=tables)).encode("utf-8")


def _drawn(found: Sequence[Timeline], kind: str, title: str, last: int | None) -> bytes:
    stream = io.BytesIO()
    with matplotlib.rc_context(_SETTINGS), warnings.catch_warnings():
        # A name in a script that the font does not have: boxes are drawn, and the tables have it.
        warnings.filterwarnings("ignore", "Glyph .* missing")
        figure = Figure(figsize=(10, 1.2 + 3.9 * len(found)), dpi=110)
        height = figure.get_figheight()
        if title:
            figure.suptitle(one_line(title, 100), x=0.5, y=1 - 0.28 / height, fontweight="bold")
        figure.text(0.5, 1 - 0.56 / height, _MEANING, ha="center", va="center", color=_QUIET, fontsize=9)
        places = figure.subplots(2 * len(found), 1, squeeze=False, height_ratios=[3, 2] * len(found))
        for index, one in enumerate(found):
            _candidate(places[2 * index][0], places[2 * index + 1][0], one, last)
        figure.tight_layout(rect=(0, 0, 1, 1 - 0.68 / height), h_pad=0.7)
        figure.savefig(stream, format=kind, metadata={"Date": None} if kind == "svg" else None)
    return stream.getvalue()


def _candidate(above: Axes, below: Axes, one: Timeline, last: int | None) -> None:
    lines = one.last(last)
    first = len(one.lines) - len(lines)
    at = [first + place + 1 for place in range(len(lines))]
    name = one_line(one.candidate, _LONGEST)
    above.set_title(f"{name}: {WORDS[one.state]}", loc="left", fontsize=11, fontweight="bold")
    _rates(above, lines, at)
    _level(above, one.lines)
    _changes(below, lines, at)
    for axes in (above, below):
        _plain(axes)
        axes.set_xlim(at[0] - 0.6, at[-1] + 0.6)
        # With the time of day they are long.
        axes.xaxis.set_major_locator(MaxNLocator(nbins=12 if len(days(lines)[0]) <= DAY else 6, integer=True))
        if (base := one.first - first) > 0:
            axes.axvspan(at[0] - 0.6, first + base + 0.5, color=_BASE, zorder=0)
    dates = dict(zip(at, days(lines), strict=True))
    below.xaxis.set_major_formatter(FuncFormatter(lambda value, _: dates.get(round(value), "")))
    above.tick_params(labelbottom=False)
    above.set_ylabel("accepted")
    below.set_ylabel("change, points")
    if one.first > first:
        above.text(at[0] - 0.5, 0.02, "baseline", color=_QUIET, fontsize=9, va="bottom")


def _rates(axes: Axes, lines: Sequence[NightLine], at: Sequence[int]) -> None:
    rates = [line.rate for line in lines]
    axes.plot(at, rates, color=_FAINT, linewidth=1.5, zorder=1)
    for place, line in zip(at, lines, strict=True):
        colour = _COLOURS.get(line.state, _ACCENT)
        axes.plot((place, place), line.interval, color=colour, linewidth=1.2, alpha=0.55, zorder=2)
        axes.plot([place], [line.rate], marker="o", markersize=5, color=colour, zorder=3)
    axes.set_ylim(-0.03, 1.1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])


def _level(axes: Axes, lines: Sequence[NightLine]) -> None:
    """Where the baseline is, even if its nights are not shown."""
    base = [line for line in lines if line.state == BASELINE]
    if total := sum(line.trials for line in base):
        level = sum(line.accepted for line in base) / total
        axes.axhline(level, color=_QUIET, linewidth=1, linestyle=(0, (4, 3)), zorder=1)


def _changes(axes: Axes, lines: Sequence[NightLine], at: Sequence[int]) -> None:
    told = [(place, line) for place, line in zip(at, lines, strict=True) if line.low is not None]
    axes.axhline(0, color=_QUIET, linewidth=1, linestyle=(0, (4, 3)))
    if not told:
        axes.text(0.5, 0.6, "nothing is tested yet", transform=axes.transAxes, color=_QUIET, ha="center")
        axes.set_yticks([])
        return
    places = [place for place, _ in told]
    low, middle, high = (
        [100 * (value or 0.0) for value in values]
        for values in zip(*((line.low, line.change, line.high) for _, line in told), strict=True)
    )
    axes.fill_between(places, low, high, color=_ACCENT, alpha=0.16, linewidth=0)
    axes.plot(places, middle, color=_ACCENT, linewidth=1.8)
    if len(told) == 1:
        axes.errorbar(places, middle, [[middle[0] - low[0]], [high[0] - middle[0]]], color=_ACCENT, marker="o")
    alarm = next((place for place, line in told if line.state in (WORSE, MACHINE)), None)
    if alarm is not None:
        state = next(line.state for place, line in told if place == alarm)
        axes.axvline(alarm, color=_COLOURS[state], linewidth=1.2)
        axes.annotate(
            WORDS[state], (alarm, 0.96), xycoords=("data", "axes fraction"), xytext=(-5, 0), va="top", ha="right",
            textcoords="offset points", color=_COLOURS[state], fontsize=9, fontweight="bold",
        )  # fmt: skip


def _plain(axes: Axes) -> None:
    axes.grid(axis="y", color=_FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _table(one: Timeline, last: int | None) -> Markup:
    made = sheet(one, last)
    heads = [*made.names, *made.figures]
    head = Markup("").join(Markup("<th>{}</th>").format(escape(text)) for text in heads)
    rows = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(one_line(cell, 400)) for cell in row))
        for row in made.rows
    )
    words = f"{CLUSTERED}: of the rate. Change: since the baseline, in points, with its always-valid interval."
    frame = Markup('<h2>{}</h2><p>{}</p><div class="wide"><table><tr>{}</tr>{}</table></div>')
    return frame.format(made.title, words, head, rows)
