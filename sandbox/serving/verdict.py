"""The outcome of a trial as its log tells of it, and in words. Pure.

The judge reads what was exported, as blobs that the log names, so that the same log gives the same verdict at any time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sandbox.errors import HarnessError
from sandbox.events import Event, of_kind
from sandbox.exact import integer, real
from sandbox.outcomes.happenings import read_happenings
from sandbox.outcomes.judging import Outcome, judge
from sandbox.outcomes.spec import Spec
from sandbox.outcomes.state import read_state

EXPORTED = "state.exported"
START = "start"
# Of changes that nothing allows, so many are named.
MOST_NAMED = 20
# And in the reason of a verdict.
MOST_TOLD = 3
# What is not accepted has a score of less than 1, however far it got.
MOST_PARTIAL = 0.99

Blob = Callable[[str], bytes]


def judged(spec: Spec, events: Sequence[Event], ended: Event, blob: Blob) -> dict[str, Any]:
    """What services ended in at a checkpoint, held against what the task wants: what `check.ran` has as `outcome`.

    Args:
        ended: the checkpoint.
        blob: gives contents by SHA-256.

    Raises:
        HarnessError: the log does not tell of their state, or it is not as it should be.
        TaskError: the task asks for a service that there is no export of.
    """
    exports = of_kind(events, EXPORTED)
    before = next((event for event in exports if event.data["moment"] == START), None)
    after = next((event for event in exports if event.cause == ended.seq), None)
    if before is None or after is None:
        raise HarnessError("the state of the services was not written down")
    then, now = (read_state({name: blob(key) for name, key in one.data["services"].items()}) for one in (before, after))
    served = read_happenings(blob(after.data["log"]))
    happened = interleaved(events[: ended.seq], served)
    return _facts(judge(spec, then, now, happened), Counter(entry.get("fault") for entry in served))


def interleaved(events: Sequence[Event], served: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The calls of a log and the entries of the service log in the order in which they happened.

    Of what was served while a call ran it is known that it came before that returned.
    """
    found: list[Mapping[str, Any]] = []
    started: dict[int, Mapping[str, Any]] = {}
    taken = 0
    for event in events:
        if event.kind in ("tool.started", "call.rejected"):
            started[event.seq] = {"name": event.data["name"], "arguments": _parsed(event.data["arguments"])}
            found.append({**event.data, **started[event.seq], "kind": event.kind})
        elif event.kind == "tool.returned":
            upto = max(taken, event.data.get("entries", taken))
            found += served[taken:upto]
            taken = upto
            found.append({**event.data, **started.get(event.cause or 0, {}), "kind": event.kind})
    return [*found, *served[taken:]]


def _parsed(arguments: Any) -> Any:
    """Arguments as data, numbers as they were written; what is no JSON stays as it is."""
    try:
        return json.loads(arguments, parse_float=real, parse_int=integer)
    except (TypeError, ValueError, RecursionError):
        return arguments


def _facts(outcome: Outcome, faults: Mapping[Any, int]) -> dict[str, Any]:
    return {
        "strict": outcome.passed,
        "partial": outcome.partial,
        "findings": [{"id": one.id, "holds": one.holds, "words": one.words} for one in outcome.findings],
        "changes": len(outcome.changes),
        "collateral": len(outcome.collateral),
        "collateral_named": [change.words() for change in outcome.collateral[:MOST_NAMED]],
        "milestones": [{"id": one.id, "score": one.score, "entry": one.entry} for one in outcome.milestones],
        "minefields": [{"id": one.id, "entry": one.entry} for one in outcome.minefields],
        "faults": {str(fault): faults[fault] for fault in sorted(faults.keys() - {None})},
    }


def score_of(found: Mapping[str, Any]) -> float:
    """The score of an outcome, from `judged`: 1 if it is as wanted, 0 where something forbidden was done.

    Otherwise how far somebody got, less than 1.
    """
    if found["strict"]:
        return 1.0
    if found["collateral"] or found["minefields"]:
        return 0.0
    return min(float(found["partial"] or 0.0), MOST_PARTIAL)


def missed(found: Mapping[str, Any]) -> Iterator[str]:
    """What an outcome fails for, from `judged`, a few words each."""
    unmet = [one for one in found["findings"] if not one["holds"]]
    if len(unmet) == 1:
        yield f"not as wanted: {unmet[0]['id']} ({unmet[0]['words']})"
    elif unmet:
        yield f"not as wanted: {_some([one['id'] for one in unmet], len(unmet))}"
    if found["collateral"]:
        yield f"changed what it should not: {_some(found['collateral_named'], found['collateral'])}"
    if found["minefields"]:
        yield f"did what must not be done: {', '.join(one['id'] for one in found['minefields'])}"


def _some(names: Sequence[str], number: int) -> str:
    more = f" and {number - MOST_TOLD} more" if number > MOST_TOLD else ""
    return ", ".join(names[:MOST_TOLD]) + more


def record_of(found: Mapping[str, Any]) -> dict[str, Any]:
    """What the terminal record says of an outcome, as `outcome`: strict and partial apart, and what was missed."""
    return {
        "strict": found["strict"],
        "partial": found["partial"],
        "unmet": [one["id"] for one in found["findings"] if not one["holds"]],
        "collateral": found["collateral"],
        "minefields": [one["id"] for one in found["minefields"]],
        "faults": dict(found["faults"]),
        "milestones": {one["id"]: round(one["score"], 4) for one in found["milestones"]},
    }
