"""One tool call, in a process of the agent's user that does this call and no other.

    request  {"tool": "bash", "arguments": {...}, "workspace": "/workspace",
              "env": {...}, "timeout": 60.0, "limit": 32768}
    answer   {"status": "ok", "output": "...", "bytes": 12, "sha256": "...", ...}

`status` is ok, refused (the tool said no), timeout, or killed (nothing could be started). A tool that writes names
the files before it writes them, so that they are looked at even if it fails
half-way.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import processes

NO_PROCESS = "no process is left in the container to run this"

_touched: list[str] = []


class Refused(Exception):
    """A tool says no; the message goes to the agent as it is."""


def touch(path: str) -> None:
    """Say that the file `path` is about to be written."""
    _touched.append(os.path.realpath(path))


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Run the request's tool here and now; `touched` holds the real paths that it named."""
    del _touched[:]
    found = _run(request)
    return dict(found, touched=_touched)


def _run(request: dict[str, Any]) -> dict[str, Any]:
    tool = sys.modules["tool_" + request["tool"]]
    try:
        os.chdir(request["workspace"])
        result = tool.run(request["arguments"], request)
    except Refused as no:
        return text_answer(str(no), status="refused")
    except RecursionError:
        return text_answer("nested too deeply", status="refused")
    except MemoryError:
        return text_answer("out of memory", status="refused")
    except ValueError as exc:  # text that no path and no file can hold, lone surrogates above all
        return text_answer("not acceptable: %s" % exc, status="refused")
    except BlockingIOError:  # what fork and its kin say when a bound on processes is met
        return text_answer(NO_PROCESS, status="killed")
    except OSError as exc:
        return text_answer(_os_error(exc), status="refused")
    if isinstance(result, dict):
        return dict(result)
    tape = processes.Tape(request["limit"])
    tape.feed(result if isinstance(result, bytes) else result.encode("utf-8", "surrogateescape"))
    return dict(tape.result(), status="ok", exit_code=None)


def _os_error(exc: OSError) -> str:
    where = "" if exc.filename is None else "%s: " % os.fsdecode(exc.filename)
    return (where + (exc.strerror or str(exc))).encode("utf-8", "replace").decode()


def text_answer(text: str, *, status: str) -> dict[str, Any]:
    """An answer of the harness's own words."""
    tape = processes.Tape(1 << 16)
    tape.feed(text.encode("utf-8", "replace"))
    return dict(tape.result(), status=status, exit_code=None)
