"""Foreign git repositories, made here with git itself: what is pinned, what is refused; and nothing of them runs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from sandbox import gitrepos
from sandbox.errors import BadInput, HarnessError
from sandbox.gitrepos import checked_url, pin, tree_of
from sandbox.tree import EXECUTABLE, LINK
from tests.support.upstream import WHO, Upstream


@pytest.fixture
def upstream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Upstream:
    monkeypatch.setenv("ROADTEST_CACHE", str(tmp_path / "cache"))
    return Upstream(tmp_path / "up stream")


def url_of(upstream: Upstream) -> str:
    """Where it is."""
    return checked_url(str(upstream.folder))


def read(upstream: Upstream, sha: str) -> dict[str, bytes]:
    """Path to content of a commit."""
    commit = pin(url_of(upstream), sha, where="here")
    return {path: entry.data for path, entry in tree_of(url_of(upstream), sha, commit.tree, where="here").items()}


def refusal(upstream: Upstream, sha: str) -> str:
    """What is said of a commit that is not taken: one line."""
    with pytest.raises(BadInput) as found:
        read(upstream, sha)
    assert "\n" not in str(found.value)
    return str(found.value)


def test_a_commit_is_pinned_by_its_hashes(upstream: Upstream) -> None:
    first = upstream.commit({"a.py": "1"})
    second = upstream.commit({"a.py": "2", "sub/b.py": "b"})
    found = pin(url_of(upstream), second, where="here")
    assert (found.sha, found.parents, found.day) == (second, (first,), "2024-03-02")
    assert found.tree == upstream.git("rev-parse", f"{second}^{{tree}}")
    assert read(upstream, second) == {"a.py": b"2", "sub/b.py": b"b"}
    assert read(upstream, first) == {"a.py": b"1"}


def test_branches_tags_and_beginnings_of_a_hash_mean_full_hashes(upstream: Upstream) -> None:
    first = upstream.commit({"a.py": "1"})
    upstream.git("tag", "-a", "v1", "-m", "one")
    upstream.git("switch", "--quiet", "-c", "other/branch")
    second = upstream.commit({"a.py": "2"})
    meant = {"main": first, "other/branch": second, "v1": first, second[:9]: second, "HEAD": second}
    assert {name: pin(url_of(upstream), name, where="here").sha for name in meant} == meant


def test_what_is_pinned_outlives_a_force_push(upstream: Upstream) -> None:
    upstream.commit({"a.py": "1"})
    gone = upstream.commit({"a.py": "2"})
    assert read(upstream, gone) == {"a.py": b"2"}
    upstream.git("reset", "--quiet", "--hard", "HEAD~1")
    now = upstream.commit({"a.py": "3"})
    upstream.git("reflog", "expire", "--expire=now", "--all")
    upstream.git("gc", "--quiet", "--prune=now")
    assert pin(url_of(upstream), "main", where="here").sha == now
    assert read(upstream, gone) == {"a.py": b"2"}


def test_what_is_pinned_needs_no_upstream_any_more(upstream: Upstream) -> None:
    url, sha = url_of(upstream), upstream.commit({"a.py": "1"})
    tree = pin(url, sha, where="here").tree
    upstream.folder.rename(upstream.folder.with_name("elsewhere"))
    assert set(tree_of(url, sha, tree, where="here")) == {"a.py"}


def test_a_branch_in_the_place_of_a_folder_of_branches(upstream: Upstream) -> None:
    first = upstream.commit({"a.py": "1"})
    upstream.git("branch", "topic")
    assert pin(url_of(upstream), "topic", where="here").sha == first
    upstream.git("branch", "-D", "topic")
    upstream.git("branch", "topic/deep")
    assert pin(url_of(upstream), "topic/deep", where="here").sha == first


def test_a_commit_that_is_nowhere_is_one_clear_line(upstream: Upstream) -> None:
    upstream.commit({"a.py": "1"})
    assert "has no commit " + "ab" * 20 + " (neither in the cache nor there any more)" in refusal(upstream, "ab" * 20)
    with pytest.raises(BadInput, match=r"has no commit nowhere$"):
        pin(url_of(upstream), "nowhere", where="here")


def test_another_tree_than_the_manifest_says_is_refused(upstream: Upstream) -> None:
    sha = upstream.commit({"a.py": "1"})
    with pytest.raises(BadInput, match=r"has the tree .*, not 0000"):
        tree_of(url_of(upstream), sha, "0" * 40, where="here")


@pytest.mark.parametrize("name", ["--upload-pack=x", "-x", "a..b", "HEAD@{1}", "a b", "", "x^{tree}", "a:b"])
def test_what_is_no_name_of_a_commit_is_not_given_to_git(upstream: Upstream, name: str) -> None:
    with pytest.raises(BadInput, match="cannot be the name of a commit"):
        pin(url_of(upstream), name, where="here")


# --- what must not fire ---


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """What only a program of the repository would make."""
    return tmp_path / "it-ran"


def test_nothing_of_a_hostile_repository_runs(
    upstream: Upstream, marker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shout = f"touch {marker}"
    script = f"#!/bin/sh\n{shout}\n"
    settings = {
        ".gitattributes": "*.py filter=evil diff=evil merge=evil text eol=crlf working-tree-encoding=UTF-16 ident\n",
        ".gitmodules": f'[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "{shout}"\n\tupdate = !{shout}\n',
        ".lfsconfig": f"[lfs]\n\turl = ext::{shout}\n",
        "a.py": "print()\n",
    }
    sha = upstream.planted([("100644", name, text.encode()) for name, text in settings.items()])
    hooks = "post-checkout post-merge pre-auto-gc reference-transaction post-index-change fsmonitor-watchman update"
    for name in (*hooks.split(), "pre-receive", "post-update", "upload-pack", "post-upload-pack"):
        hook = upstream.folder / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(script)
        hook.chmod(0o755)
    for key, value in {
        "core.fsmonitor": shout,
        "core.sshCommand": shout,
        "core.alternateRefsCommand": shout,
        "core.pager": shout,
        "filter.evil.smudge": shout,
        "filter.evil.clean": shout,
        "filter.evil.process": shout,
        "filter.evil.required": "true",
        "diff.evil.textconv": shout,
        "diff.external": shout,
        "uploadpack.packObjectsHook": shout,
        "gc.recentObjectsHook": shout,
        "remote.origin.url": f"ext::sh -c '{shout}'",
        "remote.origin.uploadpack": shout,
        "remote.origin.promisor": "true",
        "extensions.partialClone": "origin",
    }.items():
        upstream.git("config", key, value)
    marker.unlink(missing_ok=True)  # git config itself may have shouted
    # A program of ours that git would find, were it to look for one of the repository's words.
    monkeypatch.chdir(upstream.folder)
    found = read(upstream, sha)
    assert found["a.py"] == b"print()\n"
    assert not marker.exists()
    # The twin: git as it is does run them.
    subprocess.run(["git", "status"], cwd=upstream.folder, env={**os.environ, **WHO}, capture_output=True, check=False)
    assert marker.exists()


def test_the_environment_of_a_caller_changes_nothing(
    upstream: Upstream, marker: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sha = upstream.commit({"a.py": "1"})
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "reference-transaction").write_text(f"#!/bin/sh\ntouch {marker}\n")
    (hooks / "reference-transaction").chmod(0o755)
    settings = tmp_path / "settings"
    settings.write_text(f"[core]\n\thooksPath = {hooks}\n")
    for name, value in {
        "GIT_CONFIG_GLOBAL": str(settings),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.hooksPath",
        "GIT_CONFIG_VALUE_0": str(hooks),
        "GIT_DIR": str(upstream.folder / ".git"),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(upstream.folder / ".git/objects"),
    }.items():
        monkeypatch.setenv(name, value)
    assert read(upstream, sha) == {"a.py": b"1"}
    assert not marker.exists()


# --- what is refused ---


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("120000", "out", b"/etc/passwd")], "'out' leads out of the tree, to '/etc/passwd'"),
        ([("120000", "out", b"../x")], "leads out of the tree"),
        ([("120000", "out", b"a/../../x")], "leads out of the tree"),
        ([("120000", "out", b".git/config")], "leads out of the tree"),
        ([("160000", "lib", b"1" * 40)], "'lib' is a submodule"),
        ([("100644", "A.py", b""), ("100644", "a.py", b"")], "differ in nothing but case"),
        ([("100644", "\u00e9.py", b""), ("100644", "e\u0301.py", b"")], "differ in nothing but case"),
        ([("100644", ".GIT", b"x")], "no safe name"),
        ([("100644", ".git.", b"x")], "no safe name"),
        ([("100644", "git~1", b"x")], "no safe name"),
        ([("100644", ".g\u200cit", b"x")], "no safe name"),
        ([("100644", "..", b"x")], "no safe name"),
        ([("100644", "a\\b", b"x")], "no safe name"),
        ([("100644", "a\nb", b"x")], "no safe name"),
        ([("100644", "a\udcff", b"x")], "no safe name"),
        ([("100664", "odd.py", b"x")], "cannot be told by its tree"),
    ],
)
def test_a_tree_that_no_workspace_may_hold(upstream: Upstream, rows: list[tuple[str, str, bytes]], said: str) -> None:
    upstream.commit({"a.txt": "1"})
    assert said in refusal(upstream, upstream.planted(rows))


def test_a_link_within_the_tree_and_a_program_are_taken(upstream: Upstream) -> None:
    upstream.commit({"sub/a.py": "1", "run": "#!/bin/sh\n"})
    (upstream.folder / "sub" / "link").symlink_to("../run")
    (upstream.folder / "run").chmod(0o755)
    sha = upstream.commit({})
    commit = pin(url_of(upstream), sha, where="here")
    tree = tree_of(url_of(upstream), sha, commit.tree, where="here")
    assert (tree["sub/link"].mode, tree["sub/link"].data, tree["run"].mode) == (LINK, b"../run", EXECUTABLE)


def test_a_commit_that_is_too_large_is_refused_before_it_is_read(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gitrepos, "MOST_BYTES", 1000)
    assert "holds more than" in refusal(upstream, upstream.commit({"a.txt": "x" * 2000}))


def test_a_damaged_cache_is_noticed(upstream: Upstream, tmp_path: Path) -> None:
    sha = upstream.commit({"a.py": "1"})
    commit = pin(url_of(upstream), sha, where="here")
    (cache,) = (tmp_path / "cache" / "git").glob("*.git")
    for pack in (cache / "objects" / "pack").glob("*.pack"):
        pack.chmod(0o644)
        data = bytearray(pack.read_bytes())
        data[-30] ^= 0xFF
        pack.write_bytes(data)
    for loose in (path for path in (cache / "objects").glob("??/*") if path.is_file()):
        loose.chmod(0o644)
        loose.write_bytes(b"damaged")
    with pytest.raises((HarnessError, BadInput)):
        tree_of(url_of(upstream), sha, commit.tree, where="here")


# --- URLs ---


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c touch% x",
        "ext::sh",
        "fd::7",
        "http://example.org/x.git",
        "git://example.org/x.git",
        "--upload-pack=touch x",
        "-x",
        "https://user:secret@example.org/x.git",
        "ssh://-oProxyCommand=x/y",
        "file://example.org/x",
        "https:///x",
        "nowhere/at/all",
        "a\nb",
        "",
    ],
)
def test_a_url_that_is_not_taken(url: str) -> None:
    with pytest.raises(BadInput) as found:
        checked_url(url)
    assert "secret" not in str(found.value)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    "url", ["https://example.org/x.git", "ssh://git@example.org/x", "git@example.org:a/b.git", "file:///a/b"]
)
def test_a_url_that_is_taken(url: str) -> None:
    assert checked_url(url) == url


def test_a_directory_becomes_a_url(tmp_path: Path) -> None:
    assert checked_url(str(tmp_path)) == tmp_path.resolve().as_uri()


def test_a_directory_that_is_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADTEST_CACHE", str(tmp_path / "cache"))
    (tmp_path / "plain").mkdir()
    with pytest.raises(BadInput, match="is no git repository"):
        pin(checked_url(str(tmp_path / "plain")), "main", where="here")


def test_a_server_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADTEST_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "*")
    with pytest.raises(HarnessError, match=r"could not fetch https://127\.0\.0\.1:9/x"):
        pin("https://127.0.0.1:9/x", "main", where="here")
