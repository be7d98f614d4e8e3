"""Suites in TOML: which tasks they list, what they say of a run, and what is refused by file and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.choosing import Typed, choose_trials
from sandbox.errors import BadInput
from sandbox.loader import load_tasks
from sandbox.suites import Defaults, find_tasks, read_defaults
from tests.support import toy


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Tasks a/one, a/two, b/three below `tasks`, and an empty folder; the working directory is above."""
    for suite, name in (("a", "one"), ("a", "two"), ("b", "three")):
        made = toy.make_task(tmp_path / "made" / name)
        place = tmp_path / "tasks" / suite / name
        place.parent.mkdir(parents=True, exist_ok=True)
        made.rename(place)
    (tmp_path / "tasks" / "empty").mkdir()
    (tmp_path / "suites").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "tasks"


def suite(text: str, name: str = "nightly.toml") -> str:
    path = Path("suites") / name
    path.write_text(text, "utf-8")
    return str(path)


def listed(text: str) -> list[str]:
    return [task.name for task in load_tasks([suite(text)])]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('tasks = ["../tasks/a"]', ["a/one", "a/two"]),
        ('tasks = ["../tasks/b/three", "../tasks/a/one"]', ["b/three", "a/one"]),
        ('tasks = ["../tasks/*"]', ["a/one", "a/two", "b/three"]),
        ('tasks = ["../tasks/**/t*"]', ["a/two", "b/three"]),
        ('tasks = ["../tasks/a", "../tasks/a/one"]', ["a/one", "a/two"]),
        ('tasks = ["../tasks"]\nexclude = ["../tasks/*/t*"]', ["a/one"]),
        ('tasks = ["../tasks"]\nexclude = ["../tasks/a"]', ["b/three"]),
        ('name = "n"\ndescription = "d"\ntasks = ["../tasks/b"]', ["b/three"]),
    ],
)
def test_paths_and_globs_are_relative_to_the_file(tasks: Path, text: str, names: list[str]) -> None:
    assert listed(text) == names


def test_a_path_may_be_absolute(tasks: Path) -> None:
    assert listed(f'tasks = ["{tasks}/a/t*"]') == ["a/two"]


def test_the_suite_of_a_trial_stays_the_folder_of_its_task(tasks: Path) -> None:
    (task,) = load_tasks([suite('tasks = ["../tasks/b"]')])
    assert (task.suite, task.id) == ("b", "three")


