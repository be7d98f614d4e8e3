"""A task from bugs of our own making: a release with mutations that its own tests notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox.adding import canaries
from sandbox.adding.drafting import Draft
from sandbox.adding.manifest import table
from sandbox.adding.mutating import Ground, Mutant, Mutants, find_mutants, on_ground
from sandbox.adding.newtask import RUNS, Made, Pair, place_for, write_task
from sandbox.adding.repo import Manifest, open_manifest
from sandbox.adding.sorting import ONLY, named
from sandbox.errors import BadInput, TaskError
from sandbox.mutation.catalogue import OPERATORS
from sandbox.progress import Progress
from sandbox.repos import PinnedRelease

NUMBERS = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True, kw_only=True)
class MutationWish:
    """What a person wants of a task of mutations.

    repo: name of a manifest. release: a version that it pins, the last one without. bugs: how many.
    runs: of the release's own tests, to find flaky ones. seed: decides which mutations are tried.
    """

    repo: str
    release: str | None = None
    bugs: int = 1
    seed: int = 0
    runs: int = RUNS
    out: Path | None = None


async def make_mutation_task(wish: MutationWish, *, progress: Progress) -> Made:
    """Find mutations, write a task of them, check it.

    Raises:
        BadInput: no such repo or release, or its tests find no such bugs; nothing is written then.
        SandboxError, HarnessError: the engine, the index or the disk failed.
    """
    manifest = open_manifest(wish.repo)
    if manifest.before is None:
        raise BadInput(
            f"--mutate: there is no {manifest.path}; pin one with: roadtest repo add {wish.repo} --version V"
        )
    release = _release(manifest, wish.release)
    out = wish.out or Path("tasks/own") / f"{manifest.name}-{release.version}-seed-{wish.seed}"
    place = place_for(out, Pair(manifest=manifest, old=release.version, new=release.version))
    try:
        async with on_ground(manifest.repo(), release, seed=wish.seed, runs=wish.runs, say=progress.say) as ground:
            found = await find_mutants(ground, bugs=wish.bugs)
            calls = await _canaries(ground, manifest.repo().import_name)
    except TaskError as exc:
        raise BadInput(f"{manifest.name} {release.version}: {exc}") from exc
    draft = Draft(
        id=place.name,
        repo=manifest.name,
        old=release.version,
        new=release.version,
        bugs=dict(zip(_ids(found.mutants), [mutant.tests for mutant in found.mutants], strict=True)),
        guards=found.guards,
        canaries=calls,
        category=OPERATORS[found.mutants[0].mutation.operator].symptom,
        extra="\n".join(_table(mutant) for mutant in found.mutants),
    )
    return await write_task(draft, place, manifest, notes=_notes(found), progress=progress)


def _release(manifest: Manifest, version: str | None) -> PinnedRelease:
    repo = manifest.repo()
    return repo.release(version or list(repo.releases)[-1], wanted_by="--release")


def _ids(mutants: Sequence[Mutant]) -> list[str]:
    """Names for bugs that say nothing of what was done."""
    return [ONLY] if len(mutants) == 1 else list(NUMBERS[: len(mutants)])


def _table(mutant: Mutant) -> str:
    return table("[[metadata.roadtest.release.mutations]]", asdict(mutant.mutation))


def _notes(found: Mutants) -> list[str]:
    notes = [f"{found.tried} mutations were tried"]
    if found.flaky:
        notes.append(f"{len(found.flaky)} flaky tests are left out: {named(found.flaky)}")
    return notes


async def _canaries(ground: Ground, import_name: str) -> list[tuple[str, str]]:
    """Calls that give plain values on the release as it is; there a canary has to get as far as its comparison."""
    tree = {path: entry for path, entry in ground.workspace.items() if path not in ground.tests}
    found: list[tuple[str, str]] = []
    for form in canaries.FORMS:
        calls = canaries.candidates(tree, import_name, ground.tests, form)
        if calls and len(found) < canaries.CANARIES:
            trial, ids = canaries.trial(calls), canaries.ids(calls)
            ran = await ground.bench.outcomes(tree, trial, ids, runs=1, seed=0, what="calls for canaries")
            found += canaries.chosen(calls, [one.words for one in ran])
    return found[: canaries.CANARIES]
