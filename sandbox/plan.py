"""What a run consists of: candidates, conditions, trials. Pure expansion, nothing is started."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from sandbox.condition import CONDITIONS, FAILING_TEST, FIELD, Condition
from sandbox.errors import BadInput
from sandbox.fitting import Pointers, in_words, misses, pointer_for
from sandbox.gap.graded import GRADED, solves
from sandbox.limits import Given, Limits, limits_for
from sandbox.pointing import Pointer
from sandbox.task import Task

ORACLE = "oracle"
NOP = "nop"
GRADED_PREFIX = "graded-"
# What a problem's labelled submissions that are not solutions are called.
WRONG = "wrong_answer"

# File systems take 255 bytes; a turns file deep in a tree has a longer name.
LONGEST_PART = 200
_SECRET = re.compile(r"key|token|secret|passw|auth|credential", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """US dollars for a million tokens. cached_input: of those that the provider had cached; None: as any other."""

    input: float
    output: float
    cached_input: float | None = None

    def cost(self, *, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0) -> float:
        """US dollars for so many tokens; the cached ones are among those of the prompt."""
        cached = min(cached_tokens, prompt_tokens)
        cheaper = self.input if self.cached_input is None else self.cached_input
        millionths = (prompt_tokens - cached) * self.input + cached * cheaper + completion_tokens * self.output
        return millionths / 1e6

    @property
    def dearest(self) -> float:
        """US dollars that one token costs at most."""
        return max(self.input, self.output, self.cached_input or 0.0) / 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A model with its settings, or a script.

    name: what it is called in keys and reports.
    kind: model, oracle, nop, graded (of known strength), variant (a task's own) or file.
    script: the variant's name, the turns file, or who is graded and by which seed; None for a model.
    model: what it is called where it is asked, if that is not its name.
    settings: what else is sent with each request.
    key: the environment variable that holds its key, if it has one of its own.
    system: its system prompt in place of the built-in one.
    prices: its own, which go before any list.
    limits: what its trials may use up, unless other limits are typed.
    """

    name: str
    kind: str
    script: str | None = None
    model: str | None = None
    api_base: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    system: str | None = None
    prices: Prices | None = None
    limits: Given = field(default_factory=dict)

    @property
    def scripted(self) -> bool:
        """Whether it needs no model."""
        return self.kind != "model"

    @property
    def model_name(self) -> str:
        """The model as litellm knows it."""
        return self.model or self.name

    @property
    def told(self) -> dict[str, Any]:
        """What decides its replies, as logs, locks and recordings tell of it."""
        facts = {} if self.model is None else {"model": self.model}
        if self.system is not None:
            facts["system_sha256"] = hashlib.sha256(self.system.encode("utf-8", "surrogatepass")).hexdigest()
        return {**facts, **_without_secrets(self.settings)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One (task, candidate, condition, repeat), and what it may use up.

    terms: the condition; None: the bundled one of that name. pointer: to the fix, where the condition gives it away.
    probed: whether the states it went through are looked into, beside the one that its verdict is about.
    """

    task: Task
    candidate: Candidate
    condition: str
    repeat: int
    limits: Limits
    terms: Condition | None = None
    pointer: Pointer | None = None
    probed: bool = True

    @property
    def key(self) -> str:
        """suite/task/candidate/condition/n, each part fit for a path; names the trial in a run."""
        parts = (self.task.suite, self.task.id, self.candidate.name, self.condition, str(self.repeat))
        return "/".join(encoded(part) for part in parts)

    @property
    def how(self) -> Condition:
        """How the candidate meets the task."""
        return self.terms or CONDITIONS[self.condition]

    @property
    def rung(self) -> str:
        """The rung of the ladder that this trial stands on."""
        return self.how.rung(self.task)

    @property
    def plays(self) -> Candidate:
        """Whose script is played here: a graded candidate hands in the reference, or what does not do."""
        if self.candidate.kind != "graded":
            return self.candidate
        assert self.candidate.script is not None, "a graded candidate has its name there"
        name, _, seed = self.candidate.script.partition("@")
        item = self.task.item or self.task.name
        if solves(name, item=item, rung=self.rung, repeat=self.repeat, seed=int(seed or 0)):
            return Candidate(name=self.candidate.name, kind=ORACLE, script=ORACLE)
        if self.task.problem is not None and self.task.has_variant(WRONG):
            return Candidate(name=self.candidate.name, kind="variant", script=WRONG)
        return Candidate(name=self.candidate.name, kind=NOP, script=NOP)

    def draw(self, what: str) -> random.Random:
        """Chance for one thing of this trial: the same for all candidates, and each time that it is run."""
        named = json.dumps([self.how.seed, self.task.name, self.repeat, what])
        return random.Random(hashlib.sha256(named.encode("ascii")).hexdigest())

    @property
    def asked(self) -> Task:
        """The task in the words in which it is asked here."""
        wordings = [name for name in self.how.noise.wordings if name in self.task.wordings]
        return self.task.worded(self.draw("wording").choice(wordings)) if wordings else self.task

    @property
    def looks_first(self) -> bool:
        """Whether the untouched workspace is judged before anybody is asked: what is told hangs on it."""
        return bool(self.rounds) or (self.pointer is not None and FAILING_TEST in self.how.prompt.given)

    @property
    def rounds(self) -> int:
        """How often bugs are reported at most; 0 where none is."""
        return self.how.rounds

    @property
    def submissions(self) -> int:
        """How many programs may be handed in; 0 where the task is no problem."""
        return 0 if self.task.problem is None else self.how.submissions


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The trials of a run in the order in which they start, and what was left out and why.

    limits: those that were typed; what stands nowhere else is a default, resolved in each trial.
    retired: tasks that are run no more, by name, and why. versions: of suites that say one, by name.
    """

    trials: tuple[Trial, ...]
    left_out: tuple[str, ...]
    limits: Given = field(default_factory=dict)
    retired: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def limited(self) -> Given:
        """The limits that were typed, and names that conditions limit, whose bounds may differ from one to another."""
        of_conditions = {name: bound for trial in self.trials for name, bound in trial.how.limits.items()}
        return {**of_conditions, **self.limits}


def _without_secrets(value: Any, name: str = "") -> Any:
    """Settings as they may be written down: in place of what is named like a secret, its hash."""
    if isinstance(value, Mapping):
        return {key: _without_secrets(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets(inner, name) for inner in value]
    if isinstance(value, str) and _SECRET.search(name):
        digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
        return f"<hidden, sha256 {digest[:12]}>"
    return value


@lru_cache(maxsize=4096)
def encoded(name: str) -> str:
    """A name as one component of a path; what a path would not take is percent-encoded."""
    text = quote(name, safe=":@+=,", errors="surrogateescape")
    if len(text) > LONGEST_PART:
        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        # The end of a path tells more than its beginning does.
        text = f"{digest}~{text[-LONGEST_PART + 20 :]}"
    return text.replace(".", "%2E") if set(text) == {"."} else text


def parse_candidate(name: str, *, api_base: str | None = None, settings: Mapping[str, Any] | None = None) -> Candidate:
    """A candidate from what was typed after --model.

    Raises:
        BadInput: an empty name, or no graded candidate of that name.
    """
    kind, _, script = name.partition(":")
    if kind == "scripted" and script:
        if script in (ORACLE, NOP):
            return Candidate(name=name, kind=script, script=script)
        if script.startswith(GRADED_PREFIX):
            return Candidate(name=name, kind="graded", script=_graded(name, script.removeprefix(GRADED_PREFIX)))
        return Candidate(name=name, kind="file" if script.endswith(".jsonl") else "variant", script=script)
    if not name or kind == "scripted":
        raise BadInput(
            f"--model {name!r}: name a model, scripted:oracle, scripted:nop, scripted:VARIANT or scripted:FILE"
        )
    return Candidate(name=name, kind="model", api_base=api_base, settings=dict(settings or {}))


def _graded(name: str, script: str) -> str:
    who, at, seed = script.partition("@")
    if who not in GRADED:
        raise BadInput(f"--model {name}: no candidate is graded so (known: {', '.join(GRADED)})")
    if at and not (seed.isascii() and seed.isdigit() and len(seed) < 10):
        raise BadInput(f"--model {name}: {seed!r} is no seed; write {GRADED_PREFIX}{who}@7, or without @")
    return script


def make_plan(
    tasks: Sequence[Task],
    candidates: Sequence[Candidate],
    conditions: Iterable[str],
    repeats: int,
    limits: Given | None = None,
    known: Mapping[str, Condition] = CONDITIONS,
    pointers: Pointers | None = None,
) -> Plan:
    """Expand a run: for each repeat, each task, each condition, each candidate.

    Args:
        limits: what was typed after --limit; it holds for every trial, whatever conditions and candidates say.
        known: the conditions that there are, by name.
        pointers: to the fixes of tasks, by name, or why there is none, for conditions that give them away.

    Raises:
        BadInput: an unknown condition, a variant that no task has, nothing left to run.
    """
    conditions = list(dict.fromkeys(conditions)) or [FIELD.name]
    limits = dict(limits or {})
    for condition in conditions:
        if condition not in known:
            raise BadInput(f"--condition {condition}: unknown (known: {', '.join(known)})")
    left_out = [note for candidate in candidates for note in _left_out(candidate, tasks)]
    pointers = pointers or {}
    missed = {(task.name, name): misses(known[name], task, pointers) for name in conditions for task in tasks}
    left_out += in_words(missed)
    trials = [
        Trial(
            task=task,
            candidate=candidate,
            condition=condition,
            repeat=repeat,
            limits=limits_for(
                {**candidate.limits, **known[condition].limits, **limits},
                scripted=candidate.scripted,
                task_seconds=task.agent_seconds,
                turns=known[condition].rounds or len(task.steps) or 1,
            ),
            terms=known[condition],
            pointer=pointer_for(known[condition], task, pointers),
        )
        for repeat in range(repeats)
        for task in tasks
        for condition in conditions
        for candidate in candidates
        if _applies(candidate, task) and not missed[task.name, condition]
    ]
    if not trials:
        raise BadInput("; ".join(["nothing is left to run", *left_out[:3]]))
    return Plan(trials=tuple(trials), left_out=tuple(left_out), limits=limits)


def _applies(candidate: Candidate, task: Task) -> bool:
    return candidate.kind != "variant" or (candidate.script is not None and task.has_variant(candidate.script))


def _left_out(candidate: Candidate, tasks: Sequence[Task]) -> list[str]:
    without = [task.name for task in tasks if not _applies(candidate, task)]
    if len(without) == len(tasks):
        known = sorted({variant for task in tasks for variant in task.variants})
        raise BadInput(
            f"--model {candidate.name}: no task has a variant of that name "
            f"(known: {', '.join([ORACLE, NOP, *known])}; a file of turns ends in .jsonl)"
        )
    return [f"{name}: has no variant {candidate.script}, left out for {candidate.name}" for name in without]
