"""The same client against a server that is not of our writing: litellm's own proxy, as it is installed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.errors import ProviderError
from sandbox.llm.client import Answer
from sandbox.llm.litellm_client import LiteLLMClient
from sandbox.plan import Candidate
from sandbox.reply import Reply, parse_reply
from sandbox.toolbox import load_tools

pytestmark = pytest.mark.anyio

KEY = "sk-proxy-0123456789abcdef"
SAID = "It is done."
STARTED_WITHIN = 120.0
TOOLS = load_tools()
# litellm gives every mocked reply these counts.
USAGE = (10, 20)

CONFIG = f"""\
model_list:
  - model_name: parrot
    litellm_params: {{model: openai/parrot, api_key: none, mock_response: "{SAID}"}}
  - model_name: caller
    litellm_params:
      model: openai/caller
      api_key: none
      mock_tool_calls:
        - {{id: call_1, type: function, function: {{name: bash, arguments: '{{"command": "ls"}}'}}}}
general_settings:
  master_key: {KEY}
"""


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a running proxy; it knows no key but its own."""
    home = tmp_path_factory.mktemp("proxy")
    config = home / "config.yaml"
    config.write_text(CONFIG, "utf-8")
    port = _free_port()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    program = Path(sys.executable).with_name("litellm")
    command = [str(program), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log)
        try:
            _wait_until_alive(process, f"http://127.0.0.1:{port}/health/liveliness", home / "log")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_alive(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    with httpx.Client(trust_env=False, timeout=5) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if client.get(url).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
    pytest.fail(f"the proxy did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(autouse=True)
def own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy's key, and no HTTP proxy in between."""
    for name in os.environ:
        if name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    for name in ("OPENAI_API_KEY", "HOSTED_VLLM_API_KEY", "LITELLM_PROXY_API_KEY"):
        monkeypatch.setenv(name, KEY)


async def ask(base: str, model: str) -> tuple[Answer, Reply]:
    client = LiteLLMClient(Candidate(name=model, kind="model", api_base=base))
    try:
        answer = await client.ask([{"role": "user", "content": "Fix it."}], [tool.offer() for tool in TOOLS.values()])
    finally:
        await client.close()
    return answer, parse_reply(answer.document, TOOLS, number=0)


@pytest.mark.parametrize("provider", ["openai", "hosted_vllm", "litellm_proxy"])
async def test_a_reply_in_words(proxy: str, provider: str) -> None:
    answer, reply = await ask(proxy, f"{provider}/parrot")
    assert answer.raw is True
    assert (reply.text, reply.calls, reply.labels, reply.finish) == (SAID, (), (), "stop")
    assert (answer.prompt_tokens, answer.completion_tokens) == USAGE
    assert KEY.encode() not in answer.body


async def test_a_tool_call(proxy: str) -> None:
    answer, reply = await ask(proxy, "openai/caller")
    assert answer.raw is True
    (made,) = reply.calls
    assert (made.name, made.arguments, made.labels) == ("bash", {"command": "ls"}, ())


async def test_a_wrong_key(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-somebody-elses-key")
    with pytest.raises(ProviderError) as raised:
        await ask(proxy, "openai/parrot")
    # Without a database the proxy answers a key that it does not know with 400.
    assert raised.value.kind in {"authentication", "bad-request"}
    assert "sk-somebody-elses-key" not in str(raised.value)


async def test_a_model_that_it_does_not_have(proxy: str) -> None:
    with pytest.raises(ProviderError) as raised:
        await ask(proxy, "openai/nobody")
    assert raised.value.kind in {"bad-request", "not-found"}
