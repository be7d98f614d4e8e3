"""What programs do to the workspace is told as it is, call by call, or the seal finds it: nothing else is told.

The truth is what the engine reads; an index that gets the told changes alone must equal it.
"""

from __future__ import annotations

from collections.abc import Iterator

import docker
import pytest

from sandbox.env.workspace import AgentEnvironment
from sandbox.errors import AgentError
from sandbox.index import Index, difference
from sandbox.task import Resources
from tests.support.docker import SMALL, Follower, environment

pytestmark = pytest.mark.docker

MIB = 1024 * 1024
# 8,192 files, so that 5,000 directories fit.
ROOMY = Resources(cpus=1.0, memory_mb=SMALL.memory_mb, storage_mb=32, pids=64)

MAPPED = """python3 - <<'E'
import mmap, os
if os.fork(): os._exit(0)
file = os.open("mapped", os.O_RDWR)
room = mmap.mmap(file, 6)
room[0:6] = b"before"  # the first write to a page updates the ctime, the next does not
os.close(file)
for fd in (0, 1, 2): os.close(fd)
import time
time.sleep(0.3)
room[0:6] = b"unseen"
time.sleep(1000)
E"""
SWAPPER = """python3 - <<'E'
import os
if os.fork(): os._exit(0)
null = os.open(os.devnull, os.O_RDWR)
for fd in (0, 1, 2): os.dup2(null, fd)
targets = ["/proc/self", "/etc", "/workspace/.git", "/workspace", "/proc/1", "/"]
while True:
    for target in targets:
        os.symlink(target, "trap/d.new")
        os.rename("trap/d", "trap/d.old")
        os.rename("trap/d.new", "trap/d")
        os.symlink(target + "/passwd", "trap/f.new")
        os.rename("trap/f.new", "trap/f")
        os.chmod("trap/d.old", 0)
        os.unlink("trap/d")
        os.rename("trap/d.old", "trap/d")
        os.chmod("trap/d", 0o700)
        with open("trap/f.new", "w") as file: file.write("own")
        os.rename("trap/f.new", "trap/f")
E"""
DEEP = "python3 - <<'E'\nimport os\nfor i in range(5000): os.mkdir('d'); os.chdir('d')\nE"
LONG = "python3 - <<'E'\nimport os\nfor i in range(20): os.mkdir('n' * 250); os.chdir('n' * 250)\n"
LONG += "open('f', 'w').write('x')\nE"
MANY = "python3 - <<'E'\nimport itertools\nfor i in itertools.count(): open(f'f{i}', 'w').close()\nE"
ODD = [
    "printf 1 > $'no\\xfftext'; printf 2 > $'new\\nline'; printf 3 > \"quo'te\\\"d\"; printf 4 > .Git2; printf 5 > ' '",
    "mkdir .GIT sub; printf x > .GIT/config; printf x > sub/.gIt; printf y > .wh.white; printf z > '-rf'",
    "printf x > .git/own; ln .git/own linked; ln calc.py also; ln -s calc.py soft; ln soft softer",
    "printf changed > .git/own",
    "rm soft; mkdir soft; printf in > soft/in; rm -r sub; printf file > sub",
    "rm -r soft; printf file > soft; rm sub; mkdir -p sub/sub/sub; printf deep > sub/sub/sub/f",
    "mv sub bus; chmod 755 calc.py; touch -d @99999999999999 calc.py; : > empty",
    "printf shut > shut; chmod 000 shut; mkdir -p closed/in; printf in > closed/in/f; chmod 000 closed/in closed",
    "chmod 644 shut; printf open > shut; chmod 000 shut",
    "mkfifo pipe; cp calc.py copy; mv copy calc.py; rm also",
    "n=$(printf 'ü%.0s' $(seq 120)); printf long > $n; mkdir -p $n.d/$n; printf long > $n.d/$n/$n",
    "chmod 000 /workspace",
    "printf done > done",
]


