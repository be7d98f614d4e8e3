"""Bugs that come back: what happened to each bug and guard from checkpoint to checkpoint of one trial.

    Trajectory → detect → Findings → as_record     the object of results.jsonl
                                   → pooling.pool  figures over many trials

Counts are made at once, by rows of bits; what is listed one by one (flips, durations) when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.detect.chains import Chain, ChainRow, read_chain
from sandbox.detect.cycles import Cycles, state_cycles
from sandbox.detect.sequences import UNKNOWN, Row, alternation, highest_alternation, places, read_row
from sandbox.detect.states import Checkpoint, Snapshot, Trajectory, Unit, only, scored

__all__ = [
    "Chain",
    "ChainRow",
    "Checkpoint",
    "Cycles",
    "Distance",
    "Duration",
    "Findings",
    "Flip",
    "Hazard",
    "Snapshot",
    "Trajectory",
    "Unit",
    "as_record",
    "detect",
    "only",
    "scored",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """How far two checkpoints are apart: in checkpoints, calls and tokens of the candidate, steps or rounds."""

    checkpoints: int
    calls: int
    tokens: float
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A unit that changed. before, after: indices of the checkpoints on either side, −1 is the start.

    kind: fix F→P; reintroduction: P→F of a bug after a fix; regression: any other P→F. since_fix: of a reintroduction,
    from the fix that it undoes.
    """

    unit: str
    kind: Literal["fix", "regression", "reintroduction"]
    before: int
    after: int
    since_fix: Distance | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """From a fix of a bug to its reintroduction, or (observed False: censored) to where its sequence ends."""

    bug: str
    fixed: int
    lasted: Distance
    observed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """Events, and the checkpoint intervals in which they could have happened."""

    events: int
    intervals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What happened in a trial. Indices are those of `trajectory.checkpoints`.

    rows: by unit, as bits. fixes, reintroductions: of bugs. regressions: of bugs and guards; regressed_bugs: those of
    bugs, which were right from the start, so they are the fixes inherited and lost. unstable: pairs of unit and
    checkpoint; unstable_units: distinct ones. coming_back: reintroductions over intervals of bugs that start in P
    after a fix. breaking: P→F over intervals that start in P of bugs and guards that this candidate had not mended;
    the two hazards are the parts of the lift. index: oscillation index, None if no bug flipped. alternation_max: None
    with fewer than two bugs. chain: None without a chain of two steps.
    """

    trajectory: Trajectory
    rows: Mapping[str, Row]
    fixes: int
    regressions: int
    regressed_bugs: int
    reintroductions: int
    unstable: int
    unstable_units: int
    coming_back: Hazard
    breaking: Hazard
    index: float | None
    alternation_max: int | None
    cycles: Cycles
    chain: Chain | None

    @property
    def flips(self) -> tuple[Flip, ...]:
        """Every flip, by unit in the order of the units, then in time."""
        return tuple(flip for unit in self.trajectory.units for flip in self._flips_of(unit))

    @property
    def durations(self) -> tuple[Duration, ...]:
        """One row for each fix of a bug."""
        bugs = (unit.name for unit in self.trajectory.units if unit.kind == "bug")
        return tuple(row for bug in bugs for row in self._durations_of(bug))

    def sequence(self, unit: str) -> tuple[tuple[int, str], ...]:
        """(index of the checkpoint or −1, P or F) of a unit, without what left its sequence."""
        row = self.rows[unit]
        return tuple(
            (place - 1, "P" if row.passing >> place & 1 else "F") for place in places(row.passing | row.failing)
        )

    def alternation(self, one: str, other: str) -> int:
        """How often two bugs changed sides. Only of pairs of which one at least came back is the maximum taken."""
        return alternation(self.rows[one], self.rows[other])

    def _flips_of(self, unit: Unit) -> Iterator[Flip]:
        row, fixed = self.rows[unit.name], None
        known = row.passing | row.failing
        for place in places(row.fixes | row.breaks):
            before = (known & ((1 << place) - 1)).bit_length() - 2
            if row.fixes >> place & 1:
                fixed = place - 1
                yield Flip(unit=unit.name, kind="fix", before=before, after=fixed)
            elif fixed is None or unit.kind == "guard":
                yield Flip(unit=unit.name, kind="regression", before=before, after=place - 1)
            else:
                since = self._distance(fixed, place - 1)
                yield Flip(unit=unit.name, kind="reintroduction", before=before, after=place - 1, since_fix=since)

    def _durations_of(self, bug: str) -> Iterator[Duration]:
        row = self.rows[bug]
        last = (row.passing | row.failing).bit_length() - 2
        for place in places(row.fixes):
            lost = next(places(row.breaks >> place << place), None)
            until = last if lost is None else lost - 1
            lasted = self._distance(place - 1, until)
            yield Duration(bug=bug, fixed=place - 1, lasted=lasted, observed=lost is not None)

    def _distance(self, one: int, other: int) -> Distance:
        before, after = self.trajectory.checkpoints[one], self.trajectory.checkpoints[other]
        return Distance(
            checkpoints=other - one,
            calls=after.calls - before.calls,
            tokens=after.tokens - before.tokens,
            steps=after.step - before.step,
        )


def detect(trajectory: Trajectory) -> Findings:
    """What happened in a trial; its checkpoints are taken as they are (see `scored`, `only`)."""
    every = [state.statuses for state in trajectory.states]
    names = [unit.name for unit in trajectory.units]
    letters = ["".join([statuses.get(name, UNKNOWN) for statuses in every]) for name in names]
    rows = {name: read_row(text) for name, text in zip(names, letters, strict=True)}
    bugs = [rows[unit.name] for unit in trajectory.units if unit.kind == "bug"]
    guards = [rows[unit.name] for unit in trajectory.units if unit.kind == "guard"]
    # Of the start nothing is counted.
    shaky = [times for text in letters if (times := text.count("U", 1))]
    undone = sum(row.undone.bit_count() for row in bugs)
    first_bugs = sum(row.breaks != row.undone for row in bugs)
    first_guards = sum(row.breaks != row.undone for row in guards)
    flips = sum(row.flips for row in bugs)
    return Findings(
        trajectory=trajectory,
        rows=rows,
        fixes=sum(row.fixes.bit_count() for row in bugs),
        regressions=first_bugs + sum(row.breaks.bit_count() for row in guards),
        regressed_bugs=first_bugs,
        reintroductions=undone,
        unstable=sum(shaky),
        unstable_units=len(shaky),
        coming_back=Hazard(events=undone, intervals=sum(row.after_fix for row in bugs)),
        breaking=Hazard(events=first_bugs + first_guards, intervals=sum(row.untouched for row in rows.values())),
        index=1 - sum(row.moved for row in bugs) / flips if flips else None,
        alternation_max=highest_alternation(bugs) if len(bugs) > 1 else None,
        cycles=state_cycles(trajectory),
        chain=read_chain(trajectory),
    )


def as_record(findings: Findings) -> dict[str, Any]:
    """The object `oscillation` of results.jsonl."""
    return {
        "checkpoints": len(findings.trajectory.checkpoints),
        "fixes": findings.fixes,
        "regressions": findings.regressions,
        "reintroductions": findings.reintroductions,
        "state_cycles": findings.cycles.total,
        "alternation_max": findings.alternation_max,
        "index": None if findings.index is None else round(findings.index, 6),
        "after_fix": findings.coming_back.intervals,
    }
