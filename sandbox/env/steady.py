"""Speaking to an engine that falters: calls that may be made twice are asked again, and none is waited for without end.

What may be made twice: whatever only looks, removals, and what the engine does once
however often it is asked (start, a volume of a given name, an exec that is not
started). Making a container is not among them: see `sandbox.env.container`.
"""

from __future__ import annotations

import os
import re
import time
from typing import Any

import docker
import requests
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import Timeout

from sandbox.errors import BadInput

VARIABLE = "ROADTEST_ENGINE_TIMEOUT"
# Seconds that the engine may take for a look, and how many times as long to make or remove something.
LOOK_SECONDS = 20.0
MAKING = 3
# Seconds for anything, once an answer did not come in time and until one does.
DOUBTED_SECONDS = 5.0
# Before each further attempt. Restarting an engine takes longer: that is for whoever runs trials to wait for.
PAUSES = (0.1, 0.4)
FIRST_FAILURE = 500
# How docker-py writes the address of a socket.
SOCKET = "http+docker://"

_SAFE_POSTS = re.compile(r"/volumes/create$|/containers/[^/]+/(start|exec|kill)$")
# Looks that send more than a few facts.
_LONG_LOOKS = re.compile(r"/archive$|/get$")


def look_seconds() -> float:
    """Seconds that the engine may take for a look, as the environment says it.

    Raises:
        BadInput: it says something else than a number of seconds.
    """
    given = os.environ.get(VARIABLE, "")
    if not given:
        return LOOK_SECONDS
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 3600:
        raise BadInput(f"{VARIABLE}={given}: must be seconds, from 0.1 to 3600")
    return seconds


class SteadyAPI(docker.APIClient):
    """docker-py's, with attempts and bounds on waiting. `seconds`: what a look may take."""

    def __init__(self, seconds: float, **more: Any) -> None:
        self._look = seconds
        self._doubted = False
        super().__init__(timeout=int(max(1.0, MAKING * seconds)), **more)
        # Nothing lies between us and a socket of this machine, and looking for proxies takes as long as asking.
        if self.base_url.startswith(SOCKET):
            self.trust_env = False

    def request(self, method: Any, url: Any, *args: Any, **more: Any) -> requests.Response:
        """As `requests.Session.request`; asks again where that changes nothing."""
        more.setdefault("timeout", self.timeout)
        path = str(url).partition("?")[0]
        looks = str(method).upper() in ("GET", "HEAD") and not _LONG_LOOKS.search(path)
        if looks:
            more["timeout"] = self._look
        left = list(PAUSES) if _may_repeat(str(method).upper(), path) else []
        while True:
            # Whoever asks for more time than usual builds an image: that may well be silent for long.
            if self._doubted and more["timeout"] <= self.timeout:
                more["timeout"] = min(DOUBTED_SECONDS, more["timeout"])
            try:
                answer = super().request(method, url, *args, **more)
            except Timeout:
                # Once more, and with less patience: each of these takes as long as all the others together.
                del left[1:]
                if self._doubted or not left:
                    self._doubted = True
                    raise
                self._doubted = True
            except NoConnection:
                if not left:
                    raise
            else:
                self._doubted = False
                if answer.status_code < FIRST_FAILURE or not left:
                    return answer
                answer.close()
            time.sleep(left.pop(0))


class SteadyClient(docker.DockerClient):
    """docker-py's client over a `SteadyAPI`."""

    def __init__(self, seconds: float, **more: Any) -> None:
        self.api = SteadyAPI(seconds, **more)


def _may_repeat(method: str, path: str) -> bool:
    return method in ("GET", "HEAD", "DELETE") or (method == "POST" and bool(_SAFE_POSTS.search(path)))
