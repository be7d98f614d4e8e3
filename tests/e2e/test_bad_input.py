"""Bad input: exit code 2, one clear line that names the file and the field, no container started."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support import toy
from tests.support.command import PROJECT, roadtest

# An address where nobody answers: reaching for the engine would change the exit code to 3.
NO_ENGINE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}


def refused(*arguments: str | Path) -> str:
    """What is said when a command is refused."""
    done = roadtest(*arguments, env=NO_ENGINE)
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('rung = "report"', 'rung = "street"', "metadata.roadtest.rung: must be one of"),
        ('rung = "report"', 'rung = "report"\nrnug = 1', "metadata.roadtest.rnug: unknown key"),
        ('id = "add"', "", "metadata.roadtest.bugs[0].id: is required"),
        ("timeout_sec = 60", "timeout_sec = nan", "verifier.timeout_sec: nan is not a finite number"),
        ("memory_mb = 256", 'memory_mb = "lots"', "environment.memory_mb: must be an integer"),
        ("memory_mb = 256", "memory_mb = 99999999", "environment.memory_mb"),
        ("[agent]", "[agent", "is not TOML"),
        ("[agent]", "[verifier]", "is not TOML"),
        ('rung = "report"', 'rung = "report"\ntools = ["bash", "fax"]', "there is no tool fax"),
    ],
)
def test_a_broken_task_file(tmp_path: Path, old: str, new: str, message: str) -> None:
    task = toy.make_task(tmp_path, task=toy.TASK.replace(old, new, 1))
    said = refused("run", task, "--model", "scripted:nop", "--out", tmp_path / "out")
    assert "task.toml" in said
    assert message in said
    assert not (tmp_path / "out").exists()


def test_a_recipe_that_names_what_is_not_pinned(tmp_path: Path) -> None:
    recipe = '[metadata.roadtest.release]\nrepo = "{}"\nfrom = "3.9"\nto = "99"\n\n[verifier]'
    for repo, message in (("jsonpointer", "pins no release 99"), ("nowhere", "metadata.roadtest.release.repo")):
        task = toy.make_task(tmp_path / repo, task=toy.TASK.replace("[verifier]", recipe.format(repo)))
        assert message in refused("run", task, "--model", "scripted:nop")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "must be an object"),
        ('{"content": 7}', "content"),
        ('{"tool_calls": [{"function": {"name": "bash", "arguments": {}}}]}', "tool_calls[0].function.arguments"),
    ],
)
def test_a_broken_turns_file(tmp_path: Path, line: str, message: str) -> None:
    script = tmp_path / "turns.jsonl"
    script.write_text('{"content": "fine"}\n' + line + "\n")
    said = refused("run", toy.make_task(tmp_path), "--model", f"scripted:{script}")
    assert "turns.jsonl: line 2" in said
    assert message in said


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("scripted:nobody", "no task has a variant of that name"),
        ("scripted:missing.jsonl", "missing.jsonl: is missing"),
        ("scripted:", "name a model"),
        ("no-such-provider/x", "knows no such provider"),
        ("openai/gpt-4o", "set OPENAI_API_KEY"),
        ("anthropic/claude-sonnet-4-5", "set ANTHROPIC_API_KEY"),
    ],
)
def test_a_model_that_cannot_be_asked(tmp_path: Path, model: str, message: str) -> None:
    assert message in refused("run", toy.make_task(tmp_path), "--model", model)


def test_wrong_words(tmp_path: Path) -> None:
    task = toy.make_task(tmp_path)
    assert "No such option" in refused("run", task, "--modle", "x")
    assert "no such file" in refused("run", tmp_path / "nowhere", "--model", "scripted:nop")
    assert "no task.toml" in refused("run", tmp_path / "toy" / "calc" / "tests", "--model", "scripted:nop")
    assert "--condition moon: unknown (known: field, loop," in refused(
        "run", task, "--model", "scripted:nop", "--condition", "moon"
    )
    assert "--out" in refused("run", task, "--model", "scripted:nop", "--resume")
    assert "results.jsonl" in refused("report", tmp_path)
    assert "not a run's" in refused("run", task, "--model", "scripted:nop", "--out", tmp_path)


def test_no_engine_is_told_with_its_remedy(tmp_path: Path) -> None:
    done = roadtest("run", toy.make_task(tmp_path), "--model", "scripted:nop", "--out", tmp_path / "out", env=NO_ENGINE)
    assert done.returncode == 3
    assert "no Docker engine answers" in done.stderr
    assert "unset DOCKER_HOST" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("made", ["", "there"])
def test_a_run_that_never_began_leaves_nothing(tmp_path: Path, made: str) -> None:
    task = toy.make_task(tmp_path)
    (tmp_path / made).mkdir(exist_ok=True)
    out = tmp_path / "there" / "deep" / "out" if not made else tmp_path / made
    done = roadtest("run", task, "--model", "scripted:nop", "--out", out, env=NO_ENGINE)
    assert done.returncode == 3
    assert list((tmp_path / "there").rglob("*")) == []
    assert (tmp_path / "there").exists() is bool(made)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--wrong"], "No such option '--wrong'"),
        (["nothing"], "No such command 'nothing'"),
        (["run"], "Missing argument"),
        (["run", "tasks/demo", "--model"], "(python -m sandbox run --help says more)"),
        (["run", "tasks/demo", "--model", "scripted:nop", "--repeats", "0"], "'--repeats'"),
        (["report"], "Missing argument 'RUN'"),
        (["calls", "tests", "--by", "moon"], "'moon'"),
        (["show", "tests", "--step", "x"], "'x'"),
        (["task", "chek"], "No such command 'chek'"),
        *(([name, "nowhere"], "no such directory") for name in ("report", "show", "calls")),
        *(([name, "README.md"], "is not a directory") for name in ("report", "show", "calls")),
    ],
)
def test_a_mistake_is_told_in_one_line(words: list[str], said: str) -> None:
    told = refused(*words)
    assert said in told
    assert len(told.splitlines()) == 1
    assert told.startswith("roadtest: ")


def test_doctor_without_an_engine_says_what_to_type() -> None:
    done = roadtest("doctor", env=NO_ENGINE)
    assert done.returncode == 1
    assert "MISSING  Docker engine" in done.stdout
    assert "→" in done.stdout


def test_help_is_there_for_every_command() -> None:
    for words in ([], ["run"], ["report"], ["task"], ["task", "check"], ["doctor"]):
        done = roadtest(*words, "--help", env=NO_ENGINE)
        assert done.returncode == 0
        assert "Usage" in done.stdout


def test_a_release_with_another_hash_is_refused_before_anything_starts(tmp_path: Path) -> None:
    """On a copy of the project whose manifest is wrong by one digit."""
    copy = tmp_path / "project"
    for name in ("sandbox", "tools", "repos"):
        shutil.copytree(PROJECT / name, copy / name)
    manifest = copy / "repos" / "jsonpointer.toml"
    manifest.write_text(manifest.read_text().replace('sha256 = "6', 'sha256 = "7'))
    task = PROJECT / "tasks" / "demo" / "jsonpointer-defaultdict"
    done = roadtest("run", task, "--model", "scripted:nop", "--out", tmp_path / "out", cwd=copy, env=NO_ENGINE)
    assert done.returncode == 2, done.stderr
    assert "jsonpointer-3.10.tar.gz: sha256 is 6" in done.stderr
    assert not (tmp_path / "out").exists()
