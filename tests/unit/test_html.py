"""What the page of a run is made of: names of others in plots, what the first screen claims, what lies packed."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from sandbox.cp.rating import Rating
from sandbox.cp.scores import candidate_score
from sandbox.errors import BadInput
from sandbox.html_report import check_target, write_page
from sandbox.noise import DIVIDER, buried
from sandbox.plan import encoded
from sandbox.report.html import competitive, overview, plots
from sandbox.report.html.index import COLUMNS, index_rows
from sandbox.report.html.packing import packed, unpacked
from sandbox.report.html.page import GENERATOR
from sandbox.report.html.plots import Whisker
from sandbox.report.html.texts import MOST, bounded, diff_files
from sandbox.report.html.trial import trial_data
from sandbox.report.problems import ProblemRow
from sandbox.report.summary import RunReport
from sandbox.report.transcript import transcribe
from sandbox.summarising import read_report
from tests.support.builders import Log, as_lines, make_record

HOSTILE = "</text><script>x</script>&amp;\"'$x^2$<0>\u202e\x00"


def records(task: str, words: str, candidate: str = "model", **changes: Any) -> list[dict[str, Any]]:
    """Records of one task: a for accepted, w for wrong, - for no verdict."""
    verdicts = {"a": "accepted", "w": "wrong", "-": "infra-error"}
    condition = changes.get("condition", "field")
    key = f"suite/{task}/{encoded(candidate)}/{condition}"
    return [
        make_record(verdicts[word], task=task, candidate=candidate, repeat=n, trial=f"{key}/{n}", **changes)
        for n, word in enumerate(words)
    ]


def reported(folder: Path, *groups: list[dict[str, Any]]) -> RunReport:
    rows = [record for group in groups for record in group]
    folder.joinpath("results.jsonl").write_text(as_lines(*rows), "ascii")
    return read_report(folder)


# --- plots ---


@pytest.mark.parametrize("kind", [0, 1])
def test_names_of_others_are_text_in_plots_and_colours_are_those_of_the_page(kind: int) -> None:
    rows = [Whisker(name=HOSTILE, rate=0.5, interval=(0.2, 0.8), best=True), Whisker(name="b", rate=1, interval=(0, 1))]
    made = plots.intervals(rows, name="p", title=HOSTILE)[kind]
    root = ElementTree.fromstring(made)
    texts = [str(element.text) for element in root.iter() if element.tag == "text"]
    assert any(text.startswith("</text><script>x</script>&amp;\"'$x^2$<0>\\u2") for text in texts)
    assert {element.tag for element in root.iter()} <= {"svg", "g", "defs", "path", "use", "text", "clipPath", "rect"}
    assert not re.search(r"\sstyle=|#[0-9a-f]{6}|\u202e|\x00|xlink", made)
    assert "var(--accent)" in made
    links = set(re.findall(r'(?:href="#|url\(#)([^")]+)', made))
    assert links == {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
    assert all(link.startswith("p-") for link in links)


def test_plots_of_one_page_have_no_ids_in_common() -> None:
    rows = [Whisker(name="a", rate=0.5, interval=(0.2, 0.8))]
    made = [plot for name in ("p", "q") for plot in plots.intervals(rows, name=name, title="t")]
    ids = [found for plot in made for found in re.findall(r'\sid="([^"]+)"', plot)]
    assert len(ids) == len(set(ids)) > 0


def test_the_same_figures_give_the_same_plot() -> None:
    lines = {name: [(0, 0.9, 0.7, 1.0), (1, 0.4, 0.2, 0.6)] for name in ("a", "b")}
    first, second = (plots.ladder(("kernel", "report"), lines, name="l", title="t") for _ in range(2))
    assert first == second
    assert [first[0].count(f">{name}<") for name in lines] == [1] * 2


# --- the first screen ---


def lines(card: overview.Card) -> str:
    return " ".join(
        [card.value, *(f"{one.name} {one.rate} {one.figures}" for one in card.leaders), *card.lines]
    ).strip()


def test_the_best_is_named_with_its_interval_and_what_may_not_be_concluded(tmp_path: Path) -> None:
    best, cost, without = overview.cards(
        reported(tmp_path, *[[*records(f"t{n}", "a"), *records(f"t{n}", "a" if n else "w", "near")] for n in range(4)])
    )
    assert lines(best) == "model 100% 4 of 4 trials · 95% interval 51–100%"
    assert best.caveats == ("Its interval overlaps that of 1 of 1 other: the order is not settled.",)
    assert (cost.value, cost.lines[0], cost.caveats) == ("$4.00", "960 tokens", ())
    assert (without.value, without.lines) == ("0", ("of 8 trials", "How many were planned is not known."))


def test_those_that_are_level_are_all_named_or_counted(tmp_path: Path) -> None:
    best, *_ = overview.cards(reported(tmp_path, records("t", "a"), records("t", "a", "b"), records("t", "w", "c")))
    assert [leader.name for leader in best.leaders] == ["b", "model"]
    assert best.caveats[0].startswith("Level at the top; their intervals overlap that of 1 of 1 other")
    best, *_ = overview.cards(reported(tmp_path, *[records("t", "a", name) for name in "abcd"]))
    assert lines(best) == "4 level 4 of 4 candidates share the highest rate, 100%."
    assert best.caveats == ("Level at the top: which is best is not settled.",)


def test_one_that_is_clearly_ahead_is_said_to_be_and_other_tasks_are_named(tmp_path: Path) -> None:
    ahead = [record for n in range(30) for record in [*records(f"t{n}", "a"), *records(f"t{n}", "w", "b")]]
    best, *_ = overview.cards(reported(tmp_path, ahead))
    assert best.caveats == ("The intervals of all others lie below.",)
    best, *_ = overview.cards(reported(tmp_path, [*ahead, *records("more", "a")]))
    assert best.caveats[1].startswith("Not all have verdicts on the same tasks (31 of 31 here)")


def test_nobody_is_best_where_nothing_was_accepted_judged_or_on_the_road(tmp_path: Path) -> None:
    best, *_ = overview.cards(reported(tmp_path, records("t", "ww"), records("t", "w", "b")))
    assert lines(best) == "nobody Nothing was accepted: 0 of 3 trials."
    best, _, without = overview.cards(reported(tmp_path, records("t", "--")))
    assert lines(best) == "– No trial has a verdict about a candidate."
    assert (without.value, without.lines[0]) == ("2", "of 2 trials; in no rate")
    best, *_ = overview.cards(reported(tmp_path, records("t", "a", rung="kernel", item=None)))
    assert lines(best) == "– No trial of this run was on the road (report, loop, rough)."


def test_each_condition_has_its_best_and_an_unknown_price_is_no_zero(tmp_path: Path) -> None:
    usage = {"model_calls": 1, "prompt_tokens": 5, "completion_tokens": 5, "cost_usd": None}
    found = overview.cards(reported(tmp_path, records("t", "a", usage=usage), records("t", "a", "b", condition="loop")))
    assert [(card.condition, [one.name for one in card.leaders]) for card in found[:2]] == [
        ("field", ["model"]),
        ("loop", ["b"]),
    ]
    assert (found[2].value, found[2].caveats) == ("at least $0.5000", ("The price of model is not known.",))


# --- competitive problems ---


def rated(candidate: str, value: float, problems: int, scale: str = "internal") -> ProblemRow:
    facts = {"se": 9.0, "bootstrap_se": None, "interval": (value - 50, value + 50), "n_attempts": problems}
    rating = Rating(scale=scale, rating=value, n_problems=problems, caveat="", **facts)  # type: ignore[arg-type]
    return ProblemRow(candidate=candidate, condition="field", score=candidate_score([]), rating=rating)


def test_ratings_of_one_scale_alone_stand_against_the_road(tmp_path: Path) -> None:
    report = reported(tmp_path, records("t", "a"))
    rows = [rated("a", 1500, 9), rated("a", 1100, 2), rated("b", 1300, 5), rated("c", 2000, 5, "human")]
    scores = competitive.scores_of(RunReport(**{**_fields(report), "problems": rows}))
    assert {name: (one.value, one.scale) for name, one in scores.items()} == {
        "a": (1500, "internal"),
        "b": (1300, "internal"),
    }
    assert competitive.scores_of(report) == {}
    assert competitive.competitive(report, None) is None


def _fields(report: RunReport) -> dict[str, Any]:
    return {name: getattr(report, name) for name in report.__dataclass_fields__}


# --- trials ---


def test_what_is_packed_comes_out_again_and_is_plain_letters() -> None:
    data = {"text": f"{HOSTILE} ü 日", "n": [1, None, True]}
    assert unpacked(packed(data)) == data
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", packed(data))
    assert packed(data) == packed(data)


def test_a_text_too_long_is_cut_in_the_middle_and_says_so() -> None:
    text = bounded("a" * MOST + "b" * 1000)
    assert text.startswith("aaa")
    assert text.endswith("bbb")
    assert "1,000 characters left out (roadtest show has it whole)" in text
    assert bounded("a\tb\u202e\x1b\r\n") == "a   b\\u202e\\x1b\\r\n"


def test_a_diff_is_taken_apart_by_files_and_keeps_its_signs() -> None:
    diff = "diff --git a/x b/x\nindex 1..2\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n c\n"
    assert diff_files(diff * 2) == [{"name": "x", "text": "@@ -1 +1 @@\n-a\n+b\n c"}] * 2
    assert diff_files(None) == []


def test_a_trial_is_told_in_its_order() -> None:
    log = Log()
    log.add("step.opened", step="", index=0, messages=[{"role": "user", "content": f"Do {HOSTILE}"}])
    first = log.reply()
    log.run(first)
    log.reject(log.reply("malformed-reply"), "bad-json")
    log.check(bugs={"escape": "F"}, outcomes={"a::b": "failed", "a::c": "passed"})
    data = trial_data(transcribe(log.close("wrong")), None)
    assert [part["kind"] for part in data["parts"]] == ["told", "step", "step"]
    (call,) = data["parts"][2]["calls"]
    assert (call["outcome"], call["bad"], call["blocks"][0]["text"]) == ("not run: bad-json", True, "{")
    assert data["end"]["check"]["bugs"] == [["✗", "escape", "fails"]]
    assert [test["name"] for test in data["end"]["check"]["tests"]] == ["a::b"]
    assert not {"\u202e", "\x00"} & set(json.dumps(data, ensure_ascii=False))


def test_a_thread_above_an_instruction_is_folded_away() -> None:
    log = Log()
    asked = buried("Do it.\n\n--------\n\nWell.", 300, random.Random(1))
    log.add("step.opened", step="", index=0, messages=[{"role": "user", "content": asked}])
    thread, task = trial_data(transcribe(log.close("wrong")), None)["parts"]
    assert (thread["closed"], task["title"], task["text"]) == (True, "Instruction", "Do it.\n\n--------\n\nWell.")
    assert f"{thread['text']}\n\n{DIVIDER}\n\n{task['text']}" == asked
    assert thread["title"] == f"Above the instruction, {thread['text'].count(chr(10)) + 1} lines"


def test_the_list_holds_what_ended_in_order_and_then_what_did_not() -> None:
    keys = ["suite/t/model/field/0", "suite/t/openai%2Fx/field/10", "suite/t/openai%2Fx/field/9"]
    rows = index_rows([*records("u", "a"), *records("t", "w")], keys)
    found = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    assert [(row["key"], row["verdict"], row["transcript"]) for row in found] == [
        ("suite/t/model/field/0", "wrong", 0),
        ("suite/u/model/field/0", "accepted", None),
        (keys[2], "open", 2),
        (keys[1], "open", 1),
    ]
    assert (found[2]["candidate"], found[2]["repeat"]) == ("openai/x", "9")


# --- the file ---


def test_a_run_without_logs_has_a_page_without_transcripts(tmp_path: Path) -> None:
    report = reported(tmp_path, records("t", "aw", f"{HOSTILE[:-2]}"))
    assert write_page(tmp_path, tmp_path / "page.html", report, lambda done, total: None) > 1000
    text = (tmp_path / "page.html").read_text("utf-8")
    assert GENERATOR in text[:600]
    assert "<script>x" not in text
    assert 'id="transcript-0"' not in text
    assert json.loads(text.split('id="data">')[1].split("</script>")[0])["rows"][0][2] == HOSTILE[:-2]
    check_target(tmp_path / "page.html")
    assert "<span>begun" not in text


@pytest.mark.parametrize("at", ['"2026-01-31T08:00:00.123Z"', '"soon"', "7", "null"])
def test_the_day_of_a_run_is_told_where_its_lock_tells_it(tmp_path: Path, at: str) -> None:
    report = reported(tmp_path, records("t", "a"))
    tmp_path.joinpath("lock.json").write_text(f'{{"at": {at}}}', "ascii")
    write_page(tmp_path, tmp_path / "page.html", report, lambda done, total: None)
    text = (tmp_path / "page.html").read_text("utf-8")
    assert ("<span>begun 2026-01-31</span>" in text) is ("2026" in at)
    assert text.count("<span>begun") == ("2026" in at)


def test_a_target_is_checked_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "mine").write_text("mine")
    for name, said in (
        ("", "is a directory"),
        ("a/b", "no directory"),
        ("mine", "not overwritten"),
        ("link", "regular"),
    ):
        with pytest.raises(BadInput, match=said):
            check_target(tmp_path / name)
    check_target(tmp_path / "new.html")
