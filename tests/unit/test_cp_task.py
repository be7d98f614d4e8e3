"""Problems as tasks of a run: reading, asking, planning, verdicts and records from logs, the report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from sandbox import schema, score
from sandbox.agent import system_prompt
from sandbox.condition import CONDITIONS
from sandbox.course import is_judged, next_stage
from sandbox.cp.asking import terms, verdict_told
from sandbox.cp.handed_in import NOTHING, check_data
from sandbox.cp.proving import problem_faults
from sandbox.errors import BadInput
from sandbox.events import Event
from sandbox.llm.scripted import turns_for
from sandbox.loader import is_as_it_was, load_task, load_tasks
from sandbox.paths import PROJECT
from sandbox.plan import Trial, make_plan, parse_candidate
from sandbox.replay_check import check_problems
from sandbox.report.problems import as_data, problem_rows, remarks, tables
from sandbox.retold import judged_states, misfit, retold
from sandbox.task import Task
from sandbox.toolbox import load_tools, narrowed
from tests.support.builders import Log, make_record, make_task, make_task_folder
from tests.support.cp_packages import CPP, CURRENT, PYTHON, lay_out

MORE = "limits:\n  time_limit: 2\nkeywords: [number theory, tier-3]\n"
SUBMISSIONS: Mapping[str, str | None] = {
    "submissions/accepted/sum.cpp": CPP,
    "submissions/wrong_answer/minus.py": "print(-1)\n",
    "submissions/wrong_answer/two/main.py": "import other\n",
    "submissions/wrong_answer/two/other.py": "print(0)\n",
}
ABOUT = {"scoring": False, "full": None, "tier": 2, "rating": None}
POINTS = {**ABOUT, "scoring": True, "full": 100.0}


def problem(folder: Path, changes: Mapping[str, str | None] | None = None, more: str = MORE) -> Task:
    return load_task(lay_out(folder, CURRENT, {**SUBMISSIONS, **(changes or {})}, more=more))


def trials(task: Task, *names: str, condition: str = "field") -> Sequence[Trial]:
    return make_plan([task], [parse_candidate(f"scripted:{name}") for name in names], [condition], 1).trials


# --- reading ---


def test_a_package_is_a_task_and_so_are_all_of_a_folder(tmp_path: Path) -> None:
    lay_out(tmp_path, CURRENT, SUBMISSIONS, more=MORE)
    make_task_folder(tmp_path)
    found = {task.name: task for task in load_tasks([str(tmp_path)])}
    assert found.keys() == {f"{tmp_path.name}/sum", "suite/sample"}
    task = found[f"{tmp_path.name}/sum"]
    assert (task.kind, task.rung, task.judge.kind) == ("problem", "kernel", "problem")
    assert (task.difficulty, task.category) == ("tier-3", "number theory")
    assert task.variants == ("accepted/sum.cpp", "accepted/sum.py", "wrong_answer/minus.py"), "what is one file"


def test_the_candidate_is_told_the_statement_and_the_samples_and_nothing_secret(tmp_path: Path) -> None:
    asked = problem(tmp_path, {"data/secret/01.in": "86420 1\n", "data/secret/01.ans": "86421\n"}).instruction
    assert "Add the two numbers." in asked
    assert "## Sample 1: input\n\n```\n1 2\n```\n\n## Sample 1: output\n\n```\n3\n```" in asked
    assert "8642" not in asked


def test_a_dialogue_is_shown_line_by_line(tmp_path: Path) -> None:
    talk = {"data/sample/1.interaction": ">4\n<right\n", "output_validator/check.py": "raise SystemExit(42)\n"}
    task = problem(tmp_path, {**talk, "data/sample/1.in": None, "data/sample/1.ans": None}, "type: interactive\n")
    assert "what it writes)\n\n```\n>4\n<right\n```" in task.instruction
    assert task.problem is not None
    assert "flush standard output" in terms(task.problem, 1.0, 1)


def test_a_package_that_changes_is_another_task(tmp_path: Path) -> None:
    task = problem(tmp_path)
    assert is_as_it_was(task)
    (Path(task.path) / "data" / "secret" / "01.ans").write_text("8\n")
    assert not is_as_it_was(task)


def test_our_own_problems_can_be_asked_and_sliced() -> None:
    tasks = load_tasks([str(PROJECT / "tasks" / "cp")])
    assert len({task.name for task in tasks}) == len(tasks) >= 2
    for task in tasks:
        assert (task.notes, task.problem is not None) == ((), True), task.name
        assert str(task.difficulty).startswith("tier-"), task.name
        assert turns_for(parse_candidate("scripted:oracle"), task), task.name


def test_a_problem_that_nobody_could_be_asked_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="statement: holds no text"):
        problem(tmp_path, {"statement/problem.en.md": None})
    with pytest.raises(BadInput, match="languages: none of them is here"):
        problem(tmp_path / "other", more="languages: [java]\n")


def test_the_tool_of_problems_is_for_problems_only(tmp_path: Path) -> None:
    tools = load_tools()
    assert "submit_solution" not in narrowed(tools, None, wanted_by="x")
    assert list(narrowed(tools, problem(tmp_path).tools, wanted_by="x")) == ["submit_solution"]
    folder = make_task_folder(tmp_path)
    text = (folder / "task.toml").read_text()
    (folder / "task.toml").write_text(text.replace('rung = "report"', 'rung = "report"\ntools = ["submit_solution"]'))
    with pytest.raises(BadInput, match=r"tools: submit_solution is for problems"):
        load_task(folder)


# --- planning and asking ---


def test_conditions_apply_to_what_they_are_for(tmp_path: Path) -> None:
    task = problem(tmp_path)
    assert CONDITIONS["lab"].misses(make_task()) == "is no problem to which programs are submitted"
    assert CONDITIONS["loop"].misses(task) == "is a problem, which has no bug to report"
    assert [CONDITIONS[name].misses(task) for name in ("field", "lab")] == [None, None]
    assert [trials(task, "nop", condition=name)[0].submissions for name in ("field", "lab")] == [1, 10]


def test_labelled_submissions_are_candidates_and_a_label_names_the_first_of_its_kind(tmp_path: Path) -> None:
    task = problem(tmp_path)
    names = ["oracle", "nop", "wrong_answer/minus.py", "wrong_answer", "accepted/sum.py"]
    sources = []
    for trial in trials(task, *names):
        turns = turns_for(trial.candidate, task)
        sources += [json.loads(turn["tool_calls"][0]["function"]["arguments"]) for turn in turns]
    assert [(one["language"], one["source"]) for one in sources] == [
        ("cpp", CPP),
        ("python3", "print(-1)\n"),
        ("python3", "print(-1)\n"),
        ("python3", PYTHON),
    ]
    with pytest.raises(BadInput, match="no task has a variant of that name"):
        trials(task, "wrong_answer/two")


def test_what_is_no_utf_8_is_handed_in_as_the_same_bytes(tmp_path: Path) -> None:
    folder = lay_out(tmp_path, CURRENT, SUBMISSIONS)
    (folder / "submissions" / "accepted" / "sum.cpp").write_bytes(b"// \xff\n" + CPP.encode())
    task = load_task(folder)
    (turn,) = turns_for(parse_candidate("scripted:oracle"), task)
    source = json.loads(turn["tool_calls"][0]["function"]["arguments"])["source"]
    assert source.encode("utf-8", "surrogateescape").startswith(b"// \xff\n")


def test_the_time_limit_told_is_the_one_that_holds_here(tmp_path: Path) -> None:
    task = problem(tmp_path)
    log = Log()
    log.add("env.ready", facts={"time_limit": 3.5})
    for condition, words in (("field", "You have one submission."), ("lab", "You have 10 submissions.")):
        (trial,) = trials(task, "nop", condition=condition)
        stage = next_stage(trial, None, log.events)
        assert stage is not None
        assert "Each test: 3.5 s of CPU time, 2048 MiB of memory" in stage.text
        assert words in stage.text
        assert next_stage(trial, stage, log.events) is None
    assert "competitive-programming" in system_prompt(task)


def test_an_answer_tells_the_verdict_and_no_case(tmp_path: Path) -> None:
    brief = problem(tmp_path).problem
    assert brief is not None
    found = check_data(ABOUT, judged("TLE", first="secret/03"), [])
    assert verdict_told(brief, found, left=2, compiler="") == "Time limit exceeded. Submissions left: 2."
    assert verdict_told(brief, found, left=0, compiler="") == "Time limit exceeded. No submission is left."
    assert verdict_told(brief, check_data(ABOUT, judged("AC"), []), left=2, compiler="") == "Accepted."
    long = verdict_told(brief, check_data(ABOUT, judged("CE"), []), left=1, compiler="x" * 10_000)
    assert long.startswith("Compile error. Submissions left: 1.\n\nThe compiler says:\nxxx")
    assert long.endswith("xxx\n[cut]")
    assert len(long) < 4200


# --- verdicts and records ---


def judged(
    verdict: str, score: float | None = None, groups: Mapping[str, float] | None = None, first: str | None = None
) -> dict[str, Any]:
    """The judge's account of a submission."""
    cases = [{"case": first or "secret/01", "verdict": verdict, "time_s": 0.1}]
    failing = None if first is None else {"case": first, "verdict": verdict, "message": "no"}
    subtasks = groups or {}
    return {
        "verdict": verdict,
        "score": score,
        "groups": {"secret": score, **subtasks} if score is not None else {},
        "subtasks": list(subtasks),
        "cases": cases,
        "first_failing": failing,
    }


