"""Plain Harbor tasks: what is read from disk, rewards, networks, and states as trees."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from sandbox.env.harbor_images import rewritten, stand_in
from sandbox.errors import BadInput
from sandbox.harbor.network import fetching, starved, with_network
from sandbox.harbor.reward import NoReward, combined, falls_short, one_number, read_rewards
from sandbox.harbor.state import NOTES, Found, State, escaped, outermost, state_of, tree_of, unescaped
from sandbox.index import Index
from sandbox.llm.scripted import oracle_turns
from sandbox.loader import load_task
from sandbox.settings import load_settings
from sandbox.task import Task
from sandbox.tree import EXECUTABLE, FILE, LINK, Entry, source
from tests.support.harbor import ALIASES, TASK, make_harbor


def load(folder: Path, more: Mapping[str, str | None] | None = None) -> Task:
    return load_task(make_harbor(folder, more))


def test_a_task_with_the_legacy_version_and_sizes_is_read(tmp_path: Path) -> None:
    task = load(tmp_path)
    assert (task.name, task.judge.kind, task.difficulty) == ("kitchen/offer", "harbor", "easy")
    assert (task.resources.memory_mb, task.resources.storage_mb) == (512, 1024)
    assert (task.agent_seconds, task.judge.suite_timeout) == (120.0, 60.0)
    assert [bug.id for bug in task.bugs] == ["task"]
    assert task.harbor is not None
    assert not task.harbor.network


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3", "1.4"])
def test_what_a_task_does_not_say_has_a_default(tmp_path: Path, version: str) -> None:
    task = load(tmp_path, {"task.toml": f'schema_version = "{version}"\n'})
    assert task.harbor is not None
    (part,) = task.harbor.parts
    assert (part.verifier_seconds, part.agent_user, part.verifier_env) == (600.0, None, {})
    assert task.notes == ()


STEPS = """\
multi_step_reward_strategy = "final"
agent.timeout_sec = 60
verifier.env = { A = "1", B = "1" }
[[steps]]
name = "one"
min_reward = 0.5
[[steps]]
name = "two"
min_reward = { style = 0.25 }
agent = { timeout_sec = 30, user = 1000 }
verifier = { env = { B = "2" } }
"""


def test_steps_say_what_the_task_does_not(tmp_path: Path) -> None:
    steps = {f"steps/{name}/instruction.md": f"Do {name}.\n" for name in ("one", "two")}
    task = load(tmp_path, {"task.toml": STEPS, "instruction.md": None, **steps})
    assert task.harbor is not None
    one, two = task.harbor.parts
    assert (one.agent_seconds, two.agent_seconds, task.agent_seconds) == (60.0, 30.0, 90.0)
    assert (one.agent_user, two.agent_user) == (None, "1000")
    assert (dict(one.least), dict(two.least)) == ({"reward": 0.5}, {"style": 0.25})
    assert (dict(one.verifier_env), dict(two.verifier_env)) == ({"A": "1", "B": "1"}, {"A": "1", "B": "2"})
    assert [(bug.id, bug.step) for bug in task.bugs] == [("one", "one"), ("two", "two")]
    assert task.harbor.strategy == "final"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"instruction.md": None}, "instruction.md: is missing"),
        ({"tests/test.sh": None}, "tests/test.sh: is missing"),
        (
            {"environment/Dockerfile": None},
            "environment/Dockerfile: is missing, and there is no environment.docker_image",
        ),
        ({"environment/docker-compose.yaml": "x"}, "docker-compose.yaml: compose files are not supported"),
        ({"task.toml": "[environment]\ngpus = 1\n"}, "task.toml: environment.gpus: "),
        ({"task.toml": '[environment]\nos = "Windows"\n'}, "task.toml: environment.os: only linux"),
        ({"task.toml": '[environment]\nmemory = "much"\n'}, "task.toml: environment.memory: 'much' is no size"),
        ({"task.toml": "[environment]\nprivileged = true\n"}, "task.toml: environment.privileged: "),
        ({"task.toml": '[environment]\nworkdir = "app"\n'}, "task.toml: environment.workdir: "),
        ({"task.toml": '[environment]\nenv = { K = "${KITCHEN_KEY}" }\n'}, "environment.env: wants KITCHEN_KEY"),
        ({"task.toml": '[verifier]\nenvironment_mode = "separate"\n'}, "verifier.environment_mode: a separate"),
        ({"task.toml": "[verifier]\ntimeout_sec = 0\n"}, "task.toml: verifier.timeout_sec: "),
        ({"task.toml": '[[steps]]\nname = "one"\n'}, "steps: one: there is no directory"),
        ({"task.toml": '[[steps]]\nname = "../x"\n'}, "task.toml: steps[0].name: "),
        ({"task.toml": 'schema_version = "2.0"\n'}, "task.toml: schema_version: "),
    ],
)
def test_what_is_wrong_is_refused_naming_file_and_field(
    tmp_path: Path, more: Mapping[str, str | None], message: str
) -> None:
    with pytest.raises(BadInput) as refused:
        load(tmp_path, more)
    assert message in str(refused.value)


def test_without_a_solution_there_is_no_oracle(tmp_path: Path) -> None:
    assert len(oracle_turns(load(tmp_path))) == 2
    with pytest.raises(BadInput, match=r"solution/solve\.sh is missing"):
        oracle_turns(load(tmp_path / "other", {"solution/solve.sh": None}))


@pytest.mark.parametrize(
    ("files", "rewards", "score"),
    [
        ({"reward.txt": b"1\n"}, {"reward": 1.0}, 1.0),
        ({"reward.txt": b" 0.25 "}, {"reward": 0.25}, 0.25),
        ({"reward.txt": b"7"}, {"reward": 7.0}, 1.0),
        ({"reward.txt": b"-1"}, {"reward": -1.0}, 0.0),
        ({"reward.json": b'{"reward": 1, "note": "x", "ok": true}'}, {"reward": 1.0}, 1.0),
        ({"reward.json": b'{"a": 1, "b": 0}'}, {"a": 1.0, "b": 0.0}, 0.5),
        ({"reward.json": b'{"a": 1}', "reward.txt": b"0"}, {"a": 1.0, "reward": 0.0}, 0.0),
        ({"reward.json": b'{"reward": 0}', "reward.txt": b"1"}, {"reward": 0.0}, 0.0),
        ({"reward.json": b'{"a": 1}', "reward.txt": b"good"}, {"a": 1.0}, 1.0),
    ],
)
def test_rewards_are_read(files: Mapping[str, bytes], rewards: Mapping[str, float], score: float) -> None:
    assert read_rewards(files) == rewards
    assert one_number(rewards) == score


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"test-stdout.txt": b"1"},
        {"reward.txt": b""},
        {"reward.txt": b"passed"},
        {"reward.txt": b"nan"},
        {"reward.txt": b"inf"},
        {"reward.txt": b"\xff1"},
        {"reward.json": b""},
        {"reward.json": b"1"},
        {"reward.json": b"[1]"},
        {"reward.json": b'{"reward": "1"}'},
        {"reward.json": b'{"reward": NaN}'},
        {"reward.json": b"{", "reward.txt": b"1"},
        {"reward.json": b"[" * 100_000},
        {"reward.json": b'{"reward": 1' + b"0" * 400 + b"}"},
    ],
)
def test_what_is_no_reward_is_none_and_not_zero(files: Mapping[str, bytes]) -> None:
    with pytest.raises(NoReward):
        read_rewards(files)


def test_steps_are_gated_and_combined() -> None:
    assert falls_short({"reward": 0.5}, {"reward": 0.5}) is None
    assert falls_short({"reward": 0.4}, {"reward": 0.5}) == "reward 0.4 is below 0.5"
    assert falls_short({"reward": 1.0}, {"style": 0.0}) is not None
    assert falls_short({}, {}) is None
    assert (combined([1.0, 0.5], "mean"), combined([1.0, 0.5], "final")) == (0.75, 0.5)


@pytest.mark.parametrize(
    ("text", "allowed", "network"),
    [
        ("", False, False),
        ("", True, True),
        ("[environment]\nallow_internet = true\n", True, True),
        ("[environment]\nallow_internet = true\n", False, False),
        ("[environment]\nallow_internet = false\n", True, False),
        ('[environment]\nnetwork_mode = "no-network"\n', True, False),
        ('[environment]\nnetwork_mode = "public"\nallow_internet = false\n', True, True),
        ('[verifier]\nnetwork_mode = "no-network"\n', False, False),
    ],
)
def test_a_network_takes_the_user_s_word_and_the_task_s(
    tmp_path: Path, text: str, allowed: bool, network: bool
) -> None:
    plain = load(tmp_path, {"task.toml": text})
    (task,) = with_network([plain], allowed=allowed)
    assert task.harbor is not None
    assert task.harbor.network is network
    assert (task.digest != plain.digest) is network


@pytest.mark.parametrize(
    ("text", "allowed", "message"),
    [
        ('[verifier]\nnetwork_mode = "public"\n', False, "verifier.network_mode: its tests need a network"),
        ('[environment]\nallowed_hosts = ["a.example"]\n', True, "allowed_hosts: single hosts cannot be let through"),
    ],
)
def test_a_network_that_would_be_another_is_refused(tmp_path: Path, text: str, allowed: bool, message: str) -> None:
    with pytest.raises(BadInput) as refused:
        with_network([load(tmp_path, {"task.toml": text})], allowed=allowed)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("apt-get update && apt-get install -y curl", True),
        ("curl -LsSf https://astral.sh/uv/install.sh | sh", True),
        ("uvx -p 3.13 -w pytest==8.4.1 pytest /tests", True),
        ("pip install pytest", True),
        ("pip install --no-index --find-links=/wheels pytest", False),
        ("curl -s http://localhost:8080/health", False),
        ("# apt-get update", False),
        ("python3 -m pytest /tests/test_x.py", False),
    ],
)
def test_lines_that_fetch_are_found(line: str, found: bool) -> None:
    assert (fetching(f"#!/bin/bash\n{line}\n") is not None) is found


def test_programs_that_miss_a_network_say_so() -> None:
    assert starved("ok\ncurl: (6) Could not resolve host: x\n") == "curl: (6) Could not resolve host: x"
    assert starved("assert 1 == 2") is None


def test_aliases_stand_in_for_images() -> None:
    aliases = {"python:3.13-slim": "mine:1", "docker.io/library/ubuntu": "roadtest/base"}
    recipe = (
        "ARG TAG=3.13\nFROM --platform=linux/amd64 python:${TAG}-slim AS build\nFROM ubuntu\n"
        "COPY --from=build /a /b\nCOPY --from=python:3.13-slim /a /b\nRUN echo FROM x\n"
    )
    text, parents = rewritten(recipe, aliases, "roadtest/base:9")
    assert parents == ["mine:1", "roadtest/base:9"]
    assert text.splitlines()[1:5] == [
        "FROM --platform=linux/amd64 mine:1 AS build",
        "FROM roadtest/base:9",
        "COPY --from=build /a /b",
        "COPY --from=mine:1 /a /b",
    ]
    assert stand_in("debian:12", aliases, "b") == "debian:12"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[images]\nalias = 1\n", "roadtest.toml: images.alias: "),
        ("[images.aliases]\na = 1\n", "roadtest.toml: images.aliases.a: "),
        ('[images.aliases]\na = "b c"\n', "roadtest.toml: images.aliases.a: "),
        ("[image]\n", "roadtest.toml: image: "),
        ("=", "roadtest.toml: is not TOML"),
    ],
)
def test_broken_settings_are_refused_naming_file_and_field(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "roadtest.toml").write_text(text)
    with pytest.raises(BadInput) as refused:
        load_settings(tmp_path)
    assert message in str(refused.value)


def test_settings_are_read_where_they_lie(tmp_path: Path) -> None:
    assert load_settings(tmp_path).aliases == {}
    (tmp_path / "roadtest.toml").write_text(ALIASES)
    assert load_settings(tmp_path).aliases == {"python:3.13-slim": "roadtest/base"}


def file(path: str, data: bytes = b"x", *, mode: int = 0o644, uid: int = 0, kind: str = "file") -> Found:
    return Found(path=path, kind=kind, mode=mode, uid=uid, gid=uid, data=data)


def by_path(*found: Found) -> dict[str, Found]:
    return {one.path: one for one in found}


BASE = {"app/menu.txt": Entry(FILE, b"soup\n"), "app/old/a": Entry(FILE, b"a"), "app/old/b": Entry(EXECUTABLE, b"b")}


@pytest.mark.parametrize(
    "state",
    [
        State(),
        State(found=by_path(file("app/new.txt"), file("app/run", mode=0o755), file("usr/local/bin/x", mode=0o755))),
        State(found=by_path(file("app/menu.txt", b"stew\n"), file("root/.ssh/id", mode=0o600), file("srv/x", uid=33))),
        State(found=by_path(file("app/menu.txt", b"soup\n", mode=0o600))),
        State(found=by_path(file("app/menu.txt", b"soup\n"))),
        State(gone=("app/old", "etc/issue")),
        State(found=by_path(file("app/old", b"now a file")), gone=("app/old",)),
        State(found=by_path(file("app/old", b"", mode=0o755, kind="dir"), file("app/old/c")), gone=("app/old",)),
        State(found=by_path(file("app/.git/HEAD"), file("app/x.dist-info/METADATA"), file("app/.git%/x"))),
        State(found=by_path(file("app/link", b"menu.txt", mode=0o777, kind="link"))),
        State(
            found=by_path(file("app/empty", b"", mode=0o755, kind="dir"), file("app/tmp", b"", mode=0o1777, kind="dir"))
        ),
    ],
)
def test_a_state_is_all_in_its_tree(state: State) -> None:
    tree = tree_of(state, BASE)
    back = state_of(source(tree), Index.of(BASE))
    assert back.gone == state.gone
    # A directory of which a tree says all is there by what is in it.
    full = {path for path, one in state.found.items() if one.kind == "dir" and f"{path}/c" in state.found}
    assert back.found == {path: one for path, one in state.found.items() if path not in full}


def test_a_state_that_changed_nothing_is_the_image_s_own() -> None:
    assert tree_of(State(), BASE) == BASE
    assert NOTES not in tree_of(State(found=by_path(file("app/new.txt"))), BASE)


def test_what_stands_in_the_way_gives_way() -> None:
    tree = tree_of(State(found=by_path(file("app/menu.txt/deep"), file("app/old"))), BASE)
    assert set(tree) == {"app/menu.txt/deep", "app/old"}


@pytest.mark.parametrize("path", ["a/.git/b", "a/.GIT%/b", "x.egg-info/y", ".coverage", "plain%/name", "a.dist-info%%"])
def test_names_that_trees_leave_out_come_back(path: str) -> None:
    assert unescaped(escaped(path)) == path
    assert ".git" not in escaped(path).lower().split("/")
    assert source({escaped(path): Entry(LINK, b"x")})


def test_compiled_files_are_not_judged() -> None:
    tree = tree_of(State(found=by_path(file("app/__pycache__/a.pyc"), file("app/a.py"))), {})
    assert set(source(tree)) == {"app/a.py"}


def test_outermost_paths_cover_the_others() -> None:
    assert outermost(["a/b", "a", "ab", "a/b/c", "b/c"]) == ["a", "ab", "b/c"]


def test_a_note_on_the_network_goes_where_there_is_one(tmp_path: Path) -> None:
    task = load(tmp_path, {"tests/test.sh": "apt-get update\n", "task.toml": TASK})
    assert "tests/test.sh: line 1 fetches something (apt-get update)" in task.notes[0]
    assert with_network([task], allowed=True)[0].notes == ()
