"""Competitive problems, and how candidates stand there against the road. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from sandbox.gap.gap import Gap, Score
from sandbox.report import problems
from sandbox.report.html import plots
from sandbox.report.html.plots import Spot
from sandbox.report.html.section import Section
from sandbox.report.sheet import NOTHING, Sheet
from sandbox.report.summary import RunReport
from sandbox.rungs import KERNEL, ROAD

# The fewest models of which a correlation may be given.
FEWEST = 6
Place = tuple[float, float | None, float | None]


def scores_of(report: RunReport) -> dict[str, Score]:
    """The rating of each candidate, all on one scale; of several conditions that under which it met most problems.

    Ratings on another scale than most candidates have are left out: they do not compare.
    """
    rated = [row for row in report.problems if row.rating is not None]
    found: dict[str, Score] = {}
    for row in sorted(rated, key=lambda row: row.rating.n_problems if row.rating else 0):
        assert row.rating is not None
        low, high = row.rating.interval
        found[row.candidate] = Score(value=row.rating.rating, low=low, high=high, scale=row.rating.scale)
    scales = Counter(score.scale for score in found.values())
    usual = scales.most_common(1)[0][0] if scales else ""
    return {name: score for name, score in found.items() if score.scale == usual}


def competitive(report: RunReport, gap: Gap | None) -> Section | None:
    """CP-style scores, and beside them the road; None without any problem."""
    lab = None if gap is None else _lab(gap)
    sheets = problems.tables(report.problems) if report.problems else []
    remarks = problems.remarks(report.problems)
    plot: Sequence[Markup] = ()
    if gap is not None and lab is not None and (shown := _against(gap, *lab)) is not None:
        plot, sheet, names = shown
        sheets, remarks = [sheet, *sheets], [*remarks, *_few(names)]
    if not sheets:
        return None
    return Section(
        name="competitive",
        title="Competitive problems and the road",
        lead="What candidates come to at competitive problems, and in repositories: two scales of their own, so"
        " nothing is subtracted, and no line is drawn through the candidates.",
        plot=plot,
        sheets=sheets,
        remarks=remarks,
    )


def _lab(gap: Gap) -> tuple[str, Mapping[str, Place]]:
    """What candidates at competitive problems are measured by, and how they stand."""
    if gap.scores:
        scale = next(iter(gap.scores.values())).scale
        found = {name: (score.value, score.low, score.high) for name, score in gap.scores.items()}
        return f"CP-style score ({scale} scale)", found
    kernel = {one.candidate: (one.rate, one.low, one.high) for one in gap.rates if one.rung == KERNEL}
    return "solved as competitive problems", dict(kernel)


def _against(gap: Gap, scale: str, lab: Mapping[str, Place]) -> tuple[Sequence[Markup], Sheet, Sequence[str]] | None:
    """The plot, its figures, and whom it shows; None where nobody met both."""
    rung = next((rung for rung in reversed(gap.rungs) if rung in ROAD), None)
    road: dict[str, Place] = {one.candidate: (one.rate, one.low, one.high) for one in gap.rates if one.rung == rung}
    names = [name for name in gap.candidates if name in lab and name in road]
    if rung is None or not names:
        return None
    is_share = not gap.scores
    title = f"{scale[0].upper()}{scale[1:]} and what was solved on the road ({rung}), with 95% intervals"
    plot = plots.scatter(
        [Spot(across=lab[name], up=road[name]) for name in names],
        scale=scale,
        share=is_share,
        name="against-plot",
        title=f"{title}; the figures are in the table below",
    )
    rows = [
        [str(number), name, _value(lab[name], is_share=is_share), _value(road[name], is_share=True)]
        for number, name in enumerate(names, start=1)
    ]
    return plot, Sheet(title=title, names=("no.", "candidate"), figures=(scale, f"road ({rung})"), rows=rows), names


def _value(found: Place, *, is_share: bool) -> str:
    value, low, high = (None if one is None else 100 * one if is_share else one for one in found)
    if value is None:
        return NOTHING
    unit = "%" if is_share else ""
    return f"{value:.0f}{unit}" + ("" if low is None or high is None else f" ({low:.0f}–{high:.0f}{unit})")


def _few(names: Sequence[str]) -> Iterator[str]:
    if len(names) < FEWEST:
        yield f"With {len(names)} candidates nothing can be said of how the two go together: it takes {FEWEST}."
