"""Bounded output: what is kept, counted and flagged."""

from __future__ import annotations

import hashlib

import pytest

from sandbox.guest.tape import Tape


def played(data: bytes, *, limit: int = 20, piece: int = 7) -> dict[str, object]:
    tape = Tape(limit)
    for start in range(0, len(data), piece):
        tape.feed(data[start : start + piece])
    return tape.result()


@pytest.mark.parametrize("piece", [1, 3, 7, 1000])
def test_head_and_tail_are_kept_and_everything_is_counted(piece: int) -> None:
    data = bytes(range(65, 91)) * 10
    found = played(data, piece=piece)
    assert found["output"] == "ABCDEFGHIJ\n[... 240 bytes left out ...]\nQRSTUVWXYZ"
    assert (found["bytes"], found["truncated"], found["replaced"]) == (260, True, False)
    assert found["sha256"] == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("size", range(200))
def test_a_cut_through_a_character_is_no_sign_of_binary_output(size: int) -> None:
    text = ("äö€😀" * 30).encode()[:size]
    whole = True
    try:
        text.decode()
    except UnicodeDecodeError:
        whole = False
    assert played(text)["replaced"] is not whole


@pytest.mark.parametrize("position", [0, 5, 9, 195, 199])
def test_binary_output_is_flagged_where_it_is_shown(position: int) -> None:
    assert played(b"a" * position + b"\xff" + b"a" * (199 - position))["replaced"] is True


def test_a_replacement_character_of_the_program_s_own_is_text() -> None:
    assert played("a\ufffdb".encode())["replaced"] is False
