"""What a run does with its trials: what goes on at a time, whose turn it is, what is tried again, what ends it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import anyio
import pytest

from sandbox import schema
from sandbox.bounds import Bounds
from sandbox.caps import Caps
from sandbox.errors import EngineGone, ProviderError, SandboxError, TaskError
from sandbox.journal import RunDirectory
from sandbox.llm.pacing import Pace
from sandbox.plan import Plan, Trial, make_plan, parse_candidate
from sandbox.run import Outcome, run_plan
from sandbox.toolbox import load_tools
from tests.support.builders import make_task
from tests.support.simulated import Behaviour, SimulatedShop

DOWN = SandboxError("the engine had a bad day")
BUSY = ProviderError("too many", kind="server")


class Told:
    """What a run told while it went."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.again_: list[str] = []
        self.ended: list[str] = []

    def __enter__(self) -> Told:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        pass

    def start(self, total: int, done: int) -> None:
        self.total, self.before = total, done

    def say(self, text: str) -> None:
        self.said.append(text)

    def step(self, trial: str, text: str) -> None:
        pass

    def tick(self) -> None:
        pass

    def again(self, trial: str, record: Any) -> None:
        self.again_.append(trial)

    def done(self, trial: str, record: Any) -> None:
        self.ended.append(trial)


def planned(candidates: Sequence[str] = ("a/x",), *, tasks: int = 1, repeats: int = 1) -> Plan:
    found = [make_task(id=f"task{number}") for number in range(tasks)]
    return make_plan(found, [parse_candidate(name) for name in candidates], (), repeats)


def run(
    plan: Plan,
    folder: Path,
    behave: Callable[[Trial, int], Behaviour] = lambda trial, attempt: Behaviour(),
    *,
    bounds: Bounds | None = None,
    shop: SimulatedShop | None = None,
    resume: bool = False,
) -> tuple[Outcome, SimulatedShop, Told]:
    tools = load_tools()
    shop = shop or SimulatedShop(tools, behave)
    told = Told()

    async def go() -> Outcome:
        return await run_plan(
            plan,
            RunDirectory(folder),
            tools=tools,
            bounds=bounds or Bounds(retries=0),
            resume=resume,
            progress=told,
            shop=shop,
        )

    return anyio.run(go), shop, told


def verdicts(outcome: Outcome) -> list[str]:
    return [record["verdict"] for record in outcome.records]


# --- what goes on at a time ---


@pytest.mark.parametrize(("containers", "judges"), [(1, 1), (3, 1), (2, 4)])
def test_containers_and_trials_in_all_are_bounded_apart(tmp_path: Path, containers: int, judges: int) -> None:
    bounds = Bounds(containers=containers, judges=judges)
    slow = Behaviour(working=0.01, judging=0.03)
    outcome, shop, _ = run(planned(tasks=4, repeats=4), tmp_path, lambda trial, attempt: slow, bounds=bounds)
    assert verdicts(outcome) == ["accepted"] * 16
    assert shop.most["containers"] == containers
    # While one is judged another works: a place is given up as soon as its candidate is through.
    assert containers < shop.most["both"] <= containers + judges


def test_a_fast_candidate_does_not_wait_for_a_slow_one(tmp_path: Path) -> None:
    def behave(trial: Trial, attempt: int) -> Behaviour:
        return Behaviour(asking=0.2 if trial.candidate.name == "slow/x" else 0.0)

    plan = planned(["slow/x", "fast/x"], repeats=6)
    _, _, told = run(plan, tmp_path, behave, bounds=Bounds(containers=2, judges=2))
    fast = [place for place, key in enumerate(told.ended) if "fast" in key]
    # It has one of the two places all the time, and is through before the slow one's second trial ends.
    assert fast[-1] <= 7


def test_a_candidate_whose_provider_asks_for_patience_leaves_its_places_to_others(tmp_path: Path) -> None:
    shop = SimulatedShop(load_tools())
    plan = planned(["paused/x", "other/x"], repeats=3)

    async def go() -> None:
        shop.paces["paused/x"] = pace = Pace(4)
        pace.refused(0.3, asked_at=0.0)
        await run_plan(
            plan,
            RunDirectory(tmp_path),
            tools=shop.tools,
            bounds=Bounds(containers=1, judges=1),
            resume=False,
            progress=Told(),
            shop=shop,
        )

    anyio.run(go)
    assert ["other" in key for key in shop.begun] == [True] * 3 + [False] * 3


