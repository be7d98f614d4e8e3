"""What the files of a package tell of it: licence, import name, tests, what it and its tests need. Pure."""

from __future__ import annotations

import ast
import configparser
import email
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from sandbox.parts import matches
from sandbox.tree import LINK, Tree

# The image's, which decides what a requirement with a condition means.
TARGET = {
    "python_version": "3.11",
    "python_full_version": "3.11.9",
    "implementation_name": "cpython",
    "implementation_version": "3.11.9",
    "platform_python_implementation": "CPython",
    "os_name": "posix",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "platform_machine": "x86_64",
    "platform_release": "",
    "platform_version": "",
}
LICENCES = {
    "mit license": "MIT",
    "mit": "MIT",
    "apache software license": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache-2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "mpl-2.0": "MPL-2.0",
    "isc license (iscl)": "ISC",
    "isc": "ISC",
    "bsd-3-clause": "BSD-3-Clause",
    "bsd-2-clause": "BSD-2-Clause",
    "the unlicense (unlicense)": "Unlicense",
    "python software foundation license": "PSF-2.0",
}
# What a licence says that no other of these says.
WORDS = {
    "Apache-2.0": ("apache license", "version 2.0"),
    "MPL-2.0": ("mozilla public license", "2.0"),
    "BSD-3-Clause": ("redistribution and use in source and binary forms", "to endorse or promote products"),
    "BSD-2-Clause": ("redistribution and use in source and binary forms",),
    "MIT": ("permission is hereby granted, free of charge", "the above copyright notice"),
    "ISC": ("permission to use, copy, modify, and/or distribute this software for any",),
}
NO_PACKAGES = {"test", "tests", "testing", "docs", "doc", "examples", "example", "benchmarks", "tools", "scripts"}
NO_MODULES = {"setup", "conftest", "noxfile", "tasks", "benchmark"}
TEST_FILES = re.compile(r"(tests?|test_.*|.*_tests?)\.\w+")
# Where a distribution is called otherwise than what it brings.
OTHER_NAMES = {
    "yaml": "pyyaml",
    "dateutil": "python-dateutil",
    "attr": "attrs",
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
}
BACKENDS = {"hatchling.build": ("editables",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What can be told of a package from its files.

    licence, import_name: None if they cannot be told. tests: globs of what is tests.
    needs: requirements of the package itself, of its build, and of its tests as far as it names them.
    unmet: modules that its tests import and nothing of that brings.
    """

    licence: str | None
    import_name: str | None
    tests: tuple[str, ...]
    needs: tuple[str, ...]
    unmet: tuple[str, ...]


def facts(tree: Tree, name: str, *, tests: Iterable[str] = (), import_name: str | None = None) -> Facts:
    """What the files of a package tell.

    Args:
        tree: a release, with what packaging left in it, or a commit.
        name: of the package.
        tests, import_name: as a person gave them.
    """
    about = _Files(tree)
    told = import_name or _import_name(tree, name)
    globs = tuple(tests) or _tests(tree, told)
    needs, unmet = _needs(tree, about, globs, own={told or name, *_roots(tree)})
    return Facts(licence=_licence(tree, about), import_name=told, tests=globs, needs=needs, unmet=unmet)


def holds(tree: Tree, import_name: str) -> bool:
    """Whether a tree has a module or package of that name, wherever in it."""
    top = import_name.partition(".")[0]
    return any(part == top or part.startswith(f"{top}.py") for path in tree for part in path.split("/"))


def without(modules: Iterable[str], distributions: Iterable[str]) -> list[str]:
    """The modules that none of these distributions brings, as far as names tell."""
    brought = {_plain(name) for name in distributions}
    plain = {module: _plain(OTHER_NAMES.get(module, module)) for module in modules}
    return [module for module, name in plain.items() if not {name, f"python{name}"} & brought]


class _Files:
    """The files of a package that are about it."""

    def __init__(self, tree: Tree) -> None:
        self.info: Message = email.message_from_string(_text(tree, "PKG-INFO"))
        try:
            self.project: Mapping[str, Any] = tomllib.loads(_text(tree, "pyproject.toml"))
        except ValueError:
            self.project = {}
        self.setup = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            self.setup.read_string(_text(tree, "setup.cfg"))
        except configparser.Error:
            self.setup.clear()

    def table(self, *names: str) -> Mapping[str, Any]:
        """A table of pyproject.toml; empty if there is none."""
        node: Any = self.project
        for name in names:
            node = node.get(name, {}) if isinstance(node, Mapping) else {}
        return node if isinstance(node, Mapping) else {}


def _text(tree: Tree, path: str) -> str:
    entry = tree.get(path)
    return "" if entry is None or entry.mode == LINK else entry.data.decode("utf-8", "replace")


# --- licence ---


def _licence(tree: Tree, about: _Files) -> str | None:
    said = about.table("project").get("license", "")
    expression = about.info.get("License-Expression") or (said if isinstance(said, str) else "")
    if expression:
        return str(expression)
    short = [about.info.get("License", ""), said.get("text", "") if isinstance(said, Mapping) else ""]
    short.append(about.setup.get("metadata", "license", fallback=""))
    classifiers = [*(about.info.get_all("Classifier") or ()), *about.table("project").get("classifiers", ())]
    short += [row.rpartition("::")[2] for row in map(str, classifiers) if row.startswith("License ::")]
    for words in short:
        if (known := LICENCES.get(str(words).strip().lower())) is not None:
            return known
    for path in sorted(tree):
        if re.fullmatch(r"(LICEN[CS]E|COPYING)[^/]*", path, re.IGNORECASE):
            text = " ".join(_text(tree, path).lower().split())
            for known, needed in WORDS.items():
                if all(words in text for words in needed):
                    return known
    return None


# --- layout ---


def _roots(tree: Tree) -> list[str]:
    """Modules and packages at the root or in src/, by name."""
    found: dict[str, None] = {}
    for path in tree:
        parts = path.split("/")
        parts = parts[1:] if parts[0] == "src" and len(parts) > 1 else parts
        if len(parts) == 1 and parts[0].endswith(".py"):
            found[parts[0].removesuffix(".py")] = None
        elif len(parts) == 2 and parts[1] == "__init__.py":
            found[parts[0]] = None
    return [name for name in found if name.isidentifier()]


def _import_name(tree: Tree, name: str) -> str | None:
    unlikely = NO_PACKAGES | NO_MODULES
    roots = [root for root in _roots(tree) if root not in unlikely and not TEST_FILES.fullmatch(f"{root}.py")]
    plain = _plain(name)
    names = (plain, plain.removeprefix("python"), plain.removeprefix("py"), plain.removesuffix("python"))
    for root in roots:
        if _plain(root) in names:
            return root
    return roots[0] if len(roots) == 1 else None


def _plain(name: str) -> str:
    return re.sub(r"[-_.]", "", name).lower()


def _tests(tree: Tree, import_name: str | None) -> tuple[str, ...]:
    tops = sorted({path.partition("/")[0] for path in tree})
    folders = [top for top in tops if top in ("tests", "test", "testing") and f"{top}" not in tree]
    files = [top for top in tops if top in tree and TEST_FILES.fullmatch(top)]
    if folders or files:
        return (*folders, *files)
    inside = [f"{prefix}{import_name}/{name}" for prefix in ("", "src/") for name in ("tests", "test")]
    return tuple(folder for folder in inside if any(path.startswith(f"{folder}/") for path in tree))


# --- requirements ---


def _needs(tree: Tree, about: _Files, globs: Sequence[str], *, own: set[str]) -> tuple[tuple[str, ...], ...]:
    """Requirements, and modules that tests import and nothing brings."""
    runtime = [*(about.info.get_all("Requires-Dist") or ()), *_listed(about.table("project").get("dependencies"))]
    runtime += about.setup.get("options", "install_requires", fallback="").split("\n")
    noted, extras = _noted(tree)
    runtime += noted
    build = _listed(about.table("build-system").get("requires"))
    build += BACKENDS.get(str(about.table("build-system").get("build-backend", "")), ())
    parsed = _requirements([*runtime, *build])
    needs = [row for row in parsed if row.marker is None or row.marker.evaluate({**TARGET, "extra": ""})]
    offered = {_plain(row.name): row for row in (*parsed, *_requirements([*extras, *_offered(tree, about)]))}
    brought = {_plain(row.name) for row in needs} | {"pytest", "setuptools", "pkgresources"}
    unmet = []
    for module in _imported(tree, globs):
        if module in own or _plain(module) in brought:
            continue
        plain = _plain(OTHER_NAMES.get(module, module))
        found = offered.get(plain) or offered.get(f"python{plain}")
        if found is None:
            unmet.append(module)
        else:
            needs.append(found)
    unique = {_plain(row.name): f"{row.name}{row.specifier}" for row in needs}
    return tuple(unique.values()), tuple(unmet)


def _noted(tree: Tree) -> tuple[list[str], list[str]]:
    """Requirements of the package and of its extras as setuptools noted them; older releases have them nowhere else."""
    runtime: list[str] = []
    extras: list[str] = []
    for path in sorted(path for path in tree if path.endswith(".egg-info/requires.txt")):
        extra, marker = "", ""
        for line in _text(tree, path).splitlines():
            if line.startswith("["):
                extra, _, marker = line.strip()[1:-1].partition(":")
            elif line.strip():
                (extras if extra else runtime).append(f"{line} ; {marker}" if marker else line)
    return runtime, extras


def _offered(tree: Tree, about: _Files) -> Iterator[str]:
    """Requirements that a package names for its tests and for those who work on it."""
    for groups in (about.table("project", "optional-dependencies"), about.table("dependency-groups")):
        for group in groups.values():
            yield from _listed(group)
    for path in sorted(tree):
        if re.fullmatch(r"(requirements/)?[^/]*\.(txt|in)", path) and "requirements" in path:
            yield from _text(tree, path).splitlines()


def _listed(rows: Any) -> list[str]:
    return [row for row in rows if isinstance(row, str)] if isinstance(rows, list) else []


def _requirements(rows: Iterable[str]) -> list[Requirement]:
    """Those that are requirements; one by URL is fetched from anywhere, and here things come from the index."""
    found = []
    for row in rows:
        with suppress(InvalidRequirement):
            found.append(Requirement(row.partition("#")[0].strip()))
    return [row for row in found if not row.url]


def _imported(tree: Tree, globs: Sequence[str]) -> list[str]:
    """Modules of others that tests import."""
    found: dict[str, None] = {}
    for path, entry in sorted(tree.items()):
        if path.endswith(".py") and not path.endswith("conftest.py") and matches(path, globs) and entry.mode != LINK:
            folder = path.rpartition("/")[0]
            beside = {other.rpartition("/")[2].removesuffix(".py") for other in tree if other.startswith(folder)}
            for name in _names_imported(entry.data):
                top = name.partition(".")[0]
                if top and top not in sys.stdlib_module_names and top not in beside | NO_PACKAGES:
                    found[top] = None
    return list(found)


def _names_imported(source: bytes) -> list[str]:
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return []
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return names + [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
