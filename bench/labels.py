"""What it costs to read a reply and label its calls; no container is used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import docker

from bench.rows import Row, Section, in_bursts, ms, spread, timed
from sandbox import toolbox
from sandbox.reply import parse_body, parse_reply

BURST = 50
AIM_MS, AIM_LONG_S = 1.0, 1.0
MEGABYTE = 1_000_000
FILE = "def double(x):\n    return 2 * x\n" * 300
CALLS: Mapping[str, tuple[str, str]] = {
    "a short command": ("bash", json.dumps({"command": "ls -la"})),
    "a file of 10 KB": ("write_file", json.dumps({"path": "a.py", "content": FILE})),
    "two schema faults": ("bash", json.dumps({"cmd": "ls"})),
    "an argument string cut short": ("bash", '{"command": "ls -la'),
    "a file of 10 KB cut short": ("write_file", json.dumps({"path": "a.py", "content": FILE})[:-2]),
    "an unknown tool": ("fax", json.dumps({"to": "x"})),
}
WORDS = "The cause is in `pointer.py`: {part} is looked up before it is checked, see bash and read_file.\n" * 20
HOSTILE = ("<tool_call", '<tool_call>{"name":<', '{"', '{"name": "bash", "arguments": {', "Action: ", 'bash\n{"a\n')


def measure(client: docker.DockerClient, folder: Path, *, rounds: int) -> Section:
    """Labels of one call, of a reply without one, and of texts made to be slow."""
    tools = toolbox.load_tools()

    def read(message: Mapping[str, Any]) -> None:
        parse_reply(parse_body(json.dumps({"choices": [{"message": message}]}).encode()), tools, number=0)

    bodies: dict[str, Mapping[str, Any]] = {name: {"tool_calls": [_entry(*call)]} for name, call in CALLS.items()}
    bodies["words of 2 KB without a call"] = {"content": WORDS}
    # The first one that does not parse brings the library that looks whether it could be mended.
    for message in bodies.values():
        read(message)
    seconds = in_bursts({name: (partial(read, one), BURST) for name, one in bodies.items()}, rounds)
    together = [time for name in CALLS for time in seconds[name]]
    rows = [Row(what=name, measured=spread(times)) for name, times in seconds.items()]
    median = ms(together)
    rows.append(
        Row(what="a call, all kinds", measured=spread(together), aim=f"≤ {AIM_MS:g} ms", holds=median <= AIM_MS)
    )
    slowest = max(timed(partial(read, {"content": text})) for text in _hostile())
    rows.append(
        Row(
            what="the slowest of 1 MB texts made to be slow",
            measured=f"{slowest:.2f} s",
            aim=f"≤ {AIM_LONG_S:g} s",
            holds=slowest <= AIM_LONG_S,
        )
    )
    how = f"From the raw body to labels, parsing included; in turns, {rounds} rounds of {BURST}. Median (quartiles)."
    return Section(title="Labels", how=how, rows=tuple(rows))


def _entry(name: str, arguments: str) -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}


def _hostile() -> list[str]:
    return [piece * (MEGABYTE // len(piece)) for piece in HOSTILE]