def test_images_are_built_ahead_of_need_but_not_all_at_once(tmp_path: Path) -> None:
    shop = SimulatedShop(load_tools(), lambda trial, attempt: Behaviour(working=0.01))
    shop.building = 0.002
    ahead: list[int] = []
    means = shop.means

    def watched(trial: Trial, journal: Any) -> Any:
        ahead.append(len(shop.ready) - len({key.split("/")[1] for key in shop.begun}))
        return means(trial, journal)

    shop.means = watched  # type: ignore[method-assign]
    bounds = Bounds(containers=1, judges=1, builds=2)
    outcome, shop, _ = run(planned(tasks=20), tmp_path, shop=shop, bounds=bounds)
    assert verdicts(outcome) == ["accepted"] * 20
    assert shop.most["builds"] == 2
    assert max(ahead) > 1
    assert max(ahead) <= bounds.in_flight + bounds.builds + 1


def test_tasks_of_a_candidate_that_was_stopped_keep_no_other_from_being_made_ready(tmp_path: Path) -> None:
    lost = [make_task(id=f"lost{number}", variants=("mine",)) for number in range(12)]
    plan = make_plan(lost, [parse_candidate("bad/x")], (), 1)
    others = make_plan([make_task(id=f"other{number}") for number in range(12)], [parse_candidate("good/x")], (), 1)
    both = Plan(trials=(*plan.trials, *others.trials), left_out=())

    def behave(trial: Trial, attempt: int) -> Behaviour:
        bad = trial.candidate.name == "bad/x"
        wrong = ProviderError("no such key", kind="authentication")
        return Behaviour(fails=("agent", wrong) if bad else None, asking=0.05 if bad else 0.0)

    # Of the first candidate's tasks more than may be ahead are ready by the time that it is found out.
    shop = SimulatedShop(load_tools(), behave)
    outcome, _, _ = run(both, tmp_path, shop=shop, bounds=Bounds(containers=1, judges=1, builds=8))
    done = [record for record in outcome.records if record["verdict"] == "accepted"]
    assert len(done) == 12


def test_what_a_task_needs_is_forgotten_after_its_last_trial(tmp_path: Path) -> None:
    _, shop, _ = run(planned(tasks=3, repeats=2), tmp_path)
    assert sorted(shop.forgotten) == ["suite/task0", "suite/task1", "suite/task2"]


# --- what is tried again ---


@pytest.mark.parametrize("stage", ["env", "judge"])
def test_a_trial_without_a_verdict_is_tried_again_and_its_attempts_are_kept(tmp_path: Path, stage: str) -> None:
    def behave(trial: Trial, attempt: int) -> Behaviour:
        return Behaviour(fails=(stage, DOWN) if attempt < 3 else None)

    outcome, shop, told = run(planned(), tmp_path, behave, bounds=Bounds(retries=2, retry_wait=0.01))
    [record] = outcome.records
    schema.check("result.v1", record, file="record")
    assert (record["verdict"], record["attempts"], outcome.exit_code) == ("accepted", 3, 0)
    assert len(told.again_) == 2
    assert shop.looked == 2
    folder = tmp_path / "trials" / record["trial"]
    for attempt in ("1", "2"):
        closed = (folder / "attempts" / attempt / "events.jsonl").read_text("ascii").splitlines()[-1]
        assert json.loads(closed)["data"]["verdict"] == ("infra-error" if stage == "env" else "judge-error")
    # What these took stays to be seen: the candidate was asked before its judge failed, and never without a container.
    replies = 0 if stage == "env" else 2
    spent = {"prompt_tokens": 9 * replies, "completion_tokens": replies, "cost_usd": pytest.approx(0.01 * replies)}
    assert record["usage_set_aside"] == {"model_calls": replies, **spent}
    assert record["usage"]["model_calls"] == 1


