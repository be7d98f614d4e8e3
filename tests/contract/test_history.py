"""Histories, with the git that is installed here."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from sandbox.errors import BadInput, HarnessError
from sandbox.history import Base, History, Saved, make_base
from sandbox.history_reader import Reader
from sandbox.history_stream import move
from sandbox.index import EMPTY_TREE
from sandbox.tree import EXECUTABLE, FILE, LINK, Entry, Tree, git_hash, source
from tests.support.builders import text_file

TREE = {"app.py": text_file("x = 1\n"), "lib/a.py": text_file("a\n"), "lib/__pycache__/a.pyc": text_file("compiled")}
AT = 1_700_000_000.5

# Whatever an agent may call a file.
ODD = (
    "-rf",
    " leading",
    "trailing ",
    '"quoted"',
    'q"u"o',
    "back\\slash",
    "\\",
    "new\nline",
    "tab\t",
    "\r",
    "\x01\x7f",
    "\udcff\udc80",
    "é",
    "e\u0301",
    "a..b",
    "...",
    ":(top)x",
    "*",
    "refs/heads/main",
    "HEAD",
    "con",
    "git~1",
    ".g\u200cit",
    ".gitmodules",
    ".git2",
    "D lib/a.py",
    "x" * 255,
    "deep/" * 60 + "f",
)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture
def base(run: Path) -> Base:
    return make_base(run / "bases/image.git", TREE, title="The workspace")


@pytest.fixture
def history(run: Path, base: Base) -> Iterator[History]:
    history = History.start(run / "trials/suite/task/0/history.git", base)
    yield history
    history.close()


def save(history: History, changed: Mapping[str, Entry], *gone: str, title: str = "a step") -> Saved:
    return history.save(changed, gone, title=title, notes={"Call": "1"}, at=AT)


def git(folder: Path, *words: str) -> str:
    """What a git says that knows nothing of how we call ours, and nothing of the user's."""
    own = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", "-C", str(folder), *words], env=own, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


def assert_holds(history: History, saved: Saved, tree: Tree) -> None:
    """A closed history ends with a tree, and git agrees about all names."""
    assert history.stopped is None
    assert (saved.raw, saved.source) == (git_hash(tree), git_hash(source(tree)))
    assert git(history.folder, "rev-parse", "main", "raw", "main^{tree}", "raw^{tree}").split() == [
        saved.commit,
        saved.raw_commit,
        saved.source,
        saved.raw,
    ]
    assert saved.commit and saved.raw_commit
    reader = Reader(history.folder)
    assert reader.tree(saved.raw_commit) == tree
    assert reader.tree(saved.commit) == source(tree)
    assert git(history.folder, "fsck", "--full") == ""


