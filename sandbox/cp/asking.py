"""What a candidate is told of a problem: the statement with its samples, limits, how to hand in, verdicts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.cp.brief import Brief
from sandbox.cp.languages import LANGUAGES
from sandbox.cp.problem import Example, Problem, Verdict
from sandbox.tooling import SUBMIT_SOLUTION

SYSTEM = """\
You are solving a competitive-programming problem. Your only tool hands a program in; nothing can be run or tried out
before that. Nobody will answer questions; decide as you think best."""

VERDICTS: Mapping[Verdict, str] = {
    Verdict.AC: "Accepted.",
    Verdict.WA: "Wrong answer.",
    Verdict.TLE: "Time limit exceeded.",
    Verdict.MLE: "Memory limit exceeded.",
    Verdict.OLE: "Output limit exceeded.",
    Verdict.RTE: "Run-time error.",
    Verdict.CE: "Compile error.",
}
# Characters of what a compiler says; the first errors are those that matter.
MOST_COMPILER = 4000


def statement_of(problem: Problem) -> str | None:
    """The statement, in English where there is one, and the samples; None where the package has no text."""
    if not problem.statements:
        return None
    text = problem.statements.get("en") or problem.statements[min(problem.statements)]
    samples = [_sample(number, example) for number, example in enumerate(problem.examples, start=1)]
    return "\n\n".join([f"# {problem.name}", text.strip(), *samples]) + "\n"


def _sample(number: int, example: Example) -> str:
    if example.interaction is not None:
        talk = "(a line for each message: `<` is what your program reads, `>` what it writes)"
        return f"## Sample {number}\n\n{talk}\n\n{_block(example.interaction)}"
    sides = (("input", example.input), ("output", example.output))
    return "\n\n".join(f"## Sample {number}: {side}\n\n{_block(_text(data))}" for side, data in sides)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _block(text: str) -> str:
    return f"```\n{text.rstrip()}\n```"


def terms(brief: Brief, seconds: float, submissions: int) -> str:
    """What holds besides the statement.

    Args:
        seconds: the time limit. submissions: how many may be handed in; one is never answered with its verdict.
    """
    limits = brief.limits
    lines = [
        "## Limits",
        "",
        f"Each test: {seconds:g} s of CPU time, {limits.memory} MiB of memory, {limits.output} MiB of output. "
        f"The source: {limits.code} KiB.",
        "",
        "## Handing in",
        "",
        "Write a program in one file that reads standard input and writes standard output. "
        f"Hand it in with {SUBMIT_SOLUTION}, in one of these languages:",
        "",
        *(f"- `{name}`: {LANGUAGES[name].title}" for name in brief.languages),
        "",
    ]
    if brief.is_interactive:
        lines += ["This problem is interactive: flush standard output after each message.", ""]
    return "\n".join([*lines, _chances(brief, submissions)]) + "\n"


def _chances(brief: Brief, submissions: int) -> str:
    if submissions == 1:
        return "You have one submission. It counts as it is, and with it your turn is over."
    answered = "its verdict and its points" if brief.is_scoring else "its verdict"
    counted = " Of each subtask your best score counts." if brief.is_scoring else ""
    end = "one has all points" if brief.is_scoring else "one is accepted"
    return f"You have {submissions} submissions. Each is answered with {answered}.{counted} It is over once {end}."


def verdict_told(brief: Brief, found: Mapping[str, Any], *, left: int, compiler: str) -> str:
    """The answer to a submission whose verdict is told, as contests have it: no case is named.

    Args:
        found: what the log will say of it (`sandbox.cp.handed_in.check_data`).
        left: submissions that are left.
    """
    parts = [VERDICTS[Verdict(found["verdict"])]]
    if brief.is_scoring:
        most = "" if brief.full is None else f" of {brief.full:g}"
        parts.append(f"{found['points'] or 0.0:g}{most} points.")
    if not found["solved"]:
        parts.append(f"Submissions left: {left}." if left else "No submission is left.")
    line = " ".join(parts)
    said = compiler.strip() if found["verdict"] == Verdict.CE else ""
    if not said:
        return line
    cut = "" if len(said) <= MOST_COMPILER else "\n[cut]"
    return f"{line}\n\nThe compiler says:\n{said[:MOST_COMPILER]}{cut}"
