"""Trees that were read lately."""

from __future__ import annotations

from sandbox.recent import RecentTrees
from sandbox.tree import Entry, Tree


def tree(size: int) -> Tree:
    return {"f": Entry("100644", b"x" * (size - 1))}


def test_a_tree_is_found_again() -> None:
    trees = RecentTrees()
    assert trees.get("a") is None
    trees.keep("a", tree(10))
    assert trees.get("a") == tree(10)


def test_what_was_not_asked_for_longest_goes_first() -> None:
    trees = RecentTrees(30)
    for name in "abc":
        trees.keep(name, tree(10))
    trees.get("a")
    trees.keep("d", tree(10))
    assert [name for name in "abcd" if trees.get(name)] == ["a", "c", "d"]


def test_one_that_is_larger_than_all_that_may_be_held_is_not_held() -> None:
    trees = RecentTrees(30)
    trees.keep("a", tree(10))
    trees.keep("b", tree(31))
    assert (trees.get("a"), trees.get("b")) == (tree(10), None)
