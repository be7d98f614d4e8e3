"""Keeping keys out of everything that is written or shown."""

from __future__ import annotations

import os
import re

_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD")
_USERINFO = re.compile(r"://[^/@\s]*@")
SHORTEST = 6
# Variables that hold keys, whatever they are called.
_named: set[str] = set()


def keep_secret(variable: str) -> None:
    """From now on what this environment variable holds is a secret, too."""
    _named.add(variable)


def without_secrets(text: str, own: str | None = None) -> str:
    """The text with every secret of the environment, and logins in addresses, blotted out.

    Args:
        own: a further secret, such as the key in use.
    """
    found = {own: "<the key>"} if own else {}
    found |= {value: f"<{name}>" for name, value in os.environ.items() if _is_secret(name)}
    # The longest first: one key may be the beginning of another.
    for value in sorted(found, key=len, reverse=True):
        if len(value) >= SHORTEST:
            text = text.replace(value, found[value])
    return _USERINFO.sub("://<login>@", text)


def _is_secret(variable: str) -> bool:
    return variable in _named or _SECRET.search(variable.upper()) is not None
