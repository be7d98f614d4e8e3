"""The picture of the design, held: who may import whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import sandbox

ROOT = Path(sandbox.__file__).parent
TOOLS = ROOT.parent / "tools"

PURE = {
    "sandbox.errors",
    "sandbox.exact",
    "sandbox.brought",
    "sandbox.schema_limits",
    "sandbox.rungs",
    "sandbox.events",
    "sandbox.task",
    "sandbox.schema",
    "sandbox.tooling",
    "sandbox.tree",
    "sandbox.index",
    "sandbox.reply",
    "sandbox.replacing",
    "sandbox.parts",
    "sandbox.judge",
    "sandbox.contradict",
    "sandbox.parsing",
    "sandbox.stats",
    "sandbox.survival",
    "sandbox.score",
    "sandbox.plan",
    "sandbox.limits",
    "sandbox.caps",
    "sandbox.bounds",
    "sandbox.aftermath",
    "sandbox.results_file",
    "sandbox.waiting_list",
    "sandbox.widening",
    "sandbox.tally",
    "sandbox.forecast",
    "sandbox.replay_tape",
    "sandbox.replay_contrast",
    "sandbox.replay_check",
    "sandbox.replay_requests",
    "sandbox.condition",
    "sandbox.pointing",
    "sandbox.fitting",
    "sandbox.noise",
    "sandbox.chatter",
    "sandbox.tool_faults",
    "sandbox.course",
    "sandbox.story",
    "sandbox.trajectory",
    "sandbox.probing",
    "sandbox.retold",
    "sandbox.service_kinds",
    "sandbox.serving.declared",
    "sandbox.serving.telling",
    "sandbox.serving.verdict",
    "sandbox.examined",
    "sandbox.foreign",
    "sandbox.adding.drafting",
    "sandbox.adding.canaries",
    "sandbox.adding.facts",
    "sandbox.adding.manifest",
    "sandbox.adding.sorting",
    "sandbox.harbor.settings",
    "sandbox.harbor.reward",
    "sandbox.harbor.network",
    "sandbox.harbor.state",
    "sandbox.harbor.carrying",
    "sandbox.services.proxy.damage",
    "sandbox.services.proxy.faults",
    "sandbox.services.proxy.memory",
    "sandbox.services.proxy.message",
    "sandbox.services.proxy.routes",
    "sandbox.services.common.reading",
    "sandbox.services.proxy.settings",
    "sandbox.services.relay.faults",
    "sandbox.services.smtp.mail",
    "sandbox.services.redis.keys",
    "sandbox.services.postgres.export",
    "sandbox.services.moto.plain",
    "sandbox.swebench.instances",
    "sandbox.cp.building",
    "sandbox.cp.verdicts",
    "sandbox.cp.judge_text",
    "sandbox.cp.asking",
    "sandbox.cp.brief",
    "sandbox.cp.compare",
    "sandbox.cp.expectations",
    "sandbox.cp.handed_in",
    "sandbox.cp.languages",
    "sandbox.cp.problem",
    "sandbox.cp.proving",
    "sandbox.cp.rates",
    "sandbox.cp.rating",
    "sandbox.cp.scores",
    "sandbox.cp.sitting",
    "sandbox.cp.tally",
    "sandbox.cp.worth",
    "sandbox.cp.yaml_text",
    "sandbox.nights.blame",
    "sandbox.nights.config",
    "sandbox.nights.counts",
    "sandbox.nights.cusum",
    "sandbox.nights.night",
    "sandbox.nights.sequential",
    "sandbox.nights.simulate",
    "sandbox.nights.timeline",
    "sandbox.nights.verdict",
    "sandbox.own_words",
    "sandbox.licences",
    "sandbox.canary_lines",
    "sandbox.veil",
    "sandbox.upkeep.diff",
    "sandbox.upkeep.items",
    "sandbox.upkeep.reproving",
}
PURE_FOLDERS = (
    "sandbox.compare",
    "sandbox.detect",
    "sandbox.gap",
    "sandbox.mcp",
    "sandbox.mutation",
    "sandbox.openapi",
    "sandbox.outcomes",
    "sandbox.report",
)
# Of all that is not the standard library, this is what the pure half may lean on.
PURE_LIBRARIES = {
    *("jinja2", "json_repair", "jsonschema", "libcst", "markupsafe", "matplotlib", "numpy", "packaging", "rich"),
    *("scipy", "statsmodels", "yaml"),
}

# Who may import a library that does something to the world: a module, or all below a package.
# workshop, kit, kit_making and probe only say what type their engine is.
ALLOWED = {
    "docker": {"sandbox.env", "sandbox.workshop", "sandbox.kit", "sandbox.kit_making", "sandbox.probe"},
    "litellm": {"sandbox.llm"},
    "openai": {"sandbox.llm"},
    "httpx": {"sandbox.llm"},
    "requests": {"sandbox.env"},
    "unearth": {"sandbox.fetch"},
    "h11": {"sandbox.services"},
    "fastapi": {"sandbox.services"},
    "pydantic": {"sandbox.services"},
    "starlette": {"sandbox.services"},
    "uvicorn": {"sandbox.services"},
    "moto": {"sandbox.services.moto"},
    "werkzeug": {"sandbox.services.moto"},
    "yaml": {"sandbox.cp.yaml_text"},
    "jinja2": {"sandbox.report.html"},
    "matplotlib": {"sandbox.report.html", "sandbox.report.history_plot"},
    "git": {"sandbox.history_reader", "sandbox.gitrepos"},
    "sqlalchemy": {
        "sandbox.nights.database",
        "sandbox.nights.history",
        "sandbox.nights.migrations",
        "sandbox.nights.rows",
        "sandbox.nights.tables",
    },
}


@cache
def modules() -> tuple[str, ...]:
    """Every module of the harness; those of the guest run elsewhere and have rules of their own."""
    return tuple(name for name in map(_name, sorted(ROOT.rglob("*.py"))) if not name.startswith("sandbox.guest."))


def _name(path: Path) -> str:
    parts = ("sandbox", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _path(name: str) -> Path:
    place = ROOT.joinpath(*name.split(".")[1:])
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


@cache
def imports(path: Path) -> frozenset[str]:
    """Full names that a file imports, at its top, inside functions, and through importlib by a constant."""
    return frozenset(_imports(ast.parse(path.read_text("utf-8"))))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports are not used here"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node.func) in ("import_module", "__import__"):
            constants = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            yield from (value for value in constants if isinstance(value, str))


def _called(function: ast.expr) -> str | None:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)


def own(name: str) -> set[str]:
    """The modules of the harness that a module imports."""
    known = frozenset(modules())
    found = set()
    for target in imports(_path(name)):
        if target.partition(".")[0] == "sandbox":
            found.add(target if target in known else target.rpartition(".")[0])
    return (found & known) - {name}


def foreign(path: Path) -> set[str]:
    """Libraries beyond the standard one that a file imports."""
    tops = {target.partition(".")[0] for target in imports(path)}
    return tops - sys.stdlib_module_names - {"sandbox"}


def is_pure(name: str) -> bool:
    return name in PURE or name.startswith(PURE_FOLDERS)


def test_every_module_of_the_pure_half_is_there() -> None:
    assert set(modules()) >= PURE | set(PURE_FOLDERS)


@pytest.mark.parametrize("name", [name for name in modules() if is_pure(name)])
def test_the_pure_half_uses_no_library_that_does_something(name: str) -> None:
    assert foreign(_path(name)) <= PURE_LIBRARIES


@pytest.mark.parametrize("name", [name for name in modules() if is_pure(name)])
def test_the_pure_half_imports_only_itself(name: str) -> None:
    assert {target for target in own(name) if not is_pure(target)} <= {"sandbox"}


@pytest.mark.parametrize("library", ALLOWED)
def test_a_library_with_an_effect_is_imported_where_it_belongs_only(library: str) -> None:
    users = {name for name in modules() if library in foreign(_path(name))}
    places = ALLOWED[library]
    assert not {name for name in users if not any(f"{name}.".startswith(f"{place}.") for place in places)}
    assert users, f"nobody imports {library} any more: take it out of the table"


@pytest.mark.parametrize("name", [name for name in modules() if name.startswith("sandbox.services")])
def test_services_run_from_a_copy_of_their_folder(name: str) -> None:
    assert {target for target in own(name) if not target.startswith("sandbox.services")} <= {"sandbox"}


BARE = tuple(f"sandbox.services.{name}" for name in ("common.lines", "common.reading", "postgres", "redis", "relay"))


@pytest.mark.parametrize("name", [name for name in modules() if name.startswith(BARE)])
def test_what_runs_beside_databases_needs_nothing_but_python(name: str) -> None:
    assert not foreign(_path(name))
    assert all(target.startswith(BARE) for target in own(name) - {"sandbox"})


def test_no_modules_import_each_other_in_a_circle() -> None:
    order = list(TopologicalSorter({name: own(name) for name in modules()}).static_order())
    assert set(order) == set(modules())


GUEST = sorted((ROOT / "guest").glob("*.py"))
BEDFELLOWS = {path.stem for path in GUEST}


@pytest.mark.parametrize("path", GUEST, ids=lambda path: path.stem)
def test_guest_code_needs_nothing_but_python(path: Path) -> None:
    allowed = {"pytest"} if path.stem in ("pytest_run", "pytest_survey") else set()
    assert foreign(path) <= BEDFELLOWS | allowed
    assert not any(target.startswith("sandbox") for target in imports(path))


@pytest.mark.parametrize("path", sorted(TOOLS.glob("*/tool.py")), ids=lambda path: path.parent.name)
def test_tools_need_nothing_but_python_and_the_tool_host(path: Path) -> None:
    assert foreign(path) <= BEDFELLOWS
    assert not any(target.startswith("sandbox") for target in imports(path))


def test_the_command_line_starts_without_anything_heavy() -> None:
    code = "import sys, sandbox.cli; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT.parent, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    heavy = {
        "litellm",
        "openai",
        "docker",
        "json_repair",
        "jsonschema",
        "rich",
        "httpx",
        "requests",
        "unearth",
        "anyio",
        "pytest",
        "git",
        "libcst",
        "numpy",
        "scipy",
        "jinja2",
        "matplotlib",
        "statsmodels",
        "yaml",
        "sqlalchemy",
    }
    assert "sandbox" in loaded
    assert not loaded & heavy
