"""Whether a call was answered for good, or there was a reason to ask again: what its result looks like says so.

No answer for good is a time-out, and what a service says that is busy (429), failing (5xx), gone (a refused or dropped
connection) or not ready yet (202, pending). It counts in the shape in which a program reports it:

    a status line or header of HTTP, the title of an error page      HTTP/1.1 503, Retry-After: 5
    an exception at the beginning of a line                          requests.exceptions.ReadTimeout: …
    a program that names itself, and the reason at the line's end    curl: (7) …, psql: …: Connection refused
    a field of a JSON object, its own or that of the one thing in it {"status": "pending"}
    a line that says nothing else                                    Status: queued, still pending

Of a long output the last lines are looked at, and the first ones for what HTTP begins with. What tools give back that
read or write files of the workspace is the text of files, which may tell of any service; so is what a shell command
prints that reads files of the workspace and does nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.detect.commands import PRINTERS, read_command
from sandbox.detect.made import Made

FILE_TOOLS = frozenset({"read_file", "search", "list_dir", "write_file", "edit_file"})
_TIMEOUT_EXIT = 124
MOST_CHARACTERS = 4000
FIRST_LINES, LAST_LINES = 8, 16
# A line alone says what a whole output is about only where there is little else.
FEW_LINES = 5

_ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_BUSY = r"(?:408|425|429|50[0-9]|51[01]|52[0-7]|529|530|598|599)"
_PHRASE = (
    r"(?:Internal Server Error|Not Implemented|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out"
    r"|Too Many Requests|Request Time-?out|Server Error|Web Server Is Down|Origin Is Unreachable)"
)
_DROPPED = (
    r"(?:Connection (?:refused|reset(?: by peer)?|aborted|timed out|closed by remote host|closed unexpectedly)"
    r"|(?:Operation|Request|Read|Connect) timed out|timed out|i/o timeout|context deadline exceeded|Broken pipe"
    r"|Temporary failure in name resolution|Remote end closed connection without response|Empty reply from server"
    r"|Server disconnected(?: without sending a response)?|EOF occurred in violation of protocol)"
)
_NOT_READY = (
    r"(?:pending|queued|waiting|processing|in[ _-]?progress|running|starting|accepted"
    r"|scheduled|not[ _-]ready)"
)

_STATUS_LINE = re.compile(r"(?:[<*] ?)?HTTP/\d(?:\.\d)? (\d{3})\b")
_UNSETTLED_STATUS = re.compile(rf"202|{_BUSY}")
_ONLY_STATUS = re.compile(rf"(?:000|202|{_BUSY})")
_ASKS_STATUS = re.compile(r"http_code|response_code|status|getcode|\.code\b")

_EXCEPTIONS = (
    r"(?:Read|Connect|Write|Pool|Server|API|Gateway|Socket)Timeout(?:Error|Exception)?"
    r"|Timeout(?:Error|Exception|Expired)"
    r"|(?:API|Client)?Conn(?:ection|ect|ector)(?:Refused|Reset|Aborted|Closed|Timeout|Connection)?(?:Error|Exception)"
    r"|ClientConnectorError|BrokenPipeError|(?:Remote|Local)?ProtocolError|RemoteDisconnected"
    r"|Server(?:Disconnected)Error"
    r"|NewConnectionError|MaxRetryError|IncompleteRead|ChunkedEncodingError|(?:Read|Write)Error|NameResolutionError"
    r"|RateLimit(?:Error|Exceeded|ExceededError)|TooManyRequests|ServiceUnavailable(?:Error)?|InternalServerError"
    r"|TimedOut"
)
_LINES = [
    # exceptions, by their names or by what they say
    rf"(?-i:(?:[A-Za-z_]\w*\.)*(?:{_EXCEPTIONS})(?::|$)|(?:[a-z_]\w*\.)+[Tt]imeout(?::|$))",
    (
        rf"(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception): .{{0,200}}?(?:\bHTTP Error {_BUSY}\b"
        rf"|\b{_BUSY} (?:Server|Client) Error\b)"
    ),
    rf"(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception): .{{0,300}}?\b{_DROPPED}\b",
    rf"{_BUSY} (?:Server|Client) Error: ",
    (
        r"(?:Error: |\w+Error: )?(?:connect |read |write |request to \S+ failed, reason: )?(?:connect "
        r"|read )?E(?:CONNREFUSED|CONNRESET|CONNABORTED|TIMEDOUT|PIPE|AI_AGAIN)\b"
    ),
    # curl, wget and their like
    rf"curl: \(22\) .{{0,80}}?\b{_BUSY}\b",
    r"curl: \((?:5|6|7|16|18|28|35|52|55|56|92)\)",
    r"wget: unable to resolve|failed: (?:Connection (?:refused|timed out)|Temporary failure in name resolution)",
    rf"(?:\S{{1,40}} \S{{1,40}} )?ERROR {_BUSY}: ",
    # What a program says of a connection, at the end of its own line.
    rf"(?![#*>\-+@|\"'`=])[^`=;{{}}#]{{1,200}}[:)] {_DROPPED}[.!)]*$",
    rf"(?:WARNING|ERROR|[\w.]+Error|OSError|[\w./-]+): .{{0,400}}?\[Errno -?\d+\] {_DROPPED}",
    rf"(?:error:? |fatal:? )?(?:the )?{_DROPPED}(?:[.!]|$|,| after \d| while | waiting )",
    r"(?:error:? )?(?:the )?(?:upstream |gateway )?request time-?(?:d ?)?out\.?$",
    # error pages and status lines in words
    rf"(?:<html>|<head>|<center>|<body>|\s)*<(?:title|h1)>\s*(?:Error )?{_BUSY}\b",
    rf"(?:Error:? |HTTP:? |Status:? |Server returned:? |status code:? )*{_BUSY} {_PHRASE}\b(?:[:.,!]|$| for url)",
    rf"(?:[\w ]{{1,30}}: )?HTTP(?: error| status(?: code)?)?:? (?:202|{_BUSY})(?:$|[:.,)]| {_PHRASE})",
    (
        r"(?:http[_ ]?|response )?(?:status(?:[_ ]?code)?|http_code|error code)\s?[:=]\s?(?:202"
        rf"|{_BUSY})(?:$|[.,)]| {_PHRASE})"
    ),
    # limits on how often one may ask
    (
        r"(?:[\w .-]{1,40}: )?(?:you (?:are|have been|were) |API |request was )?(?:being )?rate[- ]?limit(?:ed"
        r"|ing| exceeded| reached| hit)?\b(?:[.:,!;(]|$| exceeded| reached|, | for "
        r"| by )"
    ),
    r"(?:[\w .-]{1,40}: )?too many requests\b(?:[.:,!;(]|$)",
    r"(?:[<*] ?)?retry-after: ?\S",
]
_REPORTED = re.compile("|".join(f"(?:{one})" for one in _LINES), re.IGNORECASE)
_THING = (
    r"(?:the |your )?(?:job|task|request|build|deployment|order|export|import|run|operation|server|service|container"
    r"|pod|batch|upload|report|database|db|transaction|payment)\b[\w #:/.-]{0,40}?"
)
_WAITS = re.compile(
    rf"(?:[\w #/.-]{{1,40}}?\s)?(?:status|state|phase)\s*(?:[:=]|is|->)\s*[\"']?(?:still )?{_NOT_READY}[\"']?\s*"
    r"(?:\(.*\))?[.…!,;]*$"
    rf"|(?:{_THING}:? )?(?:is |are )?(?:(?:still|currently) )?{_NOT_READY}(?: yet)?[.…!]*(?:[,;:]? ?(?:please "
    r")?(?:try|check|wait|retry|for)\b.{0,60})?$"
    r"|(?:please )?(?:try|check) (?:again|back) (?:later|in )",
    re.IGNORECASE,
)
_STATE_KEYS = frozenset({"status", "state", "phase", "job_status", "task_status"})
_CODE_KEYS = frozenset({"status", "status_code", "statuscode", "http_status", "httpstatus", "http_code"})
_SAYS_KEYS = frozenset({"error", "message", "detail", "reason", "title", "error_description"})
_NOT_READY_WORD = re.compile(rf"(?:still )?{_NOT_READY}", re.IGNORECASE)
_SAID = re.compile(
    rf"rate[- ]?limit|too many requests|{_PHRASE}|timed? ?out\b|{_DROPPED}|temporarily unavailable|overloaded"
    r"|try again later|service[ _]unavailable|still (?:pending|processing)",
    re.IGNORECASE,
)
_PYTHON_PAIR = re.compile(rf"'(?:status|state|phase)': '{_NOT_READY}'", re.IGNORECASE)


def is_settled(made: Made) -> bool:
    """Whether there was no reason in the result to make the same call again."""
    returned = made.returned
    if returned is None or made.status in ("timeout", "killed") or returned.data.get("exit_code") == _TIMEOUT_EXIT:
        return False
    if made.name in FILE_TOOLS or _prints_files(made):
        return True
    return not any(_says_not_yet(made))


def _prints_files(made: Made) -> bool:
    """Whether it is a shell command that reads files of the workspace, and nothing else."""
    text = made.arguments.get("command") if made.effect == "exec" else None
    command = read_command(text) if isinstance(text, str) else None
    if command is None or not set(command.programs) <= PRINTERS:
        return False
    return not any(one.startswith(("/", "~", "..")) or "$" in one for one in command.operands)


def _says_not_yet(made: Made) -> Iterator[bool]:
    text = _ESCAPE.sub("", made.answer[:MOST_CHARACTERS])
    end = _ESCAPE.sub("", made.answer[max(MOST_CHARACTERS, len(made.answer) - MOST_CHARACTERS) :])
    first = [line.rstrip() for line in text.splitlines() if line.strip()]
    lines = first + [line.rstrip() for line in end.splitlines() if line.strip()]
    ending = lines if len(lines) <= FIRST_LINES + LAST_LINES else lines[-LAST_LINES:]
    shown = lines if ending is lines else lines[:FIRST_LINES] + ending
    statuses = [found[1] for line in shown if (found := _STATUS_LINE.match(line))]
    # Redirects and retries come before the answer that counts.
    yield bool(statuses and _UNSETTLED_STATUS.fullmatch(statuses[-1]))
    if statuses and statuses[-1].startswith("2"):
        ending = [line for line in ending if not line.startswith(("< ", "* "))]
    yield any(_REPORTED.match(line) for line in ending)
    if len(lines) <= FEW_LINES:
        yield any(_WAITS.match(line.strip()) for line in lines)
        yield any(line.startswith("{") and _PYTHON_PAIR.search(line) for line in lines)
    if len(lines) == 1 and _ONLY_STATUS.fullmatch(lines[0].strip()):
        yield bool(_ASKS_STATUS.search(made.raw))
    yield any(_waits(value) for value in _objects(shown))


def _objects(lines: list[str]) -> Iterator[Mapping[str, Any]]:
    """JSON objects that begin a line; one may go on over the lines after it."""
    text = "\n".join(lines)
    place, tried = 0, 0
    while tried < FIRST_LINES and (start := _opening(text, place)) >= 0:
        tried += 1
        try:
            value, place = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            place = start + 1
            continue
        if isinstance(value, dict):
            yield value


def _opening(text: str, place: int) -> int:
    if place == 0 and text.startswith("{"):
        return 0
    found = text.find("\n{", max(place - 1, 0))
    return found + 1 if found >= 0 else -1


def _waits(value: Mapping[str, Any], depth: int = 2) -> bool:
    """Whether an object says that something is not done or cannot be done now."""
    failing = "error" in value or "errors" in value
    for key, one in value.items():
        name = key.lower()
        if name in _STATE_KEYS and isinstance(one, str) and _NOT_READY_WORD.fullmatch(one.strip()):
            return True
        if (name in _CODE_KEYS or (name == "code" and (failing or "message" in value))) and _is_busy(one):
            return True
        if name in _SAYS_KEYS and isinstance(one, str) and len(one) < 300 and _SAID.search(one):
            return True
        if name in ("retry_after", "retryafter", "retry-after") and one:
            return True
        if depth and isinstance(one, dict) and (failing or len(value) <= 3) and _waits(one, depth - 1):
            return True
    return False


def _is_busy(value: Any) -> bool:
    return isinstance(value, int | str) and bool(re.fullmatch(rf"202|{_BUSY}", str(value)))
