from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.tree import (
    EXECUTABLE,
    FILE,
    LINK,
    Entry,
    Tree,
    changed,
    digest,
    git_hash,
    is_cache,
    is_safe,
    pack,
    source,
    unpack,
)
from tests.support.builders import text_file

EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

# Names that sort around a slash, and bytes that are no UTF-8.
NAME = st.sampled_from(["a", "a.", "a-", "a0", "a.b", "ab", "A", "é", "\udcff", "\udce9x", "a b", "z\n", "~"])
PATH = st.lists(NAME, min_size=1, max_size=3).map("/".join)
LINKED = st.sampled_from([b"a", b"../out", b"/etc/passwd", b"\xff", b"long/" * 40])
ENTRY = st.one_of(
    st.builds(Entry, st.sampled_from([FILE, EXECUTABLE]), st.binary(max_size=20)),
    st.builds(Entry, st.just(LINK), LINKED),
)


def _consistent(tree: Tree) -> dict[str, Entry]:
    """Without what would lie below a file."""
    return {path: entry for path, entry in tree.items() if not any(path.startswith(f"{other}/") for other in tree)}


TREES = st.dictionaries(PATH, ENTRY, max_size=8).map(_consistent)


def write(folder: Path, tree: Tree) -> None:
    for path, entry in tree.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if entry.mode == LINK:
            place.symlink_to(os.fsdecode(entry.data))
        else:
            place.write_bytes(entry.data)
            place.chmod(0o755 if entry.mode == EXECUTABLE else 0o644)


def real_git_hash(folder: Path) -> str:
    """What git itself says of the files in a folder."""
    mine = {"GIT_DIR": str(folder / ".git"), "GIT_WORK_TREE": str(folder), "GIT_CONFIG_GLOBAL": os.devnull}
    environment = {**os.environ, **mine, "GIT_CONFIG_NOSYSTEM": "1"}
    said = ""
    for command in (("init", "-q"), ("add", "-A", "-f"), ("write-tree",)):
        done = subprocess.run(
            ["git", *command], cwd=folder, env=environment, capture_output=True, text=True, check=True
        )
        said = done.stdout.strip()
    return said


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(TREES)
def test_a_tree_has_the_name_that_git_gives_it(tmp_path_factory: pytest.TempPathFactory, tree: Tree) -> None:
    folder = tmp_path_factory.mktemp("repo")
    write(folder, tree)
    assert git_hash(tree) == real_git_hash(folder)


def test_names_sort_as_git_sorts_them_around_a_slash(tmp_path: Path) -> None:
    tree = {name: text_file(name) for name in ("a-b", "a.b", "a/z", "a/b/c", "a0", "ab/x", "ab.x")}
    write(tmp_path, tree)
    assert git_hash(tree) == real_git_hash(tmp_path)


def test_an_empty_tree_is_gits_empty_tree() -> None:
    assert git_hash({}) == EMPTY


@given(TREES)
def test_order_does_not_change_any_name(tree: Tree) -> None:
    backwards = {path: tree[path] for path in reversed(list(tree))}
    assert git_hash(backwards) == git_hash(tree)
    assert digest(backwards) == digest(tree)
    assert pack(backwards) == pack(tree)


@pytest.mark.parametrize("paths", [("a", "a/b"), ("a/b", "a"), ("a/b/c", "a/b")])
def test_a_name_cannot_be_a_file_and_a_directory(paths: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="is a file and a directory"):
        git_hash({path: text_file("") for path in paths})


@given(TREES, TREES)
def test_digests_are_equal_for_equal_trees_only(one: Tree, other: Tree) -> None:
    assert (digest(one) == digest(other)) == (one == other)


def test_a_mode_alone_changes_both_names() -> None:
    names = {(git_hash(tree), digest(tree)) for tree in ({"a": Entry(mode, b"x")} for mode in (FILE, EXECUTABLE, LINK))}
    assert len({name for name, _ in names}) == len({name for _, name in names}) == 3


@given(TREES)
def test_a_packed_tree_unpacks_to_itself(tree: Tree) -> None:
    assert unpack(pack(tree)) == tree


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a//b",
        "./a",
        "a/.",
        "a/",
        ".git/config",
        "a/.git",
        "a/.git/hooks/x",
        "a\0b",
    ],
)
def test_a_path_out_of_the_tree_or_into_a_repository_is_not_safe(path: str) -> None:
    assert not is_safe(path)


@pytest.mark.parametrize("path", ["a", "a/b", ".gitignore", "a/.github/x", "...", "a..b", ".git2", "\udcff", "-rf"])
def test_an_odd_path_below_the_root_is_safe(path: str) -> None:
    assert is_safe(path)


def archive(*members: tuple[str, bytes, str]) -> bytes:
    """A tar of (name, type, target) with an `x` in each regular file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, kind, target in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            member.size = 1 if kind == tarfile.REGTYPE else 0
            tar.addfile(member, io.BytesIO(b"x"))
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x", "./a", ".git/config", "a/.git/hooks/x"])
@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_an_archive_with_an_unsafe_path_is_refused(name: str, kind: bytes) -> None:
    with pytest.raises(ValueError, match="holds the path"):
        unpack(archive((name, kind, "a")))


@pytest.mark.parametrize("swapped", [False, True])
def test_an_archive_with_a_file_below_its_own_link_is_refused(swapped: bool) -> None:
    members = [("out", tarfile.SYMTYPE, "/tmp"), ("out/x", tarfile.REGTYPE, "")]
    with pytest.raises(ValueError, match="is a file and a directory"):
        unpack(archive(*(reversed(members) if swapped else members)))


def test_only_files_and_symbolic_links_come_out_of_an_archive() -> None:
    kinds = (tarfile.DIRTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE)
    odd = [(f"odd{index}", kind, "a") for index, kind in enumerate(kinds)]
    found = unpack(archive(("a", tarfile.REGTYPE, ""), *odd, ("l", tarfile.SYMTYPE, "../out")))
    assert found == {"a": Entry(FILE, b"x"), "l": Entry(LINK, b"../out")}


def test_what_is_no_archive_is_refused() -> None:
    with pytest.raises(tarfile.TarError):
        unpack(b"no tar at all")


CACHES = (
    "a/__pycache__/b.py",
    "m.pyc",
    "m.pyo",
    ".pytest_cache/v/x",
    "p.egg-info/PKG-INFO",
    ".coverage",
    "x.dist-info/R",
)


@pytest.mark.parametrize("path", CACHES)
def test_caches_are_no_source(path: str) -> None:
    assert is_cache(path)
    assert source({path: text_file("")}) == {}


@pytest.mark.parametrize("path", ["pycache.py", "a/m.py", "build/x.py", ".gitignore", "pyc", "egg-info", "coverage.py"])
def test_everything_else_is_source(path: str) -> None:
    assert source({path: text_file("")}) == {path: text_file("")}


def test_changed_paths_are_those_added_removed_and_edited() -> None:
    old = {"same": text_file("1"), "edited": text_file("1"), "gone": text_file("1"), "mode": text_file("1")}
    new = {"same": text_file("1"), "edited": text_file("2"), "new": text_file("1"), "mode": Entry(EXECUTABLE, b"1")}
    assert changed(old, new) == ["edited", "gone", "mode", "new"]
