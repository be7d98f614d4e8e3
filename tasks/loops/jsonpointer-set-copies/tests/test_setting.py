"""What becomes of a document when a pointer sets a value in it."""

import pytest
from jsonpointer import JsonPointer, JsonPointerException, set_pointer


def test_aside_nested_member():
    doc = {"user": {"name": "Ann"}}
    new = set_pointer(doc, "/user/name", "Bo", inplace=False)
    assert new == {"user": {"name": "Bo"}}
    assert doc == {"user": {"name": "Ann"}}


def test_aside_item_of_inner_list():
    doc = {"tags": ["a", "b"]}
    new = set_pointer(doc, "/tags/1", "c", inplace=False)
    assert new == {"tags": ["a", "c"]}
    assert doc == {"tags": ["a", "b"]}


def test_aside_appended_item():
    doc = [[1], [2]]
    new = JsonPointer("/0/-").set(doc, 9, inplace=False)
    assert new == [[1, 9], [2]]
    assert doc == [[1], [2]]


def test_aside_created_branch():
    doc = {"a": {"b": {}}}
    new = set_pointer(doc, "/a/b/c/d", 1, inplace=False, create=True)
    assert new == {"a": {"b": {"c": {"d": 1}}}}
    assert doc == {"a": {"b": {}}}


def test_in_place_top_member():
    doc = {"name": "Ann"}
    set_pointer(doc, "/name", "Bo")
    assert doc == {"name": "Bo"}


def test_in_place_top_item():
    doc = [1, 2, 3]
    set_pointer(doc, "/-", 4)
    assert doc == [1, 2, 3, 4]


def test_in_place_gives_the_same_document():
    doc = {"a": 1}
    assert set_pointer(doc, "/a", 2) is doc


def test_in_place_created_branch():
    doc = {}
    set_pointer(doc, "/cat/name", "Tom", create=True)
    assert doc == {"cat": {"name": "Tom"}}


def test_in_place_reaches_inner_containers():
    inner = {"b": 1}
    doc = {"a": inner}
    set_pointer(doc, "/a/b", 2)
    assert inner == {"b": 2}
    assert doc["a"] is inner


def test_root_aside():
    doc = {"a": 1}
    assert set_pointer(doc, "", [1], inplace=False) == [1]
    assert doc == {"a": 1}


def test_root_in_place_is_refused():
    with pytest.raises(JsonPointerException):
        set_pointer({"a": 1}, "", [1])


def test_failure_leaves_the_document_alone():
    doc = {"a": [1]}
    with pytest.raises(JsonPointerException):
        set_pointer(doc, "/a/7/b", 1, create=True)
    assert doc == {"a": [1]}


def test_member_of_a_missing_parent_is_refused():
    with pytest.raises(JsonPointerException):
        set_pointer({}, "/a/b", 1, inplace=False)
