"""OpenAPI documents as tools: names, schemas, places of arguments, what is left out, and what is wrong in words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.detect.calls import label_arguments
from sandbox.errors import BadInput
from sandbox.loader import load_task
from sandbox.openapi.naming import LONGEST, fitted, unused
from sandbox.openapi.operations import read_operations
from sandbox.openapi.reading import read_document
from sandbox.openapi.settings import Declared, Operation
from sandbox.schema_limits import why_unfit
from sandbox.toolbox import load_tools, offered
from tests.support.toy import TASK, make_task

DECLARED = Declared(document="api.json", base_url="http://shop", headers={})


def document(paths: Mapping[str, Any], version: str = "3.1.0", **more: Any) -> dict[str, Any]:
    return {"openapi": version, "info": {"title": "t", "version": "1"}, "paths": paths, **more}


def read(given: Mapping[str, Any], declared: Declared = DECLARED) -> dict[str, Operation]:
    found, _ = read_operations(read_document(json.dumps(given).encode(), "api.json"), declared)
    return {one.name: one for one in found}


def post(schema: Any, version: str = "3.1.0", **schemas: Any) -> Mapping[str, Any]:
    """The schema of the body, as it comes out."""
    row = {"operationId": "go", "requestBody": {"content": {"application/json": {"schema": schema}}}}
    made = read(document({"/x": {"post": row}}, version, components={"schemas": schemas}))["go"].parameters
    body: Mapping[str, Any] = made["properties"]["body"]
    return {**body, "$defs": made["$defs"]} if "$defs" in made else body


def test_an_operation_becomes_a_tool() -> None:
    item = {
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "get": {
            "operationId": "items.get",
            "summary": "Get an item",
            "description": "Get an item, whole.\nWith its tag",
            "parameters": [
                {"name": "full", "in": "query", "schema": {"type": "boolean"}, "description": "with all of it"},
                {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                {"name": "id", "in": "query", "schema": {"type": "integer"}},
                {"name": "Accept", "in": "header", "schema": {"type": "string"}},
            ],
        },
        "delete": {"deprecated": True},
    }
    found = read(document({"/items/{id}": item}))
    assert list(found) == ["items_get", "delete_items_id"]
    got = found["items_get"]
    assert (got.effect, found["delete_items_id"].effect) == ("read", "write")
    assert got.description == "Get an item, whole. With its tag. (GET /items/{id})"
    assert found["delete_items_id"].description == "Deprecated. (DELETE /items/{id})"
    assert got.parameters == {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "full": {"description": "with all of it", "type": "boolean"},
            "X-Trace": {"type": "string"},
            "query_id": {"type": "integer"},
        },
        "required": ["id"],
        "additionalProperties": False,
    }
    places = {row["argument"]: (row["place"], row["wire"]) for row in got.binding["places"]}
    assert places == {
        "id": ("path", "id"),
        "full": ("query", "full"),
        "X-Trace": ("header", "X-Trace"),
        "query_id": ("query", "id"),
    }
    assert (got.binding["method"], got.binding["path"]) == ("GET", "/items/{id}")


def test_references_are_put_in_place_and_what_holds_itself_is_kept() -> None:
    tree = {"type": "object", "properties": {"kids": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}}
    pair = {"type": "object", "properties": {"l": {"$ref": "#/components/schemas/Leaf"}}}
    made = post({"$ref": "#/components/schemas/Pair"}, Pair=pair, Leaf={"type": "integer"})
    assert made == {"type": "object", "properties": {"l": {"type": "integer"}}}
    kept = post({"$ref": "#/components/schemas/Tree"}, Tree=tree)
    assert kept["$ref"] == "#/$defs/Tree"
    assert kept["$defs"]["Tree"]["properties"]["kids"]["items"] == {"$ref": "#/$defs/Tree"}


def test_references_that_would_multiply_are_kept() -> None:
    schemas: dict[str, Any] = {
        f"S{n}": {"type": "object", "properties": {k: {"$ref": f"#/components/schemas/S{n + 1}"} for k in "ab"}}
        for n in range(20)
    }
    made = post({"$ref": "#/components/schemas/S0"}, **schemas, S20={"type": "string"})
    assert len(made["$defs"]) == 21


def test_schemas_without_end_are_refused_in_words() -> None:
    schemas: dict[str, Any] = {f"S{n}": {"anyOf": [{"$ref": f"#/components/schemas/S{n + 1}"}]} for n in range(1500)}
    with pytest.raises(BadInput, match="is too large, or nested too deeply, to be a tool's arguments"):
        post({"$ref": "#/components/schemas/S0"}, **schemas, S1500={"type": "string"})


def test_what_is_said_beside_a_reference_counts_in_31_only() -> None:
    beside = {"$ref": "#/components/schemas/A", "description": "mine", "minLength": 3}
    assert post(beside, A={"type": "string"}) == {
        "description": "mine",
        "minLength": 3,
        "allOf": [{"type": "string"}],
    }
    assert post({"$ref": "#/components/schemas/A", "description": "mine"}, A={"type": "string"}) == {
        "type": "string",
        "description": "mine",
    }
    assert post(beside, "3.0.3", A={"type": "string"}) == {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "made"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "enum": ["a"], "nullable": True}, {"type": ["string", "null"], "enum": ["a", None]}),
        (
            {"allOf": [{"type": "object"}], "nullable": True, "description": "d"},
            {"description": "d", "anyOf": [{"allOf": [{"type": "object"}]}, {"type": "null"}]},
        ),
        ({"type": "integer", "minimum": 0, "exclusiveMinimum": True}, {"type": "integer", "exclusiveMinimum": 0}),
        ({"type": "integer", "minimum": 0, "exclusiveMinimum": False}, {"type": "integer", "minimum": 0}),
        (
            {"type": "object", "example": 1, "xml": {}, "x-a": 1, "properties": {"example": {"type": "string"}}},
            {"type": "object", "properties": {"example": {"type": "string"}}},
        ),
        (
            {"type": "object", "required": ["id", "a"], "properties": {"id": {"readOnly": True}, "a": {"default": {}}}},
            {"type": "object", "required": ["a"], "properties": {"a": {"default": {}}}},
        ),
    ],
)
def test_schemas_of_30_become_those_of_today(schema: Mapping[str, Any], made: Mapping[str, Any]) -> None:
    assert post(schema, "3.0.0") == made


def test_a_name_that_looks_like_a_keyword_is_a_property_all_the_same() -> None:
    schema = {"type": "object", "properties": {"$ref": {"type": "string"}, "nullable": {"type": "boolean"}}}
    assert post(schema) == schema


def test_what_the_task_gives_the_candidate_does_not() -> None:
    declared = Declared(document="api.json", base_url="http://shop", headers={"x-Key": "secret"})
    row = {"operationId": "go", "parameters": [{"name": "X-KEY", "in": "header", "required": True, "schema": {}}]}
    found = read(document({"/x": {"get": row}}), declared)["go"]
    assert found.parameters["properties"] == {}
    assert found.binding["headers"] == {"x-Key": "secret"}


def test_what_cannot_be_sent_is_left_out_and_told() -> None:
    cookie = {"name": "sid", "in": "cookie", "schema": {}}
    form: dict[str, Any] = {"content": {"multipart/form-data": {"schema": {}}}}
    paths = {
        "/a": {"get": {"operationId": "a", "parameters": [cookie]}},
        "/b": {"get": {"operationId": "b", "parameters": [{**cookie, "required": True}]}},
        "/c": {"put": {"operationId": "c", "requestBody": {**form, "required": True}}},
        "/d": {"put": {"operationId": "d", "requestBody": form}},
        "/e": {"get": {"operationId": "e", "parameters": [{**cookie, "in": "query", "style": "odd"}]}},
    }
    found, said = read_operations(read_document(json.dumps(document(paths)).encode(), "api.json"), DECLARED)
    assert [one.name for one in found] == ["a", "d", "e"]
    assert said == (
        "api.json: paths./a.get: the cookie sid is left out",
        "api.json: paths./b.get: left out: it cannot go without the cookie sid",
        "api.json: paths./c.put: left out: it cannot go without a body of multipart/form-data",
        "api.json: paths./d.put: a body of multipart/form-data is left out",
        "api.json: paths./e.get: the query parameter sid of the style 'odd' is left out",
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"swagger": "2.0"}, "api.json: swagger: version 2.0 is not read"),
        ({"openapi": "4.0.0"}, "api.json: openapi: must be 3.0 or 3.1, is '4.0.0'"),
        ([], "api.json: the document: is no object"),
        (document({}), "api.json: paths: names no operation"),
        (document({"/x": {"parameters": []}}), "api.json: paths: holds no operation that can be offered"),
        (document({"x": {}}), "api.json: paths.x: does not begin with a slash"),
        (document({"/x": {"get": 3}}), "api.json: paths./x.get: is no object"),
        (document({"/x": {"$ref": "other.json"}}), "paths./x: $ref: other.json lies in another document"),
        (document({"/x": {"$ref": "#/paths/~1x"}}), "paths./x: $ref: leads from one reference to the next"),
        (document({"/x/{id}": {"get": {}}}), "paths./x/{id}.get.parameters: does not describe {id}"),
        (document({"/x": {"get": {"parameters": {}}}}), "paths./x.get.parameters: is no list"),
        (
            document({"/x": {"get": {"parameters": [{"name": "a", "in": "body"}]}}}),
            "paths./x.get.parameters[0].in: must be path, query, header or cookie, is 'body'",
        ),
        (
            document({"/x": {"get": {"parameters": [{"name": "a", "in": "query"}]}}}),
            "paths./x.get.parameters[0].schema: is required and missing",
        ),
        (
            document({"/x": {"get": {"parameters": [{"name": "a", "in": "query", "schema": {"$ref": "#/no"}}]}}}),
            "paths./x.get.parameters[0].schema: $ref: there is no #/no",
        ),
        (
            document({"/x": {"get": {"parameters": [{"name": "a", "in": "query", "schema": {"type": "text"}}]}}}),
            "paths./x.get: what it takes is no JSON Schema: 'text'",
        ),
        (
            document({"/x": {"get": {"parameters": [{"name": "a", "in": "query", "schema": {"pattern": "("}}]}}}),
            "has a pattern that cannot be used: '('",
        ),
        (
            document(
                {"/x": {"get": {"parameters": [{"name": "a", "in": "query", "schema": {"$ref": "#/c/a"}}]}}},
                c={"a": {"$ref": "#/c/b"}, "b": {"allOf": [{"$ref": "#/c/a"}]}},
            ),
            "what it takes refers to itself without end",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(given: Any, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(given)
    assert words in str(caught.value)


def test_operations_are_named_in_and_out() -> None:
    paths = {"/a": {"get": {"operationId": "a"}, "put": {"operationId": "b"}, "post": {"operationId": "c"}}}

    def names(**how: Any) -> list[str]:
        return list(read(document(paths), Declared(document="api.json", base_url="http://s", headers={}, **how)))

    assert names(include=("b", "a")) == ["a", "b"]
    assert names(exclude=("b",), prefix="shop_") == ["shop_a", "shop_c"]
    with pytest.raises(BadInput, match=re.escape("there is no operation d, as include names it (known: a, b, c)")):
        names(include=("d",))


def test_operations_of_one_name_are_told_apart() -> None:
    assert list(read(document({"/a": {"get": {"operationId": "a!"}, "put": {"operationId": "a?"}}}))) == ["a", "a_2"]


@given(st.text(), st.lists(st.text(max_size=80), max_size=8))
@settings(max_examples=150, deadline=None)
def test_names_fit_every_provider_and_stay_apart(name: str, others: list[str]) -> None:
    taken: list[str] = []
    for one in [name, *others, *others]:
        found = unused(fitted(one), taken)
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,63}", found)
        assert found not in taken
        taken.append(found)


def test_long_names_that_begin_alike_stay_apart() -> None:
    one, two = fitted("get_" + "x" * 80 + "1"), fitted("get_" + "x" * 80 + "2")
    assert len(one) == len(two) == LONGEST
    assert one != two


_KEYS = st.sampled_from(
    ["a", "type", "$ref", "properties", "items", "anyOf", "nullable", "enum", "required", "pattern"]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["object", "string", "#/x", "#", "(", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(_JSON, st.sampled_from(["3.0.0", "3.1.0"]))
@settings(max_examples=200, deadline=None)
def test_whatever_stands_for_a_schema_is_a_tool_or_an_error_in_words(schema: Any, version: str) -> None:
    try:
        row = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
        found = read(document({"/x": {"post": row}}, version, x=schema))
    except BadInput:
        return
    (one,) = found.values()
    assert why_unfit(one.parameters) is None


def test_documents_in_yaml_are_read() -> None:
    text = b"openapi: 3.0\npaths:\n  /x:\n    get:\n      operationId: go\n      responses: {200: {description: ok}}\n"
    found, _ = read_operations(read_document(text, "api.yaml"), DECLARED)
    assert [one.name for one in found] == ["go"]


OPENAPI = """
[[metadata.roadtest.openapi]]
document = "services/api.json"
base_url = "http://shop/v1"
headers = {Authorization = "Bearer k"}
"""


def task_with(tmp_path: Path, paths: Mapping[str, Any], declared: str = OPENAPI) -> Path:
    folder = make_task(tmp_path, task=TASK + declared)
    (folder / "services").mkdir()
    (folder / "services" / "api.json").write_text(json.dumps(document(paths)))
    return folder


def test_a_task_offers_its_operations_beside_our_tools(tmp_path: Path) -> None:
    row = {"operationId": "charge", "parameters": [{"name": "n", "in": "query", "schema": {"type": "integer"}}]}
    task = load_task(task_with(tmp_path, {"/c": {"post": row}}))
    tools = offered(load_tools(), task)
    assert list(tools)[-1] == "charge"
    tool = tools["charge"]
    assert (tool.runs_as, tool.effect, tool.document) == ("_http", "write", "services/api.json")
    assert sorted(label_arguments(tool, '{"n": "7", "m": 1}')[1]) == ["unexpected-argument", "wrong-type"]
    assert label_arguments(tool, '{"n": 7}')[1] == []


def test_a_tool_that_has_the_name_of_one_of_ours_is_refused(tmp_path: Path) -> None:
    task = load_task(task_with(tmp_path, {"/c": {"post": {"operationId": "bash"}}}))
    with pytest.raises(BadInput, match=r"services/api.json has a tool bash, and so has Roadtest; give it a prefix"):
        offered(load_tools(), task)


def test_two_documents_with_tools_of_one_name_are_refused(tmp_path: Path) -> None:
    folder = task_with(tmp_path, {"/c": {"post": {"operationId": "go"}}}, OPENAPI + OPENAPI)
    with pytest.raises(BadInput, match=r"task.toml: metadata.roadtest.openapi: services/api.json has a tool go"):
        load_task(folder)


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        (OPENAPI.replace("services/api.json", "../x.json"), "openapi[0].document: there is no file ../x.json"),
        (OPENAPI.replace("services/api.json", "no.json"), "openapi[0].document: there is no file no.json"),
        (OPENAPI.replace("http://shop", "https://shop"), "openapi[0].base_url"),
        (OPENAPI.replace("http://shop/v1", "http://shop/?a=b"), "openapi[0].base_url: must name a host and a path"),
        (OPENAPI.replace("Bearer k", "a\\nb"), "openapi[0].headers.Authorization: must be printable ASCII"),
        (OPENAPI.replace("Authorization", '"a b"'), "openapi[0].headers: 'a b' is no name of a header"),
        (OPENAPI + "methods = []\n", "openapi[0].methods: unknown key"),
    ],
)
def test_what_a_task_says_wrong_of_a_document_is_named(tmp_path: Path, declared: str, words: str) -> None:
    folder = task_with(tmp_path, {"/c": {"post": {"operationId": "go"}}}, declared)
    with pytest.raises(BadInput) as caught:
        load_task(folder)
    assert words in str(caught.value)
