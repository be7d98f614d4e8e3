"""Broken files of every kind: refused with the file and the field named."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox import schema
from sandbox.errors import BadInput
from sandbox.loader import load_expectation, load_task, load_tasks, load_turns
from sandbox.reading import read_toml
from sandbox.repos import read_repo
from sandbox.toolbox import load_tools, narrowed
from tests.support.builders import TASK_TOML, make_task_folder

Edit = Callable[[str], str]


def swap(old: str, new: str) -> Edit:
    assert old in TASK_TOML
    return lambda text: text.replace(old, new, 1)


def add(text: str) -> Edit:
    return lambda whole: whole + text


def top(text: str) -> Edit:
    return lambda whole: text + whole


def refused(root: Path, edit: Edit = lambda text: text, files: dict[str, str] | None = None) -> str:
    with pytest.raises(BadInput) as caught:
        load_task(make_task_folder(root, edit(TASK_TOML), files))
    return str(caught.value)


ROADTEST = "metadata.roadtest"
BROKEN: list[tuple[str, Edit, str]] = [
    ("wrong type", add('[agent]\ntimeout_sec = "soon"\n'), "agent.timeout_sec: must be a number, is 'soon'"),
    ("truth is no number", add("[agent]\ntimeout_sec = true\n"), "agent.timeout_sec: must be a number"),
    ("NaN", add("[agent]\ntimeout_sec = nan\n"), "agent.timeout_sec: nan is not a finite number"),
    ("inf", add("[verifier]\ntimeout_sec = inf\n"), "verifier.timeout_sec: inf is not a finite number"),
    ("inf cpus", add("[environment]\ncpus = inf\n"), "environment.cpus: inf is not a finite number"),
    ("negative", add("[agent]\ntimeout_sec = -1\n"), "agent.timeout_sec: "),
    ("zero", add("[agent]\ntimeout_sec = 0.0\n"), "agent.timeout_sec: "),
    ("a year", add("[agent]\ntimeout_sec = 31536000\n"), "agent.timeout_sec: "),
    ("huge memory", add("[environment]\nmemory_mb = 99999999\n"), "environment.memory_mb: "),
    ("huge storage", add("[environment]\nstorage_mb = 99999999\n"), "environment.storage_mb: "),
    ("many cpus", add("[environment]\ncpus = 4096\n"), "environment.cpus: "),
    ("host network", add('[environment]\nnetwork_mode = "host"\n'), "environment.network_mode: must be one of"),
    ("windows", add('[environment]\nos = "windows"\n'), "environment.os: only linux"),
    ("gpus", add("[environment]\ngpus = 1\n"), "environment.gpus: no accelerator"),
    ("env value", add("[environment.env]\nA = 1\n"), "environment.env.A: must be a string"),
    ("unknown key", swap("[metadata.roadtest]\n", "[metadata.roadtest]\nrug = 1\n"), f"{ROADTEST}.rug: unknown key"),
    (
        "two unknown keys",
        swap("[metadata.roadtest]\n", "[metadata.roadtest]\nrug = 1\nbud = 2\n"),
        f"{ROADTEST}.bud, {ROADTEST}.rug: unknown key",
    ),
    (
        "unknown key of a bug",
        swap('id = "escape"\n', 'id = "escape"\nnote = ""\n'),
        f"{ROADTEST}.bugs[0].note: unknown key",
    ),
    ("missing rung", swap('rung = "report"\n', ""), f"{ROADTEST}.rung: is required and missing"),
    (
        "missing judge kind",
        swap('kind = "in-process"\n', ""),
        f"{ROADTEST}.judge.kind: is required and missing",
    ),
    ("missing tests", swap('tests = ["test_sample.py::test_escape"]\n', ""), f"{ROADTEST}.bugs[0].tests: is required"),
    ("rung", swap('"report"', '"ladder"'), f"{ROADTEST}.rung: must be one of kernel, function"),
    ("bug id", swap('id = "escape"', 'id = "../x"'), f"{ROADTEST}.bugs[0].id: '../x' does not match"),
    ("shell in an id", swap('id = "escape"', 'id = "a;b"'), f"{ROADTEST}.bugs[0].id: 'a;b' does not match"),
    ("line feed in an id", swap('id = "escape"', 'id = "a\\n"'), f"{ROADTEST}.bugs[0].id: 'a\\n' does not match"),
    ("repo name", swap('repo = "sample"', 'repo = "../sample"'), f"{ROADTEST}.release.repo: "),
    ("date", swap('id = "escape"\n', 'id = "escape"\nfixed_at = "May"\n'), f"{ROADTEST}.bugs[0].fixed_at: 'May'"),
    ("no test id", swap("test_sample.py::test_escape", "test_escape"), f"{ROADTEST}.bugs[0].tests[0]: "),
    ("test outside", swap("test_sample.py::test_e", "../x.py::test_e"), f"{ROADTEST}.bugs[0].tests: ../x.py::test_e"),
    ("no tests", swap('["test_sample.py::test_escape"]', "[]"), f"{ROADTEST}.bugs[0].tests: "),
    ("same id", swap('id = "index"', 'id = "escape"'), f"{ROADTEST}.bugs[1].id: escape is already taken"),
    (
        "one test, two bugs",
        swap("test_sample.py::test_index", "test_sample.py::test_escape"),
        f"{ROADTEST}.bugs[1].tests: test_sample.py::test_escape already belongs to bug escape",
    ),
    ("black-box", swap('"in-process"', '"black-box"'), f"{ROADTEST}.judge.kind: black-box is not supported"),
    ("harbor", swap('"in-process"', '"harbor"'), f"{ROADTEST}.judge.kind: harbor is not supported"),
    ("judge", swap('"in-process"', '"vibes"'), f"{ROADTEST}.judge.kind: must be one of"),
    (
        "no canaries",
        swap('[[metadata.roadtest.judge.canaries]]\nsetup = "import sample"\ncall = "sample.answer()"\n', ""),
        f"{ROADTEST}.judge.canaries: ",
    ),
    ("canary call", swap('"sample.answer()"', '"sample.answer("'), f"{ROADTEST}.judge.canaries[0].call: is no Python"),
    ("canary comment", swap('"sample.answer()"', '"1 # one"'), f"{ROADTEST}.judge.canaries[0].call: is no Python"),
    ("canary setup", swap('"import sample"', '"import"'), f"{ROADTEST}.judge.canaries[0].setup: is no Python"),
    ("version", swap('"1.4"', '"2.0"'), "schema_version: '2.0' does not match"),
    ("version number", swap('"1.4"', "1.4"), "schema_version: must be a string"),
    ("name", swap('"org/sample"', '"org/../sample"'), "task.name: "),
    ("metadata", lambda _: "metadata = 5\n", "metadata: must be an object"),
    ("duplicate key", swap('rung = "report"', 'rung = "report"\nrung = "loop"'), "is not TOML: "),
    ("duplicate table", add("[task]\n"), "is not TOML: "),
    ("no TOML", lambda _: "{}", "is not TOML: "),
    ("deep", lambda _: "x = " + "[" * 5000, "is not TOML: "),
    ("digits", top("x = " + "1" * 5000 + "\n"), "is not TOML: "),
    ("month", top("x = 2026-13-01\n"), "is not TOML: "),
]


@pytest.mark.parametrize(("edit", "expected"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_task_toml_is_refused_naming_file_and_field(tmp_path: Path, edit: Edit, expected: str) -> None:
    said = refused(tmp_path, edit)
    assert "suite/sample/task.toml: " in said
    assert expected in said


def test_every_violation_has_its_line_once_and_few_are_shown(tmp_path: Path) -> None:
    said = refused(tmp_path, lambda _: "[metadata.roadtest]\n[agent]\ntimeout_sec = '1'\n").splitlines()
    assert len(said) == 2
    assert said[1].endswith(f"{ROADTEST}.rung, {ROADTEST}.judge: is required and missing")
    many = "".join(f'[[metadata.roadtest.bugs]]\nid = "/{number}"\ntests = ["a::b"]\n' for number in range(20))
    assert refused(tmp_path, add(many)).splitlines()[-1].endswith("and 12 more")


def test_a_task_toml_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    folder = make_task_folder(tmp_path)
    (folder / "task.toml").write_bytes(b"# \xff\n")
    with pytest.raises(BadInput, match=r"task\.toml: is not UTF-8 text \(byte 2\)"):
        load_task(folder)


def test_a_task_toml_that_is_no_file_is_refused(tmp_path: Path) -> None:
    folder = make_task_folder(tmp_path)
    (folder / "task.toml").unlink()
    os.mkfifo(folder / "task.toml")
    with pytest.raises(BadInput, match=r"task\.toml: is no file"):
        load_tasks([str(folder)])


@pytest.mark.parametrize("name", ["a b", "-x", ".hidden", "a;b", "é", "x" * 101, "a\n"])
@pytest.mark.parametrize("part", ["suite", "id"])
def test_a_folder_that_cannot_name_a_task_is_refused(tmp_path: Path, name: str, part: str) -> None:
    folder = make_task_folder(tmp_path)
    suite = folder.parent
    folder = folder.rename(suite / name) if part == "id" else suite.rename(tmp_path / name) / "sample"
    with pytest.raises(BadInput, match="cannot be part of a task's name"):
        load_task(folder)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"instruction.md": " \n"}, "instruction.md: is empty"),
        ({"environment/docker-compose.yaml": "services: {}"}, "environment/docker-compose.yaml: compose files"),
        ({"tests/guards.txt": "test_sample.py\n"}, "tests/guards.txt: 'test_sample.py' is no test id"),
        ({"tests/guards.txt": "/etc/x.py::test\n"}, "tests/guards.txt: /etc/x.py::test lies outside the tests"),
        ({"variants/lazy/expect.toml": 'verdict = "wrong"'}, "variants/lazy/turns.jsonl: is missing"),
        ({"variants/lazy/turns.jsonl": ""}, "variants/lazy/expect.toml: is missing"),
        ({"variants/README": ""}, "variants/README/turns.jsonl: is missing"),
        ({"variants/oracle/turns.jsonl": ""}, "variants/oracle: 'oracle' cannot be the name of a variant"),
        ({"variants/a b/turns.jsonl": ""}, "variants/a b: 'a b' cannot be the name of a variant"),
        ({"variants/x.jsonl/turns.jsonl": ""}, "variants/x.jsonl: 'x.jsonl' cannot be the name of a variant"),
    ],
)
def test_a_broken_file_of_a_task_is_named(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    assert expected in refused(tmp_path, files=files)


def test_a_task_without_an_instruction_is_refused(tmp_path: Path) -> None:
    folder = make_task_folder(tmp_path)
    (folder / "instruction.md").unlink()
    with pytest.raises(BadInput, match=r"instruction\.md: is missing"):
        load_task(folder)


@pytest.mark.parametrize("missing", ["environment/Dockerfile", "solution/solve.sh"])
def test_a_task_without_a_recipe_needs_its_image_and_its_solution(tmp_path: Path, missing: str) -> None:
    release = '[metadata.roadtest.release]\nrepo = "sample"\nfrom = "1.0"\nto = "1.1"\n'
    files = {"environment/Dockerfile": "FROM x\n", "solution/solve.sh": "true\n", "tests/test_sample.py": ""}
    folder = make_task_folder(tmp_path, TASK_TOML.replace(release, ""), files)
    assert load_task(folder).release is None
    (folder / missing).unlink()
    with pytest.raises(BadInput, match=f"{missing}: is missing"):
        load_task(folder)


@pytest.mark.parametrize("place", ["tests/link.py", "instruction.md", "link", "variants/link", "tests/__init__.py"])
@pytest.mark.parametrize("target", ["/etc/passwd", "/etc", "/nowhere", "../../.."])
def test_a_symbolic_link_in_a_task_is_refused_by_its_own_name(tmp_path: Path, place: str, target: str) -> None:
    folder = make_task_folder(tmp_path)
    link = folder / place
    link.unlink(missing_ok=True)
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(target)
    with pytest.raises(BadInput, match=f"/sample/{place}: a task holds no symbolic links"):
        load_task(folder)


def test_a_pipe_in_a_task_is_refused_and_not_read(tmp_path: Path) -> None:
    folder = make_task_folder(tmp_path)
    os.mkfifo(folder / "tests" / "pipe")
    with pytest.raises(BadInput, match="tests/pipe: is neither a file nor a directory"):
        load_task(folder)


@pytest.mark.parametrize("name", ["tests/data.bin", "instruction.md", "task.toml"])
def test_a_task_of_a_terabyte_is_refused_before_it_is_read(tmp_path: Path, name: str) -> None:
    folder = make_task_folder(tmp_path)
    with (folder / name).open("ab") as handle:
        handle.truncate(1 << 40)
    with pytest.raises(BadInput, match="holds more than 64 MiB"):
        load_task(folder)


# --- what loads ---

HARBOR = """\
schema_version = "1.4"
source = "somewhere"
multi_step_reward_strategy = "mean"
artifacts = ["/logs", {source = "/out", destination = "out", exclude = ["*.tmp"], service = "main"}]

