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


def test_the_same_again_is_no_repeat_once_a_service_was_written_to() -> None:
    log = Log()
    for writes in (0, 1, 1, 1):
        play(log, "done", writes=writes)
    # The second wrote, so the third began otherwise than it; the fourth did not.
    assert set(repeated(calls_made(log.events))) == {1, 3}


TRACEBACK = 'Traceback (most recent call last):\n  File "/tmp/x.py", line 3, in <module>\n    ask()\n'
NGINX = "<html>\n<head><title>503 Service Temporarily Unavailable</title></head>\n<body>\n<center><h1>503 Service Temporarily Unavailable</h1></center>\n</body>\n</html>"  # noqa: E501
ASK_AGAIN = [
    "HTTPError: 502 Server Error: Bad Gateway for url: http://x",
    "requests.exceptions.HTTPError: 500 Server Error: INTERNAL SERVER ERROR for url: http://x",
    "urllib3.exceptions.MaxRetryError: HTTPConnectionPool(host='x', port=80): Max retries exceeded",
    "anthropic.APIStatusError: Error code: 529 - {'type': 'error'}",
    "openai.InternalServerError: Error code: 500 - {}",
    "stripe.error.RateLimitError: Too many requests",
    "kubernetes.client.exceptions.ApiException: (503)\nReason: Service Unavailable",
    "error: unable to read URL \"http://x\", server reported 503 Service Unavailable, status code=503",
    "Error from server (ServiceUnavailable): the server is currently unable to handle the request",
    "Error from server (Timeout): x",
    "fatal: the remote end hung up unexpectedly",
    "error: RPC failed; curl 56 Recv failure: Connection reset by peer",
    "remote: HTTP 429 Too Many Requests",
    "localhost:5432 - no response",
    "localhost:5432 - rejecting connections",
    "ERROR 2003 (HY000): Can't connect to MySQL server on 'h' (111)",
    "ERROR 2002 (HY000): Can't connect to local MySQL server through socket",
    "Error: Redis connection to 127.0.0.1:6379 failed - connect ECONNREFUSED",
    "MongoServerSelectionError: connect ECONNREFUSED 127.0.0.1:27017",
    "http: error: ConnectionError: HTTPConnectionPool(host='x')",
    "gh: HTTP 502: Bad Gateway",
    "error: 502 Bad Gateway",
    "Unexpected status code: 503",
    "Server responded with 503",
    "Failed: 503",
    "503 (Service Unavailable)",
    "[503] busy",
    "code: 503, message: busy",
    "ok=false status=503",
    "level=error msg=\"request failed\" status=503",
    "{\"success\":false,\"error\":{\"code\":\"RATE_LIMITED\"}}",
    "{\"errors\":[{\"status\":\"503\",\"title\":\"Service Unavailable\"}]}",
    "{\"error\":\"Service Unavailable\"}",
    "{\"statusCode\":503,\"message\":\"x\"}",
    "PENDING",
    "in queue",
    "Queue position: 3",
    "Build in progress",
    "Deploying...",
    "Still running...",
    "Job 7 is in progress",
    "status -> processing",
    "The job has not finished yet.",
    "state=RUNNING progress=40",
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
    "fatal: unable to access 'https://h/x.git/': The requested URL returned error: 503",
    "fatal: unable to access 'https://h/': Could not resolve host: h",
    "fatal: unable to access 'https://h/': Failed to connect to h port 443: Connection timed out",
    "fatal: unable to access 'https://h/': Recv failure: Connection reset by peer",
    "error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502\nfatal: early EOF",
    "ssh: Could not resolve hostname h: Name or service not known\nfatal: Could not read from remote repository.",
    "ssh: connect to host h port 22: Connection timed out",
    "AxiosError: Request failed with status code 503",
    "AxiosError: Request failed with status code 429\n    at settle (/x.js:1:2)",
    "Error: Request failed with status code 502",
    "npm ERR! code ETIMEDOUT\nnpm ERR! network timeout at: https://h",
    "npm ERR! code E503",
    "npm error code ECONNRESET",
    "npm ERR! 503 Service Unavailable - GET https://h/x",
    "Get \"http://x\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
    "Get \"http://x/y\": dial tcp: lookup x: no such host",
    "Post \"http://x\": EOF",
    "2026/11/21 09:00:00 Get \"http://x\": net/http: TLS handshake timeout",
    "rpc error: code = Unavailable desc = connection refused",
    "rpc error: code = DeadlineExceeded desc = x",
    "2026/11/21 09:00:00 could not greet: rpc error: code = ResourceExhausted desc = x",
    "grpc._channel._InactiveRpcError: <_InactiveRpcError of RPC that terminated with:\n\tstatus = StatusCode.UNAVAILABLE\n\tdetails = \"x\"\n>",  # noqa: E501
    "ERROR:\n  Code: Unavailable\n  Message: x",
    "google.api_core.exceptions.ServiceUnavailable: 503 x",
    "google.api_core.exceptions.ResourceExhausted: 429 Quota exceeded",
    "An error occurred (ThrottlingException) when calling the Get operation: Rate exceeded",
    "Traceback (most recent call last):\n  File \"/tmp/x.py\", line 3, in <module>\n    ask()\nbotocore.exceptions.ClientError: An error occurred (ThrottlingException) when calling the Get operation (reached max retries: 4): Rate exceeded",  # noqa: E501
    "An error occurred (RequestLimitExceeded) when calling the X operation: x",
    "An error occurred (503) when calling the HeadObject operation: Service Unavailable",
    "Traceback (most recent call last):\n  File \"/tmp/x.py\", line 3, in <module>\n    ask()\nbotocore.exceptions.EndpointConnectionError: Could not connect to the endpoint URL: \"x\"",  # noqa: E501
    "Traceback (most recent call last):\n  File \"/tmp/x.py\", line 3, in <module>\n    ask()\nbotocore.exceptions.ReadTimeoutError: Read timeout on endpoint URL: \"x\"",  # noqa: E501
    "{\"code\":\"RESOURCE_EXHAUSTED\",\"message\":\"Quota exceeded\"}",
    "{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\"}}",
    "{\"error\":{\"status\":\"UNAVAILABLE\"}}",
    "{\"error\":\"rate_limit_exceeded\"}",
    "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}",
    "{\"__type\":\"ThrottlingException\",\"message\":\"Rate exceeded\"}",
    "{\"code\":\"ECONNREFUSED\"}",
    "{\"message\": \"Internal Server Error\"}",
    "{\"message\":\"Endpoint request timed out\"}",
    "{\"error\":\"timeout\"}",
    "{\"detail\":\"Service temporarily unavailable, try again later.\"}",
    "Traceback (most recent call last):\n  File \"/tmp/x.py\", line 3, in <module>\n    ask()\npsycopg2.OperationalError: server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.",  # noqa: E501
    "Traceback (most recent call last):\n  File \"/tmp/x.py\", line 3, in <module>\n    ask()\npsycopg2.OperationalError: connection to server at \"h\", port 5432 failed: FATAL:  the database system is starting up",  # noqa: E501
    "pymysql.err.OperationalError: (2013, 'Lost connection to MySQL server during query')",
    "sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) connection to server at \"h\" failed: Connection refused",  # noqa: E501
    "TypeError: fetch failed\n  [cause]: Error: connect ECONNREFUSED 127.0.0.1:80",
    "TypeError: fetch failed\n    at node:internal/deps/undici/undici:1:2 {\n  [cause]: Error: getaddrinfo EAI_AGAIN h\n      at x {\n    errno: -3001,\n    code: 'EAI_AGAIN'\n  }\n}\n\nNode.js v20.1.0",  # noqa: E501
    "Error: socket hang up\n    at x {\n  code: 'ECONNRESET'\n}",
    "httpx.HTTPStatusError: Server error '503 Service Unavailable' for url 'http://x'\nFor more information check: https://h/503",
    "aiohttp.client_exceptions.ClientResponseError: 503, message='Service Unavailable', url='http://x'",
    "aiohttp.client_exceptions.ClientResponseError: 429, message='Too Many Requests'",
    "httpx.HTTPStatusError: Client error '429 Too Many Requests' for url 'http://x'",
    "503 {\"error\": \"busy\"}",
    "503 busy",
    "429 {\"retry\": 3}",
    "500 <html>",
    "status=503 body=busy",
    "url=http://x status=429 took=3",
    "status 503",
    "got status 503",
    "<Response [503]>",
    "<Response [202]>",
    "<Response [429 TOO MANY REQUESTS]>",
    "wget: server returned error: HTTP/1.1 503 Service Unavailable",
    "wget: can't connect to remote host (127.0.0.1): Connection refused",
    "wget: download timed out",
    "job 7 pending (2/10)",
    "job 7 pending: 40%",
    "Job 7: running (3 of 10)",
    "Job 7 queued",
    "Waiting for deployment \"web\" rollout to finish: 0 of 1 updated replicas are available...",
    "deployment \"web\" waiting for rollout to finish: 0 of 1",
    "waiting for the server to start",
    "Waiting for job 7 to complete...",
    "web-1   0/1   ContainerCreating   0   5s",
    "NAME READY STATUS\nweb-1   0/1   Pending   0   5s",
    "Your request is being processed",
    "not ready yet",
    "Job 7 is not finished yet",
    "The report is not available yet.",
    "Please wait...",
    "Progress: 40%",
    "[{\"id\":7,\"state\":\"pending\"}]",
    "{\"status\":\"not_started\"}",
    "{\"job\":7,\"done\":false}",
    "{\"ready\": false}",
    "{\"status\":\"accepted\",\"job_id\":7}",
    "202 Accepted",
    "HTTP 202 Accepted",
    "Request accepted",
    "Job 7 accepted",
    "{\"status\":\"CREATE_IN_PROGRESS\"}",
    "{\"id\":7,\"status\":\"initializing\"}",
    "E: Failed to fetch http://deb/x  503  Service Unavailable [IP: 1.2.3.4 80]",
    "Err:1 http://deb x\n  Temporary failure resolving 'deb'\nE: Unable to fetch some archives; Could not resolve 'deb'",  # noqa: E501
    "Error response from daemon: toomanyrequests: You have reached your pull rate limit.",
    "ERROR: Could not install packages due to an OSError: HTTPSConnectionPool(host='h', port=443): Max retries exceeded with url: /x",  # noqa: E501
    "Error: error sending request for url (http://x): tcp connect error: Connection refused (os error 111)",
    "System.Net.Http.HttpRequestException: Response status code does not indicate success: 503 (Service Unavailable).",
    "java.net.UnknownHostException: h",
    "requests.exceptions.SSLError: HTTPSConnectionPool(host='h', port=443): Max retries exceeded with url: /",
    "kubectl: Unable to connect to the server: dial tcp 1.2.3.4:6443: i/o timeout",
    "Unable to connect to the server: net/http: TLS handshake timeout",
    "The connection to the server localhost:8080 was refused - did you specify the right host or port?",
    "remote: Internal Server Error\nfatal: unable to access 'https://h/': The requested URL returned error: 500",
    "redis.exceptions.BusyLoadingError: Redis is loading the dataset in memory",
    "GET http://x 503",
    "GET /orders/7 -> 503",
    "POST http://x/y => 429 Too Many Requests",
    "Response: 503 Service Unavailable",
    "Response code: 503",
    "HTTP status code: 503",
    "error: 503",
    "Error 503",
    "503: Service Unavailable",
    "503 - busy",
    "Server is busy",
    "Service is temporarily unavailable. Try again later.",
    "Server busy, please retry",
]  # fmt: skip


