"""What is said when a run has ended: which trials were not run for which reason, and what to type to go on."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.caps import split
from sandbox.cli_run_end import print_outcome
from sandbox.commands import go_on_command
from sandbox.errors import BadInput
from sandbox.limits import Hit
from sandbox.run import Outcome
from tests.support.builders import make_record

OVER = Hit(limit="run.cost", value=20.013, bound=20.0)


def ended(*records: dict[str, Any], **changes: Any) -> Outcome:
    return Outcome(**{"directory": Path("out"), "records": records, "not_run": {}, **changes})


def said(outcome: Outcome, capsys: pytest.CaptureFixture[str], *, played_back: bool = False) -> list[str]:
    """The lines on standard error, without the program's name before them."""
    print_outcome(outcome, as_json=False, played_back=played_back)
    return [line.removeprefix("roadtest: ") for line in capsys.readouterr().err.splitlines()]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["roadtest", "run", "tasks/demo", "--limit", "run.cost=20", "--limit=replies=9"])


@pytest.mark.parametrize(
    "limits",
    [["--limit", "run.cost=20"], ["--limit=run.cost=20"], [], ["--limit=run.cost=1", "--limit", "run.cost=none"]],
)
def test_a_cap_that_has_to_be_higher_stands_in_the_command_once_as_what_has_to_be_filled_in(
    monkeypatch: pytest.MonkeyPatch, limits: list[str]
) -> None:
    kept = ["--limit", "replies=9", "--limit", "candidate.cost=3"]
    words = ["run", "tasks/demo", *kept[:2], *limits, *kept[2:], "--out", "o", "--resume"]
    monkeypatch.setattr(sys, "argv", ["roadtest", *words])
    found = shlex.split(go_on_command(Path("o"), raised=["run.cost"]))
    wanted = ["roadtest", "run", "tasks/demo", *kept, "--out", "o", "--limit", "run.cost=HIGHER", "--resume"]
    assert found == wanted
    with pytest.raises(BadInput, match="HIGHER"):
        split([found[found.index("run.cost=HIGHER")]])
    # Where no cap is in the way the words are those that were typed.
    assert shlex.split(go_on_command(Path("o"))) == ["roadtest", *words]


@pytest.mark.usefixtures("typed")
def test_a_cap_that_was_reached_has_to_be_raised_and_the_command_does_not_repeat_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reason = "the cap on the cost of the run is reached ($20.01 of $20); raise --limit run.cost to go on"
    lines = said(ended(make_record(), not_run={reason: {"model": 3}}, caps=(OVER,)), capsys)
    assert lines == [
        f"3 trials were not run (3 of model): {reason}",
        "the cap run.cost is used up ($20.01 of $20): under the same one nobody whom it binds is asked again",
        "to go on put more than that in place of HIGHER: "
        "roadtest run tasks/demo --limit=replies=9 --limit run.cost=HIGHER --out out --resume",
    ]


@pytest.mark.usefixtures("typed")
def test_without_a_cap_the_command_is_the_one_that_was_typed(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(ended(make_record("infra-error")), capsys)
    typed = "roadtest run tasks/demo --limit run.cost=20 --limit=replies=9"
    assert lines[-1] == f"put it right, then go on with: {typed} --out out --resume"
    assert said(ended(make_record()), capsys) == []


@pytest.mark.usefixtures("typed")
def test_a_deadline_stays_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    late = make_record("infra-error", flags=["deadline-passed"])
    within = make_record("budget", reason="the deadline of the trial passed (60.1 s of 60 s)")
    met = "1 trial met its deadline, which is as long when the run is gone on with; for a longer one begin a new run"
    assert met in said(ended(late, within), capsys)
    assert not any("deadline," in line for line in said(ended(make_record("infra-error"), within), capsys))


@pytest.mark.usefixtures("typed")
def test_each_reason_is_told_with_the_trials_that_it_kept_from_being_run(capsys: pytest.CaptureFixture[str]) -> None:
    many = {f"m{number}": 2 for number in range(5)}
    not_run = {"no such key": {"bad/x": 4}, "no engine answers": {"good/x": 2, "fast": 1}, "it is full": many}
    outcome = ended(make_record(), not_run=not_run)
    assert said(outcome, capsys)[:4] == [
        "17 trials were not run:",
        "  4 of bad/x: no such key",
        "  2 of good/x, 1 of fast: no engine answers",
        "  10 of 5 candidates: it is full",
    ]
    assert said(ended(not_run={"gone": {"fast": 1}}), capsys)[0] == "1 trial was not run (1 of fast): gone"
    print_outcome(outcome, as_json=True, played_back=False)
    data = json.loads(capsys.readouterr().out)
    assert data["missing"] == 17
    assert data["not_run"][1] == {"candidate": "good/x", "trials": 2, "reason": "no engine answers"}
