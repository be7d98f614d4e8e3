"""Texts of others for the page: nothing in them that is not seen, and bounded. Pure."""

from __future__ import annotations

from typing import Any

from sandbox.report.transcript_lines import one_line, visible
from sandbox.report.transcript_steps import file_diffs

LONGEST_LINE = 2_000
# Characters kept of one text; most are far below, and one that is not must not make the page unusable.
MOST = 60_000
_WHERE = "roadtest show has it whole"


def line(text: str) -> str:
    """Visibly on one line."""
    return one_line(text, LONGEST_LINE)


def bounded(text: str) -> str:
    """Made visible, line by line; the middle of what is too long is left out, and that is said."""
    if len(text) > MOST:
        half = MOST // 2
        note = f"⋯ {len(text) - MOST:,} characters left out ({_WHERE}) ⋯"
        text = f"{text[:half]}\n{note}\n{text[-half:]}"
    return visible(text)


def diff_files(diff: str | None) -> list[dict[str, Any]]:
    """A unified diff file by file: what it is called, and its lines with their signs."""
    return [
        {"name": line(rows[0][0].removeprefix("± ")), "text": bounded("\n".join(text[2:] for text, _ in rows[1:]))}
        for rows in file_diffs(diff or "")
    ]
