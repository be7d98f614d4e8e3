"""Whose fault it is, over real HTTP: what a provider does wrong against what a model does wrong."""

from __future__ import annotations

import gzip
import json
import os
import time
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from sandbox.agent import Turn, take_turn
from sandbox.course import Stage
from sandbox.errors import ProviderError
from sandbox.journal import Journal
from sandbox.limits import Limits, Meter
from sandbox.llm.client import Answer
from sandbox.llm.litellm_client import LiteLLMClient
from sandbox.llm.patience import ask_patiently
from sandbox.llm.providers import load_litellm
from sandbox.llm.recorder import Recorder
from sandbox.plan import Candidate
from sandbox.reply import parse_body, parse_reply
from sandbox.toolbox import load_tools
from tests.support.stub_openai import TOO_LONG, Drip, Refusal, Scripted, Stub, call, completion, stub

pytestmark = pytest.mark.anyio

MESSAGES = [{"role": "user", "content": "Fix it."}]
TOOLS = load_tools()
OFFERS = [tool.offer() for tool in TOOLS.values()]
LISTING = call("bash", '{"command": "ls"}')
DONE = {"content": "I am done."}
SERVED_RAW = ["openai/x", "hosted_vllm/x", "groq/x"]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key and no proxy of the machine reaches a test."""
    load_litellm()
    for name in os.environ:
        if any(word in name.upper() for word in ("KEY", "TOKEN", "SECRET", "PROXY", "API_BASE", "BASE_URL")):
            monkeypatch.delenv(name)


@asynccontextmanager
async def client_of(server: Stub, model: str = "openai/x", **options: Any) -> AsyncIterator[LiteLLMClient]:
    base = server.root if model.startswith(("anthropic/", "ollama")) else server.base
    client = LiteLLMClient(Candidate(name=model, kind="model", api_base=base), **options)
    try:
        yield client
    finally:
        await client.close()


async def asked(answers: Sequence[Scripted], model: str = "openai/x") -> tuple[Answer, list[Mapping[str, Any]]]:
    """The first answer that came, and the failures before it."""
    failures: list[Mapping[str, Any]] = []
    with stub(answers) as server:
        async with client_of(server, model, seconds=20) as client:
            answer = await ask_patiently(client, MESSAGES, OFFERS, failed=failures.append, first_wait=0.01)
    return answer, failures


async def refused(answers: Sequence[Scripted], model: str = "openai/x", **options: Any) -> ProviderError:
    with stub(answers) as server:
        async with client_of(server, model, **options) as client:
            with pytest.raises(ProviderError) as raised:
                await client.ask(MESSAGES, OFFERS)
    return raised.value


# A call that the provider could not read.

GROQ = {
    "error": {
        "message": "Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.",
        "type": "invalid_request_error",
        "code": "tool_use_failed",
        "failed_generation": '<function=bash>{"command": "ls"',
    }
}
VALIDATION = {"error": {"message": "tool call validation failed: ...", "type": "x", "code": "tool_use_failed"}}
OLLAMA = {"error": 'error parsing tool call: raw=\'{"command": "ls\', err=unexpected end of JSON input'}
OLLAMA_AS_OPENAI = {"error": {"message": OLLAMA["error"], "type": "api_error", "param": None, "code": None}}
LLAMA_CPP = {"error": {"code": 500, "message": "Failed to parse input at pos 12: </tool_call>", "type": "server_error"}}
LLAMA_CPP_CALL = {"error": {"code": 500, "message": "Failed to parse tool call: x", "type": "server_error"}}
NOVA = {"message": "Model produced invalid sequence as part of ToolUse. Please refer to the troubleshooting guide."}


@pytest.mark.parametrize(
    ("model", "status", "body"),
    [
        *[(model, 400, GROQ) for model in SERVED_RAW],
        ("groq/x", 400, VALIDATION),
        ("ollama_chat/x", 500, OLLAMA),
        ("ollama_chat/x", 200, OLLAMA),
        ("openai/x", 500, OLLAMA_AS_OPENAI),
        ("openai/x", 500, LLAMA_CPP),
        ("hosted_vllm/x", 500, LLAMA_CPP_CALL),
        ("openai/x", 424, NOVA),
    ],
)
async def test_a_call_that_the_provider_could_not_read_is_the_models_reply(
    model: str, status: int, body: dict[str, Any]
) -> None:
    sent = json.dumps(body).encode()
    answer, failures = await asked([Refusal(status, body=sent)], model)
    assert failures == []
    assert (answer.raw, answer.body) == (True, sent)
    # A replay has the bytes alone.
    for document in (answer.document, parse_body(answer.body)):
        reply = parse_reply(document, TOOLS, number=0)
        assert (reply.labels, reply.calls) == (("malformed-reply",), ())
        assert reply.problem is not None
        assert "could not read the call" in reply.problem


HISTORY = {"error": {"code": 500, "message": "Failed to parse tool call arguments as JSON: x", "type": "server_error"}}


async def test_a_complaint_about_what_was_sent_is_no_call_of_the_models() -> None:
    assert (await refused([Refusal(500, body=HISTORY)])).kind == "server"


async def test_the_trial_goes_on_after_a_call_that_the_provider_could_not_read(tmp_path: Path) -> None:
    with stub([Refusal(400, body=GROQ), DONE]) as server:
        async with client_of(server, "groq/x") as client:
            reason, journal = await played(tmp_path, client)
    assert reason == "done"
    kinds = [event.kind for event in journal.events]
    assert "model.failed" not in kinds
    (first, _) = [event.data for event in journal.events if event.kind == "model.replied"]
    assert first["labels"] == ["malformed-reply"]
    assert "could not read the call" in server.requests[1].body["messages"][-1]["content"]


async def never(*_: Any) -> Any:
    raise AssertionError("no call is run")


async def nothing() -> None:
    pass


async def played(
    tmp_path: Path, client: LiteLLMClient, *, seconds: float = 60.0, meter: Meter | None = None
) -> tuple[str, Journal]:
    """One turn of a candidate that calls no tool."""
    journal = Journal.open(tmp_path)
    turn = Turn(
        journal=journal,
        client=client,
        tools=TOOLS,
        run_tool=never,
        settle=never,
        alive=nothing,
        meter=meter or Meter.start(Limits(seconds=seconds)),
        step=lambda text: None,
    )
    try:
        return await take_turn(turn, Stage(name="main", index=0, text="Fix it.", fresh=True)), journal
    finally:
        journal.close()


# A conversation that has outgrown the model.

WORDS = "This model's maximum context length is 8192 tokens, your messages resulted in 9000 tokens."
OVERFLOWS: list[Any] = [
    TOO_LONG.body,
    {"object": "error", "message": WORDS, "type": "BadRequestError", "param": None, "code": 400},
    {"detail": WORDS},
    {"error": {"message": "the request exceeds the available context size", "type": "exceed_context_size_error"}},
    [
        {
            "error": {
                "code": 400,
                "message": "The input token count (9) exceeds the maximum number of tokens allowed (8).",
            }
        }
    ],
    {"error": {"message": "Provider returned error", "code": 400, "metadata": {"raw": json.dumps({"message": WORDS})}}},
    {"choices": [{"finish_reason": "error", "error": {"code": 400, "message": WORDS}}]},
]


@pytest.mark.parametrize("model", ["openai/x", "hosted_vllm/x"])
@pytest.mark.parametrize("body", OVERFLOWS, ids=range(len(OVERFLOWS)))
@pytest.mark.parametrize("status", [200, 400])
async def test_a_conversation_that_outgrew_the_model_is_known_under_any_status(
    model: str, body: Any, status: int
) -> None:
    assert (await refused([Refusal(status, body=json.dumps(body).encode())], model)).kind == "context-length"


# A good status without a good body.


@pytest.mark.parametrize("body", [{}, {"id": "x", "usage": {"prompt_tokens": 1}}, {"error": None}, {"choices": []}])
async def test_no_choices_and_no_error_is_the_models_reply(body: dict[str, Any]) -> None:
    answer, failures = await asked([json.dumps(body).encode()])
    assert (failures, answer.raw, answer.document) == ([], True, body)
    assert parse_reply(answer.document, TOOLS, number=0).labels == ("malformed-reply",)


FAILURES: list[tuple[dict[str, Any], str]] = [
    ({"error": {}, "choices": []}, "server"),
    ({"object": "error", "message": "down", "choices": None}, "server"),
    ({"detail": "down"}, "server"),
    ({"message": "down"}, "server"),
    ({"error": {"code": 429, "message": "slow down"}}, "rate-limit"),
    ({"choices": [{"finish_reason": "error", "message": {"content": ""}, "error": {"code": 502}}]}, "server"),
    ({"choices": [{"message": LISTING, "error": {"code": 400, "message": "lost"}}]}, "server"),
    ({"choices": [{"message": {"content": "I am"}, "finish_reason": "error"}]}, "server"),
]


@pytest.mark.parametrize("model", SERVED_RAW)
@pytest.mark.parametrize(("body", "kind"), FAILURES, ids=range(len(FAILURES)))
async def test_an_error_with_a_good_status_is_written_down_and_asked_again(
    model: str, body: dict[str, Any], kind: str
) -> None:
    answer, failures = await asked([json.dumps(body).encode(), DONE], model)
    assert [seen["kind"] for seen in failures] == [kind]
    assert answer.document == completion(DONE)


async def test_a_malformed_call_that_is_also_called_an_error_is_the_models() -> None:
    choice = {"finish_reason": "error", "native_finish_reason": "MALFORMED_FUNCTION_CALL", "message": {"content": ""}}
    answer, failures = await asked([json.dumps({"choices": [choice]}).encode()])
    assert failures == []
    assert parse_reply(answer.document, TOOLS, number=0).labels == ("malformed-reply",)


@pytest.mark.parametrize("model", SERVED_RAW)
@pytest.mark.parametrize("status", [201, 202])
async def test_every_good_status_is_read_raw(model: str, status: int) -> None:
    body = completion({"tool_calls": [{"id": "a", "function": {"name": "bash", "arguments": {"command": "ls"}}}]})
    answer, failures = await asked([Refusal(status, body=body)], model)
    assert (failures, answer.raw, answer.document) == ([], True, body)
    assert parse_reply(answer.document, TOOLS, number=0).calls[0].labels == ("malformed-reply",)


@pytest.mark.parametrize("model", ["openai/x", "hosted_vllm/x", "anthropic/x"])
@pytest.mark.parametrize("status", [301, 302, 307])
async def test_a_redirect_says_where_to(model: str, status: int) -> None:
    failure = await refused([Refusal(status, {"Location": "https://elsewhere.example/v2"}, body=b"")], model)
    assert failure.kind == "bad-request"
    assert str(failure) == f"the provider redirects ({status}) to https://elsewhere.example/v2; see --api-base"


# Sizes and times.


@pytest.fixture(scope="module")
def bombs() -> Mapping[str, bytes]:
    """What becomes 100 MB, by its encoding."""
    zeros = bytes(100 * 2**20)
    return {"gzip": gzip.compress(zeros, 6), "deflate": zlib.compress(zeros, 6)}


@pytest.mark.parametrize(
    ("model", "encoding"), [("openai/x", "gzip"), ("hosted_vllm/x", "deflate"), ("anthropic/x", "gzip")]
)
async def test_a_body_too_large_is_cut_off_while_it_is_read(
    bombs: Mapping[str, bytes], model: str, encoding: str
) -> None:
    bomb = bombs[encoding]
    assert len(bomb) < 2**20
    started = time.monotonic()
    failure = await refused([Refusal(200, {"Content-Encoding": encoding}, body=bomb)], model)
    assert time.monotonic() - started < 5
    assert (failure.kind, str(failure)) == ("server", "the provider's answer is larger than 32 MiB")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "identity"])
async def test_a_compressed_body_is_kept_as_the_text_that_it_is(encoding: str) -> None:
    body = json.dumps(completion(LISTING)).encode()
    sent = {"gzip": gzip.compress(body), "deflate": zlib.compress(body), "identity": body}[encoding]
    answer, _ = await asked([Refusal(200, {"Content-Encoding": encoding}, body=sent)])
    assert (answer.raw, answer.body) == (True, body)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
async def test_an_encoding_that_was_not_asked_for_is_not_undone(encoding: str) -> None:
    failure = await refused([Refusal(200, {"Content-Encoding": encoding}, body=gzip.compress(b"{}"))])
    assert str(failure) == f"the provider's answer is encoded as {encoding}, unasked for"


@pytest.mark.parametrize("model", ["openai/x", "hosted_vllm/x", "anthropic/x"])
async def test_a_long_error_is_not_looked_through_to_its_end(model: str) -> None:
    quoted = {"error": {"message": "https://" * 600_000, "type": "x", "code": None}}
    started = time.monotonic()
    failure = await refused([Refusal(400, body=quoted)], model)
    assert time.monotonic() - started < 3
    assert len(str(failure)) <= 400


async def test_a_body_that_drips_is_given_up_as_the_providers_fault() -> None:
    http = Recorder(seconds=20, arrival_seconds=0.4)
    with stub([Drip(json.dumps(completion(DONE)).encode(), 0.05)]) as server:
        async with http:
            with pytest.raises(Exception, match="too long to arrive"):
                await http.post(f"{server.base}/chat/completions", json={})
    assert http.fault is not None
    assert http.fault.kind == "timeout"


async def test_white_space_before_a_body_is_the_models_time() -> None:
    body = json.dumps(completion(DONE)).encode()
    http = Recorder(seconds=20, arrival_seconds=0.3)
    with stub([Drip(b"\n" * 12 + body, 0.05, size=6)]) as server:
        async with http:
            with pytest.raises(Exception, match="too long to arrive"):
                await http.post(f"{server.base}/chat/completions", json={})
    with stub([Drip(b"\n" * len(body) * 5 + body, 0.1, size=len(body))]) as server:
        async with Recorder(seconds=20, arrival_seconds=0.3) as patient:
            await patient.post(f"{server.base}/chat/completions", json={})
    assert patient.response is not None
    assert patient.response.content.strip() == body


async def test_time_that_is_lost_to_the_provider_is_not_the_candidates(tmp_path: Path) -> None:
    meter = Meter.start(Limits(seconds=1.0))
    body = json.dumps(completion(DONE)).encode()
    # Half a second of failing, at least half a second of waiting, and a second of arriving.
    script = [Drip(b"<", 0.5), Drip(body, 0.1, size=len(body) // 10)]
    with stub(script) as server:
        async with client_of(server) as client:
            reason, journal = await played(tmp_path, client, meter=meter)
    assert reason == "done"
    assert [event.kind for event in journal.events].count("model.failed") == 1
    assert meter.lost > 1.5


async def test_a_trial_does_not_wait_for_its_provider_for_ever() -> None:
    failures: list[Mapping[str, Any]] = []
    meter = Meter.start(Limits(seconds=60.0))
    with stub([Refusal(503, {"Retry-After": "0.3"})] * 5) as server:
        async with client_of(server) as client:
            with pytest.raises(ProviderError):
                await ask_patiently(
                    client, MESSAGES, OFFERS, failed=failures.append, first_wait=0.01, clock=meter, most_lost=0.8
                )
    assert 2 <= len(failures) < 5
    assert failures[-1]["wait"] is None


@pytest.mark.parametrize("model", ["openai/x", "hosted_vllm/x"])
async def test_an_odd_body_takes_no_longer_than_its_reading(model: str) -> None:
    started = time.monotonic()
    answer, _ = await asked([b'{"choices": [' + b"1," * 10**6 + b"1]}"], model)
    assert time.monotonic() - started < 4
    assert parse_reply(answer.document, TOOLS, number=0).labels == ("malformed-reply",)


async def test_others_go_on_while_a_long_reply_is_read(tmp_path: Path) -> None:
    broken = [call("bash", "{'command': [" * 3000 + str(n), f"c{n}")["tool_calls"][0] for n in range(50)]
    longest = 0.0

    async def tick() -> None:
        nonlocal longest
        while True:
            before = time.monotonic()
            await anyio.sleep(0.01)
            longest = max(longest, time.monotonic() - before)

    with stub([{"tool_calls": broken}, DONE]) as server:
        async with client_of(server) as client, anyio.create_task_group() as tasks:
            tasks.start_soon(tick)
            started = time.monotonic()
            await played(tmp_path, client)
            assert time.monotonic() - started < 5
            tasks.cancel_scope.cancel()
    assert longest < 1.0


# What goes back.

SURROGATES = '{"command": "a\\ud800b", "\\udfff": "\\ud83d\\ude00"}'
HUGE = ["1e400", "-1e99999999999999999999", "9" * 5000, "0.99999999999999999999", "7"]


def said_by_model(arguments: str, content: str | None = None) -> list[dict[str, Any]]:
    """A conversation that goes on after a call with these arguments."""
    body = completion({**call("read_file", arguments), "content": content})
    reply = parse_reply(body, TOOLS, number=0)
    answers = [{"role": "tool", "tool_call_id": made.id, "content": "x"} for made in reply.calls]
    return [*MESSAGES, reply.for_history(), *answers]


@pytest.mark.parametrize("model", [*SERVED_RAW, "anthropic/x", "ollama_chat/x", "deepseek/x", "mistral/x"])
@pytest.mark.parametrize("arguments", [SURROGATES, *(f'{{"path": "a", "offset": {number}}}' for number in HUGE)])
async def test_a_conversation_with_odd_arguments_can_be_sent(model: str, arguments: str) -> None:
    with stub([DONE]) as server:
        async with client_of(server, model) as client:
            await client.ask(said_by_model(arguments, " \n"), OFFERS)
    assert len(server.requests) == 1


@pytest.mark.parametrize("number", HUGE)
async def test_a_number_goes_back_as_it_was_sent(number: str) -> None:
    with stub([DONE]) as server:
        async with client_of(server) as client:
            await client.ask(said_by_model(f'{{"path": "a", "offset": {number}}}', " \n"), OFFERS)
    (message,) = [one for one in server.requests[0].body["messages"] if one["role"] == "assistant"]
    assert message.get("content") is None
    back = json.loads(message["tool_calls"][0]["function"]["arguments"], parse_int=str, parse_float=str)
    assert back["offset"].removesuffix("e0") == number
