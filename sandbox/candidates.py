"""candidates.toml: models with their settings, under names of one's own.

    [fast]                              # or [candidates.fast], which means the same
    model = "openai/gpt-4o-mini"        # as litellm calls it, or scripted:…
    key = "TEAM_OPENAI_KEY"             # the variable that holds the key, never the key
    temperature = 0.2
    prices = { input = 0.15, output = 0.60 }
    limits = { cost = 0.50 }

Whatever is wrong is a BadInput that names the file and the field, and never shows a key.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sandbox import schema
from sandbox.caps import split
from sandbox.errors import BadInput
from sandbox.limits import Given, parse_limits
from sandbox.plan import Candidate, Prices, parse_candidate
from sandbox.reading import read_text, read_toml, shown
from sandbox.secrecy import SHORTEST, keep_secret

FILE = Path("candidates.toml")
# Of more names than this the closest are told.
MOST_NAMED = 8
SETTINGS = ("temperature", "max_tokens", "reasoning_effort", "top_p", "seed")
# Of a script nothing else means anything.
OF_SCRIPTS = frozenset({"model", "limits"})
# What Roadtest itself says to litellm, or what would have somebody else asked, or nobody.
RESERVED = frozenset(
    [
        *("model", "messages", "tools", "functions", "n", "stream", "stream_options", "client", "timeout"),
        *("api_base", "base_url", "api_key", "request_timeout", "num_retries", "max_retries", "fallbacks"),
        *("allowed_openai_params", "context_window_fallback_dict", "mock_response", "mock_tool_calls"),
    ]
)

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PREFIXES = ("sk-", "sk_", "gsk_", "hf_", "r8_", "AIza", "AKIA", "xai-", "pplx-", "nvapi-", "ghp_", "Bearer ")
# Letters and digits as nobody would make up a name of.
_JUMBLE = re.compile(r"(?=[A-Za-z0-9]*[0-9])(?=[A-Za-z0-9]*[a-z])[A-Za-z0-9]{20,}")
_KEY_NAMES = frozenset({"api_key", "apikey", "authorization", "x_api_key"})


def load_candidates(path: Path | None) -> Mapping[str, Candidate]:
    """The candidates of a file, by name. Their keys are secrets from now on.

    Args:
        path: what was typed; None: candidates.toml in the working directory, if there is one.

    Raises:
        BadInput: the file is missing or broken, naming the field.
    """
    file = FILE if path is None else path
    if path is None and not os.path.lexists(file):
        return {}
    document = read_toml(file)
    where = shown(file)
    tables = dict(_tables(document))
    keys = [os.environ.get(str(table.get("key")), "") for _, table in tables.values() if isinstance(table, dict)]
    for place, table in tables.values():
        _refuse_keys(table, f"{where}: {place}", [key for key in keys if len(key) >= SHORTEST])
    schema.check("candidates.v1", document, file=where)
    both = [name for name in document.get("candidates", {}) if name in document]
    if both:
        raise BadInput(f"{where}: {both[0]}: stands there twice, as [{both[0]}] and as [candidates.{both[0]}]")
    return {name: _candidate(name, table, f"{where}: {place}", file.parent) for name, (place, table) in tables.items()}


def choose(
    words: Sequence[str],
    known: Mapping[str, Candidate],
    *,
    api_base: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> list[Candidate]:
    """The candidates that words name: those known by that name, else what litellm or a script is called.

    Args:
        api_base, settings: what was typed; it goes before what a file says.

    Raises:
        BadInput: a word is empty.
    """
    typed = dict(settings or {})
    found = []
    for word in dict.fromkeys(words):
        candidate = known.get(word)
        if candidate is None:
            candidate = parse_candidate(word, api_base=api_base, settings=typed)
        elif not candidate.scripted:
            base = candidate.api_base if api_base is None else api_base
            candidate = replace(candidate, api_base=base, settings={**candidate.settings, **typed})
        found.append(candidate)
    return found


def unlisted(candidates: Sequence[Candidate], known: Mapping[str, Candidate], path: Path | None) -> dict[str, str]:
    """Of models that are not listed in a file that lists some: that they are not and which are, closest first, by name.

    Args:
        path: of the file, as for `load_candidates`.
    """
    file = shown(FILE if path is None else path)
    return {
        candidate.name: f"{file} has no such name (it has {_closest_first(candidate.name, list(known))})"
        for candidate in candidates
        if known and candidate.name not in known and not candidate.scripted
    }


def _closest_first(word: str, names: list[str]) -> str:
    """Names by how much they are like a word, as one list."""

    def unlike(name: str) -> float:
        return -difflib.SequenceMatcher(None, word.lower(), name.lower()).ratio()

    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(sorted(names, key=unlike)[:MOST_NAMED]) + more


def limit_words(table: Mapping[str, Any], where: str) -> list[str]:
    """The limits of a table as they are typed after --limit; a table within it gives dotted names.

    Raises:
        BadInput: one is no limit, naming the field.
    """
    words = []
    for name, value in _flat(table):
        words.append(f"{name}={value}")
        try:
            parse_limits(split(words[-1:])[1])
        except BadInput as exc:
            raise BadInput(f"{where}.{name}: {str(exc).partition(': ')[2]}") from exc
    return words


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value


def _tables(document: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, Any]]]:
    """Each candidate's name, and where it stands with what."""
    for name, table in document.items():
        if name != "candidates":
            yield name, (name, table)
        elif isinstance(table, dict):
            yield from ((inner, (f"candidates.{inner}", below)) for inner, below in table.items())


