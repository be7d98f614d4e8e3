"""A recorded trial as a tape: what comes next on it, and where what happens now differs from it. Pure.

A plain replay writes the same events in the same order as the recording, so the place on the tape is
the number of events written so far. Where tools run again only what can be named is compared: calls by
their ids, states by the call that left them, verdicts by bug.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.errors import HarnessError, RoadtestError
from sandbox.events import Event, last, of_kind
from sandbox.limits import CLOCKS, Hit
from sandbox.replay_contrast import contrast, readable
from sandbox.score import verdict

# What has to be the same of each kind of event; labels, texts and times are today's own.
_COMPARED: Mapping[str, tuple[str, ...]] = {
    "step.opened": ("messages",),
    "model.asked": ("reply", "messages"),
    "model.replied": ("reply", "body"),
    "model.failed": ("attempt", "kind"),
    "call.rejected": ("call", "name", "arguments", "content"),
    "tool.started": ("call", "name", "arguments"),
    "tool.returned": ("call",),
    "limit.hit": ("limit", "value", "bound", "estimated"),
    "checkpoint": ("tier", "reason", "claims_done"),
    "step.closed": ("reason",),
}
_OF_ANSWERS = ("status", "exit_code", "sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """Where a replay went another way than its recording.

    event: seq of the recorded event, None if there is none. call: id of the call, None if it is about none.
    what: event, request, call, answer, state, verdict or end. recorded, now: either side, in words.
    """

    event: int | None
    call: str | None
    what: str
    recorded: str
    now: str

    def as_data(self) -> dict[str, Any]:
        """As it stands in the log."""
        return asdict(self)

    def in_words(self) -> str:
        """One line."""
        places = [] if self.event is None else [f"event {self.event}"]
        places += [] if self.call is None else [self.call]
        return f"{self.what} ({', '.join(places) or 'no event'}): recorded {self.recorded}, now {self.now}"


class ReplayDiverged(HarnessError):
    """What happens now is not what was recorded, and nothing that was recorded can be served for it."""

    def __init__(self, divergence: Divergence) -> None:
        super().__init__(f"the replay diverged from its recording: {divergence.in_words()}")
        self.divergence = divergence


def as_fault(divergence: Divergence, stage: str) -> dict[str, Any]:
    """The data of the `fault` that tells a divergence which does not end its trial."""
    error = ReplayDiverged(divergence)
    facts = {"origin": error.origin, "stage": stage, "error": type(error).__name__, "message": str(error)}
    return {**facts, "final": False, "divergence": divergence.as_data()}


class Tape:
    """One recorded trial. `events` begins with its opening and ends with its verdict."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self._held = 0

    def next(self, now: Sequence[Event]) -> Event:
        """The recorded event that comes after those which were written now.

        Args:
            now: the log so far; only grows from call to call.

        Raises:
            ReplayDiverged: an event of `now` is another one than the recording has in its place.
        """
        for event in now[self._held :]:
            if found := self._differs(event):
                raise ReplayDiverged(found)
        self._held = len(now)
        return self.events[min(len(now), len(self.events) - 1)]

    def expect(self, now: Sequence[Event], *kinds: str) -> Event:
        """As `next`, where it has to be of one of these kinds, or the failure that ended the trial.

        Raises:
            ReplayDiverged: it is of another kind.
            RoadtestError: the failure, as it was recorded.
        """
        event = self.next(now)
        if is_final(event):
            raise as_error(event)
        if event.kind not in kinds:
            told = _told(event)
            found = Divergence(
                event=event.seq, call=_call_of(event), what="event", recorded=told, now=f"{' or '.join(kinds)} is due"
            )
            raise ReplayDiverged(found)
        return event

    def _differs(self, event: Event) -> Divergence | None:
        place = event.seq
        recorded = self.events[place] if place < len(self.events) else None
        if recorded is None or recorded.kind != event.kind:
            told = "nothing more" if recorded is None else _told(recorded)
            call = _call_of(event) or (None if recorded is None else _call_of(recorded))
            return Divergence(event=place, call=call, what="event", recorded=told, now=_told(event))
        for name in _COMPARED.get(event.kind, ()):
            mine, yours = recorded.data.get(name), event.data.get(name)
            if mine != yours:
                shown = contrast(mine, yours)
                label = f"{event.kind} with {name}"
                return Divergence(
                    event=place,
                    call=_call_of(event),
                    what="event",
                    recorded=f"{label} {shown[0]}",
                    now=f"{label} {shown[1]}",
                )
        return None


def is_final(event: Event) -> bool:
    """Whether it is the failure that ended its trial."""
    return event.kind == "fault" and bool(event.data["final"])


def as_error(fault: Event) -> RoadtestError:
    """A recorded failure as the error that it was, with its name, message and origin."""
    # Not the class of that name: raised again it would be met with what was done about it already.
    kind: type[RoadtestError] = type(str(fault.data["error"]), (RoadtestError,), {"origin": str(fault.data["origin"])})
    return kind(str(fault.data["message"]))


def _call_of(event: Event) -> str | None:
    call = event.data.get("call")
    return call if isinstance(call, str) else None


def _told(event: Event) -> str:
    parts = [event.kind]
    parts += [
        f"{name} {readable(str(event.data[name]))}" for name in ("name", "reason", "message") if name in event.data
    ]
    return " ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTime:
    """A limit on seconds that was reached in a recording, and where: after so many replies and calls.

    place: what was due then: question (before the model was asked), answer (while it was waited for) or call.
    """

    hit: Hit
    replies: int
    calls: int
    place: str


