"""Trees on this machine's disk: directories of ours in, directories of ours out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sandbox.errors import HarnessError, boundary
from sandbox.tree import EXECUTABLE, FILE, LINK, Entry


def write_tree(folder: Path, tree: Mapping[str, Entry]) -> None:
    """Write a tree below a folder of ours.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path, entry in tree.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if entry.mode == LINK:
            place.symlink_to(entry.data.decode("utf-8", "surrogateescape"))
        else:
            place.write_bytes(entry.data)
            place.chmod(0o755 if entry.mode == EXECUTABLE else 0o644)


def read_tree(folder: Path) -> dict[str, Entry]:
    """The tree below a folder: regular files and links, without `.git`.

    Raises:
        HarnessError: it cannot be read.
    """
    tree: dict[str, Entry] = {}
    with boundary(HarnessError, f"read {folder}"):
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if ".git" in name.split("/"):
                continue
            if path.is_symlink():
                tree[name] = Entry(LINK, str(path.readlink()).encode("utf-8", "surrogateescape"))
            elif path.is_file():
                mode = EXECUTABLE if path.stat().st_mode & 0o100 else FILE
                tree[name] = Entry(mode, path.read_bytes())
    return tree
