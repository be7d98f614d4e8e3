"""Faults that only the sequence of calls shows, and what is known of each call. Pure: the same live and read back.

    repeated-call     the same call as one before it, nothing changed in between, and no reason to ask again
    unrecovered       a fault, and what the call was for was never done
    false-completion  the candidate says that it is done (`sandbox.detect.claims`), and the check finds that it is not
    ungrounded-value  a name of no known origin (advisory; see `sandbox.detect.grounding`)

The labels of one reply by itself are in `sandbox.detect.calls`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.detect.claims import claims_done
from sandbox.detect.facts import REPEATED, CallFacts, ReplyFault, TrialCalls
from sandbox.detect.grounding import Origins, origins_of
from sandbox.detect.loops import loops
from sandbox.detect.made import Made, calls_made
from sandbox.detect.recovery import recoveries
from sandbox.detect.repeats import repeated
from sandbox.events import Event, final_check, last, of_kind

BYTES_PER_TOKEN = 4


def trial_calls(events: Sequence[Event]) -> TrialCalls:
    """Everything that is known of the calls of a trial, as far as its log goes.

    Raises:
        LookupError, TypeError, ValueError, AssertionError: an event does not hold what its schema demands.
    """
    opened = events[0].data
    found = calls_made(events)
    replied = {event.seq: event for event in events if event.kind == "model.replied"}
    closed = last(events, "trial.closed")
    claims = claims_done(events)
    accepted = _accepted(events)
    tokens = {seq: _tokens(event.data) for seq, event in replied.items()}
    seconds = sum(event.data["seconds"] for event in replied.values())
    seconds += sum(made.returned.data["seconds"] for made in found if made.returned is not None)
    return TrialCalls(
        trial=opened["trial"],
        suite=opened["suite"],
        task=opened["task"],
        candidate=opened["candidate"]["name"],
        condition=opened["condition"],
        verdict=None if closed is None else closed.data["verdict"],
        calls=_facts(events, found, replied, tokens),
        reply_faults=_reply_faults(found, replied, tokens, over=_is_over(events), accepted=accepted is True),
        loops=loops(found),
        claims=claims,
        false_completion=claims and accepted is False,
        replies=len(replied),
        tokens=sum(tokens.values()),
        seconds=seconds,
    )


def _hands_in(events: Sequence[Event]) -> bool:
    """Whether the candidate ended its part by its own will, whatever it said of it."""
    return any(event.data.get("claims_done") for event in of_kind(events, "checkpoint"))


def _accepted(events: Sequence[Event]) -> bool | None:
    """Whether the last check found the work good; None without a check."""
    checked = final_check(events)
    if checked is None:
        return None
    data = checked.data
    return bool(data["score"] == 1.0 and not data["tampering"] and not data["incomplete"])


def _is_over(events: Sequence[Event]) -> bool:
    """Whether the candidate's part came to its end; cut short from outside, nothing is said of what it left undone."""
    blamed = any(event.data["final"] and event.data["origin"] == "agent" for event in of_kind(events, "fault"))
    opened = last(events, "step.opened")
    ended = [event for event in of_kind(events, "checkpoint") if event.data.get("tier", "T0") == "T0"]
    return blamed or bool(ended and (opened is None or ended[-1].seq > opened.seq))


def _facts(
    events: Sequence[Event], found: Sequence[Made], replied: Mapping[int, Event], tokens: Mapping[int, float]
) -> tuple[CallFacts, ...]:
    repeats = repeated(found)
    outcomes = recoveries(found, over=_is_over(events), claims=_hands_in(events))
    origins = Origins(events, found)
    weights = [len(made.raw) + len(made.name or "") + 1 for made in found]
    whole: Counter[int] = Counter()
    for made, weight in zip(found, weights, strict=True):
        whole[made.replied] += weight
    facts = []
    for place, made in enumerate(found):
        share = weights[place] / whole[made.replied]
        labels = (*made.labels, REPEATED) if place in repeats else made.labels
        ungrounded, grounded = origins_of(made, origins) if made.ran else ((), ())
        after, unrecovered = outcomes.get(place, (None, False))
        ran = 0.0 if made.returned is None else made.returned.data["seconds"]
        facts.append(
            CallFacts(
                call=made.event.data["call"],
                seq=made.event.seq,
                reply=made.reply,
                name=made.name,
                status=made.status,
                labels=labels,
                unrecovered=unrecovered,
                repeats=repeats.get(place),
                recovered_after=after,
                ungrounded=ungrounded,
                grounded=grounded,
                tokens=share * tokens[made.replied],
                answer_tokens=_estimate(made.answer) if labels and tokens[made.replied] else 0,
                seconds=share * replied[made.replied].data["seconds"] + ran,
            )
        )
    return tuple(facts)


def _tokens(data: Mapping[str, Any]) -> float:
    """Of a reply and of what was sent for it; estimated where the provider does not say."""
    if data.get("usage_known", True) is False and "charge" in data:
        return float(data["charge"]["tokens"])
    return float(data["prompt_tokens"] + data["completion_tokens"])


def _estimate(text: str) -> int:
    return -(-len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN)


def _reply_faults(
    found: Sequence[Made], replied: Mapping[int, Event], tokens: Mapping[int, float], *, over: bool, accepted: bool
) -> tuple[ReplyFault, ...]:
    """Replies that are at fault as a whole.

    What such a reply was for is not known: any sound reply after it counts. One that holds a call as text ends the
    turn, so only work that was found good shows that nothing was missing.
    """
    sound = [seq for seq, event in replied.items() if not event.data["labels"]]
    faults = []
    for seq, event in replied.items():
        labels = tuple(event.data["labels"])
        if not labels:
            continue
        answered = bool(sound and sound[-1] > seq)
        faults.append(
            ReplyFault(
                reply=event.data["reply"],
                labels=labels,
                unrecovered=over and not answered and not accepted,
                tokens=tokens[seq],
                answer_tokens=_estimate(event.data.get("problem") or "") if tokens[seq] else 0,
                seconds=event.data["seconds"],
            )
        )
    return tuple(faults)
