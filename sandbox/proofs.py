"""What `task check` has found and need not find again: in the cache, each under a digest of all that went into it.

CACHE/proofs/judged/EXAM/TREE     a tree that was judged, for tasks that held: the judge's answer
CACHE/proofs/clean/IMAGE          that a search through an image and a candidate's container found nothing

Only what spoke for a task is kept: what does not hold is looked at anew each time. After a while nothing is
believed any more, for tests may lean on the day on which they run.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sandbox import contradict, judge, paths, probe
from sandbox.checks import Checked, CheckKey
from sandbox.errors import HarnessError, boundary
from sandbox.events import of_kind
from sandbox.journal import read_events, write_whole
from sandbox.judge import Judgement

GOOD_FOR = 7 * 24 * 3600.0
# A check that looks into one state alone, or for the second time, proves nothing by itself.
PROVING = ("score", "start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """Proofs from earlier checks.

    fresh: believe none of them; what is found now is kept all the same.
    """

    fresh: bool = False
    folder: Path = field(default_factory=lambda: paths.cache() / "proofs")

    def foresees(self, image: str, exam: str) -> bool:
        """Whether trees of this image were judged by this exam (the tests' digest) before."""
        return not self.fresh and self._exam(image, exam).is_dir()

    def recall(self, key: CheckKey) -> Checked | None:
        """What was found of a tree, if it is known and not too old."""
        place = self._tree(key)
        with suppress(OSError, ValueError, KeyError, TypeError):
            if not self.fresh and _is_young(place):
                return _read(json.loads(place.read_text("ascii")))
        return None

    def keep(self, image: str, folder: Path) -> None:
        """Remember the checks of a trial.

        Args:
            image: in which they were made. folder: of the trial.

        Raises:
            HarnessError: the cache cannot be written, or the trial not be read.
        """
        for event in of_kind(read_events(folder), "check.ran"):
            data = event.data
            # Beside services a score is of what they ended in, too: who leaves the same tree may leave these otherwise.
            if "outcome" in data:
                continue
            if data["purpose"] in PROVING and data["selected"] is None and not data["cached"]:
                with boundary(HarnessError, f"read {folder}"):
                    answer = (folder / "blobs" / data["answer"]).read_bytes()
                _write(self._tree((data["source"], image, data["tests_digest"], None, 0)), _as_data(data, answer))

    def is_clean(self, pieces: Sequence[str]) -> bool:
        """Whether a search into which the same pieces went found nothing."""
        return not self.fresh and _is_young(self._clean(pieces))

    def note_clean(self, pieces: Sequence[str]) -> None:
        """Remember that a search found nothing.

        Raises:
            HarnessError: the cache cannot be written.
        """
        _write(self._clean(pieces), {})

    def _exam(self, image: str, exam: str) -> Path:
        return self.folder / "judged" / _digest([image, exam, *_judging()])

    def _tree(self, key: CheckKey) -> Path:
        source, image, exam, units, run = key
        return self._exam(image, exam) / _digest([source, repr(None if units is None else sorted(units)), str(run)])

    def _clean(self, pieces: Sequence[str]) -> Path:
        return self.folder / "clean" / _digest(pieces)


@cache
def _judging() -> tuple[str, ...]:
    """The sources of what is not in the tests' digest and takes part in a judgement all the same."""
    return tuple(Path(module.__file__ or "").read_text("utf-8") for module in (judge, contradict, probe))


def _digest(pieces: Sequence[str]) -> str:
    total = hashlib.sha256()
    for piece in pieces:
        total.update(b"%d " % len(piece) + piece.encode("utf-8", "surrogateescape"))
    return total.hexdigest()[:40]


def _is_young(place: Path) -> bool:
    with suppress(OSError):
        return 0 <= time.time() - place.stat().st_mtime < GOOD_FOR
    return False


def _write(place: Path, data: Any) -> None:
    with boundary(HarnessError, f"write to {place}"):
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, json.dumps(data).encode("ascii"))


_JUDGED = tuple(one.name for one in dataclasses.fields(Judgement))


def _as_data(data: Any, answer: bytes) -> dict[str, Any]:
    packed = Checked.packed_of(answer)
    return {
        "judgement": {name: data[name] for name in _JUDGED},
        "answer": base64.b64encode(packed).decode("ascii"),
        "seconds": data["suite_seconds"],
    }


def _read(data: Any) -> Checked:
    found = {name: data["judgement"][name] for name in _JUDGED}
    found |= {name: tuple(found[name]) for name in ("tampering", "dead_canaries")}
    packed = base64.b64decode(data["answer"], validate=True)
    return Checked(judgement=Judgement(**found), packed=packed, seconds=float(data["seconds"]))
