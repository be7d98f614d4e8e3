"""The agent loop: one reply at a time, every call checked once and run once, or refused.

The harness never repairs a call, never runs one again, and never says anything
about the task that the task does not say itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio

from sandbox.errors import ProviderError
from sandbox.events import Event
from sandbox.journal import Journal
from sandbox.limits import Meter
from sandbox.llm.client import Answer, Client
from sandbox.llm.patience import ask_patiently
from sandbox.reply import Call, Reply, parse_reply
from sandbox.task import WORKSPACE
from sandbox.tooling import SUBMIT, Tool, Toolset

SYSTEM = f"""\
You are a software engineer working in {WORKSPACE}, a checkout of a real project, in a Linux container without
network access. Work with the tools you are given until the task is done, then call submit. Nobody will answer
questions; decide as you think best."""

MOST_MALFORMED = 3
LONGEST_NAME = 80

RunTool = Callable[[Tool, Mapping[str, Any]], Awaitable[dict[str, Any]]]
Step = Callable[[str], None]


@dataclass(slots=True, kw_only=True)
class Turn:
    """The conversation of one turn, and what it takes to carry it on."""

    journal: Journal
    client: Client
    tools: Toolset
    run_tool: RunTool
    meter: Meter
    step: Step
    messages: list[dict[str, Any]] = field(default_factory=list)
    malformed: int = 0


async def take_turn(turn: Turn, instruction: str) -> str:
    """Let the candidate work on an instruction until it ends its turn.

    Returns:
        why it ended: submit, done (a reply without a call), malformed (three unreadable
        replies in a row), limit, or context (the conversation outgrew the model).

    Raises:
        ProviderError: the model's service gave up for good.
        SandboxError: the container or the engine failed.
        HarnessError: the log cannot be written.
    """
    turn.messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": instruction}]
    opened = turn.journal.write("step.opened", {"step": "main", "index": 0, "messages": turn.messages})
    reason = None
    while reason is None:
        reason = await _exchange(turn)
    turn.journal.write("step.closed", {"step": "main", "reason": reason}, cause=opened)
    return reason


async def _exchange(turn: Turn) -> str | None:
    """One reply and everything that it asks for; the reason if the turn is over."""
    if hit := turn.meter.hit():
        turn.journal.write("limit.hit", {"limit": hit[0], "value": hit[1], "bound": hit[2]})
        return "limit"
    asked = turn.journal.write("model.asked", {"reply": turn.meter.replies, "messages": len(turn.messages)})
    turn.step(f"reply {turn.meter.replies + 1}: waiting for the model")
    try:
        answer = await _ask(turn, asked)
    except TimeoutError:
        return None  # the meter says so at the next look
    except ProviderError as exc:
        if exc.kind != "context-length":
            raise
        turn.journal.write("limit.hit", {"limit": "context", "value": None, "bound": None}, cause=asked)
        return "context"
    reply = parse_reply(answer.document, turn.tools, number=turn.meter.replies)
    replied = turn.journal.write("model.replied", _record(turn, answer, reply), cause=asked)
    turn.meter.replies += 1
    turn.messages.append(reply.for_history())
    if reply.problem is not None:
        return _answer_malformed(turn, reply.problem)
    turn.malformed = 0
    if not reply.calls:
        return "done"
    return await _run_calls(turn, reply.calls, replied)


async def _ask(turn: Turn, asked: Event) -> Answer:
    def failed(facts: Mapping[str, Any]) -> None:
        turn.journal.write("model.failed", facts, cause=asked)

    offers = [tool.offer() for tool in turn.tools.values()]
    with anyio.fail_after(turn.meter.left()):
        return await ask_patiently(turn.client, turn.messages, offers, failed=failed)


def _answer_malformed(turn: Turn, problem: str) -> str | None:
    turn.malformed += 1
    if turn.malformed >= MOST_MALFORMED:
        return "malformed"
    turn.messages.append({"role": "user", "content": problem})
    return None


async def _run_calls(turn: Turn, calls: tuple[Call, ...], replied: Event) -> str | None:
    """Run the calls of one reply in order; "submit" if one of them handed the work in."""
    submitted = False
    for call in calls:
        if not call.valid:
            content = _refuse(turn, call, replied)
        elif submitted:
            content = _not_run(turn, call, replied)
        else:
            content = await _run(turn, call, replied)
            submitted = call.name == SUBMIT
        turn.messages.append({"role": "tool", "tool_call_id": call.id, "content": content})
    return "submit" if submitted else None


def _refuse(turn: Turn, call: Call, replied: Event) -> str:
    content = f"The call was not run. {(call.name or 'It')[:LONGEST_NAME]}: {'; '.join(call.problems)}."
    data = {**_facts(call), "labels": list(call.labels), "content": content}
    turn.journal.write("call.rejected", data, cause=replied)
    return content


def _not_run(turn: Turn, call: Call, replied: Event) -> str:
    content = "The call was not run: the work was already handed in."
    turn.journal.write("call.rejected", {**_facts(call), "labels": [], "content": content}, cause=replied)
    return content


async def _run(turn: Turn, call: Call, replied: Event) -> str:
    assert call.name is not None and call.arguments is not None
    tool = turn.tools[call.name]
    turn.step(f"reply {turn.meter.replies}: {_in_short(call)}")
    started = turn.journal.write("tool.started", {**_facts(call), "effect": tool.effect}, cause=replied)
    answer = await turn.run_tool(tool, call.arguments)
    turn.journal.write("tool.returned", {"call": call.id, **answer}, cause=started)
    return as_text(answer)


def as_text(answer: Mapping[str, Any]) -> str:
    """A tool's answer as the candidate reads it."""
    text = str(answer["output"])
    if answer["status"] == "timeout":
        return f"{text}\n[stopped: the time was over]"
    if answer["status"] == "killed":
        return f"{text}\n[stopped from outside]"
    if answer["exit_code"] is not None:
        return f"{text}\n[exit code {answer['exit_code']}]"
    return text


def _facts(call: Call) -> dict[str, Any]:
    return {"call": call.id, "name": call.name, "arguments": call.raw}


def _in_short(call: Call, most: int = 60) -> str:
    values = " ".join(str(value).split("\n")[0] for value in (call.arguments or {}).values())
    return f"{call.name} {values}"[:most]


def _record(turn: Turn, answer: Answer, reply: Reply) -> dict[str, Any]:
    return {
        "reply": turn.meter.replies,
        "raw": answer.raw,
        "body": turn.journal.blob(answer.body),
        "finish": reply.finish,
        "text": reply.text,
        "calls": len(reply.calls),
        "labels": list(reply.labels),
        "problem": reply.problem,
        "seconds": answer.seconds,
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "cost_usd": answer.cost_usd,
    }
