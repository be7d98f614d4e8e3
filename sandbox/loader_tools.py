"""The tools that a task brings along: OpenAPI documents below its directory, MCP servers that it declares."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sandbox.errors import BadInput
from sandbox.mcp.settings import EVENTS, STDIO, STREAMABLE, McpServer
from sandbox.openapi.operations import check_names, read_operations
from sandbox.openapi.reading import MOST_BYTES, read_document
from sandbox.openapi.settings import Declared, Operation
from sandbox.reading import shown
from sandbox.tree import is_safe

Row = Mapping[str, Any]

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
SERVER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def read_openapi(folder: Path, rows: Sequence[Row], where: str) -> tuple[tuple[Operation, ...], tuple[str, ...]]:
    """The operations of all documents of a task, and what of them is left out, in words.

    Args:
        folder: the task's directory. rows: its `metadata.roadtest.openapi`. where: its task.toml, for errors.

    Raises:
        BadInput: naming the file and the field, or the place.
    """
    found: list[Operation] = []
    left_out: list[str] = []
    for index, row in enumerate(rows):
        field = f"{where}: metadata.roadtest.openapi[{index}]"
        path = folder / row["document"]
        if not is_safe(row["document"]) or not path.is_file():
            raise BadInput(f"{field}.document: there is no file {row['document']} below the task's directory")
        if path.stat().st_size > MOST_BYTES:
            raise BadInput(f"{shown(path)}: holds more than {MOST_BYTES >> 20} MiB")
        _check_address(row["base_url"], f"{field}.base_url", ("http",))
        declared = Declared(
            document=row["document"],
            base_url=row["base_url"],
            include=tuple(row["include"]) if "include" in row else None,
            exclude=tuple(row.get("exclude", ())),
            prefix=row.get("prefix", ""),
            headers=_headers(row.get("headers", {}), f"{field}.headers"),
        )
        operations, more = read_operations(read_document(path.read_bytes(), shown(path)), declared)
        found += operations
        left_out += more
    check_names(found, {}, where)
    return tuple(found), tuple(left_out)


def read_mcp_servers(rows: Sequence[Row], where: str) -> tuple[McpServer, ...]:
    """The MCP servers of a task.

    Args:
        rows: its `environment.mcp_servers`. where: its task.toml, for errors.

    Raises:
        BadInput: naming the file and the field.
    """
    found: list[McpServer] = []
    for index, row in enumerate(rows):
        field = f"{where}: environment.mcp_servers[{index}]"
        if not SERVER_NAME.fullmatch(row["name"]):
            raise BadInput(f"{field}.name: use letters, digits, dots, hyphens and underscores, up to 40")
        if row["name"] in {one.name for one in found}:
            raise BadInput(f"{field}.name: there are two servers {row['name']}")
        found.append(_server(row, field))
    return tuple(found)


def _server(row: Row, field: str) -> McpServer:
    # What Harbor takes a server for that does not say it.
    transport = row.get("transport", STDIO if "command" in row else EVENTS)
    if transport == STDIO:
        if not row.get("command"):
            raise BadInput(f"{field}.command: is required and missing")
        return McpServer(name=row["name"], transport=STDIO, command=row["command"], args=tuple(row.get("args", ())))
    if not row.get("url"):
        raise BadInput(f"{field}.url: is required and missing")
    _check_address(row["url"], f"{field}.url", ("http", "https"))
    headers = _headers(row.get("headers", {}), f"{field}.headers")
    kind = EVENTS if transport == EVENTS else STREAMABLE
    return McpServer(name=row["name"], transport=kind, url=row["url"], headers=headers)


def _check_address(text: str, field: str, schemes: Sequence[str]) -> None:
    try:
        at = urlsplit(text)
        fits = at.scheme in schemes and bool(at.hostname) and (at.port is None or at.port > 0)
    except ValueError:
        fits = False
    if not fits or not text.isascii() or not text.isprintable() or " " in text:
        raise BadInput(f"{field}: must be an address that begins with {' or '.join(f'{one}://' for one in schemes)}")
    if at.fragment or at.username is not None or (schemes == ("http",) and at.query):
        raise BadInput(f"{field}: must name a host and a path, nothing else")


def _headers(rows: Mapping[str, str], field: str) -> dict[str, str]:
    for name, value in rows.items():
        if not HEADER_NAME.fullmatch(name):
            raise BadInput(f"{field}: {name!r:.80} is no name of a header")
        if not value.isascii() or not value.isprintable():
            raise BadInput(f"{field}.{name}: must be printable ASCII")
    return dict(rows)
