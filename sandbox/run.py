"""A run: a plan carried out into a run directory.

    plan → base image → trials, some at a time → results.jsonl
                        each: its task's image (built once) → trial → record

What is finished is never lost: each record is on the disk before the next trial
starts, and a run that stopped goes on with --resume.
"""

from __future__ import annotations

import contextlib
import dataclasses
import platform
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox import __version__, recipe
from sandbox.bounds import Bounds
from sandbox.caps import Caps
from sandbox.errors import BadInput, HarnessError
from sandbox.holding import LOCK
from sandbox.journal import RunDirectory, is_half_written, read_events
from sandbox.limits import Given, Hit
from sandbox.llm.scripted import turns_for
from sandbox.lockfile import LockFile
from sandbox.place import Shop
from sandbox.plan import Candidate, Plan, Trial
from sandbox.progress import Progress
from sandbox.replay import Replay
from sandbox.replay_record import recorder
from sandbox.replay_shop import ExecutingShop, ReplayShop
from sandbox.replay_tape import Divergence, divergences
from sandbox.resuming import adopt, purse_of
from sandbox.room import need_room
from sandbox.scheduler import Scheduler
from sandbox.score import NO_VERDICT
from sandbox.settings import load_settings
from sandbox.task import Task
from sandbox.toolbox import offered
from sandbox.tooling import Toolset

