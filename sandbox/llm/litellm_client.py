"""Models through litellm, with the provider's own bytes kept.

litellm normalises what a provider sends, and with it hides faults of the model.
So the HTTP client that litellm is handed keeps the raw body, and the reply is
read from that wherever it is a chat completion. litellm is imported when the
first model is asked, never before: it costs seconds and memory.
"""

from __future__ import annotations

import copy
import email.utils
import importlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from sandbox.detect.provider import (
    MOST_READ,
    failure_in,
    kind_of,
    kind_of_status,
    malformed_call_in,
    tells_of_overflow,
    tells_of_quota,
)
from sandbox.errors import ProviderError, one_line
from sandbox.limits import Charge
from sandbox.llm.client import Answer, Message
from sandbox.llm.converting import convertible
from sandbox.llm.providers import (
    OWN_HANDLER,
    check_address,
    load_litellm,
    missing_variables,
    openai_dialect,
    own_key,
    price,
    resolve,
)
from sandbox.llm.recorder import Recorder, is_chat
from sandbox.plan import Candidate
from sandbox.reply import parse_body
from sandbox.secrecy import without_secrets

SECONDS = 300.0
BYTES_PER_TOKEN = 4
# A server that speaks of more than this is not to be believed.
MOST_TOKENS = 10**12
NO_KEY = "no-key-needed"

_KINDS = {
    "AuthenticationError": "authentication",
    "PermissionDeniedError": "authentication",
    "NotFoundError": "not-found",
    "ContextWindowExceededError": "context-length",
    "RateLimitError": "rate-limit",
    "Timeout": "timeout",
    "APITimeoutError": "timeout",
    "APIConnectionError": "connection",
    "UnsupportedParamsError": "bad-request",
    "ContentPolicyViolationError": "bad-request",
    "BadRequestError": "bad-request",
    "UnprocessableEntityError": "bad-request",
}
# What is looked at of a long error; and how much of its end may hold a key that is cut in two.
_MOST_SAID, _LONGEST_KEY = 16_000, 4000


