"""roadtest.toml: what a machine has that tasks cannot know. It lies in the working directory, if anywhere.

[images.aliases]                  # images that tasks build on, and what stands in for them here
"python:3.13-slim" = "registry.example/python:3.13"
"ubuntu:24.04" = "roadtest/base"  # Roadtest's own base image
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandbox import schema
from sandbox.reading import read_toml, shown

FILE = "roadtest.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """aliases: images as tasks name them to images as this machine has them."""

    aliases: Mapping[str, str] = field(default_factory=dict)


def load_settings(folder: Path | None = None) -> Settings:
    """The settings in a folder, by default the working directory; without a file, none.

    Raises:
        BadInput: the file is broken; names the field.
    """
    path = (folder or Path.cwd()) / FILE
    if not path.exists():
        return Settings()
    document = read_toml(path)
    schema.check("settings.v1", document, file=shown(path))
    return Settings(aliases=dict(document.get("images", {}).get("aliases", {})))
