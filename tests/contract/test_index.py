"""A package index that has not what is wanted, and one that does not answer: whose fault it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from sandbox import fetch
from sandbox.errors import BadInput, HarnessError
from tests.contract.test_fetch import Quiet


@pytest.fixture
def empty_index(tmp_path: Path) -> Iterator[str]:
    """The address of an index that knows no project."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/simple"
    server.shutdown()
    thread.join()
    server.server_close()


def choose(monkeypatch: pytest.MonkeyPatch, index: str) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", index)
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    # Then pip does not say that it tried in vain.
    monkeypatch.setenv("PIP_RETRIES", "0")
    fetch.index_urls.cache_clear()
    try:
        fetch.choose_wheels(["no-such-wheel==3"], machine="x86_64", what="x")
    finally:
        fetch.index_urls.cache_clear()


def test_a_wheel_that_is_not_there_is_bad_input(monkeypatch: pytest.MonkeyPatch, empty_index: str) -> None:
    with pytest.raises(BadInput, match="No matching distribution found for no-such-wheel==3"):
        choose(monkeypatch, empty_index)


def test_an_index_that_does_not_answer_is_the_environment_s_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HarnessError, match="could not look no-such-wheel up on the package index"):
        choose(monkeypatch, "http://127.0.0.1:9/simple")
