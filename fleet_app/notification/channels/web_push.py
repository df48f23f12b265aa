"""Messages to browsers, through the push services of their makers."""

from __future__ import annotations

import msgspec

from fleet_app.notification.channels.answers import refusal
from fleet_app.notification.channels.encryption import MOST_BYTES, encrypt
from fleet_app.notification.channels.guarded import GuardedHttp
from fleet_app.notification.channels.ports import Browser, Gone, Message, Refused
from fleet_app.notification.channels.vapid import Vapid

KEPT_SECONDS = 24 * 3600
"""How long a push service keeps a message for a browser that is not running."""
_WHO = "The browser's push service"


class WebPushChannel:
    """Encrypts for one browser and posts to the address it gave us."""

    per_minute: int | None = None

    def __init__(self, http: GuardedHttp, vapid: Vapid) -> None:
        self._http = http
        self._vapid = vapid

    async def send(self, message: Message) -> str:
        """See `Sends`."""
        browser = message.place
        if not isinstance(browser, Browser):
            raise Refused("The browser has switched notifications off.")
        headers = {
            "Authorization": self._vapid.header(browser.endpoint),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT_SECONDS),
            "Urgency": "high" if message.severity == "critical" else "normal",
            "Topic": f"m{message.id}",
        }
        answer = await self._http.post(_WHO, browser.endpoint, _sealed(message, browser), headers)
        if answer.status in {404, 410}:
            raise Gone("The browser has switched notifications off.")
        if not answer.ok:
            raise refusal(_WHO, answer.status, answer.headers, answer.text)
        return answer.headers.get("Location", "")[:200]

    async def close(self) -> None:
        """Nothing stays open."""


def _sealed(message: Message, browser: Browser) -> bytes:
    try:
        return encrypt(payload(message), browser.p256dh, browser.auth)
    except ValueError as error:
        raise Gone("The browser gave keys that do not work.") from error


def payload(message: Message) -> bytes:
    """What our service worker shows; a long text is cut to what push services carry."""
    body = message.body
    while True:
        said = {
            "title": message.subject,
            "body": body,
            "url": message.url,
            "tag": message.about or str(message.id),
            "severity": message.severity,
        }
        encoded = msgspec.json.encode(said)
        if len(encoded) <= MOST_BYTES:
            return encoded
        body = body[: len(body) * 3 // 4].rstrip() + "…" if len(body) > 8 else ""
