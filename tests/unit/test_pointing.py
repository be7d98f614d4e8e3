"""What points to a fix: names of what differs, one failing test, and where there is nothing to point at."""

from __future__ import annotations

import pytest

from sandbox.condition import CONDITIONS
from sandbox.course import next_stage
from sandbox.parts import Parts
from sandbox.plan import make_plan, parse_candidate
from sandbox.pointing import MOST_NAMES, point_to
from sandbox.task import Bug, Release
from tests.support.builders import Log, make_task, text_file

OLD = '''\
"""A module."""
__version__ = "1.0"
LIMIT = 3


def kept(a):
    """Docstring."""
    return a


def mended(a, b=1):
    return a - b


class Box:
    """A box."""

    size = 3

    def same(self):
        return 1

    def mended(self):
        def inner():
            return 1
        return inner()
'''
TESTS = """\
import pytest


class Base:
    def test_shared(self):
        assert 1


class TestBox:
    @pytest.mark.parametrize("a", [1, 2])
    def test_mended(self, a):
        assert a  # as it is


def test_other():
    pass
"""
BUGS = (Bug(id="escape", tests=("t/test_box.py::TestBox::test_mended[1]",)),)
TASK = make_task(release=Release(repo="sample", old="1.0", new="1.1"), bugs=BUGS)


def parts(*changes: tuple[str, str], old: str = OLD, path: str = "pkg/box.py") -> Parts:
    new = old
    for before, after in changes:
        assert new.count(before) == 1
        new = new.replace(before, after)
    return Parts(
        workspace={path: text_file(old), "README.md": text_file("one")},
        tests={"t/test_box.py": text_file(TESTS)},
        solution={path: text_file(new), "README.md": text_file("two")},
        removed=(),
    )


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ([("return a - b", "return a + b")], ("mended",)),
        ([("a, b=1", "a, b=2")], ("mended",)),
        ([("return 1\n        return inner", "return 2\n        return inner")], ("Box.mended",)),
        ([("return a - b", "return a + b"), ("size = 3", "size = 4")], ("mended", "Box")),
        ([("LIMIT = 3", "LIMIT = 4")], ("LIMIT",)),
        ([("    size = 3\n", "    size = 3\n\n    def new(self):\n        return 2\n")], ("Box",)),
        ([("LIMIT = 3\n", "LIMIT = 3\n\n\ndef new():\n    pass\n"), ("size = 3", "size = new()")], ("Box",)),
        ([('"1.0"', '"1.1"'), ("Docstring.", "Words."), ("return a - b", "return b - a")], ("mended",)),
    ],
)
def test_names_of_what_differs(changes: list[tuple[str, str]], names: tuple[str, ...]) -> None:
    assert point_to(TASK, parts(*changes)).places == {"pkg/box.py": names}


@pytest.mark.parametrize(
    "changes",
    [[], [("Docstring.", "Words.")], [('"1.0"', '"1.1"')], [("    return a\n", "    # why\n    return a\n")]],
)
def test_a_fix_in_no_function_is_not_pointed_at(changes: list[tuple[str, str]]) -> None:
    with pytest.raises(LookupError, match="lies in no function"):
        point_to(TASK, parts(*changes))


@pytest.mark.parametrize("path", ["setup.py", "docs/conf.py", "pkg/box.txt", "tools/box.py"])
def test_what_is_no_code_of_the_package_is_passed_over(path: str) -> None:
    changed = [("return a - b", "return a + b")] if path.endswith(".py") else []
    with pytest.raises(LookupError, match="lies in no function"):
        point_to(TASK, parts(*changed, path=path))


def test_too_many_functions_are_no_place() -> None:
    old = "".join(f"def f{number}():\n    return {number}\n" for number in range(MOST_NAMES + 1))
    with pytest.raises(LookupError, match="touches 13 functions"):
        point_to(TASK, parts(*[(f"return {n}\n", f"return -{n} - 1\n") for n in range(MOST_NAMES + 1)], old=old))


def test_one_failing_test_is_shown_and_no_other() -> None:
    found = point_to(TASK, parts(("return a - b", "return a + b")))
    assert found.tests[0] == (
        "t/test_box.py::TestBox::test_mended[1]",
        '@pytest.mark.parametrize("a", [1, 2])\ndef test_mended(self, a):\n    assert a  # as it is',
    )


def test_a_test_that_is_inherited_is_found_where_its_name_stands_once() -> None:
    task = make_task(bugs=(Bug(id="escape", tests=("t/none.py::Missing::test_absent", "t/x.py::T::test_shared")),))
    found = point_to(task, parts(("return a - b", "return a + b")))
    assert found.tests[0] == ("t/x.py::T::test_shared", "def test_shared(self):\n    assert 1")
    nowhere = make_task(bugs=(Bug(id="escape", tests=("t/none.py::test_absent",)),))
    with pytest.raises(LookupError, match="none of its failing tests"):
        point_to(nowhere, parts(("return a - b", "return a + b")))


def test_what_is_said_of_it() -> None:
    found = point_to(TASK, parts(("return a - b", "return a + b"), ("size = 3", "size = 4")))
    assert found.text(["file"], {}) == "The fault lies in `pkg/box.py`."
    assert found.text(["file", "function"], {}) == "The fault lies in `mended` and `Box` in `pkg/box.py`."
    assert found.text([], {}) == ""
    assert "# t/test_box.py::TestBox::test_mended[1]\n@pytest" in found.text(["failing-test"], {})


def test_on_the_function_rung_the_task_is_told_with_it() -> None:
    nop = [parse_candidate("scripted:nop")]
    found = point_to(TASK, parts(("return a - b", "return a + b")))
    plan = make_plan([TASK], nop, ["function"], 1, pointers={TASK.name: found})
    first = next_stage(plan.trials[0], None, [])
    assert first is not None
    assert first.text.startswith("Make it work.\n\nThe fault lies in `mended` in `pkg/box.py`.\n\nThis test fails now")
    assert plan.trials[0].rung == "function"
    both = make_plan([TASK], nop, ["function", "field"], 1, pointers={TASK.name: "its fix lies in no function"})
    assert [trial.condition for trial in both.trials] == ["field"]
    assert both.left_out == ("suite/sample: its fix lies in no function, left out of condition function",)
    assert CONDITIONS["function"].misses(TASK) is None


def test_the_test_that_is_told_fails_in_the_untouched_workspace() -> None:
    bug = Bug(id="escape", tests=("t/test_box.py::TestBox::test_mended[1]", "t/test_box.py::test_other"))
    task = make_task(release=TASK.release, bugs=(bug,))
    found = point_to(task, parts(("return a - b", "return a + b")))
    plan = make_plan([task], [parse_candidate("scripted:nop")], ["function"], 1, pointers={task.name: found})
    assert plan.trials[0].looks_first
    log = Log()
    log.check(outcomes={bug.tests[0]: "passed", bug.tests[1]: "failed"})
    first = next_stage(plan.trials[0], None, log.events)
    assert first is not None
    assert "# t/test_box.py::test_other\n" in first.text
    assert "test_mended" not in first.text
    assert "This test" not in found.text(["failing-test"], dict.fromkeys(bug.tests, "passed"))
