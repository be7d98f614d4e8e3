"""What a package's files tell, manifests as text, and what of a foreign tree is taken."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from sandbox.adding.facts import Facts, facts, holds, without
from sandbox.adding.manifest import new_manifest, toml, with_git, with_release, with_requirement
from sandbox.adding.repo import Manifest, open_manifest
from sandbox.adding.wheels import in_image, refuse_others
from sandbox.errors import BadInput
from sandbox.foreign import check_links, check_names
from sandbox.paths import PROJECT
from sandbox.repos import read_repo
from sandbox.tree import LINK, Entry
from tests.support.builders import text_file

INFO = "Metadata-Version: 2.4\nName: some-lib\n"


def told(files: Mapping[str, str], name: str = "some-lib") -> Facts:
    return facts({path: text_file(text) for path, text in files.items()}, name)


@pytest.mark.parametrize(
    ("files", "licence"),
    [
        ({"PKG-INFO": INFO + "License-Expression: MIT OR Apache-2.0\n"}, "MIT OR Apache-2.0"),
        ({"PKG-INFO": INFO + "License: MIT\n"}, "MIT"),
        ({"PKG-INFO": INFO + "Classifier: License :: OSI Approved :: MIT License\n"}, "MIT"),
        ({"pyproject.toml": '[project]\nlicense = "BSD-3-Clause"\n'}, "BSD-3-Clause"),
        ({"pyproject.toml": '[project]\nlicense = {text = "MIT License"}\n'}, "MIT"),
        ({"setup.cfg": "[metadata]\nlicense = Apache 2.0\n"}, "Apache-2.0"),
        ({"LICENSE.md": "Permission is hereby granted, free of\ncharge ... The above copyright notice"}, "MIT"),
        (
            {
                "PKG-INFO": INFO + "Classifier: License :: OSI Approved :: BSD License\n",
                "LICENSE": "Redistribution and use in source and binary forms ... the name of the author may not be "
                "used\nto endorse or promote products",
            },
            "BSD-3-Clause",
        ),
        ({"COPYING": "Redistribution and use in source and binary forms, with"}, "BSD-2-Clause"),
        ({"PKG-INFO": INFO + "License: see the lawyers\n", "LICENSE": "no"}, None),
        ({"pyproject.toml": "[project"}, None),
        ({}, None),
    ],
)
def test_the_licence_is_read_where_it_is_told(files: Mapping[str, str], licence: str | None) -> None:
    assert told(files).licence == licence


@pytest.mark.parametrize(
    ("files", "name", "import_name", "tests"),
    [
        (["somelib.py", "tests.py", "setup.py"], "some-lib", "somelib", ("tests.py",)),
        (["some_lib/__init__.py", "tests/test_a.py"], "some-lib", "some_lib", ("tests",)),
        (["src/lib/__init__.py", "test/a.py", "test_x.py"], "python-lib", "lib", ("test", "test_x.py")),
        (["src/other/__init__.py", "src/other/tests/test_a.py"], "some-lib", "other", ("src/other/tests",)),
        (["a/__init__.py", "b/__init__.py"], "some-lib", None, ()),
        (["docs/__init__.py", "tests/__init__.py", "lib/__init__.py"], "pylib", "lib", ("tests",)),
        (["yaml/__init__.py", "x_tests.py", "tests.js"], "pyyaml", "yaml", ("tests.js", "x_tests.py")),
    ],
)
def test_the_layout_is_told_by_names(
    files: list[str], name: str, import_name: str | None, tests: tuple[str, ...]
) -> None:
    found = told(dict.fromkeys(files, ""), name)
    assert (found.import_name, found.tests) == (import_name, tests)


def test_needs_are_those_of_the_package_its_build_and_its_tests() -> None:
    found = told(
        {
            "PKG-INFO": INFO
            + "Requires-Dist: one>=1\nRequires-Dist: old; python_version < '3.11'\n"
            + "Requires-Dist: extra-thing; extra == 'more'\nRequires-Dist: far @ https://example.org/x.whl\n",
            "pyproject.toml": '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
            '[dependency-groups]\ntest = ["two<3", "PyYAML", {include-group = "x"}]\n',
            "dev-requirements.txt": "# for us\nthree  # often\n-r other.txt\n",
            "somelib.py": "",
            "tests/helper.py": "import four\n",
            "tests/test_a.py": "import os, one, two.sub, yaml, somelib, extra_thing, helper, nowhere\nfrom . import x\n"
            "try:\n    import three\nexcept ImportError: pass\nimport pytest\n",
            "tests/broken.py": "def (",
            "tests/conftest.py": "import never\n",
        }
    )
    assert found.needs == ("one>=1", "hatchling", "editables", "two<3", "PyYAML", "extra-thing", "three")
    assert set(found.unmet) == {"nowhere", "four"}


def test_needs_of_older_releases_are_those_that_setuptools_noted() -> None:
    found = told(
        {
            "PKG-INFO": INFO,
            "src/some_lib.egg-info/requires.txt": "one>=1\n\n[:python_version < '3']\nold\n\n"
            "[:python_version >= '3']\nnew\n\n[test]\ntwo\nunused\n\n[test:python_version >= '3']\nthree\n",
            "src/some_lib/__init__.py": "",
            "tests/test_a.py": "import one, two, three, four\n",
        }
    )
    assert (found.needs, found.unmet) == (("one>=1", "new", "two", "three"), ("four",))


@pytest.mark.parametrize(
    ("path", "held"),
    [("lib.py", True), ("src/lib/__init__.py", True), ("x/lib/y.py", True), ("library.py", False), ("lib.txt", False)],
)
def test_a_module_is_held_wherever_it_lies(path: str, held: bool) -> None:
    assert holds({path: text_file("")}, "lib") == held
    assert holds({path: text_file("")}, "lib.part") == held


def test_what_a_wheel_brings_is_told_by_names() -> None:
    assert without(["six", "yaml", "dateutil", "pytest_mock", "icu"], ["Six", "PyYAML", "python-dateutil"]) == [
        "pytest_mock",
        "icu",
    ]
    assert without(["pytest_mock"], ["pytest-mock"]) == []


# --- manifests ---

RELEASE = {"version": "1.10", "sdist": "some_lib-1.10.tar.gz", "sha256": "0" * 64, "tests": ["tests"]}
COMMIT = {"version": "abcdef012345", "commit": "1" * 40, "tree": "2" * 40, "tests": ["tests"]}
HEAD = new_manifest(name="some-lib", licence="MIT", import_name="somelib", git=None)


def versions(text: str) -> list[str]:
    return [row["version"] for row in tomllib.loads(text)["releases"]]


def test_releases_stand_in_their_order_and_commits_at_the_end() -> None:
    text = HEAD
    for version in ("1.10", "1.9", "2.0", "1.9.1"):
        text = with_release(text, {**RELEASE, "version": version})
    text = with_release(with_git(text, "https://example.org/x"), COMMIT)
    text = with_release(text, {**RELEASE, "version": "3.0"})
    assert versions(text) == ["1.9", "1.9.1", "1.10", "2.0", COMMIT["version"], "3.0"]
    assert tomllib.loads(text)["git"] == "https://example.org/x"


def test_a_manifest_that_people_wrote_is_kept_word_for_word() -> None:
    before = (PROJECT / "repos" / "sqlparse.toml").read_text()
    wheel = {"name": "x", "version": "1", "sha256": ["0" * 64]}
    after = with_requirement(with_release(before, {**RELEASE, "version": "0.6.2"}), wheel)
    lines = iter(after.splitlines())
    assert all(line in lines for line in before.splitlines())
    assert after.index("# Hatchling") < after.index('name = "editables"')
    assert tomllib.loads(after)["requirements"][-1]["name"] == "x"


@pytest.mark.parametrize("path", sorted((PROJECT / "repos").glob("*.toml")), ids=lambda path: path.stem)
def test_every_manifest_of_the_project_keeps_its_lines_and_its_data(path: Path) -> None:
    text = path.read_text()
    longer = with_release(text, {**RELEASE, "version": "99999"})
    lines = iter(longer.splitlines())
    assert all(line in lines for line in text.splitlines())
    before, after = tomllib.loads(text), tomllib.loads(longer)
    after["releases"] = [row for row in after["releases"] if row["version"] != "99999"]
    assert after == before


def test_a_new_manifest_is_one(tmp_path: Path) -> None:
    path = tmp_path / "some-lib.toml"
    path.write_text(with_release(HEAD, {**RELEASE, "released": "2024-01-31"}))
    repo = read_repo(path)
    assert repo.releases["1.10"].released == "2024-01-31"
    assert (repo.licence, repo.import_name, repo.git) == ("MIT", "somelib", None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sdist": None}, r"releases\[0\]: wants sdist and sha256, or commit and tree"),
        ({"commit": "1" * 40}, r"releases\[0\]: wants sdist and sha256, or commit and tree"),
        ({"sdist": None, "sha256": None, "commit": "1" * 40, "tree": "2" * 40}, "git: is required"),
        ({"sdist": None, "sha256": None, "commit": "1" * 39, "tree": "2" * 40}, r"releases\[0\]\.commit"),
    ],
)
def test_a_release_is_a_file_or_a_commit(tmp_path: Path, change: dict[str, str | None], said: str) -> None:
    row = {key: value for key, value in {**RELEASE, **change}.items() if value is not None}
    path = tmp_path / "some-lib.toml"
    path.write_text(with_release(HEAD, row))
    with pytest.raises(BadInput, match=said):
        read_repo(path)


@pytest.mark.parametrize("url", ["ext::sh -c x", "http://example.org/x", "https://a:b@example.org/x"])
def test_a_manifest_names_no_other_repository_than_one_may_add(tmp_path: Path, url: str) -> None:
    path = tmp_path / "some-lib.toml"
    path.write_text(with_release(with_git(HEAD, url), COMMIT))
    with pytest.raises(BadInput, match=r"some-lib\.toml: git: "):
        read_repo(path)


def test_text_is_written_as_toml_reads_it() -> None:
    for value in ('quote " and \\', "é\u2028\x7f\n", ["a", "b"], ["x" * 60, "y" * 60]):
        assert tomllib.loads(f"x = {toml(value)}") == {"x": value}


def opened(folder: Path, *versions: str) -> Manifest:
    """A manifest with releases that are not on disk yet."""
    made = open_manifest("some-lib", folder)
    made.change(lambda text: text or HEAD)
    for version in versions:
        made.change(partial(with_release, row={**RELEASE, "version": version}))
    return made


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where manifests lie; the cache lies elsewhere."""
    monkeypatch.setenv("ROADTEST_CACHE", str(tmp_path / "cache"))
    return tmp_path / "repos"


