"""A trial's bugs that came back as lines of text: the matrix, and below it what proves each event. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len
from rich.text import Text

from sandbox.report.oscillation_data import Change, Column, Origin, Return, TrialOscillation
from sandbox.report.oscillation_figures import OscillationReport
from sandbox.report.oscillation_matrix import matrix_lines
from sandbox.report.transcript_lines import Margins, Page, count, one_line
from sandbox.report.transcript_steps import file_diffs
from sandbox.report.transcript_text import STYLES

MOST_TESTS = 4
HALF_OF_DIFF = 10
LONGEST = 1000
LABEL = 10
_MARGIN = " " * (LABEL + 6)
_DIFF = Margins(" " * 6, folded=" " * 8)
KINDS = {
    "fix": ("was fixed", "✓↑", "bold green"),
    "reintroduction": ("came back", "✗◀", "bold red"),
    "regression": ("broke", "✗↓", "bold magenta"),
}
_OWN = {"tests": "its own tests", "commit": "its own commit"}
_CUT = {"timeout": "timed out", "crash": "crashed"}
_AGAIN = {
    "text": "is the workspace as at {} again",
    "code": "is the code as at {} again, in another text",
    "behaviour": "fails the same hidden tests as {} again",
}


def trials_lines(report: OscillationReport, page: Page, *, every: bool, fixes: bool) -> Iterator[Text]:
    """The trials of a report in which something happened, or `every` one of which states were judged.

    Args:
        fixes: tell of them too, not only of what came back and broke.
    """
    seen = [trial for trial in report.trials if trial.findings is not None]
    shown = seen if every else [trial for trial in seen if trial.is_eventful]
    for trial in shown:
        yield from trial_lines(trial, page, fixes=fixes)
    if quiet := len(seen) - len(shown):
        text = "nothing came back, broke, was unstable or went in a circle (--all shows them)"
        yield from page.line(f"In {quiet} of {count(len(seen), 'trial', 'trials')} {text}.")
        yield Text()


def trial_lines(found: TrialOscillation, page: Page, *, fixes: bool) -> Iterator[Text]:
    """One trial; with `fixes`, what was fixed stands beside what came back and broke."""
    yield from _key(found.trial, page)
    yield from _summary(found, page)
    yield Text()
    yield from matrix_lines(found, page)
    yield Text()
    shown: set[str] = set()
    for change in found.changes:
        if fixes or change.kind != "fix":
            yield from _change(found, change, page, shown)
    yield from _notes(found, page)


def _summary(found: TrialOscillation, page: Page) -> Iterator[Text]:
    verdict = found.verdict or "not finished"
    for index, text in enumerate(_packed([verdict, *facts_in_words(found)], " · ", page)):
        for line in page.line(text, margin="  ", first="  " if index else ""):
            line.highlight_words([verdict], STYLES.get(verdict, "yellow"))
            yield line


def facts_in_words(found: TrialOscillation) -> list[str]:
    """What a trial of which states were judged comes to, a fact each."""
    findings = found.findings
    assert findings is not None, "a trial of which no state was judged is not shown"
    facts = [
        f"{findings.reintroductions} came back",
        f"{findings.regressions} broke",
        f"{findings.fixes} fixed",
        f"index {_number(findings.index)}",
        f"alternation {_number(findings.alternation_max)}",
        f"{count(findings.cycles.total, 'state cycle', 'state cycles')} ({findings.cycles.harmful} harmful)",
    ]
    judged, of = found.judged
    facts += [f"judged {judged} of {count(of, 'state', 'states')}"] if judged < of else []
    return facts + (["cut off"] if findings.trajectory.truncated else [])


def _key(trial: str, page: Page) -> Iterator[Text]:
    """The key of a trial; where it has to be folded, at a stroke, and never so that its number stands alone."""
    *parts, condition, repeat = one_line(trial, LONGEST).split("/")
    for index, text in enumerate(_packed([*(f"{part}/" for part in parts), f"{condition}/{repeat}"], "", page)):
        yield from page.line(text, margin="  ", first="  " if index else "", style="bold cyan")


def _packed(items: Sequence[str], between: str, page: Page) -> Iterator[str]:
    """Items side by side in lines that fit; one that is longer has a line of its own."""
    line = ""
    for item in items:
        longer = f"{line}{between}{item}" if line else item
        if line and page.width is not None and cell_len(longer) > page.width - 2:
            yield line
            longer = item
        line = longer
    yield line


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"


def place(found: TrialOscillation, index: int) -> str:
    """A column in words: "the start", "checkpoint 3 (round 2: submit)"."""
    if index == 0:
        return "the start"
    column = found.columns[index]
    reason = _OWN.get(column.reason or "", column.reason or "")
    stage = _stage(found, column)
    return f"checkpoint {index} ({stage}: {reason})" if stage else f"checkpoint {index} ({reason})"


def _stage(found: TrialOscillation, column: Column) -> str:
    if column.stage is None:
        return ""
    return f"round {column.step + 1}" if found.staged == "round" else f"step {one_line(column.stage, 60)}"


def _change(found: TrialOscillation, change: Change, page: Page, shown: set[str]) -> Iterator[Text]:
    _, mark, style = KINDS[change.kind]
    yield from page.line(change_in_words(found, change), margin=" " * 5, first=f"  {mark} ", style=style)
    if change.origin is not None:
        label = "while" if change.origin.named is False else "by"
        yield from _fact(label, origin_in_words(change.origin), page)
    for index, text in enumerate(tests_in_words(change)):
        yield from _fact("" if index else "fail", text, page)
    yield from _fact("seen", seen_in_words(change), page)
    if change.origin is not None:
        yield from _diff(change.origin, page, shown)
    yield Text()


def change_in_words(found: TrialOscillation, change: Change) -> str:
    """What happened to which bug or guard, where, and how long after its fix."""
    text = f"{one_line(change.unit, 200)} {KINDS[change.kind][0]} at {place(found, change.checkpoint)}"
    if change.since_fix is not None and change.fixed_at is not None:
        since = change.since_fix
        far = f"{count(since.checkpoints, 'checkpoint', 'checkpoints')} and {count(since.calls, 'call', 'calls')}"
        text += f", {far} after its fix at checkpoint {change.fixed_at}"
    elif change.kind == "regression":
        text += f"; it was right at {'the start' if not change.before else f'checkpoint {change.before}'}"
    return text


def seen_in_words(change: Change) -> str:
    """How often either side was seen."""
    before, after = change.seen_before, change.seen_after
    return f"{before} of {before} before, {after} of {after} after"


def _fact(label: str, text: str, page: Page) -> Iterator[Text]:
    yield from page.line(text, margin=_MARGIN, first=f"      {label:<{LABEL}}")


def origin_in_words(origin: Origin) -> str:
    """What turned right into wrong."""
    commit = "" if origin.commit is None else f", commit {origin.commit[:10]}"
    halved = "" if origin.scanned is not False else " (by halving; it may have gone back and forth)"
    if origin.by == "call":
        step = "an unknown step" if origin.step is None else f"step {origin.step}"
        tool, call = one_line(origin.tool or "", 60), f"call {one_line(origin.call or '', 60)}"
        if origin.named is False:
            lies = "its command names no file that changed; or a program left running did it"
            return f"{step} ran ({tool}, {call}){commit}{halved}: {lies}"
        return f"{step}: {tool} ({call}){commit}{halved}"
    if origin.by == "unknown":
        lies = "" if origin.steps is None else f"; it lies in {_between(*origin.steps)}"
        return f"not narrowed down to one call{lies}"
    found = "at the seal" if origin.by == "seal" else "when the workspace was read at the checkpoint"
    return f"no call: found {found}, so programs that were left running did it{commit}{halved}"


def _between(first: int, last: int) -> str:
    return f"step {first}" if first == last else f"steps {first} to {last}"


def tests_in_words(change: Change) -> Iterator[str]:
    """The hidden tests that failed, how many and the first of them; one a line."""
    tests = change.failing or ()
    if tests:
        yield count(len(tests), "hidden test", "hidden tests") + _how(change.failing_how or {})
    yield from (one_line(test, 300) for test in tests[:MOST_TESTS])
    if len(tests) > MOST_TESTS:
        yield f"and {len(tests) - MOST_TESTS} more"


def _how(words: Mapping[str, int]) -> str:
    """How tests ended that did not come to fail: in time-outs and crashes."""
    cut = {_CUT[word]: number for word, number in words.items() if word in _CUT}
    if not cut:
        return ""
    if len(words) == 1:
        return f", {next(iter(cut))}"
    return f" ({', '.join(f'{number} {word}' for word, number in cut.items())})"


def _diff(origin: Origin, page: Page, shown: set[str]) -> Iterator[Text]:
    """The change, once; of another event that it caused only that it is the same."""
    if origin.note is not None:
        yield from page.line(one_line(origin.note, LONGEST), margin=" " * 6, style="dim italic")
    if origin.diff is None or origin.commit is None:
        return
    if origin.commit in shown:
        yield from page.line("the change is shown above", margin=" " * 6, style="dim italic")
        return
    shown.add(origin.commit)
    lines = [line for file in file_diffs(origin.diff) for line in file]
    hint = "--json" if origin.step is None else f"roadtest show --step {origin.step}"
    yield from page.lines(lines, _DIFF, half=HALF_OF_DIFF, hint=hint)


def _notes(found: TrialOscillation, page: Page) -> Iterator[Text]:
    lines = notes_in_words(found)
    for line in lines:
        yield from page.line(line, margin="    ", first="  ■ ")
    if lines:
        yield Text()


def notes_in_words(found: TrialOscillation) -> list[str]:
    """Returns to earlier states, what is in doubt, what was taken back on purpose, what was not checked."""
    lines = [_return_in_words(found, one) for one in _told_once(found.returns)]
    for doubt in found.unstable:
        how = f"right in {doubt.passed} of {count(doubt.runs, 'run', 'runs')}"
        lines.append(f"{one_line(doubt.unit, 200)} is unstable at checkpoint {doubt.checkpoint} ({how}); not counted")
    for doubt in found.unconfirmed:
        text = f"{one_line(doubt.unit, 200)} changed at checkpoint {doubt.checkpoint}"
        why = "which three runs on either side do not confirm"
        if found.verdict is None:
            why = "which three runs on either side have to confirm; they have not been run yet"
        elif found.stopped is not None:
            why = "which three runs on either side would have to confirm; they were not all run"
        lines.append(f"{text}, {why}; not counted")
    for revert in found.reverts:
        if revert.checkpoint is None:
            until = "" if revert.until in (None, revert.step) else f", until step {revert.until}"
            tool = one_line(revert.tool, 60)
            lines.append(f"step {revert.step}: {tool} took work back on purpose{until}; not scored between checkpoints")
    if found.stopped is not None:
        lines.append(f"not every state could be checked: {one_line(found.stopped, LONGEST)}")
    return lines


def _told_once(returns: Sequence[Return]) -> list[Return]:
    """Returns in their order, of each checkpoint only that which says most: by text, by code, by behaviour."""
    told: dict[int, Return] = {}
    for one in returns:
        told.setdefault(one.checkpoint, one)
    return [told[checkpoint] for checkpoint in sorted(told)]


def _return_in_words(found: TrialOscillation, one: Return) -> str:
    if one.earlier is not None:
        earlier = "the start" if one.earlier == 0 else f"checkpoint {one.earlier}"
    else:
        earlier = "an earlier state" if one.step is None else f"the end of step {one.step}"
    return f"{place(found, one.checkpoint)} {_AGAIN[one.by].format(earlier)}"
