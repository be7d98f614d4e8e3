"""Git repositories of our own, written through `git fast-import` and in no other way.

There is no work tree, and nothing that an agent wrote is ever configuration, a hook
or an attribute here. Commits are named on this side too, so that nobody has to wait
for git to say what it made.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import HarnessError, boundary, one_line
from sandbox.index import EMPTY_TREE
from sandbox.tree import Entry

MAIN = "refs/heads/main"
RAW = "refs/heads/raw"

# What a pipe is asked to hold, and what is copied together before it is written.
PIPE_BYTES = 1 << 20
FINISH_SECONDS = 120.0

_WHO = "Roadtest <roadtest@localhost>"
_TITLE_LENGTH = 120
_NOTE_LENGTH = 400
_PLAIN = re.compile(rb"[A-Za-z0-9_./-]+")
_UNQUOTED = re.compile(rb"\\([0-7]{3})")
_ODD = re.compile(rb"[^ !#-\[\]-~]")

# For whoever looks into a history with a git of theirs: attributes and the like in the agent's
# tree change nothing about what is shown.
_CONFIG = f"""\
[core]
\trepositoryformatversion = 0
\tbare = true
[attr]
\ttree = {EMPTY_TREE}
[gc]
\tauto = 0
[log]
\tmailmap = false
"""

# Names that only Windows or macOS would stumble over are names here. A pack stays a pack: loose
# objects cost a file each. A history that a power cut takes can be done without.
_OPTIONS = (
    "core.protectNTFS=false",
    "core.protectHFS=false",
    "core.ignoreCase=false",
    "core.fsync=none",
    "core.compression=1",
    "fastimport.unpackLimit=1",
    "gc.auto=0",
)


def environment() -> dict[str, str]:
    """The environment that our git runs in: nothing of the user's git, no keys."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "HOME": "/nonexistent",
        "XDG_CONFIG_HOME": "/nonexistent",
        "LC_ALL": "C",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
    }


def lay_out(folder: Path, *, alternate: Path | None = None) -> None:
    """Make an empty bare repository; `git init` would cost a process.

    Args:
        alternate: a repository whose objects are borrowed, named by a relative path, so that
            both can be moved together.

    Raises:
        OSError: it cannot be written.
    """
    for name in ("objects/info", "objects/pack", "refs/heads"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "config").write_text(_CONFIG, "ascii")
    if alternate is not None:
        _borrow(folder, alternate)
    # Last: without it git takes the folder for no repository.
    (folder / "HEAD").write_text(f"ref: {MAIN}\n", "ascii")


def move(folder: Path, target: Path) -> None:
    """Move a repository of ours; what it borrows stays where it is.

    Raises:
        OSError: it cannot be moved.
    """
    alternates = folder / "objects/info/alternates"
    if not alternates.exists():
        folder.rename(target)
        return
    # Links in the way would make `..` lead elsewhere.
    way = _UNQUOTED.sub(lambda found: bytes([int(found[1], 8)]), alternates.read_bytes().strip(b'"\n'))
    lender = Path(os.path.normpath((folder / "objects").resolve() / os.fsdecode(way))).parent
    folder.rename(target)
    _borrow(target, lender)


def _borrow(folder: Path, lender: Path) -> None:
    way = os.path.relpath((lender / "objects").resolve(), (folder / "objects").resolve())
    (folder / "objects/info/alternates").write_bytes(quoted(os.fsencode(way)) + b"\n")


def read_ref(folder: Path, ref: str) -> str | None:
    """The commit that a branch of a repository of ours is at; None if there is none."""
    with contextlib.suppress(OSError, ValueError):
        return (folder / ref).read_text("ascii").strip()
    # Where a git gc by hand puts them.
    with contextlib.suppress(OSError, ValueError):
        rows = [line.split(" ") for line in (folder / "packed-refs").read_text("ascii").splitlines()]
        return next((row[0] for row in rows if row[1:] == [ref]), None)
    return None


def write_ref(folder: Path, ref: str, commit: str) -> None:
    """Set a branch.

    Raises:
        OSError: it cannot be written.
    """
    (folder / ref).write_text(f"{commit}\n", "ascii")


def message(title: str, notes: Mapping[str, str]) -> bytes:
    """A commit message: the title, and the notes as trailers. The texts may be anything."""
    trailers = "".join(f"{_plain(name, 40).replace(' ', '-')}: {_plain(notes[name], _NOTE_LENGTH)}\n" for name in notes)
    text = _plain(title, _TITLE_LENGTH) or "(no title)"
    return (f"{text}\n\n{trailers}" if trailers else f"{text}\n").encode()


def _plain(text: str, limit: int) -> str:
    """One line of printable characters; surrogates and what drives terminals are none."""
    start = text[: 4 * limit]
    line = " ".join("".join(char if char.isprintable() else " " for char in start).split())
    return line if len(line) <= limit and len(start) == len(text) else line[: limit - 1] + "…"


