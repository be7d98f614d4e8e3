"""Judgements for people and machines. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.cp.problem import Problem, Verdict
from sandbox.cp.rates import Rate, Rates
from sandbox.cp.tally import CaseResult, Outcome


def case_data(name: str, result: CaseResult) -> dict[str, Any]:
    """One case for --json."""
    return {
        "case": name,
        "verdict": str(result.verdict),
        "time_s": result.time_s,
        "wall_s": result.wall_s,
        "memory_mb": result.memory_mb,
        "score": result.score,
        "message": result.message,
    }


def submission_data(path: str, language: str, outcome: Outcome, compiler: str) -> dict[str, Any]:
    """One submission for --json."""
    failing = outcome.judged.get(outcome.first_failing) if outcome.first_failing else None
    first = None
    if failing is not None:
        first = {"case": outcome.first_failing, "verdict": str(failing.verdict), "message": failing.message}
    return {
        "path": path,
        "language": language,
        "verdict": str(outcome.verdict),
        "score": outcome.score,
        "time_s": outcome.time_s,
        "memory_mb": outcome.memory_mb,
        "message": outcome.message,
        "first_failing": first,
        "groups": dict(outcome.groups),
        "cases": [case_data(name, result) for name, result in outcome.judged.items()],
        "compiler_output": compiler,
    }


def problem_data(problem: Problem, limit_s: float, limit_from: str, submissions: Sequence[Any]) -> dict[str, Any]:
    """A problem with its submissions for --json."""
    return {
        "problem": problem.id,
        "format": problem.format,
        "limit_s": limit_s,
        "limit_from": limit_from,
        "submissions": list(submissions),
    }


def rates_lines(found: Rates) -> list[str]:
    """Label by verdict, what disagrees, and the two rates."""
    verdicts = [verdict for verdict in Verdict if any(verdict in row for row in found.table.values())]
    widest = max((len(label) for label in found.table), default=0)
    lines = [" ".join([" " * widest, *(f"{verdict:>4}" for verdict in verdicts)])]
    lines += [_row(label, row, verdicts, widest) for label, row in sorted(found.table.items())]
    lines += [f"disagrees: {one.problem}: {one.submission}: {one.reason}" for one in found.disagreements]
    lines.append(f"TPR {_rate(found.tpr)}   TNR {_rate(found.tnr)}   as labelled {_rate(found.agreement)}")
    return lines


def _row(label: str, row: Mapping[Verdict, int], verdicts: Sequence[Verdict], widest: int) -> str:
    return " ".join([label.ljust(widest), *(f"{row.get(verdict, 0) or '·':>4}" for verdict in verdicts)])


def _rate(rate: Rate) -> str:
    if rate.rate is None or rate.interval is None:
        return "– (none)"
    low, high = rate.interval
    return f"{rate.rate:.3f} ({rate.right}/{rate.total}, 95% {low:.3f}–{high:.3f})"
