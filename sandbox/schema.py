"""The JSON Schemas of every file Roadtest reads or writes, and errors that name the field."""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator, TypeChecker, validators
from jsonschema.exceptions import ValidationError

from sandbox.errors import BadInput
from sandbox.exact import decimal, is_multiple, is_whole

MOST_SHOWN = 8


def _is_integer(checker: TypeChecker, value: Any) -> bool:
    """Integers too large for int() come as Decimal and are integers all the same; by every digit as written."""
    if isinstance(value, Decimal):
        return is_whole(value)
    return bool(Draft202012Validator.TYPE_CHECKER.is_type(value, "integer"))


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and not compiled(pattern).search(value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


# Space as ECMA-262 has it, and everything else, as members of a class of characters.
_SPACE = r"\t\n\v\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_NO_SPACE = (
    r"\x00-\x08\x0e-\x1f!-\x9f\xa1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e"
    r"\u2060-\u2fff\u3001-\ufefe\uff00-\U0010ffff"
)
_PART = re.compile(r"\\.|\(\?<(?![=!])|[\[\]$.]", re.DOTALL)


@lru_cache(maxsize=512)
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of a schema, which is one of ECMA-262: digits and letters of words are ASCII's, `$` is the end.

    Raises:
        re.error: Python has no such pattern.
    """
    inside = False

    def translated(part: re.Match[str]) -> str:
        nonlocal inside
        text = part[0]
        if text in (r"\s", r"\S"):
            members = _SPACE if text == r"\s" else _NO_SPACE
            return members if inside else f"[{members}]"
        if text == "[" and inside:
            return r"\["
        if text in ("[", "]"):
            inside = text == "["
            return text
        return text if inside else {"$": r"\Z", ".": r"[^\n\r\u2028\u2029]", "(?<": "(?P<"}.get(text, text)

    return re.compile(_PART.sub(translated, pattern), re.ASCII)


def _pattern_properties(validator: Any, patterns: Any, value: Any, _: Any) -> Iterator[ValidationError]:
    if isinstance(value, dict):
        for pattern, below in patterns.items():
            for key, inner in value.items():
                if compiled(pattern).search(key):
                    yield from validator.descend(inner, below, path=key, schema_path=pattern)


def _additional_properties(validator: Any, rule: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    """As jsonschema has it, with patterns of ECMA-262."""
    if not isinstance(value, dict):
        return
    named, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    extra = [key for key in value if key not in named and not any(compiled(one).search(key) for one in patterns)]
    if isinstance(rule, dict):
        for key in extra:
            yield from validator.descend(value[key], rule, path=key)
    elif rule is False and extra:
        yield ValidationError(f"Additional properties are not allowed ({', '.join(map(repr, extra))} unexpected)")


def _unique_items(_: Any, unique: Any, value: Any, __: Any) -> Iterator[ValidationError]:
    """By a text of each item: to compare each with each takes minutes for some thousand objects."""
    if unique is True and isinstance(value, list) and len(set(map(_canonical, value))) < len(value):
        yield ValidationError(f"{value!r} has non-unique elements")


def _canonical(value: Any) -> str:
    """The same text for values that are equal as JSON: 1 and 1.0 are, True and 1 are not."""
    if isinstance(value, dict):
        return "{%s}" % ",".join([f"{json.dumps(key)}:{_canonical(value[key])}" for key in sorted(value)])
    if isinstance(value, list):
        return "[%s]" % ",".join([_canonical(inner) for inner in value])
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return json.dumps(value)
    sign, digits, exponent = decimal(value).as_tuple()
    if not isinstance(exponent, int):
        return str(value)
    text = "".join(map(str, digits))
    kept = text.rstrip("0")
    return f"{'-' * sign}{kept}e{exponent + len(text) - len(kept)}" if kept else "0"


def _is_number(value: Any) -> bool:
    """Whether it is a number that can be compared: NaN is none."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool) and bool(value == value)


def _multiple_of(_: Any, factor: Any, value: Any, __: Any) -> Iterator[ValidationError]:
    """By the digits as written: 0.3 is three times 0.1."""
    if _is_number(value) and not is_multiple(value, factor):
        yield ValidationError(f"{value!r} is not a multiple of {factor!r}")


