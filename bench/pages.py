"""`roadtest report --html` of a large run: how long writing takes, how large it is, how soon a browser shows it."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import docker

from bench.rows import Row, Section, spread
from tests.support.browser import Browser, browser
from tests.support.paged import large_run

TASKS, CANDIDATES, REPEATS = 25, 8, 5
AIM_SECONDS = 3.0
# Calls of a trial, lines that each is answered with: like short trials, and like long ones.
SIZES = {"short": (10, 20), "long": (40, 60)}


def measure(client: docker.DockerClient, folder: Path, *, rounds: int) -> Section:
    """Pages of 1,000 trials, in Chromium without a window."""
    del client  # nothing here runs in a container
    rows = [row for name, (steps, lines) in SIZES.items() for row in _page(folder / name, name, steps, lines, rounds)]
    count = TASKS * CANDIDATES * REPEATS
    how = f"{count:,} simulated trials without histories, in Chromium without a window, until all of it is loaded."
    return Section(title="The page of a run", how=how, rows=tuple(rows))


def _page(run: Path, name: str, steps: int, lines: int, rounds: int) -> list[Row]:
    large_run(run, tasks=TASKS, candidates=CANDIDATES, repeats=REPEATS, steps=steps, lines=lines)
    page = run / "page.html"
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "sandbox", "report", str(run), "--html", str(page)], check=True)
    written = time.perf_counter() - started
    with browser() as tab:
        tab.resize(1400)
        opened = [tab.open(page) for _ in range(rounds)]
        trials = [_trial(tab, place) for place in range(rounds)]
    what = f"{name} trials ({steps} calls of {lines} lines)"
    holds = statistics.median(opened) < AIM_SECONDS
    size = f"{page.stat().st_size / 1e6:.0f} MB in {written:.0f} s"
    return [
        Row(what=f"{what}: written", measured=size),
        Row(what=f"{what}: opened", measured=_seconds(opened), aim=f"< {AIM_SECONDS:.0f} s", holds=holds),
        Row(what=f"{what}: one trial opened", measured=_seconds(trials)),
    ]


def _trial(tab: Browser, place: int) -> float:
    tab.run("location.hash = '#trials'")
    started = time.perf_counter()
    tab.run(f"document.querySelectorAll('#list a')[{place}].click()")
    tab.wait("!!document.querySelector('#end-title')")
    return time.perf_counter() - started


def _seconds(values: Sequence[float]) -> str:
    return spread(values, "s")
