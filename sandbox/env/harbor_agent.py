"""The container that a candidate works in on a Harbor task, and what it left there.

Tools run through one exec each, as the user that the task declares. After each call
that may write, the engine says what differs from the image, and that is read from
outside. At the end every process is killed with the container; its files stay, and
are read once more.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import docker

from sandbox.env import harbor_container as containers
from sandbox.env.container import Container
from sandbox.env.engine import talking
from sandbox.env.executing import execute
from sandbox.env.harbor_container import Inside, SizeWatch
from sandbox.env.harbor_reading import LOGS, read_state
from sandbox.env.outside import held_still
from sandbox.env.plain import PlainTools
from sandbox.env.quarters import Quarters
from sandbox.env.stream import NoAnswer
from sandbox.env.workspace import DEFAULT_CALL_SECONDS, FILE_CALL_SECONDS, LEAST_SECONDS, Called, Sealed, Trouble
from sandbox.errors import AgentError, TaskError
from sandbox.harbor.settings import Harbor
from sandbox.harbor.state import Found, laid_out, tree_of
from sandbox.task import SOLUTION, Resources
from sandbox.tooling import Tool
from sandbox.tree import Changes, Tree

# Below this the working directory is read whole, in one request.
SMALL_BYTES = 8 * 1024 * 1024
# Beside the image's own: programs of an agent have no terminal.
QUIET = {"TERM": "dumb", "PAGER": "cat", "GIT_PAGER": "cat"}
SETUP = "setup.sh"
SETUP_SECONDS = 600.0
STOPPED = "the sandbox could not run this tool: the container is out of memory, processes or time"


class HarborEnvironment:
    """One container of a Harbor task, with tools. All methods block."""

    transport = PlainTools.transport

    def __init__(
        self,
        container: Container,
        harbor: Harbor,
        inside: Inside,
        base: Tree,
        given: Sequence[Tree],
        solutions: Sequence[Tree],
    ) -> None:
        """Use `HarborEnvironment.start`."""
        self.container = container
        self._parts = harbor.parts
        self._inside = inside
        self._base = base
        self._given = given
        self._solutions = solutions
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
        solutions: Sequence[Tree],
    ) -> HarborEnvironment:
        """Start a container, wait for its healthcheck, and begin the first step.

        Args:
            inside: what the image says, with the task's own working directory.
            base: the image's own files below it, escaped.
            given: of each step what is laid into the working directory when it begins.
            solutions: for the oracle alone, the reference solution of each step; none for everybody else.

        Raises:
            TaskError: it does not get well.
            SandboxError: it does not come up. Nothing is left behind.
        """
        container = containers.start(
            client, image, labels=labels, resources=resources, network=harbor.network, environment=environment
        )
        try:
            folders = [Found(path=path, kind="dir", mode=0o777, uid=0, gid=0) for path in LOGS]
            containers.put(container, folders)
            containers.await_health(container, harbor.healthcheck, user=inside.user)
            made = cls(container, harbor, inside, base, given, solutions)
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

    @property
    def quarters(self) -> Quarters:
        """As whom and where programs of the task run in it: the user that its agent is."""
        home = self._inside.workdir
        return Quarters(user=self._user, uid=None, workdir=home, environment=QUIET, inherits=True)

    def look(self) -> tuple[Changes, Trouble | None]:
        """What there is now, whoever changed it.

        Raises:
            AgentError, SandboxError: as `call`.
        """
        return self._changes(), None

    def solve(self, command: str) -> None:
        """Run a command of ours as the agent's user, however it ends.

        Raises:
            NoAnswer, SandboxError: as `execute`.
        """
        seconds = self._parts[self._step].agent_seconds
        execute(
            self.container,
            ["sh", "-c", command],
            user=self._user,
            workdir=self._inside.workdir,
            environment=QUIET,
            seconds=seconds,
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
        if self._solutions:
            containers.put(self.container, laid_out(self._solutions[self._step], SOLUTION.strip("/")))
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
