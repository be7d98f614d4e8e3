"""Instances of SWE-bench as they are written, and what no task can be made of."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from sandbox import schema
from sandbox.errors import BadInput
from sandbox.swebench.drafts import Origin, bugs_of, dockerfile, task_toml
from sandbox.swebench.instances import ITEM, read, rows

ROW: dict[str, Any] = {
    "instance_id": "o__r-1",
    "repo": "o/r",
    "base_commit": "a" * 40,
    "patch": "diff",
    "test_patch": "diff",
    "problem_statement": 'It says "no" \\ and\nstops.',
    "hints_text": "a hint",
    "created_at": "2021-05-06T07:08:09Z",
    "version": "3.0",
    "FAIL_TO_PASS": '["t/test_a.py::test_x[a b]"]',
    "PASS_TO_PASS": '["t/test_a.py::C::test_y"]',
}
ORIGIN = Origin(url="https://example.org/o/r", tree="b" * 40, licence="MIT", import_name="r", size=1)


def test_an_instance_is_read() -> None:
    found = read(ROW)
    assert (found.id, found.repo, found.base, found.version, found.created) == (
        "o__r-1",
        "o/r",
        "a" * 40,
        "3.0",
        "2021-05-06",
    )
    assert (found.fixed, found.kept) == (("t/test_a.py::test_x[a b]",), ("t/test_a.py::C::test_y",))


@pytest.mark.parametrize(
    "more",
    [
        {"FAIL_TO_PASS": ["t/test_a.py::test_x[a b]"]},
        {"FAIL_TO_PASS": "['t/test_a.py::test_x[a b]']"},
        {"FAIL_TO_PASS": None, "fail_to_pass": '["t/test_a.py::test_x[a b]"]'},
    ],
)
def test_lists_are_taken_however_a_set_writes_them(more: dict[str, Any]) -> None:
    row = {key: value for key, value in {**ROW, **more}.items() if value is not None}
    assert read(row).fixed == ("t/test_a.py::test_x[a b]",)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"instance_id": "a/b"}, "instance_id: cannot be a task's name"),
        ({"instance_id": "a" * 92}, "instance_id: cannot be a task's name"),
        ({"repo": "r"}, "repo: 'r' is not owner/name"),
        ({"repo": "--upload-pack=x/y z"}, "repo: .* is not owner/name"),
        ({"base_commit": "a" * 8}, "base_commit: 'a{8}' is no full commit hash"),
        ({"patch": ""}, "patch: is missing or empty"),
        ({"test_patch": None}, "test_patch: is missing or empty"),
        ({"problem_statement": "\ud800"}, "problem_statement: holds half a character"),
        ({"FAIL_TO_PASS": "[]"}, "FAIL_TO_PASS: names no test"),
        ({"FAIL_TO_PASS": "oops("}, "FAIL_TO_PASS: is no list of test ids"),
        ({"FAIL_TO_PASS": [1]}, "FAIL_TO_PASS: is no list of test ids"),
        ({"FAIL_TO_PASS": ["test_x (app.tests.T)", "y"]}, r"'test_x \(app.tests.T\)' and 1 more: no pytest id"),
        ({"FAIL_TO_PASS": ["test_x"]}, "no pytest id"),
        ({"FAIL_TO_PASS": ["/etc/test_a.py::test_x"]}, "no pytest id"),
        ({"FAIL_TO_PASS": ["../test_a.py::test_x"]}, "no pytest id"),
        ({"FAIL_TO_PASS": ["t/test_a.py::test_x[a"]}, "is cut off within its parameters"),
        ({"PASS_TO_PASS": ["nonsense"]}, "PASS_TO_PASS: 'nonsense': no pytest id"),
        ({"PASS_TO_PASS": ["t/test_a.py::test_x[a b]"]}, "is in PASS_TO_PASS, too"),
    ],
)
def test_what_no_task_can_be_made_of_is_refused_in_one_line(more: dict[str, Any], why: str) -> None:
    with pytest.raises(BadInput, match=why) as caught:
        read({**ROW, **more})
    assert "\n" not in str(caught.value)


def test_guards_whose_ids_are_cut_off_are_told_apart() -> None:
    found = read({**ROW, "PASS_TO_PASS": ["t/test_a.py::test_y", "t/test_a.py::test_z[a"]})
    assert (found.kept, found.dropped) == (("t/test_a.py::test_y",), ("t/test_a.py::test_z[a",))


def test_a_file_holds_one_object_a_line_or_one_list() -> None:
    lines = json.dumps({"instance_id": "a", "text": "\u2028"}, ensure_ascii=False) + "\n\n" + '{"instance_id": "b"}'
    assert [row["instance_id"] for row in rows(lines, "f")] == ["a", "b"]
    assert [row["instance_id"] for row in rows('[{"instance_id": "a"}]', "f")] == ["a"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "f: holds no instance"),
        ("{}", "f: entry 1 is no object with an instance_id"),
        ('{"instance_id": "a"}\nx', "f: line 2: is not JSON"),
        ('{"instance_id": "a"}\n{"instance_id": "a"}', "f: instance_id a is there twice"),
        ("[1]", "f: entry 1 is no object"),
    ],
)
def test_a_file_that_is_none(text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        rows(text, "f")


def test_task_toml_holds_what_the_instance_says_and_no_hint() -> None:
    instance = read(ROW)
    text = task_toml(instance, ORIGIN, bugs_of(instance, split=False))
    document = tomllib.loads(text)
    document["metadata"]["roadtest"]["bugs"][0]["fixed_at"] = str(
        document["metadata"]["roadtest"]["bugs"][0]["fixed_at"]
    )
    schema.check("task.v1", document, file="task.toml")
    ours = document["metadata"]["roadtest"]
    assert ours["item"] == f"{ITEM}o__r-1"
    assert ours["bugs"] == [
        {
            "id": "issue",
            "report": ROW["problem_statement"],
            "fixed_at": "2021-05-06",
            "tests": ["t/test_a.py::test_x[a b]"],
        }
    ]
    assert document["metadata"]["swebench"]["base_commit"] == "a" * 40
    assert "hint" not in text


def test_split_makes_a_bug_of_each_test_with_all_its_parameters() -> None:
    tests = ["t/a.py::test_x[1]", "t/a.py::test_x[2]", "t/b.py::test_x", "t/b.py::C::test_y"]
    found = bugs_of(read({**ROW, "FAIL_TO_PASS": tests}), split=True)
    assert found == {
        "test-x": ("t/a.py::test_x[1]", "t/a.py::test_x[2]"),
        "test-x-2": ("t/b.py::test_x",),
        "test-y": ("t/b.py::C::test_y",),
    }


@pytest.mark.parametrize(("said", "told"), [("3.0", "=3.0 "), ("x; rm -rf /", "=0+gaaaaaaaaaaaa "), (None, "=0+g")])
def test_only_a_version_gets_into_the_dockerfile(said: str | None, told: str) -> None:
    assert f"SETUPTOOLS_SCM_PRETEND_VERSION{told}" in dockerfile(read({**ROW, "version": said}))
