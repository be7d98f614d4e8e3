"""Reading two runs for `roadtest compare`: their records, and what they were made of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.compare.comparison import Comparison, compare
from sandbox.compare.measures import PRIMARY
from sandbox.compare.pairing import Side, candidate_of, pair
from sandbox.journal import RunDirectory, read_results
from sandbox.limits import NAMES
from sandbox.lockfile import read_lock, unfinished_rejudging
from sandbox.veil import SUITE, alias, veiled

HELD_AGAINST = ("tasks", "conditions", "candidates", "tools")
# Of a setting that is told with its value.
LONGEST, SHOWN = 60, (str, int, float, bool, type(None))


def read_comparison(
    runs: tuple[Path, Path],
    *,
    candidates: tuple[str | None, str | None] = (None, None),
    metric: str = PRIMARY,
    margin: float | None = None,
    by: Sequence[str] = (),
    hint: str = "",
) -> tuple[Comparison, tuple[str, ...]]:
    """Two runs held against each other, and what has to be said of how they were made.

    Args:
        runs: A, from before, and B. candidates: of each; None: the only one. metric, margin, by: as for `compare`.
        hint: what is said, too, of a candidate that A does not have.

    Raises:
        BadInput: no run there, a broken file, no such candidate, or several and none named.
    """
    locks = tuple(read_lock(RunDirectory(run).lock_file)["inputs"] for run in runs)
    # What one of them holds out is not told of the other either.
    hidden = frozenset().union(*(lock.get("held_out") or () for lock in locks))
    one, two = (
        Side(records=veiled(read_results(run), hidden), digests=_digests(lock, hidden))
        for run, lock in zip(runs, locks, strict=True)
    )
    first = candidate_of(one, candidates[0], str(runs[0]), hint)
    second = candidate_of(two, candidates[1], str(runs[1]))
    unfinished = [note for run in dict.fromkeys(runs) for note in unfinished_rejudging(RunDirectory(run).lock_file)]
    found = compare(pair((one, two), (first, second)), metric=metric, margin=margin, dimensions=by)
    set_up = [lock["candidates"].get(name) for lock, name in zip(locks, (first, second), strict=True)]
    return found, (*unfinished, *_otherwise((one, two), (first, second), set_up), *_limits(locks))


def _digests(inputs: Mapping[str, Any], hidden: Collection[str]) -> dict[str, dict[str, str]]:
    return {
        kind: {
            _called(kind, name, hidden): str(value["digest"] if isinstance(value, Mapping) else value)
            for name, value in inputs.get(kind, {}).items()
        }
        for kind in HELD_AGAINST
    }


def _called(kind: str, name: str, hidden: Collection[str]) -> str:
    return f"{SUITE}/{alias(name)}" if kind == "tasks" and name in hidden else name


def _otherwise(sides: tuple[Side, Side], names: tuple[str, str], set_up: Sequence[Any]) -> Iterator[str]:
    """What is in the difference beside the candidate."""
    one, two = (side.digests for side in sides)
    if names[0] == names[1] and one["candidates"].get(names[0]) != two["candidates"].get(names[1]):
        how = "; ".join(_settings(*set_up))
        what = f" ({how})" if how else ""
        yield f"{names[0]} is set up otherwise in B than in A{what}, so that is in the differences too"
    tools = sorted(name for name in {*one["tools"], *two["tools"]} if one["tools"].get(name) != two["tools"].get(name))
    if tools:
        yield f"the tools are not the same, so that they are in the differences too ({', '.join(tools)})"


def _settings(one: Any, two: Any) -> Iterator[str]:
    """Which settings of a candidate are others, by its two entries in a lock; short ones with both values."""
    both = [_flat(entry) for entry in (one, two)]
    for name in dict.fromkeys(name for flat in both for name in flat):
        values = [flat.get(name) for flat in both]
        if values[0] != values[1]:
            words = ["none" if value is None else str(value) for value in values]
            shown = all(isinstance(value, SHOWN) for value in values) and all(map(_fit_to_show, words))
            yield f"{name}: {words[0]} → {words[1]}" if shown else name


def _fit_to_show(word: str) -> bool:
    """Short, on one line, and no address with a password in it."""
    return len(word) <= LONGEST and word.isprintable() and "@" not in word


def _flat(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, Mapping):
        return {}
    settings = entry.get("settings")
    return {"api_base": entry.get("api_base"), **(settings if isinstance(settings, Mapping) else {})}


def _limits(locks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    words = [_worded(lock.get("limits") or {}) for lock in locks]
    if words[0] != words[1]:
        yield f"the runs had other limits, so that budgets are in the differences too (A: {words[0]}; B: {words[1]})"


def _worded(limits: Mapping[str, Any]) -> str:
    told = {name: "none" if limits[name] is None else f"{limits[name]:g}" for name in NAMES if name in limits}
    return ", ".join(f"{name}={word}" for name, word in told.items()) or "none typed"
