"""Runs PostgreSQL."""

from __future__ import annotations

import sys

from sandbox.services.postgres.keeper import Postgres
from sandbox.services.relay.program import run

if __name__ == "__main__":
    sys.exit(run("postgres", Postgres))