def wait_for(what: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def test_states_are_commits_on_two_branches(history: History, base: Base) -> None:
    first = save(history, {"app.py": text_file("x = 2\n"), "lib/__pycache__/b.pyc": text_file("c")}, title="edit")
    second = save(history, {"new.py": text_file("n\n")}, "lib/a.py", title="more")
    assert (first.changed, first.gone, first.paths) == (2, 0, ("app.py", "lib/__pycache__/b.pyc"))
    assert (second.changed, second.gone, second.paths) == (1, 1, ("lib/a.py", "new.py"))
    history.close()
    tree = {**TREE, "app.py": text_file("x = 2\n"), "lib/__pycache__/b.pyc": text_file("c"), "new.py": text_file("n\n")}
    del tree["lib/a.py"]
    assert_holds(history, second, tree)
    reader = Reader(history.folder)
    assert reader.log() == [(base.source_commit, "The workspace"), (first.commit, "edit"), (second.commit, "more")]
    assert first.commit and "-x = 1\n+x = 2\n" in reader.diff(first.commit)
    assert ".pyc" not in reader.diff(first.commit)
    assert first.raw_commit and ".pyc" in reader.diff(first.raw_commit)
    assert git(history.folder, "log", "-1", "--format=%(trailers:key=Call,valueonly)").strip() == "1"
    assert git(history.folder, "log", "-1", "--format=%ct").strip() == str(int(AT))


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_an_odd_name_is_kept(history: History, name: str) -> None:
    save(history, {name: text_file("1"), f"sub/{name}": text_file("1")})
    changed = {name: text_file("2"), f"{name}.d/{name}": text_file("3")}
    if len(name) == 255:
        changed = {name: text_file("2")}
    saved = save(history, changed, f"sub/{name}")
    history.close()
    assert_holds(history, saved, {**TREE, **changed})


def test_all_odd_names_at_once_may_be_there_from_the_start(run: Path) -> None:
    tree = {f"{number}/{name}": text_file(ascii(name)) for number, name in enumerate(ODD)}
    history = History.start(run / "t/history.git", make_base(run / 'bases/"odd" é\n.git', tree, title="t"))
    saved = save(history, {}, *list(tree)[::2])
    history.close()
    assert_holds(history, saved, dict(list(tree.items())[1::2]))


def test_files_become_folders_and_folders_files(history: History) -> None:
    save(history, {"app.py/x/y": text_file("1"), "lib": text_file("2")}, "app.py")
    saved = save(history, {"app.py": Entry(LINK, b"lib"), "lib/b/c": text_file("3")}, "app.py/x/y", "lib")
    history.close()
    assert_holds(history, saved, {"app.py": Entry(LINK, b"lib"), "lib/b/c": text_file("3")})


def test_files_become_folders_without_anybody_saying_what_went(history: History) -> None:
    saved = save(history, {"app.py/x": text_file("1"), "lib": text_file("2")})
    assert (saved.changed, saved.gone) == (2, 3)
    history.close()
    assert_holds(history, saved, {"app.py/x": text_file("1"), "lib": text_file("2")})


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_to_a_workspace_git_and_we_name_it_alike(history: History, seed: int) -> None:
    chance = random.Random(seed)
    names = ["app.py", "lib", "a", "b.pyc", "__pycache__", "\udcff", "n\nl", 'q"']
    tree: dict[str, Entry] = dict(TREE)
    for _ in range(40):
        paths = ["/".join(chance.choices(names, k=chance.randint(1, 3))) for _ in range(chance.randint(0, 6))]
        modes = chance.choices([FILE, EXECUTABLE, LINK], k=len(paths))
        changed = {path: Entry(mode, b"%d" % chance.randint(0, 3)) for path, mode in zip(paths, modes, strict=True)}
        gone = chance.sample(sorted(tree), k=min(len(tree), chance.randint(0, 3)))
        tree = {path: entry for path, entry in tree.items() if path not in gone}
        for path, entry in changed.items():
            # As on a disk: what is in the way goes.
            tree = {old: kept for old, kept in tree.items() if not f"{old}/".startswith(f"{path}/")}
            tree = {old: kept for old, kept in tree.items() if not path.startswith(f"{old}/")}
            tree[path] = entry
        saved = save(history, changed, *gone)
    history.close()
    # A commit's name covers all states before it.
    assert_holds(history, saved, tree)


def test_modes_links_and_bytes_of_any_kind_are_kept(history: History) -> None:
    changed = {
        "app.py": Entry(EXECUTABLE, b"x = 1\n"),
        "link": Entry(LINK, b"/etc/passwd"),
        "odd link": Entry(LINK, b"\xff\n../.."),
        "empty": Entry(FILE, b""),
        "commands": Entry(FILE, b"\ndone\ncommit refs/heads/main\ndata 3\n"),
        "bytes": Entry(FILE, bytes(range(256)) * 20_000),
    }
    saved = save(history, changed)
    history.close()
    assert_holds(history, saved, {**TREE, **changed})


def test_an_unchanged_state_is_a_commit_of_its_own(history: History) -> None:
    first, second = save(history, TREE), save(history, {}, title="nothing")
    assert (first.changed, first.gone, first.paths) == (0, 0, ())
    history.close()
    assert_holds(history, second, TREE)
    assert len({first.commit, second.commit}) == 2
    assert first.commit and Reader(history.folder).diff(first.commit) == ""


def test_a_workspace_may_be_empty(run: Path) -> None:
    base = make_base(run / "bases/empty.git", {}, title="nothing")
    history = History.start(run / "t/history.git", base)
    assert save(history, {"a/b": text_file("1")}).raw != EMPTY_TREE
    saved = save(history, {}, "a/b")
    history.close()
    assert saved.raw == EMPTY_TREE
    assert_holds(history, saved, {})


def test_a_history_that_nothing_was_saved_in_ends_where_its_base_does(history: History, base: Base) -> None:
    history.close()
    history.close()
    assert history.stopped is None
    assert Reader(history.folder).log() == [(base.source_commit, "The workspace")]


def test_after_closing_hashes_go_on(history: History) -> None:
    history.close()
    saved = save(history, {"a": text_file("1")})
    assert (saved.commit, saved.raw_commit, saved.bytes) == (None, None, 0)
    assert saved.raw == git_hash({**TREE, "a": text_file("1")})


@pytest.mark.parametrize("path", ["a/.GIT/config", ".git/hooks/post-index-change", "../x", "/etc/passwd"])
def test_an_unsafe_path_is_a_mistake_of_ours(history: History, path: str) -> None:
    with pytest.raises(ValueError, match="not safe"):
        save(history, {path: text_file("1")})
    saved = save(history, {"a": text_file("1")})
    history.close()
    assert_holds(history, saved, {**TREE, "a": text_file("1")})


TEXTS = ["", "\n\n", "a\nCall: 2\n", "a\0b", "\ud800\udcff", "\x1b[31mred\x1b[0m", "\u202eback", "x" * 10_000, "é✓"]


def test_a_state_in_which_nothing_changed_says_so(history: History) -> None:
    for content in (b"x = 3\n", b"x = 3\n"):
        history.save({"app.py": Entry(FILE, content)}, (), title="edit_file: app.py " + "x" * 60, notes={}, at=AT)
        # A call that was refused reports no file at all.
        history.save({}, (), title="edit_file: app.py", notes={}, at=AT)
    history.close()
    titles = [title for _, title in Reader(history.folder).log()][1:]
    marked = [title.endswith(" (nothing changed)") for title in titles]
    assert marked == [False, True, True, True], titles
    assert max(map(len, titles[1:])) <= 72


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:30])
def test_any_text_may_be_a_title_or_a_note(history: History, text: str) -> None:
    saved = history.save({}, (), title=text, notes={"Call": text, "Tool": "bash"}, at=-5.0)
    history.close()
    assert_holds(history, saved, TREE)
    title = Reader(history.folder).log()[-1][1]
    assert title.isprintable()
    assert 0 < len(title) <= 120
    body = git(history.folder, "log", "-1", "--format=%(trailers)")
    assert [line.split(":")[0] for line in body.strip().split("\n")] == ["Call", "Tool"]
    assert "\x1b" not in body


