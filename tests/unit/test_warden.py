"""What the program beside services makes of their answers."""

from __future__ import annotations

import json
import socketserver
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from sandbox.env.constellation import TOO_LARGE

GUEST = Path(__file__).resolve().parent.parent.parent / "sandbox" / "guest"
ASK = """
import json, sys
sys.path.insert(0, sys.argv[1])
import warden
warden.MOST_STATE = 1000
status, why, body = warden.ask(sys.argv[2], "/_roadtest/state", 5.0)
print(json.dumps([status, why, len(body)]))
"""


@pytest.mark.parametrize(
    ("size", "found"), [(1000, [200, "", 1000]), (1001, [TOO_LARGE, "an answer of more than 1000 bytes", 0])]
)
def test_a_state_of_more_than_is_kept_is_told_from_one_that_cannot_be_had(
    tmp_path: Path, size: int, found: list[object]
) -> None:
    """Only an agent makes a service hold so much."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * size)

        def address_string(self) -> str:
            return "unix"

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    place = tmp_path / "service.sock"
    with socketserver.UnixStreamServer(str(place), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        done = subprocess.run([sys.executable, "-c", ASK, str(GUEST), str(place)], capture_output=True, timeout=20)
        thread.join()
    assert (json.loads(done.stdout), done.stderr) == (found, b"")
