"""What the calls changed that turned right into wrong, added to a trial. Pure: who reads the history is handed in."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from sandbox.errors import BadInput
from sandbox.report.oscillation_data import Origin, TrialOscillation


def with_diffs(
    found: TrialOscillation, diff: Callable[[str], str] | None, *, replayed: bool = False
) -> TrialOscillation:
    """The same with what the calls changed that turned right into wrong.

    Args:
        diff: gives the unified diff of a commit against the one before it, and raises BadInput where it cannot;
            None: the history is not there.
        replayed: the run replays a recording without running its tools, and so has no states of its own.
    """
    changes = [
        change
        if change.origin is None
        else dataclasses.replace(change, origin=_with_diff(change.origin, diff, replayed=replayed))
        for change in found.changes
    ]
    return dataclasses.replace(found, changes=tuple(changes))


def _with_diff(origin: Origin, diff: Callable[[str], str] | None, *, replayed: bool) -> Origin:
    if origin.by == "unknown":
        return origin
    if origin.commit is None and replayed:
        note = "no diff: this run replays a recording and keeps no states; the recorded run has it"
        return dataclasses.replace(origin, note=note)
    if origin.commit is None:
        return dataclasses.replace(origin, note="no diff: this state is not in the history")
    if diff is None:
        return dataclasses.replace(origin, note="no diff: history.git is not there (any more)")
    try:
        return dataclasses.replace(origin, diff=diff(origin.commit))
    except BadInput as exc:
        return dataclasses.replace(origin, note=f"no diff: {exc}")
