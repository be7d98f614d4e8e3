"""Suites looked after: parts and differences, item statistics against hand-reckoned ones, canaries, proofs that age."""

from __future__ import annotations

import datetime
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from sandbox.cli import main
from sandbox.errors import BadInput
from sandbox.loader import load_tasks
from sandbox.lockfile import inputs_of
from sandbox.nights.history import History
from sandbox.nights.night import Proof
from sandbox.plan import make_plan, parse_candidate
from sandbox.upkeep.describing import describe
from sandbox.upkeep.diff import EXAM, JUDGE, LAYOUT, RECIPE, UNTOLD, SuiteFacts, TaskFacts, diff
from sandbox.upkeep.items import EVERYONE, NOBODY, Cell, item_stats
from sandbox.upkeep.parts import parts_of
from sandbox.upkeep.reading import last_proofs
from sandbox.upkeep.reproving import DRIFTED, FAILS, HOLDS, MENDED, LastProof, due, outcome
from tests.support import toy
from tests.support.nights import night, put, write_run

DAY = datetime.timedelta(days=1)
NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)


@pytest.fixture
def task(tmp_path: Path) -> Path:
    return toy.make_task(tmp_path / "tasks")


def ask(*words: object) -> Result:
    return CliRunner().invoke(main, list(map(str, words)))


def rewrite(old: str, new: str, file: str = "task.toml") -> Callable[[Path], None]:
    def change(task: Path) -> None:
        text = (task / file).read_text("utf-8")
        assert old in text
        (task / file).write_text(text.replace(old, new), "utf-8")

    return change


def add(file: str, text: str = "x\n") -> Callable[[Path], None]:
    def change(task: Path) -> None:
        (task / file).parent.mkdir(parents=True, exist_ok=True)
        (task / file).write_text(text, "utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (rewrite("gives -1", "is -1", "instruction.md"), "instruction"),
        (rewrite("gives their difference", "subtracts"), "instruction"),
        (add("rough/de.md"), "instruction"),
        (add("tests/tests/test_more.py"), "tests"),
        (rewrite("calc.add(4, 5)", "calc.add(4, 6)"), "tests"),
        (rewrite('"tests/test_calc.py::test_add", ', ""), "tests"),
        (rewrite("return a + b", "return b + a", "solution/solve.sh"), "solution"),
        (add("environment/workspace/more.py"), "image"),
        (rewrite('network_mode = "no-network"', 'network_mode = "public"'), "image"),
        (rewrite("timeout_sec = 120", "timeout_sec = 60"), "budgets"),
        (rewrite("memory_mb = 256", "memory_mb = 512"), "budgets"),
        (rewrite('rung = "report"', 'rung = "report"\ntools = ["bash"]'), "tools"),
        (add("variants/x/turns.jsonl"), "variants"),
        (rewrite('rung = "report"', 'rung = "report"\ncategory = "c"'), "about"),
        (add("notes.txt"), "about"),
    ],
)
def test_a_change_is_in_its_part_and_in_no_other(task: Path, change: Callable[[Path], None], part: str) -> None:
    before = parts_of(task)
    change(task)
    after = parts_of(task)
    assert {name for name in {*before, *after} if before.get(name) != after.get(name)} == {part}


def test_a_problem_s_limits_are_budgets(tmp_path: Path) -> None:
    file = tmp_path / "problem.yaml"
    file.write_text("name: x\nlimits:\n  time_limit: 1\n\n  memory: 256\nuuid: u\n", "utf-8")
    before = parts_of(tmp_path)
    file.write_text("name: x\nlimits:\n  time_limit: 2\n\n  memory: 256\nuuid: u\n", "utf-8")
    middle = parts_of(tmp_path)
    file.write_text("name: y\nlimits:\n  time_limit: 2\n\n  memory: 256\nuuid: u\n", "utf-8")
    after = parts_of(tmp_path)
    assert before["about"] == middle["about"] != after["about"]
    assert before["budgets"] != middle["budgets"] == after["budgets"]


def facts(tasks: dict[str, TaskFacts], **more: object) -> SuiteFacts:
    held: dict[str, object] = {"label": "s", "versions": {}, "held_out": frozenset(), "retired": {}, **more}
    return SuiteFacts(tasks=tasks, **held)  # type: ignore[arg-type]


