"""From a release recipe to a complete Harbor task directory.

The workspace is the old release, with definitions replaced or mutated where the task
says so; hidden tests and the reference solution come from the new one, or for a chain
from one release a step. No upstream file is kept in the project: the directory is
laid out in the cache, under a name made of everything that goes into it.

    CACHE/tasks/DIGEST/
      task.toml  instruction.md        as in the task's own directory
      environment/Dockerfile           FROM the base image, the workspace installed in place
      environment/workspace/           the old release, without packaging leftovers
      environment/requirements.txt     wheels that it needs, with hashes (may be empty)
      environment/wheels/              those wheels
      tests/                           the new release's tests, the task's own over them, guards.txt
      solution/solve.sh  files/        what the new release changed besides tests
      steps/NAME/                      of a chain: instruction.md, and tests/ and solution/ of that step
"""

from __future__ import annotations

import hashlib
import shlex
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sandbox import fetch, paths
from sandbox.errors import BadInput, HarnessError, boundary
from sandbox.exams import GUARDS, tests_in
from sandbox.parts import Parts, matches, split, with_tests, without
from sandbox.reading import read_text
from sandbox.replacing import only_definition, replace_definition
from sandbox.repos import PinnedRelease, Repo, load_repo
from sandbox.task import WORKSPACE, Replacement, Task
from sandbox.tree import LINK, Entry, Tree, digest
from sandbox.treefiles import write_tree

VERSION = "4"

# 1980-01-01: files of a build context are of 1970, and some build backends make zips, which cannot say that.
EPOCH = 315_532_800

# Of a release unpacked, setuptools-scm and what is built on it cannot tell the version.
DOCKERFILE = f"""\
ARG ROADTEST_BASE=roadtest/base
FROM ${{ROADTEST_BASE}}
COPY requirements.txt wheels/ /opt/wheels/
RUN if [ -s /opt/wheels/requirements.txt ]; then \\
        pip install --no-index --find-links=/opt/wheels --no-deps --require-hashes -r /opt/wheels/requirements.txt; \\
    fi
COPY workspace/ {WORKSPACE}/
WORKDIR {WORKSPACE}
RUN SOURCE_DATE_EPOCH={EPOCH} SETUPTOOLS_SCM_PRETEND_VERSION=@VERSION@ \\
    pip install --no-index --no-build-isolation --no-deps --quiet --editable . \\
 && rm -rf build
"""


def pins(task: Task) -> tuple[Repo, PinnedRelease, PinnedRelease]:
    """The repo of a recipe and its first and last release, from the manifest alone; nothing is fetched.

    Raises:
        BadInput: the manifest is missing or broken, or does not pin a release.
    """
    assert task.release is not None
    where = f"{task.path}/task.toml"
    repo = load_repo(task.release.repo, wanted_by=where)
    for step in task.steps:
        assert step.release is not None, "the loader wants one for each step of a recipe"
        repo.release(step.release, wanted_by=where)
    old = repo.release(task.release.old, wanted_by=where)
    return repo, old, repo.release(task.release.new, wanted_by=where)


def parts_of(task: Task) -> Parts:
    """What a recipe comes to, in memory; its releases are fetched if they are not in the cache.

    Raises:
        BadInput: the recipe names what does not exist or has another hash, or ids that the hidden tests do not hold.
        HarnessError: the index cannot be reached, or the cache not be written.
    """
    return assemble(task, pins(task)[0])


def assemble(task: Task, repo: Repo) -> Parts:
    """What a recipe comes to with the releases of a repo.

    Raises:
        BadInput, HarnessError: as `parts_of`.
    """
    assert task.release is not None
    folder, where = Path(task.path), f"{task.path}/task.toml"
    old = repo.release(task.release.old, wanted_by=where)
    steps = [step.release for step in task.steps if step.release is not None] or [task.release.new]
    releases = [repo.release(version, wanted_by=where) for version in steps]
    drop = [glob for release in (old, *releases) for glob in release.drop]
    start = without(repo.tree(old), drop)
    start = replaced(start, task.release.replacements, folder=folder, release=f"{repo.name} {old.version}")
    start = _mutated(task, start, old)
    own = tests_in(folder / "tests")
    if task.steps:
        parts = Parts(workspace=start, tests=own, solution={}, removed=(), steps=_steps(task, repo, start, drop))
    else:
        parts = with_tests(split(start, repo.tree(releases[0]), tests=releases[0].tests, drop=drop), own)
    if task.release.mutations:
        parts = _withheld(task, parts)
    _check(task, parts, where)
    return parts


