"""Commits of foreign git repositories: fetched into the cache, pinned there, read object by object.

CACHE/git/DIGEST.git    a bare repository of ours for each URL; its settings are ours alone

Nothing of a repository is ever checked out or run on this machine: no hook, no filter, no
submodule, no LFS. What is read is checked against the hash of its tree, and refused if it
holds what a workspace must not.
"""

from __future__ import annotations

import datetime
import fcntl
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sandbox import paths
from sandbox.errors import BadInput, HarnessError, boundary, one_line
from sandbox.foreign import check_kind, check_links, check_names
from sandbox.history_stream import environment, lay_out
from sandbox.tree import Entry, git_hash

if TYPE_CHECKING:
    import git

MOST_FILES = 100_000
MOST_BYTES = 512 * 1024 * 1024

PROTOCOLS = ("https", "ssh", "file")
# Of the user's environment, what reaching a server may need.
REACHING = ("SSH_AUTH_SOCK", "GIT_SSL_CAINFO", "SSL_CERT_FILE", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY")
HEAD = "HEAD"
BRANCHES, TAGS, TIP, PINS = "refs/upstream/heads", "refs/upstream/tags", "refs/upstream/HEAD", "refs/pinned"
NOT_THERE = ("not appear to be a git repository", "not found", "does not exist", "no such remote", "not a git repo")

_FULL = re.compile(r"[0-9a-f]{40}")
_SHORT = re.compile(r"[0-9a-f]{7,39}")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/+-]{0,199}")
_REMOTE = re.compile(r"[A-Za-z0-9_.-]+@[A-Za-z0-9][A-Za-z0-9.-]*:[^:\s][^\s]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit: its full hash, that of its tree, its parents', and the day on which it was made (ISO, UTC)."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    day: str


def checked_url(text: str) -> str:
    """A repository's URL from what was typed; a directory on this machine becomes a file URL.

    Raises:
        BadInput: another protocol than https, ssh or file, or a password in it.
    """
    if text and not text.startswith("-") and "://" not in text and Path(text).is_dir():
        return Path(text).resolve().as_uri()
    if not text or text.startswith("-") or any(ord(char) < 0x21 or ord(char) == 0x7F for char in text):
        raise BadInput(f"{text!r} is no URL of a git repository")
    if _REMOTE.fullmatch(text) and "::" not in text:
        return text
    try:
        parts = urlsplit(text)
        password, host = parts.password, parts.hostname or ""
    except ValueError as exc:
        raise BadInput(f"{text!r} is no URL of a git repository: {exc}") from exc
    if "::" in text.partition("://")[0] or parts.scheme not in PROTOCOLS:
        what = "there is no such directory, and as a URL" if "://" not in text and "::" not in text else "of URLs"
        raise BadInput(f"{text}: {what} only {', '.join(PROTOCOLS)} are taken")
    if password is not None:
        raise BadInput(f"{parts.scheme}://…@{host}: put no password into the URL; it would end up in the manifest")
    if (parts.scheme == "file") == bool(host) or host.startswith("-"):
        raise BadInput(f"{text} is no URL of a git repository")
    return text


def pin(url: str, name: str, *, where: str) -> Commit:
    """A commit by its hash, or what a branch, a tag, HEAD or the beginning of a hash means now; kept from now on.

    A commit that is in the cache by its full hash is not asked for again.

    Args:
        url: from `checked_url`.
        where: who wants it, for errors.

    Raises:
        BadInput: there is no such repository or commit.
        HarnessError: the repository cannot be reached, or the cache not be written.
    """
    if not _NAME.fullmatch(name) or ".." in name:
        raise BadInput(f"{where}: {name!r} cannot be the name of a commit, a branch or a tag")
    with _cached(url) as cache:
        if not (_FULL.fullmatch(name) and cache.has(name)):
            cache.fetch(url, name)
        sha = cache.resolve(name)
        if sha is None:
            gone = " (neither in the cache nor there any more)" if _FULL.fullmatch(name) else ""
            raise BadInput(f"{where}: {url} has no commit {name}{gone}")
        cache.ask("update-ref", f"{PINS}/{sha}", sha)
        return cache.commit(sha)


def tree_of(url: str, sha: str, tree: str, *, where: str) -> dict[str, Entry]:
    """The files of a pinned commit.

    Args:
        url: from `checked_url`.
        sha, tree: full hashes of the commit and of its tree.
        where: the file that names them, for errors.

    Raises:
        BadInput: it is gone, has another tree, or holds what a workspace must not.
        HarnessError: the repository cannot be reached, or the cache not be written.
    """
    commit = pin(url, sha, where=where)
    if commit.tree != tree:
        raise BadInput(f"{where}: commit {sha} has the tree {commit.tree}, not {tree}; do not use it")
    with _cached(url) as cache:
        found = cache.read(sha, f"{where}: commit {sha[:12]}")
    if git_hash(found) != tree:
        raise BadInput(
            f"{where}: commit {sha} cannot be told by its tree: a file in it has a mode that git gives no more, "
            f"or {cache.folder} is damaged (then remove that)"
        )
    return found


@contextmanager
def _cached(url: str) -> Iterator[_Cache]:
    """The cache's repository of a URL, for one process at a time."""
    folder = paths.cache() / "git" / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.git"
    with boundary(HarnessError, f"write to {folder}"):
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = folder.with_suffix(".lock").open("a")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "HEAD").is_file():
            with boundary(HarnessError, f"write to {folder}"):
                lay_out(folder)
        yield _Cache(folder)


