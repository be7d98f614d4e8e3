"""What a model needs is in the lock that users install from: tests run with more packages than users have."""

from __future__ import annotations

import json
import re
import subprocess
import sys

from tests.support.command import PROJECT

# Loaded where they are there, and done without where they are not.
DISPENSABLE = {"annotated-doc", "email-validator", "fastapi", "litellm-enterprise", "orjson"}
ASK = """
import asyncio, importlib.metadata, json, sys
from sandbox.errors import ProviderError
from sandbox.llm.litellm_client import LiteLLMClient
from sandbox.plan import parse_candidate

async def ask():
    client = LiteLLMClient(parse_candidate("openai/x", api_base="http://127.0.0.1:9/v1"), seconds=5)
    offer = {"type": "function", "function": {"name": "bash", "parameters": {"type": "object"}}}
    try:
        await client.ask([{"role": "user", "content": "Fix it."}], [offer])
    except ProviderError as exc:
        print(exc.kind)
    await client.close()

asyncio.run(ask())
tops = {name.partition(".")[0] for name in list(sys.modules)}
packages = importlib.metadata.packages_distributions()
print(json.dumps(sorted({name for top in tops for name in packages.get(top, ())})))
"""


def test_a_request_with_tools_loads_nothing_that_users_do_not_have() -> None:
    done = subprocess.run([sys.executable, "-c", ASK], cwd=PROJECT, capture_output=True, text=True, check=True)
    kind, loaded = done.stdout.split("\n")[0], json.loads(done.stdout.splitlines()[-1])
    assert kind == "connection"
    lock = (PROJECT / "requirements.lock").read_text("utf-8")
    locked = set(map(normal, re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)))
    assert {"litellm", "mcp"} <= locked
    assert set(map(normal, loaded)) - locked - {"roadtest"} <= DISPENSABLE


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
