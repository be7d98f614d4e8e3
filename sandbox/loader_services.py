"""What a task says of services, read from its directory: task.toml, seeds, tests/outcome.toml.

[metadata.roadtest.services.NAME]   what stands beside the agent
services/…                          seeds, of which no candidate sees anything
tests/outcome.toml                  what the services must end in, hidden like tests
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.errors import BadInput
from sandbox.outcomes.spec import Spec, read_spec
from sandbox.reading import read_toml, shown
from sandbox.serving.declared import Service, read_services

OUTCOME = "outcome.toml"


def load_services(folder: Path, ours: Mapping[str, Any]) -> tuple[tuple[Service, ...], Spec | None]:
    """The services of a task, and what they must end in; none and None for a task without.

    Args:
        ours: `metadata.roadtest` of its task.toml.

    Raises:
        BadInput: naming the file and the field.
    """
    where, file = shown(folder / "task.toml"), folder / "tests" / OUTCOME
    services = read_services(ours.get("services", {}), where)
    for service in services:
        if service.seed is not None and not (folder / service.seed).is_file():
            field = f"{where}: metadata.roadtest.services.{service.name}.seed"
            raise BadInput(f"{field}: there is no file {service.seed} below the task's directory")
        if service.seed is not None and service.seed.startswith(("environment/", "solution/")):
            field = f"{where}: metadata.roadtest.services.{service.name}.seed"
            raise BadInput(f"{field}: {service.seed} lies where candidates are given files from; put it into services/")
    if not file.exists():
        if services:
            raise BadInput(f"{shown(file)}: is missing; write there what the services must end in")
        return (), None
    if not services:
        raise BadInput(f"{shown(file)}: is for tasks with metadata.roadtest.services, and {where} names none")
    spec = read_spec(read_toml(file), shown(file))
    _check_named(spec, services, shown(file))
    return services, spec


def check_judged(ours: Mapping[str, Any], spec: Spec | None, chain: bool, where: str) -> None:
    """Refuse a task that nothing would decide, or whose judge is called what it is not.

    Args:
        spec: from `load_services`. chain: whether it has steps. where: task.toml, as errors call it.

    Raises:
        BadInput: naming the field.
    """
    kind = ours["judge"]["kind"]
    if "bugs" not in ours and spec is None:
        raise BadInput(f"{where}: metadata.roadtest.bugs: is missing (only a task with tests/{OUTCOME} goes without)")
    wanted = "in-process" if "bugs" in ours else "black-box"
    if kind != wanted:
        why = "" if spec is None else " (an outcome alone is judged as black-box, with hidden tests in-process)"
        raise BadInput(f"{where}: metadata.roadtest.judge.kind: {kind} is not supported; use {wanted}{why}")
    if wanted == "in-process" and not ours["judge"].get("canaries"):
        raise BadInput(f"{where}: metadata.roadtest.judge.canaries: an in-process judge needs at least one")
    if wanted == "black-box" and "canaries" in ours["judge"]:
        raise BadInput(f"{where}: metadata.roadtest.judge.canaries: an outcome runs no code that they could call")
    if spec is not None and chain:
        raise BadInput(f"{where}: metadata.roadtest.services: a chain of steps cannot have services yet")


def _check_named(spec: Spec, services: tuple[Service, ...], file: str) -> None:
    known = [service.name for service in services]
    asked = [(f"allowed[{index}]", rule.service) for index, rule in enumerate(spec.allowed)]
    asked += [(f"required[{index}]", wanted.service) for index, wanted in enumerate(spec.required)]
    for field, name in asked:
        if name not in known:
            raise BadInput(f"{file}: {field}.service: there is no {name} (known: {', '.join(known)})")
