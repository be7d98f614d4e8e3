"""Chains from disk: their steps, which step asks for which bug, and what is refused."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from sandbox.errors import BadInput
from sandbox.exams import hidden_tests, solution_of
from sandbox.llm.scripted import turns_for
from sandbox.loader import load_task
from sandbox.plan import Candidate
from sandbox.task import Task
from tests.support.builders import TASK_TOML, make_task_folder

RELEASE = '[metadata.roadtest.release]\nrepo = "sample"\nfrom = "1.0"\nto = "1.1"\n'
STEPS = '[[steps]]\nname = "s1"\n\n[[steps]]\nname = "s2"\n\n'
RECIPE_STEPS = (
    '[[metadata.roadtest.steps]]\nname = "s1"\nrelease = "1.0.1"\n\n'
    '[[metadata.roadtest.steps]]\nname = "s2"\nrelease = "1.1"\n\n'
)
HAND_MADE = TASK_TOML.replace(RELEASE, "") + STEPS
RECIPE = TASK_TOML + STEPS + RECIPE_STEPS
FILES = {
    "environment/Dockerfile": "FROM x\n",
    "tests/test_sample.py": "def test_old(): pass\n",
    "steps/s1/instruction.md": "First.\n",
    "steps/s1/tests/test_escape.py": "def test_escape(): pass\n",
    "steps/s1/solution/solve.sh": "true\n",
    "steps/s2/instruction.md": "Second.\n",
    "steps/s2/tests/test_index.py": "def test_index(): pass\n",
    "steps/s2/tests/test_escape.py": "def test_escape(): assert 1\n",
    "steps/s2/solution/solve.sh": "true\n",
    "steps/s2/solution/files/a.py": "a = 1\n",
}
BY_FILE = HAND_MADE.replace("test_sample.py::test_escape", "test_escape.py::test_escape").replace(
    "test_sample.py::test_index", "test_index.py::test_index"
)


def chain(root: Path, toml: str = BY_FILE, files: Mapping[str, str] = FILES) -> Path:
    folder = make_task_folder(root, toml, files)
    (folder / "instruction.md").unlink()
    return folder


def refused(root: Path, toml: str, files: Mapping[str, str] = FILES) -> str:
    with pytest.raises(BadInput) as caught:
        load_task(chain(root, toml, files))
    return str(caught.value)


def owners(task: Task) -> dict[str, str | None]:
    return {bug.id: bug.step for bug in task.bugs}


def swap(old: str, new: str, text: str = BY_FILE) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_a_hand_made_chain_has_its_steps_in_order_with_their_instructions(tmp_path: Path) -> None:
    task = load_task(chain(tmp_path))
    assert [(step.name, step.instruction, step.release) for step in task.steps] == [
        ("s1", "First.\n", None),
        ("s2", "Second.\n", None),
    ]
    assert task.instruction == "First.\n"
    assert task.notes == ()


def test_a_bug_belongs_to_the_first_step_that_holds_its_tests(tmp_path: Path) -> None:
    assert owners(load_task(chain(tmp_path))) == {"escape": "s1", "index": "s2"}


def test_a_bug_with_tests_in_two_steps_belongs_to_the_later(tmp_path: Path) -> None:
    both = swap('["test_index.py::test_index"]', '["test_escape.py::test_new", "test_index.py::test_index"]')
    assert owners(load_task(chain(tmp_path, both))) == {"escape": "s1", "index": "s2"}


def test_a_bug_whose_test_comes_late_into_a_growing_file_belongs_to_the_later_step(tmp_path: Path) -> None:
    one_file = BY_FILE.replace("test_index.py::test_index", "test_escape.py::Index::test_index[a-b]")
    files = {**FILES, "steps/s2/tests/test_escape.py": "# \u00e9\nclass Index:\n    def test_index(self): pass\n"}
    assert owners(load_task(chain(tmp_path, one_file, files))) == {"escape": "s1", "index": "s2"}


def test_what_is_given_goes_before_what_lies_where(tmp_path: Path) -> None:
    toml = swap('id = "escape"\n', 'id = "escape"\nstep = "s2"\n')
    toml = swap('id = "index"\n', 'id = "index"\nstep = "s1"\n', toml)
    files = {**FILES, "steps/s1/tests/test_index.py": ""}
    assert owners(load_task(chain(tmp_path, toml, files))) == {"escape": "s2", "index": "s1"}


def test_as_many_bugs_as_steps_belong_by_position(tmp_path: Path) -> None:
    assert owners(load_task(chain(tmp_path, HAND_MADE))) == {"escape": "s1", "index": "s2"}
    shutil.rmtree(tmp_path / "suite")
    assert owners(load_task(chain(tmp_path, RECIPE, {name: FILES[name] for name in FILES if "instr" in name}))) == {
        "escape": "s1",
        "index": "s2",
    }


MORE_BUGS = '[[metadata.roadtest.bugs]]\nid = "third"\ntests = ["test_sample.py::test_third"]\n'
BROKEN: list[tuple[str, str, str]] = [
    ("no owner", HAND_MADE + MORE_BUGS, "bugs[0].step: is missing; which step asks for escape?"),
    ("no such step", swap('id = "escape"\n', 'id = "escape"\nstep = "s3"\n'), "bugs[0].step: there is no s3 among"),
    ("step without bug", swap('id = "index"\n', 'id = "index"\nstep = "s1"\n'), "steps[1].name: no bug belongs to s2"),
    ("name twice", swap('name = "s2"', 'name = "s1"'), "steps[1].name: s1 is already taken"),
    ("name", swap('name = "s2"', 'name = "../s2"'), "steps[1].name: '../s2' does not match"),
    ("more than steps", BY_FILE + '[[metadata.roadtest.steps]]\nname = "s3"\n', "steps[0].name: there is no s3 among"),
    (
        "two tables",
        BY_FILE + '[[metadata.roadtest.steps]]\nname = "s1"\n' * 2,
        "metadata.roadtest.steps[1].name: s1 is there twice",
    ),
    (
        "release without a recipe",
        BY_FILE + '[[metadata.roadtest.steps]]\nname = "s1"\nrelease = "1.0"\n',
        "metadata.roadtest.steps[0].release: means nothing without",
    ),
    ("no release", swap('release = "1.0.1"\n', "", RECIPE), "metadata.roadtest.steps: s1 has no release"),
    (
        "another end",
        swap('release = "1.1"', 'release = "1.2"', RECIPE),
        "the last, s2, has release 1.2; metadata.roadtest.release.to is 1.1",
    ),
    (
        "dead stranger",
        BY_FILE + '[[metadata.roadtest.steps]]\nname = "s2"\ndead = ["a.py::b"]\n',
        "s2: dead: a.py::b is no hidden test",
    ),
    (
        "dead from the start",
        BY_FILE + '[[metadata.roadtest.steps]]\nname = "s2"\ndead = ["test_index.py::test_index"]\n',
        "s2: all tests of its bug index are dead",
    ),
    (
        "a file too late",
        swap('id = "index"\n', 'id = "index"\nstep = "s1"\n') + MORE_BUGS + 'step = "s2"\n',
        "the hidden test test_index.py::test_index needs a file",
    ),
]


@pytest.mark.parametrize(("toml", "expected"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_chain_is_refused_naming_file_and_field(tmp_path: Path, toml: str, expected: str) -> None:
    said = refused(tmp_path, toml)
    assert "suite/sample/task.toml: " in said
    assert expected in said


@pytest.mark.parametrize(
    ("missing", "text", "expected"),
    [
        ("steps/s2/instruction.md", None, "steps/s2/instruction.md: is missing"),
        ("steps/s2/instruction.md", " \n", "steps/s2/instruction.md: is empty"),
        ("steps/s2/solution/solve.sh", None, "steps/s2/solution/solve.sh: is missing"),
        ("environment/Dockerfile", None, "environment/Dockerfile: is missing"),
        ("steps/s2/tests/test_index.py", None, "needs a file"),
        ("tests/test_sample.py", None, "the hidden test test_sample.py::test_old needs a file"),
        ("steps/s1/tests/guards.txt", "a.py::b\n", "steps/s1/tests/guards.txt: all guards of a chain stand in tests/"),
    ],
)
def test_a_chain_with_a_file_missing_or_amiss_is_refused(
    tmp_path: Path, missing: str, text: str | None, expected: str
) -> None:
    files = {name: content for name, content in {**FILES, missing: text}.items() if content is not None}
    assert expected in refused(tmp_path, BY_FILE, files)


def test_a_step_without_steps_is_refused(tmp_path: Path) -> None:
    toml = swap('id = "escape"\n', 'id = "escape"\nstep = "s1"\n', TASK_TOML)
    with pytest.raises(BadInput, match=r"bugs\[0\]\.step: there is no s1 among"):
        load_task(make_task_folder(tmp_path, toml))


def test_what_is_not_acted_on_is_said(tmp_path: Path) -> None:
    toml = swap('name = "s1"\n', 'name = "s1"\nmin_reward = 1.0\ncolour = "red"\n[steps.agent]\ntimeout_sec = 5\n')
    folder = chain(tmp_path, toml, {**FILES, "steps/s2/workdir/setup.sh": ""})
    (folder / "instruction.md").write_text("All.")
    notes = "\n".join(load_task(folder).notes)
    assert "agent of step s1 is not supported: the task's own bounds" in notes
    assert "min_reward of step s1 is not supported: " in notes
    assert "colour of step s1 is unknown and ignored" in notes
    assert "workdir of step s2 is not supported: " in notes
    assert "instruction.md is not shown" in notes


def test_a_step_is_judged_by_all_tests_so_far_the_later_over_the_earlier(tmp_path: Path) -> None:
    folder = chain(tmp_path)
    (folder / "tests" / "__pycache__").mkdir()
    (folder / "tests" / "__pycache__" / "x.pyc").touch()
    task = load_task(folder)
    first, second = hidden_tests(folder, task, 0), hidden_tests(folder, task, 1)
    assert set(first) == {"test_sample.py", "test_escape.py"}
    assert set(second) == {"test_sample.py", "test_escape.py", "test_index.py"}
    assert first["test_escape.py"].data.endswith(b": pass\n")
    assert second["test_escape.py"].data.endswith(b": assert 1\n")


def test_a_later_directory_takes_the_place_of_a_file(tmp_path: Path) -> None:
    folder = chain(tmp_path, files={**FILES, "tests/data": "", "steps/s2/tests/data/x.json": ""})
    task = load_task(folder)
    assert "data" in hidden_tests(folder, task, 0)
    assert {"data", "data/x.json"} & set(hidden_tests(folder, task, 1)) == {"data/x.json"}


def test_a_task_without_steps_has_its_tests_and_its_solution(tmp_path: Path) -> None:
    files = {"environment/Dockerfile": "FROM x\n", "solution/solve.sh": "true\n", "tests/test_sample.py": ""}
    folder = make_task_folder(tmp_path, TASK_TOML.replace(RELEASE, ""), files)
    task = load_task(folder)
    assert set(hidden_tests(folder, task, 0)) == {"test_sample.py"}
    assert set(solution_of(folder, task)) == {"solve.sh"}


def test_the_solution_of_a_chain_lies_below_its_steps_names(tmp_path: Path) -> None:
    folder = chain(tmp_path)
    assert set(solution_of(folder, load_task(folder))) == {"s1/solve.sh", "s2/solve.sh", "s2/files/a.py"}


def test_the_oracle_solves_and_hands_in_step_by_step(tmp_path: Path) -> None:
    oracle = Candidate(name="scripted:oracle", kind="oracle")
    calls = [
        call["function"]["name"] + call["function"]["arguments"]
        for turn in turns_for(oracle, load_task(chain(tmp_path)))
        for call in turn["tool_calls"]
    ]
    assert calls == [
        'bash{"command": "bash /solution/s1/solve.sh"}',
        "submit{}",
        'bash{"command": "bash /solution/s2/solve.sh"}',
        "submit{}",
    ]


# --- replacements ---

REPLACEMENT = '[[metadata.roadtest.release.replacements]]\nfile = "sample.py"\nname = "A.f"\nsource = "broken/f.py"\n'
REPLACED = swap("[metadata.roadtest.judge]\n", REPLACEMENT + "\n[metadata.roadtest.judge]\n", TASK_TOML)


def test_replacements_are_read(tmp_path: Path) -> None:
    task = load_task(make_task_folder(tmp_path, REPLACED, {"broken/f.py": "def f(self): pass\n"}))
    assert task.release is not None
    assert [(row.file, row.name, row.source) for row in task.release.replacements] == [
        ("sample.py", "A.f", "broken/f.py")
    ]


def test_the_digest_covers_what_takes_a_definitions_place(tmp_path: Path) -> None:
    digests = set()
    for text in ("def f(self): pass\n", "def f(self): return 1\n"):
        digests.add(load_task(make_task_folder(tmp_path, REPLACED, {"broken/f.py": text})).digest)
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("toml", "source", "expected"),
    [
        (REPLACED, None, "replacements[0].source: there is no file broken/f.py"),
        (REPLACED, "def f(", "replacements[0].source: broken/f.py is no Python"),
        (REPLACED, "def g(): pass\n", "replacements[0].source: broken/f.py defines g, not f"),
        (REPLACED, "f = 1\n", "replacements[0].source: broken/f.py must hold one function or class"),
        (swap("broken/f.py", "../f.py", REPLACED), "", "replacements[0].source: there is no file ../f.py"),
        (swap('"sample.py"', '"/etc/x.py"', REPLACED), "def f(): pass", "replacements[0].file: /etc/x.py lies outside"),
        (swap('"A.f"', '"A.f()"', REPLACED), "def f(): pass", "replacements[0].name: 'A.f()' does not match"),
    ],
    ids=range(7),
)
def test_a_broken_replacement_is_refused_naming_file_and_field(
    tmp_path: Path, toml: str, source: str | None, expected: str
) -> None:
    files = {} if source is None else {"broken/f.py": source}
    with pytest.raises(BadInput) as caught:
        load_task(make_task_folder(tmp_path, toml, files))
    assert f"task.toml: metadata.roadtest.release.{expected}" in str(caught.value)
