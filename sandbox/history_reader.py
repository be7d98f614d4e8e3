"""Reading the history of a trial; nothing in it is run, whoever made it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.errors import BadInput, boundary, one_line
from sandbox.history_stream import MAIN, environment, lay_out, read_ref
from sandbox.tree import MODES, Entry

if TYPE_CHECKING:
    import git

# Of one diff, in bytes.
MOST_SHOWN = 256 * 1024

_COMMIT = re.compile(r"[0-9a-f]{40}")


class Reader:
    """The history in one directory, for reading.

    Only its objects are read, and where its branch is: its configuration could name programs that
    git runs for a mere diff (core.fsmonitor is one).
    """

    def __init__(self, folder: Path) -> None:
        """Look at a history.

        Raises:
            BadInput: there is none.
        """
        if not ((folder / "HEAD").is_file() and (folder / "objects").is_dir()):
            raise BadInput(f"{folder}: there is no history")
        self.folder = folder.resolve()

    def log(self) -> list[tuple[str, str]]:
        """Commit and title of each state of the source, the first being the untouched workspace.

        Raises:
            BadInput: the history cannot be read.
        """
        tip = read_ref(self.folder, MAIN)
        if tip is None:
            raise BadInput(f"{self.folder}: there is no branch main")
        form = ("--first-parent", "--reverse", "--encoding=UTF-8", "--format=%s")
        said = self._ask("rev-list", *form, _checked(tip), "--")
        lines = said.decode("utf-8", "replace").split("\n")
        return [(name.removeprefix("commit "), title) for name, title in zip(lines[::2], lines[1::2], strict=False)]

    def diff(self, commit: str, *, most: int = MOST_SHOWN) -> str:
        """The unified diff of a commit against its parent; bytes that are no UTF-8 are replaced.

        Args:
            most: how many bytes of it; the last line says so if there were more.

        Raises:
            BadInput: there is no such commit, or the history cannot be read.
        """
        plain = ("--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--ignore-submodules=all")
        said = self._ask("diff-tree", "--root", "--no-commit-id", "-p", *plain, _checked(commit), "--", most=most)
        if len(said) <= most:
            return said.decode("utf-8", "replace")
        whole = said[: said.rfind(b"\n", 0, most) + 1].decode("utf-8", "replace")
        files = self._ask("diff-tree", "--root", "--no-commit-id", "-r", "--name-only", "-z", commit, "--").count(b"\0")
        begun = len(re.findall(r"^diff --git ", whole, re.MULTILINE))
        return f"{whole}… cut after {most} bytes, in file {begun} of {files}\n"

    def tree(self, commit: str) -> dict[str, Entry]:
        """The files of a commit.

        Raises:
            BadInput: there is no such commit, or the history cannot be read.
        """
        rows = self._ask("ls-tree", "-r", "-z", "--full-tree", _checked(commit)).split(b"\0")[:-1]
        tree: dict[str, Entry] = {}
        with self._git() as git, boundary(BadInput, f"read {self.folder}", ValueError, OSError):
            for row in rows:
                facts, _, path = row.partition(b"\t")
                mode, kind, sha = facts.decode("ascii").split(" ")
                if kind != "blob" or mode not in MODES:
                    raise BadInput(f"{self.folder}: {commit} holds a {kind} of mode {mode}")
                tree[os.fsdecode(path)] = Entry(mode, git.get_object_data(sha)[3])
        return tree

    @contextmanager
    def _git(self) -> Iterator[git.Git]:
        """A git that finds the objects of the history in a repository without any settings."""
        # It costs a tenth of a second.
        from git import Git

        with tempfile.TemporaryDirectory(prefix="roadtest-") as name:
            lay_out(Path(name))
            command = Git(name)
            # What is set from outside cannot be taken away here, but overruled.
            command.update_environment(
                **environment(),
                GIT_DIR=name,
                GIT_COMMON_DIR=name,
                GIT_OBJECT_DIRECTORY=str(self.folder / "objects"),
                GIT_ALTERNATE_OBJECT_DIRECTORIES="",
                GIT_CONFIG_COUNT="0",
                GIT_CONFIG_PARAMETERS="",
                GIT_NAMESPACE="",
                GIT_DIFF_OPTS="",
            )
            try:
                yield command
            finally:
                command.clear_cache()

    def _ask(self, *words: str, most: int | None = None) -> bytes:
        """What a command of git says; with `most`, that many bytes and one more at the most."""
        with self._git() as git:
            process: Any = git.execute(["git", *words], as_process=True)
            with process.proc as popen:
                said: bytes = popen.stdout.read(-1 if most is None else most + 1)
                if most is not None and len(said) > most:
                    popen.kill()
                    return said
                complaint = popen.stderr.read().decode("utf-8", "replace")
        if popen.returncode != 0:
            raise BadInput(f"{self.folder}: cannot be read: {one_line(ValueError(complaint.strip()))}")
        return said


def _checked(commit: str) -> str:
    if not _COMMIT.fullmatch(commit):
        raise BadInput(f"{commit!r} names no commit (40 hex digits)")
    return commit
