"""The time limit on this host: the package's own where it parts fast submissions from slow ones here, else measured.

Measured: a multiple of the slowest submission that has to be fast enough, as the format infers it, as long as the slow
ones stay well beyond; where they do not, the geometric middle between the two.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox import paths
from sandbox.cp.cores import Cores
from sandbox.cp.judging import Desk
from sandbox.cp.problem import Labelled, Limits, Problem, Verdict
from sandbox.cp.session import DoesNotCompile, Session
from sandbox.cp.verdicts import NEAR, Clocks

FOLDER = "cp-limits"
# Seconds of CPU after which no submission is waited for any longer.
LONGEST = 120.0
# Where no submission says anything.
DEFAULT = 2.0
VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """Seconds of CPU time, and where they are from: "package", "measured", "given".

    slowest: of those that must be fast enough, None without any. fastest: of those that must be too slow, at least so
    many seconds. notes: for people.
    """

    seconds: float
    source: str
    slowest: float | None = None
    fastest: float | None = None
    notes: tuple[str, ...] = ()


def choose(limits: Limits, slowest: float | None, fastest: float | None) -> TimeLimit:
    """The limit that follows from what was measured. Pure.

    Args:
        slowest, fastest: as in `TimeLimit`.
    """
    given = limits.time
    if given is not None and _parts(given, slowest, fastest):
        return TimeLimit(seconds=given, source="package", slowest=slowest, fastest=fastest)
    notes = []
    if given is not None:
        notes.append(f"the package's limit of {given:g} s does not hold on this host ({_measured(slowest, fastest)})")
    if slowest is None:
        seconds = given if given is not None else max(DEFAULT, limits.resolution)
        notes.append(f"nothing to measure a limit by; {seconds:g} s")
        return TimeLimit(seconds=seconds, source="package" if given else "default", fastest=fastest, notes=tuple(notes))
    seconds = inferred(limits, slowest)
    if fastest is not None and fastest < seconds * limits.limit_to_slow:
        seconds = round(math.sqrt(slowest * fastest), 3)
        notes.append(
            f"fast and slow submissions are close ({_measured(slowest, fastest)}); between them: {seconds:g} s"
        )
        if not _parts(seconds, slowest, fastest):
            notes.append("no limit parts them on this host")
    return TimeLimit(seconds=seconds, source="measured", slowest=slowest, fastest=fastest, notes=tuple(notes))


def inferred(limits: Limits, slowest: float) -> float:
    """The smallest multiple of the resolution that is as far above the slowest accepted one as the package wants."""
    steps = max(1, math.ceil(slowest * limits.ac_to_limit / limits.resolution - 1e-9))
    return round(steps * limits.resolution, 6)


def _parts(limit: float, slowest: float | None, fastest: float | None) -> bool:
    fast_enough = slowest is None or slowest * (1 + NEAR) <= limit
    return fast_enough and (fastest is None or fastest >= limit * (1 + NEAR))


def _measured(slowest: float | None, fastest: float | None) -> str:
    fast = [f"accepted ones take up to {slowest:.2f} s"] if slowest is not None else []
    slow = [f"slow ones from {fastest:.2f} s"] if fastest is not None else []
    return ", ".join(fast + slow)


def calibrated(
    desk: Desk, problem: Problem, cores: Cores, *, anew: bool = False, folder: Path | None = None
) -> TimeLimit:
    """The time limit of a problem on this host; kept, and measured once only unless `anew`. Blocks.

    Raises:
        SandboxError: the engine does not answer, or judging was called off.
    """
    facts = (VERSION, problem.digest, desk.host.image_id, desk.host.machine)
    path = (folder or paths.cache() / FOLDER) / f"{hashlib.sha256(repr(facts).encode()).hexdigest()}.json"
    if not anew and (kept := _kept(path)) is not None:
        return kept
    found = _measure(desk, problem, cores)
    _keep(path, found)
    return found


def _measure(desk: Desk, problem: Problem, cores: Cores) -> TimeLimit:
    lower = [one for one in problem.submissions if one.use_for_limit == "lower"]
    upper = [one for one in problem.submissions if one.use_for_limit == "upper"]
    fast = _times(desk, problem, cores, lower, until=None)
    slowest = max(fast, default=None)
    limits = problem.limits
    guess = max(inferred(limits, slowest) if slowest is not None else 0.0, limits.time or 0.0) or DEFAULT
    slow = _times(desk, problem, cores, upper, until=guess * max(limits.limit_to_slow, 1 + 2 * NEAR))
    return choose(limits, slowest, min(slow, default=None))


def _times(
    desk: Desk, problem: Problem, cores: Cores, submissions: Sequence[Labelled], *, until: float | None
) -> list[float]:
    """The longest time that each takes for a case; those that do not compile are left out.

    until: seconds beyond which nobody wants to know.
    """

    def one(core: int, labelled: Labelled) -> float | None:
        return _longest(desk, problem, labelled, core, until)

    return [time for time in cores.map(one, submissions) if time is not None]


def _longest(desk: Desk, problem: Problem, labelled: Labelled, core: int, until: float | None) -> float | None:
    stop = LONGEST if until is None else min(until, LONGEST)
    # By the clock as by a limit: a slow one of which the time is spent waiting is slow, too.
    clocks = Clocks(limit=stop, stop=stop * (1 + NEAR), wall=Clocks.of(stop).wall)
    session = Session(desk.host, problem, labelled.program, cache=desk.cache, core=core, stop=desk.stop)
    longest = 0.0
    try:
        session.build()
        for case in problem.data.cases():
            result = session.run(case, clocks)
            longest = max(longest, result.time_s, result.wall_s if result.wall_s > clocks.wall else 0.0)
            # A validator that fails does so on the next cases, too, and may take its time; judging will say so.
            if longest >= stop or result.verdict is Verdict.JE:
                break
    except DoesNotCompile:
        return None
    finally:
        session.close()
    return longest


def _kept(path: Path) -> TimeLimit | None:
    try:
        found = json.loads(path.read_text("utf-8"))
        return TimeLimit(**{**found, "notes": tuple(found["notes"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _keep(path: Path, found: TimeLimit) -> None:
    """A disk that is full, or not to be written to, costs speed only."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(asdict(found)), "utf-8")
        beside.replace(path)
