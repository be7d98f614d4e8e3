"""Bodies as providers and models send them, each with the labels that the definitions give it.

`faulty.jsonl` holds bodies that earn a label, `sound.jsonl` bodies that look odd and earn none.
One line: `name`; `why`, the argument for its labels; `body` (the raw bytes as text) or `body_b64`;
`labels`: `reply` and, for each entry of `tool_calls`, `calls`; `runs`, the entries that may run.
`provider` marks a body that is no reply of the candidate. The labels were written from the
definitions, never from what the code said. `python -m tests.corpus` prints the table.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.errors import ProviderError
from sandbox.reply import parse_body, parse_reply
from sandbox.schema import Validator
from sandbox.tooling import Tool, Toolset

FOLDER = Path(__file__).parent
LABELS = (
    *(
        "bad-json",
        "not-object",
        "unknown-tool",
        "missing-argument",
        "unexpected-argument",
        "wrong-type",
        "out-of-range",
    ),
    *("malformed-reply", "call-in-text", "empty-reply"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Labels of one body: of the reply, of each call (sorted), and which calls run; or the provider's fault."""

    reply: tuple[str, ...] = ()
    calls: tuple[tuple[str, ...], ...] = ()
    runs: tuple[int, ...] = ()
    provider: bool = False

    def every_label(self) -> Counter[tuple[int, str]]:
        """Each label with the call that has it, -1 for the reply."""
        own = [(-1, label) for label in self.reply]
        return Counter([*own, *((index, label) for index, labels in enumerate(self.calls) for label in labels)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line of the corpus."""

    name: str
    why: str
    body: bytes
    expected: Labelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How often a label was expected, given, and both."""

    label: str
    expected: int
    given: int
    both: int

    @property
    def precision(self) -> float:
        """Of those given, the part that was expected; 1 where none was given."""
        return self.both / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        """Of those expected, the part that was given; 1 where none was expected."""
        return self.both / self.expected if self.expected else 1.0


def load(name: str) -> list[Case]:
    """The cases of `faulty` or `sound`."""
    return [_case(json.loads(line)) for line in (FOLDER / f"{name}.jsonl").read_text("ascii").splitlines()]


def _case(line: Mapping[str, Any]) -> Case:
    body = base64.b64decode(line["body_b64"]) if "body_b64" in line else line["body"].encode("utf-8")
    expected = Labelled(
        reply=tuple(sorted(line["labels"]["reply"])),
        calls=tuple(tuple(sorted(labels)) for labels in line["labels"]["calls"]),
        runs=tuple(line["runs"]),
        provider=line.get("provider", False),
    )
    return Case(name=line["name"], why=line["why"], body=body, expected=expected)


@cache
def tools() -> Toolset:
    """The tools that every body of the corpus was offered."""
    made = [_tool(**row) for row in json.loads((FOLDER / "tools.json").read_text("ascii"))]
    return {tool.name: tool for tool in made}


def _tool(name: str, parameters: Mapping[str, Any]) -> Tool:
    checker = Validator(parameters, format_checker=Validator.FORMAT_CHECKER)
    return Tool(
        name=name, description="", parameters=parameters, effect="read", source="", digest="", validator=checker
    )


def label(body: bytes) -> Labelled:
    """What the code makes of a body."""
    try:
        reply = parse_reply(parse_body(body), tools(), number=0)
    except ProviderError:
        return Labelled(provider=True)
    return Labelled(
        reply=tuple(sorted(reply.labels)),
        calls=tuple(tuple(sorted(call.labels)) for call in reply.calls),
        runs=tuple(index for index, call in enumerate(reply.calls) if call.valid),
    )


def scores(cases: Iterable[Case]) -> list[Score]:
    """Precision and recall of each label."""
    pairs = [(case.expected.every_label(), label(case.body).every_label()) for case in cases]
    return [_score(name, pairs) for name in LABELS]


def _score(name: str, pairs: Iterable[tuple[Counter[tuple[int, str]], Counter[tuple[int, str]]]]) -> Score:
    expected = given = both = 0
    for wanted, got in pairs:
        expected += _count(wanted, name)
        given += _count(got, name)
        both += _count(wanted & got, name)
    return Score(label=name, expected=expected, given=given, both=both)


def _count(labels: Counter[tuple[int, str]], name: str) -> int:
    return sum(number for (_, label), number in labels.items() if label == name)


def table(rows: Iterable[Score]) -> str:
    """Precision and recall per label, as text."""
    lines = [f"{'label':<20} {'expected':>8} {'given':>6} {'precision':>9} {'recall':>6}"]
    lines += [
        f"{row.label:<20} {row.expected:>8} {row.given:>6} {row.precision:>9.3f} {row.recall:>6.3f}" for row in rows
    ]
    return "\n".join(lines)
