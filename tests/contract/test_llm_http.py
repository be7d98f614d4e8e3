"""Asking a model over real HTTP: litellm as it is, against a server that says what a test wrote down."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.candidates import choose, load_candidates
from sandbox.errors import BadInput, ProviderError
from sandbox.llm import patience
from sandbox.llm.client import Answer
from sandbox.llm.litellm_client import LiteLLMClient
from sandbox.llm.patience import ATTEMPTS, ask_patiently
from sandbox.llm.providers import check_model, check_price, load_litellm
from sandbox.plan import Candidate, Prices
from sandbox.reply import parse_reply
from sandbox.toolbox import load_tools
from tests.support.stub_openai import (
    TOO_LONG,
    USAGE,
    Cut,
    Hang,
    HangUp,
    Refusal,
    Scripted,
    Stub,
    call,
    completion,
    stub,
)

pytestmark = pytest.mark.anyio

KEY = "sk-stub-0123456789abcdef"
MESSAGES = [{"role": "system", "content": "Work."}, {"role": "user", "content": "Fix it."}]
LISTING = call("bash", '{"command": "ls"}')
DONE = {"content": "I am done."}
TOOLS = load_tools()
OFFERS = [tool.offer() for tool in TOOLS.values()]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key and no proxy of the machine reaches a test."""
    load_litellm()
    for name in os.environ:
        if any(word in name.upper() for word in ("KEY", "TOKEN", "SECRET", "PROXY", "API_BASE", "BASE_URL")):
            monkeypatch.delenv(name)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between attempts, noted instead of waited for."""
    noted: list[float] = []

    async def note(seconds: float) -> None:
        noted.append(seconds)

    monkeypatch.setattr(patience, "anyio", SimpleNamespace(sleep=note))
    return noted


@asynccontextmanager
async def client_of(server: Stub, model: str = "openai/x", **options: Any) -> AsyncIterator[LiteLLMClient]:
    base = server.root if model.startswith(("anthropic/", "ollama")) else server.base
    client = LiteLLMClient(Candidate(name=model, kind="model", api_base=base), **options)
    try:
        yield client
    finally:
        await client.close()


async def ask_once(answers: Sequence[Scripted], model: str = "openai/x", **options: Any) -> Answer:
    with stub(answers) as server:
        async with client_of(server, model, **options) as client:
            return await client.ask(MESSAGES, OFFERS)


async def patiently(server: Stub, failures: list[Mapping[str, Any]], model: str = "openai/x") -> Answer:
    async with client_of(server, model, seconds=20) as client:
        return await ask_patiently(client, MESSAGES, OFFERS, failed=failures.append)


# What a model said.


@pytest.mark.parametrize("model", ["openai/x", "hosted_vllm/x"])
async def test_the_body_is_kept_byte_for_byte(model: str) -> None:
    body = json.dumps(completion(LISTING), indent=3).encode() + b"\n\n"
    answer = await ask_once([body], model)
    assert answer.body == body
    assert answer.raw is True
    assert answer.document == completion(LISTING)
    assert (answer.prompt_tokens, answer.completion_tokens) == (USAGE["prompt_tokens"], USAGE["completion_tokens"])


async def test_the_server_gets_conversation_tools_and_settings() -> None:
    candidate = {"kind": "model", "settings": {"temperature": 0.25, "max_tokens": 99}}
    with stub([DONE]) as server:
        client = LiteLLMClient(Candidate(name="openai/x", api_base=server.base, **candidate))  # type: ignore[arg-type]
        await client.ask(MESSAGES, OFFERS)
        await client.close()
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.body["model"] == "x"
    assert request.body["messages"] == MESSAGES
    assert request.body["tools"] == OFFERS
    assert (request.body["temperature"], request.body["max_tokens"]) == (0.25, 99)


@pytest.mark.parametrize("model", ["openai/x", "hosted_vllm/x"])
@pytest.mark.parametrize("arguments", ['{"command": "ls', '"{\\"command\\": \\"ls\\"}"', "", "[1]", "not json"])
async def test_bad_arguments_arrive_untouched(model: str, arguments: str) -> None:
    answer = await ask_once([call("bash", arguments)], model)
    reply = parse_reply(answer.document, TOOLS, number=0)
    assert reply.calls[0].raw == arguments
    assert reply.calls[0].labels


# Each of these is rewritten by litellm, or makes it raise.
@pytest.mark.parametrize("model", ["openai/x", "hosted_vllm/x"])
@pytest.mark.parametrize(
    "message",
    [
        {"content": None, "tool_calls": {}},
        {"content": None, "tool_calls": "bash"},
        {"content": None, "tool_calls": [{"id": "a", "type": "function"}]},
        {"content": None, "tool_calls": [{"id": "a", "type": "function", "function": None}]},
        {"tool_calls": [{"id": "a", "type": "function", "function": {"name": "bash", "arguments": {"command": "ls"}}}]},
        {"tool_calls": [{"type": "function", "function": {"name": "bash", "arguments": None}}]},
    ],
)
async def test_a_malformed_message_is_the_models_reply_and_no_failure(model: str, message: dict[str, Any]) -> None:
    body = completion(message)
    answer = await ask_once([json.dumps(body).encode()], model)
    assert answer.raw is True
    assert answer.document == body
    reply = parse_reply(answer.document, TOOLS, number=0)
    assert "malformed-reply" in {*reply.labels, *(label for made in reply.calls for label in made.labels)}


@pytest.mark.parametrize("choices", [[], None, {}, [None], [{"index": 0, "message": None}]])
async def test_a_completion_without_a_message_is_the_models_reply(choices: Any) -> None:
    body = {**completion(DONE), "choices": choices}
    answer = await ask_once([json.dumps(body).encode()])
    assert answer.document == body
    assert parse_reply(answer.document, TOOLS, number=0).labels == ("malformed-reply",)


async def test_the_word_for_a_malformed_call_survives() -> None:
    body = completion(LISTING, finish_reason="MALFORMED_FUNCTION_CALL")
    answer = await ask_once([json.dumps(body).encode()])
    assert answer.document["choices"][0]["finish_reason"] == "MALFORMED_FUNCTION_CALL"
    assert parse_reply(answer.document, TOOLS, number=0).labels == ("malformed-reply",)


async def test_a_missing_id_is_not_invented() -> None:
    answer = await ask_once([{"tool_calls": [{"type": "function", "function": {"name": "submit", "arguments": "{}"}}]}])
    assert "id" not in answer.document["choices"][0]["message"]["tool_calls"][0]


NONSENSE = [
    None,
    "many",
    {},
    {"prompt_tokens": None, "completion_tokens": "7"},
    {"prompt_tokens": 0, "completion_tokens": 0},
    {"prompt_tokens": 10**400, "completion_tokens": -1},
]


@pytest.mark.parametrize("usage", NONSENSE, ids=range(len(NONSENSE)))
async def test_usage_that_makes_no_sense_counts_as_nothing(usage: Any) -> None:
    answer = await ask_once([json.dumps({**completion(DONE), "usage": usage}).encode()])
    assert (answer.prompt_tokens, answer.completion_tokens) == (0, 0)
    assert not answer.usage_known
    assert answer.cost_usd is None
    assert answer.charge.estimated
    assert answer.charge.tokens > len(answer.body) // 4
    assert answer.document["choices"][0]["message"]["content"] == DONE["content"]


# What a provider did.


async def test_the_wait_that_a_provider_asks_for_is_kept(waits: list[float]) -> None:
    failures: list[Mapping[str, Any]] = []
    with stub([Refusal(429, {"Retry-After": "7"}), Refusal(429, {"Retry-After": "9.5"}), LISTING]) as server:
        answer = await patiently(server, failures)
    assert answer.document == completion(LISTING)
    assert waits == [7.0, 9.5]
    assert [(seen["attempt"], seen["kind"], seen["wait"]) for seen in failures] == [
        (1, "rate-limit", 7.0),
        (2, "rate-limit", 9.5),
    ]
    assert len(server.requests) == 3


@pytest.mark.parametrize("header", ["Fri, 31 Dec 2999 23:59:59 GMT", "86400"])
async def test_a_wait_may_be_a_date_and_is_bounded(waits: list[float], header: str) -> None:
    with stub([Refusal(429, {"Retry-After": header}), DONE]) as server:
        await patiently(server, [])
    assert waits == [patience.LONGEST_ASKED_FOR]


@pytest.mark.parametrize(
    "header", ["0", "Fri, 31 Dec 1999 23:59:59 GMT", "soon", "-5", "nan", "inf", "\u00b2", "1.2.3", ""]
)
async def test_a_wait_that_is_over_or_makes_no_sense_gives_way_to_our_own(waits: list[float], header: str) -> None:
    with stub([Refusal(503, {"Retry-After": header}), DONE]) as server:
        await patiently(server, [])
    (wait,) = waits
    assert 0.5 <= wait <= 1.5


@pytest.mark.parametrize("model", ["openai/x", "hosted_vllm/x", "anthropic/x"])
@pytest.mark.parametrize("status", [500, 502, 503, 529])
async def test_a_server_error_passes(waits: list[float], model: str, status: int) -> None:
    failures: list[Mapping[str, Any]] = []
    with stub([Refusal(status), LISTING]) as server:
        await patiently(server, failures, model)
    assert [seen["kind"] for seen in failures] == ["server"]
    assert len(waits) == 1
    assert len(server.requests) == 2


# Exactly as many requests as attempts: no layer below asks again.
@pytest.mark.parametrize("model", ["openai/x", "hosted_vllm/x", "anthropic/x", "ollama_chat/x"])
@pytest.mark.parametrize(
    ("fault", "kind"),
    [(Refusal(500), "server"), (Refusal(429), "rate-limit"), (HangUp(), "connection"), (Cut(LISTING), "connection")],
)
async def test_a_lasting_fault_ends_after_the_attempts(
    waits: list[float], model: str, fault: Scripted, kind: str
) -> None:
    failures: list[Mapping[str, Any]] = []
    with stub([fault] * (3 * ATTEMPTS)) as server:
        with pytest.raises(ProviderError) as raised:
            await patiently(server, failures, model)
        assert len(server.requests) == ATTEMPTS
    assert raised.value.kind == kind
    assert [seen["attempt"] for seen in failures] == list(range(1, ATTEMPTS + 1))
    assert failures[-1]["wait"] is None
    assert len(waits) == ATTEMPTS - 1


@pytest.mark.parametrize("model", ["openai/x", "hosted_vllm/x", "anthropic/x"])
@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (Refusal(401), "authentication"),
        (Refusal(403), "authentication"),
        (Refusal(404), "not-found"),
        (Refusal(400), "bad-request"),
        (Refusal(422), "bad-request"),
        (TOO_LONG, "context-length"),
    ],
)
async def test_what_will_not_pass_is_asked_once(waits: list[float], model: str, refusal: Refusal, kind: str) -> None:
    failures: list[Mapping[str, Any]] = []
    with stub([refusal] * 3) as server:
        with pytest.raises(ProviderError) as raised:
            await patiently(server, failures, model)
        assert len(server.requests) == 1
    assert raised.value.kind == kind
    assert [(seen["kind"], seen["wait"]) for seen in failures] == [(kind, None)]
    assert waits == []


OVERFLOWS = [
    ("Please reduce the length of the messages or completion.", "context_length_exceeded"),
    ("Your input exceeds the context window of this model. Please adjust your input.", None),
    ("This endpoint's maximum context length is 131072 tokens. You requested about 140000 tokens.", 400),
    ("The decoder prompt (length 9000) is longer than the maximum model length of 8192.", None),
    ("Prompt contains 40000 tokens, too large for model with 32768 maximum context length", None),
    ("prompt is too long: 210000 tokens > 200000 maximum", None),
    ("Input is too long for requested model.", None),
]


@pytest.mark.parametrize("model", ["openai/x", "hosted_vllm/x", "anthropic/x"])
@pytest.mark.parametrize(("words", "code"), OVERFLOWS)
async def test_a_conversation_that_outgrew_the_model_is_known_in_any_provider_s_words(
    waits: list[float], model: str, words: str, code: object
) -> None:
    refusal = Refusal(400, body={"error": {"message": words, "type": "invalid_request_error", "code": code}})
    with stub([refusal] * 2) as server, pytest.raises(ProviderError) as raised:
        await patiently(server, [], model)
    assert raised.value.kind == "context-length"


@pytest.mark.parametrize("model", ["openai/x", "hosted_vllm/x"])
async def test_a_provider_that_hangs_is_a_timeout(model: str) -> None:
    with pytest.raises(ProviderError) as raised:
        await ask_once([Hang(60)], model, seconds=0.5)
    assert raised.value.kind == "timeout"


async def test_nobody_listening_is_a_connection_failure() -> None:
    with stub([]) as server:
        pass
    for model in ("openai/x", "hosted_vllm/x"):
        async with client_of(server, model) as client:
            with pytest.raises(ProviderError) as raised:
                await client.ask(MESSAGES, OFFERS)
        assert raised.value.kind == "connection"


@pytest.mark.parametrize("model", ["openai/x", "hosted_vllm/x"])
@pytest.mark.parametrize("fault", [Cut(LISTING), HangUp()])
async def test_a_broken_answer_is_never_used_in_part(waits: list[float], model: str, fault: Scripted) -> None:
    with stub([fault, DONE]) as server:
        answer = await patiently(server, [], model)
        assert len(server.requests) == 2
    assert answer.document == completion(DONE)
    assert len(waits) == 1


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"error": {"message": "upstream is down", "code": 502}}).encode(),
        json.dumps({"error": {"message": "upstream is down"}, "choices": []}).encode(),
        json.dumps(completion(LISTING)).encode()[:-40],
        b"<html>gateway</html>",
        b"[]",
        b"",
    ],
)
async def test_a_good_status_without_a_completion_is_the_providers_fault(waits: list[float], body: bytes) -> None:
    failures: list[Mapping[str, Any]] = []
    with stub([body, DONE]) as server:
        answer = await patiently(server, failures)
    assert [seen["kind"] for seen in failures] == ["server"]
    assert answer.document == completion(DONE)


async def test_an_answer_is_never_taken_for_a_later_one() -> None:
    with stub([LISTING, HangUp(), DONE]) as server:
        async with client_of(server) as client:
            assert (await client.ask(MESSAGES, OFFERS)).document == completion(LISTING)
            with pytest.raises(ProviderError):
                await client.ask(MESSAGES, OFFERS)
            assert (await client.ask(MESSAGES, OFFERS)).document == completion(DONE)


# Keys.


@pytest.mark.parametrize(
    ("model", "variable", "header", "value"),
    [
        ("openai/x", "OPENAI_API_KEY", "authorization", f"Bearer {KEY}"),
        ("hosted_vllm/x", "HOSTED_VLLM_API_KEY", "authorization", f"Bearer {KEY}"),
        ("groq/x", "GROQ_API_KEY", "authorization", f"Bearer {KEY}"),
        ("anthropic/x", "ANTHROPIC_API_KEY", "x-api-key", KEY),
    ],
)
async def test_the_key_goes_to_the_provider_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, model: str, variable: str, header: str, value: str
) -> None:
    monkeypatch.setenv(variable, KEY)
    # Long enough that shortening the message cuts through a key.
    quoting = {"error": {"message": " ".join([f"Incorrect API key provided: {KEY}."] * 30), "type": "x", "code": None}}
    with stub([LISTING, Refusal(401, body=quoting)]) as server:
        async with client_of(server, model) as client:
            answer = await client.ask(MESSAGES, OFFERS)
            with pytest.raises(ProviderError) as raised:
                await client.ask(MESSAGES, OFFERS)
    for request in server.requests:
        assert request.headers[header] == value
        assert [name for name, text in request.headers.items() if KEY in text] == [header]
        assert KEY not in json.dumps(request.body) + request.path
    assert KEY not in repr(answer)
    told = "".join(traceback.format_exception(raised.value)) + repr(raised.value)
    assert KEY[:8] not in told


async def test_another_providers_key_is_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    for model in ("hosted_vllm/x", "lm_studio/x", "groq/x", "anthropic/x", "ollama_chat/x"):
        with stub([LISTING]) as server:
            async with client_of(server, model) as client:
                await client.ask(MESSAGES, OFFERS)
        assert not any(KEY in text for text in server.requests[0].headers.values()), model


# Other providers.


@pytest.mark.parametrize(
    "model",
    [
        *["openai/x", "custom_openai/x", "litellm_proxy/x", "lm_studio/x", "llamafile/x", "veniceai/x", "sambanova/x"],
        *["hosted_vllm/x", "deepseek/x", "groq/x", "xai/x", "together_ai/x", "fireworks_ai/x", "azure_ai/x"],
        *["cometapi/x", "edenai/x", "mistral/x", "openrouter/x", "perplexity/x", "moonshot/x", "dashscope/x"],
    ],
)
async def test_the_raw_body_of_openai_compatible_providers_is_kept(model: str) -> None:
    body = json.dumps(completion(LISTING)).encode()
    with stub([body]) as server:
        async with client_of(server, model) as client:
            answer = await client.ask(MESSAGES, OFFERS)
    assert (answer.raw, answer.body) == (True, body)
    assert [tool["function"]["name"] for tool in server.requests[0].body["tools"]] == list(TOOLS)


async def test_azure_with_a_key_is_kept_raw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_API_KEY", KEY)
    body = json.dumps(completion(LISTING)).encode()
    with stub([body]) as server:
        client = LiteLLMClient(Candidate(name="azure/x", kind="model", api_base=server.root))
        answer = await client.ask(MESSAGES, OFFERS)
        await client.close()
    assert (answer.raw, answer.body) == (True, body)
    assert server.requests[0].headers["api-key"] == KEY


@pytest.mark.parametrize(("model", "path"), [("anthropic/x", "/v1/messages"), ("ollama_chat/x", "/api/chat")])
async def test_another_dialect_is_litellms_rendering_and_says_so(model: str, path: str) -> None:
    with stub([LISTING, DONE]) as server:
        async with client_of(server, model) as client:
            first = await client.ask(MESSAGES, OFFERS)
            second = await client.ask(MESSAGES, OFFERS)
    assert [request.path for request in server.requests] == [path, path]
    assert (first.raw, second.raw) == (False, False)
    assert json.loads(first.body) == first.document
    (made,) = parse_reply(first.document, TOOLS, number=0).calls
    assert (made.name, made.arguments, made.labels) == ("bash", {"command": "ls"}, ())
    assert parse_reply(second.document, TOOLS, number=1).text == DONE["content"]
    assert (first.prompt_tokens, first.completion_tokens) == (USAGE["prompt_tokens"], USAGE["completion_tokens"])


@pytest.mark.parametrize("model", ["openai/x", "hosted_vllm/x", "anthropic/x", "ollama_chat/x", "deepinfra/x"])
async def test_asking_leaves_the_conversation_as_it_was(model: str) -> None:
    said: list[dict[str, Any]] = [*MESSAGES, {"role": "assistant", **LISTING}]
    parts = [{"type": "text", "text": "a.py"}, {"type": "text", "text": "b.py"}]
    said += [{"role": "tool", "tool_call_id": "call_1", "content": parts}]
    before, offers = json.dumps(said), json.dumps(OFFERS)
    with stub([DONE]) as server:
        async with client_of(server, model) as client:
            await client.ask(said, OFFERS)
    assert (json.dumps(said), json.dumps(OFFERS)) == (before, offers)


# Before anything is started.


def named(name: str, api_base: str | None = None) -> Candidate:
    return Candidate(name=name, kind="model", api_base=api_base)


def test_an_unknown_provider_is_refused_by_name() -> None:
    for api_base in (None, "http://127.0.0.1:9/v1"):
        with pytest.raises(BadInput, match="nonsense/x: litellm knows no such provider"):
            check_model(named("nonsense/x", api_base))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("openai/x", "set OPENAI_API_KEY "),
        ("anthropic/x", "set ANTHROPIC_API_KEY "),
        ("groq/x", "set GROQ_API_KEY "),
        ("gemini/x", "set GOOGLE_API_KEY or GEMINI_API_KEY "),
    ],
)
def test_a_missing_key_is_named(model: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        check_model(named(model))


def test_a_key_that_is_there_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    check_model(named("anthropic/x"))


@pytest.mark.parametrize("model", ["openai/x", "hosted_vllm/x", "anthropic/x", "ollama/x"])
def test_a_server_of_ones_own_needs_no_key(model: str) -> None:
    check_model(named(model, "http://127.0.0.1:9/v1"))


def test_ollama_on_this_machine_needs_nothing() -> None:
    check_model(named("ollama/x"))
    check_model(named("ollama_chat/x"))


@pytest.mark.parametrize("model", ["hosted_vllm/x", "lm_studio/x", "litellm_proxy/x"])
def test_a_provider_without_an_address_is_never_asked_at_openais(model: str) -> None:
    with pytest.raises(BadInput, match="give --api-base"):
        check_model(named(model))
    with pytest.raises(BadInput, match="give --api-base"):
        LiteLLMClient(named(model))


# What candidates.toml says of a model.

CANDIDATE = """\
[mine]
model = "{model}"
key = "TEAM_AUTH"
reasoning_effort = "low"
top_p = 0.5
seed = 7
extra = {{ top_k = 40 }}
prices = {{ input = 1.0, output = 4.0, cached_input = 0.25 }}
"""


def of_file(folder: Path, server: Stub, model: str = "openai/x") -> Candidate:
    path = folder / "candidates.toml"
    path.write_text(CANDIDATE.format(model=model))
    base = server.root if model.startswith(("anthropic/", "azure/")) else server.base
    (found,) = choose(["mine"], load_candidates(path), api_base=base)
    return found


async def ask_as(candidate: Candidate) -> Answer:
    client = LiteLLMClient(candidate)
    try:
        return await client.ask(MESSAGES, OFFERS)
    finally:
        await client.close()


@pytest.mark.parametrize(
    ("model", "header", "value"),
    [
        ("openai/x", "authorization", f"Bearer {KEY}"),
        ("hosted_vllm/x", "authorization", f"Bearer {KEY}"),
        ("groq/x", "authorization", f"Bearer {KEY}"),
        ("anthropic/x", "x-api-key", KEY),
        ("azure/x", "api-key", KEY),
    ],
)
async def test_a_candidate_s_own_key_goes_before_the_provider_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, header: str, value: str
) -> None:
    for name in ("OPENAI", "HOSTED_VLLM", "GROQ", "ANTHROPIC", "AZURE"):
        monkeypatch.setenv(f"{name}_API_KEY", "sk-of-somebody-else")
    monkeypatch.setenv("TEAM_AUTH", KEY)
    with stub([DONE, Refusal(401, body={"error": {"message": f"Incorrect API key: {KEY}", "code": None}})]) as server:
        plain = replace(of_file(tmp_path, server, model), settings={})
        await ask_as(plain)
        with pytest.raises(ProviderError) as raised:
            await ask_as(plain)
        with pytest.raises(ProviderError):
            await ask_as(replace(plain, key=None))
    mine, again, others = server.requests
    assert mine.headers[header] == again.headers[header] == value
    assert KEY not in json.dumps(dict(others.headers))
    assert "sk-of-somebody-else" not in json.dumps(dict(mine.headers))
    assert KEY not in str(raised.value)


async def test_a_candidate_s_missing_key_is_never_replaced_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    with stub([DONE]) as server:
        candidate = of_file(tmp_path, server)
        with pytest.raises(BadInput, match="--model mine: set TEAM_AUTH"):
            check_model(candidate)
        with pytest.raises(BadInput, match="--model mine: set TEAM_AUTH"):
            LiteLLMClient(candidate)
    assert not server.requests


@pytest.mark.parametrize("model", ["openai/x", "hosted_vllm/x"])
async def test_settings_and_further_parameters_are_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    monkeypatch.setenv("TEAM_AUTH", KEY)
    with stub([DONE]) as server:
        await ask_as(of_file(tmp_path, server, model))
    (request,) = server.requests
    sent = {name: request.body.get(name) for name in ("model", "reasoning_effort", "top_p", "seed", "top_k")}
    assert sent == {"model": "x", "reasoning_effort": "low", "top_p": 0.5, "seed": 7, "top_k": 40}
    assert "extra" not in request.body


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        ({"prompt_tokens": 1000, "completion_tokens": 100}, 1000 * 1e-6 + 100 * 4e-6),
        (
            {"prompt_tokens": 1000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 600}},
            400 * 1e-6 + 600 * 0.25e-6 + 100 * 4e-6,
        ),
        (
            {"prompt_tokens": 1000, "completion_tokens": 100, "prompt_cache_hit_tokens": 600},
            400 * 1e-6 + 600 * 0.25e-6 + 100 * 4e-6,
        ),
        # More than there were: all of them.
        (
            {"prompt_tokens": 1000, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 6000}},
            1000 * 0.25e-6,
        ),
        ({"prompt_tokens": 1000, "completion_tokens": 100, "prompt_tokens_details": "none"}, 1000 * 1e-6 + 100 * 4e-6),
    ],
)
async def test_a_candidate_s_own_prices_are_reckoned_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usage: dict[str, Any], cost: float
) -> None:
    monkeypatch.setenv("TEAM_AUTH", KEY)
    with stub([json.dumps({**completion(DONE), "usage": usage}).encode()]) as server:
        # A model that litellm has a price for, too.
        candidate = of_file(tmp_path, server, "openai/gpt-4o")
        check_price(candidate, 1.0)
        answer = await ask_as(candidate)
    assert answer.cost_usd == pytest.approx(cost)
    assert answer.charge.cost_usd == pytest.approx(cost)


async def test_own_prices_count_where_a_provider_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAM_AUTH", KEY)
    with stub([json.dumps({**completion(DONE), "usage": None}).encode()]) as server:
        answer = await ask_as(of_file(tmp_path, server))
    assert answer.cost_usd is None
    assert answer.charge.estimated
    assert answer.charge.cost_usd is not None
    assert answer.charge.tokens * 1e-6 < answer.charge.cost_usd < answer.charge.tokens * 4e-6


def test_a_limit_on_cost_wants_a_price_of_either_kind() -> None:
    check_price(named("openai/gpt-4o"), 1.0)
    check_price(replace(named("openai/x"), prices=Prices(input=1.0, output=1.0)), 1.0)
    check_price(named("openai/x"), None)
    with pytest.raises(BadInput, match=r"no price for openai/x.*candidates\.toml"):
        check_price(named("openai/x"), 1.0)
