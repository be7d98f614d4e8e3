"""_http: one request to a service, as an operation of an OpenAPI document says. Not offered by this name."""

from __future__ import annotations

import http.client
import json
import socket
import time
import urllib.parse
from typing import Any

import processes
import toolrun

MOST_BODY = 8 * 1024 * 1024
CHUNK = 1 << 16
CUT = b"\n[the connection was closed before the answer was whole]"
# Of an answer's headers those that say what to do next.
SHOWN = (
    *("allow", "content-type", "deprecation", "etag", "last-modified", "link", "location"),
    *("retry-after", "sunset", "warning", "www-authenticate", "x-request-id", "request-id"),
)
SHOWN_PREFIXES = ("ratelimit", "x-ratelimit", "x-total", "idempotency", "idempotent")
# These say that the service is busy or slow, not that it says no.
NOT_NOW = (408, 425, 429)
SEPARATORS = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}


class Late(Exception):
    """The time is over."""


def run(arguments: dict[str, Any], call: dict[str, Any]) -> dict[str, Any]:
    binding, deadline = call["binding"], time.monotonic() + call["timeout"]
    target, headers, body = request_of(arguments, binding)
    try:
        status, text = exchange(binding, target, headers, body, deadline)
    except (Late, OSError, http.client.HTTPException) as exc:
        if isinstance(exc, (Late, TimeoutError)) or str(exc) == "timed out":
            return said(b"no answer came in time; the request may have been carried out or not", "timeout", call)
        words = "no answer came: %s; the request may have been carried out or not" % (exc or type(exc).__name__)
        if isinstance(exc, (ConnectionRefusedError, socket.gaierror)):
            words = "the service could not be reached: %s" % exc
        return said(words.encode("utf-8", "replace"), "ok", call)
    refused = 400 <= status < 500 and status not in NOT_NOW
    return said(text, "refused" if refused else "ok", call)


def said(text: bytes, status: str, call: dict[str, Any]) -> dict[str, Any]:
    tape = processes.Tape(call["limit"])
    tape.feed(text)
    return dict(tape.result(), status=status, exit_code=None)


def request_of(arguments: dict[str, Any], binding: dict[str, Any]) -> tuple[str, dict[str, str], bytes | None]:
    """Path with query, headers and body."""
    path, query, headers, body = binding["path"], [], {}, None
    for place in binding["places"]:
        if place["argument"] not in arguments:
            continue
        value = arguments[place["argument"]]
        if place["place"] == "body":
            headers["content-type"], body = place["media"], written(value, place["media"])
        elif place["place"] == "path":
            path = path.replace("{%s}" % place["wire"], in_path(value, place))
        elif value is None:
            continue  # where there are only texts, null is that nothing is sent
        elif place["place"] == "query":
            query += in_query(value, place)
        else:
            headers[place["wire"]] = flat(value, place)
    # What the task gives goes before what a candidate says.
    for name, value in binding["headers"].items():
        for other in [key for key in headers if key.lower() == name.lower()]:
            del headers[other]
        headers[name] = value
    base = urllib.parse.urlsplit(binding["base_url"]).path.rstrip("/")
    return base + path + ("?" + "&".join(query) if query else ""), headers, body


def written(value: Any, media: str) -> bytes:
    if media == "text/plain":
        return plain(value).encode("utf-8")
    if media == "application/x-www-form-urlencoded":
        if not isinstance(value, dict):
            raise toolrun.Refused("the body of a form is an object")
        pairs = [
            (name, one) for name, inner in value.items() for one in (inner if isinstance(inner, list) else [inner])
        ]
        return urllib.parse.urlencode([(name, plain(one)) for name, one in pairs if one is not None]).encode("ascii")
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")


def plain(value: Any) -> str:
    """A value as a text; what is built of others, and true and false, as JSON has them."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, allow_nan=False)


def quoted(value: Any) -> str:
    return urllib.parse.quote(plain(value), safe="")


def in_path(value: Any, place: dict[str, Any]) -> str:
    text = urllib.parse.quote(flat(value, place), safe=",=" if isinstance(value, (list, dict)) else "")
    if not text:
        raise toolrun.Refused("`%s` must not be empty: it is a part of the path" % place["argument"])
    # A path of dots would name another resource.
    return text.replace(".", "%2E") if set(text) == {"."} else text


def flat(value: Any, place: dict[str, Any]) -> str:
    """A value in the style `simple`, not encoded."""
    if place["media"] is not None:
        return json.dumps(value, allow_nan=False)
    if isinstance(value, list):
        return ",".join(map(plain, value))
    if isinstance(value, dict):
        joint = "=" if place["explode"] else ","
        return ",".join("%s%s%s" % (name, joint, plain(inner)) for name, inner in value.items())
    return plain(value)


def in_query(value: Any, place: dict[str, Any]) -> list[str]:
    name, style, explode = quoted(place["wire"]), place["style"], place["explode"]
    if place["media"] is not None:
        return ["%s=%s" % (name, urllib.parse.quote(json.dumps(value, allow_nan=False), safe=""))]
    if isinstance(value, dict) and style == "deepObject":
        return ["%s%%5B%s%%5D=%s" % (name, quoted(key), quoted(inner)) for key, inner in value.items()]
    if isinstance(value, dict):
        if explode:
            return ["%s=%s" % (quoted(key), quoted(inner)) for key, inner in value.items()]
        parts = [quoted(part) for pair in value.items() for part in pair]
    elif isinstance(value, list):
        if explode:
            return ["%s=%s" % (name, quoted(one)) for one in value]
        parts = [quoted(one) for one in value]
    else:
        parts = [quoted(value)]
    return ["%s=%s" % (name, SEPARATORS.get(style, ",").join(parts))]


def exchange(
    binding: dict[str, Any], target: str, headers: dict[str, str], body: bytes | None, deadline: float
) -> tuple[int, bytes]:
    """Status, and the answer as the candidate reads it."""
    at = urllib.parse.urlsplit(binding["base_url"])
    connection = http.client.HTTPConnection(at.hostname or "", at.port or 80, timeout=left(deadline))
    try:
        headers = dict({"accept": "application/json, */*;q=0.5", "user-agent": "roadtest"}, **headers)
        connection.request(binding["method"], target, body=body, headers=headers)
        connection.sock.settimeout(left(deadline))
        answer = connection.getresponse()
        data = read(answer, connection.sock, deadline)
    finally:
        connection.close()
    reason = answer.reason or http.client.responses.get(answer.status, "")
    lines = [("HTTP %d %s" % (answer.status, reason)).rstrip()]
    lines += ["%s: %s" % (name.lower(), value) for name, value in answer.getheaders() if is_shown(name.lower())]
    return answer.status, "\n".join(lines).encode("utf-8", "replace") + (b"\n\n" + data if data else b"")


def read(answer: http.client.HTTPResponse, sock: socket.socket | None, deadline: float) -> bytes:
    parts, size = [], 0
    while True:
        seconds = left(deadline)
        if sock is not None and sock.fileno() >= 0:
            sock.settimeout(seconds)
        try:
            part = answer.read1(CHUNK)
        except http.client.IncompleteRead as exc:
            return b"".join([*parts, exc.partial, CUT])
        if not part:
            return b"".join(parts) + (CUT if answer.length else b"")
        parts.append(part)
        size += len(part)
        if size > MOST_BODY:
            return b"".join(parts) + b"\n[the rest of the answer was not read: it is too long]"


def left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise Late
    return seconds


def is_shown(name: str) -> bool:
    return name in SHOWN or name.startswith(SHOWN_PREFIXES)
