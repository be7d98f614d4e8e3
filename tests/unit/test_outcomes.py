"""Outcomes: state differences against what is allowed, milestones in a DAG, minefields."""

from __future__ import annotations

import itertools
import json
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import BadInput, HarnessError, TaskError
from sandbox.outcomes.allowed import Allowed, collateral
from sandbox.outcomes.judging import Outcome, judge
from sandbox.outcomes.milestones import Milestone, best_matching, check_order
from sandbox.outcomes.spec import Spec, read_spec
from sandbox.outcomes.state import Change, difference, read_state
from sandbox.outcomes.values import ABSENT, at, holds, same

CREATED = frozenset({"created"})


# --- values ---


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1.0, True),
        (100, Decimal("1e2"), True),
        (0.1, Decimal("0.1"), True),
        (0.1, Decimal("0.1000000000000000055"), False),
        (2**53 + 1, float(2**53), False),
        (True, 1, False),
        (False, 0, False),
        ("1", 1, False),
        (None, 0, False),
        ([1, 2], [2, 1], False),
        ({"a": [1, {"b": 2.0}]}, {"a": [1.0, {"b": 2}]}, True),
        ({"a": None}, {}, False),
    ],
)
def test_values_are_equal_by_what_they_are_worth(one: Any, other: Any, equal: bool) -> None:
    assert same(one, other) is equal
    assert same(other, one) is equal


def test_values_of_any_depth_compare() -> None:
    deep, other = 1, 1.0
    for _ in range(100_000):
        deep, other = [deep], [other]  # type: ignore[assignment]
    assert same(deep, other)


@pytest.mark.parametrize(
    ("value", "expected", "held"),
    [
        (4200, 4200.0, True),
        (ABSENT, {"is_not": 3}, True),
        (ABSENT, {"absent": True}, True),
        (None, {"absent": True}, False),
        (None, {"null": True}, True),
        (ABSENT, {"null": True}, False),
        (ABSENT, {"null": False}, False),
        ("10.00", {"number": 10}, True),
        ("10.00", 10, False),
        (True, {"number": 1}, False),
        ("ten", {"number": 10}, False),
        (5, {"at_least": 5, "at_most": 6}, True),
        (7, {"at_least": 5, "at_most": 6}, False),
        ("5", {"at_least": 5}, False),
        ("ch_12", {"matches": "^ch_[0-9]+$"}, True),
        ("ch_12\n", {"matches": "^ch_[0-9]+$"}, False),
        ([1, 2], {"contains": 2.0}, True),
        ("open", {"any_of": ["open", "new"]}, True),
        ({"a": 1}, {"is": {"a": 1}}, True),
    ],
)
def test_expectations(value: Any, expected: Any, held: bool) -> None:
    assert holds(value, expected) is held


def test_a_path_leads_through_objects_and_lists_and_ends_where_there_is_nothing() -> None:
    document = {"body": {"items": [{"amount": 3}]}}
    assert at(document, "body.items.0.amount") == 3
    assert at(document, "body.items.1.amount") is ABSENT
    assert at(document, "body.items.-1") is ABSENT
    assert at(document, "body.items.0.amount.more") is ABSENT


# --- state ---


def state(**services: Mapping[str, Any]) -> Any:
    return read_state({name: json.dumps(export).encode() for name, export in services.items()})


def test_a_difference_tells_rows_by_kind_and_field() -> None:
    before = state(shop={"charges": {"a": {"n": 1}, "b": {"n": 2, "m": None}, "c": {"n": 3}}})
    after = state(shop={"charges": {"a": {"n": 1.0}, "b": {"n": 2.5}, "d": {"n": 3}}, "new": {"e": {}}})
    found = difference(before, after)
    assert [(change.collection, change.key, change.kind) for change in found] == [
        ("charges", "b", "changed"),
        ("charges", "c", "deleted"),
        ("charges", "d", "created"),
        ("new", "e", "created"),
    ]
    assert found[0].fields == {"n", "m"}
    assert found[0].words() == "shop charges b changed (m, n)"


def test_numbers_of_an_export_are_not_rounded() -> None:
    one = read_state({"bank": b'{"sums": {"a": {"sum": 9007199254740993.0}}}'})
    other = read_state({"bank": b'{"sums": {"a": {"sum": 9007199254740992.0}}}'})
    assert difference(one, other)
    assert not difference(one, read_state({"bank": b'{"sums": {"a": {"sum": 9007199254740993}}}'}))


