"""Years of nights whose truth is known, for trying the tests on. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.nights.counts import Counts, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Years:
    """What is simulated.

    shape: parameters of the beta law that tasks' rates are drawn from. baseline: nights in it. drop: what is lost from
    night `since` on, in mean rate. night_effect: standard deviation of what a night does to all tasks, on the logit
    scale.
    """

    tasks: int = 60
    repeats: int = 3
    baseline: int = 7
    nights: int = 365
    shape: tuple[float, float] = (2.0, 1.0)
    drop: float = 0.0
    since: int = 0
    night_effect: float = 0.0


def draw(years: Years, many: int, seed: int) -> tuple[Counts, Counts]:
    """So many baselines and the nights after them, both of shape (many, nights, tasks)."""
    random = np.random.default_rng(seed)
    rates = random.beta(*years.shape, (many, years.tasks))
    all_nights = years.baseline + years.nights
    logits = np.log(rates / (1 - rates))[:, None, :] + random.normal(0, years.night_effect, (many, all_nights, 1))
    chances = 1 / (1 + np.exp(-logits)) if years.night_effect else np.repeat(rates[:, None, :], all_nights, axis=1)
    if years.drop:
        chances[:, years.baseline + years.since :] = _lowered(rates, years.drop)[:, None, :]
    found = random.binomial(years.repeats, chances).astype(np.float64)
    first, rest = found[:, : years.baseline], found[:, years.baseline :]
    repeats = float(years.repeats)
    one, two = (Counts(accepted=part, trials=np.full(part.shape, repeats)) for part in (first, rest))
    return one, two


def _lowered(rates: Floats, drop: float) -> Floats:
    """Rates that are less by so much in the mean, each on the logit scale by the same."""
    logits = np.log(rates / (1 - rates))
    low, high = np.zeros((len(rates), 1)), np.full((len(rates), 1), 40.0)
    for _ in range(60):
        middle = (low + high) / 2
        lost = (rates - 1 / (1 + np.exp(middle - logits))).mean(axis=1, keepdims=True)
        low, high = np.where(lost < drop, middle, low), np.where(lost < drop, high, middle)
    lowered: Floats = 1 / (1 + np.exp(high - logits))
    return lowered
