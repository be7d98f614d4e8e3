"""Competitive programming: what a case costs beyond the program's own time; how steady CPU time is beside a load."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker

from bench.rows import Row, Section, spread
from sandbox.cp.build_cache import BuildCache
from sandbox.cp.problem import Case, Group, Limits, Problem, Program
from sandbox.cp.session import Session
from sandbox.cp.verdicts import Clocks
from sandbox.env.cp_place import Host

CASES = 20
NOTHING = b"int main(){return 0;}\n"
WORKS = b"int main(){volatile unsigned x=0;for(unsigned i=0;i<200000000u;i++)x+=i;return 0;}\n"
MOST_MS = 15.0


def measure(client: docker.DockerClient, folder: Path, *, rounds: int) -> Section:
    """A program that does nothing, and one that works for a fraction of a second."""
    host = Host.connect(run=uuid.uuid4().hex, say=lambda text: None)
    try:
        return _measure(host, folder, rounds)
    finally:
        host.clear()
        host.client.close()


def _measure(host: Host, folder: Path, rounds: int) -> Section:
    problem = _problem(CASES * rounds)
    own, whole = [], []
    with _session(host, problem, "nothing.c", NOTHING, folder) as session:
        session.build()
        for case in problem.data.cases():
            began = time.perf_counter()
            own.append(session.run(case, Clocks.of(1.0)).wall_s)
            whole.append(time.perf_counter() - began)
    over = [total - part for total, part in zip(whole, own, strict=True)]
    middle = 1000 * statistics.median(whole)
    alone = _works(host, folder, rounds)
    with _loaded():
        beside = _works(host, folder, rounds)
    grown = statistics.median(beside) / statistics.median(alone)
    rows = (
        Row(what="a case of a program that does nothing, all in all", measured=spread(whole, "ms"),
            aim=f"≤ {MOST_MS:g} ms", holds=middle <= MOST_MS),
        Row(what="of that, beyond the program from its start to its end", measured=spread(over, "ms")),
        Row(what="CPU time of the same work, the machine as it is", measured=spread(alone, "s")),
        Row(what="the same, every other core at work", measured=f"{spread(beside, 's')}, {grown:.2f} ×"),
    )  # fmt: skip
    how = (
        f"One container, {CASES * rounds} cases one after the other, a program in C; then {rounds} runs of fixed work."
    )
    return Section(title="Judging programs", how=how, rows=rows)


def _works(host: Host, folder: Path, rounds: int) -> list[float]:
    problem = _problem(rounds)
    with _session(host, problem, "works.c", WORKS, folder) as session:
        session.build()
        return [session.run(case, Clocks.of(10.0)).time_s for case in problem.data.cases()]


@contextmanager
def _session(host: Host, problem: Problem, name: str, source: bytes, folder: Path) -> Iterator[Session]:
    program = Program(name=name, files={name: source}, language="c")
    session = Session(host, problem, program, cache=BuildCache(folder), core=host.cores[0], stop=threading.Event())
    try:
        yield session
    finally:
        session.close()


def _problem(count: int) -> Problem:
    cases = tuple(Case(name=f"secret/{number:04}", input=b"1 2\n", answer=b"") for number in range(count))
    data = Group(name="", parts=(Group(name="secret", parts=cases),))
    return Problem(
        id="bench", path="", digest="", format="2025-09", name="", statements={}, limits=Limits(memory=256), data=data
    )


@contextmanager
def _loaded() -> Iterator[None]:
    """As many busy processes as there are other cores."""
    count = max(1, (os.cpu_count() or 2) - 1)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()
