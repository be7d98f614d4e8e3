"""Patches: what a patch makes of a tree, and what patch leads from one tree to another.

Both by git, in a bare repository of ours that lives for one call, has no work tree and no
settings but our own: nothing of a foreign repository or of an agent's is configuration there.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sandbox.errors import BadInput, HarnessError, boundary, one_line
from sandbox.history_stream import environment, lay_out, quoted
from sandbox.tree import MODES, Entry, Tree, changed

OLD, NEW = "refs/heads/old", "refs/heads/new"
SECONDS = 120.0
_NAMED = re.compile(rb"^(?:diff --git |--- |\+\+\+ |rename |copy )", re.MULTILINE)
_WHO = b"committer Roadtest <roadtest@localhost> 0 +0000\n"


def applied(tree: Tree, patch: str, *, what: str) -> dict[str, Entry]:
    """A tree with a patch applied to it, exactly: as `git apply` does it, without fuzz.

    Args:
        patch: in git's format; may be empty.
        what: what the patch is called, for errors.

    Raises:
        BadInput: it is no patch, does not apply, or would make something that is no file or link.
        HarnessError: git fails.
    """
    if not patch.strip():
        return dict(tree)
    data = patch.encode("utf-8", "surrogateescape")
    if not _NAMED.search(data):
        raise BadInput(f"{what}: is no patch")
    touched = {path: entry for path, entry in tree.items() if _is_named(path, data)}
    with _scratch() as git:
        git.take({OLD: touched})
        git.ask("read-tree", OLD)
        code, _, complaint = git.run("apply", "--cached", "--whitespace=nowarn", "-", given=_ended(data))
        if code != 0:
            words = "; ".join(line.removeprefix("error: ") for line in complaint.splitlines()[:2])
            raise BadInput(f"{what}: does not apply: {words}")
        found = git.read(git.ask("write-tree").decode("ascii").strip(), touched, what)
    return {**{path: entry for path, entry in tree.items() if path not in touched}, **found}


def _is_named(path: str, patch: bytes) -> bool:
    """Whether a patch may be about a file; what git quotes is looked for no further."""
    raw = os.fsencode(path)
    return raw in patch or quoted(raw) != raw


def difference(old: Tree, new: Tree) -> str:
    """The patch in git's format that makes one tree of another; empty if they are equal.

    Files that are no UTF-8 text are in it as git writes binary ones. No renames are guessed.

    Raises:
        HarnessError: git fails.
    """
    paths = changed(old, new)
    if not paths:
        return ""
    sides = {OLD: {path: old[path] for path in paths if path in old}}
    sides[NEW] = {path: new[path] for path in paths if path in new}
    with _scratch() as git:
        git.take(sides)
        odd = [path for path in paths if any(path in side and not _is_text(side[path]) for side in sides.values())]
        git.hold_for_binary(odd)
        plain = ("--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/")
        said = git.ask("diff-tree", "-r", "-p", "--binary", "--full-index", *plain, OLD, NEW, "--")
    return said.decode("utf-8")


def _ended(data: bytes) -> bytes:
    """Without its last line's end git takes a patch for a torn one."""
    return data if data.endswith(b"\n") else data + b"\n"


def _is_text(entry: Entry) -> bool:
    try:
        entry.data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class _Scratch:
    """A bare repository of ours."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = {
            **environment(),
            "GIT_DIR": str(folder),
            "GIT_INDEX_FILE": str(folder / "index"),
            "GIT_OPTIONAL_LOCKS": "0",
        }

    def take(self, sides: Mapping[str, Tree]) -> None:
        """Make a commit of each tree, on a branch of its own."""
        parts: list[bytes] = []
        for branch, tree in sides.items():
            parts += [b"commit %s\n" % branch.encode(), _WHO, b"data 0\n\n", *_files(tree), b"\n"]
        # Names that only Windows or macOS would stumble over are names here.
        settings = ("-c", "core.protectNTFS=false", "-c", "core.protectHFS=false", "-c", "core.fsync=none")
        code, _, complaint = self.run(*settings, "fast-import", "--quiet", given=b"".join(parts))
        if code != 0:
            raise HarnessError(f"git does not take a tree: {one_line(ValueError(complaint))}")

    def hold_for_binary(self, paths: Iterable[str]) -> None:
        """From now on these files are shown as binary ones."""
        lines = [b"%s -diff\n" % quoted(b"/" + re.sub(rb"([*?\[\\])", rb"\\\1", os.fsencode(path))) for path in paths]
        (self._folder / "info").mkdir(exist_ok=True)
        (self._folder / "info" / "attributes").write_bytes(b"".join(lines))

    def read(self, name: str, before: Tree, what: str) -> dict[str, Entry]:
        """The files of a tree; what is not changed is taken from the tree before."""
        known, found = self._listed(OLD), {}
        for path, (mode, sha) in self._listed(name).items():
            if mode not in MODES:
                raise BadInput(f"{what}: makes {path!r}, which is no file (mode {mode})")
            same = known.get(path) == (mode, sha)
            found[path] = before[path] if same else Entry(mode, self.ask("cat-file", "blob", sha))
        return found

    def _listed(self, name: str) -> dict[str, tuple[str, str]]:
        """Mode and hash of each file of a tree or commit."""
        listed = {}
        for row in self.ask("ls-tree", "-r", "-z", "--full-tree", name).split(b"\0")[:-1]:
            facts, _, path = row.partition(b"\t")
            mode, _, sha = facts.decode("ascii").split(" ")
            listed[os.fsdecode(path)] = mode, sha
        return listed

    def ask(self, *words: str) -> bytes:
        """What git says.

        Raises:
            HarnessError: it fails.
        """
        code, said, complaint = self.run(*words)
        if code != 0:
            raise HarnessError(f"git {words[0]}: {one_line(ValueError(complaint))}")
        return said

    def run(self, *words: str, given: bytes = b"") -> tuple[int, bytes, str]:
        """How git ends, what it says, and what it complains of."""
        with boundary(HarnessError, "run git", OSError, subprocess.SubprocessError):
            done = subprocess.run(
                ["git", *words],
                input=given,
                capture_output=True,
                cwd=self._folder,
                env=self._environment,
                timeout=SECONDS,
                check=False,
            )
        return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")


def _files(tree: Tree) -> Iterator[bytes]:
    for path, entry in tree.items():
        yield b"M %s inline %s\n" % (entry.mode.encode(), quoted(os.fsencode(path)))
        yield b"data %d\n" % len(entry.data)
        yield entry.data
        yield b"\n"


@contextmanager
def _scratch() -> Iterator[_Scratch]:
    with boundary(HarnessError, "make a repository"):
        place = tempfile.TemporaryDirectory(prefix="roadtest-patch-")
    with place as name:
        with boundary(HarnessError, "make a repository"):
            lay_out(Path(name))
        yield _Scratch(Path(name))
