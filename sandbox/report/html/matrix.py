"""What became of each bug of a trial, as the page's script shows it. Pure."""

from __future__ import annotations

from typing import Any

from sandbox.report.html.texts import diff_files, line
from sandbox.report.oscillation_data import Change, Row, TrialOscillation
from sandbox.report.oscillation_matrix import LOOKS, headings
from sandbox.report.oscillation_text import (
    KINDS,
    change_in_words,
    facts_in_words,
    notes_in_words,
    origin_in_words,
    seen_in_words,
    tests_in_words,
)
from sandbox.report.transcript_lines import count

Data = dict[str, Any]


def matrix(found: TrialOscillation) -> Data | None:
    """Bug by checkpoint, and what proves each change; None where no state was judged."""
    if found.findings is None:
        return None
    rows = [row for row in found.rows if row.kind == "bug" or not row.held]
    held = sum(row.kind == "guard" and row.held for row in found.rows)
    return {
        "facts": [line(fact) for fact in facts_in_words(found)],
        "columns": [[line(part) for part in headings(column)] for column in found.columns],
        "rows": [{"name": _name(row), "cells": list(row.marks)} for row in rows],
        "looks": {mark: [symbol, word] for mark, (symbol, _, word) in LOOKS.items()},
        "own": any(column.tier == "T1" for column in found.columns),
        "held": f"{count(held, 'guard file', 'guard files')} held" if held else "",
        "changes": [_change(found, change) for change in found.changes],
        "notes": [line(note) for note in notes_in_words(found)],
    }


def _name(row: Row) -> str:
    step = "" if row.step is None else f" (s{row.step + 1})"
    return line(f"guard {row.unit}" if row.kind == "guard" else f"{row.unit}{step}")


def _change(found: TrialOscillation, change: Change) -> Data:
    origin = change.origin
    return {
        "kind": change.kind,
        "symbol": KINDS[change.kind][1],
        "text": line(change_in_words(found, change)),
        "by": "" if origin is None else line(origin_in_words(origin)),
        "step": None if origin is None else origin.step,
        "tests": [line(text) for text in tests_in_words(change)],
        "seen": seen_in_words(change),
        "note": "" if origin is None else line(origin.note or ""),
        "files": diff_files(None if origin is None else origin.diff),
    }