@pytest.mark.parametrize("export", [b"", b"[]", b'{"a": []}', b'{"a": {"b": 1}}', b'{"a": {"b": {"c": NaN}}}', b"\xff"])
def test_a_broken_export_is_nobodys_wrong_answer(export: bytes) -> None:
    with pytest.raises(HarnessError, match="the state of shop"):
        read_state({"shop": export})


def test_a_service_without_an_export_is_not_an_emptied_one() -> None:
    with pytest.raises(HarnessError, match="different services"):
        difference(state(shop={"a": {"b": {}}}), state())


# --- allowed ---


def created(key: str, **row: Any) -> Change:
    return Change(service="shop", collection="charges", key=key, before=None, after=row)


def rule(**rest: Any) -> Allowed:
    return Allowed(**{"service": "shop", "collection": "charges", "kinds": CREATED, **rest})


def test_a_second_row_is_collateral_where_one_is_allowed() -> None:
    changes = [created("a", amount=5), created("b", amount=5.0)]
    assert not collateral(changes, [rule(where={"amount": 5}, at_most=2)])
    assert [change.key for change in collateral(changes, [rule(where={"amount": 5}, at_most=1)])] == ["b"]


def test_rules_are_used_as_well_as_can_be() -> None:
    """The general rule must not be used up by the row that the special one covers as well."""
    changes = [created("a", amount=5), created("b", amount=6), created("c", amount=7)]
    rules = [rule(at_most=1), rule(where={"amount": {"at_most": 5}}, at_most=1), rule(where={"amount": {"at_most": 6}})]
    for order in itertools.permutations(rules):
        for rows in itertools.permutations(changes):
            assert not collateral(rows, order)


@given(st.lists(st.sets(st.integers(0, 3)), max_size=6), st.lists(st.integers(1, 2), min_size=4, max_size=4))
def test_as_many_as_can_be_are_covered(fits: list[set[int]], room: list[int]) -> None:
    changes = [created(str(index), **{f"f{one}": 1 for one in fit}) for index, fit in enumerate(fits)]
    rules = [rule(where={f"f{one}": 1}, at_most=most) for one, most in enumerate(room)]
    choices = itertools.product(*[[None, *fit] for fit in fits])
    most = max(
        sum(one is not None for one in choice)
        for choice in choices
        if all(choice.count(index) <= room[index] for index in range(4))
    )
    assert len(changes) - len(collateral(changes, rules)) == most


def test_a_change_is_covered_only_in_the_fields_that_are_named() -> None:
    change = Change(
        service="shop", collection="charges", key="a", before={"s": "open", "n": 1}, after={"s": "shut", "n": 2}
    )
    changed = frozenset({"changed"})
    assert not rule(kinds=changed, fields=frozenset({"s"})).covers(change)
    assert rule(kinds=changed, fields=frozenset({"s", "n"})).covers(change)
    assert rule(kinds=changed, was={"s": "open"}, where={"s": "shut"}).covers(change)
    assert not rule(kinds=changed, was={"s": "shut"}).covers(change)
    assert not rule(kinds=CREATED).covers(change)
    assert not rule(kinds=changed, key={"matches": "^b"}).covers(change)
    assert not rule(kinds=changed, service="other").covers(change)


# --- milestones ---


def milestone(name: str, *after: str, **rest: Any) -> Milestone:
    return Milestone(id=name, after=frozenset(after), where={name: {"at_least": 0}}, **rest)


def places(milestones: Sequence[Milestone], *entries: str) -> list[int | None]:
    """Entries as the letters of the milestones they show."""
    found = best_matching(milestones, [dict.fromkeys(entry, 1) for entry in entries])
    return [reached.entry for reached in found]


def test_milestones_keep_their_order() -> None:
    chain = [milestone("a"), milestone("b", "a"), milestone("c", "b")]
    assert places(chain, "a", "b", "c") == [0, 1, 2]
    assert places(chain, "b", "a", "b", "c") == [1, 2, 3]
    assert places(chain, "c", "b", "a") in ([2, None, None], [None, 1, None], [None, None, 0])