def test_what_a_lock_tells_of_a_task_that_is_the_same_on_the_disk() -> None:
    exam = {"code": "c", "settings": "s", "files": [{"t.py": "1", "u.py": "1"}]}
    other = {"code": "d", "settings": "s", "files": [{"t.py": "2", "v.py": "1"}]}
    one = facts({"a/b": TaskFacts(digest="d", parts={"image": "i"}, image="x", exam=exam)})
    two = facts({"a/b": TaskFacts(digest="d", parts={"image": "i"}, image="y", exam=other)})
    (change,) = diff(one, two).changed
    assert change.parts == (RECIPE, EXAM, JUDGE)
    assert change.files == ("t.py altered", "u.py removed", "v.py added")
    unbuilt = facts({"a/b": TaskFacts(digest="d", parts={"image": "i"})})
    assert not diff(one, unbuilt).differs, "what is not known is no difference"


def test_what_is_added_removed_renamed_and_retired() -> None:
    one = facts({name: TaskFacts(digest=name) for name in ("s/a", "s/b", "s/c", "s/d", "s/e", "s/old", "s/same")})
    two = facts(
        {
            **{name: TaskFacts(digest=name) for name in ("s/a", "s/b", "s/new", "s/same")},
            "s/c": TaskFacts(digest="other"),
            "s/e": TaskFacts(digest="other", parts={"about": "1"}),
            "s/fresh": TaskFacts(digest="s/old"),
        },
        retired={"s/b": "2026-01-01: leaked"},
        held_out=frozenset({"s/a"}),
    )
    found = diff(one, two)
    assert (found.added, found.removed, found.renamed) == (("s/new",), ("s/d",), (("s/old", "s/fresh"),))
    assert [(change.task, change.parts) for change in found.changed] == [("s/c", (UNTOLD,)), ("s/e", (UNTOLD,))]
    assert found.retired == ("s/b: 2026-01-01: leaked",)
    assert found.same == 2
    layout = diff(
        facts({"s/a": TaskFacts(digest="1", parts={"about": "1"})}),
        facts({"s/a": TaskFacts(digest="2", parts={"about": "1"})}),
    )
    assert layout.changed[0].parts == (LAYOUT,)


def test_held_out_tasks_are_counted_and_never_named() -> None:
    one = facts({"s/a": TaskFacts(digest="1"), "s/b": TaskFacts(digest="1"), "s/open": TaskFacts(digest="1")})
    two = facts(
        {"s/a": TaskFacts(digest="2"), "s/c": TaskFacts(digest="9"), "s/open": TaskFacts(digest="1")},
        held_out=frozenset({"s/a", "s/b", "s/c"}),
    )
    found = diff(one, two)
    assert (found.added, found.removed, found.changed) == ((), (), ())
    assert found.hidden == {"added": 1, "removed": 1, "changed": 1}
    assert found.differs
    same = facts({"s/a": TaskFacts(digest="1")})
    assert same.digest != facts({"s/a": TaskFacts(digest="1")}, held_out=frozenset({"s/a"})).digest


def test_a_folder_is_held_against_a_run_of_it(task: Path, tmp_path: Path) -> None:
    plan = make_plan(load_tasks([str(task)]), [parse_candidate("scripted:oracle")], [], 1)
    run = write_run(tmp_path / "run", [], **inputs_of(plan, {}, known={}))
    assert ask("suite", "diff", run, tmp_path / "tasks").exit_code == 0
    rewrite("timeout_sec = 120", "timeout_sec = 60")(task)
    done = ask("suite", "diff", run / "lock.json", tmp_path / "tasks")
    assert done.exit_code == 1
    assert "~ toy/calc: budgets" in done.output
    assert json.loads(ask("suite", "diff", run, tmp_path / "tasks", "--json").stdout)["differs"] is True
    assert describe(run).tasks["toy/calc"].parts == {**describe(task).tasks["toy/calc"].parts} | {
        "budgets": describe(run).tasks["toy/calc"].parts["budgets"]
    }


