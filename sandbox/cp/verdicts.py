"""The verdict of one case, from what the container saw and what the validator said. Pure."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.cp.compare import compare, comparison_of
from sandbox.cp.problem import ACCEPTS, REJECTS, Case, Problem, Verdict
from sandbox.cp.tally import CaseResult
from sandbox.errors import BadInput

MIB = 1024 * 1024
# A time so near to the limit is measured again.
NEAR = 0.1
# By the clock: so many times the limit, and a second more, in which nothing need be done.
WALL_TIMES, WALL_MORE = 2.0, 1.0
MOST_MESSAGE = 1000

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Seconds of one run. limit: CPU time. stop: CPU time at which it is ended. wall: by the clock."""

    limit: float
    stop: float
    wall: float

    @classmethod
    def of(cls, limit: float) -> Clocks:
        """Those that follow from a time limit: a run goes on a little beyond it, so that a near miss is seen as one."""
        return cls(limit=limit, stop=limit * (1 + NEAR) + 0.01, wall=WALL_TIMES * limit + WALL_MORE)


def is_near(result: CaseResult, limit: float) -> bool:
    """Whether the time alone might have come out on the other side of the limit."""
    return abs(result.time_s - limit) <= NEAR * limit and result.verdict is not Verdict.JE


def read_run(facts: Mapping[str, Any], output: bytes, *, problem: Problem, case: Case, clocks: Clocks) -> CaseResult:
    """What a run means.

    Args:
        facts: as the container's runner says them. output: what was written, where it is compared here.
    """
    verdict, message = _limits(facts, problem, clocks)
    score = multiplier = None
    rejected_first = problem.is_interactive and facts["first"] == "interactor" and facts["check"]["exit"] == REJECTS
    if rejected_first and (verdict is None or verdict is Verdict.RTE):
        verdict, message = Verdict.WA, _words(facts["check"])
    elif verdict is None or (verdict is Verdict.RTE and _is_judges_fault(facts, problem)):
        if problem.validator is None:
            verdict, message = _compared(output, problem, case)
        else:
            verdict, message, score, multiplier = _validated(facts["check"], problem)
    return CaseResult(
        verdict=verdict,
        time_s=round(facts["cpu"], 4),
        wall_s=round(facts["wall"], 4),
        memory_mb=round(facts["memory"] / 1024, 1),
        score=score,
        multiplier=multiplier,
        message=message[:MOST_MESSAGE],
    )


def _limits(facts: Mapping[str, Any], problem: Problem, clocks: Clocks) -> tuple[Verdict | None, str]:
    """The verdict that needs no look at the output; None where there is none."""
    memory = problem.limits.memory
    code, over = facts["exit"], facts["over"]
    if over == "memory" or facts["kills"] or facts["memory"] > memory * 1024:
        return Verdict.MLE, f"more than {memory} MiB"
    if over == "cpu" or facts["cpu"] > clocks.limit:
        return Verdict.TLE, f"more than {clocks.limit:g} s of CPU time"
    if over == "wall":
        return Verdict.TLE, f"{facts['cpu']:.2f} s of CPU time, but not done after {facts['wall']:.1f} s"
    if facts["output"] > problem.limits.output * MIB or code == -signal.SIGXFSZ:
        return Verdict.OLE, f"more than {problem.limits.output} MiB of output"
    if code:
        # The last line of a traceback says most.
        lines = facts["error"].split("\n") if facts["error"] else []
        words = next((_plain(line) for line in reversed(lines) if _plain(line)), "")
        return Verdict.RTE, ": ".join(filter(None, [_ending(code), words[:MOST_MESSAGE]]))
    return None, ""


def _is_judges_fault(facts: Mapping[str, Any], problem: Problem) -> bool:
    """Whether a submission was let down by an interactor that failed before it."""
    check = facts.get("check")
    if not problem.is_interactive or facts["first"] != "interactor" or check is None:
        return False
    return check["exit"] not in (ACCEPTS, REJECTS)


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"ended by signal {-code}"


def _compared(output: bytes, problem: Problem, case: Case) -> tuple[Verdict, str]:
    try:
        how = comparison_of(case.validator_args, problem.comparison)
    except BadInput as exc:
        return Verdict.JE, str(exc)
    difference = compare(case.answer, output, how)
    return (Verdict.AC, "") if difference is None else (Verdict.WA, difference)


def _validated(check: Mapping[str, Any], problem: Problem) -> tuple[Verdict, str, float | None, float | None]:
    """What a validator's end means, with what it wrote as score and multiplier."""
    if check["over"] or check["exit"] not in (ACCEPTS, REJECTS):
        why = f"over its limit ({check['over']})" if check["over"] else _ending(check["exit"])
        return Verdict.JE, f"the validator: {why}: {_words(check)}", None, None
    if "nextpass.in" in check["feedback"]:
        return Verdict.JE, "the validator asks for another pass", None, None
    verdict = Verdict.AC if check["exit"] == ACCEPTS else Verdict.WA
    if not problem.is_scoring:
        return verdict, _words(check), None, None
    try:
        score, multiplier = (_number(check, name) for name in ("score.txt", "score_multiplier.txt"))
    except ValueError as exc:
        return Verdict.JE, f"the validator: {exc}", None, None
    return verdict, _words(check), score, multiplier


def _number(check: Mapping[str, Any], name: str) -> float | None:
    text = check["feedback"].get(name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError(f"{name} holds {text.strip()[:40]!r}, which is no number")
    return float(text)


def _words(check: Mapping[str, Any]) -> str:
    said = check["feedback"].get("judgemessage.txt") or check["said"]
    return _plain(str(said))[:MOST_MESSAGE]


def _plain(text: str) -> str:
    """What programs say, in one line and without what would steer a terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
