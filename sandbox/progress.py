"""Showing a run while it goes: a live table on a terminal, plain lines elsewhere, objects for machines."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from sandbox.tally import LONG, MOST_NAMED, Tally, duration, trials

COLOURS = {
    "accepted": "green",
    "partial": "yellow",
    "wrong": "red",
    "budget": "yellow",
    "agent-crash": "red",
    "judge-error": "magenta",
    "infra-error": "magenta",
}


SECONDS_BETWEEN_STEPS = 10.0
SECONDS_BETWEEN_TALLIES = 30.0
# More rows than this a terminal does not show at once.
MOST_ROWS = 24


class Progress(Protocol):
    """What a run tells while it goes."""

    def __enter__(self) -> Progress: ...

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None
    ) -> None: ...

    def start(self, total: int, done: int) -> None:
        """How many trials there are, and how many of them an earlier run has done."""

    def say(self, text: str) -> None:
        """Something that is no step of a trial: building, waiting, a warning."""

    def step(self, trial: str, text: str) -> None:
        """What a trial is doing now."""

    def tick(self) -> None:
        """Some seconds have passed."""

    def again(self, trial: str, record: Mapping[str, Any]) -> None:
        """A trial ended without a verdict and will be tried again."""

    def done(self, trial: str, record: Mapping[str, Any]) -> None:
        """A trial has its verdict."""


def make_progress(console: Console, *, as_json: bool = False) -> Progress:
    """Objects if a machine reads, the live table if somebody watches, else lines."""
    if as_json:
        return JsonProgress()
    return LiveProgress(console) if console.is_terminal else LineProgress(console)


class LineProgress:
    """One line for each thing that happens, and now and then one for how far the run has come."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._tally = Tally()
        self._started = time.monotonic()
        self._last_said: dict[str, float] = {}
        self._last_tally = time.monotonic()

    def __enter__(self) -> LineProgress:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        pass

    def start(self, total: int, done: int) -> None:
        self._tally.begin(total, done)
        self.say(trials(total) + (f", {done} of them done before" if done else ""))

    def say(self, text: str) -> None:
        line = f"[{time.monotonic() - self._started:6.1f}s] {text}"
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def step(self, trial: str, text: str) -> None:
        """Now and then: a line for each step would drown the verdicts, none would look like standing still."""
        self._tally.step(trial, text)
        now = time.monotonic()
        if now - self._last_said.setdefault(trial, now) >= SECONDS_BETWEEN_STEPS:
            self._last_said[trial] = now
            self.say(f"{trial}: {text}")

    def tick(self) -> None:
        if time.monotonic() - self._last_tally >= SECONDS_BETWEEN_TALLIES:
            self._last_tally = time.monotonic()
            self.say(self._tally.in_words())
            for trial, text, passed in self._tally.standing(LONG)[:MOST_NAMED]:
                self.say(f"  {trial}: {text} (for {duration(passed)})")

    def again(self, trial: str, record: Mapping[str, Any]) -> None:
        self._tally.put_back(trial, record)
        self._last_said.pop(trial, None)
        self.say(f"{trial}: {record['verdict']} ({record['reason']}); will be tried again")

    def done(self, trial: str, record: Mapping[str, Any]) -> None:
        self._tally.end(trial, record)
        self._last_said.pop(trial, None)
        seconds = record["time"]["wall_s"]
        place = f"{self._tally.done}/{self._tally.total}"
        self.say(f"{place} {trial}: {record['verdict']} in {seconds:.1f}s ({record['reason']})")


class JsonProgress:
    """One object on a line of standard error for each thing that happens; `event` says what."""

    def __init__(self) -> None:
        self._tally = Tally()
        self._last_tally = time.monotonic()

    def __enter__(self) -> JsonProgress:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        pass

    def start(self, total: int, done: int) -> None:
        self._tally.begin(total, done)
        self._put("start")

    def say(self, text: str) -> None:
        self._put("note", text=text)

    def step(self, trial: str, text: str) -> None:
        """Steps are in the log of the trial; here they only keep the count going."""
        new = trial not in self._tally.running
        self._tally.step(trial, text)
        if new:
            self._put("trial", trial=trial, state="running")

    def tick(self) -> None:
        if time.monotonic() - self._last_tally >= SECONDS_BETWEEN_TALLIES:
            self._put("progress")

    def again(self, trial: str, record: Mapping[str, Any]) -> None:
        self._tally.put_back(trial, record)
        self._put("trial", trial=trial, state="again", verdict=record["verdict"], reason=record["reason"])

    def done(self, trial: str, record: Mapping[str, Any]) -> None:
        self._tally.end(trial, record)
        facts = {"verdict": record["verdict"], "reason": record["reason"], "wall_s": record["time"]["wall_s"]}
        self._put("trial", trial=trial, state="done", **facts)

    def _put(self, event: str, **facts: Any) -> None:
        self._last_tally = time.monotonic()
        line = json.dumps({"event": event, **facts, "progress": self._tally.as_data()})
        # Whoever read this may have gone; the run goes on.
        with contextlib.suppress(OSError):
            sys.stderr.write(line + "\n")
            sys.stderr.flush()


class LiveProgress:
    """What is going on now in a table that is drawn anew, what is done as lines above it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._tally = Tally()
        self._note = ""
        # Last: it draws a first time while it is made.
        self._live = Live(get_renderable=self._render, console=console, refresh_per_second=8, transient=True)

    def __enter__(self) -> LiveProgress:
        self._live.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        self._live.__exit__(kind, exc, at)

    def start(self, total: int, done: int) -> None:
        self._tally.begin(total, done)
        self._note = ""

    def say(self, text: str) -> None:
        self._note = text

    def step(self, trial: str, text: str) -> None:
        self._tally.step(trial, text)

    def tick(self) -> None:
        pass

    def again(self, trial: str, record: Mapping[str, Any]) -> None:
        self._tally.put_back(trial, record)
        self._line(trial, record, f"{record['reason']}; will be tried again")

    def done(self, trial: str, record: Mapping[str, Any]) -> None:
        self._tally.end(trial, record)
        self._line(trial, record, record["reason"])

    def _line(self, trial: str, record: Mapping[str, Any], reason: str) -> None:
        line = Text(f"{record['verdict']:>12}", style=COLOURS[record["verdict"]])
        line.append(f"  {record['time']['wall_s']:5.1f}s  {trial}  ", style="default")
        line.append(reason, style="dim")
        self._console.print(line)

    def _render(self) -> RenderableType:
        now = time.monotonic()
        table = Table.grid(padding=(0, 2))
        running = list(self._tally.running.items())
        for trial, (since, text) in running[:MOST_ROWS]:
            table.add_row(Text("▸", style="cyan"), Text(trial), Text(f"{now - since:.0f}s"), Text(text, style="dim"))
        if len(running) > MOST_ROWS:
            table.add_row(Text(""), Text(f"and {len(running) - MOST_ROWS} more", style="dim"), Text(""), Text(""))
        head = self._tally.in_words() if self._tally.total else "preparing"
        return Group(table, Text(f"{head}, {now - self._tally.started:.0f}s  {self._note}", style="bold"))


def stderr_console() -> Console:
    """Where progress goes, so that standard output stays for results."""
    return _Steadfast(file=sys.stderr)


class _Steadfast(Console):
    """Says the rest to nobody where whoever read it has gone; what it tells of goes on."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
