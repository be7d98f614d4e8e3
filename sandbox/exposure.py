"""Whether a candidate could find a task's tests or solution: lines of theirs, looked for in all that it is given.

Looked into are every file of the agent's container, as root, with what is packed in archives; every
object of every git repository there; the image's settings and history. What the base image holds by
itself is passed over.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sandbox.canary_lines import CanaryLine, chosen, laid_open, leaks
from sandbox.env import guest, images, owner
from sandbox.env.container import Container
from sandbox.env.engine import talking
from sandbox.env.stream import NoAnswer
from sandbox.env.workspace import AgentEnvironment
from sandbox.errors import SandboxError
from sandbox.proofs import Proofs
from sandbox.soundness import Hidden
from sandbox.task import Resources, Task
from sandbox.tooling import Toolset

SEARCH = guest.Program(modules=("wire", "searching"), main="searching")
SEARCH_SECONDS = 300.0
# For one look at a base image.
SMALL = Resources(cpus=1.0, memory_mb=512, storage_mb=16)
# Decompressing an archive takes memory; nothing else runs there by then.
LEAST_MEMORY_MB = 2048


def base_files(client: Any, base: str, *, run: str) -> list[str]:
    """What the base image holds, as the search names files. Blocks.

    Raises:
        SandboxError: the engine or the container failed.
    """
    labels = owner.labels(run=run, trial="check", role="search")
    container = Container.start(client, base, labels=labels, resources=SMALL, keep_workspace=False, resident=True)
    try:
        return list(_search(container, (), None)["seen"])
    finally:
        container.remove()


def exposed(
    client: Any,
    task: Task,
    image: str,
    hidden: Hidden,
    *,
    tools: Toolset,
    known: Callable[[], Sequence[str]],
    run: str,
    proofs: Proofs | None = None,
) -> list[str]:
    """Where the tests or the solution can be found, a line each. Blocks.

    Args:
        image: the one that the task's agents work in.
        known: gives what `base_files` does.
        run: the id under which containers are labelled.
        proofs: a search that found nothing is not made again; without, it is.

    Raises:
        SandboxError: the engine or the container failed.
        HarnessError: a proof cannot be kept.
    """
    labels = owner.labels(run=run, trial="check", role="search")
    bugs = [test for bug in task.bugs for test in bug.tests]
    workspace, faults = hidden.workspace, list[str]()
    if workspace is None:
        workspace = dict(images.workspace_of(client, image, labels=labels))
        faults += laid_open(workspace, hidden.tests, bugs)
    canaries = chosen(workspace, hidden.tests, hidden.solution, bugs)
    if not canaries:
        return faults
    looked_for = [canary.text.decode("latin-1") for canary in canaries]
    pieces = [images.id_of(client, image), *_what_searches(task, tools), *looked_for]
    if proofs is not None and proofs.is_clean(pieces):
        return faults
    answer = _in_agents_container(client, task, image, canaries, tools, known(), labels)
    found = {**answer["found"], **_in_image(client, image, canaries)}
    seen = list(leaks(found, canaries))
    seen += [f"{path} in the candidate's container cannot be searched" for path in answer["unread"]]
    if proofs is not None and not seen:
        proofs.note_clean(pieces)
    return faults + seen


def _what_searches(task: Task, tools: Toolset) -> list[str]:
    """All but the image and the lines that makes a difference to a search."""
    sources = {name: tool.source for name, tool in tools.items()}
    inside = [
        source
        for program in (SEARCH, guest.tool_host(sources))
        for source in (*map(guest.source_of, program.modules), *program.extra.values())
    ]
    return [*inside, repr(sorted(task.environment.items()))]


def _in_agents_container(
    client: Any,
    task: Task,
    image: str,
    canaries: Iterable[CanaryLine],
    tools: Toolset,
    known: Sequence[str],
    labels: Mapping[str, str],
) -> dict[str, Any]:
    room = Resources(
        cpus=task.resources.cpus,
        memory_mb=max(LEAST_MEMORY_MB, task.resources.memory_mb),
        storage_mb=task.resources.storage_mb,
        pids=task.resources.pids,
    )
    env, _ = AgentEnvironment.start(
        client, image, labels=labels, resources=room, tools=tools, environment=task.environment, solution=None
    )
    try:
        return _search(env.container, [canary.text for canary in canaries], known)
    finally:
        env.close()


def _search(container: Container, needles: Sequence[bytes], known: Sequence[str] | None) -> dict[str, Any]:
    try:
        with container.talk(SEARCH) as program:
            program.send_json({"needles": [needle.decode("latin-1") for needle in needles], "known": known})
            answer: dict[str, Any] = program.receive_json(time.monotonic() + SEARCH_SECONDS)
            return answer
    except NoAnswer as exc:
        raise SandboxError(f"the candidate's container cannot be searched: {exc}") from exc


def _in_image(client: Any, image: str, canaries: Iterable[CanaryLine]) -> dict[str, list[str]]:
    """What the settings and the history of an image tell."""
    with talking(f"look into {image}"):
        told = {
            "the settings of its image": client.api.inspect_image(image),
            "the history of its image": client.api.history(image),
        }
    found: dict[str, list[str]] = {}
    for place, data in told.items():
        texts = "\n".join(_strings(data)).encode("utf-8", "replace")
        if hits := [canary.text.decode("latin-1") for canary in canaries if canary.text in texts]:
            found[place] = hits
    return found


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from (str(key), *_strings(value))
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value)
    else:
        yield json.dumps(data)
