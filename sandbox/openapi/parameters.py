"""Where the arguments of an operation go in its request."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.openapi.naming import fitted, unused
from sandbox.openapi.reading import Document

BODY = "body"
# Styles that can be written, by place, the first being the usual one.
STYLES: Mapping[str, tuple[str, ...]] = {
    "path": ("simple",),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
}
# By the letter of OpenAPI these are described elsewhere.
_NOT_AS_PARAMETERS = frozenset({"accept", "authorization", "content-type"})
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
TEXT = "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one argument goes. place: path, query, header or body; wire: as the service calls it."""

    argument: str
    place: str
    wire: str
    required: bool
    schema: Any
    at: str
    description: str | None = None
    style: str = "simple"
    explode: bool = False
    media: str | None = None

    def as_binding(self) -> dict[str, Any]:
        """For the program that makes requests."""
        return {
            "argument": self.argument,
            "place": self.place,
            "wire": self.wire,
            "style": self.style,
            "explode": self.explode,
            "media": self.media,
        }


class Unsupported(Exception):
    """A part of a request that cannot be written; says what. required: whether nothing can be sent without it."""

    def __init__(self, what: str, *, required: bool) -> None:
        super().__init__(what)
        self.required = required


def read_parameter(
    document: Document, row: Mapping[str, Any], at: str, *, taken: Container[str], given: Container[str]
) -> Place | None:
    """One parameter; None for one that is not the candidate's to give.

    Args:
        at: its place, for errors.
        taken: arguments that there are. given: headers, in lower case, that the task gives itself.

    Raises:
        BadInput: it is not built as a parameter is.
        Unsupported: it cannot be sent.
    """
    name, place = row.get("name"), row.get("in")
    if not isinstance(name, str) or not name:
        raise document.wrong(f"{at}.name", "is required, and is a text")
    if place not in ("path", "query", "header", "cookie"):
        raise document.wrong(f"{at}.in", f"must be path, query, header or cookie, is {place!r:.40}")
    if place == "header" and (name.lower() in _NOT_AS_PARAMETERS or name.lower() in given):
        return None
    required = row.get("required") is True or place == "path"
    if place == "cookie":
        raise Unsupported(f"the cookie {name}", required=required)
    if "content" in row:
        media = _only_json(document, row, at, required=required)
        schema, style, explode = media, "simple", False
    else:
        if "schema" not in row:
            raise document.wrong(f"{at}.schema", "is required and missing")
        schema = row["schema"]
        style = row.get("style", STYLES[place][0])
        explode = row.get("explode", style == "form") is True
        if style not in STYLES[place]:
            raise Unsupported(f"the {place} parameter {name} of the style {style!r:.40}", required=required)
    argument = fitted(name, stem=place)
    if argument in taken:
        argument = unused(fitted(f"{place}_{name}", stem=place), taken)
    return Place(
        argument=argument,
        place=place,
        wire=name,
        required=required,
        schema=schema,
        at=f"{at}.schema",
        description=_text(row.get("description")),
        style=style,
        explode=explode,
        media=JSON if "content" in row else None,
    )


def read_body(document: Document, row: Mapping[str, Any], at: str, *, taken: Container[str]) -> Place | None:
    """The body of a request, in the first form that can be written.

    Raises:
        BadInput: it is not built as a body is.
        Unsupported: it can be written in no form that the service takes.
    """
    required = row.get("required") is True
    content = document.table(row, "content", at)
    if not content:
        raise document.wrong(f"{at}.content", "is required and missing")
    for media, inner in content.items():
        form = written(media)
        if form is None:
            continue
        if not isinstance(inner, Mapping):
            raise document.wrong(f"{at}.content.{media}", "is no object")
        return Place(
            argument=unused(BODY, taken),
            place="body",
            wire=BODY,
            required=required,
            schema=inner.get("schema", True),
            at=f"{at}.content.{media}.schema",
            description=_text(row.get("description")),
            media=media if form == JSON else form,
        )
    raise Unsupported(f"a body of {', '.join(map(str, content))[:200]}", required=required)


def written(media: str) -> str | None:
    """How a body of a media type is written: JSON, FORM or TEXT; None if it cannot be."""
    kind = media.partition(";")[0].strip().lower()
    if kind == JSON or (kind.startswith("application/") and kind.endswith("+json")):
        return JSON
    return kind if kind in (FORM, TEXT) else None


def _only_json(document: Document, row: Mapping[str, Any], at: str, *, required: bool) -> Any:
    content = document.table(row, "content", at)
    for media, inner in content.items():
        if written(media) == JSON and isinstance(inner, Mapping):
            return inner.get("schema", True)
    raise Unsupported(f"the parameter {row.get('name')} as {', '.join(map(str, content))[:200]}", required=required)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
