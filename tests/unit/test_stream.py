"""The engine's stream of a program: what was said before its end is taken before it, in whatever order it comes."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator

import pytest

from sandbox.env.stream import Demultiplexer, framed, take_frame

OUTPUT, ERRORS = 1, 2
END_OF_OUTPUT = b"\xff\xff\xff\xff0003"
END_OF_ERRORS = b"\nroadtest: ended with 3\n"


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, Demultiplexer]]:
    ours, engines = socket.socketpair()
    with ours, engines:
        yield engines, Demultiplexer(ours)


def part(kind: int, data: bytes) -> bytes:
    """A part of the engine's multiplexed stream."""
    return struct.pack(">BxxxL", kind, len(data)) + data


def soon() -> float:
    return time.monotonic() + 5


def frames(parts: Demultiplexer) -> list[bytes]:
    """Every frame until the end, as a conversation takes them."""
    found = []
    while True:
        while (frame := take_frame(parts.output)) is not None:
            found.append(frame)
        if not parts.read(soon()):
            return found


ORDERS = {
    "as it was said": [part(OUTPUT, framed(b"answer")), part(OUTPUT, END_OF_OUTPUT), part(ERRORS, END_OF_ERRORS)],
    "the end first on the other stream": [
        part(ERRORS, END_OF_ERRORS),
        part(OUTPUT, framed(b"answer")),
        part(OUTPUT, END_OF_OUTPUT),
    ],
    "all in one": [part(ERRORS, END_OF_ERRORS), part(OUTPUT, framed(b"answer") + END_OF_OUTPUT)],
}


@pytest.mark.parametrize("order", ORDERS)
def test_an_answer_is_taken_though_its_program_is_known_to_be_over(
    ends: tuple[socket.socket, Demultiplexer], order: str
) -> None:
    engine, parts = ends
    for piece in ORDERS[order]:
        engine.sendall(piece)
    assert frames(parts) == [b"answer"]
    assert parts.ended_with == 3
    assert not parts.is_cut()


@pytest.mark.parametrize("order", ORDERS)
def test_each_byte_may_come_alone(ends: tuple[socket.socket, Demultiplexer], order: str) -> None:
    engine, parts = ends
    for byte in b"".join(ORDERS[order]):
        engine.sendall(bytes([byte]))
        if parts.has_news() and (frame := take_frame(parts.output)):
            assert frame == b"answer"
    assert parts.ended_with == 3


def test_what_looks_like_the_end_inside_a_frame_is_a_part_of_it(ends: tuple[socket.socket, Demultiplexer]) -> None:
    engine, parts = ends
    parts.in_frames = True
    whole = framed(END_OF_OUTPUT * 3)
    engine.sendall(part(ERRORS, END_OF_ERRORS) + part(OUTPUT, whole[:24]))
    assert parts.read(soon())
    assert parts.ended_with is None
    engine.sendall(part(OUTPUT, whole[24:] + END_OF_OUTPUT))
    assert frames(parts) == [END_OF_OUTPUT * 3]
    assert parts.ended_with == 3


def test_the_last_words_are_waited_for(ends: tuple[socket.socket, Demultiplexer]) -> None:
    engine, parts = ends
    engine.sendall(part(OUTPUT, END_OF_OUTPUT))
    assert frames(parts) == []
    assert not parts.has_all_errors()
    engine.sendall(part(ERRORS, b"NameError: x") + part(ERRORS, END_OF_ERRORS))
    parts.await_errors(soon())
    assert bytes(parts.errors).startswith(b"NameError: x")


def test_a_loader_that_fails_before_its_first_frame_is_over_too(ends: tuple[socket.socket, Demultiplexer]) -> None:
    engine, parts = ends
    engine.sendall(part(OUTPUT, b"no such file" + END_OF_OUTPUT) + part(ERRORS, END_OF_ERRORS))
    assert parts.read(soon())
    assert parts.ended_with == 3
    assert not parts.read(soon())
