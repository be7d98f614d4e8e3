"""What is said to an MCP server, and how what it answers is read.

Of the protocol only what takes to call tools: initialize, tools/list, tools/call. Nothing that a server says is
believed beyond its form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox import __version__
from sandbox.guest.tape import Tape

# Every server speaks it; what a newer one offers beyond it has nothing to do with calling tools.
VERSION = "2025-06-18"
MOST_TOOLS = 128
MOST_PAGES = 20
LONGEST_NAME = 200
LONGEST_DESCRIPTION = 4000
LONGEST_WORDS = 300


class Nonsense(Exception):
    """A server says what has no meaning in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One tool as its server lists it. reads: whether the server says that calling it changes nothing."""

    name: str
    description: str
    schema: Any
    reads: bool


def initialize(number: int) -> dict[str, Any]:
    """The first request."""
    client = {"name": "roadtest", "version": __version__}
    return _request(number, "initialize", {"protocolVersion": VERSION, "capabilities": {}, "clientInfo": client})


def initialized() -> dict[str, Any]:
    """What is said when that was answered."""
    return {"jsonrpc": "2.0", "method": "notifications/initialized"}


def listing(number: int, cursor: str | None) -> dict[str, Any]:
    """The request for a page of tools."""
    return _request(number, "tools/list", {} if cursor is None else {"cursor": cursor})


def calling(number: int, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The request that calls a tool."""
    return _request(number, "tools/call", {"name": name, "arguments": dict(arguments)})


def cancelled(number: int) -> dict[str, Any]:
    """That nobody waits for an answer any more."""
    params = {"requestId": number, "reason": "out of time"}
    return {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}


def _request(number: int, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": dict(params)}


def result_of(reply: Any, asked: str) -> Mapping[str, Any]:
    """The result in an answer.

    Args:
        asked: the method that was asked for.

    Raises:
        Nonsense: it is none.
    """
    error = reply.get("error") if isinstance(reply, Mapping) else None
    if error is not None:
        raise Nonsense(f"answers {asked} with an error: {error_words(error)}")
    result = reply.get("result") if isinstance(reply, Mapping) else None
    if not isinstance(result, Mapping):
        raise Nonsense(f"answers {asked} without a result")
    return result


def check_initialized(reply: Any) -> None:
    """Whether a server says that it has tools.

    Raises:
        Nonsense: it does not, or answers otherwise.
    """
    result = result_of(reply, "initialize")
    if not isinstance(result.get("protocolVersion"), str):
        raise Nonsense("does not say which version of the protocol it speaks")
    capabilities = result.get("capabilities")
    if not isinstance(capabilities, Mapping) or not isinstance(capabilities.get("tools"), Mapping):
        raise Nonsense("does not say that it has tools")


def page_of(reply: Any) -> tuple[tuple[Listed, ...], str | None]:
    """The tools of a page, and where the next begins.

    Raises:
        Nonsense: they are not described as tools are.
    """
    result = result_of(reply, "tools/list")
    rows, cursor = result.get("tools"), result.get("nextCursor")
    if not isinstance(rows, list):
        raise Nonsense("lists no tools")
    if cursor is not None and not isinstance(cursor, str):
        raise Nonsense("lists tools with a nextCursor that is no text")
    return tuple(_listed(row) for row in rows[: MOST_TOOLS + 1]), cursor or None


def _listed(row: Any) -> Listed:
    name = row.get("name") if isinstance(row, Mapping) else None
    if not isinstance(name, str) or not name or len(name) > LONGEST_NAME:
        raise Nonsense("lists a tool without a proper name")
    notes = row.get("annotations")
    said = next((text for text in (row.get("description"), row.get("title")) if isinstance(text, str) and text), name)
    return Listed(
        name=name,
        description=_sendable(said if len(said) <= LONGEST_DESCRIPTION else said[: LONGEST_DESCRIPTION - 1] + "…"),
        schema=row.get("inputSchema"),
        reads=isinstance(notes, Mapping) and notes.get("readOnlyHint") is True,
    )


def check_listed(found: Sequence[Listed]) -> None:
    """Whether a server's tools can be told apart, and are not too many.

    Raises:
        Nonsense: they cannot, or are.
    """
    if len(found) > MOST_TOOLS:
        raise Nonsense(f"lists more than {MOST_TOOLS} tools")
    names = [one.name for one in found]
    if len(set(names)) < len(names):
        raise Nonsense(f"lists two tools of the name {next(name for name in names if names.count(name) > 1)[:80]}")


def answer_of(reply: Any, limit: int) -> dict[str, Any]:
    """The answer to a call, as tools answer: what a server refuses is refused.

    Args:
        limit: bytes of output that are kept.
    """
    error = reply.get("error") if isinstance(reply, Mapping) else None
    if error is not None:
        return said(error_words(error), status="refused", limit=limit)
    result = reply.get("result") if isinstance(reply, Mapping) else None
    if not isinstance(result, Mapping):
        return said("the MCP server answered with something that is no result", status="ok", limit=limit)
    content = result.get("content")
    parts = [_part(one) for one in content] if isinstance(content, list) else []
    if not parts and "structuredContent" in result:
        parts = [json.dumps(result["structuredContent"])]
    return said("\n".join(parts), status="refused" if result.get("isError") is True else "ok", limit=limit)


def said(text: str, *, status: str, limit: int) -> dict[str, Any]:
    """An answer of these words."""
    tape = Tape(limit)
    tape.feed(text.encode("utf-8", "replace"))
    return {**tape.result(), "status": status, "exit_code": None}


def error_words(error: Any) -> str:
    """What an error says, on one line."""
    message = error.get("message") if isinstance(error, Mapping) else None
    code = error.get("code") if isinstance(error, Mapping) else None
    words = " ".join(message.split()) if isinstance(message, str) else "no message"
    return _sendable(f"{words[:LONGEST_WORDS]} ({code})" if isinstance(code, int) else words[:LONGEST_WORDS])


def _part(block: Any) -> str:
    """A block of content as a text; of what is no text, that it was there."""
    kind = block.get("type") if isinstance(block, Mapping) else None
    if kind == "text" and isinstance(block.get("text"), str):
        return str(block["text"])
    if kind == "resource" and isinstance(block.get("resource"), Mapping):
        inner = block["resource"]
        return str(inner["text"]) if isinstance(inner.get("text"), str) else f"[resource {str(inner.get('uri'))[:200]}]"
    if kind == "resource_link":
        return f"[resource {str(block.get('uri'))[:200]}]"
    if kind in ("image", "audio"):
        return f"[{kind} {str(block.get('mimeType'))[:80]}, which cannot be shown]"
    return "[content of an unknown kind]"


def _sendable(text: str) -> str:
    """JSON can carry lone surrogates, the UTF-8 of a request to a model cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")
