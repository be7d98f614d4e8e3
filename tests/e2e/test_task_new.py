"""`task new` and `repo add`, from a public fix to a task that checks: a commit, and two releases."""

from __future__ import annotations

import re
import signal
import subprocess
import time
import tomllib
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.support.command import ROADTEST, environment, roadtest
from tests.support.upstream import BEFORE, UPSTREAM_WORDS, Upstream, halver

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where this module's manifests and cache lie."""
    folder = tmp_path_factory.mktemp("adding")
    return {"ROADTEST_REPOS": str(folder / "repos"), "ROADTEST_CACHE": str(folder / "cache")}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, places: dict[str, str]) -> tuple[Path, Upstream, str, str]:
    """A task of a commit: its directory, the repository, the commit, and what was printed."""
    folder = tmp_path_factory.mktemp("made")
    upstream, fix = halver(folder / "halver")
    out = folder / "own" / "odd-halves"
    done = new(upstream, fix, out, places)
    assert done.returncode == 0, done.stdout + done.stderr
    return out, upstream, fix, done.stdout + done.stderr


def new(upstream: Upstream, fix: str, out: Path, env: dict[str, str], *more: str) -> subprocess.CompletedProcess[str]:
    return roadtest("task", "new", "--repo", upstream.folder, "--fix", fix, "--out", out, *more, env=env)


def document(task: Path) -> Any:
    return tomllib.loads((task / "task.toml").read_text())


def test_a_commit_becomes_a_task(made: tuple[Path, Upstream, str, str], places: dict[str, str]) -> None:
    out, upstream, fix, said = made
    ours = document(out)["metadata"]["roadtest"]
    parent = upstream.git("rev-parse", f"{fix}^")
    assert ours["release"] == {"repo": "halver", "from": parent[:12], "to": fix[:12]}
    assert [bug["tests"] for bug in ours["bugs"]] == [["tests/test_halver.py::test_odd"]]
    assert str(ours["bugs"][0]["fixed_at"]) == "2024-03-02"
    guards = [line for line in (out / "tests" / "guards.txt").read_text().splitlines() if not line.startswith("#")]
    assert guards == ["tests/test_halver.py::test_first", "tests/test_halver.py::test_second"]
    assert "1 test left out, for they end otherwise from run to run: tests/test_halver.py::test_flaky" in said
    assert "they do not pass after the fix either: tests/test_halver.py::test_wrong_everywhere" in said
    manifest = tomllib.loads((Path(places["ROADTEST_REPOS"]) / "halver.toml").read_text())
    assert manifest["licence"] == "MIT"
    assert manifest["git"] == upstream.folder.as_uri()
    assert [row["commit"] for row in manifest["releases"]] == [parent, fix]
    assert manifest["releases"][1]["tree"] == upstream.git("rev-parse", f"{fix}^{{tree}}")


def test_no_word_of_upstream_is_in_it(made: tuple[Path, Upstream, str, str], places: dict[str, str]) -> None:
    texts = [path.read_text() for path in made[0].rglob("*") if path.is_file()]
    texts += [path.read_text() for path in Path(places["ROADTEST_REPOS"]).iterdir()]
    assert len(texts) == 4
    assert not any(UPSTREAM_WORDS in text for text in texts)


def test_it_holds_but_for_the_complaint(made: tuple[Path, Upstream, str, str], places: dict[str, str]) -> None:
    out = made[0]
    checked = roadtest("task", "check", out, env=places)
    assert checked.returncode == 1
    lines = checked.stdout.splitlines()
    assert len(lines) == 2
    assert all("TODO(complaint) is still to be written" in line for line in lines)


def test_once_the_complaint_is_written_it_holds(
    made: tuple[Path, Upstream, str, str], places: dict[str, str], tmp_path: Path
) -> None:
    task = tmp_path / "own" / "odd-halves"
    task.parent.mkdir()
    subprocess.run(["cp", "-R", made[0], task], check=True)
    (task / "instruction.md").write_text("The second half of 'abc' comes out as 'c'; I want 'bc'.\n")
    text = re.sub(r"TODO\(complaint\)[^\"]*", "The second half lacks a character.", (task / "task.toml").read_text())
    (task / "task.toml").write_text(text)
    checked = roadtest("task", "check", task, env=places)
    assert (checked.returncode, checked.stdout) == (0, "own/odd-halves: holds\n"), checked.stdout + checked.stderr


