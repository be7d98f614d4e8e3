"""One step of a transcript as lines of text: the reply, its calls, their results and changes. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from sandbox.report.transcript_changes import CACHES_ONLY
from sandbox.report.transcript_data import CallShown, Saved, Step
from sandbox.report.transcript_lines import Margins, Page, Styled, cost, count, one_line, seconds, size
from sandbox.report.transcript_remarks import failure_in_words

# Finish reasons that need no word: the reply came to its own end.
ORDINARY = frozenset({None, "stop", "tool_calls", "end_turn", "tool_use"})
HALF_OF_TEXT = 30
HALF_OF_DIFF = 30
LONGEST_NAME = 60
LONGEST_VALUE = 100
MOST_PATHS = 5
INDENT = "    "
PLAIN = Margins(INDENT)
OUTPUT = Margins("  │ ")

_Block = tuple[Margins, str, str]


def step_lines(step: Step, total: int, page: Page) -> Iterator[Text]:
    """One step of `total`."""
    hint = f"--step {step.number}"
    yield from page.rule(*_facts(step, total))
    yield Text()
    for failure in step.failures:
        yield from page.line(one_line(failure_in_words(failure), 2000), margin=INDENT, first="  ! ", style="magenta")
    if step.text.strip():
        yield from page.block(step.text.strip("\n"), Margins("  "), half=HALF_OF_TEXT, hint=hint)
        yield Text()
    if step.problem is not None or step.labels:
        yield from page.line(f"the reply  {_labels(step.labels)}", margin=INDENT, first="  ✗ ", style="red")
        yield from page.block(step.problem or "", OUTPUT, hint=hint)
        yield Text()
    for call in step.calls:
        yield from _call(call, page, hint)
        yield Text()
    if page.full and step.body:
        yield from page.line(f"the reply as it was sent: blobs/{one_line(step.body, 64)}", margin="  ", style="dim")
        yield Text()


def _facts(step: Step, total: int) -> Iterator[tuple[str, str]]:
    yield f"Step {step.number} of {total}", "bold cyan"
    yield f"at {seconds(step.at)}", ""
    yield f"model {seconds(step.seconds)}", ""
    if step.prompt_tokens or step.completion_tokens:
        yield f"{step.prompt_tokens:,} → {step.completion_tokens:,} tokens", ""
    if step.cost_usd != 0.0:
        yield cost(step.cost_usd), ""
    if step.finish not in ORDINARY:
        yield f"finish: {one_line(step.finish or '', 40)}", "yellow"


def _labels(labels: Sequence[str]) -> str:
    return one_line(", ".join(labels), 200)


def _call(call: CallShown, page: Page, hint: str) -> Iterator[Text]:
    inline, blocks = _arguments(call, in_full=page.full)
    yield from _head(call, inline, page)
    for margins, text, colour in blocks:
        yield from page.block(text, margins, style=colour, hint=hint)
    if call.output.strip("\n"):
        yield from page.block(call.output.strip("\n"), OUTPUT, hint=hint)
    yield from _change(call, page, hint)


def _head(call: CallShown, inline: str, page: Page) -> Iterator[Text]:
    """Name, short arguments and outcome of a call: on one line if they fit."""
    outcome, style = outcome_of(call)
    mark, colour = _mark(call)
    name = one_line(call.name, min(LONGEST_NAME, (page.width or LONGEST_NAME * 2) - len(INDENT))) or "(no name)"
    head = Text().append(f"  {mark} ", style=colour).append(name, style="bold")
    below = []
    for text, colour in ((inline, "cyan"), (outcome, style)):
        if not text:
            continue
        if page.width is None or head.cell_len + cell_len(text) + 2 <= page.width:
            head.append(f"  {text}", style=colour)
        else:
            below.append((text, colour))
    yield head
    for text, colour in below:
        yield from page.line(text, margin=INDENT, style=colour)


def _mark(call: CallShown) -> tuple[str, str]:
    if call.status in ("rejected", "timeout", "killed"):
        return "✗", "red"
    return "●", ("yellow" if call.status != "ok" or call.exit_code else "green")


def outcome_of(call: CallShown) -> tuple[str, str]:
    """What became of a call, in a few words, and their style."""
    if call.status == "rejected":
        return f"not run: {_labels(call.labels)}", "red"
    if call.status == "not-run":
        return "not run", "yellow"
    if call.status == "running":
        return "no result: the log ends here", "yellow"
    words = [] if call.status == "ok" and call.exit_code is not None else [one_line(call.status, 20)]
    if call.exit_code is not None:
        words.append(f"exit {call.exit_code}")
    words.append(seconds(call.seconds or 0.0))
    if call.truncated:
        words.append(f"{size(call.bytes)}, kept in part")
    if call.oom_kills:
        words.append(f"out of memory, {call.oom_kills} killed")
    if call.replaced:
        words.append("not all UTF-8")
    if call.injected:
        words.append(f"made so by the harness: {call.injected}")
    if call.labels:
        words.append(_labels(call.labels))
    plain = call.status == "ok" and not (call.exit_code or call.labels or call.injected)
    return " · ".join(words), ("dim" if plain else "yellow")


# Arguments that have a look of their own: (tool, argument) to margins and style.
_COMMAND = (Margins("      ", first="    $ "), "cyan")
_OLD = (Margins("    - ", folded="      "), "red")
_NEW = (Margins("    + ", folded="      "), "green")
_LOOKS: Mapping[tuple[str, str], tuple[Margins, str]] = {
    ("bash", "command"): _COMMAND,
    ("edit_file", "old"): _OLD,
    ("edit_file", "new"): _NEW,
    ("write_file", "content"): _NEW,
}


def _arguments(call: CallShown, *, in_full: bool) -> tuple[str, list[_Block]]:
    """Arguments for the first line of a call, and those that need lines of their own as (margins, text, style)."""
    found = parsed(call.arguments)
    if found is None or call.status == "rejected":
        # How a faulty call was written is what matters about it.
        return "", [(PLAIN, call.arguments, "cyan")] if call.arguments else []
    inline: list[str] = []
    blocks: list[_Block] = []
    for name, value in found.items():
        shown_name = one_line(name, LONGEST_NAME)
        look = _LOOKS.get((call.name, name))
        if look is not None and isinstance(value, str):
            # A diff says the same, and where.
            if look == _COMMAND or in_full or not call.diff:
                blocks.append((look[0], value, look[1]))
        elif isinstance(value, str) and ("\n" in value or len(value) > LONGEST_VALUE):
            blocks.append((Margins(INDENT * 2, first=f"{INDENT}{shown_name}: "), value, "cyan"))
        elif name == "path" and isinstance(value, str):
            inline.insert(0, one_line(value, LONGEST_VALUE))
        else:
            text = json.dumps(value, ensure_ascii=False)
            inline.append(f"{shown_name}={one_line(text, 20 * LONGEST_VALUE if in_full else LONGEST_VALUE)}")
    return " ".join(inline), blocks


def parsed(arguments: str) -> Mapping[str, Any] | None:
    """The arguments of a call as an object; None where they are none."""
    try:
        found = json.loads(arguments)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _change(call: CallShown, page: Page, hint: str) -> Iterator[Text]:
    """What a call changed in the workspace."""
    files = file_diffs(call.diff or "")
    saved = call.saved
    if call.note == CACHES_ONLY and not page.full:
        yield from page.line(CACHES_ONLY, margin="      ", first="    ± ", style="dim italic")
        return
    # The diff names its files itself, but knows nothing of caches.
    if saved is not None and saved.changed + saved.gone > len(files):
        yield from page.line(changed_in_words(saved, every=page.full), margin="      ", first="    ± ", style="bold")
    if call.note:
        yield from page.line(one_line(call.note, 1000), margin="      ", style="dim italic")
    lines = [line for file in files for line in file]
    if lines:
        yield from page.lines(lines, Margins(INDENT, folded="      "), half=HALF_OF_DIFF, hint=hint)


def changed_in_words(saved: Saved, *, every: bool) -> str:
    """How many files were written and removed, and the first of them, or `every` one that the log names."""
    paths = saved.paths if every else saved.paths[:MOST_PATHS]
    parts = [f"{count(saved.changed, 'file', 'files')} written"] if saved.changed else []
    parts += [f"{count(saved.gone, 'file', 'files')} removed"] if saved.gone else []
    left = saved.changed + saved.gone - len(paths)
    names = ", ".join(one_line(path, LONGEST_VALUE) for path in paths)
    return f"{', '.join(parts)}: {names}" + (f" and {left:,} more" if left > 0 else "")


_FILES = re.compile(r"^(?=diff --git )", re.MULTILINE)
_NAME = re.compile(r"^(?:\+\+\+|---) \"?[ab]/(.*?)\"?\t?$", re.MULTILINE)
_SAID_BY_THE_NAME = ("diff --git ", "index ", "--- ", "+++ ")
_COLOURS = {"+": "green", "-": "red", "@": "cyan", "\\": "dim"}


def file_diffs(diff: str) -> list[list[Styled]]:
    """A unified diff as lines with their styles, file by file."""
    return [_file_diff(part) for part in _FILES.split(diff.strip("\n")) if part]


def _file_diff(part: str) -> list[Styled]:
    """The diff of one file as lines with their styles: its name, then what changed."""
    head, hunk, body = part.rstrip("\n").partition("\n@@ ")
    names = _NAME.findall(head) or [head.split("\n")[0].removeprefix("diff --git ")]
    more = [line for line in head.split("\n") if not line.startswith(_SAID_BY_THE_NAME)]
    title = f"± {names[-1]}" + (f" ({', '.join(more)})" if more else "")
    lines = f"@@ {body}".split("\n") if hunk else []
    return [(title, "bold"), *((f"  {line}", _COLOURS.get(line[:1], "")) for line in lines)]
