from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.index import EMPTY_TREE, Blob, Delta, Index, blob_of, difference
from sandbox.tree import EXECUTABLE, FILE, LINK, Entry, Tree, git_hash, source
from tests.support.builders import text_file

# Few names, so that files and folders meet; such as sort around a slash; caches; bytes that are no UTF-8.
NAME = st.sampled_from(["a", "a.", "a-", "a0", "A", "b", "é", "\udcff", "z\n", "m.pyc", "__pycache__", ".coverage"])
PATH = st.lists(NAME, min_size=1, max_size=4).map("/".join)
ENTRY = st.one_of(
    st.builds(Entry, st.sampled_from([FILE, EXECUTABLE]), st.sampled_from([b"", b"1", b"2"])),
    st.builds(Entry, st.just(LINK), st.sampled_from([b"a", b"../out"])),
)
CHANGED = st.dictionaries(PATH, ENTRY, max_size=6)
STEPS = st.lists(st.tuples(CHANGED, st.lists(PATH, max_size=4)), max_size=6)


def put(tree: dict[str, Entry], path: str, entry: Entry) -> None:
    """What a file system does: a file in the way goes, and a folder with all in it."""
    for other in list(tree):
        if other.startswith(f"{path}/") or path.startswith(f"{other}/"):
            del tree[other]
    tree[path] = entry


def after(tree: Tree, changed: Mapping[str, Entry], gone: list[str]) -> dict[str, Entry]:
    """The tree after a step, worked out in the plainest way."""
    new = {path: entry for path, entry in tree.items() if path not in gone}
    for path, entry in changed.items():
        put(new, path, entry)
    return new


def assert_same(index: Index, tree: Tree) -> None:
    assert index.raw == git_hash(tree)
    assert index.source == git_hash(source(tree))
    assert dict(index.items()) == {path: blob_of(entry) for path, entry in tree.items()}
    assert sorted(index) == sorted(tree)
    assert len(index) == len(tree)
    assert all(path in index for path in tree)


@given(STEPS)
def test_any_changes_lead_to_the_names_that_the_tree_has(steps: list[tuple[dict[str, Entry], list[str]]]) -> None:
    index, tree = Index(), dict[str, Entry]()
    for changed, gone in steps:
        new = after(tree, changed, gone)
        delta = index.apply(changed, gone)
        assert_same(index, new)
        assert delta.changed == {path: entry for path, entry in new.items() if tree.get(path) != entry}
        assert list(delta.gone) == sorted(tree.keys() - new.keys())
        tree = new
    assert_same(Index.of(tree), tree)


@given(STEPS)
def test_names_need_not_be_asked_for_after_each_change(steps: list[tuple[dict[str, Entry], list[str]]]) -> None:
    index, tree = Index(), dict[str, Entry]()
    for changed, gone in steps:
        index.apply(changed, gone)
        tree = after(tree, changed, gone)
    assert_same(index, tree)


@given(CHANGED, STEPS, STEPS)
def test_a_copy_and_its_original_know_nothing_of_each_other(
    start: dict[str, Entry],
    mine: list[tuple[dict[str, Entry], list[str]]],
    other: list[tuple[dict[str, Entry], list[str]]],
) -> None:
    trees = [after({}, start, [])] * 2
    indexes = [Index.of(trees[0])]
    indexes.append(indexes[0].copy())
    for which, steps in enumerate((mine, other)):
        for changed, gone in steps:
            indexes[which].apply(changed, gone)
            trees[which] = after(trees[which], changed, gone)
    for index, tree in zip(indexes, trees, strict=True):
        assert_same(index, tree)


@given(CHANGED, CHANGED)
def test_applying_the_difference_makes_two_trees_one(one: dict[str, Entry], other: dict[str, Entry]) -> None:
    have, want = after({}, one, []), after({}, other, [])
    index = Index.of(have)
    changed, gone = difference(index, want)
    assert changed == {path: entry for path, entry in want.items() if have.get(path) != entry}
    assert list(gone) == sorted(have.keys() - want.keys())
    index.apply(changed, gone)
    assert_same(index, want)


def test_nothing_is_gits_empty_tree_and_so_is_a_tree_of_caches_as_source() -> None:
    assert Index().raw == Index().source == EMPTY_TREE
    caches = Index.of({"a/__pycache__/b.pyc": text_file("1"), "c/d.pyo": text_file("1")})
    assert caches.source == EMPTY_TREE
    assert caches.raw != EMPTY_TREE