def time_hit(events: Sequence[Event]) -> OnTime | None:
    """Where a recorded trial ran out of time, if it did."""
    event = last(events, "limit.hit")
    if event is None or event.data["limit"] not in CLOCKS:
        return None
    before = events[: event.seq]
    cause = None if event.cause is None else events[event.cause].kind
    return OnTime(
        hit=Hit(limit=event.data["limit"], value=event.data["value"], bound=event.data["bound"]),
        replies=len(of_kind(before, "model.replied")),
        calls=len(of_kind(before, "tool.started", "call.rejected")),
        place={"model.asked": "answer", "model.replied": "call"}.get(cause or "", "question"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A recorded call that was run: its beginning, its answer, the state that it left. None: there is none."""

    started: Event
    returned: Event | None
    saved: Event | None


def calls_that_ran(events: Sequence[Event]) -> dict[str, Ran]:
    """The calls of a recorded trial that were run, by id, in order."""
    returned = {event.cause: event for event in of_kind(events, "tool.returned")}
    saved = {event.cause: event for event in of_kind(events, "tree.saved") if not event.data["sealed"]}
    found = {}
    for started in of_kind(events, "tool.started"):
        answer = returned.get(started.seq)
        state = None if answer is None else saved.get(answer.seq)
        found[str(started.data["call"])] = Ran(started=started, returned=answer, saved=state)
    return found


def read_at_checkpoints(events: Sequence[Event], *, sealed: bool) -> list[Event]:
    """The states that were read as a whole at the end of turns: the sealed one, or those before it."""
    return [
        event
        for event in of_kind(events, "tree.saved")
        if event.data["sealed"] is sealed and event.cause is not None and events[event.cause].kind == "checkpoint"
    ]


def answers_differ(recorded: Event, now: Mapping[str, Any]) -> Iterator[Divergence]:
    """How the answer of a call is another: by status, exit code and hash of the output."""
    fields = [name for name in _OF_ANSWERS if recorded.data[name] != now[name]]
    if fields:
        pairs = [_field(name, recorded.data, now) for name in fields]
        yield Divergence(
            event=recorded.seq,
            call=str(recorded.data["call"]),
            what="answer",
            recorded="; ".join(mine for mine, _ in pairs),
            now="; ".join(yours for _, yours in pairs),
        )


def _field(name: str, recorded: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, str]:
    if name == "sha256" and recorded["output"] != now["output"]:
        mine, yours = contrast(recorded["output"], now["output"])
        return f"output {mine}", f"output {yours}"
    label = name.replace("_", " ")
    if name == "sha256":  # of a long output only the ends are kept, and of bytes that are no text only that
        label = "whole output, not shown, with sha256"
    return f"{label} {_or_none(recorded[name])}", f"{label} {_or_none(now[name])}"


def _or_none(value: Any) -> str:
    return "none" if value is None else str(value)


def states_differ(recorded: Event, now: Mapping[str, Any], call: str | None) -> Iterator[Divergence]:
    """Whether a saved state is another: by the hash of everything in the workspace."""
    was = recorded.data
    if was["raw"] != now["raw"]:
        same = was["source"] == now["source"] and now["source"] is not None
        more = " (the source tree is the same: caches alone differ)" if same else ""
        words = f"tree {now['raw'] or now['over']}{more}"
        recorded_words = f"tree {was['raw'] or was['over']}"
        yield Divergence(event=recorded.seq, call=call, what="state", recorded=recorded_words, now=words)


def checks_differ(recorded: Event, now: Mapping[str, Any]) -> Iterator[Divergence]:
    """Which bugs and guards the judge finds otherwise, and whether it calls the result forged or incomplete."""
    was = recorded.data
    for kind in ("bugs", "guards"):
        for name in sorted({*was[kind], *now[kind]}):
            mine, yours = was[kind].get(name, "nothing"), now[kind].get(name, "nothing")
            if mine != yours:
                label = f"{kind[:-1]} {name}"
                yield _found(recorded, f"{label} {mine}", f"{label} {yours}")
    if bool(was["tampering"]) != bool(now["tampering"]):
        pair = ["; ".join(map(str, data["tampering"])) or "none" for data in (was, now)]
        yield _found(recorded, f"tampering: {readable(pair[0])}", f"tampering: {readable(pair[1])}")
    if bool(was["incomplete"]) != bool(now["incomplete"]):
        in_words = {True: "the hidden tests ran out of time", False: "the hidden tests were in time"}
        yield _found(recorded, in_words[bool(was["incomplete"])], in_words[bool(now["incomplete"])])


def _found(recorded: Event, was: str, now: str) -> Divergence:
    return Divergence(event=recorded.seq, call=None, what="verdict", recorded=was, now=now)


def verdicts_differ(events: Sequence[Event]) -> Iterator[Divergence]:
    """Whether a closed log comes to another verdict today than the one that it was closed with."""
    closed = events[-1]
    was, now = (closed.data["verdict"], closed.data["reason"]), verdict(events[:-1])
    if was != now:
        yield _found(closed, f"{was[0]} ({readable(was[1])})", f"{now[0]} ({readable(now[1])})")


def divergences(events: Sequence[Event]) -> list[Divergence]:
    """Those that stand in the log of a replayed trial."""
    found = [event.data.get("divergence") for event in of_kind(events, "fault")]
    return [Divergence(**data) for data in found if isinstance(data, dict)]
