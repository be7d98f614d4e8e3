"""What a trial that ended without a verdict means for itself and for others, from its log. Pure.

again      what failed may pass: the trial is run once more, at the end
settled    it would fail in the same way: an image that does not build, a question that the provider
           refuses as it is
hopeless   no other trial of this candidate would fare better: a wrong key, a model that is not there,
               an account that is used up
halted     somebody stopped it (a cap was reached): it waits for the run to be gone on with
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from sandbox.events import Event, of_kind
from sandbox.score import NO_VERDICT

HOPELESS = frozenset({"authentication", "not-found", "quota"})
REFUSED = frozenset({"bad-request", "context-length"})
# A task that is broken is so each time; what it is by the judge's word may be an accident.
CERTAIN = frozenset({"BadInput", "TaskError", "ReplayDiverged"})
HALTED = "CapReached"


class Aftermath(Enum):
    """See above. `over`: the trial has a verdict."""

    OVER = "over"
    AGAIN = "again"
    SETTLED = "settled"
    HOPELESS = "hopeless"
    HALTED = "halted"


def aftermath(events: Sequence[Event]) -> Aftermath:
    """What comes after a closed trial.

    Args:
        events: of its log, the last of them trial.closed.
    """
    if events[-1].data["verdict"] not in NO_VERDICT:
        return Aftermath.OVER
    fault = next((event for event in of_kind(events, "fault") if event.data["final"]), None)
    if fault is None:
        return Aftermath.AGAIN
    if fault.data["error"] == HALTED:
        return Aftermath.HALTED
    if fault.data["origin"] == "provider":
        kind = fault.data.get("kind")
        if kind in HOPELESS:
            return Aftermath.HOPELESS
        return Aftermath.SETTLED if kind in REFUSED else Aftermath.AGAIN
    return Aftermath.SETTLED if fault.data["error"] in CERTAIN else Aftermath.AGAIN


def provider_held_out(events: Sequence[Event]) -> bool | None:
    """Whether the candidate's provider answered it to the end; None where something else ended it before that.

    Args:
        events: of its log, when it was through; how it is judged says nothing of its provider.
    """
    fault = next((event for event in of_kind(events, "fault") if event.data["final"]), None)
    if fault is None or fault.data["origin"] == "agent":
        return True
    return False if fault.data["origin"] == "provider" else None
