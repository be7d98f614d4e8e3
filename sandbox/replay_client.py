"""The candidate of a replay: recorded replies and failures, and a clock that only the recording has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.errors import ProviderError
from sandbox.events import Event
from sandbox.limits import CLOCKS, NAMES, Charge, Hit, Limits, Meter
from sandbox.llm.client import Answer, Message
from sandbox.replay import Recorded
from sandbox.replay_tape import Divergence, OnTime, ReplayDiverged
from sandbox.reply import parse_body, parse_reply

REPLIES = ("model.replied", "model.failed", "limit.hit")
_WITHOUT_TIME = tuple(name for name in NAMES if name not in CLOCKS)
# Gives the recorded outcome of a question, which is one of REPLIES.
Due = Callable[[Sequence[Message], Sequence[Mapping[str, Any]]], Event]


class RecordedClient:
    """Serves recorded replies, and recorded failures of the provider as failures."""

    def __init__(self, recorded: Recorded, due: Due) -> None:
        self._recorded = recorded
        self._due = due

    async def ask(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Answer:
        """The reply that was recorded for this question.

        Raises:
            ProviderError: a failure was.
            TimeoutError: none came before the time was over.
            ReplayDiverged: the question is another one.
        """
        event = self._due(messages, tools)
        if event.kind == "model.failed":
            raise ProviderError(str(event.data["message"]), kind=str(event.data["kind"]))
        if event.kind == "limit.hit":
            raise TimeoutError
        try:
            return _answer(event.data, self._recorded.blob(event.data["body"]))
        except ProviderError as exc:
            raise ReplayDiverged(_no_reply(event, exc)) from exc

    async def close(self) -> None:
        """Nothing is held."""


def _no_reply(event: Event, exc: ProviderError) -> Divergence:
    words = f"model.failed message {exc}"
    return Divergence(event=event.seq, call=None, what="event", recorded="model.replied", now=words)


def _answer(data: Mapping[str, Any], body: bytes) -> Answer:
    """A recorded reply, read anew.

    Raises:
        ProviderError: it is none any more.
    """
    document = parse_body(body)
    parse_reply(document, {}, number=data["reply"])
    tokens = data["prompt_tokens"] + data["completion_tokens"]
    # Logs of before there were limits name no charge.
    charge = data.get("charge", {"tokens": tokens, "cost_usd": data["cost_usd"]})
    known = data.get("usage_known", True)
    return Answer(
        body=body,
        raw=data["raw"],
        document=document,
        seconds=0.0,
        prompt_tokens=data["prompt_tokens"],
        completion_tokens=data["completion_tokens"],
        usage_known=known,
        cost_usd=data["cost_usd"],
        charge=Charge(tokens=charge["tokens"], cost_usd=charge["cost_usd"], estimated=not known),
    )


class RecordedMeter(Meter):
    """Counts anew what can be counted; of seconds only the recording knows."""

    def __init__(self, limits: Limits, over: OnTime | None) -> None:
        super().__init__(limits=limits, started=0.0)
        self._over = over

    def used_up(self) -> Hit | None:
        """As `Meter`'s."""
        return self._reached(_WITHOUT_TIME) or self._at("question")

    def no_more_calls(self) -> Hit | None:
        """As `Meter`'s."""
        return self._reached(("calls",)) or self._at("call")

    def out_of_time(self) -> Hit:
        """As `Meter`'s."""
        return self._over.hit if self._over is not None else super().out_of_time()

    def left(self) -> float:
        """All the time there is: nothing here waits."""
        return self.limits.seconds

    def _at(self, place: str) -> Hit | None:
        over = self._over
        is_here = over is not None and (over.place, over.replies, over.calls) == (place, self.replies, self.calls)
        return over.hit if over is not None and is_here else None


async def no_sleep(seconds: float) -> None:
    """Waits of the past need not be waited again."""