def test_equal_trees_have_equal_bases_and_one_that_is_there_is_kept(run: Path, base: Base) -> None:
    packs = sorted((base.path / "objects/pack").iterdir())
    again = make_base(base.path, TREE, title="The workspace")
    assert (again.source_commit, again.raw_commit) == (base.source_commit, base.raw_commit)
    assert sorted((base.path / "objects/pack").iterdir()) == packs
    assert make_base(run / "other.git", TREE, title="The workspace").raw_commit == base.raw_commit


def test_a_base_that_was_left_half_made_is_made_again(run: Path, base: Base) -> None:
    for path in (base.path / "objects/pack").iterdir():
        path.unlink()
    make_base(base.path, TREE, title="The workspace")
    assert Reader(base.path).tree(base.raw_commit) == TREE


def test_a_base_that_cannot_be_written_is_our_failure(run: Path) -> None:
    run.write_text("a file")
    with pytest.raises(HarnessError, match="could not write to"):
        make_base(run / "bases/x.git", TREE, title="t")


def test_a_trial_holds_what_changed_and_borrows_the_rest(run: Path) -> None:
    big = {f"f{number}": Entry(FILE, os.urandom(20_000)) for number in range(50)}
    history = History.start(run / "t/history.git", make_base(run / "b.git", big, title="big"))
    save(history, {"f0": text_file("1")})
    history.close()
    assert sum(path.stat().st_size for path in history.folder.rglob("*") if path.is_file()) < 20_000


