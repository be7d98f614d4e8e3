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
prints that reads files of the workspace and does nothing else (`printed.prints_files`). What a test asserts is of the
code, and "accepted" is a verdict unless a job goes with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.detect.made import Made
from sandbox.detect.printed import prints_files
from sandbox.detect.reported import BUSY, CODES, DROPPED, PHRASE, reported

FILE_TOOLS = frozenset({"read_file", "search", "list_dir", "write_file", "edit_file"})
_TIMEOUT_EXIT = 124
MOST_CHARACTERS = 4000
FIRST_LINES, LAST_LINES = 8, 16
# A line alone says what a whole output is about only where there is little else.
FEW_LINES = 5

_ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_NOT_READY = (
    r"(?:pending|queued|enqueued|waiting|processing|being processed|(?:\w+[ _-])?in[ _-]?progress|running|starting"
    r"|scheduled|initiali[sz]ing|provisioning|deploying|not[ _-]ready|not[ _-](?:yet[ _-])?(?:started|finished"
    r"|complete))"
)

_STATUS_LINE = re.compile(r"(?:[<*] ?)?HTTP/\d(?:\.\d)? (\d{3})\b")
_UNSETTLED_STATUS = re.compile(rf"202|{BUSY}")
_ONLY_STATUS = re.compile(rf"(?:000|202|{BUSY})")
_ASKS_STATUS = re.compile(r"http_code|response_code|status|getcode|\.code\b")

_THING = (
    r"(?:the |your )?(?:job|task|request|build|deployment|order|export|import|run|operation|server|service|container"
    r"|pod|batch|upload|report|database|db|transaction|payment)\b[\w #:/.-]{0,40}?"
)
# What runs for good once it runs.
_LASTS = r"(?!(?:the |your )?(?:server|service|container|pod|database|db|daemon|process)\b[^:=]{0,40}?running)"
_HOW_FAR = r"\s*(?:\([^()]{0,60}\)|:? ?\d{1,2} ?%|:? ?\d+ ?(?:/|of) ?\d+)?"
_WAITS = re.compile(
    rf"(?:[\w #/.-]{{1,40}}?\s)?(?:status|state|phase)\s*(?:[:=]|is|->)\s*[\"']?(?:still )?{_NOT_READY}[\"']?\s*"
    r"(?:\(.*\))?[.…!,;]*$"
    rf"|{_LASTS}(?:{_THING}:? )?(?:is |are )?(?:(?:still|currently) )?{_NOT_READY}(?: yet)?{_HOW_FAR}[.…!]*"
    r"(?:[,;:]? ?(?:please )?(?:try|check|wait|retry|for)\b.{0,60})?$"
    r"|(?:please )?(?:try|check) (?:again|back) (?:later|in )|please wait\b"
    r"|(?:[^:=]{1,60} )?waiting (?:for|on|until) .{1,160}?\b(?:rollout|replicas?|pods?|deployment|jobs?|build|server"
    r"|service|response|result|completion|to (?:finish|complete|start|be|become))\b"
    rf"|{_THING}(?: is| has)? not (?:yet )?(?:been )?(?:finished|completed?|done|available|started|processed)\b"
    r"|(?:[\w #/.-]{1,40}:? )?progress:? \d{1,2} ?%|\d{1,2} ?% (?:done|complete)\b"
    rf"|(?:\w+=\S{{1,60}} ){{0,12}}(?:status|state|phase)={_NOT_READY} \w+=|(?:\w{{1,20}} )?(?:in queue"
    rf"|queue position: \d+)$"
    r"|(?:job|request|task)\b[\w #:/.-]{0,40}? accepted\b|accepted (?:for|as job)\b",
    re.IGNORECASE,
)
_ENDED = re.compile(
    r"\b(?:done|finished|completed?|succeeded|success(?:ful(?:ly)?)?|failed|failure|error|ready|shipped|cancell?ed"
    r"|aborted)\b(?<!not ready)(?<!not done)(?<!not finished)(?<!not complete)(?<!not completed)",
    re.IGNORECASE,
)
_STATE_KEYS = frozenset({"status", "state", "phase", "job_status", "task_status"})
_CODE_KEYS = frozenset({"status", "status_code", "statuscode", "http_status", "httpstatus", "http_code"})
_NAME_KEYS = frozenset(
    {"code", "status", "type", "error", "error_code", "errorcode", "__type", "reason", "name", "errno"}
)
# Keys that anything may have.
_LABEL_KEYS = frozenset({"type", "name"})
_SAYS_KEYS = frozenset({"error", "message", "detail", "reason", "title", "error_description"})
# Keys that go with a job that was begun, and with what runs for good.
_JOB_KEYS = frozenset(
    {"job", "job_id", "task_id", "operation", "operation_id", "request_id", "poll", "poll_url", "location", "progress"}
)
_LASTING_KEYS = frozenset({"pid", "uptime", "port", "ports", "started_at", "healthy"})
_NOT_READY_WORD = re.compile(rf"(?:still )?{_NOT_READY}", re.IGNORECASE)
_NAMED_CODE = re.compile(rf"(?:[\w.]*[.#])?{CODES}(?:Exception|Error)?", re.IGNORECASE)
_SAID = re.compile(
    rf"(?:rate[- ]?limit(?:ed|ing)?|too many requests|{PHRASE}|timed? ?out|{DROPPED}|temporarily unavailable"
    r"|overloaded|try again later|service[ _]unavailable|still (?:pending|processing))\b"
    r"(?=\W*$|\W*[.,:;!(]|\W* (?:for|after|by|in|while|waiting|exceeded|reached|hit|please|try|on|at|with|to|from|and"
    r"|or|-)\b)",
    re.IGNORECASE,
)
_OPENS = re.compile(r"^[{\[]", re.MULTILINE)
_PYTHON_PAIR = re.compile(rf"'(?:status|state|phase)': '{_NOT_READY}'", re.IGNORECASE)


