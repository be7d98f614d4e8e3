"""Held-out tasks: figures over them everywhere, their names nowhere. Retired ones: left out, named with the reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sandbox.choosing import Choice, Typed, choose_trials
from sandbox.cli import main
from sandbox.errors import BadInput
from sandbox.gap.simulate import record
from sandbox.journal import read_results
from sandbox.loader import load_tasks
from sandbox.lockfile import inputs_of, merged
from sandbox.suite_marks import read_marks
from sandbox.veil import told, veiled
from tests.support import toy
from tests.support.nights import night, write_run
from tests.support.paged import large_run

HIDDEN = "simulated/i1-report"


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    """Two runs of three tasks, of which one is held out, and each went another way in the second."""
    one = write_run(tmp_path / "one", night([3, 3, 0]), held_out={HIDDEN: True})
    two = write_run(tmp_path / "two", night([0, 0, 3]))
    for run in (one, two):
        for line in (run / "results.jsonl").read_text("ascii").splitlines():
            log = run / "trials" / json.loads(line)["trial"] / "events.jsonl"
            log.parent.mkdir(parents=True)
            log.write_text("", "ascii")
    return one, two


def ask(*words: object) -> Result:
    return CliRunner().invoke(main, list(map(str, words)))


def test_a_veiled_record_has_its_outcome_and_nothing_that_tells_the_task() -> None:
    rows = night([3, 1])
    found = veiled(rows, {HIDDEN})
    assert found[:3] == rows[:3]
    assert told(found) == rows[:3]
    assert "i1" not in json.dumps(found[3:])
    assert [row["verdict"] for row in found] == [row["verdict"] for row in rows]
    assert len({row["trial"] for row in found}) == 6
    assert [row["about"]["package"] for row in found] == [row["about"]["package"] for row in rows], (
        "a cluster as before"
    )
    assert veiled(rows, ()) == rows


@pytest.mark.parametrize("by", ["package", "category", "fixed_at", "suite", "task"])
def test_the_report_has_them_in_every_figure_and_in_no_list(runs: tuple[Path, Path], by: str) -> None:
    for words in (["--by", by], ["--by", by, "--json"], ["--by", by, "--trials"]):
        done = ask("report", runs[0], *words)
        assert done.exit_code == 0, done.output
        assert "i1" not in done.output
        assert "i0" in done.output
    data = json.loads(ask("report", runs[0], "--by", by, "--json").stdout)
    assert data["standings"][0]["judged"] == 9
    assert len(data["trials"]) == 6
    (row,) = [row for row in data["slices"][0]["rows"] if row["value"] == "(held out)"]
    assert (row["accepted"], row["judged"]) == (3, 3)
    assert "3 trials of held-out tasks are in the figures" in " ".join(data["remarks"])


def test_compare_takes_them_and_names_none_even_if_only_one_run_holds_them_out(runs: tuple[Path, Path]) -> None:
    for words in ((), ("--by", "package"), ("--by", "suite"), ("--json",)):
        done = ask("compare", *runs, *words)
        assert done.exit_code == 0, done.output
        assert "i1" not in done.output
    data = json.loads(ask("compare", *runs, "--json").stdout)
    assert (data["tasks"], data["pairs"]) == (3, 9)
    assert [flip["task"] for flip in data["flips"]] == ["simulated/i0-report", "simulated/i2-report"]
    assert data["held_out"] == {"tasks": 1, "worse": 1, "better": 0}


def test_a_held_out_task_that_changed_is_still_not_compared(runs: tuple[Path, Path]) -> None:
    lock = json.loads((runs[1] / "lock.json").read_text("ascii"))
    lock["inputs"]["tasks"][HIDDEN] = "b" * 64
    (runs[1] / "lock.json").write_text(json.dumps(lock), "ascii")
    data = json.loads(ask("compare", *runs, "--json").stdout)
    assert data["tasks"] == 2
    assert "i1" not in json.dumps(data)


@pytest.mark.parametrize("words", [("report",), ("report", "--json"), ("calls",), ("oscillation",), ("show",)])
@pytest.mark.parametrize("broken", ["{", "[]", '{"inputs": 3}', "a link", "a folder"])
def test_a_lock_that_does_not_tell_shows_nobody(runs: tuple[Path, Path], words: tuple[str, ...], broken: str) -> None:
    lock = runs[0] / "lock.json"
    if broken == "a link":
        lock.symlink_to(lock.rename(runs[0] / "elsewhere.json"))
    elif broken == "a folder":
        lock.unlink()
        lock.mkdir()
    else:
        lock.write_text(broken, "ascii")
    done = ask(words[0], runs[0], *words[1:])
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert f"{lock}: does not tell which tasks are held out" in done.stderr


def test_the_gap_takes_them_and_names_none(tmp_path: Path) -> None:
    rows = [
        record("m", rung, f"i{item}", f"r{item}", n, n < 2)
        for rung in ("kernel", "report")
        for item in range(4)
        for n in range(3)
    ]
    hidden = {f"simulated/i{item}-{rung}": True for item in (1, 2) for rung in ("kernel", "report")}
    one = write_run(tmp_path / "one", [row for row in rows if row["rung"] == "kernel"], held_out=hidden)
    two = write_run(tmp_path / "two", [row for row in rows if row["rung"] == "report"])
    data = json.loads(ask("gap", one, two, "--by", "package", "--json").stdout)
    assert data["items"] == 4
    assert sorted(row["value"] for row in data["slices"]) == ["(held out)", "r0", "r3"]
    assert not [name for name in ("i1", "i2", "r1", "r2") if f'"{name}' in json.dumps(data)]


def test_the_page_has_neither_their_rows_nor_their_transcripts(tmp_path: Path) -> None:
    run, page = tmp_path / "run", tmp_path / "page.html"
    large_run(run, tasks=2, candidates=2, repeats=1, steps=1, lines=1)
    names = sorted({f"{row['suite']}/{row['task']}" for row in read_results(run)})
    assert ask("report", run, "--html", page).exit_code == 0
    assert all(name in page.read_text("utf-8") for name in names)
    (run / "lock.json").write_text(json.dumps({"inputs": {"held_out": {names[0]: True}}}), "ascii")
    done = ask("report", run, "--html", page)
    assert done.exit_code == 0, done.output
    text = page.read_text("utf-8")
    assert names[0] not in text
    assert names[1] in text


def test_show_refuses_without_a_word_and_shows_with_one(runs: tuple[Path, Path]) -> None:
    refused = ask("show", runs[0], f"{HIDDEN}/m/field/0")
    assert refused.exit_code == 2
    assert "--held-out shows it all the same" in refused.output
    with_word = ask("show", runs[0], f"{HIDDEN}/m/field/0", "--held-out")
    assert "does not begin with the opening" in with_word.output, "the log of this test is empty, and it was opened"
    elsewhere = ask("show", runs[0], "i")
    assert elsewhere.exit_code == 2
    assert "i1" not in elsewhere.output
    near = ask("show", runs[0], "simulated/i1-reporx/m")
    assert "i1-report" not in near.output


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Tasks toy/calc, toy/two and toy/three below `tasks`; the working directory is above."""
    made = toy.make_task(tmp_path / "tasks")
    for name in ("two", "three"):
        toy.make_task(tmp_path / name).rename(made.parent / name)
    monkeypatch.chdir(tmp_path)
    return made.parent


