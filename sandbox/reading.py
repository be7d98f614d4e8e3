"""Reading text files that people wrote: UTF-8, TOML, and errors that name the file as it was typed."""

from __future__ import annotations

import datetime
import os
import stat
import tomllib
from pathlib import Path
from typing import Any

from sandbox.errors import BadInput

MOST_BYTES = 64 * 1024 * 1024


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file with dates as ISO text.

    Raises:
        BadInput: missing, unreadable, not UTF-8, or not TOML.
    """
    return parse_toml(read_text(path), path)


def parse_toml(text: str, path: Path) -> dict[str, Any]:
    """TOML with dates as ISO text.

    Args:
        path: where the text is from, for errors.

    Raises:
        BadInput: no TOML.
    """
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as exc:  # ValueError: no TOML, or a number of too many digits
        raise BadInput(f"{shown(path)}: is not TOML: {exc}") from exc
    return {key: _plain(value) for key, value in document.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain(child) for child in value]
    return value


def read_text(path: Path) -> str:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise BadInput(f"{shown(path)}: is no file")
        if status.st_size > MOST_BYTES:
            raise BadInput(f"{shown(path)}: holds more than {MOST_BYTES >> 20} MiB")
        return path.read_text("utf-8")
    except FileNotFoundError as exc:
        raise BadInput(f"{shown(path)}: is missing") from exc
    except UnicodeDecodeError as exc:
        raise BadInput(f"{shown(path)}: is not UTF-8 text (byte {exc.start})") from exc
    except OSError as exc:
        raise BadInput(f"{shown(path)}: cannot be read: {exc.strerror}") from exc


def shown(path: Path) -> str:
    """A path as the user would type it: from the current directory where it lies below."""
    # Not resolved: of a link it is the link that must be named.
    try:
        return str(Path(os.path.normpath(path.absolute())).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
