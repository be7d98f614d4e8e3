"""A repository of a small package with a fix, hostile to whoever runs git in it; and the instance that tells of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.upstream import AFTER, BEFORE, Upstream

ID = "someone__halver-7"
STATEMENT = "The second half of a list of odd length lacks its first element.\n\nhalver.second([1, 2, 3]) gives [3]."
FIXED = ["tests/test_halver.py::test_odd"]
KEPT = ["tests/test_halver.py::test_first", "tests/test_halver.py::test_second"]


def hostile_halver(folder: Path, marker: Path) -> tuple[Upstream, dict[str, Any]]:
    """The repository, and its instance.

    Args:
        marker: what only a program of the repository would make.
    """
    shout = f"touch {marker}"
    made = Upstream(folder)
    (folder / "docs").mkdir()
    (folder / "docs" / "code").symlink_to("../halver.py")
    base = made.commit({**BEFORE, ".gitattributes": "*.py filter=evil diff=evil ident\n"})
    made.git("switch", "--quiet", "-c", "fixes")
    fix = made.commit({path: text for path, text in AFTER.items() if path != "CHANGES"}, "the fix, in so many words")
    patches = {what: made.git("diff", base, fix, "--", path) + "\n" for what, path in _PATCHED.items()}
    for name in ("post-checkout", "reference-transaction", "post-index-change", "upload-pack"):
        hook = folder / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{shout}\n")
        hook.chmod(0o755)
    for key in ("core.fsmonitor", "filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv", "diff.external"):
        made.git("config", key, shout)
    marker.unlink(missing_ok=True)  # git config itself may have shouted
    row = {
        "instance_id": ID,
        "repo": "someone/halver",
        "base_commit": base,
        **patches,
        "problem_statement": STATEMENT,
        "hints_text": "it is the rounding",
        "created_at": "2024-03-01T12:00:00Z",
        "version": "1.0",
        "FAIL_TO_PASS": json.dumps(FIXED),
        "PASS_TO_PASS": json.dumps(KEPT),
        "environment_setup_commit": base,
    }
    return made, row


_PATCHED = {"patch": "halver.py", "test_patch": "tests"}


def write_rows(path: Path, *rows: dict[str, Any]) -> Path:
    """A file of instances."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path
