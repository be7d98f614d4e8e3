"""When a test operation finds the value that it asks for."""

from collections import OrderedDict
from types import MappingProxyType

import jsonpatch
import pytest


def holds(doc, value, path="/x"):
    try:
        jsonpatch.apply_patch(doc, [{"op": "test", "path": path, "value": value}], in_place=True)
    except jsonpatch.JsonPatchTestFailed:
        return False
    return True


def test_number_with_and_without_fraction():
    assert holds({"x": 1.0}, 1)
    assert holds({"x": 1}, 1.0)
    assert not holds({"x": 1}, 1.5)


def test_number_inside_an_object():
    assert holds({"x": {"price": 10, "tax": 2.0}}, {"price": 10.0, "tax": 2})


def test_number_inside_a_list():
    assert holds({"x": [0.0, 3]}, [0, 3.0])
    assert not holds({"x": [0, 3]}, [0, 4.0])


def test_number_in_equal_operations():
    one = jsonpatch.JsonPatch([{"op": "add", "path": "/a", "value": 5}])
    other = jsonpatch.JsonPatch([{"op": "add", "path": "/a", "value": 5.0}])
    assert one == other


@pytest.mark.parametrize(
    "found, asked", [([True], [1]), ([0], [False]), ({"on": True}, {"on": 1}), ([[{"a": [1]}]], [[{"a": [True]}]])]
)
def test_literal_is_no_number_further_in(found, asked):
    assert not holds({"x": found}, asked)


def test_literal_found_further_in():
    assert holds({"x": [True, {"on": False}]}, [True, {"on": False}])


def test_literal_in_operations_that_differ():
    one = jsonpatch.JsonPatch([{"op": "add", "path": "/a", "value": [True]}])
    other = jsonpatch.JsonPatch([{"op": "add", "path": "/a", "value": [1]}])
    assert one != other


def test_frozen_tuple_is_a_list():
    assert holds({"x": ("a", "b")}, ["a", "b"])
    assert not holds({"x": ("a", "b")}, ["a"])


def test_frozen_mapping_is_an_object():
    assert holds({"x": MappingProxyType({"a": 1})}, {"a": 1})
    assert not holds({"x": MappingProxyType({"a": 1})}, {"a": 2})


def test_frozen_ordered_object():
    assert holds({"x": OrderedDict([("b", 2), ("a", 1)])}, {"a": 1, "b": 2})


def test_frozen_containers_within_each_other():
    assert holds({"x": (MappingProxyType({"ids": (1, 2)}),)}, [{"ids": [1, 2]}])


def test_bare_literal_is_no_number():
    assert not holds({"x": True}, 1)
    assert not holds({"x": 0}, False)
    assert holds({"x": True}, True)


def test_text_is_no_list():
    assert not holds({"x": "ab"}, ["a", "b"])
    assert not holds({"x": ["a", "b"]}, "ab")


def test_text_and_number():
    assert not holds({"x": "1"}, 1)
    assert holds({"x": "1"}, "1")


def test_null_is_only_null():
    assert holds({"x": None}, None)
    assert not holds({"x": None}, 0)
    assert not holds({"x": None}, {})


def test_members_in_any_order():
    assert holds({"x": {"a": "1", "b": "2"}}, {"b": "2", "a": "1"})
    assert not holds({"x": {"a": "1"}}, {"a": "1", "b": "2"})


def test_items_in_their_order():
    assert not holds({"x": ["a", "b"]}, ["b", "a"])
    assert not holds({"x": ["a"]}, ["a", "b"])