class Sat(Log):
    """The log of a trial of a problem."""

    def __init__(self, about: Mapping[str, Any] = ABOUT, submissions: int = 10) -> None:
        super().__init__()
        opening = {**self.events[0].data, "judge": "problem", "problem": dict(about), "submissions": submissions}
        self.events.clear()
        self.add("trial.opened", **opening)
        self.about = about
        self.before: list[Mapping[str, Any]] = []
        self.add("env.ready", seconds=0.0, source="4" * 40)

    def submit(self, answer: Mapping[str, Any], *, told: bool = True) -> None:
        """A submission; judged at once where the candidate is told, else at the end of the turn."""
        started = self.add(
            "tool.started", self.reply(), call="c", name="submit_solution", arguments="{}", effect="write"
        )
        returned = self.add("tool.returned", started, call="c", status="ok", seconds=0.0, exit_code=None, output="")
        saved = {"raw": "5" * 40, "source": "5" * 40, "commit": None, "blob": "6" * 64, "seconds": 0.0, "over": None}
        self.add("tree.saved", returned, **saved, sealed=False)
        claims = {"tier": "T0", "reason": "submit", "claims_done": not told}
        ended = self.add("checkpoint", returned if told else None, **claims)
        if not told:
            self.add("tree.saved", ended, **saved, sealed=True)
        self.judge(answer, ended)

    def judge(self, answer: Mapping[str, Any], ended: Event) -> None:
        facts = check_data(self.about, answer, self.before)
        self.before.append(facts)
        fixed = {"guards": {}, "outcomes": {}, "tampering": [], "incomplete": False, "suite_seconds": 1.0}
        named = {"judge": "problem", "source": "5" * 40, "answer": f"{len(self.events):064x}", "seconds": 1.0}
        self.add("check.ran", ended, **fixed, **named, **facts)

    def end(self) -> dict[str, Any]:
        """The record."""
        verdict, reason = score.verdict(self.events)
        record = score.record(self.close(verdict, reason))
        schema.check("result.v1", record, file="record")
        return record


