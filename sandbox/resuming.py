"""Going on with a run: what its logs tell that its results do not, or not yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from sandbox import score
from sandbox.caps import Caps, Purse
from sandbox.errors import BadInput, HarnessError, boundary
from sandbox.events import Event, of_kind
from sandbox.journal import RunDirectory, attempts_before, read_events
from sandbox.limits import Charge
from sandbox.plan import Plan, Trial
from sandbox.score import NO_VERDICT

LOG = "events.jsonl"


def adopt(directory: RunDirectory, trials: Sequence[Trial]) -> int:
    """Write the records of trials that came to a verdict just before their run was killed; how many there were.

    Raises:
        HarnessError: they cannot be written.
    """
    adopted = 0
    for trial in trials:
        if trial.key in directory.results:
            continue
        folder = directory.path / "trials" / trial.key
        events = _log(folder)
        if events and events[-1].kind == "trial.closed" and events[-1].data["verdict"] not in NO_VERDICT:
            directory.append({**score.record(events), **of_attempts(folder)})
            adopted += 1
    return adopted


def of_attempts(folder: Path) -> dict[str, Any]:
    """What the record of a trial tells of all attempts at it: how many there were, what those took that were set aside.

    Args:
        folder: of the trial. Logs are read only where an attempt was set aside.

    Raises:
        HarnessError: the folder cannot be read.
    """
    with boundary(HarnessError, f"read {folder}"):
        before = attempts_before(folder)
        if not before:
            return {"attempts": 1}
        events = [event for number in range(1, before + 1) for event in _log(folder / "attempts" / str(number))]
        return {"attempts": before + 1, "usage_set_aside": score.usage(events)}


def purse_of(caps: Caps, directory: RunDirectory, plan: Plan) -> Purse:
    """A purse that knows what was spent before: by other candidates, and in attempts that came to nothing, too.

    Logs are read only where there are caps, for that takes a while.
    """
    purse = Purse(caps, [trial.candidate.name for trial in plan.trials])
    trials = directory.path / "trials"
    # Named one by one: below a trial lie blobs and objects by the thousand.
    logs = chain(trials.glob(f"*/*/*/*/*/{LOG}"), trials.glob(f"*/*/*/*/*/attempts/*/{LOG}"))
    for log in logs if caps else ():
        events = _log(log.parent)
        if events and events[0].kind == "trial.opened":
            for charge in _charges(events):
                purse.spend(events[0].data["candidate"]["name"], charge)
    return purse


def _charges(events: Iterable[Event]) -> Iterator[Charge]:
    for event in of_kind(list(events), "model.replied"):
        charge = event.data["charge"]
        yield Charge(tokens=charge["tokens"], cost_usd=charge["cost_usd"])


def _log(folder: Path) -> Sequence[Event]:
    """The events of an attempt; none where there is no log that can be read."""
    if not (folder / LOG).exists():
        return ()
    try:
        return read_events(folder)
    except BadInput:
        return ()