def _mutated(task: Task, tree: dict[str, Entry], old: PinnedRelease) -> dict[str, Entry]:
    """A release with the task's mutations.

    Raises:
        BadInput: naming task.toml and the field.
    """
    assert task.release is not None
    if not task.release.mutations:
        return tree
    # libcst takes a quarter of a second to import.
    from sandbox.mutation.applying import mutated

    for index, mutation in enumerate(task.release.mutations):
        where = f"{task.path}/task.toml: metadata.roadtest.release.mutations[{index}]"
        if matches(mutation.file, old.tests):
            raise BadInput(f"{where}.file: {mutation.file} is one of the tests of {task.release.repo} {old.version}")
        try:
            tree = mutated(tree, [mutation])
        except (LookupError, ValueError) as exc:
            raise BadInput(f"{where}: {task.release.repo} {old.version}: {exc.args[0]}") from exc
    return tree


def _withheld(task: Task, parts: Parts) -> Parts:
    """The same with no test in the workspace that a mutation makes fail: whoever ran the tests would be told all."""
    from sandbox.mutation.withheld import without_tests

    ids = [test for bug in task.bugs for test in bug.tests]
    return replace(parts, workspace=without_tests(parts.workspace, ids))


def _steps(task: Task, repo: Repo, start: Tree, drop: Sequence[str]) -> tuple[tuple[str, Parts], ...]:
    found = []
    for step in task.steps:
        assert step.release is not None
        release = repo.release(step.release, wanted_by=f"{task.path}/task.toml")
        reached = without(repo.tree(release), drop)
        own = tests_in(Path(task.path) / "steps" / step.name / "tests")
        found.append((step.name, with_tests(split(start, reached, tests=release.tests), own)))
        start = reached
    return tuple(found)


def replaced(tree: Tree, replacements: Sequence[Replacement], *, folder: Path, release: str) -> dict[str, Entry]:
    """A release with some of its definitions replaced by the task's own.

    Args:
        folder: the task's directory.
        release: how the release is called, for errors.

    Raises:
        BadInput: naming task.toml and the field.
    """
    tree = dict(tree)
    for index, row in enumerate(replacements):
        where = f"{folder}/task.toml: metadata.roadtest.release.replacements[{index}]"
        entry = tree.get(row.file)
        if entry is None or entry.mode == LINK:
            raise BadInput(f"{where}.file: {release} has no file {row.file}")
        try:
            definition = only_definition(read_text(folder / row.source), row.name.rpartition(".")[2])
        except ValueError as exc:
            raise BadInput(f"{where}.source: {row.source} {exc}") from exc
        try:
            data = replace_definition(entry.data, row.name, definition)
        except LookupError as exc:
            raise BadInput(f"{where}.name: {row.file} of {release} holds {exc.args[0]}") from exc
        except ValueError as exc:
            raise BadInput(f"{where}.source: {row.source} cannot go into {row.file} of {release}: {exc}") from exc
        if data == entry.data:
            raise BadInput(f"{where}.source: {row.source} is what {row.file} of {release} holds already")
        tree[row.file] = Entry(entry.mode, data)
    return tree


