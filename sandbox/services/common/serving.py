"""A service as a process: `python -m sandbox.services.NAME --socket PATH [--seed FILE] [--database PATH]`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

# An application from the path of a database and the seed's document.
Make = Callable[[str, dict[str, Any]], FastAPI]


def serve(make: Make, arguments: list[str] | None = None) -> int:
    """Serve until told to end. Exit code 2: a bad seed."""
    parser = argparse.ArgumentParser(description="A service that tasks integrate with.")
    parser.add_argument("--socket", required=True, help="the Unix socket to listen on")
    parser.add_argument("--seed", type=Path, help="what it holds at the start, as JSON")
    parser.add_argument("--database", default=":memory:", help="a file of SQLite's")
    told = parser.parse_args(arguments)
    try:
        seed = json.loads(told.seed.read_text("utf-8")) if told.seed else {}
        app = make(told.database, seed)
    except (OSError, ValueError) as exc:
        print(f"roadtest service: {exc}", file=sys.stderr)  # noqa: T201
        return 2
    uvicorn.run(app, uds=told.socket, http="h11", ws="none", log_level="warning", access_log=False, lifespan="off")
    return 0
