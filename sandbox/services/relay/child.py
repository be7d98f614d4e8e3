"""A database as a process of a keeper."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

_SECONDS = 3.0


class Child:
    """A process that is there as long as its keeper."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        self._process, self._name = process, name

    @classmethod
    async def start(cls, command: Sequence[str], name: str, *, memory_mb: int) -> Child:
        """Start it; it says what goes wrong on the standard error of the keeper.

        Args:
            memory_mb: the address space of each of its processes: one that wants more is refused, where the container
                would be killed.

        Raises:
            OSError: it cannot be started.
        """
        nothing = asyncio.subprocess.DEVNULL
        bounded = ("/bin/sh", "-c", f'ulimit -v {memory_mb * 1024} && exec "$0" "$@"', *command)
        return cls(await asyncio.create_subprocess_exec(*bounded, stdin=nothing, stdout=nothing), name)

    async def died(self) -> str:
        """Return when it has ended."""
        return f"{self._name} has ended ({await self._process.wait()})"

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.returncode is None

    async def stop(self) -> None:
        """End it, kindly at first."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(_SECONDS):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


async def output_of(command: Sequence[str], environment: Mapping[str, str], *, most: int) -> tuple[int, bytes, str]:
    """Run a command to its end: exit code, what it printed, what it complained of.

    Args:
        most: bytes after which it is ended, with one more than these printed.
    """
    nothing, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, stdin=nothing, stdout=pipe, stderr=pipe, env=dict(environment)
    )
    assert process.stdout is not None and process.stderr is not None
    complaining = asyncio.ensure_future(process.stderr.read())
    try:
        out = bytearray()
        while len(out) <= most and (piece := await process.stdout.read(1 << 20)):
            out += piece
        if len(out) <= most:
            await process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return process.returncode or 0, bytes(out[: most + 1]), (await complaining).decode("utf-8", "replace")
