"""What problem.yaml says, of either format, in the words of 2025-09."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox import schema
from sandbox.cp.folder import Folder
from sandbox.cp.problem import Limits
from sandbox.errors import BadInput

FORMAT, LEGACY = "2025-09", "legacy"
_UNDERSTOOD = {FORMAT: FORMAT, LEGACY: LEGACY, "legacy-icpc": LEGACY}
_OWNERLESS = frozenset({"unknown", "public domain"})
_TIER = re.compile(r"tier-([1-4])")
_RATING = re.compile(r"rating-([0-9]{2,4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What problem.yaml says. names: by language of the statement; "" where it names none.

    has_validator: whether the package's own validator judges; None where that follows from its being there. flags: for
    the output validator, on every case. grading: of old legacy packages, what stands for all groups.
    """

    format: str
    names: Mapping[str, str]
    limits: Limits
    is_scoring: bool = False
    is_interactive: bool = False
    may_write_files: bool = False
    has_validator: bool | None = None
    flags: tuple[str, ...] = ()
    grading: Mapping[str, Any] = field(default_factory=dict)
    languages: tuple[str, ...] | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    keywords: tuple[str, ...] = ()
    licence: str | None = None

    @property
    def tier(self) -> int | None:
        """Our own tier of difficulty, from a keyword such as tier-3."""
        return next((int(found[1]) for word in self.keywords if (found := _TIER.fullmatch(word))), None)

    @property
    def difficulty(self) -> float | None:
        """The rating of a human contest, from a keyword such as rating-1600."""
        return next((float(found[1]) for word in self.keywords if (found := _RATING.fullmatch(word))), None)


def format_of(texts: Mapping[str, Any], where: str) -> str:
    """The format of a package, "2025-09" or "legacy", by what its problem.yaml says.

    Raises:
        BadInput: another one.
    """
    version = texts.get("problem_format_version", LEGACY)
    if version not in _UNDERSTOOD:
        raise BadInput(
            f"{where}: problem_format_version: {str(version)[:40]!r} is not read; {', '.join(_UNDERSTOOD)} are"
        )
    return _UNDERSTOOD[version]


def current_facts(folder: Folder, document: Mapping[str, Any], texts: Mapping[str, Any]) -> Facts:
    """What a problem.yaml of the format 2025-09 says.

    Args:
        document, texts: its values, and the same as text.

    Raises:
        BadInput: it is wrong, or asks for what is not supported.
    """
    where = folder.where("problem.yaml")
    refuse_types(document.get("type"), where)
    schema.check("problem.v2025-09", document, file=where)
    _check_types(document, where)
    _note_what_is_missing(folder, document)
    languages = document.get("languages", "all")
    return Facts(
        format=FORMAT,
        names=document["name"] if isinstance(document["name"], dict) else {"en": document["name"]},
        limits=_limits(document.get("limits", {})),
        is_scoring="scoring" in listed(document.get("type")),
        is_interactive="interactive" in listed(document.get("type")),
        may_write_files=document.get("allow_file_writing", False),
        languages=None if languages == "all" else tuple(listed(languages)),
        constants=texts.get("constants", {}),
        keywords=tuple(document.get("keywords", ())),
        licence=document.get("license", "unknown"),
    )


def listed(value: Any) -> list[Any]:
    """A list, of one where a single thing is given, of none where nothing is."""
    if value is None:
        return []
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]


def refuse_types(value: Any, where: str) -> None:
    """Refuse kinds of problems that are not judged here.

    Raises:
        BadInput: multi-pass or submit-answer.
    """
    if "multi-pass" in listed(value):
        raise BadInput(
            f"{where}: type: multi-pass problems are not judged here; a submission is run once for each case"
        )
    if "submit-answer" in listed(value):
        raise BadInput(f"{where}: type: submit-answer problems are not judged here; a submission is a program")


def _check_types(document: Mapping[str, Any], where: str) -> None:
    if {"pass-fail", "scoring"} <= set(listed(document.get("type"))):
        raise BadInput(f"{where}: type: pass-fail and scoring exclude each other; take one out")
    if "validation_passes" in document.get("limits", {}):
        raise BadInput(f"{where}: limits.validation_passes: is for multi-pass problems only; take it out")


def _note_what_is_missing(folder: Folder, document: Mapping[str, Any]) -> None:
    """What the format requires and judging does not need."""
    if "uuid" not in document:
        folder.note("problem.yaml", "uuid: is required by the format and missing")
    licence = document.get("license", "unknown")
    credits = document.get("credits")
    authors = credits if isinstance(credits, str) else (credits or {}).get("authors")
    if licence == "public domain" and "rights_owner" in document:
        folder.note("problem.yaml", "rights_owner: what is in the public domain has none")
    if licence not in _OWNERLESS and not (document.get("rights_owner") or authors or document.get("source")):
        folder.note("problem.yaml", f"rights_owner: the licence {licence!r} needs one (or an author, or a source)")


def _limits(given: Mapping[str, Any]) -> Limits:
    rest = dict(given)
    ratios = rest.pop("time_multipliers", {})
    default = Limits()
    return Limits(
        time=float(rest.pop("time_limit")) if "time_limit" in rest else None,
        resolution=float(rest.pop("time_resolution", default.resolution)),
        ac_to_limit=float(ratios.get("ac_to_time_limit", default.ac_to_limit)),
        limit_to_slow=float(ratios.get("time_limit_to_tle", default.limit_to_slow)),
        **common_limits(rest),
    )


def common_limits(given: Mapping[str, Any]) -> dict[str, Any]:
    """The limits that both formats name alike."""
    whole = ("memory", "output", "code", "compilation_memory", "validation_memory", "validation_output")
    limits: dict[str, Any] = {name: int(given[name]) for name in whole if name in given}
    return limits | {name: float(given[name]) for name in ("compilation_time", "validation_time") if name in given}
