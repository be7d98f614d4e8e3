"""Schemas of a document as JSON Schema draft 2020-12, each whole in itself.

References are put in place. What holds itself is kept under `$defs`, and so is everything that is referred to
where putting it in place would make too much of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.openapi.naming import fitted, unused
from sandbox.openapi.reading import Document
from sandbox.schema_limits import LISTS, ONE, TABLES

# Schemas within schemas that may come of putting references in place.
MOST_NODES = 2_000
DEEPEST = 60
# Not of JSON Schema, or only for people.
_DROPPED = frozenset(
    {
        *("$comment", "$schema", "discriminator", "example", "examples", "externalDocs", "nullable", "xml"),
        *("$defs", "definitions", "readOnly", "writeOnly"),
    }
)
_REMARKS = frozenset({"title", "description", "default", "deprecated", "examples"})
_BOUNDS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


class TooMuch(Exception):
    """Putting references in place makes too much of it."""


class Loops:
    """Which references of a document lead back to themselves."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._next: dict[str, frozenset[str]] = {}
        self._known: dict[str, bool] = {}

    def has(self, ref: str, place: str) -> bool:
        """Whether what a reference names refers to it again.

        Raises:
            BadInput: one on the way names nothing.
        """
        if ref not in self._known:
            waiting, seen = [*self._after(ref, place)], set()
            while waiting:
                found = waiting.pop()
                if found not in seen:
                    seen.add(found)
                    waiting += self._after(found, place)
            self._known[ref] = ref in seen
        return self._known[ref]

    def _after(self, ref: str, place: str) -> frozenset[str]:
        """The references in what a reference names."""
        if ref not in self._next:
            found: set[str] = set()
            waiting = [self._document.target(ref, place)]
            while waiting:
                node = waiting.pop()
                if isinstance(node, Mapping):
                    found |= {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
                    waiting += [value for key, value in node.items() if key not in _VALUES]
                elif isinstance(node, list):
                    waiting += node
            self._next[ref] = frozenset(found)
        return self._next[ref]


class Converter:
    """Converts the schemas of one operation. defs: what has to be put under `$defs` beside them, once settled."""

    def __init__(self, document: Document, loops: Loops, *, in_place: bool) -> None:
        self.defs: dict[str, Any] = {}
        self._document = document
        self._loops = loops
        self._in_place = in_place
        self._names: dict[str, str] = {}
        self._waiting: list[tuple[str, str, Any]] = []
        self._nodes = 0

    def schema(self, node: Any, place: str, deep: int = 0) -> Any:
        """A schema that stands in a request.

        Raises:
            BadInput: it is none, or refers to what is not there.
            TooMuch: with references put in place.
        """
        if isinstance(node, bool):
            return node
        if not isinstance(node, Mapping):
            raise self._document.wrong(place, "is no schema")
        self._nodes += 1
        if self._nodes > MOST_NODES or deep > DEEPEST:
            if self._in_place:
                raise TooMuch
            what = "is too large, or nested too deeply, to be a tool's arguments; leave out with exclude what takes it"
            raise self._document.wrong(place, what)
        if "$ref" in node:
            return self._referred(node, place, deep)
        return self._nullable(node, self._plain(node, place, deep))

    def _plain(self, node: Mapping[str, Any], place: str, deep: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, value in _without_read_only(node).items():
            at = f"{place}.{key}"
            if key in _DROPPED or key.startswith("x-"):
                continue
            if key in TABLES and isinstance(value, Mapping):
                made[key] = {name: self.schema(one, f"{at}.{name}", deep + 1) for name, one in value.items()}
            elif key in LISTS and isinstance(value, list):
                made[key] = [self.schema(one, f"{at}[{index}]", deep + 1) for index, one in enumerate(value)]
            elif key in ONE:
                made[key] = self.schema(value, at, deep + 1)
            else:
                made[key] = value
        return self._bounded(made) if self._document.minor == 0 else made

    def _referred(self, node: Mapping[str, Any], place: str, deep: int) -> Any:
        ref = node["$ref"]
        target = self._document.target(ref, place)
        # In 3.0 nothing beside a reference counts.
        beside = {} if self._document.minor == 0 else {key: value for key, value in node.items() if key != "$ref"}
        made = self._plain(beside, place, deep) if beside else {}
        if self._in_place and not self._loops.has(ref, place):
            found = self.schema(target, ref, deep + 1)
            if isinstance(found, Mapping) and made.keys() <= _REMARKS:
                return {**found, **made}
            return {**made, "allOf": [*made.get("allOf", ()), found]} if made else found
        return {**made, "$ref": f"#/$defs/{self._kept(ref, target)}"}

    def _kept(self, ref: str, target: Any) -> str:
        if ref not in self._names:
            name = self._names[ref] = unused(fitted(ref.rpartition("/")[2], stem="schema"), self._names.values())
            self._waiting.append((name, ref, target))
        return self._names[ref]

    def settle(self) -> None:
        """Convert what was referred to, as far as that was put off.

        Raises:
            BadInput, TooMuch: as `schema`.
        """
        while self._waiting:
            name, ref, target = self._waiting.pop()
            self.defs[name] = self.schema(target, ref)

    def _nullable(self, node: Mapping[str, Any], made: dict[str, Any]) -> dict[str, Any]:
        """With null allowed, where 3.0 says so."""
        if self._document.minor != 0 or node.get("nullable") is not True:
            return made
        if isinstance(made.get("enum"), list) and None not in made["enum"]:
            made["enum"] = [*made["enum"], None]
        if isinstance(made.get("type"), str):
            made["type"] = [made["type"], "null"]
            return made
        # Without a type beside it `nullable` says nothing by the letter; authors mean it all the same.
        remarks = {key: made.pop(key) for key in _REMARKS & made.keys()}
        return {**remarks, "anyOf": [made, {"type": "null"}]} if made else remarks

    def _bounded(self, made: dict[str, Any]) -> dict[str, Any]:
        """With the exclusive bounds of 3.0, which are true or false, as numbers."""
        for key, bound in _BOUNDS.items():
            if isinstance(made.get(key), bool):
                exclusive = made.pop(key)
                if exclusive and bound in made:
                    made[key] = made.pop(bound)
        return made


# Below these keywords there are values, in which a `$ref` is none.
_VALUES = frozenset({"const", "default", "enum", "example", "examples"})


def _without_read_only(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without properties that only answers have."""
    properties = node.get("properties")
    if not isinstance(properties, Mapping):
        return node
    gone = {name for name, inner in properties.items() if isinstance(inner, Mapping) and inner.get("readOnly") is True}
    if not gone:
        return node
    made = {**node, "properties": {name: inner for name, inner in properties.items() if name not in gone}}
    if isinstance(node.get("required"), list):
        made["required"] = [name for name in node["required"] if name not in gone]
    return made
