"""Plain Harbor tasks from the command line, in real containers: their own image, their own tests, their rewards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.support.command import events, roadtest
from tests.support.docker import leftovers, run_id
from tests.support.harbor import ALIASES, TASK, make_harbor
from tests.support.toy import SUBMIT, bash

pytestmark = pytest.mark.docker

# Two courses; the second is served only if the first was good enough.
STEPS = """\
schema_version = "1.4"
multi_step_reward_strategy = "mean"

[environment]
storage_mb = 512
memory_mb = 512

[[steps]]
name = "starter"
min_reward = 0.5

[[steps]]
name = "main"
[steps.agent]
user = "agent"
[steps.verifier]
timeout_sec = 30
"""
COUNTS = "#!/bin/bash\n[ -f /app/$(cat /tests/wanted) ] && echo 1 > {0} || echo 0 > {0}\n".format(
    "/logs/verifier/reward.txt"
)
DINNER: Mapping[str, str | None] = {
    "task.toml": STEPS,
    "instruction.md": None,
    "environment/Dockerfile": "FROM python:3.13-slim\nWORKDIR /app\nRUN chmod 777 /app\n",
    "tests/test.sh": COUNTS,
    "tests/test_offer.py": None,
    "solution/solve.sh": None,
    "steps/starter/instruction.md": "Make salad.\n",
    "steps/starter/tests/wanted": "salad\n",
    "steps/starter/solution/solve.sh": "touch salad\n",
    "variants/lazy/turns.jsonl": "".join(f"{json.dumps(one)}\n" for one in (bash("touch stew; sleep 300 &"), SUBMIT)),
    "variants/lazy/expect.toml": 'verdict = "wrong"\n',
    "steps/main/instruction.md": "Make stew of what is in pantry.txt.\n",
    "steps/main/tests/wanted": "stew\n",
    "steps/main/workdir/pantry.txt": "beans\n",
    "steps/main/workdir/setup.sh": "mv pantry.txt shelf.txt\n",
    "steps/main/solution/solve.sh": "#!/bin/bash\n[ -f salad ] && [ $(id -un) = agent ] && cp shelf.txt stew\n",
}

# Everything that is declared: image, directory, users, variables, a healthcheck.
DECLARED = """\
schema_version = "1.3"

[task]
name = "kitchen/declared"

[agent]
user = "agent"

[verifier]
user = "root"
env = { WANTED = "soup" }

[environment]
docker_image = "kitchen:latest"
workdir = "/srv"
env = { POT = "${POT:-big}" }
network_mode = "public"
memory_mb = 512
storage_mb = 512
healthcheck = { command = "test $POT = big", interval_sec = 0.1, retries = 2 }