def test_it_is_tried_after_the_others_and_no_more_often_than_asked_for(tmp_path: Path) -> None:
    def behave(trial: Trial, attempt: int) -> Behaviour:
        return Behaviour(fails=("env", DOWN) if trial.task.id == "task0" else None)

    bounds = Bounds(containers=1, judges=1, retries=1, retry_wait=0.01)
    outcome, shop, _ = run(planned(tasks=3), tmp_path, behave, bounds=bounds)
    assert [key.split("/")[1] for key in shop.begun] == ["task0", "task1", "task2", "task0"]
    assert verdicts(outcome) == ["infra-error", "accepted", "accepted"]
    assert outcome.records[0]["attempts"] == 2
    assert outcome.exit_code == 3


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(right=False),
        Behaviour(fails=("env", TaskError("it does not build"))),
        Behaviour(fails=("agent", ProviderError("what?", kind="bad-request"))),
    ],
    ids=["a wrong answer", "a broken task", "a question that is refused as it is"],
)
def test_what_would_end_the_same_way_is_not_tried_again(tmp_path: Path, behaviour: Behaviour) -> None:
    outcome, shop, _ = run(planned(), tmp_path, lambda trial, attempt: behaviour, bounds=Bounds(retries=5))
    assert len(shop.begun) == len(outcome.records) == 1


# --- what ends it ---


@pytest.mark.parametrize("kind", ["authentication", "not-found"])
def test_a_candidate_that_cannot_be_asked_is_found_out_once(tmp_path: Path, kind: str) -> None:
    def behave(trial: Trial, attempt: int) -> Behaviour:
        bad = trial.candidate.name == "bad/x"
        return Behaviour(fails=("agent", ProviderError("no such key", kind=kind)) if bad else None)

    bounds = Bounds(containers=1, judges=1, retries=2)
    outcome, shop, told = run(planned(["bad/x", "good/x"], repeats=5), tmp_path, behave, bounds=bounds)
    assert sum("bad" in key for key in shop.begun) == 1
    assert sum(record["verdict"] == "accepted" for record in outcome.records) == 5
    assert outcome.missing == 4
    assert outcome.not_run == {"no such key": {"bad/x": 4}}
    assert outcome.caps == ()
    assert any("bad/x" in line and "4 of its trials" in line for line in told.said)
    assert outcome.exit_code == 3


def test_trials_that_are_not_run_are_counted_by_the_reason(tmp_path: Path) -> None:
    shop = SimulatedShop(load_tools())

    def behave(trial: Trial, attempt: int) -> Behaviour:
        wrong = ProviderError("no such key", kind="authentication")
        if trial.candidate.name == "good/x" and trial.repeat == 2:
            shop.stopped = "no engine answers"
        return Behaviour(fails=("agent", wrong) if trial.candidate.name == "bad/x" else None)

    shop.behave = behave
    plan = planned(["bad/x", "good/x"], repeats=5)
    outcome, _, _ = run(plan, tmp_path, shop=shop, bounds=Bounds(containers=1, judges=1, retries=0))
    assert outcome.not_run == {"no such key": {"bad/x": 4}, "no engine answers": {"good/x": 2}}
    assert (outcome.missing, outcome.stopped) == (6, "no such key; no engine answers")


def test_a_provider_that_fails_in_trial_after_trial_is_left_alone(tmp_path: Path) -> None:
    behaviour = Behaviour(fails=("agent", ProviderError("down", kind="bad-request")))
    bounds = Bounds(containers=1, judges=1, retries=0)
    outcome, shop, _ = run(planned(repeats=9), tmp_path, lambda trial, attempt: behaviour, bounds=bounds)
    assert len(shop.begun) == 3
    assert outcome.missing == 6


@pytest.mark.parametrize("judging", [0.0, 0.05], ids=["judged at once", "judged while others fail"])
def test_a_trial_that_is_answered_in_between_shows_that_the_provider_is_there(tmp_path: Path, judging: float) -> None:
    turn = itertools.count()

    def behave(trial: Trial, attempt: int) -> Behaviour:
        lost = next(turn) % 3 != 2
        wrong = ProviderError("now and then", kind="bad-request")
        return Behaviour(fails=("agent", wrong) if lost else None, judging=judging)

    outcome, _, _ = run(planned(repeats=9), tmp_path, behave, bounds=Bounds(containers=1, judges=1))
    assert outcome.missing == 0


