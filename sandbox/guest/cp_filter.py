"""A filter of system calls for submissions: no sockets, which would leave traces in the network's tables.

Everything else that could last longer than a process is closed by how the container is made. Where the machine is of
a kind that is not known here, there is no filter.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

_SET_SECCOMP, _MODE_FILTER = 22, 2
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
# Offsets in struct seccomp_data.
_NUMBER, _ARCHITECTURE = 0, 4
# Numbers of the other ABI of x86-64, which shares its architecture's name.
_X32 = 0x40000000
# By machine: the kernel's name of the architecture; socket, io_uring_setup (a ring can open sockets, too).
MACHINES = {"x86_64": (0xC000003E, (41, 425)), "aarch64": (0xC00000B7, (198, 425))}

_libc = ctypes.CDLL(None, use_errno=True)


def program(machine: str) -> bytes | None:
    """The filter in the kernel's byte code: eight bytes an instruction."""
    if machine not in MACHINES:
        return None
    architecture, numbers = MACHINES[machine]
    refused = _ERRNO | errno.EPERM
    checks = [(_AT_LEAST, _X32), *((_EQUAL, number) for number in numbers)]
    code = [_op(_LOAD, _ARCHITECTURE), _op(_EQUAL, architecture, 1, 0), _op(_RETURN, refused), _op(_LOAD, _NUMBER)]
    # A hit jumps over the remaining checks and over the permission.
    code += [_op(kind, value, len(checks) - place, 0) for place, (kind, value) in enumerate(checks)]
    return b"".join([*code, _op(_RETURN, _ALLOW), _op(_RETURN, refused)])


def _op(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)


class Filter:
    """Made once, so that a child has little to do."""

    def __init__(self) -> None:
        code = program(os.uname().machine)
        self._buffer = ctypes.create_string_buffer(code) if code else None
        self._head = struct.pack("@HP", len(code) // 8, ctypes.addressof(self._buffer)) if code else b""

    def put_on(self) -> None:
        """Hold this process, and all that come from it, to the filter for good; it has no way to new privileges.

        Raises:
            OSError: the kernel refuses.
        """
        if self._buffer is not None and _libc.prctl(_SET_SECCOMP, _MODE_FILTER, self._head, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "no filter of system calls can be put on")
