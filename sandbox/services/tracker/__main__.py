"""Runs the issue tracker."""

from __future__ import annotations

import sys

from sandbox.services.common.serving import serve
from sandbox.services.tracker.app import make_app

if __name__ == "__main__":
    sys.exit(serve(make_app))
