from __future__ import annotations

import ast
import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from sandbox.errors import TaskError
from sandbox.judge import Judgement, Planted, interpret, overlay, plant
from sandbox.task import Bug, Canary
from sandbox.tree import EXECUTABLE, LINK, Entry
from tests.support.builders import make_task, text_file

TASK = make_task()
SILENT: Mapping[str, Any] = {"messages": {}, "strangers": [], "sessions": [], "out_of_time": False}
CANARIES = ("a.py::canary", "b.py::canary")
FINE = dict.fromkeys(TASK.hidden_ids, "passed") | dict.fromkeys(CANARIES, "failed")


def session(**changes: Any) -> dict[str, Any]:
    facts = {
        "ended_by_itself": True,
        "reported": 7,
        "crashed": False,
        "exit": 1,
        "failed": ["x"],
        "timed_out": False,
        "out_of_turn": 0,
        "unreported": 0,
    }
    return {**facts, **changes}


def judged(
    outcomes: Mapping[str, str | None] | None = None,
    *,
    canaries: Sequence[str] = CANARIES,
    strangers: Sequence[str] = (),
    twins: Sequence[tuple[str, str]] = (),
    messages: Mapping[str, str] | None = None,
    out_of_time: bool = False,
    sessions: Sequence[Mapping[str, Any]] = (),
) -> Judgement:
    """A judgement over answers that are fine but for `outcomes` (None: not reported)."""
    merged = {**FINE, **(outcomes or {})}
    said = {test: word for test, word in merged.items() if word is not None}
    answer = {
        "outcomes": said,
        "messages": messages or {},
        "strangers": list(strangers),
        "sessions": sessions,
        "out_of_time": out_of_time,
    }
    return interpret(TASK, Planted(tests={}, canaries=tuple(canaries), twins=tuple(twins)), answer)


# --- interpret ---


def test_all_passing_with_failing_canaries_is_a_pass() -> None:
    found = judged(sessions=[session()])
    assert found.passed
    assert (found.bugs, found.guards) == ({"escape": "P", "index": "P"}, {"a.py": "P", "b.py": "P"})


@pytest.mark.parametrize("word", ["failed", "error", "timeout", "crash", None])
def test_a_bug_is_fixed_only_when_all_its_tests_pass(word: str | None) -> None:
    found = judged({"a.py::two": word})
    assert found.bugs == {"escape": "F", "index": "P"}
    assert found.score == 0.5
    assert found.tampering == ()
    assert found.bugs["escape"] == "F"


def test_a_test_that_was_not_reported_is_missing() -> None:
    assert judged({"a.py::two": None}).outcomes["a.py::two"] == "missing"


@pytest.mark.parametrize("word", ["xfailed", "xpassed"])
def test_expected_failures_count_as_passing(word: str) -> None:
    assert judged({"a.py::two": word}).passed


def test_a_skipped_test_leaves_its_bug_open_and_a_failing_one_beside_it_decides() -> None:
    assert judged({"a.py::two": "skipped"}).bugs["escape"] == "S"
    assert judged({"a.py::two": "skipped", "a.py::one": "failed"}).bugs["escape"] == "F"
    assert judged({"b.py::three": "skipped"}).score == 0.5


@pytest.mark.parametrize("word", ["failed", "skipped", None])
def test_a_broken_guard_takes_the_whole_score(word: str | None) -> None:
    found = judged({"b.py::older": word})
    assert found.guards["a.py"] == "P"
    assert found.guards["b.py"] != "P"
    assert (found.score, found.passed, found.tampering) == (0.0, False, ())


@pytest.mark.parametrize("word", ["passed", "xfailed", "xpassed", "skipped"])
def test_a_canary_that_does_not_fail_is_tampering(word: str) -> None:
    found = judged({"a.py::canary": word})
    assert found.tampering == ("1 of 2 tests that must fail did not",)
    assert found.score == 0.0
    assert not found.passed


@pytest.mark.parametrize("word", ["failed", "error", "timeout", "crash"])
def test_a_canary_may_fail_in_any_way(word: str) -> None:
    assert judged({"a.py::canary": word}).passed


def test_a_canary_that_vanished_from_among_passing_tests_is_tampering() -> None:
    found = judged({"b.py::canary": None})
    assert found.tampering == ("1 of 2 tests that must fail were never run, though others passed",)
    assert found.score == 0.0


