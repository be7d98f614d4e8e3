"""One case: the submission on an input, and the validator on what it wrote, or on both ends of it at once."""

from __future__ import annotations

import os
from typing import Any

import cp_meter
import cp_place
import cp_process
import cp_users

# What is kept of what programs complain.
MOST_WORDS = 4000
# Of each file that a validator leaves.
MOST_FEEDBACK = 8000
FEEDBACK_FILES = ("score.txt", "score_multiplier.txt", "judgemessage.txt", "teammessage.txt", "nextpass.in")


class Case:
    """A request, and what it takes to carry it out."""

    def __init__(self, request: dict[str, Any], container: cp_meter.Container) -> None:
        self.request = request
        self.container = container
        output = request["output"]
        # One byte over the limit tells output that is too long from output that is just as long as it may be.
        self.limits = cp_process.Limits(request["cpu"], request["wall"], request["memory"], output + 1)
        check = request["validation"]
        self.check_limits = cp_process.Limits(check["cpu"], check["wall"], check["memory"], check["output"])

    def run(self) -> tuple[dict[str, Any], bytes]:
        """Run the submission alone, then the validator if there is one; the facts, and the output."""
        is_validated = self.request["validated"]
        cwd = cp_place.working_directory(writable=self.request["writable"])
        streams = self._streams()
        try:
            started = self._start(streams[0], cwd)
            watch = cp_process.Watch(self.container, started, self.limits)
            watch.run()
            facts = self._described(watch.facts(), streams)
            fine = facts["exit"] == 0 and not facts["over"] and facts["output"] <= self.request["output"]
            output = _all_of(streams[1]) if fine and not is_validated else b""
            cp_place.clear_work()
            if fine and is_validated:
                facts["check"] = self._check(streams[1])
        finally:
            for fd in streams:
                os.close(fd)
        return facts, output

    def _streams(self) -> tuple[int, int, int]:
        """Input to be read only, and the two files that are written, opened once more for the submission."""
        return (
            os.open(cp_place.CASE + "/input", os.O_RDONLY),
            cp_place.open_new(cp_place.CASE + "/output", 0o622),
            cp_place.open_new(cp_place.CASE + "/error", 0o622),
        )

    def _start(self, given: int, cwd: str) -> cp_process.Started:
        output, error = (os.open(cp_place.CASE + name, os.O_WRONLY) for name in ("/output", "/error"))
        try:
            return self.start((given, output, error), cwd)
        finally:
            os.close(output)
            os.close(error)

    def start(self, streams: tuple[int, int, int], cwd: str) -> cp_process.Started:
        """Start the submission."""
        return cp_process.start(
            [*self.request["run"], *self.request["args"]],
            uid=cp_users.SUBMISSION,
            limits=self.limits,
            cwd=cwd,
            env=self.request["env"],
            streams=streams,
        )

    def _described(self, facts: dict[str, Any], streams: tuple[int, int, int]) -> dict[str, Any]:
        size, complaints = os.fstat(streams[1]).st_size, os.fstat(streams[2]).st_size
        words = os.pread(streams[2], MOST_WORDS, max(0, complaints - MOST_WORDS))
        return dict(facts, output=max(size, complaints), error=words.decode("utf-8", "replace"))

    def _check(self, output: int) -> dict[str, Any]:
        """The validator's judgement of what was written."""
        self.lay_check()
        os.lseek(output, 0, os.SEEK_SET)
        said = cp_place.open_new(cp_place.CASE + "/said", 0o600)
        try:
            started = self.start_check((output, said, said))
            watch = cp_process.Watch(self.container, started, self.check_limits)
            watch.run()
            return self.judgement(watch.facts(), said)
        finally:
            os.close(said)

    def lay_check(self) -> None:
        """What the validator is given."""
        os.link(cp_place.CASE + "/input", cp_place.CHECK + "/judge.in")
        os.link(cp_place.CASE + "/answer", cp_place.CHECK + "/judge.ans")
        cp_users.folder_for(cp_place.FEEDBACK, cp_users.VALIDATOR, 0o770)

    def start_check(self, streams: tuple[int, int, int]) -> cp_process.Started:
        """Start the validator."""
        files = [cp_place.CHECK + "/judge.in", cp_place.CHECK + "/judge.ans", cp_place.FEEDBACK + "/"]
        check = self.request["validation"]
        return cp_process.start(
            [*check["run"], *files, *check["args"]],
            uid=cp_users.VALIDATOR,
            limits=self.check_limits,
            cwd=cp_place.PROGRAM,
            env=self.request["env"],
            streams=streams,
        )

    def judgement(self, facts: dict[str, Any], said: int) -> dict[str, Any]:
        """What the validator has done and left."""
        words = os.pread(said, MOST_WORDS, max(0, os.fstat(said).st_size - MOST_WORDS))
        return dict(facts, said=words.decode("utf-8", "replace"), feedback=_feedback())


def _all_of(fd: int) -> bytes:
    size = os.fstat(fd).st_size
    parts = []
    while sum(map(len, parts)) < size:
        part = os.pread(fd, 1 << 20, sum(map(len, parts)))
        if not part:
            break
        parts.append(part)
    return b"".join(parts)


def _feedback() -> dict[str, str]:
    """The files that the format names, as the validator left them; what is no plain file is not opened."""
    found = {}
    with cp_users.acting_as(cp_users.VALIDATOR):
        for name in FEEDBACK_FILES:
            try:
                fd = os.open(cp_place.FEEDBACK + "/" + name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            except OSError:
                continue
            try:
                found[name] = os.read(fd, MOST_FEEDBACK).decode("utf-8", "replace")
            except OSError:
                pass
            finally:
                os.close(fd)
    return found


def tidy() -> None:
    """Remove what a case has left in our own directories."""
    for folder in (cp_place.CASE, cp_place.CHECK):
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if os.path.isdir(path):
                cp_users.clear(path, cp_users.VALIDATOR)
                os.rmdir(path)
            else:
                os.unlink(path)
