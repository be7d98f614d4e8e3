"""From an instance to a task's directory, whole or not at all.

    pin base commit → its files → both patches over them → files of the task → loaded once → moved to its place

A task that is imported holds its workspace itself and belongs to whoever imported it, as the
words and the code in it are somebody else's.
"""

from __future__ import annotations

import gzip
import platform
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from posixpath import basename

from sandbox import fetch, gitrepos
from sandbox.adding.facts import Facts, facts
from sandbox.adding.wheels import in_image
from sandbox.errors import BadInput, HarnessError, boundary
from sandbox.exams import GUARDS
from sandbox.foreign import check_links, check_names
from sandbox.loader import NAME, load_task
from sandbox.parts import Parts
from sandbox.patches import applied
from sandbox.reading import MOST_BYTES, read_text, shown
from sandbox.recipe import write_solution
from sandbox.swebench.drafts import Origin, bugs_of, dockerfile, task_toml
from sandbox.swebench.instances import Instance, read, rows
from sandbox.tree import FILE, LINK, Entry, Tree, changed, pack
from sandbox.treefiles import read_tree, write_tree

Say = Callable[[str], None]

UPSTREAM = "https://github.com/{repo}"
PLACE = "{repo}"
MACHINES = {"arm64": "aarch64", "amd64": "x86_64"}
MOST_NEEDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How instances are imported.

    out: the folder that gets a task each. repository: directory or URL, in which `{repo}` stands for owner/name.
    wheels: by file name, what is installed besides the base image, by `requirements` with hashes.
    split: a bug for each test. import_name: of the package, where it cannot be told.
    """

    out: Path
    repository: str = UPSTREAM
    requirements: str = ""
    wheels: Mapping[str, Entry]
    split: bool = False
    import_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of an instance. refused: why it was not imported; notes: what a person should know if it was."""

    id: str
    folder: Path | None = None
    bugs: int = 0
    fixed: int = 0
    kept: int = 0
    licence: str | None = None
    refused: str | None = None
    notes: tuple[str, ...] = ()


def chosen(path: Path, ids: Sequence[str], repository: str | None) -> list[Mapping[str, object]]:
    """The objects of a file that are asked for.

    Raises:
        BadInput: the file is broken, an id is not in it, or one directory is given for several repositories.
    """
    found = rows(read_text(path), shown(path))
    known = {str(row["instance_id"]): row for row in found}
    for name in ids:
        if name not in known:
            raise BadInput(f"--instance {name}: {shown(path)} has none of that id")
    picked = [known[name] for name in dict.fromkeys(ids)] if ids else found
    repos = sorted({str(row.get("repo")) for row in picked})
    if repository is not None and PLACE not in repository and len(repos) > 1:
        raise BadInput(
            f"--repo-path {repository}: the instances are of {len(repos)} repositories ({', '.join(repos[:3])}); "
            f"put {PLACE} into it where their names go, or choose with --instance"
        )
    return picked


