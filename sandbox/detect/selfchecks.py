"""Whether a call of the candidate is a check of its own work: it runs the project's tests, or commits.

Conservative: what may be something else is none. A text that names a test runner is none, nor is a question about it.
"""

from __future__ import annotations

import ast
import posixpath
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from sandbox import parsing
from sandbox.detect.shell import commands_of
from sandbox.detect.simple import Simple, git_command, has_flag, is_inside, operands

_PYTHON = re.compile(r"(?:python|pypy)[\d.]*|py")
_TEST_FILE = re.compile(r"(?:run_?)?tests?\.py|test_\w+\.py|\w+_tests?\.py")
_TEST_SCRIPT = re.compile(
    r"run[_-]?(?:all[_-]?|unit[_-]?)?tests?(?:\.(?:sh|bash|py))?"
    r"|(?:unit[_-]?)?tests?\.(?:sh|bash)|test[_-]\w+\.(?:sh|bash)|\w+[_-]tests?\.(?:sh|bash)"
)
_TEST_MODULE = re.compile(r"(?:.+\.)?(?:tests?|test_\w+|\w+_tests?|run_?tests)(?:\.__main__)?")
_TARGET = re.compile(r"(?:run-?)?tests?|check|test-\w+|unittests?|pytest")
# Options of an interpreter that take what stands behind them.
_PYTHON_TAKING = "XW"
# How a runner is asked something instead of being run.
_QUESTIONS = frozenset(
    {"--version", "-V", "-VV", "--help", "-h", "--collect-only", "--collectonly", "--co", "--fixtures", "--markers"}
    | {"--funcargs", "--fixtures-per-test", "--setup-plan", "--setup-only", "--setuponly", "--setupplan"}
    | {"--cache-show", "--list", "-l", "--listenvs", "--showconfig", "--notest"}
)
_RUNNERS = frozenset({"pytest", "py.test", "pytest-3", "py.test-3", "nosetests", "nose2", "unittest"})
# -l of pytest shows local variables.
_RUNNER_QUESTIONS = _QUESTIONS - {"-l"}
_RUNNER_TAKING = frozenset({"-k", "-m", "-p", "-c", "-o", "-n", "-W", "-r", "--rootdir", "--tb", "--maxfail"})
_ENVIRONMENTS = frozenset({"uv", "poetry", "pipenv", "pdm", "hatch", "rye", "pixi", "pipx", "conda", "mamba"})
_ENVIRONMENT_TAKING = frozenset(
    {"-p", "--python", "--with", "--extra", "--group", "--project", "-n", "--name", "-e", "--env", "-C", "--directory"}
    | {"--from", "--with-requirements", "-P", "--spec", "--package", "--manifest-path", "--environment"}
)
# Whose `run` takes the name of a script of the project too.
_SCRIPTED = frozenset({"pipenv", "pdm", "hatch", "rye", "pixi"})
_TASKS = frozenset({"just", "poe", "invoke", "inv", "task"})
_SHELLS = frozenset({"bash", "sh", "zsh", "dash", "source", "."})
_CALLED = frozenset({"pytest.main", "pytest.console_main", "unittest.main", "unittest.TextTestRunner", "nose.main"})
# Modules that run another one, and their options that take a word of their own.
_AROUND = {"cProfile": frozenset({"-o", "-s"}), "profile": frozenset({"-o", "-s"}), "pdb": frozenset({"-c"})}
_COVERAGE_TAKING = frozenset({"--source", "--omit", "--include", "--rcfile", "--data-file", "--context"})
_COMMITTING = frozenset({"commit", "merge", "cherry-pick", "revert", "am"})
_NO_COMMIT = frozenset(
    {"--dry-run", "--help", "-h", "--abort", "--quit", "--skip", "--no-commit", "--squash", "--show-current-patch"}
)


