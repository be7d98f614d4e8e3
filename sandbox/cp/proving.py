"""Whether a problem holds as a task, from trials of the oracle, of nop and of each labelled submission. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.cp.brief import Brief
from sandbox.cp.problem import Verdict
from sandbox.cp.rates import disagreement
from sandbox.cp.tally import CaseResult, Outcome
from sandbox.events import Event
from sandbox.plan import NOP, ORACLE


def problem_faults(brief: Brief, script: str, record: Mapping[str, Any], checked: Event | None) -> list[str]:
    """What does not hold, a line each.

    Args:
        script: oracle, nop, or the name of a labelled submission.
        record: the terminal record of its trial, checked: the check that this rests on.
    """
    found = f"{record['verdict']} ({record['reason']})"
    if script == ORACLE:
        return [] if record["verdict"] == "accepted" else [f"the first accepted submission is not accepted: {found}"]
    if script == NOP:
        return [] if record["verdict"] == "wrong" else [f"doing nothing is not wrong: {found}"]
    labelled = brief.labelled(script)
    if labelled is None or checked is None:
        return [f"{script}: was not judged: {found}"]
    outcome = _outcome(checked.data)
    why = disagreement(labelled, outcome)
    if why and labelled.required and outcome.verdict is not Verdict.AC:
        # What is required may come after the first failure; `roadtest judge --labelled` looks at all cases.
        why = disagreement(replace(labelled, required=frozenset(), demands=()), outcome)
    return [f"{script}: {why}"] if why else []


def _outcome(said: Mapping[str, Any]) -> Outcome:
    """What a check tells of a judgement, as far as labels ask for it."""
    return Outcome(
        verdict=Verdict(said["verdict"]),
        score=said["points"],
        first_failing=said["first_failing"],
        judged={
            name: CaseResult(verdict=Verdict(case["verdict"]), time_s=case["seconds"])
            for name, case in said["cases"].items()
        },
        groups=dict(said["subtasks"]),
    )
