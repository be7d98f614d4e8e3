"""Recipes of made-up packages, laid out whole: replaced definitions, tests of the task's own, chains."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from sandbox.errors import BadInput
from sandbox.exams import hidden_tests, solution_of
from sandbox.loader import load_task
from sandbox.recipe import assemble, lay_out_with
from sandbox.repos import Repo, read_repo
from sandbox.task import Task
from sandbox.tree import Tree, pack
from sandbox.treefiles import read_tree, write_tree
from tests.support.builders import TASK_TOML, make_task_folder, text_file

ESCAPE = "def escape(text):\n    return text.replace('~', '~0')\n"
RELEASES: Mapping[str, Mapping[str, str]] = {
    "1.0": {"sample.py": "def answer():\n    return 41\n\n\n" + ESCAPE, "test_sample.py": "# 1.0\n", "old.py": ""},
    "1.0.1": {"sample.py": "def answer():\n    return 42\n\n\n" + ESCAPE, "test_sample.py": "# 1.0.1\n", "old.py": ""},
    "1.1": {
        "sample.py": "def answer():\n    return 42\n\n\nescape = str\n",
        "test_sample.py": "# 1.1\n",
        "new.py": "n = 1\n",
    },
}
BROKEN_ESCAPE = "def escape(text):\n    return text.replace('~', '~1')\n"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repo whose releases lie in the cache already, so that no index is asked."""
    monkeypatch.setenv("ROADTEST_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache" / "files").mkdir(parents=True)
    lines = ['schema_version = "1.0"\nname = "sample"\nlicence = "MIT"\nimport_name = "sample"\n']
    for version, files in RELEASES.items():
        archive = gzip.compress(pack({f"sample-{version}/{path}": text_file(text) for path, text in files.items()}))
        digest = hashlib.sha256(archive).hexdigest()
        (tmp_path / "cache" / "files" / digest).write_bytes(archive)
        lines += [f'[[releases]]\nversion = "{version}"\nsdist = "sample-{version}.tar.gz"\nsha256 = "{digest}"\n']
        lines += ['tests = ["test_sample.py"]\n']
    (tmp_path / "sample.toml").write_text("".join(lines), "utf-8")
    return read_repo(tmp_path / "sample.toml")


REPLACED = TASK_TOML.replace('from = "1.0"\nto = "1.1"\n', 'from = "1.0.1"\nto = "1.0.1"\n') + (
    '[[metadata.roadtest.release.replacements]]\nfile = "sample.py"\nname = "escape"\nsource = "broken/escape.py"\n'
)
OWN = {"broken/escape.py": BROKEN_ESCAPE, "tests/test_own.py": "# own\n"}
CHAIN = TASK_TOML + (
    '[[steps]]\nname = "s1"\n[[steps]]\nname = "s2"\n'
    '[[metadata.roadtest.steps]]\nname = "s1"\nrelease = "1.0.1"\n'
    '[[metadata.roadtest.steps]]\nname = "s2"\nrelease = "1.1"\n'
)
INSTRUCTIONS = {"steps/s1/instruction.md": "First.\n", "steps/s2/instruction.md": "Second.\n"}


def task_of(root: Path, toml: str, files: Mapping[str, str]) -> Task:
    return load_task(make_task_folder(root, toml, files))


def texts(tree: Tree) -> dict[str, str]:
    return {path: entry.data.decode("utf-8") for path, entry in tree.items()}


def solved(start: Tree, folder: Path, tmp_path: Path) -> dict[str, str]:
    """What the reference's script makes of a workspace."""
    workspace = tmp_path / "workspace"
    write_tree(workspace, start)
    script = (folder / "solve.sh").read_text("utf-8").replace("cd /workspace", f"cd {workspace}")
    here = tmp_path / "solution"
    write_tree(here, read_tree(folder))
    (here / "solve.sh").write_text(script)
    subprocess.run(["bash", str(here / "solve.sh")], check=True, cwd="/")
    return texts(read_tree(workspace))


# --- replaced definitions ---


def test_the_workspace_has_ours_and_the_reference_is_the_original(tmp_path: Path, repo: Repo) -> None:
    task = task_of(tmp_path, REPLACED, OWN)
    folder = lay_out_with(task, repo, machine="x86_64")
    workspace = read_tree(folder / "environment" / "workspace")
    original = RELEASES["1.0.1"]
    assert texts(workspace) == {**original, "sample.py": original["sample.py"].replace(ESCAPE, BROKEN_ESCAPE)}
    assert set(solution_of(folder, task)) == {"solve.sh", "files/sample.py"}
    assert solved(workspace, folder / "solution", tmp_path) == original


