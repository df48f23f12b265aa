"""The public HTTP API as phones and managers use it: signing in, sending fixes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Protocol

import httpx
import msgspec

from fleet_app.simulation.logins import Login

LARGEST_POST = 500
"""Fixes in one post."""
RENEW_BEFORE_S = 30.0
AT_ONCE = 48
"""Requests under way together; httpx's own queue slows down with the square of what waits in it."""
_RETRIED = frozenset({408, 429})


class Report(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One fix as `POST /api/v1/locations` takes it; `recorded_at` in epoch milliseconds."""

    recorded_at: int
    latitude: float
    longitude: float
    speed: float | None = None
    heading: float | None = None
    accuracy: float | None = None
    battery: float | None = None
    attributes: dict[str, str | bool | float] | None = None


class Receipt(msgspec.Struct, frozen=True):
    """What the server made of a post."""

    accepted: int
    quarantined: int


class TryLater(Exception):
    """The server cannot take it now; `retry_after` in seconds when it said so."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Refused(Exception):
    """The server will never take it: a wrong login, a wrong body, a missing right."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class Channel(Protocol):
    """One vehicle's way to the server."""

    largest: int
    """Fixes in one post."""

    async def send(self, reports: Sequence[Report]) -> Receipt:
        """Return when the server has them on disk. Raises `TryLater` or `Refused`."""


class Api:
    """Requests to one server. Raises `TryLater` and `Refused` throughout."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._places = asyncio.Semaphore(AT_ONCE)

    async def request(
        self, method: str, path: str, *, token: str | None = None, **options: Any
    ) -> Any:
        """The `data` of a successful answer."""
        response = await self.raw(method, path, token=token, **options)
        try:
            return msgspec.json.decode(response.content)["data"]
        except (msgspec.DecodeError, KeyError, TypeError) as error:
            raise TryLater(f"{path} did not answer in the API's form") from error

    async def raw(
        self, method: str, path: str, *, token: str | None = None, **options: Any
    ) -> httpx.Response:
        """The answer, when it is a success."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers.update(options.pop("headers", {}))
        try:
            async with self._places:
                response = await self._client.request(method, path, headers=headers, **options)
        except httpx.HTTPError as error:
            raise TryLater(f"{type(error).__name__}: {error}") from error
        if response.is_success:
            return response
        if response.status_code >= 500 or response.status_code in _RETRIED:
            raise TryLater(f"the server answered {response.status_code}", _retry_after(response))
        raise Refused(response.status_code, _message(response))


def _retry_after(response: httpx.Response) -> float | None:
    text = response.headers.get("retry-after", "")
    return float(text) if text.isdigit() else None


def _message(response: httpx.Response) -> str:
    try:
        error = msgspec.json.decode(response.content)["error"]
        fields = f" {error['fields']}" if error.get("fields") else ""
        return f"{error['message']}{fields}"
    except (msgspec.DecodeError, KeyError, TypeError):
        return response.text[:200] or response.reason_phrase


class Account:
    """A signed-in person: keeps an access token fresh with the rotating refresh token."""

    def __init__(self, api: Api, login: Login) -> None:
        self._api = api
        self._login = login
        self._access = ""
        self._refresh = ""
        self._expires = 0.0
        self._signing = asyncio.Lock()

    async def request(self, method: str, path: str, **options: Any) -> Any:
        """A request in this person's name; signs in again once when the token is refused."""
        try:
            return await self._api.request(method, path, token=await self._token(), **options)
        except Refused as error:
            if error.status != httpx.codes.UNAUTHORIZED:
                raise
        self._access = ""
        return await self._api.request(method, path, token=await self._token(), **options)

    async def _token(self) -> str:
        # One at a time: a refresh token that is used twice is taken for stolen.
        async with self._signing:
            if not self._access or time.monotonic() >= self._expires:
                self._keep(await self._new_pair())
            return self._access

    async def _new_pair(self) -> dict[str, Any]:
        if self._refresh:
            body = {"refresh_token": self._refresh}
            try:
                pair: dict[str, Any] = await self._api.request(
                    "POST", "/api/v1/auth/refresh", json=body
                )
            except Refused:
                self._refresh = ""
            else:
                return pair
        body = {"email": self._login.email, "password": self._login.password}
        signed_in: dict[str, Any] = await self._api.request("POST", "/api/v1/auth/token", json=body)
        return signed_in

    def _keep(self, pair: dict[str, Any]) -> None:
        lifetime = float(pair["expires_in"])
        self._access, self._refresh = pair["access_token"], pair["refresh_token"]
        self._expires = time.monotonic() + max(lifetime - RENEW_BEFORE_S, lifetime / 2)


def encode_reports(reports: Sequence[Report]) -> bytes:
    """The body of one post."""
    return msgspec.json.encode({"fixes": reports})


_HEADERS = {"Content-Type": "application/json"}


class DriverChannel:
    """The driver's app: a signed-in driver posts for the vehicle driven."""

    largest = LARGEST_POST

    def __init__(self, account: Account) -> None:
        self._account = account

    async def send(self, reports: Sequence[Report]) -> Receipt:
        """Post all in one request."""
        data = await self._account.request(
            "POST", "/api/v1/locations", content=encode_reports(reports), headers=_HEADERS
        )
        return receipt_of(data)


class DeviceChannel:
    """A tracking unit with a device token."""

    largest = LARGEST_POST

    def __init__(self, api: Api, token: str) -> None:
        self._api = api
        self._token = token

    async def send(self, reports: Sequence[Report]) -> Receipt:
        """Post all in one request."""
        data = await self._api.request(
            "POST", "/api/v1/locations", token=self._token,
            content=encode_reports(reports), headers=_HEADERS,
        )  # fmt: skip
        return receipt_of(data)


class OsmAndChannel:
    """A phone with a tracking app that speaks OsmAnd's protocol: one fix a request, in knots."""

    largest = 1

    def __init__(self, api: Api, token: str) -> None:
        self._api = api
        self._token = token

    async def send(self, reports: Sequence[Report]) -> Receipt:
        """Post the only report."""
        (report,) = reports
        query: dict[str, str | float] = {
            "id": self._token, "timestamp": report.recorded_at,
            "lat": report.latitude, "lon": report.longitude,
            "speed": round((report.speed or 0.0) * 3600 / 1852, 2),
        }  # fmt: skip
        optional = {"bearing": report.heading, "accuracy": report.accuracy, "batt": report.battery}
        query.update({name: value for name, value in optional.items() if value is not None})
        await self._api.raw("POST", "/api/v1/devices/osmand", params=query)
        return Receipt(1, 0)


def receipt_of(data: Any) -> Receipt:
    """The counts of an answer to `POST /api/v1/locations`."""
    held = data.get("quarantined", 0)
    return Receipt(int(data["accepted"]), held if isinstance(held, int) else len(held))
