"""The application: three services of moto's, and the administrative routes."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

# Buckets are in the path: the host is whatever the task calls this service. Read when moto is imported.
os.environ["S3_IGNORE_SUBDOMAIN_BUCKETNAME"] = "true"

from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server
from werkzeug.test import Client

from sandbox.services.moto.export import state
from sandbox.services.moto.seeding import SERVICES, BadSeed, plant, read_seed

_PREFIX = "/_roadtest/"


class _Quiet(MotoRequestHandler):  # type: ignore[misc]
    def log(self, type: str, message: str, *args: Any) -> None:
        """What is asked is in the proxy's log."""


def make_app(seed: Mapping[str, Any]) -> Any:
    """The application, with its seed planted.

    Args:
        seed: as `read_seed` returns it; ids hang on its `seed`.

    Raises:
        BadSeed: a row that cannot be.
    """
    served = DomainDispatcherApplication(_application)
    mock_random.seed(f"{seed.get('seed', 'moto')}/seed")
    client = Client(served)

    def ask(method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        response = client.open(path, method=method, headers=dict(headers), data=body)
        return response.status_code, response.get_data()

    plant(ask, seed)
    mock_random.seed(f"{seed.get('seed', 'moto')}/trial")
    return _administered(served)


def _application(backend: Any) -> Any:
    if backend in SERVICES:
        application = create_backend_app(backend)
        # Without its pages for developers, which run what they are sent.
        application.debug = False
        return application
    return _refuse


def _refuse(environ: Mapping[str, Any], start_response: Any) -> Iterable[bytes]:
    words = f"There are only {', '.join(SERVICES)} here."
    # Clients read the errors of newer services as JSON, those of older ones as XML.
    kind = "application/x-amz-json-1.1" if "HTTP_X_AMZ_TARGET" in environ else "text/xml"
    body = f"<ErrorResponse><Error><Code>NotImplemented</Code><Message>{words}</Message></Error></ErrorResponse>"
    if kind != "text/xml":
        body = json.dumps({"__type": "NotImplemented", "message": words})
    start_response("501 Not Implemented", [("content-type", kind), ("content-length", str(len(body)))])
    return [body.encode()]


def _administered(served: Any) -> Any:
    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(_PREFIX):
            found: Iterable[bytes] = served(environ, start_response)
            return found
        bodies = {"health": lambda: b'{"ready": true}', "state": state}
        body = bodies.get(path.removeprefix(_PREFIX))
        status = "404 Not Found" if body is None else "200 OK"
        data = b"{}" if body is None else body()
        start_response(status, [("content-type", "application/json"), ("content-length", str(len(data)))])
        return [data]

    return application


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to end. Exit code 2: a bad seed."""
    parser = argparse.ArgumentParser(description="S3, SQS and DynamoDB.")
    parser.add_argument("--socket", required=True, help="the Unix socket to listen on")
    parser.add_argument("--seed", type=Path, help="what it holds at the start, as JSON")
    told = parser.parse_args(arguments)
    try:
        app = make_app(read_seed(told.seed.read_text("utf-8")) if told.seed else {})
    except (OSError, BadSeed) as exc:
        print(f"roadtest moto: {exc}", file=sys.stderr)  # noqa: T201
        return 2
    make_server(f"unix://{told.socket}", 0, app, threaded=True, request_handler=_Quiet).serve_forever()
    return 0
