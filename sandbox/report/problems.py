"""Competitive-programming problems: what candidates solved, by the rules of contests, and a rating from it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.cp.handed_in import sitting_of
from sandbox.cp.problem import Verdict
from sandbox.cp.rating import Faced, Rating, rate
from sandbox.cp.scores import CandidateScore, candidate_score
from sandbox.cp.sitting import Attempt, Sitting, result
from sandbox.report.figures import INTERVAL, percent
from sandbox.report.repeats import as_data as repeats_as_data
from sandbox.report.sheet import NOTHING, Sheet
from sandbox.score import NO_VERDICT

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemRow:
    """One candidate under one condition. rating: None where no problem has a place on a scale."""

    candidate: str
    condition: str
    score: CandidateScore
    rating: Rating | None


def problem_rows(records: Iterable[Record], ks: Sequence[int] = ()) -> list[ProblemRow]:
    """A row for each candidate and condition that met a problem, the best rating first.

    Args:
        ks: of pass@k and pass^k, as for `repeats.pass_rows`.
    """
    groups: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        if "problem" in record:
            groups.setdefault((record["candidate"], record["condition"]), []).append(record)
    rows = [
        ProblemRow(
            candidate=candidate,
            condition=condition,
            score=candidate_score(map(_sitting, held), ks),
            rating=rate(_faced(held)),
        )
        for (candidate, condition), held in groups.items()
    ]
    return sorted(rows, key=lambda row: (row.condition, -(row.rating.rating if row.rating else 0.0), row.candidate))


def _sitting(record: Record) -> Sitting:
    """A trial without a verdict is one in which the judge failed."""
    if record["verdict"] not in NO_VERDICT:
        return sitting_of(record)
    about = record["problem"]
    return Sitting(
        problem=f"{record['suite']}/{record['task']}",
        repeat=record["repeat"],
        is_scoring=about["scoring"],
        full=about["full"],
        attempts=(Attempt(verdict=Verdict.JE),),
    )


def _faced(records: Iterable[Record]) -> list[Faced]:
    outcomes: dict[str, list[float]] = {}
    about: dict[str, Record] = {}
    for record in records:
        if record["verdict"] in NO_VERDICT:
            continue
        sitting = sitting_of(record)
        outcomes.setdefault(sitting.problem, []).append(result(sitting).fraction or 0.0)
        about[sitting.problem] = record["problem"]
    return [
        Faced(
            problem=name,
            outcomes=tuple(found),
            difficulty=about[name]["rating"],
            tier=about[name]["tier"],
        )
        for name, found in outcomes.items()
    ]


def tables(rows: Sequence[ProblemRow]) -> list[Sheet]:
    """One table: what was solved, at which cost, and the rating; pass@k and pass^k of the largest k."""
    several = len({row.condition for row in rows}) > 1
    names = ["candidate", "condition"] if several else ["candidate"]
    repeated = any(row.score.passes for row in rows)
    passes = ("k", "pass@k", "pass^k") if repeated else ()
    figures = ("solved", "problems", "attempts", "rejected", "penalty", "points", *passes, "rating", "± SE", INTERVAL)
    cells = [_cells(row) for row in rows]
    return [
        Sheet(
            title="Competitive problems (CP-style scores)",
            names=names,
            figures=figures,
            dispensable=("rejected", "attempts", "penalty", "± SE"),
            rows=[[cell[heading] for heading in (*names, *figures)] for cell in cells],
        )
    ]


def _cells(row: ProblemRow) -> dict[str, str]:
    score, rating = row.score, row.rating
    last = score.passes[-1] if score.passes else None
    return {
        "candidate": row.candidate,
        "condition": row.condition,
        "solved": f"{score.solved}/{score.sittings}",
        "problems": f"{score.problems_solved}/{score.problems}",
        "attempts": str(score.attempts),
        "rejected": str(score.rejected),
        "penalty": f"{score.penalty} min" if score.solved else NOTHING,
        "points": _points(score),
        "k": NOTHING if last is None else str(last.k),
        "pass@k": percent(None if last is None else last.at.value),
        "pass^k": percent(None if last is None else last.hat.value),
        "rating": NOTHING if rating is None else f"{rating.rating:.0f}",
        "± SE": NOTHING if rating is None else f"{max(rating.se, rating.bootstrap_se or 0.0):.0f}",
        INTERVAL: NOTHING if rating is None else "{:.0f} to {:.0f}".format(*rating.interval),
    }


def _points(score: CandidateScore) -> str:
    if score.points_full is None:
        return f"{score.points:g}"
    return f"{score.points:.4g}/{score.points_full:g}" if score.points_full else NOTHING


def remarks(rows: Sequence[ProblemRow]) -> list[str]:
    """What has to be said wherever a rating is shown."""
    said: dict[str, list[str]] = {}
    for row in rows:
        for sentence in _sentences(row):
            said.setdefault(sentence, []).append(f"{row.candidate} ({row.condition})")
    everybody = len(rows)
    return [
        f"Rating: {sentence}" if len(names) == everybody else f"Rating of {', '.join(names)}: {sentence}"
        for sentence, names in said.items()
    ]


def _sentences(row: ProblemRow) -> list[str]:
    if row.rating is None:
        return ["none can be given: no problem has a tier, or a rating of a human contest."]
    parts = row.rating.caveat.split(". ")
    return [part if part.endswith(".") else f"{part}." for part in parts]


def as_data(rows: Iterable[ProblemRow]) -> list[dict[str, Any]]:
    """The rows for --json."""
    return [
        {
            "candidate": row.candidate,
            "condition": row.condition,
            "problems": row.score.problems,
            "trials": row.score.sittings,
            "no_verdict": row.score.no_verdict,
            "solved": row.score.solved,
            "problems_solved": row.score.problems_solved,
            "rate": row.score.rate.value,
            "rate_interval": list(row.score.rate.interval) if row.score.rate.interval else None,
            "attempts": row.score.attempts,
            "rejected": row.score.rejected,
            "penalty_minutes": row.score.penalty,
            "points": row.score.points,
            "points_full": row.score.points_full,
            "pass_at_k": [
                {name: value for name, value in found.items() if name not in ("candidate", "condition")}
                for found in repeats_as_data(row.score.passes)
            ],
            "rating": None if row.rating is None else {**asdict(row.rating), "interval": list(row.rating.interval)},
        }
        for row in rows
    ]
