"""The service log read back as entries that milestones and minefields are held against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox.errors import HarnessError
from sandbox.exact import integer, real


def read_happenings(log: bytes) -> tuple[Mapping[str, Any], ...]:
    """The entries of a service log, in the order in which they were written.

    `body` is the value where a body is JSON, with every number as it was written; else the text. An `answer` has in
    `asked` the body of the request that it belongs to, and its `query` and `headers`. A torn last line is passed over.

    Raises:
        HarnessError: another line is no entry.
    """
    lines = log.split(b"\n")
    # What stands behind the last newline was never written to its end.
    entries = [_entry(number, line) for number, line in enumerate(lines[:-1], 1)]
    requests = {entry["seq"]: entry for entry in entries if entry.get("kind") == "request"}
    return tuple(_with_request(entry, requests.get(entry.get("cause"))) for entry in entries)


def _entry(number: int, line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line, parse_float=real, parse_int=integer)
    except ValueError as exc:
        raise HarnessError(f"the service log: line {number} is no JSON") from exc
    if not isinstance(found, dict) or not isinstance(found.get("seq"), int):
        raise HarnessError(f"the service log: line {number} is no entry")
    return {**found, "body": _value(found.get("body"))}


def _value(body: Any) -> Any:
    try:
        return json.loads(body, parse_float=real, parse_int=integer, parse_constant=_refuse)
    except (TypeError, ValueError, RecursionError):
        return body


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _with_request(entry: dict[str, Any], request: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if entry.get("kind") != "answer" or request is None:
        return entry
    return {**entry, "asked": request["body"], "query": request.get("query"), "headers": request.get("headers")}
