"""Whether a call of the candidate is a check of its own work: it runs the project's tests, or commits.

Conservative: what may be something else is none. A text that names a test runner is none, nor is a question about it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sandbox.detect.reverts import git_command
from sandbox.detect.shell import WORKSPACE, Simple, commands_of, has_flag, operands

_PYTHON = re.compile(r"(?:python|pypy)[\d.]*|py")
_TEST_FILE = re.compile(r"(?:run_?)?tests?\.py|test_\w+\.py|\w+_tests?\.py")
_TEST_MODULE = re.compile(r"(?:.+\.)?(?:tests?|test_\w+|\w+_tests?)(?:\.__main__)?")
_TARGET = re.compile(r"(?:run-?)?tests?|check|test-\w+|unittests?|pytest")
_PYTHON_TAKING = frozenset({"-X", "-W", "--check-hash-based-pycs"})
# How a runner is asked something instead of being run.
_QUESTIONS = frozenset(
    {"--version", "-V", "--help", "-h", "--collect-only", "--co", "--fixtures", "--markers", "--setup-plan"}
    | {"--fixtures-per-test", "--list", "-l", "--listenvs", "--showconfig", "--notest"}
)
_RUNNERS = frozenset({"pytest", "py.test", "nosetests", "nose2", "unittest"})
# -l of pytest shows local variables.
_RUNNER_QUESTIONS = _QUESTIONS - {"-l"}
_RUNNER_TAKING = frozenset({"-k", "-m", "-p", "-c", "-o", "-n", "-W", "-r", "--rootdir", "--tb", "--maxfail"})
_ENVIRONMENTS = frozenset({"uv", "poetry", "pipenv", "pdm", "hatch", "rye", "conda", "mamba"})
_ENVIRONMENT_TAKING = frozenset({"-p", "--python", "--with", "--extra", "--group", "--project", "-n", "--name", "-e"})
_COVERAGE_TAKING = frozenset({"--source", "--omit", "--include", "--rcfile", "--data-file", "--context"})


def own_check(tool: str, arguments: Mapping[str, Any]) -> Literal["tests", "commit"] | None:
    """tests, commit (where it does both: tests) or None."""
    commands = commands_of(tool, arguments)
    if any(_runs_tests(command.words, command.folder) for command in commands):
        return "tests"
    return "commit" if any(_commits(command) for command in commands) else None


def _commits(command: Simple) -> bool:
    name, rest = git_command(command) or ("", ())
    return name == "commit" and not any(word in rest for word in ("--dry-run", "--help", "-h"))


def _runs_tests(words: Sequence[str], folder: str) -> bool:
    if not words:
        return False
    program, rest = posixpath.basename(words[0]), list(words[1:])
    if _PYTHON.fullmatch(program):
        return _python(rest, folder)
    if program in _RUNNERS:
        return _asks_to_run(rest, folder)
    if program in ("tox", "nox"):
        return not _QUESTIONS.intersection(rest) and not {"list", "l", "config", "c", "devenv"}.intersection(rest[:1])
    if program in ("make", "gmake"):
        asked = operands(rest, frozenset({"-C", "-f", "-j", "--directory", "--file"}))
        return any(_TARGET.fullmatch(word) for word in asked) and not has_flag(rest, "nq", "--dry-run", "--question")
    if program == "coverage":
        return rest[:1] == ["run"] and _python(_without(rest[1:], _COVERAGE_TAKING), folder)
    if program in _ENVIRONMENTS:
        return _in_environment(program, rest, folder)
    return _is_test_file(words[0], folder)


def _in_environment(program: str, rest: list[str], folder: str) -> bool:
    """uv run pytest"""
    if program == "hatch" and rest[:1] == ["test"]:
        return not _QUESTIONS.intersection(rest)
    if rest[:1] != ["run"]:
        return False
    inner = rest[1:]
    while inner and inner[0].startswith("-"):
        inner = inner[2:] if inner[0] in _ENVIRONMENT_TAKING else inner[1:]
    return _runs_tests(inner, folder)


def _python(rest: list[str], folder: str) -> bool:
    """What stands behind an interpreter: -m with a runner, or a file of tests."""
    words = list(rest)
    while words and words[0].startswith("-") and words[0] not in ("-m", "-c", "-"):
        words = words[2:] if words[0] in _PYTHON_TAKING else words[1:]
    if not words or words[0] in ("-c", "-"):
        return False
    if words[0] != "-m":
        if posixpath.basename(words[0]) in ("setup.py", "manage.py"):
            return words[1:2] == ["test"] and not _QUESTIONS.intersection(words)
        return _is_test_file(words[0], folder) and not {"--help", "-h"}.intersection(words)
    if len(words) < 2:
        return False
    module, after = words[1], words[2:]
    if module in ("coverage", "tox", "nox"):
        return _runs_tests([module, *after], folder)
    if module in _RUNNERS:
        return _asks_to_run(after, folder)
    return _TEST_MODULE.fullmatch(module) is not None and not {"--help", "-h"}.intersection(after)


def _asks_to_run(rest: list[str], folder: str) -> bool:
    """Whether a runner is to run something of the project, rather than to tell something."""
    if _RUNNER_QUESTIONS.intersection(rest):
        return False
    paths = [word.partition("::")[0] for word in operands(rest, _RUNNER_TAKING)]
    return any(_is_inside(path, folder) for path in paths or ["."])


def _is_test_file(path: str, folder: str) -> bool:
    return _TEST_FILE.fullmatch(posixpath.basename(path)) is not None and _is_inside(path, folder)


def _is_inside(path: str, folder: str) -> bool:
    whole = posixpath.normpath(posixpath.join(folder, path))
    return whole == WORKSPACE or whole.startswith(f"{WORKSPACE}/")


def _without(words: list[str], taking: frozenset[str]) -> list[str]:
    """Words without options at their beginning, but for -m."""
    while words and words[0].startswith("-") and words[0] != "-m":
        words = words[2:] if words[0] in taking else words[1:]
    return words
