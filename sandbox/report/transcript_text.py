"""A transcript as lines of text for a terminal. Pure: what prints them is elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from sandbox.report.transcript_data import CheckShown, HiddenTest, Seal, Transcript
from sandbox.report.transcript_lines import Margins, Page, cost, count, one_line, seconds, size
from sandbox.report.transcript_outcome import in_short
from sandbox.report.transcript_outcome import lines as outcome_lines
from sandbox.report.transcript_steps import OUTPUT, step_lines

STYLES = {
    "accepted": "bold green",
    "partial": "bold yellow",
    "budget": "bold yellow",
    "wrong": "bold red",
    "agent-crash": "bold red",
    "judge-error": "bold magenta",
    "infra-error": "bold magenta",
}
MARKS = {"P": ("✓", "green"), "F": ("✗", "red"), "S": ("–", "yellow")}
REMARKS = {"fault": "red", "limit": "yellow", "unanswered": "magenta", "checkpoint": "bold"}
MOST_TESTS = 8
LONGEST = 1000
COLUMN = " " * 10


def transcript_lines(found: Transcript, *, width: int | None, full: bool) -> Iterator[Text]:
    """The whole of a transcript, from the trial's name to its verdict.

    Args:
        width: columns to fold lines to; None: lines stay as long as they are.
        full: cut nothing, and show the system prompt.
    """
    page = Page(width=width, full=full)
    yield from _header(found, page)
    if full and found.system:
        yield from _told("System prompt", found.system, page)
    if found.instruction:
        yield from _told("Instruction", found.instruction, page)
    yield from _remarks(found, 0, page)
    for step in found.steps:
        yield from step_lines(step, len(found.steps), page)
        yield from _remarks(found, step.number, page)
    yield from _end(found, page)


def single_step_lines(found: Transcript, number: int, *, width: int | None) -> Iterator[Text]:
    """One step, counted from 1, with everything in full."""
    page = Page(width=width, full=True)
    for note in found.notes:
        yield from page.line(f"note: {one_line(note, LONGEST)}", style="yellow")
    yield from step_lines(found.steps[number - 1], len(found.steps), page)
    yield from _remarks(found, number, page)


def trial_line(trial: str, verdict: str | None, steps: int) -> Text:
    """A trial in a list of them; verdict None: it is not closed."""
    line = Text().append(f"{one_line(verdict or 'open', 12):<12}", style=STYLES.get(verdict or "", "dim"))
    line.append(f" {steps:>4} {'step' if steps == 1 else 'steps':<5}  ", style="dim")
    return line.append(one_line(trial, LONGEST))


def _told(title: str, text: str, page: Page) -> Iterator[Text]:
    yield from page.rule((title, "bold"))
    yield Text()
    yield from Page(width=page.width, full=True).block(text.strip("\n"), Margins("  "))
    yield Text()


def _header(found: Transcript, page: Page) -> Iterator[Text]:
    yield from page.line(one_line(found.trial, LONGEST), style="bold")
    yield from _verdict(found, page, margin="")
    yield Text()
    for name, value in figures(found):
        yield from page.line(value, margin=COLUMN, first=f"  {name:<8}")
    for note in found.notes:
        yield from page.line(one_line(note, LONGEST), margin=COLUMN, first=f"  {'note':<8}", style="yellow")
    yield Text()


def _verdict(found: Transcript, page: Page, *, margin: str) -> Iterator[Text]:
    verdict = one_line(found.verdict or "no verdict yet", 20)
    reason = f"  {one_line(found.reason, LONGEST)}" if found.reason else ""
    first = f"  {'verdict':<8}" if margin else ""
    for line in page.line(verdict + reason, margin=margin, first=first):
        line.highlight_words([verdict], STYLES.get(verdict, "yellow"))
        yield line


def figures(found: Transcript) -> Iterator[tuple[str, str]]:
    """What a trial came to and took: a word and a line for each."""
    if found.check is not None:
        score = [] if found.score is None else [f"{found.score:.2f}"]
        yield "score", " · ".join([*score, *_came_to(found.check)])
    calls, usage, times = found.calls, found.usage, found.time
    refused = f" · {calls['refused']} refused by the tool" if calls["refused"] else ""
    yield "calls", f"{calls['total']} in {count(usage['model_calls'], 'reply', 'replies')}{refused}"
    if faults := ", ".join(f"{name}×{number}" for name, number in calls["faults"].items()):
        faulty = calls.get("faulty", calls["total"] - calls["valid"])
        yield "faults", f"{faulty} faulty, {calls['recovered']} recovered · {one_line(faults, LONGEST)}"
    tokens = f"{usage['prompt_tokens']:,} in, {usage['completion_tokens']:,} out"
    yield "tokens", f"{tokens} · {cost(usage['cost_usd'])}"
    kinds = {"model": "model_s", "tools": "tool_s", "environment": "env_s", "judge": "judge_s"}
    spent = " · ".join(f"{name} {seconds(times[key])}" for name, key in kinds.items())
    yield "time", f"{seconds(times['wall_s'])} in all · {spent}"


def _came_to(check: CheckShown) -> Iterator[str]:
    if check.outcome is None or check.total:
        yield f"bugs {_share(check.bugs)} fixed"
        yield f"guards {_share(check.guards)} intact"
    if check.outcome is not None:
        yield in_short(check.outcome)


def _share(statuses: Mapping[str, str]) -> str:
    return f"{sum(status == 'P' for status in statuses.values())}/{len(statuses)}"


def _remarks(found: Transcript, after: int, page: Page) -> Iterator[Text]:
    open_line = False
    for remark in found.remarks:
        if remark.after != after:
            continue
        if remark.kind == "instruction":
            if open_line:
                yield Text()
            stage = f" ({one_line(remark.stage, 100)})" if remark.stage else ""
            yield from _told(f"The user says{stage}", remark.text, page)
        else:
            text = f"{one_line(remark.text, 4 * LONGEST)} (at {seconds(remark.at)})"
            yield from page.line(text, margin="    ", first="  ■ ", style=REMARKS.get(remark.kind, ""))
        open_line = remark.kind != "instruction"
    if open_line:
        yield Text()


def _end(found: Transcript, page: Page) -> Iterator[Text]:
    if found.seal is None and found.check is None and found.verdict is None:
        return
    yield from page.rule(("End", "bold cyan"), (f"at {seconds(found.time['wall_s'])}", ""))
    yield Text()
    if found.seal is not None:
        yield from _seal(found.seal, page)
    if found.check is not None:
        yield from _check(found.check, page)
    yield from _verdict(found, page, margin=COLUMN)


def _seal(seal: Seal, page: Page) -> Iterator[Text]:
    facts = [
        count(seal.files, "file", "files"),
        size(seal.bytes),
    ]
    if seal.killed is not None:
        facts.append(f"{count(seal.killed, 'process', 'processes')} killed")
    if seal.skipped:
        facts.append(f"{count(seal.skipped, 'entry', 'entries')} left out, being neither file nor link")
    if seal.differs is False:
        facts.append("as last recorded")
    yield from page.line(" · ".join(facts), margin=COLUMN, first=f"  {'seal':<8}")
    if seal.differs:
        text = "differs from the last state recorded: something went on writing; the sealed tree counts"
        yield from page.line(text, margin=COLUMN, style="yellow")


def _check(check: CheckShown, page: Page) -> Iterator[Text]:
    where = "taken over from an equal tree" if check.cached else f"in {seconds(check.seconds)}"
    passed = f"{check.passed} of {count(check.total, *_tests(check))} passed"
    if check.outcome is not None:
        passed = " · ".join(([passed] if check.total else []) + [in_short(check.outcome)])
    if check.submission is not None:
        passed = f"{one_line(check.submission, 10)} · {passed}"
    if check.rewards is not None:
        passed = " · ".join(f"{one_line(name, 40)} {value:g}" for name, value in check.rewards.items())
    text = f"{one_line(check.judge, 20)} · {passed} · {where}"
    yield from page.line(text, margin=COLUMN, first=f"  {'judge':<8}")
    for title, statuses in (("bugs", check.bugs), ("guards", check.guards)):
        for index, (name, status) in enumerate(statuses.items()):
            mark, style = MARKS.get(status, ("?", "yellow"))
            text = f"{mark} {one_line(name, 200)}" + (" (only skipped)" if status == "S" else "")
            yield from page.line(text, margin=COLUMN, first=f"  {'' if index else title:<8}", style=style)
    for index, sign in enumerate(check.tampering):
        first = f"  {'' if index else 'forged':<8}"
        yield from page.line(one_line(sign, LONGEST), margin=COLUMN, first=first, style="red")
    if check.incomplete:
        yield from page.line("the clock ran out before every hidden test had run", margin=COLUMN, style="red")
    if check.rewards is not None:
        yield from _of_script(check, page)
    if check.outcome is not None:
        yield from _of_services(check.outcome, page)
    yield Text()
    if check.not_passed:
        yield from _not_passed(check, page)


def _of_services(outcome: Mapping[str, Any], page: Page) -> Iterator[Text]:
    before = ""
    for title, text, style in outcome_lines(outcome):
        first = f"  {'' if title == before else title:<8}"
        yield from page.line(one_line(text, LONGEST), margin=COLUMN, first=first, style=style)
        before = title


def _tests(check: CheckShown) -> tuple[str, str]:
    """What they are called, one and several."""
    return ("hidden test", "hidden tests") if check.submission is None else ("case", "cases")


def _of_script(check: CheckShown, page: Page) -> Iterator[Text]:
    """What a task's own script printed, where it did not give all; and what it was not shown."""
    for index, path in enumerate(check.left_behind):
        first = f"  {'' if index else 'left':<8}"
        text = f"{one_line(path, 200)} was not taken over"
        yield from page.line(text, margin=COLUMN, first=first, style="yellow")
    lines = [line for line in check.output.splitlines() if line.strip()] if check.score < 1.0 else []
    for index, line in enumerate(lines if page.full else lines[-MOST_TESTS:]):
        first = f"  {'' if index else 'said':<8}"
        yield from page.line(one_line(line, LONGEST), margin=COLUMN, first=first, style="dim")


def _not_passed(check: CheckShown, page: Page) -> Iterator[Text]:
    tests = check.not_passed if page.full else check.not_passed[:MOST_TESTS]
    yield Text(f"  {count(len(check.not_passed), *_tests(check))} did not pass", style="bold")
    yield Text()
    for test in tests:
        yield from _test(test, page)
    if left := len(check.not_passed) - len(tests):
        yield Text(f"  ⋯ {left:,} more (--full shows them)", style="dim italic")
        yield Text()
    if check.output.strip():
        yield Text("  what the tests printed", style="bold")
        yield from page.block(check.output.strip("\n"), OUTPUT)
        yield Text()


def _test(test: HiddenTest, page: Page) -> Iterator[Text]:
    style = "yellow" if test.outcome == "skipped" else "red"
    text = f"{one_line(test.test, 500)}  {one_line(test.outcome, 20)}"
    yield from page.line(text, margin="    ", first="  ✗ ", style=style)
    if test.message.strip("\n"):
        yield from page.block(test.message.strip("\n"), OUTPUT)
    yield Text()
