"""Data that lies in the page until somebody looks at it: compressed, in letters that mean nothing. Pure."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any


def packed(data: Any) -> str:
    """JSON, compressed, in base64; the same data gives the same text."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # A surrogate alone has no place in UTF-8; what is made visible holds none.
    return base64.b64encode(gzip.compress(text.encode("utf-8", "replace"), 6, mtime=0)).decode("ascii")


def unpacked(text: str) -> Any:
    """What `packed` was given."""
    return json.loads(gzip.decompress(base64.b64decode(text)))
