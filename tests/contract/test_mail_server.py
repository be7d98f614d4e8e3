"""The mail server as a process behind its relay: what is sent is kept, connections are delayed and cut by seed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from sandbox.services.relay.faults import Scripted, Settings
from sandbox.services.relay.server import Relay
from tests.support.services import over

SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server that is ready."""

    place: Path
    port: int

    def messages(self) -> dict[str, Any]:
        """What it holds."""
        with over(self.place / "mail.sock") as client:
            found: dict[str, Any] = client.get("/_roadtest/state").json()["messages"]
        return found

    def log(self) -> list[dict[str, Any]]:
        """The relay's log."""
        return [json.loads(line) for line in (self.place / "log.jsonl").read_text("utf-8").splitlines()]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(place: Path, relay: Mapping[str, Any] | None = None, *more: str) -> Iterator[Server]:
    """A mail server.

    Args:
        place: an empty directory with a short path.
        relay: settings of its relay.
    """
    told, port = place / "relay.json", free_port()
    told.write_text(json.dumps(relay or {}))
    command = [sys.executable, "-m", "sandbox.services.smtp", "--socket", str(place / "mail.sock")]
    process = subprocess.Popen([*command, "--port", str(port), "--relay", str(told), *more])
    try:
        until = time.monotonic() + SECONDS
        while not (place / "mail.sock").exists():
            assert process.poll() is None and time.monotonic() < until, "it does not come up"
            time.sleep(0.02)
        yield Server(place=place, port=port)
        process.terminate()
        assert process.wait(SECONDS) == 0
    finally:
        process.kill()
        process.wait()


