"""The agent loop: one reply at a time, every call checked once and run once, or refused.

The harness never repairs a call, never runs one again, and never says anything
about the task that the task does not say itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import anyio

from sandbox.course import Stage
from sandbox.cp.asking import SYSTEM as PROBLEM_SYSTEM
from sandbox.detect.selfchecks import own_check
from sandbox.errors import DeadlinePassed, ProviderError
from sandbox.events import Event
from sandbox.exact import for_tool
from sandbox.journal import Journal
from sandbox.limits import DEADLINE, Charge, Hit, Meter
from sandbox.llm.client import Answer, Client
from sandbox.llm.pacing import Pace
from sandbox.llm.patience import ask_patiently
from sandbox.reply import Call, Reply, parse_reply
from sandbox.task import WORKSPACE, Task
from sandbox.threads import in_thread
from sandbox.tooling import SUBMIT, Tool, Toolset

SYSTEM = f"""\
You are a software engineer working in {WORKSPACE}, a checkout of a real project, in a Linux container without
network access. Work with the tools you are given until the task is done, then call submit. Nobody will answer
questions; decide as you think best."""

HARBOR_SYSTEM = """\
You are an engineer working in a Linux container{network}. Work with the tools you are given until the task is done,
then call submit. Nobody will answer questions; decide as you think best."""

MOST_MALFORMED = 3
LONGEST_NAME = 80
# Bytes of a reply.
READ_AT_ONCE = 4 * 1024

# A tool, its arguments, and the seconds that are left to it.
RunTool = Callable[[Tool, Mapping[str, Any], float], Awaitable[dict[str, Any]]]
Step = Callable[[str], None]


def system_prompt(task: Task) -> str:
    """What a candidate without a system prompt of its own is told first."""
    if task.problem is not None:
        return PROBLEM_SYSTEM
    if task.harbor is None:
        return SYSTEM
    return HARBOR_SYSTEM.format(network="" if task.harbor.network else " without network access")


@dataclass(slots=True, kw_only=True)
class Turn:
    """The conversation of one turn, and what it takes to carry it on.

    settle: awaited after each call that was run, with its `tool.returned`; keeps the state that it left.
    alive: awaited before each question; raises if the container that the calls would run in is gone.
    sleep: lets the seconds pass after which a provider is asked again.
    system: the system prompt of each conversation.
    pace: that of the candidate's provider, if it is kept.
    afford: called before each question; raises CapReached where nothing more may be spent.
    spend: told what each reply takes.
    """

    journal: Journal
    client: Client
    tools: Toolset
    run_tool: RunTool
    settle: Callable[[Event, Tool, Mapping[str, Any]], Awaitable[None]]
    alive: Callable[[], Awaitable[None]]
    meter: Meter
    step: Step
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    system: str = SYSTEM
    pace: Pace | None = None
    afford: Callable[[], None] = lambda: None
    spend: Callable[[Charge], None] = lambda charge: None
    messages: list[dict[str, Any]] = field(default_factory=list)
    malformed: int = 0


async def take_turn(turn: Turn, stage: Stage) -> str:
    """Let the candidate work on what it is told until it ends its turn.

    Args:
        stage: what it is told, and whether that opens a new conversation or goes on with the one there is.

    Returns:
        why it ended: submit, done (a reply without a call), malformed (three unreadable
        replies in a row), limit, or context (the conversation outgrew the model).

    Raises:
        ProviderError: the model's service gave up for good, or took most of the time until the deadline.
        CapReached: nothing more may be spent.
        SandboxError: the container or the engine failed.
        HarnessError: the log cannot be written.
    """
    said: list[dict[str, Any]] = [{"role": "user", "content": stage.text}]
    if stage.fresh:
        turn.messages = []
        said.insert(0, {"role": "system", "content": turn.system})
    turn.messages += said
    turn.malformed = 0
    opened = turn.journal.write("step.opened", {"step": stage.name, "index": stage.index, "messages": said})
    reason = None
    while reason is None:
        reason = await _exchange(turn)
    turn.journal.write("step.closed", {"step": stage.name, "reason": reason}, cause=opened)
    return reason


async def _exchange(turn: Turn) -> str | None:
    """One reply and everything that it asks for; the reason if the turn is over."""
    if hit := turn.meter.used_up():
        return _end_by(turn, hit)
    turn.afford()
    await turn.alive()
    asked = turn.journal.write("model.asked", {"reply": turn.meter.replies, "messages": len(turn.messages)})
    turn.step(f"reply {turn.meter.replies + 1}: waiting for the model")
    try:
        answer = await _ask(turn, asked)
    except TimeoutError:
        return _end_by(turn, turn.meter.out_of_time(), cause=asked)
    except ProviderError as exc:
        if exc.kind != "context-length":
            raise
        turn.journal.write("limit.hit", {"limit": "context", "value": None, "bound": None}, cause=asked)
        return "context"
    reply = await _read(answer, turn)
    replied = turn.journal.write("model.replied", _record(turn, answer, reply), cause=asked)
    turn.meter.count_reply(answer.charge)
    turn.spend(answer.charge)
    turn.messages.append(reply.for_history())
    if hit := turn.meter.overdrawn():
        return _drop_calls(turn, reply.calls, hit, replied)
    if reply.problem is not None:
        return _answer_malformed(turn, reply.problem)
    turn.malformed = 0
    if not reply.calls:
        return "done"
    return await _run_calls(turn, reply.calls, replied)


async def _ask(turn: Turn, asked: Event) -> Answer:
    def failed(facts: Mapping[str, Any]) -> None:
        turn.journal.write("model.failed", facts, cause=asked)
        if facts["wait"] is not None:
            turn.step(
                f"the provider failed ({facts['kind']}), asking again in {facts['wait']:.0f}s: {facts['message']}"[:160]
            )

    offers = [tool.offer() for tool in turn.tools.values()]
    return await ask_patiently(
        turn.client, turn.messages, offers, failed=failed, sleep=turn.sleep, clock=turn.meter, pace=turn.pace
    )


async def _read(answer: Answer, turn: Turn) -> Reply:
    read = partial(parse_reply, answer.document, turn.tools, number=turn.meter.replies)
    # A long one takes so long that other trials would have to wait.
    return read() if len(answer.body) <= READ_AT_ONCE else await in_thread(read)


def _answer_malformed(turn: Turn, problem: str) -> str | None:
    turn.malformed += 1
    if turn.malformed >= MOST_MALFORMED:
        return "malformed"
    turn.messages.append({"role": "user", "content": problem})
    return None


async def _run_calls(turn: Turn, calls: tuple[Call, ...], replied: Event) -> str | None:
    """Run the calls of one reply in order; why the turn ends if one handed the work in or met a limit."""
    submitted = False
    for index, call in enumerate(calls):
        if not submitted and (hit := turn.meter.no_more_calls()):
            return _drop_calls(turn, calls[index:], hit, replied)
        turn.meter.count_call()
        if not call.valid:
            content = _refuse(turn, call, replied)
        elif submitted:
            content = _not_run(turn, call, replied, "the work was already handed in")
        else:
            answer = await _run(turn, call, replied)
            content = as_text(answer)
            submitted = call.name == SUBMIT or answer.get("final") is True
        turn.messages.append({"role": "tool", "tool_call_id": call.id, "content": content})
    return "submit" if submitted else None


def _drop_calls(turn: Turn, calls: tuple[Call, ...], hit: Hit, replied: Event) -> str:
    """End the turn by a limit that leaves these calls without effect."""
    reason = _end_by(turn, hit, cause=replied)
    for call in calls:
        # A fault is the candidate's own, whether the call could have run or not.
        if call.valid:
            _not_run(turn, call, replied, f"the limit on {hit.limit} was reached")
        else:
            _refuse(turn, call, replied)
    return reason


def _end_by(turn: Turn, hit: Hit, *, cause: Event | None = None) -> str:
    if hit.limit == "deadline" and turn.meter.mostly_lost:
        raise DeadlinePassed(
            f"{DEADLINE} passed ({hit.value:.0f} s of {hit.bound:g} s), and most of that time was not "
            "the candidate's own",
            kind="timeout",
        )
    turn.journal.write("limit.hit", hit.as_data(), cause=cause)
    return "limit"


def _refuse(turn: Turn, call: Call, replied: Event) -> str:
    which = f"Call {call.position} of {call.among}" if call.among > 1 else "The call"
    content = f"{which} was not run. {(call.name or 'It')[:LONGEST_NAME]}: {'; '.join(call.problems)}."
    mendable = {} if call.repairable is None else {"repairable": call.repairable}
    data = {**_facts(call), "labels": list(call.labels), **mendable, "content": content}
    turn.journal.write("call.rejected", data, cause=replied)
    return content


def _not_run(turn: Turn, call: Call, replied: Event, why: str) -> str:
    content = f"The call was not run: {why}."
    turn.journal.write("call.rejected", {**_facts(call), "labels": [], "content": content}, cause=replied)
    return content


async def _run(turn: Turn, call: Call, replied: Event) -> Mapping[str, Any]:
    assert call.name is not None and call.arguments is not None
    tool = turn.tools[call.name]
    turn.step(f"reply {turn.meter.replies}: {_in_short(call)}")
    started = turn.journal.write("tool.started", {**_facts(call), "effect": tool.effect}, cause=replied)
    answer = await turn.run_tool(tool, for_tool(call.arguments), turn.meter.left())
    returned = turn.journal.write("tool.returned", {"call": call.id, **answer}, cause=started)
    await turn.settle(returned, tool, call.arguments)
    if (what := own_check(call.name, call.arguments)) and answer["status"] == "ok":
        turn.journal.write("checkpoint", {"tier": "T1", "reason": what, "claims_done": False}, cause=returned)
    return answer


def as_text(answer: Mapping[str, Any]) -> str:
    """A tool's answer as the candidate reads it."""
    text = str(answer["output"])
    if answer["status"] == "timeout":
        return f"{text}\n[stopped: the time was over]"
    if answer["status"] == "killed":
        return f"{text}\n[stopped from outside]"
    if answer.get("oom_kills"):
        text = f"{text}\n[out of memory: the kernel killed {answer['oom_kills']} of your processes]"
    if answer["exit_code"] is not None:
        text = f"{text}\n[exit code {answer['exit_code']}]"
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
        "usage_known": answer.usage_known,
        "charge": {"tokens": answer.charge.tokens, "cost_usd": answer.charge.cost_usd},
    }
