"""Where nights lie: the directory of each, what it is called, which were begun and did not come to their end."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

from sandbox.choosing import Typed
from sandbox.errors import BadInput
from sandbox.journal import RunDirectory
from sandbox.nights.config import Nightly
from sandbox.nights.history import History
from sandbox.reading import shown

# Beside nightly.toml; where there is none the one in the working directory counts, as everywhere.
CANDIDATES, CONDITIONS = "candidates.toml", "conditions.toml"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A nightly.toml and where its nights go. file: as it was typed. out: holds a directory for each night."""

    config: Nightly
    file: Path
    out: Path

    @property
    def folder(self) -> Path:
        """What paths in the file are relative to."""
        return self.file.parent

    @property
    def history(self) -> str | Path:
        """The database: a URL, or a file."""
        return self.config.history if "://" in self.config.history else self.folder / self.config.history

    @property
    def begun(self) -> bool:
        """Whether there is a history yet, as far as that can be told without making one."""
        return not isinstance(self.history, Path) or self.history.exists()

    def run(self, night: str) -> RunDirectory:
        """The run of a night."""
        return RunDirectory(self.out / night)

    def recorded_as(self, night: str) -> str:
        """What a night is called in the history, in which there may be other suites."""
        return f"{self.config.name}/{night}"

    def directory_of(self, run: str) -> Path:
        """Where the run lies that is called so in the history; perhaps on another machine."""
        return self.out / run.removeprefix(f"{self.config.name}/")

    def typed(self) -> Typed:
        """A night as if it had been typed after `roadtest run`."""
        return Typed(
            suites=tuple(str(self.folder / task) for task in self.config.tasks),
            models=self.config.names,
            candidates_file=self._beside(CANDIDATES),
            conditions=self.config.conditions,
            repeats=self.config.repeats,
            limits=self.config.budget,
            api_base=None,
            settings={},
            conditions_file=self._beside(CONDITIONS),
        )

    def _beside(self, name: str) -> Path | None:
        path = self.folder / name
        return path if path.exists() else None

    def says(self, field: str, words: object) -> BadInput:
        """What is wrong with a field of the file."""
        return BadInput(f"{shown(self.file)}: {field}: {words}")


def tonight() -> str:
    """The date, in UTC as in the history."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def checked_name(name: str) -> str:
    """A name that was typed for a night.

    Raises:
        BadInput: it could not be that of a directory.
    """
    if not _NAME.fullmatch(name):
        raise BadInput(f"--night {name[:100]}: letters, digits, dots, dashes and underscores, 80 at most")
    return name


def unfinished(place: Place, history: History | None) -> list[str]:
    """Nights that were begun and are not in the history, the one that was written to last at the end."""
    known = set() if history is None else {night.run for night in history.nights(place.config.name)}
    begun = [path for path in place.out.glob("*/lock.json") if _NAME.fullmatch(path.parent.name)]
    names = [path.parent.name for path in sorted(begun, key=lambda path: path.stat().st_mtime)]
    return [name for name in names if place.recorded_as(name) not in known]
