"""One trial as the page's script shows it: plain data, every text of others made visible and bounded. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from sandbox.noise import DIVIDER
from sandbox.report.html.matrix import matrix
from sandbox.report.html.texts import bounded, diff_files, line
from sandbox.report.oscillation_data import TrialOscillation
from sandbox.report.transcript_changes import CACHES_ONLY
from sandbox.report.transcript_data import CallShown, CheckShown, HiddenTest, Remark, Seal, Step, Transcript
from sandbox.report.transcript_lines import cost, count, seconds, size
from sandbox.report.transcript_outcome import in_short, lines
from sandbox.report.transcript_remarks import failure_in_words
from sandbox.report.transcript_steps import ORDINARY, changed_in_words, file_diffs, outcome_of, parsed
from sandbox.report.transcript_text import MARKS, figures

# Arguments that are shown as blocks of their own, by tool; others only where they are long.
_IN_DIFFS = {("edit_file", "old"), ("edit_file", "new"), ("write_file", "content")}
_BLOCKS = {("bash", "command"), *_IN_DIFFS}
LONGEST_INLINE = 100
# Lines above an instruction.
LONG_THREAD = 10
Data = dict[str, Any]


def trial_data(found: Transcript, oscillation: TrialOscillation | None) -> Data:
    """A trial from its name to its verdict, without the list of what came before and after it.

    Args:
        oscillation: what became of each bug; None where that cannot be read.
    """
    return {
        "verdict": line(found.verdict or "open"),
        "reason": line(found.reason or ""),
        "figures": [[name, line(value)] for name, value in figures(found)],
        "notes": [line(note) for note in found.notes],
        "matrix": None if oscillation is None else matrix(oscillation),
        "parts": list(_parts(found)),
        "end": _end(found),
    }


def _parts(found: Transcript) -> Iterator[Data]:
    if found.system:
        yield {"kind": "told", "title": "System prompt", "text": bounded(found.system), "closed": True}
    if found.instruction:
        yield from _instruction(found.instruction)
    yield from _remarks(found, 0)
    for step in found.steps:
        yield _step(step, len(found.steps))
        yield from _remarks(found, step.number)


def _instruction(text: str) -> Iterator[Data]:
    """What was asked; a long thread above it is folded away, or nobody would find what the task was."""
    above, divider, asked = text.partition(f"\n\n{DIVIDER}\n\n")
    if divider and above.count("\n") >= LONG_THREAD:
        length = count(above.count("\n") + 1, "line", "lines")
        yield {"kind": "told", "title": f"Above the instruction, {length}", "text": bounded(above), "closed": True}
        text = asked
    yield {"kind": "told", "title": "Instruction", "text": bounded(text)}


def _remarks(found: Transcript, after: int) -> Iterator[Data]:
    for remark in found.remarks:
        if remark.after == after:
            yield _remark(remark)


def _remark(remark: Remark) -> Data:
    if remark.kind == "instruction":
        stage = f" ({line(remark.stage)})" if remark.stage else ""
        return {"kind": "told", "title": f"The user says{stage}", "text": bounded(remark.text)}
    return {"kind": "remark", "what": remark.kind, "text": f"{line(remark.text)} (at {seconds(remark.at)})"}


def _step(step: Step, total: int) -> Data:
    facts = [f"at {seconds(step.at)}", f"model {seconds(step.seconds)}"]
    if step.prompt_tokens or step.completion_tokens:
        facts.append(f"{step.prompt_tokens:,} → {step.completion_tokens:,} tokens")
    facts += [cost(step.cost_usd)] if step.cost_usd != 0.0 else []
    facts += [f"finish: {line(step.finish or '')}"] if step.finish not in ORDINARY else []
    return {
        "kind": "step",
        "number": step.number,
        "title": f"Step {step.number} of {total}",
        "facts": facts,
        "failures": [line(failure_in_words(failure)) for failure in step.failures],
        "text": bounded(step.text.strip("\n")) if step.text.strip() else "",
        "labels": line(", ".join(step.labels)),
        "problem": bounded(step.problem or ""),
        "calls": [_call(call) for call in step.calls],
    }


def _call(call: CallShown) -> Data:
    inline, blocks = _arguments(call)
    outcome, style = outcome_of(call)
    return {
        "name": line(call.name) or "(no name)",
        "inline": inline,
        "blocks": blocks,
        "outcome": line(outcome),
        "bad": style == "red" or call.status in ("timeout", "killed"),
        "odd": style == "yellow",
        "output": bounded(call.output.strip("\n")),
        "changed": _changed(call),
        "note": line(call.note or ""),
        "files": diff_files(call.diff),
    }


def _arguments(call: CallShown) -> tuple[str, list[Data]]:
    """Arguments for the head of a call, and those that need a block of their own."""
    found = parsed(call.arguments)
    if found is None or call.status == "rejected":
        # How a faulty call was written is what matters about it.
        return "", [{"name": "arguments as sent", "text": bounded(call.arguments)}] if call.arguments else []
    inline: list[str] = []
    blocks: list[Data] = []
    for name, value in found.items():
        if isinstance(value, str) and ((call.name, name) in _BLOCKS or "\n" in value or len(value) > LONGEST_INLINE):
            # A diff says the same, and where.
            if not (call.diff and (call.name, name) in _IN_DIFFS):
                blocks.append({"name": line(name), "text": bounded(value)})
        elif name == "path" and isinstance(value, str):
            inline.insert(0, line(value))
        else:
            inline.append(f"{line(name)}={line(json.dumps(value, ensure_ascii=False))}")
    return " ".join(inline), blocks


def _changed(call: CallShown) -> str:
    """What the diff does not say: it names its files itself, but knows nothing of caches."""
    saved = call.saved
    if saved is None or call.note == CACHES_ONLY or saved.changed + saved.gone <= len(file_diffs(call.diff or "")):
        return ""
    return line(changed_in_words(saved, every=False))


def _end(found: Transcript) -> Data:
    return {
        "seal": "" if found.seal is None else _seal(found.seal),
        "check": None if found.check is None else _check(found.check),
    }


def _seal(seal: Seal) -> str:
    facts = [count(seal.files, "file", "files"), size(seal.bytes)]
    facts += [] if seal.killed is None else [f"{count(seal.killed, 'process', 'processes')} killed"]
    facts += [f"{count(seal.skipped, 'entry', 'entries')} left out"] if seal.skipped else []
    told = {True: ["differs from the last state recorded; the sealed tree counts"], False: ["as last recorded"]}
    return " · ".join([*facts, *(told[seal.differs] if seal.differs is not None else [])])


def _check(check: CheckShown) -> Data:
    # Of a problem it is cases that stand for tests.
    nouns = ("hidden test", "hidden tests") if check.submission is None else ("case", "cases")
    passed = f"{check.passed:,} of {count(check.total, *nouns)} passed"
    if check.submission is not None:
        passed = f"{line(check.submission)} · {passed}"
    if check.rewards is not None:
        passed = " · ".join(f"{line(name)} {value:g}" for name, value in check.rewards.items())
    if check.outcome is not None:
        passed = " · ".join(([passed] if check.total else []) + [in_short(check.outcome)])
    where = "taken over from an equal tree" if check.cached else f"in {seconds(check.seconds)}"
    return {
        "judge": " · ".join((line(check.judge), passed, where)),
        "bugs": [_status(name, status) for name, status in check.bugs.items()],
        "guards": [_status(name, status) for name, status in check.guards.items()],
        "warnings": list(_warnings(check)),
        "tests": [_test(test) for test in check.not_passed],
        "output": bounded(check.output.strip("\n")),
    }


def _status(name: str, status: str) -> list[str]:
    words = {"P": "holds", "F": "fails", "S": "only skipped"}
    return [MARKS.get(status, ("?", ""))[0], line(name), words.get(status, line(status))]


def _warnings(check: CheckShown) -> Iterator[str]:
    yield from (f"forged: {line(sign)}" for sign in check.tampering)
    if check.incomplete:
        yield "The clock ran out before every hidden test had run."
    yield from (f"{line(path)} was not taken over" for path in check.left_behind)
    if check.outcome is not None:
        yield from (f"{title}: {line(text)}" for title, text, style in lines(check.outcome) if style != "green")


def _test(test: HiddenTest) -> Data:
    return {"name": line(test.test), "outcome": line(test.outcome), "message": bounded(test.message.strip("\n"))}


def names_of(key: str) -> tuple[str, str, str, str]:
    """From the key of a trial its task with its suite, candidate, condition and repeat, for people."""
    parts = [unquote(part) for part in key.split("/")]
    suite, task, candidate, condition, repeat = (*parts, *[""] * 5)[:5]
    return line(f"{suite}/{task}"), line(candidate), line(condition), line(repeat)
