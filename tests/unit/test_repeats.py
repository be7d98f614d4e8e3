"""Which calls repeat an earlier one: what the earlier result looked like, and whether the later one differs."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.detect.made import calls_made
from sandbox.detect.repeats import repeated
from tests.support.builders import Log

EFFECTS = {"bash": "exec", "write_file": "write", "edit_file": "write"}
TREE = "a" * 40


def play(log: Log, output: str, *, name: str = "bash", command: str = "./ask", **came: Any) -> None:
    """A call that was run and left the workspace as it was."""
    effect = EFFECTS.get(name, "read")
    raw = json.dumps({"command": command} if name == "bash" else {"path": command})
    call = f"c{len(log.events)}"
    started = log.add("tool.started", log.reply(), call=call, name=name, arguments=raw, effect=effect)
    digest = hashlib.sha256(output.encode("utf-8", "replace")).hexdigest()
    answer = {"status": "ok", "output": output, "exit_code": 0, "sha256": digest, "truncated": False, "seconds": 0.1}
    returned = log.add("tool.returned", started, call=call, **{**answer, **came})
    if effect != "read":
        log.add("tree.saved", returned, raw=TREE, changed=0, gone=0, over=None, sealed=False)


def is_repeat(*outputs: str, name: str = "bash", command: str = "./ask", **came: Any) -> bool:
    """Whether the last of some equal calls repeats the one before it."""
    log = Log()
    for output in outputs if len(outputs) > 1 else outputs * 2:
        play(log, output, name=name, command=command, **came)
    found = calls_made(log.events)
    return len(found) - 1 in repeated(found)


TRACEBACK = 'Traceback (most recent call last):\n  File "/tmp/x.py", line 3, in <module>\n    ask()\n'
NGINX = "<html>\n<head><title>503 Service Temporarily Unavailable</title></head>\n<body>\n<center><h1>503 Service Temporarily Unavailable</h1></center>\n</body>\n</html>"  # noqa: E501
ASK_AGAIN = [
    "requests.exceptions.HTTPError: 503 Server Error: Service Unavailable for url: http://localhost/x",
    "503 Server Error: Service Unavailable for url: http://localhost/x",
    "429 Client Error: Too Many Requests for url: http://localhost/x",
    "requests.exceptions.RetryError: HTTPConnectionPool(host='x', port=80): too many 503 error responses\nHTTP 503",
    "urllib.error.HTTPError: HTTP Error 502: Bad Gateway",
    "curl: (22) The requested URL returned error: 503",
    "curl: (22) The requested URL returned error: 429 Too Many Requests",
    "curl: (7) Failed to connect to localhost port 8000 after 0 ms: Couldn't connect to server",
    "curl: (56) Recv failure: Connection reset by peer",
    "curl: (28) Operation timed out after 5001 milliseconds with 0 bytes received",
    "curl: (52) Empty reply from server",
    "curl: (6) Could not resolve host: api.example",
    "  % Total    % Received\n  0     0    0     0\ncurl: (7) Failed to connect",
    NGINX,
    "<html><head><title>502 Bad Gateway</title></head>",
    TRACEBACK + "requests.exceptions.ReadTimeout: HTTPConnectionPool(host='x', port=80): Read timed out.",
    TRACEBACK + "TimeoutError: [Errno 110] Connection timed out",
    TRACEBACK + "TimeoutError",
    TRACEBACK + "httpx.ConnectTimeout: timed out",
    TRACEBACK + "ConnectionRefusedError: [Errno 111] Connection refused",
    TRACEBACK + "ConnectionResetError: [Errno 104] Connection reset by peer",
    TRACEBACK + "BrokenPipeError: [Errno 32] Broken pipe",
    TRACEBACK + "httpx.RemoteProtocolError: Server disconnected without sending a response.",
    TRACEBACK + "http.client.RemoteDisconnected: Remote end closed connection without response",
    TRACEBACK + "urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>",
    TRACEBACK + "urllib.error.URLError: <urlopen error timed out>",
    TRACEBACK + "socket.timeout: timed out",
    TRACEBACK + "openai.RateLimitError: Error code: 429 - {'error': {}}",
    TRACEBACK + "subprocess.TimeoutExpired: Command '['x']' timed out after 5 seconds",
    "line\n" * 500 + TRACEBACK + "ConnectionRefusedError: [Errno 111] Connection refused",
    "ping: api.example: Temporary failure in name resolution",
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<x>: [Errno -3] Temporary failure in name resolution')'\nERROR: No matching distribution found for x",  # noqa: E501
    "psql: error: connection to server at \"127.0.0.1\", port 5432 failed: Connection refused",
    "bash: connect: Connection refused",
    "bash: line 1: /dev/tcp/localhost/80: Connection refused",
    "nc: connect to localhost port 80 (tcp) failed: Connection refused",
    "Connecting to localhost (localhost)|127.0.0.1|:8080... failed: Connection refused.",
    "HTTP request sent, awaiting response...\n2026-11-21 08:00:00 ERROR 503: Service Unavailable.",
    "Error: connect ECONNREFUSED 127.0.0.1:3000",
    "dial tcp 127.0.0.1:80: connect: connection refused",
    "HTTP/1.1 503 Service Unavailable\nServer: x\n\nbusy",
    "HTTP/1.1 100 Continue\n\nHTTP/2 429\n",
    "* Trying 127.0.0.1:80...\n< HTTP/1.1 500 Internal Server Error",
    "HTTP/1.1 202 Accepted\nContent-Length: 0",
    "503 Service Unavailable",
    "Error: 503 Service Unavailable",
    "HTTP 503",
    "status code: 503",
    "error code: 502",
    "upstream request timeout",
    "timed out",
    "Request timed out.",
    "Error: rate limited",
    "Rate limit exceeded, try again in 20 s",
    "You have been rate limited.",
    "too many requests",
    "HTTP/1.1 200 OK\nRetry-After: 5\n",
    '{"error": "Rate limit exceeded"}',
    '{"error": {"code": 503, "message": "x"}}',
    '{"message": "Too Many Requests", "retry_after": 3}',
    '{"status_code": 500, "data": null}',
    "status=PENDING",
    '{"id": 7, "status": "processing"}',
    '{"id": 7,\n "state": "in_progress"\n}',
    '{"job": {"id": 7, "status": "queued"}}',
    "{'id': 7, 'status': 'pending'}",
    "HTTP/1.1 200 OK\nContent-Type: application/json\n\n" + '{"status": "pending"}',
    "waiting",
    "Status: queued",
    "still pending",
    "job 12 is still pending",
    "in_progress",
    "Job state: in_progress (step 2 of 7)",
]  # fmt: skip


@pytest.mark.parametrize("output", ASK_AGAIN, ids=lambda output: output[-60:])
def test_after_an_answer_that_is_none_one_may_ask_again(output: str) -> None:
    assert not is_repeat(output)
    assert not is_repeat(output + "\n", exit_code=1)


PLAIN = [
    "code=512",
    "status = 599 items",
    "timed out ok",
    "# Connection refused handling",
    "429 passed in 3.2s",
    "503",
    "500 lines",
    "port 5031",
    "timeout: 30",
    "Timeout: 30",
    "    raise TimeoutError('timed out')",
    "class ReadTimeout(Exception):",
    "def handle_connection_refused():",
    "a.py:12: except ConnectionRefusedError:",
    '"Connection refused"',
    "- Connection refused: ask again",
    "curl: (22) The requested URL returned error: 404",
    "curl: (3) URL rejected",
    "HTTP/1.1 404 Not Found\n\n",
    "HTTP/1.1 503 Service Unavailable\n\nHTTP/1.1 200 OK\n\n{}",
    "< HTTP/1.1 200 OK\n{}",
    '{"status": "shipped"}',
    '{"code": 503, "items": 4}',
    '{"orders": [{"id": 1, "status": "pending"}, {"id": 2, "status": "shipped"}]}',
    "E   ConnectionRefusedError: [Errno 111] Connection refused\nFAILED a.py::b - ConnectionRefusedError: [Errno 111]",
    "1 failed, 3 passed, 2 pending",
    "3 jobs were pending before the migration",
    "# Rate limits\nToo many requests make the server answer 429 Too Many Requests.",
    "The server may answer 503 Service Unavailable when it is busy.",
    "ConnectionRefusedError: x\n" + "line\n" * 60 + "TimeoutError: y\n" + "line\n" * 60,
    "ValueError: invalid literal",
    "tests/test_retry.py::test_503_service_unavailable PASSED",
    "",
]


@pytest.mark.parametrize("output", PLAIN, ids=lambda output: output[:60])
def test_a_plain_answer_is_one_whatever_words_are_in_it(output: str) -> None:
    assert is_repeat(output)


SOURCE = 'TimeoutError: raised when it takes too long\nHTTP/1.1 503 Service Unavailable\n{"status": "pending"}\n'


@pytest.mark.parametrize(
    "command", ["cat notes.md", "cd docs && head -5 x.md | tail -2", "grep -rn 503 .", "sed -n 1,5p a"]
)
def test_the_text_of_files_is_no_answer_of_a_service(command: str) -> None:
    assert is_repeat(SOURCE, command=command)


@pytest.mark.parametrize(
    "command", ["cat /tmp/job.log", "tail -1 ~/x", "curl -s localhost | head", "./poll", "cat a; ./poll"]
)
def test_what_is_no_file_of_the_workspace_may_be_one(command: str) -> None:
    assert not is_repeat(SOURCE, command=command)


@pytest.mark.parametrize("name", ["read_file", "search", "list_dir"])
def test_tools_that_read_the_workspace_give_no_reason_to_ask_again(name: str) -> None:
    assert is_repeat(SOURCE, name=name)


def test_a_status_alone_counts_where_it_was_asked_for() -> None:
    assert not is_repeat("503", command="curl -s -o /dev/null -w '%{http_code}' localhost")
    assert not is_repeat("000", command="curl -s -o /dev/null -w '%{http_code}' localhost")
    assert is_repeat("404", command="curl -s -o /dev/null -w '%{http_code}' localhost")
    assert is_repeat("503", command="wc -l < a.txt")


@pytest.mark.parametrize("name", ["bash", "read_file", "get_order"])
def test_another_result_shows_another_state_whatever_the_tool(name: str) -> None:
    assert not is_repeat("10 %", "40 %", name=name)
    assert not is_repeat("10 %", "10 %", "40 %", name=name)
    assert is_repeat("10 %", "40 %", "40 %", name=name)


def test_another_exit_code_shows_another_state() -> None:
    log = Log()
    play(log, "out", exit_code=1)
    play(log, "out", exit_code=0)
    assert repeated(calls_made(log.events)) == {}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1 failed, 3 passed in 0.12s", "1 failed, 3 passed in 0.31s"),
        ("Ran 3 tests in 0.001s\n\nOK", "Ran 3 tests in 0.012s\n\nOK"),
        ("real\t0m0.120s", "real\t0m1.204s"),
        ("assert <X object at 0x7f2a1b3c4d50> is None", "assert <X object at 0x7fe0aa3c4d50> is None"),
        ("wrote /tmp/tmpab12cd34/x", "wrote /tmp/tmpzz12cd34/x"),
    ],
)
def test_how_long_it_took_and_where_things_lay_shows_none(first: str, second: str) -> None:
    assert is_repeat(first, second)


def test_a_difference_may_be_in_what_was_left_out() -> None:
    log = Log()
    play(log, "head … tail", truncated=True, sha256="1")
    play(log, "head … tail", truncated=True, sha256="2")
    play(log, "head … tail", truncated=True, sha256="2")
    assert list(repeated(calls_made(log.events))) == [2]


def test_a_call_that_was_cut_off_by_time_shows_no_other_state() -> None:
    log = Log()
    play(log, "out")
    play(log, "", status="timeout", exit_code=None)
    play(log, "out")
    assert list(repeated(calls_made(log.events))) == [1]


@given(st.text("HTP/1. 503:{}\"status'pendg\n#EroconTimut", max_size=200))
def test_any_output_is_read(output: str) -> None:
    assert is_repeat(output) in (True, False)


@pytest.mark.parametrize(
    "piece", ['{"a":', "HTTP/1.1 ", "a.", "Error: ", "rate limit ", ": Connection refused ", "\n{", "status ", "\x1b["]
)
def test_reading_a_long_output_takes_no_long_time(piece: str) -> None:
    started = time.process_time()
    is_repeat(piece * (500_000 // len(piece)))
    assert time.process_time() - started < 0.5
