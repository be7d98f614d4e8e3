"""Manifests as text: written anew, or with more releases and wheels in one that is there. Pure."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence

from packaging.version import InvalidVersion, Version

RELEASES, REQUIREMENTS = "[[releases]]", "[[requirements]]"
# A line that is longer is broken into one element a line.
WIDEST = 100

Row = Mapping[str, object]


def new_manifest(*, name: str, licence: str, import_name: str, git: str | None) -> str:
    """The head of a manifest, without releases yet."""
    rows: dict[str, object] = {"schema_version": "1.0", "name": name, "licence": licence, "import_name": import_name}
    if git is not None:
        rows["git"] = git
    return "".join(f"{key} = {toml(value)}\n" for key, value in rows.items())


def with_git(text: str, url: str) -> str:
    """A manifest that says where its commits are from, if it does not yet."""
    if "git" in tomllib.loads(text):
        return text
    return re.sub(r"(?m)^(import_name = .*\n)", lambda found: f"{found[1]}git = {toml(url)}\n", text, count=1)


def with_release(text: str, row: Row) -> str:
    """A manifest with one more release, before the first that is newer (a commit comes last); unless it is there."""
    if any(other["version"] == row["version"] for other in tomllib.loads(text).get("releases", ())):
        return text
    blocks = _blocks(text)
    order = _order(str(row["version"])) if "sdist" in row else None
    releases = [index for index, block in enumerate(blocks) if _kind(block) == RELEASES]
    later = [index for index in releases if order is not None and _is_later(blocks[index], order)]
    place = later[0] if later else (releases[-1] + 1 if releases else 1)
    return _joined([*blocks[:place], table(RELEASES, row), *blocks[place:]])


def with_requirement(text: str, row: Row) -> str:
    """A manifest with one more wheel, unless there is one of that name."""
    if any(other["name"] == row["name"] for other in tomllib.loads(text).get("requirements", ())):
        return text
    return _joined([*_blocks(text), table(REQUIREMENTS, row)])


def table(head: str, row: Row) -> str:
    """One table of an array, without a blank line after it."""
    return "".join([f"{head}\n", *(f"{key} = {_value(key, value)}\n" for key, value in row.items())])


def _value(key: str, value: object) -> str:
    # A date of TOML, as manifests have always had it.
    return str(value) if key == "released" else toml(value)


def toml(value: object) -> str:
    """Text, a number, or a list of text, as TOML writes it."""
    if isinstance(value, list | tuple):
        flat = f"[{', '.join(map(toml, value))}]"
        if len(flat) <= WIDEST:
            return flat
        return "[\n" + "".join(f"    {toml(one)},\n" for one in value) + "]"
    # JSON's strings are TOML's, but that DEL has to be escaped and a surrogate pair may not be.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _blocks(text: str) -> list[str]:
    """The head and each table, with the comments above it."""
    blocks = [""]
    comments: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.startswith("["):
            blocks.append("".join(comments) + line)
            comments = []
        elif line.startswith("#") and (comments or not blocks[-1].endswith("\n") or blocks[-1].endswith("\n\n")):
            comments.append(line)
        else:
            blocks[-1] += "".join(comments) + line
            comments = []
    blocks[-1] += "".join(comments)
    return blocks


def _joined(blocks: Sequence[str]) -> str:
    return "\n\n".join(block.strip("\n") for block in blocks) + "\n"


def _kind(block: str) -> str:
    return next((line.strip() for line in block.splitlines() if line.startswith("[")), "")


def _is_later(block: str, order: Version) -> bool:
    found = re.search(r'(?m)^version = "([^"]*)"', block)
    other = _order(found[1]) if found and re.search(r"(?m)^sdist = ", block) else None
    return other is not None and other > order


def _order(version: str) -> Version | None:
    try:
        return Version(version)
    except InvalidVersion:
        return None
