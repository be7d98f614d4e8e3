"""What is said of a task without running it: its words, its licence, its dates; and lines that give it away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox import soundness
from sandbox.adding.drafting import UNWRITTEN
from sandbox.canary_lines import CanaryLine, chosen, laid_open, leaks
from sandbox.licences import is_allowed
from sandbox.own_words import naming_tests, said_upstream, taken_over
from sandbox.parts import Parts
from sandbox.steadiness import flaky
from sandbox.task import Bug
from tests.support.builders import make_task, text_file

CODE = '''\
def halves(items):
    """Split what is given into a first and a second half of the very same size."""
    raise ValueError("the items that were given cannot be split into any two halves")
'''
UPSTREAM = Parts(
    workspace={
        "halver.py": text_file(CODE),
        "CHANGES.rst": text_file("2.0: second() lost an element of odd lists of any kind\n"),
    },
    tests={"tests/test_halver.py": text_file("def test_it():\n    assert halver.second([1, 2, 3]) == [2, 3]  # odd\n")},
    solution={},
    removed=(),
)


def words_of(text: str) -> list[str]:
    return list(taken_over({"instruction.md": text}, said_upstream(UPSTREAM)))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("It should split what is given, into a First and a second half!", "halver.py"),
        (
            "I saw that second lost an element of (odd) lists. Of any kind!",
            "CHANGES.rst",
        ),
        ("Try\n\n    assert halver.second([1, 2, 3])  == [2, 3]", "tests/test_halver.py"),
    ],
)
def test_upstream_s_words_are_named_with_where_they_stand(text: str, where: str) -> None:
    (found,) = words_of(text)
    assert found.startswith("instruction.md: has ")
    assert f"in common with {where} of the package" in found


@pytest.mark.parametrize(
    "text",
    [
        "The second half lacks an element when there is an odd number of items.",
        "It says: the items that were given cannot be split into any two halves",  # what a user sees
        "from halver import halves, second, first, and all the rest of it",
        "1 2 3 4 5 6 7 8 9 10",
    ],
)
def test_a_user_s_own_words_are_fine(text: str) -> None:
    assert words_of(text) == []


def test_own_tests_are_no_words_of_the_package() -> None:
    text = {"report": "Try\n    assert halver.second([1, 2, 3]) == [2, 3]  # odd"}
    assert list(taken_over(text, said_upstream(UPSTREAM)))
    assert not list(taken_over(text, said_upstream(UPSTREAM, {"tests/test_halver.py"})))


def test_hidden_tests_are_not_to_be_named() -> None:
    ids = ["tests/a.py::T::test_odd_lists[x]", "tests/a.py::test_it"]
    assert list(naming_tests({"instruction.md": "see test_odd_lists"}, ids)) == [
        "instruction.md: names the hidden test test_odd_lists"
    ]
    assert not list(naming_tests({"instruction.md": "test_it and my_test_odd_lists_too"}, ids))


@pytest.mark.parametrize(
    ("said", "allowed"),
    [
        ("MIT", True),
        ("mit", True),
        ("License :: OSI Approved :: MIT License", True),
        ("MIT OR Proprietary", True),
        ("MIT AND Proprietary", False),
        ("(MIT OR Proprietary) AND Apache-2.0", False),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("Proprietary", False),
        ("unknown", False),
        ("", False),
    ],
)
def test_a_licence_allows_it_or_is_not_known_to(said: str, allowed: bool) -> None:
    assert is_allowed(said) is allowed


def test_what_is_unwritten_missing_or_yet_to_come_is_named() -> None:
    bugs = (
        Bug(id="a", tests=("t.py::test_a",), report=f"{UNWRITTEN}: how", fixed_at="2999-01-01"),
        Bug(id="b", tests=("t.py::test_b",)),
    )
    found = list(soundness.faults(replace(make_task(), instruction=f"{UNWRITTEN}: what", bugs=bugs, guards=()), None))
    assert [line.partition(": ")[0] for line in found] == [
        "instruction.md",
        "bug a",
        "bug b",
        "tests/guards.txt",
        "bug a",
    ]
    assert "bug a: fixed_at: 2999-01-01 is yet to come" in found


def test_no_category_and_no_difficulty_are_worth_a_remark() -> None:
    assert len(soundness.remarks(replace(make_task(), category=None, difficulty=None))) == 2
    assert soundness.remarks(replace(make_task(), category="copies", difficulty="small")) == []


# --- lines that give a task away ---

HIDDEN = {
    "tests/test_halver.py": text_file(
        "def test_it():\n    assert halver.first([1]) == []\n\n\ndef test_odd_lists_of_three():\n"
        "    assert halver.second([1, 2, 3]) == [2, 3]\n    assert halver.second('abc') == 'bc'\n"
    )
}
SOLUTION = {"halver.py": text_file("def second(items):\n    return items[len(items) // 2 :]\n")}
VISIBLE = {
    "halver.py": text_file("def second(items):\n    return items[(len(items) + 1) // 2 :]\n"),
    "tests/test_halver.py": text_file("def test_it():\n    assert halver.first([1]) == []\n"),
}
BUG = ["tests/test_halver.py::test_odd_lists_of_three"]


def test_canary_lines_are_those_that_a_candidate_does_not_have() -> None:
    found = chosen(VISIBLE, HIDDEN, SOLUTION, BUG)
    assert found == chosen(VISIBLE, HIDDEN, SOLUTION, BUG), "the same each time"
    assert {(line.of, line.text) for line in found} == {
        ("tests", b"assert halver.second([1, 2, 3]) == [2, 3]"),
        ("tests", b"assert halver.second('abc') == 'bc'"),
        ("tests", b"def test_odd_lists_of_three():"),
        ("tests", b"test_odd_lists_of_three"),
        ("solution", b"return items[len(items) // 2 :]"),
    }


def test_where_they_are_found_is_said_once_for_tests_and_once_for_the_solution() -> None:
    canaries = [CanaryLine(text=text, of=of, path="p") for text, of in ((b"a", "tests"), (b"b", "tests"), (b"c", "x"))]
    found = list(leaks({"/opt/t.py": ["a", "b", "c"], "/x": ["b"]}, canaries))
    assert found == [
        "the candidate can find the hidden tests in /opt/t.py: “a” of p",
        "the candidate can find the solution in /opt/t.py: “c” of p",
        "the candidate can find the hidden tests in /x: “b” of p",
    ]


def test_hidden_tests_that_lie_in_a_task_s_own_workspace_are_named() -> None:
    assert not list(laid_open(VISIBLE, HIDDEN, BUG))
    assert list(laid_open({**VISIBLE, **HIDDEN}, HIDDEN, BUG)) == [
        "the hidden tests of tests/test_halver.py lie in the workspace as they are"
    ]
    copied = {**VISIBLE, "old/copy.py": HIDDEN["tests/test_halver.py"]}
    assert list(laid_open(copied, HIDDEN, BUG)) == [
        "the hidden tests of tests/test_halver.py lie in the workspace, in old/copy.py"
    ]


def test_tests_that_end_otherwise_from_run_to_run_are_named() -> None:
    assert list(flaky([{"a": "passed", "b": "passed"}])) == []
    assert list(flaky([{"a": "passed", "b": "passed"}] * 3)) == []
    (line,) = flaky([{"a": "passed", "b": "passed"}, {"a": "passed", "b": "failed"}])
    assert line == "flaky: in 2 runs on the reference these end otherwise from run to run: b"