def _bound(breaks: Callable[[Any, Any], bool], words: str) -> Callable[..., Iterator[ValidationError]]:
    """A keyword that bounds numbers, by the digits as written: a float would round 600.00000000000000001 to 600."""

    def check(_: Any, bound: Any, value: Any, __: Any) -> Iterator[ValidationError]:
        if _is_number(value) and breaks(decimal(value), decimal(bound)):
            yield ValidationError(f"{value!r} is {words} of {bound!r}")

    return check


_KEYWORDS = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "uniqueItems": _unique_items,
    "multipleOf": _multiple_of,
    "minimum": _bound(operator.lt, "less than the minimum"),
    "maximum": _bound(operator.gt, "greater than the maximum"),
    "exclusiveMinimum": _bound(operator.le, "less than or equal to the minimum"),
    "exclusiveMaximum": _bound(operator.ge, "greater than or equal to the maximum"),
}

# Draft 2020-12, with the corners filled in that jsonschema leaves open.
Validator: type[Draft202012Validator] = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    _KEYWORDS,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)


@cache
def schema(name: str) -> dict[str, Any]:
    """The schema called `name`, such as "task.v1"."""
    text = resources.files("sandbox.schemas").joinpath(f"{name}.json").read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@cache
def validator(name: str) -> Draft202012Validator:
    """The compiled validator of a schema of ours."""
    return Validator(schema(name))


def check(name: str, document: Any, *, file: str) -> None:
    """Hold a document against a schema.

    Raises:
        BadInput: one line for each violation, naming the file and the field.
    """
    try:
        problems = list(dict.fromkeys(_problems(name, document)))
    except RecursionError as exc:
        raise BadInput(f"{file}: is nested too deeply") from exc
    if problems:
        shown = [f"{file}: {problem}" for problem in problems[:MOST_SHOWN]]
        if len(problems) > MOST_SHOWN:
            shown.append(f"{file}: and {len(problems) - MOST_SHOWN} more")
        raise BadInput("\n".join(shown))


def _problems(name: str, document: Any) -> Iterator[str]:
    yield from (f"{field}: {value} is not a finite number" for field, value in _not_finite(document))
    errors = sorted(validator(name).iter_errors(document), key=lambda error: list(map(str, error.absolute_path)))
    yield from (describe(error) for error in errors)


def describe(error: ValidationError) -> str:
    """One violation in words: the field, what is wrong, what would be right."""
    field = dotted(error.absolute_path)
    expected: Any = error.validator_value
    instance: Any = error.instance
    rule: Any = error.validator_value
    match error.validator:
        case "required":
            missing = [key for key in expected if key not in instance]
            return f"{', '.join(_join(field, key) for key in missing)}: is required and missing"
        case "additionalProperties" if expected is False:
            known = known_keys(error)
            extra = sorted(set(instance) - set(known))
            return f"{', '.join(_join(field, key) for key in extra)}: unknown key (known: {', '.join(known)})"
        case "type":
            return f"{field}: must be {_kinds(expected)}, is {_shown(error.instance)}"
        case "enum":
            return f"{field}: must be one of {', '.join(map(str, expected))}, is {_shown(error.instance)}"
        case "anyOf" if all(set(branch) == {"required"} for branch in rule):
            keys = [key for branch in rule for key in branch["required"]]
            return f"{' or '.join(_join(field, key) for key in keys)}: is required and missing"
        case "pattern":
            return f"{field}: {_shown(error.instance)} does not match {error.validator_value}"
        case _:
            return f"{field}: {error.message if len(error.message) < 200 else error.validator}"


def known_keys(error: ValidationError) -> list[str]:
    """The properties that the violated schema names, sorted."""
    found: Any = error.schema
    return sorted(found.get("properties", {}))


def dotted(path: Any) -> str:
    """A path into a document as people write it: metadata.roadtest.bugs[0].id"""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".") or "the document"


def _join(field: str, key: str) -> str:
    return key if field == "the document" else f"{field}.{key}"


def _kinds(value: Any) -> str:
    names = [value] if isinstance(value, str) else list(value)
    return " or ".join(f"{'an' if name[0] in 'aeiou' else 'a'} {name}" if name != "null" else name for name in names)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"


def _not_finite(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[str, float]]:
    """NaN and infinities, which TOML can write and every comparison lets through."""
    if isinstance(node, float) and not math.isfinite(node):
        yield dotted(path), node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _not_finite(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _not_finite(value, (*path, index))
