"""What `roadtest run --plan` prints: what would run, and what that may take at most. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sandbox.forecast import Bound, Forecast
from sandbox.report.sheet import NOTHING, Sheet
from sandbox.report.transcript_lines import count


def as_data(found: Forecast, left_out: Sequence[str]) -> dict[str, Any]:
    """The same as JSON. A bound is null where there is none; `…_replies`: replies that may come on top of it."""
    return {
        "trials": found.trials,
        "done": found.done,
        "left": found.trials - found.done,
        "by": [asdict(row) for row in found.rows],
        **_bound_data("most_cost_usd", found.cost_usd),
        **_bound_data("most_tokens", found.tokens),
        "attempts": found.attempts,
        **_bound_data("worst_cost_usd", found.worst_cost_usd),
        **_bound_data("worst_tokens", found.worst_tokens),
        "unbounded": {"cost": list(found.open_cost), "tokens": list(found.open_tokens)},
        "most_seconds": found.seconds,
        "most_wall_seconds": found.wall,
        "left_out": list(left_out),
        "keys": list(found.keys),
    }


def _bound_data(name: str, bound: Bound | None) -> dict[str, Any]:
    if bound is None:
        return {name: None, f"{name}_replies": None}
    amount: float = int(bound.amount) if bound.amount.is_integer() and name.endswith("tokens") else bound.amount
    return {name: amount, f"{name}_replies": bound.replies}


def table(found: Forecast) -> Sheet:
    """The trials by suite, condition and candidate; where some are finished, how many."""
    done = ["done"] if found.done else []
    figures = ["tasks", "repeats", "trials", *done]
    rows = []
    for row in found.rows:
        numbers = [row.tasks, row.repeats, row.trials, *([row.done] if done else [])]
        rows.append(
            [row.suite, row.condition, row.candidate, *(f"{number:,}" if number else NOTHING for number in numbers)]
        )
    return Sheet(title="Plan", names=("suite", "condition", "candidate"), figures=figures, rows=rows)


def lines(found: Forecast) -> Iterator[str]:
    """What the table comes to."""
    left = found.trials - found.done
    kept = f", {found.done:,} of them finished and {left:,} left" if found.done else ""
    yield f"{count(found.trials, 'trial', 'trials')}{kept}"
    for name in found.open_cost:
        if name in found.unpriced:
            yield f"cost: no upper bound: no price of candidate {name} is known; write its prices into candidates.toml"
        else:
            yield f"cost: no upper bound: candidate {name} has no limit on cost or tokens; give --limit cost=…"
    yield from _bound("cost", found.cost_usd, found.worst_cost_usd, found.attempts, _dollars)
    for name in found.open_tokens:
        yield f"tokens: no upper bound: candidate {name} has no limit on tokens; give --limit tokens=…"
    yield from _bound("tokens", found.tokens, found.worst_tokens, found.attempts, "{:,.0f}".format)
    yield (
        f"time: candidates work for at most {_hours(found.seconds)} in all, {_hours(found.wall)} side by side; "
        "building, judging, and what is lost to providers comes on top"
    )


def _bound(
    what: str, bound: Bound | None, worst: Bound | None, attempts: int, worded: Callable[[float], str]
) -> Iterator[str]:
    if bound is None:
        return
    more = ""
    if bound.replies:
        replies = count(bound.replies, "reply", "replies")
        more = f", and {replies} that may be under way when a limit is reached, of a size that is not known"
    yield f"{what}: at most {worded(bound.amount)}{more}"
    if worst is not None and worst != bound:
        yield f"{what}: at most {worded(worst.amount)} if no trial came to a verdict before attempt {attempts}"


def _dollars(amount: float) -> str:
    """Rounded up: it is a bound. What is less than a millionth is the computer's."""
    fine = math.ceil(round(amount * 1e4, 2)) / 1e4
    return f"${fine:,.2f}" if math.isclose(fine, round(fine, 2)) else f"${fine:,.4f}"


def _hours(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