def test_a_right_program_is_accepted_and_a_wrong_one_is_not() -> None:
    log = Sat()
    log.submit(judged("WA", first="secret/02"))
    log.submit(judged("AC"))
    record = log.end()
    assert (record["verdict"], record["score"], record["bugs"]) == ("accepted", 1.0, {"solved": "P"})
    assert record["oscillation"]["index"] is None, "what came back is not asked of problems"
    log = Sat()
    log.submit(judged("WA", first="secret/02"))
    assert (log.end()["verdict"], log.events[-1].data["reason"]) == ("wrong", "WA at secret/02")


def test_who_hands_in_nothing_is_wrong() -> None:
    log = Sat(submissions=1)
    log.judge(NOTHING, log.add("checkpoint", tier="T0", reason="done", claims_done=True))
    record = log.end()
    assert (record["verdict"], record["reason"], record["score"]) == ("wrong", "nothing was handed in", 0.0)
    assert record["problem"]["submissions"] == []


def test_of_each_subtask_the_best_submission_counts() -> None:
    log = Sat(POINTS)
    log.submit(judged("WA", 40.0, {"secret/a": 40.0, "secret/b": 0.0}, "secret/b/1"))
    assert score.verdict(log.events) == ("partial", "40 of 100 points; WA at secret/b/1")
    log.submit(judged("TLE", 30.0, {"secret/a": 0.0, "secret/b": 30.0}, "secret/a/1"))
    assert score.verdict(log.events) == ("partial", "70 of 100 points; TLE at secret/a/1")
    log.submit(judged("TLE", 60.0, {"secret/a": 0.0, "secret/b": 60.0}, "secret/a/1"))
    record = log.end()
    assert (record["verdict"], record["reason"], record["problem"]["points"]) == ("accepted", "100 of 100 points", 100)


