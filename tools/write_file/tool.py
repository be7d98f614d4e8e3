"""write_file: a file, whole."""

from __future__ import annotations

import os
from typing import Any

import files


def run(arguments: dict[str, Any], call: dict[str, Any]) -> str:
    path = files.checked(arguments["path"])
    data = files.encoded(arguments["content"])
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    files.replace_content(path, data)
    return "wrote %d bytes to %s" % (len(data), arguments["path"])
