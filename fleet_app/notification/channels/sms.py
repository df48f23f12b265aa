"""Messages as texts to phones, through Twilio."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from fleet_app.notification.channels.answers import refusal
from fleet_app.notification.channels.ports import Message, NotNow, NotSent, Refused

URL = "https://api.twilio.com"
PER_MINUTE = 100
SECONDS = 20.0
MOST_CHARACTERS = 480
"""Three parts of a text: more costs much and is read by nobody on the road."""
_quiet = logging.getLogger(f"{__name__}.twilio")
_quiet.setLevel(logging.WARNING)  # it would log every number that we send to


class SmsChannel:
    """Texts from one sender's number, or from a messaging service (`MG…`)."""

    def __init__(
        self,
        account: str,
        token: str,
        sender: str,
        *,
        url: str = URL,
        per_minute: int = PER_MINUTE,
    ) -> None:
        self.per_minute: int | None = per_minute
        self._sender = sender
        self._credentials = (account, token)
        self._url = url.rstrip("/")

    async def send(self, message: Message) -> str:
        """See `Sends`."""
        return await asyncio.to_thread(self._send, message)

    async def close(self) -> None:
        """Nothing stays open that a garbage collector would not close."""

    def _send(self, message: Message) -> str:
        by = "messaging_service_sid" if self._sender.startswith("MG") else "from_"
        http = _Http(self._url)
        client = Client(*self._credentials, http_client=http)
        try:
            to = "".join(message.address.split())
            sent = client.messages.create(to=to, body=text(message), **{by: self._sender})
        except TwilioRestException as error:
            raise _problem(error, http.headers) from error
        except TwilioException as error:
            raise Refused(f"Twilio: {error}") from error
        except OSError as error:  # what `requests` raises is one
            raise NotNow("Twilio could not be reached.") from error
        return str(sent.sid or "")


def text(message: Message) -> str:
    """Title, text and address in what a phone shows; cut where it becomes too long."""
    said = f"{message.subject}. {message.body}".strip() if message.body else message.subject
    room = MOST_CHARACTERS - len(message.url) - 1
    short = said if len(said) <= room else said[: room - 1].rstrip() + "…"
    return f"{short} {message.url}".strip()


def _problem(error: TwilioRestException, headers: Mapping[str, str]) -> NotSent:
    said = f"{error.msg} (error {error.code})"
    if 21000 <= (error.code or 0) < 22000 and error.status < 500:
        return Refused(f"Twilio: {said}")
    return refusal("Twilio", error.status, headers, said)


class _Http(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's client at an address that can be set, and which tells the last answer's headers."""

    def __init__(self, url: str) -> None:
        super().__init__(pool_connections=False, timeout=SECONDS, logger=_quiet)
        self._base = url
        self.headers: Mapping[str, str] = {}

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Response:
        """See `TwilioHttpClient`."""
        self.headers = {}
        answer = super().request(method, url.replace(URL, self._base, 1), *args, **options)
        self.headers = dict(answer.headers or {})
        return answer