def test_points_without_a_bound_are_no_share_of_anything() -> None:
    log = Sat({**POINTS, "full": None})
    log.submit(judged("WA", 17.0, {"secret": 17.0}, "secret/1"))
    record = log.end()
    assert (record["verdict"], record["score"], record["problem"]["points"]) == ("wrong", 0.0, 17.0)


def test_the_time_of_a_submission_is_the_candidates_own() -> None:
    log = Sat()
    log.submit(judged("WA"))
    log.submit(judged("AC"))
    # A second an event: made 2 s after the start, judged for 1 s, made again 6 s later (one of them the judge's).
    assert [one["seconds"] for one in log.end()["problem"]["submissions"]] == [2.0, 7.0]


def test_a_limit_that_cuts_a_trial_is_a_budget() -> None:
    log = Sat(POINTS)
    log.submit(judged("WA", 40.0, {"secret": 40.0}, "secret/1"))
    log.add("limit.hit", limit="replies", value=2.0, bound=2.0)
    record = log.end()
    assert (record["verdict"], record["score"]) == ("budget", 0.0)


# --- judging again, replaying ---


def test_what_the_candidate_was_told_is_judged_again_submission_by_submission(tmp_path: Path) -> None:
    task = problem(tmp_path)
    log = Sat()
    log.submit(judged("WA"))
    log.submit(judged("AC"))
    ended = log.add("checkpoint", tier="T0", reason="submit", claims_done=True)
    log.add("tree.saved", ended, source="5" * 40, sealed=True, seconds=0.0)
    again = retold(log.close("accepted"), task, {"version": "x"})
    assert "check.ran" not in {event.kind for event in again}
    assert again[0].data["problem"] == {"scoring": False, "full": None, "tier": 3, "rating": None}
    pairs = judged_states(again)
    assert [saved.data["sealed"] for saved, _ in pairs] == [False, False]
    assert misfit(again, task) is None
    assert misfit(again, make_task()) == "it is another kind of task now"


def test_in_the_field_what_was_sealed_is_judged_again(tmp_path: Path) -> None:
    log = Sat(submissions=1)
    log.submit(judged("WA"), told=False)
    ((saved, ended),) = judged_states(retold(log.close("wrong"), problem(tmp_path), {"version": "x"}))
    assert (saved.data["sealed"], ended.data["claims_done"]) == (True, True)


def test_a_lab_is_judged_by_its_end_and_a_field_is_not(tmp_path: Path) -> None:
    task, log = problem(tmp_path), Sat()
    (lab,) = trials(task, "nop", condition="lab")
    (field,) = trials(task, "nop")
    assert not is_judged(lab, log.events), "nothing was handed in yet"
    log.submit(judged("AC"))
    assert (is_judged(lab, log.events), is_judged(field, log.events)) == (True, False)


