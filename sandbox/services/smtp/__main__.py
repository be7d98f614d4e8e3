"""Runs the mail server."""

from __future__ import annotations

import sys

from sandbox.services.relay.program import run
from sandbox.services.smtp.keeper import MailServer

if __name__ == "__main__":
    sys.exit(run("smtp", MailServer))
