"""Archives of a workspace as an engine sends them: bounded, and whole or none."""

from __future__ import annotations

import io
import tarfile

import pytest

from sandbox.env.outside import Bounds, Seen, read_archive
from sandbox.errors import AgentError, SandboxError
from sandbox.tree import Entry

BOUNDS = Bounds(files=20, bytes=10_000, depth=3)


def archive(*members: tuple[str, bytes, bytes]) -> bytes:
    """A tar of (name below the workspace, type, content or target)."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, kind, content in members:
            member = tarfile.TarInfo(f"workspace/{name}")
            member.type = kind
            if kind == tarfile.REGTYPE:
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
            else:
                member.linkname = content.decode()
                tar.addfile(member)
    return buffer.getvalue()


def read(data: bytes, piece: int = 1000) -> Seen:
    return read_archive((data[start : start + piece] for start in range(0, len(data), piece)), BOUNDS)


WHOLE = archive(
    ("a", tarfile.REGTYPE, b"a" * 600), ("d", tarfile.DIRTYPE, b""), ("d/z", tarfile.REGTYPE, bytes(2000)),
    ("link", tarfile.SYMTYPE, b"a"), ("twin", tarfile.LNKTYPE, b"workspace/a"), ("pipe", tarfile.FIFOTYPE, b""),
)  # fmt: skip
TWINS = archive(("f", tarfile.REGTYPE, bytes(6000)), ("g", tarfile.LNKTYPE, b"workspace/f"))


def test_files_links_and_second_names_are_read() -> None:
    found = read(WHOLE)
    assert set(found.tree) == {"a", "d/z", "link", "twin"}
    assert found.tree["twin"] == found.tree["a"] == Entry("100644", b"a" * 600)
    assert found.skipped == 1


def test_an_archive_that_breaks_off_anywhere_is_none() -> None:
    end = len(WHOLE.rstrip(b"\0")) // 512 * 512 + 512
    for length in [*range(0, end + 1024, 512), 100, 700, end + 100]:
        with pytest.raises(SandboxError, match="broken"):
            read(WHOLE[:length])
    assert read(WHOLE[: end + 1024]).tree == read(WHOLE).tree


def test_an_archive_with_a_damaged_header_is_none() -> None:
    for start in range(0, len(WHOLE.rstrip(b"\0")), 512):
        if b"ustar" in WHOLE[start : start + 512]:
            with pytest.raises(SandboxError, match="broken"):
                read(WHOLE[: start + 10] + b"\xff" + WHOLE[start + 11 :])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(archive(*[(f"f{n}", tarfile.REGTYPE, b"") for n in range(21)]), "20 files", id="files"),
        pytest.param(archive(("f", tarfile.REGTYPE, bytes(10_001))), "10000 bytes", id="bytes"),
        pytest.param(TWINS, "10000 bytes", id="twins"),
        pytest.param(archive(("a/b/c/d/e", tarfile.DIRTYPE, b"")), "nested deeper", id="depth"),
        pytest.param(archive(("n" * 3501, tarfile.DIRTYPE, b"")), "3500 bytes", id="path"),
    ],
)  # fmt: skip
def test_what_is_over_a_bound_is_charged_to_the_candidate(data: bytes, reason: str) -> None:
    with pytest.raises(AgentError, match=reason):
        read(data)


@pytest.mark.parametrize("name", ["../out", "a/../../b", "a//b", "./a"])
def test_paths_that_lead_elsewhere_end_the_reading(name: str) -> None:
    with pytest.raises(SandboxError, match="holds the path"):
        read(archive((name, tarfile.REGTYPE, b"x")))


def test_git_is_left_out_but_what_is_linked_from_it_is_not() -> None:
    found = read(archive((".git/own", tarfile.REGTYPE, b"x"), ("own", tarfile.LNKTYPE, b"workspace/.git/own"),
                         ("sub/.GIT", tarfile.REGTYPE, b"x")))  # fmt: skip
    assert found.tree == {"own": Entry("100644", b"x")}