def test_a_recorded_check_has_to_follow_from_the_judges_answer(tmp_path: Path) -> None:
    task = problem(tmp_path)
    answer = judged("WA", first="secret/02")
    log = Sat(task.problem.as_data() if task.problem else {})
    log.submit(answer)
    checked = next(event for event in log.events if event.kind == "check.ran")
    assert list(check_problems(task, log.events, checked, json.dumps(answer).encode())) == []
    (line,) = check_problems(task, log.events, checked, json.dumps(judged("AC")).encode())
    assert "data.verdict: is" in line
    (line,) = check_problems(task, log.events, checked, b"[]")
    assert "is no answer of a judge" in line


# --- proving, reporting ---


def test_controls_are_held_against_their_labels(tmp_path: Path) -> None:
    brief = problem(tmp_path).problem
    assert brief is not None

    def faults(script: str, answer: Mapping[str, Any]) -> list[str]:
        log = Sat(submissions=1)
        log.submit(answer, told=False)
        record = log.end()
        return problem_faults(brief, script, record, log.events[-2])

    assert faults("oracle", judged("AC")) == []
    assert faults("oracle", judged("TLE", first="secret/1")) == [
        "the first accepted submission is not accepted: wrong (TLE at secret/1)"
    ]
    assert faults("wrong_answer/minus.py", judged("WA")) == []
    assert faults("wrong_answer/minus.py", judged("AC")) == ["wrong_answer/minus.py: AC, required WA"]


def record(candidate: str, task: str, *submissions: Mapping[str, Any], about: Mapping[str, Any] = ABOUT) -> Any:
    rows = [{"seconds": 61.0, "points": None, "subtasks": {}, **one} for one in submissions]
    solved = any(one["verdict"] == "AC" for one in submissions)
    facts = {**about, "solved": solved, "points": None, "submissions": rows}
    verdict = "accepted" if solved else "wrong"
    return make_record(verdict, candidate=candidate, task=task, repeat=0, problem=facts)


def test_a_report_has_a_row_for_each_candidate_with_a_rating_and_its_caveat() -> None:
    tiers = [{**ABOUT, "tier": tier} for tier in (1, 2, 3, 4)]
    right, wrong = {"verdict": "AC"}, {"verdict": "WA"}
    records = [record("strong", f"p{about['tier']}", wrong, right, about=about) for about in tiers]
    records += [record("weak", f"p{about['tier']}", wrong, about=about) for about in tiers]
    records += [make_record("accepted", candidate="strong", task="other", repeat=0)]
    strong, weak = problem_rows(records)
    assert (strong.candidate, strong.score.solved, strong.score.penalty) == ("strong", 4, 4 * 21)
    assert strong.rating is not None and weak.rating is not None
    assert strong.rating.rating > weak.rating.rating
    (sheet,) = tables([strong, weak])
    assert len(sheet.rows) == 2
    assert remarks([strong, weak])[0].startswith("Rating: CP-style score on an internal scale")
    for row in as_data([strong, weak]):
        assert row["rating"]["scale"] == "internal"
        assert "percentile" not in json.dumps(row)
    assert problem_rows([make_record()]) == []


def test_repeats_tell_of_pass_at_k() -> None:
    records = [{**record("x", "p", {"verdict": word}), "repeat": repeat} for repeat, word in enumerate(["AC", "WA"])]
    (row,) = problem_rows(records)
    assert [(one.k, one.at.value, one.hat.value) for one in row.score.passes] == [(1, 0.5, 0.5), (2, 1.0, 0.0)]
    (sheet,) = tables([row])
    assert "pass^k" in sheet.figures
    assert as_data([row])[0]["pass_at_k"][1]["pass_hat_k"] == 0.0


def test_a_trial_without_a_verdict_is_in_no_figure_but_counted() -> None:
    lost = {**record("x", "p", {"verdict": "WA"}), "verdict": "judge-error"}
    (row,) = problem_rows([record("x", "q", {"verdict": "AC"}), lost])
    assert (row.score.sittings, row.score.no_verdict) == (1, 1)
    assert row.rating is not None
    assert row.rating.n_problems == 1
    (row,) = problem_rows([lost])
    assert row.rating is None
    assert remarks([row]) == ["Rating: none can be given: no problem has a tier, or a rating of a human contest."]
