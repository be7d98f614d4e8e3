"""Redis, started empty and seeded."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sandbox.services.redis.keys import READS, BadKeys, commands, row, text
from sandbox.services.redis.resp import Connection, Refused
from sandbox.services.relay.child import Child
from sandbox.services.relay.control import MOST_STATE, StateFailed, StateTooLarge
from sandbox.services.relay.program import BadSeed, Died, Keeper

_SECONDS = 20.0
_LOOK = 0.02
_MEMORY = "128mb"
# More take longer to tell one after the other than anybody waits for a state.
_MOST_KEYS = 20_000
_OWNER, _AGENT = "roadtest", "agent"
_MEMORY_MB = 320
# Keys and what is said of them. Scripts can keep the server to themselves for ever; the commands named last are among
# those that Redis calls dangerous, and are only large.
_RIGHTS = "~* &* +@all -@admin -@dangerous -@scripting +keys +info +sort +sort_ro +flushdb"
_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "databases": "1",
    "save": "",
    "appendonly": "no",
    "daemonize": "no",
    "loglevel": "warning",
    "maxmemory": _MEMORY,
    "maxmemory-policy": "noeviction",
    "maxmemory-clients": "64mb",
    "maxclients": "200",
    "client-output-buffer-limit": "normal 32mb 32mb 0",
    "proto-max-bulk-len": "16mb",
    "enable-debug-command": "no",
    "enable-module-command": "no",
    "enable-protected-configs": "no",
}


class Redis(Keeper):
    """A server on a Unix socket."""

    _child: Child | None = None

    def __init__(self, place: Path, seed: Path | None) -> None:
        super().__init__(place, seed)
        self._password = secrets.token_hex(24)

    @property
    def socket(self) -> str:
        """Where clients are served."""
        return str(self.place / "redis.sock")

    async def start(self) -> None:
        """Start the server, plant the seed."""
        try:
            planting = list(commands(json.loads(self.seed.read_text("utf-8")))) if self.seed else []
        except (OSError, ValueError, BadKeys) as exc:
            raise BadSeed(f"the seed of redis: {exc}") from exc
        users = self.place / "users.acl"
        users.write_text(
            f"user default off\nuser {_OWNER} on >{self._password} ~* &* +@all\nuser {_AGENT} on >{_AGENT} {_RIGHTS}\n"
        )
        users.chmod(0o600)
        settings = _SETTINGS | {"unixsocket": self.socket, "dir": str(self.place), "aclfile": str(users)}
        words = [word for name, value in settings.items() for word in (f"--{name}", value)]
        self._child = await Child.start(["redis-server", *words], "redis", memory_mb=_MEMORY_MB)
        connection = await self._connected()
        try:
            await connection.ask_all(planting)
        except Refused as exc:
            raise BadSeed(f"the seed of redis: {exc}") from exc
        finally:
            await connection.close()

    async def died(self) -> str:
        """Return when the server has ended."""
        assert self._child is not None
        return await self._child.died()

    async def state(self) -> bytes:
        """All keys, as they are at one moment."""
        try:
            connection = await Connection.open(self.socket, _OWNER, self._password)
            try:
                return json.dumps(await _exported(connection)).encode()
            finally:
                await connection.close()
        except (OSError, EOFError, TimeoutError, Refused) as exc:
            raise StateFailed(f"redis: {exc}") from exc

    async def stop(self) -> None:
        """End the server."""
        if self._child is not None:
            await self._child.stop()

    async def _connected(self) -> Connection:
        assert self._child is not None
        until = time.monotonic() + _SECONDS
        while self._child.running and time.monotonic() < until:
            try:
                return await Connection.open(self.socket, _OWNER, self._password)
            except (OSError, EOFError, Refused):
                await asyncio.sleep(_LOOK)
        raise Died("redis does not come up")


async def _exported(connection: Connection) -> dict[str, dict[str, Any]]:
    # Writers wait meanwhile.
    await connection.ask("CLIENT", "PAUSE", "20000", "WRITE")
    try:
        keys = sorted(await _names(connection))
        kinds = await connection.ask_all([("TYPE", key) for key in keys])
        until = await connection.ask_all([("PEXPIRETIME", key) for key in keys])
        reads = [READS[kind] for kind in kinds]
        values = await _values(connection, [(*read[1], key, *read[2]) for key, read in zip(keys, reads, strict=True)])
    finally:
        with contextlib.suppress(OSError, EOFError):
            await connection.ask("CLIENT", "UNPAUSE")
    state: dict[str, dict[str, Any]] = {}
    for key, read, value, at in zip(keys, reads, values, until, strict=True):
        state.setdefault(read[0], {})[text(key)] = row(read[0], value)
        if at > 0:
            state.setdefault("expiries", {})[text(key)] = {"at_ms": at}
    return state


async def _names(connection: Connection) -> list[bytes]:
    """All keys.

    Raises:
        StateTooLarge: there are too many, or their names are larger than a client may be owed.
    """
    if await connection.ask("DBSIZE") > _MOST_KEYS:
        raise StateTooLarge(f"there are more than {_MOST_KEYS} keys")
    try:
        found: list[bytes] = await connection.ask("KEYS", "*")
    except (EOFError, ConnectionError) as exc:
        raise StateTooLarge("the names of keys are larger than a client may be owed") from exc
    return found


async def _values(connection: Connection, asked: Sequence[Sequence[str | bytes]]) -> list[Any]:
    """The answers, one after the other: all at once they would be more than a client may be owed.

    Raises:
        StateTooLarge: together they are more than a state may have.
    """
    values = []
    before = connection.received
    for command in asked:
        try:
            values.append(await connection.ask(*command))
        except EOFError as exc:
            raise StateTooLarge("the value of a key is larger than a client may be owed") from exc
        if connection.received - before > MOST_STATE:
            raise StateTooLarge(f"the values have more than {MOST_STATE} bytes")
    return values
