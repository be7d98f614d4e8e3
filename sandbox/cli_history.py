"""The command `history`: candidates over nights, as a table and as a plot; and recording runs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sandbox.commands import existing_run, output
from sandbox.errors import BadInput

if TYPE_CHECKING:
    from sandbox.nights.history import History
    from sandbox.nights.timeline import Timeline

DATABASE = "history.sqlite3"
# Who cannot change, where nobody else is named.
REFERENCE = "scripted:oracle"
# Repeated here, so that --help needs not load what reckons.
BASELINE_NIGHTS, ALPHA = 7, 0.05
KINDS = ("svg", "png", "html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How nights are watched. own: of a nightly.toml, by candidate: nights of its baseline, since when, alpha."""

    baseline: int
    reference: str | None
    own: Mapping[str, tuple[int, str | None, float]] | None = None

    def wanted(self, found: Sequence[Timeline]) -> dict[str, int]:
        """By candidate of how many first nights its baseline is, unless the history says which."""
        own = self.own or {}
        return {one.candidate: own[one.candidate][0] if one.candidate in own else self.baseline for one in found}


_db = click.option(
    "--db", default=DATABASE, show_default=True, metavar="FILE|URL", help="The history: a file, or a database by URL."
)
_nights = click.option(
    "--nights", "suite", metavar="NAME", help="What the nights go by, as `name` in nightly.toml; the only one without."
)