def test_a_run_directory_can_be_moved(run: Path, history: History, tmp_path: Path) -> None:
    saved = save(history, {"a": text_file("1")})
    history.close()
    (tmp_path / "elsewhere").mkdir()
    moved = run.rename(tmp_path / "elsewhere/run")
    folder = moved / history.folder.relative_to(run)
    assert saved.raw_commit and Reader(folder).tree(saved.raw_commit) == {**TREE, "a": text_file("1")}
    assert git(folder, "fsck", "--full") == ""


@pytest.mark.parametrize("name", ["image.git", 'odd "é\n.git'])
def test_a_history_can_be_moved_within_a_run(run: Path, name: str) -> None:
    history = History.start(run / "t/0/history.git", make_base(run / "bases" / name, TREE, title="t"))
    saved = save(history, {"a": text_file("1")})
    history.close()
    target = run / "t/0/attempts/1/history.git"
    target.parent.mkdir(parents=True)
    move(history.folder, target)
    assert saved.raw_commit and Reader(target).tree(saved.raw_commit) == {**TREE, "a": text_file("1")}


def test_a_repository_that_borrows_nothing_can_be_moved(base: Base, run: Path) -> None:
    move(base.path, run / "other.git")
    assert Reader(run / "other.git").tree(base.raw_commit) == TREE


def test_what_is_too_much_is_not_kept_and_what_was_kept_stays(run: Path, base: Base) -> None:
    history = History.start(run / "t/history.git", base, most_bytes=100_000)
    first = save(history, {"a": Entry(FILE, os.urandom(50_000))})
    assert 50_000 < first.bytes < 51_000
    over = save(history, {"a": Entry(FILE, os.urandom(60_000))})
    after = save(history, {}, "a")
    assert (over.commit, over.bytes, after.commit) == (None, 0, None)
    assert history.stopped == "more than 100000 bytes would be kept"
    assert after.raw == git_hash(TREE)
    history.close()
    assert history.stopped == "more than 100000 bytes would be kept"
    assert git(history.folder, "rev-parse", "main").strip() == first.commit


def test_a_content_that_comes_back_costs_nothing(history: History) -> None:
    one, other = (Entry(FILE, os.urandom(50_000)) for _ in range(2))
    costs = [save(history, {"a": entry}).bytes for entry in (one, other, one, other)]
    assert costs[0] > 50_000
    assert max(costs[2:]) < 1_000
    saved = save(history, {"b": one})
    history.close()
    assert_holds(history, saved, {**TREE, "a": other, "b": one})


def test_a_git_that_is_killed_ends_no_trial(history: History, base: Base) -> None:
    save(history, {"a": text_file("1")})
    assert history.pid is not None
    os.kill(history.pid, signal.SIGKILL)
    wait_for(lambda: save(history, {"b": Entry(FILE, os.urandom(100_000))}).commit is None)
    assert history.stopped and "ended with -9" in history.stopped
    assert save(history, {}, "b").raw == git_hash({**TREE, "a": text_file("1")})
    history.close()
    assert Reader(history.folder).log() == [(base.source_commit, "The workspace")]


