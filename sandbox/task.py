"""A task, as plain data.

    Task                what is asked, in which bounds, and how it is judged
    ├── Resources       the bounds of its containers
    ├── Release         the recipe: which two releases of which repo, and what is put in their place
    ├── Step ...        the issues of a chain, one after another on the candidate's own state
    ├── Judge           kind, clocks, canaries
    ├── Bug ...         identified wrong behaviours with their hidden tests
    ├── Service ...     what stands beside the agent
    └── Spec            what the services must end in

Made by `sandbox.loader` from a directory; this module reads no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.cp.brief import Brief
from sandbox.harbor.settings import Harbor
from sandbox.mcp.settings import McpServer
from sandbox.openapi.settings import Operation
from sandbox.outcomes.spec import Spec
from sandbox.serving.declared import Service

WORKSPACE = "/workspace"
# Where the reference solution lies, in the oracle's container and no other.
SOLUTION = "/solution"

# Harbor leaves these to the runner when a task does not say; these are ours.
DEFAULT_CPUS = 1.0
DEFAULT_MEMORY_MB = 2048
DEFAULT_STORAGE_MB = 512
DEFAULT_AGENT_SECONDS = 1800.0
DEFAULT_VERIFIER_SECONDS = 600.0
DEFAULT_TEST_SECONDS = 30.0
DEFAULT_BUILD_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Bounds of the agent's and of the judge's container."""

    cpus: float = DEFAULT_CPUS
    memory_mb: int = DEFAULT_MEMORY_MB
    storage_mb: int = DEFAULT_STORAGE_MB
    pids: int = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A function or class of the old release that gives way to one of our own making.

    file: in the workspace. name: qualified, as `Class.method`. source: a file below the task's
    directory that holds nothing but the new definition.
    """

    file: str
    name: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """A small bug put into a function of the old release, without a word of its code (see `sandbox.mutation`).

    file: in the workspace. name: of the function, qualified, as `Class.method`. operator: in which way it is changed.
    place: the how-manieth candidate of that operator in the function, from 0. before, after: SHA-256 of the
    function's source without and with the bug.
    """

    file: str
    name: str
    operator: str
    place: int
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A recipe: the workspace is `old` of `repo`, hidden tests and reference come from `new`.

    With replacements or mutations the two may be the same: what was changed is what has to be put right.
    """

    repo: str
    old: str
    new: str
    replacements: tuple[Replacement, ...] = ()
    mutations: tuple[Mutation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One issue of a chain.

    release: the version whose tests judge the step and whose source is its reference; None for a
    task that brings them in steps/NAME. dead: hidden ids that the reference of this step does not pass.
    """

    name: str
    instruction: str
    release: str | None = None
    dead: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """An identified wrong behaviour: fixed when all its hidden tests pass.

    `fixed_at` is the ISO date of the public fix, or None for a bug of our own making; `step` the
    step of a chain that asks for it, None where there are no steps.
    """

    id: str
    tests: tuple[str, ...]
    report: str | None = None
    fixed_at: str | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The same task in other words, as in few or in another language. reports: of bugs, by id, as far as there are."""

    instruction: str
    reports: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """How to call the code under test for a test that must fail."""

    setup: str
    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """How the outcome is checked. Times in seconds."""

    kind: str
    test_timeout: float = DEFAULT_TEST_SECONDS
    suite_timeout: float = DEFAULT_VERIFIER_SECONDS
    canaries: tuple[Canary, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """Why a task is run no more, and since which day (ISO 8601)."""

    reason: str
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task. `suite` and `id` name it; `digest` is SHA-256 over its directory.

    harbor: of a plain Harbor task what it says of its containers; None for any other.
    problem: of a competitive-programming problem what is known of it without its data; None for any other.
    wordings: what is asked in other words, by name. services: what it integrates with. outcome: what these must end in;
    None where hidden tests alone decide.
    operations: of its OpenAPI documents, each a tool. mcp_servers: whose tools are offered as well.
    retired: None: it is run. held_out: whether a suite says that only aggregates are told of it.
    """

    suite: str
    id: str
    path: str
    digest: str
    instruction: str
    rung: str
    judge: Judge
    bugs: tuple[Bug, ...]
    guards: tuple[str, ...] = ()
    release: Release | None = None
    resources: Resources = Resources()
    agent_seconds: float = DEFAULT_AGENT_SECONDS
    build_seconds: float = DEFAULT_BUILD_SECONDS
    item: str | None = None
    category: str | None = None
    difficulty: str | None = None
    domain: str | None = None
    tools: tuple[str, ...] | None = None
    variants: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    harbor: Harbor | None = None
    problem: Brief | None = None
    wordings: Mapping[str, Wording] = field(default_factory=dict)
    retired: Retired | None = None
    held_out: bool = False
    operations: tuple[Operation, ...] = ()
    mcp_servers: tuple[McpServer, ...] = ()
    services: tuple[Service, ...] = ()
    outcome: Spec | None = None

    @property
    def name(self) -> str:
        """suite/id, as people write it."""
        return f"{self.suite}/{self.id}"

    @property
    def package(self) -> str | None:
        """The package whose releases it is made of; None for code of the task's own."""
        return None if self.release is None else self.release.repo

    @property
    def kind(self) -> str:
        """chain (issues one after another), mutation (of a release, by our hand), release, problem, or own."""
        if self.problem is not None:
            return "problem"
        if self.steps:
            return "chain"
        if self.release is None:
            return "own"
        if self.release.replacements or self.release.mutations:
            return "mutation"
        return "own" if self.release.old == self.release.new else "release"

    @property
    def fixed_at(self) -> str | None:
        """The latest ISO date on which one of its bugs was fixed in public; None if none was, as far as is known."""
        return max((bug.fixed_at for bug in self.bugs if bug.fixed_at is not None), default=None)

    def has_variant(self, name: str) -> bool:
        """Whether it has a candidate of its own of that name; of a problem, a label names its first submission."""
        return name in self.variants or (self.problem is not None and name in self.problem.labels)

    def worded(self, name: str) -> Task:
        """The task in other words of its own; what these do not say it says as before."""
        wording = self.wordings[name]
        bugs = [replace(bug, report=wording.reports.get(bug.id, bug.report)) for bug in self.bugs]
        return replace(self, instruction=wording.instruction, bugs=tuple(bugs))

    @property
    def hidden_ids(self) -> tuple[str, ...]:
        """Every hidden test id, bugs first, each once."""
        ids = [test for bug in self.bugs for test in bug.tests] + list(self.guards)
        return tuple(dict.fromkeys(ids))

    def at_step(self, index: int) -> Task:
        """The task as it is judged after a step of its chain: the bugs asked for so far, the tests that are live.

        A task without steps is judged as a whole.
        """
        if not self.steps:
            return self
        asked = [step.name for step in self.steps[: index + 1]]
        dead = self.steps[index].dead
        bugs = [
            replace(bug, tests=tuple(test for test in bug.tests if test not in dead))
            for bug in self.bugs
            if bug.step in asked
        ]
        return replace(
            self,
            bugs=tuple(bug for bug in bugs if bug.tests),
            guards=tuple(test for test in self.guards if test not in dead),
        )


# Harbor's fields that this version reads and does not act on, with what happens instead.
UNSUPPORTED: Mapping[str, str] = {
    "environment.docker_image": "the image is built from environment/ or from the recipe",
    "environment.gpu_types": "no accelerator is attached",
    "environment.tpu": "no accelerator is attached",
    "environment.skills_dir": "no skills are offered",
    "environment.healthcheck": "the container counts as ready once its workspace is laid out",
    "environment.workdir": f"the workspace is {WORKSPACE}",
    "environment.allowed_hosts": "containers run without a network",
    "environment.memory": "write memory_mb",
    "environment.storage": "write storage_mb",
    "agent.user": "the agent always runs as 1000:1000",
    "agent.network_mode": "containers run without a network",
    "agent.allowed_hosts": "containers run without a network",
    "verifier.env": "the judge's environment is fixed",
    "verifier.user": "the judge's users are fixed",
    "verifier.network_mode": "containers run without a network",
    "verifier.allowed_hosts": "containers run without a network",
    "verifier.environment_mode": "the judge always has a container of its own",
    "verifier.environment": "the judge's container is made from the task's image",
    "verifier.collect": "no artifacts are collected",
    "solution.env": "the reference solution runs in the agent's environment",
    "multi_step_reward_strategy": "every step is judged and reported on its own",
    "artifacts": "no artifacts are collected",
}


def notes_on(document: Mapping[str, Any], known: Mapping[str, Any]) -> tuple[str, ...]:
    """What a reader of task.toml must be told: fields not acted on, keys nobody knows.

    Args:
        document: task.toml as read.
        known: the JSON Schema of task.toml, for the keys that it names.
    """
    notes = [f"{field} is not supported: {instead}" for field, instead in UNSUPPORTED.items() if _has(document, field)]
    environment = document.get("environment", {})
    if environment.get("network_mode", "no-network") != "no-network" or environment.get("allow_internet"):
        notes.append("environment asks for a network: containers run without one")
    for table in ("", "agent", "verifier", "environment", "solution", "task"):
        prefix = f"{table}." if table else ""
        notes += [f"{prefix}{key} is unknown and ignored" for key in _unknown(document, table, known)]
    return tuple(notes)


def _has(document: Mapping[str, Any], dotted: str) -> bool:
    node: Any = document
    for part in dotted.split("."):
        if not isinstance(node, Mapping) or part not in node:
            return False
        node = node[part]
    return True


def _unknown(document: Mapping[str, Any], table: str, schema: Mapping[str, Any]) -> list[str]:
    node = document.get(table, {}) if table else document
    properties = schema["properties"]
    if table:
        here = properties[table]
        here = schema["$defs"][here["$ref"].rpartition("/")[2]] if "$ref" in here else here
        properties = here["properties"]
    return sorted(set(node) - set(properties))
