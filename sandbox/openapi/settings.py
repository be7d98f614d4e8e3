"""What a task says of an OpenAPI document that it brings, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One `[[metadata.roadtest.openapi]]`.

    document: a path below the task's directory. base_url: what paths are put behind.
    include: ids of the operations that are offered, None for all; exclude: of those that are not. One without an id
    is called by its method and path, as in "get /items".
    prefix: put before the names of tools. headers: sent with every call, whatever the candidate says.
    """

    document: str
    base_url: str
    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()
    prefix: str = ""
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation as a tool. binding: what the program that carries calls out has to know of it."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    effect: str
    document: str
    binding: Mapping[str, Any]
