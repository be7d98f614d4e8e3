"""What of a trial's log is kept when it is judged again, and which of its states are judged."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.events import Event
from sandbox.retold import ended_by, is_finished, judged_states, misfit, retold, stays_because
from sandbox.task import Step
from tests.support.builders import Log, make_task


def opened(**more: Any) -> Log:
    log = Log()
    first = log.events[0]
    log.events[0] = Event(
        seq=0, t=0.0, at=first.at, kind="trial.opened", cause=None, data={**first.data, "version": "1", **more}
    )
    return log


def end(log: Log, *, sealed: bool = True, tier: str = "T0") -> Event:
    ended = log.add("checkpoint", tier=tier, reason="submit", claims_done=True, step="main", index=0)
    return log.add("tree.saved", ended, source="a" * 40, commit="c" * 40, sealed=sealed, seconds=0.0)


def judged() -> list[Event]:
    log = opened()
    end(log)
    log.check()
    log.fault("sandbox", "probe", final=False)
    return log.close("accepted")


def test_what_was_found_goes_and_the_rest_stays_numbered_anew() -> None:
    events = judged()
    again = retold(events, make_task(), {"version": "2"})
    assert [event.kind for event in again] == ["trial.opened", "checkpoint", "tree.saved"]
    assert [(event.seq, event.cause) for event in again] == [(0, None), (1, None), (2, 1)]
    assert again[0].data["rejudged"] == {"version": "2"}
    assert [bug["id"] for bug in again[0].data["bugs"]] == ["escape", "index"]
    assert [event.t for event in again] == [event.t for event in events[:3]]


def test_causes_follow_their_events_past_what_is_left_out() -> None:
    log = opened(rounds=8)
    log.check(purpose="start")
    saved = end(log, sealed=False)
    log.check()
    log.run(log.reply())
    last = end(log)
    again = retold(log.close("wrong"), make_task(), {})
    by_seq = {event.seq: event for event in again}
    assert [event.seq for event in again] == list(range(len(again)))
    causes = [(event.kind, by_seq[event.cause].kind) for event in again if event.cause is not None]
    assert causes == [
        ("tree.saved", "checkpoint"),
        ("tool.started", "model.replied"),
        ("tool.returned", "tool.started"),
        ("tree.saved", "checkpoint"),
    ]
    assert [event.seq for event, _ in judged_states(log.events)] == [saved.seq, last.seq]


def test_in_the_field_only_the_sealed_tree_is_judged() -> None:
    log = opened()
    end(log, tier="T1")
    end(log, sealed=False)
    last = end(log)
    assert [saved.seq for saved, _ in judged_states(log.events)] == [last.seq]


@pytest.mark.parametrize(("origin", "stage"), [("sandbox", "judge"), ("task", "judge"), ("harness", "seal")])
def test_a_failure_after_the_tree_was_sealed_is_gone(origin: str, stage: str) -> None:
    log = opened()
    end(log)
    log.fault(origin, stage)
    events = log.close("judge-error")
    assert stays_because(events) is None
    assert ended_by(events) is None
    assert "fault" not in [event.kind for event in retold(events, make_task(), {})]


def test_a_failure_before_that_stays_and_says_what_it_was() -> None:
    log = opened()
    log.fault("sandbox", "agent")
    assert stays_because(log.close("infra-error")) == "it ended before its workspace was sealed"


def test_a_loop_that_its_judge_cut_off_stays() -> None:
    log = opened(rounds=8)
    end(log, sealed=False)
    log.fault("sandbox", "judge")
    why = stays_because(log.close("judge-error"))
    assert why is not None
    assert why.startswith("the judge failed before the candidate was done")


def test_a_crash_of_the_candidate_stays_its_crash() -> None:
    log = opened(rounds=8)
    end(log, sealed=False)
    log.fault("agent", "agent")
    events = log.close("agent-crash")
    assert stays_because(events) is None, "its rounds can be judged"
    assert ended_by(events) is not None
    assert "fault" in [event.kind for event in retold(events, make_task(), {})]
    early = opened()
    early.fault("agent", "agent")
    assert stays_because(early.close("agent-crash")) == "it left no tree"


def test_a_divergence_of_a_replay_is_no_failure_of_the_judge() -> None:
    log = opened()
    end(log)
    facts = {"origin": "harness", "stage": "judge", "error": "ReplayDiverged", "message": "m", "final": True}
    log.add("fault", **facts, divergence={})  # type: ignore[arg-type]
    assert stays_because(log.close("judge-error")) is not None


def test_a_trial_that_goes_on_is_not_finished() -> None:
    log = opened()
    assert not is_finished(log.events)
    assert not is_finished([])
    assert is_finished(log.close("wrong"))


def test_a_trial_of_other_steps_is_not_judged_by_the_task() -> None:
    log = opened(steps=["one", "two"])
    steps = tuple(Step(name=name, instruction="") for name in ("one", "two"))
    assert misfit(log.events, make_task(steps=steps)) is None
    assert misfit(log.events, make_task(steps=steps[:1])) is not None
    assert misfit(opened().events, make_task()) is None
    assert misfit(opened(condition="other").events, make_task()) is not None
