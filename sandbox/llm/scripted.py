"""Candidates without a model: the oracle, the one that does nothing, and turns from a file."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.cp.brief import ACCEPTED
from sandbox.detect.provider import failure_in
from sandbox.errors import BadInput
from sandbox.harbor.settings import Harbor
from sandbox.limits import Charge
from sandbox.llm.client import Answer, Message
from sandbox.loader import load_turns
from sandbox.plan import NOP, ORACLE, Candidate
from sandbox.task import SOLUTION, Task
from sandbox.tooling import SUBMIT_SOLUTION

SOLVE = "solve.sh"
# Seconds that one command may take.
LONGEST_CALL = 600

DONE = {"role": "assistant", "content": "I am done."}


class ScriptedClient:
    """Serves one prepared turn after the other, then says that it is done.

    Args:
        persistent: whether it makes a call once more that was stopped.
    """

    def __init__(self, turns: Sequence[Mapping[str, Any]], *, persistent: bool = False) -> None:
        self._turns = iter(turns)
        self._persistent = persistent
        self._said: Mapping[str, Any] = DONE

    async def ask(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Answer:
        """The next turn; no time passes, no token and no money is counted.

        Raises:
            ProviderError: it is a body that tells of a failure of the provider.
        """
        if not (self._persistent and _was_stopped(messages)):
            self._said = next(self._turns, DONE)
        turn = self._said
        document = turn["raw"] if "raw" in turn else _completion(turn)
        if (failure := failure_in(document)) is not None:
            raise failure
        return Answer(
            body=json.dumps(document).encode("ascii"),
            raw=True,
            document=document,
            seconds=0.0,
            prompt_tokens=0,
            completion_tokens=0,
            usage_known=True,
            cost_usd=0.0,
            charge=Charge(tokens=0, cost_usd=0.0),
        )

    async def close(self) -> None:
        """Nothing is held."""


def _was_stopped(messages: Sequence[Message]) -> bool:
    """Whether the last call was stopped, as `agent.as_text` tells it."""
    last = messages[-1] if messages else {}
    return last.get("role") == "tool" and str(last.get("content")).rpartition("\n")[2].startswith("[stopped")


def _completion(message: Mapping[str, Any]) -> dict[str, Any]:
    finish = "tool_calls" if message.get("tool_calls") else "stop"
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    return {"object": "chat.completion", "model": "scripted", "choices": [choice]}


def _call(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"content": None, "tool_calls": [{"id": f"call_{name}", "type": "function", "function": function}]}


def oracle_turns(task: Task) -> Sequence[Mapping[str, Any]]:
    """Apply the reference solution and hand in; in a chain once for each step."""
    if task.harbor is not None:
        return _harbor_turns(task, task.harbor)
    if task.problem is not None:
        return _submitting(task, ACCEPTED)
    places = [f"{SOLUTION}/{step.name}" for step in task.steps] or [SOLUTION]
    return [
        turn for place in places for turn in (_call("bash", {"command": f"bash {place}/solve.sh"}), _call("submit", {}))
    ]


def _submitting(task: Task, name: str) -> Sequence[Mapping[str, Any]]:
    """Hand in a labelled submission of a problem."""
    found = None if task.problem is None else task.problem.labelled(name)
    if found is None:
        raise BadInput(f"{task.name}: submissions/{name} has no program of one file that could be handed in")
    (source,) = found.program.files.values()
    # What is no UTF-8 comes back as the same bytes.
    text = source.decode("utf-8", "surrogateescape")
    return [_call(SUBMIT_SOLUTION, {"language": found.program.language, "source": text})]


def harbor_command(harbor: Harbor) -> str:
    """The command line by which the reference solution of a Harbor task is applied."""
    variables = {"DEBIAN_FRONTEND": "noninteractive", **harbor.solution_env}
    return f"env {shlex.join(f'{name}={value}' for name, value in variables.items())} {SOLUTION}/{SOLVE}"


def _harbor_turns(task: Task, harbor: Harbor) -> Sequence[Mapping[str, Any]]:
    """The same for a Harbor task, where the solution of each step lies in one place."""
    command, turns = harbor_command(harbor), []
    for part in harbor.parts:
        below = "solution" if part.name is None else f"steps/{part.name}/solution"
        if not (Path(task.path) / below / SOLVE).is_file():
            raise BadInput(f"{task.name}: {below}/{SOLVE} is missing, so there is nothing that {ORACLE} could do")
        most = int(min(LONGEST_CALL, part.agent_seconds))
        turns += [_call("bash", {"command": command, "timeout": most}), _call("submit", {})]
    return turns


def turns_for(candidate: Candidate, task: Task) -> Sequence[Mapping[str, Any]]:
    """The turns of a scripted candidate on a task.

    Raises:
        BadInput: a turns file is missing or broken.
    """
    if candidate.kind == ORACLE:
        return oracle_turns(task)
    if candidate.kind == NOP:
        return ()
    if candidate.script is None:
        raise BadInput(f"{candidate.name}: has no script")
    if candidate.kind == "variant" and task.problem is not None:
        return _submitting(task, candidate.script)
    if candidate.kind == "variant":
        return _turns(Path(task.path) / "variants" / candidate.script / "turns.jsonl")
    return _turns(Path(candidate.script))


@cache
def _turns(path: Path) -> Sequence[Mapping[str, Any]]:
    """The turns of a file, read once: all trials of a run follow one script, whatever becomes of the file."""
    return tuple(load_turns(path))
