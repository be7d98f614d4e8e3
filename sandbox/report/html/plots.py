"""The plots of the page, each for a wide and for a narrow screen. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sandbox.report.html.svg import ACCENT, DPI, FAINT, FONT_SIZE, INK, MUTED, QUIET, markup, place
from sandbox.report.transcript_lines import one_line
from sandbox.rungs import RUNGS

WIDE, NARROW = 880, 340
LONGEST_NAME = 44
# With so many rungs their names need room.
MANY_RUNGS = 4
# Of a letter at the size of plots, in pixels, at the most.
_LETTER = 7.4
# Smaller letters are hard to read.
SMALLEST = 10.0
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisker:
    """A share with its 95% interval, and whose it is. best: whether it is to stand out."""

    name: str
    rate: float
    interval: tuple[float, float]
    best: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A candidate between two scales: (value, low, high) on each; low and high may be unknown."""

    across: tuple[float, float | None, float | None]
    up: tuple[float, float | None, float | None]


def intervals(rows: Sequence[Whisker], *, name: str, title: str) -> list[Markup]:
    """Shares with their intervals, one below the other."""
    texts = [one_line(row.name, LONGEST_NAME) for row in rows]

    def wide() -> Figure:
        left = min(max(map(len, texts)) * _LETTER + 20, WIDE * 0.42)
        figure, axes = _figure(WIDE, 27 * len(rows) + 38, left=left, right=24, top=6, bottom=32)
        axes.set_yticks(range(len(rows)), [place(index) for index in range(len(rows))], color=INK)
        return _with_whiskers(figure, axes, rows)

    def narrow() -> Figure:
        figure, axes = _figure(NARROW, 42 * len(rows) + 38, left=12, right=22, top=16, bottom=32)
        axes.set_yticks([])
        for index in range(len(rows)):
            axes.text(0, index - 0.28, place(index), color=INK)
        return _with_whiskers(figure, axes, rows)

    return _both(wide, narrow, name, title, texts)


def _with_whiskers(figure: Figure, axes: Axes, rows: Sequence[Whisker]) -> Figure:
    axes.set_ylim(len(rows) - 0.5, -0.5)
    _share_axis(axes, "x")
    for index, row in enumerate(rows):
        colour = ACCENT if row.best else INK
        axes.plot(row.interval, (index, index), color=colour, linewidth=2, solid_capstyle="round", zorder=2)
        axes.plot([row.rate], [index], marker="o", markersize=9, color=colour, clip_on=False, zorder=3)
    return figure


Line = Sequence[tuple[int, float, float, float]]


def ladder(rungs: Sequence[str], lines: Mapping[str, Line], *, name: str, title: str) -> list[Markup]:
    """Small multiples: one panel a candidate, with all others faintly behind it.

    Args:
        lines: of each candidate its points, as (index of the rung, rate, low, high).
    """
    texts = [one_line(candidate, 28) for candidate in lines]

    def drawn(width: int, columns: int) -> Figure:
        down = math.ceil(len(lines) / columns)
        figure = Figure(figsize=(width / DPI, 190 * down / DPI), dpi=DPI)
        figure.patch.set_visible(False)
        for index, candidate in enumerate(lines):
            row, column = divmod(index, columns)
            box = ((column * width / columns + 48) / width, 1 - (190 * row + 158) / (190 * down))
            axes = figure.add_axes((*box, (width / columns - 72) / width, 128 / (190 * down)))
            _panel(axes, rungs, lines, candidate, size=_size_of_rungs((width / columns - 72) / len(rungs)))
            axes.text(0, 1.1, place(index), color=INK, transform=axes.transAxes, fontweight="bold")
        return figure

    most = 4 if len(rungs) < MANY_RUNGS else 3
    # As many rows as it takes, and no panel alone in the last one if that can be helped.
    columns = math.ceil(len(lines) / math.ceil(len(lines) / most))
    return _both(lambda: drawn(WIDE, columns), lambda: drawn(NARROW, 1), name, title, texts)


