"""Problem packages that mean harm, or are odd."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sandbox.cp import folder as folders
from sandbox.cp.package import read_problem, read_submission
from sandbox.cp.yaml_text import read_yaml
from sandbox.errors import BadInput
from tests.support.cp_packages import CPP, CURRENT, HEAD, lay_out


@pytest.mark.parametrize("target", ["/etc/passwd", "../../outside", "../../../../../../etc"])
def test_links_out_of_the_package_are_refused(tmp_path: Path, target: str) -> None:
    package = lay_out(tmp_path, CURRENT)
    (tmp_path / "outside").write_text("x")
    (package / "data/leak").symlink_to(target)
    with pytest.raises(BadInput, match=r"data/leak: is a link (out of the package|to nothing)"):
        read_problem(package)


def test_links_inside_the_package_are_followed(tmp_path: Path) -> None:
    package = lay_out(tmp_path, CURRENT)
    for end in ("in", "ans"):
        (package / f"data/secret/02.{end}").symlink_to(f"../sample/1.{end}")
    (package / "submissions/accepted/dir").symlink_to("../../input_validators")
    problem = read_problem(package)
    assert [case.input for case in problem.data.cases()] == [b"1 2\n", b"3 4\n", b"1 2\n"]
    assert [one.program.name for one in problem.submissions] == ["dir", "sum.py"]


@pytest.mark.parametrize(("name", "target"), [("loop", "."), ("loop", ".."), ("gone", "nowhere"), ("self", "self")])
def test_links_that_lead_nowhere_or_in_circles(tmp_path: Path, name: str, target: str) -> None:
    package = lay_out(tmp_path, CURRENT)
    (package / "data" / name).symlink_to(target)
    with pytest.raises(BadInput, match=r"is a link to (nothing|a directory that it lies in)|Symlink loop"):
        read_problem(package)


def test_links_that_multiply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOST_FILES", 500)
    package = lay_out(tmp_path, CURRENT)
    for level in range(12):
        place = package / f"generators/d{level}"
        place.mkdir(parents=True)
        for name in ("a", "b"):
            (place / name).symlink_to(f"../d{level + 1}")
    (package / "generators/d12").mkdir()
    with pytest.raises(BadInput, match=r"holds more than 500 files, or directories without end"):
        read_problem(package)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    package = lay_out(tmp_path, CURRENT)
    with (package / "data/secret/02.in").open("wb") as stream:
        stream.truncate(2 << 30)
    with pytest.raises(BadInput, match=r"sum: holds more than 1024 MiB"):
        read_problem(package)


def test_pipes_are_refused_and_not_opened(tmp_path: Path) -> None:
    package = lay_out(tmp_path, CURRENT)
    os.mkfifo(package / "data/secret/02.in")
    with pytest.raises(BadInput, match=r"02\.in: is neither a file nor a directory"):
        read_problem(package)


def test_names_that_the_format_does_not_have_are_left_aside(tmp_path: Path) -> None:
    package = lay_out(tmp_path, CURRENT, {"data/secret/2 x.in": "1 1\n", "-x": "", ".hidden/problem.yaml": ""})
    Path(os.fsdecode(os.fsencode(package) + b"/data/secret/\xff\n.in")).write_text("1 1\n")
    problem = read_problem(package)
    assert [case.name for case in problem.data.cases()] == ["sample/1", "secret/01"]
    assert len(problem.notes) == 2
    assert all(note.isprintable() and note.isascii() for note in problem.notes)


def test_a_directory_whose_name_is_no_name(tmp_path: Path) -> None:
    package = lay_out(tmp_path, CURRENT).rename(tmp_path / "my problem")
    with pytest.raises(BadInput, match=r"a problem is named by its directory"):
        read_problem(package)
    with pytest.raises(BadInput, match=r"x\.zip: is no directory; unpack it first"):
        read_problem(tmp_path / "x.zip")


def test_text_that_is_no_text(tmp_path: Path) -> None:
    package = lay_out(tmp_path, CURRENT)
    (package / "statement/problem.en.md").write_bytes(b"a\xff")
    with pytest.raises(BadInput, match=r"problem\.en\.md: is not UTF-8 text \(byte 1\)"):
        read_problem(package)
    (package / "problem.yaml").write_bytes(b"\xff")
    with pytest.raises(BadInput, match=r"problem\.yaml: is not UTF-8 text \(byte 0\)"):
        read_problem(package)


def test_a_submission_as_large_as_a_disk(tmp_path: Path) -> None:
    problem = read_problem(lay_out(tmp_path, CURRENT))
    source = tmp_path / "big.cpp"
    source.write_text(CPP)
    with source.open("r+b") as stream:
        stream.truncate(1 << 36)
    with pytest.raises(BadInput, match=r"big\.cpp: holds more than 16 MiB"):
        read_submission(source, problem)


def yaml_error(text: str) -> str:
    with pytest.raises(BadInput) as caught:
        read_yaml(text.encode(), "x.yaml")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_aliases_that_multiply() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    assert "holds more than 50000 values once its aliases are followed" in yaml_error("\n".join(lines))
    merged = ["a0: &a0 {x: 1}"] + [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 9)]
    assert "holds more than 50000 values" in yaml_error("\n".join(merged))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("&a [*a]", "is nested too deeply, or holds itself"),
        ("a: " + "[" * 100 + "]" * 100, "is nested too deeply"),
        ("a: " + "[" * 20000, "is nested too deeply"),
        ("a: !!python/object/apply:os.system [id]", "line 1: the tag tag:yaml.org,2002:python/object/apply:os.system"),
        ("a: !mine x", "the tag !mine is not supported"),
        ("a: !!binary eA==", "line 1: the tag"),
        ("a: !!int x", "is not YAML"),
        ("a: 1\nb: 2\na: 3", "line 3: 'a' is given twice"),
        ("? [a]\n: 1", "line 1: a key must be text"),
        ("a: 1\n---\nb: 1", "is not YAML: expected a single document"),
        ("a: " + "9" * 5000, "is not YAML"),
        ("<<: 5", "<< wants a mapping"),
        ("a: \x00", "is not YAML"),
        ("a: " + "x" * 300_000, "holds more than 256 KiB"),
        ("5", "must be a mapping"),
    ],
)
def test_yaml_that_is_refused(text: str, message: str) -> None:
    assert message in yaml_error(text)


def test_scalars_are_what_they_look_like() -> None:
    text = (
        "no: on\nfrom: 2025-09-01\ntime: 1:30\nocta: 0777\nhex: 0x10\nmany: 1_000\nfloat: 1e-6\nwhole: -3\n"
        "half: .5\nnone: ~\nempty:\ntrue: true\nquoted: '5'\n5: x\n"
    )
    values, texts = read_yaml(text.encode(), "x.yaml")
    assert values == {
        "no": "on",
        "from": "2025-09-01",
        "time": "1:30",
        "octa": "0777",
        "hex": "0x10",
        "many": "1_000",
        "float": 1e-6,
        "whole": -3,
        "half": 0.5,
        "none": None,
        "empty": None,
        "true": True,
        "quoted": "5",
        "5": "x",
    }
    assert (texts["float"], texts["none"], texts["true"], texts["5"]) == ("1e-6", "~", "true", "x")


def test_a_mapping_merged_into_another() -> None:
    values, texts = read_yaml(b"a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [{y: 4}, *a]}\n", "x.yaml")
    assert (values["b"], values["c"], texts["b"]) == ({"x": 1, "y": 3}, {"x": 1, "y": 4}, {"x": "1", "y": "3"})


def test_an_empty_file_and_a_byte_order_mark() -> None:
    assert read_yaml(b"", "x.yaml") == read_yaml(b"# nothing\n", "x.yaml") == read_yaml(b"~", "x.yaml") == ({}, {})
    assert read_yaml(b"\xef\xbb\xbfa: 1\n", "x.yaml")[0] == {"a": 1}


def test_settings_are_not_read_by_the_rules_of_other_versions(tmp_path: Path) -> None:
    problem = read_problem(lay_out(tmp_path, CURRENT, {"problem.yaml": HEAD.replace("name: Sum", "name: {en: 'No'}")}))
    assert problem.name == "No"
