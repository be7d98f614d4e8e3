"""A task whose services stand beside the agent: run, judged by what they end in, closed to the agent, killed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker
import pytest

from sandbox import schema
from tests.support import toy
from tests.support.command import PROJECT, events, results, roadtest, start
from tests.support.docker import leftovers, run_id
from tests.support.toy import SUBMIT, bash

pytestmark = pytest.mark.docker

TASK = PROJECT / "tasks" / "api" / "charge-once"
# What somebody tries who would rather not ask the service.
PRYING = """\
import http.client, json, os, socket, stat

def connects(host, port):
    try:
        socket.create_connection((host, port), timeout=2).close()
        return True
    except OSError:
        return False

def takes(host):
    with socket.socket() as mine:
        for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
            mine.setsockopt(socket.SOL_SOCKET, option, 1)
        try:
            mine.bind((host, 80))
            mine.listen()
            return True
        except OSError:
            return False

def status(target):
    asked = http.client.HTTPConnection("payments", timeout=5)
    asked.request("GET", target, headers={"Authorization": "Bearer " + os.environ["PAYMENTS_KEY"]})
    return asked.getresponse().status

sockets = []
for here, folders, names in os.walk("/"):
    folders[:] = [name for name in folders if os.path.join(here, name) not in ("/proc", "/sys")]
    paths = (os.path.join(here, name) for name in names)
    sockets += [path for path in paths if stat.S_ISSOCK(os.lstat(path).st_mode)]
