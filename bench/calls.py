"""One call: through the tool host, through docker exec by the API, by the command line."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from pathlib import Path

import docker

from bench.places import environment, image_of, make_task
from bench.rows import Row, Section, in_bursts, ms, spread
from sandbox import toolbox

BURST = 100
EXECS = 8


def measure(client: docker.DockerClient, folder: Path, *, rounds: int) -> Section:
    """The cost of `bash -c true` and of reading a file."""
    tools = toolbox.load_tools()
    with environment(client, image_of(client, make_task(folder))) as env:
        container = client.containers.get(env.container.id)
        # An exec keeps no state, so what is held against it does not either.
        bash = dataclasses.replace(tools["bash"], effect="read")
        actions = {
            "bash, tool host": (lambda: env.call(bash, {"command": "true"}, 60.0), BURST),
            "bash with its snapshot, tool host": (lambda: env.call(tools["bash"], {"command": "true"}, 60.0), BURST),
            "read_file, tool host": (lambda: env.call(tools["read_file"], {"path": "calc.py"}, 60.0), BURST),
            "bash, API": (lambda: container.exec_run(["bash", "-c", "true"], user="1000:1000"), EXECS),
            "cat, API": (lambda: container.exec_run(["cat", "/workspace/calc.py"], user="1000:1000"), EXECS),
        }
        if shutil.which("docker"):
            command = ["docker", "exec", "-u", "1000:1000", env.container.id, "bash", "-c", "true"]
            actions["bash, command line"] = (lambda: subprocess.run(command, check=True), EXECS)
        seconds = in_bursts(actions, rounds)
    rows = [Row(what=name, measured=spread(times)) for name, times in seconds.items()]
    ran = ms(seconds["bash, API"]) / ms(seconds["bash, tool host"])
    read = ms(seconds["cat, API"]) / ms(seconds["read_file, tool host"])
    rows.append(Row(what="bash: tool host to API", measured=f"1/{ran:.0f}", aim="≤ 1/30", holds=ran >= 30))
    rows.append(Row(what="read_file: tool host to API", measured=f"1/{read:.0f}", aim="≤ 1/100", holds=read >= 100))
    how = f"`bash -c true` and reading a small file in one container; {rounds} rounds of {BURST} calls, {EXECS} execs."
    return Section(title="A call", how=f"{how} Median (quartiles).", rows=tuple(rows))
