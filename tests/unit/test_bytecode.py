"""Guest code on its way in: ready to be run, and as text for interpreters of another version."""

from __future__ import annotations

import struct
import subprocess
import sys

import pytest

from sandbox.env import bytecode, guest
from sandbox.env.stream import framed

MODULES = (
    (
        "first",
        "from __future__ import annotations\nfrom typing import Any\ndef word(of: Any) -> Any: return of + '!'\n",
    ),
    ("second", "import sys\nimport first\ndef main(): print(first.word('well'), 'typing' in sys.modules)\n"),
)


def run(sent: bytes) -> subprocess.CompletedProcess[bytes]:
    argv = [sys.executable, *guest.PYTHON[1:], "-c", guest.LOADER]
    return subprocess.run(argv, input=sent, capture_output=True, check=False, timeout=60)


def test_an_equal_interpreter_runs_what_is_compiled_and_loads_nothing_for_hints() -> None:
    done = run(framed(bytecode.frame("second", MODULES)))
    assert (done.stdout, done.stderr, done.returncode) == (guest.MAGIC + b"well! False\n", b"", 0)


def test_another_one_compiles_the_text() -> None:
    frame = bytecode.frame("second", MODULES)
    length = struct.unpack(">I", frame[4:8])[0]
    other = b"\0\0\r\n" + struct.pack(">I", length) + b"\xff" * length + frame[8 + length :]
    done = run(framed(other))
    assert (done.stdout, done.stderr, done.returncode) == (guest.MAGIC + b"well! True\n", b"", 0)


@pytest.mark.parametrize("cut", [0, 5, 100])
def test_half_a_frame_is_not_begun_with(cut: int) -> None:
    done = run(framed(bytecode.frame("second", MODULES))[:cut])
    assert (done.stdout, done.returncode) == (b"", 3)


def test_a_frame_that_is_not_as_it_was_sent_is_not_begun_with() -> None:
    sent = bytearray(framed(bytecode.frame("second", MODULES)))
    sent[200] ^= 1
    done = run(bytes(sent))
    assert (done.stdout, done.returncode) == (b"", 3)


@pytest.mark.parametrize(
    "source",
    [
        "from __future__ import annotations\nfrom typing import Any\nx = [Any]\n",
        "from __future__ import annotations\nfrom collections.abc import Iterator\nclass A(Iterator): pass\n",
        "from __future__ import annotations\nfrom typing import NamedTuple as T\ndef f(a: int = 1, *, b=T): pass\n",
        "from typing import Any\ndef f(a: Any) -> Any: pass\n",
    ],
    ids=["value", "base", "default", "evaluated at once"],
)
def test_what_is_more_than_a_hint_is_imported(source: str) -> None:
    done = run(framed(bytecode.frame("module", (("module", source + "def main(): print('fine')\n"),))))
    assert (done.stdout, done.stderr) == (guest.MAGIC + b"fine\n", b"")


def test_every_program_of_ours_can_be_sent() -> None:
    for program in (guest.SUPERVISOR, guest.ECHO, guest.tool_host({"nothing": "def run(a, c): pass\n"})):
        assert program.bundle().startswith(bytecode.MAGIC)
