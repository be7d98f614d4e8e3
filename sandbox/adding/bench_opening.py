"""Opening a bench: the image of a release, built where it is not there yet, and what lies in it."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio

from sandbox import paths, recipe
from sandbox.adding.proving import Bench, Say
from sandbox.env import images, owner
from sandbox.env.engine import connect
from sandbox.errors import HarnessError, RoadtestError, boundary
from sandbox.index import Index
from sandbox.repos import PinnedRelease, Repo
from sandbox.task import DEFAULT_BUILD_SECONDS
from sandbox.threads import in_thread
from sandbox.tree import Tree, digest, source

# Containers at a time.
AT_ONCE = 2


@asynccontextmanager
async def bench(repo: Repo, release: PinnedRelease, workspace: Tree, *, say: Say) -> AsyncIterator[Bench]:
    """A bench over the image of a release, built if it is not there; its containers are removed at the end.

    Args:
        release: what is installed.
        workspace: its tree, as a task's workspace would be: without packaging leftovers and what it drops.
        say: told what is going on, in a few words.

    Raises:
        SandboxError: no engine answers.
        TaskError: the image does not build.
        HarnessError: wheels cannot be had, or the cache not be written.
    """
    client = await in_thread(connect)
    run_id = uuid.uuid4().hex
    try:
        await in_thread(owner.reap, client)
        base = await in_thread(images.ensure_base, client, say=say)
        machine = await in_thread(images.machine_of, client)
        folder = await in_thread(_environment, repo, release, workspace, machine)
        name = f"{repo.name} {release.version}"
        image = await in_thread(
            lambda: images.ensure_task(client, folder, base=base, timeout=DEFAULT_BUILD_SECONDS, name=name, say=say)
        )
        labels = owner.labels(run=run_id, trial="adding", role="base")
        held = await in_thread(lambda: images.workspace_of(client, image, labels=labels))
        index = Index.of(held)
        yield Bench(
            client=client,
            run_id=run_id,
            image=image,
            base=lambda: index,
            workspace=source(held),
            say=say,
            places=anyio.CapacityLimiter(max(1, min(AT_ONCE, os.cpu_count() or 1))),
        )
    finally:
        with anyio.CancelScope(shield=True), suppress(RoadtestError):
            await in_thread(owner.reap, client, run=run_id)


def _environment(repo: Repo, release: PinnedRelease, workspace: Tree, machine: str) -> Path:
    """A folder with `environment/` in it, from the cache if the very same was made before."""
    total = hashlib.sha256()
    for piece in (recipe.DOCKERFILE, repo.requirements, release.build_version, digest(workspace), machine):
        total.update(b"%d " % len(piece) + piece.encode("utf-8", "surrogateescape"))
    place = paths.cache() / "environments" / total.hexdigest()[:32]
    if place.is_dir():
        return place
    with boundary(HarnessError, f"write to {place.parent}"):
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".making-", dir=place.parent))
        try:
            recipe.write_environment(temporary / "environment", repo, release, workspace, machine=machine)
            temporary.chmod(0o755)
            with suppress(OSError):  # another process was faster
                temporary.rename(place)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return place