def test_an_answer_from_before_does_not_show_it_when_its_verdict_comes(tmp_path: Path) -> None:
    """One is being judged while the next ones fail: its verdict says nothing of a provider that went since then."""

    def behave(trial: Trial, attempt: int) -> Behaviour:
        lost = trial.repeat > 0
        wrong = ProviderError("down", kind="bad-request")
        # Its verdict comes after the second failure and before the third.
        return Behaviour(fails=("agent", wrong) if lost else None, judging=0.15, asking=0.1 if lost else 0.0)

    outcome, shop, _ = run(planned(repeats=9), tmp_path, behave, bounds=Bounds(containers=1, judges=1))
    assert len(shop.begun) == 4
    assert outcome.missing == 5


def test_an_engine_that_stays_away_ends_the_run_and_nothing_is_tried_for_ever(tmp_path: Path) -> None:
    shop = SimulatedShop(load_tools(), lambda trial, attempt: Behaviour(fails=("env", EngineGone("gone"))))

    async def gone() -> None:
        shop.stopped = "no engine answers"

    shop.look_around = gone  # type: ignore[method-assign]
    bounds = Bounds(containers=1, judges=1, retries=5)
    outcome, _, _ = run(planned(repeats=4), tmp_path, shop=shop, bounds=bounds)
    assert len(shop.begun) == 1
    assert (outcome.missing, outcome.stopped, outcome.exit_code) == (3, "no engine answers", 3)


def test_a_directory_that_cannot_be_written_ends_the_run(tmp_path: Path) -> None:
    plan = planned(repeats=3)
    folder = tmp_path / "out"
    place = folder / "trials" / plan.trials[1].key
    shop = SimulatedShop(load_tools())
    means = shop.means

    def failing(trial: Trial, journal: Any) -> Any:
        if trial.repeat == 0:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("in the way")
        return means(trial, journal)

    shop.means = failing  # type: ignore[method-assign]
    outcome, _, _ = run(plan, folder, shop=shop, bounds=Bounds(containers=1, judges=1, retries=2))
    assert str(place) in (outcome.stopped or "")
    assert outcome.missing >= 1
    assert outcome.exit_code == 3


# --- caps ---


def test_a_cap_on_the_run_is_gone_over_by_one_reply_of_each_trial_at_most(tmp_path: Path) -> None:
    bounds = Bounds(containers=2, judges=1, caps=Caps(bounds={("run", "cost"): 0.05}))
    outcome, _, told = run(planned(repeats=20), tmp_path, bounds=bounds)
    spent = sum(record["usage"]["cost_usd"] for record in outcome.records)
    assert 0.05 <= spent <= 0.05 + 2 * 0.01 + 1e-9
    assert outcome.missing + len(outcome.records) == 20
    assert outcome.missing >= 12
    assert "the cap on the cost of the run is reached ($0.05" in (outcome.stopped or "")
    assert any("run.cost" in line for line in told.said)
    assert outcome.exit_code == 3


def test_a_cap_on_a_candidate_binds_that_candidate_and_no_other(tmp_path: Path) -> None:
    def behave(trial: Trial, attempt: int) -> Behaviour:
        dear = Behaviour().charge
        return Behaviour(charge=replace(dear, tokens=100) if trial.candidate.name == "dear/x" else dear)

    caps = Caps(bounds={("candidate", "tokens"): 250})
    bounds = Bounds(containers=1, judges=1, caps=caps)
    outcome, _, _ = run(planned(["dear/x", "cheap/x"], repeats=6), tmp_path, behave, bounds=bounds)
    done = [record["candidate"] for record in outcome.records if record["verdict"] == "accepted"]
    assert (done.count("dear/x"), done.count("cheap/x")) == (3, 6)
    assert [(hit.limit, hit.value) for hit in outcome.caps] == [("candidate.tokens", 300)]


