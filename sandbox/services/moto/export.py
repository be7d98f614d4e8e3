"""What moto holds as a state, read from its own objects: no request looks at messages without taking them.

`s3`, `sqs` and `dynamodb` list buckets, queues and tables; `s3/BUCKET`, `sqs/QUEUE` and `dynamodb/TABLE` what is in
them. Where these are in another region than the first, its name stands between: `sqs/eu-west-1/QUEUE`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID

from sandbox.services.moto.plain import Number, dumps, plain
from sandbox.services.moto.seeding import HOME_REGION

# Bytes of an object that are in the state itself; of a larger one only size and digest.
LONGEST_TEXT = 64 * 1024
# DynamoDB itself takes 32 levels, moto any number.
DEEPEST = 64

Rows = dict[str, Any]


def state() -> bytes:
    """All of it, as JSON."""
    collections: dict[str, Rows] = {"s3": {}, "sqs": {}, "dynamodb": {}}
    for name, bucket in sorted(_backend("s3", "aws").buckets.items()):
        collections["s3"][name] = _bucket(bucket)
        collections[f"s3/{name}"] = dict(_objects(bucket))
    for region, backend in _regions("sqs"):
        for name, queue in sorted(backend.queues.items()):
            collections["sqs"][region + name] = {"fifo": bool(queue.fifo_queue), "tags": dict(queue.tags)}
            collections[f"sqs/{region}{name}"] = {message.id: _message(message) for message in _messages(queue)}
    for region, backend in _regions("dynamodb"):
        for name, table in sorted(backend.tables.items()):
            collections["dynamodb"][region + name] = _table(table)
            collections[f"dynamodb/{region}{name}"] = dict(_items(table))
    return dumps(collections).encode("ascii")


def _backend(service: Any, region: str) -> Any:
    return get_backend(service)[DEFAULT_ACCOUNT_ID][region]


def _regions(service: Any) -> Iterator[tuple[str, Any]]:
    for region, backend in sorted(get_backend(service)[DEFAULT_ACCOUNT_ID].items()):
        yield "" if region == HOME_REGION else f"{region}/", backend


def _bucket(bucket: Any) -> Rows:
    policy = bucket.policy.decode("utf-8", "replace") if isinstance(bucket.policy, bytes) else bucket.policy
    return {"region": bucket.region_name, "versioning": bucket.versioning_status, "policy": policy}


def _objects(bucket: Any) -> Iterator[tuple[str, Rows]]:
    for key in sorted(bucket.keys):
        newest = bucket.keys[key]
        # A marker that it is deleted has no value.
        if hasattr(newest, "value"):
            data: bytes = newest.value
            row: Rows = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "text": _text(data)}
            yield key, row | {"metadata": {str(name): str(value) for name, value in newest.metadata.items()}}


def _text(data: bytes) -> str | None:
    if len(data) > LONGEST_TEXT:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _messages(queue: Any) -> Iterator[Any]:
    # Those that somebody received and did not delete are still there; that they were looked at is not told.
    yield from list(queue._messages)


def _message(message: Any) -> Rows:
    attributes = {
        name: {key: str(value) for key, value in told.items()} for name, told in message.message_attributes.items()
    }
    return {"body": message.body, "group": message.group_id, "attributes": attributes}


def _table(table: Any) -> Rows:
    return {"hash": table.hash_key_attr, "range": table.range_key_attr, "indexes": len(table.global_indexes)}


def _items(table: Any) -> Iterator[tuple[str, Rows]]:
    for item in table.all_items():
        row = {name: _value(value) for name, value in sorted(item.attrs.items())}
        keys = [row[name] for name in (table.hash_key_attr, table.range_key_attr) if name is not None]
        yield _word(keys[0]) if len(keys) == 1 else dumps(keys), row


def _value(value: Any) -> Any:
    # What only moto takes for a value is told as such: one odd item does not leave a trial without a state.
    try:
        return plain(_written(value))
    except (ValueError, TypeError, AttributeError, KeyError):
        return {"unreadable": repr(getattr(value, "value", value))[:200]}


def _written(value: Any, depth: int = 0) -> dict[str, Any]:
    """A value of moto's as DynamoDB writes it, with all that is in it."""
    inner = value.value
    if depth > DEEPEST:
        return {"S": "nested too deeply"}
    if value.type == "M":
        return {"M": {name: _written(one, depth + 1) for name, one in inner.items()}}
    return {value.type: [_written(one, depth + 1) for one in inner] if value.type == "L" else inner}


def _word(key: Any) -> str:
    return str(key) if isinstance(key, str | Number) else dumps(key)
