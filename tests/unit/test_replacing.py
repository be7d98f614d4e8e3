"""One definition of a file replaced, everything else byte for byte as it was."""

from __future__ import annotations

import pytest

from sandbox.replacing import only_definition, replace_definition

MODULE = '''\
"""A module."""  # é
import os


@cache
@other(1,
       2)
def first(a):
    return a


class Box:
    """Holds."""

    @property
    def size(self):
        return 1  # one

    async def open(self):
        pass


if os.name == "nt":
    def only_there(): return 1
else:
    def only_here():
        return 2

last = lambda: 0
def end(): return 9'''


def replaced(name: str, source: str, module: bytes | str = MODULE) -> bytes:
    data = module.encode("utf-8") if isinstance(module, str) else module
    return replace_definition(data, name, only_definition(source, name.rpartition(".")[2]))


@pytest.mark.parametrize(
    ("name", "old", "source", "new"),
    [
        (
            "first",
            "@cache\n@other(1,\n       2)\ndef first(a):\n    return a\n",
            "def first(a):\n    return -a\n",
            "def first(a):\n    return -a\n",
        ),
        (
            "Box.size",
            "    @property\n    def size(self):\n        return 1  # one\n",
            "@property\ndef size(self):\n    return 2\n",
            "    @property\n    def size(self):\n        return 2\n",
        ),
        (
            "Box.open",
            "    async def open(self):\n        pass\n",
            "async def open(self):\n\n    return 1",
            "    async def open(self):\n\n        return 1\n",
        ),
        (
            "only_there",
            "    def only_there(): return 1\n",
            "def only_there(): return 3\n",
            "    def only_there(): return 3\n",
        ),
        (
            "only_here",
            "    def only_here():\n        return 2\n",
            "def only_here():\n    return 3\n",
            "    def only_here():\n        return 3\n",
        ),
        # The file ends without a line feed, and goes on doing so.
        ("end", "def end(): return 9", "def end(): return 8\n", "def end(): return 8"),
    ],
)
def test_a_definition_gives_way_with_its_decorators_and_nothing_else_changes(
    name: str, old: str, source: str, new: str
) -> None:
    assert MODULE.count(old) == 1
    assert replaced(name, source) == MODULE.replace(old, new).encode("utf-8")


def test_a_class_gives_way_as_a_whole() -> None:
    text = replaced("Box", "class Box:\n    size = 2\n").decode("utf-8")
    assert "class Box:\n    size = 2\n\n\nif os.name" in text
    assert "async def" not in text


def test_comments_around_our_definition_stay_with_us() -> None:
    text = replaced("first", "# The bug: a sign.\n# More.\ndef first(a):\n    # kept\n    return -a\n\n# end\n").decode(
        "utf-8"
    )
    assert "# kept" in text
    assert "bug" not in text
    assert "# end" not in text


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_line_endings_are_the_files(ending: str) -> None:
    module = MODULE.replace("\n", ending)
    found = replaced("Box.size", "@property\r\ndef size(self):\n    return 2\n", module).decode("utf-8")
    assert found == module.replace(f"return 1  # one{ending}", f"return 2{ending}")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8"])
def test_the_encoding_is_the_files(encoding: str) -> None:
    module = f"# coding: {encoding}\nname = 'é'\ndef one():\n    return 'ä'\n".encode(encoding)
    found = replaced("one", "def one():\n    return 'ö'\n", module)
    assert found == module.replace("ä".encode(encoding), "ö".encode(encoding))


def test_what_the_files_encoding_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError, match="latin-1"):
        replaced("one", "def one():\n    return '€'\n", b"# coding: latin-1\ndef one(): return 1\n")


def test_a_byte_order_mark_stays_where_it_is() -> None:
    mark = b"\xef\xbb\xbf"
    assert replaced("one", "def one(): return 2\n", mark + b"def one(): return 1\n") == mark + b"def one(): return 2\n"


def test_a_form_feed_ends_no_line() -> None:
    module = "a = 1\n\x0cdef one():\n    return 'x\x0c\x1cy'\n\n\ndef two():\n    return 1\n"
    assert replaced("two", "def two():\n    return 2\n", module) == module.replace("return 1", "return 2").encode()


def test_the_inside_of_strings_is_not_moved_but_docstrings_are() -> None:
    source = (
        'def size(self):\n    """One.\n\n    Two.\n    """\n    text = """a\n  b\n"""\n    return f"""{text}\nc"""\n'
    )
    found = replaced("Box.size", source).decode("utf-8")
    assert (
        '        """One.\n\n        Two.\n        """\n        text = """a\n  b\n"""\n        return f"""{text}\nc"""\n'
        in found
    )


def test_tabs_stay_tabs() -> None:
    module = b"class A:\n\tdef f(self):\n\t\treturn 1\n"
    assert replaced("A.f", "def f(self):\n\treturn 2\n", module) == b"class A:\n\tdef f(self):\n\t\treturn 2\n"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nope", "no definition of nope"),
        ("Box.nope", "no definition of Box.nope"),
        ("size", "no definition of size"),
        ("last", "no definition of last"),
        ("Box.size.deep", "no definition of Box.size.deep"),
    ],
)
def test_a_definition_that_is_not_there_is_refused(name: str, message: str) -> None:
    with pytest.raises(LookupError, match=message):
        replaced(name, f"def {name.rpartition('.')[2]}(): pass\n")


def test_a_name_that_is_defined_twice_is_refused() -> None:
    module = "class A:\n    @property\n    def x(self): pass\n    @x.setter\n    def x(self, value): pass\n"
    with pytest.raises(LookupError, match=r"2 definitions of A\.x"):
        replaced("A.x", "def x(self): pass\n", module)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def first(:\n", "is no Python"),
        ("def first(): pass\0", "is no Python"),
        ("(" * 5000, "is no Python"),
        ("", "must hold one function or class"),
        ("first = 1\n", "must hold one function or class"),
        ("import os\ndef first(): pass\n", "must hold one function or class"),
        ("def first(): pass\ndef second(): pass\n", "must hold one function or class"),
        ("def second(): pass\n", "defines second, not first"),
    ],
    ids=range(8),
)
def test_a_file_that_holds_more_or_less_than_the_definition_is_refused(source: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        only_definition(source, "first")


@pytest.mark.parametrize("data", [b"def (", b"# coding: nope\n", b"\xff\xfe"])
def test_a_file_that_is_no_python_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="is no Python"):
        replace_definition(data, "first", "def first(): pass\n")