print(json.dumps({
    "networks": sorted(os.listdir("/sys/class/net")),
    "sockets": sockets,
    "volumes": [path for path in ("/run/roadtest", "/run/services", "/run/proxy") if os.path.exists(path)],
    "processes": sum(name.isdigit() for name in os.listdir("/proc")),
    "outside": [connects(*at) for at in (("1.1.1.1", 53), ("172.17.0.1", 22), ("172.17.0.1", 2375))],
    "beside": [connects(*at) for at in (("127.0.0.1", 80), ("127.0.0.3", 80), ("127.0.0.2", 8000))],
    "taken": [takes("127.0.0.2"), takes("0.0.0.0")],
    "service": status("/v1/charges"),
    "closed": [status(at) for at in ("/_roadtest/state", "/%5froadtest/state", "/v1/../_roadtest/state",
                                     "//_roadtest/health", "/v1/%2e%2e/_roadtest/deliveries")],
}))
"""


def key(candidate: str) -> str:
    return f"api/charge-once/{candidate.replace('/', '%2F')}/field/0"


def script(folder: Path, command: str) -> str:
    return toy.make_script(folder / "turns.jsonl", [bash(command), SUBMIT])


def test_a_trial_is_judged_by_what_its_services_end_in_and_judged_again_without_them(
    tmp_path: Path, engine: docker.DockerClient
) -> None:
    out = tmp_path / "out"
    prying = script(tmp_path, f"cat > /tmp/pry.py <<'EOF'\n{PRYING}EOF\npython3 /tmp/pry.py")
    models = [word for name in ("scripted:oracle", prying) for word in ("--model", name)]
    done = roadtest("run", TASK, *models, "--concurrency", "2", "--out", out)
    assert done.returncode == 0, done.stderr
    found = results(out)
    for record in found.values():
        schema.check("result.v1", record, file=record["trial"])
    assert found["scripted:oracle"]["verdict"] == "accepted"
    assert found["scripted:oracle"]["outcome"]["partial"] == 1.0
    assert found["scripted:oracle"]["outcome"]["faults"] == {"lost-response": 2}
    assert found[prying]["verdict"] == "wrong"
    assert found[prying]["outcome"] | {"unmet": None, "milestones": None} == {
        "strict": False,
        "partial": 0.0,
        "unmet": None,
        "collateral": 0,
        "minefields": [],
        "faults": {},
        "milestones": None,
    }
    writes = [event["data"]["writes"] for event in events(out, key("scripted:oracle")) if "writes" in event["data"]]
    assert writes[-1] == 4  # each lost answer is asked for once more, and by its key that is done once
    assert_closed(said(out, found[prying]["trial"]))
    for record in found.values():
        assert_kept(out, record["trial"])
    assert leftovers(engine, run_id(out)) == []

    again = roadtest("rejudge", out)
    assert again.returncode == 0, again.stderr
    assert {name: one["outcome"] for name, one in results(out / "rejudged" / "1").items()} == {
        name: one["outcome"] for name, one in found.items()
    }
    shown = roadtest("show", out, found[prying]["trial"])
    assert "A-1001 charged once" in shown.stdout


def said(out: Path, trial: str) -> dict[str, Any]:
    (returned,) = [
        event for event in events(out, trial) if event["kind"] == "tool.returned" and "{" in event["data"]["output"]
    ]
    told: dict[str, Any] = json.loads(returned["data"]["output"])
    return told


def assert_closed(seen: dict[str, Any]) -> None:
    """Nothing but the service is there, and of that what is for everybody."""
    assert seen["networks"] == ["lo"]
    assert seen["sockets"] == seen["volumes"] == []
    assert seen["processes"] < 10
    assert not any((*seen["outside"], *seen["beside"], *seen["taken"]))
    assert seen["service"] == 200
    assert set(seen["closed"]) == {404}


def assert_kept(out: Path, trial: str) -> None:
    """State before and after, and the log, as blobs that the log names; the events are as their schema wants them."""
    log = events(out, trial)
    for event in log:
        schema.check("event.v1", event, file=trial)
    exported = [event["data"] for event in log if event["kind"] == "state.exported"]
    assert [one["moment"] for one in exported] == ["start", "end"]
    blobs = out / "trials" / trial / "blobs"
    before, after = (json.loads((blobs / one["services"]["payments"]).read_bytes()) for one in exported)
    assert [*before["charges"]] == ["ch_saturday", "ch_earlier"]
    assert [*before["customers"]] == [*after["customers"]]
    assert len((blobs / exported[1]["log"]).read_bytes().splitlines()) == exported[1]["entries"]


@pytest.mark.slow
@pytest.mark.parametrize("role", ["service", "proxy", "holder"])
def test_who_loses_a_service_in_mid_trial_comes_to_no_verdict(
    tmp_path: Path, engine: docker.DockerClient, role: str
) -> None:
    out = tmp_path / "out"
    process = start("run", TASK, "--model", script(tmp_path, "touch here; sleep 6"), "--retries", "0", "--out", out)
    until(lambda: out.is_dir() and b'"tool.started"' in b"".join(p.read_bytes() for p in out.rglob("events.jsonl")))
    (container,) = engine.containers.list(filters={"label": [f"roadtest.run={run_id(out)}", f"roadtest.role={role}"]})
    container.remove(force=True)
    said = process.communicate(timeout=120)[0]
    (record,) = results(out).values()
    assert (record["verdict"], record["score"]) == ("infra-error", None), said
    assert leftovers(engine, run_id(out)) == []


@pytest.mark.slow
def test_a_service_whose_program_dies_is_no_verdict_either(tmp_path: Path, engine: docker.DockerClient) -> None:
    out = tmp_path / "out"
    command = "sleep 4; python3 -c \"import urllib.request as u; u.urlopen('http://payments/v1/charges')\"; sleep 1"
    process = start("run", TASK, "--model", script(tmp_path, command), "--retries", "0", "--out", out)
    until(lambda: out.is_dir() and b'"tool.started"' in b"".join(p.read_bytes() for p in out.rglob("events.jsonl")))
    (container,) = engine.containers.list(filters={"label": [f"roadtest.run={run_id(out)}", "roadtest.role=service"]})
    container.kill()
    process.communicate(timeout=120)
    (record,) = results(out).values()
    assert record["verdict"] == "infra-error"
    assert "payments" in record["reason"]


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_and_leaves_no_service_behind(tmp_path: Path, engine: docker.DockerClient) -> None:
    out = tmp_path / "out"
    arguments: list[str | Path] = ["run", TASK, "--model", "scripted:oracle", "--out", out, "--resume"]
    process = start(*arguments)
    until(lambda: (out / "lock.json").exists() and len(roles(engine, run_id(out))) >= 3)
    process.kill()
    process.communicate(timeout=60)
    first = run_id(out)
    assert leftovers(engine, first)
    done = roadtest(*arguments)
    assert done.returncode == 0, done.stderr
    assert results(out)["scripted:oracle"]["verdict"] == "accepted"
    assert leftovers(engine, first) == leftovers(engine, run_id(out)) == []


def roles(engine: docker.DockerClient, run: str) -> list[str]:
    found = engine.api.containers(filters={"label": f"roadtest.run={run}"})
    return [row["Labels"]["roadtest.role"] for row in found]


def until(ripe: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not ripe():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)
