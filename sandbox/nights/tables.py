"""The tables of the history as they are now; `migrations` brings older ones there."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

# Which migrations this history has been through.
version = Table("roadtest_version", metadata, Column("version", Integer, primary_key=True, autoincrement=False))

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", String(200), nullable=False, unique=True),
    Column("at", String(40), nullable=False),
    Column("suite", String(200), nullable=False),
    Column("roadtest", String(40), nullable=False),
)

trials = Table(
    "trials",
    metadata,
    Column("run_id", Integer, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("trial", String(1000), primary_key=True),
    Column("task", String(400), nullable=False),
    Column("task_digest", String(64), nullable=False),
    Column("candidate", String(400), nullable=False),
    Column("condition", String(200), nullable=False),
    Column("repeat", Integer, nullable=False),
    Column("rung", String(20), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("score", Float),
    Column("calls", Integer, nullable=False),
    Column("faulty", Integer),
    Column("model_s", Float, nullable=False),
    Column("wall_s", Float, nullable=False),
    Column("tokens", Integer, nullable=False),
    Column("cost_usd", Float),
)
by_candidate = Index("trials_by_candidate", trials.c.candidate, trials.c.run_id)

# From which runs on (and to which) a candidate's baseline goes; the last one written counts.
baselines = Table(
    "baselines",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("suite", String(200), nullable=False),
    Column("candidate", String(400), nullable=False),
    Column("first_run_id", Integer, ForeignKey("runs.id"), nullable=False),
    Column("last_run_id", Integer, ForeignKey("runs.id"), nullable=False),
    Column("at", String(40), nullable=False),
    Column("reason", String(1000), nullable=False),
)

# Of each run the tasks of which nothing is told by name.
held_out_tasks = Table(
    "held_out",
    metadata,
    Column("run_id", Integer, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("task", String(400), primary_key=True),
)

# Of each run what its conditions were.
conditions = Table(
    "conditions",
    metadata,
    Column("run_id", Integer, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("condition", String(200), primary_key=True),
    Column("digest", String(64), nullable=False),
)

# What proving a task came to, each time.
proofs = Table(
    "proofs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("task", String(400), nullable=False),
    Column("task_digest", String(64), nullable=False),
    Column("at", String(40), nullable=False),
    Column("roadtest", String(40), nullable=False),
    Column("holds", Integer, nullable=False),
    Column("faults", Text, nullable=False),
)
