"""What of a trial that is carried out again is held against its recording, and what was found so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sandbox.events import Event, of_kind
from sandbox.journal import Journal
from sandbox.limits import CLOCKS
from sandbox.llm.client import Message
from sandbox.replay import Recorded
from sandbox.replay_client import REPLIES
from sandbox.replay_tape import Divergence, ReplayDiverged, as_fault, calls_that_ran, is_final


class Comparison:
    """What of one trial is compared, and what was found."""

    def __init__(self, recorded: Recorded, journal: Journal, *, strict: bool) -> None:
        self.recorded = recorded
        self.journal = journal
        self.ran = calls_that_ran(recorded.events)
        self._strict = strict
        self._met: set[str] = set()
        self._outcomes = iter(outcomes_of(recorded.events))

    def reply(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Event:
        """The next recorded outcome of a question.

        Raises:
            ReplayDiverged: there is no further one.
        """
        event = next(self._outcomes, None)
        if event is None:
            closed = self.recorded.events[-1]
            words = f"the end ({closed.data['verdict']}: {closed.data['reason']})"
            raise ReplayDiverged(ended_otherwise(closed, words, "the candidate would be asked for another reply"))
        return event

    def meet(self, call: str) -> None:
        """A call is run now."""
        self._met.add(call)

    def note(self, stage: str, found: Iterable[Divergence], *, cause: Event | None = None) -> None:
        """Write divergences down.

        Raises:
            ReplayDiverged: the first, where they are final.
        """
        for divergence in found:
            if self._strict:
                raise ReplayDiverged(divergence)
            self.journal.write("fault", as_fault(divergence, stage), cause=cause)

    def missed(self) -> Iterable[Divergence]:
        """What was recorded of the turn and did not happen now."""
        for call, ran in self.ran.items():
            if call not in self._met:
                words = f"{ran.started.data['name']} was run"
                yield Divergence(event=ran.started.seq, call=call, what="call", recorded=words, now="it was not run")
        if (left := next(self._outcomes, None)) is not None:
            yield ended_otherwise(left, "a further reply of the candidate", "it was not asked for")

    def crashed(self) -> Event | None:
        """The candidate's own doing that ended the recorded trial."""
        return next((event for event in self.recorded.events if is_final(event)), None)


def outcomes_of(events: Sequence[Event]) -> list[Event]:
    """What came of each question, in order: replies, failures of the provider, the end of the time."""
    asked = {event.seq for event in of_kind(events, "model.asked")}
    return [
        event
        for event in of_kind(events, *REPLIES)
        if event.kind != "limit.hit" or (event.cause in asked and event.data["limit"] in CLOCKS)
    ]


def ended_otherwise(event: Event, recorded: str, now: str) -> Divergence:
    """A recording that ends otherwise, at this event."""
    return Divergence(event=event.seq, call=None, what="end", recorded=recorded, now=now)
