"""One trial judged again: its log without what was found then, what is found now, and the record of both together."""

from __future__ import annotations

import os
import shutil
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox import score
from sandbox.cp.place import AtJudge
from sandbox.errors import HarnessError, RoadtestError, boundary, one_line
from sandbox.events import Event, of_kind
from sandbox.harbor.place import InHarbor
from sandbox.history_reader import Reader
from sandbox.journal import HISTORY, Journal
from sandbox.judging import InContainers
from sandbox.kit import Kit
from sandbox.place import Step
from sandbox.plan import Trial
from sandbox.probing import Want
from sandbox.retold import ended_by, judged_states
from sandbox.serving.place import BesideServices
from sandbox.serving.verdict import EXPORTED
from sandbox.task import Task
from sandbox.threads import in_thread
from sandbox.tree import Tree, git_hash, unpack


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """failure: why no verdict could be found, if so."""

    events: Sequence[Event]
    record: Mapping[str, Any]
    failure: str | None


class _Again(InContainers):
    """The place of a trial that is over: only its stored trees are looked at."""

    async def judge_all(self, step: Step) -> None:
        """Check what the verdict and the rounds of a loop rest on.

        Raises:
            BadInput, HarnessError: a tree is not there, or another than the log says.
            SandboxError, TaskError: as `probe.check`.
        """
        states = judged_states(self._journal.events)
        if self._trial.rounds:
            step("judging the untouched workspace")
            await self.judge_start()
        for saved, ended in states:
            step(f"judging {ended.data.get('step', 'the final state')}")
            await self.judge(await in_thread(_kept, self._journal, saved.data), ended)

    async def judge_start(self) -> None:
        """Check the workspace that the candidate began with: the image may hold another one now."""
        (ready,) = of_kind(self._journal.events, "env.ready")
        tree = await in_thread(_kept, self._journal, ready.data)
        want = Want(tree=ready.data["source"], exam=len(self._kit.exams) - 1, units=None, purpose="start")
        await self._check(want, tree, run=0, cause=None)


def _kept(journal: Journal, state: Mapping[str, Any]) -> Tree:
    """The source tree of a state as the log tells of it."""
    if state.get("commit") is not None:
        tree = Reader(journal.folder / HISTORY).tree(state["commit"])
    elif state.get("blob") is not None:
        tree = unpack(journal.read_blob(state["blob"]))
    else:
        raise HarnessError("its tree was not kept")
    if git_hash(tree) != state["source"]:
        raise HarnessError(f"what was kept of the tree {state['source']} is another one")
    return tree


class _HarborAgain(_Again, InHarbor):
    """The same for a trial of a Harbor task."""


class _ServicesAgain(_Again, BesideServices):
    """The same for a trial of a task with services: their states are in the log, and none of them is started."""


class _ProblemAgain(AtJudge):
    """The same for a trial of a problem."""

    async def judge_all(self, step: Step) -> None:
        """Judge every submission that the candidate was told the verdict of, or the one that it left.

        Raises:
            HarnessError: a submission is not there, or another than the log says.
            SandboxError, TaskError: as `ProblemJudge.judge`.
        """
        for number, (saved, ended) in enumerate(judged_states(self._journal.events), start=1):
            step(f"judging submission {number}")
            await self.judge(await in_thread(_kept, self._journal, saved.data), ended)


def begin(folder: Path, events: Sequence[Event], source: Path) -> Journal:
    """A journal that begins with these events, beside the history of the trial that they are of.

    Args:
        folder: where it is written.
        source: the trial's own directory, of which nothing is changed.

    Raises:
        HarnessError: it cannot be written.
    """
    journal = Journal.open(folder)
    with boundary(HarnessError, f"write to {folder}"):
        try:
            _link_history(folder, source)
            for name in _blobs(events):
                # One that is not there is missed when it is needed.
                if (source / "blobs" / name).is_file():
                    shutil.copyfile(source / "blobs" / name, folder / "blobs" / name)
            journal.stream.writelines(event.to_line() for event in events)
            journal.stream.flush()
        except BaseException:
            journal.close()
            raise
    journal.events.extend(events)
    return journal


def _blobs(events: Sequence[Event]) -> set[str]:
    """What judging reads: trees that no history holds, states and logs of services."""
    found = {event.data["blob"] for event in of_kind(events, "tree.saved") if event.data.get("blob")}
    for event in of_kind(events, EXPORTED):
        found |= {event.data["log"], *event.data["services"].values()}
    return found


def keep_as_it_is(folder: Path, source: Path) -> None:
    """Let a trial of which nothing is judged stand beside those that are.

    Raises:
        HarnessError: it cannot be written.
    """
    with boundary(HarnessError, f"write to {folder}"):
        folder.mkdir(parents=True)
        shutil.copyfile(source / "events.jsonl", folder / "events.jsonl")
        _link_history(folder, source)


def _link_history(folder: Path, source: Path) -> None:
    """A link, for histories are large; a relative one, for runs are moved."""
    if (source / HISTORY).is_dir():
        (folder / HISTORY).symlink_to(os.path.relpath((source / HISTORY).resolve(), folder.resolve()))


async def rejudge_trial(trial: Trial, journal: Journal, kit_of: Callable[[Task], Awaitable[Kit]], step: Step) -> Judged:
    """Judge the trees of a trial; whatever happens, its new log is closed with a verdict.

    Args:
        journal: from `begin`.
        kit_of: gives what its task needs.

    Raises:
        HarnessError: the log cannot be written.
    """
    failure = None
    crashed = ended_by(journal.events) is not None
    try:
        step("waiting for the image")
        kit = await kit_of(trial.task)
        # What the image took is not the trial's time; its clock goes on where the candidate was done.
        journal.started = time.monotonic() - journal.events[-1].t
        place = _place_of(trial.task)(kit, trial, journal)
        with place:
            await place.judge_all(step)
            if not crashed:
                step("looking into what came back")
                await place.probe()
    except RoadtestError as exc:
        failure = _failed(journal, exc.origin, type(exc).__name__, str(exc))
    except Exception as exc:  # a mistake of Roadtest's own costs this trial, not the others
        where = traceback.extract_tb(exc.__traceback__)[-1]
        words = f"a mistake in Roadtest itself: {type(exc).__name__}: {one_line(exc)} ({where.filename}:{where.lineno})"
        failure = _failed(journal, "harness", "HarnessError", words)
    verdict, reason = score.verdict(journal.events)
    journal.write("trial.closed", {"verdict": verdict, "reason": reason})
    return Judged(events=journal.events, record=score.record(journal.events), failure=failure)


def _place_of(task: Task) -> type[_Again | _ProblemAgain]:
    if task.problem is not None:
        return _ProblemAgain
    if task.services:
        return _ServicesAgain
    return _Again if task.harbor is None else _HarborAgain


def _failed(journal: Journal, origin: str, error: str, message: str) -> str:
    facts = {"origin": origin, "stage": "judge", "error": error, "message": message}
    journal.write("fault", {**facts, "final": True})
    return message
