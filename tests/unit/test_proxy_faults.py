"""What the fault proxy decides: which request meets what, and what a damaged answer looks like."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import HarnessError
from sandbox.outcomes.happenings import read_happenings
from sandbox.services.proxy.damage import damaged
from sandbox.services.proxy.faults import Faults
from sandbox.services.proxy.message import Answer
from sandbox.services.proxy.settings import KINDS, Address, Scripted, Service

EVEN = {kind: 0.06 for kind in KINDS if kind not in ("rate-limit", "server-error")}
JSON = (("content-type", "application/json"),)


def faults(seed: str = "s", **service: Any) -> Faults:
    return Faults(seed, Service(name="shop", listen=Address(), upstream=Address(), dry_run=True, **service))


def kind(of: Faults, path: str = "/a", body: bytes = b"", method: str = "POST", now: float = 0.0) -> str | None:
    found = of.next(method, path, "x=1", body, now)
    return None if found is None else found.kind


def test_what_a_request_meets_hangs_on_no_other_path() -> None:
    alone, among = faults(rates=EVEN), faults(rates=EVEN)
    expected = [kind(alone, body=b"%d" % number) for number in range(50)]
    found = []
    for number in range(50):
        kind(among, "/b", b"%d" % number)
        found.append(kind(among, body=b"%d" % number))
        kind(among, "/a", b"%d" % number, "GET")
    assert found == expected
    assert len(set(expected)) > 3


def test_each_fault_comes_as_often_as_it_should() -> None:
    drawn = faults(rates=EVEN)
    counts = Counter(kind(drawn, body=b"%d" % number, method="GET") for number in range(4000))
    fitting = [one for one in EVEN if one not in ("lost-response", "no-op")]
    # Four standard errors.
    assert all(abs(counts[one] - 240) < 60 for one in fitting)
    assert set(counts) == {*fitting, None}


def test_the_same_request_after_a_fault_is_spared() -> None:
    drawn = faults(rates={"lost-response": 1.0})
    assert [kind(drawn, body=b"1") for _ in range(4)] == ["lost-response", None, "lost-response", None]
    assert kind(drawn, body=b"2") == "lost-response"


def test_a_burst_hits_whatever_comes_and_ends() -> None:
    drawn = faults(rates={"server-error": 1.0})
    first = drawn.next("GET", "/a", "", b"", 0.0)
    assert first is not None and first.status in (500, 502, 503)
    hit = [drawn.next("GET", "/a", "", b"", 0.0) for _ in range(4)]
    length = 1 + next(index for index, one in enumerate(hit) if one is None)
    assert 2 <= length <= 4


def test_within_a_rate_limit_nothing_is_drawn() -> None:
    held, free = faults(rates=EVEN | {"rate-limit": 0.3}), faults(rates=EVEN | {"rate-limit": 0.3})
    found, expected, now = [], [], 0.0
    for number in range(40):
        one = kind(held, body=b"%d" % number, now=now)
        found.append(one)
        if one == "rate-limit":
            assert kind(held, body=b"other", now=now + 0.5) == "held"
            now += 1.0
        expected.append(kind(free, body=b"%d" % number, now=1000.0 * number))
    assert found == expected
    assert "rate-limit" in found


def test_a_script_means_single_requests() -> None:
    script = (Scripted(fault="lost-response", method="POST", path="/v1/*", nth=2, times=2), Scripted(fault="drift"))
    drawn = faults(script=script)
    paths = ["/a", "/v1/x", "/v1/y", "/v1/z", "/v1/w"]
    assert [kind(drawn, path) for path in paths] == ["drift", None, "lost-response", "lost-response", None]


# What matters to JSON; all of Unicode takes seconds to set up.
TEXTS = st.text(alphabet='aZ_9"\\{}[]:,é\n')
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=4)


@given(OBJECTS, st.integers(0, 99))
def test_what_is_malformed_never_parses(document: dict[str, Any], seed: int) -> None:
    for one in ("malformed", "truncated"):
        found = damaged(one, _answer(document), random.Random(seed))
        if found is None:
            assert one == "truncated"
            continue
        with pytest.raises(ValueError):
            json.loads(found.body)


@given(OBJECTS, st.integers(0, 99))
def test_what_drifts_parses_and_is_another(document: dict[str, Any], seed: int) -> None:
    found = damaged("drift", _answer(document), random.Random(seed))
    assert found is not None
    assert json.loads(found.body) != document


def test_drift_is_in_every_row_of_a_page() -> None:
    page = {"data": [{"unit_price": 1, "id": "a"}, {"unit_price": 2, "id": "b"}], "has_more": False}
    for seed in range(20):
        found = damaged("drift", _answer(page), random.Random(seed))
        assert found is not None
        rows = json.loads(found.body)["data"]
        assert all(row["id"] == was["id"] and row != was for row, was in zip(rows, page["data"], strict=True))  # type: ignore[call-overload]


@pytest.mark.parametrize("status", [404, 500, 302])
def test_what_is_no_success_stays_as_it_is(status: int) -> None:
    answer = Answer(status=status, headers=JSON, body=b'{"a": 1}')
    assert damaged("malformed", answer, random.Random(0)) is None


def test_what_is_no_json_stays_as_it_is() -> None:
    plain = Answer(status=200, headers=(("content-type", "text/plain"),), body=b'{"a": 1}')
    packed = Answer(status=200, headers=(*JSON, ("content-encoding", "gzip")), body=b'{"a": 1}')
    assert damaged("malformed", plain, random.Random(0)) is None
    assert damaged("malformed", packed, random.Random(0)) is None


def _answer(document: Any) -> Answer:
    return Answer(status=200, headers=JSON, body=json.dumps(document).encode())


# --- the log read back ---


def test_an_answer_knows_what_was_asked() -> None:
    lines = [
        {"seq": 0, "kind": "request", "query": "q=1", "headers": {"a": "b"}, "body": '{"n": 1.10}'},
        {"seq": 1, "kind": "request", "body": "NaN"},
        {"seq": 2, "kind": "answer", "cause": 0, "body": "[2]"},
        {"seq": 3, "kind": "answer", "cause": 1, "body": ""},
    ]
    found = read_happenings(b"".join(json.dumps(line).encode() + b"\n" for line in lines) + b'{"seq": 4, "kin')
    assert len(found) == 4
    assert (found[2]["asked"], found[2]["body"], found[2]["query"], found[2]["headers"]) == (
        {"n": 1.1},
        [2],
        "q=1",
        {"a": "b"},
    )
    assert (found[3]["asked"], found[3]["body"]) == ("NaN", "")


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"kind": "answer"}', b""])
def test_a_log_that_is_broken_in_the_middle_is_nobodys_wrong_answer(line: bytes) -> None:
    with pytest.raises(HarnessError, match="line 1"):
        read_happenings(line + b"\n" + b'{"seq": 1}\n')
