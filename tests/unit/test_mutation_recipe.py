"""Mutations in task.toml: read, refused, carried out when a recipe is laid out; and what tests a candidate sees."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import pytest

from sandbox.adding.manifest import table
from sandbox.errors import BadInput
from sandbox.exams import hidden_tests, solution_of
from sandbox.loader import load_task
from sandbox.mutation.proposing import propose
from sandbox.mutation.withheld import without_tests
from sandbox.recipe import assemble, lay_out_with
from sandbox.repos import Repo, read_repo
from sandbox.task import Mutation, Task
from sandbox.tree import FILE, Entry, pack
from sandbox.treefiles import read_tree
from tests.support.builders import TASK_TOML, make_task_folder, text_file

CODE = "def answer():\n    return 42\n\n\ndef escape(a, b):\n    return a < b\n\n\ndef index(a):\n    return a[1:]\n"
TESTS = """\
def test_old(): pass


# about escaping
def test_escape(): pass


def test_index(): pass
"""
RELEASE: Mapping[str, str] = {"sample.py": CODE, "test_sample.py": TESTS, "README": "escape"}
FOUND = propose({"sample.py": CODE.encode()}, 0)
ESCAPE = next(row for row in FOUND if (row.name, row.operator) == ("escape", "boundary"))
INDEX = next(row for row in FOUND if (row.name, row.operator) == ("index", "boundary"))


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repo whose release lies in the cache already, so that no index is asked."""
    monkeypatch.setenv("ROADTEST_CACHE", str(tmp_path / "cache"))
    archive = gzip.compress(pack({f"sample-1/{path}": text_file(text) for path, text in RELEASE.items()}))
    digest = hashlib.sha256(archive).hexdigest()
    (tmp_path / "cache" / "files").mkdir(parents=True)
    (tmp_path / "cache" / "files" / digest).write_bytes(archive)
    head = 'schema_version = "1.0"\nname = "sample"\nlicence = "MIT"\nimport_name = "sample"\n'
    release = {"version": "1.0", "sdist": "sample-1.tar.gz", "sha256": digest, "tests": ["test_sample.py"]}
    (tmp_path / "sample.toml").write_text(head + table("[[releases]]", release), "utf-8")
    return read_repo(tmp_path / "sample.toml")


def toml_of(*mutations: Mutation, **changes: object) -> str:
    rows = [table("[[metadata.roadtest.release.mutations]]", {**asdict(row), **changes}) for row in mutations]
    return TASK_TOML.replace('from = "1.0"\nto = "1.1"\n', 'from = "1.0"\nto = "1.0"\n') + "".join(rows)


def task_of(root: Path, toml: str) -> Task:
    return load_task(make_task_folder(root, toml))


def test_a_task_of_mutations_is_read(tmp_path: Path) -> None:
    task = task_of(tmp_path, toml_of(ESCAPE, INDEX))
    assert task.release is not None
    assert task.release.mutations == (ESCAPE, INDEX)
    assert task.kind == "mutation"
    assert task.fixed_at is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"file": "../sample.py"}, "mutations[0].file: ../sample.py lies outside the workspace"),
        ({"before": "abc"}, "mutations[0].before: 'abc' does not match"),
        ({"place": -1}, "mutations[0].place: "),
        ({"operator": "Magic!"}, "mutations[0].operator: 'Magic!' does not match"),
        ({"why": "x"}, "mutations[0].why: unknown key"),
        ({"name": "escape"}, "mutations[1].name: escape has a mutation already; one function takes one"),
    ],
)
def test_a_broken_row_is_refused_with_its_field(tmp_path: Path, changes: dict[str, object], expected: str) -> None:
    with pytest.raises(BadInput) as caught:
        task_of(tmp_path, toml_of(ESCAPE, INDEX, **changes))
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"file": "nope.py"}, "mutations[0]: sample 1.0: there is no file nope.py"),
        ({"file": "test_sample.py"}, "mutations[0].file: test_sample.py is one of the tests of sample 1.0"),
        ({"file": "README"}, "mutations[0]: sample 1.0: README holds no function escape"),
        ({"name": "answer"}, "sample.py: answer is not the one that this was made for"),
        ({"before": "0" * 64}, "sample.py: escape is not the one that this was made for"),
        ({"after": "0" * 64}, "sample.py: escape does not become what this was made for"),
        ({"operator": "magic"}, "sample.py holds no operator magic"),
    ],
)
def test_one_that_does_not_fit_the_release_is_refused(
    tmp_path: Path, repo: Repo, changes: dict[str, object], expected: str
) -> None:
    with pytest.raises(BadInput) as caught:
        assemble(task_of(tmp_path, toml_of(ESCAPE, **changes)), repo)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_laid_out_the_workspace_is_mutated_and_nothing_in_it_tells_how_it_was(tmp_path: Path, repo: Repo) -> None:
    task = task_of(tmp_path, toml_of(ESCAPE, INDEX))
    folder = lay_out_with(task, repo, machine="x86_64")
    workspace = {path: entry.data.decode() for path, entry in read_tree(folder / "environment" / "workspace").items()}
    assert workspace == {
        "sample.py": CODE.replace("a < b", "a <= b").replace("a[1:]", "a[2:]"),
        "test_sample.py": "def test_old(): pass\n\n\n",
        "README": "escape",
    }
    assert solution_of(folder, task)["files/sample.py"].data.decode() == CODE
    assert hidden_tests(folder, task, 0)["test_sample.py"].data.decode() == TESTS
    for path in (folder / "environment").rglob("*"):
        assert path.is_dir() or ESCAPE.before not in path.read_text("utf-8", "replace")


