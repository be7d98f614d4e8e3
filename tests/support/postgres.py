"""A PostgreSQL of our own for a test: a cluster in a directory, reached through a socket there, gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# It refuses to run as root; packages make this user for it.
USER = "postgres"


# Debian's packages leave most programs out of the path.
_DEBIAN = Path("/usr/lib/postgresql")


def _program(name: str) -> str | None:
    places = sorted((str(path) for path in _DEBIAN.glob("*/bin")), reverse=True)
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", os.defpath), *places]))


def missing() -> str | None:
    """Why there can be none here; None: there can."""
    gone = [name for name in ("initdb", "postgres", "psql") if _program(name) is None]
    if not gone:
        return None
    return f"no PostgreSQL here ({', '.join(gone)}): scripts/setup --dev installs one on Debian as root"


@contextmanager
def postgres() -> Iterator[str]:
    """A URL for SQLAlchemy of an empty database."""
    owner = USER if os.geteuid() == 0 else None
    home = Path(tempfile.mkdtemp(prefix="roadtest-postgres-"))
    if owner:
        shutil.chown(home, owner)
    data = home / "data"
    programs = {name: str(_program(name)) for name in ("initdb", "postgres", "psql")}
    initdb = [
        programs["initdb"],
        "-D",
        str(data),
        "-U",
        "roadtest",
        "-A",
        "trust",
        "--no-sync",
        "-E",
        "UTF8",
        "--locale=C",
    ]
    subprocess.run(initdb, check=True, capture_output=True, user=owner, cwd=home, timeout=120)
    serve = [programs["postgres"], "-D", str(data), "-k", str(home), "-c", "listen_addresses=", "-c", "fsync=off"]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(serve, stdout=log, stderr=log, user=owner, cwd=home)
        try:
            _wait(programs["psql"], home)
            yield f"postgresql+psycopg://roadtest@/postgres?host={home}"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=60)
            shutil.rmtree(home, ignore_errors=True)


def _wait(psql: str, home: Path) -> None:
    ask = [psql, "-h", str(home), "-U", "roadtest", "-d", "postgres", "-c", "SELECT 1"]
    for _ in range(300):
        if subprocess.run(ask, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise AssertionError((home / "log").read_text("utf-8", "replace"))
