"""What each call of a transcript changed in the workspace, added to it. Pure: who reads the history is handed in."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from sandbox.errors import BadInput
from sandbox.report.transcript_data import CallShown, Transcript

NO_HISTORY = "this log holds no history of the workspace, so what single calls changed is not shown"
CACHES_ONLY = "only caches and the output of builds changed"
HISTORY_LOST = "history.git is not there (any more), so what single calls changed is not shown"


def with_diffs(found: Transcript, diff: Callable[[str], str] | None, *, only: int | None = None) -> Transcript:
    """The transcript with what each call changed.

    Args:
        diff: gives the unified diff of a commit against the one before it, and raises BadInput where it cannot;
            None: the history is not there.
        only: the number of the step whose diffs are wanted; None: all.
    """
    changing = [call for step in found.steps for call in step.calls if call.may_have_changed]
    if changing and all(call.saved is None for call in changing):
        return dataclasses.replace(found, notes=(*found.notes, NO_HISTORY))
    if diff is None:
        lost = any(call.saved is not None and call.saved.commit for call in changing)
        return dataclasses.replace(found, notes=(*found.notes, HISTORY_LOST)) if lost else found
    closed = found.verdict is not None
    steps = [
        dataclasses.replace(step, calls=tuple(_with_diff(call, diff, closed=closed) for call in step.calls))
        if only in (None, step.number)
        else step
        for step in found.steps
    ]
    return dataclasses.replace(found, steps=tuple(steps))


def _with_diff(call: CallShown, diff: Callable[[str], str], *, closed: bool) -> CallShown:
    if call.saved is None:
        return dataclasses.replace(call, note="what it changed was not recorded") if call.may_have_changed else call
    if call.saved.over is not None:
        return dataclasses.replace(call, note=f"no diff, this state is not known: {call.saved.over}")
    if not call.saved.changed and not call.saved.gone:
        return call
    if call.saved.commit is None:
        return dataclasses.replace(call, note="no diff: this state is not in the history")
    try:
        text = diff(call.saved.commit)
    except BadInput as exc:
        # Git writes a trial's history out now and then, and at its end.
        return dataclasses.replace(call, note=f"no diff: {exc if closed else 'this state is not written out (yet)'}")
    if text.strip():
        return dataclasses.replace(call, diff=text)
    return dataclasses.replace(call, note=CACHES_ONLY)
