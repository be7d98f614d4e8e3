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

from sandbox.errors import BadInput, ProviderError, one_line
from sandbox.llm.client import Answer, Message
from sandbox.llm.recorder import Recorder
from sandbox.plan import Candidate

SECONDS = 300.0
NO_KEY = "no-key-needed"

# Providers that litellm lists as OpenAI-compatible and yet asks through its own HTTP handler.
# It drops a client of the wrong kind without a word, and the raw body would go with it.
_OWN_HANDLER = frozenset(
    [
        "azure_ai",
        "cometapi",
        "deepseek",
        "edenai",
        "fireworks_ai",
        "groq",
        "hosted_vllm",
        "ragflow",
        "together_ai",
        "xai",
    ]
)
# What litellm misses, though it is no key or there are other ways to log in.
_DISPENSABLE = frozenset(
    ["OLLAMA_API_BASE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "VERTEXAI_PROJECT", "VERTEXAI_LOCATION"]
)

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
_STATUSES = {401: "authentication", 403: "authentication", 404: "not-found", 408: "timeout", 429: "rate-limit"}


def load_litellm() -> Any:
    """The litellm module, told to keep quiet and to fetch nothing."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_LOG", "ERROR")
    litellm: Any = importlib.import_module("litellm")
    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.num_retries = 0
    return litellm


def check_model(candidate: Candidate) -> None:
    """Whether litellm knows the provider and the key is there, before anything is started.

    Raises:
        BadInput: naming the model or the variable that holds the key.
    """
    litellm = load_litellm()
    provider, _, base = _resolve(litellm, candidate)
    if candidate.api_base:
        return
    missing = [name for name in _missing(litellm, candidate) if name not in _DISPENSABLE]
    if missing:
        # Google's two names mean the same key.
        names = (" or " if provider == "gemini" else " and ").join(missing)
        raise BadInput(f"--model {candidate.name}: set {names} (the key of {provider}), or give --api-base")
    _check_address(litellm, candidate, provider, base)


def _resolve(litellm: Any, candidate: Candidate) -> tuple[str, str | None, str | None]:
    """Provider, key and address of a model, as litellm finds them."""
    try:
        _, provider, key, base = litellm.get_llm_provider(candidate.name, api_base=candidate.api_base)
    except Exception as exc:
        raise BadInput(
            f"--model {candidate.name}: litellm knows no such provider; write PROVIDER/MODEL, as in "
            "openai/gpt-4o, anthropic/claude-sonnet-4-5, ollama/llama3, or give scripted:oracle"
        ) from exc
    return provider, key, candidate.api_base or base


def _check_address(litellm: Any, candidate: Candidate, provider: str, base: str | None) -> None:
    """Refuse a provider without an address: OpenAI's client would take OpenAI's, and send another's key there."""
    if base is None and provider != "openai" and _openai_dialect(litellm, provider):
        raise BadInput(f"--model {candidate.name}: litellm has no address for {provider}, give --api-base")


def _missing(litellm: Any, candidate: Candidate) -> list[str]:
    """The variables without which litellm would not ask this provider."""
    return list(litellm.validate_environment(candidate.name).get("missing_keys", []))


def _openai_dialect(litellm: Any, provider: str) -> bool:
    """Whether a provider other than OpenAI is asked as OpenAI is."""
    if provider == "custom_openai" or provider in litellm.openai_compatible_providers:
        return True
    listed: Any = importlib.import_module("litellm.llms.openai_like.json_loader")
    return bool(listed.JSONProviderRegistry.exists(provider))


class LiteLLMClient:
    """One model. Keys come from the environment and go nowhere but to the provider.

    Raises:
        BadInput: litellm knows no such provider, or no address of it.
    """

    def __init__(self, candidate: Candidate, *, seconds: float = SECONDS) -> None:
        self._litellm = load_litellm()
        self._candidate = candidate
        self._seconds = seconds
        self._provider, key, self._base = _resolve(self._litellm, candidate)
        _check_address(self._litellm, candidate, self._provider, self._base)
        self._key = key or (os.environ.get("OPENAI_API_KEY") if self._provider == "openai" else None)
        self._http = Recorder(seconds=seconds)
        self._through_openai = self._provider not in _OWN_HANDLER and (
            self._provider == "openai" or _openai_dialect(self._litellm, self._provider)
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
            return self._answer(document, self._http.response.content, True, started, response)
        if failure is not None:
            # Raised out here, without its cause: that may quote the key, and tracebacks get printed.
            raise failure
        rendered = response.model_dump(mode="json")
        return self._answer(rendered, json.dumps(rendered).encode(), False, started, response)

    async def _complete(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Any:
        """litellm's own rendering of the reply."""
        # litellm's table of who can take tools does not know every model; the provider does.
        allowed = {"allowed_openai_params": ["tools"]} if self._through_openai else {}
        keyless = self._candidate.api_base and _missing(self._litellm, self._candidate)
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
            document = json.loads(response.content)
        except (ValueError, RecursionError):
            return None
        if not isinstance(document, dict):
            return None
        if document.get("error") and not document.get("choices"):
            return None
        return document if "choices" in document or document.get("object") == "chat.completion" else None

    def _answer(self, document: Any, body: bytes, raw: bool, started: float, response: Any) -> Answer:
        usage = document.get("usage") if isinstance(document.get("usage"), dict) else {}
        return Answer(
            body=body,
            raw=raw,
            document=document,
            seconds=time.monotonic() - started,
            prompt_tokens=_count(usage.get("prompt_tokens")),
            completion_tokens=_count(usage.get("completion_tokens")),
            cost_usd=self._cost(response),
        )

    def _cost(self, response: Any) -> float | None:
        if response is None:
            return None
        try:
            return float(self._litellm.completion_cost(completion_response=response, model=self._candidate.name))
        except Exception:
            return None

    def _failure(self, exc: Exception) -> ProviderError:
        # Keys go first: a key cut in two by the shortening would no longer be found.
        text = one_line(Exception(_without_keys(str(exc), self._key) or type(exc).__name__))
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
        if status < 300 or status >= 500:
            return "server"
        return _STATUSES.get(status, "bad-request")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _count(value: Any) -> int:
    return value if type(value) is int and value >= 0 else 0


def _retry_after(response: httpx.Response | None) -> float | None:
    """The wait in seconds that a response asks for, given as seconds or as a date."""
    text = response.headers.get("retry-after", "") if response is not None else ""
    try:
        if text.isdecimal() or text.replace(".", "", 1).isdecimal():
            return float(text)
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _without_keys(text: str, own: str | None) -> str:
    """Blot out the key in use and every key of the environment, should a provider's error quote one."""
    found = {own: "<the key>"} if own else {}
    for name, value in os.environ.items():
        if "KEY" in name or "TOKEN" in name or "SECRET" in name:
            found[value] = f"<{name}>"
    # The longest first: one key may be the beginning of another.
    for value in sorted(found, key=len, reverse=True):
        if len(value) >= 6:
            text = text.replace(value, found[value])
    return text
