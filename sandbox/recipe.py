"""From a release recipe to a complete Harbor task directory.

The workspace is the old release, hidden tests and the reference solution come
from the new one. No upstream file is kept in the project: the directory is laid
out in the cache, under a name made of everything that goes into it.

    CACHE/tasks/DIGEST/
      task.toml  instruction.md        as in the task's own directory
      environment/Dockerfile           FROM the base image, the old release installed in place
      environment/workspace/           the old release, without packaging leftovers
      environment/requirements.txt     wheels that it needs, with hashes (may be empty)
      environment/wheels/              those wheels
      tests/                           the new release's tests, and guards.txt
      solution/solve.sh  files/        what the new release changed besides tests
"""

from __future__ import annotations

import fnmatch
import hashlib
import shlex
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox import fetch, paths
from sandbox.errors import BadInput, HarnessError, boundary
from sandbox.repos import PinnedRelease, Repo, load_repo
from sandbox.task import WORKSPACE, Task
from sandbox.tree import Tree, digest, is_cache
from sandbox.treefiles import write_tree

VERSION = "3"

LEFTOVERS = ("PKG-INFO", "*.egg-info", "*/*.egg-info")

DOCKERFILE = f"""\
ARG ROADTEST_BASE=roadtest/base
FROM ${{ROADTEST_BASE}}
COPY requirements.txt wheels/ /opt/wheels/
RUN if [ -s /opt/wheels/requirements.txt ]; then \\
        pip install --no-index --find-links=/opt/wheels --no-deps --require-hashes -r /opt/wheels/requirements.txt; \\
    fi
COPY workspace/ {WORKSPACE}/
WORKDIR {WORKSPACE}
RUN pip install --no-index --no-build-isolation --no-deps --quiet --editable . && rm -rf build
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A recipe's outcome, in memory. `removed` are workspace paths that the solution deletes."""

    workspace: Tree
    tests: Tree
    solution: Tree
    removed: tuple[str, ...]


def split(old: Tree, new: Tree, *, tests: Sequence[str], drop: Sequence[str] = ()) -> Parts:
    """Split two releases into workspace, hidden tests and reference solution.

    Args:
        old: the release to start from.
        new: the release that fixed the bug.
        tests: globs of what is tests, in either.
        drop: globs of what is left out of both.
    """
    unwanted = (*LEFTOVERS, *drop)
    old = {path: entry for path, entry in old.items() if not matches(path, unwanted) and not is_cache(path)}
    new = {path: entry for path, entry in new.items() if not matches(path, unwanted) and not is_cache(path)}
    hidden = {path: entry for path, entry in new.items() if matches(path, tests)}
    return Parts(
        workspace=old,
        tests=hidden,
        solution={path: entry for path, entry in new.items() if path not in hidden and old.get(path) != entry},
        removed=tuple(sorted(path for path in old if path not in new and not matches(path, tests))),
    )


def matches(path: str, globs: Sequence[str]) -> bool:
    """Whether a path fits a glob from the root, or lies in a directory that does; `*` stays within a name."""
    parts = path.split("/")
    return any(_fits(parts, glob.rstrip("/").split("/")) for glob in globs)


def _fits(parts: Sequence[str], patterns: Sequence[str]) -> bool:
    return len(patterns) <= len(parts) and all(map(fnmatch.fnmatchcase, parts, patterns))


def pins(task: Task) -> tuple[Repo, PinnedRelease, PinnedRelease]:
    """The repo of a recipe and its two releases, from the manifest alone; nothing is fetched.

    Raises:
        BadInput: the manifest is missing or broken, or does not pin a release.
    """
    assert task.release is not None
    where = f"{task.path}/task.toml"
    repo = load_repo(task.release.repo, wanted_by=where)
    old = repo.release(task.release.old, wanted_by=where)
    return repo, old, repo.release(task.release.new, wanted_by=where)


def parts_of(task: Task) -> Parts:
    """What a recipe comes to, in memory; both releases are fetched if they are not in the cache.

    Raises:
        BadInput: the recipe names what does not exist or has another hash, or ids that the new tests do not hold.
        HarnessError: the index cannot be reached, or the cache not be written.
    """
    repo, old, new = pins(task)
    parts = split(repo.tree(old), repo.tree(new), tests=new.tests, drop=(*old.drop, *new.drop))
    _check(task, parts, f"{task.path}/task.toml")
    return parts


def lay_out(task: Task, *, machine: str) -> Path:
    """The complete directory of a recipe task, made if it is not there.

    Args:
        machine: the architecture that images are built for.

    Raises:
        BadInput, HarnessError: as `parts_of`.
    """
    parts = parts_of(task)
    repo, _, _ = pins(task)
    place = paths.cache() / "tasks" / _digest(task, repo, parts, machine)
    if place.is_dir():
        return place
    with boundary(HarnessError, f"write to {place.parent}"):
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".making-", dir=place.parent))
        try:
            _write(temporary, task, repo, parts, machine)
            temporary.chmod(0o755)
            temporary.rename(place)
        except OSError:
            if not place.is_dir():  # another run was faster
                raise
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return place


def _check(task: Task, parts: Parts, where: str) -> None:
    if not parts.tests:
        raise BadInput(f"{where}: metadata.roadtest.release: the newer release holds no tests under its globs")
    if not parts.solution and not parts.removed:
        raise BadInput(f"{where}: metadata.roadtest.release: the two releases do not differ outside their tests")
    for test in task.hidden_ids:
        if test.partition("::")[0] not in parts.tests:
            raise BadInput(f"{where}: {test}: the newer release has no such test file")


def _digest(task: Task, repo: Repo, parts: Parts, machine: str) -> str:
    total = hashlib.sha256()
    pieces = [VERSION, DOCKERFILE, task.digest, repo.requirements, machine, *parts.removed]
    pieces += [digest(tree) for tree in (parts.workspace, parts.tests, parts.solution)]
    for piece in pieces:
        total.update(b"%d " % len(piece) + piece.encode("utf-8", "surrogateescape"))
    return total.hexdigest()[:32]


def _write(place: Path, task: Task, repo: Repo, parts: Parts, machine: str) -> None:
    source = Path(task.path)
    for name in ("task.toml", "instruction.md"):
        shutil.copyfile(source / name, place / name)
    environment = place / "environment"
    environment.mkdir()
    (environment / "Dockerfile").write_text(DOCKERFILE, "utf-8")
    (environment / "requirements.txt").write_text(repo.requirements, "utf-8")
    (environment / "wheels").mkdir()
    if repo.requirements:
        fetch.wheels(repo.requirements, environment / "wheels", machine=machine, what=repo.manifest)
    else:
        (environment / "wheels" / ".keep").touch()
    write_tree(environment / "workspace", parts.workspace)
    write_tree(place / "tests", parts.tests)
    (place / "tests" / "guards.txt").write_text("".join(f"{test}\n" for test in task.guards), "utf-8")
    write_tree(place / "solution" / "files", parts.solution)
    solve = place / "solution" / "solve.sh"
    solve.write_text(_solve_script(parts.removed), "utf-8")
    solve.chmod(0o755)


def _solve_script(removed: Sequence[str]) -> str:
    lines = ["#!/bin/bash", "set -euo pipefail", f"cd {WORKSPACE}"]
    # First, for a module that became a package leaves its name to a directory.
    lines += [f"rm -f -- {shlex.quote(path)}" for path in removed]
    lines += ['cp -R "$(dirname "$0")/files/." .']
    return "\n".join(lines) + "\n"
