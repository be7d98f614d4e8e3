"""The services of a trial as containers: what is up, who is blamed when something is not, what is left."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import docker
import pytest

from sandbox.env.constellation import Constellation, Setup
from sandbox.env.container import Container
from sandbox.env.owner import labels
from sandbox.env.service_images import ensure_service
from sandbox.errors import AgentError, SandboxError, TaskError
from sandbox.serving.declared import Service
from tests.support.docker import SMALL, leftovers

pytestmark = [pytest.mark.docker, pytest.mark.slow]

SEED = {"api_keys": ["k"], "customers": [{"id": "cus_1", "name": "A", "email": "a@example.com"}]}
PAYMENTS = Service(name="payments", kind="payments", seed="payments.json")
MAIL = Service(name="mail", kind="smtp")
SEND = "import smtplib; s = smtplib.SMTP('mail', 25); s.sendmail('a@x.org', 'b@y.org', 'Subject: Hi\\n\\nHo'); s.quit()"
ASK = """
import urllib.request as u
asked = u.Request("http://payments/v1/customers", headers={"Authorization": "Bearer k"})
print(u.urlopen(asked).status)
"""


@contextmanager
def constellation(
    engine: docker.DockerClient, *services: Service, seed: Mapping[str, Any] = SEED
) -> Iterator[Constellation]:
    image, run = ensure_service(engine, "own", say=lambda text: None), uuid.uuid4().hex
    images = {"": image, **{service.name: image for service in services}}
    seeds = {"payments": json.dumps(seed).encode()}
    setup = Setup(services=services, images=images, seeds=seeds, faults={}, seed="s")
    made = Constellation.open(engine, setup, run=run, trial="t")
    try:
        yield made
    finally:
        made.close()
        assert leftovers(engine, run) == []


def ran(engine: docker.DockerClient, made: Constellation, program: str) -> tuple[int, str]:
    """What a program comes to in a container beside the services."""
    image = ensure_service(engine, "own", say=lambda text: None)
    marks = labels(run=uuid.uuid4().hex, trial="t", role="agent")
    beside = Container.start(
        engine, image, labels=marks, resources=SMALL, keep_workspace=False, changes=dict(made.joining)
    )
    try:
        done: Any = engine.containers.get(beside.id).exec_run(["python3", "-c", program], user="1000:1000")
        return done.exit_code, done.output.decode()
    finally:
        beside.remove()


def of_service(engine: docker.DockerClient, made: Constellation, name: str) -> Any:
    return engine.containers.get(made._containers[name].id)


def test_services_of_both_protocols_are_reached_exported_and_logged(engine: docker.DockerClient) -> None:
    with constellation(engine, MAIL, PAYMENTS) as made:
        made.start()
        before = made.export()
        assert ran(engine, made, f"{SEND}\n{ASK}") == (0, "200\n")
        after = made.export()
    assert before.log == b""
    assert before.states["payments"] == after.states["payments"]
    assert json.loads(before.states["mail"]) == {"messages": {}}
    (message,) = json.loads(after.states["mail"])["messages"].values()
    assert (message["from"], message["to"], message["subject"]) == ("a@x.org", ["b@y.org"], "Hi")
    entries = [json.loads(line) for line in after.log.splitlines()]
    assert [(one["kind"], one["service"]) for one in entries] == [
        *(("connection", "mail"), ("closed", "mail")),
        *(("request", "payments"), ("answer", "payments")),
    ]
    assert [one["seq"] for one in entries] == [0, 1, 2, 3]


def test_seeds_and_logs_of_more_than_a_mebibyte_are_no_trouble(engine: docker.DockerClient) -> None:
    many = """
import urllib.error
for _ in range(30):
    try:
        u.urlopen(u.Request("http://payments/v1/customers", b"x" * 60_000, {"Authorization": "Bearer k"}))
    except urllib.error.HTTPError as exc:
        print(exc.code)
"""
    with constellation(engine, PAYMENTS, seed={**SEED, "seed": "s" * (2 << 20)}) as made:
        made.start()
        assert ran(engine, made, f"{ASK}\n{many}") == (0, "200\n" + "422\n" * 30)
        log = made.export().log
    assert len(log) > 30 * 60_000
    assert len(log.splitlines()) == 62


def test_a_seed_that_does_not_hold_is_the_tasks_fault(engine: docker.DockerClient) -> None:
    words = r"payments does not begin: .*the seed of payments"
    with (
        constellation(engine, PAYMENTS, seed={"customers": [{"id": "cus_1"}]}) as made,
        pytest.raises(TaskError, match=words),
    ):
        made.start()


def test_a_service_that_was_made_to_hold_too_much_is_the_agents_fault(engine: docker.DockerClient) -> None:
    with constellation(engine, PAYMENTS) as made:
        made.start()
        made.look_alive()
        container = of_service(engine, made, "payments")
        container.exec_run(["python3", "-c", "bytearray(4 << 30)[:] = bytes(4 << 30)"])
        # The engine tells of it once the container has ended, as it does when it is the service that is killed.
        container.kill()
        with pytest.raises(AgentError, match="payments ran out of memory"):
            made.export()


@pytest.mark.parametrize("doing", ["kill", "pause", "remove"])
def test_a_service_that_somebody_else_ended_is_the_sandboxs_fault(engine: docker.DockerClient, doing: str) -> None:
    with constellation(engine, PAYMENTS) as made:
        made.start()
        container = of_service(engine, made, "payments")
        container.remove(force=True) if doing == "remove" else getattr(container, doing)()
        with pytest.raises(SandboxError):
            made.export()


def test_a_service_that_could_not_be_asked_is_known_of_afterwards(engine: docker.DockerClient) -> None:
    with constellation(engine, PAYMENTS) as made:
        made.start()
        container = of_service(engine, made, "payments")
        container.kill()
        assert "502" in ran(engine, made, ASK)[1]
        container.start()
        made._await_ready()
        with pytest.raises(SandboxError, match="a service could not be asked: payments"):
            made.export()
