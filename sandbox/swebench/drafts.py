"""The files of a task that is made of an instance, with nothing left open."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.adding.manifest import table, toml
from sandbox.recipe import EPOCH
from sandbox.swebench.instances import ITEM, Instance
from sandbox.task import WORKSPACE

ONLY = "issue"
MIB = 1024 * 1024
# Bounds of a codebase of any size; of its workspace there is room for so many copies.
MEMORY_MB, LEAST_STORAGE_MB, COPIES = 4096, 512, 4
AGENT_SECONDS, VERIFIER_SECONDS, TEST_SECONDS = 3600, 1800, 120

_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*((a|b|rc|\.post|\.dev)[0-9]+)?")

# The workspace is packed: a task's directory holds no symbolic links, and a codebase may.
DOCKERFILE = f"""\
ARG ROADTEST_BASE=roadtest/base
FROM ${{ROADTEST_BASE}}
COPY requirements.txt wheels/ /opt/wheels/
RUN if [ -s /opt/wheels/requirements.txt ]; then \\
        pip install --no-index --find-links=/opt/wheels --no-deps --require-hashes -r /opt/wheels/requirements.txt; \\
    fi
ADD workspace.tar.gz {WORKSPACE}/
WORKDIR {WORKSPACE}
RUN if [ -f pyproject.toml ] || [ -f setup.py ]; then \\
        SOURCE_DATE_EPOCH={EPOCH} SETUPTOOLS_SCM_PRETEND_VERSION=@VERSION@ \\
        pip install --no-index --no-build-isolation --no-deps --quiet --editable . && rm -rf build; \\
    fi
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an instance's workspace is from, and what its files tell. size: bytes of the workspace."""

    url: str
    tree: str
    licence: str | None
    import_name: str
    size: int


def dockerfile(instance: Instance) -> str:
    """What the image is built by."""
    said = instance.version or ""
    version = said if _VERSION.fullmatch(said) else f"0+g{instance.base[:12]}"
    return DOCKERFILE.replace("@VERSION@", version)


def bugs_of(instance: Instance, *, split: bool) -> dict[str, tuple[str, ...]]:
    """One bug of all tests that the fix makes pass; or one of each test, with all its parameters."""
    if not split:
        return {ONLY: instance.fixed}
    groups: dict[str, list[str]] = {}
    for test in instance.fixed:
        groups.setdefault(test.partition("[")[0], []).append(test)
    bugs: dict[str, tuple[str, ...]] = {}
    for test, ids in groups.items():
        slug = re.sub(r"[^A-Za-z0-9]+", "-", test.rpartition("::")[2]).strip("-")[:60] or ONLY
        name = slug if slug not in bugs else f"{slug}-{len(bugs) + 1}"
        bugs[name] = tuple(ids)
    return bugs


def task_toml(instance: Instance, origin: Origin, bugs: Mapping[str, Sequence[str]]) -> str:
    """task.toml of an instance."""
    about = {
        "instance_id": instance.id,
        "repo": instance.repo,
        "url": origin.url,
        "base_commit": instance.base,
        "tree": origin.tree,
        "licence": origin.licence or "unknown",
    }
    if instance.version:
        about["version"] = instance.version
    storage = max(LEAST_STORAGE_MB, COPIES * origin.size // MIB)
    parts = [
        'schema_version = "1.4"\n',
        table("[metadata.swebench]", about),
        table("[metadata.roadtest]", {"rung": "report", "item": f"{ITEM}{instance.id}"}),
        table("[metadata.roadtest.judge]", {"kind": "in-process", "test_timeout_sec": TEST_SECONDS}),
        # Weak, as it calls nothing; which calls give plain values, nobody has said.
        "# A call of one of the package's own functions that gives a plain value is a better canary.\n"
        + table(
            "[[metadata.roadtest.judge.canaries]]",
            {"setup": f"import {origin.import_name}", "call": f"{origin.import_name}.__name__"},
        ),
        *(_bug(name, tests, instance) for name, tests in bugs.items()),
        table("[verifier]", {"timeout_sec": VERIFIER_SECONDS}),
        table("[agent]", {"timeout_sec": AGENT_SECONDS}),
        table(
            "[environment]",
            {"network_mode": "no-network", "cpus": 1, "memory_mb": MEMORY_MB, "storage_mb": storage},
        ),
    ]
    return "\n".join(parts)


def _bug(name: str, tests: Sequence[str], instance: Instance) -> str:
    head = table("[[metadata.roadtest.bugs]]", {"id": name, "report": instance.statement})
    # The day on which the fix was proposed in public.
    head += f"fixed_at = {instance.created}\n" if instance.created else ""
    rows = "".join(f"    {toml(test)},\n" for test in tests)
    return f"{head}tests = [\n{rows}]\n"
