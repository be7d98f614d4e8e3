"""The kinds of services that Roadtest brings, as plain data: image, protocol, port, seed.

Every service is a container whose program listens on a Unix socket:

    python3 -m MODULE --socket PATH [--seed FILE]

It speaks HTTP there and answers /_roadtest/health and /_roadtest/state. A service that is HTTP itself has no network
and is reached by the proxy alone. Any other also gets `--host` and `--port`, where its own relay listens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of service.

    image: what `ensure_service` takes. module: what Python runs in it. http: whether it is behind the proxy. port:
    where clients expect it. seed_suffix: how a seed is written; None: it takes none. closed: prefixes of administrative
    routes. dry_run: whether it answers `roadtest-dry-run` by doing and rolling back. memory_mb: what it needs, with
    what lies in /tmp.
    """

    image: str
    module: str
    http: bool = True
    port: int = 80
    seed_suffix: Literal[".json", ".sql"] | None = ".json"
    closed: tuple[str, ...] = ("/_roadtest",)
    dry_run: bool = False
    memory_mb: int = 256


def _kind(name: str, *, image: str = "own", **rest: object) -> Kind:
    return Kind(image=image, module=f"sandbox.services.{name}", **rest)  # type: ignore[arg-type]


KINDS: Mapping[str, Kind] = {
    "payments": _kind("payments", dry_run=True),
    "tracker": _kind("tracker", dry_run=True),
    "smtp": _kind("smtp", http=False, port=25, seed_suffix=None),
    "moto": _kind("moto", image="moto", closed=("/_roadtest", "/moto-api"), memory_mb=512),
    "postgres": _kind("postgres", image="postgres", http=False, port=5432, seed_suffix=".sql", memory_mb=768),
    "redis": _kind("redis", image="redis", http=False, port=6379, memory_mb=384),
}
