"""Calls that repeat an earlier one: the same call, nothing changed in between, and no reason to ask again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sandbox.detect.answers import is_settled
from sandbox.detect.made import Made, in_order

# Small letters only: 12M is a size.
_UNIT = r"(?-i:h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?|ms|msecs?|milliseconds?|us|µs|usecs?|ns|nsecs?)"
_TIME = rf"\d{{1,9}}(?:\.\d{{1,9}})? ?{_UNIT}"
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)\w{0,6}"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w{0,6}"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?"
_ZONE = r"(?: ?(?:z|utc|gmt|[ap]m|[+-]\d\d:?\d\d)\b)?"
_DATE = (
    rf"(?:\d{{4}}[-/]\d\d[-/]\d\d|\d\d[-/]\d\d[-/]\d{{4}}|\d{{1,2}}[ /-]{_MONTH}[ /-]\d{{4}}"
    rf"|(?:{_DAY},? )?{_MONTH} {{1,2}}\d{{1,2}}(?:,? \d{{4}}\b)?)"
)
# What differs from one run to the next though nothing has changed: how long it took, what the clock said, which number
# a process got, where in memory an object lay, what a temporary folder is called, what a random order began with.
_BY_CHANCE = re.compile(
    # A test runner leaves them out where it was quick, or has the result of the last time.
    rf"\s{{0,40}}\((?:{_TIME}|\d+:\d\d:\d\d)\)|, estimated \d+ ?s\b"
    rf"|[ \t]{{0,40}}(?:\(cached\)|\b{_TIME}(?: ?{_TIME}){{0,3}}\b)"
    rf"|(?P<key>[\"']?\b\w{{1,40}}[\"']?\s{{0,9}}:\s{{0,9}}[\"'])?"
    rf"\b(?:(?:{_DAY},? )?{_DATE}(?:[ t:]+{_CLOCK}{_ZONE})?(?: \d{{4}}\b)?"
    rf"|(?<![:.]){_CLOCK}{_ZONE}(?!:)|1[6-9]\d{{8}}(?:\.\d+|\d{{3}}|\d{{9}})?)\b"
    r"|^\[\d+\][+-]?[ \t]+\d+|\bpids?[\"']?[ :=]+\d+"
    r"|\b[\d.:]{1,20}(?:user|system|elapsed|maxresident|minor|major)\b|\b\d{1,5}%cpu\b"
    r"|\b(?:random(?:ly)?|seed)[\w -]{0,20}[ :=]{1,9}\d+\b"
    r"|\b0x[0-9a-f]{6,16}\b|/tmp/tmp\w{6,12}\b|\bpytest-\d+\b",
    re.IGNORECASE | re.MULTILINE,
)
# A rule is as long as what stands in it leaves room for.
_RULE = re.compile(r"[ \t]{0,40}(?:={2,}|-{3,}|_{3,})[ \t]{0,40}")
_METER = re.compile(
    r"^[ \t\r\d.kMG]{0,80}(?:(?:[\d-]{1,2}:[\d-]{2}:[\d-]{2})[ \t]{1,9}){3}[\d.]{1,9}[kMG]?[ \t]*$", re.MULTILINE
)
# Keys of a record that tell what the clock says; a date under any other is a value like others.
_NOW = re.compile(r"\W*(?:now|time|timestamp|ts|date|\w*(?:generated|checked|server_?time|current)\w*|as_?of)\W*", re.I)
MOST_COMPARED = 50_000


def repeated(found: Sequence[Made]) -> dict[int, str]:
    """Calls, by place, that repeat an earlier one, with the id of the latest such.

    Both were run, with the same name and canonical arguments, and from the start of the first to the start of the
    second the raw tree is known and stayed the same. The earlier one was answered for good (`answers.is_settled`).

    Of services it is seen whether something was written; what else goes on in them shows in results alone: where the
    second result differs from the first, something outside the workspace has changed in between, whatever tool it was.
    Durations, the time of day, numbers of processes, addresses in memory and names of temporary files tell of none.
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
    return _lasting(earlier.answer) != _lasting(later.answer)


def _lasting(answer: str) -> str:
    """A result without what differs by chance; of a very long one only the beginning is read for that."""
    text, rest = answer[:MOST_COMPARED], answer[MOST_COMPARED:]
    return _RULE.sub("=", _BY_CHANCE.sub(_without, _METER.sub("", text))) + rest


def _without(found: re.Match[str]) -> str:
    if found["key"] and not _NOW.fullmatch(found["key"]):
        return found[0]
    return "" if found[0].lstrip().startswith(("(", ",")) and "cached" not in found[0] else "~"
