"""PostgreSQL, started from a copy of the prepared cluster."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

from sandbox.services.postgres.export import NoRows, document
from sandbox.services.postgres.prepare import CLUSTER, DATABASE, OWNER, PROGRAMS, READER, options, password_of
from sandbox.services.relay.child import Child, output_of
from sandbox.services.relay.control import MOST_STATE, StateFailed, StateTooLarge
from sandbox.services.relay.program import BadSeed, Died, Keeper

_SECONDS = 30.0
_LOOK = 0.02
_MEMORY_MB = 384
_EXPORT = Path(__file__).with_name("export.sql")
# Names are looked up nowhere but in the system's own schema: whatever the agent made is not called.
_READING = "-c search_path=pg_catalog -c default_transaction_read_only=on -c statement_timeout=20s -c lock_timeout=5s"
_ROWS_AT_ONCE = 50
# Insufficient resources, a limit exceeded, a statement or a lock that took too long, each by its SQLSTATE.
_OVERCOME = re.compile(r"(?:ERROR|FATAL):  (?:53...|54...|57014|55P03):")
# Seeds may have become the agent on the way.
_LAST = f"RESET SESSION AUTHORIZATION; RESET ROLE; ALTER ROLE {OWNER} NOLOGIN"


class Postgres(Keeper):
    """A server on a Unix socket."""

    _child: Child | None = None
    _log: Path | None = None

    @property
    def socket(self) -> str:
        """Where clients are served."""
        return str(self.place / ".s.PGSQL.5432")

    async def start(self) -> None:
        """Copy the cluster, start the server, plant the seed."""
        cluster = self.place / "cluster"
        code, _, err = await output_of(["cp", "-a", str(CLUSTER), str(cluster)], os.environ, most=0)
        if code:
            raise Died(f"the cluster cannot be copied: {err}")
        # Apart from the tables: who fills these is refused, but without its log the server ends.
        self._log = Path(tempfile.mkdtemp(prefix="roadtest-", dir="/dev/shm"))
        shutil.move(cluster / "pg_wal", self._log / "pg_wal")
        (cluster / "pg_wal").symlink_to(self._log / "pg_wal")
        command = [str(PROGRAMS / "postgres"), "-D", str(cluster), "-k", str(self.place), *options()]
        self._child = await Child.start(command, "postgres", memory_mb=_MEMORY_MB)
        await self._wait_until_ready(cluster / "postmaster.pid")
        files = [f"--file={self.seed}"] if self.seed else []
        code, _, err = await self._psql(OWNER, *files, "--command", _LAST)
        if code:
            raise BadSeed(err)

    async def died(self) -> str:
        """Return when the server has ended."""
        assert self._child is not None
        return await self._child.died()

    async def state(self) -> bytes:
        """All tables, in one snapshot."""
        shape = ("--no-align", "--tuples-only", "--field-separator-zero", "--record-separator-zero")
        # A table at once may be more than there is memory for: rows of a few bytes on disk may be of a million each.
        how = (f"--set=FETCH_COUNT={_ROWS_AT_ONCE}", "--set=VERBOSITY=verbose")
        code, out, err = await self._psql(READER, *shape, *how, f"--file={_EXPORT}", settings=_READING)
        if len(out) > MOST_STATE:
            raise StateTooLarge(f"the tables have more than {MOST_STATE} bytes")
        # Nobody but the agent fills it, or keeps its tables locked.
        if code < 0 or _OVERCOME.search(err):
            raise StateTooLarge(err or "reading the tables took more memory than there is")
        if code:
            raise StateFailed(err)
        try:
            return document(out)
        except NoRows as exc:
            raise StateFailed(str(exc)) from exc

    async def stop(self) -> None:
        """End the server."""
        if self._child is not None:
            await self._child.stop()
        if self._log is not None:
            shutil.rmtree(self._log, ignore_errors=True)

    async def _wait_until_ready(self, told: Path) -> None:
        assert self._child is not None
        until = time.monotonic() + _SECONDS
        while not _says_ready(told):
            if not self._child.running or time.monotonic() > until:
                raise Died("postgres does not come up")
            await asyncio.sleep(_LOOK)

    async def _psql(self, role: str, *arguments: str, settings: str = "") -> tuple[int, bytes, str]:
        environment = dict(os.environ, PGPASSWORD=password_of(role), PGOPTIONS=settings, PGCLIENTENCODING="UTF8")
        who = [f"--host={self.place}", f"--username={role}", f"--dbname={DATABASE}"]
        how = ["--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1"]
        return await output_of([str(PROGRAMS / "psql"), *how, *who, *arguments], environment, most=MOST_STATE)


def _says_ready(told: Path) -> bool:
    # The eighth line is the server's state.
    try:
        return told.read_text("ascii").splitlines()[7].strip() == "ready"
    except (OSError, IndexError):
        return False