[task]
name = "org/sample"
version = "1.0.0"
description = "A sample."
authors = [{name = "A", email = "a@example.org"}]
keywords = ["sample"]

[metadata]
author_name = "A"
anything = {goes = [1, 2]}

[agent]
timeout_sec = 60.5
user = "agent"
network_mode = "public"
allowed_hosts = ["example.org"]

[verifier]
timeout_sec = 90
env = {A = "1"}
user = 0
network_mode = "no-network"
allowed_hosts = []
environment_mode = "separate"
collect = [{command = "true", service = "main", timeout_sec = 1, user = "root"}]
[verifier.environment]
cpus = 1

[environment]
build_timeout_sec = 120
docker_image = "image:tag"
os = "linux"
cpus = 2
memory = "2G"
memory_mb = 512
storage = "1G"
storage_mb = 128
gpus = 0
gpu_types = ["H100"]
tpu = {type = "v5", topology = "2x2"}
mcp_servers = [{name = "s", transport = "stdio", command = "x", args = ["y"]}]
env = {B = "2"}
skills_dir = "/skills"
workdir = "/workspace"
allow_internet = true
network_mode = "allowlist"
allowed_hosts = ["example.org"]
[environment.healthcheck]
command = "true"
interval_sec = 1
timeout_sec = 1
start_period_sec = 0
start_interval_sec = 1
retries = 3

