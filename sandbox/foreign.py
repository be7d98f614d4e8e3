"""What of a foreign repository's tree a workspace may hold. Pure."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Sequence
from posixpath import dirname, join, normpath

from sandbox.errors import BadInput
from sandbox.tree import LINK, MODES, Tree, is_safe

# What macOS leaves out of names when it compares them.
IGNORED = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")


def check_kind(mode: str, kind: str, path: str, where: str) -> None:
    """Refuse what is neither a file nor a symbolic link.

    Args:
        mode, kind: as git lists them. where: the commit, for errors.

    Raises:
        BadInput: naming the path.
    """
    if kind == "commit":
        raise BadInput(f"{where}: {path!r} is a submodule; repositories with submodules are not taken")
    if kind != "blob" or mode not in MODES:
        raise BadInput(f"{where}: {path!r} is a {kind} of mode {mode}; only files and symbolic links are taken")


def check_names(names: Sequence[str], where: str) -> None:
    """Refuse names that are none everywhere: `.git` in any guise, odd characters, names that differ in case alone.

    Raises:
        BadInput: naming the path.
    """
    seen: dict[str, str] = {}
    for path in names:
        if not is_safe(path) or any(_is_odd(part) for part in path.split("/")):
            raise BadInput(f"{where}: holds the path {path!r}, which is no safe name for a file")
        while path:
            folded = unicodedata.normalize("NFC", path).casefold()
            other = seen.setdefault(folded, path)
            if other != path:
                raise BadInput(f"{where}: {other!r} and {path!r} differ in nothing but case; not every disk holds both")
            path = dirname(path)


def _is_odd(part: str) -> bool:
    """Whether some system would take a name for `.git`, or for something that is no name."""
    if any(ord(char) < 0x20 or ord(char) == 0x7F or char == "\\" or "\ud800" <= char <= "\udfff" for char in part):
        return True
    bare = IGNORED.sub("", part).partition(":")[0].rstrip(" .").casefold()
    return bare in (".git", "git~1")


def check_links(tree: Tree, where: str) -> None:
    """Refuse symbolic links that lead out of the tree.

    Raises:
        BadInput: naming the link and its target.
    """
    for path, entry in tree.items():
        if entry.mode != LINK:
            continue
        target = os.fsdecode(entry.data)
        reached = normpath(join(dirname(path), target))
        if target.startswith("/") or (not is_safe(reached) and reached != "."):
            raise BadInput(f"{where}: the symbolic link {path!r} leads out of the tree, to {target!r}")
