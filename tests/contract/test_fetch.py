"""Pinned files from a package index of our own, over HTTP: checked by hash, never run."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sandbox import fetch
from sandbox.errors import BadInput, HarnessError
from sandbox.repos import PinnedRelease, Repo

NAME = "sample_pkg-1.0.tar.gz"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def sdist(setup: str) -> bytes:
    """A source distribution whose set-up code would give itself away."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in {"setup.py": setup, "PKG-INFO": "Metadata-Version: 2.1\nName: sample-pkg\n"}.items():
            member = tarfile.TarInfo(f"sample_pkg-1.0/{name}")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """A file that only the sdist's own code would make."""
    return tmp_path / "set-up-code-was-run"


@pytest.fixture
def data(marker: Path) -> bytes:
    return sdist(f"open({str(marker)!r}, 'w').close()\n")


@pytest.fixture
def index(tmp_path: Path, data: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A simple index with one project; pip is configured for it, and the cache is empty."""
    folder = tmp_path / "index"
    (folder / "simple" / "sample-pkg").mkdir(parents=True)
    (folder / "files").mkdir()
    (folder / "files" / NAME).write_bytes(data)
    (folder / "simple" / "sample-pkg" / "index.html").write_text(f'<a href="../../files/{NAME}">{NAME}</a>')
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple/")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("ROADTEST_CACHE", str(tmp_path / "cache"))
    fetch.index_urls.cache_clear()
    yield address
    fetch.index_urls.cache_clear()
    server.shutdown()
    server.server_close()
    thread.join()


def take(sha256: str, file: str = NAME) -> bytes:
    return fetch.sdist("sample_pkg", file, sha256, manifest="repos/sample_pkg.toml")


def test_an_sdist_comes_as_it_is_and_its_code_is_not_run(index: str, data: bytes, marker: Path) -> None:
    assert take(hashlib.sha256(data).hexdigest()) == data
    assert not marker.exists()


def test_the_second_time_it_comes_from_the_cache(index: str, data: bytes, tmp_path: Path) -> None:
    sha256 = hashlib.sha256(data).hexdigest()
    take(sha256)
    (tmp_path / "index" / "files" / NAME).unlink()
    assert take(sha256) == data


def test_a_damaged_cache_is_fetched_anew(index: str, data: bytes, tmp_path: Path) -> None:
    sha256 = hashlib.sha256(data).hexdigest()
    take(sha256)
    (tmp_path / "cache" / "files" / sha256).write_bytes(b"damaged")
    assert take(sha256) == data


def test_another_hash_is_refused_and_nothing_is_kept(index: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=f"repos/sample_pkg.toml: {NAME}: sha256 is [0-9a-f]{{64}}, the manifest says"):
        take("0" * 64)
    assert not (tmp_path / "cache" / "files").exists()


def test_a_file_that_the_index_does_not_have(index: str) -> None:
    with pytest.raises(BadInput, match=r"sample_pkg-9\.9\.tar\.gz: the package index has no such file"):
        take("0" * 64, "sample_pkg-9.9.tar.gz")


def test_an_index_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple/")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("ROADTEST_CACHE", str(tmp_path / "cache"))
    fetch.index_urls.cache_clear()
    try:
        with pytest.raises(HarnessError, match="could not look sample_pkg up on the package index"):
            take("0" * 64)
    finally:
        fetch.index_urls.cache_clear()


def test_a_release_becomes_a_tree_without_its_wrapper(index: str, data: bytes) -> None:
    pinned = PinnedRelease(version="1.0", sdist=NAME, sha256=hashlib.sha256(data).hexdigest(), tests=("tests",))
    repo = Repo(
        name="sample_pkg", licence="MIT", import_name="x", releases={"1.0": pinned}, requirements="", manifest="m"
    )
    assert set(repo.tree(pinned)) == {"setup.py", "PKG-INFO"}


def test_a_wheel_that_is_not_to_be_had_is_named_by_what_wants_it(index: str, tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"could not download the wheels of repos/x\.toml"):
        fetch.wheels(
            f"sample-pkg==1.0 --hash=sha256:{'0' * 64}\n", tmp_path / "w", machine="x86_64", what="repos/x.toml"
        )
