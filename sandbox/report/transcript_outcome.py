"""What services ended in, as a transcript tells of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# Title, line, style: as many of each title as there are.
Line = tuple[str, str, str]


def in_short(found: Mapping[str, Any]) -> str:
    """An outcome in a few words, from `check.ran`."""
    findings = found["findings"]
    parts = [f"{sum(one['holds'] for one in findings)} of {len(findings)} required hold"] if findings else []
    parts += [f"{found['collateral']} of {found['changes']} changes not allowed"] if found["changes"] else ["no change"]
    parts += [f"partial {found['partial']:.2f}"] if found["partial"] is not None else []
    return " · ".join(parts)


def lines(found: Mapping[str, Any]) -> Iterator[Line]:
    """What holds and what does not, changes that nothing allows, how far it got."""
    for one in found["findings"]:
        mark, style = ("✓", "green") if one["holds"] else ("✗", "red")
        yield "wanted", f"{mark} {one['id']} ({one['words']})", style
    for words in found["collateral_named"]:
        yield "changed", f"✗ {words}", "red"
    if (left := found["collateral"] - len(found["collateral_named"])) > 0:
        yield "changed", f"⋯ {left:,} more", "red"
    for one in found["minefields"]:
        yield "mines", f"✗ {one['id']} (entry {one['entry'] + 1} of the logs)", "red"
    for one in found["milestones"]:
        style = "green" if one["score"] == 1 else "red" if not one["score"] else "yellow"
        where = "not reached" if one["entry"] is None else f"entry {one['entry'] + 1} of the logs"
        yield "reached", f"{one['score']:.2f} {one['id']} ({where})", style
