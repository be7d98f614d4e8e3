"""Judging: the whole of it, against the same tests run bare in the same container."""

from __future__ import annotations

import json
import statistics
import uuid
from dataclasses import dataclass
from pathlib import Path

import docker

from bench.places import make_task
from bench.rows import Row, Section, ms, spread, timed
from bench.trials import life
from sandbox import loader
from sandbox.env import images, owner
from sandbox.exams import hidden_tests
from sandbox.history import make_base
from sandbox.index import Index
from sandbox.kit_making import complete_directory
from sandbox.probe import ReadyJudge, check
from sandbox.task import Task
from sandbox.tree import Tree, source

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
    bench = Judged.of(client, folder, task)
    whole, warm, bare, lives = [], [], [], []
    for _ in range(rounds):
        made: list[ReadyJudge] = []
        starting = timed(lambda made=made: made.append(bench.start()))  # type: ignore[misc]
        judge = made[0]
        judging = timed(lambda judge=judge: check(judge, task, base=bench.index, tree=bench.tree))  # type: ignore[misc]
        whole.append(starting + judging + timed(judge.supervisor.close))
        warm.append(judging)
        bare.append(bench.bare(judge))
        judge.dispose()
        lives.append(timed(lambda: life(client, bench.image)))
    most = 1.3 * statistics.median(bare) + statistics.median(lives)
    holds = statistics.median(whole) <= most
    aim = f"≤ {most:.2f} s (1.3 × bare + a life)"
    share = ms(warm) / ms(bare)
    return [
        Row(what=f"{task.id}: tests, bare", measured=spread(bare, "s")),
        Row(what=f"{task.id}: judged", measured=spread(whole, "s"), aim=aim, holds=holds),
        Row(what=f"{task.id}: judged, judge made ready", measured=f"{spread(warm, 's')}, {share:.2f} × bare"),
    ]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A task with all that it takes to judge its untouched workspace."""

    client: docker.DockerClient
    task: Task
    image: str
    tests: Tree
    tree: Tree
    index: Index

    @classmethod
    def of(cls, client: docker.DockerClient, folder: Path, task: Task) -> Judged:
        """Build its image if need be."""
        complete = complete_directory(task, machine=images.machine_of(client))
        base = images.ensure_base(client, say=print)
        image = images.ensure_task(client, complete, base=base, timeout=900, name=task.name, say=print)
        tree = source(images.workspace_of(client, image, labels={}))
        index = make_base(folder / f"{task.id}.git", tree, title="The untouched workspace").index
        tests = hidden_tests(complete, task, 0)
        return cls(client=client, task=task, image=image, tests=tests, tree=tree, index=index)

    def start(self) -> ReadyJudge:
        """A judge made ready."""
        labels = owner.labels(run=uuid.uuid4().hex, trial="bench", role="judge")
        return ReadyJudge.start(self.client, self.image, task=self.task, tests=self.tests, labels=labels)

    def bare(self, judge: ReadyJudge) -> float:
        """Seconds of the hidden tests by pytest alone, in a container in which a judge has laid them down."""
        inside = self.client.containers.get(judge.container.id)
        said = inside.exec_run(["python", "-c", BARE, json.dumps(self.task.hidden_ids)], user="1000:1000").output
        return float(said)  # type: ignore[arg-type]
