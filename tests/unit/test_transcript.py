"""Transcripts: from events to data, from data to lines."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from sandbox.errors import BadInput
from sandbox.events import Event
from sandbox.report.transcript import transcribe
from sandbox.report.transcript_changes import CACHES_ONLY, HISTORY_LOST, NO_HISTORY, with_diffs
from sandbox.report.transcript_data import (
    CallShown,
    CheckShown,
    Failure,
    HiddenTest,
    Remark,
    Saved,
    Seal,
    Step,
    Transcript,
)
from sandbox.report.transcript_lines import cut, fold, one_line, visible
from sandbox.report.transcript_text import single_step_lines, transcript_lines
from tests.support.builders import Log

DIFF = """\
diff --git a/calc.py b/calc.py
index 1111111..2222222 100644
--- a/calc.py
+++ b/calc.py
@@ -1,2 +1,2 @@
 def add(a, b):
-    return a - b
+    return a + b
"""


def reply(log: Log, text: str = "", **more: Any) -> Event:
    number, log.replies = log.replies, log.replies + 1
    asked = log.add("model.asked", reply=number, messages=2)
    data = {"reply": number, "text": text, "finish": "stop", "labels": [], "problem": None, "body": "b" * 64}
    spent = {"seconds": 1.5, "prompt_tokens": 1200, "completion_tokens": 30, "cost_usd": 0.01}
    return log.add("model.replied", asked, **{**data, **spent, **more})


def run(log: Log, replied: Event, name: str, arguments: Any, output: str = "", **more: Any) -> Event:
    raw = json.dumps(arguments)
    effect = {"bash": "exec", "edit_file": "write", "write_file": "write"}.get(name, "read")
    started = log.add("tool.started", replied, call="c", name=name, arguments=raw, effect=effect)
    facts = {"call": "c", "status": "ok", "exit_code": None, "bytes": len(output), "seconds": 0.25}
    return log.add("tool.returned", started, output=output, **{**facts, **more})


def save(log: Log, returned: Event, commit: str | None = "a" * 40, **more: Any) -> None:
    data = {"commit": commit, "changed": 1, "gone": 0, "paths": ["calc.py"], "over": None, "sealed": False}
    log.add("tree.saved", returned, **{**data, "seconds": 0.001, **more})


def fail(log: Log, asked: Event, kind: str, message: str, wait: float | None) -> None:
    data = {"attempt": 1, "kind": kind, "message": message, "wait": wait}
    log.events[-1] = dataclasses.replace(log.add("model.failed", asked), data=data)


def opened(log: Log, instruction: str = "Make it add.") -> None:
    messages = [{"role": "system", "content": "You are."}, {"role": "user", "content": instruction}]
    log.add("step.opened", step="main", index=0, messages=messages)


def shown(found: Transcript, *, width: int | None = None, full: bool = False) -> str:
    return "\n".join(line.plain for line in transcript_lines(found, width=width, full=full))


def edited(*, close: bool = False, **saved: Any) -> Transcript:
    log = Log()
    arguments = {"path": "calc.py", "old": "a - b", "new": "a + b"}
    save(log, run(log, reply(log), "edit_file", arguments, "replaced 1 passage"), **saved)
    return transcribe(log.close("wrong") if close else log.events)


def test_a_step_is_a_reply_with_its_calls_and_their_results() -> None:
    log = Log()
    opened(log)
    first = reply(log, "Let me see.")
    run(log, first, "bash", {"command": "ls"}, "calc.py\n", exit_code=0)
    log.reject(first, "bad-json")
    run(log, reply(log), "submit", {})
    found = transcribe(log.close("accepted"))
    assert [(step.number, step.text, len(step.calls)) for step in found.steps] == [(1, "Let me see.", 2), (2, "", 1)]
    ran, rejected = found.steps[0].calls
    assert (ran.status, ran.exit_code, ran.output, ran.arguments) == ("ok", 0, "calc.py\n", '{"command": "ls"}')
    assert (rejected.status, rejected.labels, rejected.output, rejected.seconds) == (
        "rejected",
        ("bad-json",),
        "no",
        None,
    )
    assert (found.system, found.instruction) == ("You are.", "Make it add.")
    assert (found.verdict, found.reason, found.calls["total"]) == ("accepted", "because", 3)
    assert found.steps[0].at == 2.0, "when it was asked for, not when it came"


def test_a_log_that_was_cut_is_read_as_far_as_it_goes() -> None:
    log = Log()
    opened(log)
    log.add("tool.started", reply(log), call="c", name="bash", arguments='{"command": "x"}', effect="exec")
    for length in range(1, len(log.events) + 1):
        found = transcribe(log.events[:length])
        assert (found.verdict, found.score, len(found.notes)) == (None, None, 1)
        assert "no verdict yet" in shown(found)
    assert found.steps[0].calls[0].status == "running"
    assert "the log ends here" in shown(found)


def test_what_the_provider_failed_at_stands_with_the_reply_that_came_at_last() -> None:
    log = Log()
    asked = log.add("model.asked", reply=0, messages=2)
    fail(log, asked, "rate-limit", "slow down", 2.0)
    spent = {"seconds": 1.0, "prompt_tokens": 0, "completion_tokens": 0, "cost_usd": None}
    log.add("model.replied", asked, reply=0, labels=[], **spent)
    gone = log.add("model.asked", reply=1, messages=2)
    fail(log, gone, "authentication", "who are you", None)
    log.fault("provider", "agent")
    found = transcribe(log.close("infra-error"))
    assert [failure.wait for failure in found.steps[0].failures] == [2.0]
    assert [(remark.after, remark.kind) for remark in found.remarks] == [(1, "unanswered")] * 2 + [(1, "fault")]
    text = shown(found)
    assert "rate-limit): slow down; asked again after 2.0s" in text
    assert "authentication): who are you; not asked again" in text
    assert text.index("slow down") < text.index("who are you") < text.index("it broke")
    assert "cost unknown" in text


def test_limits_checkpoints_and_later_instructions_stand_where_they_happened() -> None:
    log = Log()
    opened(log)
    reply(log, "one")
    log.add("checkpoint", tier="T0", reason="done", claims_done=True)
    opened(log, "Now subtract.")
    reply(log, "two")
    log.add("limit.hit", limit="replies", value=2, bound=2)
    found = transcribe(log.close("budget"))
    assert [(remark.after, remark.kind) for remark in found.remarks] == [
        (1, "checkpoint"),
        (1, "instruction"),
        (2, "limit"),
    ]
    text = shown(found)
    assert found.instruction == "Make it add."
    assert text.index("without a call") < text.index("Now subtract.") < text.index("two")
    assert "the limit on replies was reached (2 of 2)" in text


def test_a_diff_takes_the_place_of_old_and_new_but_not_in_full() -> None:
    found = with_diffs(edited(), {"a" * 40: DIFF}.__getitem__)
    assert found.steps[0].calls[0].diff == DIFF
    brief, full = shown(found).splitlines(), shown(found, full=True).splitlines()
    assert [line.strip() for line in brief if "a - b" in line] == ["-    return a - b"]
    assert [line.strip() for line in full if "a - b" in line] == ["- a - b", "-    return a - b"]
    assert "    ± calc.py" in brief
    assert not any(line.strip().startswith(("index ", "diff --git", "+++", "1 file")) for line in brief)


@pytest.mark.parametrize(
    ("diff", "lines"),
    [
        (
            "diff --git a/x y b/x y\nnew file mode 100644\nindex 0..1\n--- /dev/null\n+++ b/x y\t\n@@ -0,0 +1 @@\n+a\n",
            ["± x y (new file mode 100644)", "  @@ -0,0 +1 @@", "  +a"],
        ),
        (
            'diff --git "a/\\303" "b/\\303"\ndeleted file mode 100644\n--- "a/\\303"\n+++ /dev/null\n'
            "@@ -1 +0,0 @@\n--- b/x\n",
            ["± \\303 (deleted file mode 100644)", "  @@ -1 +0,0 @@", "  --- b/x"],
        ),
        (
            "diff --git a/b.bin b/b.bin\nindex 1..2 100644\nBinary files a/b.bin and b/b.bin differ\n" + DIFF,
            ["± a/b.bin b/b.bin (Binary files a/b.bin and b/b.bin differ)", "± calc.py", "  @@ -1,2 +1,2 @@"],
        ),
    ],
)
def test_each_file_of_a_diff_has_a_heading(diff: str, lines: list[str]) -> None:
    text = shown(with_diffs(edited(), lambda _: diff))
    place = text.index(f"    {lines[0]}\n")
    assert text[place:].startswith("".join(f"    {line}\n" for line in lines))


def test_without_a_diff_old_and_new_are_shown() -> None:
    assert [line for line in shown(edited()).splitlines() if "a - b" in line or "a + b" in line] == [
        "    - a - b",
        "    + a + b",
    ]


def test_diffs_are_asked_for_where_they_are_wanted_only() -> None:
    log = Log()
    for commit in ("1" * 40, "2" * 40):
        save(log, run(log, reply(log), "bash", {"command": "x"}), commit)
    save(log, run(log, reply(log), "bash", {"command": "x"}), "3" * 40, changed=0, paths=[])
    asked: list[str] = []

    def diff(commit: str) -> str:
        asked.append(commit[0])
        return DIFF

    with_diffs(transcribe(log.events), diff, only=2)
    assert asked == ["2"]
    with_diffs(transcribe(log.events), diff)
    assert asked == ["2", "1", "2"], "nothing is asked about a call that changed nothing"


def refuse(commit: str) -> str:
    raise BadInput(f"{commit[:4]} is lost")


@pytest.mark.parametrize(
    ("found", "diff", "note"),
    [
        (edited(commit=None, changed=0, over="too many files"), refuse, "this state is not known: too many files"),
        (edited(commit=None), refuse, "no diff: this state is not in the history"),
        (edited(), refuse, "no diff: this state is not written out (yet)"),
        (edited(close=True), refuse, "no diff: aaaa is lost"),
        (edited(paths=["x.pyc"]), lambda commit: "", CACHES_ONLY),
        (edited(), None, HISTORY_LOST),
    ],
)
def test_where_there_is_no_diff_it_is_said_why(found: Transcript, diff: Any, note: str) -> None:
    assert note in shown(with_diffs(found, diff))


def test_a_log_without_history_says_so_once_and_one_that_changed_nothing_does_not() -> None:
    log = Log()
    run(log, reply(log), "read_file", {"path": "x"})
    assert NO_HISTORY not in with_diffs(transcribe(log.events), refuse).notes
    for _ in range(2):
        run(log, reply(log), "bash", {"command": "x"})
    assert shown(with_diffs(transcribe(log.events), refuse)).count(NO_HISTORY) == 1


def test_the_seal_is_told_from_states_before_it_in_old_logs_and_new() -> None:
    log = Log()
    save(log, run(log, reply(log), "bash", {"command": "x"}))
    assert transcribe(log.events).seal is None
    facts: dict[str, Any] = {"source": "5" * 40, "files": 2, "bytes": 99, "skipped": 1, "killed": 3, "seconds": 0.1}
    log.add("tree.saved", **facts)
    assert transcribe(log.events).seal is not None
    log.add("tree.saved", **facts, sealed=True, differs=True)
    text = shown(transcribe(log.close("wrong")))
    assert "2 files · 99 B · 3 processes killed · 1 entry left out" in text
    assert "differs from the last state" in text


def test_the_judge_s_findings_with_the_messages_of_tests_that_did_not_pass() -> None:
    log = Log()
    outcomes = {"a.py::good": "passed", "a.py::bad": "failed", "a.py::odd": "skipped"}
    log.check(bugs={"escape": "F"}, guards={"a.py": "P"}, outcomes=outcomes, score=0.0, judge="in-process")
    answer = {"messages": {"a.py::bad": "E  assert 1 == 2"}, "sessions": [{"output": {"output": "printed"}}]}
    check = transcribe(log.events, answer).check
    assert check is not None
    assert [(test.test, test.message) for test in check.not_passed] == [
        ("a.py::bad", "E  assert 1 == 2"),
        ("a.py::odd", ""),
    ]
    assert (check.passed, check.total, check.output) == (1, 3, "")
    text = shown(transcribe(log.close("wrong", "not fixed: escape"), answer))
    for piece in ("✗ escape", "✓ a.py", "1 of 3 hidden tests passed", "E  assert 1 == 2", "not fixed: escape"):
        assert piece in text, piece


def test_where_a_test_is_missing_without_a_word_what_was_printed_is_shown() -> None:
    log = Log()
    log.check(outcomes={"a.py::one": "missing"}, bugs={"escape": "F"})
    answer = {"messages": {}, "sessions": [{"output": {"output": "SyntaxError: oh"}}]}
    assert "SyntaxError: oh" in shown(transcribe(log.events, answer))


def test_a_long_output_keeps_its_head_and_tail_and_all_of_it_in_full() -> None:
    log = Log()
    output = "\n".join(f"line {number}" for number in range(100))
    run(log, reply(log), "bash", {"command": "seq 100"}, output)
    found = transcribe(log.events)
    brief = shown(found)
    assert "line 9\n" in brief and "line 90\n" in brief
    assert "line 10\n" not in brief
    assert "80 lines left out (--step 1 shows them)" in brief
    one = "\n".join(line.plain for line in single_step_lines(found, 1, width=80))
    for text in (shown(found, full=True), one):
        assert all(f"line {number}\n" in f"{text}\n" for number in range(100))


def test_what_became_of_a_call_is_said_in_a_few_words() -> None:
    log = Log()
    replied = reply(log)
    run(log, replied, "bash", {"command": "x"}, exit_code=0)
    run(log, replied, "bash", {"command": "x"}, exit_code=137, oom_kills=2, truncated=True, bytes=99_999)
    run(log, replied, "read_file", {"path": "nothing", "limit": 5}, status="refused", replaced=True)
    run(log, replied, "bash", {"command": "x", "timeout": 1}, status="timeout", seconds=12.34)
    assert [line for line in shown(transcribe(log.events)).splitlines() if "bash" in line or "read_file" in line] == [
        "  ● bash  exit 0 · 0.25s",
        "  ● bash  exit 137 · 0.25s · 98 KiB, kept in part · out of memory, 2 killed",
        "  ● read_file  nothing limit=5  refused · 0.25s · not all UTF-8",
        "  ✗ bash  timeout=1  timeout · 12.3s",
    ]


def test_a_call_that_was_faulty_is_shown_as_it_was_sent() -> None:
    log = Log()
    data: dict[str, Any] = {
        "call": "c",
        "name": "edit_file",
        "arguments": '{"path": "x",}',
        "content": "not valid JSON",
    }
    log.add("call.rejected", reply(log), labels=["bad-json"], **data)
    log.add("call.rejected", reply(log), labels=[], **{**data, "name": None, "arguments": None})
    text = shown(transcribe(log.events))
    assert "✗ edit_file  not run: bad-json" in text
    assert '    {"path": "x",}\n' in text
    assert "● (no name)  not run\n" in text


HOSTILE = "\x1b[31m\x1b]0;title\x07 \x9b2J \u202e \udc80 \r \x00 [bold]markup[/bold] :smile:"


def test_nothing_of_others_drives_the_terminal() -> None:
    log = Log()
    opened(log, HOSTILE)
    replied = reply(log, HOSTILE, finish=HOSTILE, labels=[HOSTILE], problem=HOSTILE, body=HOSTILE)
    arguments = {"command": HOSTILE, HOSTILE: HOSTILE, "path": HOSTILE, "list": [HOSTILE]}
    save(log, run(log, replied, "bash", arguments, HOSTILE, status=HOSTILE), paths=[HOSTILE], over=HOSTILE)
    data = {"call": HOSTILE, "name": HOSTILE, "arguments": HOSTILE, "content": HOSTILE}
    log.add("call.rejected", replied, labels=[HOSTILE], **data)
    fail(log, log.add("model.asked", reply=1), HOSTILE, HOSTILE, None)
    log.add("checkpoint", reason=HOSTILE)
    log.check(bugs={HOSTILE: HOSTILE}, guards={HOSTILE: "P"}, outcomes={HOSTILE: "failed"}, tampering=[HOSTILE])
    found = with_diffs(transcribe(log.close(HOSTILE, HOSTILE), {"messages": {HOSTILE: HOSTILE}}), lambda _: HOSTILE)
    for width in (None, 80):
        lines = [*transcript_lines(found, width=width, full=True), *single_step_lines(found, 1, width=width)]
        for line in lines:
            assert not {char for char in line.plain if ord(char) < 32 or 0x7F <= ord(char) < 0xA0}, line.plain
            line.plain.encode("utf-8")
            assert "\u202e" not in line.plain
    assert "\\x1b[31m" in shown(found)
    assert "[bold]markup[/bold] :smile:" in shown(found)


@pytest.mark.parametrize("width", [40, 80, 140])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    log = Log()
    opened(log, "word " * 100)
    replied = reply(log, "日本語" * 100)
    run(log, replied, "bash", {"command": "x" * 300, "timeout": 5}, "y " * 300, exit_code=1)
    run(log, replied, "search", {"pattern": "z" * 90, "path": "w" * 90})
    save(
        log, run(log, replied, "write_file", {"path": "a" * 99, "content": "é" * 300}), paths=["p" * 99] * 3, changed=3
    )
    log.check(outcomes={"a.py::" + "t" * 99: "failed"}, tampering=["s" * 200])
    found = with_diffs(transcribe(log.close("wrong", "r " * 100)), lambda _: DIFF + "+" + "d" * 300)
    assert [
        line.plain for line in transcript_lines(found, width=width, full=True) if cell_len(line.plain) > width
    ] == []


def test_data_can_be_written_as_json_whatever_the_text() -> None:
    log = Log()
    run(log, reply(log, "\udc80"), "bash", {"command": "\udc80"}, "\udc80")
    data = json.loads(json.dumps(transcribe(log.close("wrong")).as_data()))
    assert data["steps"][0]["calls"][0]["output"] == "\udc80"
    assert {"trial", "verdict", "steps", "remarks", "seal", "check", "notes"} <= data.keys()


@pytest.mark.parametrize("part", [Transcript, Step, CallShown, Saved, Failure, Remark, Seal, CheckShown, HiddenTest])
def test_the_guide_names_every_key(part: Any) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guide.md").read_text("utf-8")
    section = guide.partition("\n## Reading a transcript\n")[2].partition("\n## ")[0]
    assert {key.name for key in dataclasses.fields(part) if f"`{key.name}`" not in section} == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("a\tb\n\tc", "a   b\n    c"),
        ("\x1b[0m\x85", "\\x1b[0m\\x85"),
        ("\u202e\ufeff\U000e0041", "\\u202e\\ufeff\\U000e0041"),
        ("\udcff", "\\udcff"),
        ("naïve 日本 👩\u200d💻", "naïve 日本 👩\u200d💻"),
    ],
)
def test_what_cannot_be_seen_is_made_visible(text: str, expected: str) -> None:
    assert visible(text) == expected


def test_one_line_is_one_and_bounded() -> None:
    assert one_line("a\nb", 10) == "a\\nb"
    assert one_line("x" * 100, 10) == "x" * 9 + "…"
    assert len(one_line("\x00" * 100, 10)) == 10


@pytest.mark.parametrize(
    ("line", "width", "pieces"),
    [
        ("short", 10, ["short"]),
        ("any length", None, ["any length"]),
        ("two words here", 10, ["two words", "here"]),
        ("x" * 25, 10, ["x" * 10, "x" * 10, "x" * 5]),
        ("日本語日本語", 8, ["日本語日", "本語"]),
        ("", 10, [""]),
    ],
)
def test_folding(line: str, width: int | None, pieces: list[str]) -> None:
    assert fold(line, width) == pieces


def test_cutting_says_what_is_left_out_and_spares_a_few_lines() -> None:
    lines = [(str(number), "") for number in range(25)]
    assert list(cut(lines, half=10, longest=99, hint="x")) == lines
    assert [text for text, _ in cut([*lines, ("z" * 120, "")], half=10, longest=99, hint="--full")][10:] == [
        "⋯ 6 lines left out (--full shows them)",
        *map(str, range(16, 25)),
        f"{'z' * 99} ⋯ 21 characters left out",
    ]
