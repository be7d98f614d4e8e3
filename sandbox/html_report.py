"""`roadtest report RUN --html FILE`: everything that a run holds, read and written as one page."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

from sandbox.counting import calls_of, read_trials, uncollected
from sandbox.detect.facts import TrialCalls
from sandbox.errors import BadInput
from sandbox.gap.gap import Gap, gap_of
from sandbox.journal import RunDirectory
from sandbox.oscillating import is_replayed, oscillation_of
from sandbox.report.calls import call_report
from sandbox.report.calls_data import CallReport
from sandbox.report.html.competitive import scores_of
from sandbox.report.html.index import index_rows
from sandbox.report.html.overview import cards
from sandbox.report.html.packing import packed
from sandbox.report.html.page import GENERATOR, Page, page_parts
from sandbox.report.html.sections import sections
from sandbox.report.html.trial import trial_data
from sandbox.report.oscillation_data import TrialOscillation
from sandbox.report.oscillation_figures import OscillationReport, oscillation_report
from sandbox.report.summary import RunReport
from sandbox.report.transcript_lines import count
from sandbox.rungs import RUNGS
from sandbox.showing import list_trials, transcript_of, trial_events
from sandbox.veil import told

# Where a page says what made it.
_HEAD = 4096


def check_target(file: Path) -> None:
    """See to it that a page can be written there, before anything is read.

    Raises:
        BadInput: it is a directory, no page of ours, or lies in no directory.
    """
    try:
        status = file.lstat()
    except FileNotFoundError:
        if not file.parent.is_dir():
            raise BadInput(f"--html {file}: there is no directory {file.parent}") from None
        return
    except OSError as exc:
        raise BadInput(f"--html {file}: cannot be written: {exc.strerror}") from exc
    if stat.S_ISDIR(status.st_mode):
        raise BadInput(f"--html {file}: is a directory; name a file in it, as in {file / 'report.html'}")
    if not stat.S_ISREG(status.st_mode):
        raise BadInput(f"--html {file}: is no regular file")
    with contextlib.suppress(OSError), file.open("rb") as held:
        if status.st_size == 0 or GENERATOR.encode() in held.read(_HEAD):
            return
    raise BadInput(f"--html {file}: is there and is no page of Roadtest; it is not overwritten")


def write_page(run: Path, file: Path, report: RunReport, step: Callable[[int, int], None]) -> int:
    """Write the page of a run; how many bytes it is. What was there is replaced when all of it is written.

    Args:
        report: on the records of the run.
        step: told after each transcript how many are written, and how many there are.

    Raises:
        BadInput: a log is broken, or the file cannot be written.
    """
    keys = [listed.trial for listed in list_trials(run)] if _has_logs(run) else []
    with tempfile.TemporaryFile("w+", encoding="ascii") as aside:
        calls, oscillation = _read(run, keys, aside, step) if keys else (None, None)
        page = Page(
            title=run.resolve().name,
            facts=[*_began(run), *_facts(report)],
            cards=cards(report),
            sections=list(sections(report, calls, oscillation, _gap(report))),
            rows=index_rows(told(report.records), keys),
        )
        aside.seek(0)
        return _write(file, page_parts(page, (line.rstrip("\n") for line in aside)))


def _has_logs(run: Path) -> bool:
    return next(run.glob("trials/*/*/*/*/*/events.jsonl"), None) is not None


def _gap(report: RunReport) -> Gap | None:
    """The ladder; None where there is no second rung to compare with."""
    rungs = {record.get("rung") for record in report.records}
    # Records of before there were rungs have no place on it.
    if len(rungs) < 2 or not rungs <= set(RUNGS):
        return None
    gap = gap_of(report.records, scores=scores_of(report))
    return gap if len(gap.rungs) > 1 else None


def _began(run: Path) -> Iterator[str]:
    """The day on which the run began, as far as its lock tells."""
    lock = RunDirectory(run).lock_file
    try:
        # Through a link or from a FIFO, reading might never end.
        told_at = json.loads(lock.read_bytes())["at"] if lock.is_file() and not lock.is_symlink() else None
        if isinstance(told_at, str):
            yield f"begun {datetime.datetime.fromisoformat(told_at):%Y-%m-%d}"
    except (OSError, ValueError, RecursionError, LookupError, TypeError):
        return


def _facts(report: RunReport) -> list[str]:
    records = report.records
    names = sorted({record["condition"] for record in records})
    return [
        count(len(records), "trial", "trials"),
        count(len({record["candidate"] for record in records}), "candidate", "candidates"),
        count(len({(record["suite"], record["task"]) for record in records}), "task", "tasks"),
        f"{'condition' if len(names) == 1 else 'conditions'} {', '.join(names)}",
    ]


def _read(
    run: Path, keys: Sequence[str], aside: IO[str], step: Callable[[int, int], None]
) -> tuple[CallReport, OscillationReport]:
    """What the logs tell, each read once.

    Args:
        aside: takes the transcripts, packed, a line each: they come last in the page, and all of them at once might
            not fit into memory.
    """
    replayed = is_replayed(run)
    calls: list[TrialCalls] = []
    trials: list[TrialOscillation] = []
    with uncollected():
        for number, key in enumerate(keys, start=1):
            folder = run / "trials" / key
            events = trial_events(folder)
            calls.append(calls_of(folder, events))
            trials.append(oscillation_of(folder, events, diffs=True, replayed=replayed))
            aside.write(packed(trial_data(transcript_of(folder, events), trials[-1])) + "\n")
            step(number, len(keys))
        # Trials of held-out tasks have no transcript here, and count all the same.
        calls += read_trials(run, but=set(keys))
    return call_report(calls), oscillation_report(trials)


def _write(file: Path, parts: Iterator[str]) -> int:
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", errors="backslashreplace") as stream:
            for part in parts:
                stream.write(part)
        written = temporary.stat().st_size
        temporary.replace(file)
    except OSError as exc:
        raise BadInput(f"--html {file}: cannot be written: {exc.strerror}") from exc
    finally:
        temporary.unlink(missing_ok=True)
    return written
