"""Reaching the Docker engine, and telling its failures apart."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import docker
import requests.exceptions
import urllib3.exceptions
from docker.errors import APIError, DockerException
from docker.utils import kwargs_from_env

from sandbox.env.steady import SteadyClient, look_seconds
from sandbox.errors import EngineGone, SandboxError, one_line

OLDEST_API = (1, 41)
# docker-py has a pool of connections for each path that it asks for, with a queue of so many in it; once there are more
# paths than this it closes the oldest, whoever uses it. Not one pool for all: upgraded connections must not come back.
KEPT, PATHS = 4, 256
# An answer that did not come, or not to its end; where docker-py reads a stream itself, it passes on urllib3's word.
LOST = (requests.exceptions.RequestException, urllib3.exceptions.HTTPError)
REMEDY = (
    "start Docker, or set DOCKER_HOST; on Debian or Ubuntu `sudo scripts/engine start` installs and starts one "
    "(`roadtest doctor` says what is missing)"
)


def connect(timeout: float | None = None) -> docker.DockerClient:
    """A client for DOCKER_HOST or the local engine, spoken to once.

    Args:
        timeout: seconds that a look may take (None: as the environment or the default says); what makes or
            removes something may take three times as long.

    Raises:
        BadInput: the environment gives no such number.
        EngineGone: no engine answers.
        SandboxError: the engine is older than Docker 20.10.
    """
    try:
        seconds = look_seconds() if timeout is None else timeout
        client = SteadyClient(seconds, max_pool_size=KEPT, num_pools=PATHS, **kwargs_from_env())
        version = client.version()
    except (DockerException, *LOST, OSError) as exc:
        if host := os.environ.get("DOCKER_HOST"):
            remedy = "start that engine, or unset DOCKER_HOST"
            raise EngineGone(f"no Docker engine answers at DOCKER_HOST ({host}): {remedy}") from exc
        raise EngineGone(f"no Docker engine answers ({one_line(exc, 160)}): {REMEDY}") from exc
    api = tuple(int(part) for part in version["ApiVersion"].split("."))
    if api < OLDEST_API:
        raise SandboxError(f"the Docker engine is {version['Version']}; Roadtest needs 20.10 or newer")
    return client


@contextmanager
def talking(what: str) -> Iterator[None]:
    """Turn what docker-py raises into our errors, once.

    Raises:
        EngineGone: the engine cannot be reached, or hung up.
        SandboxError: it answered with an error.
    """
    try:
        yield
    except APIError as exc:
        raise SandboxError(f"could not {what}: {exc.explanation or one_line(exc)}") from exc
    except (*LOST, DockerException, OSError) as exc:
        raise EngineGone(f"could not {what}: the Docker engine does not answer: {one_line(exc, 200)}") from exc
