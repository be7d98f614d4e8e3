"""What the ways to an MCP server have in common: messages, and how it can fail."""

from __future__ import annotations

import json
import time
from typing import Any

# One message, or what stands in its place.
MOST = 8 * 1024 * 1024
LONGEST_WORDS = 500
NOT_HERE = {"code": -32601, "message": "this client offers nothing"}


class Late(Exception):
    """No answer in time."""


class Failed(Exception):
    """No answer to this message; the server may answer the next."""


class Gone(Exception):
    """The server is not there any more. code: how its process ended, if it was one of ours."""

    def __init__(self, words: str, code: int | None = None) -> None:
        super().__init__(words)
        self.code = code


def left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise Late
    return seconds


def messages(text: str | bytes) -> list[dict[str, Any]]:
    """The messages that a text holds; none if it is something else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]


def is_answer(message: dict[str, Any], number: int) -> bool:
    """Whether it is the answer to a request of ours."""
    return "method" not in message and type(message.get("id")) is int and message["id"] == number


def answer_to(message: dict[str, Any]) -> str | None:
    """What is answered to a server's own request; None if it asks nothing."""
    if "method" not in message or message.get("id") is None:
        return None
    said = {"result": {}} if message["method"] == "ping" else {"error": NOT_HERE}
    return json.dumps(dict({"jsonrpc": "2.0", "id": message["id"]}, **said))


def words(data: bytes) -> str:
    """The end of what a program said, on one line."""
    return " ".join(data.decode("utf-8", "replace").split())[-LONGEST_WORDS:]
