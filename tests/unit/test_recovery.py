"""What puts a faulty call right: the same target, by whatever tool, and nothing else."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.detect.commands import is_similar, named_by, plain_path, read_command
from sandbox.detect.made import calls_made
from sandbox.detect.recovery import recoveries
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
    ("getOrder", '{"id": "ORD-1"}', "get_order", {"order_id": "ORD-1"}, True),
    ("getOrder", '{"id": "ORD-1"}', "get_order", {"order_id": "ORD-2"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "raw", "tool", "arguments", "same"), FOREIGN)
def test_a_tool_that_is_not_there_is_served_by_one_that_does_the_same(
    name: str, raw: str, tool: str, arguments: dict[str, Any], same: bool
) -> None:
    assert outcome(name, raw, tool, arguments, label="unknown-tool")[0] == (1 if same else None)


def test_of_a_command_that_nobody_can_read_nothing_is_said() -> None:
    assert outcome("bash", "", "bash", {"command": "ls"}) == (None, False)
    assert outcome("bash", "", "read_file", {"path": "a"}) == (None, True)
    assert outcome("list_orders", "", "list_orders", {}) == (1, False)


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
    assert names is None or set(names) & {*later.programs, *later.operands, *(path for _, path in later.touches)}


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
