"""What of a candidate's state goes into the container in which it is judged. Pure.

The verifier is a script of the task, run by the programs of the task's image. A
candidate that is root can put others in their place (a `python3` that writes the
reward). So the verifier's container is made from the image anew, and what every
verifier leans on is not taken over from the candidate: commands that the image has,
its shared libraries, the interpreter's own library, pytest, and whatever such
programs run or read by themselves when they start. All else is: files of its own,
packages that it installed, configuration of services.

This is a list, so it is resistance and no proof (docs/design/harbor.md).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sandbox.harbor.state import Found, State, parents

USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_LIBRARIES = ("lib", "lib32", "lib64", "libx32", "usr/lib", "usr/lib32", "usr/lib64", "usr/libexec", "usr/local/lib")
# Directories of commands that test scripts put before the others.
_OWN_COMMANDS = re.compile(r"(^|/)\.(local|cargo)/bin$")
# Commands that a verifier may fetch and then run, and so may look for beyond the image.
RUNNERS = frozenset(
    [
        "uv",
        "uvx",
        "curl",
        "wget",
        "pip",
        "pip3",
        "pytest",
        "py.test",
        "python",
        "python3",
        "env",
        "sh",
        "bash",
        "apt",
        "apt-get",
        "npx",
        "npm",
        "node",
        "git",
        "sudo",
    ]
)
_TEST_TOOLS = frozenset(
    ["_pytest", "pluggy", "iniconfig", "packaging", "exceptiongroup", "tomli", "pygments", "py", "coverage"]
)
# Nobody imports its `test`, and many a project has one.
_STANDARD = sys.stdlib_module_names - {"test"}
_STARTUP = frozenset({"sitecustomize", "usercustomize"})
_PTH_RUNS = re.compile(rb"^\s*import[ \t]", re.MULTILINE)
_SHARED = re.compile(r"\.so(\.|$)")
_PYTHON = re.compile(r"(^|/)lib/python[0-9][^/]*/(?!site-packages(/|$)|dist-packages(/|$))")
_SITE = re.compile(r"(^|/)(site|dist)-packages/([^/]+)")
_ZIPPED = re.compile(r"^python[0-9]+\.zip$")
# What such programs read when they start; a directory stands for all below it.
_SETTINGS = (
    "etc/alternatives",
    "etc/apt",
    "etc/dpkg",
    "etc/environment",
    "etc/ld.so.cache",
    "etc/ld.so.conf",
    "etc/ld.so.conf.d",
    "etc/ld.so.preload",
    "etc/pip.conf",
    "etc/profile",
    "etc/profile.d",
    "etc/bash.bashrc",
)
_OWN_SETTINGS = frozenset({".curlrc", ".wgetrc", ".pip", ".pydistutils.cfg"})
_OWN_CONFIGURATION = re.compile(r"(^|/)\.config/(pip|uv)(/|$)")
# pytest looks for its configuration in every directory above the tests.
_ABOVE_TESTS = frozenset(
    {"pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg", "setup.py", "conftest.py"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """Of the untouched image: directories of PATH, names of the commands in them, which of some paths are there.

    workdir: without its leading slash; empty for `/`. asked: words of the instruction; what is named there is
    no trojan if it is new.
    """

    path: tuple[str, ...]
    commands: frozenset[str]
    existing: Collection[str]
    workdir: str = ""
    asked: frozenset[str] = frozenset()


def path_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The directories of PATH, without leading slashes."""
    found = [folder.strip("/") for folder in environment.get("PATH", USUAL_PATH).split(":")]
    return tuple(dict.fromkeys(folder for folder in found if folder))


def words_in(instruction: str) -> frozenset[str]:
    """The names that an instruction holds, without their suffixes too."""
    words = re.findall(r"[A-Za-z0-9_.-]+", instruction)
    return frozenset({*words, *(word.partition(".")[0] for word in words)})