def chosen(*suites: str) -> Choice:
    return choose_trials(
        Typed(
            suites=suites,
            models=("scripted:oracle",),
            candidates_file=None,
            conditions=(),
            repeats=None,
            limits=(),
            api_base=None,
            settings={},
        )
    )


SUITE = """\
version = "7"
tasks = ["tasks"]
held_out = ["tasks/toy/two"]
[[retired]]
task = "tasks/toy/three"
reason = "its answer is in a blog"
on = 2026-02-03
"""


def test_a_suite_says_which_tasks_are_held_out_and_retired(tasks: Path) -> None:
    Path("s.toml").write_text(SUITE, "utf-8")
    Path("outer.toml").write_text('name = "outer"\nversion = "1"\ntasks = ["s.toml"]\n', "utf-8")
    for typed in ("s.toml", "outer.toml"):
        found = chosen(typed)
        assert [task.name for task in found.tasks] == ["toy/calc", "toy/two"]
        assert [task.held_out for task in found.tasks] == [False, True]
        assert "toy/three: left out, retired on 2026-02-03: its answer is in a blog" in found.notes
        inputs = inputs_of(found.plan, {}, known={})
        assert inputs["held_out"] == {"toy/two": True}
        assert inputs["retired"] == {"toy/three": "retired on 2026-02-03: its answer is in a blog"}
        assert inputs["suites"]["s"] == "7"
        assert inputs["parts"]["toy/two"]["budgets"] == inputs["parts"]["toy/calc"]["budgets"]
    assert read_marks(["outer.toml"]).versions == {"outer": "1", "s": "7"}


