"""A git repository of a small package, in which one commit fixes a bug; made here with git itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

WHO = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_AUTHOR_DATE": "2024-03-01T23:30:00-02:00",
    "GIT_COMMITTER_DATE": "2024-03-01T23:30:00-02:00",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}

# What upstream says of its fix, which must not get into a task.
UPSTREAM_WORDS = "halves of odd lengths were wrong since the rewrite"
BEFORE = {
    "pyproject.toml": (
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        '[project]\nname = "halver"\nversion = "1.0"\nlicense = "MIT"\n'
        '[tool.setuptools]\npy-modules = ["halver"]\n'
    ),
    "halver.py": (
        "def first(items):\n    return items[: len(items) // 2]\n\n\n"
        "def second(items):\n    return items[(len(items) + 1) // 2 :]\n"
    ),
    "tests/test_halver.py": (
        "import halver\n\n\ndef test_first():\n    assert halver.first('abcd') == 'ab'\n\n\n"
        "def test_second():\n    assert halver.second('abcd') == 'cd'\n"
    ),
}
AFTER = {
    "halver.py": BEFORE["halver.py"].replace("(len(items) + 1) // 2", "len(items) // 2"),
    "CHANGES": UPSTREAM_WORDS + "\n",
    "tests/test_halver.py": BEFORE["tests/test_halver.py"]
    + f'\n\ndef test_odd():\n    """{UPSTREAM_WORDS}"""\n    assert halver.second("abc") == "bc"\n\n\n'
    + "def test_flaky(tmp_path):\n    import os\n\n    assert os.urandom(1)[0] % 2\n\n\n"
    + "def test_wrong_everywhere():\n    assert halver.first('ab') == 'b'\n",
}


class Upstream:
    """A repository somewhere else."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words: str, data: bytes | None = None) -> str:
        """What git says there."""
        done = subprocess.run(
            ["git", *words], cwd=self.folder, env={**os.environ, **WHO}, input=data, capture_output=True, check=True
        )
        return done.stdout.decode().strip()

    def commit(self, files: Mapping[str, str], message: str = "x") -> str:
        """A commit with some files more; its hash."""
        for path, text in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(text)
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--no-verify", "-m", message)
        return self.git("rev-parse", "HEAD")

    def planted(self, rows: list[tuple[str, str, bytes]]) -> str:
        """A commit of a tree that git itself would not make: mode, name, content (or hash of a commit)."""
        body = b""
        for mode, name, data in sorted(rows, key=lambda row: os.fsencode(row[1])):
            sha = data.decode() if mode == "160000" else self.git("hash-object", "-w", "--stdin", data=data)
            body += mode.encode() + b" " + os.fsencode(name) + b"\0" + bytes.fromhex(sha)
        tree = self.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", data=body)
        sha = self.git("commit-tree", tree, "-m", "planted")
        self.git("update-ref", "refs/heads/planted", sha)
        return sha


def halver(folder: Path) -> tuple[Upstream, str]:
    """The package with its fix on a branch of its own; the repository, and the commit of the fix."""
    made = Upstream(folder)
    made.commit(BEFORE)
    made.git("switch", "--quiet", "-c", "fixes")
    return made, made.commit(AFTER, UPSTREAM_WORDS)