def is_settled(made: Made) -> bool:
    """Whether there was no reason in the result to make the same call again."""
    returned = made.returned
    if returned is None or returned.data.get("injected"):
        return False
    if made.status in ("timeout", "killed") or returned.data.get("exit_code") == _TIMEOUT_EXIT:
        return False
    if made.name in FILE_TOOLS or _prints_files(made):
        return True
    return not any(_says_not_yet(made))


def _prints_files(made: Made) -> bool:
    """Whether it is a shell command that reads files of the workspace, and nothing else."""
    line = made.arguments.get("command") if made.effect == "exec" else None
    return isinstance(line, str) and prints_files(line)


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
    yield any(reported().match(line) for line in ending)
    if len(lines) <= FEW_LINES:
        waits = [place for place, line in enumerate(lines) if _WAITS.match(line.strip())]
        # What was waited for may have come.
        yield bool(waits) and not any(_ENDED.search(line) for line in lines[waits[-1] + 1 :])
        yield any(line.startswith("{") and _PYTHON_PAIR.search(line) for line in lines)
    if len(lines) == 1 and _ONLY_STATUS.fullmatch(lines[0].strip()):
        yield bool(_ASKS_STATUS.search(made.raw))
    yield any(_waits(value) for value in _objects(shown))


def _objects(lines: list[str]) -> Iterator[Mapping[str, Any]]:
    """JSON objects that begin a line, also as the only one in a list; one may go on over the lines after it."""
    text = "\n".join(lines)
    place, tried = 0, 0
    while tried < FIRST_LINES and (start := _opening(text, place)) >= 0:
        tried += 1
        try:
            value, place = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            place = start + 1
            continue
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, dict):
            yield value


def _opening(text: str, place: int) -> int:
    found = _OPENS.search(text, place)
    return -1 if found is None else found.start()


def _waits(value: Mapping[str, Any], depth: int = 2) -> bool:
    """Whether an object says that something is not done or cannot be done now."""
    failing = bool(value.get("error") or value.get("errors"))
    well = value.get("ok") is True or value.get("success") is True
    names = {key.lower() for key in value}
    for key, one in value.items():
        name = key.lower()
        if isinstance(one, str) and _waits_by_word(name, one.strip(), names):
            return True
        if (name in _CODE_KEYS or (name == "code" and (failing or "message" in value))) and _is_busy(one):
            return True
        if (
            isinstance(one, str)
            and not well
            and len(one) < 300
            and _says_busy(name, one, fails=failing or "message" in names)
        ):
            return True
        if name in ("retry_after", "retryafter", "retry-after") and one:
            return True
        if one is False and (name == "ready" or (name in ("done", "finished", "completed") and names & _JOB_KEYS)):
            return True
        one = one[0] if isinstance(one, list) and len(one) == 1 and failing else one
        if depth and isinstance(one, dict) and (failing or len(value) <= 3) and _waits(one, depth - 1):
            return True
    return False


def _waits_by_word(name: str, word: str, names: set[str]) -> bool:
    if name not in _STATE_KEYS:
        return False
    if word.lower() == "accepted":
        return not names.isdisjoint(_JOB_KEYS)
    if word.lower() == "running" and not names.isdisjoint(_LASTING_KEYS):
        return False
    return bool(_NOT_READY_WORD.fullmatch(word))


def _says_busy(name: str, text: str, *, fails: bool) -> bool:
    if name in _NAME_KEYS and (fails or name not in _LABEL_KEYS) and _NAMED_CODE.fullmatch(text.strip()):
        return True
    return name in _SAYS_KEYS and bool(_SAID.fullmatch(text.strip(" .!")) if name == "title" else _SAID.search(text))


def _is_busy(value: Any) -> bool:
    return isinstance(value, int | str) and bool(re.fullmatch(rf"202|{BUSY}", str(value)))
