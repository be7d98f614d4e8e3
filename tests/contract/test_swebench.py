"""Importing instances over a real repository that is hostile to whoever runs git in it; no container is needed."""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sandbox.errors import BadInput
from sandbox.loader import load_task
from sandbox.swebench.importing import Imported, Wish, bring_in, chosen
from sandbox.tree import LINK, unpack
from sandbox.treefiles import read_tree
from tests.support.command import roadtest
from tests.support.swebench import FIXED, ID, KEPT, STATEMENT, hostile_halver, write_rows
from tests.support.upstream import AFTER, Upstream


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    return tmp_path / "it-ran"


@pytest.fixture
def instance(tmp_path: Path, marker: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Upstream, dict[str, Any]]:
    monkeypatch.setenv("ROADTEST_CACHE", str(tmp_path / "cache"))
    return hostile_halver(tmp_path / "up", marker)


def bring(instance: tuple[Upstream, dict[str, Any]], out: Path, **more: Any) -> Imported:
    upstream, row = instance
    wish = Wish(out=out, repository=str(upstream.folder), wheels={})
    return bring_in({**row, **more}, wish, say=lambda text: None)


def test_an_instance_becomes_a_task_and_nothing_of_its_repository_runs(
    instance: tuple[Upstream, dict[str, Any]], tmp_path: Path, marker: Path
) -> None:
    done = bring(instance, tmp_path / "imported")
    assert done.refused is None
    assert (done.fixed, done.kept, done.licence, done.notes) == (1, 2, "MIT", ())
    assert not marker.exists()
    assert done.folder is not None
    task = load_task(done.folder)
    assert task.name == f"imported/{ID}"
    assert task.instruction.strip() == STATEMENT
    assert task.bugs[0].tests == tuple(FIXED)
    assert task.guards == tuple(KEPT)
    assert task.fixed_at == "2024-03-01"
    workspace = unpack(gzip.decompress((done.folder / "environment/workspace.tar.gz").read_bytes()))
    assert workspace["docs/code"].mode == LINK
    assert b"test_odd" not in workspace["tests/test_halver.py"].data
    hidden = read_tree(done.folder / "tests")
    assert hidden["tests/test_halver.py"].data.decode() == AFTER["tests/test_halver.py"]
    assert read_tree(done.folder / "solution/files")["halver.py"].data.decode() == AFTER["halver.py"]
    assert (tmp_path / "imported" / ".gitignore").read_text() == "*\n"
    # The twin: git as it is does run them.
    subprocess.run(["git", "status"], cwd=instance[0].folder, capture_output=True, check=False)
    assert marker.exists()


def test_the_same_again_changes_nothing_and_another_is_refused(
    instance: tuple[Upstream, dict[str, Any]], tmp_path: Path
) -> None:
    first = bring(instance, tmp_path / "imported")
    assert bring(instance, tmp_path / "imported") == first
    again = bring(instance, tmp_path / "imported", problem_statement="Something else.")
    assert again.refused is not None
    assert "is there already, and is another" in again.refused
    assert [path.name for path in (tmp_path / "imported").iterdir() if path.name != ".gitignore"] == [ID]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"base_commit": "ab" * 20}, "has no commit abab"),
        ({"patch": "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-x\n+y\n"}, "patch: does not apply: x.py: does not exist"),
        ({"test_patch": "nothing of the kind"}, "test_patch: is no patch"),
        ({"FAIL_TO_PASS": ["tests/test_other.py::test_x"]}, "tests/test_other.py is neither at base_commit nor in"),
        (
            {
                "patch": "diff --git a/out b/out\nnew file mode 120000\n--- /dev/null\n+++ b/out\n@@ -0,0 +1 @@\n"
                "+/etc/passwd\n\\ No newline at end of file\n"
            },
            "'out' leads out of the tree",
        ),
        (
            {"patch": "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+halver.py\n"},
            "patch: makes the symbolic link 'l'",
        ),
    ],
)
def test_what_cannot_be_imported_leaves_nothing(
    instance: tuple[Upstream, dict[str, Any]], tmp_path: Path, more: dict[str, Any], why: str
) -> None:
    done = bring(instance, tmp_path / "imported", **more)
    assert done.refused is not None
    assert why in done.refused
    assert "\n" not in done.refused
    assert not (tmp_path / "imported").exists()


def test_a_directory_is_no_place_for_two_repositories(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "x.jsonl", {"instance_id": "a", "repo": "o/a"}, {"instance_id": "b", "repo": "o/b"})
    with pytest.raises(BadInput, match=r"of 2 repositories \(o/a, o/b\); put \{repo\} into it"):
        chosen(path, (), "/somewhere")
    assert [row["repo"] for row in chosen(path, ("b",), "/somewhere")] == ["o/b"]
    assert len(chosen(path, (), "/mirrors/{repo}.git")) == 2
    with pytest.raises(BadInput, match=r"--instance c: .* has none of that id"):
        chosen(path, ("c",), None)


def test_the_command_ends_with_a_table_of_what_was_refused_and_why(
    instance: tuple[Upstream, dict[str, Any]], tmp_path: Path
) -> None:
    upstream, row = instance
    odd = {**row, "instance_id": "someone__halver-8", "FAIL_TO_PASS": '["test_odd (tests.HalverTest)"]'}
    path = write_rows(tmp_path / "x.jsonl", row, odd)
    mirrors = tmp_path / "someone"
    mirrors.mkdir()
    upstream.folder.rename(mirrors / "halver")
    done = roadtest("import", "swebench", path, "--repo-path", f"{tmp_path}/{{repo}}", "--out", tmp_path / "imported")
    assert done.returncode == 1, done.stderr
    assert "Instances: 1 imported, 1 refused" in done.stdout
    lines = {line.split()[1]: line for line in done.stdout.splitlines() if "someone__halver" in line}
    assert "imported" in lines[ID]
    assert "refused" in lines["someone__halver-8"]
    assert "no pytest id" in lines["someone__halver-8"]
    assert roadtest("import", "swebench", tmp_path / "none.jsonl").returncode == 2
