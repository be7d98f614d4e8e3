"""Submissions that come with a package, and those that do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.cp.package import read_problem, read_submission
from sandbox.cp.problem import Labelled, Problem, Verdict
from sandbox.errors import BadInput
from tests.support.cp_packages import CPP, CURRENT, HEAD, PYTHON, lay_out

AC, WA, TLE, RTE, MLE, OLE = (Verdict(name) for name in ("AC", "WA", "TLE", "RTE", "MLE", "OLE"))
SCORING = {"problem.yaml": HEAD + "type: scoring\n", "data/secret/01.in": None, "data/secret/01.ans": None}
GROUPS = {
    **SCORING,
    "data/secret/a/1.in": "1 1\n",
    "data/secret/a/1.ans": "2\n",
    "data/secret/a/test_group.yaml": "max_score: 40\n",
    "data/secret/b/1.in": "2 2\n",
    "data/secret/b/1.ans": "4\n",
    "data/secret/b/test_group.yaml": "max_score: 60\nscore_aggregation: sum\nrequire_pass: [sample, a]\n",
}


def labelled(problem: Problem, name: str) -> Labelled:
    return next(one for one in problem.submissions if one.program.name == name)


LABELS = {
    f"submissions/{label}/x.cpp": CPP
    for label in ("wrong_answer", "time_limit_exceeded", "run_time_error", "rejected", "brute_force")
}


def test_what_directories_of_submissions_mean(tmp_path: Path) -> None:
    problem = read_problem(lay_out(tmp_path, CURRENT, LABELS))
    by_label = {one.label: (set(one.permitted), set(one.required), one.use_for_limit) for one in problem.submissions}
    crash = {RTE, MLE, OLE}
    assert by_label == {
        "accepted": ({AC}, set(), "lower"),
        "wrong_answer": ({AC, WA}, {WA}, "lower"),
        "time_limit_exceeded": ({AC, TLE}, {TLE}, "upper"),
        "run_time_error": ({AC, *crash}, crash, "lower"),
        "rejected": ({AC, WA, TLE, *crash}, {WA, TLE, *crash}, None),
        "brute_force": ({AC, TLE, *crash}, {TLE, *crash}, None),
    }


def test_submissions_yaml(tmp_path: Path) -> None:
    text = """\
