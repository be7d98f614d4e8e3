"""The image that submissions are compiled and judged in: Debian bookworm, Python 3.11, gcc and g++, nothing of ours.

python:3.11-slim-bookworm, or roadtest/cp-rootfs (bootstrapped where no registry answers)
  └── roadtest/cp     compilers, and the users that submissions and validators run as
"""

from __future__ import annotations

import threading

import docker

from sandbox.env import bootstrap
from sandbox.env.images import Say, build, is_there, machine_of, parent_of, tag_of
from sandbox.errors import SandboxError

PACKAGES = ("gcc", "g++", "python3")
SUBMISSION, VALIDATOR = 1000, 1001

RECIPE = f"""\
ARG BASE
FROM ${{BASE}}
RUN (command -v g++ && command -v gcc) > /dev/null \\
 || (apt-get update && apt-get install --yes --no-install-recommends gcc g++ libc6-dev && rm -rf /var/lib/apt/lists/*)
RUN groupadd --gid {SUBMISSION} submission \\
 && useradd --uid {SUBMISSION} --gid {SUBMISSION} --no-create-home --home-dir /nowhere --shell /bin/false submission \\
 && groupadd --gid {VALIDATOR} validator \\
 && useradd --uid {VALIDATOR} --gid {VALIDATOR} --no-create-home --home-dir /nowhere --shell /bin/false validator \\
 && find / -xdev -type f -perm /6000 -exec chmod a-s {{}} + \\
 && find / -xdev -type d -perm -0002 -exec chmod o-w {{}} + \\
 && (python3 -m compileall -q "$(python3 -c 'import os; print(os.path.dirname(os.__file__))')" > /dev/null || true)
"""

_lock = threading.Lock()


def ensure_cp(client: docker.DockerClient, *, say: Say) -> str:
    """The tag of the image for competitive programming, built if it is not there.

    Args:
        say: told what is being done, in a few words.

    Raises:
        SandboxError: it can be neither built from a registry nor bootstrapped.
    """
    with _lock:
        tag = tag_of("cp", RECIPE, *PACKAGES, bootstrap.SUITE, machine_of(client))
        if is_there(client, tag):
            return tag
        parent, network = parent_of(client, "image of the judge", "roadtest/cp-rootfs", PACKAGES, say=say)
        say("image of the judge: building")
        build(client, RECIPE, {}, tag, arguments={"BASE": parent}, network=network, error=SandboxError)
        return tag
