"""Tasks with services: what is declared, what programs are told, what becomes of a verdict, without any container."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import score
from sandbox.check import plan_checks
from sandbox.condition import CONDITIONS
from sandbox.condition_file import load_conditions
from sandbox.errors import BadInput, HarnessError, TaskError
from sandbox.events import Event
from sandbox.loader import load_task
from sandbox.outcomes.happenings import read_happenings
from sandbox.outcomes.spec import read_spec
from sandbox.plan import make_plan, parse_candidate
from sandbox.replay_check import check_problems
from sandbox.report.services import service_rows
from sandbox.retold import misfit, stays_because
from sandbox.service_kinds import KINDS
from sandbox.services.proxy.settings import read_settings
from sandbox.serving import telling, verdict
from sandbox.serving.declared import Service
from sandbox.task import Judge
from tests.support.builders import Log, make_record, make_task, make_task_folder

PAYMENTS = Service(name="payments", kind="payments", seed="services/payments.json", faults={"lost-response": 0.2})
TOML = """\
schema_version = "1.4"

[metadata.roadtest]
rung = "report"

[metadata.roadtest.judge]
kind = "black-box"

[metadata.roadtest.services.payments]
kind = "payments"
seed = "services/payments.json"
"""
OUTCOME = """\
[[allowed]]
service = "payments"
collection = "charges"
kinds = ["created"]
at_most = 1

[[required]]
id = "charged"
service = "payments"
collection = "charges"
exactly = 1

[[milestones]]
id = "asked"
where = { kind = "request", method = "POST" }

