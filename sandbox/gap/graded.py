"""Candidates of graded strength whose true solve rates are known, for trying the whole path from run to gap.

Each trial is solved or not by a draw from its own name and a seed, so that a run can be repeated and resumed; over
seeds the rates are exactly those of `GRADED`. What solving is (handing in the reference, or nothing) is for who plays
them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

# From weak to strong on competitive problems; the last two are worth the same there and part on the road.
GRADED: Mapping[str, Mapping[str, float]] = {
    "novice": {"kernel": 0.30, "function": 0.25, "report": 0.15, "loop": 0.20, "rough": 0.10},
    "tradesman": {"kernel": 0.60, "function": 0.65, "report": 0.60, "loop": 0.70, "rough": 0.55},
    "crammer": {"kernel": 0.95, "function": 0.80, "report": 0.35, "loop": 0.30, "rough": 0.20},
    "master": {"kernel": 0.95, "function": 0.90, "report": 0.80, "loop": 0.85, "rough": 0.75},
}


def solves(candidate: str, *, item: str, rung: str, repeat: int, seed: int = 0) -> bool:
    """Whether one of `GRADED` solves this trial."""
    named = json.dumps([seed, candidate, item, rung, repeat]).encode("ascii")
    drawn = int.from_bytes(hashlib.sha256(named).digest()[:8], "big") / 2**64
    return drawn < GRADED[candidate][rung]
