"""What goes over the socket, both ways, and why it is closed."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import msgspec

from fleet_app.kernel.errors import FleetError

LONGEST = 8_192
"""Characters of a message; tokens are the longest thing that clients have to say."""


class Close(IntEnum):
    """Why we hang up; from 4400 on, the last three digits are those of HTTP."""

    NOT_TEXT = 1003
    TOO_LONG = 1009
    FAULT = 1011
    MALFORMED = 4400
    UNAUTHENTICATED = 4401
    FORBIDDEN = 4403
    SILENT = 4408
    TOO_MANY = 4429
    STORE = 4503


class Closing(Exception):
    """The connection has to end; the reason is fit for the client."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Authenticate(msgspec.Struct, frozen=True, tag="authenticate", forbid_unknown_fields=True):
    """Who the client is, at first or with a newer token."""

    token: str


class Subscribe(msgspec.Struct, frozen=True, tag="subscribe", forbid_unknown_fields=True):
    """The client wants to hear of something."""

    channel: str


class Unsubscribe(msgspec.Struct, frozen=True, tag="unsubscribe", forbid_unknown_fields=True):
    """The client has heard enough of it."""

    channel: str


class Ping(msgspec.Struct, frozen=True, tag="ping"):
    """Is anybody there?"""


class Pong(msgspec.Struct, frozen=True, tag="pong"):
    """Somebody is."""


Message = Authenticate | Subscribe | Unsubscribe | Ping | Pong
_decoder: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message)


def read(text: str) -> Message:
    """What a client says. Raises `Closing`."""
    if len(text) > LONGEST:
        raise Closing(Close.TOO_LONG, f"A message has at most {LONGEST} characters")
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        # Whoever speaks another language would not understand an answer either.
        raise Closing(Close.MALFORMED, "This is no message that we know") from None


def written(kind: str, **said: Any) -> str:
    """A message of ours."""
    return msgspec.json.encode({"type": kind, **said}).decode()


def update(event: str, channel: str, sequence: int, data: bytes) -> str:
    """News of a channel; `data` is JSON already."""
    head = {"type": event, "channel": channel, "sequence": sequence, "data": msgspec.Raw(data)}
    return msgspec.json.encode(head).decode()


def problem(error: FleetError, channel: str | None = None) -> str:
    """What could not be done, in the shape that errors of the API have."""
    told = {"type": error.type, "message": error.message}
    named = {} if channel is None else {"channel": channel}
    return written("error", error=told, **named)
