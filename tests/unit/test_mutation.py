"""Small bugs put into code: what each operator does, what is left alone, and that nothing else changes."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sandbox
from sandbox.adding.mutating import Mutant, code_of, is_apart
from sandbox.mutation.applying import mutate, mutated
from sandbox.mutation.catalogue import OPERATORS, changed_source, changes
from sandbox.mutation.functions import digest_of, take_apart
from sandbox.mutation.proposing import propose
from sandbox.repos import PinnedRelease
from sandbox.task import Mutation
from tests.support.builders import text_file

# A source and what becomes of it: by operator, each candidate in its order, as the line that is changed.
# Committed tasks count these candidates; see sandbox/mutation/catalogue.py before this table is changed.
TABLE = [
    ("boundary", "return a < b", ["return a <= b"]),
    ("boundary", "return a >= b > c", ["return a > b > c", "return a >= b >= c"]),
    ("boundary", "return range(len(a))", ["return range(len(a) - 1)"]),
    ("boundary", "return a[n + 1:]", ["return a[n:]"]),
    ("boundary", "return a[1:n]", ["return a[2:n]", "return a[1:n + 1]"]),
    (
        "boundary",
        "return a[:-1], a[0], a[-1]",
        ["return a[:-2], a[0], a[-1]", "return a[:-1], a[1], a[-1]", "return a[:-1], a[0], a[0]"],
    ),
    ("operator", "return a and not b", ["return a or not b"]),
    ("operator", "return a + b - c", ["return a + b + c", "return a - b - c"]),
    ("operator", "return 'a' + b + c, [a] + b", []),
    (
        "operator",
        "return a == b, a not in b, a is None",
        [
            "return a != b, a not in b, a is None",
            "return a == b, a in b, a is None",
            "return a == b, a not in b, a is not None",
        ],
    ),
    ("operator", "return any(a), a.startswith(b)", ["return all(a), a.startswith(b)", "return any(a), a.endswith(b)"]),
    ("operator", "return a.split(b)", []),
    ("default", "return a or ''", ["return a"]),
    ("default", "return (a or {}).b", ["return (a).b"]),
    ("default", "return a.get(b, 0), a.get(b)", ["return a.get(b), a.get(b)"]),
    ("default", "return a(b, flag=True, c=c)", ["return a(b, flag=False, c=c)", "return a(b, flag=True)"]),
    (
        "missing-copy",
        "return a.copy(), list(b), c[:], copy.deepcopy(c)",
        [
            "return a, list(b), c[:], copy.deepcopy(c)",
            "return a.copy(), b, c[:], copy.deepcopy(c)",
            "return a.copy(), list(b), c, copy.deepcopy(c)",
            "return a.copy(), list(b), c[:], c",
        ],
    ),
    ("missing-copy", "return list(a(b) for b in c)", []),
    ("lost-step", "return a.lower() == str(b)", ["return a == str(b)", "return a.lower() == b"]),
    ("order", "return a(b, c, key=b)", ["return a(c, b, key=b)"]),
    ("order", "return [isinstance(a, b), a(b, b), a(*b, c)]", []),
    ("order", "return a - b", ["return b - a"]),
    ("order", "return a, b", ["return b, a"]),
    (
        "order",
        "return [sorted(a), sorted(b, key=c)]",
        ["return [list(a), sorted(b, key=c)]", "return [sorted(a), sorted(b)]"],
    ),
    (
        "wrong-variable",
        "return [a(k) for k, v in b]",
        ["return [b(k) for k, v in b]", "return [a(v) for k, v in b]", "return [a(k) for k, v in c]"],
    ),
    ("swapped-branch", "return a if b else c", ["return c if b else a"]),
    ("swapped-branch", "return [d for d in b if d is None]", ["return [d for d in b if d is not None]"]),
    ("dropped-guard", "return a is not None and b", ["return b"]),
]


def function_of(line: str) -> str:
    return f"def f(a, b, c):\n    {line}\n"


@pytest.mark.parametrize(("operator", "line", "expected"), TABLE, ids=[f"{row[0]}: {row[1]}" for row in TABLE])
def test_what_an_operator_makes_of_a_line(operator: str, line: str, expected: list[str]) -> None:
    found = list(changes(function_of(line)).get(operator, []))
    assert [source.splitlines()[1].strip() for source in found] == expected


BLOCKS = [
    (
        "dropped-guard",
        """
        def f(self, a):
            '''Words.'''

            # nothing to do
            if not a:
                return None
            return a[0]
        """,
        """
        def f(self, a):
            '''Words.'''
            return a[0]
        """,
    ),
    (
        "dropped-guard",
        """
        def f(a, b=None):
            if b is None: b = {}
            return a, b
        """,
        """
        def f(a, b=None):
            return a, b
        """,
    ),
    (
        "swapped-branch",
        """
        def f(a):
            if a:
                b = 1  # one
            else:
                b = 2
            return b
        """,
        """
        def f(a):
            if a:
                b = 2
            else:
                b = 1  # one
            return b
        """,
    ),
    (
        "swapped-branch",
        """
        def f(a):
            if not a:
                return 1
            return 2
        """,
        """
        def f(a):
            if a:
                return 1
            return 2
        """,
    ),
    (
        "order",
        """
        def f(a):
            if a > 1:
                return 1
            elif a > 0:
                return 2
            return 3
        """,
        """
        def f(a):
            if a > 0:
                return 2
            elif a > 1:
                return 1
            return 3
        """,
    ),
    (
        "order",
        """
        def f(a):
            for b in reversed(a):
                print(b)
        """,
        """
        def f(a):
            for b in a:
                print(b)
        """,
    ),
    (
        "lost-update",
        """
        def f(self, a):
            self.seen.add(a)
            self.log.warning("seen")
            return a
        """,
        """
        def f(self, a):
            self.log.warning("seen")
            return a
        """,
    ),
    (
        "statement-order",
        """
        def f(a, b):
            a = b
            b = a + 1
            return a, b
        """,
        """
        def f(a, b):
            b = a + 1
            a = b
            return a, b
        """,
    ),
]


@pytest.mark.parametrize(("operator", "source", "expected"), BLOCKS)
def test_what_an_operator_makes_of_statements(operator: str, source: str, expected: str) -> None:
    found = changes(textwrap.dedent(source).lstrip("\n"))[operator]
    assert list(found) == [textwrap.dedent(expected).lstrip("\n")]


LEFT_ALONE = [
    "def __repr__(self):\n    return f(self.a < self.b, self.c + 1)\n",
    "@overload\ndef f(a=1): return a < 1\n",
    'def f(self):\n    """a < b"""\n',
    "def f(self):\n    raise ValueError(a < b, c.lower())\n",
    "def f(self):\n    warnings.warn(a(b, c), stacklevel=2)\n",
    "def f(self):\n    assert a < b, c.lower()\n",
    "def f(self):\n    msg = a.lower()\n",
    "def f(self, a: g(1, 2) = None) -> h(1, 2): pass\n",
    "def f(self):\n    if x:\n        raise A('b')\n    else:\n        raise A('c')\n",
]


@pytest.mark.parametrize("source", LEFT_ALONE)
def test_words_hints_and_stubs_are_left_alone(source: str) -> None:
    found = {operator: list(row) for operator, row in changes(source).items()}
    assert found == {}


def test_a_removed_copy_leaves_no_name_set_to_itself() -> None:
    data = b"import copy\ndef f(a):\n    a = copy.deepcopy(a)\n    return a.lower()\n"
    assert {row.operator for row in propose({"a.py": data}, 1)} == {"lost-step"}


# --- what the functions of a file are ---


def test_functions_are_named_with_their_classes_and_hold_what_is_in_them() -> None:
    data = (
        b"class A:\n  def m(self):\n    def inner(): pass\n\n"
        b"if 1:\n  @d\n  def f(): pass\nasync def g():\n  class B:\n    def m(self): pass\n"
    )
    functions = take_apart(data).functions
    assert [(row.name, row.first, row.last) for row in functions] == [("A.m", 1, 3), ("f", 5, 7), ("g", 7, 10)]
    assert functions[1].source == "  @d\n  def f(): pass\n"


SOURCES = [Path(sandbox.__file__).parent / name for name in ("parts.py", "caps.py", "survival.py", "bounds.py")]


@settings(max_examples=10, deadline=None)
@given(
    st.sampled_from(SOURCES),
    st.integers(0, 10**9),
    st.sampled_from([b"\n", b"\r\n"]),
    st.booleans(),
    st.sampled_from([b"    ", b"\t", b"  "]),
)
def test_a_mutated_module_parses_and_differs_in_one_function_only(
    path: Path, seed: int, newline: bytes, mark: bool, margin: bytes
) -> None:
    lines = [_indented(line, margin) for line in path.read_bytes().splitlines()]
    data = b"\xef\xbb\xbf" * mark + newline.join(lines) + newline
    for mutation in propose({"a.py": data}, seed, most=2):
        changed = mutate(data, mutation)
        assert mutate(data, mutation) == changed
        ast.parse(changed)
        old, new = take_apart(data), take_apart(changed)
        different = [
            i for i, (a, b) in enumerate(zip(old.functions, new.functions, strict=True)) if a.source != b.source
        ]
        assert [old.functions[i].name for i in different] == [mutation.name]
        one, two = old.functions[different[0]], new.functions[different[0]]
        assert old.lines[: one.first] == new.lines[: two.first]
        assert old.lines[one.last :] == new.lines[two.last :]
        assert changed.startswith(b"\xef\xbb\xbf") == mark
        assert newline == b"\n" or b"\n" not in changed.replace(b"\r\n", b"")
        with pytest.raises(ValueError, match="is not the one that this was made for"):
            mutate(changed, mutation)


def _indented(line: bytes, margin: bytes) -> bytes:
    rest = line.lstrip(b" ")
    # Only whole margins, so that what is aligned stays so.
    depth, extra = divmod(len(line) - len(rest), 4)
    return margin * depth + b" " * extra + rest


@settings(max_examples=3, deadline=None)
@given(st.lists(st.sampled_from(SOURCES), min_size=1, max_size=2, unique=True), st.integers(0, 10**9))
def test_the_same_seed_proposes_the_same_and_nothing_twice(paths: list[Path], seed: int) -> None:
    files = {path.name: path.read_bytes() for path in paths}
    found = propose(files, seed, most=12)
    assert found == propose(dict(reversed(files.items())), seed, most=12)
    assert len(set(found)) == len({(row.file, row.name, row.after) for row in found}) == len(found)
    assert all(row.before != row.after for row in found)


def test_operators_and_functions_take_turns() -> None:
    files = {path.name: path.read_bytes() for path in SOURCES[:3]}
    found = propose(files, 3, most=10)
    assert len({row.operator for row in found}) >= 6
    assert len({(row.file, row.name) for row in found}) >= 8


def test_what_is_no_python_offers_nothing() -> None:
    assert propose({"a.py": b"print 'x'\n", "b.py": b"\xff"}, 1) == []


# --- what is refused ---

DATA = b"def f(a, b):\n    return a < b\n\n\ndef g(a):\n    return a\n"
GOOD = propose({"a.py": DATA}, 0, most=1)[0]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"operator": "magic"}, "no operator magic"),
        ({"name": "h"}, "no function h"),
        ({"name": "g"}, "g is not the one that this was made for"),
        ({"before": "0" * 64}, "f is not the one that this was made for"),
        ({"after": "0" * 64}, "f does not become what this was made for"),
        ({"place": 99}, "no candidate 99 of"),
    ],
)
def test_what_has_changed_since_is_refused_in_one_line(bad: dict[str, str | int], message: str) -> None:
    with pytest.raises((LookupError, ValueError), match=message) as caught:
        mutate(DATA, replace(GOOD, **bad))  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_a_function_that_is_there_twice_is_refused_and_not_proposed() -> None:
    twice = b"if 1:\n    def f(a, b):\n        return a < b\nelse:\n    def f(a, b):\n        return a < b\n"
    assert propose({"a.py": twice}, 1) == []
    source = "    def f(a, b):\n        return a < b\n"
    after = digest_of(changed_source(source, "boundary", 0))
    mutation = Mutation(file="a.py", name="f", operator="boundary", place=0, before=digest_of(source), after=after)
    with pytest.raises(ValueError, match="twice"):
        mutate(twice, mutation)


def test_of_two_functions_of_one_name_the_digest_tells_which() -> None:
    data = (
        b"class A:\n    @property\n    def x(self):\n        return self.y < 1\n"
        b"    @x.setter\n    def x(self, v):\n        self.y = v\n"
    )
    found = [row for row in propose({"a.py": data}, 1) if row.operator == "boundary"]
    assert b"self.y <= 1" in mutate(data, found[0])


def test_a_tree_takes_several_mutations_and_keeps_what_else_is_there() -> None:
    tree = {"a.py": text_file(DATA.decode()), "b.txt": text_file("b")}
    second = propose({"a.py": b"def g(a, b):\n    return a or 0\n"}, 0, most=1)[0]
    tree["c.py"] = text_file("def g(a, b):\n    return a or 0\n")
    changed = mutated(tree, [GOOD, replace(second, file="c.py")])
    assert [path for path in tree if tree[path] != changed[path]] == ["a.py", "c.py"]
    with pytest.raises(LookupError, match=r"no file d\.py"):
        mutated(tree, [replace(GOOD, file="d.py")])


def test_every_operator_has_a_row_in_the_table_above() -> None:
    assert {row[0] for row in (*TABLE, *BLOCKS)} == set(OPERATORS)


# --- what of a release is mutated, and which bugs go together ---

RELEASE = PinnedRelease(version="1", tests=("tests", "pkg/tests"))


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (("src/pkg/a.py", "src/other.py", "setup.py", "tests/test_a.py"), {"src/pkg/a.py"}),
        (("pkg/a.py", "pkg/tests/test_a.py", "pkg/data.txt"), {"pkg/a.py"}),
        (("pkg.py", "setup.py", "docs/conf.py"), {"pkg.py"}),
        (("elsewhere/a.py", "setup.py", "docs/conf.py"), {"elsewhere/a.py"}),
    ],
)
def test_only_modules_of_the_package_are_mutated(paths: tuple[str, ...], expected: set[str]) -> None:
    assert set(code_of({path: text_file("") for path in paths}, RELEASE, "pkg")) == expected


def test_bugs_are_apart_in_other_functions_and_with_other_tests() -> None:
    chosen = [Mutant(mutation=GOOD, tests=("a", "b"))]
    elsewhere = replace(GOOD, name="g")
    assert is_apart(Mutant(mutation=elsewhere, tests=("c",)), chosen)
    assert is_apart(Mutant(mutation=replace(GOOD, file="b.py"), tests=("c",)), chosen)
    assert not is_apart(Mutant(mutation=elsewhere, tests=("c", "b")), chosen)
    assert not is_apart(Mutant(mutation=replace(GOOD, place=1), tests=("c",)), chosen)
