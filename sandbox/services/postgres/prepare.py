"""A cluster made when the image is built, so that a trial need not: roles, an empty database, passwords by chance.

Nobody but the keeper knows the passwords of `roadtest` (owns the cluster, seeds it, and may not log in after that) and
of `reader` (exports).
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
PREPARED = Path("/opt/postgres")
CLUSTER = PREPARED / "cluster"
DATABASE, OWNER, READER, AGENT = "app", "roadtest", "reader", "agent"
# What is lost when the machine stops is nobody's here, and there is one client.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "8MB",
    "min_wal_size": "2MB",
    "checkpoint_completion_target": "0",
    "temp_file_limit": "64MB",
    # They would take shared memory.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "max_prepared_transactions": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "client_connection_check_interval": "500ms",
    "log_min_messages": "fatal",
}
_HOST_BASED = f"""\
local {DATABASE} {OWNER},{READER},{AGENT} scram-sha-256
"""
_ROLES = """\
CREATE ROLE {agent} LOGIN PASSWORD '{agent}' CONNECTION LIMIT 50;
CREATE ROLE {reader} LOGIN PASSWORD '{password}' BYPASSRLS;
GRANT pg_read_all_data TO {reader};
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {agent};
GRANT CONNECT ON DATABASE {database} TO {reader};
-- Large objects are no rows: nobody would see them change.
REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC;
"""


def password_of(role: str) -> str:
    """The password of one of our own roles."""
    return (PREPARED / role).read_text("ascii")


def options() -> list[str]:
    """SETTINGS as the server takes them."""
    return [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]


def main() -> int:
    """Make the cluster; into a directory that is there and ours."""
    os.umask(0o077)
    for role in (OWNER, READER):
        (PREPARED / role).write_text(secrets.token_hex(24), "ascii")
    made = ["--pgdata", str(CLUSTER), "--username", OWNER, "--pwfile", str(PREPARED / OWNER), "--auth", "scram-sha-256"]
    made += ["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions", "--wal-segsize", "1"]
    subprocess.run([PROGRAMS / "initdb", *made], check=True, stdout=subprocess.DEVNULL)
    roles = _ROLES.format(agent=AGENT, reader=READER, password=password_of(READER), database=DATABASE)
    _single("postgres", f"CREATE DATABASE {DATABASE};\n")
    _single(DATABASE, roles)
    (CLUSTER / "pg_hba.conf").write_text(_HOST_BASED, "ascii")
    return 0


def _single(database: str, statements: str) -> None:
    """Carry statements out on the cluster while no server runs."""
    command = [str(PROGRAMS / "postgres"), "--single", "-j", "-D", str(CLUSTER), *options(), database]
    # With -j a statement ends with an empty line; the server carries on after one that failed.
    data = "\n\n".join(statement.strip() + ";" for statement in _statements(statements)) + "\n\n"
    done = subprocess.run(command, input=data.encode(), check=True, capture_output=True)
    if b"ERROR" in done.stderr:
        raise SystemExit(done.stderr.decode())


def _statements(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    return [statement for statement in "\n".join(lines).split(";") if statement.strip()]


if __name__ == "__main__":
    sys.exit(main())
