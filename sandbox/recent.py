"""Trees that were read lately. Reading one from a history takes two processes of git."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from sandbox.tree import Tree

MOST_BYTES = 16 << 20


class RecentTrees:
    """Trees by their hashes, for any thread; of those that were asked for last, so many bytes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._held = 0
        self._trees: OrderedDict[str, tuple[Tree, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, name: str) -> Tree | None:
        """A tree, if it is still here."""
        with self._lock:
            if (found := self._trees.get(name)) is None:
                return None
            self._trees.move_to_end(name)
            return found[0]

    def keep(self, name: str, tree: Tree) -> None:
        """Hold on to a tree for a while, unless it is larger than all that may be held."""
        size = sum(len(path) + len(entry.data) for path, entry in tree.items())
        with self._lock:
            if size > self._most or name in self._trees:
                return
            self._trees[name] = tree, size
            self._held += size
            while self._held > self._most:
                self._held -= self._trees.popitem(last=False)[1][1]