def test_a_suite_may_list_suites_and_folders_may_stand_beside_it(tasks: Path) -> None:
    suite('tasks = ["../tasks/b"]\nrepeats = 9', "inner.toml")
    outer = suite('tasks = ["inner.toml"]')
    assert [task.name for task in load_tasks([outer, "tasks/a/one"])] == ["b/three", "a/one"]
    assert read_defaults([outer]) == Defaults()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('tasks = ["../tasks/a", "../tasks/c"]', "tasks[1]: ../tasks/c: no such file or directory"),
        ('tasks = ["../tasks/c*"]', "tasks[0]: ../tasks/c*: fits nothing"),
        ('tasks = ["../tasks/empt*"]', "tasks[0]: ../tasks/empt*: no task.toml in it or below it"),
        ('tasks = ["../tasks/empty"]', "tasks[0]: ../tasks/empty: no task.toml in it or below it"),
        ('tasks = ["../tasks/a/one/task.toml"]', "is neither a directory nor a suite"),
        ('tasks = ["../tasks/a"]\nexclude = ["../tasks/c"]', "exclude[0]: ../tasks/c: no such file or directory"),
        ('tasks = ["../tasks/a"]\nexclude = ["../tasks/*"]', "exclude: leaves no task"),
        ("tasks = []", "tasks: "),
        ('taks = ["../tasks/a"]\ntasks = ["../tasks/a"]', "taks: unknown key"),
        ('tasks = ["nightly.toml"]', "tasks[0]: suites that list each other never end"),
        ('tasks = ["../tasks/a"', "is not TOML"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_field(tasks: Path, text: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        listed(text)
    assert str(caught.value).startswith("suites/nightly.toml: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_longer_circle_is_shown_whole(tasks: Path) -> None:
    suite('tasks = ["c.toml"]', "b.toml")
    suite('tasks = ["../tasks/a", "b.toml"]', "c.toml")
    with pytest.raises(BadInput) as caught:
        listed('tasks = ["b.toml"]')
    assert "suites/c.toml: tasks[1]: " in str(caught.value)
    assert str(caught.value).endswith("(suites/b.toml → suites/c.toml → suites/b.toml)")


def test_a_suite_that_is_not_there_and_a_file_that_is_none(tasks: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.toml: is missing"):
        list(find_tasks(Path("nowhere.toml")))
    with pytest.raises(BadInput, match="not a directory; give a task's directory"):
        list(find_tasks(Path("tasks/a/one/task.toml")))
    Path("suites/nightly.toml").symlink_to("nightly.toml")
    with pytest.raises(BadInput, match=r"nightly\.toml"):
        list(find_tasks(Path("suites/nightly.toml")))


SAYS = """\
tasks = ["../tasks/a"]
candidates = ["scripted:nop", "scripted:oracle"]
conditions = ["field"]
repeats = 2
limits = { replies = 5, cost = "none", run = { cost = 20 } }
"""


def typed(*suites: str, **changes: object) -> Typed:
    nothing: dict[str, object] = {
        "models": (),
        "candidates_file": None,
        "conditions": (),
        "repeats": None,
        "limits": (),
        "api_base": None,
        "settings": {},
    }
    return Typed(suites=suites, **{**nothing, **changes})  # type: ignore[arg-type]


def test_what_a_suite_says_counts_as_if_it_had_been_typed(tasks: Path) -> None:
    chosen = choose_trials(typed(suite(SAYS)))
    assert [candidate.name for candidate in chosen.candidates] == ["scripted:nop", "scripted:oracle"]
    assert len(chosen.plan.trials) == 8
    assert chosen.plan.limits == {"replies": 5, "cost": None}
    assert chosen.caps.as_data() == {"run.cost": 20.0}


def test_what_is_typed_goes_before_it(tasks: Path) -> None:
    changes = {"models": ("scripted:nop",), "repeats": 1, "limits": ("replies=7", "run.cost=1")}
    chosen = choose_trials(typed(suite(SAYS), **changes))
    assert [trial.key for trial in chosen.plan.trials] == [f"a/{name}/scripted:nop/field/0" for name in ("one", "two")]
    assert chosen.plan.limits == {"replies": 7, "cost": None}
    assert chosen.caps.as_data() == {"run.cost": 1.0}


def test_without_candidates_somebody_has_to_be_named(tasks: Path) -> None:
    with pytest.raises(BadInput, match="--model: name at least one candidate"):
        choose_trials(typed(suite('tasks = ["../tasks/a"]')))


def test_two_suites_that_say_different_things_are_settled_by_typing(tasks: Path) -> None:
    both = [suite(SAYS), suite(SAYS.replace("repeats = 2", "repeats = 3"), "other.toml")]
    with pytest.raises(BadInput, match=r"other\.toml: repeats: suites/nightly\.toml says something else.*--repeats"):
        choose_trials(typed(*both))
    assert len(choose_trials(typed(*both, repeats=1)).plan.trials) == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("limits = { cost = -1 }", "suites/nightly.toml: limits.cost: must be a number above 0"),
        ("limits = { run = { calls = 1 } }", "suites/nightly.toml: limits.run.calls: there is no such cap"),
        ("repeats = 0", "suites/nightly.toml: repeats: "),
        ("candidates = []", "suites/nightly.toml: candidates: "),
    ],
)
def test_what_a_suite_says_is_checked(tasks: Path, text: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        choose_trials(typed(suite(f'tasks = ["../tasks/a"]\n{text}'), models=("scripted:nop",)))
    assert words in str(caught.value)


def test_a_folder_with_a_list_is_the_suite_that_it_says(tasks: Path) -> None:
    suite('tasks = ["../tasks/b"]\nconditions = ["loop"]\nrepeats = 2', "suite.toml")
    assert [task.name for task in load_tasks(["suites"])] == ["b/three"]
    assert read_defaults(["suites"]) == Defaults(conditions=("loop",), repeats=2)
    with pytest.raises(BadInput, match=r"suites/suite\.toml: repeats: suites/nightly\.toml says something else"):
        read_defaults([suite('tasks = ["../tasks/b"]\nrepeats = 3'), "suites"])
