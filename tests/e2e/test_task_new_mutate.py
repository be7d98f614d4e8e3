"""`roadtest task new --mutate`: from a pinned release to a task that holds, and what a candidate can find out of it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest

from sandbox.env import images
from sandbox.kit_making import complete_directory
from sandbox.loader import load_task
from sandbox.mutation.applying import mutate
from sandbox.mutation.functions import take_apart
from sandbox.task import Task
from sandbox.tree import pack
from tests.support.builders import text_file
from tests.support.command import roadtest
from tests.support.docker import environment

pytestmark = [pytest.mark.docker, pytest.mark.slow]

CODE = '''\
"""An orchard's books."""


def ripe_zq1(days, sunny):
    """Whether fruit is ripe."""
    if sunny is None:
        raise ValueError("no weather")
    return days >= 90 and sunny


def label_zq2(name, kilos=1):
    """What is written on a crate."""
    clean = name.strip().lower()
    return f"{clean}: {kilos} kg"


def crates_zq3(apples, size=12):
    """How many crates some apples take."""
    whole = apples // size
    if apples % size:
        whole += 1
    return whole


def heaviest_zq4(crates, most=3):
    """The heaviest crates, the heaviest first."""
    return sorted(list(crates), reverse=True)[:most]
'''
TESTS = """\
import pytest

import orchard

SEEN = []


def test_ripe_at_ninety_days(): assert orchard.ripe_zq1(90, True)
def test_ripe_not_at_eighty_nine(): assert not orchard.ripe_zq1(89, True)
def test_ripe_needs_sun(): assert not orchard.ripe_zq1(100, False)


def test_ripe_needs_weather():
    with pytest.raises(ValueError):
        orchard.ripe_zq1(100, None)


def test_label_is_clean(): assert orchard.label_zq2(" Elstar ") == "elstar: 1 kg"
def test_label_kilos(): assert orchard.label_zq2("boskop", 3) == "boskop: 3 kg"
def test_crates_full(): assert orchard.crates_zq3(24) == 2
def test_crates_started(): assert orchard.crates_zq3(25) == 3
def test_crates_size(): assert orchard.crates_zq3(5, size=5) == 1


def test_heaviest_order():
    assert orchard.heaviest_zq4([1, 3, 2]) == [3, 2, 1]


def test_heaviest_three(): assert orchard.heaviest_zq4([1, 3, 2, 5]) == [5, 3, 2]
def test_before(): SEEN.append(1)
def test_after_another(): assert SEEN
def test_true(): assert True
"""
FILES: Mapping[str, str] = {
    "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
    '[project]\nname = "orchard"\nversion = "1.0"\n[tool.setuptools]\npy-modules = ["orchard"]\n',
    "orchard.py": CODE,
    "tests/test_orchard.py": TESTS,
    "README.md": "An orchard.\n",
}
# Nothing can be done to it.
DULL = {
    **{path: text.replace("orchard", "meadow") for path, text in FILES.items() if "orchard" not in path},
    "meadow.py": "def grass():\n    return 'green'\n",
    "tests/test_meadow.py": "import meadow\ndef test_grass(): assert meadow.grass() == 'green'\n",
}
MANIFEST = """\
schema_version = "1.0"
name = "{name}"
licence = "MIT"
import_name = "{name}"

[[releases]]
version = "1.0"
sdist = "{name}-1.0.tar.gz"
sha256 = "{digest}"
tests = ["tests"]
"""
OPTIONS = ("--mutate", "orchard", "--seed", "4", "--bugs", "2", "--runs", "4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A task that was made in a place of its own, what was said, and its environment."""

    folder: Path
    said: str
    env: Mapping[str, str]

    @property
    def task(self) -> Task:
        return load_task(self.folder)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, str]]:
    """A folder with pinned releases, their archives in the cache."""
    root = tmp_path_factory.mktemp("mutate")
    for folder in ("cache/files", "repos", "own"):
        (root / folder).mkdir(parents=True)
    for name, files in {"orchard": FILES, "meadow": DULL}.items():
        tree = {f"{name}-1.0/{path}": text_file(text) for path, text in files.items()}
        archive = gzip.compress(pack(tree), mtime=0)
        digest = hashlib.sha256(archive).hexdigest()
        (root / "cache" / "files" / digest).write_bytes(archive)
        (root / "repos" / f"{name}.toml").write_text(MANIFEST.format(name=name, digest=digest))
    return root, {"ROADTEST_CACHE": str(root / "cache"), "ROADTEST_REPOS": str(root / "repos")}


@pytest.fixture(scope="module")
def made(place: tuple[Path, Mapping[str, str]]) -> Made:
    """A task with two bugs."""
    root, env = place
    done = roadtest("task", "new", *OPTIONS, "--out", root / "own" / "orchard", env=env, timeout=600)
    assert done.returncode == 0, done.stderr
    return Made(folder=root / "own" / "orchard", said=done.stdout + done.stderr, env=env)


def test_each_bug_has_tests_of_its_own_and_the_rest_are_guards(made: Made) -> None:
    one, two = made.task.bugs
    assert one.tests
    assert two.tests
    assert not set(one.tests) & set(two.tests)
    assert not set(made.task.guards) & {*one.tests, *two.tests}
    assert one.fixed_at is two.fixed_at is None
    assert made.task.kind == "mutation"
    assert "tests/test_orchard.py::test_true" in made.task.guards
    # It fails unless another ran before it.
    assert not any("test_after_another" in test for test in made.task.hidden_ids)
    assert "1 flaky test" in made.said


def test_no_word_of_the_code_is_written_down(made: Made) -> None:
    written = "".join(path.read_text() for path in made.folder.rglob("*") if path.is_file())
    assert not [line for line in CODE.splitlines() if len(line.split()) > 2 and line.strip() in written]


def test_the_same_seed_makes_the_same_task(made: Made) -> None:
    again = made.folder.parent / "again"
    done = roadtest("task", "new", *OPTIONS, "--out", again, env=made.env, timeout=600)
    assert done.returncode == 0, done.stderr
    assert (again / "task.toml").read_text() == (made.folder / "task.toml").read_text().replace(
        "roadtest/orchard", "roadtest/again"
    )
    shutil.rmtree(again)


def test_it_holds_as_soon_as_the_complaint_is_written(made: Made, tmp_path: Path) -> None:
    unwritten = roadtest("task", "check", made.folder, env=made.env)
    assert unwritten.returncode == 1
    assert "TODO(complaint)" in unwritten.stdout
    folder = tmp_path / "own" / "written"
    shutil.copytree(made.folder, folder)
    (folder / "instruction.md").write_text("My crates are wrong.\n")
    text = (folder / "task.toml").read_text()
    (folder / "task.toml").write_text(text.replace("TODO(complaint)", "My crates are wrong"))
    written = roadtest("task", "check", folder, env=made.env)
    assert (written.returncode, written.stdout) == (0, "own/written: holds\n"), written.stderr


# Walks everything that is there, with packed and compressed things opened, for words given in base 64.
SEARCH = """
import base64, json, os, subprocess, sys, zipfile, zlib
words = [base64.b64decode(word) for word in json.loads(sys.argv[1])]
found = {}
def look(data, where):
    for number, word in enumerate(words):
        if word in data:
            found.setdefault(number, []).append(where)
for top in os.listdir("/"):
    if top in ("proc", "sys", "dev"):
        continue
    for here, folders, files in os.walk("/" + top):
        for name in files:
            path = os.path.join(here, name)
            if os.path.islink(path) or not os.path.isfile(path):
                continue
            data = open(path, "rb").read()
            look(name.encode(), path)
            look(data, path)
            if "/.git/objects/" in path:
                try:
                    look(zlib.decompress(data), path)
                except zlib.error:
                    pass
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    for inner in archive.namelist():
                        look(archive.read(inner), path + ":" + inner)
git = ["git", "-c", "safe.directory=*", "-C", "/workspace", "cat-file", "--batch-all-objects", "--batch"]
look(subprocess.run(git, capture_output=True, check=True).stdout, "git objects")
print(json.dumps(found))
"""


def test_a_candidate_finds_neither_what_was_done_nor_how_it_was(
    made: Made, monkeypatch: pytest.MonkeyPatch, engine: docker.DockerClient
) -> None:
    for name, value in made.env.items():
        monkeypatch.setenv(name, value)
    task = made.task
    assert task.release is not None
    secrets: list[str] = []
    seen: list[str] = []
    for mutation in task.release.mutations:
        before = next(one for one in take_apart(CODE.encode()).functions if one.name == mutation.name).source
        changed = mutate(CODE.encode(), mutation).decode()
        after = next(one for one in take_apart(changed.encode()).functions if one.name == mutation.name).source
        gone = set(before.splitlines()) - set(after.splitlines())
        assert gone, "a line is other than it was"
        secrets += [*sorted(gone), mutation.before, mutation.after]
        seen.append(after.splitlines()[0])
    secrets += [test.rpartition("::")[2] for bug in task.bugs for test in bug.tests]
    whole = hashlib.sha256(CODE.encode()).digest()
    # As wheels write it down in RECORD.
    secrets += [whole.hex(), base64.urlsafe_b64encode(whole).rstrip(b"=").decode()]
    image = image_of(engine, task)
    words = [*secrets, *seen]
    with environment(engine, image) as env:
        command = ["python", "-c", SEARCH, json.dumps([base64.b64encode(word.encode()).decode() for word in words])]
        code, output = engine.containers.get(env.container.id).exec_run(command, user="root")
    assert code == 0, output
    assert isinstance(output, bytes)
    found = json.loads(output)
    assert {words[int(number)] for number in found} == set(seen), found
    in_layers = layers_holding(engine, image, [word.encode() for word in words])
    assert in_layers == set(seen)
    tagged = engine.images.get(image)
    told = repr([tagged.history(), tagged.attrs])
    assert not [word for word in words if word in told]


def image_of(engine: docker.DockerClient, task: Task) -> str:
    """The image that the task's candidates get."""
    folder = complete_directory(task, machine=images.machine_of(engine))
    base = images.ensure_base(engine, say=lambda text: None)
    return images.ensure_task(engine, folder, base=base, timeout=300, name=task.name, say=lambda text: None)


def layers_holding(engine: docker.DockerClient, image: str, words: Sequence[bytes]) -> set[str]:
    """Which words stand in any layer of an image, files that a later layer deleted among them."""
    longest = max(map(len, words))
    found: set[str] = set()
    rest = b""
    for chunk in engine.images.get(image).save(chunk_size=8 << 20):
        data = rest + chunk
        found |= {word.decode() for word in words if word in data}
        rest = data[-longest:]
    return found


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--mutate", "vineyard"], "there is no"),
        (["--mutate", "orchard", "--release", "9"], "pins no release 9"),
        (["--mutate", "orchard", "--package", "x"], "--mutate goes with"),
        (["--release", "1.0"], "go with --mutate"),
        (["--mutate", "meadow", "--runs", "2"], "0 mutations give 0 of 1 bugs"),
    ],
)
def test_what_cannot_be_is_said_in_one_line_and_nothing_is_left(
    place: tuple[Path, Mapping[str, str]], made: Made, options: list[str], expected: str
) -> None:
    root, env = place
    there = sorted((root / "own").rglob("*"))
    done = roadtest("task", "new", *options, "--out", root / "own" / "other", env=env, timeout=600)
    assert done.returncode == 2
    assert expected in done.stderr.splitlines()[-1]
    assert sorted((root / "own").rglob("*")) == there
