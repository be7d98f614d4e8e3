"""Rewards: what tests/test.sh left in its reward file, and what that comes to. Pure.

reward.json goes before reward.txt, as with Harbor. It is an object of numbers by
name; what else stands in it is left out. The score of a check is the number named
`reward` (from reward.txt, too, where reward.json does not name it), else the mean of
all numbers, brought into 0 to 1.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Mapping, Sequence

from sandbox.events import Event, of_kind
from sandbox.harbor.settings import FINAL, REWARD

JSON_FILE, TEXT_FILE = "reward.json", "reward.txt"
# Where the reward is asked for by hand, a look at what was written is worth more than all of it.
LONGEST_SHOWN = 80


class NoReward(Exception):
    """There is no reward to be had of the files, with the reason."""


def read_rewards(files: Mapping[str, bytes]) -> dict[str, float]:
    """The rewards in the verifier's files, by name; at least one.

    Args:
        files: contents of what lies in /logs/verifier, by name; others are passed over.

    Raises:
        NoReward: neither file is there, or what is there is no reward.
    """
    if JSON_FILE in files:
        found = _numbers(files[JSON_FILE])
        if REWARD not in found and TEXT_FILE in files:
            with contextlib.suppress(NoReward):
                found[REWARD] = _number(files[TEXT_FILE])
        if not found:
            raise NoReward(f"{JSON_FILE} holds no number")
        return found
    if TEXT_FILE in files:
        return {REWARD: _number(files[TEXT_FILE])}
    raise NoReward(f"neither {TEXT_FILE} nor {JSON_FILE} was written")


def _number(data: bytes) -> float:
    text = data.decode("utf-8", "replace").strip()
    if not text:
        raise NoReward(f"{TEXT_FILE} is empty")
    try:
        value = float(text)
    except ValueError as exc:
        raise NoReward(f"{TEXT_FILE} holds no number: {text[:LONGEST_SHOWN]!r}") from exc
    if not math.isfinite(value):
        raise NoReward(f"{TEXT_FILE} holds no finite number: {text[:LONGEST_SHOWN]!r}")
    return value


def _numbers(data: bytes) -> dict[str, float]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as exc:
        raise NoReward(f"{JSON_FILE} is not JSON: {data[:LONGEST_SHOWN]!r}") from exc
    if not isinstance(document, dict):
        raise NoReward(f"{JSON_FILE} is no object: {data[:LONGEST_SHOWN]!r}")
    found = {}
    for name, value in document.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                number = float(value)
            except OverflowError as exc:
                raise NoReward(f"{JSON_FILE}: {name} is no finite number") from exc
            if not math.isfinite(number):
                raise NoReward(f"{JSON_FILE}: {name} is no finite number")
            found[name] = number
    return found


def one_number(rewards: Mapping[str, float]) -> float:
    """What rewards come to, from 0 to 1: the one named `reward`, else the mean of all."""
    value = rewards[REWARD] if REWARD in rewards else math.fsum(rewards.values()) / len(rewards)
    return min(1.0, max(0.0, value))


def combined(scores: Sequence[float], strategy: str) -> float:
    """One score for the steps that were judged: that of the last one, or the mean, as Harbor has it."""
    return scores[-1] if strategy == FINAL else math.fsum(scores) / len(scores)


def falls_short(rewards: Mapping[str, float], least: Mapping[str, float]) -> str | None:
    """Why the next step is not opened; None if it is. A reward that is not there reaches nothing."""
    for name, bound in least.items():
        value = rewards.get(name, -math.inf)
        if value < bound:
            return f"{name} {value:g} is below {bound:g}"
    return None


def outcome(
    names: Sequence[str],
    strategy: str,
    exam: int,
    rewards: Mapping[str, float] | None,
    before: Mapping[int, Mapping[str, float]],
) -> tuple[dict[str, str], float]:
    """What a check comes to: P or F for each bug that was asked for so far, and the score.

    Args:
        names: the bugs, one for each step.
        exam: the step that was judged. rewards: what it gave; None: it ran out of time.
        before: what earlier steps gave.
    """
    scores = {step: one_number(given) for step, given in before.items() if step < exam}
    if rewards is not None:
        scores[exam] = one_number(rewards)
    bugs = {name: "P" if scores.get(step) == 1.0 else "F" for step, name in enumerate(names[: exam + 1])}
    return bugs, combined([scores[step] for step in sorted(scores)], strategy) if rewards is not None else 0.0


def rewards_before(events: Sequence[Event], exam: int) -> dict[int, Mapping[str, float]]:
    """What the steps before one gave, by step, from the log."""
    checks = [event.data for event in of_kind(events, "check.ran")]
    return {data["exam"]: data["rewards"] for data in checks if data["exam"] < exam and data["rewards"]}
