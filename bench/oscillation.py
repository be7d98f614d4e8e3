"""What it costs to find what came back in a trial; no container is used."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import docker

from bench.rows import Row, Section
from sandbox.detect.oscillation import Checkpoint, Snapshot, Trajectory, Unit, detect
from sandbox.detect.pooling import pool

TRIALS, CHECKPOINTS, BUGS = 10_000, 20, 50
AIM_S = 10.0
# States of the workspace from one checkpoint to the next, that one included.
BETWEEN = 4
NAMES = tuple(f"bug-{number}" for number in range(BUGS))
UNITS = tuple(Unit(name=name, kind="bug") for name in NAMES)
Matrix = list[list[str]]


def measure(client: docker.DockerClient, folder: Path, *, rounds: int) -> Section:
    """Detection, and pooling what was found, on trials as they are and on random ones."""
    rows = []
    for name, make in {"a realistic mix": realistic, "uniformly random statuses": uniform}.items():
        detecting, pooling = _seconds(make, rounds)
        rows.append(
            Row(
                what=f"detection, {name}",
                measured=f"{detecting:.1f} s",
                aim=f"≤ {AIM_S:g} s",
                holds=detecting <= AIM_S,
            )
        )
        rows.append(Row(what=f"pooling them, {name}", measured=f"{pooling:.1f} s"))
    how = (
        f"Processor seconds for {TRIALS:,} trials of {CHECKPOINTS} checkpoints, {BUGS} bugs and "
        f"{CHECKPOINTS * BETWEEN} states, in one process, in {rounds} parts. Pooling lists how long each fix lasted."
    )
    return Section(title="Oscillation", how=how, rows=tuple(rows))


def _seconds(make: Callable[[random.Random], Matrix], rounds: int) -> tuple[float, float]:
    """Of detecting and of pooling; a part of the trials at a time, for all together take much memory."""
    chance = random.Random(7)
    detecting = pooling = 0.0
    for _ in range(rounds):
        trials = [_trajectory(make(chance), chance) for _ in range(TRIALS // rounds)]
        started = time.process_time()
        found = [detect(one) for one in trials]
        detected = time.process_time()
        pool(found)
        detecting, pooling = detecting + detected - started, pooling + time.process_time() - detected
    return detecting, pooling


def uniform(chance: random.Random) -> Matrix:
    """Each status by the toss of a coin: more flips than anything that is real."""
    return [chance.choices("PF", k=BUGS) for _ in range(CHECKPOINTS + 1)]


def realistic(chance: random.Random) -> Matrix:
    """Bugs are fixed one after another and seldom break; one trial in four goes back and forth, one in ten is shaky."""
    breaking = 0.1 if chance.random() < 0.25 else 0.002
    shaky = 0.02 if chance.random() < 0.1 else 0.0
    right = [False] * BUGS
    matrix = [["F"] * BUGS]
    for _ in range(CHECKPOINTS):
        right = [chance.random() >= breaking if one else chance.random() < 0.08 for one in right]
        letters = ["P" if one else "F" for one in right]
        matrix.append([chance.choice("US") if shaky and chance.random() < shaky else one for one in letters])
    return matrix


def _trajectory(matrix: Matrix, chance: random.Random) -> Trajectory:
    states = [_checkpoint(letters, place) for place, letters in enumerate(matrix)]
    return Trajectory(
        units=UNITS, start=states[0], checkpoints=tuple(states[1:]), snapshots=_snapshots(states[1:], chance)
    )


def _checkpoint(letters: Sequence[str], place: int) -> Checkpoint:
    return Checkpoint(
        tier="T0" if place else "start",
        step=max(0, place - 1),
        tree=f"tree {place}",
        code=f"code {place}",
        statuses=dict(zip(NAMES, letters, strict=True)),
        failing=tuple(name for name, letter in zip(NAMES, letters, strict=True) if letter == "F"),
        calls=place * BETWEEN,
        tokens=place * 1000.0,
    )


def _snapshots(checkpoints: Sequence[Checkpoint], chance: random.Random) -> tuple[Snapshot, ...]:
    found = []
    for place, one in enumerate(checkpoints):
        trees = [f"tree {place} {chance.randrange(3)}" for _ in range(BETWEEN - 1)]
        found += [Snapshot(tree=tree, code=tree) for tree in trees]
        found.append(Snapshot(tree=one.tree, code=one.code, checkpoint=place))
    return tuple(found)
