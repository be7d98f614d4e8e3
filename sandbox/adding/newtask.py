"""A task from two states of a codebase: what the newer one's tests tell of the older one, written down.

    which → both trees → their tests on both sides, again and again → bugs, guards, canaries → files → check

Nothing is written to its place before all of it is known.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio

from sandbox import check, gitrepos
from sandbox.adding import canaries, sorting
from sandbox.adding.bench_opening import bench
from sandbox.adding.drafting import UNWRITTEN, Draft, files
from sandbox.adding.proving import Bench
from sandbox.adding.repo import Manifest, Say, Told, add_commits, add_releases, open_manifest
from sandbox.errors import BadInput, HarnessError, TaskError, boundary
from sandbox.journal import write_whole
from sandbox.loader import NAME, load_task
from sandbox.parts import Parts, split
from sandbox.progress import Progress
from sandbox.reading import shown
from sandbox.repos import Repo
from sandbox.threads import in_thread
from sandbox.toolbox import load_tools

RUNS = 10
CHECKS_AT_ONCE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two states of a codebase, by their names in a manifest that need not be written yet."""

    manifest: Manifest
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person wants of a task. runs: of the tests on each side; bugs: ID=PATTERN each."""

    out: Path | None = None
    runs: int = RUNS
    seed: int = 0
    bugs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A task that was made. faults: what does not hold yet besides the complaint; notes: what a person should know."""

    folder: Path
    draft: Draft
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def from_releases(package: str, old: str, new: str, told: Told, *, say: Say) -> Pair:
    """Two releases of the package index, pinned if they are not yet.

    Raises:
        BadInput, HarnessError: as `add_releases`.
    """
    if old == new:
        raise BadInput(f"--from and --to are both {old}; a fix lies between two releases")
    manifest = open_manifest(package)
    add_releases(manifest, [old, new], told, say=say)
    return Pair(manifest=manifest, old=old, new=new)


def from_fix(repository: str, fix: str, told: Told, *, name: str | None, say: Say) -> Pair:
    """A commit that fixes a bug, and its first parent.

    Raises:
        BadInput: there is no such commit, it has no parent, or as `add_commits`.
        HarnessError: the repository cannot be reached, or the cache not be written.
    """
    url = gitrepos.checked_url(repository)
    manifest = open_manifest(name or name_of(url))
    say(f"{manifest.name}: fetching {url}")
    newer = gitrepos.pin(url, fix, where="--fix")
    if not newer.parents:
        raise BadInput(f"--fix: commit {newer.sha} is the first of its repository; there is nothing before it")
    older = gitrepos.pin(url, newer.parents[0], where="--fix")
    names = add_commits(manifest, url, [older, newer], told, say=say)
    return Pair(manifest=manifest, old=names[0], new=names[1])


def name_of(url: str) -> str:
    """What a repo is called after its URL."""
    last = re.split(r"[/:]", url.rstrip("/").removesuffix("/.git").removesuffix(".git"))[-1]
    return re.sub(r"[^A-Za-z0-9._-]", "-", last).strip("-._") or "repo"


def place_for(out: Path | None, pair: Pair) -> Path:
    """Where the task goes.

    Raises:
        BadInput: something is there already, or its name can be no task's.
    """
    place = (out or Path("tasks/own") / f"{pair.manifest.name}-{pair.new}").absolute()
    for name in (place.name, place.parent.name):
        if not NAME.fullmatch(name):
            raise BadInput(f"--out {shown(place)}: {name!r} cannot be part of a task's name")
    if place.exists() or place.is_symlink():
        raise BadInput(f"--out {shown(place)}: is there already; remove it or choose another place")
    return place


async def make_task(pair: Pair, wish: Wish, *, progress: Progress) -> Made:
    """Run tests on both sides, write the task, check it.

    Raises:
        BadInput: the two states make no task; nothing is written then.
        SandboxError, HarnessError: the engine, the index or the disk failed.
    """
    place = place_for(wish.out, pair)
    sorting.check_wishes(wish.bugs)
    repo = pair.manifest.repo()
    old, new = repo.releases[pair.old], repo.releases[pair.new]
    drop = (*old.drop, *new.drop)
    progress.say(f"{repo.name}: reading {old.version} and {new.version}")
    parts = split(await in_thread(repo.tree, old), await in_thread(repo.tree, new), tests=new.tests, drop=drop)
    _check_parts(pair, parts)
    try:
        async with bench(repo, old, parts.workspace, say=progress.say) as tests:
            found = await _survey(tests, pair, parts, wish)
            bugs = sorting.group(found.fixed, wish.bugs)
            calls = await _canaries(tests, repo, parts)
    except TaskError as exc:
        raise BadInput(f"{repo.name} {pair.old}: {exc}") from exc
    draft = Draft(
        id=place.name,
        repo=repo.name,
        old=pair.old,
        new=pair.new,
        bugs=bugs,
        guards=found.kept,
        canaries=calls,
        fixed_at=new.released,
    )
    notes = [*pair.manifest.notes, *sorting.remarks(found)]
    if not wish.bugs and (split_by := sorting.suggestion(found.fixed)):
        notes.append(f"the tests may be of {len(split_by)} bugs; to split them: {' '.join(split_by)}")
    return await write_task(draft, place, pair.manifest, notes=notes, progress=progress)