def own_check(tool: str, arguments: Mapping[str, Any]) -> Literal["tests", "commit"] | None:
    """tests, commit (where it does both: tests) or None."""
    commands = commands_of(tool, arguments)
    if any(_checks(command) for command in commands):
        return "tests"
    return "commit" if any(_commits(command) for command in commands) else None


def _checks(command: Simple) -> bool:
    words = (command.path, *command.words[1:])
    return _runs_tests(words, command.folder) or (
        _PYTHON.fullmatch(command.program) is not None
        and command.reads is not None
        and operands(command.words[1:]) in ([], ["-"])
        and _code_runs_tests(command.reads, command.folder)
    )


def _commits(command: Simple) -> bool:
    name, rest = git_command(command) or ("", ())
    if name not in _COMMITTING or not _NO_COMMIT.isdisjoint(rest):
        return False
    if name == "commit":
        # Each of these says what would be committed.
        return not any(word in rest for word in ("--short", "--porcelain", "--long"))
    # Without a branch or a commit there is nothing to merge; am may read a patch.
    return (bool(rest) or name == "am") and not (name in ("cherry-pick", "revert") and has_flag(rest, "n"))


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
    if program in ("make", "gmake", *_TASKS):
        asked = operands(rest, frozenset({"-C", "-f", "-j", "--directory", "--file"}))
        return any(_TARGET.fullmatch(word) for word in asked) and not _is_question(program, rest)
    if program in ("coverage", "coverage3"):
        return rest[:1] == ["run"] and _python(_without(rest[1:], _COVERAGE_TAKING), folder)
    if program == "uvx":
        return _runs_tests(_without(rest, _ENVIRONMENT_TAKING), folder)
    if program in _ENVIRONMENTS:
        return _in_environment(program, rest, folder)
    return _is_test_script(words, folder)


def _is_question(program: str, rest: Sequence[str]) -> bool:
    """Whether make, or another that runs tasks, only tells what it would do."""
    if program in _TASKS:
        return has_flag(rest, "hln", "--help", "--list", "--summary", "--dry-run", "--dry", "--show", "-s")
    return has_flag(rest, "nq", "--dry-run", "--just-print", "--recon", "--question")


def _is_test_script(words: Sequence[str], folder: str) -> bool:
    """A file of tests that is run by itself, or a script that is named after running them."""
    program, rest = posixpath.basename(words[0]), list(words[1:])
    path = words[0]
    if program in _SHELLS:
        # -n reads the script and runs nothing.
        scripts = operands(rest, frozenset({"-o", "-O", "--rcfile", "--init-file"}))
        if not scripts or has_flag(rest[: rest.index(scripts[0])], "n"):
            return False
        path, rest = scripts[0], rest[rest.index(scripts[0]) + 1 :]
    elif "/" not in path and not posixpath.splitext(path)[1]:
        return False
    name = posixpath.basename(path)
    named = _TEST_SCRIPT.fullmatch(name) or (program not in _SHELLS and _TEST_FILE.fullmatch(name))
    return bool(named) and is_inside(path, folder) and not _RUNNER_QUESTIONS.intersection(rest)


def _in_environment(program: str, rest: list[str], folder: str) -> bool:
    """uv run pytest"""
    rest = _without(rest, _ENVIRONMENT_TAKING)
    if program in ("hatch", "rye") and rest[:1] == ["test"]:
        return not _QUESTIONS.intersection(rest)
    if program == "uv" and rest[:2] == ["tool", "run"]:
        rest = rest[1:]
    if rest[:1] != ["run"]:
        return False
    inner = rest[1:]
    while inner and inner[0].startswith("-"):
        if program == "uv" and inner[0] in ("-m", "--module"):
            return _python(["-m", *inner[1:]], folder)
        inner = inner[2:] if inner[0] in _ENVIRONMENT_TAKING else inner[1:]
    if program in _SCRIPTED and inner:
        # hatch run test:pytest, in the environment of that name
        inner = [inner[0].rpartition(":")[2] if program == "hatch" else inner[0], *inner[1:]]
        if _TARGET.fullmatch(inner[0]) and inner[0] != "pytest":
            return not _QUESTIONS.intersection(inner)
    return _runs_tests(inner, folder)


