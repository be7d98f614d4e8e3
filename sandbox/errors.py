"""Every failure Roadtest names, and whom it is charged to.

RoadtestError                      origin      exit code
├── BadInput                       user        2   a wrong flag, a broken file
├── AgentError                     agent       -   the candidate's own doing; part of the result
├── ProviderError                  provider    3   the model's service failed for good
│   └── DeadlinePassed             provider    3   or for so long that the trial's deadline came
├── SandboxError                   sandbox     3   a container or the engine failed
│   └── EngineGone                 sandbox     3   the Docker engine no longer answers
├── TaskError                      task        3   the task cannot be built or judged
├── CapReached                     user        3   a cap on what a run may spend
└── HarnessError                   harness     3   Roadtest itself, or the disk under it

A failure gets its class once, where it crosses into Roadtest: at the engine's
socket, at the provider's answer, at a file. Nothing further in translates it
again, so a dead container is never command output and a missing verdict is
never a zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class RoadtestError(Exception):
    """The root of all failures that Roadtest names."""

    origin = "harness"
    exit_code = 3


class BadInput(RoadtestError):
    """Something the user typed or wrote does not hold; says the file and the field."""

    origin = "user"
    exit_code = 2


class AgentError(RoadtestError):
    """The candidate brought its own trial down (memory, a tree too large to keep)."""

    origin = "agent"


class ProviderError(RoadtestError):
    """The model's service gave no answer.

    `kind` is one of authentication, not-found, quota, rate-limit, server, timeout,
    connection, bad-request, context-length. `retry_after` is the wait in seconds that
    the provider asked for, or None.
    """

    origin = "provider"

    def __init__(self, message: str, *, kind: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_after = retry_after


class DeadlinePassed(ProviderError):
    """The deadline of the trial came while its candidate waited for answers."""


class SandboxError(RoadtestError):
    """A container, an image or the engine did not do what it was asked to."""

    origin = "sandbox"


class EngineGone(SandboxError):
    """The Docker engine does not answer (any more)."""


class TaskError(RoadtestError):
    """The task itself is at fault: its image does not build, its judge cannot run."""

    origin = "task"


class CapReached(RoadtestError):
    """The run, or a candidate, has spent what it may; says nothing about the candidate."""

    origin = "user"


class HarnessError(RoadtestError):
    """Roadtest's own failure: a full disk, a run directory taken by another run."""

    origin = "harness"


@contextmanager
def boundary(error: type[RoadtestError], what: str, *caught: type[BaseException]) -> Iterator[None]:
    """Turn foreign exceptions into `error`, once, where they cross into Roadtest.

    Args:
        error: the class to raise, saying whom the failure is charged to.
        what: what was being done, in words that complete "could not ...".
        caught: foreign exception types to translate (default: OSError).

    Raises:
        error: in place of any of `caught`; a RoadtestError passes unchanged.
    """
    try:
        yield
    except RoadtestError:
        raise
    except Exception as exc:
        if not isinstance(exc, caught or (OSError,)):
            raise
        raise error(f"could not {what}: {one_line(exc)}") from exc


def one_line(exc: BaseException, limit: int = 400) -> str:
    """The message of an exception on one line of at most `limit` characters."""
    text = " ".join(str(exc).split()) or type(exc).__name__
    return text if len(text) <= limit else text[: limit - 1] + "…"