class LiteLLMClient:
    """One model. Keys come from the environment and go nowhere but to the provider.

    Raises:
        BadInput: litellm knows no such provider, or no address of it; or the candidate's own key is not there.
    """

    def __init__(self, candidate: Candidate, *, seconds: float = SECONDS) -> None:
        self._litellm = load_litellm()
        self._candidate = candidate
        self._seconds = seconds
        self._provider, key, self._base = resolve(self._litellm, candidate)
        check_address(self._litellm, candidate, self._provider, self._base)
        of_openai = os.environ.get("OPENAI_API_KEY") if self._provider == "openai" else None
        self._key = own_key(candidate) or key or of_openai
        self._http = Recorder(seconds=seconds)
        self._through_openai = self._provider not in OWN_HANDLER and (
            self._provider == "openai" or openai_dialect(self._litellm, self._provider)
        )
        self._client = self._make_client()

    def _make_client(self) -> Any:
        """The client object that litellm's code for this provider takes; None: it takes none of ours."""
        if self._through_openai:
            openai: Any = importlib.import_module("openai")
            return openai.AsyncOpenAI(
                api_key=self._key or NO_KEY, base_url=self._base, http_client=self._http, max_retries=0
            )
        if self._provider == "azure":
            return self._make_azure_client()
        handlers: Any = importlib.import_module("litellm.llms.custom_httpx.http_handler")
        handler = handlers.AsyncHTTPHandler(timeout=self._seconds)
        handler.client = self._http
        return handler

    def _make_azure_client(self) -> Any:
        """Azure's, where a key is what opens it; litellm sees to the other ways to log in."""
        key = own_key(self._candidate) or os.environ.get("AZURE_API_KEY") or os.environ.get("AZURE_OPENAI_API_KEY")
        base = self._base or os.environ.get("AZURE_API_BASE")
        if not key or not base:
            return None
        self._key = key
        openai: Any = importlib.import_module("openai")
        version = os.environ.get("AZURE_API_VERSION") or self._litellm.AZURE_DEFAULT_API_VERSION
        return openai.AsyncAzureOpenAI(
            api_key=key, azure_endpoint=base, api_version=version, http_client=self._http, max_retries=0
        )

    async def ask(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Answer:
        """One request, no retry of any layer below.

        Raises:
            ProviderError: as `Client.ask`.
        """
        self._http.forget()
        started = time.monotonic()
        response: Any = None
        failure: ProviderError | None = None
        try:
            response = await self._complete(messages, tools)
        except Exception as exc:
            failure = self._failure(exc)
        # litellm may choke on what the model wrote; that is the model's reply all the same.
        document, said = self._on_the_wire()
        if document is not None and self._http.response is not None:
            return self._answer(document, self._http.response.content, True, started, response, [messages, tools])
        # Raised out here, without its cause: that may quote the key, and tracebacks get printed.
        if said is not None:
            raise self._told(str(said), said.kind)
        if failure is not None:
            raise failure
        rendered = response.model_dump(mode="json")
        if (said := failure_in(rendered)) is not None:
            raise self._told(str(said), said.kind)
        return self._answer(rendered, json.dumps(rendered).encode(), False, started, response, [messages, tools])

    async def _complete(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Any:
        """litellm's own rendering of the reply."""
        # litellm's tables of who can take tools and effort do not know every model; the provider does.
        doubted = ["tools", *({"reasoning_effort"} & self._candidate.settings.keys())]
        allowed = {"allowed_openai_params": doubted} if self._through_openai else {}
        keyless = self._candidate.api_base and missing_variables(self._litellm, self._candidate)
        return await self._litellm.acompletion(
            model=self._candidate.model_name,
            # litellm does not promise to leave these alone, and the conversation goes on with them.
            messages=self._sendable(messages),
            tools=copy.deepcopy(list(tools)) or None,
            api_base=self._candidate.api_base,
            api_key=self._key or (NO_KEY if keyless else None),
            client=self._client,
            timeout=self._seconds,
            num_retries=0,
            max_retries=0,
            **allowed,
            **self._candidate.settings,
        )

    def _sendable(self, messages: Sequence[Message]) -> list[Any]:
        """A copy of the conversation, with arguments that litellm can convert where it has to."""
        copied: list[Any] = copy.deepcopy(list(messages))
        if self._through_openai or self._provider in OWN_HANDLER or self._provider == "azure":
            return copied
        return convertible(copied)

    def _on_the_wire(self) -> tuple[Any, ProviderError | None]:
        """The reply as the provider's last body holds it; or the failure that it tells of; neither if it does not say.

        Whose fault a body is, is for `sandbox.detect.provider` to say.
        """
        response = self._http.response
        if response is None:
            return None, None
        try:
            document = parse_body(response.content)
        except ProviderError as exc:
            return None, exc if response.is_success and is_chat(response) else None
        # A call that a provider could not read is the model's, under whatever status and in whatever dialect.
        if malformed_call_in(document) is not None:
            return document, None
        if not response.is_success:
            return None, None
        if (failure := failure_in(document)) is not None:
            return None, failure
        return (document if _is_completion(document, response) else None), None

    def _answer(
        self, document: Any, body: bytes, raw: bool, started: float, response: Any, sent: Sequence[Any]
    ) -> Answer:
        usage = document.get("usage") if isinstance(document.get("usage"), dict) else {}
        prompt, completion = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
        # No request takes 0 tokens: litellm writes that where a provider says nothing.
        known = prompt > 0 and usage.get("completion_tokens") == completion
        if known:
            cost = self._cost(response, prompt, completion, _cached(usage))
            charge = Charge(tokens=prompt + completion, cost_usd=cost)
        else:
            cost, charge = None, self._estimate(max(prompt, _guess(_encoded(sent))), max(completion, _guess(body)))
        return Answer(
            body=body,
            raw=raw,
            document=document,
            seconds=time.monotonic() - started,
            prompt_tokens=prompt,
            completion_tokens=completion,
            usage_known=known,
            cost_usd=cost,
            charge=charge,
        )

    def _cost(self, response: Any, prompt: int, completion: int, cached: int) -> float | None:
        known = price(
            self._litellm, self._candidate, prompt_tokens=prompt, completion_tokens=completion, cached_tokens=cached
        )
        if not known or response is None or self._candidate.prices is not None:
            return known
        try:
            # From the whole response litellm also knows what was cached, which costs less.
            return float(self._litellm.completion_cost(completion_response=response, model=self._candidate.model_name))
        except Exception:
            return known

    def _estimate(self, prompt: int, completion: int) -> Charge:
        cost = price(self._litellm, self._candidate, prompt_tokens=prompt, completion_tokens=completion)
        return Charge(tokens=prompt + completion, cost_usd=cost, estimated=True)

    def _failure(self, exc: Exception) -> ProviderError:
        if self._http.fault is not None:
            return self._told(str(self._http.fault), self._http.fault.kind)
        response = self._http.response
        if response is not None and response.is_redirect:
            to = response.headers.get("location", "somewhere else")
            return self._told(f"the provider redirects ({response.status_code}) to {to}; see --api-base", "bad-request")
        return self._told(str(exc) or type(exc).__name__, self._kind(exc))

    def _told(self, words: str, kind: str) -> ProviderError:
        # Keys go first: a key cut in two by the shortening would no longer be found.
        text = without_secrets(words[:_MOST_SAID], self._key)
        if len(words) > _MOST_SAID:
            text = text[:-_LONGEST_KEY]
        return ProviderError(one_line(Exception(text)), kind=kind, retry_after=_retry_after(self._http.response))

    def _kind(self, exc: Exception) -> str:
        """What went wrong, by what was seen on the wire before litellm's word for it."""
        names = [cls.__name__ for cls in type(exc).__mro__]
        named = next((_KINDS[name] for name in names if name in _KINDS), "server")
        if self._http.broken is not None:
            return "timeout" if isinstance(self._http.broken, httpx.TimeoutException) else "connection"
        response = self._http.response
        if response is None or named == "context-length":
            return named
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS and tells_of_quota(_beginning(response)):
            return "quota"
        return "context-length" if _is_overflow(response) else kind_of_status(response.status_code)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _is_completion(document: Any, response: httpx.Response) -> bool:
    """Whether a good body is a chat completion, whole or not, and no reply in another dialect."""
    if not isinstance(document, dict):
        return False
    return is_chat(response) or "choices" in document or document.get("object") == "chat.completion"


def _is_overflow(response: httpx.Response) -> bool:
    try:
        return kind_of(parse_body(response.content)) == "context-length"
    except ProviderError:
        return tells_of_overflow(_beginning(response))


def _beginning(response: httpx.Response) -> str:
    return response.content[:MOST_READ].decode("utf-8", "replace")


def _guess(data: bytes) -> int:
    """Tokens in so many bytes, where nobody counted them: one in four."""
    return -(-len(data) // BYTES_PER_TOKEN)


def _encoded(sent: Sequence[Any]) -> bytes:
    return json.dumps(sent, ensure_ascii=False, default=str).encode("utf-8", "replace")


def _cached(usage: Mapping[str, Any]) -> int:
    """Tokens of the prompt that the provider says it had cached, in the words of one of them."""
    details = usage.get("prompt_tokens_details")
    named = details.get("cached_tokens") if isinstance(details, dict) else None
    told = (named, usage.get("cache_read_input_tokens"), usage.get("prompt_cache_hit_tokens"))
    return next((count for value in told if (count := _count(value))), 0)


def _count(value: Any) -> int:
    return value if type(value) is int and 0 <= value <= MOST_TOKENS else 0


def _retry_after(response: httpx.Response | None) -> float | None:
    """The wait in seconds that a response asks for, given as seconds or as a date."""
    text = response.headers.get("retry-after", "") if response is not None else ""
    try:
        if text.isdecimal() or text.replace(".", "", 1).isdecimal():
            return float(text)
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
