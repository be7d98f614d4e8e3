"""Tools that falter by seed: which call ends in a time-out, fails or has its result cut, and how that looks. Pure.

No call is hit twice in a row: made again as it was, it goes well. To hand in never falters.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping
from typing import Any

from sandbox.condition import EVERY_TOOL, ToolFaults
from sandbox.tooling import SUBMIT, SUBMIT_SOLUTION

TIMEOUT, FAILED, CUT = "timeout", "fail-once", "cut"
# Calls that were not run at all; the workspace is what it was.
NOT_RUN = frozenset({TIMEOUT, FAILED})
LOST = "The tool did not answer: the connection to it was lost."
# What is shorter is not cut; of the rest so large a share is left, at least and at most.
SHORTEST, LEAST, MOST = 80, 0.2, 0.6


class Faltering:
    """Which calls of one trial go wrong. Every call draws once, so what becomes of the n-th hangs on no other's.

    Args:
        rates: by tool, `EVERY_TOOL` for those that are not named.
        draw: the trial's own.
    """

    def __init__(self, rates: Mapping[str, ToolFaults], draw: random.Random) -> None:
        self._rates = rates
        self._draw = draw
        self._spared: set[str] = set()

    def next(self, tool: str, arguments: Mapping[str, Any]) -> str | None:
        """What becomes of the next call: one of the faults, or None."""
        value = self._draw.random()
        rates = self._rates.get(tool, self._rates.get(EVERY_TOOL, ToolFaults()))
        call = json.dumps([tool, arguments], sort_keys=True, default=str)
        if tool in (SUBMIT, SUBMIT_SOLUTION):
            return None
        if call in self._spared:
            self._spared.discard(call)
            return None
        for kind, rate in ((TIMEOUT, rates.timeout), (FAILED, rates.fail_once), (CUT, rates.cut)):
            if value < rate:
                self._spared.add(call)
                return kind
            value -= rate
        return None

    def cut(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """An answer of which only the beginning came, without a word on it; too short a one as it is."""
        output = str(answer["output"])
        share = LEAST + (MOST - LEAST) * self._draw.random()
        if len(output) < SHORTEST:
            return dict(answer)
        kept = output[: int(len(output) * share)]
        return {**answer, **_sizes(kept), "truncated": False, "replaced": False, "injected": CUT}


def answer_of(kind: str) -> dict[str, Any]:
    """The data of `tool.returned` for a call that was not run."""
    output, status = ("", "timeout") if kind == TIMEOUT else (LOST, "killed")
    rest = {"exit_code": None, "truncated": False, "replaced": False, "seconds": 0.0}
    return {"status": status, **_sizes(output), **rest, "injected": kind}


def _sizes(output: str) -> dict[str, Any]:
    data = output.encode("utf-8", "surrogatepass")
    return {"output": output, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
