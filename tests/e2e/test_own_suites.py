"""The project's own tasks hold: references accepted, nothing found of doing nothing, plants found as declared."""

from __future__ import annotations

import pytest

from tests.support.command import roadtest

pytestmark = pytest.mark.docker


def holds(*paths: str, timeout: float) -> None:
    done = roadtest("task", "check", *paths, timeout=timeout)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "holds" in done.stdout


@pytest.mark.slow
def test_every_planted_behaviour_is_found_in_a_real_package() -> None:
    holds("tasks/loops/jsonpointer-set-copies", timeout=900)


@pytest.mark.slow
@pytest.mark.parametrize("suite", ["tasks/loops", "tasks/chains", "tasks/api"])
def test_a_suite_holds(suite: str) -> None:
    holds(suite, timeout=3000)
