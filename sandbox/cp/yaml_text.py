"""YAML as problem packages use it: no dates, no tags, no surprises. Pure.

Scalars are those of YAML 1.2: `no` and `2025-09-01` are text, `1e-6` is a number, `0512` is text. Keys are text as
written, so that `no:` can stand for Norwegian. What YAML lets a file do to its reader (aliases that multiply,
structures that hold themselves, tags that make objects) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from sandbox.errors import BadInput

MOST_BYTES = 256 * 1024
MOST_NODES = 50_000
MOST_DEPTH = 60

_PREFIX = "tag:yaml.org,2002:"
_WORDS: dict[str, dict[str, Any]] = {
    "null": dict.fromkeys(("", "~", "null", "Null", "NULL")),
    "bool": {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")},
}
_NUMBER = r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  (PyYAML's own way)


for _tag, _pattern in (
    ("null", r"(~|null|Null|NULL|)$"),
    ("bool", r"(true|True|TRUE|false|False|FALSE)$"),
    ("int", r"[-+]?(0|[1-9][0-9]*)$"),
    # A leading zero makes text: to some readers 010 is ten, to others eight.
    ("float", rf"(?![-+]?0[0-9])({_NUMBER}|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$"),
    ("merge", r"<<$"),
):
    _Loader.add_implicit_resolver(_PREFIX + _tag, re.compile(_pattern), None)


def read_yaml(data: bytes, where: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A mapping, twice: with its values, and with every scalar as the text that stands in the file.

    Args:
        where: the file, for errors.

    Raises:
        BadInput: too large, not UTF-8, not YAML, no mapping, or made to harm.
    """
    if len(data) > MOST_BYTES:
        raise BadInput(f"{where}: holds more than {MOST_BYTES >> 10} KiB; a file of settings is smaller")
    try:
        root = _Loader(data.decode("utf-8-sig")).get_single_node()
        if root is None:
            return {}, {}
        _bound(root, where)
        values, texts = _values(root, where), _texts(root, where)
    except UnicodeDecodeError as exc:
        raise BadInput(f"{where}: is not UTF-8 text (byte {exc.start})") from exc
    except (yaml.YAMLError, ValueError) as exc:  # ValueError: a number of too many digits
        raise BadInput(f"{where}: is not YAML: {' '.join(str(exc).split())[:300]}") from exc
    except RecursionError as exc:
        raise BadInput(f"{where}: is nested too deeply") from exc
    if values is None:
        return {}, {}
    if not isinstance(values, dict):
        raise BadInput(f"{where}: must be a mapping (`key: value` lines)")
    return values, texts


def _bound(root: yaml.Node, where: str) -> None:
    """Refuse what is small as written and large, or without end, once aliases are followed."""
    waiting, count = [(root, 0)], 0
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if count > MOST_NODES:
            raise BadInput(f"{where}: holds more than {MOST_NODES} values once its aliases are followed")
        if depth > MOST_DEPTH:
            raise BadInput(f"{where}: is nested too deeply, or holds itself")
        waiting += [(child, depth + 1) for child in _children(node)]


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    for child in node.value if isinstance(node, yaml.CollectionNode) else ():
        yield from child if isinstance(child, tuple) else (child,)


def _values(node: yaml.Node, where: str) -> Any:
    kind = node.tag.removeprefix(_PREFIX)
    if isinstance(node, yaml.MappingNode) and kind == "map":
        return {key: _values(child, where) for key, child in _pairs(node, where).items()}
    if isinstance(node, yaml.SequenceNode) and kind == "seq":
        return [_values(child, where) for child in node.value]
    if isinstance(node, yaml.ScalarNode):
        text: str = node.value
        if kind in ("str", "merge"):
            return text
        if kind in _WORDS and text in _WORDS[kind]:
            return _WORDS[kind][text]
        if kind in ("int", "float"):
            return int(text) if kind == "int" else float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    raise BadInput(f"{where}: line {node.start_mark.line + 1}: the tag {node.tag} is not supported; leave it out")


def _texts(node: yaml.Node, where: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key: _texts(child, where) for key, child in _pairs(node, where).items()}
    if isinstance(node, yaml.SequenceNode):
        return [_texts(child, where) for child in node.value]
    return node.value


def _pairs(node: yaml.MappingNode, where: str) -> dict[str, yaml.Node]:
    """Keys as text, with what `<<` brings in below them."""
    own: dict[str, yaml.Node] = {}
    merged: dict[str, yaml.Node] = {}
    for key, child in node.value:
        line = f"{where}: line {key.start_mark.line + 1}"
        if not isinstance(key, yaml.ScalarNode):
            raise BadInput(f"{line}: a key must be text")
        if key.tag == _PREFIX + "merge":
            for source in child.value if isinstance(child, yaml.SequenceNode) else (child,):
                if not isinstance(source, yaml.MappingNode):
                    raise BadInput(f"{line}: << wants a mapping")
                merged = _pairs(source, where) | merged
        elif key.value in own:
            raise BadInput(f"{line}: {key.value!r} is given twice; take one out")
        else:
            own[key.value] = child
    return merged | own