def test_a_manifest_is_taken_back_as_it_was(folder: Path) -> None:
    made = opened(folder, "1")
    assert not folder.exists()
    made.write()
    assert versions(made.path.read_text()) == ["1"]
    made.take_back()
    assert not folder.exists()
    made.write()
    before = made.path.read_text()
    again = opened(folder, "2")
    again.write()
    assert versions(made.path.read_text()) == ["1", "2"]
    again.take_back()
    assert made.path.read_text() == before


def test_what_others_write_meanwhile_is_kept(folder: Path) -> None:
    mine, theirs = opened(folder, "1", "3"), opened(folder, "2", "3")
    theirs.write()
    mine.write()
    assert versions(mine.path.read_text()) == ["1", "2", "3"]
    theirs.take_back()
    assert versions(mine.path.read_text()) == ["1", "2", "3"]
    mine.take_back()
    assert versions(mine.path.read_text()) == ["2", "3"]


def test_what_makes_no_manifest_is_not_written(folder: Path) -> None:
    made = opened(folder)
    with pytest.raises(BadInput, match="releases: is required"):
        made.write()
    assert not folder.exists()


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".x", "-x", "a b"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="cannot be the name of a repo"):
        open_manifest(name, tmp_path)


# --- foreign trees ---


@pytest.mark.parametrize("target", ["../a", "x/y", "..", "sub/../../b/c"])
def test_a_link_that_stays_inside_is_taken(target: str) -> None:
    check_links({"deep/er/link": Entry(LINK, target.encode())}, "here")


