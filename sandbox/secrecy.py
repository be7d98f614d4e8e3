"""Keeping keys out of everything that is written or shown."""

from __future__ import annotations

import os
import re

_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD")
_USERINFO = re.compile(r"://[^/@\s]*@")
SHORTEST = 6


def without_secrets(text: str) -> str:
    """The text with every secret of the environment, and logins in addresses, blotted out."""
    for name, value in os.environ.items():
        if len(value) >= SHORTEST and _SECRET.search(name.upper()):
            text = text.replace(value, f"<{name}>")
    return _USERINFO.sub("://<login>@", text)