def test_a_trial_that_a_cap_cuts_has_no_verdict_and_is_done_when_the_run_goes_on(tmp_path: Path) -> None:
    call = {"id": "1", "type": "function", "function": {"name": "read_file", "arguments": '{"path": "x"}'}}
    turns = [{"role": "assistant", "content": None, "tool_calls": [{**call, "id": str(n)}]} for n in range(8)]
    behave = lambda trial, attempt: Behaviour(turns=turns)  # noqa: E731
    capped = Bounds(retries=3, caps=Caps(bounds={("run", "tokens"): 30}))
    outcome, _, _ = run(planned(), tmp_path, behave, bounds=capped)
    assert verdicts(outcome) == ["infra-error"]
    assert outcome.records[0]["attempts"] == 1
    assert outcome.missing == 0
    assert [(hit.limit, hit.value, hit.bound) for hit in outcome.caps] == [("run.tokens", 30, 30)]
    again, shop, _ = run(planned(), tmp_path, behave, bounds=capped, resume=True)
    assert not shop.begun, "what was spent before counts too"
    assert again.caps == outcome.caps
    assert again.exit_code == 3
    more = Bounds(caps=Caps(bounds={("run", "tokens"): 1000}))
    whole, _, _ = run(planned(), tmp_path, behave, bounds=more, resume=True)
    assert verdicts(whole) == ["accepted"]
    assert whole.records[0]["usage_set_aside"]["model_calls"] == 3


# --- going on ---


def test_a_closed_log_without_its_record_is_adopted_and_not_run_again(tmp_path: Path) -> None:
    plan = planned(repeats=3)
    first, _, _ = run(plan, tmp_path)
    lines = (tmp_path / "results.jsonl").read_text("ascii").splitlines(keepends=True)
    (tmp_path / "results.jsonl").write_text("".join(lines[:1]) + lines[1][:40])
    second, shop, told = run(plan, tmp_path, resume=True)
    assert not shop.begun
    assert (told.total, told.before) == (3, 3)
    assert sorted(map(json.dumps, second.records)) == sorted(map(json.dumps, first.records))


def test_a_log_that_was_not_closed_is_set_aside_and_the_trial_run_anew(tmp_path: Path) -> None:
    plan = planned(repeats=2)
    run(plan, tmp_path)
    (tmp_path / "results.jsonl").unlink()
    log = tmp_path / "trials" / plan.trials[0].key / "events.jsonl"
    log.write_text(log.read_text("ascii")[:-30])
    outcome, shop, _ = run(plan, tmp_path, resume=True)
    assert shop.begun == [plan.trials[0].key]
    assert [record["attempts"] for record in outcome.records] == [2, 1]
    assert outcome.records[0]["usage_set_aside"]["cost_usd"] == pytest.approx(0.01)
    assert "usage_set_aside" not in outcome.records[1]


def test_the_lock_names_every_trial_that_was_planned(tmp_path: Path) -> None:
    run(planned(repeats=1), tmp_path)
    run(planned(["a/x", "b/x"], repeats=2), tmp_path, resume=True)
    document = json.loads((tmp_path / "lock.json").read_text("ascii"))
    schema.check("lock.v1", document, file="lock")
    assert len(document["inputs"]["trials"]) == 4


# --- a deadline ---


def test_a_candidate_that_works_on_past_the_deadline_is_cut_and_judged(tmp_path: Path) -> None:
    task = make_task()
    plan = make_plan([task], [parse_candidate("a/x")], (), 1, {"deadline": 0.2, "seconds": 60.0})
    outcome, _, _ = run(plan, tmp_path, lambda trial, attempt: Behaviour(asking=5.0))
    [record] = outcome.records
    assert record["verdict"] == "budget"
    assert "the deadline of the trial passed (0.2 s of 0.2 s)" in record["reason"]
    assert record["bugs"] == {"escape": "P", "index": "P"}


def test_a_deadline_that_passes_before_the_candidate_could_begin_is_not_charged_to_it(tmp_path: Path) -> None:
    plan = make_plan([make_task()], [parse_candidate("a/x")], (), 1, {"deadline": 0.2})
    outcome, _, _ = run(plan, tmp_path, lambda trial, attempt: Behaviour(working=5.0))
    [record] = outcome.records
    assert record["verdict"] == "infra-error"
    assert "before its container was made ready" in record["reason"]
    assert record["time"]["wall_s"] < 3


def test_time_that_a_provider_took_is_not_charged_to_the_candidate(tmp_path: Path) -> None:
    plan = make_plan([make_task()], [parse_candidate("a/x")], (), 1, {"deadline": 0.3})
    failing = Behaviour(fails=("agent", BUSY))
    outcome, _, _ = run(plan, tmp_path, lambda trial, attempt: failing)
    [record] = outcome.records
    assert record["verdict"] == "infra-error"
