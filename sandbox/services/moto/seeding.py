"""A seed, planted by the requests that clients would send."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from sandbox.services.moto.plain import Number, dumps, typed

SERVICES = ("s3", "sqs", "dynamodb")
HOME_REGION = "us-east-1"

# Method, path, headers and body to status and body.
Ask = Callable[[str, str, Mapping[str, str], bytes], tuple[int, bytes]]


class BadSeed(ValueError):
    """A seed that does not hold; names the place."""


def read_seed(text: str) -> dict[str, Any]:
    """The document of a seed.

    Raises:
        BadSeed: it is none.
    """
    try:
        seed = json.loads(text, parse_float=Number)
    except (ValueError, RecursionError) as exc:
        raise BadSeed(f"no JSON: {exc}") from exc
    if not isinstance(seed, dict) or not all(isinstance(seed.get(name, {}), dict) for name in SERVICES):
        raise BadSeed(f"must be an object of {', '.join(SERVICES)} and seed")
    if unknown := sorted(seed.keys() - {*SERVICES, "seed"}):
        raise BadSeed(f"unknown key {unknown[0]} (known: {', '.join(SERVICES)}, seed)")
    return seed


def plant(ask: Ask, seed: Mapping[str, Any]) -> None:
    """Put in what a seed says.

    Args:
        seed: `s3` {bucket: {key: text, or {"base64": …}, or {"json": …}}}, `sqs` {queue: [body, …]} or {queue:
            {"attributes": {…}, "messages": [body, or {"body": …, "group": …}]}}, `dynamodb` {table: {"hash": name,
            "range": name, "items": [item]}}; the types of keys are those of the first item, else texts.

    Raises:
        BadSeed: a row that cannot be.
    """
    planter = _Planter(ask)
    for service, one in (("s3", planter.bucket), ("sqs", planter.queue), ("dynamodb", planter.table)):
        for name, content in seed.get(service, {}).items():
            try:
                one(name, content)
            except (AttributeError, KeyError, TypeError, ValueError) as exc:
                raise BadSeed(f"{service}.{name}: {exc}") from exc


class _Planter:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def bucket(self, name: str, objects: Mapping[str, Any]) -> None:
        self._send("s3", "PUT", f"/{quote(name)}", {}, b"")
        for key, content in objects.items():
            body, kind = _content(content)
            self._send("s3", "PUT", f"/{quote(name)}/{quote(key)}", {"content-type": kind}, body)

    def queue(self, name: str, content: Any) -> None:
        content = {"messages": content} if isinstance(content, list) else content
        _known(content, {"attributes", "messages"})
        attributes = {key: str(value) for key, value in content.get("attributes", {}).items()}
        url = self._sqs("CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"]
        for message in content.get("messages", []):
            told = {"body": message} if isinstance(message, str) else message
            _known(told, {"body", "group"})
            body = told["body"] if isinstance(told["body"], str) else dumps(told["body"])
            group = {"MessageGroupId": told["group"], "MessageDeduplicationId": body} if "group" in told else {}
            self._sqs("SendMessage", QueueUrl=url, MessageBody=body, **group)

    def table(self, name: str, content: Mapping[str, Any]) -> None:
        _known(content, {"hash", "range", "items"})
        items = content.get("items", [])
        keys = [(content["hash"], "HASH")] + ([(content["range"], "RANGE")] if "range" in content else [])
        kinds = {key: next(iter(typed(items[0][key]))) if items else "S" for key, _ in keys}
        self._dynamodb(
            "CreateTable",
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in kinds.items()],
        )
        for item in items:
            self._dynamodb("PutItem", TableName=name, Item=typed(item)["M"])

    def _sqs(self, action: str, **told: Any) -> Any:
        return self._send_json("sqs", "AmazonSQS." + action, "application/x-amz-json-1.0", told)

    def _dynamodb(self, action: str, **told: Any) -> Any:
        return self._send_json("dynamodb", "DynamoDB_20120810." + action, "application/x-amz-json-1.0", told)

    def _send_json(self, service: str, target: str, kind: str, told: Mapping[str, Any]) -> Any:
        headers = {"x-amz-target": target, "content-type": kind}
        return json.loads(self._send(service, "POST", "/", headers, dumps(dict(told)).encode()))

    def _send(self, service: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
        scope = f"seed/20000101/{HOME_REGION}/{service}/aws4_request"
        signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        status, answer = self._ask(method, path, {**headers, "authorization": signed}, body)
        if status >= 300:
            raise BadSeed(f"{status} {answer[:300].decode('utf-8', 'replace')}")
        return answer


def _known(table: Any, names: set[str]) -> None:
    if not isinstance(table, dict) or not table.keys() <= names:
        raise ValueError(f"must be an object of {', '.join(sorted(names))}")


def _content(content: Any) -> tuple[bytes, str]:
    if isinstance(content, str):
        return content.encode(), "text/plain"
    _known(content, {"base64", "json"})
    if "base64" in content:
        return base64.b64decode(content["base64"], validate=True), "binary/octet-stream"
    return dumps(content["json"]).encode(), "application/json"
