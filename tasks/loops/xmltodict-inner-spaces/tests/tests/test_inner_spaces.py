"""Which spaces of a text are kept."""

import xmltodict


def test_inside_around_a_child():
    found = xmltodict.parse("<p>one <b>two</b> three</p>")
    assert found == {"p": {"b": "two", "#text": "one  three"}}


def test_inside_with_an_attribute():
    found = xmltodict.parse('<p lang="en">Hello <i>dear</i>reader</p>')
    assert found["p"]["#text"] == "Hello reader"


def test_inside_but_not_outside():
    found = xmltodict.parse("<p>\n  one <b/>two\n</p>")
    assert found["p"]["#text"] == "one two"


def test_inside_with_a_separator():
    found = xmltodict.parse("<p>one <b/> two</p>", cdata_separator="|")
    assert found["p"]["#text"] == "one | two"


def test_inside_several_children():
    found = xmltodict.parse("<p>a <b/>b <b/>c</p>")
    assert found["p"]["#text"] == "a b c"


def test_kept_around_a_value():
    assert xmltodict.parse("<a>  x </a>", strip_whitespace=False) == {"a": "  x "}


def test_kept_when_there_is_nothing_else():
    assert xmltodict.parse("<a> </a>", strip_whitespace=False) == {"a": " "}


def test_kept_lines_of_code():
    found = xmltodict.parse("<pre lang='c'>\n  int x;\n</pre>", strip_whitespace=False)
    assert found["pre"]["#text"] == "\n  int x;\n"


def test_kept_in_streamed_items():
    seen = []
    xmltodict.parse(
        "<r><a> 1</a><a>2 </a></r>",
        item_depth=2,
        strip_whitespace=False,
        item_callback=lambda path, item: seen.append(item) or True,
    )
    assert seen == [" 1", "2 "]


def test_stripped_unless_asked():
    assert xmltodict.parse("<a>  x </a>") == {"a": "x"}


def test_space_between_tags_is_nothing():
    assert xmltodict.parse("<r>\n  <a>1</a>\n  <b/>\n</r>") == {"r": {"a": "1", "b": None}}


def test_space_alone_is_none():
    assert xmltodict.parse("<a> \n </a>") == {"a": None}


def test_separator_without_spaces():
    assert xmltodict.parse("<a>b<c/>d</a>", cdata_separator="|")["a"]["#text"] == "b|d"


def test_forced_text():
    assert xmltodict.parse("<a> x </a>", force_cdata=True) == {"a": {"#text": "x"}}


def test_streamed_items():
    seen = []
    xmltodict.parse(
        "<r><a>1</a><a><b>2</b></a></r>",
        item_depth=2,
        item_callback=lambda path, item: seen.append((path[-1][0], item)) or True,
    )
    assert seen == [("a", "1"), ("a", {"b": "2"})]