def _size_of_rungs(room: float) -> float:
    """The size of letters in which the name of a rung fits into so many pixels."""
    longest = max(map(len, RUNGS))
    return max(SMALLEST, min(FONT_SIZE, FONT_SIZE * room / (longest * _LETTER)))


def _panel(axes: Axes, rungs: Sequence[str], lines: Mapping[str, Line], candidate: str, *, size: float) -> None:
    _plain(axes)
    _share_axis(axes, "y", few=True)
    axes.set_xlim(-0.35, len(rungs) - 0.65)
    axes.set_xticks(range(len(rungs)), rungs, fontsize=size)
    for other, line in lines.items():
        if other != candidate:
            axes.plot([point[0] for point in line], [point[1] for point in line], color=MUTED, linewidth=1.5, zorder=1)
    own = lines[candidate]
    axes.plot([point[0] for point in own], [point[1] for point in own], color=ACCENT, linewidth=2, zorder=3)
    for at, rate, low, high in own:
        axes.plot((at, at), (low, high), color=ACCENT, linewidth=1.5, zorder=2)
        axes.plot([at], [rate], marker="o", markersize=7, color=ACCENT, clip_on=False, zorder=4)


def scatter(spots: Sequence[Spot], *, scale: str, share: bool, name: str, title: str) -> list[Markup]:
    """Two scales against each other, each candidate by its number from 1; no line through them.

    Args:
        scale: what stands across. share: whether that is a share from 0 to 1.
    """

    def drawn(width: int, height: int) -> Figure:
        figure, axes = _figure(width, height, left=52, right=24, top=26, bottom=52)
        _share_axis(axes, "y")
        if share:
            _share_axis(axes, "x")
        axes.set_xlabel(place(0), color=QUIET)
        axes.text(0, 1.03, "solved on the road", color=QUIET, transform=axes.transAxes)
        for number, spot in enumerate(spots, start=1):
            _spot(axes, spot, number)
        return figure

    return _both(lambda: drawn(620, 380), lambda: drawn(NARROW, 300), name, title, [one_line(scale, 60)])


def _spot(axes: Axes, spot: Spot, number: int) -> None:
    (x, left, right), (y, low, high) = spot.across, spot.up
    if left is not None and right is not None:
        axes.plot((left, right), (y, y), color=QUIET, linewidth=1, zorder=1)
    if low is not None and high is not None:
        axes.plot((x, x), (low, high), color=QUIET, linewidth=1, zorder=1)
    axes.plot([x], [y], marker="o", markersize=9, color=ACCENT, clip_on=False, zorder=3)
    axes.annotate(str(number), (x, y), xytext=(8, 7), textcoords="offset pixels", color=INK, fontweight="bold")


def _figure(
    width: float, height: float, *, left: float, right: float, top: float, bottom: float
) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    figure.patch.set_visible(False)
    box = (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
    axes = figure.add_axes(box)
    _plain(axes)
    return figure, axes


def _plain(axes: Axes) -> None:
    axes.patch.set_visible(False)
    axes.tick_params(length=0, pad=12)
    for side in axes.spines.values():
        side.set_visible(False)


def _share_axis(axes: Axes, which: str, *, few: bool = False) -> None:
    shares = _SHARES[::2] if few else _SHARES
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_ticks(shares, [f"{100 * share:.0f}%" for share in shares])
    (axes.set_xlim if which == "x" else axes.set_ylim)(0, 1)
    axis.grid(visible=True, color=FAINT, linewidth=1)
    axes.set_axisbelow(True)


def _both(
    wide: Callable[[], Figure], narrow: Callable[[], Figure], name: str, title: str, texts: Sequence[str]
) -> list[Markup]:
    return [
        markup(wide, name=f"{name}-wide", title=title, texts=texts, kind="wide"),
        markup(narrow, name=f"{name}-narrow", title=title, texts=texts, kind="narrow"),
    ]
