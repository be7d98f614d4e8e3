"""Reading from outside what lies in a Harbor task's container or image: the engine's archives, and what differs."""

from __future__ import annotations

import contextlib
import io
import secrets
import tarfile
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace

import docker
from docker.errors import NotFound

from sandbox.env.container import Container, make_container
from sandbox.env.engine import talking
from sandbox.env.harbor_container import Inside, look_inside
from sandbox.errors import AgentError, SandboxError
from sandbox.harbor.state import Found, State, escaped, is_never, outermost, parents, perms
from sandbox.tree import Tree

MIB = 1024 * 1024
# A state is held in memory.
MOST_BYTES = 256 * MIB
LARGEST_BASE = 64 * MIB
LARGEST_FILE = MIB
# Of an archive beside contents.
HEADERS = 64 * MIB
CHUNK = 1 << 20
# An archive ends with two blocks of zeros.
END = bytes(1024)
# How the engine, which is written in Go, marks a directory.
DIRECTORY = 1 << 31
KINDS = {tarfile.REGTYPE: "file", tarfile.AREGTYPE: "file", tarfile.SYMTYPE: "link", tarfile.DIRTYPE: "dir"}
# Each takes a request of its own.
MOST_READS = 400
# How the engine numbers what it finds: changed, added, gone.
CHANGED, ADDED, GONE = 0, 1, 2
# Directories that change with everything that is done, with their usual modes.
COMMON = {"tmp": 0o1777, "var/tmp": 0o1777, "root": 0o700, "run": 0o755}
LOGS = ("logs/agent", "logs/artifacts", "logs/verifier")
OURS = frozenset({"logs", *LOGS})


class Absent(Exception):
    """There is nothing at a path of a container."""


def take(container: Container, path: str, most: int, *, itself: bool = False) -> list[Found]:
    """The entry at an absolute path and all below it; what is neither file, link nor directory is left out.

    Args:
        most: bytes of contents.
        itself: of a directory only itself.

    Raises:
        Absent: there is nothing.
        AgentError: it is larger.
        SandboxError: the engine does not answer, or what came is no whole archive.
    """
    with talking("read files of a container"):
        try:
            parts, facts = container.client.api.get_archive(container.id, path, chunk_size=CHUNK)
        except NotFound as exc:
            raise Absent(path) from exc
        data = bytearray()
        alone = itself and bool(int(facts["mode"]) & DIRECTORY)
        # An archive that is left open blocks the container in the engine.
        with closing(parts):
            for part in parts:
                data += part
                if alone and len(data) >= tarfile.BLOCKSIZE:
                    data = data[: tarfile.BLOCKSIZE] + END
                    break
                if len(data) > most + HEADERS:
                    raise AgentError(f"what it left cannot be kept: {path} is larger than {most >> 20} MiB")
    if not data.endswith(END):
        raise SandboxError("the archive of a container's files breaks off")
    return list(_read(bytes(data), path.rpartition("/")[0].strip("/")))


def _read(data: bytes, folder: str) -> Iterable[Found]:
    contents: dict[str, bytes] = {}
    prefix = f"{folder}/" if folder else ""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), encoding="utf-8", errors="surrogateescape") as tar:
            for member in tar:
                kind = "file" if member.islnk() else KINDS.get(member.type)
                name = member.name.strip("/")
                if kind is None or not name or ".." in name.split("/"):
                    continue
                content = b""
                if member.issym():
                    content = member.linkname.encode("utf-8", "surrogateescape")
                elif member.islnk():  # a second name of a file that came before
                    content = contents.get(member.linkname.strip("/"), b"")
                elif kind == "file" and (handle := tar.extractfile(member)) is not None:
                    content = contents[name] = handle.read()
                yield Found(
                    path=prefix + name,
                    kind=kind,
                    mode=perms(member.mode),
                    uid=member.uid,
                    gid=member.gid,
                    data=content,
                )
    except tarfile.TarError as exc:
        raise SandboxError(f"the archive of a container's files is broken: {exc}") from exc


