"""What all tests share."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from sandbox.env.engine import connect


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def engine() -> Iterator[docker.DockerClient]:
    """A client of a real engine. Without one these tests fail: skipping would hide that nothing was tested."""
    client = connect()
    yield client
    client.close()


@pytest.fixture(scope="session")
def toy_task(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy task's directory."""
    from tests.support.toy import make_task

    return make_task(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="session")
def toy_image(engine: docker.DockerClient, toy_task: Path) -> str:
    """The toy task's image."""
    from tests.support.docker import toy_image as build

    return build(engine, toy_task)


@pytest.fixture(scope="session")
def bare_image(engine: docker.DockerClient, toy_image: str) -> str:
    """The toy task's image without Python."""
    from tests.support.docker import bare_image as build

    return build(engine, toy_image)


@pytest.fixture(autouse=True, scope="session")
def _signals_are_heard() -> Iterator[None]:
    """What tests start hears hang-ups and interrupts, also where the tests themselves were started so as not to.

    By nohup, say, or in the background of a script.
    """
    hangup = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGHUP, hangup)
    signal.signal(signal.SIGINT, interrupt)


@pytest.fixture(autouse=True, scope="session")
def _no_terminal() -> None:
    """Tests see the same width wherever they are started from: workers of pytest-xdist are told that of a terminal."""
    os.environ.pop("COLUMNS", None)
    os.environ.pop("LINES", None)
