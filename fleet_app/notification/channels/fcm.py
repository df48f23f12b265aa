"""Messages to phones, by Firebase Cloud Messaging (HTTP v1)."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec
from jose import jwt
from jose.exceptions import JOSEError

from fleet_app.notification.channels.answers import refusal, unanswered
from fleet_app.notification.channels.ports import Gone, Message, NotNow, NotSent, Phone, Refused

URL = "https://fcm.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SECONDS = 20.0
EARLY_SECONDS = 60.0
"""A token is replaced this long before it ends."""
_WHO = "Firebase"


class ServiceAccount(msgspec.Struct, frozen=True):
    """The parts of Google's key file that sending needs."""

    project_id: str
    client_email: str
    private_key: str
    private_key_id: str = ""
    token_uri: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address

    @classmethod
    def read(cls, path: Path) -> ServiceAccount:
        """Raises OSError, or msgspec's error for a file that is no key file."""
        return msgspec.json.decode(path.read_bytes(), type=cls)


class FcmChannel:
    """Signs in with a service account and posts each message to one phone."""

    per_minute: int | None = None

    def __init__(self, account: ServiceAccount, url: str = URL) -> None:
        self._account = account
        self._url = f"{url.rstrip('/')}/v1/projects/{account.project_id}/messages:send"
        self._http = httpx.AsyncClient(timeout=SECONDS, follow_redirects=False)
        self._token, self._ends = "", 0.0
        self._asking = asyncio.Lock()

    async def send(self, message: Message) -> str:
        """See `Sends`."""
        phone = message.place
        if not isinstance(phone, Phone):
            raise Refused("The phone is not signed in any more.")
        headers = {"Authorization": f"Bearer {await self._access()}"}
        answer = await self._post(self._url, json=_body(message, phone), headers=headers)
        if answer.is_success:
            return str(_json(answer).get("name", ""))[:200]
        raise self._problem(answer)

    async def close(self) -> None:
        """Close connections."""
        await self._http.aclose()

    def _problem(self, answer: httpx.Response) -> NotSent:
        error = _json(answer).get("error")
        error = error if isinstance(error, dict) else {}
        codes = {one.get("errorCode") for one in error.get("details", []) if isinstance(one, dict)}
        if "UNREGISTERED" in codes:
            return Gone("The app was removed from the phone.")
        if answer.status_code == 401:
            self._ends = 0.0  # the token was taken back before its time
            return NotNow("Firebase did not accept our sign-in.")
        return refusal(_WHO, answer.status_code, answer.headers, str(error.get("message", "")))

    async def _access(self) -> str:
        async with self._asking:
            if time.monotonic() < self._ends:
                return self._token
            form = {"grant_type": GRANT, "assertion": self._assertion()}
            answer = await self._post(self._account.token_uri, data=form)
            found = _json(answer)
            if not answer.is_success or not isinstance(found.get("access_token"), str):
                said = str(found.get("error_description", ""))
                raise refusal("Google's sign-in", answer.status_code, answer.headers, said)
            self._token = found["access_token"]
            self._ends = time.monotonic() + float(found.get("expires_in", 0)) - EARLY_SECONDS
            return self._token

    def _assertion(self) -> str:
        account, now = self._account, int(time.time())
        claims = {
            "iss": account.client_email,
            "scope": SCOPE,
            "aud": account.token_uri,
            "iat": now,
            "exp": now + 3600,
        }
        try:
            key_id = {"kid": account.private_key_id}
            return str(jwt.encode(claims, account.private_key, algorithm="RS256", headers=key_id))
        except JOSEError as error:
            raise Refused("The key file for Firebase does not hold a key.") from error

    async def _post(self, url: str, **options: Any) -> httpx.Response:
        try:
            return await self._http.post(url, **options)
        except (httpx.HTTPError, OSError) as error:
            raise unanswered(_WHO, error) from error


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _body(message: Message, phone: Phone) -> dict[str, Any]:
    """Values of `data` are texts, as Firebase wants them."""
    told = {"notification_id": message.id, "about": message.about, "severity": message.severity}
    own = {key: value for key, value in message.data.items() if not _reserved(key)}
    data = {**own, **told, "url": message.url}
    urgent = message.severity == "critical"
    return {
        "message": {
            "token": phone.token,
            "notification": {"title": message.subject, "body": message.body},
            "data": {key: _text(value) for key, value in data.items()},
            "android": {"priority": "HIGH" if urgent else "NORMAL"},
            "apns": {"headers": {"apns-priority": "10" if urgent else "5"}},
        }
    }


def _reserved(key: str) -> bool:
    """Firebase refuses messages that use its own words."""
    return key in {"from", "message_type"} or key.startswith(("google", "gcm"))


def _text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
