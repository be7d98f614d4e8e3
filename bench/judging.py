"""Judging: the whole of it, against the same tests run bare in the same container."""

from __future__ import annotations

import json
import statistics
import uuid
from pathlib import Path

import docker

from bench.places import make_task
from bench.rows import Row, Section, ms, spread, timed
from bench.trials import life
from sandbox import loader
from sandbox.env import images, owner
from sandbox.history import make_base
from sandbox.probe import ReadyJudge, check
from sandbox.task import Task
from sandbox.tree import source
from sandbox.treefiles import read_tree
from sandbox.workshop import complete_directory

TASKS = Path(__file__).parent.parent / "tasks"
DEMO = (TASKS / "demo/jsonpatch-two-complaints", TASKS / "demo/jsonpointer-defaultdict")
BARE = """\
import json, os, subprocess, sys, time
argv = [sys.executable, "-B", "-m", "pytest", "-q", "--noconftest", "-c", os.devnull, "--rootdir=/workspace"]
argv += ["-p", "no:cacheprovider", *json.loads(sys.argv[1])]
environment = {**os.environ, "PYTHONPATH": "/workspace", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
started = time.perf_counter()
subprocess.run(argv, cwd="/workspace", env=environment, stdout=subprocess.DEVNULL)
print(time.perf_counter() - started)
"""


def measure(client: docker.DockerClient, folder: Path, *, rounds: int) -> Section:
    """A task of seconds, a task of a fraction of one."""
    rows: list[Row] = []
    for path in (*DEMO, make_task(folder)):
        rows += _rows(client, folder, loader.load_task(path), rounds)
    how = "From an empty start to the verdict, on the untouched workspace; the bare run is `pytest` on the same tests."
    return Section(title="Judging", how=how, rows=tuple(rows))


def _rows(client: docker.DockerClient, folder: Path, task: Task, rounds: int) -> list[Row]:
    complete = complete_directory(task, machine=images.machine_of(client))
    base = images.ensure_base(client, say=print)
    image = images.ensure_task(client, complete, base=base, timeout=900, name=task.name, say=print)
    tests = {path: entry for path, entry in read_tree(complete / "tests").items() if path != "guards.txt"}
    tree = source(images.workspace_of(client, image, labels={}))
    index = make_base(folder / f"{task.id}.git", tree, title="The untouched workspace").index
    whole, warm, bare, lives = [], [], [], []
    for _ in range(rounds):
        made: list[ReadyJudge] = []

        def start(made: list[ReadyJudge] = made) -> None:
            labels = owner.labels(run=uuid.uuid4().hex, trial="bench", role="judge")
            made.append(ReadyJudge.start(client, image, task=task, tests=tests, labels=labels))

        starting = timed(start)
        judge = made[0]
        judging = timed(lambda judge=judge: check(judge, task, base=index, tree=tree))  # type: ignore[misc]
        whole.append(starting + judging + timed(judge.supervisor.close))
        warm.append(judging)
        inside = client.containers.get(judge.container.id)
        said = inside.exec_run(["python", "-c", BARE, json.dumps(task.hidden_ids)], user="1000:1000").output
        bare.append(float(said))  # type: ignore[arg-type]
        judge.dispose()
        lives.append(timed(lambda: life(client, image)))
    most = 1.3 * statistics.median(bare) + statistics.median(lives)
    holds = statistics.median(whole) <= most
    aim = f"≤ {most:.2f} s (1.3 × bare + a life)"
    share = ms(warm) / ms(bare)
    return [
        Row(what=f"{task.id}: tests, bare", measured=spread(bare, "s")),
        Row(what=f"{task.id}: judged", measured=spread(whole, "s"), aim=aim, holds=holds),
        Row(what=f"{task.id}: judged, judge made ready", measured=f"{spread(warm, 's')}, {share:.2f} × bare"),
    ]