def test_the_tasks_own_tests_lie_over_those_of_the_release(tmp_path: Path, repo: Repo) -> None:
    task = task_of(tmp_path, REPLACED, OWN)
    folder = lay_out_with(task, repo, machine="x86_64")
    assert texts(hidden_tests(folder, task, 0)) == {"test_sample.py": "# 1.0.1\n", "test_own.py": "# own\n"}
    assert texts(assemble(task, repo).tests) == texts(hidden_tests(folder, task, 0))
    over = task_of(tmp_path, REPLACED, {**OWN, "tests/test_sample.py": "# ours\n"})
    assert texts(assemble(over, repo).tests)["test_sample.py"] == "# ours\n"


def test_a_hidden_test_may_lie_in_a_file_of_the_tasks_own(tmp_path: Path, repo: Repo) -> None:
    toml = REPLACED.replace("test_sample.py::test_escape", "test_own.py::test_escape")
    assert "test_own.py" in assemble(task_of(tmp_path, toml, OWN), repo).tests
    elsewhere = task_of(tmp_path, toml.replace("test_own.py::", "test_else.py::"), OWN)
    with pytest.raises(BadInput, match=r"test_else\.py::test_escape: neither the newer release nor the task"):
        assemble(elsewhere, repo)


def test_nothing_of_ours_but_the_definition_comes_into_the_workspace(tmp_path: Path, repo: Repo) -> None:
    folder = lay_out_with(task_of(tmp_path, REPLACED, OWN), repo, machine="x86_64")
    assert not list(folder.rglob("broken"))
    assert set(read_tree(folder / "environment" / "workspace")) == set(RELEASES["1.0.1"])


def test_another_definition_makes_another_directory(tmp_path: Path, repo: Repo) -> None:
    made = {lay_out_with(task_of(tmp_path, REPLACED, OWN), repo, machine="x86_64") for _ in range(2)}
    assert len(made) == 1
    other = task_of(tmp_path, REPLACED, {**OWN, "broken/escape.py": BROKEN_ESCAPE + "# more\n"})
    assert lay_out_with(other, repo, machine="x86_64") not in made


@pytest.mark.parametrize(
    ("old", "new", "source", "expected"),
    [
        ('file = "sample.py"', 'file = "nope.py"', None, "replacements[0].file: sample 1.0.1 has no file nope.py"),
        (
            'name = "escape"',
            'name = "A.escape"',
            None,
            "replacements[0].name: sample.py of sample 1.0.1 holds no definit",
        ),
        ('name = "escape"', 'name = "escape"', ESCAPE, "replacements[0].source: broken/escape.py is what sample.py of"),
        ('file = "sample.py"', 'file = "notes.txt"', None, "replacements[0].file: sample 1.0.1 has no file notes.txt"),
    ],
    ids=range(4),
)
def test_a_replacement_that_does_not_fit_the_release_is_refused(
    tmp_path: Path, repo: Repo, old: str, new: str, source: str | None, expected: str
) -> None:
    task = task_of(tmp_path, REPLACED.replace(old, new), {**OWN, "broken/escape.py": source or BROKEN_ESCAPE})
    with pytest.raises(BadInput) as caught:
        assemble(task, repo)
    assert "task.toml: metadata.roadtest.release." in str(caught.value)
    assert expected in str(caught.value)


def test_one_release_without_replacements_is_no_recipe(tmp_path: Path, repo: Repo) -> None:
    same = task_of(tmp_path, TASK_TOML.replace('from = "1.0"', 'from = "1.1"'), {})
    with pytest.raises(BadInput, match="the two releases do not differ outside their tests"):
        assemble(same, repo)


# --- chains ---