def test_the_same_content_again_is_no_change() -> None:
    index = Index.of({"a/b": text_file("1")})
    assert index.apply({"a/b": text_file("1")}, ()) == Delta(changed={}, gone=())
    assert index.apply({"a/b": text_file("1")}, ["a/b"]) == Delta(changed={}, gone=())


def test_a_mode_alone_is_a_change() -> None:
    index = Index.of({"a": text_file("1")})
    entry = Entry(EXECUTABLE, b"1")
    assert index.apply({"a": entry}, ()) == Delta(changed={"a": entry}, gone=())
    assert index.get("a") == Blob(EXECUTABLE, "56a6051ca2b02b04ef92d5150c9ef600403cb1de")


def test_what_a_file_or_a_folder_replaces_is_gone() -> None:
    index = Index.of({"a": text_file("1"), "b/c": text_file("1"), "b/d/e": text_file("1")})
    delta = index.apply({"a/x": text_file("2"), "b": text_file("2")}, ())
    assert delta.gone == ("a", "b/c", "b/d/e")
    assert sorted(delta.changed) == ["a/x", "b"]
    assert len(index) == 2


def test_of_a_file_and_a_file_below_it_the_later_one_stays() -> None:
    index = Index()
    assert index.apply({"a": text_file("1"), "a/b": text_file("1")}, ()).changed == {"a/b": text_file("1")}
    assert index.apply({"a/c": text_file("1"), "a": text_file("1")}, ()) == Delta(
        changed={"a": text_file("1")}, gone=("a/b",)
    )


def test_what_was_never_there_cannot_go() -> None:
    index = Index.of({"a/b": text_file("1")})
    assert index.apply({}, ["a", "a/b/c", "x", "", ".git/x", "a//b"]) == Delta(changed={}, gone=())
    assert len(index) == 1


def test_no_tree_has_a_file_that_is_a_directory() -> None:
    with pytest.raises(ValueError, match="a file and a directory"):
        Index.of({"a": text_file("1"), "a/b": text_file("1")})


UNSAFE = ["", "/a", "a/", "a//b", "../a", "a/./b", ".git/config", "a/.git", "a/.GIT/hooks/x", ".Git", "a\0b", "\ud800"]


@pytest.mark.parametrize("path", UNSAFE)
def test_an_unsafe_path_is_refused_and_nothing_changes(path: str) -> None:
    index = Index.of({"a": text_file("1")})
    before = index.raw
    with pytest.raises(ValueError):
        index.apply({"b": text_file("1"), path: text_file("1")}, ["a"])
    assert index.raw == before
    assert list(index) == ["a"]


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown mode"):
        Index().apply({"a": Entry("160000", b"")}, ())


def test_folders_may_be_nested_deeper_than_python_likes_to_recurse() -> None:
    index = Index.of({"d/" * 3000 + "f": text_file("1"), "x": text_file("1")})
    before = Index.of({"x": text_file("1")}).raw
    assert index.raw != before
    assert list(index) != ["x"]
    index.apply({}, ["d/" * 3000 + "f"])
    assert index.raw == before


ODD = [
    "-rf",
    " a ",
    'q"uote',
    "back\\slash",
    "new\nline",
    "tab\t",
    "\udcff\udc80",
    "é",
    "a..b",
    "...",
    ".gitignore",
    "~",
]


def test_odd_names_hash_as_git_hashes_them(tmp_path: Path) -> None:
    paths = [*ODD, *(f"sub/{name}/{name}" for name in ODD)]
    index = Index.of({path: text_file(ascii(path)) for path in paths})
    rows = [
        b"%s %s 0\t%s\0" % (blob.mode.encode(), blob.sha.encode(), os.fsencode(path)) for path, blob in index.items()
    ]

    def git(*words: str, said: bytes = b"") -> str:
        # NTFS: a backslash in a name is refused otherwise.
        command = ["git", "-c", "core.protectNTFS=false", *words]
        return (
            subprocess.run(command, cwd=tmp_path, input=said, capture_output=True, check=True).stdout.decode().strip()
        )

    git("init", "-q", ".")
    git("update-index", "-z", "--index-info", said=b"".join(rows))
    assert git("write-tree", "--missing-ok") == index.raw
