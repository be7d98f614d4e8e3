"""What a run remembers of judged trees: the same answer back, the least asked for forgotten first."""

from __future__ import annotations

import json

from sandbox.checks import Checked, CheckKey, Checks
from sandbox.judge import Judgement
from sandbox.probe import Check

FOUND = Judgement(
    bugs={"a": "P"},
    guards={},
    outcomes={"t": "passed"},
    tampering=(),
    incomplete=False,
    imports=True,
    dead_canaries=(),
    score=1.0,
)


def check(number: int) -> Checked:
    answer = {"outcomes": {f"tests/test_{at}.py::test": "passed" for at in range(300)}, "seconds": float(number)}
    return Checked.of(Check(judgement=FOUND, answer=answer, planted=("x",), seconds=float(number)))


def key(number: int, image: str = "image") -> CheckKey:
    return f"tree{number}", image, "tests", None, 0


def test_an_answer_comes_back_whole_and_takes_little_room() -> None:
    found = check(7)
    said = json.loads(found.answer())
    assert (said["planted"], said["seconds"], len(said["outcomes"])) == (["x"], 7.0, 300)
    assert len(found.packed) < len(found.answer()) / 5


def test_the_one_that_nobody_asked_for_lately_is_forgotten_first() -> None:
    checks = Checks(most=3)
    for number in range(3):
        checks.put(key(number), check(number))
    assert checks.get(key(0)) is not None
    checks.put(key(3), check(3))
    assert checks.get(key(1)) is None
    assert [checks.get(key(number)) is not None for number in (0, 2, 3)] == [True, True, True]
    assert len(checks) == 3


def test_what_was_judged_in_an_image_is_dropped_with_it() -> None:
    checks = Checks()
    checks.put(key(1, "a"), check(1))
    checks.put(key(1, "b"), check(2))
    checks.drop("a")
    assert checks.get(key(1, "a")) is None
    assert checks.get(key(1, "b")) is not None
