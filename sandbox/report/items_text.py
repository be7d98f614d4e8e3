"""What tasks still tell, as a table and remarks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sandbox.report.figures import percent
from sandbox.report.sheet import NOTHING, Sheet
from sandbox.report.transcript_lines import count
from sandbox.upkeep.items import EVERYONE, NOBODY, ItemStats


def sheet(rows: Sequence[ItemStats]) -> Sheet:
    """One row a task; the condition where there are several."""
    names = ["task", "condition"] if len({row.condition for row in rows}) > 1 else ["task"]
    return Sheet(
        title="What tasks tell",
        names=names,
        figures=("n", "candidates", "rate", "discrimination", "95% interval", "flakiness", "controls off", ""),
        words=frozenset({""}),
        dispensable=("n", "candidates"),
        rows=[
            [
                *(row.task, row.condition)[: len(names)],
                str(row.trials),
                str(row.candidates),
                percent(row.rate),
                NOTHING if row.discrimination is None else f"{row.discrimination:+.2f}".replace("-", "−"),
                _span(row.interval),
                percent(row.flakiness),
                f"{row.controls[0]} of {row.controls[1]}" if row.controls[1] else NOTHING,
                _word(row),
            ]
            for row in rows
        ],
    )


def _span(interval: tuple[float, float] | None) -> str:
    if interval is None:
        return NOTHING
    return " to ".join(f"{bound:+.2f}" for bound in interval).replace("-", "−")


def _word(row: ItemStats) -> str:
    if row.controls[0]:
        return "the task is at fault"
    if row.interval is not None and row.interval[1] < 0:
        return "the better fail"
    return row.saturation or ""


def remarks(rows: Sequence[ItemStats], hidden: Sequence[ItemStats]) -> Iterator[str]:
    """What has to be said beside the table.

    Args:
        rows: those in the table. hidden: of held-out tasks.
    """
    both = {word: sum(row.saturation == word for row in rows) for word in (EVERYONE, NOBODY)}
    told = ", ".join(f"{number:,} where {word}" for word, number in both.items() if number)
    if told:
        yield f"Saturated: {told}: they tell nobody apart."
    if off := sum(row.controls[0] > 0 for row in rows):
        tasks = count(off, "task", "tasks")
        yield f"{tasks} on which a control (the reference, doing nothing) did not end as it must: look there first."
    yield (
        "Discrimination: correlation over candidates of a task's rate with the rate over all other tasks; the interval "
        "(Fisher) takes four candidates. Flakiness: the chance that two trials of one candidate end otherwise."
    )
    if hidden:
        flat = sum(row.saturation is not None for row in hidden)
        off = sum(row.controls[0] > 0 for row in hidden)
        yield f"{count(len(hidden), 'held-out task', 'held-out tasks')}: {flat:,} saturated, {off:,} with controls off."