def _python(rest: list[str], folder: str) -> bool:
    """What stands behind an interpreter: -m with a runner, code that calls one, or a file of tests."""
    kind, what, after = _interpreted(rest)
    if kind == "-c":
        return _code_runs_tests(what, folder)
    if kind == "file":
        if posixpath.basename(what) in ("setup.py", "manage.py"):
            return after[:1] == ["test"] and not _QUESTIONS.intersection(after)
        name = posixpath.basename(what)
        is_one = _TEST_FILE.fullmatch(name) or (name.endswith(".py") and _TEST_SCRIPT.fullmatch(name))
        return bool(is_one) and is_inside(what, folder) and not {"--help", "-h"}.intersection(after)
    if kind != "-m":
        return False
    if what in ("coverage", "tox", "nox"):
        return _runs_tests([what, *after], folder)
    if what in _AROUND:
        return _python(_without(after, _AROUND[what]), folder)
    if what in _RUNNERS or what in ("nose", "nose2"):
        return _asks_to_run(after, folder)
    return _TEST_MODULE.fullmatch(what) is not None and not {"--help", "-h"}.intersection(after)


def _interpreted(words: Sequence[str]) -> tuple[str, str, list[str]]:
    """What an interpreter is to run: -m or -c or file ("" for neither), which, and the words behind it."""
    place = 0
    while place < len(words) and words[place].startswith("-") and words[place] != "-":
        word = words[place]
        if word in ("--help", "--version", "-V", "-VV", "-h"):
            return "", "", []
        if word.startswith("--"):
            place += 2 if word == "--check-hash-based-pycs" else 1
            continue
        taking = re.match(rf"-[A-Za-ln-wyz]*?([mc{_PYTHON_TAKING}])(.*)", word, re.DOTALL)
        place += 1
        if taking is None:
            continue
        value, behind = taking[2], place
        if not value:
            value, behind = "".join(words[place : place + 1]), place + 1
        if taking[1] in "mc":
            return f"-{taking[1]}", value, list(words[behind:])
        place = behind
    if place == len(words) or words[place] == "-":
        return "", "", []
    return "file", words[place], list(words[place + 1 :])


def _code_runs_tests(code: str, folder: str) -> bool:
    """Whether Python code calls pytest or unittest, by those names."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = parsing.module(code.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    names = dict(_imported(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            whole = _dotted(node.func)
            first, _, last = whole.partition(".")
            called = f"{names[first]}.{last}".rstrip(".") if first in names else ""
            if called in (
                "pytest.main",
                "pytest.console_main",
                "unittest.main",
                "unittest.TextTestRunner",
                "nose.main",
            ):
                return _asks_to_run([*_constants(node)], folder)
    return False


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Names in some code, and what they were imported as."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _constants(call: ast.Call) -> Iterator[str]:
    """The texts in the lists that a call is given."""
    for given in (*call.args, *(keyword.value for keyword in call.keywords)):
        for item in given.elts if isinstance(given, ast.List | ast.Tuple) else ():
            if isinstance(item, ast.Constant) and isinstance(item.value, str):
                yield item.value


def _asks_to_run(rest: Sequence[str], folder: str) -> bool:
    """Whether a runner is to run something of the project, rather than to tell something."""
    if _RUNNER_QUESTIONS.intersection(word.partition("=")[0] for word in rest):
        return False
    paths = [word.partition("::")[0] for word in operands(rest, _RUNNER_TAKING)]
    return any(is_inside(path, folder) for path in paths or ["."])


def _without(words: list[str], taking: frozenset[str]) -> list[str]:
    """Words without options at their beginning, but for -m."""
    while words and words[0].startswith("-") and words[0] != "-m":
        words = words[2:] if words[0] in taking else words[1:]
    return words
