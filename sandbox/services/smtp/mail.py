"""Messages as rows of the state. Pure: bytes in, plain data out, whatever is in them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message, MIMEPart
from email.policy import default
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message as it was handed over: who sent it to whom, by the envelope, and its bytes."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes


def row(mail: Mail) -> dict[str, Any]:
    """The message as people read it. One that cannot be read has its envelope and digest only."""
    found: dict[str, Any] = {
        "from": mail.sender,
        "to": list(mail.recipients),
        "bytes": len(mail.data),
        "sha256": hashlib.sha256(mail.data).hexdigest(),
    }
    try:
        return found | _read(message_from_bytes(mail.data, policy=default))
    except Exception as exc:  # the parser fails in many ways at what clients make up
        return found | {"unreadable": type(exc).__name__}


def _read(message: EmailMessage) -> dict[str, Any]:
    body = message.get_body(("plain",))
    html = message.get_body(("html",))
    return {
        "subject": _plain(str(message.get("subject", ""))),
        "header_from": _plain(str(message.get("from", ""))),
        "header_to": _plain(str(message.get("to", ""))),
        "header_cc": _plain(str(message.get("cc", ""))),
        "reply_to": _plain(str(message.get("reply-to", ""))),
        "body": None if body is None else _text(body),
        "html": None if html is None else _text(html),
        "attachments": [_attachment(part) for part in message.iter_attachments()],
    }


def _text(part: MIMEPart) -> str:
    return _plain(str(part.get_content()).replace("\r\n", "\n"))


def _attachment(part: Message) -> dict[str, Any]:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else part.as_bytes()
    return {
        "name": _plain(part.get_filename() or ""),
        "type": part.get_content_type(),
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _plain(text: str) -> str:
    """The text without halves of surrogate pairs, which stand for bytes that are no text."""
    return text.encode("utf-8", "backslashreplace").decode()
