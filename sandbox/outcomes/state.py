"""What services hold, as they export it, and what has changed between two exports, row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.errors import HarnessError
from sandbox.exact import integer, real
from sandbox.outcomes.values import ABSENT, same

Row = Mapping[str, Any]
# Service, collection, key: row.
State = Mapping[str, Mapping[str, Mapping[str, Row]]]
Kind = Literal["created", "deleted", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row that is not what it was. before: None where it was created; after: None where it was deleted."""

    service: str
    collection: str
    key: str
    before: Row | None
    after: Row | None

    @property
    def kind(self) -> Kind:
        """What became of the row."""
        if self.before is None:
            return "created"
        return "deleted" if self.after is None else "changed"

    @property
    def row(self) -> Row:
        """The row as it is, or as it was before it went."""
        found = self.before if self.after is None else self.after
        return {} if found is None else found

    @property
    def fields(self) -> frozenset[str]:
        """The fields that differ; a row that came or went differs in all."""
        before, after = self.before or {}, self.after or {}
        names = before.keys() | after.keys()
        return frozenset(name for name in names if not _alike(before.get(name, ABSENT), after.get(name, ABSENT)))

    def words(self) -> str:
        """The change in one line, for people."""
        place = f"{self.service} {self.collection} {self.key}"
        return f"{place} {self.kind}" + (f" ({', '.join(sorted(self.fields))})" if self.kind == "changed" else "")


def _alike(one: Any, other: Any) -> bool:
    return one is other if ABSENT in (one, other) else same(one, other)


def read_state(exports: Mapping[str, bytes]) -> State:
    """The exports of services, by service, with every number as it was written.

    Raises:
        HarnessError: one is no JSON, or not `{collection: {key: row}}`.
    """
    return {service: dict(_read(service, export)) for service, export in exports.items()}


def _read(service: str, export: bytes) -> Iterator[tuple[str, Mapping[str, Row]]]:
    try:
        document = json.loads(export, parse_float=real, parse_int=integer, parse_constant=_refuse)
    except (ValueError, RecursionError) as exc:
        raise HarnessError(f"the state of {service} is no JSON: {exc}") from exc
    if not isinstance(document, dict):
        raise HarnessError(f"the state of {service} is no object of collections")
    for collection, rows in document.items():
        if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
            raise HarnessError(f"the state of {service}: {collection} is no object of rows")
        yield collection, rows


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number of JSON")


def difference(before: State, after: State) -> tuple[Change, ...]:
    """All rows that differ, by service, collection and key.

    Raises:
        HarnessError: the exports are of different services: one that did not answer would look emptied.
    """
    if before.keys() != after.keys():
        raise HarnessError(f"states of different services: {sorted(before)} and {sorted(after)}")
    return tuple(change for service in sorted(before) for change in _changes(service, before[service], after[service]))


def _changes(
    service: str, before: Mapping[str, Mapping[str, Row]], after: Mapping[str, Mapping[str, Row]]
) -> Iterator[Change]:
    for collection in sorted(before.keys() | after.keys()):
        old, new = before.get(collection, {}), after.get(collection, {})
        for key in sorted(old.keys() | new.keys()):
            was, now = old.get(key), new.get(key)
            if was is None or now is None or not same(was, now):
                yield Change(service=service, collection=collection, key=key, before=was, after=now)