@pytest.fixture
def follower(engine: docker.DockerClient, toy_image: str) -> Iterator[Follower]:
    """An environment of one's own."""
    with environment(engine, toy_image) as made:
        yield Follower(made)


def differs(follower: Follower, env: AgentEnvironment) -> bool:
    """Seal; whether the sealed tree is other than what was told, with the seal's own changes."""
    sealed = env.seal()
    assert sealed.changes is not None
    follower.index.apply(sealed.changes.changed, sealed.changes.gone)
    return follower.index.raw != Index.of(sealed.tree).raw


# Everything is seen


def test_odd_names_links_modes_and_kinds_are_told(follower: Follower) -> None:
    for command in ODD:
        found = follower.bash(command)
        assert found.answer["exit_code"] == 0, found.answer["output"]
        assert follower.is_right(), command
    tree = follower.tree()
    assert {"no\udcfftext", "new\nline", "quo'te\"d", "linked", "closed/in/f", "shut"} <= set(tree)
    assert not [path for path in tree if ".git" in path.lower().split("/")]
    assert not differs(follower, follower.env)


def test_writes_within_one_tick_of_the_clock_are_told(follower: Follower) -> None:
    for number in range(50):
        # One write in a process of the agent, one by the worker, of the same size and at once.
        follower.call("write_file", path="racy", content=f"{number:04}")
        follower.bash(f"printf {number + 100:04} > racy; printf {number:04} > other")
        follower.call("write_file", path="other", content=f"{number + 50:04}")
        follower.call("edit_file", path="other", old=f"{number + 50:04}", new=f"{number + 60:04}")
    assert follower.is_right()
    follower.bash("for i in $(seq 1000 1400); do printf $i > racy; done")
    follower.bash("true")
    assert follower.is_right()
    assert not differs(follower, follower.env)


def test_what_a_background_process_writes_between_calls_is_told_by_the_next(follower: Follower) -> None:
    follower.bash("(sleep 0.2; echo later > later; rm calc.py) > /dev/null 2>&1 &")
    follower.bash("sleep 0.4")
    assert follower.is_right()
    assert "later" in follower.index and "calc.py" not in follower.index


def test_a_write_through_a_shared_map_is_in_the_sealed_tree(follower: Follower) -> None:
    follower.bash("printf before > mapped")
    follower.bash(f"{MAPPED}\nsleep 0.1")
    follower.bash("sleep 0.6")
    sealed = follower.env.seal()
    assert sealed.tree["mapped"].data == b"unseen"
    assert sealed.changes is not None
    follower.index.apply(sealed.changes.changed, sealed.changes.gone)
    # Not told, but found: that is what the flag says.
    assert set(difference(follower.index, sealed.tree)[0]) == {"mapped"}


def test_a_write_that_fails_half_way_is_told(follower: Follower) -> None:
    follower.bash("head -c 15M /dev/zero > ballast")
    for tool, arguments in (
        ("write_file", {"path": "new", "content": "x" * 2 * MIB}),
        ("write_file", {"path": "calc.py", "content": "y" * 2 * MIB}),
        ("edit_file", {"path": "test_visible.py", "old": "import calc", "new": "z" * 2 * MIB}),
    ):
        found = follower.call(tool, **arguments)
        assert found.answer["status"] == "refused"
        assert "No space left" in found.answer["output"]
        assert follower.is_right(), arguments["path"]