@pytest.mark.parametrize("target", ["../../..", "/", "../../../etc", "../../.git/config", "../../.GIT"])
def test_a_link_that_leads_out_is_not(target: str) -> None:
    with pytest.raises(BadInput, match="leads out"):
        check_links({"deep/er/link": Entry(LINK, target.encode())}, "here")


def test_folders_that_differ_in_case_alone_are_refused() -> None:
    check_names(["a/b", "a/c", "B/a"], "here")
    with pytest.raises(BadInput, match="'a' and 'A' differ"):
        check_names(["a/b", "A/c"], "here")


def test_a_wheel_that_is_there_in_another_version_is_refused() -> None:
    held = {"six": "1.17.0", "python-dateutil": "2.9.0"}
    refuse_others(["six", "Six==1.17.0", "six>=1.16", "python_dateutil<3", "other==1"], held, "repos/x.toml")
    with pytest.raises(BadInput, match=r"--requires six==1\.16: repos/x\.toml has 1\.17\.0"):
        refuse_others(["six==1.16"], held, "repos/x.toml")
    with pytest.raises(BadInput, match="is no requirement"):
        refuse_others(["six = 1"], held, "repos/x.toml")


def test_the_versions_in_the_base_image_are_known() -> None:
    held = in_image()
    assert all(held[name][0].isdigit() for name in ("pytest", "setuptools"))
