"""The standings: one row for each candidate, from terminal records alone. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from sandbox.score import NO_VERDICT
from sandbox.stats import wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One candidate under one condition.

    judged: trials with a verdict about the candidate (the denominator).
    no_verdict: infra-error and judge-error, outside every rate.
    interval: Wilson's 95% interval of accepted/judged, or None without trials.
    faulty: calls with at least one fault of their own. recovered: those of them that were put right.
    """

    candidate: str
    condition: str
    judged: int
    accepted: int
    verdicts: Mapping[str, int]
    no_verdict: int
    interval: tuple[float, float] | None
    calls: int
    faulty: int
    recovered: int
    wall_s: float
    tokens: int
    cost_usd: float | None

    @property
    def rate(self) -> float | None:
        """Accepted over judged."""
        return self.accepted / self.judged if self.judged else None


def standings(records: Iterable[Mapping[str, Any]]) -> list[Standing]:
    """Standings, best first; ties by name."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for record in records:
        groups.setdefault((record["candidate"], record["condition"]), []).append(record)
    rows = [_standing(name, condition, group) for (name, condition), group in groups.items()]
    return sorted(rows, key=lambda row: (-(row.rate if row.rate is not None else -1.0), row.candidate, row.condition))


def _standing(candidate: str, condition: str, records: Sequence[Mapping[str, Any]]) -> Standing:
    verdicts = Counter(record["verdict"] for record in records)
    no_verdict = sum(count for verdict, count in verdicts.items() if verdict in NO_VERDICT)
    judged = len(records) - no_verdict
    calls = [record["calls"] for record in records]
    costs = [record["usage"]["cost_usd"] for record in records]
    return Standing(
        candidate=candidate,
        condition=condition,
        judged=judged,
        accepted=verdicts["accepted"],
        verdicts=dict(verdicts),
        no_verdict=no_verdict,
        interval=wilson(verdicts["accepted"], judged),
        calls=sum(call["total"] for call in calls),
        faulty=sum(call.get("faulty", call["total"] - call["valid"]) for call in calls),
        recovered=sum(call["recovered"] for call in calls),
        wall_s=sum(record["time"]["wall_s"] for record in records),
        tokens=sum(record["usage"]["prompt_tokens"] + record["usage"]["completion_tokens"] for record in records),
        cost_usd=None if None in costs else sum(costs),
    )


# In the order in which columns go where the terminal is narrow.
DISPENSABLE = ("wall", "recovered", "95% interval", "calls")
NARROW = 110


def table(rows: Sequence[Standing], *, width: int = 140) -> Table:
    """The standings as a table for a terminal of `width` columns; names are never cut."""
    headings = ["accepted", "rate", "95% interval", "other verdicts", "calls", "faulty", "recovered", "wall"]
    longest = max((len(row.candidate) for row in rows), default=0)
    for heading in DISPENSABLE[: max(0, (NARROW + longest - 18 - width + 9) // 10)]:
        headings.remove(heading)
    several = len({row.condition for row in rows}) > 1
    made = Table(title="Standings", title_justify="left", header_style="bold")
    made.add_column("candidate", overflow="fold")
    if several:
        made.add_column("condition", overflow="fold")
    for heading in headings:
        made.add_column(heading, justify="left" if heading == "other verdicts" else "right", overflow="fold")
    for row in rows:
        cells = _cells(row)
        names = [row.candidate, *([row.condition] if several else [])]
        made.add_row(*(Text(cell) for cell in [*names, *(cells[heading] for heading in headings)]))
    return made


def _cells(row: Standing) -> dict[str, str]:
    return {
        "accepted": f"{row.accepted}/{row.judged}",
        "rate": _percent(row.rate),
        "95% interval": _interval(row.interval),
        "other verdicts": _others(row),
        "calls": str(row.calls),
        "faulty": str(row.faulty),
        "recovered": str(row.recovered) if row.faulty else "–",
        "wall": f"{row.wall_s:.1f}s",
    }


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.0f}%"


def _interval(interval: tuple[float, float] | None) -> str:
    return "–" if interval is None else f"{100 * interval[0]:.0f}–{100 * interval[1]:.0f}%"


def _others(row: Standing) -> str:
    parts = [f"{count} {verdict}" for verdict, count in sorted(row.verdicts.items()) if verdict != "accepted"]
    return ", ".join(parts) or "–"


def trials_table(records: Iterable[Mapping[str, Any]]) -> Table:
    """Every trial on a line of its own."""
    made = Table(title="Trials", title_justify="left", header_style="bold")
    for heading in ("task", "candidate", "condition", "verdict", "reason", "calls", "faults", "wall"):
        made.add_column(heading, justify="right" if heading in ("calls", "wall") else "left", overflow="fold")
    for record in records:
        faults = ", ".join(f"{label}×{count}" for label, count in record["calls"]["faults"].items()) or "–"
        condition = f"{record['condition']}/{record['repeat']}"
        cells = [f"{record['suite']}/{record['task']}", record["candidate"], condition, record["verdict"]]
        cells += [record["reason"], str(record["calls"]["total"]), faults, f"{record['time']['wall_s']:.1f}s"]
        made.add_row(*(Text(cell) for cell in cells))
    return made


def remarks(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """What has to be said beside the table: trials without a verdict, and trials with a flag."""
    lost = [record for record in records if record["verdict"] in NO_VERDICT]
    lines = [f"{len(lost)} of {len(records)} trials have no verdict and count in no rate:"] if lost else []
    lines += [f"  {record['trial']}: {record['verdict']}: {record['reason']}" for record in lost]
    flags = Counter(flag for record in records for flag in record.get("flags", ()))
    return lines + [
        f"{count} of {len(records)} trials: {FLAGS.get(flag, flag)}" for flag, count in sorted(flags.items())
    ]


FLAGS = {
    "history-stopped": "later states of the workspace are not in the history",
    "out-of-memory": "the kernel killed processes of the candidate for lack of memory",
    "plain-exec": "the image has no Python, so tools ran through docker exec, more slowly",
    "replay-diverged": "tools, states or verdicts were other than in the recording (roadtest show says which)",
    "sealed-tree-differs": "the workspace at the end was other than its calls had left it; what was found was judged",
    "state-unknown": "for a while the workspace was over its bounds, and its state is not in the history",
    "tool-host-lost": "the tool host died or its channel broke, and was started anew",
}


def as_data(rows: Sequence[Standing]) -> list[dict[str, Any]]:
    """The standings for --json."""
    return [
        {
            "candidate": row.candidate,
            "condition": row.condition,
            "judged": row.judged,
            "accepted": row.accepted,
            "rate": row.rate,
            "interval": list(row.interval) if row.interval else None,
            "verdicts": dict(row.verdicts),
            "no_verdict": row.no_verdict,
            "calls": row.calls,
            "faulty": row.faulty,
            "recovered": row.recovered,
            "wall_s": round(row.wall_s, 3),
            "tokens": row.tokens,
            "cost_usd": row.cost_usd,
        }
        for row in rows
    ]
