"""What every candidate offers: one answer to one conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.limits import Charge

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer, as it came.

    body: the bytes that the provider sent, before anything normalised them; where a
        client library gives no access to them, its own rendering (and `raw` is False).
    document: the chat completion in `body` as data, from which calls are read.
    seconds: from asking to having it all.
    usage_known: whether the provider said how many tokens it took; what it did not say is 0 here.
    cost_usd: what it cost by the price list, or None if no price or no usage is known.
    charge: what it counts against limits, estimated where the provider did not say.
    """

    body: bytes
    raw: bool
    document: Any
    seconds: float
    prompt_tokens: int
    completion_tokens: int
    usage_known: bool
    cost_usd: float | None
    charge: Charge


class Client(Protocol):
    """A candidate that can be asked."""

    async def ask(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Answer:
        """The next reply to a conversation.

        Args:
            messages: OpenAI chat-completion messages, oldest first.
            tools: the tools offered, in the same form.

        Raises:
            ProviderError: there is no answer; `kind` says whether asking again may help.
        """
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...
