"""What litellm knows of a model before it is asked: provider, key, address, and what is missing."""

from __future__ import annotations

import importlib
import os
from typing import Any

from sandbox.errors import BadInput
from sandbox.plan import Candidate

# Providers that litellm lists as OpenAI-compatible and yet asks through its own HTTP handler.
# It drops a client of the wrong kind without a word, and the raw body would go with it.
OWN_HANDLER = frozenset(
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

# Free whatever the model is called; litellm would ask the server about it before it says so.
_AT_HOME = frozenset(["ollama", "ollama_chat"])


def load_litellm() -> Any:
    """The litellm module, told to keep quiet and to fetch nothing."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_LOG", "ERROR")
    litellm: Any = importlib.import_module("litellm")
    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.num_retries = 0
    return litellm


def check_model(candidate: Candidate, *, unlisted: str = "") -> None:
    """Whether litellm knows the provider and the key is there, before anything is started.

    Args:
        unlisted: as for `check_provider`.

    Raises:
        BadInput: naming the model or the variable that holds the key.
    """
    if (words := check_provider(candidate, unlisted=unlisted)) is not None:
        raise BadInput(words)


def check_provider(candidate: Candidate, *, unlisted: str = "") -> str | None:
    """Whether litellm knows the provider and where to find it; what is said if its key is missing.

    Args:
        unlisted: what else its name could have been, to be said where litellm does not know it.

    Raises:
        BadInput: litellm knows no such provider, or no address of it.
    """
    litellm = load_litellm()
    provider, _, base = resolve(litellm, candidate, unlisted=unlisted)
    if candidate.key is not None and not os.environ.get(candidate.key):
        return _without_own_key(candidate)
    if candidate.api_base:
        return None
    missing = [name for name in missing_variables(litellm, candidate) if name not in _DISPENSABLE]
    if candidate.key is not None:
        missing = [name for name in missing if "KEY" not in name]
    if missing:
        # Google's two names mean the same key.
        names = (" or " if provider == "gemini" else " and ").join(missing)
        return f"--model {candidate.name}: set {names} (the key of {provider}), or give --api-base"
    check_address(litellm, candidate, provider, base)
    return None


def own_key(candidate: Candidate) -> str | None:
    """The key from the candidate's own variable; None if it names none.

    Raises:
        BadInput: the variable is not set.
    """
    if candidate.key is None:
        return None
    if key := os.environ.get(candidate.key):
        return key
    raise BadInput(_without_own_key(candidate))


def _without_own_key(candidate: Candidate) -> str:
    return f"--model {candidate.name}: set {candidate.key}, the variable that is to hold its key"


def check_price(candidate: Candidate, bound: float | None, *, name: str = "cost") -> None:
    """Whether a limit on cost can be held, before anything is started.

    Args:
        bound: US dollars; None if there is no such limit. name: the limit's.

    Raises:
        BadInput: there is one, and no price is known for the model.
    """
    if bound is not None and price(load_litellm(), candidate, prompt_tokens=1000, completion_tokens=1000) is None:
        raise BadInput(
            f"--limit {name}={bound:g}: litellm knows no price for {candidate.name}; limit "
            f"{name.replace('cost', 'tokens')}=N instead, "
            "give the model by the name that litellm lists, or write its prices into candidates.toml"
        )


def price(
    litellm: Any, candidate: Candidate, *, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0
) -> float | None:
    """US dollars for so many tokens by the candidate's own prices, else by litellm's list; None if neither has any.

    A price of 0 is one where it is listed, and for models that run at home.

    Args:
        cached_tokens: those of the prompt that the provider had cached; they count by own prices only.
    """
    if candidate.prices is not None:
        return candidate.prices.cost(
            prompt_tokens=prompt_tokens, completion_tokens=completion_tokens, cached_tokens=cached_tokens
        )
    if runs_at_home(litellm, candidate):
        return 0.0
    try:
        halves = litellm.cost_per_token(
            model=candidate.model_name, prompt_tokens=prompt_tokens, completion_tokens=completion_tokens
        )
        # litellm also says 0 of entries that list no price for tokens, or one for seconds.
        known = sum(halves) > 0 or _listed_as_free(litellm, candidate.model_name)
    except Exception:
        return None
    return float(sum(halves)) if known else None


def runs_at_home(litellm: Any, candidate: Candidate) -> bool:
    """Whether a model is free whatever it is called."""
    return resolve(litellm, candidate)[0] in _AT_HOME


def _listed_as_free(litellm: Any, model: str) -> bool:
    entry = litellm.model_cost.get(litellm.get_model_info(model)["key"], {})
    return bool({"input_cost_per_token", "output_cost_per_token"} <= entry.keys())


def resolve(litellm: Any, candidate: Candidate, *, unlisted: str = "") -> tuple[str, str | None, str | None]:
    """Provider, key and address of a model, as litellm finds them.

    Args:
        unlisted: as for `check_provider`.

    Raises:
        BadInput: it finds none.
    """
    try:
        _, provider, key, base = litellm.get_llm_provider(candidate.model_name, api_base=candidate.api_base)
    except Exception as exc:
        told = "" if candidate.model is None else f" ({candidate.model})"
        first = f"{unlisted}, and " if unlisted else ""
        raise BadInput(
            f"--model {candidate.name}{told}: {first}litellm knows no such provider; write PROVIDER/MODEL, as in "
            "openai/gpt-4o, anthropic/claude-sonnet-4-5, ollama/llama3, or give scripted:oracle"
        ) from exc
    return provider, key, candidate.api_base or base


def check_address(litellm: Any, candidate: Candidate, provider: str, base: str | None) -> None:
    """Refuse a provider without an address: OpenAI's client would take OpenAI's, and send another's key there."""
    if base is None and provider != "openai" and openai_dialect(litellm, provider):
        raise BadInput(f"--model {candidate.name}: litellm has no address for {provider}, give --api-base")


def missing_variables(litellm: Any, candidate: Candidate) -> list[str]:
    """The variables without which litellm would not ask this provider."""
    return list(litellm.validate_environment(candidate.model_name).get("missing_keys", []))


def openai_dialect(litellm: Any, provider: str) -> bool:
    """Whether a provider other than OpenAI is asked as OpenAI is."""
    if provider == "custom_openai" or provider in litellm.openai_compatible_providers:
        return True
    listed: Any = importlib.import_module("litellm.llms.openai_like.json_loader")
    return bool(listed.JSONProviderRegistry.exists(provider))
