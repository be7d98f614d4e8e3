"""Who may, and how often: tokens by client credentials, which end, and a limit on requests."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from fastapi import Request

from sandbox.services.common.problems import Problem

Clock = Callable[[], float]
# Tokens that are kept; the oldest end first.
MOST_TOKENS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a seed says of access.

    clients: secrets by client id. seconds: how long a token lasts. uses: after so many requests it ends before that;
    None: it does not. requests, within: so many requests in so many seconds, None: any number.
    """

    clients: Mapping[str, str]
    seconds: int = 3600
    uses: int | None = None
    requests: int | None = None
    within: float = 10.0


def read_rules(seed: Mapping[str, Any]) -> Rules:
    """Rules from a seed: `clients`, `token` = {seconds, uses}, `rate` = {requests, within}.

    Raises:
        ValueError: an unknown key.
    """
    told = {**seed.get("token", {}), **seed.get("rate", {})}
    try:
        return Rules(clients=seed.get("clients", {"roadtest": "secret"}), **told)
    except TypeError as exc:
        raise ValueError(f"the seed of the tracker: {exc}") from exc


@dataclass(slots=True)
class _Grant:
    client: str
    until: float
    uses: int = 0


@dataclass(slots=True)
class Access:
    """Tokens that are out, and requests that came. In memory: no transaction takes them back."""

    rules: Rules
    secret: str
    clock: Clock
    _grants: dict[str, _Grant] = field(default_factory=dict)
    _came: deque[float] = field(default_factory=deque)
    _made: int = 0

    def grant(self, body: bytes, authorization: str) -> tuple[str, int]:
        """A token and its seconds, for a form as OAuth 2.0 has it.

        Raises:
            Problem: 400 or 401.
        """
        form = {key: values[0] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}
        if form.get("grant_type") != "client_credentials":
            raise Problem(400, "unsupported_grant_type", "grant_type must be client_credentials.", "grant_type")
        client, secret = _basic(authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
        known = self.rules.clients.get(client, "")
        if not known or not hmac.compare_digest(known.encode(), secret.encode()):
            raise Problem(401, "invalid_client", "Unknown client, or a wrong secret.")
        self._made += 1
        token = hashlib.sha256(f"{self.secret}/{client}/{self._made}".encode()).hexdigest()[:40]
        self._grants[token] = _Grant(client, self.clock() + self.rules.seconds)
        if len(self._grants) > MOST_TOKENS:
            del self._grants[next(iter(self._grants))]
        return token, self.rules.seconds

    def authorize(self, request: Request) -> None:
        """Let a request through.

        Raises:
            Problem: 401 without a token that holds; 429 when there were too many.
        """
        self._limit()
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        grant = self._grants.get(token.strip()) if scheme.lower() == "bearer" else None
        if grant is None or self._ended(grant):
            headers = {"www-authenticate": 'Bearer error="invalid_token"'}
            raise Problem(401, "invalid_token", "The token is missing, unknown or has ended.", headers=headers)
        grant.uses += 1

    def _ended(self, grant: _Grant) -> bool:
        spent = self.rules.uses is not None and grant.uses >= self.rules.uses
        return spent or self.clock() >= grant.until

    def _limit(self) -> None:
        if self.rules.requests is None:
            return
        now = self.clock()
        while self._came and self._came[0] <= now - self.rules.within:
            self._came.popleft()
        if len(self._came) >= self.rules.requests:
            wait = max(1, math.ceil(self._came[0] + self.rules.within - now))
            headers = {"retry-after": str(wait)}
            raise Problem(429, "too_many_requests", f"Try again in {wait} seconds.", headers=headers)
        self._came.append(now)


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(client), unquote_plus(secret)
