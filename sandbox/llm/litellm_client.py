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
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from sandbox.errors import ProviderError, one_line
from sandbox.limits import Charge
from sandbox.llm.client import Answer, Message
from sandbox.llm.providers import (
    OWN_HANDLER,
    check_address,
    load_litellm,
    missing_variables,
    openai_dialect,
    price,
    resolve,
)
from sandbox.llm.recorder import Recorder
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
# How providers say that a conversation has outgrown the model; litellm knows some of their words.
_OVERFLOW = re.compile(
    r"context_length_exceeded|maximum (?:context|model) length|exceeds? the (?:model's )?(?:maximum )?context"
    r"|reduce the length of the (?:messages|prompt|input)|too large for model with"
    r"|prompt is too long|input is too long for",
    re.IGNORECASE,
)
_READ_FOR_WORDS = 4000
_STATUSES = {
    413: "context-length",
    401: "authentication",
    403: "authentication",
    404: "not-found",
    408: "timeout",
    429: "rate-limit",
}


class LiteLLMClient:
    """One model. Keys come from the environment and go nowhere but to the provider.

    Raises:
        BadInput: litellm knows no such provider, or no address of it.
    """

    def __init__(self, candidate: Candidate, *, seconds: float = SECONDS) -> None:
        self._litellm = load_litellm()
        self._candidate = candidate
        self._seconds = seconds
        self._provider, key, self._base = resolve(self._litellm, candidate)
        check_address(self._litellm, candidate, self._provider, self._base)
        self._key = key or (os.environ.get("OPENAI_API_KEY") if self._provider == "openai" else None)
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
        key = os.environ.get("AZURE_API_KEY") or os.environ.get("AZURE_OPENAI_API_KEY")
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
        document = self._raw_completion()
        if document is not None and self._http.response is not None:
            return self._answer(document, self._http.response.content, True, started, response, [messages, tools])
        if failure is not None:
            # Raised out here, without its cause: that may quote the key, and tracebacks get printed.
            raise failure
        rendered = response.model_dump(mode="json")
        return self._answer(rendered, json.dumps(rendered).encode(), False, started, response, [messages, tools])

    async def _complete(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Any:
        """litellm's own rendering of the reply."""
        # litellm's table of who can take tools does not know every model; the provider does.
        allowed = {"allowed_openai_params": ["tools"]} if self._through_openai else {}
        keyless = self._candidate.api_base and missing_variables(self._litellm, self._candidate)
        return await self._litellm.acompletion(
            model=self._candidate.name,
            # litellm does not promise to leave these alone, and the conversation goes on with them.
            messages=copy.deepcopy(list(messages)),
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

    def _raw_completion(self) -> Any:
        """The last body if the provider sent a chat completion, else None."""
        response = self._http.response
        if response is None or response.status_code != 200:
            return None
        try:
            document = parse_body(response.content)
        except ProviderError:
            return None
        if not isinstance(document, dict):
            return None
        if document.get("error") and not document.get("choices"):
            return None
        return document if "choices" in document or document.get("object") == "chat.completion" else None

    def _answer(
        self, document: Any, body: bytes, raw: bool, started: float, response: Any, sent: Sequence[Any]
    ) -> Answer:
        usage = document.get("usage") if isinstance(document.get("usage"), dict) else {}
        prompt, completion = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
        # No request takes 0 tokens: litellm writes that where a provider says nothing.
        known = prompt > 0 and usage.get("completion_tokens") == completion
        if known:
            cost = self._cost(response, prompt, completion)
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

    def _cost(self, response: Any, prompt: int, completion: int) -> float | None:
        listed = price(self._litellm, self._candidate, prompt_tokens=prompt, completion_tokens=completion)
        if not listed or response is None:
            return listed
        try:
            # From the whole response litellm also knows what was cached, which costs less.
            return float(self._litellm.completion_cost(completion_response=response, model=self._candidate.name))
        except Exception:
            return listed

    def _estimate(self, prompt: int, completion: int) -> Charge:
        cost = price(self._litellm, self._candidate, prompt_tokens=prompt, completion_tokens=completion)
        return Charge(tokens=prompt + completion, cost_usd=cost, estimated=True)

    def _failure(self, exc: Exception) -> ProviderError:
        # Keys go first: a key cut in two by the shortening would no longer be found.
        text = one_line(Exception(without_secrets(str(exc), self._key) or type(exc).__name__))
        return ProviderError(text, kind=self._kind(exc), retry_after=_retry_after(self._http.response))

    def _kind(self, exc: Exception) -> str:
        """What went wrong, by what was seen on the wire before litellm's word for it."""
        names = [cls.__name__ for cls in type(exc).__mro__]
        named = next((_KINDS[name] for name in names if name in _KINDS), "server")
        if self._http.broken is not None:
            return "timeout" if isinstance(self._http.broken, httpx.TimeoutException) else "connection"
        if self._http.response is None or named == "context-length":
            return named
        status = self._http.response.status_code
        if status < 500 and _OVERFLOW.search(self._http.response.text[:_READ_FOR_WORDS]):
            return "context-length"
        if status < 300 or status >= 500:
            return "server"
        return _STATUSES.get(status, "bad-request")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _guess(data: bytes) -> int:
    """Tokens in so many bytes, where nobody counted them: one in four."""
    return -(-len(data) // BYTES_PER_TOKEN)


def _encoded(sent: Sequence[Any]) -> bytes:
    return json.dumps(sent, ensure_ascii=False, default=str).encode("utf-8", "replace")


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
