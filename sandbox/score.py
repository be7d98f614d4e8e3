"""From the events of one trial to its verdict and its terminal record. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.cp import handed_in
from sandbox.detect.faults import trial_calls
from sandbox.detect.injected import injected
from sandbox.detect.oscillation import Findings, as_record
from sandbox.errors import DeadlinePassed
from sandbox.events import Event, final_check, last, of_kind
from sandbox.probing import unjudged
from sandbox.serving import verdict as services
from sandbox.story import Story, read_story
from sandbox.trajectory import settled

# These two say nothing about the candidate: they leave every denominator and are counted aloud.
NO_VERDICT = frozenset({"infra-error", "judge-error"})
VERDICTS = NO_VERDICT | {"accepted", "partial", "wrong", "budget", "agent-crash"}
# The flag that what has to be typed next depends on.
DEADLINE_PASSED = "deadline-passed"


def verdict(events: Sequence[Event]) -> tuple[str, str]:
    """The verdict of a trial and the reason in a few words, from its log so far.

    In this order: a failure that ended it, a limit that was hit, what the judge found.
    """
    if fault := next((event for event in of_kind(events, "fault") if event.data["final"]), None):
        message = str(fault.data["message"])
        if fault.data["origin"] == "agent":
            return "agent-crash", message
        return ("judge-error" if fault.data["stage"] == "judge" else "infra-error"), message
    if hit := _cut_by(events):
        return "budget", _limit_in_words(hit.data)
    checked = final_check(events)
    if checked is None:
        return "infra-error", "the trial ended without a check"
    if checked.data["tampering"]:
        return "wrong", "tampered: " + "; ".join(checked.data["tampering"])
    if checked.data["incomplete"]:
        return "wrong", "the hidden tests ran out of time"
    if (about := events[0].data.get("problem")) is not None:
        return handed_in.in_words(checked.data, about)
    if "outcome" in checked.data and not checked.data["outcome"]["strict"]:
        return _short_of(checked.data)
    if checked.data["score"] == 1.0:
        return "accepted", _all_right(events, checked)
    return ("partial" if checked.data["score"] > 0 else "wrong"), "; ".join(_not_right(checked.data))


def _all_right(events: Sequence[Event], checked: Event) -> str:
    """What is said of an accepted trial."""
    served = "outcome" in checked.data
    if served and not checked.data["bugs"]:
        return "the services ended as they should"
    words = "every bug fixed, every guard intact" + ", the services as they should be" * served
    shaky = _unstable_at_the_end(events, checked)
    return words + (f"; not each time: {shaky}" if shaky else "")


def _not_right(checked: Mapping[str, Any]) -> list[str]:
    """What hidden tests find amiss."""
    broken = [name for name, status in checked["guards"].items() if status != "P"]
    unfixed = [name for name, status in checked["bugs"].items() if status != "P"]
    parts = [f"not fixed: {', '.join(unfixed)}"] if unfixed else []
    return parts + ([f"broke what worked: {', '.join(broken)}"] if broken else [])


def _short_of(checked: Mapping[str, Any]) -> tuple[str, str]:
    """The verdict on services that ended otherwise than wanted."""
    words = [*_not_right(checked), *services.missed(checked["outcome"])]
    return ("partial" if checked["score"] > 0 else "wrong"), "; ".join(words)


def _unstable_at_the_end(events: Sequence[Event], checked: Event) -> str:
    """What was right in the check of the final state and wrong in another of the same state."""
    story = read_story(events)
    key = checked.data["source"], checked.data.get("exam", 0)
    return ", ".join(unit.name for unit in story.units if story.status(*key, unit.name) == "U")


def _cut_by(events: Sequence[Event]) -> Event | None:
    """The limit that ended the trial; one that ended a step of a chain, and not the last, did not."""
    hit, opened = last(events, "limit.hit"), last(events, "step.opened")
    return hit if hit is not None and (opened is None or hit.seq > opened.seq) else None


def _limit_in_words(hit: Mapping[str, Any]) -> str:
    """As "the limit on replies was reached (100 of 100)"; what is no figure, like context, has no brackets."""
    name, value, bound = hit["limit"], hit["value"], hit["bound"]
    text = f"the limit on {name} was reached"
    if value is None or bound is None:
        return text
    about = "about " if hit.get("estimated") else ""
    if name == "cost":
        return f"{text} ({about}${value:.6g} of ${bound:.6g})"
    if name == "deadline":
        return f"the deadline of the trial passed ({value:.1f} s of {bound:.6g} s)"
    if name == "seconds":
        return f"{text} ({value:.1f} s of {bound:.6g} s)"
    return f"{text} ({about}{value:.0f} of {bound:.0f})"


def record(events: Sequence[Event]) -> dict[str, Any]:
    """The terminal record of a closed trial, as in `schemas/result.v1.json`."""
    opened, closed = events[0].data, events[-1].data
    checked, story = final_check(events), read_story(events)
    found = _findings(story)
    return {
        "v": 1,
        "trial": opened["trial"],
        "task": opened["task"],
        "suite": opened["suite"],
        "item": opened["item"],
        "rung": opened["rung"],
        "candidate": opened["candidate"]["name"],
        "condition": opened["condition"],
        "repeat": opened["repeat"],
        "judge": opened["judge"],
        # Logs of before there were such facts have none.
        **({"about": opened["about"]} if "about" in opened else {}),
        "verdict": closed["verdict"],
        "reason": closed["reason"],
        "score": trial_score(closed["verdict"], checked),
        "bugs": dict(checked.data["bugs"]) if checked else {},
        **({} if (problem := handed_in.record_of(events)) is None else {"problem": problem}),
        **({"outcome": services.record_of(checked.data["outcome"])} if checked and "outcome" in checked.data else {}),
        "calls": calls(events),
        **({} if (hit := injected(events)) is None else {"injected": hit}),
        "oscillation": _measures(events, found),
        "usage": usage(events),
        "time": times(events),
        "flags": _flags(events, story, found),
    }


def _flags(events: Sequence[Event], story: Story, findings: Findings | None) -> list[str]:
    """What has to be known beside the verdict, by name, sorted.

    plain-exec: the image has no Python, so tools ran through one exec each.
    replay-diverged: tools or states were other than in the recording.
    tool-host-lost: the tool host had to be started anew. history-stopped: later states are not kept.
    state-unknown: after some call the workspace was over its bounds. out-of-memory: the kernel
    killed processes of the candidate. sealed-tree-differs: the workspace was other than the calls had
    left it, as far as the tool host could see; what was found is what was judged.
    unstable: some bug or guard was right in one check of a state and wrong in another.
    probing-stopped: not all states could be checked, so that events may be missing.
    deadline-passed: there is no verdict because the deadline of the trial came before.
    checkpoints-sampled: of the states in which the candidate ran the tests itself some were not judged.
    """
    saved = of_kind(events, "tree.saved")
    lost = {event.data["error"] for event in of_kind(events, "fault") if not event.data["final"]}
    ended_by = {event.data["error"] for event in of_kind(events, "fault") if event.data["final"]}
    found = {
        # On a Harbor task that is how all of them run.
        "plain-exec": events[0].data["judge"] != "harbor"
        and any(event.data.get("transport") == "exec" for event in of_kind(events, "env.ready")),
        "tool-host-lost": "ToolHostLost" in lost,
        "history-stopped": "HistoryStopped" in lost,
        "replay-diverged": "ReplayDiverged" in lost,
        "state-unknown": any(event.data.get("over") for event in saved),
        "out-of-memory": any(event.data.get("oom_kills") for event in of_kind(events, "tool.returned")),
        "unstable": findings is not None and findings.unstable > 0,
        "probing-stopped": "ProbingStopped" in lost,
        DEADLINE_PASSED: DeadlinePassed.__name__ in ended_by,
        "checkpoints-sampled": findings is not None and unjudged(story) > 0,
        "sealed-tree-differs": any(event.data.get("differs") and event.data["sealed"] for event in saved),
    }
    return sorted(name for name, is_so in found.items() if is_so)


def trial_score(verdict: str, checked: Event | None) -> float | None:
    """The judge's score; 0 for a trial cut by a limit or by its own doing; None without a verdict."""
    if verdict in NO_VERDICT:
        return None
    return float(checked.data["score"]) if checked is not None and verdict in ("accepted", "partial", "wrong") else 0.0


