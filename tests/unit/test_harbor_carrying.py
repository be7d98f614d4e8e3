"""What of a candidate's state its judge takes over: its own things, and nothing in place of the image's programs."""

from __future__ import annotations

import pytest

from sandbox.harbor.carrying import ImageFacts, left_behind, path_of, words_in
from sandbox.harbor.state import Found, State

PATH = path_of({"PATH": "/opt/venv/bin:/usr/local/bin:/usr/bin:/bin"})
THERE = {
    "usr/bin/python3",
    "usr/lib/x86_64-linux-gnu/libc.so.6",
    "app/main.py",
    "app/statistics.py",
    "opt/venv/lib/python3.11/site-packages/pandas/core.py",
}
IMAGE = ImageFacts(
    path=PATH,
    commands=frozenset({"python3", "cat"}),
    existing=THERE,
    workdir="app",
    asked=words_in("Write queue.py; get uv."),
)


def left(path: str, data: bytes = b"x", kind: str = "file") -> bool:
    found = Found(path=path, kind=kind, mode=0o644, uid=0, gid=0, data=data)
    return path in left_behind(State(found={path: found}), IMAGE)


@pytest.mark.parametrize(
    "path",
    [
        "app/answer.txt",
        "app/main.py",
        "app/pkg/random.py",
        "app/statistics.py",
        "app/queue.py",
        "app/conftest.py",
        "app/email/inbox.mbox",
        "app/test/__init__.py",
        "app/.venv/lib/python3.11/site-packages/flask/app.py",
        "app/python/lib/python3.12/os.py",
        "etc/nginx/nginx.conf",
        "etc/passwd",
        "root/.ssh/id_rsa",
        "tmp/x",
        "usr/local/bin/cowsay",
        "usr/local/bin/uv",
        "usr/bin/nginx",
        "usr/lib/x86_64-linux-gnu/libnew.so.1",
        "usr/local/lib/python3.11/site-packages/flask/app.py",
        "opt/venv/lib/python3.11/site-packages/pandas/core.py",
        "opt/venv/lib/python3.11/site-packages/fast.cpython-311-x86_64-linux-gnu.so",
        "var/lib/dpkg/status",
        "logs/artifacts/patch",
    ],
)
def test_what_a_candidate_made_is_taken_over(path: str) -> None:
    assert not left(path)


@pytest.mark.parametrize(
    "path",
    [
        "usr/bin/python3",
        "usr/local/bin/python3",
        "opt/venv/bin/cat",
        "usr/local/bin/curl",
        "usr/local/sbin/uvx",
        "root/.local/bin/uvx",
        "root/.local/bin/env",
        "home/agent/.cargo/bin/pytest",
        "usr/lib/x86_64-linux-gnu/libc.so.6",
        "usr/lib/x86_64-linux-gnu/glibc-hwcaps/x86-64-v3/libc.so.6",
        "usr/lib/python3.11/json/__init__.py",
        "usr/lib/python3.11/random.so",
        "usr/local/lib/python311.zip",
        "opt/venv/lib/python3.11/site-packages/sitecustomize.py",
        "root/.local/lib/python3.11/site-packages/usercustomize/__init__.py",
        "opt/venv/lib/python3.11/site-packages/_pytest/main.py",
        "opt/venv/lib/python3.11/site-packages/pytest_evil.py",
        "root/.local/lib/python3.11/site-packages/pluggy.py",
        "opt/venv/pyvenv.cfg",
        "etc/ld.so.preload",
        "etc/apt/apt.conf.d/99x",
        "etc/profile.d/x.sh",
        "etc/alternatives/awk",
        "root/.curlrc",
        "root/.config/pip/pip.conf",
        "app/pytest.py",
        "app/_pytest/__init__.py",
        "app/random.py",
        "pytest.ini",
        "conftest.py",
    ],
)
def test_what_stands_in_for_programs_of_the_image_is_not(path: str) -> None:
    assert left(path)


@pytest.mark.parametrize("path", ["usr/local/bin", "usr", "logs", "etc/apt", "usr/lib"])
def test_no_link_takes_the_place_of_a_directory_of_the_image(path: str) -> None:
    assert left(path, b"/app", kind="link")


@pytest.mark.parametrize(
    ("path", "data", "is_left"),
    [
        ("usr/lib/python3/dist-packages/x.pth", b"import os; os.system('x')\n", True),
        ("usr/lib/python3/dist-packages/x.pth", b"/app/src\n", False),
        ("usr/lib/python3/dist-packages/x.dist-info/entry_points.txt", b"[pytest11]\nx = x\n", True),
        ("usr/lib/python3/dist-packages/x.dist-info/entry_points.txt", b"[console_scripts]\nx = x\n", False),
    ],
)
def test_what_python_runs_by_itself_is_told_by_its_content(path: str, data: bytes, is_left: bool) -> None:
    assert left(path, data) is is_left


@pytest.mark.parametrize(
    ("path", "is_left"),
    [
        ("app/main.py", False),
        ("var/log", False),
        ("usr/share/doc", False),
        ("usr/bin/python3", True),
        ("usr/bin", True),
        ("usr", True),
        ("opt/venv", True),
        ("usr/lib/python3.11/json", True),
        ("etc/ld.so.cache", True),
    ],
)
def test_what_is_gone_is_gone_unless_a_verifier_leans_on_it(path: str, is_left: bool) -> None:
    assert (path in left_behind(State(gone=(path,)), IMAGE)) is is_left


def test_a_usual_path_is_meant_where_none_is_set() -> None:
    assert "usr/bin" in path_of({})
