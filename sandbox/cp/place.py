"""The place of a trial of a problem: no container for the candidate, and a judge for what it hands in.

in the field  one submission; it is kept, answered without a word on it, and judged once the turn is over
in the lab    several; each is judged at once and answered with its verdict

A submission is kept as a tree of one file, in a blob.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Any

import anyio

from sandbox.cp.asking import verdict_told
from sandbox.cp.brief import Brief
from sandbox.cp.handed_in import NOTHING, check_data, checks_in
from sandbox.cp.judge_text import submission_data
from sandbox.cp.languages import LANGUAGES, language_of
from sandbox.cp.programs import make_program
from sandbox.cp.run_judge import ProblemJudge, Timed, facts
from sandbox.events import Event
from sandbox.journal import Journal
from sandbox.kit import NO_TESTS, Kit
from sandbox.plan import Trial
from sandbox.tooling import Tool
from sandbox.tree import FILE, Entry, Tree, changed, git_hash, pack

FILE_NAME = "solution"
RECEIVED = "Received."


class AtJudge:
    """The place of one trial of a problem."""

    def __init__(self, kit: Kit, trial: Trial, journal: Journal) -> None:
        self.tools = kit.tools
        self._kit = kit
        self._trial = trial
        self._journal = journal

    def __enter__(self) -> AtJudge:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        pass

    @property
    def brief(self) -> Brief:
        """What is known of the problem."""
        brief = self._trial.task.problem
        assert brief is not None, "this is the place of a problem"
        return brief

    @property
    def _judge(self) -> ProblemJudge:
        judge = self._kit.surroundings
        assert isinstance(judge, ProblemJudge), "the kit of a problem has one"
        return judge

    def workbench(self) -> AbstractAsyncContextManager[Window]:
        """Where programs are handed in."""
        return self._workbench()

    @asynccontextmanager
    async def _workbench(self) -> AsyncIterator[Window]:
        limits = self.brief.limits
        self._journal.write(
            "env.ready",
            {
                "image": self._kit.image,
                "container": "",
                "transport": "none",
                "source": git_hash({}),
                "bounds": {"memory_mb": limits.memory, "output_mb": limits.output, "code_kb": limits.code},
                "tools": {name: tool.digest for name, tool in self.tools.items()},
                "facts": facts(self._judge),
                "seconds": 0.0,
            },
        )
        yield Window(self, self._journal, self._trial.submissions)

    async def judge_start(self) -> None:
        """Nothing: nobody has written anything yet."""

    async def probe(self) -> None:
        """Nothing: a program that failed does not say which bug came back."""

    async def judge(self, tree: Tree, ended: Event) -> None:
        """Judge what was handed in by the end of the turn, and write down what was found.

        Raises:
            SandboxError, TaskError: as `ProblemJudge.judge`.
        """
        self.write_down(await self.judged(tree), ended)

    async def judged(self, tree: Tree) -> dict[str, Any]:
        """What `check.ran` says of a submission, equal ones being judged once in a run; and `compiler`.

        Raises:
            SandboxError, TaskError: as `ProblemJudge.judge`.
        """
        started = time.monotonic()
        timed, cached = await self._judged(tree) if tree else (None, False)
        answer: Mapping[str, Any] = NOTHING
        if timed is not None:
            (name,) = tree
            outcome, compiler = timed.judgement.outcome, timed.judgement.compiler
            told = submission_data(name, language_of([name]) or "", outcome, compiler)
            answer = {**told, "subtasks": list(outcome.subtasks)}
        before = [check.data for check in checks_in(self._journal.events)]
        return {
            "judge": self._trial.task.judge.kind,
            "purpose": "score",
            "exam": 0,
            "source": git_hash(tree),
            "tests_digest": self._kit.exams[0].digest,
            "cached": cached,
            **NO_TESTS,
            **check_data(self.brief.as_data(), answer, before),
            "answer": self._journal.blob(json.dumps(answer).encode("ascii")),
            "suite_seconds": 0.0 if timed is None else timed.seconds,
            "seconds": time.monotonic() - started,
        }

    def compiler_said(self, found: Mapping[str, Any]) -> str:
        """What the compiler said of a submission that was judged."""
        return str(json.loads(self._journal.read_blob(found["answer"])).get("compiler_output", ""))

    def write_down(self, found: Mapping[str, Any], ended: Event) -> None:
        """Write down what was found of the submission of a checkpoint."""
        self._journal.write("check.ran", found, cause=ended)

    async def _judged(self, tree: Tree) -> tuple[Timed, bool]:
        judge, key = self._judge, git_hash(tree)
        async with judge.locks.setdefault(key, anyio.Lock()):
            if (known := judge.judged.get(key)) is not None:
                return known, True
            ((name, entry),) = tree.items()
            program = make_program(
                name, {name: entry.data}, language=language_of([name]), included=judge.problem.include
            )
            async with self._kit.judge_places:
                began = time.monotonic()
                found = Timed(judgement=await judge.judge(program), seconds=time.monotonic() - began)
            judge.judged[key] = found
            return found, False


class Window:
    """Where a candidate hands in. Everything that happens there is written down in the journal.

    Args:
        submissions: how many it has; with one it is told nothing of how that was judged.
    """

    def __init__(self, place: AtJudge, journal: Journal, submissions: int) -> None:
        self._place = place
        self._journal = journal
        self._left = submissions
        self._tells = submissions > 1
        self._tree: dict[str, Entry] = {}
        self._new: Tree | None = None
        self._found: dict[str, Any] | None = None

    async def run(self, tool: Tool, arguments: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Take a submission; the data of `tool.returned`. `seconds` are the candidate's, and none of them pass here.

        Raises:
            SandboxError, TaskError: as `ProblemJudge.judge`.
        """
        language = arguments["language"]
        if language not in self._place.brief.languages:
            names = ", ".join(self._place.brief.languages)
            return _answer(f"{language} is not among the languages of this problem ({names})", status="refused")
        self._new = {FILE_NAME + LANGUAGES[language].suffixes[0]: Entry(FILE, _encoded(arguments["source"]))}
        self._left -= 1
        if not self._tells:
            return _answer(RECEIVED, final=True)
        self._found = await self._place.judged(self._new)
        compiler = self._place.compiler_said(self._found)
        said = verdict_told(self._place.brief, self._found, left=self._left, compiler=compiler)
        return _answer(said, final=self._found["solved"] or not self._left)

    async def settle(self, returned: Event, tool: Tool, arguments: Mapping[str, Any]) -> None:
        """Keep what was handed in, and what was found of it."""
        new, self._new = self._new, None
        if new is None:
            return
        data = {**self._state(new), "blob": self._journal.blob(pack(new)), "sealed": False}
        self._tree = dict(new)
        self._journal.write("tree.saved", data, cause=returned)
        found, self._found = self._found, None
        if found is not None:
            facts = {"tier": "T0", "reason": "submit", "claims_done": False}
            ended = self._journal.write("checkpoint", facts, cause=returned)
            self._place.write_down(found, ended)

    async def look_alive(self) -> None:
        """There is nothing that could be gone."""

    async def hold(self, ended: Event) -> Tree:
        """What was handed in last."""
        return self._tree

    async def seal(self, ended: Event) -> Tree:
        """What was handed in last; empty where nothing was."""
        tree = self._tree
        size = sum(len(entry.data) for entry in tree.values())
        counts = {"differs": False, "files": len(tree), "bytes": size, "skipped": 0, "killed": None}
        data = {**self._state(tree), "sealed": True, **counts, "blob": self._journal.blob(pack(tree))}
        self._journal.write("tree.saved", data, cause=ended)
        return tree

    def _state(self, tree: Tree) -> dict[str, Any]:
        names = changed(self._tree, tree)
        gone = [name for name in names if name not in tree]
        return {
            "raw": git_hash(tree),
            "source": git_hash(tree),
            "commit": None,
            "changed": len(names) - len(gone),
            "gone": len(gone),
            "paths": names,
            "over": None,
            "seconds": 0.0,
        }


def _encoded(source: str) -> bytes:
    """The file that a source makes; of what is no text, the bytes that it stands for."""
    try:
        return source.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return source.encode("utf-8", "surrogatepass")


def _answer(text: str, *, status: str = "ok", final: bool = False) -> dict[str, Any]:
    """The data of `tool.returned`. final: the turn ends with it."""
    data = text.encode("utf-8", "surrogatepass")
    return {
        "status": status,
        "output": text,
        "exit_code": None,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "truncated": False,
        "replaced": False,
        "seconds": 0.0,
        **({"final": True} if final else {}),
    }