def calls(events: Sequence[Event]) -> dict[str, Any]:
    """Calls made, valid, refused by a tool; faults by label; faults recovered from; calls with a fault; advisory.

    Faults of a reply as a whole, and those that only the sequence shows, are counted by label beside those of calls.
    """
    return dict(trial_calls(events).as_record())


def oscillation(events: Sequence[Event]) -> dict[str, Any]:
    """What came back and what was broken, confirmed events alone; null where no state could be judged.

    Source: definitions of the figures in docs/design/oscillation.md.
    """
    return _measures(events, _findings(read_story(events)))


def _findings(story: Story) -> Findings | None:
    checks = [row for rows in story.checks.values() for row in rows]
    # A reward alone does not say which behaviour came back, nor does the verdict on a program, nor an outcome.
    nameless = any("rewards" in row or "verdict" in row or ("outcome" in row and not row["bugs"]) for row in checks)
    if not checks or not story.states or nameless:
        return None
    return settled(story)[1]


def _measures(events: Sequence[Event], findings: Findings | None) -> dict[str, Any]:
    if findings is not None:
        return as_record(findings)
    nothing = dict.fromkeys(
        ("fixes", "regressions", "reintroductions", "state_cycles", "alternation_max", "index"), None
    )
    return {"checkpoints": len(of_kind(events, "checkpoint")), **nothing}


def usage(events: Sequence[Event]) -> dict[str, Any]:
    """Model calls, tokens, cost in US dollars (None when a price is not known)."""
    replies = of_kind(events, "model.replied")
    costs = [event.data["cost_usd"] for event in replies]
    return {
        "model_calls": len(replies),
        "prompt_tokens": sum(event.data["prompt_tokens"] for event in replies),
        "completion_tokens": sum(event.data["completion_tokens"] for event in replies),
        "cost_usd": None if None in costs else round(sum(costs), 6),
    }


def times(events: Sequence[Event]) -> dict[str, float]:
    """Seconds: the whole trial, waiting for the model, in tools, for the environment, judging.

    probe_s: checks that the verdict does not rest on, added up; some of them run beside one another.
    """

    def total(kind: str) -> float:
        return float(sum(event.data["seconds"] for event in of_kind(events, kind)))

    return {
        "wall_s": round(events[-1].t, 3),
        "model_s": round(total("model.replied"), 3),
        "tool_s": round(total("tool.returned"), 3),
        "env_s": round(total("env.ready") + total("tree.saved") + total("state.exported"), 3),
        "judge_s": round(_judging(events, "score"), 3),
        "probe_s": round(_judging(events) - _judging(events, "score"), 3),
    }


def _judging(events: Sequence[Event], purpose: str | None = None) -> float:
    checks = [event.data for event in of_kind(events, "check.ran")]
    return float(sum(data["seconds"] for data in checks if purpose in (None, data.get("purpose", "score"))))
