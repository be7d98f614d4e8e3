"""How good the judge is: labels held against outcomes, the two rates, and who disagrees."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.cp.problem import Demand, Labelled, Program, Verdict
from sandbox.cp.rates import Judged, as_data, disagreement, must_be_accepted, rates
from sandbox.cp.tally import CaseResult, Outcome
from sandbox.stats import wilson

AC, WA, TLE, RTE, MLE, OLE, JE, CE = (Verdict[name] for name in ("AC", "WA", "TLE", "RTE", "MLE", "OLE", "JE", "CE"))
ALL = frozenset({AC, WA, TLE, RTE})

# The format's default directories: permitted, required.
LABELS: dict[str, tuple[frozenset[Verdict], frozenset[Verdict]]] = {
    "accepted": (frozenset({AC}), frozenset()),
    "rejected": (ALL, frozenset({WA, TLE, RTE})),
    "wrong_answer": (frozenset({AC, WA}), frozenset({WA})),
    "time_limit_exceeded": (frozenset({AC, TLE}), frozenset({TLE})),
    "run_time_error": (frozenset({AC, RTE}), frozenset({RTE})),
    "brute_force": (frozenset({AC, RTE, TLE}), frozenset({RTE, TLE})),
    "mixed": (ALL, frozenset()),
}


def labelled(label: str, score: tuple[float, float] | None = None) -> Labelled:
    permitted, required = LABELS[label]
    program = Program(name="one.py", files={}, language="python3")
    return Labelled(program=program, label=label, permitted=permitted, required=required, score=score)


def outcome(*verdicts: Verdict, whole: Verdict | None = None, score: float | None = None) -> Outcome:
    failing = next((verdict for verdict in verdicts if verdict is not AC), AC)
    return Outcome(
        verdict=whole or failing,
        score=score,
        judged={f"secret/{place}": CaseResult(verdict=verdict) for place, verdict in enumerate(verdicts)},
    )


@pytest.mark.parametrize(
    ("label", "verdicts", "reason"),
    [
        ("accepted", (AC, AC), None),
        ("accepted", (AC, WA), "WA, permitted AC"),
        ("wrong_answer", (AC, WA), None),
        ("wrong_answer", (AC, AC), "AC, required WA"),
        ("wrong_answer", (AC, TLE), "TLE, permitted AC, WA"),
        ("wrong_answer", (WA, TLE), "TLE, permitted AC, WA"),
        ("wrong_answer", (OLE,), "OLE, permitted AC, WA"),
        ("time_limit_exceeded", (AC, TLE), None),
        ("time_limit_exceeded", (MLE,), "MLE, permitted AC, TLE"),
        ("run_time_error", (AC, RTE), None),
        ("run_time_error", (MLE,), None),
        ("run_time_error", (OLE,), None),
        ("run_time_error", (WA, RTE), "WA, permitted AC, RTE"),
        ("brute_force", (TLE,), None),
        ("brute_force", (WA,), "WA, permitted AC, RTE, TLE"),
        ("rejected", (AC,), "AC, required RTE, TLE, WA"),
        ("rejected", (TLE,), None),
        ("mixed", (AC,), None),
        ("mixed", (WA,), None),
        ("mixed", (JE,), "the judge failed"),
    ],
)
def test_what_a_label_permits_and_requires(label: str, verdicts: tuple[Verdict, ...], reason: str | None) -> None:
    assert disagreement(labelled(label), outcome(*verdicts)) == reason


def test_a_compile_error_is_what_no_label_means() -> None:
    found = Outcome(verdict=CE)
    assert {label: disagreement(labelled(label), found) is None for label in LABELS} == dict.fromkeys(LABELS, False)


def test_scores_are_held_against_their_bounds() -> None:
    wanted = labelled("wrong_answer", score=(20.0, 30.0))
    assert disagreement(wanted, outcome(WA, score=30.0)) is None
    assert disagreement(wanted, outcome(WA, score=30.1)) == "score 30.1, wanted 20 to 30"
    assert disagreement(wanted, outcome(WA)) == "score none, wanted 20 to 30"
    assert disagreement(labelled("accepted", score=(100.0, 100.0)), outcome(AC, score=99.0)) == "score 99, wanted 100"


def test_demands_on_parts_of_the_data() -> None:
    def asked(**more: object) -> Labelled:
        demand = Demand(where="secret/0", cases=frozenset({"secret/0"}), permitted=ALL, **more)  # type: ignore[arg-type]
        return replace(labelled("mixed"), demands=(demand,))

    only_the_first = outcome(WA, AC, score=0.0)
    assert disagreement(asked(), only_the_first) is None
    assert disagreement(asked(required=frozenset({WA})), only_the_first) is None
    assert disagreement(asked(required=frozenset({TLE})), only_the_first) == "secret/0: WA, required TLE"
    assert disagreement(asked(required=frozenset({TLE})), outcome()) == "secret/0: nothing judged, required TLE"
    scored = replace(only_the_first, groups={"secret/a": 5.0})
    assert disagreement(asked(group="secret/a", score=(5.0, 6.0)), scored) is None
    assert disagreement(asked(group="secret/a", score=(6.0, 6.0)), scored) == "secret/0: score 5, wanted 6"


def test_where_failing_cases_are_accepted_as_a_whole_that_counts() -> None:
    partial = labelled("accepted", score=(1.0, 99.0))
    assert disagreement(partial, outcome(AC, WA, whole=AC, score=20.0)) is None
    assert disagreement(partial, outcome(WA, WA, score=0.0)) == "WA, permitted AC"


def test_which_labels_want_what() -> None:
    assert {label: must_be_accepted(labelled(label)) for label in LABELS} == {
        "accepted": True,
        "rejected": False,
        "wrong_answer": False,
        "time_limit_exceeded": False,
        "run_time_error": False,
        "brute_force": False,
        "mixed": None,
    }


def test_rates_table_and_who_disagrees() -> None:
    judged = [
        Judged(problem="p", labelled=labelled("accepted"), outcome=outcome(AC)),
        Judged(problem="p", labelled=labelled("accepted"), outcome=outcome(AC, TLE)),
        Judged(problem="p", labelled=labelled("accepted"), outcome=outcome(JE)),
        Judged(problem="q", labelled=labelled("wrong_answer"), outcome=outcome(WA)),
        Judged(problem="q", labelled=labelled("wrong_answer"), outcome=outcome(RTE)),
        Judged(problem="q", labelled=labelled("run_time_error"), outcome=outcome(JE)),
        Judged(problem="q", labelled=labelled("mixed"), outcome=outcome(AC)),
    ]
    found = rates(judged)
    # A WA label judged RTE is rejected and yet not what it says; the judge's own failure is right for nobody.
    assert (found.tpr.right, found.tpr.total, found.tpr.rate) == (1, 3, 1 / 3)
    assert (found.tnr.right, found.tnr.total) == (2, 3)
    assert (found.agreement.right, found.agreement.total) == (3, 7)
    assert found.tnr.interval == wilson(2, 3)
    assert found.table == {
        "accepted": {AC: 1, TLE: 1, JE: 1},
        "wrong_answer": {WA: 1, RTE: 1},
        "run_time_error": {JE: 1},
        "mixed": {AC: 1},
    }
    assert [(one.problem, one.submission, one.verdict) for one in found.disagreements] == [
        ("p", "accepted/one.py", TLE),
        ("p", "accepted/one.py", JE),
        ("q", "wrong_answer/one.py", RTE),
        ("q", "run_time_error/one.py", JE),
    ]
    data = as_data(found)
    assert data["tpr"] == {"right": 1, "total": 3, "rate": 1 / 3, "interval": list(wilson(1, 3) or ())}
    assert data["table"]["wrong_answer"] == {"WA": 1, "RTE": 1}
    assert data["disagreements"][2]["reason"] == "RTE, permitted AC, WA"


def test_without_any_there_is_no_rate() -> None:
    found = rates([])
    assert (found.tpr.rate, found.tpr.interval, found.tpr.is_perfect) == (None, None, True)


@given(st.lists(st.tuples(st.sampled_from(sorted(LABELS)), st.sampled_from([AC, WA, TLE, RTE, JE])), max_size=12))
def test_who_agrees_with_everything_has_perfect_rates(pairs: list[tuple[str, Verdict]]) -> None:
    judged = [Judged(problem="p", labelled=labelled(label), outcome=outcome(verdict)) for label, verdict in pairs]
    found = rates(judged)
    assert found.agreement.right + len(found.disagreements) == found.agreement.total == len(judged)
    assert sum(count for row in found.table.values() for count in row.values()) == len(judged)
    if found.agreement.is_perfect:
        assert found.tpr.is_perfect
        assert found.tnr.is_perfect
