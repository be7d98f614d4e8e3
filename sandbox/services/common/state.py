"""Administrative routes, which the proxy closes to agents: health, and the export of the state."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response

Export = Callable[[Any], dict[str, dict[str, dict[str, Any]]]]


def administration(export: Export) -> APIRouter:
    """The routes.

    Args:
        export: from the application's `database` to `{collection: {key: row}}`.
    """
    router = APIRouter(prefix="/_roadtest", include_in_schema=False)

    @router.get("/health")
    async def health() -> dict[str, bool]:
        return {"ready": True}

    @router.get("/state")
    async def state(request: Request) -> Response:
        async with request.app.state.lock:
            document = export(request.app.state.database)
        # In ASCII: whatever got in, the state can be told.
        return Response(json.dumps(document), media_type="application/json")

    return router
