"""Tasks made of fixes, the pure part: what tests tell, drafts, and calls for canaries."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.adding import canaries, sorting
from sandbox.adding.drafting import NO_CANARY, UNWRITTEN, Draft, files, task_toml
from sandbox.adding.newtask import name_of
from sandbox.adding.proving import modules
from sandbox.errors import BadInput
from sandbox.loader import load_task
from tests.support.builders import text_file

# --- what tests tell ---


def runs(**tests: str) -> list[dict[str, str]]:
    """Runs from the words of each test, one a run."""
    words = {test: said.split() for test, said in tests.items()}
    return [{test: said[number] for test, said in words.items()} for number in range(2)]


def test_tests_are_sorted_by_what_both_sides_say_of_them() -> None:
    before = runs(
        fix="failed failed",
        error="error error",
        keep="passed passed",
        flaky="failed passed",
        late="failed failed",
        slow="timeout timeout",
        absent="missing missing",
        bad="failed failed",
        broken="passed passed",
        skipped="skipped skipped",
        expected="xfailed xfailed",
        mixed="failed error",
    )
    after = runs(
        fix="passed passed",
        error="passed passed",
        keep="passed passed",
        flaky="passed passed",
        late="passed timeout",
        slow="passed passed",
        absent="passed passed",
        bad="failed failed",
        broken="failed failed",
        skipped="skipped skipped",
        expected="xfailed xfailed",
        mixed="passed passed",
    )
    found = sorting.sort(list(before[0]), before, after)
    assert found == sorting.Sorted(
        fixed=("fix", "error"),
        kept=("keep",),
        flaky=("flaky", "late", "mixed"),
        slow=("slow",),
        absent=("absent",),
        failing=("bad", "broken"),
    )
    assert [line.split()[0] for line in sorting.remarks(found)] == ["3", "1", "1", "2"]


def test_many_tests_are_named_by_the_first_few() -> None:
    assert sorting.named(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert sorting.named(["a"]) == "a"


IDS = ("tests/test_a.py::A::test_x[1]", "tests/test_a.py::A::test_x[2]", "tests/test_b.py::test_y")


def test_without_a_wish_there_is_one_bug() -> None:
    assert sorting.group(IDS, ()) == {"bug": IDS}


def test_bugs_take_the_tests_that_fit_them_first() -> None:
    assert sorting.group(IDS, ["x=test_x[1]", "rest=*"]) == {"x": IDS[:1], "rest": IDS[1:]}
    assert sorting.group(IDS, ["x=*test_x[*]", "y=test_b.py::"]) == {"x": IDS[:2], "y": IDS[2:]}
    assert sorting.group(IDS, ["x=test_y", "x=test_x"]) == {"x": (IDS[2], IDS[0], IDS[1])}


@pytest.mark.parametrize("words", ["x", "x=", "X=test", "=test", "a b=test", "x=nothing", "x=tests/*.py"])
def test_a_bug_that_is_none_is_refused(words: str) -> None:
    with pytest.raises(BadInput, match="--bug"):
        sorting.group(IDS, [words])


def test_a_split_is_suggested_by_file_and_in_one_file_by_class() -> None:
    assert sorting.suggestion(IDS) == ["--bug a=tests/test_a.py", "--bug b=tests/test_b.py"]
    both = ["t.py::CommandLineTests::test_x", "t.py::TestOther::test_y"]
    assert sorting.suggestion(both) == ["--bug command-line=t.py::CommandLineTests::", "--bug other=t.py::TestOther::"]
    assert sorting.suggestion(both[:1]) == []
    assert sorting.suggestion(["t.py::test_x", "t.py::test_y"]) == []
    for options, tests in ((sorting.suggestion(IDS), IDS), (sorting.suggestion(both), both)):
        grouped = sorting.group(tests, [option.removeprefix("--bug ") for option in options])
        assert sorted(test for found in grouped.values() for test in found) == sorted(tests)


def test_the_reason_is_the_last_line_that_pytest_marks() -> None:
    words = "tests/x.py:1: in <module>\n    import y\nE   ModuleNotFoundError: No module named 'y'\n"
    assert sorting.reason(words) == "ModuleNotFoundError: No module named 'y'"
    assert sorting.reason("all\nelse") == "all else"


def test_files_that_cannot_be_imported_are_counted_by_reason() -> None:
    missing = "E   ModuleNotFoundError: No module named 'y'"
    assert sorting.uncollected({"tests/a.py": "E   ImportError: x"}, "1.0") == (
        "over 1.0 1 test file cannot be imported: ImportError: x"
    )
    assert sorting.uncollected({"a.py": missing, "b.py": "E   ImportError: x", "c.py": missing}, "1.0") == (
        "over 1.0 3 test files cannot be imported: ModuleNotFoundError: No module named 'y' (2); ImportError: x (1); "
        "--requires NAME adds a wheel"
    )


def test_modules_are_what_may_hold_tests() -> None:
    tests = {
        "tests/test_a.py": text_file("def test_a(): pass"),
        "tests/b.py": text_file("class TestB:\n    async def test_b(self): pass"),
        "tests/helper.py": text_file("def helper(): pass  # def test"),
        "tests/conftest.py": text_file("def test_x(): pass"),
        "tests/data.txt": text_file("def test_x(): pass"),
    }
    assert modules(tests) == ["tests/b.py", "tests/test_a.py"]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.org/a/some-lib.git", "some-lib"),
        ("git@example.org:a/b.git", "b"),
        ("file:///tmp/x/", "x"),
        ("file:///tmp/up%20stream", "up-20stream"),
        ("file:///tmp/x/.git", "x"),
        ("https://example.org/-", "repo"),
    ],
)
def test_a_repo_is_called_after_its_url(url: str, name: str) -> None:
    assert name_of(url) == name


# --- drafts ---

DRAFT = Draft(
    id="x",
    repo="sample",
    old="1.0",
    new="1.1",
    bugs={"one": ['tests/test_a.py::test_x["\\d"-é]'], "two": ["tests/test_a.py::test_y"]},
    guards=["tests/test_a.py::test_z", "tests/test_a.py::test_w[a b]"],
    canaries=[("import sample", "sample.f('a b')")],
    fixed_at="2024-03-02",
)


def write(folder: Path, draft: Draft) -> Path:
    place = folder / "own" / draft.id
    for path, text in files(draft).items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text, "utf-8")
    return place


def test_a_draft_is_a_task_with_its_places_marked(tmp_path: Path) -> None:
    task = load_task(write(tmp_path, DRAFT))
    assert {bug.id: list(bug.tests) for bug in task.bugs} == DRAFT.bugs
    assert list(task.guards) == DRAFT.guards
    assert task.fixed_at == "2024-03-02"
    assert task.release is not None
    assert (task.release.repo, task.release.old, task.release.new) == ("sample", "1.0", "1.1")
    assert [(canary.setup, canary.call) for canary in task.judge.canaries] == DRAFT.canaries
    assert UNWRITTEN in task.instruction
    assert all(bug.report is not None and UNWRITTEN in bug.report for bug in task.bugs)


def test_a_draft_without_a_date_or_a_canary(tmp_path: Path) -> None:
    draft = replace(DRAFT, fixed_at=None, canaries=())
    assert "fixed_at" not in task_toml(draft)
    with pytest.raises(BadInput, match=r"canaries\[0\]\.call: is no Python"):
        load_task(write(tmp_path, draft))
    assert NO_CANARY in task_toml(draft)


def test_more_tables_stand_behind_the_release() -> None:
    text = task_toml(replace(DRAFT, extra='[[metadata.roadtest.release.mutations]]\nfile = "x"\n', category="cache"))
    ours = tomllib.loads(text)["metadata"]["roadtest"]
    assert ours["release"]["mutations"] == [{"file": "x"}]
    assert ours["category"] == "cache"


# --- canaries ---

PACKAGE = {
    "src/pkg/__init__.py": text_file("from .core import *\nfrom pkg.other import shout as cry\n"),
    "src/pkg/core.py": text_file("def often(x): ...\ndef seldom(x): ...\ndef _hidden(): ...\nclass BadError: ...\n"),
    "src/pkg/other.py": text_file("import os\ndef shout(x): ...\n"),
    "src/pkg/_private.py": text_file("def secret(): ...\n"),
    "src/pkg/broken.py": text_file("def ("),
    "docs/conf.py": text_file("def never(): ..."),
}
TESTS = {"tests/test_a.py": text_file("often(1) often (2) often(often(3)) seldom(1) shout(1) shout shout")}


def test_candidates_are_calls_of_what_the_package_offers_the_likeliest_first() -> None:
    calls = canaries.candidates(PACKAGE, "pkg", TESTS, "{}")
    names = list(dict.fromkeys(call.partition("(")[0] for _, call in calls))
    assert names[0] == "pkg.often"
    assert set(names) >= {"pkg.cry", "pkg.seldom", "pkg.shout"}
    assert "pkg.core" not in names
    assert not {name for name in names if "hidden" in name or "secret" in name or "Error" in name or "never" in name}
    for setup, call in calls:
        ast.parse(setup)
        ast.parse(call, mode="eval")


def test_calls_are_tried_by_a_module_of_tests(tmp_path: Path) -> None:
    (tmp_path / "pkg.py").write_text(
        "import itertools\ncount = itertools.count(1)\n"
        "def plain(x): return {'x': x}\n"
        "def thing(x): return object()\n"
        "def other(x): return next(count)\n"
        "def none(x): return None\n"
    )
    calls = [("import pkg", f"pkg.{name}('a b')") for name in ("plain", "thing", "other", "none", "missing")]
    for path, entry in canaries.trial(calls).items():
        (tmp_path / path).write_bytes(entry.data)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rA", "-c", "/dev/null", "--rootdir=."]
    done = subprocess.run([*command, canaries.MODULE], cwd=tmp_path, capture_output=True, text=True, check=False)
    passed = {test: "passed" if f"PASSED {test}" in done.stdout else "failed" for test in canaries.ids(calls)}
    assert canaries.chosen(calls, [passed]) == [("import pkg", "pkg.plain('a b')")]


def test_one_call_of_each_function_is_chosen_if_it_works_every_time() -> None:
    calls = [("import p", call) for call in ("p.f(1)", "list(p.f(2))", "str(p.g.h(3))", "p.i(4)")]
    good: Any = dict.fromkeys(canaries.ids(calls), "passed")
    bad = {**good, canaries.ids(calls)[3]: "failed"}
    assert canaries.chosen(calls, [good, bad]) == [calls[0], calls[2]]