def test_the_second_time_the_tests_come_from_the_cache(
    made: tuple[Path, Upstream, str, str], places: dict[str, str], tmp_path: Path
) -> None:
    out, upstream, fix, _ = made
    again = tmp_path / "own" / "odd-halves"
    kept = {path.name for path in (Path(places["ROADTEST_CACHE"]) / "outcomes").iterdir()}
    done = new(upstream, fix, again, places)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (Path(places["ROADTEST_CACHE"]) / "outcomes").iterdir()} == kept
    assert (again / "task.toml").read_text() == (out / "task.toml").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--fix", "0" * 40], "has no commit 0000"),
        (["--fix", "nowhere"], "has no commit nowhere"),
        (["--fix", "main"], "is the first of its repository"),
        (["--fix", "fixes", "--bug", "x=none"], "fits none of the tests"),
        (["--fix", "fixes", "--tests", "nothing"], "give --tests GLOB"),
        (["--fix", "docs"], "do not differ outside their tests"),
        (["--fix", "feature"], "no test fails on"),
        (["--fix", "late"], "1 test file cannot be imported: ImportError: cannot import name 'third' from 'halver'"),
        (["--fix", "broken"], "its tests do not run: ModuleNotFoundError: No module named 'nowhere'"),
    ],
)
def test_what_makes_no_task_is_one_line_and_leaves_nothing(
    made: tuple[Path, Upstream, str, str], places: dict[str, str], tmp_path: Path, words: list[str], said: str
) -> None:
    upstream = made[1]
    upstream.git("switch", "--quiet", "main")
    for branch, files in {
        "docs": {"tests/test_more.py": "def test_more():\n    pass\n"},
        "feature": {"halver.py": BEFORE["halver.py"] + "\n\ndef third(items):\n    return items\n"},
        "late": {
            "halver.py": BEFORE["halver.py"] + "\n\ndef third(items):\n    return items\n",
            "tests/test_halver.py": "from halver import third\n\n\ndef test_x():\n    assert third(1) == 1\n",
        },
        "broken": {"halver.py": "# x\n", "tests/test_halver.py": "import nowhere\n\n\ndef test_x():\n    pass\n"},
    }.items():
        if words[1] == branch:
            upstream.git("switch", "--quiet", "-C", branch, "main")
            upstream.commit(files)
    env = {**places, "ROADTEST_REPOS": str(tmp_path / "repos")}
    out = tmp_path / "own" / "x"
    done = roadtest("task", "new", "--repo", upstream.folder, "--out", out, "--runs", "2", *words, env=env)
    last = done.stderr.splitlines()[-1]
    assert (done.returncode, last.startswith("roadtest: ")) == (2, True), done.stderr
    assert said in last
    assert "Traceback" not in done.stderr
    assert list(tmp_path.rglob("*.toml")) == []
    assert not out.exists()


def test_a_bug_that_is_none_is_refused_before_tests_are_run(
    made: tuple[Path, Upstream, str, str], places: dict[str, str], tmp_path: Path
) -> None:
    done = new(made[1], made[2], tmp_path / "own" / "x", places, "--bug", "nonsense")
    assert (done.returncode, "--bug nonsense: write ID=PATTERN" in done.stderr) == (2, True), done.stderr
    assert "run 1 of" not in done.stderr


def test_a_signal_leaves_nothing(made: tuple[Path, Upstream, str, str], places: dict[str, str], tmp_path: Path) -> None:
    _, upstream, fix, _ = made
    env = {**places, "ROADTEST_REPOS": str(tmp_path / "repos"), "ROADTEST_CACHE": str(tmp_path / "cache")}
    command = ["task", "new", "--repo", str(upstream.folder), "--fix", fix, "--out", str(tmp_path / "own" / "x")]
    process = subprocess.Popen(
        [*ROADTEST, *command], env=environment(env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    said = ""
    while "run 1 of" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 130, said + rest
    assert "Traceback" not in rest
    assert not (tmp_path / "own").exists()
    assert not (tmp_path / "repos").exists()
    client = docker.from_env()
    for _ in range(50):
        mine = client.containers.list(all=True, filters={"label": f"roadtest.pid={process.pid}"}, ignore_removed=True)
        if not mine:
            break
        time.sleep(0.1)
    assert not mine


def test_two_releases_become_the_task_that_people_made_of_them(tmp_path: Path, places: dict[str, str]) -> None:
    """All of tasks/demo/jsonpointer-defaultdict but its words, with its bug taken apart."""
    out = tmp_path / "own" / "two"
    words = ["--package", "jsonpointer", "--from", "3.9", "--to", "3.10", "--out", str(out), "--runs", "2"]
    words += ["--bug", "exceptions=raises", "--bug", "defaults=*returns_default"]
    env = {"ROADTEST_CACHE": places["ROADTEST_CACHE"]}
    done = roadtest("task", "new", *words, env=env, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    demo = Path(__file__).parent.parent.parent / "tasks" / "demo" / "jsonpointer-defaultdict"
    theirs, mine = (document(task)["metadata"]["roadtest"] for task in (demo, out))
    assert mine["release"] == theirs["release"]
    assert [(bug["id"], len(bug["tests"])) for bug in mine["bugs"]] == [("exceptions", 2), ("defaults", 1)]
    assert sorted(test for bug in mine["bugs"] for test in bug["tests"]) == theirs["bugs"][0]["tests"]
    assert {bug["fixed_at"] for bug in mine["bugs"]} == {theirs["bugs"][0]["fixed_at"]}
    guards = [set((task / "tests/guards.txt").read_text().splitlines()[1:]) for task in (demo, out)]
    assert guards[0] <= guards[1]