def test_after_an_answer_that_is_none_one_may_ask_again() -> None:
    assert [
        output for output in ASK_AGAIN if not (not is_repeat(output) and not is_repeat(output + "\n", exit_code=1))
    ] == []


PLAIN = [
    "HTTPError: 404 Client Error: Not Found for url: http://x",
    "kubernetes.client.exceptions.ApiException: (404)\nReason: Not Found",
    'Error from server (NotFound): pods "x" not found',
    "ERROR 1045 (28000): Access denied for user",
    "gh: HTTP 404: Not Found",
    "Server responded with 404",
    "[404] no",
    '{"statusCode":404}',
    '{"success":true,"code":503}',
    "all 503 tests passed",
    "passed 503",
    "5 errors",
    "error: 404",
    "exit status 1",
    "make: *** [all] Error 2",
    "Error: Cannot find module 'x'",
    "ModuleNotFoundError: No module named 'requests'",
    "ImportError: cannot import name 'TimeoutError'",
    "AssertionError: 'pending' != 'done'",
    "FAIL: expected pending, got done",
    "pending tests: 0",
    "Ran 3 tests\n\nOK",
    "0 pending",
    "status: shipped",
    "state=DONE progress=100",
    "The job has finished.",
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
    "Accepted",
    "accepted",
    "Verdict: accepted",
    '{"status":"accepted","score":100}',
    '{"verdict":"accepted"}',
    "Status: accepted",
    '{"id":3,"status":"accepted"}',
    "Verdict: AC\nAccepted",
    "AssertionError: 503 != 200",
    "AssertionError: expected 200, got 503",
    "AssertionError: Request failed with status code 503",
    "FAILED test_x.py::t - httpx.HTTPStatusError: Server error '503 Service Unavailable'",
    "E   httpx.HTTPStatusError: Server error '503 Service Unavailable' for url",
    "ValueError: timed out value",
    "TypeError: expected str, got 503",
    "KeyError: 503",
    "Error: connection refused handler missing",
    "Error: expected status 200, got status 503",
    "fatal: not a git repository",
    "fatal: unable to access 'https://h/': The requested URL returned error: 403",
    "fatal: repository 'https://h/' not found",
    "fatal: bad revision 'x'",
    "npm ERR! code E404",
    "npm ERR! code ELIFECYCLE",
    "AxiosError: Request failed with status code 404",
    "Error: Request failed with status code 400",
    "rpc error: code = NotFound desc = x",
    "rpc error: code = InvalidArgument desc = x",
    "\tstatus = StatusCode.NOT_FOUND",
    "An error occurred (AccessDenied) when calling the Get operation: x",
    "An error occurred (404) when calling the HeadObject operation: Not Found",
    '{"code":"NOT_FOUND","message":"x"}',
    '{"code":"INVALID_ARGUMENT"}',
    '{"error":"not found","status":404}',
    '{"message":"Rate limits: 5 per minute","ok":true}',
    '{"title":"Request timed out handling","id":1}',
    '{"error":null,"status":"done"}',
    '{"ok":true,"message":"timed out jobs: 0"}',
    '{"name":"timeout","value":30}',
    '{"type":"timeout_policy"}',
    'psycopg2.OperationalError: FATAL:  password authentication failed for user "x"',
    "sqlite3.OperationalError: no such table: x",
    "TypeError: x is not a function",
    "httpx.HTTPStatusError: Client error '404 Not Found' for url 'http://x'",
    "aiohttp.client_exceptions.ClientResponseError: 404, message='Not Found'",
    '404 {"error": "no"}',
    "<Response [404]>",
    "<Response [200]>",
    "503 Main Street",
    "502 tests collected",
    "status=200 body=busy",
    "status=shipped",
    "job 7 done",
    "Job 7: pending\nJob 7: running\nJob 7: done",
    'Waiting for deployment "web" rollout to finish: 0 of 1\ndeployment "web" successfully rolled out',
    "server running",
    "pod running",
    "container is running.",
    '{"status": "running", "pid": 12}',
    '{"status":"ok","http_status":200}',
    '{"state":"CA"}',
    '{"title":"milk","done":false}',
    '{"task":"buy milk","done":false}',
    "web-1   1/1   Running   0   5s",
    "Progress: 100%",
    "the job is done",
    "usage: wait",
    "3 pending migrations: a, b, c",
    "Get the file",
    "import x: ok",
    "42 accepted",
    "Request rejected",
    "tests running... ok",
    "OSError: [Errno 28] No space left on device",
    "wget: server returned error: HTTP/1.1 404 Not Found",
    "12 % slower",
    "GET http://x 404",
    "GET /orders/7 -> 200",
    "Response code: 200",
    "Error 404",
    "404: Not Found",
    "tests/test_retry.py::test_503_service_unavailable PASSED",
    "",
]


