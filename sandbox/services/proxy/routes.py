"""Targets of requests in every form that a service may understand them in, and which of them are closed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import unquote

# What is encoded more often than this is not meant well.
MOST_ROUNDS = 6
LONGEST = 4096


def refusal(target: str) -> str | None:
    """Why a target cannot be forwarded whatever it is for; None if it can."""
    if len(target) > LONGEST:
        return "the target is too long"
    if not target.startswith("/") or "#" in target:
        return "the target must be a path"
    if any(not "!" <= character <= "~" for character in target):
        return "the target has characters that must be encoded"
    forms = list(_forms(path_of(target)))
    if len(forms) > MOST_ROUNDS:
        return "the path is encoded too often"
    if any(character < " " or character == "\x7f" for character in forms[-1]):
        return "the path has control characters"
    return None


def path_of(target: str) -> str:
    """The target without its query."""
    return target.partition("?")[0]


def is_closed(target: str, prefixes: Sequence[str]) -> bool:
    """Whether any form of the path lies at or below one of the prefixes, in any spelling."""
    closed = [_segments(prefix) for prefix in prefixes]
    forms = [_segments(form) for form in _forms(path_of(target))]
    return any(form[: len(prefix)] == prefix for form in forms for prefix in closed)


def _forms(path: str) -> Iterator[str]:
    """The path as it stands, decoded once, twice and so on until it stays the same."""
    for _ in range(MOST_ROUNDS + 1):
        yield path
        decoded = unquote(path, errors="replace")
        if decoded == path:
            return
        path = decoded


def _segments(path: str) -> list[str]:
    found: list[str] = []
    for segment in path.replace("\\", "/").split("/"):
        # Some servers take `;` and what follows for parameters of the segment.
        name = segment.partition(";")[0].strip().casefold()
        if name == "..":
            del found[-1:]
        elif name not in ("", "."):
            found.append(name)
    return found
