"""Two tasks of our own in which bugs get in each other's way, and moves to play on them.

`calc.py` has `add` and `sub` over one helper, which multiplies. Making the helper add mends `add`
alone, making it subtract mends `sub` alone; a right fix keeps them apart. In the chain the same two
are asked for one after another.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.toy import DOCKERFILE, SUBMIT, bash, write

MODULE = '''\
"""Sums and differences."""


def _combine(a, b):
    return {0}


def add(a, b):
    return {1}


def sub(a, b):
    return {2}


def double(x):
    return {3}
'''
HIDDEN = """\
import calc


def test_add():
    assert calc.add(2, 3) == 5


def test_add_twice():
    assert calc.add(-2, -3) == -5


def test_sub():
    assert calc.sub(2, 3) == -1


def test_sub_twice():
    assert calc.sub(7, 3) == 4
"""
GUARD = """\
import calc


def test_double():
    assert calc.double(21) == 42
"""
VISIBLE = "import calc\n\n\ndef test_double():\n    assert calc.double(2) == 4\n"
HEAD = """\
schema_version = "1.4"
{steps}
[metadata.roadtest]
rung = "{rung}"

[metadata.roadtest.judge]
kind = "in-process"
test_timeout_sec = 5

[[metadata.roadtest.judge.canaries]]
setup = "import calc"
call = "calc.double(4)"

[[metadata.roadtest.judge.canaries]]
setup = "import calc"
call = "calc.add(4, 5)"

[[metadata.roadtest.bugs]]
id = "add"
report = "Adding two and three gives six."
tests = ["test_calc.py::test_add", "test_calc.py::test_add_twice"]

[[metadata.roadtest.bugs]]
id = "sub"
report = "Two minus three gives six."
tests = ["test_calc.py::test_sub", "test_calc.py::test_sub_twice"]

[verifier]
timeout_sec = 60

[agent]
timeout_sec = 120

[environment]
network_mode = "no-network"
memory_mb = 256
storage_mb = 32
"""


def module(
    combine: str = "a * b", add: str = "_combine(a, b)", sub: str = "_combine(a, b)", double: str = "2 * x"
) -> str:
    """The module with these expressions."""
    return MODULE.format(combine, add, sub, double)


START = module()
A = write("calc.py", module("a + b"))
B = write("calc.py", module("a - b"))
A_OTHER_TEXT = write("calc.py", module("a + b").replace("def _combine", "# Both go through here.\ndef  _combine"))
BOTH = write("calc.py", module("a + b", sub="_combine(a, -b)"))
BREAK_GUARD = write("calc.py", module(double="3 * x"))
BROKEN = write("calc.py", "def add(a, b:\n")
FLAKY = write("calc.py", "import random\n\n\n" + module("a + b", sub="a - b if random.random() < 0.5 else 0"))
RUN_TESTS = bash("python -m pytest -q")
UNDO = bash("git checkout calc.py")


def make_duel(folder: Path) -> Path:
    """Write the loop task below `folder` as toy/duel; its path."""
    files = _files(HEAD.format(steps="", rung="loop"))
    files["instruction.md"] = "You look after calc.py. Users report what is wrong with it.\n"
    files["tests/test_calc.py"] = HIDDEN
    files["tests/test_guard.py"] = GUARD
    files["solution/solve.sh"] = _solve(module("a + b", sub="_combine(a, -b)"))
    return _write(folder / "toy" / "duel", files)


def make_chain(folder: Path) -> Path:
    """Write the chain below `folder` as toy/chain; its path."""
    steps = '\n[[steps]]\nname = "sums"\n\n[[steps]]\nname = "differences"\n'
    files = _files(HEAD.format(steps=steps, rung="report"))
    files["tests/test_guard.py"] = GUARD
    add, sub = HIDDEN.split("\n\n\ndef test_sub()")
    files["steps/sums/instruction.md"] = "Adding two and three gives six.\n"
    files["steps/sums/tests/test_calc.py"] = add + "\n"
    files["steps/sums/solution/solve.sh"] = _solve(module("a + b"))
    files["steps/differences/instruction.md"] = "Two minus three gives six.\n"
    files["steps/differences/tests/test_calc.py"] = f"{add}\n\n\ndef test_sub(){sub}"
    files["steps/differences/solution/solve.sh"] = _solve(module("a + b", sub="_combine(a, -b)"))
    return _write(folder / "toy" / "chain", files)


def handed_in(*turns: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Turns, each followed by handing in."""
    return [turn for one in turns for turn in (one, SUBMIT)]


def _files(task: str) -> dict[str, str]:
    return {
        "task.toml": task,
        "environment/Dockerfile": DOCKERFILE,
        "environment/workspace/calc.py": START,
        "environment/workspace/test_visible.py": VISIBLE,
        "tests/guards.txt": "test_guard.py::test_double\n",
    }


def _solve(text: str) -> str:
    return f"cat > /workspace/calc.py <<'EOF'\n{text}EOF\n"


def _write(place: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return place
