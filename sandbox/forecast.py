"""What a plan may use up at most. Pure.

A candidate is asked as long as less than its limit is used up (value < bound), so a trial takes at most its limit and
one reply more. What a reply takes at most is known where it is known how much the model reads and writes at most; else
the bound is that of the limits, and it is said how often one reply may come on top of it. A cap on a run is gone over
by one reply of each trial at work. Replies that a provider fails to deliver are counted by nobody.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sandbox.caps import Caps
from sandbox.limits import Limits
from sandbox.plan import Plan, Trial

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What asking a candidate takes.

    reply_tokens: the most of one reply and what is sent for it; None: not known.
    reply_usd: what such a reply costs; None: not known.
    token_usd: what one token costs at most; None: no price is known.
    """

    reply_tokens: int | None
    reply_usd: float | None
    token_usd: float | None

    @property
    def priced(self) -> bool:
        """Whether it is known what it costs."""
        return self.token_usd is not None


FREE = Rate(reply_tokens=0, reply_usd=0.0, token_usd=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """At most `amount`, and on top of that so many replies of which nobody knows how much they take."""

    amount: float
    replies: int = 0


NOTHING = Bound(amount=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Trials of one suite, condition and candidate. done: of these, those that are finished already."""

    suite: str
    condition: str
    candidate: str
    tasks: int
    repeats: int
    trials: int
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a plan comes to; what is bounded are the trials that are left.

    tokens, cost_usd: None if some candidate has no bound; `open_tokens` and `open_cost` say which.
    worst_tokens, worst_cost_usd: the same if every trial were run `attempts` times for want of a verdict.
    unpriced: candidates of which no price is known.
    seconds: of all candidates together. wall: of them side by side, without building, judging, and what is lost
    to providers.
    """

    rows: tuple[Row, ...]
    keys: tuple[str, ...]
    done: int
    tokens: Bound | None
    cost_usd: Bound | None
    attempts: int
    worst_tokens: Bound | None
    worst_cost_usd: Bound | None
    open_tokens: tuple[str, ...]
    open_cost: tuple[str, ...]
    unpriced: tuple[str, ...]
    seconds: float
    wall: float

    @property
    def trials(self) -> int:
        """All of them."""
        return len(self.keys)


def forecast(
    plan: Plan,
    rates: Mapping[str, Rate],
    *,
    caps: Caps | None = None,
    done: Iterable[str] = (),
    concurrency: int = 1,
    attempts: int = 1,
) -> Forecast:
    """Work out what is left of a plan.

    Args:
        rates: what asking each candidate takes, by name.
        caps: what the whole run and each candidate may spend.
        done: keys of trials that are finished.
        concurrency: trials that candidates work on at a time.
        attempts: how often a trial is run at most, if it comes to no verdict.
    """
    finished = {trial.key for trial in plan.trials} & set(done)
    left = [trial for trial in plan.trials if trial.key not in finished]
    caps = caps or Caps()
    groups = _grouped(left, lambda trial: trial.candidate.name)
    tokens, all_tokens = _of_all(groups, rates, _TOKENS, caps, concurrency, 1)
    costs, all_costs = _of_all(groups, rates, _COST, caps, concurrency, 1)
    seconds = [min(trial.limits.seconds, trial.limits.deadline or math.inf) for trial in left]
    return Forecast(
        rows=tuple(_rows(plan.trials, finished)),
        keys=tuple(trial.key for trial in plan.trials),
        done=len(finished),
        tokens=all_tokens,
        cost_usd=all_costs,
        attempts=attempts,
        worst_tokens=_of_all(groups, rates, _TOKENS, caps, concurrency, attempts)[1],
        worst_cost_usd=_of_all(groups, rates, _COST, caps, concurrency, attempts)[1],
        open_tokens=tuple(name for name, bound in tokens.items() if bound is None and all_tokens is None),
        open_cost=tuple(name for name, bound in costs.items() if bound is None and all_costs is None),
        unpriced=tuple(name for name in groups if not rates[name].priced),
        seconds=sum(seconds),
        # However they are shared out: until the last one begins, all places are taken.
        wall=sum(seconds) / concurrency + max(seconds, default=0.0) * (1 - 1 / concurrency),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measure:
    """Something that is counted and capped. reply: what one reply takes at most; None: not known."""

    name: str
    of_trial: Callable[[Limits, Rate], Bound | None]
    reply: Callable[[Rate], float | None]
    counted: Callable[[Rate], bool]


def _of_all(
    groups: Mapping[str, Sequence[Trial]],
    rates: Mapping[str, Rate],
    measure: _Measure,
    caps: Caps,
    concurrency: int,
    attempts: int,
) -> tuple[dict[str, Bound | None], Bound | None]:
    """What each candidate takes at most, and all of them together, with every trial run so many times."""
    found: dict[str, Bound | None] = {}
    for name, trials in groups.items():
        at_once = min(concurrency, len(trials))
        bound = _times(_sum(measure.of_trial(trial.limits, rates[name]) for trial in trials), attempts)
        found[name] = _least(bound, _of_cap(caps.of("candidate", measure.name), measure, [rates[name]], at_once))
    at_once = min(concurrency, sum(map(len, groups.values())))
    cap = _of_cap(caps.of("run", measure.name), measure, [rates[name] for name in groups], at_once)
    return found, _least(_sum(found.values()), cap)


def _tokens(limits: Limits, rate: Rate) -> Bound | None:
    """What one trial takes at most."""
    reply = rate.reply_tokens
    if reply == 0:
        return NOTHING
    by_tokens = None if limits.tokens is None else _and_one_reply(limits.tokens, reply)
    by_replies = None if limits.replies is None or reply is None else Bound(amount=limits.replies * reply)
    return _least(by_tokens, by_replies)


def _cost(limits: Limits, rate: Rate) -> Bound | None:
    """What one trial costs at most."""
    if rate.token_usd == 0:
        return NOTHING
    reply = rate.reply_usd
    by_cost = None if limits.cost_usd is None else _and_one_reply(limits.cost_usd, reply)
    by_replies = None if limits.replies is None or reply is None else Bound(amount=limits.replies * reply)
    by_tokens = None
    if limits.tokens is not None and rate.token_usd is not None:
        by_tokens = _and_one_reply(limits.tokens * rate.token_usd, reply)
    return _least(_least(by_cost, by_tokens), by_replies)


def _and_one_reply(amount: float, reply: float | None) -> Bound:
    return Bound(amount=amount, replies=1) if reply is None else Bound(amount=amount + reply)


_TOKENS = _Measure(name="tokens", of_trial=_tokens, reply=lambda rate: rate.reply_tokens, counted=lambda rate: True)
_COST = _Measure(name="cost", of_trial=_cost, reply=lambda rate: rate.reply_usd, counted=lambda rate: rate.priced)


def _of_cap(cap: float | None, measure: _Measure, rates: Sequence[Rate], at_once: int) -> Bound | None:
    """What a cap lets through: it is gone over by one reply of each trial at work. It holds what is counted only."""
    if cap is None or not all(map(measure.counted, rates)):
        return None
    replies = [measure.reply(rate) for rate in rates]
    known = [reply for reply in replies if reply is not None]
    if len(known) < len(replies):
        return Bound(amount=cap, replies=at_once)
    return Bound(amount=cap + at_once * max(known, default=0.0))


def _least(one: Bound | None, other: Bound | None) -> Bound | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other, key=lambda bound: (bound.amount, bound.replies))


def _times(bound: Bound | None, count: int) -> Bound | None:
    return None if bound is None else Bound(amount=bound.amount * count, replies=bound.replies * count)


def _sum(bounds: Iterable[Bound | None]) -> Bound | None:
    """All of them together; None as soon as one is."""
    amount, replies = 0.0, 0
    for bound in bounds:
        if bound is None:
            return None
        amount, replies = amount + bound.amount, replies + bound.replies
    return Bound(amount=amount, replies=replies)


def _grouped(trials: Iterable[Trial], by: Callable[[Trial], K]) -> dict[K, list[Trial]]:
    groups: dict[K, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(by(trial), []).append(trial)
    return groups


def _rows(trials: Iterable[Trial], finished: Collection[str]) -> Iterator[Row]:
    groups = _grouped(trials, lambda trial: (trial.task.suite, trial.condition, trial.candidate.name))
    for (suite, condition, candidate), group in groups.items():
        yield Row(
            suite=suite,
            condition=condition,
            candidate=candidate,
            tasks=len({trial.task.id for trial in group}),
            repeats=len({trial.repeat for trial in group}),
            trials=len(group),
            done=sum(trial.key in finished for trial in group),
        )
