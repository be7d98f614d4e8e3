"""What a run knows of a problem: enough to ask and to report it, and none of its test data. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.cp.languages import LANGUAGES
from sandbox.cp.problem import Labelled, Limits, Problem
from sandbox.cp.worth import full_score

ACCEPTED = "accepted"
_TIER, _RATING, _ITEM = "tier-", "rating-", "item-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A problem as a run knows it.

    full: the most points; None in pass-fail problems, and where there is no bound. tier, rating: its difficulty, as
    `Problem.tier` and `Problem.difficulty`. languages: those that may be handed in. submissions: the labelled ones of
    the package that are one file, so that they can be handed in.
    """

    limits: Limits
    is_scoring: bool
    is_interactive: bool
    full: float | None
    tier: int | None
    rating: float | None
    languages: tuple[str, ...]
    submissions: tuple[Labelled, ...]

    @property
    def variants(self) -> tuple[str, ...]:
        """The labelled submissions as candidates are named after them: `label/file`."""
        return tuple(f"{one.label}/{one.program.name}" for one in self.submissions)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that there are, each of which names the first submission of it (`labelled`)."""
        return tuple(dict.fromkeys(one.label for one in self.submissions))

    def labelled(self, name: str) -> Labelled | None:
        """The submission of a name: a variant, or a label, which stands for its first one, C++ before others."""
        if "/" in name:
            return next((one for one in self.submissions if f"{one.label}/{one.program.name}" == name), None)
        fitting = (one for one in self.submissions if one.label == name)
        return min(fitting, key=lambda one: (one.program.language != "cpp", one.program.name), default=None)

    def as_data(self) -> dict[str, Any]:
        """What logs tell of it; enough to score what is handed in."""
        return {"scoring": self.is_scoring, "full": self.full, "tier": self.tier, "rating": self.rating}


def brief_of(problem: Problem) -> Brief:
    """The problem without its data."""
    return Brief(
        limits=problem.limits,
        is_scoring=problem.is_scoring,
        is_interactive=problem.is_interactive,
        full=full_score(problem.data) if problem.is_scoring else None,
        tier=problem.tier,
        rating=problem.difficulty,
        languages=tuple(name for name in LANGUAGES if problem.languages is None or name in problem.languages),
        submissions=tuple(one for one in problem.submissions if len(one.program.files) == 1),
    )


def difficulty_of(problem: Problem) -> str | None:
    """Its tier, else its rating, as reports slice by it."""
    if problem.tier is not None:
        return f"{_TIER}{problem.tier}"
    return None if problem.difficulty is None else f"{_RATING}{problem.difficulty:g}"


def category_of(problem: Problem) -> str | None:
    """Its first keyword that says neither a difficulty nor an item."""
    return next((word for word in problem.keywords if not word.startswith((_TIER, _RATING, _ITEM))), None)


def item_of(problem: Problem) -> str | None:
    """What it asks for, where other tasks ask for the same on other rungs of the ladder: `item-NAME` among keywords."""
    return next((word.removeprefix(_ITEM) for word in problem.keywords if word.startswith(_ITEM)), None)
