"""`task check` on tasks that give themselves away, or whose tests are not steady: each is found and named."""

from __future__ import annotations

import os
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.command import roadtest
from tests.support.toy import DOCKERFILE, HIDDEN, TASK, make_task

pytestmark = pytest.mark.docker

HIDDEN_LINES = HIDDEN + (
    "\n\ndef test_a_large_sum_is_exact():\n    assert calc.add(123456789, 987654321) == 1111111110\n"
    "    assert calc.add(-987654321, 123456789) == -864197532\n"
)
NAMES = (
    '"tests/test_calc.py::test_add_negative"]',
    '"tests/test_calc.py::test_add_negative", "tests/test_calc.py::test_a_large_sum_is_exact"]',
)
FLAKY = HIDDEN_LINES + (
    "\n\ndef test_double_of_chance():\n    import os\n\n    assert os.urandom(1)[0] % 2 and calc.double(1) == 2\n"
)


# No judge runs a test twice in one process.
ONCE = HIDDEN_LINES + "\n\nSEEN = []\n\n\ndef test_sign():\n    assert not SEEN\n    SEEN.append(calc.double(1))\n"


def make(folder: Path, *, dockerfile: str = DOCKERFILE, hidden: str = HIDDEN_LINES) -> Path:
    place = make_task(folder, task=TASK.replace(*NAMES))
    (place / "environment" / "Dockerfile").write_text(dockerfile)
    (place / "tests" / "tests" / "test_calc.py").write_text(hidden)
    return place


def check(
    *places: Path, more: tuple[str, ...] = ("--fresh",), env: Mapping[str, str] | None = None
) -> tuple[int, dict[str, list[str]]]:
    """Exit code, and what is said of each task by its suite."""
    done = roadtest("task", "check", *places, *more, env=env, timeout=900)
    said: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        name, _, words = line.partition(": ")
        said.setdefault(name.partition("/")[0], []).append(words)
    assert said, done.stderr
    return done.returncode, said


def renamed(place: Path, suite: str) -> Path:
    target = place.parent.parent / suite
    place.parent.rename(target)
    return target / place.name


def test_what_gives_a_task_away_is_found_wherever_it_lies(tmp_path: Path) -> None:
    sound = make(tmp_path, hidden=ONCE)
    with (sound / "tests" / "guards.txt").open("a") as guards:
        guards.write("tests/test_calc.py::test_sign\n")
    sound = renamed(sound, "sound")
    copied = make(tmp_path, dockerfile=DOCKERFILE + "COPY docs/ /usr/share/docs/\n")
    (copied / "environment" / "docs").mkdir()
    (copied / "environment" / "docs" / "t.py").write_text(HIDDEN_LINES)
    with zipfile.ZipFile(copied / "environment" / "docs" / "old.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(copied / "solution" / "solve.sh", "fix.sh")
        archive.writestr("deep/t.py", HIDDEN_LINES)
    copied = renamed(copied, "copied")
    in_git = make(tmp_path, dockerfile=DOCKERFILE + "COPY upstream/ /opt/upstream/\n")
    bare_repository(in_git / "environment" / "upstream", HIDDEN_LINES)
    in_git = renamed(in_git, "in-git")
    line = "echo 'assert calc.add(123456789, 987654321) == 1111111110' > /dev/null"
    told = renamed(make(tmp_path, dockerfile=DOCKERFILE + f"RUN {line}\n"), "told")
    visible = make(tmp_path)
    (visible / "environment" / "workspace" / "tests").mkdir()
    (visible / "environment" / "workspace" / "tests" / "test_calc.py").write_text(HIDDEN_LINES)
    visible = renamed(visible, "visible")
    code, said = check(sound, copied, in_git, told, visible)
    assert code == 1
    assert said["sound"] == ["holds"]
    found = "\n".join(said["copied"])
    assert "the candidate can find the hidden tests in /usr/share/docs/t.py: “" in found
    assert "the candidate can find the hidden tests in /usr/share/docs/old.zip, in deep/t.py: “" in found
    assert ["the git objects of /opt/upstream" in line for line in said["in-git"]] == [True]
    assert ["the history of its image" in line for line in said["told"]] == [True]
    assert said["visible"] == ["the hidden tests of tests/test_calc.py lie in the workspace as they are"]


def bare_repository(place: Path, secret: str) -> None:
    """A repository that nothing leads to any more of a commit that holds a text, packed."""
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }

    def git(*words: str, data: str = "") -> str:
        done = subprocess.run(
            ["git", *words], cwd=place, env=environment, input=data, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    place.mkdir()
    git("init", "--quiet", "--bare")
    blob = git("hash-object", "-w", "--stdin", data=secret)
    tree = git("mktree", data=f"100644 blob {blob}\tt.py\n")
    git("update-ref", "refs/heads/gone", git("commit-tree", tree, "-m", "x"))
    git("repack", "-adq")
    git("update-ref", "-d", "refs/heads/gone")


def test_tests_that_are_not_steady_are_named(tmp_path: Path) -> None:
    place = make(tmp_path, hidden=FLAKY)
    with (place / "tests" / "guards.txt").open("a") as guards:
        guards.write("tests/test_calc.py::test_double_of_chance\n")
    code, said = check(place, more=("--fresh", "--runs", "14"))
    assert code == 1
    named = [line for line in said["toy"] if line.startswith("flaky: in 14 runs")]
    assert len(named) == 1
    assert named[0].endswith("from run to run: tests/test_calc.py::test_double_of_chance")


def test_what_held_is_not_judged_again_unless_it_is_to_be_or_has_changed(tmp_path: Path) -> None:
    place, env = make(tmp_path), {"ROADTEST_CACHE": str(tmp_path / "cache")}
    assert check(place, more=(), env=env) == (0, {"toy": ["holds"]})
    kept = [path for path in (tmp_path / "cache" / "proofs").rglob("*") if path.is_file()]
    assert sorted(path.parts[len(tmp_path.parts) + 2] for path in kept) == ["clean", "judged", "judged"]
    for path in kept:
        path.write_text(path.read_text().replace('"passed"', '"skipped"'))
    code, said = check(place, more=(), env=env)
    assert (code, "with the reference solution, tests/test_calc.py::test_add: skipped" in said["toy"]) == (1, True)
    assert check(place, env=env) == (0, {"toy": ["holds"]})
    with (place / "tests" / "tests" / "test_calc.py").open("a") as tests:
        tests.write("\n\ndef test_add_negative():\n    assert calc.add(2, 2) == 5\n")
    code, said = check(place, more=(), env=env)
    assert (code, "with the reference solution, tests/test_calc.py::test_add_negative: failed" in said["toy"]) == (
        1,
        True,
    )
