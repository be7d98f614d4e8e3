"""What the proxy is told at its start: where it listens, where services are, which faults there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.services.common.reading import BadSettings, natural, rates, share, text

RATE_LIMIT, SERVER_ERROR, TIME_OUT, LOST = "rate-limit", "server-error", "time-out", "lost-response"
MALFORMED, TRUNCATED, DRIFT = "malformed", "truncated", "drift"
NO_OP, STALE, DUPLICATED = "no-op", "stale", "duplicated-page"
# In the order in which a draw goes through them.
KINDS = (RATE_LIMIT, SERVER_ERROR, TIME_OUT, LOST, MALFORMED, TRUNCATED, DRIFT, NO_OP, STALE, DUPLICATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A Unix socket, or a port of a host."""

    unix: str | None = None
    host: str = "127.0.0.1"
    port: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """A fault of single requests: of those that it means the `nth` (from 1) and `times - 1` after it."""

    fault: str
    method: str = "*"
    path: str = "*"
    nth: int = 1
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service.

    closed: prefixes of administrative routes. dry_run: whether it answers `roadtest-dry-run` by doing and rolling back.
    rates: share of requests by fault. retry_after: seconds that a 429 asks for. hold: seconds until a request that is
    not answered is let go. courier: whether its webhooks are to be sent. forged, replayed: share of these before which
    a forged one goes, and of those that are sent once more.
    """

    name: str
    listen: Address
    upstream: Address
    closed: tuple[str, ...] = ("/_roadtest",)
    dry_run: bool = False
    rates: Mapping[str, float] = field(default_factory=dict)
    script: tuple[Scripted, ...] = ()
    retry_after: int = 1
    hold: float = 30.0
    courier: bool = False
    forged: float = 0.0
    replayed: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of it. log: a file that is appended to; most_log: bytes after which nothing is forwarded any more."""

    seed: str
    log: str
    services: tuple[Service, ...]
    # The whole of it is read, kept and judged.
    most_log: int = 16 * 1024 * 1024


def read_settings(document: Any) -> Settings:
    """Settings from the document of a JSON file.

    Raises:
        BadSettings: naming the field.
    """
    services = _field(document, "services", dict, "the document")
    if not services:
        raise BadSettings("services: there is none")
    return Settings(
        seed=_field(document, "seed", str, "the document"),
        log=_field(document, "log", str, "the document"),
        services=tuple(_service(name, table) for name, table in services.items()),
        **_given(document, {"most_log": natural}, {"seed", "log", "services"}, "the document"),
    )


def _service(name: str, table: Any) -> Service:
    known: Mapping[str, _Reader] = {
        "closed": _texts,
        "dry_run": _flag,
        "rates": _rates_of_kinds,
        "script": _script,
        "retry_after": natural,
        "hold": _seconds,
        "courier": _flag,
        "forged": share,
        "replayed": share,
    }
    where = f"services.{name}"
    return Service(
        name=name,
        listen=_address(_field(table, "listen", dict, where), f"{where}.listen"),
        upstream=_address(_field(table, "upstream", dict, where), f"{where}.upstream"),
        **_given(table, known, {"listen", "upstream"}, where),
    )


_Reader = Callable[[Any, str], Any]


def _given(table: Mapping[str, Any], known: Mapping[str, _Reader], besides: set[str], where: str) -> dict[str, Any]:
    if unknown := sorted(table.keys() - known.keys() - besides):
        raise BadSettings(f"{where}: unknown key {unknown[0]} (known: {', '.join(sorted(known.keys() | besides))})")
    return {key: read(table[key], f"{where}.{key}") for key, read in known.items() if key in table}


def _field(table: Any, key: str, kind: type, where: str) -> Any:
    if not isinstance(table, dict):
        raise BadSettings(f"{where}: must be an object")
    if not isinstance(table.get(key), kind):
        raise BadSettings(f"{where}: {key} is missing, or no {kind.__name__}")
    return table[key]


def _address(table: Any, where: str) -> Address:
    found = Address(**_given(table, {"unix": text, "host": text, "port": _number}, set(), where))
    if found.unix is None and "port" not in table:
        raise BadSettings(f"{where}: needs unix or port")
    return found


def _script(value: Any, where: str) -> tuple[Scripted, ...]:
    return tuple(_scripted(one, f"{where}[{index}]") for index, one in enumerate(_list(value, where)))


def _scripted(table: Any, where: str) -> Scripted:
    fault = _field(table, "fault", str, where)
    if fault not in KINDS:
        raise BadSettings(f"{where}: {fault} is no fault (known: {', '.join(KINDS)})")
    known = {"method": text, "path": text, "nth": natural, "times": natural}
    return Scripted(fault=fault, **_given(table, known, {"fault"}, where))


def _rates_of_kinds(value: Any, where: str) -> Mapping[str, float]:
    return rates(value, where, KINDS)


def _list(value: Any, where: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise BadSettings(f"{where}: must be a list")
    return value


def _texts(value: Any, where: str) -> tuple[str, ...]:
    return tuple(text(one, where) for one in _list(value, where))


def _flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise BadSettings(f"{where}: must be true or false")
    return value


def _number(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 65535:
        raise BadSettings(f"{where}: must be a port")
    return value


def _seconds(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 600:
        raise BadSettings(f"{where}: must be seconds, up to 600")
    return float(value)
