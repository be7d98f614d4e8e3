"""Trees that are one by their code."""

from __future__ import annotations

import pytest

from sandbox.detect.codehash import read_code
from sandbox.tree import EXECUTABLE, FILE, Entry

CODE = "def f(x):\n    return x + 1\n"


def hashed(text: str | bytes, path: str = "a.py", mode: str = FILE) -> str:
    return read_code({path: Entry(mode, text.encode() if isinstance(text, str) else text), "b.txt": Entry(FILE, b"b")})[
        0
    ]


@pytest.mark.parametrize(
    "text",
    ["# Adds.\ndef f(x):  return   x+1\n", "def f(x):\n    return (x + 1)  # one\n\n\n", CODE.replace("\n", "\r\n")],
)
def test_comments_and_formatting_are_nothing(text: str) -> None:
    assert hashed(text) == hashed(CODE)


@pytest.mark.parametrize(
    "text",
    ["def f(x):\n    return x + 2\n", 'def f(x):\n    "Adds."\n    return x + 1\n', "def g(x):\n    return x + 1\n"],
)
def test_code_is_something(text: str) -> None:
    assert hashed(text) != hashed(CODE)


def test_paths_modes_and_other_files_are_something() -> None:
    assert len({hashed(CODE), hashed(CODE, "c.py"), hashed(CODE, mode=EXECUTABLE), hashed(CODE, "a.txt")}) == 4
    assert hashed("# x\n", "a.txt") != hashed("# y\n", "a.txt")


@pytest.mark.parametrize(
    "text", ["def f(:\n", b"\xff\xfe\x00", "(" * 5000, "-" * 200_000 + "1", "x = '\\d'\n", b"a\0b"]
)
def test_what_cannot_be_read_goes_by_its_bytes(text: str | bytes) -> None:
    assert hashed(text) == hashed(text)
    assert hashed(text) != hashed(CODE)
