"""The documents: every block marked `sh test` runs as it stands, every link and file name leads somewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import PROJECT, environment

DOCUMENTS = sorted([PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")])


def blocks() -> Iterator[tuple[str, str]]:
    for path in DOCUMENTS:
        for index, block in enumerate(
            re.findall(r"^```sh test\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)
        ):
            yield f"{path.relative_to(PROJECT)}#{index}", block


@pytest.fixture(scope="module", autouse=True)
def _no_old_run() -> Iterator[None]:
    for name in ("guide", "guide-tasks"):
        shutil.rmtree(PROJECT / "runs" / name, ignore_errors=True)
    yield
    for name in ("guide", "guide-tasks"):
        shutil.rmtree(PROJECT / "runs" / name, ignore_errors=True)


# Blocks that run trials of their own.
LONG = ("guide-tasks", "--record", "rejudge", "task check", "judge ", "--condition")


def marked() -> Iterator[Any]:
    for where, block in blocks():
        yield pytest.param(where, block, id=where, marks=[pytest.mark.slow] * any(word in block for word in LONG))


@pytest.mark.docker
@pytest.mark.parametrize(("where", "block"), list(marked()))
def test_a_block_of_commands_runs(where: str, block: str) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=PROJECT,
        env={**environment(), "PATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{where}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=[str(path.relative_to(PROJECT)) for path in DOCUMENTS])
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text()):
        assert target.startswith("https://") or (path.parent / target).exists(), target


def test_the_guide_names_every_option_of_run() -> None:
    guide = (PROJECT / "docs" / "guide.md").read_text()
    shown = subprocess.run(
        [sys.executable, "-m", "sandbox", "run", "--help"], capture_output=True, text=True, check=True
    )
    for option in set(re.findall(r"--[a-z][a-z-]+", shown.stdout)) - {"--help"}:
        assert option in guide, option


def test_the_two_commands_of_the_readme_are_the_makefile_s() -> None:
    readme = (PROJECT / "README.md").read_text()
    makefile = (PROJECT / "Makefile").read_text()
    for command in ("demo", "test"):
        assert f"make {command} " in readme
        assert re.search(rf"^{command}:", makefile, re.MULTILINE)
