"""Plain Harbor tasks of our own, small ones, and a machine that has no image of theirs but an alias."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

TASK = """\
version = "1.0"

[metadata]
author_name = "Nobody"
difficulty = "easy"
category = "programming"
tags = ["trivial"]

[verifier]
timeout_sec = 60.0

[agent]
timeout_sec = 120.0

[environment]
build_timeout_sec = 600.0
cpus = 1
memory = "512M"
storage = "1G"
"""
DOCKERFILE = "FROM python:3.13-slim\nWORKDIR /app\nCOPY menu.txt .\n"
INSTRUCTION = "Write what the kitchen offers today, soup, into offer.txt.\n"
# As tasks of Harbor's do it: by the exit code of a test runner.
TEST = """\
#!/bin/bash
python3 -m pytest -q /tests/test_offer.py
if [ $? -eq 0 ]; then
  echo 1 > /logs/verifier/reward.txt
else
  echo 0 > /logs/verifier/reward.txt
fi
"""
TEST_OFFER = """\
from pathlib import Path


def test_offer():
    assert Path("/app/offer.txt").read_text().strip() == "soup"
"""
SOLVE = "#!/bin/bash\necho soup > offer.txt\n"
ALIASES = '[images.aliases]\n"python:3.13-slim" = "roadtest/base"\n'

HELLO: Mapping[str, str] = {
    "task.toml": TASK,
    "instruction.md": INSTRUCTION,
    "environment/Dockerfile": DOCKERFILE,
    "environment/menu.txt": "soup\n",
    "tests/test.sh": TEST,
    "tests/test_offer.py": TEST_OFFER,
    "solution/solve.sh": SOLVE,
}


def make_harbor(folder: Path, more: Mapping[str, str | None] | None = None, *, name: str = "offer") -> Path:
    """Write a task below `folder` as kitchen/NAME; its path.

    Args:
        more: files beside, or in place of, those of `HELLO`; None takes one out.
    """
    place = folder / "kitchen" / name
    for path, text in {**HELLO, **(more or {})}.items():
        if text is not None:
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_text(text, "utf-8")
    return place
