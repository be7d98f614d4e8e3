"""edit_file: one passage for another."""

from __future__ import annotations

from typing import Any

import files
import toolrun


def run(arguments: dict[str, Any], call: dict[str, Any]) -> str:
    path = files.checked(arguments["path"])
    old, new = files.encoded(arguments["old"]), files.encoded(arguments["new"])
    with files.open_regular(path) as handle:
        data = handle.read(files.MOST)
    found = data.count(old)
    if found != 1:
        times = "does not occur in" if not found else "occurs %d times in" % found
        raise toolrun.Refused("`old` %s %s; nothing was changed" % (times, arguments["path"]))
    start = data.index(old)
    files.replace_content(path, data[:start] + new + data[start + len(old) :])
    return "replaced 1 passage at line %d of %s" % (data.count(b"\n", 0, start) + 1, arguments["path"])