def test_a_suite_above_a_task_counts_however_it_is_typed(tasks: Path) -> None:
    Path("tasks/suite.toml").write_text('tasks = ["toy"]\nheld_out = ["toy/t*"]\n', "utf-8")
    assert [task.held_out for task in load_tasks(["tasks/toy/two"])] == [True]
    assert [task.held_out for task in load_tasks(["tasks/toy"])] == [False, True, True]


def test_a_task_says_itself_that_it_is_retired(tasks: Path) -> None:
    text = toy.TASK.replace('rung = "report"', 'rung = "report"\nretired = { reason = "dull", on = 2026-01-01 }')
    (tasks / "two" / "task.toml").write_text(text, "utf-8")
    found = chosen("tasks")
    assert [task.name for task in found.tasks] == ["toy/calc", "toy/three"]
    with pytest.raises(BadInput, match="nothing is left to run; toy/two: retired on 2026-01-01: dull"):
        chosen("tasks/toy/two")
    assert "retired: toy/two: 2026-01-01: dull" in ask("suite", "list", "tasks").output


def test_the_report_names_what_was_retired(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", night([3]), retired={"s/old": "retired on 2026-01-01: dull"})
    assert "s/old was left out: retired on 2026-01-01: dull" in ask("report", run).output


def test_what_was_held_out_once_stays_so_when_a_run_is_gone_on_with(tasks: Path) -> None:
    Path("s.toml").write_text(SUITE, "utf-8")
    before = inputs_of(chosen("s.toml").plan, {}, known={})
    later = inputs_of(chosen("tasks/toy/calc", "tasks/toy/two").plan, {}, known={})
    assert later["held_out"] == {}
    assert merged(before, later, Path("lock.json"))["held_out"] == {"toy/two": True}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('tasks = ["tasks"]\nheld_out = ["tasks/none"]', r"s.toml: held_out\[0\]: tasks/none: no such file"),
        ('tasks = ["tasks"]\nheld_out = ["s.toml"]', r"held_out\[0\]: s.toml: name a task or a folder"),
        ('tasks = ["tasks"]\n[[retired]]\ntask = "tasks/toy/two"\non = 2026-01-01', "reason"),
        ('tasks = ["tasks"]\n[[retired]]\ntask = "tasks/toy/two"\nreason = "r"\non = "soon"', "on"),
    ],
)
def test_what_is_wrong_is_said_by_file_and_field(tasks: Path, text: str, words: str) -> None:
    Path("s.toml").write_text(text, "utf-8")
    with pytest.raises(BadInput, match=words):
        load_tasks(["s.toml"])