def read_small(container: Container, folder: str, names: Iterable[str]) -> dict[str, bytes]:
    """Regular files of a folder, of at most 1 MiB each; what is not there, or is something else, is left out.

    Raises:
        SandboxError: the engine does not answer.
    """
    found = {}
    for name in names:
        with contextlib.suppress(Absent, AgentError):
            rows = take(container, f"{folder}/{name}", LARGEST_FILE)
            if len(rows) == 1 and rows[0].kind == "file":
                found[name] = rows[0].data
    return found


def read_state(container: Container, workdir: str, *, whole: bool) -> State:
    """What differs in a container, stopped or frozen, from its image.

    Args:
        whole: read the working directory whole where something in it differs.

    Raises:
        AgentError: it is more than is kept.
        SandboxError: the container or the engine failed.
    """
    with talking("look for what an agent left"):
        rows = container.client.api.diff(container.id) or []
    kinds = {row["Path"].strip("/"): int(row["Kind"]) for row in rows}
    kinds = {path: kind for path, kind in kinds.items() if not is_never(path)}
    home = workdir.strip("/")
    found: dict[str, Found] = {}
    left = MOST_BYTES
    for path, itself in _reads(kinds, home, whole=whole):
        try:
            entries = take(container, f"/{path}", left, itself=itself)
        except Absent:
            continue
        left -= sum(len(entry.data) for entry in entries)
        found.update((entry.path, entry) for entry in entries if entry.path in kinds and _is_told(entry, kinds))
    gone = outermost([path for path, kind in kinds.items() if kind == GONE])
    return State(found=found, gone=tuple(gone))


def _reads(kinds: Mapping[str, int], home: str, *, whole: bool) -> list[tuple[str, bool]]:
    """What is read to know what differs: paths, and whether itself alone is meant where it is a directory."""
    above = {parent for path in kinds for parent in parents(path)}
    inside = [path for path, kind in kinds.items() if home and kind != GONE and (path + "/").startswith(home + "/")]
    reads: list[tuple[str, bool]] = []
    rest = dict(kinds)
    if inside and whole:
        reads.append((home, False))
        rest = {path: kind for path, kind in kinds.items() if path not in set(inside)}
    reads += [(path, False) for path in outermost([path for path, kind in rest.items() if kind == ADDED])]
    changed = [path for path, kind in rest.items() if kind == CHANGED and path not in above and path not in COMMON]
    reads += [(path, True) for path in changed]
    if len(reads) > MOST_READS:
        raise AgentError(f"what it left cannot be kept: more than {MOST_READS} places of the file system differ")
    return reads


def _is_told(entry: Found, kinds: Mapping[str, int]) -> bool:
    """Whether an entry says something: a directory of the image that is as directories are does not."""
    if entry.path in OURS:
        return False
    if entry.kind != "dir" or kinds[entry.path] != CHANGED:
        return True
    return not entry.is_plain and COMMON.get(entry.path) != entry.mode


def survey(
    client: docker.DockerClient, image: str, workdir: str | None, *, labels: Mapping[str, str]
) -> tuple[Inside, Tree]:
    """What an image says of its containers, and its own files below the working directory, escaped.

    Args:
        workdir: the task's own, in place of the image's.

    Raises:
        SandboxError: the engine does not answer.
    """
    inside = look_inside(client, image)
    if workdir is not None:
        inside = replace(inside, workdir=workdir)
    return inside, _files_of(client, image, inside.workdir, labels=labels)


def _files_of(client: docker.DockerClient, image: str, workdir: str, *, labels: Mapping[str, str]) -> Tree:
    """An image's own files below its working directory; none where that is `/`, absent or very large."""
    if workdir == "/":
        return {}
    name = "roadtest-" + secrets.token_hex(8)
    with talking(f"look into {image}"):
        found = make_container(client, image, name, command=["true"], labels=dict(labels))
    container = Container(client=client, id=found, image=image)
    try:
        entries = take(container, workdir.rstrip("/"), LARGEST_BASE)
    except (Absent, AgentError):
        return {}
    finally:
        # What is left of it, the end of the run removes.
        with contextlib.suppress(SandboxError):
            container.remove()
    return {escaped(found.path): entry for found in entries if (entry := found.entry) and not is_never(found.path)}
