"""A service behind its relay as a process.

    python -m sandbox.services.NAME --socket PATH --host HOST --port PORT [--seed FILE] [--relay FILE]

Exit codes: 0 told to end; 2 a bad seed or bad settings; 3 the service died, or an address or the log failed.
"""

from __future__ import annotations

import abc
import argparse
import asyncio
import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from sandbox.services.common.lines import LogFailed
from sandbox.services.relay.control import serve_control
from sandbox.services.relay.faults import Settings, read_settings
from sandbox.services.relay.server import Relay


class BadSeed(Exception):
    """The seed does not hold."""


class Died(Exception):
    """The service ended by itself, or does not come up."""


class Keeper(abc.ABC):
    """A service that is reached through a relay.

    Args:
        place: a directory of its own, with a short path.
        seed: the file of what it holds at the start, None for nothing.
    """

    def __init__(self, place: Path, seed: Path | None) -> None:
        self.place, self.seed = place, seed

    @property
    @abc.abstractmethod
    def socket(self) -> str:
        """The Unix socket where clients are served."""

    @abc.abstractmethod
    async def start(self) -> None:
        """Come up with the seed in it.

        Raises:
            BadSeed, Died.
        """

    @abc.abstractmethod
    async def died(self) -> str:
        """Return, with a few words, when it has ended by itself."""

    @abc.abstractmethod
    async def state(self) -> bytes:
        """What it holds, as JSON: `{collection: {key: row}}`.

        Raises:
            StateFailed: it cannot be told now.
        """

    @abc.abstractmethod
    async def stop(self) -> None:
        """End it."""


def run(name: str, make: Callable[[Path, Path | None], Keeper], arguments: Sequence[str] | None = None) -> int:
    """Serve until told to end; the exit code."""
    parser = argparse.ArgumentParser(description="A service behind a relay.")
    parser.add_argument("--socket", required=True, type=Path, help="the Unix socket of health and state")
    parser.add_argument("--host", default="127.0.0.1", help="where clients connect to")
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--seed", type=Path, help="what it holds at the start")
    parser.add_argument("--relay", type=Path, help="the relay's settings, as JSON")
    told = parser.parse_args(arguments)
    try:
        document = json.loads(told.relay.read_text("utf-8")) if told.relay else {}
        settings = read_settings(document, name, str(told.socket.parent / "log.jsonl"))
    except (OSError, ValueError) as exc:
        return _failed(name, exc, 2)
    place = Path(tempfile.mkdtemp(prefix="roadtest-"))
    try:
        asyncio.run(_serve(make(place, told.seed), settings, told))
    except BadSeed as exc:
        return _failed(name, exc, 2)
    except (Died, LogFailed, OSError) as exc:
        return _failed(name, exc, 3)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return 0


def _failed(name: str, exc: Exception, code: int) -> int:
    print(f"roadtest {name}: {' '.join(str(exc).split())[:1000]}", file=sys.stderr)  # noqa: T201
    return code


async def _serve(keeper: Keeper, settings: Settings, told: argparse.Namespace) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    relay = Relay(settings, keeper.socket)
    try:
        await keeper.start()
        await relay.listen(told.host, told.port)
        control = await serve_control(str(told.socket), keeper.state)
        try:
            await _wait(keeper, relay, ended)
        finally:
            control.close()
    finally:
        relay.stop()
        await keeper.stop()


async def _wait(keeper: Keeper, relay: Relay, ended: asyncio.Event) -> None:
    died, told = asyncio.ensure_future(keeper.died()), asyncio.ensure_future(ended.wait())
    await asyncio.wait((died, told, relay.failed), return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if relay.failed.done():
        relay.failed.result()
    if died.done():
        raise Died(died.result())
    died.cancel()
