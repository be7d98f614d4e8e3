"""Problem packages in the legacy format."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from sandbox.cp.package import read_problem
from sandbox.cp.problem import Case, Group, Problem, Verdict
from sandbox.errors import BadInput
from tests.support.cp_packages import CPP, LEGACY, PYTHON, lay_out

AC, WA, TLE, RTE, MLE, OLE = (Verdict(name) for name in ("AC", "WA", "TLE", "RTE", "MLE", "OLE"))
SCORING = {
    "problem.yaml": "type: scoring\n",
    "data/testdata.yaml": "on_reject: continue\nrange: 0 100\ngrader_flags: ignore_sample\n",
    "data/secret/testdata.yaml": "grader_flags: accept_if_any_accepted\n",
    "data/secret/1/testdata.yaml": "on_reject: break\nrange: 0 30\naccept_score: 30\ngrader_flags: min\n",
    "data/secret/1/a.in": "1 1\n",
    "data/secret/1/a.ans": "2\n",
    "data/secret/2/x/b.in": "1 1\n",
    "data/secret/2/x/b.ans": "2\n",
    "data/secret/01.in": None,
    "data/secret/01.ans": None,
}


def case(problem: Problem, name: str) -> Case:
    return next(case for case in problem.data.cases() if case.name == name)


def test_a_small_legacy_package(tmp_path: Path) -> None:
    problem = read_problem(lay_out(tmp_path, LEGACY))
    assert (problem.format, problem.name, problem.notes) == ("legacy", "Sum", ())
    assert problem.limits.time is None
    assert (problem.limits.ac_to_limit, problem.limits.limit_to_slow) == (5, 2)
    assert problem.statements["en"].startswith("\\problemname")
    assert problem.may_write_files
    assert (problem.data.verdict, problem.data.on_reject, problem.data.accept) == ("worst", "break", None)
    assert [case.name for case in problem.data.cases()] == ["sample/1", "secret/01"]


def test_an_empty_problem_yaml_is_a_legacy_package(tmp_path: Path) -> None:
    problem = read_problem(lay_out(tmp_path, LEGACY, {"problem.yaml": "# nothing\n"}))
    assert (problem.format, problem.name) == ("legacy", "Sum")


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("\\problemname{$x^2$}\n%% plainproblemname: x squared\n", "x squared"),
        ("\\problemname{Two Words}\n", "Two Words"),
        ("text\n", "sum"),
    ],
)
def test_the_name_may_stand_in_the_statement(tmp_path: Path, statement: str, name: str) -> None:
    changes = {"problem.yaml": "", "problem_statement/problem.en.tex": None, "problem_statement/problem.tex": statement}
    assert read_problem(lay_out(tmp_path, LEGACY, changes)).name == name


def test_what_a_legacy_problem_yaml_can_say(tmp_path: Path) -> None:
    text = (
        "name: 1000\nauthor:\nkeywords: tier-2 dp\nlicense: CC BY-SA 3.0\nshort-name: s\n"
        "validator_flags: case_sensitive\n"
        "limits: {time_multiplier: 3, time_safety_margin: 1.5, memory: 64, output: 1}\n"
    )
    problem = read_problem(lay_out(tmp_path, LEGACY, {"problem.yaml": text}))
    assert (problem.name, problem.tier, problem.keywords) == ("1000", 2, ("tier-2", "dp"))
    assert (problem.limits.ac_to_limit, problem.limits.limit_to_slow, problem.limits.memory) == (3, 1.5, 64)
    assert case(problem, "secret/01").validator_args == ("case_sensitive",)
    assert problem.notes == ("problem.yaml: short-name: no keys of the format; left aside",)


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({".timelimit": "4\n"}, 4.0),
        ({".timelimit": "4\n", "domjudge-problem.ini": "short-name = a\ntimelimit='2.5'\n"}, 2.5),
        ({".timelimit": "4\n", "problem.yaml": "limits: {time_limit: 3}\n"}, 3.0),
        ({"problem.yaml": "limits: {time: 1.5}\n"}, 1.5),
    ],
)
def test_a_time_limit_that_another_judge_left(tmp_path: Path, changes: dict[str, str | None], limit: float) -> None:
    problem = read_problem(lay_out(tmp_path, LEGACY, changes))
    assert problem.limits.time == limit
    assert any("taken" in note for note in problem.notes)


def test_flags_are_handed_down_and_strung_together(tmp_path: Path) -> None:
    changes = {
        "problem.yaml": "validator_flags: case_sensitive\n",
        "data/testdata.yaml": "output_validator_flags: float_tolerance 1e-6\ninput_validator_flags: 5 6\n",
        "data/secret/g/testdata.yaml": "input_validator_flags: {name: check.py, flags: '7'}\non_reject: continue\n",
        "data/secret/g/1.in": "1 1\n",
        "data/secret/g/1.ans": "2\n",
        "data/secret/h/testdata.yaml": "output_validator_flags:\n",
        "data/secret/h/1.in": "1 1\n",
        "data/secret/h/1.ans": "2\n",
    }
    problem = read_problem(lay_out(tmp_path, LEGACY, changes))
    first, inner, other = (case(problem, f"secret/{name}") for name in ("01", "g/1", "h/1"))
    assert first.validator_args == inner.validator_args == ("case_sensitive", "float_tolerance", "1e-6")
    assert other.validator_args == first.validator_args
    assert (first.input_args, inner.input_args) == ({"": ("5", "6")}, {"check.py": ("7",)})
    assert (problem.group("secret/g").on_reject, problem.group("secret/h").on_reject) == ("continue", "break")


def test_cases_and_groups_are_mixed_in_order_of_names(tmp_path: Path) -> None:
    names = ["b/1", "a", "c", "b/0/z"]
    changes = {f"data/secret/{name}.{end}": "" for name in names for end in ("in", "ans")}
    problem = read_problem(lay_out(tmp_path, LEGACY, changes))
    assert [part.name for part in problem.group("secret").parts] == ["secret/01", "secret/a", "secret/b", "secret/c"]
    assert [part.name for part in problem.group("secret/b").parts] == ["secret/b/0", "secret/b/1"]


def test_grading_in_the_words_of_groups(tmp_path: Path) -> None:
    problem = read_problem(lay_out(tmp_path, LEGACY, SCORING))
    root, sample, secret = problem.data, problem.group("sample"), problem.group("secret")
    assert (root.aggregation, root.verdict, root.score, root.on_reject) == ("sum", "worst", 100, "continue")
    assert (sample.verdict, sample.score, sample.aggregation) == ("always", 0, "pass-fail")
    assert (secret.aggregation, secret.verdict, secret.on_reject) == ("sum", "any", "continue")
    first, second = problem.group("secret/1"), problem.group("secret/2/x")
    assert (first.aggregation, first.accept, first.reject, first.score, first.on_reject) == ("min", 30, 0, 30, "break")
    assert (second.verdict, second.accept, second.score) == ("any", 1, 100)


def test_samples_count_unless_told_otherwise(tmp_path: Path) -> None:
    changes = {**SCORING, "data/testdata.yaml": "grader_flags: always_accept min\n", "data/secret/testdata.yaml": None}
    problem = read_problem(lay_out(tmp_path, LEGACY, changes))
    assert (problem.data.aggregation, problem.data.verdict, problem.data.score) == ("min", "always", None)
    assert (problem.group("sample").verdict, problem.group("sample").accept) == ("always", 1)


def test_packages_older_than_the_format_grade_in_problem_yaml(tmp_path: Path) -> None:
    text = (
        "type: scoring\ngrading: {on_reject: grade, accept_score: 4, reject_score: -1, range: -5 50, objective: max}\n"
    )
    problem = read_problem(lay_out(tmp_path, LEGACY, {"problem.yaml": text}))
    secret = problem.group("secret")
    assert (secret.on_reject, secret.accept, secret.reject, secret.score) == ("continue", 4, -1, 50)


def test_an_interactive_package(tmp_path: Path) -> None:
    changes = {
        "problem.yaml": "validation: custom interactive\n",
        "output_validators/talk.cc": CPP,
        "output_validators/testlib.h": "// lib\n",
        "data/sample/2.interaction": "<1\n>2\n",
    }
    problem = read_problem(lay_out(tmp_path, LEGACY, changes))
    assert problem.is_interactive
    assert problem.validator is not None
    assert (problem.validator.name, sorted(problem.validator.files)) == ("talk.cc", ["talk.cc", "testlib.h"])
    assert [(one.name, one.interaction) for one in problem.examples] == [("sample/2", "<1\n>2\n")]
    assert [case.name for case in problem.samples] == ["sample/1"]


def test_what_directories_of_legacy_submissions_mean(tmp_path: Path) -> None:
    labels = ("partially_accepted", "wrong_answer", "time_limit_exceeded", "run_time_error", "slow")
    changes = {**SCORING, **{f"submissions/{label}/x.cpp": CPP for label in labels}}
    problem = read_problem(lay_out(tmp_path, LEGACY, changes))
    by_label = {one.label: one for one in problem.submissions}
    assert {name: one.use_for_limit for name, one in by_label.items()} == {
        "accepted": "lower",
        "partially_accepted": None,
        "wrong_answer": None,
        "time_limit_exceeded": "upper",
        "run_time_error": None,
    }
    assert by_label["time_limit_exceeded"].permitted == {AC, WA, TLE}
    assert by_label["run_time_error"].required == {RTE, MLE, OLE}
    assert by_label["run_time_error"].permitted == {AC, WA, TLE, RTE, MLE, OLE}
    assert by_label["partially_accepted"].score == (-math.inf, math.nextafter(100, 0))
    assert any("submissions/slow/x.cpp: left out" in note for note in problem.notes)


def test_python_2_is_left_out(tmp_path: Path) -> None:
    changes = {"submissions/accepted/old.py": "#!/usr/bin/env python2\nprint 1\n"}
    problem = read_problem(lay_out(tmp_path, LEGACY, changes))
    assert [one.program.name for one in problem.submissions] == ["sum.py"]
    assert any("old.py: left out: is Python 2" in note for note in problem.notes)


def test_files_that_legacy_packages_keep_beside_cases(tmp_path: Path) -> None:
    changes = {
        "data/secret/01.hint": "h",
        "data/secret/01.desc": "d",
        "data/secret/01.png": "",
        "data/secret/x.yaml": "",
    }
    problem = read_problem(lay_out(tmp_path, LEGACY, changes))
    assert problem.notes == ("data/secret/x.yaml: left aside: belongs to no test case",)
    assert isinstance(problem.group("secret"), Group)


WRONG: list[tuple[dict[str, str | None], str]] = [
    ({"problem.yaml": "validation: special\n"}, r"validation: 'special' is neither `default` nor `custom`"),
    ({"problem.yaml": "validation: default score\n"}, r"validation: 'default score' is neither"),
    ({"problem.yaml": "validation: custom score\n"}, r"validation: `score` is for problems of type scoring only"),
    ({"problem.yaml": "validation: custom multi-pass\n"}, r"type: multi-pass problems are not judged here"),
    ({"problem.yaml": "validation: custom\n"}, r"output_validators: holds 0 programs; `validation: custom` takes"),
    ({"problem.yaml": "naem: x\n"}, r"problem\.yaml: naem: unknown key"),
    ({"problem.yaml": "type: scoring\ngrading: {objective: min}\n"}, r"grading\.objective: min is not supported"),
    ({"problem.yaml": "limits: {time_multiplier: 0.5}\n"}, r"limits\.time_multiplier: 0\.5 is less than the minimum"),
    (
        {"problem.yaml": "validation: custom\n", "output_validators/a.py": PYTHON, "output_validators/b/b.cc": CPP},
        r"output_validators: holds 2 programs \(a\.py, b\)",
    ),
    ({"problem.yaml": "validation: custom\n", "output_validators/v/build": "#!/bin/sh\n"}, r"by a script of its own"),
    ({"problem.yaml": "validator_flags: float_tolerance\n"}, r"float_tolerance wants a number"),
    ({".timelimit": "1.2.3\n"}, r"\.timelimit: '1\.2\.3' is no time limit"),
    ({"data/testdata.yaml": "grading: custom\n"}, r"data/testdata\.yaml: grading: graders of a package's own"),
    ({"data/testdata.yaml": "on_reject: stop\n"}, r"on_reject: must be one of break, continue"),
    (
        {**SCORING, "data/secret/testdata.yaml": "grader_flags: avg\n"},
        r"secret/testdata\.yaml: grader_flags: avg is not",
    ),
    ({**SCORING, "data/testdata.yaml": "range: 5 1\n"}, r"data/testdata\.yaml: range: '5 1' is not two numbers"),
    ({"problem.yaml": "type: scoring\ngrading: {range: '5'}\n"}, r"problem\.yaml: range: '5' is not two numbers"),
    ({"data/secret/02.in": ""}, r"data/secret/02\.ans: is missing"),
    ({"data/secret/02.ans": ""}, r"data/secret/02\.ans: belongs to no test case"),
    ({"data/secret/01.in": None, "data/secret/01.ans": None}, r"data/secret: is missing"),
    (
        {"data/secret/01.in": None, "data/secret/01.ans": None, "data/secret/g/readme": ""},
        r"secret: holds no test case",
    ),
]


@pytest.mark.parametrize(("changes", "message"), WRONG)
def test_what_is_wrong_is_named(tmp_path: Path, changes: dict[str, str | None], message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        read_problem(lay_out(tmp_path, LEGACY, changes))
    assert "\n" not in str(caught.value)


def test_a_validator_that_nothing_asks_for_is_noted(tmp_path: Path) -> None:
    problem = read_problem(lay_out(tmp_path, LEGACY, {"output_validators/v.py": PYTHON}))
    assert problem.validator is None
    assert problem.notes == ("output_validators: left out: problem.yaml says `validation: default`",)
