"""Who made a container: labels that let the next run tell the living from the dead."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import docker
from docker.errors import APIError, NotFound
from requests.exceptions import RequestException

from sandbox import ownership
from sandbox.env.engine import talking
from sandbox.ownership import is_gone, number

PREFIX = "roadtest."
LEASE_SECONDS = 24 * 3600
ROUNDS = 5
BETWEEN_ROUNDS = 0.3


def labels(*, run: str, trial: str, role: str) -> dict[str, str]:
    """The labels of everything this process makes."""
    what = {"run": run, "trial": trial, "role": role, **ownership.marks()}
    what["expires"] = str(int(time.time()) + LEASE_SECONDS)
    return {PREFIX + name: value for name, value in what.items()}


def is_dead(marks: Mapping[str, str], *, now: float) -> bool:
    """Whether the owner that wrote these labels is known to be gone.

    On this machine: another boot, no such process, or another one under its
    number. On any machine: the lease is over. A live owner elsewhere is left alone.
    """
    expires = number(marks.get(PREFIX + "expires"))
    if expires is not None and now > expires:
        return True
    return is_gone({name: marks.get(PREFIX + name) for name in ("host", "boot", "pid", "started")}) is True


def reap(client: docker.DockerClient, *, run: str | None = None) -> int:
    """Remove containers and volumes of dead owners (and of `run`, whoever owns it); how many.

    What cannot be removed at once is tried again, after all that can. What somebody else holds stays.

    Raises:
        SandboxError: the engine does not answer or refuses.
    """
    removed = 0
    for left in reversed(range(ROUNDS)):
        with talking("look for leftovers"):
            found = _left_behind(client, run)
        # A volume can go once its container has.
        failures = [failure for kind, name in found if (failure := _removal(client, kind, name)) is not None]
        removed += len(found) - len(failures)
        if not found or (not failures and run is None):
            break
        if failures and not left:
            with talking("remove leftovers"):
                for failure in failures:
                    if not (isinstance(failure, APIError) and failure.status_code == 409):
                        raise failure
        time.sleep(BETWEEN_ROUNDS)
    return removed


def _left_behind(client: docker.DockerClient, run: str | None) -> list[tuple[str, str]]:
    """Kind and name of what `reap` is to remove, containers first."""
    now = time.time()
    filters: dict[str, Any] = {"label": PREFIX + "run"}
    containers = [("container", row["Id"], row["Labels"]) for row in client.api.containers(all=True, filters=filters)]
    volumes = [("volume", row["Name"], row["Labels"]) for row in client.api.volumes(filters=filters)["Volumes"] or ()]
    return [
        (kind, str(name))
        for kind, name, marks in (*containers, *volumes)
        if (marks or {}).get(PREFIX + "run") == run or is_dead(marks or {}, now=now)
    ]


def _removal(client: docker.DockerClient, kind: str, name: str) -> Exception | None:
    """Remove one thing; why it is not gone, if it is not."""
    try:
        if kind == "container":
            client.api.remove_container(name, force=True, v=True)
        else:
            client.api.remove_volume(name, force=True)
    except NotFound:
        return None
    except (APIError, RequestException) as exc:
        return exc
    return None