def written(subject: str) -> EmailMessage:
    """A message with a body that begins with a dot, and an attachment."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Ada <ada@shop.test>", "bo@shop.test", subject
    message.set_content(".dear\n..Bo,\n\nthe list is attached. Grüße\n")
    message.add_attachment(b"a,b\n1,2\n", maintype="text", subtype="csv", filename="list.csv")
    return message


def test_messages_are_kept_as_they_were_sent(tmp_path: Path) -> None:
    with server(tmp_path) as mail:
        with smtplib.SMTP("127.0.0.1", mail.port, timeout=SECONDS) as client:
            client.send_message(written("Bestellung Ü"), to_addrs=["bo@shop.test", "hidden@shop.test"])
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                client.sendmail("ada@shop.test", ["nobody"], "x")
            client.rset()
            client.sendmail("ada@shop.test", ["bo@shop.test"], b"no header \xff\r\n")
        first, second = mail.messages().values()
        assert (first["from"], first["to"]) == ("ada@shop.test", ["bo@shop.test", "hidden@shop.test"])
        assert (first["subject"], first["header_to"]) == ("Bestellung Ü", "bo@shop.test")
        assert first["body"] == ".dear\n..Bo,\n\nthe list is attached. Grüße\n"
        digest = sha256(b"a,b\n1,2\n").hexdigest()
        assert first["attachments"] == [{"name": "list.csv", "type": "text/csv", "bytes": 8, "sha256": digest}]
        assert second["sha256"] == sha256(b"no header \xff\r\n").hexdigest()
        assert [line["cause"] for line in closed(mail)] == [mail.log()[0]["seq"]]
        with over(mail.place / "mail.sock") as asking:
            assert asking.get("/_roadtest/health").json() == {"ready": True}
            assert asking.get("/elsewhere").status_code == 404
            assert asking.post("/_roadtest/state").status_code == 405


def test_what_is_no_smtp_is_refused_and_the_next_is_served(tmp_path: Path) -> None:
    with server(tmp_path) as mail:
        with socket.create_connection(("127.0.0.1", mail.port), SECONDS) as rude:
            rude.sendall(b"DATA\r\n" + b"GET / HTTP/1.1\r\n" * 30)
            said = b""
            while piece := rude.recv(4096):
                said += piece
        assert said.startswith(b"220 ") and said.endswith(b"421 4.7.0 Too many errors\r\n")
        with socket.create_connection(("127.0.0.1", mail.port), SECONDS) as endless:
            endless.sendall(b"A" * 5000)
            while endless.recv(4096):
                pass
        with smtplib.SMTP("127.0.0.1", mail.port, timeout=SECONDS) as client:
            client.ehlo()
            assert client.mail("ada@shop.test", [f"SIZE={11 * 1024 * 1024}"])[0] == 552
            client.sendmail("", ["bo@shop.test"], "bounced")
        assert [(row["from"], row["to"]) for row in mail.messages().values()] == [("", ["bo@shop.test"])]


def outcomes(mail: Server, count: int) -> list[str]:
    """What becomes of connections that each send a message."""
    found = []
    for number in range(count):
        try:
            with smtplib.SMTP("127.0.0.1", mail.port, timeout=SECONDS) as client:
                client.send_message(written(f"number {number}"))
            found.append("sent")
        except (smtplib.SMTPException, OSError):
            found.append("broken")
    return found


def faults(mail: Server) -> list[tuple[str | None, str | None]]:
    """What was done to each connection, and what was meant but did not fit."""
    return [(line["fault"], line["unfit"]) for line in closed(mail)]


def closed(mail: Server) -> list[dict[str, Any]]:
    """How connections ended, in the order in which they began, once all are over."""
    until = time.monotonic() + SECONDS
    while True:
        lines = mail.log()
        over = sorted((line for line in lines if line["kind"] == "closed"), key=lambda line: int(line["cause"]))
        if 2 * len(over) == len(lines):
            return over
        assert time.monotonic() < until
        time.sleep(0.02)


def test_the_same_seed_cuts_the_same_connections(tmp_path: Path) -> None:
    settings = {"seed": "x", "service": "post", "rates": {"refuse": 0.3, "cut": 0.3}}
    told = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        with server(tmp_path / name, settings) as mail:
            done = outcomes(mail, 12)
            found = faults(mail)
            assert {line["service"] for line in mail.log()} == {"post"}
            kept = {row["subject"] for row in mail.messages().values()}
        assert {f"number {number}" for number, one in enumerate(done) if one == "sent"} <= kept
        # What is cut after the message was taken was sent.
        assert all(one == "sent" for one, (fault, _) in zip(done, found, strict=True) if fault is None)
        assert "broken" in done
        told.append(found)
    assert told[0] == told[1]
    assert {"refuse", "cut"} <= {fault for one in told[0] for fault in one}
    assert not any(one[0] and two[0] for one, two in zip(told[0], told[0][1:], strict=False)), "the next is spared"


def test_a_script_cuts_and_delays_single_connections(tmp_path: Path) -> None:
    script = [{"fault": "refuse", "nth": 2}, {"fault": "delay", "nth": 3}]
    with server(tmp_path, {"script": script}) as mail:
        assert outcomes(mail, 4) == ["sent", "broken", "sent", "sent"]
        assert faults(mail) == [(None, None), ("refuse", None), ("delay", None), (None, None)]
        seconds = [line["seconds"] for line in closed(mail)]
        # At least seven answers, each of which waited 0.05 seconds or more.
        assert seconds[2] > 0.35


def test_a_connection_to_what_is_gone_has_its_end_too(tmp_path: Path) -> None:
    """Without one, nobody could tell it from one that is still under way."""

    async def connect() -> None:
        script = (Scripted(fault="cut"),)
        settings = Settings(service="post", log=str(tmp_path / "log.jsonl"), script=script)
        relay = Relay(settings, str(tmp_path / "nobody.sock"))
        port = await relay.listen("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
        relay.stop()

    asyncio.run(connect())
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text("utf-8").splitlines()]
    assert [line["kind"] for line in lines] == ["connection", "gone", "closed"]
    assert {line["cause"] for line in lines[1:]} == {lines[0]["seq"]}
    assert (lines[2]["received"], lines[2]["sent"], lines[2]["fault"], lines[2]["unfit"]) == (0, 0, None, "cut")


@pytest.mark.parametrize(
    ("relay", "more", "words"),
    [
        ({"rates": {"cut": 2}}, (), "rates.cut: must be a number from 0 to 1"),
        ({"script": [{"fault": "fire"}]}, (), "script[0].fault: must be one of refuse, cut, delay"),
        ({}, ("--seed", "/dev/null"), "a mail server takes no seed"),
    ],
)
def test_settings_that_do_not_hold_are_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], relay: Mapping[str, Any], more: tuple[str, ...], words: str
) -> None:
    with pytest.raises(AssertionError, match="does not come up"), server(tmp_path, relay, *more):
        pass
    assert words in capfd.readouterr().err