[[minefields]]
id = "deleted"
where = { method = "DELETE" }
"""
FILES = {
    "environment/Dockerfile": "FROM x\n",
    "solution/solve.sh": "true\n",
    "services/payments.json": "{}",
    "tests/outcome.toml": OUTCOME,
}


def loaded(folder: Path, toml: str = TOML, files: Mapping[str, str | None] | None = None) -> Any:
    held = {name: text for name, text in {**FILES, **(files or {})}.items() if text is not None}
    return load_task(make_task_folder(folder, toml, {"tests/guards.txt": "", **held}))


# --- what is declared ---


def test_a_task_with_services_is_read(tmp_path: Path) -> None:
    task = loaded(tmp_path, TOML + 'faults = { "lost-response" = 0.2 }\n')
    assert task.services == (PAYMENTS,)
    assert (task.judge.kind, task.bugs, task.hidden_ids) == ("black-box", (), ())
    assert [wanted.id for wanted in task.outcome.required] == ["charged"]


IN_PROCESS = TOML.replace("black-box", "in-process")
WHERE = "metadata.roadtest.services.payments"
BROKEN: list[tuple[str, str, dict[str, str | None], str]] = [
    (
        "unknown kind",
        TOML.replace('"payments"\nseed', '"paypal"\nseed'),
        {},
        f"{WHERE}.kind: there is no paypal (known",
    ),
    ("no seed file", TOML, {"services/payments.json": None}, f"{WHERE}.seed: there is no file services/payments.json"),
    ("a seed elsewhere", TOML.replace("services/p", "../p"), {}, f"{WHERE}.seed: must be a file below"),
    ("a seed of another kind", TOML.replace(".json", ".sql"), {}, f"{WHERE}.seed: must be a file below"),
    (
        "a seed that candidates are given",
        TOML.replace("services/payments", "environment/payments"),
        {"environment/payments.json": "{}"},
        f"{WHERE}.seed: environment/payments.json lies where candidates",
    ),
    ("unknown fault", TOML + "faults = { lightning = 0.1 }\n", {}, f"{WHERE}: lightning is no fault of payments"),
    ("a relay's fault", TOML + "faults = { cut = 0.1 }\n", {}, f"{WHERE}: cut is no fault of payments"),
    ("too many faults", TOML + "faults = { stale = 0.3, drift = 0.3 }\n", {}, f"{WHERE}.faults: the shares add up"),
    ("unknown fault in a script", TOML + 'script = [{ fault = "x" }]\n', {}, f"{WHERE}: x is no fault of payments"),
    ("unknown key", TOML + "image = 'x'\n", {}, f"{WHERE}.image: unknown key"),
    ("a name that is no host", TOML.replace("services.payments]", "services.Pay_Ments]"), {}, "Pay_Ments"),
    ("no outcome", TOML, {"tests/outcome.toml": None}, "tests/outcome.toml: is missing; write there what the services"),
    (
        "an outcome without services",
        TOML[: TOML.index("[metadata.roadtest.services")],
        {},
        "tests/outcome.toml: is for tasks with metadata.roadtest.services",
    ),
    (
        "an outcome of another service",
        TOML,
        {"tests/outcome.toml": OUTCOME.replace('"payments"', '"tracker"')},
        "tests/outcome.toml: allowed[0].service: there is no tracker (known: payments)",
    ),
    ("in-process without bugs", IN_PROCESS, {}, "judge.kind: in-process is not supported; use black-box"),
    (
        "black-box with bugs",
        TOML + "[[metadata.roadtest.bugs]]\nid = 'a'\ntests = ['t.py::a']\n",
        {"tests/t.py": ""},
        "judge.kind: black-box is not supported; use in-process",
    ),
]


@pytest.mark.parametrize(("toml", "files", "words"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_what_does_not_hold_is_refused_with_file_and_field(
    tmp_path: Path, toml: str, files: dict[str, str | None], words: str
) -> None:
    with pytest.raises(BadInput) as caught:
        loaded(tmp_path, toml, files)
    assert words in str(caught.value)


def test_a_task_without_bugs_and_outcome_is_refused(tmp_path: Path) -> None:
    toml = IN_PROCESS[: IN_PROCESS.index("[metadata.roadtest.services")]
    with pytest.raises(BadInput, match=r"metadata\.roadtest\.bugs: is missing"):
        loaded(tmp_path, toml, {"tests/outcome.toml": None})


# --- what programs are told ---


def test_each_service_has_an_address_of_its_own_and_the_proxy_understands_its_settings() -> None:
    services = (PAYMENTS, Service(name="store", kind="postgres"), Service(name="tracker", kind="tracker"))
    told = telling.proxy_settings(services, {"lost-response": 0.1, "cut": 0.5}, "s")
    assert [*told["services"]] == ["payments", "tracker"]
    settings = read_settings(told)
    assert [one.listen.host for one in settings.services] == ["127.0.0.2", "127.0.0.4"]
    assert settings.services[0].rates == {"lost-response": pytest.approx(0.3)}
    assert settings.services[1].rates == {"lost-response": 0.1}
    assert settings.services[0].dry_run
    assert telling.relay_settings(services[1], {"cut": 0.5, "stale": 0.1}, "s")["rates"] == {"cut": 0.5}


@pytest.mark.parametrize(
    ("entry", "counts"),
    [
        ({"kind": "request", "method": "POST"}, False),
        ({"kind": "answer", "method": "GET", "upstream": 200}, False),
        ({"kind": "answer", "method": "POST", "upstream": 201}, True),
        ({"kind": "answer", "method": "POST", "upstream": 409}, False),
        ({"kind": "answer", "method": "POST", "upstream": None, "fault": "server-error"}, False),
        # Done, and nobody was told.
        ({"kind": "answer", "method": "POST", "upstream": 201, "status": None, "fault": "lost-response"}, True),
        # Not done, but who was told that it was is right to look.
        ({"kind": "answer", "method": "POST", "upstream": 201, "status": 201, "fault": "no-op"}, True),
        # Asked, and no answer came that tells what it did.
        ({"kind": "answer", "method": "POST", "upstream": None, "notes": {"bad answer": "too late"}}, True),
        # What was done before is only told once more.
        ({"kind": "answer", "method": "POST", "upstream": 201, "notes": {"replayed": True}}, False),
        ({"kind": "closed", "received": 40, "sent": 9}, True),
        ({"kind": "closed", "received": 0, "sent": 12}, False),
        ({"kind": "delivery", "status": 204}, False),
    ],
)
def test_what_may_have_changed_a_service_is_counted_and_nothing_else(entry: Mapping[str, Any], counts: bool) -> None:
    line = json.dumps({"notes": {}, **entry}).encode() + b"\n"
    assert telling.counted(line) == (1, int(counts))
    assert telling.counted(line * 2 + b'{"torn') == (2, 2 * counts)


def test_a_script_that_does_not_hold_is_the_tasks_fault() -> None:
    odd = Service(name="payments", kind="payments", script=({"fault": "stale", "nth": 0},))
    with pytest.raises(TaskError, match=r"services\.payments\.script\[0\]\.nth"):
        telling.proxy_settings((odd,), {}, "s")


def test_a_service_is_told_where_its_seed_is_and_where_it_listens() -> None:
    assert telling.command(PAYMENTS, "127.0.0.2")[-4:] == [
        *("--socket", "/run/roadtest/service.sock"),
        *("--seed", "/run/roadtest/seed.json"),
    ]
    words = telling.command(Service(name="store", kind="postgres"), "127.0.0.3")
    assert words[words.index("--host") :] == [
        *("--host", "127.0.0.3", "--port", str(KINDS["postgres"].port)),
        *("--relay", "/run/roadtest/relay.json"),
    ]


def entry(seq: int, t: float, kind: str, **more: Any) -> dict[str, Any]:
    return {"v": 1, "seq": seq, "t": t, "kind": kind, **more}


def as_log(*entries: Mapping[str, Any], torn: bytes = b"") -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in entries) + torn


def test_logs_are_joined_by_time_and_numbered_anew() -> None:
    proxy = as_log(entry(0, 1.0, "request"), entry(1, 3.0, "answer", cause=0), torn=b'{"v": 1')
    relay = as_log(entry(0, 0.5, "connection"), entry(1, 2.0, "closed", cause=0))
    joined = [json.loads(line) for line in telling.joined([proxy, relay]).splitlines()]
    assert [(one["seq"], one["kind"], one.get("cause")) for one in joined] == [
        (0, "connection", None),
        (1, "request", None),
        (2, "closed", 0),
        (3, "answer", 1),
    ]
    assert len(read_happenings(telling.joined([proxy, relay]))) == 4


@given(st.lists(st.lists(st.floats(0, 100), max_size=6), max_size=3))
def test_no_entry_is_lost_when_logs_are_joined(logs: list[list[float]]) -> None:
    held = [as_log(*(entry(seq, t, "request") for seq, t in enumerate(sorted(times)))) for times in logs]
    joined = [json.loads(line) for line in telling.joined(held).splitlines()]
    assert [one["seq"] for one in joined] == list(range(sum(map(len, logs))))
    assert [one["t"] for one in joined] == sorted(t for times in logs for t in times)


def test_it_is_quiet_once_everything_has_ended() -> None:
    asked = entry(0, 1.0, "request")
    assert telling.is_quiet(b"")
    assert not telling.is_quiet(as_log(asked))
    assert telling.is_quiet(as_log(asked, entry(1, 2.0, "answer", cause=0)))
    gone = entry(1, 2.0, "gone", service="payments", why="refused")
    assert telling.gone(as_log(asked)) is None
    assert telling.gone(as_log(asked, gone)) == "payments: refused"


def test_writes_are_what_services_did_and_connections_that_ended() -> None:
    asked = [("POST", 201), ("POST", 422), ("GET", 200), ("DELETE", 204), ("POST", None)]
    answers = [entry(n, n, "answer", method=method, upstream=status) for n, (method, status) in enumerate(asked)]
    assert telling.counted(as_log(*answers)) == (5, 2)
    assert telling.counted(as_log(entry(0, 0, "connection"), entry(1, 1, "closed", cause=0))) == (2, 1)


def test_calls_and_what_they_led_to_stand_in_their_order() -> None:
    log = Log()
    served = [entry(number, number, "request", number=number) for number in range(4)]
    for entries, raw in ((2, '{"amount": 1.0}'), (3, "no JSON")):
        started = log.add("tool.started", log.reply(), call="c", name="bash", arguments=raw, effect="exec")
        log.add("tool.returned", started, call="c", status="ok", output="", entries=entries, seconds=0.1)
    found = verdict.interleaved(log.events, served)
    assert [one.get("number", one["kind"]) for one in found] == [
        *("tool.started", 0, 1, "tool.returned", "tool.started", 2, "tool.returned", 3)
    ]
    assert [one["arguments"] for one in found if one["kind"] == "tool.returned"] == [{"amount": 1}, "no JSON"]
    assert [one["name"] for one in found if "name" in one] == ["bash"] * 4


# --- verdicts ---

SPEC = read_spec(
    {
        "allowed": [{"service": "payments", "collection": "charges", "kinds": ["created"], "at_most": 1}],
        "required": [{"id": "charged", "service": "payments", "collection": "charges", "exactly": 1}],
        "milestones": [
            {"id": "looked", "where": {"kind": "request", "method": "GET"}},
            {"id": "asked", "where": {"kind": "request", "method": "POST"}},
        ],
        "minefields": [{"id": "deleted", "where": {"method": "DELETE"}}],
    },
    "outcome.toml",
)
TASK = make_task(bugs=(), guards=(), judge=Judge(kind="black-box"), services=(PAYMENTS,), outcome=SPEC)


class Kept:
    """A trial with services: its log, and the blobs that this names."""

    def __init__(self) -> None:
        self.log = Log()
        self.blobs: dict[str, bytes] = {}

    def blob(self, data: bytes) -> str:
        name = f"{len(self.blobs):064x}"
        self.blobs[name] = data
        return name

    def export(self, moment: str, charges: Mapping[str, Any], cause: Event | None = None, *asked: str) -> None:
        entries = [entry(seq, float(seq), "request", method=method) for seq, method in enumerate(asked)]
        state = self.blob(json.dumps({"charges": charges}).encode())
        data = {"moment": moment, "services": {"payments": state}, "log": self.blob(as_log(*entries))}
        self.log.add("state.exported", cause, **data, entries=len(entries), seconds=0.0)

    def end(self) -> Event:
        ended = self.log.add("checkpoint", tier="T0", reason="submit", claims_done=True, step="main", index=0)
        self.log.add("tree.saved", ended, source="a" * 40, commit="c" * 40, sealed=True, seconds=0.0)
        return ended

    def judged(self, ended: Event) -> dict[str, Any]:
        return verdict.judged(SPEC, self.log.events, ended, self.blobs.__getitem__)


def came_to(charges: Mapping[str, Any], *asked: str, before: Mapping[str, Any] | None = None) -> tuple[Kept, Event]:
    kept = Kept()
    kept.export("start", before or {})
    ended = kept.end()
    kept.export("end", charges, ended, *asked)
    found = kept.judged(ended)
    kept.log.check(outcome=found, score=verdict.score_of(found), bugs={}, guards={}, source="a" * 40)
    kept.log.events[-1] = dataclasses.replace(kept.log.events[-1], cause=ended.seq)
    return kept, kept.log.events[-1]


CASES: list[tuple[str, dict[str, Any], tuple[str, ...], str, float, str]] = [
    ("all there", {"ch_1": {}}, ("GET", "POST"), "accepted", 1.0, "the services ended as they should"),
    ("another way", {"ch_1": {}}, (), "accepted", 1.0, "the services ended as they should"),
    ("half way", {}, ("GET",), "partial", 0.5, "not as wanted: charged (payments charges: exactly 1 wanted, 0 found)"),
    ("all asked, nothing there", {}, ("GET", "POST"), "partial", 0.99, "not as wanted"),
    ("nothing", {}, (), "wrong", 0.0, "not as wanted"),
    (
        "twice",
        {"ch_1": {}, "ch_2": {}},
        ("GET", "POST"),
        "wrong",
        0.0,
        "changed what it should not: payments charges ch_",
    ),
    ("mined", {"ch_1": {}}, ("GET", "POST", "DELETE"), "wrong", 0.0, "did what must not be done: deleted"),
]


@pytest.mark.parametrize(
    ("charges", "asked", "word", "value", "reason"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_verdict_follows_from_state_and_log(
    charges: dict[str, Any], asked: tuple[str, ...], word: str, value: float, reason: str
) -> None:
    kept, checked = came_to(charges, *asked)
    found = score.verdict(kept.log.events)
    assert found[0] == word
    assert reason in found[1]
    assert score.trial_score(found[0], checked) == value


def test_strict_and_partial_stand_apart_in_the_record() -> None:
    kept, _ = came_to({"ch_1": {}, "ch_2": {}}, "GET", "POST")
    told = verdict.record_of(kept.log.events[-1].data["outcome"])
    assert told == {
        "strict": False,
        "partial": 1.0,
        "unmet": ["charged"],
        "collateral": 1,
        "minefields": [],
        "faults": {},
        "milestones": {"looked": 1.0, "asked": 1.0},
    }


def test_what_was_there_before_is_no_change() -> None:
    kept, _ = came_to({"ch_0": {"amount": 1.0}}, before={"ch_0": {"amount": 1}})
    assert kept.log.events[-1].data["outcome"]["changes"] == 0


def test_without_an_export_nothing_is_judged() -> None:
    kept = Kept()
    kept.export("start", {})
    with pytest.raises(HarnessError, match="was not written down"):
        kept.judged(kept.end())


def test_a_recorded_outcome_that_does_not_follow_is_refused() -> None:
    kept, checked = came_to({"ch_1": {}}, "GET")
    blob = kept.blobs.__getitem__
    assert [*check_problems(TASK, kept.log.events, checked, b"", blob)] == []
    kept.blobs[kept.log.events[-2].data["services"]["payments"]] = b'{"charges": {}}'
    (problem,) = check_problems(TASK, kept.log.events, checked, b"", blob)
    assert "data.outcome" in problem


def test_a_trial_whose_services_were_lost_stays_as_it_is() -> None:
    kept = Kept()
    kept.export("start", {})
    kept.end()
    kept.log.fault("sandbox", "seal")
    assert stays_because(kept.log.close("infra-error")) == "what its services held was not kept"


def test_a_trial_is_not_judged_by_a_task_with_other_services() -> None:
    kept, _ = came_to({"ch_1": {}})
    assert misfit(kept.log.events, TASK) is None
    words = misfit(kept.log.events, make_task())
    assert words is not None
    assert "had the services payments" in words


# --- conditions, checks, reports ---


def test_services_falter_under_a_condition_by_the_seed_of_the_trial() -> None:
    nop = parse_candidate("scripted:nop")
    plan = make_plan([TASK, make_task(id="other")], [nop, parse_candidate("scripted:oracle")], ["faulty"], 2)
    assert {trial.task.name for trial in plan.trials} == {TASK.name}
    assert any("suite/other" in note and "no service" in note for note in plan.left_out)
    drawn = [trial.draw("services").getrandbits(64) for trial in plan.trials]
    # The same for all candidates, another for each repeat.
    assert len(set(drawn)) == 2
    assert sum(CONDITIONS["faulty"].service_faults.values()) <= 0.5


def test_a_file_may_have_services_falter_and_not_too_much(tmp_path: Path) -> None:
    path = tmp_path / "conditions.toml"
    path.write_text("[bad-line]\nservice_faults = { lost-response = 0.3 }\n")
    assert load_conditions(path)["bad-line"].service_faults == {"lost-response": 0.3}
    path.write_text("[bad-line]\nservice_faults = { lost-response = 0.3, stale = 0.3 }\n")
    with pytest.raises(BadInput, match=r"bad-line\.service_faults: the shares add up"):
        load_conditions(path)
    path.write_text("[bad-line]\nservice_faults = { lightning = 0.3 }\n")
    with pytest.raises(BadInput, match="lightning"):
        load_conditions(path)


def test_a_task_with_services_is_proved_with_faults_on_and_off() -> None:
    planned = [(trial.candidate.name, trial.condition) for trial in plan_checks([TASK]).trials]
    names = ("scripted:oracle", "scripted:nop")
    assert sorted(planned) == sorted((name, condition) for name in names for condition in ("field", "faulty"))


def test_a_report_counts_what_held_and_what_was_missed() -> None:
    missed, _ = came_to({"ch_1": {}, "ch_2": {}}, "GET")
    right, _ = came_to({"ch_1": {}}, "GET", "POST")
    outcomes = [verdict.record_of(kept.log.events[-1].data["outcome"]) for kept in (missed, right)]
    records = [make_record(repeat=repeat, outcome=one) for repeat, one in enumerate(outcomes)]
    (row,) = service_rows(
        [*records, make_record(repeat=2), make_record(repeat=3, outcome=outcomes[0], verdict="infra-error")]
    )
    assert (row.trials, row.strict, row.partial, row.collateral, row.mined) == (2, 1, 0.75, 1, 0)
    assert row.unmet == {f"{records[0]['task']}: charged": 1}