async def write_task(
    draft: Draft, place: Path, manifest: Manifest, *, notes: Sequence[str] = (), progress: Progress
) -> Made:
    """Write a draft and the manifest that it needs, checked, all of it or nothing.

    Raises:
        BadInput: the draft makes no task.
        SandboxError, HarnessError: the engine or the disk failed.
    """
    whole = False
    try:
        # Shielded: what is left to a thread cannot be taken back before it has come about.
        with anyio.CancelScope(shield=True):
            await in_thread(manifest.write)
        with tempfile.TemporaryDirectory(prefix="roadtest-new-") as folder:
            staged = Path(folder) / place.parent.name / place.name
            await in_thread(_write, staged, files(draft))
            faults = await _faults(draft, staged, progress)
            with anyio.CancelScope(shield=True):
                await in_thread(_move, staged, place)
                whole = True
    finally:
        if not whole:
            manifest.take_back()
    return Made(folder=place, draft=draft, faults=tuple(faults), notes=tuple(notes))


def _check_parts(pair: Pair, parts: Parts) -> None:
    between = f"{pair.manifest.name}: {pair.old} and {pair.new}"
    if not parts.solution and not parts.removed:
        raise BadInput(f"{between} do not differ outside their tests")
    if not parts.tests:
        raise BadInput(f"{between}: the newer one holds no tests")


async def _survey(tests: Bench, pair: Pair, parts: Parts, wish: Wish) -> sorting.Sorted:
    """What each test tells, from runs on both sides."""
    gone = set(parts.removed)
    before = tests.workspace
    after = {path: entry for path, entry in {**before, **parts.solution}.items() if path not in gone}
    found = await tests.find(after, parts.tests)
    if not found.ids:
        why = next(map(sorting.reason, found.broken.values()), "there are none")
        raise BadInput(f"{pair.manifest.name} {pair.new}: its tests do not run: {why}")
    for file, words in found.broken.items():
        tests.say(f"{file} cannot be collected and is left out: {sorting.reason(words)}")
    tests.say(f"{len(found.ids)} tests; each is run {wish.runs} times on both sides")
    runs = []
    for tree, name in ((after, pair.new), (before, pair.old)):
        ran = await tests.outcomes(tree, parts.tests, found.ids, runs=wish.runs, seed=wish.seed, what=name)
        runs.append([one.words for one in ran])
    result = sorting.sort(found.ids, runs[1], runs[0])
    if not result.fixed:
        remarks = sorting.remarks(result)
        if found.broken:
            remarks.append(sorting.uncollected(found.broken, pair.new))
        # Only now is it worth another container to learn why nothing could be compared.
        if result.absent and (broken := (await tests.find(before, parts.tests)).broken):
            remarks.append(sorting.uncollected(broken, pair.old))
        told = f" ({'; '.join(remarks)})" if remarks else ""
        raise BadInput(f"{pair.manifest.name}: no test fails on {pair.old} and passes on {pair.new}{told}")
    return result


async def _canaries(tests: Bench, repo: Repo, parts: Parts) -> list[tuple[str, str]]:
    """Calls that give the same plain value on the untouched workspace each time."""
    tests.say(f"{repo.name}: trying calls for canaries")
    tree = {path: entry for path, entry in tests.workspace.items() if path not in parts.tests}
    found: dict[str, tuple[str, str]] = {}
    for form in canaries.FORMS:
        calls = canaries.candidates(tree, repo.import_name, parts.tests, form)
        if calls and len(found) < canaries.CANARIES:
            trial, ids = canaries.trial(calls), canaries.ids(calls)
            ran = await tests.outcomes(tree, trial, ids, runs=2, seed=0, what="calls")
            for call in canaries.chosen(calls, [one.words for one in ran]):
                found.setdefault(canaries.function_of(call), call)
    return list(found.values())[: canaries.CANARIES]


async def _faults(draft: Draft, staged: Path, progress: Progress) -> list[str]:
    """What does not hold of the task besides its complaint."""
    if not draft.canaries:
        return ["no canary was found; put one in the place that is marked in task.toml"]
    task = load_task(staged)
    found = await check.check_tasks([task], tools=load_tools(), concurrency=CHECKS_AT_ONCE, progress=progress)
    return [line for line in found[task.name] if UNWRITTEN not in line]


def _write(folder: Path, texts: dict[str, str]) -> None:
    with boundary(HarnessError, f"write to {folder}"):
        for path, text in texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            write_whole(folder / path, text.encode("utf-8", "surrogateescape"))


def _move(staged: Path, place: Path) -> None:
    """Put a folder in its place, whole; it may lie on another disk."""
    with boundary(HarnessError, f"write to {place}"):
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".making-", dir=place.parent))
        try:
            shutil.copytree(staged, beside / "task")
            (beside / "task").rename(place)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
