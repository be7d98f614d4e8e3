"""`python -m bench [SECTION...]`: measure, print, and with --write keep the tables in docs/benchmarks.md.

What is kept of sections that were not measured stays as it was.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import docker

from bench import (
    calls,
    calls_table,
    cp_cases,
    judging,
    labels,
    nights,
    oscillation,
    pages,
    report,
    scheduling,
    sequence,
    snapshots,
    throughput,
    trials,
)
from bench.rows import Section
from sandbox.env import owner
from sandbox.env.engine import connect
from sandbox.errors import RoadtestError

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- begin: make bench -->", "<!-- end: make bench -->"


class Measure(Protocol):
    """One section."""

    def __call__(self, client: docker.DockerClient, folder: Path, *, rounds: int) -> Section: ...


# By name: how it is measured, and how many rounds.
SECTIONS: Mapping[str, tuple[Measure, int]] = {
    "calls": (calls.measure, 8),
    "calls-table": (calls_table.measure, 3),
    "labels": (labels.measure, 10),
    "snapshots": (snapshots.measure, 25),
    "trials": (trials.measure, 10),
    "judging": (judging.measure, 5),
    "programs": (cp_cases.measure, 5),
    "sequence": (sequence.measure, 3),
    "oscillation": (oscillation.measure, 10),
    "scheduling": (scheduling.measure, 1),
    "throughput": (throughput.measure, 1),
    "report": (report.measure, 3),
    "pages": (pages.measure, 5),
    "nights": (nights.measure, 3),
}


def main() -> None:
    """Measure what was asked for."""
    arguments = _parsed()
    client = connect()
    owner.reap(client)
    sections = []
    for name in arguments.sections or SECTIONS:
        measure, rounds = SECTIONS[name]
        with tempfile.TemporaryDirectory(prefix="roadtest-bench-") as folder:
            section = measure(client, Path(folder), rounds=max(3, round(rounds * arguments.effort)))
        print(f"\n{section.markdown()}\n", flush=True)
        sections.append(section)
    if arguments.write:
        _write(f"Measured {_machine(client)}.", sections)
    client.close()


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; all without")
    parser.add_argument("--effort", type=float, default=1.0, help="how many rounds, as a factor (1.0)")
    parser.add_argument("--write", action="store_true", help=f"keep the tables in {PAGE.parent.name}/{PAGE.name}")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"no such section: {', '.join(unknown)}")
    return arguments


def _machine(client: docker.DockerClient) -> str:
    version = client.version()
    return (
        f"on {os.cpu_count()} cores, Linux {platform.release().partition('-')[0]}, Docker {version['Version']}, "
        f"Python {platform.python_version()}"
    )


def _write(machine: str, sections: Sequence[Section]) -> None:
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    kept, _, after = rest.partition(END)
    tables = {part.partition("\n")[0]: f"### {part.strip()}" for part in kept.split("### ")[1:]}
    tables |= {section.title: section.markdown() for section in sections}
    middle = "\n\n".join([machine, *tables.values()])
    PAGE.write_text(f"{before}{BEGIN}\n\n{middle}\n\n{END}{after}", "utf-8")


if __name__ == "__main__":
    try:
        main()
    except RoadtestError as exc:
        sys.exit(f"bench: {exc}")
