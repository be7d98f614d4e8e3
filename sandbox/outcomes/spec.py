"""What a task declares of its outcome: `tests/outcome.toml` as a document, checked and made into rules.

    [[allowed]]
    service = "payments"
    collection = "charges"
    kinds = ["created"]
    where = { order = "o-17", amount = 4200 }
    at_most = 1

    [[required]]
    id = "charged"
    service = "payments"
    collection = "charges"
    where = { order = "o-17", status = "succeeded" }
    exactly = 1

    [[happened]]
    id = "within the budget"
    where = { kind = "request" }
    at_most = 40

    [[milestones]]
    id = "charge"
    after = ["look"]
    where = { kind = "answer", method = "POST", path = "/v1/charges", status = 201 }
    fields = { "body.amount" = 4200 }

    [[minefields]]
    id = "deleted a customer"
    where = { kind = "answer", method = "DELETE", path = { matches = "^/v1/customers/" } }

An expectation is a value, or a table of operators (`values.OPERATORS`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from sandbox import schema
from sandbox.errors import BadInput
from sandbox.outcomes.allowed import Allowed
from sandbox.outcomes.milestones import Milestone, check_order
from sandbox.outcomes.state import Kind
from sandbox.outcomes.values import check_expectation


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many there must be, both ends included; `most` None: any number."""

    least: int
    most: int | None

    def holds(self, number: int) -> bool:
        """Whether a number is one of these."""
        return self.least <= number and (self.most is None or number <= self.most)

    def words(self) -> str:
        """`exactly 1`, `at least 1`, `at most 40`, `1 to 3`."""
        if self.most is None:
            return f"at least {self.least}"
        if self.least == self.most:
            return f"exactly {self.least}"
        return f"{self.least} to {self.most}" if self.least else f"at most {self.most}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Required:
    """How many rows of the end state hold what `where` says."""

    id: str
    service: str
    collection: str
    where: Mapping[str, Any]
    count: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """How many entries of the logs hold what `where` says."""

    id: str
    where: Mapping[str, Any]
    count: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Minefield:
    """Entries of the logs that must not be there."""

    id: str
    where: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """All that a task declares of its outcome. Nothing declared: nothing may change."""

    allowed: tuple[Allowed, ...] = ()
    required: tuple[Required, ...] = ()
    happened: tuple[Happened, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    minefields: tuple[Minefield, ...] = field(default=())


def read_spec(document: Mapping[str, Any], file: str) -> Spec:
    """Rules from the document of an outcome.toml.

    Args:
        file: what errors call it.

    Raises:
        BadInput: naming the file and the field.
    """
    schema.check("outcome.v1", document, file=file)
    for kind, index, table in _tables(document):
        where = f"{file}: {kind}[{index}]"
        for name in ("where", "was", "fields"):
            if isinstance(table.get(name), Mapping):
                for path, expected in table[name].items():
                    check_expectation(expected, f"{where}.{name}.{path}")
        check_expectation(table.get("key"), f"{where}.key")
    for kind in ("required", "happened", "minefields"):
        _check_ids(document.get(kind, []), f"{file}: {kind}")
    spec = Spec(
        allowed=tuple(map(_allowed, document.get("allowed", []))),
        required=tuple(_required(table, f"{file}: required") for table in document.get("required", [])),
        happened=tuple(_happened(table, f"{file}: happened") for table in document.get("happened", [])),
        milestones=tuple(map(_milestone, document.get("milestones", []))),
        minefields=tuple(Minefield(id=one["id"], where=one["where"]) for one in document.get("minefields", [])),
    )
    check_order(spec.milestones, f"{file}: milestones")
    return spec


def _tables(document: Mapping[str, Any]) -> Iterable[tuple[str, int, Mapping[str, Any]]]:
    return ((kind, index, table) for kind, tables in document.items() for index, table in enumerate(tables))


def _check_ids(tables: Iterable[Mapping[str, Any]], where: str) -> None:
    seen: set[str] = set()
    for table in tables:
        if table["id"] in seen:
            raise BadInput(f"{where}: {table['id']} is there more than once")
        seen.add(table["id"])


def _allowed(table: Mapping[str, Any]) -> Allowed:
    return Allowed(
        service=table["service"],
        collection=table["collection"],
        kinds=frozenset(table.get("kinds", get_args(Kind))),
        key=table.get("key"),
        where=table.get("where", {}),
        was=table.get("was", {}),
        fields=frozenset(table["fields"]) if "fields" in table else None,
        at_most=table.get("at_most"),
    )


def _required(table: Mapping[str, Any], where: str) -> Required:
    return Required(
        id=table["id"],
        service=table["service"],
        collection=table["collection"],
        where=table.get("where", {}),
        count=_count(table, f"{where}: {table['id']}"),
    )


def _happened(table: Mapping[str, Any], where: str) -> Happened:
    return Happened(id=table["id"], where=table["where"], count=_count(table, f"{where}: {table['id']}"))


def _count(table: Mapping[str, Any], where: str) -> Count:
    if "exactly" in table:
        if "at_least" in table or "at_most" in table:
            raise BadInput(f"{where}: exactly goes with neither at_least nor at_most")
        return Count(least=table["exactly"], most=table["exactly"])
    most = table.get("at_most")
    found = Count(least=table.get("at_least", 1 if most is None else 0), most=most)
    if most is not None and most < found.least:
        raise BadInput(f"{where}: at_most is less than at_least")
    return found


def _milestone(table: Mapping[str, Any]) -> Milestone:
    return Milestone(
        id=table["id"],
        after=frozenset(table.get("after", [])),
        where=table["where"],
        fields=table.get("fields", {}),
    )
