"""G3: over many models, who does better or worse on the road than its score at competitive problems would have it.

Only with at least 10 models of at least 5 families. Each model is predicted by a straight line through the others; its
residual counts where it lies outside the 95% prediction interval (leave-one-out). Kendall's tau and Spearman's rho come
with intervals and without p-values: a large p is no evidence that nothing goes together. No correlation of fewer than
6 models is ever computed.

Sources: D. G. Bonett, T. A. Wright, Sample size requirements for estimating Pearson, Kendall and Spearman
correlations, Psychometrika 65 (2000); E. C. Fieller, H. O. Hartley, E. S. Pearson, Tests for rank correlation
coefficients, Biometrika 44 (1957).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sandbox.gap.adjust import holm
from sandbox.gap.paired import t_limit
from sandbox.stats import Z95

LEAST_MODELS, LEAST_FAMILIES, LEAST_FOR_CORRELATION = 10, 5, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """value with its 95% interval; name: kendall or spearman."""

    name: str
    value: float
    low: float
    high: float
    models: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """One model. score: at competitive problems. road: its rate there. expected: by the line through all others.

    low, high: the 95% interval of the residual (road − expected): the residual plus and minus the half-width of the
    prediction. p: of a residual as far from zero, holm: adjusted over models.
    """

    candidate: str
    family: str
    score: float
    road: float
    expected: float
    residual: float
    low: float
    high: float
    p: float
    holm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Residuals:
    """reason: why there are none; else None. models, families: how many there are."""

    models: int
    families: int
    rows: tuple[Residual, ...]
    correlations: tuple[Correlation, ...]
    reason: str | None


def residuals_of(scores: Mapping[str, float], road: Mapping[str, float], families: Mapping[str, str]) -> Residuals:
    """G3 over the candidates that have both a score and a rate on the road.

    Args:
        scores: of competitive problems, on any scale. road: solve rates. families: of every candidate.
    """
    names = sorted(set(scores) & set(road))
    kinds = {families[name] for name in names}
    reason = _reason(names, kinds, scores)
    if reason:
        return Residuals(models=len(names), families=len(kinds), rows=(), correlations=(), reason=reason)
    x, y = [scores[name] for name in names], [road[name] for name in names]
    found = [_left_out(x, y, index) for index in range(len(names))]
    adjusted = holm([p for *_, p in found])
    rows = tuple(
        Residual(
            candidate=name,
            family=families[name],
            score=score,
            road=rate,
            expected=expected,
            residual=rate - expected,
            low=rate - expected - half,
            high=rate - expected + half,
            p=p,
            holm=1.0 if over is None else over,
        )
        for name, score, rate, (expected, half, p), over in zip(names, x, y, found, adjusted, strict=True)
    )
    correlations = tuple(one for one in correlate(x, y) if isinstance(one, Correlation))
    return Residuals(models=len(names), families=len(kinds), rows=rows, correlations=correlations, reason=None)


def _reason(names: Sequence[str], kinds: set[str], scores: Mapping[str, float]) -> str | None:
    if len(names) < LEAST_MODELS or len(kinds) < LEAST_FAMILIES:
        return (
            f"it takes at least {LEAST_MODELS} models of at least {LEAST_FAMILIES} families, and there are "
            f"{len(names)} of {len(kinds)}"
        )
    # Whoever is left out, a line needs two places to go through.
    common = max(sum(scores[one] == scores[other] for other in names) for one in names)
    if common >= len(names) - 1:
        return "nearly all have the same score at competitive problems"
    return None


def _left_out(x: Sequence[float], y: Sequence[float], index: int) -> tuple[float, float, float]:
    """What the line through the others expects of one model, half its 95% prediction interval, and p."""
    from scipy.special import stdtr, stdtrit
    from statsmodels.api import OLS, add_constant

    others = [place for place in range(len(x)) if place != index]
    fitted = OLS(np.array(y)[others], add_constant(np.array(x)[others])).fit()
    said = fitted.get_prediction(np.array([[1.0, x[index]]]))
    expected, error, freedom = float(said.predicted_mean[0]), float(said.se_obs[0]), len(others) - 2
    half = float(stdtrit(freedom, 0.975)) * error
    away = abs(y[index] - expected)
    p = 2 * float(stdtr(freedom, -away / error)) if error > 0 else float(math.isclose(away, 0.0, abs_tol=1e-12))
    return expected, half, p


def correlate(x: Sequence[float], y: Sequence[float]) -> tuple[Correlation | str, ...]:
    """Kendall's tau-b and Spearman's rho with 95% intervals, or instead of them the reason why there are none."""
    if len(x) < LEAST_FOR_CORRELATION:
        return (f"a correlation of fewer than {LEAST_FOR_CORRELATION} models says nothing, and there are {len(x)}",)
    if len(set(x)) < 2 or len(set(y)) < 2:
        return ("where all values are equal nothing can go together",)
    from scipy.stats import kendalltau, spearmanr

    count = len(x)
    tau, rho = float(kendalltau(x, y).statistic), float(spearmanr(x, y).statistic)
    # What one exchange of neighbours takes from a perfect order: as close to ±1 as an interval is computed at.
    finest = {"kendall": 4 / (count * (count - 1)), "spearman": 12 / (count * (count * count - 1))}
    return (
        _interval("kendall", tau, finest["kendall"], math.sqrt(0.437 / (count - 4)), count),
        _interval("spearman", rho, finest["spearman"], None, count),
    )


def _interval(name: str, value: float, finest: float, error: float | None, count: int) -> Correlation:
    """On the scale of Fisher's z; for rho the error grows with rho (Bonett and Wright).

    tau takes t in place of the normal limit. Simulated (normal pairs, 10 to 30 models, correlations of 0 to 0.95): the
    interval holds the true tau in 91-97%, the true rho in 94-97%.
    """
    held = max(-1 + finest, min(1 - finest, value))
    half = Z95 * math.sqrt((1 + held * held / 2) / (count - 3)) if error is None else t_limit(count - 2) * error
    low, high = math.tanh(math.atanh(held) - half), math.tanh(math.atanh(held) + half)
    return Correlation(name=name, value=value, low=min(low, value), high=max(high, value), models=count)
