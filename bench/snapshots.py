"""What it costs to keep the state after a call, in small and large workspaces."""

from __future__ import annotations

import dataclasses
import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker

from bench.places import environment, image_of, make_task
from bench.rows import Row, Section, in_turns, ms, spread
from sandbox import toolbox
from sandbox.env import images
from sandbox.env.workspace import AgentEnvironment
from sandbox.history import History, make_base
from sandbox.tooling import Tool

SIZES = (500, 20_000)


def measure(client: docker.DockerClient, folder: Path, *, rounds: int) -> Section:
    """Calls whose state is kept, against the same calls as if they only read."""
    rows: list[Row] = []
    for size in SIZES:
        image = image_of(client, make_task(folder, files=size))
        tree = images.workspace_of(client, image, labels={})
        base = make_base(folder / f"base-{size}.git", tree, title="The untouched workspace")
        history = History.start(folder / f"history-{size}.git", base)
        with environment(client, image) as env:
            rows += _rows(env, history, size, rounds)
        history.close()
        assert history.stopped is None, history.stopped
    how = f"The call and the commit of the state that it left, less the same call without; {rounds} rounds in turns."
    return Section(title="A snapshot", how=how, rows=tuple(rows))


def _rows(env: AgentEnvironment, history: History, size: int, rounds: int) -> list[Row]:
    tools = toolbox.load_tools()
    numbers = itertools.count()

    def write(tool: Tool) -> Callable[[], Any]:
        return lambda: _kept(env, history, tool, {"path": "package0/module7.py", "content": f"{next(numbers)}\n"})

    def bash(tool: Tool) -> Callable[[], Any]:
        return lambda: _kept(env, history, tool, {"command": f"echo {next(numbers)} > package1/module107.py"})

    seconds = in_turns(
        {
            "write": write(tools["write_file"]),
            "write, not kept": write(dataclasses.replace(tools["write_file"], effect="read")),
            "bash": bash(tools["bash"]),
            "bash, not kept": bash(dataclasses.replace(tools["bash"], effect="read")),
        },
        rounds,
    )
    written = ms(seconds["write"]) - ms(seconds["write, not kept"])
    ran = ms(seconds["bash"]) - ms(seconds["bash, not kept"])
    most = 3 + 0.008 * size
    label = f"{size:,} files"
    return [
        Row(what=f"write_file with its snapshot, {label}", measured=spread(seconds["write"])),
        Row(what=f"snapshot after write_file, {label}", measured=f"{written:.2f} ms", aim="≤ 3 ms", holds=written <= 3),
        Row(what=f"snapshot after bash, {label}", measured=f"{ran:.2f} ms", aim=f"≤ {most:g} ms", holds=ran <= most),
    ]


def _kept(env: AgentEnvironment, history: History, tool: Tool, arguments: dict[str, Any]) -> None:
    changes = env.call(tool, arguments, 60.0).changes
    if changes is not None:
        assert changes.over is None, changes.over
        history.save(changes.changed, changes.gone, title=tool.name, notes={}, at=time.time())
