"""A night as files: summary.md for people, junit.xml for what shows tests, results.json for programs. Pure."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree import ElementTree

from sandbox.compare.comparison import Comparison
from sandbox.nights.verdict import BROKEN, FAILED, SKIPPED, TRIALS, Check, Course, NightReport, as_data
from sandbox.report.compare_text import measures, remarks
from sandbox.report.gap_text import p_value, points
from sandbox.report.sheet import NOTHING
from sandbox.report.transcript_lines import one_line

LONGEST, MOST_DETAILS = 500, 50
MEANT = (
    "If the change was meant: since = DATE in the candidate's table of nightly.toml begins a new baseline with the "
    "nights from that date on. If not, the transcripts show how tasks were lost."
)
# Characters that XML cannot hold even as references.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$])")


def summary(report: NightReport) -> str:
    """The night in Markdown: what failed first, then all figures."""
    lines = [f"# {_text(report.name)}: {outcome_of(report)}", ""]
    lines += [f"Run {_code(report.run)}, begun {_text(report.at)}.", ""]
    lines += ["| candidate | test | outcome | why |", "| --- | --- | --- | --- |"]
    order = (FAILED, BROKEN, SKIPPED)
    for check in sorted(
        report.checks, key=lambda one: order.index(one.outcome) if one.outcome in order else len(order)
    ):
        lines.append(_row([_text(check.candidate), check.name, f"**{check.outcome}**", _text(check.line)]))
    lines += ["", *_worse(report), *_courses(report.courses)]
    if failing(report):
        lines += [_text(MEANT), ""]
    for name, comparison in report.comparisons:
        lines += [f"## {_text(name)}: this night (B) against its baseline (A)", "", *_figures(comparison), ""]
    if report.transcripts:
        lines += ["## Transcripts of what got worse", "", *(f"    {_line(one)}" for one in report.transcripts), ""]
    if report.notes:
        lines += ["## Notes", "", *(f"- {_text(note)}" for note in report.notes), ""]
    return "\n".join(lines)


def outcome_of(report: NightReport) -> str:
    """A night in a word: passed, baseline (nothing is tested yet), FAILED (worse), or BROKEN (that cannot be told)."""
    tested = {check.outcome for check in report.checks if check.name != TRIALS}
    if FAILED in tested:
        return "FAILED"
    if not report.passed:
        return "BROKEN"
    return "baseline" if tested == {SKIPPED} else "passed"


def failing(report: NightReport, outcome: str = FAILED) -> list[str]:
    """Who failed, or of whom it cannot be told."""
    return list(dict.fromkeys(check.candidate for check in report.checks if check.outcome == outcome))


def worse(report: NightReport) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Of each candidate that failed the tasks and the measures that got worse, whatever test says so."""
    found: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {}
    for check in report.checks:
        if check.outcome == FAILED and (check.details or check.measures):
            found.setdefault(check.candidate, (check.candidate, check.details, check.measures))
    return list(found.values())


def _worse(report: NightReport) -> Iterator[str]:
    for candidate, tasks, figures in worse(report):
        for words, lines in (("less often accepted", tasks), ("measures that got worse", figures)):
            if lines:
                yield f"## {_text(candidate)}: {words}"
                yield ""
                yield from (f"- {_text(line)}" for line in lines[:MOST_DETAILS])
                if len(lines) > MOST_DETAILS:
                    yield f"- and {len(lines) - MOST_DETAILS:,} more"
                yield ""


COURSE = ("candidate", "baseline", "nights since", "accepted", "change", "always-valid interval", "p", "CUSUM (limit)")


def course_cells(one: Course) -> list[str]:
    """A candidate over all nights, as a row under `COURSE`."""
    name = f"{one.candidate} (reference)" if one.reference else one.candidate
    rate = NOTHING if one.accepted is None else f"{100 * one.accepted:.1f}%"
    cells = [name, str(one.baseline or NOTHING), str(one.after), rate]
    if one.finding is None:
        return [*cells, *[NOTHING] * 4]
    # No rate changes by more than all.
    low, high = (max(-1.0, min(1.0, -bound)) for bound in (one.finding.high, one.finding.low))
    sums = NOTHING if one.cusum is None else f"{one.cusum:.1f} ({one.limit:.1f})"
    span = f"{points(low)} to {points(high)}"
    return [*cells, points(-one.finding.drop), span, p_value(one.finding.p), sums]


def _courses(courses: Iterable[Course]) -> Iterator[str]:
    rows = [course_cells(one) for one in courses]
    if rows:
        yield "## All nights so far"
        yield ""
        yield _row(COURSE)
        yield "| --- | ---: | ---: | ---: | ---: | --- | ---: | ---: |"
        yield from (_row([_text(row[0]), *row[1:]]) for row in rows)
        yield ""


def _figures(found: Comparison) -> Iterator[str]:
    if found.tasks:
        sheet = measures(found)
        yield _row([*sheet.names, *sheet.figures])
        yield _row(["---", *["---:"] * len(sheet.figures)])
        yield from (_row(map(_text, row)) for row in sheet.rows)
        yield ""
    yield from (f"- {_text(line)}" for line in remarks(found))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _line(text: str) -> str:
    return one_line(text, LONGEST)


def _text(text: str) -> str:
    """What others wrote as text, so that none of it is taken for Markdown or HTML."""
    return _MARKS.sub(r"\\\1", _line(text))


def _code(text: str) -> str:
    return f"`{_line(text).replace('`', 'ˋ')}`"


def junit(report: NightReport) -> str:
    """The night in JUnit's XML: a suite for each candidate, a case for each test.

    What got worse is a failure; what cannot be told, an error; what has no whole baseline yet is skipped.
    """
    lost = {candidate: (*tasks, *figures) for candidate, tasks, figures in worse(report)}
    root = ElementTree.Element("testsuites", _counts(report.checks) | {"name": _xml(report.name)})
    for candidate in dict.fromkeys(check.candidate for check in report.checks):
        held = [check for check in report.checks if check.candidate == candidate]
        facts = _counts(held) | {"name": _xml(candidate), "timestamp": _xml(report.at)}
        suite = ElementTree.SubElement(root, "testsuite", facts)
        for check in held:
            names = {"classname": _xml(f"{report.name}.{candidate}"), "name": check.name}
            _case(ElementTree.SubElement(suite, "testcase", names), check, lost.get(candidate, ()))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _case(case: ElementTree.Element, check: Check, lost: Iterable[str]) -> None:
    kind = {FAILED: "failure", BROKEN: "error", SKIPPED: "skipped"}.get(check.outcome)
    if kind is None:
        ElementTree.SubElement(case, "system-out").text = _xml(check.line)
        return
    inside = ElementTree.SubElement(case, kind, {"message": _xml(check.line)})
    if check.details or check.measures:
        inside.text = "\n".join(map(_xml, lost))


def results(report: NightReport) -> dict[str, Any]:
    """The night as JSON takes it; what is not finite is null."""
    found: dict[str, Any] = _finite(as_data(report))
    return found


def results_text(report: NightReport) -> str:
    """The night as results.json."""
    return json.dumps(results(report), indent=1, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _counts(checks: Iterable[Check]) -> dict[str, str]:
    held = Counter(check.outcome for check in checks)
    return {
        "tests": str(held.total()),
        "failures": str(held[FAILED]),
        "errors": str(held[BROKEN]),
        "skipped": str(held[SKIPPED]),
    }


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