def wheels_for(path: Path | None, folder: Path, *, say: Say) -> tuple[str, dict[str, Entry]]:
    """What a requirements file asks for: the file with hashes, and the wheels by name.

    Args:
        path: with hashes, or without; then the newest that fit are chosen. None: nothing.
        folder: an empty one, to work in.

    Raises:
        BadInput: the file is not there.
        HarnessError: wheels are not to be had.
    """
    if path is None:
        return "", {}
    text, what = read_text(path), shown(path)
    machine = MACHINES.get(platform.machine().lower(), platform.machine())
    if "--hash=" not in text:
        lines = [re.sub(r"(^|\s)#.*", "", line).strip() for line in text.splitlines()]
        wanted = [line for line in lines if line]
        if odd := next((line for line in wanted if line.startswith("-")), None):
            raise BadInput(f"{what}: {odd}: write requirements only, one a line")
        say(f"{what}: choosing wheels")
        held = in_image()
        picked = [wheel for wheel in fetch.choose_wheels(wanted, machine=machine, what=what) if wheel.name not in held]
        text = "".join(f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n" for wheel in picked)
    if text.strip():
        say(f"{what}: fetching wheels")
        fetch.wheels(text, folder, machine=machine, what=what)
    return text, {name: Entry(FILE, entry.data) for name, entry in read_tree(folder).items()}


def bring_in(row: Mapping[str, object], wish: Wish, *, say: Say) -> Imported:
    """Make a task of one instance, or say why none can be made of it.

    Raises:
        HarnessError: the repository cannot be reached, or the disk not be written.
    """
    name = str(row["instance_id"])
    try:
        return _bring_in(read(row), wish, say)
    except BadInput as exc:
        return Imported(id=name, refused=str(exc))


def _bring_in(instance: Instance, wish: Wish, say: Say) -> Imported:
    url = gitrepos.checked_url(wish.repository.replace(PLACE, instance.repo))
    say(f"{instance.id}: fetching {instance.base[:12]}")
    commit = gitrepos.pin(url, instance.base, where="base_commit")
    base = gitrepos.tree_of(url, commit.sha, commit.tree, where="base_commit")
    parts = _parts(instance, base)
    told = facts(base, basename(instance.repo), import_name=wish.import_name)
    if told.import_name is None:
        raise BadInput("what its package is imported as cannot be told; give --import-name NAME")
    size = sum(len(entry.data) for entry in base.values())
    origin = Origin(url=url, tree=commit.tree, licence=told.licence, import_name=told.import_name, size=size)
    bugs = bugs_of(instance, split=wish.split)
    texts = {
        "task.toml": task_toml(instance, origin, bugs),
        "instruction.md": instance.statement.rstrip() + "\n",
        f"tests/{GUARDS}": "".join(f"{test}\n" for test in instance.kept),
        "environment/Dockerfile": dockerfile(instance),
        "environment/requirements.txt": wish.requirements,
    }
    files = {path: Entry(FILE, text.encode("utf-8")) for path, text in texts.items()}
    # Twice the same commit gives the same bytes.
    files["environment/workspace.tar.gz"] = Entry(FILE, gzip.compress(pack(base), mtime=0))
    wheels = wish.wheels or {".keep": Entry(FILE, b"")}
    files |= {f"environment/wheels/{path}": entry for path, entry in wheels.items()}
    files |= {f"tests/{path}": entry for path, entry in parts.tests.items()}
    folder = _put(wish.out, instance.id, files, parts)
    return Imported(
        id=instance.id,
        folder=folder,
        bugs=len(bugs),
        fixed=len(instance.fixed),
        kept=len(instance.kept),
        licence=told.licence,
        notes=tuple(_notes(instance, told, wish)),
    )


def _parts(instance: Instance, base: Tree) -> Parts:
    """Workspace, hidden tests and reference.

    Raises:
        BadInput: a patch does not apply, makes what no task holds, or leaves a test without its file.
    """
    tested = applied(base, instance.test_patch, what="test_patch")
    solved = applied(base, instance.patch, what="patch")
    for what, tree in (("test_patch", tested), ("patch", solved)):
        check_names(list(tree), what)
        check_links(tree, what)
    hidden = [path for path in changed(base, tested) if path in tested]
    # Guards may lie in files that the patch leaves alone: theirs are hidden, too, as they are.
    hidden += [test.partition("::")[0] for test in (*instance.fixed, *instance.kept)]
    missing = [path for path in hidden if path not in tested]
    if missing:
        raise BadInput(f"FAIL_TO_PASS or PASS_TO_PASS: {missing[0]} is neither at base_commit nor in test_patch")
    fixes = changed(base, solved)
    tests = {path: tested[path] for path in dict.fromkeys(hidden)}
    solution = {path: solved[path] for path in fixes if path in solved}
    for what, tree in (("test_patch", tests), ("patch", solution)):
        if link := next((path for path, entry in tree.items() if entry.mode == LINK), None):
            raise BadInput(f"{what}: makes the symbolic link {link!r}; a task's directory holds none")
    return Parts(
        workspace=base, tests=tests, solution=solution, removed=tuple(path for path in fixes if path not in solved)
    )


def _put(out: Path, name: str, files: Tree, parts: Parts) -> Path:
    """Write a task's directory, look whether it loads, and move it to its place.

    Raises:
        BadInput: it makes no task, or another one is there.
        HarnessError: the disk cannot be written.
    """
    place = out.absolute() / name
    size = sum(len(entry.data) for tree in (files, parts.solution) for entry in tree.values())
    if size > MOST_BYTES:
        raise BadInput(f"the task would hold {size >> 20} MiB, and one may hold {MOST_BYTES >> 20}")
    _prepare(out)
    with boundary(HarnessError, f"write to {out}"):
        # A dot: no folder of tasks is looked for there.
        beside = Path(tempfile.mkdtemp(prefix=".making-", dir=out))
        try:
            staged = beside / place.parent.name / name
            write_tree(staged, files)
            write_solution(staged / "solution", parts)
            task = load_task(staged)
            if place.exists():
                if load_task(place).digest != task.digest:
                    why = "changed by hand, or imported with other options"
                    raise BadInput(f"{shown(place)}: is there already, and is another ({why}); remove it first")
            else:
                staged.rename(place)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return place


def _prepare(out: Path) -> None:
    """Make the folder; what is in it is somebody else's, and git is told to leave it alone."""
    if not NAME.fullmatch(out.absolute().name):
        raise BadInput(f"--out {shown(out)}: {out.absolute().name!r} cannot be part of a task's name")
    if not out.exists():
        with boundary(HarnessError, f"write to {out}"):
            out.mkdir(parents=True)
            (out / ".gitignore").write_text("*\n", "ascii")


def _notes(instance: Instance, told: Facts, wish: Wish) -> list[str]:
    notes = []
    if told.licence is None:
        notes.append("its licence cannot be told from its files; look before you pass anything on")
    if instance.dropped:
        notes.append(
            f"{len(instance.dropped)} of PASS_TO_PASS left out, as their ids are cut off: {instance.dropped[0]}"
        )
    held = {*in_image(), *(fetch.normal(name.partition("-")[0]) for name in wish.wheels)}
    needs = [need for need in told.needs if fetch.normal(re.split(r"[^\w.-]", need, maxsplit=1)[0]) not in held]
    if needs:
        more = ", …" if len(needs) > MOST_NEEDS else ""
        notes.append(f"it may need {', '.join(needs[:MOST_NEEDS])}{more}: name them in a file for --requirements")
    return notes
