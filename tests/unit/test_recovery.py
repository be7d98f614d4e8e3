"""What puts a faulty call right: the same target, by whatever tool, and nothing else."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.detect.command_parts import plain_path
from sandbox.detect.commands import is_similar, named_by, read_command
from sandbox.detect.garbled import readable
from sandbox.detect.made import calls_made
from sandbox.detect.recovery import recoveries
from sandbox.detect.targets import reaches, target
from tests.support.builders import Log

EFFECTS = {"bash": "exec", "write_file": "write", "edit_file": "write"}


def fault(log: Log, name: str | None, raw: str, label: str = "bad-json", content: str = "no") -> None:
    log.add("call.rejected", log.reply(), call="f", name=name, arguments=raw, labels=[label], content=content)


def run(log: Log, name: str, arguments: dict[str, Any], status: str = "ok") -> None:
    effect = EFFECTS.get(name, "read")
    raw = json.dumps(arguments)
    started = log.add("tool.started", log.reply(), call="c", name=name, arguments=raw, effect=effect)
    log.add("tool.returned", started, call="c", status=status, output="", exit_code=0, sha256="0", seconds=0.1)


def outcome(name: str | None, raw: str, tool: str, arguments: dict[str, Any], **of: str) -> tuple[int | None, bool]:
    """Replies to recovery, and whether it is unrecovered, of a fault and one call after it."""
    log = Log()
    fault(log, name, raw, **of)
    run(log, tool, arguments)
    return recoveries(calls_made(log.events), over=True, claims=True)[0]


# Arguments of bash as they were cut or garbled; a command that came after; whether it is the same.
COMMANDS = [
    ('{"command": "python -m pytest tests/test_a.py -k na', "pytest tests/test_a.py -k name", True),
    ('{"command": "python -m pytest tests/test_a.py', "python -m pytest tests/test_b.py", False),
    ('{"command": "python -m pytest tests/test_a', "python3 -m pytest -q tests/test_a.py", True),
    ('{"command": "gre', "grep -n x a.py", True),
    ('{"command": "gre', "git status", False),
    ('{"command": "g', "grep -n x a.py", False),
    ('{"command": "', "ls", False),
    ('{"comm', "ls", False),
    ("", "ls", False),
    ("{}", "ls", False),
    ('{"command": "grep -n "def add" adder.py"}', 'grep -n "def add" adder.py', True),
    ('{"command": "grep -n "def add" adder.py", "timeout": 5}', "grep -n 'def add' adder.py", True),
    ('{"timeout": 5, "command": "grep -n "def add" adder.py"}', "grep -n 'def add' adder.py", True),
    ('{"command": "grep -n "def add" adder.py"}', 'grep -n "class B" other.py', False),
    ('{"command": "grep -n "def add" adder.py"}', "grep --version", False),
    ('{"command": "grep -n "def add" add', "grep -n 'def add' adder.py", True),
    ('{"command": "grep -n "def add" adder.py"}\n```', "grep -n 'def add' adder.py", True),
    ("{'command': 'grep -n 'def add' adder.py'}", "grep -n 'def add' adder.py", True),
    ('{"command": "python -c "print(1)""}', "python -c 'print(1)'", True),
    ('{"command": "python -c "print(1)""}', "python -c 'print(2)'", False),
    ('{"command": "python -c "import a; print(a.b("c"))""}', "python -c 'import a; print(a.b(\"c\"))'", True),
    ('{"command": "python -c "d = {"a": 1}; print(d)""}', "python -c 'd = {\"a\": 1}; print(d)'", True),
    ('{"command": "echo "x" > a.txt"}', 'echo "x" > a.txt', True),
    ('{"command": "echo "x" > a.txt"}', 'echo "x" > b.txt', False),
    ('{"command": "echo "x" > a.txt"}', 'echo "x"', False),
    ("""{"command": "sed -i 's/"a"/"b"/' x.py"}""", """sed -i 's/"a"/"b"/' x.py""", True),
    ("""{"command": "sed -i 's/"a"/"b"/' x.py"}""", """sed -i 's/"a"/"b"/' y.py""", False),
    ('{"command": "git commit -m "fix the parser""}', "git commit -m 'fix the parser'", True),
    ('{"command": "git commit -m "fix the parser""}', "git commit --amend", False),
    ('{"command": "git commit -m \'fix\' && echo "done", ok"}', "git commit -m fix", True),
    ('{"command": "ls -la src"} // list it', "ls -la src", True),
    ('{"command": "ls -la src"} and then', "ls -la src", True),
    ('{"command": "ls -la src"}{"command": "cat a"}', "cat a", True),
    ('command="ls -la src", timeout=5', "ls -la src", True),
    ('bash(command="ls -la src")', "ls -la src", True),
    ("<command>ls -la src</command>", "ls -la src", True),
    ('<parameter name="command">ls -la src</parameter>', "ls -la src", True),
    ('{"command": "grep \\d+ a.py"}x', "grep \\d+ a.py", True),
    # Filters and words on the side weigh nothing.
    ('{"command": "pytest tests/a.py 2>&1 | tail -5",}', "pytest tests/a.py", True),
    ('{"command": "pytest tests/a.py 2>&1 | tail -5",}', "pytest tests/b.py | tail -5", False),
    ('{"command": "pytest tests/a.py | grep -i failed | head -20",}', "pytest tests/a.py", True),
    ('{"command": "pytest tests/a.py | tai', "pytest tests/a.py", True),
    ('{"command": "pytest tests/a.py; echo done",}', "pytest tests/a.py", True),
    ('{"command": "echo start; pytest tests/a.py",}', "pytest tests/a.py", True),
    ('{"command": "echo start; pytest tests/a.py",}', "echo start", False),
    ('{"command": "cat a.py | grep walk",}', "cat a.py", False),
    ('{"command": "ls | grep walk",}', "ls", False),
    ('{"command": "git log --oneline | head -3",}', "git log", True),
    ('{"command": "tail -5 a.log",}', "tail -5 b.log", False),
    # Folders.
    ('{"command": "cd src && ls",}', "ls", False),
    ('{"command": "cd src && ls",}', "ls -la src", True),
    ('{"command": "ls src",}', "cd src && ls", True),
    ('{"command": "ls",}', "cd src && ls", False),
    ('{"command": "cd a && make",}', "cd b && make", False),
    ('{"command": "cd a && make",}', "cd a && make", True),
    ('{"command": "ls -L 2 a",}', "ls b", False),
    # Copies.
    ('{"command": "cp a.py b.py",}', "cp a.py b.py", True),
    ('{"command": "cp a.py b.py",}', "cp c.py b.py", False),
    ('{"command": "mv a.py b.py",}', "touch b.py", False),
    ("""{"command": "python -c \"open('a.py', 'w').write(x)\"",}""", "python -c \"open('b.py', 'w').write(x)\"", False),
    ("""{"command": "python -c \"open('a.py', 'w').write(x)\"",}""", "python -c \"open('a.py', 'w').write(y)\"", True),
    ('{"command": ["ls", "-la"]}', "ls -la", True),
    ('{"command": ["bash", "-lc", "ls -la"]}', "ls -la", True),
    ('{"cmd": "ls"}', "ls -la", True),
    ('{"cmd": "ls"}', "ls src", False),
    ("ls -la src", "ls -la src", True),
    ('{"command": "git diff a.py"', "git status", False),
    ('{"command": "cat a.py"', "cat b.py", False),
    ('{"command": "cat a.py"', "head -50 a.py", False),
    ('{"command": "cat > a.py <<\'EOF\'\\nimport os\\nx = 1', "cat > a.py <<'EOF'\nimport sys\nEOF", True),
    ('{"command": "cat > a.py <<\'EOF\'\\nimport os\\nx = 1', "cat > b.py <<'EOF'\nimport os\nEOF", False),
    ('{"command": "cat > a.py <<\'EOF\'\\nimport os\\nx = 1', "cat a.py", False),
    ('{"command": "sed -i s/a/b/ x.py"', "sed -i s,a,b, x.py", True),
    (
        '{"command": "python - <<EOF\\nimport json\\nprint(json.dumps(1))',
        "python - <<EOF\nimport os\nos.remove('x')\nEOF",
        False,
    ),
    ('{"command": "cd /workspace && python run.py --fast', "cd /workspace && ls", False),
    ('"{\\"command\\": \\"make build', "make build test", True),
]


@pytest.mark.parametrize(("raw", "command", "same"), COMMANDS)
def test_a_command_is_tried_again_by_the_same_program_on_most_of_the_same(raw: str, command: str, same: bool) -> None:
    assert outcome("bash", raw, "bash", {"command": command})[0] == (1 if same else None)


EDITED = {"path": "a.py", "old": "x", "new": ""}
EDIT = '{"path": "src/a.py", "old": "x", "new": "y"'
FILES = [
    ("edit_file", EDIT, "write_file", {"path": "src/a.py", "content": "y"}, True),
    ("edit_file", EDIT, "write_file", {"path": "a.py", "content": "y"}, False),
    ("edit_file", EDIT, "read_file", {"path": "src/a.py"}, False),
    ("edit_file", EDIT, "bash", {"command": "sed -i 's/x/y/' src/a.py"}, True),
    ("edit_file", EDIT, "bash", {"command": "cd src && sed -i 's/x/y/' a.py"}, True),
    ("edit_file", EDIT, "bash", {"command": "sed -n 1,5p src/a.py"}, False),
    ("edit_file", EDIT, "bash", {"command": "cat src/a.py"}, False),
    ("edit_file", EDIT, "bash", {"command": "echo y > /workspace/src/a.py"}, True),
    ("edit_file", EDIT, "bash", {"command": "printf y | tee src/a.py"}, True),
    ("edit_file", EDIT, "bash", {"command": "python x.py > out.txt src/a.py"}, False),
    ("edit_file", EDIT, "bash", {"command": "python - <<'E'\np = 'src/a.py'\nopen(p, 'w').write('y')\nE"}, True),
    ("edit_file", EDIT, "bash", {"command": "python - <<'E'\nprint(open('src/a.py').read())\nE"}, False),
    ("edit_file", EDIT, "bash", {"command": "git apply <<'E'\n--- a/src/a.py\n+++ b/src/a.py\n@@\nE"}, True),
    ("write_file", '{"path": "src/a.py", "content": "im', "edit_file", {**EDITED, "path": "src/a.py"}, True),
    ("read_file", '{"path": "a.py"', "bash", {"command": "cat ./a.py"}, True),
    ("read_file", '{"path": "a.py"', "bash", {"command": "sed -n '1,40p' a.py | head"}, True),
    ("read_file", '{"path": "a.py"', "bash", {"command": "cat data.py"}, False),
    ("read_file", '{"path": "a.py"', "bash", {"command": "rm a.py"}, False),
    ("read_file", '{"path": "a.py"', "bash", {"command": "grep -n x a.py"}, False),
    ("read_file", '{"path": "a/__init__.py"', "read_file", {"path": "__init__.py"}, False),
    ("read_file", '{"path": "src/cal', "read_file", {"path": "src/calc.py"}, True),
    ("read_file", '{"path": "s', "read_file", {"path": "src/calc.py"}, False),
    ("edit_file", EDIT, "bash", {"command": "cp src/a.py src/a.py.bak"}, False),
    ("edit_file", EDIT, "bash", {"command": "cp src/a.py b.py"}, False),
    ("edit_file", EDIT, "bash", {"command": "mv src/a.py b.py"}, False),
    ("edit_file", EDIT, "bash", {"command": "touch src/a.py"}, False),
    ("edit_file", EDIT, "bash", {"command": "cp /tmp/a.py src/a.py"}, True),
    ("edit_file", EDIT, "bash", {"command": "mv /tmp/new/a.py src"}, True),
    ("edit_file", EDIT, "bash", {"command": "perl -pi -e s/x/y/ src/a.py"}, True),
    ("edit_file", EDIT, "bash", {"command": "awk -i inplace '{print}' src/a.py"}, True),
    ("edit_file", EDIT, "bash", {"command": "awk '{print}' src/a.py"}, False),
    ("edit_file", EDIT, "bash", {"command": "dd if=x of=src/a.py"}, True),
    ("edit_file", EDIT, "bash", {"command": "python -c \"open('b.py', 'w').write('src a.py')\""}, False),
    ("write_file", '{"path": "b/__init__.py", "content": "",}', "bash", {"command": "touch b/__init__.py"}, True),
    ("write_file", '{"path": "a.py", "content": "print("x")"}', "write_file", {"path": "a.py", "content": ""}, True),
    ("write_file", '{"path": "a.py", "content": "print("x")"}', "write_file", {"path": "b.py", "content": ""}, False),
    ("edit_file", '{"path": "a.py", "old": "x = "1"", "new": "y"}', "edit_file", EDITED, True),
    ("search", '{"pattern": "name="x""}', "search", {"pattern": 'name="x"'}, True),
    ("search", '{"pattern": "\\\\(\\\\)"}', "search", {"pattern": "class Foo"}, False),
    ("search", '{"pattern": "\\\\(\\\\)"}', "search", {"pattern": "\\(\\)"}, True),
    ("list_dir", '{"directory": "."}', "bash", {"command": "cd src && ls"}, False),
    ("list_dir", '{"directory": "."}', "bash", {"command": "cd /workspace && ls"}, True),
    ("list_dir", '{"directory": "src"}', "bash", {"command": "cd src && ls -la"}, True),
    ("list_dir", '{"directory": "src"}', "bash", {"command": "cd src && find . -name '*.py'"}, True),
    ("list_dir", '{"directory": "src"}', "bash", {"command": "cd src && ls lib"}, False),
    ("list_dir", '{"directory": "."}', "bash", {"command": "find -name '*.py'"}, True),
    ("list_dir", '{"directory": "."}', "bash", {"command": "tree -L 2"}, True),
    ("list_dir", '{"directory": "."}', "bash", {"command": "git ls-files"}, True),
    ("bash", '{"command": "cd src && ls",}', "list_dir", {"path": "src"}, True),
    ("bash", '{"command": "cd src && ls",}', "list_dir", {"path": "."}, False),
    ("bash", '{"command": "ls",}', "list_dir", {"path": "src"}, False),
    ("list_dir", '{"path": "."', "bash", {"command": "ls -la"}, True),
    ("list_dir", '{"path": "src"', "bash", {"command": "ls -la"}, False),
    ("list_dir", '{"path": "src"', "bash", {"command": "find src -name '*.py'"}, True),
    ("search", '{"regex": "def walk"}', "bash", {"command": "grep -rn 'def walk' ."}, True),
    ("search", '{"regex": "def walk"}', "bash", {"command": "grep -rn other ."}, False),
    ("bash", '{"command": "cat src/a.py"', "read_file", {"path": "src/a.py"}, True),
    ("bash", '{"command": "cat src/a.py"', "write_file", {"path": "src/a.py", "content": ""}, False),
    ("bash", '{"command": "cat > a.py <<E\\nimport', "write_file", {"path": "a.py", "content": "import"}, True),
    ("bash", '{"command": "grep -rn walk src', "search", {"pattern": "walk"}, True),
    ("bash", '{"command": "grep -rn walk src', "read_file", {"path": "src"}, False),
    ("bash", '{"command": "pytest -q a.py', "read_file", {"path": "a.py"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "raw", "tool", "arguments", "same"), FILES)
def test_a_file_is_reached_by_any_tool_that_does_the_same_to_it(
    name: str, raw: str, tool: str, arguments: dict[str, Any], same: bool
) -> None:
    assert outcome(name, raw, tool, arguments) == ((1, False) if same else (None, True))


FOREIGN = [
    ("str_replace_editor", '{"path": "a.py", "old_str": "x"}', "edit_file", EDITED, True),
    ("apply_patch", '{"patch": "*** Update File: a.py\\n"}', "edit_file", EDITED, True),
    ("apply_patch", '{"patch": "*** Update File: a.py\\n"}', "edit_file", {**EDITED, "path": "b.py"}, False),
    ("view_file", '{"path": "a.py"}', "bash", {"command": "cat a.py"}, True),
    ("view_file", '{"path": "a.py"}', "write_file", {"path": "a.py", "content": ""}, False),
    ("execute_command", '{"command": "pytest -q"}', "bash", {"command": "pytest -q"}, True),
    ("execute_command", '{"command": "pytest -q"}', "bash", {"command": "ls"}, False),
    ("grep", '{"pattern": "walk"}', "search", {"pattern": "walk"}, True),
    ("Glob", '{"pattern": "**/*.py"}', "bash", {"command": "find . -name '*.py'"}, True),
    ("Glob", '{"pattern": "**/*.py"}', "bash", {"command": "rg --files -g '*.py'"}, True),
    ("Glob", '{"pattern": "**/*.py"}', "bash", {"command": "find . -name '*.md'"}, False),
    ("Glob", '{"pattern": "**/*.py"}', "bash", {"command": "grep -rn x --include='*.py' ."}, False),
    ("Glob", '{"pattern": "**/test_*.py"}', "bash", {"command": "find . -name 'test_*.py'"}, True),
    ("Glob", '{"pattern": "**/test_*.py"}', "bash", {"command": "find . -name '*.py'"}, False),
    ("git_diff", "{}", "bash", {"command": "git diff"}, True),
    ("git_diff", "{}", "bash", {"command": "git status"}, False),
    ("Glob", '{"pattern": "**/*.py"}', "search", {"pattern": "py"}, False),
    ("Glob", '{"pattern": "src/*"}', "list_dir", {"path": "src"}, True),
    ("Glob", '{"pattern": "src/*"}', "list_dir", {"path": "."}, False),
    ("list_files", "{}", "list_dir", {"path": "."}, True),
    ("list_files", "{}", "list_dir", {"path": "src"}, False),
    ("delete_file", '{"path": "a.py"}', "bash", {"command": "rm a.py"}, True),
    ("delete_file", '{"path": "a.py"}', "bash", {"command": "cat a.py"}, False),
    ("delete_file", '{"path": "a.py"}', "read_file", {"path": "a.py"}, False),
    ("move_file", '{"path": "a.py", "to": "b.py"}', "bash", {"command": "git mv a.py b.py"}, True),
    ("lint", "{}", "bash", {"command": "ruff check ."}, True),
    ("lint", "{}", "bash", {"command": "ls"}, False),
    ("build", "{}", "bash", {"command": "make build"}, True),
    ("build", "{}", "bash", {"command": "ls build"}, False),
    ("git_status", "{}", "bash", {"command": "git status"}, True),
    ("python", '{"code": "print(1)"}', "bash", {"command": "python -c 'print(1)'"}, True),
    ("run_tests", '{"all": true}', "bash", {"command": "pytest"}, True),
    ("run_tests", '{"file": "tests.py"}', "bash", {"command": "cat tests.py"}, False),
    ("run_tests", '{"file": "tests.py"}', "bash", {"command": "pytest -q | tail -4"}, True),
    ("run_tests", '{"file": "tests.py"}', "bash", {"command": "pytest other.py"}, False),
    ("runTests", "{}", "bash", {"command": "ls tests"}, False),
    ("execute_command", '{"command": "ls", "directory": "src"}', "bash", {"command": "ls"}, True),
    ("getOrder", '{"id": "ORD-1"}', "get_order", {"order_id": "ORD-1"}, True),
    ("getOrder", '{"id": "ORD-1"}', "get_order", {"order_id": "ORD-2"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "raw", "tool", "arguments", "same"), FOREIGN)
def test_a_tool_that_is_not_there_is_served_by_one_that_does_the_same(
    name: str, raw: str, tool: str, arguments: dict[str, Any], same: bool
) -> None:
    assert outcome(name, raw, tool, arguments, label="unknown-tool")[0] == (1 if same else None)


EDITORS = ["str_replace_based_edit_tool", "str_replace_editor", "text_editor", "editor", None]
EDITOR_CALLS = [
    ("view", "", "read_file", {"path": "a.py"}, True),
    ("view", "", "bash", {"command": "cat a.py"}, True),
    ("view", "", "list_dir", {"path": "a.py"}, True),
    ("view", "", "read_file", {"path": "b.py"}, False),
    ("view", "", "edit_file", EDITED, False),
    ("create", ', "file_text": "x"', "write_file", {"path": "a.py", "content": "x"}, True),
    ("create", ', "file_text": "x"', "write_file", {"path": "b.py", "content": "x"}, False),
    ("str_replace", ', "old_str": "x", "new_str": "y"', "edit_file", EDITED, True),
    ("str_replace", ', "old_str": "x", "new_str": "y"', "bash", {"command": "sed -i s/x/y/ a.py"}, True),
    ("str_replace", ', "old_str": "x", "new_str": "y"', "read_file", {"path": "a.py"}, False),
    ("insert", ', "insert_line": 1, "new_str": "y"', "edit_file", EDITED, True),
    ("insert", ', "insert_line": 1, "new_str": "y"', "bash", {"command": "view"}, False),
]  # fmt: skip


@pytest.mark.parametrize("name", EDITORS)
@pytest.mark.parametrize(("verb", "more", "tool", "arguments", "same"), EDITOR_CALLS)
def test_an_editor_with_many_commands_does_what_its_command_says(
    name: str | None, verb: str, more: str, tool: str, arguments: dict[str, Any], same: bool
) -> None:
    raw = f'{{"command": "{verb}", "path": "/workspace/a.py"{more}}}'
    assert outcome(name, raw, tool, arguments, label="unknown-tool") == ((1, False) if same else (None, True))


@pytest.mark.parametrize(
    ("name", "raw", "tool", "arguments"),
    [
        ("bash", "", "bash", {"command": "ls"}),
        ("bash", "{}", "bash", {"command": "ls"}),
        ("read_file", "", "read_file", {"path": "a"}),
        ("read_file", "[]", "read_file", {"path": "a"}),
        ("read_file", '{"path": ""}', "read_file", {"path": "a"}),
        ("read_file", "{}", "bash", {"command": "cat a"}),
        ("write_file", "", "write_file", {"path": "a", "content": "b"}),
        ("write_file", '{"content": "one two"}', "write_file", {"path": "a", "content": "three"}),
        ("search", "{}", "search", {"pattern": "a"}),
        ("search", "{}", "bash", {"command": "grep a ."}),
        ("list_dir", "{}", "list_dir", {"path": "."}),
        ("get_order", "{}", "get_order", {"order_id": "ORD-1"}),
    ],
)
def test_where_nothing_can_be_read_nothing_is_said(name: str, raw: str, tool: str, arguments: dict[str, Any]) -> None:
    assert outcome(name, raw, tool, arguments) == (None, False)
    assert outcome(name, raw, "submit", {}) == (None, True)
    assert outcome(name, raw, "other", {}) == (None, True)


def test_what_was_given_nothing_is_put_right_by_what_is_given_nothing() -> None:
    assert outcome("bash", "", "read_file", {"path": "a"}) == (None, True)
    assert outcome("list_orders", "", "list_orders", {}) == (1, False)
    assert outcome("write_file", '{"content": "one two"}', "write_file", {"path": "a", "content": "one two"})[0] == 1


@pytest.mark.parametrize(
    ("name", "tool", "arguments", "expected"),
    [
        ("run_tests", "bash", {"command": "ls"}, (None, True)),
        ("run_tests", "bash", {"command": "cat tests/test_a.py"}, (None, True)),
        ("run_tests", "bash", {"command": "echo run pytest"}, (None, True)),
        ("run_tests", "bash", {"command": "pytest --version"}, (None, True)),
        ("run_tests", "bash", {"command": "cd /workspace && python -m unittest"}, (1, False)),
        ("test", "bash", {"command": "make test"}, (1, False)),
        ("fax", "bash", {"command": "ls"}, (None, True)),
        ("think", "read_file", {"path": "a"}, (None, True)),
        ("view_file", "read_file", {"path": "a"}, (None, False)),
        ("shell", "bash", {"command": "ls"}, (None, False)),
        (None, "bash", {"command": "ls"}, (None, False)),
    ],
)
def test_an_unknown_tool_without_arguments_is_told_by_its_name(
    name: str | None, tool: str, arguments: dict[str, Any], expected: tuple[int | None, bool]
) -> None:
    assert outcome(name, "{}", tool, arguments, label="unknown-tool") == expected
    assert outcome(name, "{}", "submit", {}, label="unknown-tool") == (None, True)


def test_a_list_tells_what_was_wanted_though_it_is_of_the_wrong_type() -> None:
    said = "The call was not run. bash: `command`: ['cat', 'a.py'] is not of type 'string'."
    raw = '{"command": ["cat", "a.py"]}'
    assert outcome("bash", raw, "bash", {"command": "cat a.py"}, label="wrong-type", content=said)[0] == 1
    assert outcome("bash", raw, "bash", {"command": "ls"}, label="wrong-type", content=said)[0] is None


def test_a_call_that_was_refused_in_between_does_not_count() -> None:
    log = Log()
    fault(log, "edit_file", EDIT)
    run(log, "edit_file", {"path": "src/a.py", "old": "q", "new": "y"}, "refused")
    run(log, "bash", {"command": "sed -i s/x/y/ src/a.py"})
    assert recoveries(calls_made(log.events), over=True, claims=True)[0] == (2, False)


@pytest.mark.parametrize(
    ("path", "plain"),
    [("a.py", "a.py"), ("./b/../a.py", "a.py"), ("/workspace/a.py", "a.py"), ("/workspace", "."), ("/tmp/a", "/tmp/a"),
     ("src//a.py/", "src/a.py"), ("", "."), ("//workspace/a", "a")],
)  # fmt: skip
def test_a_path_has_one_form(path: str, plain: str) -> None:
    assert plain_path(path) == plain


@given(st.text("ab/ .-<>|&;'\"\\\n$EOF(){}=", max_size=60), st.booleans())
def test_any_text_is_read_as_a_command_and_whole_ones_are_like_themselves(text: str, cut: bool) -> None:
    command = read_command(text, cut=cut)
    assert command is None or cut or is_similar(command, command)


@pytest.mark.parametrize("piece", ["'", '"', "<<E\n", "a ", "\\", "> x ", "a=", "$(", "<<E\nE\n"])
def test_reading_a_command_takes_time_by_its_length(piece: str) -> None:
    started = time.process_time()
    read_command(piece * (20_000 // len(piece)))
    assert time.process_time() - started < 0.5


WORDS = st.lists(
    st.sampled_from(["ls", "cat", "-n", "a", "ab", "b.py", "> c", "| wc", "&&", "'x y'"]), min_size=1, max_size=6
)


@given(WORDS.map(" ".join), WORDS.map(" ".join), st.booleans())
def test_what_is_similar_shares_a_name(one: str, other: str, cut: bool) -> None:
    wanted, later = read_command(one, cut=cut), read_command(other)
    if wanted is None or later is None or not is_similar(later, wanted):
        return
    names = named_by(wanted)
    there = {*later.programs, *later.operands, *(path for _, path in later.touches)}
    others = [
        one
        for one in names.others
        if one in there or (one in names.beginnings and any(o.startswith(one) for o in there))
    ]
    assert names.paths & there or len(others) >= names.enough


FAULTY = st.tuples(
    st.sampled_from(["bash", "read_file", "edit_file", "list_dir", "search", "get", "run_tests", "Glob", "view", None]),
    st.sampled_from(["{", ""]),
    st.sampled_from(["command", "path", "pattern", "id", "text"]),
    st.lists(
        st.sampled_from(["ls", "cat", "grep", "a", "ab", "b.py", "cd a &&", "pytest", "| tail", "> c"]), max_size=4
    ),
    st.booleans(),
)


@given(st.lists(FAULTY, min_size=1, max_size=8))
def test_looking_only_where_names_say_so_overlooks_nothing(many: list[tuple[Any, str, str, list[str], bool]]) -> None:
    log = Log()
    for name, opening, key, words, cut in many:
        if name in (None, "run_tests", "Glob", "view") or cut:
            fault(log, name, f'{opening}"{key}": "{" ".join(words)}', "unknown-tool" if not cut else "bad-json")
        else:
            run(log, name, {key: " ".join(words)})
    found = calls_made(log.events)
    plain = {}
    for place, made in enumerate(found):
        if made.status == "rejected":
            arguments, cut_key = readable(made.raw)
            wanted = target(made.name, arguments, cut=cut_key, foreign=not made.name or "unknown-tool" in made.labels)
            later = [one for one in found[place + 1 :] if one.status == "ok"]
            fit = [one.reply - made.reply for one in later if reaches(target(one.name, one.arguments), wanted)]
            plain[place] = min(fit, default=None)
    assert {place: after for place, (after, _) in recoveries(found, over=True, claims=True).items()} == plain


KINDS = [
    ("bash", '{{"command": "grep -n x{0} a.py', "bash", {"command": "grep -n y{0} a.py"}),
    ("bash", '{{"command": "g{0}', "bash", {"command": "ls {0}"}),
    ("search", '{{"regex": "x{0}"}}', "search", {"pattern": "y{0}"}),
    ("read_file", '{{"path": "src/x{0}', "read_file", {"path": "src/y{0}.py"}),
    ("tool{0}", '{{"query": "w{0}"}}', "bash", {"command": "ls {0}"}),
]


@pytest.mark.parametrize(("name", "raw", "tool", "arguments"), KINDS)
def test_half_of_the_calls_faulty_takes_no_long_time(name: str, raw: str, tool: str, arguments: dict[str, str]) -> None:
    log = Log()
    for number in range(1500):
        fault(log, name.format(number), raw.format(number), "unknown-tool" if "{" in name else "bad-json")
        run(log, tool, {key: value.format(number) for key, value in arguments.items()})
    found = calls_made(log.events)
    started = time.process_time()
    assert all(after is None for after, _ in recoveries(found, over=True, claims=True).values())
    assert time.process_time() - started < 1.0


BROKEN = [
    '"',
    "'",
    '"a":"',
    'a:"b"} ',
    '"} ',
    '"a" : "b" , ',
    "<a>",
    'a="b" ',
    "\\",
    "- ",
    "| ",
    'open("a","w")',
    "cd a;",
]


@pytest.mark.parametrize("piece", BROKEN)
@pytest.mark.parametrize("before", ["", '{"command": "', "command='"])
def test_garbled_arguments_are_read_in_time_by_their_length(before: str, piece: str) -> None:
    started = time.process_time()
    arguments, cut = readable(before + piece * (200_000 // len(piece)))
    target("bash", arguments, cut=cut)
    assert time.process_time() - started < 0.5


def test_many_faults_among_many_calls_take_no_long_time() -> None:
    log = Log()
    for number in range(1000):
        fault(log, "bash", json.dumps({"command": f"cat module{number}.py"})[:-1])
        fault(log, "read_file", json.dumps({"path": f"other{number}.py"})[:-1])
        run(log, "bash", {"command": f"cat file{number}.py"})
        run(log, "read_file", {"path": f"file{number}.py"})
    found = calls_made(log.events)
    started = time.process_time()
    assert all(after is None for after, _ in recoveries(found, over=True, claims=True).values())
    assert time.process_time() - started < 2.0