def test_a_chain_is_laid_out_step_by_step(tmp_path: Path, repo: Repo) -> None:
    task = task_of(tmp_path, CHAIN, {**INSTRUCTIONS, "tests/test_own.py": "# own\n"})
    folder = lay_out_with(task, repo, machine="x86_64")
    assert texts(read_tree(folder / "environment" / "workspace")) == RELEASES["1.0"]
    assert set(read_tree(folder / "tests")) == {"guards.txt", "test_own.py"}
    assert (folder / "steps/s2/instruction.md").read_text() == "Second.\n"
    assert not (folder / "solution").exists()
    assert texts(hidden_tests(folder, task, 0)) == {"test_own.py": "# own\n", "test_sample.py": "# 1.0.1\n"}
    assert texts(hidden_tests(folder, task, 1)) == {"test_own.py": "# own\n", "test_sample.py": "# 1.1\n"}


def test_the_steps_solutions_lead_from_reference_to_reference(tmp_path: Path, repo: Repo) -> None:
    task = task_of(tmp_path, CHAIN, INSTRUCTIONS)
    folder = lay_out_with(task, repo, machine="x86_64")
    assert set(solution_of(folder, task)) == {
        "s1/solve.sh",
        "s1/files/sample.py",
        "s2/solve.sh",
        "s2/files/sample.py",
        "s2/files/new.py",
    }
    start = read_tree(folder / "environment" / "workspace")
    # The candidate's own tests stay as they were: they are no part of a solution.
    tests = {"test_sample.py": "# 1.0\n"}
    after = solved(start, folder / "steps" / "s1" / "solution", tmp_path / "one")
    assert after == {**RELEASES["1.0.1"], **tests}
    reached = {path: text_file(text) for path, text in after.items()}
    assert solved(reached, folder / "steps" / "s2" / "solution", tmp_path / "two") == {**RELEASES["1.1"], **tests}


def test_a_step_may_bring_tests_of_its_own(tmp_path: Path, repo: Repo) -> None:
    toml = CHAIN.replace("test_sample.py::test_index", "test_index.py::test_index")
    task = task_of(tmp_path, toml, {**INSTRUCTIONS, "steps/s2/tests/test_index.py": "# ours\n"})
    parts = assemble(task, repo)
    assert set(parts.tests_at(0)) == {"test_sample.py"}
    assert set(parts.tests_at(1)) == {"test_sample.py", "test_index.py"}


def test_a_chain_may_begin_with_replaced_definitions(tmp_path: Path, repo: Repo) -> None:
    toml = CHAIN + REPLACED[REPLACED.index("[[metadata.roadtest.release.rep") :]
    task = task_of(tmp_path, toml.replace('release = "1.0.1"', 'release = "1.0"'), {**INSTRUCTIONS, **OWN})
    parts = assemble(task, repo)
    assert "'~1'" in texts(parts.workspace)["sample.py"]
    assert texts(parts.steps[0][1].solution) == {"sample.py": RELEASES["1.0"]["sample.py"]}


def test_a_test_cannot_be_asked_for_before_its_file_is_there(tmp_path: Path, repo: Repo) -> None:
    toml = CHAIN.replace('"test_sample.py::test_escape"]', '"test_index.py::test_escape"]\nstep = "s1"')
    task = task_of(tmp_path, toml, {**INSTRUCTIONS, "steps/s2/tests/test_index.py": "# ours\n"})
    with pytest.raises(BadInput, match=r"test_index\.py::test_escape: .* has such a test file by step s1"):
        assemble(task, repo)


def test_a_step_that_changes_nothing_is_refused(tmp_path: Path, repo: Repo) -> None:
    task = task_of(tmp_path, CHAIN.replace('release = "1.0.1"', 'release = "1.0"'), INSTRUCTIONS)
    with pytest.raises(BadInput, match=r"metadata\.roadtest\.steps: s1: the two releases do not differ"):
        assemble(task, repo)


def test_a_release_that_is_not_pinned_is_refused(tmp_path: Path, repo: Repo) -> None:
    task = task_of(tmp_path, CHAIN.replace('release = "1.0.1"', 'release = "1.0.2"'), INSTRUCTIONS)
    with pytest.raises(BadInput, match=r"pins no release 1\.0\.2"):
        assemble(task, repo)


def test_another_step_makes_another_directory(tmp_path: Path, repo: Repo) -> None:
    one = lay_out_with(task_of(tmp_path, CHAIN, INSTRUCTIONS), repo, machine="x86_64")
    other = task_of(tmp_path, CHAIN, {**INSTRUCTIONS, "steps/s2/tests/more.py": ""})
    assert lay_out_with(other, repo, machine="x86_64") != one
