"""Patches, against git itself: what is written applies, and what is applied is what git makes of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from sandbox.errors import BadInput
from sandbox.patches import applied, difference
from sandbox.tree import EXECUTABLE, FILE, LINK, Entry, Tree
from sandbox.treefiles import read_tree, write_tree

OLD: Tree = {
    "calc.py": Entry(FILE, b"def add(a, b):\n    return a - b\n"),
    "run.sh": Entry(FILE, b"#!/bin/sh\n"),
    "gone.txt": Entry(FILE, b"no end of line"),
    "pic.png": Entry(FILE, b"\x89PNG\0\xff" * 40),
    "latin.txt": Entry(FILE, "caf\xe9\n".encode("latin-1")),
    "link": Entry(LINK, b"calc.py"),
    "becomes": Entry(FILE, b"a file\n"),
    "d\xfcrr [1]*.txt": Entry(FILE, b"odd name\n"),
}
NEW: Tree = {
    "calc.py": Entry(FILE, b"def add(a, b):\n    return a + b\n"),
    "run.sh": Entry(EXECUTABLE, b"#!/bin/sh\n"),
    "pic.png": Entry(FILE, b"\x89PNG\0\xfe" * 41),
    "latin.txt": Entry(FILE, "caf\xe9s\n".encode("latin-1")),
    "link": Entry(LINK, b"run.sh"),
    "becomes/a-folder.txt": Entry(FILE, b"a\r\nb\n"),
    "empty": Entry(FILE, b""),
    "d\xfcrr [1]*.txt": Entry(FILE, b"\xff odd name\n"),
}


def git(folder: Path, *words: str) -> None:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, env=environment)


def test_a_difference_applies_with_git_itself(tmp_path: Path) -> None:
    place = tmp_path / "checkout"
    write_tree(place, OLD)
    git(place, "init", "--quiet")
    patch = tmp_path / "x.patch"
    patch.write_text(difference(OLD, NEW), "utf-8", newline="")
    git(place, "apply", "--check", str(patch))
    git(place, "apply", str(patch))
    assert read_tree(place) == NEW


def test_a_difference_applies_here_there_and_back() -> None:
    assert applied(OLD, difference(OLD, NEW), what="it") == NEW
    assert applied(NEW, difference(NEW, OLD), what="it") == OLD


def test_equal_trees_differ_in_nothing() -> None:
    assert difference(OLD, OLD) == ""
    assert applied(OLD, "", what="it") == OLD


def test_attributes_of_either_tree_change_nothing_about_a_difference() -> None:
    hostile = {".gitattributes": Entry(FILE, b"* filter=bad diff=bad binary\n"), ".gitignore": Entry(FILE, b"*\n")}
    assert "+    return a + b\n" in difference({**OLD, **hostile}, {**NEW, **hostile})


def test_a_last_line_without_an_end_may_end_a_patch() -> None:
    patch = "--- a/run.sh\n+++ b/run.sh\n@@ -1 +1,2 @@\n #!/bin/sh\n+true"
    assert applied(OLD, patch, what="it")["run.sh"].data == b"#!/bin/sh\ntrue\n"


@pytest.mark.parametrize(
    ("patch", "why"),
    [
        ("just words\n", "it: is no patch"),
        ("--- a/nowhere.py\n+++ b/nowhere.py\n@@ -1 +1 @@\n-x\n+y\n", "it: does not apply: .*nowhere.py"),
        ("--- a/calc.py\n+++ b/calc.py\n@@ -1 +1 @@\n-other\n+y\n", "it: does not apply: .*calc.py"),
        ("--- /dev/null\n+++ b/../../out\n@@ -0,0 +1 @@\n+y\n", "it: does not apply"),
        ("--- /dev/null\n+++ b/.git/hooks/pre-commit\n@@ -0,0 +1 @@\n+y\n", "it: does not apply"),
        ("--- /dev/null\n+++ b/link/x\n@@ -0,0 +1 @@\n+y\n", "it: does not apply"),
        ("diff --git a/pic.png b/pic.png\nBinary files a/pic.png and b/pic.png differ\n", "it: does not apply"),
        ("diff --git a/m b/m\nnew file mode 160000\n--- /dev/null\n+++ b/m\n@@ -0,0 +1 @@\n+Subproject commit "
         + "0" * 39 + "1\n", "it: makes 'm', which is no file"),
    ],
)  # fmt: skip
def test_what_does_not_apply_is_refused_in_one_line(patch: str, why: str) -> None:
    with pytest.raises(BadInput, match=why) as caught:
        applied(OLD, patch, what="it")
    assert "\n" not in str(caught.value)