class _Cache:
    """One bare repository of ours, spoken to through git with settings of ours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, sha: str) -> bool:
        """Whether a commit is there."""
        return self._run("cat-file", "-e", f"{sha}^{{commit}}")[0] == 0

    def resolve(self, name: str) -> str | None:
        """The full hash that a name means; None if it means no commit here."""
        candidates = [TIP] if name == HEAD else [f"{TAGS}/{name}", f"{BRANCHES}/{name}"]
        if _FULL.fullmatch(name) or _SHORT.fullmatch(name):
            candidates.insert(0, name)
        for candidate in candidates:
            code, said, _ = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{candidate}^{{commit}}")
            if code == 0:
                return said.decode("ascii").strip()
        return None

    def fetch(self, url: str, name: str) -> None:
        """Take over all branches and tags; and one commit by its hash, if no branch leads to it any more."""
        refs = [f"+refs/heads/*:{BRANCHES}/*", f"+refs/tags/*:{TAGS}/*"]
        if name == HEAD:
            refs.append(f"+{HEAD}:{TIP}")
        code, _, complaint = self._fetch(url, refs)
        if code != 0:
            words = one_line(ValueError(complaint), 300)
            if any(sign in complaint.lower() for sign in NOT_THERE):
                raise BadInput(f"{url}: is no git repository, or none that can be read ({words})")
            raise HarnessError(f"could not fetch {url}: {words}")
        if _FULL.fullmatch(name) and not self.has(name):
            # Some servers give a commit that nothing leads to; if not, the caller finds it missing.
            self._fetch(url, [name])

    def _fetch(self, url: str, refs: Sequence[str]) -> tuple[int, bytes, str]:
        plain = ("--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--prune", "--quiet")
        return self._run("-c", "maintenance.auto=false", "fetch", *plain, "--end-of-options", url, *refs)

    def commit(self, sha: str) -> Commit:
        """What a commit says of itself."""
        head = self.ask("cat-file", "commit", sha).partition(b"\n\n")[0].decode("utf-8", "replace")
        rows = [line.partition(" ") for line in head.split("\n")]
        seconds = int(next(value for key, _, value in rows if key == "committer").split(" ")[-2])
        return Commit(
            sha=sha,
            tree=next(value for key, _, value in rows if key == "tree"),
            parents=tuple(value for key, _, value in rows if key == "parent"),
            day=datetime.datetime.fromtimestamp(seconds, datetime.UTC).date().isoformat(),
        )

    def read(self, sha: str, where: str) -> dict[str, Entry]:
        """The files of a commit, if a workspace may hold them."""
        rows = self.ask("ls-tree", "-r", "-z", "-l", "--full-tree", sha).split(b"\0")[:-1]
        listed: list[tuple[str, str, str]] = []
        size = 0
        for row in rows:
            facts, _, raw = row.partition(b"\t")
            mode, kind, name, length = facts.decode("ascii").split()
            path = os.fsdecode(raw)
            check_kind(mode, kind, path, where)
            size += int(length)
            listed.append((path, mode, name))
        if len(listed) > MOST_FILES or size > MOST_BYTES:
            raise BadInput(f"{where}: holds more than {MOST_FILES} files or {MOST_BYTES >> 20} MiB")
        check_names([path for path, _, _ in listed], where)
        command = self._git()
        try:
            tree = {path: Entry(mode, command.get_object_data(name)[3]) for path, mode, name in listed}
        except ValueError as exc:
            raise HarnessError(f"{self.folder}: cannot be read: {one_line(exc)}; remove that directory") from exc
        finally:
            command.clear_cache()
        check_links(tree, where)
        return tree

    def ask(self, *words: str) -> bytes:
        """What git says.

        Raises:
            HarnessError: it fails.
        """
        code, said, complaint = self._run(*words)
        if code != 0:
            raise HarnessError(f"{self.folder}: git {words[0]}: {one_line(ValueError(complaint))}")
        return said

    def _run(self, *words: str) -> tuple[int, bytes, str]:
        with boundary(HarnessError, "run git"):
            code, said, complaint = self._git().execute(
                ["git", *words], with_extended_output=True, with_exceptions=False, stdout_as_string=False
            )
        return int(code), bytes(said), str(complaint)

    def _git(self) -> git.Git:
        # It costs a tenth of a second.
        from git import Git

        command = Git(str(self.folder))
        kept = {name: os.environ[name] for name in REACHING if name in os.environ}
        command.update_environment(
            **environment(),
            **kept,
            GIT_DIR=str(self.folder),
            GIT_COMMON_DIR=str(self.folder),
            GIT_OBJECT_DIRECTORY=str(self.folder / "objects"),
            GIT_ALTERNATE_OBJECT_DIRECTORIES="",
            GIT_CONFIG_COUNT="0",
            GIT_CONFIG_PARAMETERS="",
            GIT_NAMESPACE="",
            GIT_ALLOW_PROTOCOL=":".join(PROTOCOLS),
            GIT_PROTOCOL_FROM_USER="0",
            GIT_TERMINAL_PROMPT="0",
            GIT_ASKPASS="true",
            GIT_SSH_COMMAND="ssh -oBatchMode=yes",
            # A partial clone as the other side would otherwise fetch what it lacks, by commands of its own settings.
            GIT_NO_LAZY_FETCH="1",
            GIT_HTTP_LOW_SPEED_LIMIT="1000",
            GIT_HTTP_LOW_SPEED_TIME="60",
        )
        return command
