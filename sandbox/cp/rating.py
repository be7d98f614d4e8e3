"""A rating from problems solved and not, with difficulties taken as known. Pure.

Chance of solving a problem of difficulty d: p = 1/(1+10^((d−r)/400)), as in Elo's system. The rating r is the one most
likely after the fact under a normal prior (MAP), so it stays finite where all or nothing is solved. Its standard error
comes from the curvature there, which takes every attempt as independent; beside it stands one from a bootstrap over
problems, which sees that repeats of a problem go alike and that problems are harder or easier than their difficulty
says. The interval is the rating ± 1.96 times the larger of the two.

Outcomes between 0 and 1 (points over the most, of scoring problems) enter as shares of a success: a quasi-likelihood
(L. E. Papke, J. M. Wooldridge, J. Applied Econometrics 11 (1996)); for these the curvature errs on the wide side.

Two scales, never mixed. "human": difficulties of human contests, only where every problem has one. "internal": four
tiers that the authors of the problems set, at numbers of our own choosing; it says who solves more of these problems
and by how much, nothing about people, and never a percentile of them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sandbox.stats import Z95

# Difficulty by tier on the internal scale: a tier is ten times the odds, so candidates that differ in what tier they
# master differ by 400.
TIERS: Mapping[int, float] = {1: 800.0, 2: 1200.0, 3: 1600.0, 4: 2000.0}
# Mean and standard deviation of the prior. Internal: the middle of the tiers. Human: where contest systems start a
# newcomer. The deviation lets the prior weigh a third of one problem of matching difficulty (which alone has a standard
# error of 347), so that a handful of problems outweighs it, and still keeps a clean sweep within reach of the scale.
PRIORS: Mapping[str, tuple[float, float]] = {"internal": (1400.0, 600.0), "human": (1500.0, 600.0)}
RESAMPLES = 400

_SLOPE = math.log(10) / 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Faced:
    """A problem and what a candidate made of it.

    outcomes: one for each repeat, 0 to 1. difficulty: of human contests; tier: 1 to 4, ours; None where there is none.
    """

    problem: str
    outcomes: tuple[float, ...]
    difficulty: float | None = None
    tier: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A rating. scale: "internal" or "human". se: from the curvature; bootstrap_se: over problems, None with one alone.

    interval: 95%. n_problems, n_attempts: that it rests on. caveat: what has to be said wherever it is shown.
    """

    scale: str
    rating: float
    se: float
    bootstrap_se: float | None
    interval: tuple[float, float]
    n_problems: int
    n_attempts: int
    caveat: str


def chance(rating: float, difficulty: float) -> float:
    """The chance of solving a problem."""
    return 1 / (1 + math.exp(min(700.0, (difficulty - rating) * _SLOPE)))


def rate(faced: Iterable[Faced], *, resamples: int = RESAMPLES, seed: int = 0) -> Rating | None:
    """The rating of one candidate; None without any problem that has a place on the scale.

    Args:
        faced: each problem once. resamples: of the bootstrap. seed: of its draws.

    Raises:
        ValueError: an outcome is not within 0 to 1.
    """
    tried = [one for one in faced if one.outcomes]
    if not all(0 <= outcome <= 1 for one in tried for outcome in one.outcomes):
        raise ValueError("outcomes lie within 0 to 1")
    scale = "human" if tried and all(one.difficulty is not None for one in tried) else "internal"
    placed = [(place, one) for one in tried if (place := _place(one, scale)) is not None]
    if not placed:
        return None
    sums = [(place, len(one.outcomes), math.fsum(one.outcomes)) for place, one in placed]
    prior = PRIORS[scale]
    rating = _most_likely(sums, prior)
    se = _information(rating, sums, prior) ** -0.5
    spread = _bootstrap_se(sums, prior, resamples, random.Random(seed))
    reach = Z95 * max(se, spread or 0.0)
    return Rating(
        scale=scale,
        rating=rating,
        se=se,
        bootstrap_se=spread,
        interval=(rating - reach, rating + reach),
        n_problems=len(placed),
        n_attempts=sum(count for _, count, _ in sums),
        caveat=_caveat(scale, [one for _, one in placed], len(tried) - len(placed)),
    )


def _place(faced: Faced, scale: str) -> float | None:
    if scale == "human":
        return faced.difficulty
    return TIERS.get(faced.tier) if faced.tier is not None else None


# A problem as (difficulty, attempts, sum of outcomes).
_Sums = Sequence[tuple[float, int, float]]


def _most_likely(sums: _Sums, prior: tuple[float, float]) -> float:
    """Where the slope of the log posterior is 0: Newton's method, kept within bounds that halve."""
    pooled: dict[float, tuple[int, float]] = {}
    for place, count, solved in sums:
        before = pooled.get(place, (0, 0.0))
        pooled[place] = before[0] + count, before[1] + solved
    same = [(place, count, solved) for place, (count, solved) in pooled.items()]
    mean, deviation = prior
    # Beyond these the pull of the prior is more than all attempts together.
    reach = _SLOPE * sum(count for _, count, _ in same) * deviation**2
    low, high, rating = mean - reach, mean + reach, mean
    for _ in range(200):
        slope = _SLOPE * math.fsum(solved - count * chance(rating, place) for place, count, solved in same)
        slope -= (rating - mean) / deviation**2
        low, high = (rating, high) if slope > 0 else (low, rating)
        step = slope / _information(rating, same, prior)
        if abs(step) < 1e-7:
            break
        rating = rating + step if low < rating + step < high else (low + high) / 2
    return rating


def _information(rating: float, sums: _Sums, prior: tuple[float, float]) -> float:
    """The curvature of the log posterior, of which one over the root is the standard error."""
    chances = ((count, chance(rating, place)) for place, count, _ in sums)
    return math.fsum(_SLOPE**2 * count * p * (1 - p) for count, p in chances) + prior[1] ** -2


def _bootstrap_se(sums: _Sums, prior: tuple[float, float], resamples: int, draw: random.Random) -> float | None:
    count = len(sums)
    if count < 2 or resamples < 2:
        return None
    ratings = [_most_likely(draw.choices(sums, k=count), prior) for _ in range(resamples)]
    mean = math.fsum(ratings) / resamples
    variance = math.fsum((rating - mean) ** 2 for rating in ratings) / (resamples - 1)
    # Resamples of few problems vary less than samples do, by (n−1)/n.
    return math.sqrt(variance * count / (count - 1))


def _caveat(scale: str, faced: Sequence[Faced], left_out: int) -> str:
    if scale == "human":
        said = ["On the scale of the problems' contest difficulties, under conditions unlike a contest's."]
    else:
        said = ["CP-style score on an internal scale: difficulties are tiers set by authors, no people were measured."]
    outcomes = [outcome for one in faced for outcome in one.outcomes]
    if all(outcome == 1 for outcome in outcomes):
        said.append("Everything was solved: how far up is the prior's word.")
    if all(outcome == 0 for outcome in outcomes):
        said.append("Nothing was solved: how far down is the prior's word.")
    if partial := sum(any(0 < outcome < 1 for outcome in one.outcomes) for one in faced):
        said.append(f"Solved in part, counted as shares of a success: {partial} of {len(faced)} problems.")
    if left_out:
        said.append(f"Left out, as no tier places them on this scale: {left_out}.")
    return " ".join(said)
