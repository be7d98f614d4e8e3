"""Suites whose gap is known because it was built in: what the statistics are tried on.

The chance of a success is logistic in a sum of normal effects: of the repo, of the repo on this rung, of the candidate
in this repo on this rung, of the item, of the item on this rung. The constant is chosen so that the mean over all
repos and items there could be is exactly the rate asked for, so the true gap is the difference of two rates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rates = Mapping[str, Mapping[str, float]]
# Repos of a suite are of unequal sizes; these come round again and again.
UNEVEN = (1, 2, 3, 4, 6, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Standard deviations of the effects, on the logit scale."""

    repo: float = 0.5
    repo_on_rung: float = 0.5
    candidate_in_repo: float = 0.3
    item: float = 1.0
    item_on_rung: float = 0.5

    @property
    def total(self) -> float:
        """That of their sum."""
        parts = (self.repo, self.repo_on_rung, self.candidate_in_repo, self.item, self.item_on_rung)
        return math.hypot(*parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """What is simulated.

    rates: of each candidate its true solve rate on each rung, between 0 and 1, the same rungs for all.
    repos: how many. sizes: items in each of them, used in turn. repeats: trials of each item on each rung.
    """

    rates: Rates
    repos: int
    sizes: Sequence[int] = UNEVEN
    repeats: int = 3
    spread: Spread = Spread()

    @property
    def clusters(self) -> NDArray[np.intp]:
        """The repo of each item, shape (items,)."""
        sizes = [self.sizes[number % len(self.sizes)] for number in range(self.repos)]
        return np.repeat(np.arange(self.repos), sizes)

    def gap(self, candidate: str, lab: str, road: str) -> float:
        """The true G1: rate on the second rung minus that on the first."""
        return self.rates[candidate][road] - self.rates[candidate][lab]


def draw(suite: Suite, seed: int, suites: int = 1) -> dict[str, dict[str, NDArray[np.int64]]]:
    """Successes in so many simulated suites: by candidate and rung, shape (suites, items)."""
    random = np.random.default_rng(seed)
    spread, cluster = suite.spread, suite.clusters
    by_repo, by_item = (suites, suite.repos), (suites, cluster.size)
    shared = random.normal(0, spread.repo, by_repo)[:, cluster] + random.normal(0, spread.item, by_item)
    rungs = list(dict.fromkeys(rung for rates in suite.rates.values() for rung in rates))
    on_rung = {
        rung: random.normal(0, spread.repo_on_rung, by_repo)[:, cluster]
        + random.normal(0, spread.item_on_rung, by_item)
        for rung in rungs
    }
    found: dict[str, dict[str, NDArray[np.int64]]] = {}
    for name, rates in suite.rates.items():
        found[name] = {}
        for rung, rate in rates.items():
            own = random.normal(0, spread.candidate_in_repo, by_repo)[:, cluster]
            logit = _constant(rate, spread.total) + shared + on_rung[rung] + own
            found[name][rung] = random.binomial(suite.repeats, 1 / (1 + np.exp(-logit)))
    return found


def _constant(rate: float, spread: float) -> float:
    """The constant that makes the mean chance over all normal effects the rate."""
    if not 0 < rate < 1:
        return math.copysign(math.inf, rate - 0.5)
    points, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    low, high = -60.0, 60.0
    for _ in range(100):
        middle = (low + high) / 2
        mean = float(weights @ (1 / (1 + np.exp(-(middle + spread * points)))))
        low, high = (middle, high) if mean < rate else (low, middle)
    return (low + high) / 2


def records(suite: Suite, seed: int) -> list[dict[str, Any]]:
    """One simulated suite as records of trials, as in `schemas/result.v1.json`."""
    return list(_records(suite, seed))


def _records(suite: Suite, seed: int) -> Iterator[dict[str, Any]]:
    for candidate, rungs in draw(suite, seed).items():
        for rung, successes in rungs.items():
            for item, (repo, count) in enumerate(zip(suite.clusters, successes[0], strict=True)):
                for repeat in range(suite.repeats):
                    yield record(candidate, rung, f"item-{item:03}", f"repo-{repo:02}", repeat, repeat < count)


def record(candidate: str, rung: str, item: str, repo: str, repeat: int, solved: bool) -> dict[str, Any]:
    """The record of one trial of nobody's: of all but its outcome it says as little as the schema lets it."""
    task, condition = f"{item}-{rung}", "loop" if rung == "loop" else "field"
    times = dict.fromkeys(("wall_s", "model_s", "tool_s", "env_s", "judge_s"), 0.0)
    counts = ("checkpoints", "fixes", "regressions", "reintroductions", "state_cycles", "alternation_max", "index")
    return {
        "v": 1,
        "trial": f"simulated/{task}/{candidate.replace('/', '%2F')}/{condition}/{repeat}",
        "task": task,
        "suite": "simulated",
        "item": item,
        "rung": rung,
        "candidate": candidate,
        "condition": condition,
        "repeat": repeat,
        "judge": "black-box",
        "about": {"package": repo, "category": None, "difficulty": None, "kind": "own", "fixed_at": None},
        "verdict": "accepted" if solved else "wrong",
        "reason": "simulated",
        "score": float(solved),
        "bugs": {},
        "calls": {"total": 0, "valid": 0, "refused": 0, "faults": {}, "recovered": 0},
        "oscillation": {**dict.fromkeys(counts), "checkpoints": 0},
        "usage": {"model_calls": 0, "prompt_tokens": 0, "completion_tokens": 0, "cost_usd": 0.0},
        "time": times,
    }
