"""What every address service on the web has in common: asking politely, trusting nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from math import isfinite
from typing import TypeVar

import httpx
import msgspec

from fleet_app.routing.geocoding.errors import GeocoderUnavailable
from fleet_app.routing.outside import CONNECT_SECONDS, agent, retry_after

log = logging.getLogger(__name__)

USER_AGENT = agent("address search")
ANSWER_SECONDS = 6.0
"""For all of an answer, however slowly it drips."""
MOST_BYTES = 2_000_000

Answer = TypeVar("Answer")


class Service:
    """One address service, asked over HTTP. Errors say nothing that the request carried."""

    def __init__(
        self,
        url: str,
        *,
        secret: Mapping[str, str] | None = None,
        seconds: float = ANSWER_SECONDS,
    ) -> None:
        """`secret` parameters go out with every request and are seen nowhere else."""
        self._seconds = seconds
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            timeout=httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
            transport=_Keyed(secret or {}),
            follow_redirects=False,  # another host must not get the key
            trust_env=False,
        )

    async def ask(self, path: str, params: Mapping[str, str], shape: type[Answer]) -> Answer:
        """The decoded answer. Raises `GeocoderUnavailable`."""
        try:
            async with asyncio.timeout(self._seconds):
                body = await self._get(path, params)
        except (httpx.HTTPError, TimeoutError) as error:
            log.warning("address service failed: %s", type(error).__name__)
            raise GeocoderUnavailable from None
        try:
            return msgspec.json.decode(body, type=shape)
        except msgspec.DecodeError:
            log.warning("address service answered what we cannot read")
            raise GeocoderUnavailable from None

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def _get(self, path: str, params: Mapping[str, str]) -> bytes:
        body = bytearray()
        async with self._client.stream("GET", path, params=params) as answer:
            if answer.status_code != 200:
                log.warning("address service answered %s", answer.status_code)
                raise GeocoderUnavailable(retry_after=retry_after(answer.headers))
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    log.warning("address service answered more than %s bytes", MOST_BYTES)
                    raise GeocoderUnavailable
        return bytes(body)


class _Keyed(httpx.AsyncHTTPTransport):
    """Adds secret parameters below the client, whose log lines hold the address it asked."""

    def __init__(self, secret: Mapping[str, str]) -> None:
        super().__init__(limits=httpx.Limits(max_connections=10))
        self._secret = dict(secret)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        keyed = httpx.Request(
            request.method,
            request.url.copy_merge_params(self._secret),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return await super().handle_async_request(keyed)


def on_earth(lat: float, lon: float) -> bool:
    """Whether this can be a point at all."""
    return isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180


def number(text: str | float) -> float:
    """A number that may come as text; not-a-number for anything else."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
