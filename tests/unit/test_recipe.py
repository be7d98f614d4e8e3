"""Release recipes, the archives they start from, and who owns a container."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from sandbox import ownership
from sandbox.env import owner
from sandbox.parts import matches, split
from sandbox.recipe import _solve_script
from sandbox.repos import _unzip, _without_wrapper
from sandbox.tree import EXECUTABLE, Entry
from tests.support.builders import text_file

OLD = {
    "pkg/a.py": text_file("old"),
    "pkg/same.py": text_file("same"),
    "pkg/gone.py": text_file("gone"),
    "pkg/run": text_file("run"),
    "tests/test_a.py": text_file("old tests"),
    "tests/test_gone.py": text_file("old tests"),
    "PKG-INFO": text_file("1.0"),
    "pkg.egg-info/SOURCES.txt": text_file("1.0"),
    "src/pkg.egg-info/SOURCES.txt": text_file("1.0"),
    "docs/x.md": text_file("1.0"),
    "pkg/__pycache__/a.pyc": text_file(""),
}
NEW = {
    **{path: entry for path, entry in OLD.items() if "gone" not in path},
    "pkg/a.py": text_file("new"),
    "pkg/added.py": text_file("added"),
    "pkg/run": Entry(EXECUTABLE, b"run"),
    "tests/test_a.py": text_file("new tests"),
    "tests/data/x.json": text_file("{}"),
    "PKG-INFO": text_file("1.1"),
    "docs/x.md": text_file("1.1"),
}
PARTS = split(OLD, NEW, tests=["tests"], drop=["docs"])


def test_the_workspace_is_the_old_release_with_its_own_tests() -> None:
    assert set(PARTS.workspace) == {
        "pkg/a.py",
        "pkg/same.py",
        "pkg/gone.py",
        "pkg/run",
        "tests/test_a.py",
        "tests/test_gone.py",
    }
    assert PARTS.workspace["tests/test_a.py"] == text_file("old tests")


def test_hidden_tests_are_those_of_the_new_release() -> None:
    assert PARTS.tests == {"tests/test_a.py": text_file("new tests"), "tests/data/x.json": text_file("{}")}


def test_the_solution_is_what_changed_besides_tests() -> None:
    assert set(PARTS.solution) == {"pkg/a.py", "pkg/added.py", "pkg/run"}


def test_removed_are_files_that_are_no_tests() -> None:
    assert PARTS.removed == ("pkg/gone.py",)


def test_nothing_of_the_new_release_is_in_the_workspace() -> None:
    new = {entry.data for entry in (*PARTS.tests.values(), *PARTS.solution.values())} - {b"run"}
    assert not new & {entry.data for entry in PARTS.workspace.values()}


def test_the_same_release_twice_has_no_solution() -> None:
    parts = split(OLD, OLD, tests=["tests"])
    assert (parts.solution, parts.removed) == ({}, ())


@pytest.mark.parametrize(
    ("path", "glob", "fits"),
    [
        ("tests.py", "tests.py", True),
        ("tests/a/b.py", "tests", True),
        ("tests/a/b.py", "tests/a", True),
        ("tests/a/b.py", "tests/*.py", False),
        ("test_x.py", "test_*.py", True),
        ("testing/helper.py", "test*.py", False),
        ("src/x.egg-info/PKG-INFO", "*/*.egg-info", True),
        ("pkg/tests.py", "tests.py", False),
        ("tests2/a.py", "tests", False),
        ("Tests/a.py", "tests", False),
        ("a[1].py", "a[1].py", False),
        ("pkg/tests/a.py", "pkg/tests", True),
    ],
)
def test_a_glob_takes_a_file_or_all_below_a_directory(path: str, glob: str, fits: bool) -> None:
    assert matches(path, [glob]) is fits


def test_the_solution_removes_before_it_copies_and_quotes_names() -> None:
    script = _solve_script(("pkg/mod.py", "a b;c", "-rf")).splitlines()
    assert script[3:6] == ["rm -f -- pkg/mod.py", "rm -f -- 'a b;c'", "rm -f -- -rf"]
    assert script[6].startswith("cp -R ")


# --- archives ---


def test_the_folder_that_wraps_an_archive_is_taken_off() -> None:
    tree = {"pkg-1.0/a.py": text_file("a"), "pkg-1.0/sub/b.py": text_file("b")}
    assert _without_wrapper(tree) == {"a.py": text_file("a"), "sub/b.py": text_file("b")}


@pytest.mark.parametrize("paths", [(), ("a.py",), ("x/a", "y/b"), ("x", "x/a"), ("x/a", "b")])
def test_an_archive_without_one_folder_around_it_is_refused(paths: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="one folder"):
        _without_wrapper({path: text_file("") for path in paths})


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "a/.git/config"])
def test_a_zip_with_an_unsafe_path_is_refused(name: str) -> None:
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), b"x")
    with pytest.raises(ValueError, match="holds the path"):
        _unzip(buffer.getvalue())


# --- owners ---

NOW = 1_000_000.0


def marks(**changes: str) -> dict[str, str]:
    """The labels of this very process, with changes."""
    mine = {**owner.labels(run="r", trial="t", role="agent"), owner.PREFIX + "expires": str(int(NOW) + 60)}
    return {**mine, **{owner.PREFIX + key: value for key, value in changes.items()}}


def ended_process() -> str:
    """The number of a process that is gone."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return str(done.pid)


