"""Runs the proxy: `python -m sandbox.services.proxy SETTINGS.json`. Says on one line where it listens, once it does.

Exit codes: 0 told to end; 2 bad settings; 3 the log or an address failed.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

from sandbox.services.common.reading import BadSettings
from sandbox.services.proxy.server import Proxy
from sandbox.services.proxy.service_log import LogFailed
from sandbox.services.proxy.settings import Settings, read_settings


def main(arguments: list[str]) -> int:
    """Serve until told to end."""
    try:
        settings = read_settings(json.loads(Path(arguments[0]).read_text("utf-8")))
    except (IndexError, OSError, ValueError, BadSettings) as exc:
        print(f"roadtest proxy: {exc}", file=sys.stderr)
        return 2
    try:
        asyncio.run(_serve(settings))
    except (LogFailed, OSError) as exc:
        print(f"roadtest proxy: {exc}", file=sys.stderr)
        return 3
    return 0


async def _serve(settings: Settings) -> None:
    proxy = Proxy(settings)
    places = await proxy.start()
    task = asyncio.ensure_future(proxy.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    print(json.dumps({"ready": places}), flush=True)
    try:
        await task
    except asyncio.CancelledError:
        pass
    finally:
        proxy.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