if TYPE_CHECKING:
    from sandbox.checks import Before


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended.

    not_run: how many trials of each candidate have no record, by the reason. caps: those that keep trials without a
    verdict from being run. diverged: where a replay went another way than its recording, with the key of the trial;
    None if this was no replay.
    """

    directory: Path
    records: tuple[dict[str, Any], ...]
    not_run: Mapping[str, Mapping[str, int]]
    caps: tuple[Hit, ...] = ()
    diverged: tuple[tuple[str, Divergence], ...] | None = None

    @property
    def missing(self) -> int:
        """How many trials have no record."""
        return sum(sum(trials.values()) for trials in self.not_run.values())

    @property
    def stopped(self) -> str | None:
        """Why trials are missing, if any are."""
        return "; ".join(self.not_run) or None

    @property
    def complete(self) -> bool:
        """Every trial has a verdict that says something about its candidate."""
        return not self.missing and all(record["verdict"] not in NO_VERDICT for record in self.records)

    @property
    def exit_code(self) -> int:
        """0 done; 1 a replay diverged; 3 trials have no verdict, for another reason than that."""
        lost = {record["trial"] for record in self.records if record["verdict"] in NO_VERDICT}
        if self.missing or lost - {trial for trial, _ in self.diverged or ()}:
            return 3
        return 1 if self.diverged else 0


async def run_plan(
    plan: Plan,
    directory: RunDirectory,
    *,
    tools: Toolset,
    bounds: Bounds,
    resume: bool,
    progress: Progress,
    record: Path | None = None,
    replay: Replay | None = None,
    shop: Shop | None = None,
    before: Before | None = None,
) -> Outcome:
    """Carry out a plan.

    Args:
        bounds: what goes on beside what, and what may be spent.
        resume: go on in a directory that holds a run already.
        record: where the exchange with candidates is kept, if it is.
        replay: the recording of these trials that is replayed, if one is.
        shop: where trials take place; containers, or the recording, without.
        before: what need not be judged again, if anything.

    Raises:
        BadInput: the directory holds another run, or something else.
        SandboxError: no engine, or no base image.
        HarnessError: the directory cannot be written.
    """
    refuse_foreign(directory, resume)
    with directory.taken():
        need_room(directory.path)
        directory.load()
        run_id = uuid.uuid4().hex
        shop = shop or await _shop(replay, tools, progress, directory, run_id, bounds, before)
        made_with = {**versions(), **await shop.versions()}
        replayed = None if replay is None else replay.replayed
        lock = LockFile.write(directory.lock_file, plan, tools, made_with, run_id=run_id, replayed=replayed)
        undecided = {key: found for key, found in directory.results.items() if found["verdict"] in NO_VERDICT}
        directory.forget(set(undecided))
        adopt(directory, plan.trials)
        left = [trial for trial in plan.trials if trial.key not in directory.results]
        purse = purse_of(bounds.caps, directory, plan)
        progress.start(len(plan.trials), len(plan.trials) - len(left))
        scheduler = Scheduler(
            directory=directory, shop=shop, bounds=_without_retries(bounds, replay), purse=purse, progress=progress
        )
        with contextlib.nullcontext() if record is None else recorder(record, lock) as recording:
            if recording is not None and (lacking := recording.lacks(directory.results)):
                were, are = ("trial was", "is") if lacking == 1 else ("trials were", "are")
                progress.say(f"{lacking} {were} finished before and {are} not in the recording")
            if left:
                scheduler.recorder = recording
                try:
                    async with shop.at_work(lock):
                        await scheduler.run(left)
                finally:
                    _remember(directory, undecided)
    records = tuple(directory.results[trial.key] for trial in plan.trials if trial.key in directory.results)
    undone = [trial for trial in plan.trials if not _has_verdict(directory, trial)]
    return Outcome(
        directory=directory.path,
        records=records,
        not_run=_not_run(undone, directory, scheduler.stopped, shop.stopped or "stopped"),
        caps=tuple(purse.reached(trial.candidate.name for trial in undone)),
        diverged=None if replay is None else tuple(_diverged(directory, plan)),
    )


def _has_verdict(directory: RunDirectory, trial: Trial) -> bool:
    return trial.key in directory.results and directory.results[trial.key]["verdict"] not in NO_VERDICT


def _not_run(
    undone: Sequence[Trial], directory: RunDirectory, stopped: Mapping[str, str], otherwise: str
) -> Mapping[str, Mapping[str, int]]:
    """How many trials of each candidate have no record, by the reason.

    Args:
        stopped: why a candidate's trials are not run, by its name. otherwise: why those of all others are not.
    """
    found: dict[str, Counter[str]] = {}
    for trial in undone:
        if trial.key not in directory.results:
            name = trial.candidate.name
            found.setdefault(stopped.get(name, otherwise), Counter())[name] += 1
    return found


def _remember(directory: RunDirectory, undecided: Mapping[str, dict[str, Any]]) -> None:
    """Write the records again of trials that had no verdict and were not tried once more: they count aloud."""
    for key, record in undecided.items():
        if key not in directory.results:
            with contextlib.suppress(HarnessError):
                directory.append(record)


def _without_retries(bounds: Bounds, replay: Replay | None) -> Bounds:
    """What failed in a recording fails again each time that it is played."""
    return bounds if replay is None else dataclasses.replace(bounds, retries=0)


async def _shop(
    replay: Replay | None,
    tools: Toolset,
    progress: Progress,
    directory: RunDirectory,
    run_id: str,
    bounds: Bounds,
    before: Before | None,
) -> Shop:
    """Where trials take place. Only what runs in containers loads what speaks to an engine."""
    if replay is not None and not replay.execute:
        return ReplayShop(replay, tools)
    from sandbox.workshop import Workshop

    shop = await Workshop.connect(
        run_id=run_id, tools=tools, progress=progress, directory=directory.path, bounds=bounds, before=before
    )
    return shop if replay is None else ExecutingShop(shop, replay)


def _diverged(directory: RunDirectory, plan: Plan) -> Iterator[tuple[str, Divergence]]:
    for trial in plan.trials:
        if trial.key in directory.results:
            events = read_events(directory.path / "trials" / trial.key)
            yield from ((trial.key, divergence) for divergence in divergences(events))


def check_tasks(tasks: Sequence[Task], tools: Toolset, *, fetch: bool = True) -> None:
    """Whether every task names tools and releases that exist, before anything is started.

    Args:
        fetch: whether releases that are not in the cache yet are fetched and held against their hashes.

    Raises:
        BadInput: naming the file and the field.
        HarnessError: the package index cannot be reached.
    """
    for task in tasks:
        offered(tools, task)
        if task.harbor is not None:
            load_settings()
        if task.release:
            recipe.pins(task)
    for task in tasks:
        if task.release and fetch:
            recipe.parts_of(task)


def check_candidates(
    candidates: Sequence[Candidate],
    tasks: Sequence[Task],
    *,
    limits: Given,
    caps: Caps | None = None,
    unlisted: Mapping[str, str] | None = None,
) -> None:
    """Whether every candidate can be asked and held to its limits, before anything is started.

    Args:
        limits: what was typed after --limit. caps: for all trials. unlisted: what else names could have been.

    Raises:
        BadInput: an unknown provider, a missing key, a broken turns file, a limit or cap on cost without a price.
    """
    for candidate in candidates:
        if candidate.kind == "file":
            turns_for(candidate, tasks[0])
        elif not candidate.scripted:
            from sandbox.llm.providers import check_model, check_price

            check_model(candidate, unlisted=(unlisted or {}).get(candidate.name, ""))
            check_price(candidate, {**candidate.limits, **limits}.get("cost"))
            for name, bound in (caps or Caps()).costs():
                check_price(candidate, bound, name=name)


def refuse_foreign(directory: RunDirectory, resume: bool) -> None:
    """Refuse a directory that is in use for something else.

    Raises:
        BadInput: it holds a run and --resume was not given, or files that are no run's.
    """
    if not directory.path.exists():
        return
    if not directory.path.is_dir():
        raise BadInput(f"--out {directory.path}: is not a directory")
    if directory.lock_file.exists():
        if not resume:
            raise BadInput(f"--out {directory.path}: holds a run already; add --resume to go on with it")
    elif any(not (path.name == LOCK or is_half_written(path)) for path in directory.path.iterdir()):
        raise BadInput(f"--out {directory.path}: holds files that are not a run's; choose another directory")


def versions() -> dict[str, str]:
    """What every run is made with."""
    return {"roadtest": __version__, "python": platform.python_version()}


def new_directory(root: Path = Path("runs")) -> Path:
    """A directory below `root` that is not there yet, named by the time."""
    stamp = time.strftime("%Y-%m-%d_%H-%M-%S")
    for suffix in ["", *(f"_{number}" for number in range(2, 100))]:
        path = root / (stamp + suffix)
        if not path.exists():
            return path
    raise HarnessError(f"{root}: has a hundred runs of this second")