# --- tests that a candidate does not see ---

MODULE = """\
import pytest

N = 3


# one
# two
@pytest.mark.parametrize("x", [1, 2])
def test_a(x):
    assert x


# about b

def test_b(): pass


class Base:
    def test_c(self): pass
    def helper(self): pass


class TestD(Base):
    '''Words.'''

    def test_e(self): pass


class TestF:
    # the only one
    def test_g(self): pass
"""


def left(*ids: str, module: str = MODULE, other: str = "") -> str | None:
    tree = {"t.py": text_file(module), "o.py": text_file(other)}
    found = without_tests(tree, [f"t.py::{test}" for test in ids])
    assert found["o.py"] == tree["o.py"]
    return found["t.py"].data.decode() if "t.py" in found else None


def test_a_test_goes_with_all_its_parameters_and_the_comments_above_it() -> None:
    gone = '# one\n# two\n@pytest.mark.parametrize("x", [1, 2])\ndef test_a(x):\n    assert x\n\n\n'
    assert left("test_a[2]") == MODULE.replace(gone, "").replace("import pytest\n\n", "")


def test_a_class_that_is_left_empty_goes() -> None:
    gone = "class TestF:\n    # the only one\n    def test_g(self): pass\n"
    assert left("TestF::test_g") == MODULE.replace(gone, "")


def test_an_inherited_test_goes_where_it_stands() -> None:
    assert left("TestD::test_c") == MODULE.replace("    def test_c(self): pass\n", "")


SHARED = """\
from sample import one, two
import data
import helpers

# what is expected
TABLE = [("a", 1), ("b", helpers.two())]
BOTH = {"c": 3}
OFFERED = 7
MISSPELT = TABLE_OF = 5
NEAR = 1; BY = 2


def check(row): return row in TABLE


@fixture
def place(): return BOTH


def test_rows(place):
    assert check(BOTH) == OFFERED, [data, NEAR]


def test_both(): assert BOTH == one
"""


def test_what_the_file_held_for_it_alone_goes_too() -> None:
    assert left("test_rows", module=SHARED, other="from t import OFFERED\n") == (
        'from sample import one, two\nBOTH = {"c": 3}\nOFFERED = 7\nMISSPELT = TABLE_OF = 5\nNEAR = 1; BY = 2\n\n\n'
        "def test_both(): assert BOTH == one\n"
    )


@pytest.mark.parametrize(
    ("test", "module"),
    [
        ("test_made_up", MODULE),
        ("TestX::test_c", MODULE),
        ("TestE::test_far", "from other import Base\nclass TestE(Base):\n    def test_near(self): pass\n"),
        ("test_a", "if N:\n    def test_a(): pass\ndef test_b(): pass\n"),
        ("test_a", "def test_a(): pass\ndef helper(): pass\n"),
        ("test_a", "def test_a(: pass\n"),
    ],
)
def test_a_file_goes_as_a_whole_if_the_test_cannot_be_taken_out_or_was_the_last(test: str, module: str) -> None:
    assert left(test, module=module) is None


def test_what_is_left_is_python_and_keeps_its_bytes() -> None:
    tree = {"t.py": Entry(FILE, b"\xef\xbb\xbfdef test_a(): pass\r\n\r\ndef test_b(): pass\r\n")}
    found = without_tests(tree, ["t.py::test_a", "gone.py::test_x"])
    assert found == {"t.py": Entry(FILE, b"\xef\xbb\xbfdef test_b(): pass\r\n")}
