"""What is known of the calls of one trial, as plain data. `sandbox.detect.faults` makes it from a log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

# "Within three replies" of the definition of recovery.
RECOVERY_REPLIES = 3
REFUSED = "refused"
REPEATED = "repeated-call"
UNRECOVERED = "unrecovered"
FALSE_COMPLETION = "false-completion"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """One call.

    call: its id, unique in the trial. seq: of the event `tool.started` or `call.rejected`.
    reply: number of the reply that held it, from 0.
    status: ok, refused, timeout, killed; rejected (faulty), not-run (behind a submit or a limit);
        None where it was started and never came back.
    labels: its own faults, `repeated-call` included. unrecovered: they were never put right.
    repeats: id of the earlier call that it repeats.
    recovered_after: replies until a valid call reached the same target; None: no fault, or never.
    ungrounded: identifier-like values whose origin is not known. grounded: the others, each with the `seq` of the
        event in which it first stood.
    tokens: its share of the tokens of its reply, prompt included; a reply is shared out by the length of what was
        written for each call (name and arguments). answer_tokens: of what a faulty call was answered, at four bytes a
        token; 0 where no tokens are counted. seconds: its share of the wait for the reply, and its own run.
    """

    call: str
    seq: int
    reply: int
    name: str | None
    status: str | None
    labels: tuple[str, ...]
    unrecovered: bool
    repeats: str | None
    recovered_after: int | None
    ungrounded: tuple[str, ...]
    grounded: tuple[tuple[str, int], ...]
    tokens: float
    answer_tokens: int
    seconds: float

    @property
    def faulty(self) -> bool:
        """Whether it has at least one fault of its own."""
        return bool(self.labels)

    @property
    def rejected(self) -> bool:
        """Whether it was not run for a fault; only then is there something to recover from."""
        return self.status == "rejected"

    @property
    def recovered(self) -> bool:
        """Whether the next three replies put it right."""
        return self.recovered_after is not None and self.recovered_after <= RECOVERY_REPLIES


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFault:
    """A reply that is at fault as a whole. tokens, seconds: of the whole reply; answer_tokens: as for a call."""

    reply: int
    labels: tuple[str, ...]
    unrecovered: bool
    tokens: float
    answer_tokens: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """Calls with the same results that come again and again: `length` calls, the smallest period, in replies."""

    period: int
    length: int
    first_reply: int
    last_reply: int
    tools: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialCalls:
    """The calls of one trial.

    verdict: None while the trial is open. claims: whether the candidate said that it was done.
    replies, tokens, seconds: of the whole trial; seconds are those of the model and of tools.
    """

    trial: str
    suite: str
    task: str
    candidate: str
    condition: str
    verdict: str | None
    calls: tuple[CallFacts, ...]
    reply_faults: tuple[ReplyFault, ...]
    loops: tuple[Loop, ...]
    claims: bool
    false_completion: bool
    replies: int
    tokens: float
    seconds: float

    def faults(self) -> Counter[str]:
        """How often each label was earned, of whole replies and of the sequence too; none of the advisory."""
        held: list[CallFacts | ReplyFault] = [*self.calls, *self.reply_faults]
        labels = Counter(label for one in held for label in one.labels)
        labels[UNRECOVERED] += sum(one.unrecovered for one in held)
        labels[FALSE_COMPLETION] += self.false_completion
        return +labels

    def advisory(self) -> Counter[str]:
        """How many calls earned each advisory label."""
        return +Counter({"ungrounded-value": sum(bool(call.ungrounded) for call in self.calls)})

    def as_record(self) -> Mapping[str, object]:
        """The key `calls` of a terminal record, as in `schemas/result.v1.json`."""
        return {
            "total": len(self.calls),
            "valid": sum(not call.rejected for call in self.calls),
            "refused": sum(call.status == REFUSED for call in self.calls),
            "faults": dict(sorted(self.faults().items())),
            "recovered": sum(call.rejected and call.recovered for call in self.calls),
            "faulty": sum(call.faulty for call in self.calls),
            "advisory": dict(self.advisory()),
        }
