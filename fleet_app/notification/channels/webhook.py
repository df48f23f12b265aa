"""Messages as signed JSON to a fleet's own systems."""

from __future__ import annotations

import hashlib
import hmac
import time

import msgspec

from fleet_app.notification.channels.answers import refusal
from fleet_app.notification.channels.guarded import GuardedHttp
from fleet_app.notification.channels.ports import Hook, Message, Refused

TIMESTAMP, SIGNATURE, DELIVERY = "X-Fleet-Timestamp", "X-Fleet-Signature", "X-Fleet-Delivery"


class WebhookChannel:
    """Posts each message once; the receiver knows it again by its `X-Fleet-Delivery`."""

    per_minute: int | None = None

    def __init__(self, http: GuardedHttp) -> None:
        self._http = http

    async def send(self, message: Message) -> str:
        """See `Sends`."""
        hook = message.place
        if not isinstance(hook, Hook):
            raise Refused("The fleet has no webhook any more.")
        body = _body(message)
        now = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "live-fleet-tracking",
            DELIVERY: str(message.id),
            TIMESTAMP: now,
            SIGNATURE: signature(hook.secret, now, body),
        }
        answer = await self._http.post("The webhook", hook.url, body, headers)
        if not answer.ok:
            raise refusal("The webhook", answer.status, answer.headers, answer.text)
        return ""

    async def close(self) -> None:
        """Nothing stays open."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`sha256=` and the HMAC of timestamp, a full stop, and the body."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _body(message: Message) -> bytes:
    return msgspec.json.encode(
        {
            "id": message.id,
            "fleet_id": message.fleet_id,
            "about": message.about,
            "severity": message.severity,
            "title": message.subject,
            "text": message.body,
            "url": message.url,
            "created_at": message.created_at,
            "data": message.data,
        }
    )
