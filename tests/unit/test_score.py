from __future__ import annotations

import math
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import schema, score
from sandbox.check import differences
from sandbox.deadline import Watch
from sandbox.errors import DeadlinePassed
from sandbox.plan import make_plan, parse_candidate
from sandbox.report.standings import as_data, remarks, standings
from sandbox.stats import wilson
from tests.support.builders import Log, make_record, make_task

# --- verdicts ---


def verdict(log: Log) -> str:
    return score.verdict(log.events)[0]


def test_a_clean_check_is_accepted() -> None:
    log = Log()
    log.check()
    assert score.verdict(log.events) == ("accepted", "every bug fixed, every guard intact")


@pytest.mark.parametrize(("value", "expected"), [(0.5, "partial"), (0.0, "wrong")])
def test_some_bugs_fixed_is_partial_and_none_is_wrong(value: float, expected: str) -> None:
    log = Log()
    log.check(score=value, bugs={"escape": "F", "index": "P", "third": "S"})
    assert score.verdict(log.events) == (expected, "not fixed: escape, third")


def test_a_broken_guard_is_named() -> None:
    log = Log()
    log.check(score=0.0, guards={"a.py": "P", "b.py": "F"})
    assert score.verdict(log.events) == ("wrong", "broke what worked: b.py")


def test_tampering_is_wrong_whatever_else_was_found() -> None:
    log = Log()
    log.check(tampering=["a", "b"], score=1.0)
    assert score.verdict(log.events) == ("wrong", "tampered: a; b")


def test_without_a_check_there_is_no_verdict() -> None:
    assert verdict(Log()) == "infra-error"


def test_a_limit_comes_before_the_check() -> None:
    log = Log()
    log.add("limit.hit", limit="replies", value=1.0, bound=1.0)
    log.check()
    assert score.verdict(log.events) == ("budget", "the limit on replies was reached (1 of 1)")


FAULTS = [
    ("agent", "agent", "agent-crash"),
    ("agent", "seal", "agent-crash"),
    ("agent", "judge", "agent-crash"),
    ("provider", "agent", "infra-error"),
    ("sandbox", "env", "infra-error"),
    ("sandbox", "judge", "judge-error"),
    ("task", "env", "infra-error"),
    ("harness", "judge", "judge-error"),
    ("harness", "agent", "infra-error"),
]


@pytest.mark.parametrize(("origin", "stage", "expected"), FAULTS)
def test_a_final_fault_comes_before_everything(origin: str, stage: str, expected: str) -> None:
    log = Log()
    log.add("limit.hit", limit="seconds", value=1.0, bound=1.0)
    log.check()
    log.fault(origin, stage)
    assert score.verdict(log.events) == (expected, "it broke")


def test_a_fault_that_was_overcome_decides_nothing() -> None:
    log = Log()
    log.fault("sandbox", "judge", final=False)
    log.check()
    assert verdict(log) == "accepted"


def test_the_last_check_counts() -> None:
    log = Log()
    log.check(score=0.0, bugs={"escape": "F"})
    log.check()
    assert verdict(log) == "accepted"


# --- records ---


def closed(named: str, *, checked: bool = True) -> dict[str, Any]:
    log = Log()
    log.add("env.ready", seconds=1.5)
    reply = log.reply()
    log.run(reply)
    log.add("checkpoint", tier="T0", reason="submit", claims_done=True)
    if checked:
        log.check(score=0.5, bugs={"escape": "P", "index": "F"})
    return score.record(log.close(named))


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("partial", 0.5),
        ("wrong", 0.5),
        ("budget", 0.0),
        ("agent-crash", 0.0),
        ("infra-error", None),
        ("judge-error", None),
    ],
)
def test_the_score_is_the_judges_or_nothing_or_none(named: str, expected: float | None) -> None:
    assert closed(named)["score"] == expected


CHECKED = [(named, True) for named in ("accepted", "partial", "wrong", "budget")]
UNCHECKED = [(named, False) for named in ("budget", "agent-crash", "judge-error", "infra-error")]


