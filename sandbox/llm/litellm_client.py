"""Models through litellm, with the provider's own bytes kept.

litellm normalises what a provider sends, and with it hides faults of the model.
So an httpx hook on the client that litellm is handed keeps the raw body, and the
reply is read from that wherever it is a chat completion. litellm is imported
when the first model is asked, never before: it costs seconds and memory.
"""

from __future__ import annotations

import importlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from sandbox.errors import BadInput, ProviderError, one_line
from sandbox.llm.client import Answer, Message
from sandbox.plan import Candidate
from sandbox.secrecy import without_secrets

SECONDS = 300.0
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
    try:
        _, provider, _, _ = litellm.get_llm_provider(candidate.name, api_base=candidate.api_base)
    except Exception as exc:
        raise BadInput(
            f"--model {candidate.name}: litellm knows no such provider; write PROVIDER/MODEL, as in "
            "openai/gpt-4o, anthropic/claude-sonnet-4-5, ollama/llama3, or give scripted:oracle"
        ) from exc
    if candidate.api_base:
        return
    missing = litellm.validate_environment(candidate.name).get("missing_keys", [])
    if missing:
        raise BadInput(
            f"--model {candidate.name}: set {' and '.join(missing)} (the key of {provider}), or give --api-base"
        )


class LiteLLMClient:
    """One model. Keys come from the environment and go nowhere but to the provider."""

    def __init__(self, candidate: Candidate, *, seconds: float = SECONDS) -> None:
        self._litellm = load_litellm()
        self._candidate = candidate
        self._seconds = seconds
        self._kept: list[httpx.Response] = []
        found = self._litellm.get_llm_provider(candidate.name, api_base=candidate.api_base)
        self._provider, self._key, self._base = found[1], found[2], found[3]
        self._http = httpx.AsyncClient(event_hooks={"response": [self._keep]}, timeout=seconds)
        self._client = self._make_client()

    def _make_client(self) -> Any:
        """The client object that litellm's code for this provider takes."""
        if self._provider == "openai" or self._provider in self._litellm.openai_compatible_providers:
            openai = importlib.import_module("openai")
            key = self._own_key() or NO_KEY
            base = self._candidate.api_base or self._base
            return openai.AsyncOpenAI(api_key=key, base_url=base, http_client=self._http, max_retries=0)
        handlers = importlib.import_module("litellm.llms.custom_httpx.http_handler")
        handler = handlers.AsyncHTTPHandler(timeout=self._seconds)
        handler.client = self._http
        return handler

    def _own_key(self) -> str | None:
        """The key that litellm found for this provider; never another provider's."""
        return self._key or (os.environ.get("OPENAI_API_KEY") if self._provider == "openai" else None)

    def _keyless(self) -> bool:
        """Whether a server of the user's own is asked without a key."""
        if not self._candidate.api_base:
            return False
        return bool(self._litellm.validate_environment(self._candidate.name).get("missing_keys"))

    async def _keep(self, response: httpx.Response) -> None:
        await response.aread()
        self._kept.append(response)

    async def ask(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Answer:
        """One request, no retry of any layer below.

        Raises:
            ProviderError: as `Client.ask`.
        """
        self._kept.clear()
        started = time.monotonic()
        try:
            response = await self._litellm.acompletion(
                model=self._candidate.name,
                messages=list(messages),
                tools=list(tools),
                api_base=self._candidate.api_base,
                api_key=self._own_key() or (NO_KEY if self._keyless() else None),
                client=self._client,
                timeout=self._seconds,
                num_retries=0,
                max_retries=0,
                **self._candidate.settings,
            )
        except Exception as exc:
            # litellm may choke on what the model wrote; that is the model's reply all the same.
            document = self._raw_completion()
            if document is None:
                raise self._failure(exc) from exc
            return self._answer(document, self._kept[-1].content, True, started, None)
        document = self._raw_completion()
        if document is not None:
            return self._answer(document, self._kept[-1].content, True, started, response)
        rendered = response.model_dump(mode="json")
        return self._answer(rendered, json.dumps(rendered).encode(), False, started, response)

    def _raw_completion(self) -> Any:
        """The last body if the provider sent a chat completion, else None."""
        if not self._kept or self._kept[-1].status_code != 200:
            return None
        try:
            document = json.loads(self._kept[-1].content)
        except (ValueError, RecursionError):
            return None
        return document if isinstance(document, dict) and "choices" in document else None

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
        names = [cls.__name__ for cls in type(exc).__mro__]
        kind = next((_KINDS[name] for name in names if name in _KINDS), "server")
        wait = _retry_after(self._kept[-1] if self._kept else None)
        return ProviderError(without_secrets(one_line(exc)), kind=kind, retry_after=wait)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value >= 0 else 0


def _retry_after(response: httpx.Response | None) -> float | None:
    text = response.headers.get("retry-after", "") if response is not None else ""
    return float(text) if text.replace(".", "", 1).isdigit() else None
