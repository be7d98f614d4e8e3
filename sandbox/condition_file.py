"""conditions.toml: conditions of a user's own, beside the bundled ones.

    [hurried]
    rung = "report"                                   # without: that of the task
    rounds = 0
    prompt = { before = "Be quick.", given = ["file"] }
    limits = { replies = 20 }

Whatever is wrong is a BadInput that names the file and the field.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox import schema
from sandbox.candidates import limit_words
from sandbox.caps import split
from sandbox.condition import CONDITIONS, Condition, Noise, from_table
from sandbox.errors import BadInput
from sandbox.reading import read_toml, shown
from sandbox.rungs import KERNEL, ROUGH
from sandbox.serving.declared import check_shares

FILE = Path("conditions.toml")


def load_conditions(path: Path | None) -> Mapping[str, Condition]:
    """The bundled conditions and those of a file, by name.

    Args:
        path: what was typed; None: conditions.toml in the working directory, if there is one.

    Raises:
        BadInput: the file is missing or broken, naming the field.
    """
    file = FILE if path is None else path
    if path is None and not os.path.lexists(file):
        return CONDITIONS
    document = read_toml(file)
    where = shown(file)
    schema.check("conditions.v1", document, file=where)
    return {**CONDITIONS, **{name: _condition(name, table, f"{where}: {name}") for name, table in document.items()}}


def _condition(name: str, table: Mapping[str, Any], where: str) -> Condition:
    if name in CONDITIONS:
        raise BadInput(f"{where}: is one of Roadtest's own, which stay what they are; choose another name")
    limits = table.get("limits", {})
    caps, _ = split(limit_words(limits, f"{where}.limits"))
    if caps:
        raise BadInput(f"{where}.limits.{next(iter(caps.as_data()))}: goes with a run; type it after --limit")
    found = from_table(name, table)
    _check(found, where)
    return found


def _check(found: Condition, where: str) -> None:
    if found.stands_on == KERNEL and found.rounds:
        raise BadInput(f"{where}.rounds: on {KERNEL} stand problems, which have no bug to report")
    if found.submissions > 1 and found.stands_on not in (None, KERNEL):
        raise BadInput(f"{where}.submissions: more than one are for problems, which stand on {KERNEL}")
    for tool, rates in found.faults.items():
        if rates.timeout + rates.fail_once + rates.cut > 1:
            raise BadInput(f"{where}.faults.{tool}: the chances of a call add up to more than 1")
    if (found.noise != Noise() or found.faults) and found.stands_on != ROUGH:
        raise BadInput(f"{where}.rung: with noise or faults a task stands on the rung rough; say so")
    check_shares(found.service_faults, f"{where}.service_faults")
    if found.prompt.given and found.stands_on in (None, KERNEL):
        raise BadInput(f"{where}.prompt.given: whoever is told that stands on a rung of its own; say which, as rung")
