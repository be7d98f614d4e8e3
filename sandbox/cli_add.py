"""`roadtest repo add` and `roadtest task new`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sandbox.commands import carry_out, tell_notes

if TYPE_CHECKING:
    from sandbox.adding.newtask import Made, Pair
    from sandbox.adding.repo import Manifest, Told
    from sandbox.progress import Progress

DONE, DOES_NOT_HOLD = 0, 1

F = TypeVar("F", bound=Callable[..., Any])


def about_the_package(function: F) -> F:
    """The options that tell what a package's files do not."""
    for option in (
        click.option("--requires", multiple=True, metavar="NAME", help="A wheel that its tests need besides."),
        click.option("--tests", multiple=True, metavar="GLOB", help="What in its tree is tests."),
        click.option("--import-name", metavar="NAME", help="What it is imported as."),
        click.option("--licence", metavar="NAME", help="Its licence, as SPDX calls it."),
    ):
        function = option(function)
    return function


def _told(options: dict[str, Any]) -> Told:
    from sandbox.adding.repo import Told

    return Told(
        licence=options["licence"],
        import_name=options["import_name"],
        tests=tuple(options["tests"]),
        requires=tuple(options["requires"]),
    )


@click.group()
def repo() -> None:
    """Look after real codebases."""


@repo.command("add", short_help="Pin releases of a package, or commits of a git repository.")
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--version", "versions", multiple=True, metavar="V", help="A release to pin. May be given several times.")
@click.option("--git", "url", metavar="URL", help="A git repository: https, ssh, or a directory.")
@click.option(
    "--commit",
    "commits",
    multiple=True,
    metavar="SHA",
    help="A commit to pin, by hash, branch or tag. May be given several times.",
)
@click.option("--name", "called", metavar="NAME", help="What to call a git repository here.")
@click.option("--into", type=click.Path(path_type=Path), metavar="DIR", help="Where manifests lie (repos).")
@about_the_package
def add(
    name: str | None,
    versions: tuple[str, ...],
    url: str | None,
    commits: tuple[str, ...],
    called: str | None,
    into: Path | None,
    **options: Any,
) -> None:
    """Pin releases of a package of the index, or commits of a git repository, in repos/NAME.toml.

    What is there is extended. Nothing that is fetched is run on this machine.
    """
    from sandbox.adding.repo import add_releases, open_manifest
    from sandbox.errors import BadInput
    from sandbox.threads import in_thread

    if (name is None) == (url is None) or bool(versions) != (name is not None) or bool(commits) != (url is not None):
        raise BadInput("give NAME and --version V, or --git URL and --commit SHA")
    told = _told(options)

    async def make(progress: Progress) -> Manifest:
        def pin() -> Manifest:
            if url is not None:
                return _pin_commits(url, commits, called, into, told, progress)
            assert name is not None
            made = open_manifest(name, into)
            add_releases(made, versions, told, say=progress.say)
            return made

        return await in_thread(pin)

    made: Manifest = carry_out(make)
    made.write()
    tell_notes(made.notes)
    state = "extended" if made.before is not None else "written"
    words = "unchanged" if made.text == made.before else state
    click.echo(f"{made.path}: {words}; it pins {', '.join(dict.fromkeys(made.pinned))}")


def _pin_commits(
    url: str, commits: tuple[str, ...], called: str | None, into: Path | None, told: Told, progress: Progress
) -> Manifest:
    from sandbox import gitrepos
    from sandbox.adding.newtask import name_of
    from sandbox.adding.repo import add_commits, open_manifest

    address = gitrepos.checked_url(url)
    made = open_manifest(called or name_of(address), into)
    progress.say(f"{made.name}: fetching {address}")
    pinned = [gitrepos.pin(address, commit, where="--commit") for commit in commits]
    add_commits(made, address, pinned, told, say=progress.say)
    return made


