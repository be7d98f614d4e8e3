"""`roadtest history`: nights from a real database as lines, tables, plots and JSON; runs recorded once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from sandbox.cli import main
from sandbox.nights.blame import HOLDS, MACHINE, WORSE
from sandbox.nights.history import History
from sandbox.nights.timeline import BASELINE, Timeline
from sandbox.nights.watching import timeline, watch
from sandbox.report.history_plot import plotted
from sandbox.report.history_text import remarks, sheet
from tests.support.nights import night, put, write_run

SURE = "scripted:oracle"


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "h.sqlite3") as made:
        yield made


def fill(history: History, model: list[int], reference: list[int], name: str = "m", tasks: int = 20) -> None:
    for day, (solved, sure) in enumerate(zip(model, reference, strict=True), start=1):
        rows = night([2] * solved + [0] * (tasks - solved), 2, name)
        put(history, day, [*rows, *night([2] * sure + [0] * (tasks - sure), 2, SURE)])


def lines_of(history: History, reference: str | None = SURE, name: str = "m") -> Timeline:
    return timeline(watch(history, "nightly", name, first=7, reference=reference), name, reference)


def ask(*words: object) -> Result:
    return CliRunner().invoke(main, list(map(str, words)))


def test_each_night_says_what_was_known_by_then(history: History) -> None:
    fill(history, [18] * 8 + [12] * 5, [20] * 13)
    found = lines_of(history)
    assert [line.state for line in found.lines[:8]] == [BASELINE] * 7 + [HOLDS]
    assert found.state == WORSE
    first = next(line for line in found.lines if line.state == WORSE)
    assert first.run in ("run-9", "run-10")
    assert found.since == "run-9"
    last = found.lines[-1]
    assert last.change == pytest.approx((0.9 + 5 * 0.6) / 6 - 0.9)
    assert last.low is not None
    assert last.high is not None
    assert last.low < -0.24 < last.high
    assert (last.accepted, last.trials, last.tasks, last.rate) == (24, 40, 20, 0.6)
    assert last.interval[0] < 0.6 < last.interval[1]
    eighth = found.lines[7]
    assert (eighth.change, eighth.alarm) == (0.0, False)
    assert str(eighth.change) == "0.0", "not a negative one"
    assert found.last(2) == found.lines[-2:]


def test_where_the_reference_falls_too_it_is_the_machine_from_that_night_on(history: History) -> None:
    fill(history, [18] * 7 + [12] * 5, [20] * 9 + [10] * 3)
    states = [line.state for line in lines_of(history).lines]
    assert MACHINE not in states[:9]
    assert states[-1] == MACHINE
    alone = lines_of(history, reference=None)
    assert alone.state == WORSE
    assert "it may be the machine" in " ".join(remarks([alone]))


def test_a_baseline_alone_is_no_news(history: History) -> None:
    fill(history, [18] * 3, [20] * 3)
    found = lines_of(history)
    assert {line.state for line in found.lines} == {BASELINE}
    assert found.limit is None
    assert "nothing is tested yet" in " ".join(remarks([found]))
    assert sheet(found).rows[0][-1] == "baseline"


def test_no_interval_is_wider_than_what_there_is(history: History) -> None:
    for day in range(1, 9):
        put(history, day, night([0], 1))
    last = lines_of(history, None).lines[-1]
    assert (last.low, last.high) == (-1.0, 1.0)


def test_one_condition_alone(history: History) -> None:
    for day in range(1, 9):
        rows = night([2] * 5, 2)
        others = [
            {**row, "condition": "loop", "trial": row["trial"] + "l", "verdict": "wrong"} for row in night([2] * 5, 2)
        ]
        put(history, day, [*rows, *others])
    both = watch(history, "nightly", "m", first=7)
    only = watch(history, "nightly", "m", first=7, condition="loop")
    assert both.counts.trials.sum() == 160
    assert (only.counts.trials.sum(), only.counts.accepted.sum()) == (80, 0)
    assert history.conditions("nightly") == ["field", "loop"]


@pytest.mark.parametrize("nights", [3, 12])
def test_plots_are_what_their_names_say(history: History, nights: int) -> None:
    hostile = "<script>alert(1)</script> $x^2$ \u202e 模"
    fill(history, ([18] * 8 + [12] * 6)[:nights], [20] * nights, name=hostile)
    found = [lines_of(history, name=hostile), lines_of(history, None, SURE)]
    assert plotted(found, "png", title="t").startswith(b"\x89PNG")
    root = ElementTree.fromstring(plotted(found, "svg", title="t", last=2))
    assert root.tag.endswith("svg")
    page = plotted(found, "html", title="<b>t</b>").decode()
    assert "<script" not in page
    assert "<b>" not in page
    assert page.count("<table>") == 2
    assert page.index("<h1>") < page.index("<svg") < page.index("<table>")


def test_the_command_tells_draws_and_refuses(history: History, tmp_path: Path) -> None:
    fill(history, [18] * 8 + [12] * 5, [20] * 13)
    db = tmp_path / "h.sqlite3"
    done = ask("history", "--db", db, "--json", "--last", 3, "--plot", tmp_path / "p.svg")
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    model, sure = data["candidates"]
    assert (model["candidate"], model["state"], model["reference"], len(model["nights"])) == ("m", WORSE, SURE, 3)
    assert (sure["candidate"], sure["state"], sure["reference"]) == (SURE, HOLDS, None)
    assert (tmp_path / "p.svg").is_file()
    told = ask("history", "--db", db, "--candidate", "m")
    assert "m: WORSE" in told.output
    assert "since run-9" in told.output
    for words, said in (
        (["--candidate", "nobody"], "no night of nightly has a trial of nobody (known: m, scripted:oracle)"),
        (["--condition", "x"], "--condition x"),
        (["--nights", "other"], "known: nightly"),
        (["--plot", tmp_path / "p.gif"], ".svg, .png, .html"),
        (["--plot", tmp_path / "no" / "p.svg"], "cannot be written there"),
    ):
        refused = ask("history", "--db", db, *words)
        assert refused.exit_code == 2
        assert said in refused.output
    missing = ask("history", "--db", tmp_path / "none.sqlite3")
    assert missing.exit_code == 2
    assert not (tmp_path / "none.sqlite3").exists(), "reading makes no database"


def test_a_nightly_toml_says_how_nights_are_watched(history: History, tmp_path: Path) -> None:
    fill(history, [18] * 3 + [12] * 8, [20] * 11)
    db = tmp_path / "h.sqlite3"
    assert json.loads(ask("history", "--db", db, "--json").stdout)["candidates"][0]["baseline_nights"] == 7
    config = tmp_path / "nightly.toml"
    text = 'name = "nightly"\ntasks = ["t"]\nhistory = "h.sqlite3"\nreference = "scripted:oracle"\n'
    for own, first, state in (("baseline = 3", 3, WORSE), ("baseline = 2\nsince = 2026-01-04", 2, HOLDS)):
        config.write_text(f"{text}[candidates.m]\n{own}\n", "utf-8")
        (model, sure) = json.loads(ask("history", "--config", config, "--json").stdout)["candidates"]
        assert (model["baseline_nights"], model["state"], model["reference"]) == (first, state, SURE)
        assert (sure["baseline_nights"], sure["state"]) == (first, HOLDS)


def test_finished_runs_are_recorded_once(tmp_path: Path) -> None:
    db = tmp_path / "h.sqlite3"
    one = write_run(tmp_path / "runs" / "one", night([3, 0]), at="2026-01-02T00:00:00Z")
    two = write_run(tmp_path / "runs" / "two", night([1, 2]), at="2026-01-01T00:00:00Z")
    done = ask("history", "add", one, two, "--db", db, "--nights", "mine")
    assert (done.exit_code, done.output) == (0, "mine/one: recorded, 6 trials\nmine/two: recorded, 6 trials\n")
    again = ask("history", "add", one, "--db", db, "--nights", "mine")
    assert "is there already" in again.output
    before = ask("history", "--db", db, "--nights", "mine", "add", one)
    assert "is there already" in before.output, "what was typed before the word counts as well"
    assert ask("history", "--db", db, "add", one).exit_code == 2
    with History(db) as history:
        assert [night.run for night in history.nights("mine")] == ["mine/two", "mine/one"], "by when they began"
        assert history.counts("mine", "m").tasks[0][2] == "a" * 64
    cut = write_run(tmp_path / "runs" / "cut", night([3]), trials=["more", *(row["trial"] for row in night([3]))])
    for run, words in ((cut, "1 of its trials have not run"), (tmp_path / "no", "there is no such directory")):
        refused = ask("history", "add", run, "--db", db, "--nights", "mine")
        assert refused.exit_code == 2
        assert words in refused.output


def test_a_baseline_that_is_set_ends_an_alarm(history: History, tmp_path: Path) -> None:
    fill(history, [18] * 7 + [12] * 7, [20] * 14)
    db = tmp_path / "h.sqlite3"
    assert json.loads(ask("history", "--db", db, "--json").stdout)["candidates"][0]["state"] == WORSE
    words = ("history", "baseline", "run-8", "run-14", "--db", db, "--reason", "another model on purpose")
    assert "run-8" in ask(*words, "--candidate", "m").stdout
    assert json.loads(ask("history", "--db", db, "--json").stdout)["candidates"][0]["state"] == BASELINE
    refused = ask(*words, "--candidate", "nobody")
    assert (refused.exit_code, "known: m" in refused.stderr) == (2, True)


def test_a_baseline_is_told_by_the_names_of_nights(tmp_path: Path) -> None:
    db = tmp_path / "h.sqlite3"
    for day in range(1, 11):
        name = f"2026-01-{day:02}"
        run = write_run(tmp_path / "runs" / name, night([2] * 5), at=f"{name}T00:00:00Z")
        assert ask("history", "add", run, "--db", db, "--nights", "mine").exit_code == 0
    words = ("--db", db, "--candidate", "m", "--reason", "another model")
    done = ask("history", "baseline", "2026-01-03", "mine/2026-01-05", *words)
    assert done.output == "m: the baseline is from mine/2026-01-03 to mine/2026-01-05, 3 nights; 5 since\n"
    told = ask("history", "--db", db).output
    assert "m: 2 nights before the baseline that was set are not shown, and do not count." in " ".join(told.split())
    assert "m: its baseline, 2026-01-03 to 2026-01-05, was set at " in told
    assert told.count(": another model\n") == 1
    refused = ask("history", "baseline", "2026-02-03", "2026-02-05", *words)
    assert refused.exit_code == 2
    assert "no night 2026-02-03 of mine (the last: 2026-01-10, 2026-01-09, 2026-01-08)" in refused.stderr


def test_a_baseline_that_is_not_whole_yet_says_how_long_it_is(tmp_path: Path) -> None:
    db = tmp_path / "h.sqlite3"
    assert ask("history", "add", write_run(tmp_path / "one", night([3])), "--db", db, "--nights", "n").exit_code == 0
    text = " ".join(ask("history", "--db", db).output.split())
    assert "m: 1 of the 7 nights of its baseline: nothing is tested yet." in text
    assert "--baseline N takes fewer nights, --config nightly.toml as many as that says." in text
