"""One submission's container: built once, then case after case. Blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.cp.build_cache import BuildCache
from sandbox.cp.building import ENVIRONMENT, VALIDATOR_PLACE, Recipe, recipe_of
from sandbox.cp.problem import Case, Problem, Program, Verdict
from sandbox.cp.tally import CaseResult
from sandbox.cp.verdicts import MIB, Clocks, read_run
from sandbox.env.cp_place import Host, Room
from sandbox.env.stream import Broken, NoAnswer
from sandbox.errors import AgentError, SandboxError
from sandbox.tree import FILE, Entry, pack

# MiB of one binary, and of compilers' own files.
BINARY_MB = 64
# By the clock: so many times the CPU time that a compiler or validator may take.
SLACK = 3.0
# So many times the wall limit a program may take that gets no core; as in sandbox/guest/cp_process.py.
PATIENCE = 20.0
# Seconds in which the runner answers, beyond all that it may wait for.
ANSWER_SECONDS = 60.0
# How often a case is tried in a new container when the old one is lost.
ATTEMPTS = 2


class Stopped(SandboxError):
    """Judging was called off."""


class Signal(Protocol):
    """What says that judging is called off, as threading.Event does."""

    def is_set(self) -> bool:
        """Whether it is."""
        ...


class DoesNotCompile(Exception):
    """A program does not compile; says what the compiler said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A program that can be laid into containers. binary: empty where it needs none."""

    recipe: Recipe
    binary: bytes


class Session:
    """A place where one submission is judged. Used by one thread; `close` it.

    Args:
        core: the one that its container is held to.
        stop: says that judging is called off.
    """

    def __init__(
        self, host: Host, problem: Problem, program: Program, *, cache: BuildCache, core: int | None, stop: Signal
    ) -> None:
        self._host, self._problem, self._cache, self._core, self._stop = host, problem, cache, core, stop
        self._name = f"{problem.id}/{program.name}"
        self._recipe = recipe_of(program, problem.include.get(program.language))
        self._checker = recipe_of(problem.validator) if problem.validator else None
        self._submission: Built | None = None
        self._validator: Built | None = None
        self._room: Room | None = None
        self._files_mb = _files_mb(problem)

    def build(self) -> str:
        """Compile the validator and the submission, as far as that has not been done before; what the compiler said.

        Raises:
            DoesNotCompile: the submission does not.
            SandboxError: the validator does not, the container is lost, or judging was called off.
        """
        limits = self._problem.limits
        if self._checker is not None:
            try:
                self._validator, _ = self._built(self._checker, limits.compilation_time, limits.compilation_memory)
            except DoesNotCompile as exc:
                raise SandboxError(f"{self._problem.id}: the output validator does not compile: {exc}") from exc
        self._submission, said = self._built(self._recipe, limits.compilation_time, limits.compilation_memory)
        self._lay()
        return said

    def run(self, case: Case, clocks: Clocks) -> CaseResult:
        """Judge one case, once.

        Raises:
            SandboxError: no container lasts long enough, or judging was called off.
        """
        for left in reversed(range(ATTEMPTS)):
            try:
                return self._run(case, clocks)
            except NoAnswer as exc:
                lost = self._blamed(exc)
                self.close()
                if isinstance(lost, AgentError):
                    return CaseResult(verdict=Verdict.MLE, message=str(lost))
                if not left and lost is exc and not isinstance(exc, Broken):
                    # Twice the runner was starved or ended in a container that is well: nobody else can do that.
                    return CaseResult(verdict=Verdict.RTE, message=str(lost))
                if not left:
                    raise lost from exc
            self._lay()
        raise AssertionError("the last attempt returns or raises")

    def close(self) -> None:
        """Remove the container, if there is one.

        Raises:
            SandboxError: the engine does not answer.
        """
        room, self._room = self._room, None
        if room is not None:
            room.close()

    def _run(self, case: Case, clocks: Clocks) -> CaseResult:
        problem = self._problem
        assert self._room is not None, "built before"
        self._look_for_stop()
        files = pack({name: Entry(FILE, data) for name, data in sorted(case.files.items())}) if case.files else b""
        request = self._request(case, clocks)
        answer = case.answer if request["validated"] else b""
        seconds = PATIENCE * (clocks.wall + request["validation"]["wall"]) + ANSWER_SECONDS
        facts, output = self._room.ask(request, case.input, files, answer, seconds=seconds)
        return read_run(facts, output, problem=problem, case=case, clocks=clocks)

    def _request(self, case: Case, clocks: Clocks) -> dict[str, Any]:
        limits = self._problem.limits
        validation = {
            "run": [],
            "args": list(case.validator_args),
            "cpu": limits.validation_time,
            "wall": SLACK * limits.validation_time,
            "memory": limits.validation_memory * 1024,
            "output": limits.validation_output * MIB,
        }
        if self._validator is not None:
            validation["run"] = list(self._validator.recipe.run(VALIDATOR_PLACE))
        return {
            "do": "case",
            "run": list(self._recipe.run()),
            "args": list(case.args),
            "env": ENVIRONMENT,
            "cpu": clocks.stop,
            "wall": clocks.wall,
            "memory": limits.memory * 1024,
            "output": limits.output * MIB,
            "writable": self._problem.may_write_files,
            "interactive": self._problem.is_interactive,
            "validated": self._validator is not None,
            "validation": validation,
        }

    def _built(self, recipe: Recipe, seconds: float, memory_mb: int) -> tuple[Built, str]:
        key = recipe.digest(self._host.image_id)
        kept = self._cache.get(key)
        if kept is not None:
            return Built(recipe=recipe, binary=kept), ""
        facts, binary = self._compiled(recipe, seconds, memory_mb)
        said = str(facts["said"])
        if why := _compile_failure(facts, binary, recipe, memory_mb):
            raise DoesNotCompile(f"{why}\n{said}".strip())
        self._cache.put(key, binary)
        return Built(recipe=recipe, binary=binary), said

    def _compiled(self, recipe: Recipe, seconds: float, memory_mb: int) -> tuple[Mapping[str, Any], bytes]:
        self._look_for_stop()
        request = {
            "do": "build",
            "run": list(recipe.compile),
            "env": ENVIRONMENT,
            "cpu": seconds,
            "wall": SLACK * seconds,
            "memory": memory_mb * 1024,
            "output": BINARY_MB * MIB,
        }
        room = self._opened()
        try:
            return room.ask(request, recipe.archive(), seconds=PATIENCE * SLACK * seconds + ANSWER_SECONDS)
        except NoAnswer as exc:
            lost = self._blamed(exc)
            self.close()
            if isinstance(lost, AgentError):
                raise DoesNotCompile(str(lost)) from exc
            raise lost from exc

    def _opened(self) -> Room:
        if self._room is None:
            limits = self._problem.limits
            most = max(limits.memory, limits.compilation_memory, limits.validation_memory if self._checker else 0)
            self._room = self._host.room(memory_mb=most, files_mb=self._files_mb, core=self._core, name=self._name)
        return self._room

    def _lay(self) -> None:
        """Put what was built into the container, a new one where the old one is lost."""
        self._look_for_stop()
        room = self._opened()
        assert self._submission is not None
        for where, built in (("program", self._submission), ("validator", self._validator)):
            if built is not None:
                archive = built.recipe.archive()
                room.ask({"do": "lay", "where": where}, archive, built.binary, seconds=ANSWER_SECONDS)

    def _blamed(self, failure: NoAnswer) -> SandboxError | AgentError:
        """Who is to blame that the runner is not there any more."""
        self._look_for_stop()
        assert self._room is not None
        try:
            self._room.container.blame(failure)
        except (AgentError, SandboxError) as exc:
            return exc
        return failure

    def _look_for_stop(self) -> None:
        if self._stop.is_set():
            raise Stopped("judging was called off")


def _compile_failure(facts: Mapping[str, Any], binary: bytes, recipe: Recipe, memory_mb: int) -> str | None:
    """Why nothing came of compiling; None where something did."""
    if facts["over"] in ("cpu", "wall"):
        return "the compiler took too long"
    if facts["over"] == "memory" or facts["kills"]:
        return f"the compiler took more than {memory_mb} MiB"
    if facts["exit"]:
        return "does not compile"
    return "the compiler made no program" if recipe.makes_binary and not binary else None


def _files_mb(problem: Problem) -> int:
    """MiB of files that lie in a container at a time, at most."""
    largest = max(
        (len(case.input) + len(case.answer) + sum(map(len, case.files.values())) for case in problem.data.cases()),
        default=0,
    )
    limits = problem.limits
    writable = 2 * limits.output if problem.may_write_files else 0
    return 2 * (largest // MIB + 1) + 2 * limits.output + 2 * limits.validation_output + writable + 3 * BINARY_MB