[solution]
env = {C = "3"}
"""
OURS = TASK_TOML[TASK_TOML.index("[metadata.roadtest]") :]


def test_a_complete_harbor_task_loads_and_says_what_is_not_acted_on(tmp_path: Path) -> None:
    task = load_task(make_task_folder(tmp_path, HARBOR + OURS))
    assert (task.agent_seconds, task.judge.suite_timeout, task.build_seconds) == (60.5, 90.0, 120.0)
    assert (task.resources.cpus, task.resources.memory_mb, task.resources.storage_mb) == (2.0, 512, 128)
    assert task.environment == {"B": "2"}
    named = {note.partition(" ")[0] for note in task.notes}
    environment = "docker_image gpu_types tpu skills_dir healthcheck workdir allowed_hosts memory storage"
    assert named == {
        *(f"environment.{key}" for key in environment.split()),
        "environment",
        *(f"agent.{key}" for key in ("user", "network_mode", "allowed_hosts")),
        *(f"verifier.{key}" for key in ("env", "user", "network_mode", "allowed_hosts", "environment_mode")),
        *("verifier.environment", "verifier.collect", "solution.env", "multi_step_reward_strategy", "artifacts"),
    }
    assert not any("unknown" in note for note in task.notes)


def test_the_legacy_version_is_accepted(tmp_path: Path) -> None:
    task = load_task(make_task_folder(tmp_path, TASK_TOML.replace("schema_version", "version").replace("1.4", "1.0")))
    assert task.notes == ()


def test_keys_that_nobody_knows_are_noted_and_not_refused(tmp_path: Path) -> None:
    extra = "[agent]\nmood = 1\n[weather]\nsun = true\n[environment]\ncosy = true\n"
    notes = load_task(make_task_folder(tmp_path, TASK_TOML + extra)).notes
    keys = ("agent.mood", "weather", "environment.cosy")
    assert set(notes) == {f"{key} is unknown and ignored" for key in keys}


@pytest.mark.parametrize("key", ["privileged", "volumes", "cap_add", "network"])
def test_a_task_that_asks_for_privileges_is_refused(tmp_path: Path, key: str) -> None:
    folder = make_task_folder(tmp_path, TASK_TOML + f"[environment]\n{key} = true\n")
    with pytest.raises(BadInput, match=rf"environment\.{key}: no task gets privileges"):
        load_task(folder)


def test_a_test_belongs_to_a_bug_or_to_the_guards(tmp_path: Path) -> None:
    owned = load_task(make_task_folder(tmp_path / "a")).bugs[0].tests[0]
    folder = make_task_folder(tmp_path / "b", files={"tests/guards.txt": f"{owned}\n"})
    with pytest.raises(BadInput, match=r"guards\.txt: .* belongs to bug escape already"):
        load_task(folder)


def test_what_is_ours_is_read(tmp_path: Path) -> None:
    edited = TASK_TOML.replace('id = "escape"\n', 'id = "escape"\nreport = "Broken."\nfixed_at = 2026-01-31\n')
    files = {
        "variants/lazy/turns.jsonl": '{"content": "no"}\n',
        "variants/lazy/expect.toml": 'verdict = "wrong"\n',
        "tests/guards.txt": "# kept\ntest_sample.py::b\n\ntest_sample.py::b\ntest_sample.py::a\n",
    }
    task = load_task(make_task_folder(tmp_path, edited, files))
    assert task.name == "suite/sample"
    assert task.bugs[0].report == "Broken."
    assert task.bugs[0].fixed_at == "2026-01-31"
    assert task.guards == ("test_sample.py::b", "test_sample.py::a")
    assert task.variants == ("lazy",)
    assert task.hidden_ids[:2] == ("test_sample.py::test_escape", "test_sample.py::test_index")


def test_whole_megabytes_may_be_written_with_a_point(tmp_path: Path) -> None:
    task = load_task(make_task_folder(tmp_path, TASK_TOML + "[environment]\nmemory_mb = 512.0\n"))
    assert isinstance(task.resources.memory_mb, int)


def test_the_digest_changes_with_every_file_and_with_nothing_else(tmp_path: Path) -> None:
    folder = make_task_folder(tmp_path / "a")
    digests = [load_task(folder).digest, load_task(make_task_folder(tmp_path / "b")).digest]
    (folder / "tests" / "__pycache__").mkdir()
    (folder / "tests" / "__pycache__" / "x.pyc").touch()
    digests.append(load_task(folder).digest)
    assert len(set(digests)) == 1
    (folder / "tests" / "x.py").touch()
    digests.append(load_task(folder).digest)
    (folder / "tests" / "x.py").write_text("x")
    digests.append(load_task(folder).digest)
    assert len(set(digests)) == 3


def test_tasks_are_found_at_any_depth_in_order_and_once(tmp_path: Path) -> None:
    first = make_task_folder(tmp_path / "b")
    make_task_folder(tmp_path / "a" / "deep").rename(tmp_path / "a" / "deep" / "suite" / "other")
    make_task_folder(tmp_path / ".hidden")
    tasks = load_tasks([str(tmp_path), str(first)])
    assert [task.id for task in tasks] == ["other", "sample"]


def test_two_tasks_of_one_name_are_refused(tmp_path: Path) -> None:
    make_task_folder(tmp_path / "a")
    make_task_folder(tmp_path / "b")
    with pytest.raises(BadInput, match="has the same suite and id"):
        load_tasks([str(tmp_path)])


@pytest.mark.parametrize(
    ("name", "expected"), [("nowhere", "no such file"), ("file", "not a directory"), ("empty", "no task.toml")]
)
def test_an_argument_without_tasks_is_refused(tmp_path: Path, name: str, expected: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match=f"{name}: {expected}"):
        load_tasks([str(tmp_path / name)])


# --- turns.jsonl, expect.toml, tool.json, repos/*.toml ---


def call(**changes: object) -> str:
    entry = {"id": "a", "type": "function", "function": {"name": "bash", "arguments": "{"}, **changes}
    return json.dumps({"content": None, "tool_calls": [entry]})


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "the document: must be an object, is []"),
        ("{}", "content or tool_calls: is required and missing"),
        ('{"content": 5}', "content: must be a string or null, is 5"),
        ('{"content": "x", "role": "user"}', "role: "),
        ('{"tool_calls": {}}', "tool_calls: must be an array, is {}"),
        (call(function=None), "tool_calls[0].function: must be an object"),
        (call(function={"name": "bash"}), "tool_calls[0].function.arguments: is required and missing"),
        (call(function={"name": "bash", "arguments": {}}), "tool_calls[0].function.arguments: must be a string"),
        (call(type="tool"), "tool_calls[0].type: "),
        ('{"raw": {}, "content": ""}', "the document: "),
        ('{"raw": {"usage": NaN}}', "raw.usage: nan is not a finite number"),
    ],
    ids=lambda value: value[:30],
)
def test_a_broken_turn_is_refused_naming_line_and_field(tmp_path: Path, line: str, expected: str) -> None:
    path = tmp_path / "turns.jsonl"
    path.write_text(f'{{"content": "x"}}\n\n{line}\n')
    with pytest.raises(BadInput) as caught:
        load_turns(path)
    assert "turns.jsonl: line 3: " in str(caught.value)
    assert expected in str(caught.value)


@pytest.mark.parametrize("text", ["[]", '""'])
def test_a_turn_nested_to_the_edge_is_read_or_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "turns.jsonl"
    for depth in range(900, 1000, 5):
        path.write_text('{"raw": ' + "[" * depth + text + "]" * depth + "}")
        try:
            load_turns(path)
        except BadInput as exc:
            assert "turns.jsonl: line 1: is n" in str(exc)  # is not JSON, or is nested too deeply


def test_turns_may_hold_whatever_a_candidate_may_say(tmp_path: Path) -> None:
    turns = [{"content": "a\u2028b\x85c"}, {"raw": None}, {"raw": {"choices": "x"}}, json.loads(call())]
    path = tmp_path / "turns.jsonl"
    path.write_text("\r\n".join(json.dumps(turn, ensure_ascii=False) for turn in turns), "utf-8", newline="")
    assert load_turns(path) == turns


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "verdict: is required and missing"),
        ('verdict = "judge-error"', "verdict: must be one of accepted, partial, wrong, budget, agent-crash"),
        ('verdict = "wrong"\nscore = 1', "score: unknown key"),
        ('verdict = "wrong"\nbugs = {a = "S"}', "bugs.a: must be one of P, F"),
        ('verdict = "wrong"\ncalls = {total = -1}', "calls.total: "),
        ('verdict = "wrong"\ncalls = {faults = {bad-json = 1.5}}', "calls.faults.bad-json: must be an integer"),
    ],
)
def test_a_broken_expectation_is_refused_naming_the_field(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "expect.toml"
    path.write_text(text)
    with pytest.raises(BadInput) as caught:
        load_expectation(path)
    assert f"expect.toml: {expected}" in str(caught.value)


TOOL = {
    "name": "submit",
    "description": "Hand in.",
    "effect": "read",
    "parameters": {"type": "object", "properties": {}, "additionalProperties": False},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "is not readable JSON"),
        (json.dumps({**TOOL, "effect": "magic"}), "effect: must be one of read, write, exec"),
        (json.dumps({**TOOL, "name": "other"}), "name: is other, its folder is called submit"),
        (json.dumps({**TOOL, "name": "submit\n"}), "name: 'submit\\n' does not match"),
        (json.dumps({**TOOL, "extra": 1}), "extra: unknown key"),
        (json.dumps({key: value for key, value in TOOL.items() if key != "effect"}), "effect: is required and missing"),
        (json.dumps({**TOOL, "parameters": {"type": "object", "properties": {}}}), "parameters.additionalProperties"),
        (
            json.dumps({**TOOL, "parameters": {**TOOL["parameters"], "properties": {"a": {"type": "text"}}}}),  # type: ignore[dict-item]
            "parameters: is no JSON Schema",
        ),
    ],
    ids=range(8),
)
def test_a_broken_tool_is_refused_naming_file_and_field(tmp_path: Path, text: str, expected: str) -> None:
    folder = tmp_path / "submit"
    folder.mkdir()
    (folder / "tool.json").write_text(text)
    (folder / "tool.py").touch()
    with pytest.raises(BadInput) as caught:
        load_tools(tmp_path)
    assert "submit/tool.json: " in str(caught.value)
    assert expected in str(caught.value)


def test_a_tool_without_code_is_refused(tmp_path: Path) -> None:
    (tmp_path / "submit").mkdir()
    (tmp_path / "submit" / "tool.json").write_text(json.dumps(TOOL))
    with pytest.raises(BadInput, match=r"submit/tool\.py: is missing"):
        load_tools(tmp_path)


def test_the_projects_own_tools_hold_and_a_task_may_narrow_them() -> None:
    tools = load_tools()
    assert list(tools)[:2] == ["bash", "read_file"]
    assert list(narrowed(tools, ["bash"], wanted_by="x")) == ["bash", "submit"]
    with pytest.raises(BadInput, match=r"task\.toml: metadata\.roadtest\.tools: there is no tool nope"):
        narrowed(tools, ["nope"], wanted_by="task.toml")


REPO = """\
schema_version = "1.0"
name = "sample"
licence = "MIT"
import_name = "sample"
[[releases]]
version = "1.0"
sdist = "sample-1.0.tar.gz"
sha256 = "%s"
tests = ["tests"]
""" % ("0" * 64)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('licence = "MIT"\n', "", "licence: is required and missing"),
        ('name = "sample"', 'name = "other"', "name: is other, the file is called sample.toml"),
        ("0" * 64, "0" * 63, "releases[0].sha256: "),
        ("sample-1.0.tar.gz", "../sample.tar.gz", "releases[0].sdist: "),
        ("sample-1.0.tar.gz", "sample.tar.gz\\n", "releases[0].sdist: "),
        ('["tests"]', '["../tests"]', "releases[0].tests[0]: "),
        ('["tests"]', '["/tests"]', "releases[0].tests[0]: "),
        ('["tests"]', "[]", "releases[0].tests: "),
        ('["tests"]', '["tests"]\nurl = "x"', "releases[0].url: unknown key"),
        ("[[releases]]", "[releases]", "releases: must be an array"),
    ],
)
def test_a_broken_repo_is_refused_naming_file_and_field(tmp_path: Path, old: str, new: str, expected: str) -> None:
    path = tmp_path / "sample.toml"
    path.write_text(REPO.replace(old, new, 1))
    with pytest.raises(BadInput) as caught:
        read_repo(path)
    assert "sample.toml: " in str(caught.value)
    assert expected in str(caught.value)


def test_a_release_pinned_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sample.toml"
    path.write_text(REPO + REPO[REPO.index("[[releases]]") :])
    with pytest.raises(BadInput, match=r"releases\[1\]\.version: 1\.0 is there twice"):
        read_repo(path)


def test_a_repo_is_read_with_its_wheels_by_hash(tmp_path: Path) -> None:
    path = tmp_path / "sample.toml"
    wheel = '[[requirements]]\nname = "six"\nversion = "1.0"\nsha256 = ["%s", "%s"]\n' % ("a" * 64, "b" * 64)
    path.write_text(REPO + wheel)
    repo = read_repo(path)
    assert repo.requirements == f"six==1.0 --hash=sha256:{'a' * 64} --hash=sha256:{'b' * 64}\n"
    assert repo.release("1.0", wanted_by="x").tests == ("tests",)
    with pytest.raises(BadInput, match=r"task\.toml: .*sample\.toml pins no release 2\.0"):
        repo.release("2.0", wanted_by="task.toml")


def test_dates_in_toml_are_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("a = [2026-01-31, {b = 10:00:00}]\n")
    assert read_toml(path) == {"a": ["2026-01-31", {"b": "10:00:00"}]}


@pytest.mark.parametrize("name", ["task.v1", "tool.v1", "turns.v1", "expect.v1", "repo.v1"])
def test_our_schemas_are_schemas(name: str) -> None:
    schema.Validator.check_schema(schema.schema(name))
