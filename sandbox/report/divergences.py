"""Where replayed trials went another way than their recordings, as a table and as data. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from sandbox.replay_contrast import readable
from sandbox.replay_tape import Divergence

Found = Sequence[tuple[str, Divergence]]
# A loop that goes astray may differ in every call; the log has them all.
MOST_SHOWN = 50
MOST_IN_CELL = 1000


def table(found: Found) -> Table:
    """One row for each divergence, in the order of trials, then of time."""
    grid = Table(title="Divergences", title_justify="left")
    for name in ("trial", "call", "what", "recorded", "now"):
        grid.add_column(name, overflow="fold")
    for trial, divergence in found[:MOST_SHOWN]:
        cells = (trial, divergence.call or "–", divergence.what, divergence.recorded, divergence.now)
        grid.add_row(*map(_plain, cells))
    return grid


def _plain(text: str) -> Text:
    # What tools say may hold anything; a terminal is to see only what can be seen.
    return Text(readable(text, most=MOST_IN_CELL))


def in_short(found: Found) -> str:
    """How many there are, in how many trials."""
    trials = len({trial for trial, _ in found})
    count = f"{len(found)} divergence{'' if len(found) == 1 else 's'}"
    more = f"; the first {MOST_SHOWN} are shown" if len(found) > MOST_SHOWN else ""
    return f"{count} from the recording in {trials} trial{'' if trials == 1 else 's'}{more}"


def as_data(found: Found) -> list[dict[str, Any]]:
    """Every divergence, for machines."""
    return [{"trial": trial, **divergence.as_data()} for trial, divergence in found]
