"""The history of nights in tables and remarks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sandbox.nights.blame import HOLDS, MACHINE, WORSE
from sandbox.nights.cusum import RATE, YEAR
from sandbox.nights.timeline import BASELINE, NightLine, Timeline
from sandbox.report.figures import CLUSTERED, percent, span
from sandbox.report.gap_text import points
from sandbox.report.sheet import NOTHING, Sheet
from sandbox.report.transcript_lines import count, one_line

WORDS = {BASELINE: "baseline", HOLDS: "holds", WORSE: "WORSE", MACHINE: "the machine drifts"}


def sheet(found: Timeline, last: int | None = None) -> Sheet:
    """One row a night, the oldest first."""
    shown = found.last(last)
    # Where no two nights began on one day, the day says which is meant.
    length = 10 if len({line.at[:10] for line in shown}) == len(shown) else 16
    sums = "CUSUM" if found.limit is None else f"CUSUM of {found.limit:.1f}"
    return Sheet(
        title=f"{one_line(found.candidate, 200)}: {WORDS[found.state]}",
        names=("night",),
        figures=("run", "n", "rate", CLUSTERED, "change", "always-valid", "p", sums, "says"),
        words=frozenset({"run", "says"}),
        dispensable=("run", "n", "p", sums),
        rows=[_row(line, length) for line in shown],
    )


def _row(line: NightLine, length: int) -> list[str]:
    cells = [line.at[:length].replace("T", " "), line.run, f"{line.accepted}/{line.trials}", percent(line.rate)]
    cells.append(span(line.interval))
    if line.low is None or line.high is None or line.p is None or line.cusum is None:
        return [*cells, *(NOTHING,) * 4, WORDS[line.state]]
    cells += [points(line.change), f"{points(line.low)} to {points(line.high)}", f"{line.p:.2g}"]
    mark = " !" if line.alarm else ""
    return [*cells, f"{line.cusum:.1f}{mark}", WORDS[line.state]]


def remarks(found: Sequence[Timeline], held_out: int = 0) -> Iterator[str]:
    """What has to be said beside the tables.

    Args:
        held_out: tasks that are held out.
    """
    tested = [one for one in found if one.limit is not None]
    if tested:
        yield (
            "Change: all nights since the baseline minus the baseline, in points, over the tasks that both have; its "
            "interval holds on all nights at once, so it may be looked at every night."
        )
        quiet = f"in {100 * RATE:.0f}% of years of {YEAR} quiet nights"
        yield f"CUSUM only tells (!: above its limit, {quiet}); it fails nothing."
    for one in found:
        if one.lines and one.limit is None:
            nights = count(len(one.lines), "night", "nights")
            yield f"{one.candidate}: {nights}, all of them baseline: nothing is tested yet."
        if not one.lines:
            yield f"{one.candidate}: no night has a verdict."
        if one.since is not None:
            yield f"{one.candidate}: likeliest worse since {one.since}."
        if one.state == WORSE and one.reference is None:
            yield f"{one.candidate}: there is no reference, so it may be the machine that drifts."
        if one.state == MACHINE:
            words = "got worse, so nothing is said of the candidate until that is mended"
            yield f"{one.candidate}: the reference {one.reference} {words}."
    if held_out:
        words = count(held_out, "held-out task is", "held-out tasks are")
        yield f"{words} in these figures, and in no other way told of."