def _check(task: Task, parts: Parts, where: str) -> None:
    for name, part in parts.steps or [("", parts)]:
        which = f"{where}: metadata.roadtest." + (f"steps: {name}" if name else "release")
        if not part.tests:
            raise BadInput(f"{which}: the newer release holds no tests under its globs")
        if not part.solution and not part.removed:
            raise BadInput(f"{which}: the two releases do not differ outside their tests")
    for index in range(max(1, len(task.steps))):
        tests = parts.tests_at(index)
        for test in task.at_step(index).hidden_ids:
            if test.partition("::")[0] not in tests:
                step = f" by step {task.steps[index].name}" if task.steps else ""
                raise BadInput(f"{where}: {test}: neither the newer release nor the task has such a test file{step}")


def lay_out(task: Task, *, machine: str) -> Path:
    """The complete directory of a recipe task, made if it is not there.

    Args:
        machine: the architecture that images are built for.

    Raises:
        BadInput, HarnessError: as `parts_of`.
    """
    return lay_out_with(task, pins(task)[0], machine=machine)


def lay_out_with(task: Task, repo: Repo, *, machine: str) -> Path:
    """`lay_out` with the releases of a repo."""
    parts = assemble(task, repo)
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


def _digest(task: Task, repo: Repo, parts: Parts, machine: str) -> str:
    total = hashlib.sha256()
    pieces = [VERSION, DOCKERFILE, task.digest, repo.requirements, machine]
    for name, part in (("", parts), *parts.steps):
        pieces += [name, *part.removed, *map(digest, (part.workspace, part.tests, part.solution))]
    for piece in pieces:
        total.update(b"%d " % len(piece) + piece.encode("utf-8", "surrogateescape"))
    return total.hexdigest()[:32]


def _write(place: Path, task: Task, repo: Repo, parts: Parts, machine: str) -> None:
    assert task.release is not None, "a recipe has one"
    source = Path(task.path)
    steps = [f"steps/{step.name}/instruction.md" for step in task.steps]
    for name in ("task.toml", *(steps or ["instruction.md"])):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, place / name)
    release = repo.release(task.release.old, wanted_by=f"{task.path}/task.toml")
    write_environment(place / "environment", repo, release, parts.workspace, machine=machine)
    write_tree(place / "tests", parts.tests)
    (place / "tests" / GUARDS).write_text("".join(f"{test}\n" for test in task.guards), "utf-8")
    if not task.steps:
        write_solution(place / "solution", parts)
    for name, step in parts.steps:
        write_tree(place / "steps" / name / "tests", step.tests)
        write_solution(place / "steps" / name / "solution", step)


def write_environment(folder: Path, repo: Repo, release: PinnedRelease, workspace: Tree, *, machine: str) -> None:
    """What the image of a recipe is built from: a Dockerfile, wheels, the workspace.

    Args:
        folder: made here.
        release: the one that the workspace comes from.
        machine: the architecture that the image is built for.

    Raises:
        HarnessError: a wheel is not to be had.
        OSError: it cannot be written.
    """
    folder.mkdir()
    (folder / "Dockerfile").write_text(DOCKERFILE.replace("@VERSION@", release.build_version), "utf-8")
    (folder / "requirements.txt").write_text(repo.requirements, "utf-8")
    (folder / "wheels").mkdir()
    if repo.requirements:
        fetch.wheels(repo.requirements, folder / "wheels", machine=machine, what=repo.manifest)
    else:
        (folder / "wheels" / ".keep").touch()
    write_tree(folder / "workspace", workspace)


def write_solution(folder: Path, parts: Parts) -> None:
    """The reference: what it writes, and a script that lays it over the workspace.

    Raises:
        OSError: it cannot be written.
    """
    write_tree(folder / "files", parts.solution)
    solve = folder / "solve.sh"
    solve.write_text(_solve_script(parts.removed), "utf-8")
    solve.chmod(0o755)


def _solve_script(removed: Sequence[str]) -> str:
    lines = ["#!/bin/bash", "set -euo pipefail", f"cd {WORKSPACE}"]
    # First, for a module that became a package leaves its name to a directory.
    lines += [f"rm -f -- {shlex.quote(path)}" for path in removed]
    lines += ['cp -R "$(dirname "$0")/files/." .']
    return "\n".join(lines) + "\n"
