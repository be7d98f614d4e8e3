"""What asking a candidate takes at most, as far as litellm's list and the candidate's own settings tell."""

from __future__ import annotations

import re
from typing import Any

from sandbox.forecast import FREE, Rate
from sandbox.llm.providers import load_litellm, price, runs_at_home
from sandbox.plan import Candidate

_MILLION = 10**6
# Prices for other ways to be asked: in batches, or with less or more patience than we have.
_PRICE = re.compile(
    r"(?:input_cost_per_token|output_cost_per_token|output_cost_per_reasoning_token|cache_creation_input_token_cost"
    r"|cache_read_input_token_cost)(?!\w*(?:_batches|_flex|_priority))\w*"
)


def rate_of(candidate: Candidate) -> Rate:
    """What asking a candidate takes.

    Raises:
        BadInput: litellm knows no such provider.
    """
    if candidate.scripted:
        return FREE
    litellm = load_litellm()
    if runs_at_home(litellm, candidate):
        listed: dict[str, Any] = {}
    else:
        listed = _listed(litellm, candidate.model_name)
    read, written = listed.get("max_input_tokens"), _most_written(candidate, listed)
    if read is None or written is None:
        return Rate(reply_tokens=None, reply_usd=None, token_usd=_dearest(litellm, candidate, listed))
    return Rate(
        reply_tokens=read + written,
        reply_usd=price(litellm, candidate, prompt_tokens=read, completion_tokens=written),
        token_usd=_dearest(litellm, candidate, listed),
    )


def _most_written(candidate: Candidate, listed: dict[str, Any]) -> int | None:
    asked = (candidate.settings.get("max_tokens"), candidate.settings.get("max_completion_tokens"))
    return min((most for most in (*asked, listed.get("max_output_tokens")) if isinstance(most, int)), default=None)


def _dearest(litellm: Any, candidate: Candidate, listed: dict[str, Any]) -> float | None:
    """US dollars that one token costs at most; None: no price is known."""
    if candidate.prices is not None:
        return candidate.prices.dearest
    if price(litellm, candidate, prompt_tokens=_MILLION, completion_tokens=_MILLION) is None:
        return None
    prices = [value for name, value in listed.items() if _PRICE.fullmatch(name) and isinstance(value, int | float)]
    return max(prices, default=0.0)


def _listed(litellm: Any, model: str) -> dict[str, Any]:
    """What litellm's list holds of a model; nothing if it does not know it."""
    try:
        entry: dict[str, Any] = litellm.model_cost.get(litellm.get_model_info(model)["key"], {})
    except Exception:
        return {}
    return entry
