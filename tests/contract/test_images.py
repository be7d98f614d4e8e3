"""Images over a real engine: built once, built anew when anything in them changes, without a network."""

from __future__ import annotations

import uuid
from pathlib import Path

import docker
import pytest

from sandbox.env import images
from sandbox.errors import TaskError
from tests.support.toy import make_task

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def base(engine: docker.DockerClient) -> str:
    return images.ensure_base(engine, say=lambda text: None)


def build(engine: docker.DockerClient, base: str, task: Path) -> tuple[str, list[str]]:
    """The tag, and what was said to be built."""
    said: list[str] = []
    return images.ensure_task(engine, task, base=base, timeout=300, name="toy/calc", say=said.append), said


def run(engine: docker.DockerClient, image: str, command: str) -> str:
    """What a command prints in a container of the image, as root, bare of Roadtest's bounds."""
    printed = engine.containers.run(image, ["sh", "-c", command], remove=True, network_mode="none", user="0:0")
    return str(printed.decode())


def test_the_base_has_what_is_promised(engine: docker.DockerClient, base: str) -> None:
    said = run(
        engine, base, "python --version; python3 --version; git --version; id agent; id judge; command -v python"
    )
    lines = said.splitlines()
    assert lines[0].startswith("Python 3.11.")
    assert lines[0] == lines[1]
    assert lines[2].startswith("git version")
    assert "uid=1000(agent) gid=1000(agent)" in lines[3]
    assert "(judge)" in lines[4]
    assert lines[5] == "/opt/venv/bin/python"
    tools = run(engine, base, "pip list --format=freeze")
    for name in ("pytest==8.3.5", "setuptools==", "wheel==", "hatchling==", "flit_core==", "poetry-core=="):
        assert name in tools, name


def test_what_is_there_is_not_built_again(
    engine: docker.DockerClient, base: str, toy_image: str, toy_task: Path
) -> None:
    said: list[str] = []
    assert images.ensure_base(engine, say=said.append) == base
    assert build(engine, base, toy_task) == (toy_image, [])
    assert said == []


def test_every_input_of_an_image_is_in_its_name(
    engine: docker.DockerClient, base: str, toy_image: str, tmp_path: Path
) -> None:
    task = make_task(tmp_path)
    source = task / "environment" / "workspace" / "calc.py"
    source.write_text(source.read_text() + f"# {uuid.uuid4()}\n")
    changed, said = build(engine, base, task)
    source.chmod(0o755)
    again, _ = build(engine, base, task)
    engine.images.remove(changed)
    engine.images.remove(again)
    assert len({toy_image, changed, again}) == 3
    assert said


def test_hidden_tests_and_solution_are_no_part_of_an_image(
    engine: docker.DockerClient, base: str, toy_image: str, tmp_path: Path
) -> None:
    task = make_task(tmp_path)
    (task / "tests" / "tests" / "test_calc.py").write_text("def test_add(): pass\n")
    (task / "solution" / "solve.sh").write_text("true\n")
    assert build(engine, base, task) == (toy_image, [])
    history = str(engine.images.get(toy_image).history())
    assert "hidden" not in history
    assert (
        run(engine, toy_image, "grep -rl hidden-tests-only / --exclude-dir=proc --exclude-dir=sys | wc -l").strip()
        == "0"
    )


def test_a_build_has_no_network(engine: docker.DockerClient, base: str, tmp_path: Path) -> None:
    task = make_task(tmp_path)
    recipe = (
        "ARG ROADTEST_BASE\nFROM ${ROADTEST_BASE}\nRUN test $(ls /sys/class/net) = lo\nCOPY workspace/ /workspace/\n"
    )
    (task / "environment" / "Dockerfile").write_text(recipe)
    assert build(engine, base, task)[0].startswith("roadtest/agent:")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("RUN echo last words && exit 9", "last words"),
        ("FORM x", "unknown instruction"),
        ("RUN --mount=type=cache,target=/x true", "needs BuildKit"),
    ],
)
def test_what_does_not_build_says_why(
    engine: docker.DockerClient, base: str, tmp_path: Path, line: str, message: str
) -> None:
    task = make_task(tmp_path)
    (task / "environment" / "Dockerfile").write_text(f"ARG ROADTEST_BASE\nFROM ${{ROADTEST_BASE}}\n{line}\n")
    with pytest.raises(TaskError, match=message):
        build(engine, base, task)
