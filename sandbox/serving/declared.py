"""What a task says of its services: `[metadata.roadtest.services.NAME]`, checked. Pure.

    [metadata.roadtest.services.payments]
    kind = "payments"
    seed = "services/payments.json"
    faults = { "lost-response" = 0.2 }

    [[metadata.roadtest.services.payments.script]]
    method = "POST"
    path = "/v1/charges"
    fault = "lost-response"

Faults here are of the task; those of a condition come on top.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import BadInput
from sandbox.service_kinds import KINDS, Kind
from sandbox.services.proxy.settings import KINDS as FAULTS
from sandbox.tree import is_safe

# Of the task and of the condition each: together they must not be more than all requests.
MOST_FAULTS = 0.5
# Of connections to what speaks no HTTP.
RELAY_FAULTS = ("delay", "cut", "refuse")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service.

    name: also its host name. seed: a file below the task's directory. faults: share of requests (HTTP) or connections,
    by fault. script: faults of single ones, as the proxy takes them. webhooks: shares that are forged and replayed;
    None: it sends none.
    """

    name: str
    kind: str
    seed: str | None = None
    faults: Mapping[str, float] = field(default_factory=dict)
    script: tuple[Mapping[str, Any], ...] = ()
    webhooks: Mapping[str, float] | None = None

    @property
    def of_kind(self) -> Kind:
        """What its kind is."""
        return KINDS[self.kind]


def read_services(tables: Mapping[str, Mapping[str, Any]], where: str) -> tuple[Service, ...]:
    """The services of a task, in the order of their names.

    Args:
        tables: `metadata.roadtest.services` as its schema wants it.
        where: task.toml, as errors call it.

    Raises:
        BadInput: naming the field.
    """
    return tuple(_service(name, tables[name], f"{where}: metadata.roadtest.services.{name}") for name in sorted(tables))


def _service(name: str, table: Mapping[str, Any], where: str) -> Service:
    kind = table["kind"]
    if kind not in KINDS:
        raise BadInput(f"{where}.kind: there is no {kind} (known: {', '.join(KINDS)})")
    found = Service(
        name=name,
        kind=kind,
        seed=table.get("seed"),
        faults={fault: float(share) for fault, share in table.get("faults", {}).items()},
        script=tuple(dict(one) for one in table.get("script", ())),
        webhooks=table.get("webhooks"),
    )
    _check_seed(found, where)
    check_shares(found.faults, f"{where}.faults")
    known = FAULTS if found.of_kind.http else RELAY_FAULTS
    for fault in (*found.faults, *(one["fault"] for one in found.script)):
        if fault not in known:
            raise BadInput(f"{where}: {fault} is no fault of {kind} (known: {', '.join(known)})")
    if found.webhooks is not None and kind != "payments":
        raise BadInput(f"{where}.webhooks: {kind} sends none")
    return found


def _check_seed(service: Service, where: str) -> None:
    if service.seed is None:
        return
    suffix = service.of_kind.seed_suffix
    if suffix is None:
        raise BadInput(f"{where}.seed: {service.kind} takes none")
    if not is_safe(service.seed) or not service.seed.endswith(suffix):
        raise BadInput(f"{where}.seed: must be a file below the task's directory that ends in {suffix}")


def check_shares(shares: Mapping[str, float], where: str) -> None:
    """Refuse faults that hit too much.

    Raises:
        BadInput: they add up to more than `MOST_FAULTS`.
    """
    if math.fsum(shares.values()) > MOST_FAULTS:
        raise BadInput(f"{where}: the shares add up to more than {MOST_FAULTS:g}; a candidate would hardly get through")
