"""The operations of a document as tools."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sandbox.errors import BadInput
from sandbox.openapi.naming import fitted, unused
from sandbox.openapi.parameters import Place, Unsupported, read_body, read_parameter
from sandbox.openapi.reading import Document
from sandbox.openapi.schemas import Converter, Loops, TooMuch
from sandbox.openapi.settings import Declared, Operation
from sandbox.schema_limits import why_unfit

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
READS = frozenset({"get", "head", "options", "trace"})
LONGEST_DESCRIPTION = 1000
MOST_OPERATIONS = 200
_IN_PATH = re.compile(r"\{([^{}]*)\}")


def read_operations(document: Document, declared: Declared) -> tuple[tuple[Operation, ...], tuple[str, ...]]:
    """The operations that a task offers, and what of them is left out, in words.

    Raises:
        BadInput: naming the file and the place in it.
    """
    found: list[Operation] = []
    left_out: list[str] = []
    names: set[str] = set()
    known: list[str] = []
    loops = Loops(document)
    for path, method, item, row in _rows(document):
        place = f"paths.{path}.{method}"
        given = row.get("operationId")
        identity = given if isinstance(given, str) and given else f"{method} {path}"
        known.append(identity)
        if not _is_wanted(identity, declared):
            continue
        name = unused(fitted(f"{declared.prefix}{identity}"), names)
        try:
            places, said = _places(document, path, item, row, place, declared)
        except Unsupported as exc:
            left_out.append(f"{document.name}: {place}: left out: it cannot go without {exc}")
            continue
        names.add(name)
        left_out += [f"{document.name}: {place}: {what} is left out" for what in said]
        found.append(
            Operation(
                name=name,
                description=_description(row, item, method, path),
                parameters=_parameters(document, loops, places, place),
                effect="read" if method in READS else "write",
                document=declared.document,
                binding=_binding(declared, method, path, places),
            )
        )
    _check_named(document, declared, known)
    if not found:
        raise document.wrong("paths", "holds no operation that can be offered")
    if len(found) > MOST_OPERATIONS:
        raise document.wrong("paths", f"holds more than {MOST_OPERATIONS} operations; name some under include")
    return tuple(found), tuple(left_out)


def _rows(document: Document) -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
    """Path, method, path item and operation of each."""
    for path, node in document.table(document.root, "paths", "").items():
        if path.startswith("x-"):
            continue
        if not path.startswith("/"):
            raise document.wrong(f"paths.{path}", "does not begin with a slash")
        item = document.followed(node, f"paths.{path}")
        for method in METHODS:
            if method in item:
                if not isinstance(item[method], Mapping):
                    raise document.wrong(f"paths.{path}.{method}", "is no object")
                yield path, method, item, item[method]


def _is_wanted(identity: str, declared: Declared) -> bool:
    return (declared.include is None or identity in declared.include) and identity not in declared.exclude


def _check_named(document: Document, declared: Declared, known: Sequence[str]) -> None:
    for key, names in (("include", declared.include or ()), ("exclude", declared.exclude)):
        for name in names:
            if name not in known:
                shown = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
                raise document.wrong("paths", f"there is no operation {name}, as {key} names it (known: {shown})")


def _places(
    document: Document,
    path: str,
    item: Mapping[str, Any],
    row: Mapping[str, Any],
    place: str,
    declared: Declared,
) -> tuple[list[Place], list[str]]:
    """Where its arguments go, and what of its request cannot be sent and need not be."""
    given = {name.lower() for name in declared.headers}
    found: list[Place] = []
    left_out: list[str] = []

    def take(read: Callable[..., Place | None]) -> None:
        try:
            one = read(taken={known.argument for known in found})
        except Unsupported as exc:
            if exc.required:
                raise
            left_out.append(str(exc))
        else:
            found.extend([] if one is None else [one])

    for parameter, at in _parameter_rows(document, path, item, row, place):
        take(partial(read_parameter, document, parameter, at, given=given))
    if "requestBody" in row:
        where = f"{place}.requestBody"
        take(partial(read_body, document, document.followed(row["requestBody"], where), where))
    _check_path(document, path, place, found)
    return found, left_out


def _parameter_rows(
    document: Document, path: str, item: Mapping[str, Any], row: Mapping[str, Any], place: str
) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The parameters of the path and of the operation; the operation's go before those of the same name and place."""
    rows: dict[tuple[Any, Any], tuple[Mapping[str, Any], str]] = {}
    for holder, at in ((item, f"paths.{path}.parameters"), (row, f"{place}.parameters")):
        listed = holder.get("parameters", [])
        if not isinstance(listed, list):
            raise document.wrong(at, "is no list")
        for index, node in enumerate(listed):
            one = document.followed(node, f"{at}[{index}]")
            rows[str(one.get("name")), str(one.get("in"))] = one, f"{at}[{index}]"
    yield from rows.values()


