"""The container that a candidate works in on a Harbor task, and what it left there.

Tools run through one exec each, as the user that the task declares. After each call
that may write, the engine says what differs from the image, and that is read from
outside. At the end every process is killed with the container; its files stay, and
are read once more.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import docker

from sandbox.env import harbor_container as containers
from sandbox.env.container import Container, make_container
from sandbox.env.engine import talking
from sandbox.env.harbor_container import Inside, SizeWatch
from sandbox.env.outside import held_still
from sandbox.env.plain import PlainTools
from sandbox.env.stream import NoAnswer
from sandbox.env.workspace import DEFAULT_CALL_SECONDS, FILE_CALL_SECONDS, LEAST_SECONDS, Called, Sealed, Trouble
from sandbox.errors import AgentError, SandboxError, TaskError
from sandbox.harbor.settings import Harbor
from sandbox.harbor.state import Found, State, escaped, is_never, laid_out, outermost, parents, tree_of
from sandbox.task import SOLUTION, Resources
from sandbox.tooling import Tool
from sandbox.tree import Changes, Tree

# A state is held in memory.
MOST_BYTES = 256 * 1024 * 1024
LARGEST_BASE = 64 * 1024 * 1024
# Each takes a request of its own.
MOST_READS = 400
# Below this the working directory is read whole, in one request.
SMALL_BYTES = 8 * 1024 * 1024
# Beside the image's own: programs of an agent have no terminal.
QUIET = {"TERM": "dumb", "PAGER": "cat", "GIT_PAGER": "cat"}
# How the engine numbers what it finds: changed, added, gone.
CHANGED, ADDED, GONE = 0, 1, 2
# Directories that change with everything that is done, with their usual modes.
COMMON = {"tmp": 0o1777, "var/tmp": 0o1777, "root": 0o700, "run": 0o755}
LOGS = ("logs/agent", "logs/artifacts", "logs/verifier")
OURS = frozenset({"logs", *LOGS})
SETUP = "setup.sh"
SETUP_SECONDS = 600.0
STOPPED = "the sandbox could not run this tool: the container is out of memory, processes or time"


class HarborEnvironment:
    """One container of a Harbor task, with tools. All methods block."""

    transport = PlainTools.transport

    def __init__(self, container: Container, harbor: Harbor, inside: Inside, base: Tree, given: Sequence[Tree]) -> None:
        """Use `HarborEnvironment.start`."""
        self.container = container
        self._parts = harbor.parts
        self._inside = inside
        self._base = base
        self._given = given
        self._watch: SizeWatch | None = None
        self._step = 0
        self._ready = False
        self._small = sum(len(entry.data) for entry in base.values()) < SMALL_BYTES

    @classmethod
    def start(
        cls,
        client: docker.DockerClient,
        image: str,
        *,
        labels: Mapping[str, str],
        resources: Resources,
        harbor: Harbor,
        inside: Inside,
        environment: Mapping[str, str],
        base: Tree,
        given: Sequence[Tree],
        solution: Tree | None,
    ) -> HarborEnvironment:
        """Start a container, wait for its healthcheck, and begin the first step.

        Args:
            inside: what the image says, with the task's own working directory.
            base: the image's own files below it, escaped.
            given: of each step what is laid into the working directory when it begins.
            solution: the reference solution, for the oracle alone.

        Raises:
            TaskError: it does not get well.
            SandboxError: it does not come up. Nothing is left behind.
        """
        container = containers.start(
            client, image, labels=labels, resources=resources, network=harbor.network, environment=environment
        )
        try:
            folders = [Found(path=path, kind="dir", mode=0o777, uid=0, gid=0) for path in LOGS]
            files = [] if solution is None else laid_out(solution, SOLUTION.strip("/"))
            containers.put(container, [*folders, *files])
            containers.await_health(container, harbor.healthcheck, user=inside.user)
            made = cls(container, harbor, inside, base, given)
            made._begin_step()
            made._watch = SizeWatch(container, resources.storage_mb)
            return made
        except BaseException:
            container.remove()
            raise

    def call(self, tool: Tool, arguments: Mapping[str, Any], seconds: float) -> Called:
        """Run one checked call, for at most `seconds`.

        Raises:
            AgentError: the container died of what the agent did.
            SandboxError: the container or the engine failed.
        """
        started = time.monotonic()
        own = float(arguments.get("timeout", DEFAULT_CALL_SECONDS)) if tool.effect == "exec" else FILE_CALL_SECONDS
        trouble = None
        try:
            answer, _ = self._tools().call(tool, arguments, timeout=max(LEAST_SECONDS, min(seconds, own)))
        except NoAnswer as exc:
            self._check_size()
            self.container.blame(exc)
            trouble = Trouble(origin="agent", message=str(exc))
            answer = _stopped(exc)
        return Called(
            answer={**answer, "seconds": time.monotonic() - started},
            changes=None if tool.effect == "read" else self._changes(),
            trouble=trouble,
        )

    def look_alive(self) -> Trouble | None:
        """Nothing if the container runs; a step that was not begun yet begins.

        Raises:
            AgentError: it died of what the agent did.
            TaskError: the step's own setup or healthcheck fails.
            SandboxError: it was ended from outside.
        """
        self._check_size()
        with talking("look at a container"):
            state = self.container.client.api.inspect_container(self.container.id)["State"]
        if not state["Running"]:
            self.container.blame(NoAnswer("the container ended"))
        if not self._ready:
            self._begin_step()
        return None

    def hold(self) -> Tree:
        """Read what a step left while everything stands still, and let it go on with the next.

        Raises:
            AgentError: it is over its bounds.
            SandboxError: the container or the engine failed.
        """
        tree = self._read_still()
        if self._step + 1 < len(self._parts):
            self._step += 1
            self._ready = False
        return tree

    def doubt(self) -> None:
        """Nothing: all is read anew after each call anyway."""

    def seal(self) -> Sealed:
        """Kill every process and read what was left.

        Raises:
            AgentError: it is over its bounds.
            SandboxError: the container or the engine failed.
        """
        self._check_size()
        containers.end(self.container)
        return Sealed(tree=self._read(), changes=None, skipped=0, killed=None)

    def close(self) -> None:
        """Remove the container.

        Raises:
            SandboxError: the engine does not answer.
        """
        if self._watch is not None:
            self._watch.close()
        self.container.remove()

    @property
    def _user(self) -> str:
        return self._parts[self._step].agent_user or self._inside.user

    def _begin_step(self) -> None:
        """Lay down what comes with a step, run its setup, and wait for its healthcheck."""
        home, given = self._inside.workdir, self._given[self._step]
        if given:
            entries = laid_out(given, home.strip("/"))
            containers.put(self.container, [entry for entry in entries if entry.kind != "dir"])
        if SETUP in given:
            code, tape = containers.run(
                self.container, f'cd "$1" && bash ./{SETUP}', home, seconds=SETUP_SECONDS, user=self._user
            )
            if code != 0:
                words = " ".join(tape.result()["output"].split())[-200:]
                raise TaskError(f"{SETUP} of step {self._parts[self._step].name} fails ({code}): {words}")
        containers.await_health(self.container, self._parts[self._step].healthcheck, user=self._user)
        self._ready = True

    def _tools(self) -> PlainTools:
        return PlainTools(self.container, QUIET, user=self._user, workdir=self._inside.workdir, own=QUIET)

    def _check_size(self) -> None:
        if self._watch is not None:
            self._watch.check()

    def _changes(self) -> Changes:
        try:
            return Changes(changed=self._read_still(), whole=True)
        except AgentError as exc:
            self._check_size()
            return Changes(over=str(exc))

    def _read_still(self) -> Tree:
        self._check_size()
        with held_still(self.container.client, self.container.id):
            return self._read()

    def _read(self) -> Tree:
        return tree_of(read_state(self.container, self._inside.workdir, whole=self._small), self._base)


def _stopped(exc: NoAnswer) -> dict[str, Any]:
    """The answer to a call that has none."""
    facts = {"bytes": len(STOPPED), "sha256": "", "truncated": False, "replaced": False}
    return {"status": "killed", "output": STOPPED, "exit_code": exc.status, **facts}


def read_state(container: Container, workdir: str, *, whole: bool) -> State:
    """What differs in a container, stopped or frozen, from its image.

    Args:
        whole: read the working directory whole where something in it differs.

    Raises:
        AgentError: it is more than is kept.
        SandboxError: the container or the engine failed.
    """
    with talking("look for what an agent left"):
        rows = container.client.api.diff(container.id) or []
    kinds = {row["Path"].strip("/"): int(row["Kind"]) for row in rows}
    kinds = {path: kind for path, kind in kinds.items() if not is_never(path)}
    home = workdir.strip("/")
    found: dict[str, Found] = {}
    left = MOST_BYTES
    for path, itself in _reads(kinds, home, whole=whole):
        try:
            entries = containers.take(container, f"/{path}", left, itself=itself)
        except FileNotFoundError:
            continue
        left -= sum(len(entry.data) for entry in entries)
        found.update((entry.path, entry) for entry in entries if entry.path in kinds and _is_told(entry, kinds))
    gone = outermost([path for path, kind in kinds.items() if kind == GONE])
    return State(found=found, gone=tuple(gone))


def _reads(kinds: Mapping[str, int], home: str, *, whole: bool) -> list[tuple[str, bool]]:
    """What is read to know what differs: paths, and whether itself alone is meant where it is a directory."""
    above = {parent for path in kinds for parent in parents(path)}
    inside = [path for path, kind in kinds.items() if home and kind != GONE and (path + "/").startswith(home + "/")]
    reads: list[tuple[str, bool]] = []
    rest = dict(kinds)
    if inside and whole:
        reads.append((home, False))
        rest = {path: kind for path, kind in kinds.items() if path not in set(inside)}
    reads += [(path, False) for path in outermost([path for path, kind in rest.items() if kind == ADDED])]
    changed = [path for path, kind in rest.items() if kind == CHANGED and path not in above and path not in COMMON]
    reads += [(path, True) for path in changed]
    if len(reads) > MOST_READS:
        raise AgentError(f"what it left cannot be kept: more than {MOST_READS} places of the file system differ")
    return reads


def _is_told(entry: Found, kinds: Mapping[str, int]) -> bool:
    """Whether an entry says something: a directory of the image that is as directories are does not."""
    if entry.path in OURS:
        return False
    if entry.kind != "dir" or kinds[entry.path] != CHANGED:
        return True
    return not entry.is_plain and COMMON.get(entry.path) != entry.mode


def survey(
    client: docker.DockerClient, image: str, workdir: str | None, *, labels: Mapping[str, str]
) -> tuple[Inside, Tree]:
    """What an image says of its containers, and its own files below the working directory, escaped.

    Args:
        workdir: the task's own, in place of the image's.

    Raises:
        SandboxError: the engine does not answer.
    """
    inside = containers.look_inside(client, image)
    if workdir is not None:
        inside = replace(inside, workdir=workdir)
    return inside, _files_of(client, image, inside.workdir, labels=labels)


def _files_of(client: docker.DockerClient, image: str, workdir: str, *, labels: Mapping[str, str]) -> Tree:
    """An image's own files below its working directory; none where that is `/`, absent or very large."""
    if workdir == "/":
        return {}
    name = "roadtest-" + secrets.token_hex(8)
    with talking(f"look into {image}"):
        found = make_container(client, image, name, command=["true"], labels=dict(labels))
    container = Container(client=client, id=found, image=image, volume=None)
    try:
        entries = containers.take(container, workdir.rstrip("/"), LARGEST_BASE)
    except (FileNotFoundError, AgentError):
        return {}
    finally:
        # What is left of it, the end of the run removes.
        with contextlib.suppress(SandboxError):
            container.remove()
    return {escaped(found.path): entry for found in entries if (entry := found.entry) and not is_never(found.path)}