def cell(task: str, candidate: str, accepted: int, trials: int = 4, run: int = 0, digest: str = "d") -> Cell:
    return Cell(
        task=task, condition="field", digest=digest, candidate=candidate, run=run, accepted=accepted, trials=trials
    )


def test_discrimination_is_the_correlation_with_all_other_tasks() -> None:
    random = np.random.default_rng(1)
    counts = random.integers(0, 5, (6, 5))
    cells = [cell(f"t{task}", f"c{who}", int(counts[who, task])) for who in range(6) for task in range(5)]
    for task, row in enumerate(item_stats(cells)):
        rest = np.delete(counts, task, axis=1).mean(axis=1) / 4
        expected = np.corrcoef(counts[:, task] / 4, rest)[0, 1]
        assert row.discrimination == pytest.approx(expected)
        assert row.interval is not None
        half = 1.959964 / np.sqrt(3)
        assert row.interval == pytest.approx(
            (np.tanh(np.arctanh(expected) - half), np.tanh(np.arctanh(expected) + half))
        )


def test_saturation_takes_two_candidates_and_controls_are_none() -> None:
    cells = [cell("all", "a", 4), cell("all", "b", 4), cell("none", "a", 0), cell("none", "b", 0), cell("one", "a", 4)]
    cells += [cell("mixed", "a", 4), cell("mixed", "b", 3), cell("one", "scripted:oracle", 4)]
    cells += [cell("all", "scripted:nop", 1), cell("all", "scripted:oracle", 3)]
    rows = {row.task: row for row in item_stats(cells)}
    assert {name: row.saturation for name, row in rows.items()} == {
        "all": EVERYONE, "none": NOBODY, "one": None, "mixed": None,
    }  # fmt: skip
    assert rows["all"].controls == (2, 8)
    assert rows["one"].controls == (0, 4)
    assert rows["one"].candidates == 1


def test_flakiness_is_how_often_two_trials_of_one_candidate_differ() -> None:
    cells = [cell("t", "a", 2, run=0), cell("t", "a", 4, run=1), cell("t", "b", 0), cell("u", "a", 1, trials=1)]
    rows = {row.task: row for row in item_stats(cells)}
    outcomes = [1, 1, 0, 0, 1, 1, 1, 1]
    pairs = [a != b for i, a in enumerate(outcomes) for b in outcomes[i + 1 :]]
    assert rows["t"].flakiness == pytest.approx((sum(pairs) / len(pairs) + 0) / 2)
    assert rows["t"].runs == 2
    assert rows["u"].flakiness is None


def test_trials_of_before_a_task_changed_are_in_no_figure() -> None:
    cells = [cell("t", "a", 0, run=0, digest="old"), cell("t", "a", 4, run=1, digest="new")]
    (row,) = item_stats(cells)
    assert (row.trials, row.rate) == (4, 1.0)


def test_stats_go_over_runs_or_the_history_and_name_no_held_out_task(tmp_path: Path) -> None:
    rows = [row for name, solved in (("a", 3), ("b", 0)) for row in night([solved, 3], 3, name)]
    hidden = "simulated/i1-report"
    run = write_run(tmp_path / "run", rows, held_out={hidden: True})
    with History(tmp_path / "h.sqlite3") as history:
        put(history, 1, rows)
    (tmp_path / "more").mkdir()
    done = ask("suite", "stats", run)
    assert done.exit_code == 0, done.output
    assert hidden not in done.output
    assert "1 held-out task: 1 saturated" in done.output
    data = json.loads(ask("suite", "stats", "--db", tmp_path / "h.sqlite3", "--json").stdout)
    assert [row["saturation"] for row in data["tasks"]] == [None, EVERYONE]
    ask("history", "add", run, "--db", tmp_path / "h.sqlite3", "--nights", "held")
    assert hidden not in ask("suite", "stats", "--db", tmp_path / "h.sqlite3", "--nights", "held", "--json").output
    assert (
        "1 held-out task is in these figures"
        in ask("history", "--db", tmp_path / "h.sqlite3", "--nights", "held").output
    )


def test_a_run_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    done = ask("suite", "stats", tmp_path / "no")
    assert (done.exit_code, done.stderr) == (2, f"roadtest: {tmp_path / 'no'}: there is no such directory\n")


