"""Speaks with one MCP server for the harness: one message out, and the answer to it back.

    open  start the server, or see that somebody listens
    ask   send a request; its answer, or late, failed, gone
    tell  send a notification
    end   end the server, if it is a program of ours

A request of the harness is one frame of JSON, and so is what it is answered, with the same `id`. What the server
asks itself (nothing but a ping has a meaning here) is answered at once; what else it says is passed over.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

import mcp_stdio
import mcp_web
import privileges
import processes
import wire
from mcp_words import Failed, Gone, Late


def main() -> None:
    privileges.hide()
    requests, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    privileges.adopt_orphans()
    link = Link(requests, answers)
    try:
        wire.until_torn(link.serve)
    finally:
        link.end()


class Link:
    """One server, from the first frame to the end of them."""

    def __init__(self, requests: int, answers: int) -> None:
        self.requests = requests
        self.answers = answers
        self.server: Any = None

    def serve(self) -> None:
        """Until the harness hangs up."""
        while (request := wire.read_json(self.requests)) is not None:
            try:
                found = self.carry_out(request, time.monotonic() + request["seconds"])
            except Late:
                found = {"late": True}
            except Failed as exc:
                found = {"failed": str(exc)}
            except Gone as exc:
                found = {"gone": str(exc), "code": exc.code}
            wire.write_json(self.answers, dict(found, id=request["id"]))

    def carry_out(self, request: dict[str, Any], deadline: float) -> dict[str, Any]:
        if request["op"] == "end":
            self.end()
            return {}
        if request["op"] == "open":
            if request["transport"] != "stdio" and request["uid"] is not None:
                privileges.drop(request["uid"])
            kinds = {"stdio": mcp_stdio.Stdio, "sse": mcp_web.Events, "streamable-http": mcp_web.Streamable}
            self.server = kinds[request["transport"]](request, deadline)
            return {}
        text = json.dumps(request["message"])
        if request["op"] == "tell":
            self.server.tell(text, deadline)
            return {}
        return {"reply": self.server.ask(text, request["message"]["id"], deadline)}

    def end(self) -> None:
        """End the server with all that it started, if it is one of ours."""
        if self.server is not None:
            self.server.end()
        processes.kill_below(os.getpid())
        processes.reap()
