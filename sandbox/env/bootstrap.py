"""A Debian root file system where no image registry answers: mmdebstrap and `docker import`.

The result offers what the registry's Python image offers to the project's
Dockerfile: python3 of version 3.11 with venv, and git on top. It comes from the
package mirror that this machine's apt is configured for.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import docker

from sandbox.env.engine import talking
from sandbox.errors import SandboxError

SUITE = "bookworm"
PACKAGES = ("ca-certificates", "git", "python3", "python3-venv")
LEFT_OUT = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*")
INPUTS = "|".join((SUITE, *PACKAGES, *LEFT_OUT))
SECONDS = 1200


def digest(packages: Sequence[str] = PACKAGES) -> str:
    """Names the root file system by what it is asked to hold."""
    return hashlib.sha256("|".join((SUITE, *packages, *LEFT_OUT)).encode()).hexdigest()[:20]


def make(
    client: docker.DockerClient, tag: str, packages: Sequence[str] = PACKAGES, *, without: Sequence[str] = ()
) -> None:
    """Bootstrap and import the root file system under `tag`.

    Args:
        packages: of Debian, beside those that every system needs.
        without: patterns of paths (absolute) that are removed once all is installed.

    Raises:
        SandboxError: mmdebstrap is missing or fails, with what to do about it.
    """
    program = shutil.which("mmdebstrap")
    if program is None or os.geteuid() != 0:
        lack = "mmdebstrap is not installed" if program is None else "mmdebstrap needs root"
        raise SandboxError(
            f"no image registry answers, and {lack}: run `sudo scripts/engine start` on Debian or Ubuntu, "
            "or load a python:3.11-slim-bookworm image into the engine"
        )
    with tempfile.TemporaryDirectory(prefix="roadtest-rootfs-") as folder:
        archive = Path(folder) / "rootfs.tar"
        command = [program, "--quiet", "--variant=minbase", f"--include={','.join(packages)}"]
        command += [f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT]
        command += [f'--customize-hook=rm -rf "$1"{pattern}' for pattern in without]
        result = subprocess.run(
            [*command, SUITE, str(archive)], capture_output=True, text=True, check=False, timeout=SECONDS
        )
        if result.returncode:
            raise SandboxError(f"mmdebstrap failed: {' '.join(result.stderr.split())[-400:]}")
        repository, _, version = tag.partition(":")
        with talking("import the root file system"):
            client.api.import_image_from_file(str(archive), repository=repository, tag=version)
