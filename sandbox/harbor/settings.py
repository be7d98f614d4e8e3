"""What a plain Harbor task says about its containers, as plain data. Pure.

Times in seconds. `user` None: the image's own. `workdir` None: the image's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MEAN, FINAL = "mean", "final"
# The reward that a threshold without a name means, and that a reward.txt holds.
REWARD = "reward"


@dataclass(frozen=True, slots=True, kw_only=True)
class Healthcheck:
    """A command that has to end with 0 before the candidate begins."""

    command: str
    interval: float = 5.0
    timeout: float = 30.0
    start_period: float = 0.0
    start_interval: float = 5.0
    retries: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One step of a task, or the whole of a task without steps.

    least: rewards that must be reached for the next step to be opened, by name.
    """

    name: str | None
    agent_user: str | None = None
    agent_seconds: float
    verifier_user: str | None = None
    verifier_seconds: float
    verifier_env: Mapping[str, str] = field(default_factory=dict)
    least: Mapping[str, float] = field(default_factory=dict)
    healthcheck: Healthcheck | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Harbor:
    """A plain Harbor task.

    parts: one for each step, or one for all. strategy: how the rewards of steps make one.
    docker_image: a prebuilt image in place of environment/Dockerfile. wants_network: where it is
    asked for, as people read it; None if nowhere in so many words. verifier_wants: whether the verifier
    asks for one of its own. hosts: the only ones that may be reached, where that is said.
    network: whether containers have one: the task does not refuse it, and the user gave it.
    """

    parts: tuple[Part, ...]
    strategy: str = MEAN
    docker_image: str | None = None
    workdir: str | None = None
    healthcheck: Healthcheck | None = None
    solution_env: Mapping[str, str] = field(default_factory=dict)
    refuses_network: bool = False
    wants_network: str | None = None
    verifier_wants: bool = False
    hosts: tuple[str, ...] = ()
    network: bool = False