@click.command("new", short_help="Make a task of a fix: two releases, or a commit.")
@click.option("--package", metavar="NAME", help="A package of the index, with --from and --to.")
@click.option("--from", "old", metavar="VERSION", help="The release with the bug.")
@click.option("--to", "new", metavar="VERSION", help="The release that fixed it.")
@click.option("--repo", "url", metavar="URL", help="A git repository (URL or directory), with --fix.")
@click.option("--fix", metavar="COMMIT", help="The commit that fixed it; its parent is where the candidate starts.")
@click.option("--name", "called", metavar="NAME", help="What to call a git repository here.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Its directory (tasks/own/NAME-TO).")
@click.option(
    "--bug", "bugs", multiple=True, metavar="ID=PATTERN", help="Of several bugs: one, and which tests are its."
)
@click.option(
    "--runs", default=10, show_default=True, type=click.IntRange(2, 100), help="Runs of the tests on each side."
)
@click.option("--seed", default=0, show_default=True, help="Of the order of tests; of which mutations are tried.")
@click.option("--mutate", metavar="REPO", help="A repo that is pinned; bugs of our own making are put into it.")
@click.option("--release", metavar="VERSION", help="With --mutate: the release (the last that is pinned).")
@click.option(
    "--bugs", "how_many", default=1, show_default=True, type=click.IntRange(1, 4), help="With --mutate: how many bugs."
)
@about_the_package
def new_task(
    package: str | None,
    old: str | None,
    new: str | None,
    url: str | None,
    fix: str | None,
    called: str | None,
    out: Path | None,
    bugs: tuple[str, ...],
    runs: int,
    seed: int,
    mutate: str | None,
    release: str | None,
    how_many: int,
    **options: Any,
) -> None:
    """Make a task of a fix that is public: find the tests that it makes pass, freeze them, and check the task.

    Or of bugs of our own making, with --mutate: of small changes to real code, the first that its tests notice.

    What it cannot do is the complaint: write it in the places marked TODO(complaint), in words of your own.
    """
    from sandbox.adding.newtask import Wish, from_fix, from_releases, make_task
    from sandbox.errors import BadInput
    from sandbox.threads import in_thread

    of_package = [value is not None for value in (package, old, new)]
    of_commit = [value is not None for value in (url, fix)]
    if mutate is not None:
        if any([*of_package, *of_commit, bugs, called, *options.values()]):
            raise BadInput("--mutate goes with --release, --bugs, --seed, --runs and --out alone")
        tell(carry_out(_mutant(mutate, release, how_many, seed=seed, runs=runs, out=out)))
        return
    if release is not None or how_many != 1:
        raise BadInput("--release and --bugs go with --mutate REPO")
    if not ((all(of_package) and not any(of_commit)) or (all(of_commit) and not any(of_package))):
        raise BadInput("give --package NAME --from V --to V, or --repo URL --fix COMMIT, or --mutate REPO")
    told, wish = _told(options), Wish(out=out, runs=runs, seed=seed, bugs=bugs)

    async def make(progress: Progress) -> Made:
        def pair() -> Pair:
            if package is not None:
                return from_releases(package, str(old), str(new), told, say=progress.say)
            return from_fix(str(url), str(fix), told, name=called, say=progress.say)

        return await make_task(await in_thread(pair), wish, progress=progress)

    tell(carry_out(make))


def _mutant(
    repo: str, release: str | None, bugs: int, *, seed: int, runs: int, out: Path | None
) -> Callable[[Progress], Any]:
    from sandbox.adding.mutation_task import MutationWish, make_mutation_task

    wish = MutationWish(repo=repo, release=release, bugs=bugs, seed=seed, runs=runs, out=out)
    return lambda progress: make_mutation_task(wish, progress=progress)


def tell(made: Made) -> None:
    """Say what was made and what is left to do. Ends the process with 1 if the task does not hold."""
    from sandbox.reading import shown

    tell_notes(made.notes)
    place = shown(made.folder)
    for bug, tests in made.draft.bugs.items():
        before, after = ("fails", "passes") if len(tests) == 1 else ("fail", "pass")
        click.echo(f"{place}: {bug}: {_tests(len(tests))} {before} before the fix and {after} after it")
    does = ("passes", "guards") if len(made.draft.guards) == 1 else ("pass", "guard")
    click.echo(f"{place}: {_tests(len(made.draft.guards))} {does[0]} on both sides and {does[1]} it")
    for fault in made.faults:
        click.echo(f"{place}: {fault}")
    click.echo(f"Now write what is marked TODO(complaint) in {place}/instruction.md and task.toml; then")
    click.echo(f"  roadtest task check {place}")
    sys.exit(DOES_NOT_HOLD if made.faults else DONE)


def _tests(count: int) -> str:
    return f"{count} test{'' if count == 1 else 's'}"
