"""The files of a problem package: what counts, what is left aside, and nothing from outside.

Names are those of the format; files with other names (`.git`, `-x`, with blanks) are as good as not there. Links inside
the package are followed, links that lead out of it are refused. Sizes are bounded before anything is read.
"""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.errors import BadInput, boundary
from sandbox.reading import shown

MOST_BYTES = 1 << 30
MOST_FILES = 100_000
MOST_DEPTH = 24

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}")
# What running its programs leaves in a package.
_LEFT_BEHIND = "__pycache__"
# A time limit of other judges; hidden, and yet it changes verdicts.
TIME_LIMIT_FILE = ".timelimit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A package's directory. Names are paths below it, with slashes.

    files: where each file lies. folders: names in each directory, sorted; "" is the package. notes: what was found and
    does not stop anybody; those who read the package add to it.
    """

    root: Path
    files: Mapping[str, Path]
    folders: Mapping[str, tuple[str, ...]]
    notes: list[str] = field(default_factory=list)

    def where(self, name: str) -> str:
        """A file as the user would type it, for errors."""
        return shown(self.root / name)

    def read(self, name: str) -> bytes:
        """What a file holds.

        Raises:
            BadInput: it is missing or cannot be read.
        """
        if name not in self.files:
            raise BadInput(f"{self.where(name)}: is missing")
        with boundary(BadInput, f"read {self.where(name)}"):
            return self.files[name].read_bytes()

    def text(self, name: str) -> str:
        """A text file.

        Raises:
            BadInput: as `read`, or not UTF-8.
        """
        try:
            return self.read(name).decode("utf-8-sig")
        except UnicodeDecodeError as exc:
            raise BadInput(f"{self.where(name)}: is not UTF-8 text (byte {exc.start})") from exc

    def children(self, name: str) -> tuple[str, ...]:
        """Names in a directory; none where there is no such directory."""
        return self.folders.get(name, ())

    def below(self, name: str) -> list[str]:
        """Every file below a directory, by its path from there, in order."""
        found = []
        for child in self.children(name):
            path = f"{name}/{child}" if name else child
            if path in self.folders:
                found += [f"{child}/{deeper}" for deeper in self.below(path)]
            else:
                found.append(child)
        return found

    def note(self, name: str, text: str) -> None:
        """Say something about a file that does not stop anybody."""
        self.notes.append(f"{name}: {text}" if name else text)

    def digest(self) -> str:
        """SHA-256 over names and contents of all files that count.

        Raises:
            BadInput: a file cannot be read.
        """
        total = hashlib.sha256()
        for name in sorted(self.files):
            with boundary(BadInput, f"read {self.where(name)}"), self.files[name].open("rb") as stream:
                content = hashlib.file_digest(stream, "sha256").digest()
            total.update(f"{len(name)} {name} ".encode() + content)
        return total.hexdigest()


def open_folder(root: Path) -> Folder:
    """Look through a directory; reads no file.

    Raises:
        BadInput: it is none, a link leads out of it or in a circle, it holds what is neither file nor directory, or it
            is beyond all bounds.
    """
    if not root.is_dir():
        hint = "; unpack it first" if root.suffix in (".zip", ".kpp") else ""
        raise BadInput(f"{shown(root)}: is no directory{hint}")
    scan = _Scan(root)
    # RuntimeError: links that lead to one another.
    with boundary(BadInput, f"look through {shown(root)}", OSError, RuntimeError):
        scan.look(root, "", (scan.inside,))
    return Folder(root=root, files=scan.files, folders=scan.folders, notes=scan.notes)


class _Scan:
    def __init__(self, root: Path) -> None:
        self.root, self.inside = root, root.resolve()
        self.files: dict[str, Path] = {}
        self.folders: dict[str, tuple[str, ...]] = {}
        self.notes: list[str] = []
        self._bytes = self._count = 0

    def look(self, place: Path, name: str, above: tuple[Path, ...]) -> None:
        kept = []
        for child in sorted(entry.name for entry in place.iterdir()):
            path = f"{name}/{child}" if name else child
            if self._counts(child, path):
                self._take(place / child, path, above)
                kept.append(child)
        self.folders[name] = tuple(kept)

    def _counts(self, child: str, path: str) -> bool:
        if child == _LEFT_BEHIND:
            return False
        if _NAME.fullmatch(child) or path == TIME_LIMIT_FILE:
            return True
        if not child.startswith((".", "-")):
            self.notes.append(f"{ascii(path)[1:-1]}: left aside: the format has no such file names; rename it")
        return False

    def _take(self, place: Path, path: str, above: tuple[Path, ...]) -> None:
        self._count += 1
        if self._count > MOST_FILES or len(above) > MOST_DEPTH:
            raise BadInput(f"{shown(self.root)}: holds more than {MOST_FILES} files, or directories without end")
        target = place.resolve()
        if not target.is_relative_to(self.inside):
            raise BadInput(f"{shown(self.root / path)}: is a link out of the package; put the file itself there")
        if not target.exists():
            raise BadInput(f"{shown(self.root / path)}: is a link to nothing; take it out")
        status = target.stat()
        if stat.S_ISDIR(status.st_mode):
            if target in above:
                raise BadInput(f"{shown(self.root / path)}: is a link to a directory that it lies in; take it out")
            self.look(target, path, (*above, target))
        elif stat.S_ISREG(status.st_mode):
            self._bytes += status.st_size
            if self._bytes > MOST_BYTES:
                raise BadInput(f"{shown(self.root)}: holds more than {MOST_BYTES >> 20} MiB")
            self.files[path] = target
        else:
            raise BadInput(f"{shown(self.root / path)}: is neither a file nor a directory; take it out")