def _check_path(document: Document, path: str, place: str, found: Sequence[Place]) -> None:
    wanted = set(_IN_PATH.findall(path))
    given = {one.wire for one in found if one.place == "path"}
    if missing := sorted(wanted - given):
        raise document.wrong(f"{place}.parameters", f"does not describe {{{missing[0]}}} of the path")
    if extra := sorted(given - wanted):
        raise document.wrong(f"{place}.parameters", f"the path has no {{{extra[0]}}}")


def _description(row: Mapping[str, Any], item: Mapping[str, Any], method: str, path: str) -> str:
    parts = [row.get("summary") or item.get("summary"), row.get("description") or item.get("description")]
    texts = [" ".join(part.split()) for part in parts if isinstance(part, str) and part.strip()]
    if len(texts) == 2 and (_is_name(texts[0], row) or texts[1].lower().startswith(texts[0].lower().rstrip("."))):
        texts = texts[1:]
    said = " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in texts)
    if row.get("deprecated") is True:
        said = f"Deprecated. {said}".strip()
    room = LONGEST_DESCRIPTION - len(f" ({method.upper()} {path})")
    said = said if len(said) <= room else said[: max(0, room - 1)] + "…"
    return f"{said} ({method.upper()} {path})".strip()


def _is_name(summary: str, row: Mapping[str, Any]) -> bool:
    """Whether a summary says no more than the operation's id does."""
    return _letters(summary) == _letters(str(row.get("operationId")))


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", text.lower())


def _parameters(document: Document, loops: Loops, places: Sequence[Place], place: str) -> dict[str, Any]:
    """The schema of the arguments, with references put in place as far as that makes little of it."""
    for in_place in (True, False):
        converter = Converter(document, loops, in_place=in_place)
        try:
            properties = {one.argument: _described(converter.schema(one.schema, one.at), one) for one in places}
            converter.settle()
        except TooMuch:
            continue
        made: dict[str, Any] = {
            "type": "object",
            "properties": properties,
            "required": [one.argument for one in places if one.required],
            "additionalProperties": False,
        }
        if converter.defs:
            made["$defs"] = converter.defs
        why = why_unfit(made)
        if why is None:
            return made
        if not in_place:
            raise document.wrong(place, f"what it takes {why}")
    raise AssertionError("with references kept nothing is too much")


def _described(schema: Any, one: Place) -> Any:
    """A parameter's schema with what is said of the parameter, where the schema says nothing itself."""
    if one.description is None:
        return schema
    schema = {} if schema is True else schema
    if not isinstance(schema, Mapping) or "description" in schema:
        return schema
    return {"description": one.description, **schema}


def _binding(declared: Declared, method: str, path: str, places: Sequence[Place]) -> dict[str, Any]:
    return {
        "method": method.upper(),
        "base_url": declared.base_url,
        "path": path,
        "places": [one.as_binding() for one in places],
        "headers": dict(declared.headers),
    }


def check_names(found: Sequence[Operation], reserved: Mapping[str, str], where: str) -> None:
    """Whether the tools of a task can stand beside one another and beside those that there are.

    Args:
        reserved: names that are taken, with what has them.

    Raises:
        BadInput: two have one name.
    """
    taken = dict(reserved)
    for operation in found:
        if operation.name in taken:
            raise BadInput(
                f"{where}: metadata.roadtest.openapi: {operation.document} has a tool {operation.name}, and so has "
                f"{taken[operation.name]}; give it a prefix, or leave it out with exclude"
            )
        taken[operation.name] = operation.document