def quoted(path: bytes) -> bytes:
    """A path as git's streams and files take it."""
    if _PLAIN.fullmatch(path):
        return path
    return b'"' + _ODD.sub(lambda found: b"\\%03o" % found[0][0], path) + b'"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit to be made on a branch.

    changed: path to (mode, blob hash), the blobs being known to git by then. continues: whether
    the branch's last commit was sent in the same stream.
    """

    branch: str
    tree: str
    parent: str | None
    message: bytes
    at: int
    changed: Mapping[str, tuple[str, str]]
    gone: Sequence[str]
    continues: bool = False

    @property
    def sha(self) -> str:
        """The name that git will give it (40 hex digits)."""
        parent = "" if self.parent is None else f"parent {self.parent}\n"
        who = f"{_WHO} {self.at} +0000\n"
        body = f"tree {self.tree}\n{parent}author {who}committer {who}\n".encode() + self.message
        return hashlib.sha1(b"commit %d\0" % len(body) + body, usedforsecurity=False).hexdigest()

    def stream(self) -> bytes:
        """What fast-import is told. Deletions come first, as a folder may have become a file."""
        start = f"commit {self.branch}\ncommitter {_WHO} {self.at} +0000\ndata {len(self.message)}\n".encode()
        parts = [start, self.message, b"\n"]
        if self.parent is not None and not self.continues:
            parts.append(b"from %s\n" % self.parent.encode())
        parts += [b"D %s\n" % quoted(os.fsencode(path)) for path in self.gone]
        parts += [
            b"M %s %s %s\n" % (mode.encode(), sha.encode(), quoted(os.fsencode(path)))
            for path, (mode, sha) in self.changed.items()
        ]
        return b"".join([*parts, b"\n"])


def blob_stream(entry: Entry) -> list[bytes]:
    """What fast-import is told so that it knows a content."""
    return [b"blob\ndata %d\n" % len(entry.data), entry.data, b"\n"]


class Importer:
    """A running `git fast-import`. It ends with the stream, also if we are killed."""

    def __init__(self, folder: Path, *options: str) -> None:
        """Start it.

        Raises:
            HarnessError: git cannot be started.
        """
        settings = [word for option in _OPTIONS for word in ("-c", option)]
        # Named by --git-dir, a repository is taken whoever owns it.
        command = ["git", f"--git-dir={folder}", *settings, "fast-import", "--quiet", *options]
        with boundary(HarnessError, "start git"), contextlib.ExitStack() as unless_started:
            self._said = unless_started.enter_context(tempfile.TemporaryFile())
            # A session of its own: Ctrl-C is for us, and git has a pack to finish.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                env=environment(),
                start_new_session=True,
            )
            unless_started.pop_all()
        assert self._process.stdin is not None
        self._pipe = self._process.stdin
        self._capacity = _widen(self._pipe.fileno())

    @property
    def pid(self) -> int:
        """The process id of git."""
        return self._process.pid

    def send(self, parts: Iterable[bytes], size: int) -> None:
        """Write to git: at once if it is little, else piece by piece.

        Raises:
            OSError: git is gone.
        """
        if size <= PIPE_BYTES:
            self._pipe.write(b"".join(parts))
        else:
            self._pipe.writelines(parts)
        self._pipe.flush()

    def takes_whole(self, size: int) -> bool:
        """Whether so many bytes go into the pipe in one piece, and arrive even if we are killed right after."""
        waiting = bytearray(4)
        with contextlib.suppress(OSError):
            fcntl.ioctl(self._pipe, termios.FIONREAD, waiting)
        # Half of it: pages of a pipe need not be full.
        return size <= self._capacity // 2 - int.from_bytes(waiting, sys.byteorder)

    def finish(self) -> str | None:
        """End the stream and wait for git.

        Returns:
            what went wrong, in words; None if nothing did.
        """
        with contextlib.suppress(OSError):
            self._pipe.close()
        try:
            status = self._process.wait(FINISH_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._said.seek(0)
        said = self._said.read(4096).decode("utf-8", "replace").strip()
        self._said.close()
        if status == 0:
            return None
        return f"git ended with {status}: {one_line(ValueError(said), 200)}" if said else f"git ended with {status}"


def _widen(pipe: int) -> int:
    """Make a pipe hold as much as we may; how many bytes that is."""
    try:
        return fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    except (OSError, AttributeError):
        return 1 << 16


def present(folder: Path, commits: Sequence[str]) -> list[bool]:
    """Which commits a repository of ours holds; none of them if it cannot be asked."""
    command = ["git", f"--git-dir={folder}", "cat-file", "--batch-check"]
    asked = "".join(f"{commit}\n" for commit in commits).encode()
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            command, input=asked, capture_output=True, env=environment(), timeout=FINISH_SECONDS, check=True
        )
        answers = done.stdout.splitlines()
        if len(answers) == len(commits):
            return [b" commit " in answer for answer in answers]
    return [False] * len(commits)
