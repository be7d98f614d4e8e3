"""What the programs beside an agent are told: where each listens, which faults there are. Pure.

/run/roadtest          a service's own volume: its seed, its socket, a relay's log and settings; in the proxy's
                       container the proxy's: settings and log
/run/services/NAME     the volumes of services, for the proxy and the holder
/run/proxy             the proxy's volume, for the holder
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.errors import TaskError
from sandbox.services.common.reading import BadSettings
from sandbox.services.proxy.faults import WRITES
from sandbox.services.proxy.message import BAD_ANSWER, REPLAYED
from sandbox.services.proxy.settings import KINDS as FAULTS
from sandbox.services.proxy.settings import read_settings
from sandbox.serving.declared import RELAY_FAULTS, Service

HERE = "/run/roadtest"
SERVICES = "/run/services"
PROXY = "/run/proxy"
SOCKET, LOG, SETTINGS, RELAY = "service.sock", "log.jsonl", "settings.json", "relay.json"
STATE = "/_roadtest/state"
HTTP_PORT = 80


def addresses(services: Sequence[Service]) -> dict[str, str]:
    """The loopback address of each service, by name; each has one, so that all can have the port that is theirs."""
    return {service.name: f"127.0.0.{place}" for place, service in enumerate(services, start=2)}


def proxy_settings(services: Sequence[Service], faults: Mapping[str, float], seed: str) -> dict[str, Any]:
    """Settings of the proxy; no services in them where none speaks HTTP.

    Args:
        faults: share of requests by fault, on top of the task's own.
        seed: of this trial.

    Raises:
        TaskError: a service's script does not hold.
    """
    where = addresses(services)
    told = {
        service.name: {
            "listen": {"host": where[service.name], "port": HTTP_PORT},
            "upstream": {"unix": f"{SERVICES}/{service.name}/{SOCKET}"},
            "closed": list(service.of_kind.closed),
            "dry_run": service.of_kind.dry_run,
            "rates": rates(service, faults),
            "script": list(service.script),
            **({} if service.webhooks is None else {"courier": True, **service.webhooks}),
        }
        for service in services
        if service.of_kind.http
    }
    document = {"seed": seed, "log": f"{HERE}/{LOG}", "services": told}
    if told:
        try:
            read_settings(document)
        except BadSettings as exc:
            raise TaskError(f"metadata.roadtest.{exc}") from exc
    return document


def relay_settings(service: Service, faults: Mapping[str, float], seed: str) -> dict[str, Any]:
    """Settings of the relay before a service that speaks no HTTP."""
    return {
        "seed": seed,
        "service": service.name,
        "log": f"{HERE}/{LOG}",
        "rates": rates(service, faults),
        "script": list(service.script),
    }


def rates(service: Service, faults: Mapping[str, float]) -> dict[str, float]:
    """The task's own shares and those of the condition, added up; what does not go with the service is left out."""
    known = FAULTS if service.of_kind.http else RELAY_FAULTS
    both = ((fault, service.faults.get(fault, 0.0) + faults.get(fault, 0.0)) for fault in known)
    return {fault: share for fault, share in both if share > 0}


def seed_file(service: Service) -> str | None:
    """Where a service finds its seed; None: it has none."""
    return None if service.seed is None else f"{HERE}/seed{service.of_kind.seed_suffix}"


def command(service: Service, address: str) -> list[str]:
    """What a service's container runs."""
    kind = service.of_kind
    words = ["python3", "-m", kind.module, "--socket", f"{HERE}/{SOCKET}"]
    if (seed := seed_file(service)) is not None:
        words += ["--seed", seed]
    if not kind.http:
        words += ["--host", address, "--port", str(kind.port), "--relay", f"{HERE}/{RELAY}"]
    return words


def joined(logs: Sequence[bytes]) -> bytes:
    """Logs of the proxy and of relays as one, in the order of their times, numbered anew.

    A torn last line is left out of each.
    """
    entries = [
        {**entry, "log": place} for place, log in enumerate(logs) for entry in map(json.loads, log.split(b"\n")[:-1])
    ]
    entries.sort(key=lambda entry: (entry["t"], entry["log"], entry["seq"]))
    numbers = {(entry["log"], entry["seq"]): number for number, entry in enumerate(entries)}
    return b"".join(_line(entry, numbers) for entry in entries)


def _line(entry: Mapping[str, Any], numbers: Mapping[tuple[int, int], int]) -> bytes:
    log = entry["log"]
    found = {name: value for name, value in entry.items() if name != "log"} | {"seq": numbers[log, entry["seq"]]}
    if isinstance(entry.get("cause"), int):
        found["cause"] = numbers.get((log, entry["cause"]))
    return json.dumps(found).encode("ascii") + b"\n"


def is_quiet(log: bytes) -> bool:
    """Whether every request has its answer, every connection its end."""
    begun = ended = 0
    for line in log.split(b"\n")[:-1]:
        kind = json.loads(line).get("kind")
        begun += kind in ("request", "connection")
        ended += kind in ("answer", "closed")
    return begun <= ended


def counted(log: bytes) -> tuple[int, int]:
    """How many entries a log has, and how many tell of what may have changed a service, as far as its client can know.

    That are writes that it carried out, or of which it never told what became; and connections over which something
    was sent. A write that a fault took back while its client was told that it was done is one of them: looking again
    after it is no repeat. One that the service itself says it had carried out before changes nothing and is none.
    """
    lines = log.split(b"\n")[:-1]
    return len(lines), sum(_may_have_changed(json.loads(line)) for line in lines)


def _may_have_changed(entry: Mapping[str, Any]) -> bool:
    if entry.get("kind") == "closed":
        return bool(entry.get("received", 1))
    if entry.get("kind") != "answer" or entry.get("method") not in WRITES:
        return False
    notes = entry.get("notes") or {}
    if REPLAYED in notes:
        return False
    return BAD_ANSWER in notes or (entry.get("upstream") or 500) < 400


def gone(log: bytes) -> str | None:
    """What the logs say of a service that could not be asked; None if all could."""
    for line in log.split(b"\n")[:-1]:
        entry = json.loads(line)
        if entry.get("kind") == "gone":
            return f"{entry.get('service')}: {entry.get('why')}"
    return None
