"""Judging one state of a Harbor task: a container of the untouched image, the state, then the tests.

1. A container of the task's image comes up, with nothing of the candidate in it.
2. What the candidate left is laid into it, without what stands in for the programs of
   the image (`sandbox.harbor.carrying`).
3. Only then /tests and an empty /logs/verifier. tests/test.sh runs.
4. Every process is killed, and the reward files are read from outside.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import docker

from sandbox.env import harbor_container as containers
from sandbox.env.container import Container
from sandbox.env.executing import execute
from sandbox.env.harbor_container import Inside
from sandbox.env.harbor_reading import read_small
from sandbox.env.stream import NoAnswer
from sandbox.errors import SandboxError
from sandbox.guest.tape import Tape
from sandbox.harbor.carrying import ImageFacts, left_behind, path_of, words_in
from sandbox.harbor.reward import JSON_FILE, TEXT_FILE, NoReward, read_rewards
from sandbox.harbor.settings import Harbor, Part
from sandbox.harbor.state import Found, State, laid_out
from sandbox.task import Resources
from sandbox.tree import Tree

TESTS, LOGS = "tests", "logs/verifier"
OUTPUT_LIMIT = 256 * 1024
LAY_SECONDS = 300.0
# Runs test.sh in the working directory, if the candidate has left one.
RUN = 'cd "$1" 2> /dev/null || cd /; exec /tests/test.sh'
# Takes paths away, one a line; as long as nothing of the candidate is there.
REMOVE = 'while IFS= read -r path; do rm -rf -- "/$path"; done'
# Says which of some paths there are, and after an empty line what commands.
LOOK = """\
while IFS= read -r path; do if [ -e "/$path" ] || [ -L "/$path" ]; then printf '%s\\n' "$path"; fi; done
echo
IFS=:
for folder in $PATH; do ls -A "$folder" 2> /dev/null; done
true
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What came of judging one state.

    rewards: by name; None if there is none, then `why` says it. behind: paths that were not taken over,
    with why. exit_code: of test.sh; None if it ran out of time. output: what it printed. seconds: it took.
    """

    rewards: Mapping[str, float] | None
    why: str | None
    behind: Mapping[str, str]
    exit_code: int | None
    output: str
    seconds: float

    def as_data(self) -> dict[str, Any]:
        """As it is kept beside the log."""
        names = ("rewards", "why", "behind", "exit_code", "output", "seconds")
        return {name: getattr(self, name) for name in names}


def verify(
    client: docker.DockerClient,
    image: str,
    *,
    labels: Mapping[str, str],
    resources: Resources,
    harbor: Harbor,
    part: Part,
    inside: Inside,
    environment: Mapping[str, str],
    state: State,
    tests: Tree,
    asked: str,
) -> Verified:
    """Judge one state. Blocks.

    Args:
        inside: what the image says, with the task's own working directory.
        environment: the task's variables.
        asked: the instruction.

    Raises:
        TaskError: the container does not get well, or the tests cannot be started.
        SandboxError: the container or the engine failed.
    """
    container = containers.start(
        client, image, labels=labels, resources=resources, network=harbor.network, environment=environment
    )
    try:
        containers.await_health(container, harbor.healthcheck, user=inside.user)
        behind = _lay(container, state, inside, asked)
        verifier_logs = Found(path=LOGS, kind="dir", mode=0o777, uid=0, gid=0)
        containers.put(container, [*laid_out(tests, TESTS), verifier_logs])
        started = time.monotonic()
        code, tape = execute(
            container,
            ["sh", "-c", RUN, "sh", inside.workdir],
            user=part.verifier_user or inside.user,
            workdir="/",
            environment=dict(part.verifier_env),
            seconds=part.verifier_seconds,
            limit=OUTPUT_LIMIT,
        )
        seconds = time.monotonic() - started
        containers.end(container)
        files = read_small(container, f"/{LOGS}", (TEXT_FILE, JSON_FILE))
        return _verified(files, code, tape, behind, seconds)
    except NoAnswer as exc:
        raise SandboxError(f"the verifier cannot be run: {exc}") from exc
    finally:
        container.remove()


def _lay(container: Container, state: State, inside: Inside, asked: str) -> dict[str, str]:
    """Have a state in a container of the untouched image; what of it is not taken over, and why."""
    facts = replace(look(container, list(state.found), inside), asked=words_in(asked))
    behind = left_behind(state, facts)
    gone = [path for path in state.gone if path not in behind]
    if gone:
        _shell(container, REMOVE, gone)
    if entries := [found for path, found in state.found.items() if path not in behind]:
        containers.put(container, entries)
    return {path: why for path, why in behind.items() if path not in state.found or state.found[path].kind != "dir"}


def look(container: Container, paths: list[str], inside: Inside) -> ImageFacts:
    """What a container, as yet of the untouched image, holds of paths, and what commands it has.

    Raises:
        SandboxError: it cannot be looked at.
    """
    said = _shell(container, LOOK, paths)
    existing, _, commands = said.partition("\n\n") if not said.startswith("\n") else ("", "", said)
    # A name with a line break cannot be asked for, so it counts as one of the image.
    odd = {path for path in paths if "\n" in path}
    return ImageFacts(
        path=path_of(inside.environment),
        commands=frozenset(commands.split("\n")),
        existing={*existing.split("\n"), *odd},
        workdir=inside.workdir.strip("/"),
    )


def _shell(container: Container, script: str, paths: list[str]) -> str:
    lines = "".join(f"{path}\n" for path in paths if "\n" not in path).encode("utf-8", "surrogateescape")
    code, tape = containers.run(container, script, seconds=LAY_SECONDS, stdin=lines)
    if code != 0 or tape.result()["truncated"]:
        raise SandboxError(f"a state cannot be laid down in a container: {tape.result()['output'][-200:]}")
    return bytes(tape.head + tape.tail).decode("utf-8", "surrogateescape")


def _verified(
    files: Mapping[str, bytes], code: int | None, tape: Tape, behind: Mapping[str, str], seconds: float
) -> Verified:
    rewards, why = None, None
    try:
        rewards = read_rewards(files)
    except NoReward as exc:
        why = str(exc)
    # Names of a candidate may be no text.
    shown = {path.encode("utf-8", "replace").decode(): reason for path, reason in behind.items()}
    output = str(tape.result()["output"])
    return Verified(rewards=rewards, why=why, behind=shown, exit_code=code, output=output, seconds=seconds)


def last_words(verified: Verified) -> str:
    """The end of what a verifier printed, on one line."""
    return " ".join(verified.output.split())[-200:] or "it printed nothing"


def packed(verified: Verified) -> bytes:
    """The answer as it is kept."""
    return json.dumps(verified.as_data(), indent=1).encode("ascii")