def test_a_git_that_gives_up_leaves_what_it_had(history: History) -> None:
    first = save(history, {"a": text_file("1")})
    second = save(history, {"a": text_file("2")})
    # What a later git might do with a name that it has come to think unsafe.
    assert history._importer is not None
    history._importer.send([b"no such command\n"], 0)
    wait_for(lambda: save(history, {"a": Entry(FILE, os.urandom(100_000))}).commit is None)
    assert history.stopped and "no such command" in history.stopped
    assert "2 of " in history.stopped
    assert [commit for commit, _ in Reader(history.folder).log()][1:] == [first.commit, second.commit]


def test_a_git_that_says_otherwise_is_found_out(history: History, base: Base) -> None:
    saved = save(history, {"a": text_file("1")})
    assert history._importer is not None
    history._importer.send([b"reset refs/heads/main\nfrom %s\n\n" % base.source_commit.encode()], 0)
    history.close()
    assert history.stopped and "otherwise than we do; 1 of 1 state is kept" in history.stopped
    assert git(history.folder, "rev-parse", "main").strip() == saved.commit


KILLED = """
import os, sys
from pathlib import Path
from sandbox.history import History, make_base
from sandbox.tree import FILE, Entry
run, size = Path(sys.argv[1]), int(sys.argv[2])
base = make_base(run / "b.git", {"a": Entry(FILE, b"1")}, title="t")
history = History.start(run / "t/history.git", base)
for number in range(1000):
    saved = history.save({"a": Entry(FILE, os.urandom(size))}, (), title=str(number), notes={}, at=0)
    print(saved.commit, flush=True)
"""


@pytest.mark.parametrize("size", [100, 30_000, 3_000_000], ids=["small", "medium", "large"])
def test_a_harness_that_is_killed_leaves_what_it_had_saved(run: Path, size: int) -> None:
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(run), str(size)], stdout=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(20)]
        # By then the next state is on its way, and the large one is cut in the middle.
        time.sleep(0.03)
        child.kill()
        lines += child.stdout.readlines()
    said = [line.decode().strip() for line in lines if line.endswith(b"\n")]
    folder = run / "t/history.git"
    # Git ends by itself once nobody writes any more; the last state may have been on its way to us.
    wait_for(lambda: {commit for commit, _ in Reader(folder).log()} >= set(said))
    assert len(said) >= 20
    assert git(folder, "fsck", "--full", "--no-dangling") == ""


HOSTILE = {
    ".gitattributes": text_file("* -diff -text diff=evil filter=evil export-ignore working-tree-encoding=UTF-16\n"),
    "lib/.gitattributes": text_file("* binary\n"),
    ".gitignore": text_file("*\n"),
    ".mailmap": text_file("Somebody <else@example.org> <roadtest@localhost>\n"),
    ".gitmodules": text_file('[submodule "x"]\n\tpath = x\n\turl = ext::sh -c touch% /tmp/marker\n'),
}


def test_attributes_and_the_like_of_an_agent_hide_nothing(history: History) -> None:
    save(history, HOSTILE)
    saved = save(history, {"app.py": text_file("x = 3\n"), "lib/a.py": text_file("b\n")})
    history.close()
    shown = git(history.folder, "log", "-p", "-1")
    assert "-x = 1\n+x = 3\n" in shown
    assert "-a\n+b\n" in shown
    assert "Author: Roadtest <roadtest@localhost>" in shown
    assert saved.commit and "-a\n+b\n" in Reader(history.folder).diff(saved.commit)


