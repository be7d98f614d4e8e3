"""Which Harbor task gets a network: one that does not refuse it, and only by the user's word. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sandbox.errors import BadInput
from sandbox.task import Task

FLAG = "--allow-network"
NONE, PUBLIC, ALLOWLIST = "no-network", "public", "allowlist"

# What a test script fetches with. A line that only mentions it in a comment is none.
_FETCHES = re.compile(
    r"\b(?:apt-get|apt|apk|dnf|yum)\s+(?:-\S+\s+)*(?:update|install|add)\b"
    r"|\b(?:curl|wget)\b[^\n]*https?://(?!localhost|127\.)"
    r"|\b(?:uvx|npx)\b|\buv\s+(?:pip|run|tool|sync|add)\b|\bpip3?\s+install\b(?![^\n]*--no-index)"
    r"|\bnpm\s+(?:ci|install)\b|\bgit\s+clone\s+https?://"
)
# What programs say that wanted a name or a route and got none.
_STARVED = re.compile(
    r"could not resolve|temporary failure (?:in name )?resol|name or service not known|network is unreachable"
    r"|failed to lookup address|unable to resolve|dns error|no address associated|nameresolutionerror"
    r"|unable to locate package|(?:uvx?|curl|wget|pip3?|npm|npx): (?:command )?not found",
    re.IGNORECASE,
)


def asked(document: Mapping[str, Any]) -> dict[str, Any]:
    """What task.toml says of networks, as the fields of `Harbor`."""
    environment, agent = document.get("environment", {}), document.get("agent", {})
    verifiers = [document.get("verifier", {}), *(row.get("verifier", {}) for row in document.get("steps", ()))]
    agents = [agent, *(row.get("agent", {}) for row in document.get("steps", ()))]
    tables = [
        ("environment", environment),
        *(("agent", one) for one in agents),
        *(("verifier", one) for one in verifiers),
    ]
    wants = [f"{name}.network_mode" for name, table in tables if _mode(table) in (PUBLIC, ALLOWLIST)]
    if not wants and environment.get("allow_internet"):
        wants = ["environment.allow_internet"]
    hosts = [host for _, table in tables for host in table.get("allowed_hosts", ())]
    silent = environment.get("allow_internet", True) is False or _mode(environment) == NONE
    return {
        "wants_network": wants[0] if wants else None,
        "refuses_network": silent and not wants,
        "verifier_wants": any(_mode(table) in (PUBLIC, ALLOWLIST) for table in verifiers),
        "hosts": tuple(dict.fromkeys(hosts)),
    }


def _mode(table: Mapping[str, Any]) -> str | None:
    mode: str | None = table.get("network_mode")
    return ALLOWLIST if mode is None and table.get("allowed_hosts") else mode


def with_network(tasks: Sequence[Task], *, allowed: bool) -> list[Task]:
    """The tasks as they are run: with a network where the user gave one and the task does not refuse it.

    Raises:
        BadInput: a verifier asks for a network that was not given, or single hosts are, which cannot be held.
    """
    return [_with_network(task, allowed=allowed) for task in tasks]


def _with_network(task: Task, *, allowed: bool) -> Task:
    harbor = task.harbor
    if harbor is None:
        return task
    where = f"{task.path}/task.toml"
    if allowed and harbor.hosts:
        raise BadInput(
            f"{where}: allowed_hosts: single hosts cannot be let through; "
            f"leave out {FLAG}, and it runs without a network"
        )
    if not allowed and harbor.verifier_wants:
        raise BadInput(
            f"{where}: verifier.network_mode: its tests need a network, and without one their verdict would be wrong; "
            f"give {FLAG} if you trust this task"
        )
    if not allowed or harbor.refuses_network:
        return task
    # With a network it is another experiment, and a run must not go on as the other one.
    digest = hashlib.sha256(f"{task.digest} with a network".encode()).hexdigest()
    told = tuple(note for note in task.notes if FLAG not in note)
    return replace(task, digest=digest, notes=told, harbor=replace(harbor, network=True))


def notes(task: Task, scripts: Mapping[str, str]) -> Iterator[str]:
    """What has to be said of a task that runs without a network.

    Args:
        scripts: the test scripts, by name as people read it.
    """
    if task.harbor is None:
        return
    if task.harbor.wants_network:
        yield f"{task.harbor.wants_network} asks for a network: it gets one only with {FLAG}"
    if task.harbor.refuses_network:
        return
    for name, text in scripts.items():
        if (line := fetching(text)) is not None:
            number, words = line
            yield f"{name}: line {number} fetches something ({words}): without {FLAG} that fails"
            return


def fetching(script: str) -> tuple[int, str] | None:
    """The first line of a script that fetches from a network: its number, and what it says."""
    for number, line in enumerate(script.splitlines(), start=1):
        code = line.split("#")[0] if line.lstrip().startswith("#") else line
        if _FETCHES.search(code):
            return number, " ".join(code.split())[:60]
    return None


def starved(said: str) -> str | None:
    """The first line of an output by which a program wanted a network and had none."""
    for line in said.splitlines():
        if _STARVED.search(line):
            return " ".join(line.split())[:160]
    return None
