"""The standings: one row for each candidate, from terminal records alone. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.report.figures import CLUSTERED, INTERVAL, money, percent, span
from sandbox.report.sheet import NOTHING, Sheet
from sandbox.report.transcript_lines import count as in_words
from sandbox.score import NO_VERDICT
from sandbox.stats import Share, clustered_share

# Beyond so many a list of trials helps nobody.
MOST_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Tokens, and US dollars; None where some price is not known."""

    tokens: int
    cost_usd: float | None

    def __bool__(self) -> bool:
        return bool(self.tokens or self.cost_usd != 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One candidate under one condition.

    share: accepted of judged, by task. Repeats of a task go alike more often than trials of different tasks do, so the
    interval is Wilson's on the effective number of trials (`clustered_share`); with one trial of each task that is
    plain Wilson. repeated: whether some task has two or more trials with a verdict.
    no_verdict: infra-error and judge-error, outside every rate.
    faulty: calls with at least one fault of their own. recovered: those of them that were put right.
    tokens, cost_usd: of all attempts (None: some price is not known). of_which_aside: of those that were set aside.
    """

    candidate: str
    condition: str
    share: Share
    repeated: bool
    verdicts: Mapping[str, int]
    no_verdict: int
    calls: int
    faulty: int
    recovered: int
    wall_s: float
    tokens: int
    cost_usd: float | None
    of_which_aside: Spent

    @property
    def judged(self) -> int:
        """Trials with a verdict about the candidate: the denominator."""
        return self.share.total

    @property
    def accepted(self) -> int:
        """Those of them that were accepted."""
        return self.share.successes

    @property
    def rate(self) -> float | None:
        """Accepted over judged."""
        return self.share.rate

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95% interval of the rate; None without trials."""
        return self.share.interval


def standings(records: Iterable[Mapping[str, Any]]) -> list[Standing]:
    """Standings, best first; ties by name."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for record in records:
        groups.setdefault((record["candidate"], record["condition"]), []).append(record)
    rows = [_standing(name, condition, group) for (name, condition), group in groups.items()]
    return sorted(rows, key=lambda row: (-(row.rate if row.rate is not None else -1.0), row.candidate, row.condition))


def _standing(candidate: str, condition: str, records: Sequence[Mapping[str, Any]]) -> Standing:
    verdicts = Counter(record["verdict"] for record in records)
    tasks = by_task(records)
    calls = [record["calls"] for record in records]
    aside = _asides(records)
    spent = _spent([*(record["usage"] for record in records), *aside])
    return Standing(
        candidate=candidate,
        condition=condition,
        share=clustered_share(tasks.values(), wary=True),
        repeated=any(judged > 1 for _, judged in tasks.values()),
        verdicts=dict(verdicts),
        no_verdict=sum(count for verdict, count in verdicts.items() if verdict in NO_VERDICT),
        calls=sum(call["total"] for call in calls),
        faulty=sum(call.get("faulty", call["total"] - call["valid"]) for call in calls),
        recovered=sum(call["recovered"] for call in calls),
        wall_s=sum(record["time"]["wall_s"] for record in records),
        tokens=spent.tokens,
        cost_usd=spent.cost_usd,
        of_which_aside=_spent(aside),
    )


def _asides(records: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [record["usage_set_aside"] for record in records if "usage_set_aside" in record]


def _spent(usages: Iterable[Mapping[str, Any]]) -> Spent:
    found = list(usages)
    costs = [usage["cost_usd"] for usage in found]
    tokens = sum(usage["prompt_tokens"] + usage["completion_tokens"] for usage in found)
    return Spent(tokens=tokens, cost_usd=None if None in costs else sum(costs))


def by_task(records: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], tuple[int, int]]:
    """Of each task, named by suite and id, how many trials were accepted and how many have a verdict."""
    tasks: dict[tuple[str, str], tuple[int, int]] = {}
    for record in records:
        key = record["suite"], record["task"]
        accepted, judged = tasks.get(key, (0, 0))
        verdict = record["verdict"]
        tasks[key] = accepted + (verdict == "accepted"), judged + (verdict not in NO_VERDICT)
    return tasks


def table(rows: Sequence[Standing]) -> Sheet:
    """The standings; on a narrow terminal without some of what `roadtest calls` tells too.

    Tokens and cost are shown where some candidate took any.
    """
    names = ["candidate", "condition"] if len({row.condition for row in rows}) > 1 else ["candidate"]
    spent = ["tokens", "cost"] if any(row.tokens or row.cost_usd != 0 for row in rows) else []
    figures = ["accepted", "rate", interval_heading(rows), "other verdicts", "calls", "faulty", "recovered", *spent]
    figures.append("wall")
    return Sheet(
        title="Standings",
        names=names,
        figures=figures,
        words=frozenset({"other verdicts"}),
        dispensable=("wall", "tokens", "recovered", "calls", "faulty", "cost"),
        rows=[[_cells(row)[heading] for heading in (*names, *figures)] for row in rows],
    )


def interval_heading(rows: Iterable[Standing]) -> str:
    """What intervals are called: those over repeated tasks go by another name."""
    return CLUSTERED if any(row.repeated for row in rows) else INTERVAL


def _cells(row: Standing) -> dict[str, str]:
    return {
        "candidate": row.candidate,
        "condition": row.condition,
        "accepted": f"{row.accepted}/{row.judged}",
        "rate": percent(row.rate),
        INTERVAL: span(row.interval),
        CLUSTERED: span(row.interval),
        "other verdicts": _others(row),
        "calls": str(row.calls),
        "faulty": str(row.faulty),
        "recovered": str(row.recovered) if row.faulty else NOTHING,
        "tokens": f"{row.tokens:,}" if row.tokens else NOTHING,
        "cost": money(row.cost_usd),
        "wall": f"{row.wall_s:.1f}s",
    }


def _others(row: Standing) -> str:
    parts = [f"{count} {verdict}" for verdict, count in sorted(row.verdicts.items()) if verdict != "accepted"]
    return ", ".join(parts) or NOTHING


def trials_table(records: Iterable[Mapping[str, Any]]) -> Sheet:
    """Every trial on a line of its own."""
    return Sheet(
        title="Trials",
        names=("task", "candidate", "condition"),
        figures=("verdict", "reason", "calls", "faults", "wall"),
        words=frozenset({"verdict", "reason", "faults"}),
        rows=[_trial(record) for record in records],
    )


def _trial(record: Mapping[str, Any]) -> list[str]:
    faults = ", ".join(f"{label}×{count}" for label, count in record["calls"]["faults"].items()) or NOTHING
    condition = f"{record['condition']}/{record['repeat']}"
    cells = [f"{record['suite']}/{record['task']}", record["candidate"], condition, record["verdict"]]
    return [*cells, record["reason"], str(record["calls"]["total"]), faults, f"{record['time']['wall_s']:.1f}s"]


def remarks(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """What has to be said beside the table: trials without a verdict, started more than once, or with a flag."""
    lost = [record for record in records if record["verdict"] in NO_VERDICT]
    every = in_words(len(records), "trial", "trials")
    verbs = ("has", "counts") if len(lost) == 1 else ("have", "count")
    lines = [f"{len(lost)} of {every} {verbs[0]} no verdict and {verbs[1]} in no rate:"] if lost else []
    lines += [f"  {record['trial']}: {record['verdict']}: {record['reason']}" for record in lost[:MOST_NAMED]]
    if len(lost) > MOST_NAMED:
        lines.append(f"  and {len(lost) - MOST_NAMED:,} more (results.jsonl has them all)")
    again = sum(record.get("attempts", 1) > 1 for record in records)
    lines += [f"{again} of {every} took more than one attempt"] if again else []
    lines += _set_aside(records)
    flags = Counter(flag for record in records for flag in record.get("flags", ()))
    return lines + [f"{count} of {every}: {FLAGS.get(flag, flag)}" for flag, count in sorted(flags.items())]


def _set_aside(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What was spent in attempts that were set aside, as far as records tell."""
    names = dict.fromkeys(record["candidate"] for record in records)
    by_name = {name: [one for one in records if one["candidate"] == name] for name in names}
    spent = {name: _spent(_asides(group)) for name, group in by_name.items()}
    if any(spent.values()):
        parts = [f"{one.tokens:,} tokens and {_cost(one)} by {name}" for name, one in spent.items() if one]
        yield f"Of the tokens and cost, attempts that were set aside took: {'; '.join(parts)}"
    if untold := sum(record.get("attempts", 1) > 1 and "usage_set_aside" not in record for record in records):
        of = "1 trial" if untold == 1 else f"{untold} trials"
        yield f"What earlier attempts at {of} took is in no figure: an older version ran them and did not note it"


def _cost(spent: Spent) -> str:
    return "an unknown cost" if spent.cost_usd is None else money(spent.cost_usd)


FLAGS = {
    "history-stopped": "later states of the workspace are not in the history",
    "out-of-memory": "the kernel killed processes of the candidate for lack of memory",
    "plain-exec": "the image has no Python, so tools ran through docker exec, more slowly",
    "checkpoints-sampled": "the candidate ran tests in more states than were judged; what came back may be more",
    "deadline-passed": "the deadline of the trial came before it had a verdict",
    "probing-stopped": "not every state could be checked, so some of what came back or broke may not be counted",
    "replay-diverged": "tools, states or verdicts were other than in the recording (roadtest show says which)",
    "sealed-tree-differs": "the workspace at the end was other than its calls had left it; what was found was judged",
    "state-unknown": "for a while the workspace was over its bounds, and its state is not in the history",
    "tool-host-lost": "the tool host died or its channel broke, and was started anew",
    "unstable": "a bug or a guard was right in one check of a state and wrong in another, and counts as neither",
}


def as_data(rows: Sequence[Standing]) -> list[dict[str, Any]]:
    """The standings for --json."""
    return [
        {
            "candidate": row.candidate,
            "condition": row.condition,
            **share_as_data(row),
            "verdicts": dict(row.verdicts),
            "no_verdict": row.no_verdict,
            "calls": row.calls,
            "faulty": row.faulty,
            "recovered": row.recovered,
            "wall_s": round(row.wall_s, 3),
            "tokens": row.tokens,
            "cost_usd": row.cost_usd,
            "tokens_set_aside": row.of_which_aside.tokens,
            "cost_usd_set_aside": row.of_which_aside.cost_usd,
        }
        for row in rows
    ]


def share_as_data(row: Standing) -> dict[str, Any]:
    """Accepted of judged, and what the interval rests on: `clustered_by` is null where no task has repeats."""
    return {
        "judged": row.judged,
        "accepted": row.accepted,
        "rate": row.rate,
        "interval": list(row.interval) if row.interval else None,
        "clustered_by": "task" if row.repeated else None,
        "tasks": row.share.clusters,
        "effective": round(row.share.effective, 2),
    }
