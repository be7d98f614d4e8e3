"""The judged side: pytest over the code under test, in the agent's user.

Started by the supervisor with two descriptors: the plan (one frame of JSON) and
the report (JSON lines). This process imports the code under test, so nothing it
says is proof; see `sandbox.judge` for what is believed.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from typing import Any

import pytest

MOST_WORDS = 1500


class Reporter:
    """Says which test starts and how it ended, and runs the planned ids only."""

    def __init__(self, fd: int, ids: list[str]) -> None:
        self.fd = fd
        self.wanted = frozenset(ids)
        self.outcome = ""
        self.message = ""
        self.raised = ""

    def say(self, **message: str) -> None:
        os.write(self.fd, json.dumps(message).encode("ascii") + b"\n")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        dropped = [item for item in items if item.nodeid not in self.wanted]
        items[:] = [item for item in items if item.nodeid in self.wanted]
        config.hook.pytest_deselected(items=dropped)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.outcome, self.message = "passed", ""
        self.say(event="start", id=nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        self.raised = "" if call.excinfo is None else call.excinfo.typename

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.outcome != "error":
            self.outcome = "failed" if report.when == "call" else "error"
            self.message = shortened(str(report.longrepr), self.raised)
        elif hasattr(report, "wasxfail") and self.outcome == "passed":
            self.outcome = "xfailed" if report.skipped else "xpassed"
        elif report.skipped and self.outcome == "passed":
            self.outcome = "skipped"

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.say(event="finish", id=nodeid, outcome=self.outcome, message=self.message)


def shortened(account: str, raised: str) -> str:
    """The end of what pytest tells of a failure; what was raised is said in any case."""
    return account if len(account) <= MOST_WORDS else raised + ": …" + account[-MOST_WORDS:]


def read_plan(fd: int) -> dict[str, Any]:
    with os.fdopen(fd, "rb") as stream:
        length, _ = struct.unpack(">II", stream.read(8))
        plan: dict[str, Any] = json.loads(stream.read(length))
        return plan


def main() -> int:
    plan = read_plan(int(sys.argv.pop(1)))
    fd = int(sys.argv.pop(1))
    os.set_inheritable(fd, False)
    # Behind everything else, so that the code under test cannot stand in for pytest or the
    # standard library.
    sys.path += [path for path in plan["pythonpath"] if path not in sys.path]
    arguments = [
        "--noconftest",
        "-c",
        os.devnull,
        "--rootdir=" + plan["workspace"],
        "--import-mode=importlib",
        "-p",
        "no:cacheprovider",
        "--continue-on-collection-errors",
        # Planted tests fail by dozens, and any other style reads the whole test file anew for each of them.
        "--tb=native",
        "-q",
        *plan["files"],
    ]
    return int(pytest.main(arguments, plugins=[Reporter(fd, plan["ids"])]))


sys.exit(main())