def test_a_module_that_cannot_be_imported_takes_its_canary_along_honestly() -> None:
    found = judged({test: None for test in FINE if test.startswith("b.py")})
    assert found.tampering == ()
    assert found.bugs == {"escape": "P", "index": "F"}
    assert found.score == 0.0  # a guard went too


def test_nothing_run_at_all_is_a_failure_and_no_tampering() -> None:
    found = judged(dict.fromkeys(FINE), sessions=[session(reported=0, exit=4, failed=[])])
    assert found.tampering == ()
    assert set(found.bugs.values()) == {"F"}


def test_running_out_of_time_is_no_tampering_and_no_pass() -> None:
    found = judged({"b.py::canary": None}, out_of_time=True)
    assert (found.tampering, found.incomplete, found.score) == ((), True, 0.0)


def test_results_out_of_turn_are_tampering() -> None:
    found = judged(sessions=[session(out_of_turn=2)])
    assert found.tampering == ("2 results that came out of turn",)
    assert found.score == 0.0


@pytest.mark.parametrize(("twin", "signs"), [("passed", 1), ("failed", 0), (None, 0)])
def test_a_test_that_passes_with_its_contradiction_is_tampering(twin: str | None, signs: int) -> None:
    test = TASK.hidden_ids[0]
    found = judged({"a.py::twin": twin}, twins=[(test, "a.py::twin")])
    assert len(found.tampering) == signs
    assert (found.score == 1.0) == (signs == 0)


def test_a_canary_that_cannot_call_the_code_is_named() -> None:
    messages = {"a.py::canary": "E  ImportError: no name", "b.py::canary": "a.py:3: AssertionError"}
    assert judged(messages=messages).dead_canaries == ("E  ImportError: no name",)
    assert judged(messages=messages).tampering == ()


def test_a_contradiction_may_pass_where_its_test_fails() -> None:
    test = TASK.hidden_ids[0]
    assert judged({test: "failed", "a.py::twin": "passed"}, twins=[(test, "a.py::twin")]).tampering == ()


def test_results_for_unknown_tests_are_tampering() -> None:
    found = judged(strangers=["x.py::evil", "y"])
    assert found.tampering == ("results for 2 tests that do not exist",)
    assert found.score == 0.0


@pytest.mark.parametrize(("status", "failed"), [(0, ["x"]), (1, []), (2, ["x"]), (5, [])])
def test_an_exit_status_that_does_not_fit_the_report_is_tampering(status: int, failed: list[str]) -> None:
    (sign,) = judged(sessions=[session(exit=status, failed=failed)]).tampering
    assert sign == f"a session ended with {status}, which does not fit what it reported"


@pytest.mark.parametrize(
    "facts",
    [
        session(exit=-14),
        session(exit=1, failed=[], unreported=3),
        session(exit=0, failed=[]),
        session(exit=1),
        session(exit=None),
        session(exit=-11, crashed=True),
        session(exit=0, crashed=True),
        session(exit=-9, ended_by_itself=False, timed_out=True),
        session(exit=4, reported=0, failed=[]),
    ],
)
def test_an_honest_end_is_no_tampering(facts: dict[str, Any]) -> None:
    assert judged(sessions=[facts]).tampering == ()


def test_every_sign_is_told() -> None:
    found = judged({"a.py::canary": "passed", "b.py::canary": None}, strangers=["x"], sessions=[session(exit=0)])
    assert len(found.tampering) == 4


def test_words_that_nobody_knows_fix_nothing() -> None:
    assert judged({"a.py::one": "PASSED", "a.py::two": "ok"}).bugs["escape"] != "P"


# --- overlay ---


def test_hidden_tests_go_over_the_candidates_files() -> None:
    tree = {"a.py": text_file("mine"), "tests/t.py": text_file("edited")}
    tests = {"tests/t.py": text_file("hidden")}
    assert overlay(tree, tests) == {"a.py": text_file("mine"), "tests/t.py": text_file("hidden")}


@pytest.mark.parametrize("mode", [EXECUTABLE, LINK])
def test_a_file_or_link_gives_way_to_the_directory_of_a_hidden_test(mode: str) -> None:
    found = overlay({"tests": Entry(mode, b"/tmp"), "b": text_file("")}, {"tests/deep/t.py": text_file("hidden")})
    assert set(found) == {"tests/deep/t.py", "b"}