time_limit_exceeded: {permitted: [AC, WA, TLE]}
time_limit_exceeded/*: {required: [TLE, WA], use_for_time_limit: false}
accepted/{sum,none}.py: {use_for_time_limit: false, authors: Me, model_solution: true}
partly:
  score: [10, 40]
  sample: {permitted: [AC]}
  secret/*: {permitted: [AC, WA], required: [WA], score: 40}
partly/odd.txt: {language: python3, entrypoint: odd.py}
"""
    changes = {**GROUPS, **LABELS, "submissions/submissions.yaml": text, "submissions/partly/x.py": PYTHON}
    problem = read_problem(lay_out(tmp_path, CURRENT, changes))
    slow, fast, partly = (
        next(one for one in problem.submissions if one.label == label)
        for label in ("time_limit_exceeded", "accepted", "partly")
    )
    assert (set(slow.permitted), set(slow.required), slow.use_for_limit) == ({AC, WA, TLE}, {TLE}, "upper")
    assert [(set(demand.required), len(demand.cases)) for demand in slow.demands] == [({TLE, WA}, 3)]
    assert fast.use_for_limit == "lower"  # the directory's own rule still asks for it
    assert partly.score == (10, 40)
    sample, groups = partly.demands
    assert (set(sample.cases), set(sample.permitted)) == ({"sample/1"}, {AC})
    assert set(groups.cases) == {"secret/a/1", "secret/b/1"}
    assert (groups.group, groups.score) == ("secret/a", (40.0, 40.0))
    assert any("partly/odd.txt: matches no submission" in note for note in problem.notes)


def test_programs_of_languages_that_are_not_here_are_left_out(tmp_path: Path) -> None:
    changes = {
        "submissions/accepted/Sum.java": "class Sum {}\n",
        "submissions/accepted/both/a.py": PYTHON,
        "submissions/accepted/both/b.cpp": CPP,
        "submissions/accepted/two/a.py": PYTHON,
        "submissions/accepted/two/b.py": PYTHON,
        "submissions/accepted/main/main.py": PYTHON,
        "submissions/accepted/main/b.py": PYTHON,
        "submissions/odd/a.py": PYTHON,
        "input_validators/check.ctd": "INT(1, 2)\n",
        "include/java/X.java": "",
    }
    problem = read_problem(lay_out(tmp_path, CURRENT, changes))
    assert [one.program.name for one in problem.submissions] == ["main", "sum.py"]
    assert labelled(problem, "main").program.entry == "main.py"
    left_out = [note.partition(": left out")[0] for note in problem.notes if "left out" in note]
    assert left_out == [
        "include/java",
        "submissions/accepted/Sum.java",
        "submissions/accepted/both",
        "submissions/accepted/two",
        "submissions/odd/a.py",
        "input_validators/check.ctd",
    ]


def test_an_included_main_file_is_where_python_starts(tmp_path: Path) -> None:
    changes = {
        "include/default/data.txt": "d\n",
        "include/python3/main.py": "import sum\n",
        "include/cpp/data.txt": "c\n",
    }
    problem = read_problem(lay_out(tmp_path, CURRENT, changes))
    assert labelled(problem, "sum.py").program.entry == "main.py"
    assert problem.include["cpp"] == {"data.txt": b"c\n"}
    assert sorted(problem.include["python3"]) == ["data.txt", "main.py"]
    other = tmp_path / "other.py"
    other.write_text(PYTHON)
    assert read_submission(other, problem).entry == "main.py"


def test_submissions_from_elsewhere(tmp_path: Path) -> None:
    problem = read_problem(lay_out(tmp_path, CURRENT))
    own = tmp_path / "sum/submissions/accepted/sum.py"
    assert read_submission(own, problem) is problem.submissions[0].program
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "a.cpp").write_text(CPP)
    assert (read_submission(folder, problem).language, read_submission(folder, problem).name) == ("cpp", "mine")
    (folder / "a.py").write_text(PYTHON)
    with pytest.raises(BadInput, match=r"mine: is in no language that is here, or in more than one"):
        read_submission(folder, problem)
    with pytest.raises(BadInput, match=r"nothing\.py: is neither a file nor a directory"):
        read_submission(tmp_path / "nothing.py", problem)
    (folder / "a.py").rename(folder / "my part.h")
    with pytest.raises(BadInput, match=r"mine: my part\.h: left aside: the format has no such file names; rename it"):
        read_submission(folder, problem)
    blank = tmp_path / "my sum.py"
    blank.write_text(PYTHON)
    assert read_submission(blank, problem).language == "python3"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: {permitted: [OK]}\n", r"submissions\.yaml: a\.permitted\[0\]: must be one of AC, WA, TLE, RTE"),
        ("a: {permited: [AC]}\n", r"submissions\.yaml: a\.permited: must be an object"),
        (
            "accepted/*: {required: [WA]}\n",
            r"accepted/sum\.py: accepted, accepted/\* contradict each other: no verdict",
        ),
        ("'{a': {}\n", r"submissions\.yaml: \{a: a brace is not closed"),
        ("'*********': {}\n", r"has more than 8 stars"),
        ("accepted: {score: [9, 1]}\n", r"score: 9 to 1 holds no number"),
        ("accepted: {permitted: [AC, TLE]}\n'*': {use_for_time_limit: upper, permitted: [AC]}\n", r"contradict"),
    ],
)
def test_a_submissions_yaml_that_cannot_be_held_to(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        read_problem(lay_out(tmp_path, CURRENT, {"submissions/submissions.yaml": text}))
    assert "\n" not in str(caught.value)


def test_a_submission_cannot_bound_the_time_limit_from_both_sides(tmp_path: Path) -> None:
    text = "odd: {use_for_time_limit: upper}\nodd/*: {permitted: [AC, WA, RTE], required: [WA]}\n"
    changes = {"submissions/submissions.yaml": text, "submissions/odd/x.py": PYTHON}
    with pytest.raises(BadInput, match=r"odd/x\.py: odd, odd/\* contradict each other"):
        read_problem(lay_out(tmp_path, CURRENT, changes))