def test_a_canary_is_written_once_and_missed_where_it_lacks(task: Path, tmp_path: Path) -> None:
    lacking = ask("suite", "canary", tmp_path / "tasks")
    assert lacking.exit_code == 1
    assert "toy/calc: there is no canary.txt" in lacking.output
    assert f"suite canary {tmp_path / 'tasks'} --write DIR" in lacking.stderr
    assert ask("suite", "canary", tmp_path / "tasks", "--write", tmp_path / "tasks").exit_code == 0
    line = (tmp_path / "tasks" / "canary.txt").read_text("utf-8").strip()
    text = (task / "task.toml").read_text("utf-8")
    assert text.count(line) == 1
    load_tasks([str(task)])
    assert ask("suite", "canary", tmp_path / "tasks", "--write", tmp_path / "tasks").exit_code == 0
    assert (task / "task.toml").read_text("utf-8") == text
    (task / "task.toml").write_text(toy.TASK, "utf-8")
    assert "task.toml does not carry the canary" in ask("suite", "canary", task).output
    (task / "task.toml").write_text(text, "utf-8")
    (task / "instruction.md").write_text(f"{toy.INSTRUCTION}\n{line}\n", "utf-8")
    assert "stands in what candidates are told" in ask("suite", "canary", task).output
    (tmp_path / "tasks" / "canary.txt").write_text("two lines\nof text\n", "utf-8")
    assert ask("suite", "canary", task).exit_code == 2


def test_those_longest_unproved_are_due_first() -> None:
    def at(days: float) -> str:
        return (NOW - days * DAY).isoformat()

    last = {"fresh": LastProof(at=at(1), holds=True), "old": LastProof(at=at(40), holds=True)}
    last |= {"older": LastProof(at=at(50), holds=False), "edge": LastProof(at=at(30), holds=True)}
    names = ["old", "fresh", "never", "older", "edge"]
    assert due(last, names, NOW, 30) == ["never", "older", "old", "edge"]
    assert due(last, names, NOW, 30, most=2) == ["never", "older"]
    assert due(last, names, NOW, 0.5) == ["never", "older", "old", "edge", "fresh"]


def test_only_what_held_before_has_drifted() -> None:
    held, failed = LastProof(at="x", holds=True), LastProof(at="x", holds=False)
    assert [outcome(before, ["f"]) for before in (held, failed, None)] == [DRIFTED, FAILS, FAILS]
    assert [outcome(before, []) for before in (held, failed, None)] == [HOLDS, MENDED, HOLDS]


def test_a_proof_is_of_the_task_as_it_was(task: Path, tmp_path: Path) -> None:
    (loaded,) = load_tasks([str(task)])
    with History(tmp_path / "h.sqlite3") as history:
        for at, faults in (("2026-01-02", "broken"), ("2026-01-01", "")):
            history.add_proof(Proof(task=loaded.name, task_digest=loaded.digest, at=at, roadtest="1", faults=faults))
        assert last_proofs(history, [loaded]) == {loaded.name: LastProof(at="2026-01-02", holds=False)}
        add("notes.txt")(task)
        assert last_proofs(history, load_tasks([str(task)])) == {}


def test_a_plan_of_what_is_due_proves_nothing(task: Path, tmp_path: Path) -> None:
    shutil.copytree(task, task.parent / "other")
    suite = tmp_path / "s.toml"
    suite.write_text(
        'tasks = ["tasks"]\n[[retired]]\ntask = "tasks/toy/other"\nreason = "r"\non = 2026-01-01\n', "utf-8"
    )
    done = ask("suite", "reprove", suite, "--plan", "--db", tmp_path / "h.sqlite3")
    assert done.exit_code == 0
    assert "1 of 1 tasks are due" in done.output
    assert "toy/other: left out, it is retired" in done.output


def test_a_broken_canary_file_is_named(task: Path, tmp_path: Path) -> None:
    from sandbox.upkeep.canary import canary_for

    (tmp_path / "canary.txt").write_text("short", "utf-8")
    with pytest.raises(BadInput, match=r"canary\.txt: must hold one line"):
        canary_for(task)
