"""Property tests here are many and quick: no clock on an example, nothing kept on disk; `make test-all` tries more."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("unit", deadline=None, database=None, max_examples=25)
settings.register_profile("thorough", deadline=None, database=None, max_examples=250)
settings.load_profile(os.environ.get("ROADTEST_EXAMPLES", "unit"))