def test_a_plain_answer_is_one_whatever_words_are_in_it() -> None:
    assert [output for output in PLAIN if not (is_repeat(output))] == []


SOURCE = 'TimeoutError: raised when it takes too long\nHTTP/1.1 503 Service Unavailable\n{"status": "pending"}\n'


READS_FILES = [
    "cat notes.md",
    "cd docs && head -5 x.md | tail -2",
    "grep -rn 503 .",
    "sed -n 1,5p a",
    "jq -r .status order.json",
    "jq . order.json",
    "jq '.a[] | select(.b == \"$x\")' order.json",
    "python -m json.tool order.json",
    "python3 -m json.tool < order.json",
    "git show HEAD:order.json",
    "git log -1 --format=%s",
    "git -C sub log",
    "git --no-pager diff",
    "git stash list",
    "git status",
    "git blame order.json",
    "awk '{print $2}' order.txt",
    "awk -F, '/status/ {print $1}' order.txt",
    "sed -n '/status/p' order.json",
    "grep '/api' notes.md",
    "ls queue",
    "ls",
    "find . -name pending",
    "find . -name '*.json' -exec cat {} \\;",
    "echo pending",
    "printf 'pending\\n'",
    "cat order.json | jq .status",
    "cd sub && cat order.json",
    "cat /workspace/order.json",
    "cat ./sub/../order.json",
    "cat <<'EOF'\npending\nEOF",
    "cut -d: -f2 order.txt",
    "tail -n 1 job.log 2>/dev/null",
    "grep -rn pending . | head -5",
    "sort order.txt | uniq -c",
    "cat order.json || echo pending",
    "sqlite3 db.sqlite 'select status from o'",
    "python -c \"print(open('order.json').read())\"",
    'python -c \'import json; print(json.load(open("order.json"))["status"])\'',
    "bash -c 'cat order.json'",
    "LC_ALL=C sort order.txt",
    "tree queue",
    "find queue | xargs cat",
    "diff a b; true",
    "jq -r .status < order.json",
    "timeout 5 cat order.json",
    "head -c 100 order.json",
    "yq .status order.yaml",
    "git grep pending",
    "rg pending",
    "cat queue/*.json",
    "cat 'my file.txt'",
    "cat order.json > /dev/null; cat order.txt",
]
ASKS_OTHERS = [
    "cat /tmp/job.log",
    "tail -1 ~/x",
    "curl -s localhost | head",
    "curl -s localhost | jq -r .status",
    "./poll",
    "cat a; ./poll",
    "cat $F",
    'echo "$(curl -s localhost)"',
    "echo `curl -s localhost`",
    "cat <(curl -s localhost)",
    "jq .status /tmp/x.json",
    "jq .status < /tmp/x.json",
    "cd /tmp && cat job.log",
    "cat ../x",
    "git fetch",
    "git pull",
    "git push origin main",
    "git ls-remote origin",
    "git clone https://h/x",
    "git remote update",
    "python client.py status",
    "python -c \"import requests; print(requests.get('http://x').text)\"",
    'python -c "import client; print(client.status(7))"',
    "python -c \"print(open('/tmp/x').read())\"",
    "awk 'BEGIN { system(\"./poll\") }'",
    "awk 'BEGIN { \"./poll\" | getline x; print x }'",
    "find . -name poll -exec ./poll \\;",
    "grep -e pending /tmp/job.log",
    "sed -n 1p /var/log/x",
    "node -e 'fetch()'",
    "kubectl get pods",
    "docker ps",
    "./ask | tee out.txt",
    "wget -qO- localhost",
    "make status",
    "npm view x",
    "find /tmp -name pending",
    "ls /tmp/queue",
    "sleep 5; ./poll",
    "bash poll.sh",
    "xargs ./poll < a",
    "git diff --no-index /tmp/a b",
    "git -C /tmp/r log",
    "echo it's; ./poll",
    "python -m http.client",
]