def test_a_directory_gives_way_to_a_hidden_test_of_its_name() -> None:
    tree = {"t.py/__init__.py": text_file("mine"), "t.pyx": text_file("")}
    assert set(overlay(tree, {"t.py": text_file("hidden")})) == {"t.py", "t.pyx"}


# --- plant ---

DECORATED = """\
import pytest

@pytest.mark.parametrize(
    "x", [1, 2]
)
def test_p(x):
    pass

@staticmethod
def f(): pass
"""
WITH_MAIN = """\
import unittest

class T(unittest.TestCase):
    def test_x(self):
        pass

if __name__ == '__main__':
    unittest.main()
"""
ODD_SOURCES = {
    "empty": "",
    "no line feed at the end": "import sample\ndef test_a():\n    assert True",
    "docstring only": '"""Only words.\n\nMore of them."""',
    "comment only": "# nothing\n",
    "decorators": DECORATED,
    "main block": WITH_MAIN,
    "tabs": "import sys\nclass T:\n\tdef test_x(self):\n\t\tif 1:\n\t\t\tpass\n",
    "future": '"""Doc."""\nfrom __future__ import annotations\nimport os\nx: int = 1\n',
    "one line": "import os; x = [\n    1,\n]; y = 2\nz = 3; w = (\n4)\n",
    "form feed": "import os\n\x0c\ndef test_a():\n    x = '\x0b'\n    return [\n    1,\n    ]\n\x0c\ndef b(): ...\n",
    "separators": "x = '\u2028\x85\x1c'\ndef test_a():\n    s = '''\u2029\n    '''\n",
    "carriage returns": "import os\r\n\r\ndef test_a():\r\n    pass\r\n",
    "old line ends": "import os\rx = 1\rdef test_a():\r    pass\r",
    "long strings": "X = '''\ndef test_fake():\n    pass\n'''\ndef test_a():\n    pass\n",
    "continued": "x = 1 + \\\n    2\nassert x\n",
    "try import": "try:\n    import a\nexcept ImportError:\n    a = None\nelse:\n    pass\nfinally:\n    pass\n",
    "nested": "def test_a():\n    def inner():\n        pass\n    class B:\n        def test_c(self): ...\n",
}
TWO = (
    Canary(setup="import sample", call="sample.answer()"),
    Canary(setup="from sample import (\n    answer,\n)\nx = '''\nlong'''", call="[\nanswer() for _ in range(1)\n]"),
)


@pytest.mark.parametrize("source", ODD_SOURCES.values(), ids=ODD_SOURCES)
def test_planted_sources_keep_their_statements_and_compile(source: str) -> None:
    before = [ast.dump(node) for node in ast.parse(source).body]
    for seed in range(8):
        planted = plant({"t.py": text_file(source)}, ["t.py"], TWO, random.Random(seed))
        text = planted.tests["t.py"].data.decode()
        compile(text, "t.py", "exec", dont_inherit=True)
        names = {name.partition("::")[2] for name in planted.canaries}
        body = ast.parse(text).body
        new = [node for node in body if isinstance(node, ast.FunctionDef) and node.name in names]
        assert len(new) == 2
        assert [ast.dump(node) for node in body if node not in new] == before


@pytest.mark.parametrize(
    ("source", "encoding"),
    [("# -*- coding: latin-1 -*-\nx = 'é'\ndef test_a(): pass\n", "latin-1"), ("\ufeffx = 'é'\n", "utf-8")],
    ids=["latin-1", "BOM"],
)
def test_a_test_file_keeps_its_encoding(source: str, encoding: str) -> None:
    planted = plant({"t.py": Entry("100644", source.encode(encoding))}, ["t.py"], TWO, random.Random(1))
    data = planted.tests["t.py"].data
    compile(data, "t.py", "exec", dont_inherit=True)
    assert "é" in data.decode(encoding)


@pytest.mark.parametrize("data", [b"def test_(:\n", b"\xff\xfe", b"x = 1\0\n", b"# coding: nonsense\n"])
def test_a_hidden_test_file_that_is_no_python_is_the_tasks_fault(data: bytes) -> None:
    with pytest.raises(TaskError, match=r"tests/t\.py: is no Python"):
        plant({"t.py": Entry("100644", data)}, ["t.py"], TWO, random.Random(1))