def test_order_holds_through_what_was_not_reached() -> None:
    chain = [milestone("a"), milestone("b", "a"), milestone("c", "b")]
    assert places(chain, "a", "c") == [0, None, 1]
    assert sum(place is not None for place in places(chain, "c", "a")) == 1


def test_one_entry_may_show_two_milestones_unless_one_comes_after_the_other() -> None:
    assert places([milestone("a"), milestone("b")], "ab") == [0, 0]
    assert places([milestone("a"), milestone("b"), milestone("c", "a", "b")], "ab", "c") == [0, 0, 1]
    assert sum(place is not None for place in places([milestone("a"), milestone("b", "a")], "ab")) == 1


def test_the_best_matching_gives_up_a_good_one_for_two() -> None:
    exact = [
        Milestone(id="a", where={"kind": "a"}, fields={"x": 1, "y": 1}),
        Milestone(id="b", after=frozenset({"a"}), where={"kind": "b"}),
    ]
    entries: list[dict[str, Any]] = [{"kind": "a", "x": 1}, {"kind": "b"}, {"kind": "a", "x": 1, "y": 1}]
    assert [(one.entry, one.score) for one in best_matching(exact, entries)] == [(0, 0.5), (1, 1.0)]


LETTERS = "abcd"


@given(
    st.sets(st.sampled_from([(one, other) for one in LETTERS for other in LETTERS if one < other])),
    st.lists(st.dictionaries(st.sampled_from(LETTERS), st.sampled_from([1, 2, 4])), max_size=4),
)
def test_no_other_matching_is_better(edges: set[tuple[str, str]], entries: list[dict[str, int]]) -> None:
    """Against trying them all. An entry tells by letter how many quarters it is worth, so sums are exact."""
    closure = _closure(edges)

    def allowed(choice: Sequence[int | None]) -> bool:
        put = dict(zip(LETTERS, choice, strict=True))
        pairs = [(put[one], put[other]) for one, other in closure]
        return all(one is None or other is None or one < other for one, other in pairs)

    def worth(choice: Sequence[int | None]) -> float:
        pairs = zip(LETTERS, choice, strict=True)
        return sum(entries[place].get(name, 0) / 4 for name, place in pairs if place is not None)

    choices = itertools.product(*[[None, *range(len(entries))]] * 4)
    milestones = [_in_quarters(name, frozenset(one for one, other in edges if other == name)) for name in LETTERS]
    found = best_matching(milestones, entries)
    assert sum(reached.score for reached in found) == max(worth(choice) for choice in choices if allowed(choice))
    assert allowed([reached.entry for reached in found])


class _Quarters(Milestone):
    def score(self, entry: Mapping[str, Any]) -> float:
        return float(entry.get(self.id, 0) / 4)


def _in_quarters(name: str, after: frozenset[str]) -> Milestone:
    return _Quarters(id=name, after=after, where={})


