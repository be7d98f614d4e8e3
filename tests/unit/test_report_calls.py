"""The report on function calls: rates over tasks, labels, tools, costs, and what has to be said beside them."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from sandbox.detect.facts import CallFacts, Loop, ReplyFault, TrialCalls
from sandbox.report.calls import UNKNOWN_TOOL, as_data, call_report, remarks
from sandbox.report.calls_text import short_time, tables
from sandbox.stats import clustered_share, t_quantile_975, wilson


def call(*labels: str, name: str | None = "bash", reply: int = 0, **more: Any) -> CallFacts:
    """A call; one with labels was not run, unless all it did was to repeat another."""
    status = "ok" if not labels or labels == ("repeated-call",) else "rejected"
    facts: dict[str, Any] = {"call": "c", "seq": 1, "unrecovered": False, "repeats": None, "recovered_after": None}
    facts |= {"ungrounded": (), "grounded": (), "tokens": 10.0, "answer_tokens": 2 if labels else 0, "seconds": 0.5}
    return CallFacts(**{**facts, "name": name, "reply": reply, "status": status, "labels": labels, **more})


def trial(*calls: CallFacts, task: str = "sample", candidate: str = "model", **more: Any) -> TrialCalls:
    facts: dict[str, Any] = {"suite": "suite", "condition": "field", "verdict": "accepted", "reply_faults": ()}
    facts |= {"loops": (), "claims": True, "false_completion": False, "replies": len(calls)}
    facts |= {"tokens": 10.0 * len(calls), "seconds": 0.5 * len(calls)}
    key = f"suite/{task}/{candidate}/field/0"
    return TrialCalls(**{**facts, "trial": key, "task": task, "candidate": candidate, "calls": calls, **more})


def shown(trials: Sequence[TrialCalls], *by: str) -> str:
    console = Console(width=140)
    with console.capture() as captured:
        for table in tables(call_report(trials, by)):
            console.print(table)
    return captured.get()


# --- the interval ---


def test_one_task_has_wilsons_interval() -> None:
    assert clustered_share([(3, 20)]).interval == wilson(3, 20)
    assert clustered_share([]).interval is None
    assert clustered_share([(0, 0), (3, 20)]).clusters == 1


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=2, max_size=12))
def test_the_interval_holds_the_rate_and_is_never_narrower_than_wilsons(pairs: list[tuple[int, int]]) -> None:
    found = clustered_share([(one, one + other) for one, other in pairs])
    plain = wilson(found.successes, found.total)
    if plain is None or found.interval is None or found.rate is None:
        assert found.total == 0
        return
    assert found.interval[0] - 1e-9 <= found.rate <= found.interval[1] + 1e-9
    assert found.interval[0] <= plain[0] + 1e-9
    assert found.interval[1] >= plain[1] - 1e-9


def test_tasks_that_differ_widen_it_and_those_that_agree_do_not() -> None:
    alike = clustered_share([(2, 10)] * 8)
    apart = clustered_share([(8, 10), (0, 10)] * 2 + [(0, 10)] * 4)
    assert alike.design_effect == 1.0
    assert alike.effective == pytest.approx(80 * (1.95996 / 2.3646) ** 2, rel=0.01)
    assert apart.successes == alike.successes
    # (8-2)² twice, 2² six times: 96 · 8/7 over 80 · 0.2 · 0.8.
    assert apart.design_effect == pytest.approx(96 * 8 / 7 / 12.8)
    assert alike.interval is not None
    assert apart.interval is not None
    assert apart.interval[1] - apart.interval[0] > 2 * (alike.interval[1] - alike.interval[0])


def test_two_tasks_never_tell_more_than_two_calls_and_a_rarer_fault_has_no_wider_interval() -> None:
    shares = [clustered_share(pair) for pair in ([(0, 15), (0, 12)], [(0, 15), (1, 12)], [(1, 15), (1, 12)])]
    shares.append(clustered_share([(1, 15), (2, 12)]))
    assert {round(share.effective, 9) for share in shares} == {round(27**2 / (15**2 + 12**2), 9)}
    upper = [share.interval[1] for share in shares if share.interval]
    assert upper == sorted(upper)
    assert clustered_share([(3, 4), (0, 1), (0, 1)]).effective >= 6**2 / 18


def test_data_says_what_an_interval_speaks_of() -> None:
    one, two = trial(call("bad-json"), call()), trial(call(), call(), task="other")
    (alone,) = as_data(call_report([one]))["groups"]
    (both,) = as_data(call_report([one, two]))["groups"]
    (none,) = as_data(call_report([trial()]))["groups"]
    assert (alone["interval_of"], alone["tasks"], alone["effective"]) == ("this task alone", 1, 2)
    assert (both["interval_of"], both["tasks"], both["effective"]) == ("tasks like these", 2, 2)
    assert (none["interval_of"], none["interval"]) == (None, None)
    assert as_data(call_report([one], ("label",)))["groups"][0]["interval_of"] == "this task alone"


@pytest.mark.parametrize(
    ("freedom", "value"), [(1, 12.7062), (2, 4.3027), (3, 3.1824), (5, 2.5706), (10, 2.2281), (100, 1.9840)]
)
def test_students_t_has_its_published_values(freedom: int, value: float) -> None:
    assert t_quantile_975(freedom) == pytest.approx(value, rel=0.005)


@pytest.mark.parametrize("tasks", [3, 10])
def test_the_interval_holds_the_true_rate_as_often_as_it_says(tasks: int) -> None:
    luck = random.Random(7)
    held = 0
    for _ in range(400):
        # Rates of tasks spread around 0.3 with an intra-cluster correlation of 0.1.
        rates = [luck.betavariate(2.7, 6.3) for _ in range(tasks)]
        interval = clustered_share([(sum(luck.random() < rate for _ in range(12)), 12) for rate in rates]).interval
        assert interval is not None
        held += interval[0] <= 0.3 <= interval[1]
    assert held / 400 >= 0.93


# --- figures ---


def test_calls_with_several_labels_count_once_and_each_label() -> None:
    trials = [trial(call("bad-json", "unknown-tool"), call("bad-json"), call(), call("repeated-call"))]
    (rates,) = call_report(trials).groups
    assert (rates.faulty.successes, rates.faulty.total, rates.rejected) == (3, 4, 2)
    found = {rate.label: (rate.count, rate.per, rate.share.total) for rate in rates.labels}
    calls = ("calls", 4)
    assert found == {"bad-json": (2, *calls), "unknown-tool": (1, *calls), "repeated-call": (1, *calls)}


def test_labels_are_rated_over_what_can_earn_them() -> None:
    empty = ReplyFault(reply=5, labels=("empty-reply",), unrecovered=True, tokens=4.0, answer_tokens=1, seconds=1.0)
    trials = [
        trial(call("bad-json", unrecovered=True), call(), reply_faults=(empty,), replies=4),
        trial(call(), claims=True, false_completion=True, verdict="wrong"),
        trial(call(), claims=False, verdict="budget"),
    ]
    (rates,) = call_report(trials).groups
    found = {rate.label: (rate.count, rate.per, rate.share.total) for rate in rates.labels}
    assert found["empty-reply"] == (1, "replies", 6)
    assert found["unrecovered"] == (2, "faults", 2)
    assert found["false-completion"] == (1, "claims", 2)
    assert found["bad-json"] == (1, "calls", 4)
    assert (rates.fault_tokens, rates.fault_seconds) == (10 + 2 + 4 + 1, 0.5 + 1.0)


def test_several_malformed_entries_of_one_reply_are_one_malformed_reply() -> None:
    (rates,) = call_report([trial(*[call("malformed-reply")] * 3, replies=1)]).groups
    (rate,) = rates.labels
    assert (rate.count, rate.times, rate.share.successes, rate.share.total) == (1, 3, 1, 1)


# Four entries in three replies, and two replies as a whole, of 21.
WHOLE = [
    ReplyFault(reply=number, labels=("malformed-reply",), unrecovered=True, tokens=1.0, answer_tokens=1, seconds=1.0)
    for number in (3, 4)
]
SEVERAL = trial(
    *(call("malformed-reply", name=name, reply=reply) for name, reply in [("a", 0), ("a", 0), ("b", 1), ("a", 2)]),
    *(call(name="a", reply=reply) for reply in range(5, 21)),
    reply_faults=tuple(WHOLE),
    replies=21,
)


@pytest.mark.parametrize("by", [(), ("label",), ("label", "tool"), ("tool",), ("label", "task")])
def test_count_of_and_rate_agree_however_they_are_taken_apart(by: tuple[str, ...]) -> None:
    data = as_data(call_report([SEVERAL, trial(call("bad-json", unrecovered=True), call())], by))
    rows = data["groups"] if "label" in by else [one for group in data["groups"] for one in group["labels"].values()]
    assert rows
    for row in rows:
        assert row["rate"] == pytest.approx(row["count"] / row["of"])
        assert row["times"] >= row["count"]


def test_a_table_says_both_where_a_label_was_earned_more_often_than_there_are_replies_with_it() -> None:
    (row,) = [row for row in as_data(call_report([SEVERAL], ("label",)))["groups"] if row["label"] == "malformed-reply"]
    assert (row["count"], row["of"], row["times"], round(row["rate"], 2)) == (5, 21, 6, 0.24)
    text = shown([SEVERAL], "label")
    assert "5 (6 times)" in text
    assert "21 replies" in text
    assert "times" not in shown([trial(call("bad-json"), call("malformed-reply", reply=1))], "label")


def test_by_tool_the_replies_are_those_that_called_it() -> None:
    rows = as_data(call_report([SEVERAL], ("label", "tool")))["groups"]
    found = {row["tool"]: (row["count"], row["of"], row["times"]) for row in rows if row["label"] == "malformed-reply"}
    assert found == {"a": (2, 18, 3), "b": (1, 1, 1)}


def test_recovery_leaves_out_what_came_too_late() -> None:
    after = [1, 1, 3, 4, None]
    (rates,) = call_report([trial(*[call("bad-json", recovered_after=number) for number in after])]).groups
    assert (rates.recovered, rates.rejected, rates.replies_to_recovery) == (3, 5, 1)
    assert rates.recovery_rate == 0.6
    (none,) = call_report([trial(call())]).groups
    assert (none.recovery_rate, none.replies_to_recovery) == (None, None)


def test_trials_without_a_verdict_are_left_out_and_named() -> None:
    lost: list[str | None] = ["infra-error", "judge-error", None]
    report = call_report([trial(call()), *(trial(call("bad-json"), verdict=verdict) for verdict in lost)])
    assert (report.trials, report.groups[0].faulty.total) == (1, 1)
    said = remarks(report)
    assert said[0] == "3 of 4 trials have no verdict and are left out:"
    assert {line.rpartition(": ")[2] for line in said[1:4]} == {"infra-error", "judge-error", "not finished"}


def test_a_run_without_any_verdict_has_no_groups() -> None:
    report = call_report([trial(call(), verdict=None)])
    assert as_data(report)["groups"] == []
    assert "candidate" in shown([trial(call(), verdict=None)])


@pytest.mark.parametrize(("without", "said"), [(0, False), (1, False), (2, True)])
def test_faults_are_not_offered_as_the_reason_for_failing(without: int, said: bool) -> None:
    trials = [trial(call("bad-json"), verdict="wrong")] + [trial(call(), verdict="wrong")] * without
    lines = remarks(call_report([*trials, trial(call("repeated-call"))]))
    assert lines[0] == f"model: 1 of {1 + without} failed and 1 of 1 accepted trials had a faulty call or reply."
    assert any("must not be presented as the explanation" in line for line in lines) is said


def test_to_claim_too_much_is_no_faulty_call() -> None:
    (rates,) = call_report([trial(call(), verdict="wrong", false_completion=True)]).groups
    assert (rates.failed, rates.failed_with_fault, rates.false_completions) == (1, 0, 1)


# --- taken apart ---

MIXED = [
    trial(call("bad-json"), call(name="search"), task="one"),
    trial(call(), call("unknown-tool", name="sed"), task="two", suite="other", verdict="wrong"),
    trial(call(), task="one", candidate="better", condition="noise"),
]


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ((), [("better",), ("model",)]),
        (("candidate",), [("better",), ("model",)]),
        (("task",), [("better", "suite/one"), ("model", "other/two"), ("model", "suite/one")]),
        (("suite",), [("better", "suite"), ("model", "other"), ("model", "suite")]),
        (("condition",), [("better", "noise"), ("model", "field")]),
        (("tool",), [("better", "bash"), ("model", UNKNOWN_TOOL), ("model", "bash"), ("model", "search")]),
    ],
)
def test_groups_are_what_was_asked_for(by: tuple[str, ...], keys: list[tuple[str, ...]]) -> None:
    report = call_report(MIXED, by)
    assert [tuple(group.keys.values()) for group in report.groups] == keys
    assert sum(group.faulty.total for group in report.groups) == 5
    assert all(len(row["interval"]) == 2 for row in as_data(report)["groups"])


def test_conditions_that_are_taken_together_are_named() -> None:
    assert any("field, noise" in line for line in remarks(call_report(MIXED)))
    assert not any("taken together" in line for line in remarks(call_report(MIXED, ("condition",))))


def test_of_a_tool_only_its_own_calls_count() -> None:
    rows = {group.keys["tool"]: group for group in call_report(MIXED[:2], ("tool",)).groups}
    assert (rows["bash"].faulty.successes, rows["bash"].faulty.total, rows["bash"].trials) == (1, 2, 2)
    assert (rows["bash"].failed_with_fault, rows["bash"].failed) == (0, 1)
    assert rows["search"].tokens == 10.0


def test_by_label_each_label_has_its_row() -> None:
    data = as_data(call_report(MIXED, ("label", "tool")))
    assert [(row["tool"], row["label"], row["count"], row["of"]) for row in data["groups"]] == [
        (UNKNOWN_TOOL, "unknown-tool", 1, 1),
        ("bash", "bad-json", 1, 2),
    ]


def test_data_is_json_with_the_keys_of_the_guide() -> None:
    loop = Loop(period=2, length=6, first_reply=1, last_reply=6, tools=("bash", "bash"))
    data = json.loads(json.dumps(as_data(call_report([trial(call("bad-json"), call(), loops=(loop,))]))))
    assert set(data) == {"by", "trials", "left_out", "groups", "remarks"}
    (group,) = data["groups"]
    assert group["labels"] == {"bad-json": {"count": 1, "of": 2, "per": "calls", "rate": 0.5, "times": 1}}
    assert group["tools"] == {"bash": {"calls": 2, "faulty": 1, "rate": 0.5}}
    assert group["loops"] == {"count": 1, "calls": 6, "longest": 6}
    assert (group["rate"], group["tokens"], group["fault_tokens"]) == (0.5, 20, 12)


# --- tables ---


def test_tables_hold_the_figures() -> None:
    text = shown([trial(call("bad-json", recovered_after=2), *[call()] * 3, task=task) for task in ("one", "two")])
    for piece in ("25%", "2/2", "Faults by label", "bad-json", "8 calls", "Calls by tool", "bash", "24 (30%)"):
        assert piece in text, text


def test_one_of_a_kind_is_in_the_singular() -> None:
    text = shown([trial(call("bad-json"), verdict="wrong", claims=True, false_completion=True)])
    assert "1 call " in text
    assert "1 claim " in text
    assert remarks(call_report([trial(verdict=None)]))[0] == "1 of 1 trial has no verdict and is left out:"
    assert remarks(call_report([trial(verdict=None), trial()]))[0].startswith("1 of 2 trials has no verdict and is")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.0004, "0.4ms"),
        (0.00096, "1ms"),
        (0.0123, "12ms"),
        (0.9994, "999ms"),
        (0.9996, "1.0s"),
        (70, "70.0s"),
    ],
)
def test_short_times_are_in_milliseconds(seconds: float, text: str) -> None:
    assert short_time(seconds) == text


def test_by_tool_there_is_no_figure_that_no_tool_has() -> None:
    text = shown([trial(call("bad-json"))], "tool")
    assert "ungrounded" in text
    assert "false completions" not in text


def test_names_of_others_drive_no_terminal() -> None:
    odd = "\x1b[31m[bold]x\n\u202e"
    text = shown([trial(call(name=odd), candidate=odd, condition=odd)], "tool", "condition")
    assert "\x1b[31m" not in text
    assert "\u202e" not in text
    assert "[bold]" in text