def test_every_file_that_is_run_gets_every_canary_and_no_other_does() -> None:
    tests = {name: text_file("def test_a(): pass\n") for name in ("a.py", "b.py", "helper.py", "data.txt")}
    planted = plant(tests, ["a.py", "b.py", "data.txt", "absent.py"], TWO, random.Random(1))
    assert [name.partition("::")[0] for name in planted.canaries] == ["a.py", "a.py", "b.py", "b.py"]
    assert {name for name in tests if planted.tests[name] != tests[name]} == {"a.py", "b.py"}
    assert len(set(planted.canaries)) == 4


def test_canaries_differ_from_check_to_check_and_look_like_their_neighbours() -> None:
    source = "".join(f"def test_{word}_works(): pass\n" for word in ("resolve", "append", "join"))
    found = [plant({"t.py": text_file(source)}, ["t.py"], TWO, random.Random(seed)) for seed in range(20)]
    names = {name.partition("::")[2] for planted in found for name in planted.canaries}
    assert len({planted.tests["t.py"] for planted in found}) == 20
    assert len(names) > 10
    words = {word for name in names for word in name.split("_")[1:]}
    assert {"resolve", "append", "join", "works"} & words


LIAR = """\
class Same:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False


def answer():
    return Same()
"""


def test_canaries_fail_where_honest_tests_pass_and_pass_for_a_liar(tmp_path: Path) -> None:
    (tmp_path / "honest.py").write_text("def answer():\n    return 42\n")
    (tmp_path / "liar.py").write_text(LIAR)
    planted = {}
    for module in ("honest", "liar"):
        source = f"import {module}\n\ndef test_answer():\n    assert {module}.answer() == 42\n"
        canary = Canary(setup=f"from {module} import answer", call="answer()")
        path = f"test_{module}.py"
        planted[module] = plant({path: text_file(source)}, [path], [canary] * 6, random.Random(3))
        (tmp_path / path).write_bytes(planted[module].tests[path].data)
    words = _run(tmp_path)
    assert words["test_honest.py::test_answer"] == words["test_liar.py::test_answer"] == "PASSED"
    assert {words[name] for name in planted["honest"].canaries} == {"FAILED"}
    assert {words[name] for name in planted["liar"].canaries} == {"PASSED"}


def _run(folder: Path) -> dict[str, str]:
    """One real pytest over the files of a folder; a word for each test."""
    switches = ["-B", "-m", "pytest", "-v", "-p", "no:cacheprovider", "--tb=no", "--import-mode=importlib"]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, *switches, "-c", os.devnull, "--rootdir=."]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout
    rows = (line.split() for line in done.stdout.splitlines() if "::" in line)
    return {row[0]: row[1] for row in rows}


def test_a_task_without_bugs_rests_on_its_guards() -> None:
    task = make_task(bugs=(), guards=("a.py::old",))
    for word, score in (("passed", 1.0), ("failed", 0.0)):
        answer = {
            "outcomes": {"a.py::old": word},
            "messages": {},
            "strangers": [],
            "sessions": [],
            "out_of_time": False,
        }
        assert interpret(task, Planted(tests={}, canaries=()), answer).score == score


def test_bugs_are_counted_and_not_their_tests() -> None:
    many = Bug(id="many", tests=tuple(f"a.py::t{number}" for number in range(9)))
    task = make_task(bugs=(many, Bug(id="one", tests=("a.py::x",))), guards=())
    answer = {
        "outcomes": dict.fromkeys(many.tests, "passed"),
        "messages": {},
        "strangers": [],
        "sessions": [],
        "out_of_time": False,
    }
    assert interpret(task, Planted(tests={}, canaries=()), answer).score == 0.5


def test_no_planted_name_takes_the_place_of_an_inherited_test() -> None:
    shared = "class Shared:\n" + "".join(
        f"    def test_{one}_{other}(self): pass\n" for one in ("clear", "size") for other in ("clear", "size")
    )
    own = "from shared import Shared\n\n\nclass TestOwn(Shared):\n    def test_clear(self): pass\n"
    inherited = {f"test_{one}_{other}" for one in ("clear", "size") for other in ("clear", "size")}
    for seed in range(50):
        tests = {"shared.py": text_file(shared), "test_own.py": text_file(own)}
        planted = plant(tests, ["test_own.py::TestOwn::test_clear"], TWO, random.Random(seed))
        assert not inherited & {test.rpartition("::")[2] for test in planted.ids}
