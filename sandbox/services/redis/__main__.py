"""Runs Redis."""

from __future__ import annotations

import sys

from sandbox.services.redis.keeper import Redis
from sandbox.services.relay.program import run

if __name__ == "__main__":
    sys.exit(run("redis", Redis))
