"""What a whole run, and each of its candidates, may spend at most; and what was spent so far.

Caps are typed as limits of a trial are: --limit run.cost=20 --limit candidate.tokens=1e6. They are looked at before a
candidate is asked: once one is reached, nobody whom it binds is asked any more, the trials in which that would happen
end without a verdict, and those that wait are not begun. So it is gone over by one reply of each trial at work at most.
They are no input of a run: a run that was halted by one can be gone on with under a higher one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.errors import BadInput, CapReached
from sandbox.limits import Charge, Hit, parse_limits

SCOPES = ("run", "candidate")
CAPPED = ("tokens", "cost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Bounds by scope and what is counted: US dollars, or tokens of replies and of what was sent for them."""

    bounds: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.bounds)

    def of(self, scope: str, what: str) -> float | None:
        """The bound; None if there is none."""
        return self.bounds.get((scope, what))

    def costs(self) -> list[tuple[str, float]]:
        """The caps on cost, by the names that are typed."""
        return [(name, bound) for name, bound in self.as_data().items() if name.endswith(".cost")]

    def as_data(self) -> dict[str, float]:
        """By the names that are typed."""
        return {f"{scope}.{what}": bound for (scope, what), bound in self.bounds.items()}


def split(words: Iterable[str]) -> tuple[Caps, list[str]]:
    """What was typed after --limit: caps, and the words that are limits of a trial.

    Raises:
        BadInput: a cap on something that has none, a value that is no bound.
    """
    bounds: dict[tuple[str, str], float] = {}
    others = []
    for word in words:
        scope, dot, rest = word.partition("=")[0].partition(".")
        if not dot or scope not in SCOPES:
            others.append(word)
            continue
        if rest not in CAPPED:
            known = ", ".join(f"{scope}.{what}" for scope in SCOPES for what in CAPPED)
            raise BadInput(f"--limit {word}: there is no such cap (known: {known})")
        bound = parse_limits([word.partition(".")[2]])[rest]
        if bound is None:
            bounds.pop((scope, rest), None)
        else:
            bounds[scope, rest] = bound
    return Caps(bounds=bounds), others


@dataclass(slots=True)
class Spent:
    """Tokens, and US dollars as far as prices are known."""

    tokens: int = 0
    cost: float = 0.0


class Purse:
    """What a run has spent so far, held against its caps."""

    def __init__(self, caps: Caps, candidates: Sequence[str] = ()) -> None:
        self.caps = caps
        self.run = Spent()
        self.candidates: dict[str, Spent] = {name: Spent() for name in candidates}

    def spend(self, candidate: str, charge: Charge) -> None:
        """Count one reply."""
        for spent in (self.run, self.candidates.setdefault(candidate, Spent())):
            spent.tokens += charge.tokens
            spent.cost += charge.cost_usd or 0.0

    def hit(self, candidate: str) -> Hit | None:
        """The cap that keeps a candidate from being asked (value ≥ bound), if one does."""
        of = {"run": self.run, "candidate": self.candidates.get(candidate, Spent())}
        for (scope, what), bound in self.caps.bounds.items():
            value = of[scope].tokens if what == "tokens" else of[scope].cost
            if value >= bound:
                return Hit(limit=f"{scope}.{what}", value=float(value), bound=float(bound))
        return None

    def reached(self, candidates: Iterable[str]) -> list[Hit]:
        """The caps that are reached for these candidates, each once, with the most that was spent."""
        names = list(dict.fromkeys(candidates))
        found = []
        for (scope, what), bound in self.caps.bounds.items():
            purses = [self.run] if scope == "run" else [self.candidates.get(name, Spent()) for name in names]
            value = max((spent.tokens if what == "tokens" else spent.cost for spent in purses), default=0)
            if names and value >= bound:
                found.append(Hit(limit=f"{scope}.{what}", value=float(value), bound=float(bound)))
        return found

    def afford(self, candidate: str) -> None:
        """Return if a candidate may be asked.

        Raises:
            CapReached: it may not.
        """
        if hit := self.hit(candidate):
            raise CapReached(in_words(hit, candidate))


def in_words(hit: Hit, candidate: str) -> str:
    """A cap that was reached, for people."""
    scope, _, what = hit.limit.partition(".")
    of = "the run" if scope == "run" else candidate
    return f"the cap on the {what} of {of} is reached ({figures(hit)}); raise --limit {hit.limit} to go on"


def figures(hit: Hit) -> str:
    """As in $20.01 of $20, 1050 of 1000."""
    if hit.limit.endswith(".cost"):
        return f"${hit.value:.4g} of ${hit.bound:.4g}"
    return f"{hit.value:.0f} of {hit.bound:.0f}"
