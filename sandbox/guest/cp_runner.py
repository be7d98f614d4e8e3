"""The judge's side in a submission's container: it builds, and runs cases one after the other.

Runs as root without any file capability. Nothing of the submission's user lives between two commands, and nothing that
this user could write to lasts longer than a case.

Frames in:  a command (JSON), then what belongs to it
            {"do": "build", ...}      sources (tar)                     -> facts, binary
            {"do": "lay", "where": "program" | "validator"}  files (tar), binary or nothing -> {}
            {"do": "case", ...}       input, files (tar or nothing)[, answer]  -> facts, output
Frames out: facts (JSON), then what is named above. {"trouble": "..."} in place of facts: this side has failed.
"""

from __future__ import annotations

import ctypes
import gc
import os
from typing import Any

import cp_case
import cp_compile
import cp_meter
import cp_place
import cp_talk
import cp_users
import privileges
import wire

_M_MMAP_THRESHOLD = -3


def main() -> None:
    wire.until_torn(serve)


def serve() -> None:
    privileges.hide()
    privileges.adopt_orphans()
    cp_users.join_groups()
    cp_place.make()
    answer_to = os.dup(1)
    take_from = os.dup(0)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1):
        os.dup2(null, fd)
    runner = Runner(take_from)
    wire.write_json(answer_to, {"ready": True})
    while (request := wire.read_json(take_from)) is not None:
        facts, data = runner.carry_out(request)
        wire.write_json(answer_to, facts)
        if data is not None:
            wire.write_frame(answer_to, data)


class Runner:
    """Carries out one command after the other."""

    def __init__(self, take_from: int) -> None:
        self.take_from = take_from
        self.container = cp_meter.Container()
        gc.freeze()
        # What is freed goes back to the system at once, whatever was asked for before.
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, 1 << 16)

    def carry_out(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes | None]:
        """The answer to one command."""
        frames = [wire.read_frame(self.take_from) or b"" for _ in range(request["frames"])]
        try:
            return self._carry_out(request, frames)
        except Exception as exc:  # told to the host, whatever it is
            for uid in (cp_users.SUBMISSION, cp_users.VALIDATOR):
                cp_users.end_all(uid, cp_users.Spent())
            return {"trouble": "%s: %s" % (type(exc).__name__, exc)}, b""

    def _carry_out(self, request: dict[str, Any], frames: list[bytes]) -> tuple[dict[str, Any], bytes | None]:
        do = request["do"]
        if do == "build":
            return cp_compile.build(request, frames[0], self.container)
        if do == "lay":
            where = {"program": cp_place.PROGRAM, "validator": cp_place.VALIDATOR}[request["where"]]
            cp_place.lay(frames[0], where, frames[1] or None)
            return {}, b""
        if do == "case":
            return self._run_case(request, frames)
        raise ValueError("no such command: %r" % do)

    def _run_case(self, request: dict[str, Any], frames: list[bytes]) -> tuple[dict[str, Any], bytes]:
        case = cp_case.Case(request, self.container)
        try:
            # On disk and not in memory: every program begins as a copy of this process, and its size counts.
            cp_place.lay_case(*frames)
            frames.clear()
            if request["interactive"]:
                return cp_talk.Talk(case).run(), b""
            return case.run()
        finally:
            cp_place.clear_work()
            cp_case.tidy()
