"""The host's side of guest programs: which modules are sent, and the loader that takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from sandbox.env import bytecode

LARGEST_FRAME = 256 * 1024 * 1024

# What a guest program says first. Anything else on its output is the engine's own complaint.
MAGIC = b"\x00roadtest\n"

# How a guest program ends when its input was cut or is not as it was sent: nobody inside is to blame.
CUT = (0, 3)

# How the program that a container was started with says that the container may end with it.
DONE = 64

# Reads one frame (see `bytecode.frame`), says MAGIC, makes the modules, runs main().
# Not a byte before the first frame: what comes together with the engine's HTTP headers is swallowed by the
# buffer that the client library read them with.
LOADER = """\
import marshal, os, struct, sys, zlib, _frozen_importlib_external as form
def take(count):
    data = b""
    while len(data) < count:
        part = os.read(0, count - len(data))
        if not part: sys.exit(3)
        data += part
    return data
length, checksum = struct.unpack(">II", take(8))
frame = take(length)
if zlib.crc32(frame) != checksum: sys.exit(3)
os.write(1, b"\\x00roadtest\\n")
end = 8 + struct.unpack(">4xI", frame[:8])[0]
if frame[:4] == form.MAGIC_NUMBER:
    main, modules = marshal.loads(frame[8:end])
else:
    import json
    main, modules = json.loads(zlib.decompress(frame[end:]))
    modules = [(name, compile(source, "<roadtest:%s>" % name, "exec")) for name, source in modules]
for name, code in modules:
    module = sys.modules[name] = type(sys)(name)
    exec(code, module.__dict__)
sys.modules[main].main()
"""
# Neither what is set from outside nor what lies in site-packages is looked at.
PYTHON = ("python3", "-I", "-S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Guest modules in the order in which they are made, and the one whose main() runs."""

    modules: tuple[str, ...]
    main: str
    extra: Mapping[str, str] = field(default_factory=dict)

    def bundle(self) -> bytes:
        """The first frame of a conversation."""
        modules = (*((name, source_of(name)) for name in self.modules), *self.extra.items())
        return bytecode.frame(self.main, modules)


@cache
def source_of(name: str) -> str:
    """The source of a guest module."""
    return resources.files("sandbox.guest").joinpath(f"{name}.py").read_text("utf-8")


SUPERVISOR = Program(modules=("wire", "privileges", "tape", "processes", "lay", "supervisor"), main="supervisor")


# Speaks with one MCP server.
MCP_LINK = Program(
    modules=("wire", "privileges", "tape", "processes", "mcp_words", "mcp_stdio", "mcp_web", "mcp_link"),
    main="mcp_link",
)


# Says one empty frame.
ECHO = Program(
    modules=(),
    main="echo",
    extra={
        "echo": "import os, struct, zlib\ndef main(): os.write(1, struct.pack('>II', 2, zlib.crc32(b'{}')) + b'{}')\n"
    },
)


def tool_host(tools: Mapping[str, str]) -> Program:
    """The tool host with its tools; `tools` maps names to sources."""
    return Program(
        modules=(
            "wire",
            "privileges",
            "tape",
            "processes",
            "memory",
            "lay",
            "prepare",
            "entries",
            "watch",
            "toolrun",
            "files",
            "worker",
            "toolhost",
        ),
        main="toolhost",
        extra={f"tool_{name}": source for name, source in tools.items()},
    )
