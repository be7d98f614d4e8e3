"""An interactive case: the submission and the interactor at the two ends of two pipes.

Who ended first decides, and ends come so close together that looking at them does not tell. So this process keeps
hold of the interactor's ends: the submission is not told that the interactor is gone before it is known what the
interactor says. A submission that has ended badly has then done so by itself. The other way round nothing is held.
What either still writes to one that is gone is read away: nobody is to fail for being a little later than the other.
"""

from __future__ import annotations

import fcntl
import math
import os
import signal
import time
from typing import Any

import cp_case
import cp_meter
import cp_place
import cp_process
import cp_users

REJECTS = 43
_PIPE = "pipe:[%d]"
# Bytes that one may write before the other reads, as in the format's own tools: some send all questions at once.
PIPE_BYTES = 1 << 20


class Pipes:
    """Two pipes, opened for everybody who is handed an end. Names say who holds the end."""

    def __init__(self) -> None:
        self.submission_in, self.interactor_out = os.pipe()
        self.interactor_in, self.submission_out = os.pipe()
        for fd in self.ends():
            os.fchmod(fd, 0o666)
        for fd in (self.interactor_out, self.submission_out):
            try:
                fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
            except OSError:  # the kernel has no more to give: then they are smaller
                pass

    def ends(self) -> list[int]:
        """All that are open here."""
        every = (self.submission_in, self.interactor_out, self.interactor_in, self.submission_out)
        return [fd for fd in every if fd >= 0]

    def close(self, *names: str) -> None:
        """Close ends by name; closed ones stay closed."""
        for name in names:
            if getattr(self, name) >= 0:
                os.close(getattr(self, name))
                setattr(self, name, -1)

    def is_told(self, interactor: int) -> bool:
        """Whether the interactor can still say something: it may have closed its end without having ended."""
        ours = _PIPE % os.fstat(self.interactor_out).st_ino
        try:
            with cp_users.acting_as(cp_users.VALIDATOR):
                folder = "/proc/%d/fd/" % interactor
                return any(os.readlink(folder + name) == ours for name in os.listdir(folder))
        except OSError:
            return True


class Talk:
    """One interactive case."""

    def __init__(self, case: cp_case.Case) -> None:
        self.case = case
        self.pipes = Pipes()
        self.first: str | None = None

    def run(self) -> dict[str, Any]:
        """Run both until both have ended, or the submission has gone over a limit."""
        self.case.lay_check()
        cwd = cp_place.working_directory(writable=self.case.request["writable"])
        said = cp_place.open_new(cp_place.CASE + "/said", 0o600)
        error = cp_place.open_new(cp_place.CASE + "/error", 0o622)
        try:
            self._start(cwd, said)
            self._watch()
            words = os.pread(error, cp_case.MOST_WORDS, max(0, os.fstat(error).st_size - cp_case.MOST_WORDS))
            facts = self.submission.facts(others=self.interactor.spent.seconds)
            facts.update(output=os.fstat(error).st_size, error=words.decode("utf-8", "replace"), first=self.first)
            facts["check"] = self.case.judgement(self.interactor.facts(others=self.submission.spent.seconds), said)
            cp_place.clear_work()
            return facts
        finally:
            for fd in (said, error, *self.pipes.ends()):
                os.close(fd)

    def _start(self, cwd: str, said: int) -> None:
        case, pipes = self.case, self.pipes
        error = os.open(cp_place.CASE + "/error", os.O_WRONLY)
        interactor = case.start_check((pipes.interactor_in, pipes.interactor_out, said))
        check = case.check_limits
        # An interactor waits for the submission, and is not to give up before that is over its own limit.
        limits = cp_process.Limits(check.cpu, math.inf, check.memory, check.output)
        self.interactor = cp_process.Watch(case.container, interactor, limits)
        try:
            submission = case.start((pipes.submission_in, pipes.submission_out, error), cwd)
        except OSError:
            self.interactor.finish()
            raise
        finally:
            os.close(error)
        self.submission = cp_process.Watch(case.container, submission, case.limits)
        pipes.close("submission_out")

    def _watch(self) -> None:
        submission, interactor = self.submission, self.interactor
        while not self._is_over():
            left = self._patience()
            if not left:
                # Whoever is killed now because the other is over a limit has not ended first.
                self.first = self.first or ("interactor" if interactor.over else None)
                break
            waiting = [*submission.started.ended, *interactor.started.ended]
            if submission.started.status is not None:
                waiting.append(self.pipes.submission_in)
            elif interactor.started.status is not None and self.pipes.interactor_in >= 0:
                waiting.append(self.pipes.interactor_in)
            ready = cp_process.await_one(waiting, left)
            if self.pipes.interactor_in in ready and not _read_away(self.pipes.interactor_in):
                self.pipes.close("interactor_in")
            if not ready and interactor.started.status is None:
                self._notice_silence()
        submission.finish({interactor.started.pid: lambda: interactor.started.take(interactor.spent)})
        interactor.finish()
        # On its way out it may close its pipes, and the interactor answer to that, before it has quite ended: then
        # killing it has come too late to change how it ends.
        if self.first == "interactor" and submission.started.code != -signal.SIGKILL:
            self.first = "submission" if interactor.started.code == REJECTS else self.first

    def _is_over(self) -> bool:
        """Take notice of who has ended; whether there is nothing more to wait for."""
        submission, interactor = self.submission, self.interactor
        # The submission first: if both have ended, it was not told of the interactor's end.
        if submission.started.take(submission.spent):
            self.first = self.first or "submission"
            self._hurry()
            if not _read_away(self.pipes.submission_in):
                time.sleep(cp_process.SHORTEST)
        if interactor.started.take(interactor.spent):
            self.first = self.first or "interactor"
            if interactor.started.code == REJECTS or submission.started.status is not None:
                return True
            self.pipes.close("interactor_out")
        return submission.started.status is not None and interactor.started.status is not None

    def _patience(self) -> float:
        """Seconds until the next look; 0 once one of them has gone over a limit."""
        left = []
        if self.submission.started.status is None:
            left.append(self.submission.patience(cp_meter.clock_of(self.interactor.started.pid)))
        if self.interactor.started.status is None:
            others = self.submission.spent.seconds + cp_meter.clock_of(self.submission.started.pid)
            left.append(self.interactor.patience(others))
        return min(left)

    def _hurry(self) -> None:
        """From now on nobody but the interactor is waited for."""
        limits = self.interactor.limits
        if limits.wall == math.inf:
            limits.wall = time.monotonic() - self.interactor.started.began + self.case.check_limits.wall

    def _notice_silence(self) -> None:
        if self.pipes.interactor_out >= 0 and not self.pipes.is_told(self.interactor.started.pid):
            self.pipes.close("interactor_out")


def _read_away(fd: int) -> bool:
    """What is said to nobody; whether more may come."""
    os.set_blocking(fd, False)
    try:
        return all(os.read(fd, 1 << 16) for _ in range(64))
    except BlockingIOError:
        return True