[solution]
env = { SPOON = "wooden" }
"""
DECLARED_TEST = """\
#!/bin/sh
reward=0
[ "$(cat /tmp/soup/offer 2> /dev/null)" = "$WANTED big wooden /srv" ] && reward=0.5
[ "$(stat -c %a:%U /tmp/soup/offer 2> /dev/null)" = 600:agent ] && [ "$(id -u)" = 0 ] && reward=1.0
printf '{"reward": %s, "taste": 0.25, "note": "fine"}' "$reward" > /logs/verifier/reward.json
"""
DECLARED_SOLUTION = (
    '#!/bin/bash\nmkdir /tmp/soup\necho "soup $POT $SPOON $(pwd)" > /tmp/soup/offer\nchmod 600 /tmp/soup/offer\n'
)


def only_script(command: str) -> dict[str, str | None]:
    return {"tests/test.sh": f"#!/bin/bash\n{command}\n", "tests/test_offer.py": None}


TASKS: Mapping[str, Mapping[str, str | None]] = {
    "offer": {},
    "dinner": DINNER,
    "declared": {
        "task.toml": DECLARED,
        "environment/Dockerfile": None,
        "environment/menu.txt": None,
        "solution/solve.sh": DECLARED_SOLUTION,
        **only_script(""),
        "tests/test.sh": DECLARED_TEST,
    },
    "half": only_script('printf \'{"style": 1, "speed": 0}\' > /logs/verifier/reward.json'),
    "silent": only_script("echo the oven is cold; exit 3"),
    "garbled": only_script("echo delicious > /logs/verifier/reward.txt"),
    "fetching": only_script("apt-get update; curl -f https://kitchen.invalid/x; echo 0 > /logs/verifier/reward.txt"),
    # What it fetches it has already.
    "guarded": {
        "tests/test.sh": "#!/bin/bash\ncurl -f https://kitchen.invalid/x || wget https://kitchen.invalid/x\n"
        "[ -f offer.txt ]; echo $((1 - $?)) > /logs/verifier/reward.txt\n",
        "tests/test_offer.py": None,
    },
    "slow": {**only_script("sleep 60"), "task.toml": TASK.replace("timeout_sec = 60.0", "timeout_sec = 1.0")},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, engine: docker.DockerClient) -> Path:
    """One run of all tasks with the oracle, one that does nothing, and one that skips the starter."""
    folder = tmp_path_factory.mktemp("harbor")
    (folder / "roadtest.toml").write_text(ALIASES + '"docker.io/kitchen" = "roadtest/base"\n')
    for name, files in TASKS.items():
        make_harbor(folder, files, name=name)
    models = ["--model=scripted:oracle", "--model=scripted:nop", "--model=scripted:lazy"]
    done = roadtest("run", folder / "kitchen", *models, "--out", folder / "out", "--retries", "0", cwd=folder)
    (folder / "said").write_text(done.stderr)
    assert done.returncode == 3, done.stderr
    return folder


def records(run: Path) -> dict[tuple[str, str], dict[str, Any]]:
    lines = (run / "out" / "results.jsonl").read_text("ascii").splitlines()
    return {(one["task"], one["candidate"]): one for one in map(json.loads, lines)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "candidate", "verdict", "score"),
    [
        ("offer", "scripted:oracle", "accepted", 1.0),
        ("offer", "scripted:nop", "wrong", 0.0),
        ("declared", "scripted:oracle", "accepted", 1.0),
        ("declared", "scripted:nop", "wrong", 0.0),
        ("dinner", "scripted:oracle", "accepted", 1.0),
        ("dinner", "scripted:nop", "wrong", 0.0),
        ("half", "scripted:nop", "partial", 0.5),
        ("guarded", "scripted:oracle", "accepted", 1.0),
        ("guarded", "scripted:nop", "wrong", 0.0),
        ("slow", "scripted:nop", "wrong", 0.0),
        ("silent", "scripted:oracle", "judge-error", None),
        ("garbled", "scripted:oracle", "judge-error", None),
        ("fetching", "scripted:nop", "judge-error", None),
    ],
)
def test_the_verdict_is_that_of_the_reward(
    run: Path, task: str, candidate: str, verdict: str, score: float | None
) -> None:
    record = records(run)[task, candidate]
    assert (record["verdict"], record["score"]) == (verdict, score), record["reason"]
    assert record["judge"] == "harbor"
    assert record["oscillation"]["fixes"] is None
    assert "plain-exec" not in record["flags"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("silent", "left no reward: neither reward.txt nor reward.json was written; it ended with 3: the oven is cold"),
        ("garbled", "reward.txt holds no number: 'delicious'"),
        ("fetching", "tests/test.sh needs a network, which it was not given"),
        ("slow", "the hidden tests ran out of time"),
    ],
)
def test_what_is_wrong_with_a_verifier_is_said(run: Path, task: str, words: str) -> None:
    assert words in records(run)[task, "scripted:nop"]["reason"]


@pytest.mark.slow
def test_a_task_that_asks_for_a_network_is_told_that_it_has_none(run: Path) -> None:
    said = (run / "said").read_text()
    assert (
        "kitchen/declared: environment.network_mode asks for a network: it gets one only with --allow-network" in said
    )
    assert "fetching/tests/test.sh: line 2 fetches something (apt-get update" in said


@pytest.mark.slow
def test_a_step_is_not_opened_below_the_reward_that_it_asks_for(run: Path) -> None:
    """Who had not done the first could have done the second."""
    found = records(run)["dinner", "scripted:lazy"]
    assert (found["verdict"], found["bugs"]) == ("wrong", {"starter": "F"})
    log = events(run / "out", found["trial"])
    assert [event["data"]["step"] for event in log if event["kind"] == "step.opened"] == ["starter"]


@pytest.mark.slow
def test_each_step_has_its_own_tests_and_their_mean_counts(run: Path) -> None:
    found = records(run)["dinner", "scripted:oracle"]
    assert found["bugs"] == {"starter": "P", "main": "P"}
    checks = [event["data"] for event in events(run / "out", found["trial"]) if event["kind"] == "check.ran"]
    assert [(check["exam"], check["rewards"]) for check in checks] == [(0, {"reward": 1.0}), (1, {"reward": 1.0})]


@pytest.mark.slow
def test_rewards_are_kept_by_name(run: Path) -> None:
    found = records(run)["declared", "scripted:oracle"]
    (check,) = [event["data"] for event in events(run / "out", found["trial"]) if event["kind"] == "check.ran"]
    assert check["rewards"] == {"reward": 1.0, "taste": 0.25}


@pytest.mark.slow
def test_nothing_is_left_in_the_engine(run: Path, engine: docker.DockerClient) -> None:
    assert leftovers(engine, run_id(run / "out")) == []


@pytest.mark.slow
def test_judged_again_all_verdicts_stand(run: Path) -> None:
    done = roadtest("rejudge", run / "out", cwd=run)
    assert "all verdicts stand" in done.stderr + done.stdout, done.stderr


@pytest.mark.slow
def test_what_was_found_can_be_read(run: Path) -> None:
    for command in ("report", "calls", "oscillation"):
        assert roadtest(command, run / "out", cwd=run).returncode == 0
    assert "reward 1" in roadtest("show", run / "out", "offer/scripted:oracle", cwd=run).stdout


def test_an_image_that_is_not_there_is_named_with_what_to_do(tmp_path: Path, engine: docker.DockerClient) -> None:
    task = make_harbor(tmp_path, {"environment/Dockerfile": "FROM kitchen.invalid/none:1\n"})
    done = roadtest("run", task, "--model=scripted:nop", "--out", tmp_path / "out", "--retries=0", cwd=tmp_path)
    assert done.returncode == 3
    assert 'roadtest.toml: [images.aliases] "kitchen.invalid/none:1" = "…"' in done.stderr


def test_task_check_proves_a_harbor_task(tmp_path: Path, engine: docker.DockerClient) -> None:
    (tmp_path / "roadtest.toml").write_text(ALIASES)
    done = roadtest("task", "check", make_harbor(tmp_path), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "kitchen/offer: holds\n"), done.stderr