def test_what_stands_in_a_repository_is_not_run_when_it_is_read(history: History, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    saved = save(history, {"app.py": text_file("x = 3\n")})
    history.close()
    evil = f"touch {marker}"
    with (history.folder / "config").open("a") as config:
        config.write(f'[core]\n\tfsmonitor = "{evil}"\n\tpager = "{evil}"\n\tsshCommand = "{evil}"\n')
        config.write(f'[diff]\n\texternal = "{evil}"\n[diff "evil"]\n\ttextconv = "{evil}"\n\tcommand = "{evil}"\n')
        config.write(
            f'[extensions]\n\tpartialClone = evil\n[remote "evil"]\n\turl = "ext::{evil}"\n\tpromisor = true\n'
        )
        config.write(f'[log]\n\tshowSignature = true\n[gpg]\n\tprogram = "{evil}"\n')
    (history.folder / "info").mkdir()
    (history.folder / "info/attributes").write_text("* diff=evil\n")
    reader = Reader(history.folder)
    assert saved.commit and "+x = 3" in reader.diff(saved.commit)
    assert len(reader.log()) == 2
    assert reader.tree(saved.commit)["app.py"] == text_file("x = 3\n")
    with pytest.raises(BadInput):
        reader.diff("0" * 39 + "1")
    assert not marker.exists()


def test_git_settings_of_the_caller_lead_nowhere_else(
    history: History, base: Base, run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.setenv(name, str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.bare'='nonsense'")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    other = History.start(run / "other/history.git", base)
    saved = save(other, {"app.py": text_file("x = 3\n")})
    other.close()
    assert other.stopped is None
    assert saved.commit and "+x = 3" in Reader(other.folder).diff(saved.commit)
    assert Reader(other.folder).tree(saved.commit)["app.py"] == text_file("x = 3\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_run_of_somebody_else_can_be_written_and_read(history: History, run: Path, base: Base) -> None:
    saved = save(history, {"app.py": text_file("x = 3\n")})
    history.close()
    for path in (run, *run.rglob("*")):
        os.chown(path, 12345, 12345)
    assert saved.commit and "+x = 3" in Reader(history.folder).diff(saved.commit)
    assert len(Reader(history.folder).tree(saved.commit)) == 2
    make_base(base.path, TREE, title="The workspace")


def test_a_long_diff_is_cut_and_says_so(history: History) -> None:
    saved = save(history, {f"f{number}": text_file("line\n" * 100) for number in range(10)})
    history.close()
    reader = Reader(history.folder)
    assert saved.commit
    whole = reader.diff(saved.commit)
    cut = reader.diff(saved.commit, most=2_000)
    shown, _, note = cut.rstrip("\n").rpartition("\n")
    assert whole.startswith(shown)
    assert note == f"… cut after 2000 bytes, in file {cut.count('diff --git ')} of 10"
    assert reader.diff(saved.commit, most=len(whole)) == whole


def test_a_diff_may_hold_any_bytes(history: History) -> None:
    saved = save(
        history, {"latin": Entry(FILE, b"caf\xe9\n"), "nul": Entry(FILE, b"\0\1\2"), "\udcff": text_file("1\n")}
    )
    history.close()
    assert saved.commit
    shown = Reader(history.folder).diff(saved.commit)
    assert "+caf\ufffd\n" in shown
    assert "Binary files /dev/null and b/nul differ" in shown
    assert '+++ "b/\\377"' in shown


def test_a_history_can_be_read_after_a_gc_by_hand(history: History, base: Base) -> None:
    saved = save(history, {"app.py": text_file("x = 3\n")})
    history.close()
    git(history.folder, "gc", "-q")
    assert not (history.folder / "refs/heads/main").exists()
    assert [commit for commit, _ in Reader(history.folder).log()] == [base.source_commit, saved.commit]


def test_where_there_is_no_history_the_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nowhere: there is no history"):
        Reader(tmp_path / "nowhere")


@pytest.mark.parametrize("commit", ["", "main", "--output=/tmp/x", "0" * 40, "f" * 41])
def test_what_is_no_commit_is_refused(history: History, commit: str) -> None:
    with pytest.raises(BadInput):
        Reader(history.folder).diff(commit)
    with pytest.raises(BadInput):
        Reader(history.folder).tree(commit)