@pytest.mark.parametrize(("named", "checked"), CHECKED + UNCHECKED)
def test_a_record_is_as_the_schema_says(named: str, checked: bool) -> None:
    record = closed(named, checked=checked)
    schema.check("result.v1", record, file="record")
    assert record["bugs"] == ({"escape": "P", "index": "F"} if checked else {})
    assert record["time"]["env_s"] == 1.5
    assert record["time"]["tool_s"] == 0.25
    assert record["oscillation"]["checkpoints"] == 1
    assert record["usage"] == {"model_calls": 1, "prompt_tokens": 10, "completion_tokens": 2, "cost_usd": 0.0}


async def too_late() -> dict[str, Any]:
    """What is written of a trial that is stopped while it is judged."""
    trial = make_plan([make_task()], [parse_candidate("scripted:nop")], (), 1).trials[0]
    return Watch(trial=trial, ends=0.0, deadline=60.0, stage="judge").as_fault()


def test_a_deadline_that_left_no_verdict_is_a_flag_whatever_its_words() -> None:
    of_watch = anyio.run(too_late)
    while_waiting = {**of_watch, "origin": "provider", "stage": "agent", "error": DeadlinePassed.__name__}
    for fault in (of_watch, while_waiting):
        log = Log()
        log.add("fault", **fault)
        assert score.record(log.close(*score.verdict(log.events)))["flags"] == [score.DEADLINE_PASSED]
    within = Log()
    within.add("limit.hit", limit="deadline", value=60.1, bound=60.0)
    assert score.record(within.close(*score.verdict(within.events)))["flags"] == []


def test_a_cost_that_is_not_known_leaves_the_sum_unknown() -> None:
    log = Log()
    log.reply(cost=0.5)
    log.reply(cost=0.25)
    assert score.usage(log.events)["cost_usd"] == 0.75
    log.reply(cost=None)
    assert score.usage(log.events)["cost_usd"] is None


# --- calls ---


def test_calls_are_counted_with_every_label_once_and_refusals_apart() -> None:
    log = Log()
    first = log.reply()
    log.run(first)
    log.run(first, "edit_file", status="refused")
    log.reject(first, "unknown-tool", "bad-json", name="nope")
    log.reject(first, "bad-json")
    log.reject(log.reply())  # well-formed, behind a submit
    log.reply("empty-reply")
    assert score.calls(log.events) == {
        "total": 5,
        "valid": 3,
        "refused": 1,
        "faults": {"bad-json": 2, "empty-reply": 1, "unknown-tool": 1},
        "recovered": 0,
        "faulty": 2,
        "advisory": {},
    }


@pytest.mark.parametrize(("later", "expected"), [(1, 1), (2, 1), (3, 1), (4, 0)])
def test_a_fault_is_recovered_within_three_replies(later: int, expected: int) -> None:
    log = Log()
    log.reject(log.reply(), "bad-json")
    for _ in range(later - 1):
        log.reply("empty-reply")
    log.run(log.reply())
    assert score.calls(log.events)["recovered"] == expected


def test_only_a_valid_call_of_the_same_tool_recovers() -> None:
    log = Log()
    log.reject(log.reply(), "bad-json")
    log.reject(log.reply(), "bad-json")
    log.run(log.reply(), "read_file")
    assert score.calls(log.events)["recovered"] == 0
    log.run(log.reply())
    assert score.calls(log.events)["recovered"] == 2


def test_a_tool_that_does_the_same_recovers_from_one_that_does_not_exist() -> None:
    for name, sent, recovered in (("run_shell", '{"command": "ls"}', 1), ("send_mail", '{"to": "ann"}', 0)):
        log = Log()
        rejected = {"call": "c", "labels": ["unknown-tool"], "content": "no"}
        log.add("call.rejected", log.reply(), name=name, arguments=sent, **rejected)
        started = log.add(
            "tool.started", log.reply(), call="d", name="bash", arguments='{"command": "ls"}', effect="exec"
        )
        log.add("tool.returned", started, call="d", status="ok", seconds=0.25)
        assert score.calls(log.events)["recovered"] == recovered, name


