"""Problem packages in the format 2025-09."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.cp.package import find_problems, read_problem
from sandbox.cp.problem import Case, Example, Group, Labelled, Limits, Problem, Verdict
from sandbox.errors import BadInput
from tests.support.cp_packages import CPP, CURRENT, HEAD, PYTHON, lay_out

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


def case(problem: Problem, name: str) -> Case:
    return next(case for case in problem.data.cases() if case.name == name)


def labelled(problem: Problem, name: str) -> Labelled:
    return next(one for one in problem.submissions if one.program.name == name)


def test_a_small_package(tmp_path: Path) -> None:
    problem = read_problem(lay_out(tmp_path, CURRENT))
    assert (problem.id, problem.name, problem.format) == ("sum", "Sum", "2025-09")
    assert problem.statements == {"en": "Add the two numbers.\n"}
    assert [case.name for case in problem.data.cases()] == ["sample/1", "secret/01"]
    assert case(problem, "secret/01").answer == b"7\n"
    assert problem.examples == (Example(name="sample/1", input=b"1 2\n", output=b"3\n"),)
    assert problem.limits == Limits()
    assert (problem.validator, problem.languages, problem.may_write_files) == (None, None, False)
    assert (problem.data.aggregation, problem.data.on_reject) == ("pass-fail", "break")
    only = labelled(problem, "sum.py")
    assert (only.program.language, only.program.entry) == ("python3", "sum.py")
    assert (set(only.permitted), set(only.required), only.use_for_limit) == ({Verdict.AC}, set(), "lower")
    assert problem.notes == ()


def test_what_problem_yaml_can_say(tmp_path: Path) -> None:
    more = (
        "type: [pass-fail]\nlicense: cc0\nrights_owner: Roadtest\nkeywords: [tier-3, rating-1650, graphs]\n"
        "languages: [cpp, python3]\nallow_file_writing: true\nembargo_until: 2026-01-31\nversion: 1.0\n"
        "credits:\n  authors: A <a@b.example>\n  translators: {no: B}\nsource: [{name: X, url: y}, Z]\n"
        "limits:\n  time_multipliers: {ac_to_time_limit: 3, time_limit_to_tle: 2}\n  time_limit: 1.5\n"
        "  time_resolution: 0.1\n  memory: 256\n  output: 2\n  code: 10\n  compilation_time: 20\n"
    )
    problem = read_problem(lay_out(tmp_path, CURRENT, more=more))
    assert (problem.tier, problem.difficulty, problem.licence) == (3, 1650.0, "cc0")
    assert problem.languages == ("cpp", "python3")
    assert problem.may_write_files
    assert problem.limits == Limits(
        time=1.5, resolution=0.1, ac_to_limit=3, limit_to_slow=2, memory=256, output=2, code=10, compilation_time=20
    )


def test_names_by_language_are_held_against_statements(tmp_path: Path) -> None:
    head = HEAD.replace("name: Sum", "name: {no: Summen, en: The Sum}")
    changes = {"problem.yaml": head, "statement/problem.no.tex": "\\problemname{}\nLegg sammen.\n"}
    problem = read_problem(lay_out(tmp_path, CURRENT, changes))
    assert (problem.name, sorted(problem.statements), problem.notes) == ("The Sum", ["en", "no"], ())
    (tmp_path / "sum/statement/problem.no.tex").unlink()
    assert "name: is for en, no, statements are for en" in read_problem(tmp_path / "sum").notes[0]


def test_constants_go_where_the_format_says(tmp_path: Path) -> None:
    changes = {
        "statement/problem.en.md": "At most {{most}}, {{other}}.\n",
        "statement/problem.de.tex": "\\constant{most} {{most}}\n",
        "data/sample/1.in": "{{most}}\n",
        "data/secret/test_group.yaml": "output_validator_args: [float_tolerance, '{{eps}}']\n",
        "submissions/accepted/sum.py": "MOST = {{most}}  # {most}\n",
        "include/python3/lib.py": "M = {{most}}\n",
        "input_validators/check.py": "{{most}}\n",
    }
    package = lay_out(tmp_path, CURRENT, changes, more="constants: {most: 1_0, eps: 1e-6}\n")
    problem = read_problem(package)
    assert problem.statements == {"en": "At most 1_0, {{other}}.\n", "de": "1_0 {{most}}\n"}
    assert case(problem, "sample/1").input == b"{{most}}\n"
    assert case(problem, "secret/01").validator_args == ("float_tolerance", "1e-6")
    assert labelled(problem, "sum.py").program.files == {"sum.py": b"MOST = 1_0  # {most}\n"}
    assert problem.include == {"python3": {"lib.py": b"M = 1_0\n"}}
    assert problem.input_validators[0].files == {"check.py": b"1_0\n"}


def test_settings_of_a_case_go_before_those_of_its_group_and_of_secret(tmp_path: Path) -> None:
    changes = {
        **GROUPS,
        "data/secret/test_group.yaml": "args: [s]\noutput_validator_args: [case_sensitive]\n",
        "data/secret/a/test_group.yaml": "max_score: 40\nargs: [g, 7]\ninput_validator_args: {check: [x]}\n",
        "data/secret/a/2.in": "1 3\n",
        "data/secret/a/2.ans": "4\n",
        "data/secret/a/2.yaml": "args: []\noutput_validator_args: []\nhint: think\ninput_validator_args: [y]\n",
        "data/secret/a/2.files/deep/words.txt": "w\n",
    }
    problem = read_problem(lay_out(tmp_path, CURRENT, changes))
    first, second, other = (case(problem, f"secret/{name}") for name in ("a/1", "a/2", "b/1"))
    assert (first.args, first.validator_args, first.input_args) == (("g", "7"), ("case_sensitive",), {"check": ("x",)})
    assert (second.args, second.validator_args, second.input_args) == ((), (), {"": ("y",)})
    assert second.files == {"deep/words.txt": b"w\n"}
    assert (other.args, other.validator_args) == (("s",), ("case_sensitive",))


def test_groups_and_scores(tmp_path: Path) -> None:
    problem = read_problem(lay_out(tmp_path, CURRENT, GROUPS))
    secret, first, second = (problem.group(name) for name in ("secret", "secret/a", "secret/b"))
    assert (secret.score, secret.aggregation, secret.on_reject) == (100, "sum", "continue")
    assert (first.score, first.aggregation, first.on_reject) == (40, "pass-fail", "break")
    assert (second.score, second.aggregation, second.on_reject) == (60, "sum", "continue")
    assert second.require_pass == ("sample", "secret/a")
    assert problem.data.on_reject == "continue"
    assert problem.is_scoring


def test_cases_of_a_group_may_lie_deeper(tmp_path: Path) -> None:
    deeper = {
        "data/secret/a/x/9.in": "1 1\n",
        "data/secret/a/x/9.ans": "2\n",
        "data/secret/a/z.in": "",
        "data/secret/a/z.ans": "",
    }
    problem = read_problem(lay_out(tmp_path, CURRENT, {**GROUPS, **deeper}))
    parts = problem.group("secret/a").parts
    assert [part.name for part in parts] == ["secret/a/1", "secret/a/x/9", "secret/a/z"]


def test_what_is_shown_of_samples(tmp_path: Path) -> None:
    changes = {
        "data/sample/2.in": "5 5\n",
        "data/sample/2.ans": "10\n",
        "data/sample/2.in.statement": "5 5 ...\n",
        "data/sample/2.in.download": "5 5 ...\n",
        "data/sample/2.out": "ten\n",
        "data/sample/3.in": "secret\n",
        "data/sample/3.ans": "",
        "data/sample/3.interaction": "<5\n>5\n",
    }
    problem = read_problem(lay_out(tmp_path, CURRENT, changes))
    assert [case.name for case in problem.samples] == ["sample/1", "sample/2", "sample/3"]
    assert problem.examples[1:] == (
        Example(name="sample/2", input=b"5 5 ...\n", output=b"ten\n"),
        Example(name="sample/3", interaction="<5\n>5\n"),
    )


@pytest.mark.parametrize(
    "place", ["output_validator/check.py", "output_validator/check/check.py", "output_validator/x/check.py"]
)
def test_a_validator_of_its_own(tmp_path: Path, place: str) -> None:
    changes = {place: PYTHON, "output_validator/README.md": "how\n"}
    problem = read_problem(lay_out(tmp_path, CURRENT, changes, more="type: interactive\n"))
    assert problem.validator is not None
    assert (problem.validator.language, problem.validator.entry) == ("python3", "check.py")
    assert problem.is_interactive


def test_a_validator_of_several_files(tmp_path: Path) -> None:
    changes = {"output_validator/check.cpp": CPP, "output_validator/check.h": "", "output_validator/more.cc": ""}
    problem = read_problem(lay_out(tmp_path, CURRENT, changes))
    assert problem.validator is not None
    assert (problem.validator.language, len(problem.validator.files)) == ("cpp", 3)


def test_the_digest_is_of_what_counts(tmp_path: Path) -> None:
    package = lay_out(tmp_path, CURRENT)
    before = read_problem(package).digest
    (package / ".git").mkdir()
    (package / ".git/config").write_text("x")
    (package / "submissions/accepted/__pycache__").mkdir()
    (package / "submissions/accepted/__pycache__/sum.pyc").write_bytes(b"x")
    assert read_problem(package).digest == before
    (package / "data/secret/01.in").write_text("4 3\n")
    assert read_problem(package).digest != before


def test_packages_below_a_folder_are_found(tmp_path: Path) -> None:
    first = lay_out(tmp_path / "b", CURRENT)
    second = lay_out(tmp_path / "a/deep", CURRENT, {"generators/problem.yaml": "no package of its own\n"})
    assert find_problems(tmp_path) == [second, first]
    assert find_problems(first) == [first]
    with pytest.raises(BadInput, match=r"data: no problem\.yaml in it or below it"):
        find_problems(first / "data")
    with pytest.raises(BadInput, match=r"nothing: is no directory"):
        find_problems(tmp_path / "nothing")


WRONG: list[tuple[str, dict[str, str | None], str]] = [
    ("", {"problem.yaml": "name: [\n"}, r"problem\.yaml: is not YAML: while parsing"),
    ("", {"problem.yaml": "- a\n"}, r"problem\.yaml: must be a mapping"),
    ("", {"problem.yaml": "problem_format_version: 2023-07-draft\n"}, r"'2023-07-draft' is not read; 2025-09, legacy"),
    ("", {"problem.yaml": None}, r"problem\.yaml: is missing"),
    ("", {"problem.yaml": HEAD + "uid: x\n"}, r"problem\.yaml: uid: unknown key \(known: "),
    ("", {"problem.yaml": "problem_format_version: 2025-09\n"}, r"problem\.yaml: name: is required and missing"),
    ("type: multi-pass\n", {}, r"type: multi-pass problems are not judged here"),
    ("type: [scoring, submit-answer]\n", {}, r"type: submit-answer problems are not judged here"),
    ("type: [scoring, pass-fail]\n", {}, r"type: pass-fail and scoring exclude each other"),
    ("type: heuristic\n", {}, r"type: 'heuristic' does not match"),
    ("type: interactive\n", {}, r"an interactive problem needs a program in output_validator/"),
    ("limits: {memory: 1.5}\n", {}, r"limits\.memory: must be an integer, is 1\.5"),
    ("limits: {time_limit: 0}\n", {}, r"limits\.time_limit: 0 is less than or equal to the minimum of 0"),
    ("limits: {time_limit: .nan}\n", {}, r"limits\.time_limit: nan is not a finite number"),
    ("limits: {validation_passes: 3}\n", {}, r"limits\.validation_passes: is for multi-pass problems only"),
    ("allow_file_writing: yes\n", {}, r"allow_file_writing: must be a boolean, is 'yes'"),
    ("license: gpl\n", {}, r"license: must be one of unknown, public domain"),
    ("", {"data/secret/02.in": "1 1\n"}, r"data/secret/02\.ans: is missing; every test case"),
    ("", {"data/secret/02.ans": "1\n"}, r"data/secret/02\.ans: belongs to no test case; there is no 02\.in"),
    ("", {"data/secret/02.yaml": "args: []\n"}, r"data/secret/02\.yaml: belongs to no test case"),
    ("", {"data/secret/test_group.in": "", "data/secret/test_group.ans": ""}, r"no test case can be called test_group"),
    ("", {"data/secret/01/x.in": "", "data/secret/01/x.ans": ""}, r"data/secret/01: is a directory beside the test"),
    ("", {"data/secret/g/x.in": "", "data/secret/g/x.ans": ""}, r"data/secret: holds test cases and directories"),
    ("", {"data/secret/01.in": None, "data/secret/01.ans": None}, r"data/secret: (is missing|holds no test case)"),
    ("", {"data/sample/g/x.in": "", "data/sample/g/x.ans": ""}, r"data/sample/g: samples have no groups"),
    ("", {"data/secret/testdata.yaml": "on_reject: break\n"}, r"testdata\.yaml: is of the legacy format"),
    ("", {"data/test_group.yaml": "args: []\n"}, r"data/test_group\.yaml: is in no group"),
    ("", {"data/secret/test_group.yaml": "max_score: 5\n"}, r"max_score: only problems of type scoring have it"),
    (
        "",
        {"data/secret/test_group.yaml": "static_validation_score: 5\n"},
        r"static_validation_score: static validators",
    ),
    ("", {"data/secret/test_group.yaml": "output_validator_args: [fuzzy]\n"}, r"data/secret/01: .*'fuzzy' is none of"),
    ("", {"data/secret/01.yaml": "arg: []\n"}, r"data/secret/01\.yaml: arg: unknown key"),
    ("", {"data/secret/01.yaml": "args: 5\n"}, r"data/secret/01\.yaml: args: must be an array, is 5"),
    ("", {"output_validators/v.py": PYTHON}, r"output_validators: is of the legacy format"),
    ("", {"output_validator/v.java": "x"}, r"output_validator: is in no language that is here"),
    ("", {"output_validator/build": "#!/bin/sh\n"}, r"output_validator: is built or run by a script of its own"),
]


@pytest.mark.parametrize(("more", "changes", "message"), WRONG)
def test_what_is_wrong_is_named(tmp_path: Path, more: str, changes: dict[str, str | None], message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        read_problem(lay_out(tmp_path, CURRENT, changes, more=more))
    assert "\n" not in str(caught.value)


A, B, SECRET = ("data/secret/" + name for name in ("a/test_group.yaml", "b/test_group.yaml", "test_group.yaml"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({A: ""}, r"a/test_group\.yaml: max_score: is missing"),
        ({B: "score_aggregation: sum\n"}, r"b/test_group\.yaml: max_score: is unbounded while that of secret is 100"),
        ({SECRET: "max_score: unbounded\n", B: "score_aggregation: min\n"}, r"there is no output validator to give"),
        ({SECRET: "max_score: 90\n"}, r"max_score: is 90, and its groups can come to 100"),
        ({SECRET: "score_aggregation: pass-fail\n"}, r"b/test_group\.yaml: score_aggregation: must be pass-fail"),
        ({SECRET: "score_aggregation: mean\n"}, r"score_aggregation: must be one of pass-fail, sum, min"),
        ({SECRET: "max_score: -1\n"}, r"max_score: -1 is less than the minimum of 0"),
        ({SECRET: "require_pass: secret/a\n"}, r"secret can only depend on sample"),
        ({A: "max_score: 40\nrequire_pass: b\n"}, r"'secret/b' is not judged before secret/a"),
        ({A: "max_score: 40\nrequire_pass: none\n"}, r"'none' is no group; use sample or"),
        ({A: "max_score: 40\nscore_aggregation: sum\n"}, r"'secret/a' is not of all or nothing"),
        ({"data/sample/test_group.yaml": "max_score: 1\n"}, r"max_score: samples have no score"),
        ({"data/secret/a/x/test_group.yaml": ""}, r"a/x/test_group\.yaml: groups hold no groups"),
        ({"data/secret/c/test_group.yaml": "max_score: 0\n"}, r"data/secret/c: holds no test case"),
    ],
)
def test_scores_that_cannot_be_held_to(tmp_path: Path, changes: dict[str, str | None], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_problem(lay_out(tmp_path, CURRENT, {**GROUPS, **changes}))


def test_all_or_nothing_for_the_whole_of_a_scoring_problem(tmp_path: Path) -> None:
    changes = {**GROUPS, SECRET: "score_aggregation: pass-fail\n", A: "", B: ""}
    problem = read_problem(lay_out(tmp_path, CURRENT, changes))
    assert problem.group("secret").score == 100
    assert all(isinstance(part, Group) for part in problem.group("secret").parts)


def test_what_changes_no_verdict_is_a_note(tmp_path: Path) -> None:
    changes = {
        "problem.yaml": HEAD.partition("uuid")[0],
        "statement/problem.en.md": None,
        "statement/problem.en.pdf": "",
        "submissions/accepted/sum.py": None,
        "submissions/loose.py": PYTHON,
        "input_validators/check.py": None,
        "data/secret/readme.txt": "",
        "data/more/1.in": "",
        "static_validator/x.py": PYTHON,
    }
    notes = read_problem(lay_out(tmp_path, CURRENT, changes, more="license: cc by\n")).notes
    expected = ["uuid", "rights_owner", "static validators", "data/more", "readme.txt", "PDF", "no statement as text"]
    expected += [
        "submissions are in directories",
        "submissions/accepted: there is no",
        "input_validators: there is none",
    ]
    for words in expected:
        assert [note for note in notes if words in note], words