def _closure(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    found = set(edges)
    for middle, one, other in itertools.product(LETTERS, repeat=3):
        if (one, middle) in found and (middle, other) in found:
            found.add((one, other))
    return found


@pytest.mark.parametrize(
    ("milestones", "message"),
    [
        ([milestone("a"), milestone("a")], "a is there more than once"),
        ([milestone("a", "z")], "a comes after z, which is no milestone"),
        ([milestone("a", "b"), milestone("b", "a")], "in a circle"),
        ([milestone("a"), *(milestone(f"m{n}", "a") for n in range(12))], "13 milestones hang together"),
    ],
)
def test_an_order_that_cannot_be_kept_is_refused(milestones: list[Milestone], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        check_order(milestones, "outcome.toml: milestones")


def test_milestones_without_order_are_many_and_quick() -> None:
    many = [milestone(f"m{n}") for n in range(40)]
    check_order(many, "here")
    assert all(one.entry == 0 for one in best_matching(many, [{f"m{n}": 1 for n in range(40)}] * 200))


# --- all together ---

CHARGE = """
[[allowed]]
service = "payments"
collection = "charges"
kinds = ["created"]
where = { order = "o-17", amount = 4200 }
at_most = 1

[[required]]
id = "charged"
service = "payments"
collection = "charges"
where = { order = "o-17", status = "succeeded" }
exactly = 1

[[happened]]
id = "budget"
where = { kind = "answer" }
at_most = 3

[[milestones]]
id = "look"
where = { kind = "answer", method = "GET", status = 200 }

[[milestones]]
id = "charge"
after = ["look"]
where = { kind = "answer", method = "POST", status = 201 }
fields = { amount = 4200, order = "o-17" }

[[minefields]]
id = "deleted"
where = { kind = "answer", method = "DELETE" }
"""
LOOK = {"kind": "answer", "method": "GET", "status": 200}
POST = {"kind": "answer", "method": "POST", "status": 201, "amount": 4200, "order": "o-17"}
DELETE = {"kind": "answer", "method": "DELETE", "status": 404}
ROW = {"order": "o-17", "amount": 4200.0, "status": "succeeded"}


def spec(text: str = CHARGE) -> Spec:
    return read_spec(tomllib.loads(text), "outcome.toml")


def outcome(charges: Mapping[str, Any], *happenings: Mapping[str, Any], **other: Any) -> Outcome:
    before = state(payments={"charges": {"old": {"order": "o-1"}}, "customers": {"c": {"name": "Ada"}}})
    customers = other.get("customers", {"c": {"name": "Ada"}})
    after = state(payments={"charges": {"old": {"order": "o-1"}, **charges}, "customers": customers})
    return judge(spec(), before, after, happenings)


def test_the_right_outcome_passes_in_full() -> None:
    found = outcome({"new": ROW}, LOOK, POST)
    assert (found.passed, found.partial, found.collateral, found.minefields) == (True, 1.0, (), ())


def test_another_way_passes_without_its_milestones() -> None:
    found = outcome({"new": ROW}, POST)
    assert (found.passed, found.partial) == (True, 0.5)


def test_nothing_done_is_nothing() -> None:
    found = outcome({})
    assert (found.passed, found.partial) == (False, 0.0)
    assert [finding.words for finding in found.findings if not finding.holds] == [
        "payments charges: exactly 1 wanted, 0 found"
    ]


def test_charged_twice_fails_and_says_what_is_too_much() -> None:
    found = outcome({"new": ROW, "again": ROW}, LOOK, POST, POST)
    assert (found.passed, found.partial) == (False, 1.0)
    assert [change.key for change in found.collateral] == ["new"]


def test_a_collateral_write_fails_what_is_right_otherwise() -> None:
    found = outcome({"new": ROW}, LOOK, POST, customers={"c": {"name": "Bob"}})
    assert not found.passed
    assert [change.words() for change in found.collateral] == ["payments customers c changed (name)"]


def test_a_minefield_takes_everything() -> None:
    found = outcome({"new": ROW}, LOOK, POST, DELETE)
    assert (found.passed, found.partial) == (False, 0.0)
    assert [(mine.id, mine.entry) for mine in found.minefields] == [("deleted", 2)]


def test_a_budget_that_is_overdrawn_fails() -> None:
    assert not outcome({"new": ROW}, LOOK, LOOK, LOOK, POST).passed


def test_a_task_without_rules_allows_nothing_and_has_no_partial_score() -> None:
    before = state(shop={"a": {"b": {"n": 1}}})
    assert judge(Spec(), before, before, [LOOK]).passed
    assert judge(Spec(), before, before, []).partial is None
    assert not judge(Spec(), before, state(shop={"a": {"b": {"n": 2}}}), []).passed


def test_a_service_that_is_not_there_is_the_tasks_fault() -> None:
    with pytest.raises(TaskError, match="payments"):
        judge(spec(), state(shop={}), state(shop={}), [])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("at_most = 1", "at_most = 0", r"allowed\[0\].at_most"),
        ("exactly = 1", "exactly = 1\nat_most = 2", "exactly goes with neither"),
        ("amount = 4200 }\nat", "amount = { above = 3 } }\nat", r"allowed\[0\].where.amount.above: unknown operator"),
        ('method = "DELETE"', 'method = { matches = "(" }', "is no regular expression"),
        ('after = ["look"]', 'after = ["lock"]', "lock, which is no milestone"),
        ('id = "deleted"', "", r"minefields\[0\].id: is required"),
        ('["created"]', '["made"]', "must be one of created"),
    ],
)
def test_a_broken_declaration_names_the_field(old: str, new: str, message: str) -> None:
    assert old in CHARGE
    with pytest.raises(BadInput, match=message):
        spec(CHARGE.replace(old, new))
