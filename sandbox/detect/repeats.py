"""Calls that repeat an earlier one: the same call, nothing changed in between, and no reason to ask again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sandbox.detect.answers import is_settled
from sandbox.detect.made import Made, in_order

# What differs from one run to the next though nothing has changed: how long it took, where in memory an object lay,
# what a temporary folder is called.
_BY_CHANCE = re.compile(
    r"\b\d+\.\d+ ?(?:s|secs?|seconds?|ms|us|µs|ns)\b"
    r"|\b(?:in|took) \d+ ?(?:s|secs?|seconds?|ms)\b"
    r"|\b\d+m\d+(?:\.\d+)?s\b"
    r"|\b0x[0-9a-f]{6,16}\b"
    r"|/tmp/tmp\w{6,12}\b|\bpytest-\d+\b",
    re.IGNORECASE,
)


def repeated(found: Sequence[Made]) -> dict[int, str]:
    """Calls, by place, that repeat an earlier one, with the id of the latest such.

    Both were run, with the same name and canonical arguments, and from the start of the first to the start of the
    second the raw tree is known and stayed the same. The earlier one was answered for good (`answers.is_settled`).

    The state of services is not seen but in results: where the second result differs from the first, something outside
    the workspace has changed in between, whatever tool it was. Durations, addresses in memory and names of temporary
    files tell of no change.
    """
    latest: dict[tuple[int, str | None, str], Made] = {}
    repeats: dict[int, str] = {}
    for place, made in in_order(found):
        key = (made.epoch, made.name, made.canonical)
        earlier = latest.get(key)
        if earlier is not None and not _differ(earlier, made) and is_settled(earlier):
            repeats[place] = str(earlier.event.data["call"])
        latest[key] = made
    return repeats


def _differ(earlier: Made, later: Made) -> bool:
    """Whether two results show that something changed; one that never came, or was cut off by time, shows nothing."""
    if earlier.returned is None or later.returned is None or later.status in ("timeout", "killed"):
        return False
    one, other = earlier.returned.data, later.returned.data
    if (earlier.status, one.get("exit_code")) != (later.status, other.get("exit_code")):
        return True
    if one.get("sha256") == other.get("sha256"):
        return False
    if one.get("truncated") or other.get("truncated"):
        return True  # the difference may be in what was left out
    return _BY_CHANCE.sub("~", earlier.answer) != _BY_CHANCE.sub("~", later.answer)
