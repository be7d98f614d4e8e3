"""Faults that only the sequence shows, recovery, origins of values, costs: from events to facts."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.detect.facts import CallFacts, TrialCalls
from sandbox.detect.faults import trial_calls
from sandbox.detect.garbled import readable
from sandbox.detect.made import parsed
from sandbox.detect.targets import reaches, target
from sandbox.events import Event, read_log
from sandbox.journal import Journal, read_events
from tests.support.builders import Log

EFFECTS = {"bash": "exec", "write_file": "write", "edit_file": "write"}
BASE, OTHER = "a" * 40, "b" * 40


class Trial:
    """Builds a log call by call, with the state of the workspace after each that may write."""

    def __init__(self, prompt: str = "Make it add.") -> None:
        self.log = Log()
        self.calls = 0
        messages = [{"role": "system", "content": "You work in /workspace."}, {"role": "user", "content": prompt}]
        self.log.add("step.opened", step="main", index=0, messages=messages)

    def run(
        self,
        name: str,
        arguments: Mapping[str, Any] | str,
        output: str = "out",
        *,
        tree: str | None = BASE,
        reply: Event | None = None,
        **came: Any,
    ) -> Trial:
        """A call that was run. tree: the state that it left; None: not known; "": nothing was saved."""
        raw = arguments if isinstance(arguments, str) else json.dumps(arguments)
        effect = EFFECTS.get(name, "read")
        facts = {"call": self._call(), "name": name, "arguments": raw, "effect": effect}
        started = self.log.add("tool.started", reply or self.log.reply(), **facts)
        answer = {"status": "ok", "output": output, "exit_code": 0, "sha256": output, "seconds": 0.25, **came}
        returned = self.log.add("tool.returned", started, call=facts["call"], **answer)
        if effect != "read" and tree != "":
            changed = int(tree == OTHER)
            saved = {"raw": tree, "changed": changed, "gone": 0, "over": None if tree else "too large", "sealed": False}
            self.log.add("tree.saved", returned, **saved)
        return self

    def fault(
        self, label: str, name: str | None, raw: str, content: str = "no", *, reply: Event | None = None
    ) -> Trial:
        """A call that was not run."""
        data = {"call": self._call(), "name": name, "arguments": raw, "labels": [label], "content": content}
        self.log.add("call.rejected", reply or self.log.reply(), **data)
        return self

    def end(self, *, claims: bool = True, accepted: bool = True, verdict: str | None = None) -> TrialCalls:
        """The end of the trial; what is known of it."""
        self.log.add("checkpoint", tier="T0", reason="submit" if claims else "limit", claims_done=claims)
        self.log.check(score=float(accepted))
        self.log.close(verdict or ("accepted" if accepted else "wrong"))
        return self.facts()

    def facts(self) -> TrialCalls:
        """What is known so far; the same when the log is read back."""
        found = trial_calls(self.log.events)
        assert trial_calls(read_log("".join(event.to_line() for event in self.log.events))) == found
        return found

    def labels(self) -> list[tuple[str, ...]]:
        return [call.labels for call in self.facts().calls]

    def _call(self) -> str:
        self.calls += 1
        return f"c{self.calls}"


def repeats(trial: Trial) -> list[str | None]:
    return [call.repeats for call in trial.facts().calls]


# --- repeated-call ---

LS = {"command": "ls"}
READ = {"path": "calc.py"}


def test_the_same_call_in_the_same_state_is_a_repeat_of_the_latest() -> None:
    trial = Trial().run("bash", LS).run("read_file", READ).run("bash", LS).run("bash", LS)
    assert repeats(trial) == [None, None, "c1", "c3"]
    assert trial.labels() == [(), (), ("repeated-call",), ("repeated-call",)]


def test_the_first_state_that_is_saved_says_whether_it_is_the_one_the_trial_began_with() -> None:
    assert repeats(Trial().run("read_file", READ).run("bash", LS, tree=BASE).run("read_file", READ))[2] == "c1"
    assert repeats(Trial().run("read_file", READ).run("bash", LS, tree=OTHER).run("read_file", READ))[2] is None


def test_a_change_in_between_makes_it_another_call() -> None:
    edit = {"path": "calc.py", "old": "a", "new": "b"}
    trial = Trial().run("bash", LS).run("edit_file", edit, tree=OTHER).run("bash", LS, tree=OTHER)
    assert repeats(trial) == [None, None, None]


def test_a_change_that_was_taken_back_is_a_change() -> None:
    trial = Trial().run("bash", LS).run("bash", {"command": "a"}, tree=OTHER).run("bash", {"command": "b"}, tree=BASE)
    assert repeats(trial.run("bash", LS))[-1] is None


def test_a_call_that_itself_changes_something_is_no_repeat_the_first_time() -> None:
    trial = Trial().run("bash", LS).run("bash", {"command": "make"}, tree=OTHER)
    trial.run("bash", {"command": "make"}, tree=OTHER).run("bash", {"command": "make"}, tree=OTHER)
    assert repeats(trial) == [None, None, None, "c3"]


def test_an_unknown_state_is_no_proof() -> None:
    over = Trial().run("bash", LS).run("bash", LS, tree=None).run("bash", LS).run("bash", LS)
    # The second began where the first had left off; the third in a state that nobody knows; so did the fourth not.
    assert repeats(over) == [None, "c1", None, None]
    old = Trial().run("bash", LS, tree="").run("bash", LS, tree="").run("read_file", READ).run("read_file", READ)
    assert repeats(old) == [None, None, None, "c3"]


def test_a_tool_that_refused_has_changed_nothing() -> None:
    edit = {"path": "calc.py", "old": "zzz", "new": "b"}
    trial = Trial().run("bash", LS)
    for _ in range(2):
        trial.run("edit_file", edit, tree="", status="refused", exit_code=None)
    assert repeats(trial) == [None, None, "c2"]
    assert trial.end().as_record()["refused"] == 2


SAME = [
    ('{"path": "a", "offset": 1}', '{"offset":1.0,"path":"a"}', True),
    ('{"path": "a", "offset": 10}', '{"path": "a", "offset": 1e1}', True),
    ('{"path": "a", "path": "b"}', '{"path": "b"}', True),
    ('{"path": "a\\u0062"}', '{"path": "ab"}', True),
    ('{"path": "a"}', '{"path": "./a"}', False),
    ('{"path": "a", "offset": 1}', '{"path": "a", "offset": "1"}', False),
    ('{"path": "a", "offset": 1}', '{"path": "a", "offset": true}', False),
    ('{"path": "a"}', '{"path": "a", "offset": 1}', False),
]


@pytest.mark.parametrize(("first", "second", "same"), SAME)
def test_arguments_are_compared_as_values_and_paths_as_given(first: str, second: str, same: bool) -> None:
    assert (repeats(Trial().run("read_file", first).run("read_file", second))[1] is not None) is same


@given(st.integers(-(10**30), 10**30), st.integers(0, 6))
def test_numbers_are_equal_however_they_are_written(number: int, zeros: int) -> None:
    written = [f"{number}", f"{number}.{'0' * (zeros + 1)}", f"{number}e0", f"{number}{'0' * zeros}e-{zeros}"]
    assert len({parsed(f'{{"n": {text}}}')[1] for text in written}) == 1
    assert parsed(f'{{"n": {number}}}')[1] != parsed(f'{{"n": {number + 1}}}')[1]
    assert parsed(f'{{"n": "{number}"}}')[1] != parsed(f'{{"n": {number}}}')[1]


@pytest.mark.parametrize(
    "raw", ['{"n": 1e999999999999}', '{"n": ' + "9" * 5000 + "}", '{"n": ' + "[" * 499 + "]" * 499 + "}"]
)
def test_odd_numbers_and_depths_do_no_harm(raw: str) -> None:
    assert repeats(Trial().run("read_file", raw).run("read_file", raw))[1] == "c1"


NOT_SETTLED: list[dict[str, Any]] = [
    {"status": "timeout"},
    {"status": "killed"},
    {"exit_code": 124},
    {"output": "HTTP/1.1 429 Too Many Requests"},
    {"output": "curl: (22) The requested URL returned error: 503 Service Unavailable"},
    {"output": "urllib.error.HTTPError: HTTP Error 500: Internal"},
    {"output": '{"id": "job_1", "status": "pending"}'},
    {"output": "curl: (7) Failed to connect: Connection refused"},
    {"output": "requests.exceptions.ConnectionError: Connection reset by peer"},
    {"output": "curl: (28) Operation timed out"},
]


@pytest.mark.parametrize("came", NOT_SETTLED, ids=str)
def test_there_may_be_a_reason_to_ask_again(came: dict[str, Any]) -> None:
    ask = {"command": "./ask"}
    assert repeats(Trial().run("bash", ask, **came).run("bash", ask, **came))[1] is None


@pytest.mark.parametrize("output", ["1 failed, 3 passed", "exit 1", '{"status": "shipped"}', "500 lines", "port 5031"])
def test_a_plain_answer_gives_none(output: str) -> None:
    trial = Trial().run("bash", LS, output, exit_code=1).run("bash", LS, output, exit_code=1)
    assert repeats(trial)[1] == "c1"


def test_what_a_file_says_of_services_is_no_answer_of_one() -> None:
    trial = Trial().run("read_file", READ, 'raise HTTPError("503 Service Unavailable")')
    assert repeats(trial.run("read_file", READ, 'raise HTTPError("503 Service Unavailable")'))[1] == "c1"


def test_reading_something_else_is_reading_another_state() -> None:
    trial = Trial().run("read_file", READ, "one").run("read_file", READ, "two").run("read_file", READ, "two")
    assert repeats(trial) == [None, None, "c2"]


def test_calls_that_were_not_run_neither_are_nor_make_a_repeat() -> None:
    trial = Trial().fault("bad-json", "bash", '{"command": "ls"').fault("bad-json", "bash", '{"command": "ls"')
    trial.run("bash", LS)
    last = trial.log.reply()
    trial.log.add("call.rejected", last, call="x", name="bash", arguments=json.dumps(LS), labels=[], content="late")
    assert repeats(trial) == [None] * 4


def test_two_equal_calls_of_one_reply_are_a_repeat() -> None:
    trial = Trial()
    reply = trial.log.reply()
    assert repeats(trial.run("bash", LS, reply=reply).run("bash", LS, reply=reply)) == [None, "c1"]


# --- recovery ---


def after(trial: Trial) -> tuple[int | None, bool]:
    """Of the first call."""
    call = trial.end().calls[0]
    return call.recovered_after, call.unrecovered


@pytest.mark.parametrize("replies", [1, 2, 3, 4])
def test_recovery_counts_replies_and_late_is_not_never(replies: int) -> None:
    trial = Trial().fault("bad-json", "read_file", '{"path": "calc.py"')
    for number in range(replies - 1):
        trial.run("bash", {"command": f"echo {number}"})
    found = trial.run("read_file", READ).end()
    assert (found.calls[0].recovered_after, found.calls[0].unrecovered) == (replies, False)
    assert found.as_record()["recovered"] == int(replies <= 3)


# A faulty call, what came after it, and whether that is for the same.
TARGETS = [
    ("read_file", '{"path": "calc.py"', "read_file", {"path": "calc.py"}, True),
    ("read_file", '{"path": "calc.py"', "read_file", {"path": "other.py"}, False),
    ("read_file", '{"path": "calc.py"', "read_file", {"path": "/workspace/calc.py"}, True),
    ("read_file", '{"file": "src/calc.py"}', "read_file", {"path": "calc.py"}, False),
    ("read_file", '{"file": "src/../calc.py"}', "read_file", {"path": "./calc.py"}, True),
    ("read_file", "{'path': 'calc.py'}", "read_file", {"path": "calc.py"}, True),
    ("read_file", '"{\\"path\\": \\"calc.py\\"}"', "read_file", {"path": "calc.py"}, True),
    ("read_file", '"{\\"path\\": \\"calc.py\\"}"', "read_file", {"path": "b.py"}, False),
    ("list_dir", '{"directory": "/workspace/"}', "list_dir", {"path": "."}, True),
    ("list_dir", '{"directory": "/workspace"}', "list_dir", {"path": "src"}, False),
    ("read_file", '{"path": "calc.py"', "bash", {"command": "cat calc.py"}, True),
    ("edit_file", '{"path": "a.py", "old_str": "x"}', "edit_file", {"path": "a.py", "old": "y", "new": "z"}, True),
    ("edit_file", '{"path": "a.py", "old_str": "x"}', "edit_file", {"path": "b.py", "old": "x", "new": "z"}, False),
    ("bash", '{"command": "grep -n \\"def walk\\" a.py', "bash", {"command": "grep -n 'def walk' a.py"}, True),
    ("bash", '{"cmd": "python -m pytest -q"}', "bash", {"command": "cd /workspace && python -m pytest"}, True),
    ("bash", '{"cmd": "cd /workspace && python -m pytest"}', "bash", {"command": "cd /workspace && ls -la"}, False),
    ("search", '{"regex": "encoding"}', "search", {"pattern": "encoding", "path": "a.py"}, True),
    ("search", '{"regex": "encoding"}', "search", {"pattern": "decoder"}, False),
]


@pytest.mark.parametrize(("name", "raw", "tool", "arguments", "same"), TARGETS)
def test_what_puts_a_fault_right_is_for_the_same(
    name: str, raw: str, tool: str, arguments: dict[str, Any], same: bool
) -> None:
    trial = Trial().fault("bad-json", name, raw).run(tool, arguments)
    assert after(trial) == ((1, False) if same else (None, True))


UNKNOWN = [
    ("run_tests", '{"file": "tests.py"}', "bash", {"command": "pytest -q tests.py"}, True),
    ("run_tests", '{"file": "tests.py"}', "bash", {"command": "ls"}, False),
    ("create_file", '{"path": "a.py", "content": "x"}', "write_file", {"path": "a.py", "content": "y"}, True),
    ("create_file", '{"path": "a.py", "content": "x"}', "write_file", {"path": "b.py", "content": "x"}, False),
    ("apply_patch", '{"patch": "*** Begin"}', "edit_file", {"path": "a.py", "old": "x", "new": "y"}, True),
    ("functions.bash", '{"command": "ls"}', "bash", {"command": "ls"}, True),
    (None, "{}", "bash", {"command": "ls"}, False),
    ("run_tests", "{}", "bash", {"command": "python -m pytest -q"}, True),
    ("run_tests", "{}", "bash", {"command": "ls"}, False),
    ("finish", "{}", "submit", {}, True),
    ("run_tests", "{}", "submit", {}, False),
    ("functions.submit", "{}", "submit", {}, True),
    ("functions.submit", "{}", "bash", {"command": "ls"}, False),
]


@pytest.mark.parametrize(("name", "raw", "tool", "arguments", "same"), UNKNOWN)
def test_any_tool_that_could_serve_puts_an_unknown_one_right(
    name: str | None, raw: str, tool: str, arguments: dict[str, Any], same: bool
) -> None:
    assert after(Trial().fault("unknown-tool", name, raw).run(tool, arguments))[0] == (1 if same else None)


def test_an_argument_that_was_at_fault_says_nothing_of_what_was_wanted() -> None:
    trial = Trial().fault("wrong-type", "read_file", '{"path": 5}', "The call was not run. `path`: 5 is no string.")
    assert after(trial.run("read_file", READ)) == (1, False)
    blamed = Trial().fault("out-of-range", "get", '{"order_id": 7}', "The call was not run. `order_id`: 7 is odd.")
    assert after(blamed.run("get", {"order_id": 12}))[0] == 1


@pytest.mark.parametrize("status", ["refused", "timeout", "killed"])
def test_a_call_that_did_not_go_well_puts_nothing_right(status: str) -> None:
    trial = Trial().fault("bad-json", "read_file", '{"path": "calc.py"').run("read_file", READ, status=status)
    assert after(trial) == (None, True)


def test_what_the_same_reply_does_is_done_but_no_answer_to_the_fault() -> None:
    trial = Trial()
    reply = trial.log.reply()
    trial.fault("bad-json", "read_file", '{"path": "calc.py"', reply=reply).run("read_file", READ, reply=reply)
    assert after(trial) == (None, False)


def test_while_a_trial_is_open_only_a_fault_that_came_again_is_unrecovered() -> None:
    trial = Trial().fault("bad-json", "bash", "{").fault("bad-json", "bash", "{")
    assert [call.unrecovered for call in trial.facts().calls] == [True, False]
    assert [call.unrecovered for call in trial.run("bash", LS).facts().calls] == [False] * 3
    # What the faulty ones were for cannot be read: neither put right nor left undone, as far as anyone knows.
    assert trial.facts().as_record()["recovered"] == 0


def test_the_same_fault_again_and_never_put_right_counts_each_time() -> None:
    found = Trial().fault("bad-json", "bash", "{").fault("bad-json", "bash", "{").end(accepted=False)
    assert found.as_record()["faults"] == {"bad-json": 2, "false-completion": 1, "unrecovered": 2}


def test_an_end_from_outside_leaves_nothing_undone() -> None:
    trial = Trial().fault("bad-json", "bash", "{")
    trial.log.fault("sandbox", "agent")
    trial.log.close("infra-error")
    assert not trial.facts().calls[0].unrecovered
    crashed = Trial().fault("bad-json", "bash", "{")
    crashed.log.fault("agent", "agent")
    crashed.log.close("agent-crash")
    assert crashed.facts().calls[0].unrecovered


@pytest.mark.parametrize(("claims", "undone"), [(True, False), (False, True)])
def test_to_hand_in_it_is_enough_to_say_so(claims: bool, undone: bool) -> None:
    trial = Trial().fault("unexpected-argument", "submit", '{"done": true}')
    assert trial.end(claims=claims).calls[0].unrecovered is undone


@given(st.text(alphabet="\"'\\:{}[],apth \n", max_size=80) | st.text(max_size=40))
def test_arguments_are_read_as_far_as_they_can_be_whatever_they_are(raw: str) -> None:
    arguments, cut = readable(raw)
    for name in ("bash", "read_file", "get"):
        aim = target(name, arguments, cut=cut)
        assert reaches(aim, aim) or aim.is_blank or aim.cut_path


def test_reading_broken_arguments_takes_time_by_their_length() -> None:
    for raw in ("a" * 1_000_000, '"a":"' * 200_000, "{'" * 500_000, '{"path": "' + "\\" * 1_000_000):
        assert isinstance(readable(raw)[0], dict)


# --- replies as a whole, and the claim to be done ---


def test_a_faulty_reply_is_unrecovered_where_no_sound_one_follows() -> None:
    trial = Trial()
    trial.log.reply("empty-reply")
    assert not trial.run("bash", LS).end().reply_faults[0].unrecovered
    stuck = Trial()
    for _ in range(3):
        stuck.log.reply("empty-reply")
    assert stuck.end(claims=False, accepted=False).as_record()["faults"] == {"empty-reply": 3, "unrecovered": 3}


@pytest.mark.parametrize("accepted", [True, False])
def test_a_call_in_text_left_something_undone_unless_the_work_was_good(accepted: bool) -> None:
    trial = Trial()
    trial.log.reply("call-in-text")
    assert trial.end(accepted=accepted).reply_faults[0].unrecovered is not accepted


@pytest.mark.parametrize(("claims", "accepted"), [(True, True), (True, False), (False, True), (False, False)])
def test_a_completion_is_false_where_it_was_claimed_and_the_check_fails(claims: bool, accepted: bool) -> None:
    found = Trial().run("bash", LS).end(claims=claims, accepted=accepted)
    assert found.false_completion is (claims and not accepted)
    assert found.as_record()["faulty"] == 0


def ended_by(text: str, *labels: str, accepted: bool = False) -> TrialCalls:
    """A trial that ends with a reply without calls."""
    trial = Trial().fault("unexpected-argument", "submit", '{"done": true}')
    spent: dict[str, Any] = {"seconds": 0.5, "prompt_tokens": 10, "completion_tokens": 2, "cost_usd": 0.0}
    trial.log.add("model.replied", reply=1, labels=list(labels), text=text, finish="stop", calls=0, **spent)
    return trial.end(accepted=accepted)


def test_who_plainly_says_that_it_is_not_done_claims_nothing() -> None:
    assert ended_by("I fixed it.").false_completion
    assert not ended_by("I was not able to fix the bug.").false_completion
    assert not ended_by("<tool_call>bash", "call-in-text").claims
    # The work was handed in all the same.
    assert not ended_by("I give up.").calls[0].unrecovered


@pytest.mark.parametrize(("second", "repeat"), [("10 %", "c1"), ("40 %", None)])
def test_another_result_of_a_command_shows_another_state(second: str, repeat: str | None) -> None:
    assert repeats(Trial().run("bash", LS, "10 %").run("bash", LS, second))[1] == repeat


def test_tampering_is_no_completion_and_without_a_check_nothing_is_said() -> None:
    tampered = Trial()
    tampered.log.add("checkpoint", tier="T0", reason="submit", claims_done=True)
    tampered.log.check(tampering=["a canary passed"])
    assert tampered.facts().false_completion
    unchecked = Trial()
    unchecked.log.add("checkpoint", tier="T0", reason="submit", claims_done=True)
    assert not unchecked.facts().false_completion


# --- origins of values ---


def last_call(trial: Trial) -> CallFacts:
    return trial.facts().calls[-1]


GROUNDED = [
    ("read_file", {"path": "calc.py"}, "Look at calc.py, please."),
    ("read_file", {"path": "/workspace/src/calc.py"}, "Look at calc.py, please."),
    ("read_file", {"path": "README.md"}, ""),
    ("read_file", {"path": "./tests/../setup.py"}, ""),
    ("list_dir", {"path": "."}, ""),
    ("search", {"pattern": "no_such_symbol_1234"}, ""),
    ("bash", {"command": "cat /srv/nowhere/at_all.py"}, ""),
    ("get_order", {"order_id": "ORD-1042"}, "Where is ORD-1042?"),
    ("get_order", {"order_id": 1042}, "Where is order 1042?"),
    ("get_order", {"note": "as soon as possible", "count": 1042, "fast": True}, ""),
    ("write_file", {"path": "new_module.py", "content": "import other_thing"}, ""),
]
UNGROUNDED = [
    ("read_file", {"path": "calculator.py"}, ["calculator.py"]),
    ("read_file", {"path": "src/core/add.py"}, ["src/core/add.py"]),
    ("edit_file", {"path": "addition.py", "old": "a", "new": "b"}, ["addition.py"]),
    ("get_order", {"order_id": "ORD-1042"}, ["ORD-1042"]),
    ("get_order", {"order_id": 1042}, ["1042"]),
    ("get", {"filter": {"customer": ["cus_8f3k2a"]}}, ["cus_8f3k2a"]),
    ("get", {"ref": "123e4567-e89b-12d3-a456-426614174000"}, ["123e4567-e89b-12d3-a456-426614174000"]),
    ("references", {"symbol": "add_numbers"}, ["add_numbers"]),
]


@pytest.mark.parametrize(("name", "arguments", "prompt"), GROUNDED)
def test_what_was_said_or_is_no_identifier_is_not_ungrounded(name: str, arguments: dict[str, Any], prompt: str) -> None:
    assert last_call(Trial(f"Mend it. {prompt}").run(name, arguments)).ungrounded == ()


@pytest.mark.parametrize(("name", "arguments", "values"), UNGROUNDED)
def test_an_identifier_that_came_from_nowhere_is_named(name: str, arguments: dict[str, Any], values: list[str]) -> None:
    found = Trial("Mend it.").run(name, arguments).end()
    assert list(found.calls[0].ungrounded) == values
    assert found.as_record()["advisory"] == {"ungrounded-value": 1}
    assert found.as_record()["faults"] == {}


def test_a_value_is_traced_to_the_first_event_in_which_it_stood() -> None:
    trial = Trial().run("list_dir", {"path": "."}, "adder.py  12\n").run("bash", LS, "adder.py")
    trial.run("read_file", {"path": "adder.py"})
    listed = next(event for event in trial.log.events if event.kind == "tool.returned")
    assert last_call(trial).grounded == (("adder.py", listed.seq),)


def test_a_result_of_the_same_reply_was_not_known_to_it() -> None:
    trial = Trial()
    reply = trial.log.reply()
    trial.run("list_dir", {"path": "."}, "adder.py  12\n", reply=reply)
    assert last_call(trial.run("read_file", {"path": "adder.py"}, reply=reply)).ungrounded == ("adder.py",)


def test_a_refusal_that_repeats_a_guess_does_not_ground_it() -> None:
    trial = Trial().run("read_file", {"path": "adder.py"}, "adder.py: no such file", status="refused")
    assert last_call(trial.run("read_file", {"path": "adder.py"})).ungrounded == ("adder.py",)
    hint = Trial().run("read_file", {"path": "adder.py"}, "adder.py: no such file; calc.py?", status="refused")
    assert last_call(hint.run("read_file", READ)).ungrounded == ()


def test_names_that_the_candidate_made_itself_are_its_own() -> None:
    trial = Trial().run("write_file", {"path": "fresh.py", "content": "def newly(): ..."})
    trial.run("bash", {"command": "mkdir made"})
    assert last_call(trial.run("read_file", {"path": "fresh.py"})).ungrounded == ()
    assert last_call(trial.run("references", {"symbol": "newly"})).ungrounded == ()
    assert last_call(trial.run("list_dir", {"path": "made"})).ungrounded == ()


WORDS = [
    ("cat", "a category", False),
    ("walk", "def walk_tree(node):", True),
    ("walk", "walking", False),
    ("Tree", "class WalkTree:", True),
    ("adder.py", "src/adder.py:3", True),
    ("adder.py", "修改adder.py文件", True),
    ("adder.py", "\x1b[31madder.py\x1b[0m", True),
    ("adder.py", '["adder.py\\nb.py"]', True),
    ("b.py", '["adder.py\\nb.py"]', True),
    ("adder.py", "adder and py", False),
    ("adder.py", "my_adder.py", True),
    ("修改.py", "修改.py", True),
    ("修改", "修改.py", True),
    ("修改", "b.py", False),
    ("1042", "order1042", True),
    ("1042", "91042", False),
]


@pytest.mark.parametrize(("word", "text", "stands"), WORDS)
def test_a_word_stands_where_it_begins_and_ends_like_one(word: str, text: str, stands: bool) -> None:
    trial = Trial().run("bash", LS, text).run("references", {"symbol": word})
    assert (last_call(trial).ungrounded == ()) is stands


def test_where_names_come_from_is_found_in_time_by_the_length_of_the_log() -> None:
    trial = Trial()
    for number in range(300):
        text = f"some line of text {number}\n" * 1000
        trial.run("read_file", {"path": f"dir{number}/file{number}.py"}, text)
    started = time.process_time()
    assert all(call.ungrounded for call in trial_calls(trial.log.events).calls)
    assert time.process_time() - started < 2.0


# --- what it costs ---


def test_a_reply_is_shared_out_by_what_was_written_for_each_call() -> None:
    trial = Trial()
    reply = trial.log.reply()
    trial.fault("bad-json", "bash", "x" * 35, "n" * 10, reply=reply).run("bash", "{" + " " * 113 + "}", reply=reply)
    faulty, well = trial.facts().calls
    # Names and a separator count too: 4 + 35 + 1 to 4 + 115 + 1.
    assert (faulty.tokens, well.tokens) == (3.0, 9.0)
    assert (faulty.seconds, well.seconds) == (0.125, 0.375 + 0.25)
    assert (faulty.answer_tokens, well.answer_tokens) == (3, 0)
    assert (trial.facts().tokens, trial.facts().seconds) == (12.0, 0.75)


def test_where_no_tokens_are_known_the_estimate_counts() -> None:
    log = Log()
    spent: dict[str, Any] = {"seconds": 0.5, "prompt_tokens": 0, "completion_tokens": 0, "cost_usd": None}
    spent["usage_known"] = False
    replied = log.add("model.replied", reply=0, labels=[], charge={"tokens": 40, "cost_usd": None}, **spent)
    log.reject(replied, "bad-json")
    assert trial_calls(log.events).calls[0].tokens == 40.0


def test_scripts_spend_nothing() -> None:
    log = Log()
    spent: dict[str, Any] = {"seconds": 0.0, "prompt_tokens": 0, "completion_tokens": 0, "cost_usd": 0.0}
    log.reject(log.add("model.replied", reply=0, labels=[], **spent), "bad-json")
    assert trial_calls(log.events).calls[0].answer_tokens == 0


# --- live and read back ---


def test_a_journal_says_the_same_live_and_read_back(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    trial = Trial().run("read_file", {"path": "é\udc80.py"}).fault("bad-json", "bash", "\ud800{")
    trial.run("bash", LS).run("bash", LS).end(accepted=False)
    for event in trial.log.events:
        cause = None if event.cause is None else journal.events[event.cause]
        data = {key: tuple(value) if isinstance(value, list) else value for key, value in event.data.items()}
        journal.write(event.kind, data, cause=cause)
    journal.close()
    live = trial_calls(journal.events)
    assert trial_calls(read_events(tmp_path)) == live
    assert live.faults() == {"bad-json": 1, "repeated-call": 1, "false-completion": 1}