def _refuse_keys(table: Any, where: str, keys: Sequence[str]) -> None:
    """Before anything is quoted: neither one of these keys nor what looks like one must be shown."""
    if not isinstance(table, dict):
        return
    variable = table.get("key")
    if isinstance(variable, str) and variable not in os.environ and not _is_variable(variable):
        raise BadInput(f"{where}.key: write the name of the variable that holds the key, never the key itself")
    for name, value in _strings({field: inner for field, inner in table.items() if field != "key"}):
        last = name.rpartition(".")[2].lower().replace("-", "_")
        if any(key in value for key in keys):
            raise BadInput(f"{where}.{name}: holds a key; name the variable that holds it as `key` instead")
        if value.startswith(_PREFIXES) or last in _KEY_NAMES:
            raise BadInput(f"{where}.{name}: looks like a key; name the variable that holds it as `key` instead")


def _is_variable(text: str) -> bool:
    return bool(_VARIABLE.fullmatch(text)) and not text.startswith(_PREFIXES) and not _JUMBLE.search(text)


def _strings(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _strings(inner, f"{name}[{index}]")


def _candidate(name: str, table: Mapping[str, Any], where: str, folder: Path) -> Candidate:
    if not name.isprintable() or not name.strip() or name.startswith("scripted:"):
        raise BadInput(f"{where}: cannot be the name of a candidate; scripts begin with scripted:")
    limits = _limits(table, where)
    known = parse_candidate(table["model"])
    if known.scripted:
        return _script(name, known, table, where, folder, limits)
    key = table.get("key")
    if key is not None:
        keep_secret(key)
    base = table.get("api_base")
    if base is not None and not base.startswith(("http://", "https://")):
        raise BadInput(f"{where}.api_base: must begin with http:// or https://")
    return Candidate(
        name=name,
        kind=known.kind,
        model=table["model"],
        api_base=base,
        settings={**{field: table[field] for field in SETTINGS if field in table}, **_extra(table, where)},
        key=key,
        system=_system(table, where, folder),
        prices=Prices(**table["prices"]) if "prices" in table else None,
        limits=limits,
    )


def _script(
    name: str, known: Candidate, table: Mapping[str, Any], where: str, folder: Path, limits: Given
) -> Candidate:
    if idle := sorted(table.keys() - OF_SCRIPTS):
        raise BadInput(f"{where}.{idle[0]}: means nothing to a script, which takes model and limits alone")
    script = str(folder / known.script) if known.kind == "file" and known.script else known.script
    return replace(known, name=name, model=table["model"], script=script, limits=limits)


def _limits(table: Mapping[str, Any], where: str) -> Given:
    caps, words = split(limit_words(table.get("limits", {}), f"{where}.limits"))
    if caps:
        raise BadInput(f"{where}.limits.{next(iter(caps.as_data()))}: goes with a run; type it after --limit")
    return parse_limits(words)


def _extra(table: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    extra: Mapping[str, Any] = table.get("extra", {})
    for name in extra:
        if name in SETTINGS:
            raise BadInput(f"{where}.extra.{name}: has a field of its own; write it as {name}")
        if name in RESERVED:
            raise BadInput(f"{where}.extra.{name}: is not for a candidate to say")
    return extra


def _system(table: Mapping[str, Any], where: str, folder: Path) -> str | None:
    if "system_file" not in table:
        return table.get("system")
    if "system" in table:
        raise BadInput(f"{where}.system_file: give either system or system_file")
    try:
        text = read_text(folder / table["system_file"])
    except BadInput as exc:
        raise BadInput(f"{where}.system_file: {exc}") from exc
    if not text.strip():
        raise BadInput(f"{where}.system_file: {table['system_file']} is empty")
    return text
