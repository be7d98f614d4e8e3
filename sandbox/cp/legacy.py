"""problem.yaml of legacy packages, told in the words of the format 2025-09."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from sandbox import schema
from sandbox.cp.facts import LEGACY, Facts, common_limits, refuse_types
from sandbox.cp.folder import TIME_LIMIT_FILE, Folder
from sandbox.cp.problem import Limits
from sandbox.errors import BadInput

_NAME_IN_COMMENT = re.compile(r"%%\s*plainproblemname:\s*(.+)")
_NAME_IN_COMMAND = re.compile(r"\\problemname\{([^{}]*)\}")
_INI_LIMIT = re.compile(r"^\s*timelimit\s*=\s*['\"]?([0-9.]+)['\"]?\s*$", re.MULTILINE)
_FOREIGN = schema.schema("problem.legacy")["properties"]


def legacy_facts(folder: Folder, given: Mapping[str, Any]) -> Facts:
    """What a legacy problem.yaml says. Keys without a value count as not there.

    Raises:
        BadInput: it is wrong, or asks for what is not supported.
    """
    where = folder.where("problem.yaml")
    document = {key: value for key, value in given.items() if value is not None}
    refuse_types(document.get("type"), where)
    schema.check("problem.legacy", document, file=where)
    foreign = [key for key in document if str(_FOREIGN[key].get("description", "")).startswith("no key")]
    if foreign:
        folder.note("problem.yaml", f"{', '.join(foreign)}: no keys of the format; left aside")
    is_scoring = document.get("type") == "scoring"
    validation = _validation(document, is_scoring=is_scoring, where=where)
    grading = document.get("grading", {})
    if grading.get("objective") == "min":
        raise BadInput(f"{where}: grading.objective: min is not supported; scores are to be as high as possible")
    keywords = document.get("keywords", ())
    return Facts(
        format=LEGACY,
        names=_names(document.get("name")),
        limits=_limits(folder, document.get("limits", {})),
        is_scoring=is_scoring,
        is_interactive="interactive" in validation,
        # The format knows no rule against it.
        may_write_files=True,
        has_validator=validation[0] == "custom",
        flags=tuple(document.get("validator_flags", "").split()),
        grading=grading if is_scoring else {},
        keywords=tuple(keywords.split() if isinstance(keywords, str) else keywords),
        licence=document.get("license", "unknown"),
    )


def _validation(document: Mapping[str, Any], *, is_scoring: bool, where: str) -> list[str]:
    words = str(document.get("validation", "default")).split()
    known = {"custom": {"custom", "score", "interactive"}, "default": {"default"}}
    if "multi-pass" in words or "multipass" in words:
        refuse_types("multi-pass", where)
    if not words or words[0] not in known or set(words) - known[words[0]]:
        raise BadInput(
            f"{where}: validation: {' '.join(words)!r} is neither `default` nor `custom`, "
            "the latter followed by `score`, `interactive` or both"
        )
    if "score" in words and not is_scoring:
        raise BadInput(f"{where}: validation: `score` is for problems of type scoring only; take it out")
    return words


def _names(value: Any) -> dict[str, str]:
    if isinstance(value, dict):
        return {str(key): str(name) for key, name in value.items()}
    return {} if value is None else {"": str(value)}


def name_in_statement(text: str) -> str | None:
    """The problem's name as a LaTeX statement gives it; None where it gives none."""
    found = _NAME_IN_COMMENT.search(text) or _NAME_IN_COMMAND.search(text)
    return found[1].strip() or None if found else None


def _limits(folder: Folder, given: Mapping[str, Any]) -> Limits:
    return Limits(
        time=_time_limit(folder, given),
        ac_to_limit=float(given.get("time_multiplier", 5.0)),
        limit_to_slow=float(given.get("time_safety_margin", 2.0)),
        **common_limits(given),
    )


def _time_limit(folder: Folder, given: Mapping[str, Any]) -> float | None:
    """By the format it follows from the submissions. Where another judge has left one in the package, that is taken."""
    for key in ("time_limit", "time"):
        if key in given:
            folder.note("problem.yaml", f"limits.{key}: no key of the format, and yet taken")
            return float(given[key])
    for name, pattern in (("domjudge-problem.ini", _INI_LIMIT), (TIME_LIMIT_FILE, re.compile(r"^\s*([0-9.]+)\s*$"))):
        found = pattern.search(folder.text(name)) if name in folder.files else None
        if found:
            try:
                limit = float(found[1])
            except ValueError:
                limit = math.nan
            if not 0 < limit <= 86400:
                raise BadInput(f"{folder.where(name)}: {found[1]!r} is no time limit in seconds")
            folder.note(name, f"the time limit of {limit:g} s is taken from here")
            return limit
    return None