def test_a_call_before_the_fault_does_not_recover_from_it() -> None:
    log = Log()
    reply = log.reply()
    log.run(reply)
    log.reject(reply, "bad-json")
    assert score.calls(log.events)["recovered"] == 0


# --- statistics ---

# Newcombe, Statistics in Medicine 17 (1998), table I, method 3, to four places.
WILSON = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]


@pytest.mark.parametrize(("successes", "total", "low", "high"), WILSON)
def test_wilsons_interval_has_its_published_values(successes: int, total: int, low: float, high: float) -> None:
    found = wilson(successes, total)
    assert found is not None
    assert found == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 5000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_interval_holds_the_share_and_mirrors(case: tuple[int, int]) -> None:
    successes, total = case
    one, other = wilson(successes, total), wilson(total - successes, total)
    assert one is not None
    assert other is not None
    assert 0.0 <= one[0] <= successes / total + 1e-12
    assert successes / total - 1e-12 <= one[1] <= 1.0
    assert math.isclose(one[0], 1 - other[1], abs_tol=1e-12)


def test_there_is_no_interval_without_trials() -> None:
    assert wilson(0, 0) is None


# --- standings ---


def test_trials_without_a_verdict_leave_every_rate_and_are_said_aloud() -> None:
    records = [make_record(named) for named in ("accepted", "wrong", "infra-error", "judge-error", "budget")]
    (row,) = standings(records)
    assert (row.judged, row.accepted, row.no_verdict, row.rate) == (3, 1, 2, 1 / 3)
    assert row.interval == wilson(1, 3)
    assert row.verdicts == {"accepted": 1, "wrong": 1, "infra-error": 1, "judge-error": 1, "budget": 1}
    said = remarks(records)
    assert said[0].startswith("2 of 5 trials have no verdict")
    assert [line.partition(": ")[2] for line in said[1:]] == ["infra-error: because", "judge-error: because"]
    assert remarks([make_record()]) == []


def test_a_candidate_without_any_verdict_has_no_rate() -> None:
    (row,) = standings([make_record("infra-error")])
    assert (row.rate, row.interval, row.judged) == (None, None, 0)
    assert as_data([row])[0]["interval"] is None


def test_the_best_stands_first_and_those_without_a_rate_last() -> None:
    records = [
        make_record("infra-error", candidate="lost"),
        make_record("wrong", candidate="bad"),
        make_record("accepted", candidate="b-good"),
        make_record("accepted", candidate="a-good", condition="field"),
        make_record("accepted", candidate="a-good", condition="alpha"),
        make_record("accepted", candidate="half"),
        make_record("wrong", candidate="half"),
    ]
    order = [(row.candidate, row.condition) for row in standings(records)]
    good = [("a-good", "alpha"), ("a-good", "field"), ("b-good", "field")]
    assert order == [*good, ("half", "field"), ("bad", "field"), ("lost", "field")]


def test_calls_and_costs_are_added_up() -> None:
    (row,) = standings([make_record(), make_record()])
    assert (row.calls, row.faulty, row.recovered, row.tokens, row.cost_usd) == (8, 2, 2, 240, 1.0)
    free = {**make_record()["usage"], "cost_usd": None}
    assert standings([make_record(), make_record(usage=free)])[0].cost_usd is None


# --- what a variant declares ---


def test_only_what_an_expectation_names_is_compared() -> None:
    record = make_record("wrong", bugs={"escape": "F", "index": "P"})
    expected = {"about": "a note", "verdict": "wrong", "bugs": {"escape": "F"}, "calls": {"total": 4}}
    assert differences(expected, record) == []
    assert differences({**expected, "verdict": "accepted"}, record) == ["verdict: expected accepted, found wrong"]
    assert differences({"bugs": {"other": "P"}}, record) == ["bugs.other: expected P, found None"]
    assert differences({"calls": {"total": 5}}, record) == ["calls.total: expected 5, found 4"]


def test_faults_are_compared_as_a_whole() -> None:
    assert differences({"calls": {"faults": {"bad-json": 1}}}, make_record()) == []
    assert len(differences({"calls": {"faults": {}}}, make_record())) == 1
