"""`roadtest import swebench` and `roadtest export swebench`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sandbox.commands import carry_out, existing_run, output, tell_notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.progress import Progress
    from sandbox.swebench.importing import Imported

DONE, DOES_NOT_HOLD = 0, 1


@click.group("import")
def import_group() -> None:
    """Make tasks of what others have written."""


@click.group("export")
def export_group() -> None:
    """Write what a run found the way others read it."""


@import_group.command("swebench", short_help="Make tasks of SWE-bench's instances.")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--repo-path",
    "repository",
    metavar="DIR_OR_URL",
    help="Where their repository is; {repo} in it stands for owner/name. (the public one)",
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", default=Path("tasks/imported"), show_default=True
)
@click.option("--instance", "ids", multiple=True, metavar="ID", help="Only this instance. May be given several times.")
@click.option(
    "--requirements",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Wheels that the code and its tests need, with hashes or without.",
)
@click.option("--split", is_flag=True, help="A bug for each test that has to pass, not one for all of them.")
@click.option("--import-name", metavar="NAME", help="What the package is imported as, where it cannot be told.")
def import_swebench(
    file: Path,
    repository: str | None,
    out: Path,
    ids: tuple[str, ...],
    requirements: Path | None,
    split: bool,
    import_name: str | None,
) -> None:
    """Make a task of each instance in FILE (JSON lines), of its repository at the base commit.

    Nothing that is fetched is run on this machine. Exit code 1 if an instance was refused; why is in the table.
    """
    import tempfile

    from sandbox.swebench.importing import UPSTREAM, Wish, bring_in, chosen, wheels_for
    from sandbox.threads import in_thread

    picked = chosen(file, ids, repository)

    async def make(progress: Progress) -> list[Imported]:
        with tempfile.TemporaryDirectory(prefix="roadtest-wheels-") as folder:
            lock, wheels = await in_thread(lambda: wheels_for(requirements, Path(folder), say=progress.say))
        wish = Wish(
            out=out,
            repository=repository or UPSTREAM,
            requirements=lock,
            wheels=wheels,
            split=split,
            import_name=import_name,
        )
        return [await in_thread(bring_in, row, wish, say=progress.say) for row in picked]

    done: list[Imported] = carry_out(make)
    _tell(done, out)


def _tell(done: Sequence[Imported], out: Path) -> None:
    from sandbox.reading import shown
    from sandbox.report.sheet import Sheet

    tell_notes([f"{one.id}: {note}" for one in done for note in one.notes])
    rows = [
        (one.id, "refused", "", "", "", one.refused)
        if one.refused is not None
        else (one.id, "imported", f"{one.bugs}", f"{one.fixed}", f"{one.kept}", f"licence: {one.licence or 'unknown'}")
        for one in done
    ]
    refused = sum(one.refused is not None for one in done)
    words = f"{len(done) - refused} imported, {refused} refused"
    figures = ("", "bugs", "fail to pass", "pass to pass", "remarks")
    sheet = Sheet(
        title=f"Instances: {words}", names=("instance",), figures=figures, rows=rows, words=frozenset({"", "remarks"})
    )
    output().print(sheet)
    if refused < len(done):
        click.echo(f"To prove them: roadtest task check {shown(out)}")
    sys.exit(DOES_NOT_HOLD if refused else DONE)


@export_group.command("swebench", short_help="Write what candidates left as SWE-bench's predictions.")
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path), callback=existing_run)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Where to (RUN/predictions.jsonl).")
@click.option("--candidate", metavar="NAME", help="Only what this candidate left.")
@click.option("--repeat", metavar="N", type=click.IntRange(0), help="Only repeat N, from 0.")
@click.option("--all", "every", is_flag=True, help="Of tasks that were not imported, too, as suite__task.")
def export_swebench(directory: Path, out: Path | None, candidate: str | None, repeat: int | None, every: bool) -> None:
    """Write a prediction for each trial of RUN: what leads from the untouched workspace to what was handed in.

    By default of the trials of imported tasks, whose patches apply to their base commits.
    """
    from sandbox.swebench.exporting import predictions, write

    found = predictions(directory, every=every, candidate=candidate, repeat=repeat)
    place = out or directory / "predictions.jsonl"
    write(place, found.predictions)
    tell_notes(found.notes)
    count = len(found.predictions)
    click.echo(f"{place}: {count} prediction{'s' if count != 1 else ''}")