def test_links_are_followed_and_the_change_is_told_where_it_is(follower: Follower) -> None:
    follower.bash("mkdir -p a/b; printf old > a/b/f; ln -s a/b short; ln -s /workspace/a/b/f file; ln a/b/f twin")
    follower.bash("ln -s /tmp out; ln -s /etc/passwd users; ln -s .git/HEAD head")
    for path, told in (("short/f", {"a/b/f", "twin"}), ("file", {"a/b/f", "twin"}), ("short/new", {"a/b/new"})):
        found = follower.call("write_file", path=path, content=f"by {path}")
        assert found.changes is not None
        assert set(found.changes.changed) == told, path
        assert follower.is_right()
    for path in ("out/escaped", "head", "/home/agent/x"):
        found = follower.call("write_file", path=path, content="x")
        assert found.answer["status"] == "ok"
        assert found.changes is not None and not found.changes.changed
        assert follower.is_right()
    assert follower.call("write_file", path="users", content="x").answer["status"] == "refused"
    assert follower.call("write_file", path="out/../a/../../etc/passwd", content="x").answer["status"] == "refused"


# Nothing else is told


def test_no_swapping_of_names_leads_out_of_the_workspace(follower: Follower) -> None:
    env = follower.env
    follower.bash("mkdir -p trap/d; printf own > trap/d/passwd; printf own > trap/f")
    follower.bash(SWAPPER)
    for number in range(150):
        tool = ("bash", {"command": "true"}) if number % 3 else ("write_file", {"path": "trap/d/x", "content": "own"})
        found = follower.call(tool[0], **tool[1])
        assert found.trouble is None
        assert found.changes is not None
        for path, entry in found.changes.changed.items():
            assert path.startswith("trap/") or path == "x", path
            assert entry.mode == "120000" or entry.data in (b"own", b""), (path, entry)
    sealed = env.seal()
    assert set(sealed.tree) >= {"calc.py"}
    assert all(entry.mode == "120000" or len(entry.data) < 100 for entry in sealed.tree.values())


# Bounds


@pytest.mark.parametrize(
    ("command", "undo", "reason"),
    [
        pytest.param(DEEP, "rm -rf d", "nested deeper", id="deep"),
        pytest.param(LONG, "rm -rf n*", "a path of more than 3500 bytes", id="long"),
        pytest.param("for i in 1 2 3; do truncate -s 15M s$i; done", "rm s?", "more than 33554432 bytes", id="sparse"),
        pytest.param("head -c 17M /dev/zero > a; ln a b", "rm b", "more than 33554432 bytes", id="links"),
    ],
)
def test_a_workspace_over_a_bound_is_said_to_be_and_comes_back(
    engine: docker.DockerClient, toy_image: str, command: str, undo: str, reason: str
) -> None:
    with environment(engine, toy_image, ROOMY) as env:
        follower = Follower(env)
        over = follower.bash(f"{command}\necho x > beside")
        assert over.changes is not None and over.changes.over is not None
        assert reason in over.changes.over
        still = follower.call("write_file", path="more", content="x")
        assert still.answer["status"] == "ok"
        assert still.changes is not None and still.changes.over
        back = follower.bash(undo)
        assert back.changes is not None and back.changes.over is None
        assert follower.is_right()
        follower.bash(command)
        with pytest.raises(AgentError, match=reason):
            env.seal()


def test_as_many_files_as_there_may_be_are_kept(follower: Follower) -> None:
    follower.bash(MANY)
    assert follower.is_right()
    assert len(follower.index) > 15 * 256
    follower.bash("find . -maxdepth 1 -name 'f*' -delete")
    assert follower.is_right()
    assert not differs(follower, follower.env)


def test_more_may_change_at_once_than_the_tool_host_reads(engine: docker.DockerClient, toy_image: str) -> None:
    roomy = Resources(cpus=1.0, memory_mb=SMALL.memory_mb, storage_mb=128, pids=64)
    with environment(engine, toy_image, roomy) as env:
        follower = Follower(env)
        found = follower.bash("for i in $(seq 9); do head -c 9M /dev/zero > f$i; done")
        assert found.changes is not None and found.changes.over is None
        assert follower.is_right()
        assert found.trouble is None
        follower.bash("rm f1 f2; echo x > g")
        assert follower.is_right()
        assert not differs(follower, env)
