"""Showing a run while it goes: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

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

    def done(self, trial: str, record: Mapping[str, Any]) -> None:
        """A trial has its verdict."""


def make_progress(console: Console) -> Progress:
    """The live table if somebody watches, else lines."""
    return LiveProgress(console) if console.is_terminal else LineProgress(console)


class LineProgress:
    """One line for each thing that happens."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._total = self._done = 0
        self._started = time.monotonic()
        self._last_said: dict[str, float] = {}

    def __enter__(self) -> LineProgress:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        pass

    def start(self, total: int, done: int) -> None:
        self._total, self._done = total, done
        self.say(_trials(total) + (f", {done} of them done before" if done else ""))

    def say(self, text: str) -> None:
        line = f"[{time.monotonic() - self._started:6.1f}s] {text}"
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def step(self, trial: str, text: str) -> None:
        """Now and then: a line for each step would drown the verdicts, none would look like standing still."""
        now = time.monotonic()
        if now - self._last_said.setdefault(trial, now) >= SECONDS_BETWEEN_STEPS:
            self._last_said[trial] = now
            self.say(f"{trial}: {text}")

    def done(self, trial: str, record: Mapping[str, Any]) -> None:
        self._done += 1
        self._last_said.pop(trial, None)
        seconds = record["time"]["wall_s"]
        self.say(f"{self._done}/{self._total} {trial}: {record['verdict']} in {seconds:.1f}s ({record['reason']})")


class LiveProgress:
    """What is going on now in a table that is drawn anew, what is done as lines above it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = time.monotonic()
        self._running: dict[str, tuple[float, str]] = {}
        self._note = ""
        self._total = self._done = 0
        # Last: it draws a first time while it is made.
        self._live = Live(get_renderable=self._render, console=console, refresh_per_second=8, transient=True)

    def __enter__(self) -> LiveProgress:
        self._live.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        self._live.__exit__(kind, exc, at)

    def start(self, total: int, done: int) -> None:
        self._total, self._done, self._note = total, done, ""

    def say(self, text: str) -> None:
        self._note = text

    def step(self, trial: str, text: str) -> None:
        since = self._running.get(trial, (time.monotonic(), ""))[0]
        self._running[trial] = (since, text)

    def done(self, trial: str, record: Mapping[str, Any]) -> None:
        self._done += 1
        self._running.pop(trial, None)
        line = Text(f"{record['verdict']:>12}", style=COLOURS[record["verdict"]])
        line.append(f"  {record['time']['wall_s']:5.1f}s  {trial}  ", style="default")
        line.append(record["reason"], style="dim")
        self._console.print(line)

    def _render(self) -> RenderableType:
        now = time.monotonic()
        table = Table.grid(padding=(0, 2))
        for trial, (since, text) in list(self._running.items()):
            table.add_row(Text("▸", style="cyan"), Text(trial), Text(f"{now - since:.0f}s"), Text(text, style="dim"))
        head = f"{self._done}/{_trials(self._total)}, {now - self._started:.0f}s" if self._total else "preparing"
        return Group(table, Text(f"{head}  {self._note}", style="bold"))


def _trials(number: int) -> str:
    return f"{number} trial" if number == 1 else f"{number} trials"


def stderr_console() -> Console:
    """Where progress goes, so that standard output stays for results."""
    return Console(file=sys.stderr)