def test_the_text_of_files_is_no_answer_of_a_service() -> None:
    assert [
        command
        for command in READS_FILES
        if not (is_repeat(SOURCE, command=command) and is_repeat("pending", command=command))
    ] == []


def test_what_is_no_file_of_the_workspace_may_be_one() -> None:
    assert [
        command
        for command in ASKS_OTHERS
        if not (not is_repeat(SOURCE, command=command) and not is_repeat("pending", command=command))
    ] == []


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


BY_CHANCE = [
    ("1 failed, 3 passed in 0.12s", "1 failed, 3 passed in 0.31s"),
    ("Ran 3 tests in 0.001s\n\nOK", "Ran 3 tests in 0.012s\n\nOK"),
    ("real\t0m0.120s", "real\t0m1.204s"),
    ("assert <X object at 0x7f2a1b3c4d50> is None", "assert <X object at 0x7fe0aa3c4d50> is None"),
    ("wrote /tmp/tmpab12cd34/x", "wrote /tmp/tmpzz12cd34/x"),
    ("= 1 failed, 3 passed in 59.80s =", "= 1 failed, 3 passed in 61.20s (0:01:01) ="),
    ("===== 1 failed in 9.99s =====", "===== 1 failed in 10.01s ====="),
    ("adds (3 ms)\nTime: 1.2 s, estimated 2 s", "adds (2 ms)\nTime:        0.9 s"),
    ("  ✓ adds (3 ms)", "  ✓ adds"),
    ("Time: 1.2 s, 300 ms", "Time: 1.4 s, 20 ms"),
    ("[1] 1234\nok", "[1] 1299\nok"),
    ("Sat Nov 21 09:56:36 UTC 2026\nfail", "Sat Nov 21 09:57:01 UTC 2026\nfail"),
    ("2026-11-21 09:56:36,123 ERROR x", "2026-11-21 09:57:36,003 ERROR x"),
    ("2026-11-21T09:56:36.123Z x", "2026-11-21T09:59:36.999Z x"),
    ("[09:56:36] fail", "[09:57:02] fail"),
    ("ok  \tpkg\t0.003s", "ok  \tpkg\t(cached)"),
    ("-rw-r--r-- 1 a a 12 Nov 21 09:56 a.py", "-rw-r--r-- 1 a a 12 Nov 21 09:57 a.py"),
    (
        "HTTP/1.1 404 Not Found\nDate: Sat, 21 Nov 2026 09:56:36 GMT",
        "HTTP/1.1 404 Not Found\nDate: Sat, 21 Nov 2026 09:56:39 GMT",
    ),
    ("started pid 4312", "started pid 4399"),
    ("1763718996", "1763719000"),
    ("real 0m1.2s\nuser 0m0.3s", "real 0m0.2s\nuser 0m0.1s"),
    ("Using --randomly-seed=123", "Using --randomly-seed=999"),
    ("0.12user 0.03system 0:00.15elapsed 98%CPU", "0.10user 0.03system 0:00.25elapsed 91%CPU"),
    ('{"error": "no", "timestamp": "2026-11-21T09:56:36Z"}', '{"error": "no", "timestamp": "2026-11-21T09:58:36Z"}'),
    ("BUILD SUCCESSFUL in 1s", "BUILD SUCCESSFUL in 2m 3s"),
    ("12 passing (14ms)", "12 passing (9ms)"),
    ("took 1 min", "took 2 min"),
    (
        "    0     0    0   212    0     0  43210      0 --:--:-- --:--:-- --:--:-- 53000\nno",
        "    0     0    0   212    0     0  33210      0 --:--:-- --:--:-- --:--:-- 41000\nno",
    ),
    ("[Sat Nov 21 09:56:36 2026] x", "[Sat Nov 21 09:56:39 2026] x"),
    (
        '127.0.0.1 - - [21/Nov/2026:09:56:36 +0000] "GET / HTTP/1.1" 404',
        '127.0.0.1 - - [21/Nov/2026:09:57:36 +0000] "GET / HTTP/1.1" 404',
    ),
]
OF_NOTE = [
    ("12M\ta", "13M\ta"),
    ("3 failed in 1s", "2 failed in 1s"),
    ("10 %", "40 %"),
    ('{"id": 7, "delivery": "2026-11-22"}', '{"id": 7, "delivery": "2026-11-25"}'),
    ('{"updated_at": "2026-11-21T09:56:36Z"}', '{"updated_at": "2026-11-21T09:59:36Z"}'),
    ("order 1042", "order 1043"),
    ("5 m", "6 items"),
    ("port 8080", "port 8081"),
    ("line 12", "line 13"),
    ("v1.2", "v1.3"),
    ("a.py:3:5", "a.py:4:5"),
    ("a.py:12: x", "a.py:13: x"),
    ("1:2", "1:3"),
    ("test_a FAILED (3 ms)", "test_a PASSED (3 ms)"),
    ("(cached) 3", "(cached) 4"),
    ("12 MB", "13 MB"),
    ("- a", "- b"),
    ("3 days", "4 apples"),
    ("a.py:12:30: E501", "a.py:14:30: E501"),
    ("src/x.py:10:11", "src/x.py:10:12"),
    ("balance 12.50", "balance 13.50"),
    ("mar 3", "mar b"),
]


def test_how_long_it_took_what_the_clock_said_and_where_things_lay_shows_none() -> None:
    assert [(first, second) for first, second in BY_CHANCE if not (is_repeat(first, second))] == []


def test_any_other_number_or_date_shows_another_state() -> None:
    assert [(first, second) for first, second in OF_NOTE if is_repeat(first, second)] == []


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


PIECES = ['{"a":', "HTTP/1.1 ", "a.", "Error: ", "rate limit ", ": Connection refused ", "\n{", "status ", "\x1b["]
PIECES += [
    " ",
    "\t",
    "=",
    "12 ",
    "1 s ",
    "3m",
    "2026-11-21 ",
    "(3 ms)",
    "error: status ",
    'Get "http://x',
    "job ",
    "a=b ",
]


@pytest.mark.parametrize("piece", PIECES)
def test_reading_a_long_output_takes_no_long_time(piece: str) -> None:
    output = piece * (500_000 // len(piece))
    started = time.process_time()
    is_repeat(output)
    assert time.process_time() - started < 0.5
    is_repeat(output, output + "x")
    assert time.process_time() - started < 1.5
