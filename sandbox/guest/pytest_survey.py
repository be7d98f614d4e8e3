"""Finding tests, or running them in an order of our own: how a task is made, before it has hidden tests.

Sent in place of pytest_run and started just like it. What the plan says besides `ids` and `files`:
`find`: run nothing; print, on a line that begins with `mark`, which tests there are and which files
cannot be collected. Otherwise the ids run in the order in which they are given; one with `AGAIN` behind it is the
same test once more. `plain`: nobody reads why a test fails.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from typing import Any

import pytest

MOST_WORDS = 1500
# In no id of a test.
AGAIN = "\n"


class Finder:
    """Which tests there are."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.broken: dict[str, str] = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken[report.nodeid] = str(report.longrepr)[-MOST_WORDS:]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.ids = [item.nodeid for item in session.items]


class Runner:
    """Runs what is planned in the planned order, and says which test starts and how it ended."""

    def __init__(self, fd: int, ids: list[str]) -> None:
        self.fd = fd
        self.ids = ids
        self.at = -1
        self.outcome = ""
        self.message = ""

    def say(self, **message: str) -> None:
        os.write(self.fd, json.dumps(message).encode("ascii") + b"\n")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        found = {item.nodeid: item for item in items}
        self.ids = [test for test in self.ids if test.rstrip(AGAIN) in found]
        items[:] = [found[test.rstrip(AGAIN)] for test in self.ids]

    def pytest_runtest_logstart(self) -> None:
        self.at += 1
        self.outcome, self.message = "passed", ""
        self.say(event="start", id=self.ids[self.at])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.outcome != "error":
            self.outcome = "failed" if report.when == "call" else "error"
            self.message = str(report.longrepr)[-MOST_WORDS:]
        elif hasattr(report, "wasxfail") and self.outcome == "passed":
            self.outcome = "xfailed" if report.skipped else "xpassed"
        elif report.skipped and self.outcome == "passed":
            self.outcome = "skipped"

    def pytest_runtest_logfinish(self) -> None:
        self.say(event="finish", id=self.ids[self.at], outcome=self.outcome, message=self.message)


def read_plan(fd: int) -> dict[str, Any]:
    with os.fdopen(fd, "rb") as stream:
        length, _ = struct.unpack(">II", stream.read(8))
        plan: dict[str, Any] = json.loads(stream.read(length))
        return plan


def arguments(plan: dict[str, Any]) -> list[str]:
    """As pytest_run has them: what is found here has to be found by a judge."""
    return [
        "--noconftest",
        "-c",
        os.devnull,
        "--rootdir=" + plan["workspace"],
        "--import-mode=importlib",
        "-p",
        "no:cacheprovider",
        "--continue-on-collection-errors",
        # Rewriting asserts takes longer than most suites.
        *(["--assert=plain"] if plan.get("plain") else []),
        "-q",
        *plan["files"],
    ]


def main() -> int:
    plan = read_plan(int(sys.argv.pop(1)))
    fd = int(sys.argv.pop(1))
    os.set_inheritable(fd, False)
    sys.path += [path for path in plan["pythonpath"] if path not in sys.path]
    if not plan["find"]:
        return int(pytest.main(arguments(plan), plugins=[Runner(fd, plan["ids"])]))
    finder = Finder()
    said = sys.stdout.fileno()
    code = int(pytest.main(["--collect-only", *arguments(plan)], plugins=[finder]))
    found = {"ids": finder.ids, "broken": finder.broken}
    sys.stdout.flush()
    data = ("\n" + plan["mark"] + json.dumps(found) + "\n").encode("ascii")
    while data:
        data = data[os.write(said, data) :]
    return code


sys.exit(main())
