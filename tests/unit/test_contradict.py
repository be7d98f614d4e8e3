"""Contradictions: another expected value, in a copy that looks like the test that it came from."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.contradict import another, contradict

MODULE = """\
import unittest

VALUE = {"a": [1, 2.5, None, True, "é"]}


class Tests(unittest.TestCase):
    def test_dict(self):
        text = "é"; self.assertEqual(VALUE, {"a": [1, 2.5, None, True,
            "é"]})

    def test_last(self): self.assertEqual("é".upper(), "É")


class TestOuter:
    class TestInner:
        def test_number(self):
            assert 3 == VALUE["a"][0] + 2


def test_plain():
    assert len(VALUE) == 1
    assert VALUE["a"][4] == "é", "with a message"


def test_empty():
    assert VALUE["a"][5:] == []
"""
TESTS = ["Tests::test_dict", "TestOuter::TestInner::test_number", "Tests::test_last", "test_plain", "test_empty"]


def name(source: str) -> str:
    return f"test_twin_{len(source)}"


def test_every_contradiction_fails_where_its_test_passes(tmp_path: Path) -> None:
    for seed in range(2):
        source, pairs = contradict(MODULE, TESTS, name, random.Random(seed), most=9)
        assert sorted(test for test, _ in pairs) == sorted(TESTS)
        (tmp_path / "test_it.py").write_text(source, "utf-8")
        ids = [f"test_it.py::{test}" for pair in pairs for test in pair]
        command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", *ids]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        passed = {line.split("::", 1)[1] for line in done.stdout.splitlines() if line.startswith("PASSED")}
        assert passed == set(TESTS), done.stdout


def test_no_more_than_wanted_and_not_always_the_same() -> None:
    chosen = {tuple(contradict(MODULE, TESTS, name, random.Random(seed), most=2)[1]) for seed in range(20)}
    assert all(len(pairs) == 2 for pairs in chosen)
    assert len(chosen) > 3


@pytest.mark.parametrize(
    "body",
    [
        "def test_x():\n    return\n    assert f() == 1\n",
        "@mark\ndef test_x():\n    assert f() == 1\n",
        "async def test_x():\n    assert f() == 1\n",
        "def test_x():\n    if f():\n        assert f() == 1\n",
        "def test_x():\n    assert f() == g()\n",
        "def test_x():\n    assert 1 == 1\n",
        "def test_x():\n    assert f() != 1\n",
        "def test_x():\n    assert f() == 1e400\n",
        "def test_x():\n    assert f() == {1, 2}\n",
        "def test_x(): assert f() == 1",
        "def test_x():\n    assert f() == 1\ndef test_x():\n    assert f() == 1\n",
    ],
)
def test_a_test_that_offers_no_safe_place_is_left_alone(body: str) -> None:
    assert contradict(body, ["test_x", "test_y", "A::test_x"], name, random.Random(1), most=4) == (body, [])


LITERALS = st.recursive(
    st.booleans() | st.integers() | st.floats(-1e9, 1e9) | st.text() | st.none(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner, min_size=1),
    max_leaves=8,
)


@given(LITERALS, st.integers())
def test_another_value_is_not_equal_and_survives_being_written_down(value: Any, seed: int) -> None:
    try:
        other = another(value, random.Random(seed))
    except ValueError:
        return
    assert other != value
    assert value is None or type(other) is type(value)
    assert ast.literal_eval(repr(other)) == other
