"""Runs moto."""

from __future__ import annotations

import sys

from sandbox.services.moto.app import main

if __name__ == "__main__":
    sys.exit(main())
