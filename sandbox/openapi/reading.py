"""An OpenAPI document as data, the places in it, and what its references name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.cp.yaml_text import read_yaml
from sandbox.errors import BadInput
from sandbox.schema_limits import resolved

MOST_BYTES = 8 * 1024 * 1024
# How many references may lead to one another.
MOST_HOPS = 20
VERSIONS = re.compile(r"3\.([01])(\.[0-9]+)?(-.*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document. name: as errors call it. minor: 0 or 1, of OpenAPI 3."""

    name: str
    root: Mapping[str, Any]
    minor: int

    def wrong(self, place: str, what: str) -> BadInput:
        """The error that says what is wrong at a place."""
        return BadInput(f"{self.name}: {place}: {what}")

    def target(self, ref: Any, place: str) -> Any:
        """What a reference names.

        Raises:
            BadInput: nothing in this document.
        """
        if not isinstance(ref, str):
            raise self.wrong(place, "$ref: is no text")
        if not ref.startswith("#"):
            raise self.wrong(place, f"$ref: {ref} lies in another document; put it into this one")
        try:
            return resolved(self.root, ref)
        except LookupError as exc:
            raise self.wrong(place, f"$ref: there is no {ref}") from exc

    def followed(self, node: Any, place: str) -> Mapping[str, Any]:
        """An object of the document, or what its reference names in the end.

        Raises:
            BadInput: it is no object, or the references lead nowhere.
        """
        for _ in range(MOST_HOPS):
            if not isinstance(node, Mapping):
                raise self.wrong(place, "is no object")
            if "$ref" not in node:
                return node
            node = self.target(node["$ref"], place)
        raise self.wrong(place, "$ref: leads from one reference to the next without end")

    def table(self, node: Mapping[str, Any], key: str, place: str) -> Mapping[str, Any]:
        """An object below an object; empty where there is none.

        Raises:
            BadInput: it is something else.
        """
        found = node.get(key, {})
        if not isinstance(found, Mapping):
            raise self.wrong(f"{place}.{key}" if place else key, "is no object")
        return found


def read_document(data: bytes, name: str) -> Document:
    """A document in JSON, or in YAML where its name says so.

    Raises:
        BadInput: it is none, or of a version that is not read.
    """
    if len(data) > MOST_BYTES:
        raise BadInput(f"{name}: holds more than {MOST_BYTES >> 20} MiB")
    root = read_yaml(data, name)[0] if name.endswith((".yaml", ".yml")) else _json(data, name)
    if not isinstance(root, dict):
        raise BadInput(f"{name}: the document: is no object")
    version = root.get("openapi")
    if version is None and "swagger" in root:
        raise BadInput(f"{name}: swagger: version {root['swagger']} is not read; convert the document to OpenAPI 3")
    # Written without quotes, YAML makes a number of 3.0.
    found = VERSIONS.fullmatch(str(version)) if isinstance(version, str | float) else None
    if found is None:
        raise BadInput(f"{name}: openapi: must be 3.0 or 3.1, is {version!r:.40}")
    document = Document(name=name, root=root, minor=int(found[1]))
    dialect = root.get("jsonSchemaDialect", _DIALECTS[0])
    if dialect not in _DIALECTS:
        raise document.wrong("jsonSchemaDialect", f"{dialect!r:.100} is not read; use draft 2020-12")
    if not document.table(root, "paths", ""):
        raise document.wrong("paths", "names no operation")
    return document


_DIALECTS = ("https://spec.openapis.org/oas/3.1/dialect/base", "https://json-schema.org/draft/2020-12/schema")


def _json(data: bytes, name: str) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as exc:
        raise BadInput(f"{name}: is not JSON: {exc}") from exc
