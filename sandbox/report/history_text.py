"""The history of nights in tables and remarks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from sandbox.nights.blame import HOLDS, MACHINE, WORSE
from sandbox.nights.cusum import RATE, YEAR
from sandbox.nights.timeline import BASELINE, UNTESTED, NightLine, Timeline
from sandbox.report.figures import CLUSTERED, percent, span
from sandbox.report.gap_text import points
from sandbox.report.sheet import NOTHING, Sheet
from sandbox.report.transcript_lines import count, one_line

# Characters of a date.
DAY = 10
WORDS = {
    BASELINE: "baseline",
    HOLDS: "holds",
    WORSE: "WORSE",
    MACHINE: "the machine drifts",
    UNTESTED: "not tested: other tasks",
}


def sheet(found: Timeline, last: int | None = None) -> Sheet:
    """One row a night, the oldest first."""
    shown = found.last(last)
    sums = "CUSUM" if found.limit is None else f"CUSUM of {found.limit:.1f}"
    return Sheet(
        title=f"{one_line(found.candidate, 200)}: {WORDS[found.state]}",
        names=("night",),
        figures=("run", "accepted", "rate", CLUSTERED, "change", "always-valid", "p", sums, "says"),
        words=frozenset({"run", "says"}),
        dispensable=("run", "accepted", "p", sums),
        rows=[_row(line, day) for line, day in zip(shown, days(shown), strict=True)],
    )


def days(lines: Sequence[NightLine]) -> list[str]:
    """When nights began: the day, and where two began on one day the minute."""
    length = DAY if len({line.at[:DAY] for line in lines}) == len(lines) else 16
    return [line.at[:length].replace("T", " ") for line in lines]


def _row(line: NightLine, day: str) -> list[str]:
    cells = [day, line.run, f"{line.accepted}/{line.trials}", percent(line.rate)]
    cells.append(span(line.interval))
    if line.low is None or line.high is None or line.p is None or line.cusum is None:
        return [*cells, *(NOTHING,) * 4, WORDS[line.state]]
    cells += [points(line.change), f"{points(line.low)} to {points(line.high)}", f"{line.p:.2g}"]
    mark = " !" if line.alarm else ""
    return [*cells, f"{line.cusum:.1f}{mark}", WORDS[line.state]]


def remarks(
    found: Sequence[Timeline], held_out: int = 0, wanted: Mapping[str, int] = MappingProxyType({})
) -> Iterator[str]:
    """What has to be said beside the tables.

    Args:
        held_out: tasks that are held out. wanted: by candidate of how many nights its baseline is to be.
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
            whole = wanted.get(one.candidate, 0)
            several = count(len(one.lines), "night, which is its baseline", "nights, all of them its baseline")
            nights = (
                f"{len(one.lines):,} of the {whole:,} nights of its baseline" if len(one.lines) < whole else several
            )
            yield f"{one.candidate}: {nights}: nothing is tested yet."
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