def test_the_living_owner_of_a_container_is_left_alone() -> None:
    assert not owner.is_dead(marks(), now=NOW)


def test_an_owner_that_ended_is_dead() -> None:
    assert owner.is_dead(marks(pid=ended_process()), now=NOW)


def test_another_process_under_the_owners_number_is_not_the_owner() -> None:
    assert owner.is_dead(marks(started="1"), now=NOW)
    # Started by now, and so in another tick of the clock than this process.
    with subprocess.Popen(["sleep", "60"]) as other:
        assert ownership.start_time(other.pid)
        assert owner.is_dead(marks(pid=str(other.pid)), now=NOW)
        other.kill()


def test_an_owner_of_an_earlier_boot_is_dead() -> None:
    assert owner.is_dead(marks(boot="another"), now=NOW)


@pytest.mark.parametrize("pid", ["", "x", "-1", "1.5"])
def test_an_owner_without_a_number_is_dead(pid: str) -> None:
    assert owner.is_dead(marks(pid=pid), now=NOW)


@pytest.mark.parametrize("changes", [{}, {"boot": "another"}, {"pid": "x"}, {"started": "1"}])
def test_an_owner_on_another_machine_is_left_alone_whatever_its_labels(changes: dict[str, str]) -> None:
    assert not owner.is_dead(marks(host="another", **changes), now=NOW)


@pytest.mark.parametrize("host", [{}, {"host": "another"}])
def test_a_lease_that_is_over_ends_every_claim(host: dict[str, str]) -> None:
    expired = marks(expires=str(int(NOW)), **host)
    assert not owner.is_dead(expired, now=NOW)
    assert owner.is_dead(expired, now=NOW + 1)


@pytest.mark.parametrize("expires", ["", "never", "-5"])
def test_a_lease_that_cannot_be_read_decides_nothing(expires: str) -> None:
    assert not owner.is_dead(marks(expires=expires), now=NOW)
    assert not owner.is_dead(marks(expires=expires, host="another"), now=NOW)


def test_labels_of_somebody_else_name_no_owner_here() -> None:
    assert not owner.is_dead({}, now=NOW)


def test_labels_are_text_and_carry_the_run_and_the_trial() -> None:
    found = owner.labels(run="r", trial="t", role="judge")
    names = ("run", "trial", "role", "host", "boot", "pid", "started", "expires")
    assert set(found) == {f"roadtest.{name}" for name in names}
    assert all(isinstance(value, str) and value for value in found.values())
    assert ownership.start_time(os.getpid()) == found["roadtest.started"]