@click.group(invoke_without_command=True, short_help="Candidates over nights; recording runs.")
@_db
@_nights
@click.option(
    "--candidate", "candidates", multiple=True, metavar="NAME", help="Only this one. May be given several times."
)
@click.option("--condition", metavar="NAME", help="Only trials under this condition.")
@click.option("--last", metavar="N", type=click.IntRange(1), help="Show the last N nights; all of them count.")
@click.option(
    "--baseline",
    metavar="N",
    default=BASELINE_NIGHTS,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Of how many first nights the baseline is, unless the history says which.",
)
@click.option(
    "--reference",
    metavar="NAME",
    help=f"Who cannot change, so that drift of the machine shows ({REFERENCE}, if there).",
)
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A nightly.toml: its history, baselines and reference, so that the same is said as by `roadtest nightly`.",
)
@click.option("--plot", metavar="FILE", type=click.Path(path_type=Path), help="Draw it, too: FILE.svg, .png or .html.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@click.pass_context
def history(
    context: click.Context,
    db: str,
    suite: str | None,
    candidates: tuple[str, ...],
    condition: str | None,
    last: int | None,
    baseline: int,
    reference: str | None,
    config: Path | None,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Candidates night by night: rate, change against the baseline, and whether it got worse.

    The interval of the change and its p hold however often one looks.
    """
    if context.invoked_subcommand is not None:
        # What was typed before the word counts after it, too.
        typed = {name: value for name, value in (("db", db), ("suite", suite)) if value is not None}
        context.default_map = {context.invoked_subcommand: typed}
        return
    from sandbox.nights.timeline import as_data
    from sandbox.report.history_text import remarks, sheet
    from sandbox.report.transcript_lines import one_line

    if plot is not None:
        _check_plot(plot)
    terms = Terms(baseline=baseline, reference=reference)
    if config is not None:
        db, suite, terms = _terms_of(config)
    with opened(db, must_exist=True) as held:
        name = which(held, suite)
        found = _timelines(held, name, candidates, condition, terms)
        hidden = len(held.held_out(name))
        told = [*_chosen(held, name, found), *remarks(found, hidden, terms.wanted(found))]
    if terms.own is None and any(one.limit is None and 0 < len(one.lines) < baseline for one in found):
        told.append("--baseline N takes fewer nights, --config nightly.toml as many as that says.")
    if plot is not None:
        _draw(found, plot, name, last)
    if as_json:
        data = [as_data(one, last) for one in found]
        click.echo(json.dumps({"nights": name, "candidates": data, "remarks": told}))
        return
    console = output()
    for one in found:
        if one.lines:
            console.print(sheet(one, last))
    for line in told:
        console.print(one_line(line, 1000), markup=False, highlight=False)


@history.command("add", short_help="Record runs.")
@click.argument("directories", metavar="RUN...", nargs=-1, required=True, type=click.Path(path_type=Path))
@_db
@click.option(
    "--nights", "suite", required=True, metavar="NAME", help="What the nights go by, as `name` in nightly.toml."
)
def add(directories: tuple[Path, ...], db: str, suite: str) -> None:
    """Record finished runs in the history, each once; it is made where there is none."""
    from sandbox.nights.recording import record_run

    for directory in directories:
        existing_run(click.get_current_context(), add.params[0], directory)
    with opened(db) as held:
        for directory in directories:
            done = record_run(held, directory, suite)
            word = f"recorded, {done.trials:,} trials" if done.new else "is there already and stays as it is"
            click.echo(f"{done.name}: {word}")


@history.command("baseline", short_help="Say which nights a candidate is held against.")
@click.argument("first")
@click.argument("last")
@_db
@_nights
@click.option("--candidate", required=True, metavar="NAME", help="Whose baseline it is.")
@click.option("--reason", required=True, help="Why, for those who look at it later.")
def baseline_command(first: str, last: str, db: str, suite: str | None, candidate: str, reason: str) -> None:
    """From the run FIRST to the run LAST, both with it: what comes after is held against these nights.

    It counts before what --baseline or a nightly.toml says of how many first nights are one.
    """
    from sandbox.nights.watching import watch
    from sandbox.report.transcript_lines import count

    with opened(db, must_exist=True) as held:
        name = which(held, suite)
        if candidate not in (known := held.candidates(name)):
            raise BadInput(f"--candidate {candidate}: none of that name in {held.name} (known: {', '.join(known)})")
        at = datetime.now(UTC).isoformat(timespec="seconds")
        known_runs = [night.run for night in held.nights(name)]
        ends = _run_of(name, first, known_runs), _run_of(name, last, known_runs)
        held.set_baseline(name, candidate, ends, at=at, reason=reason)
        watched = watch(held, name, candidate, first=BASELINE_NIGHTS)
    nights = count(len(watched.baseline), "night", "nights")
    click.echo(f"{candidate}: the baseline is from {ends[0]} to {ends[1]}, {nights}; {len(watched.after):,} since")


def _run_of(suite: str, night: str, known: Sequence[str]) -> str:
    """What a night is called in the history that was typed as there, or as its directory is."""
    named = next((run for run in (night, f"{suite}/{night}") if run in known), None)
    if named is None:
        latest = ", ".join(run.removeprefix(f"{suite}/") for run in known[:-4:-1]) or "there is none"
        raise BadInput(f"no night {night} of {suite} (the last: {latest})")
    return named


def _chosen(held: History, suite: str, found: Sequence[Timeline]) -> Iterator[str]:
    """Baselines that were set, why, and what came before them and does not count any more."""
    from sandbox.report.transcript_lines import count

    for one in found:
        chosen = held.baseline(suite, one.candidate)
        if one.lines and chosen is not None:
            ends = " to ".join(run.removeprefix(f"{suite}/") for run in dict.fromkeys(chosen.ends))
            yield f"{one.candidate}: its baseline, {ends}, was set at {chosen.at}: {chosen.reason}"
            all_nights = held.counts(suite, one.candidate)
            first = [night.run for night in all_nights.nights].index(one.lines[0].run)
            if before := int((all_nights.counts.trials[:first].sum(axis=1) > 0).sum()):
                nights = count(
                    before, "night before the baseline that was set is", "nights before the baseline that was set are"
                )
                yield f"{one.candidate}: {nights} not shown, and {'does' if before == 1 else 'do'} not count."


def opened(db: str, *, must_exist: bool = False) -> History:
    """The history that was typed.

    Raises:
        BadInput: there is none, and it must exist; or it is no database. HarnessError: it cannot be opened.
    """
    if must_exist and "://" not in db and not Path(db).is_file():
        raise BadInput(f"--db {db}: there is no history; `roadtest nightly` or `roadtest history add` makes one")
    from sandbox.nights.history import History

    return History(db)


def which(held: History, suite: str | None) -> str:
    """What the nights go by that are meant.

    Raises:
        BadInput: no such nights, or several and none named.
    """
    known = held.suites()
    if suite is not None and suite not in known:
        raise BadInput(f"--nights {suite}: none of that name in {held.name} (known: {', '.join(known) or 'none'})")
    if suite is None and len(known) != 1:
        raise BadInput(f"--nights: say which are meant ({', '.join(known) or 'there are none'})")
    return suite or known[0]


def _terms_of(config: Path) -> tuple[str, str, Terms]:
    """Where the history is, what its nights go by, and how they are watched, from a nightly.toml."""
    from sandbox.nights.config_file import load_nightly
    from sandbox.nights.place import Place

    said = load_nightly(config)
    own = {one.name: (one.first, one.since, one.gate.alpha) for one in said.candidates}
    first = min(one.first for one in said.candidates)
    if said.reference is not None:
        own[said.reference] = first, min(one.since or "" for one in said.candidates) or None, ALPHA
    db = Place(config=said, file=config, out=Path(said.out)).history
    return str(db), said.name, Terms(baseline=first, reference=said.reference, own=own)


def _timelines(held: History, suite: str, wanted: Sequence[str], condition: str | None, terms: Terms) -> list[Timeline]:
    from sandbox.nights.watching import timeline, watch

    known = held.candidates(suite)
    # Of a nightly.toml that named its reference later, no night need have it.
    named = [terms.reference] if terms.reference and terms.own is None else []
    for name in (*wanted, *named):
        if name not in known:
            raise BadInput(f"no night of {suite} has a trial of {name} (known: {', '.join(known)})")
    if condition is not None and condition not in (there := held.conditions(suite)):
        raise BadInput(f"--condition {condition}: no trial of {suite} is of it (known: {', '.join(there)})")
    sure = terms.reference or (REFERENCE if REFERENCE in known and terms.own is None else None)
    found = []
    for name in dict.fromkeys(wanted or known):
        beside = None if name == sure else sure
        first, since, alpha = (terms.own or {}).get(name, (terms.baseline, None, ALPHA))
        watched = watch(held, suite, name, first=first, reference=beside, alpha=alpha, condition=condition, since=since)
        found.append(timeline(watched, name, beside, alpha))
    return found


def _check_plot(plot: Path) -> None:
    if plot.suffix.removeprefix(".") not in KINDS:
        raise BadInput(f"--plot {plot}: name a file that ends in {', '.join(f'.{kind}' for kind in KINDS)}")
    if plot.is_dir() or not plot.parent.is_dir():
        raise BadInput(f"--plot {plot}: cannot be written there")


def _draw(found: Sequence[Timeline], plot: Path, suite: str, last: int | None) -> None:
    from sandbox.report.history_plot import MOST, plotted

    drawn = [one for one in found if one.lines]
    if not drawn:
        raise BadInput("--plot: there is no night to be drawn")
    if len(drawn) > MOST:
        raise BadInput(
            f"--plot: {len(drawn)} candidates are more than a plot can show ({MOST}); name some with --candidate"
        )
    data = plotted(drawn, plot.suffix.removeprefix("."), title=f"Nights of {suite}", last=last)
    try:
        plot.write_bytes(data)
    except OSError as exc:
        raise BadInput(f"--plot {plot}: cannot be written: {exc.strerror}") from exc
    click.echo(f"plot: {plot}", err=True)