def left_behind(state: State, image: ImageFacts) -> dict[str, str]:
    """The paths of a state that are not taken over, each with why."""
    bins = {*image.path, *(folder.strip("/") for folder in USUAL_PATH.split(":"))}
    libraries = {*_LIBRARIES, *(f"{parents(folder)[-1]}/lib" for folder in bins if "/" in folder)}
    roots = {*bins, *libraries, *_SETTINGS, "logs", "etc"}
    above = roots | {parent for root in roots for parent in parents(root)}
    behind = {path: why for path in state.gone if (why := _of_gone(path, bins, libraries, above))}
    for path, found in state.found.items():
        if why := _of_found(found, image, bins, libraries, above):
            behind[path] = why
    return behind


def _of_gone(path: str, bins: Collection[str], libraries: Collection[str], above: Collection[str]) -> str | None:
    if path in above or _is_below(path, bins):
        return "commands are those of the image"
    if _is_library(path, libraries):
        return "libraries are those of the image"
    return "settings of the verifier's programs are those of the image" if _is_setting(path) else None


def _of_found(
    found: Found, image: ImageFacts, bins: Collection[str], libraries: Collection[str], above: Collection[str]
) -> str | None:
    path = found.path
    if path in above:
        return "stands in place of a directory of the image" if found.kind != "dir" else "directories are the image's"
    folder, _, name = path.rpartition("/")
    if folder in bins or _OWN_COMMANDS.search(folder):
        if path in image.existing or name in image.commands or (name in RUNNERS and name not in image.asked):
            return "commands are those of the image"
    elif _is_below(path, bins):
        return None
    if _is_library(path, libraries) and (path in image.existing or _is_own(path)):
        return "libraries are those of the image"
    if _is_setting(path):
        return "settings of the verifier's programs are those of the image"
    return _of_python(found, image, bins)


def _of_python(found: Found, image: ImageFacts, bins: Collection[str]) -> str | None:
    """What Python and pytest take up by themselves."""
    path = found.path
    folder, _, name = path.rpartition("/")
    if any(part.partition(".")[0] in _STARTUP for part in path.split("/")):
        return "Python would run it when it starts"
    if name.endswith(".pth") and (found.kind != "file" or _PTH_RUNS.search(found.data)):
        return "Python would run it when it starts"
    if name == "entry_points.txt" and b"pytest11" in found.data:
        return "pytest would load it by itself"
    if name == "pyvenv.cfg" and (folder in bins or any(place.rpartition("/")[0] == folder for place in bins)):
        return "the interpreter is that of the image"
    if (site := _SITE.search(path)) and _is_test_tool(site[3]):
        return "pytest is that of the image"
    if path not in image.existing and (module := _module(path, image)) and module not in image.asked:
        return f"it would stand in for the module {module}"
    if image.workdir and path in _ABOVE_TESTS:
        return "pytest would read it as the tests' configuration"
    return None


def _module(path: str, image: ImageFacts) -> str | None:
    """What Python or pytest would import from the working directory in place of their own; None if nothing.

    `python -m pytest` looks there first.
    """
    top = path.removeprefix(f"{image.workdir}/") if image.workdir else path
    name, _, rest = top.partition("/")
    bare = name.partition(".")[0]
    is_module = (name.endswith((".py", ".so")) and not rest) or rest == "__init__.py"
    return bare if is_module and (_is_test_tool(bare) or bare in _STANDARD) else None


def _is_test_tool(name: str) -> bool:
    bare = name.partition("-")[0].partition(".")[0].lower()
    return bare in _TEST_TOOLS or bare.startswith("pytest")


def _is_library(path: str, libraries: Collection[str]) -> bool:
    """Whether a path is one of a shared library of the system, or of an interpreter's own library."""
    return _is_below(path, libraries) and (_is_own(path) or bool(_SHARED.search(path) and not _SITE.search(path)))


def _is_own(path: str) -> bool:
    """Whether what is new there would go before what the image has."""
    name = path.rpartition("/")[2]
    return "glibc-hwcaps" in path or bool(_ZIPPED.match(name) or _PYTHON.search(path))


def _is_setting(path: str) -> bool:
    if path in _SETTINGS or _is_below(path, _SETTINGS) or path.startswith("etc/python"):
        return True
    return bool(_OWN_SETTINGS.intersection(path.split("/"))) or bool(_OWN_CONFIGURATION.search(path))


def _is_below(path: str, folders: Collection[str]) -> bool:
    return any(path.startswith(f"{folder}/") for folder in folders)
