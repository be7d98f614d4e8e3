"""Releases taken apart: the workspace, hidden tests, and what makes the reference of it. Trees in, trees out."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sandbox.judge import overlay
from sandbox.tree import Entry, Tree, is_cache

LEFTOVERS = ("PKG-INFO", "*.egg-info", "*/*.egg-info")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a recipe comes to.

    workspace: where the candidate begins. tests: what is hidden.
    solution, removed: what the reference writes over the workspace, and paths that it deletes first.
    steps: of a chain, its steps by name, each from the reference of the step before; then `solution`
    and `removed` are empty.
    """

    workspace: Tree
    tests: Tree
    solution: Tree
    removed: tuple[str, ...]
    steps: tuple[tuple[str, Parts], ...] = ()

    def tests_at(self, index: int) -> Tree:
        """What a step is judged by: the tests of all steps so far, later ones over earlier ones."""
        tree = self.tests
        for _, step in self.steps[: index + 1]:
            tree = overlay(tree, step.tests)
        return tree

    def trees(self) -> Iterator[Tree]:
        """Everything in it, in a fixed order."""
        yield from (self.workspace, self.tests, self.solution)
        for _, step in self.steps:
            yield from step.trees()


def split(old: Tree, new: Tree, *, tests: Sequence[str], drop: Sequence[str] = ()) -> Parts:
    """Split two releases into workspace, hidden tests and reference solution.

    Args:
        old: the release to start from.
        new: the release that fixed the bug.
        tests: globs of what is tests, in either.
        drop: globs of what is left out of both.
    """
    old, new = without(old, drop), without(new, drop)
    hidden = {path: entry for path, entry in new.items() if matches(path, tests)}
    return Parts(
        workspace=old,
        tests=hidden,
        solution={path: entry for path, entry in new.items() if path not in hidden and old.get(path) != entry},
        removed=tuple(sorted(path for path in old if path not in new and not matches(path, tests))),
    )


def with_tests(parts: Parts, own: Tree) -> Parts:
    """The same with a task's own tests laid over those of the release."""
    return replace(parts, tests=overlay(parts.tests, own))


def without(tree: Tree, drop: Sequence[str]) -> dict[str, Entry]:
    """A release without caches, what packaging left in it, and what its manifest drops."""
    unwanted = (*LEFTOVERS, *drop)
    return {path: entry for path, entry in tree.items() if not matches(path, unwanted) and not is_cache(path)}


def matches(path: str, globs: Sequence[str]) -> bool:
    """Whether a path fits a glob from the root, or lies in a directory that does; `*` stays within a name."""
    parts = path.split("/")
    return any(_fits(parts, glob.rstrip("/").split("/")) for glob in globs)


def _fits(parts: Sequence[str], patterns: Sequence[str]) -> bool:
    return len(patterns) <= len(parts) and all(map(fnmatch.fnmatchcase, parts, patterns))
