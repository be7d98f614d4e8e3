"""What is known of a run while it is judged again, trial by trial."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.events import Event, final_check, of_kind
from sandbox.rejudge_scope import Scope, task_of
from sandbox.report.moved import LeftOut, Rejudging
from sandbox.report.moved_data import Moved, moved, seen, told_otherwise


@dataclass(slots=True, kw_only=True)
class Tally:
    """moved, stayed, failed: by the key of a trial. misfits: trials by task and why it does not judge them.

    skipped: keys of trials without a record of now that are accounted for. digests: of all that verdicts went by, by
    task, then and now.
    """

    scope: Scope
    moved: dict[str, Moved] = field(default_factory=dict)
    stayed: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    misfits: Counter[tuple[str, str]] = field(default_factory=Counter)
    reopened: int = 0
    skipped: set[str] = field(default_factory=set)
    told_otherwise: int = 0
    trees: set[tuple[str, str]] = field(default_factory=set)
    checks: int = 0
    digests: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    def reopen(self, was: Mapping[str, Any]) -> None:
        """A trial that is being run again."""
        self.reopened += 1
        self.skipped.add(was["trial"])

    def leave_out(self, was: Mapping[str, Any], why: str) -> None:
        """A trial that its task does not judge any more."""
        self.misfits[task_of(was), why] += 1
        self.skipped.add(was["trial"])

    def fail(self, was: Mapping[str, Any], why: str) -> None:
        """A trial of which nothing could be found out."""
        self.failed[was["trial"]] = why
        self.skipped.add(was["trial"])

    def add(
        self,
        was: Mapping[str, Any],
        then: Sequence[Event],
        is_now: Mapping[str, Any],
        now: Sequence[Event],
        *,
        failure: str | None,
        inputs: Mapping[str, Any],
    ) -> None:
        """A trial that was judged.

        Args:
            was, then: its record and log of the run.
            is_now, now: those of now.
            failure: why it has no verdict, if so.
            inputs: of the lock of now.
        """
        key, task = was["trial"], task_of(was)
        if failure is not None:
            self.failed[key] = failure
        else:
            if found := moved(seen(then, was, self.scope.lock["inputs"]), seen(now, is_now, inputs)):
                self.moved[key] = found
            self.told_otherwise += told_otherwise(then, now)
        checks = [event.data for event in of_kind(now, "check.ran")]
        self.trees |= {(task, data["source"]) for data in checks}
        self.checks += sum(not data["cached"] for data in checks)
        sides = self.digests.setdefault(task, {"then": set(), "now": set()})
        for side, events in (("then", then), ("now", now)):
            if (checked := final_check(events)) is not None:
                sides[side].add(checked.data["tests_digest"])

    def outcome(self, results: Mapping[str, Mapping[str, Any]], *, directory: str, stopped: str | None) -> Rejudging:
        """All of it, in the order of the run's records.

        Args:
            results: the records of now, by trial.
        """
        records = self.scope.records
        keys = [record["trial"] for record in records]
        misfits = [LeftOut(task=task, trials=count, why=why) for (task, why), count in self.misfits.items()]
        return Rejudging(
            directory=directory,
            of=str(self.scope.run),
            then=tuple(record for record in records if record["trial"] in results),
            now=tuple(results[key] for key in keys if key in results),
            moved=tuple(self.moved[key] for key in keys if key in self.moved),
            trees=len(self.trees),
            checks=self.checks,
            stayed=tuple((key, self.stayed[key]) for key in keys if key in self.stayed),
            failed=tuple((key, self.failed[key]) for key in keys if key in self.failed),
            left_out=(*self.scope.left_out, *misfits),
            unfinished=self.scope.unfinished + self.reopened,
            told_otherwise=self.told_otherwise,
            missing=len(set(keys) - results.keys() - self.skipped),
            stopped=stopped,
        )
