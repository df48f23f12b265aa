"""HTTP to addresses that people typed: never to machines of the inside, whatever a name says."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx

from fleet_app.notification.channels.answers import unanswered
from fleet_app.notification.channels.ports import NotNow, Refused

SECONDS = 20.0
"""How long one post may take, from the first look-up to the end of the answer."""
MOST_BYTES = 4096
"""As much of an answer is read as its reason needs."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


class Reply:
    """A short answer: its status, headers and the beginning of its text."""

    def __init__(self, status: int, headers: Mapping[str, str], text: str) -> None:
        self.status = status
        self.headers = headers
        self.text = text

    @property
    def ok(self) -> bool:
        """Whether the post was taken."""
        return 200 <= self.status < 300


class GuardedHttp:
    """Posts without following redirects, without proxies, to public addresses only.

    `private` lets it post to any address, for installations whose other systems are next door.
    """

    def __init__(
        self,
        *,
        private: bool = False,
        seconds: float = SECONDS,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._private = private
        self._trust = trust or ssl.create_default_context()
        self._seconds = seconds

    async def post(self, who: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Raises `Refused` for an address we do not post to, `NotNow` when nobody answers."""
        check_url(url, private=self._private)
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._client() as client,
                client.stream("POST", url, content=body, headers=dict(headers)) as answer,
            ):
                return Reply(answer.status_code, answer.headers, await _beginning(answer))
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            raise unanswered(who, error) from error

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx.AsyncClient]:
        """One for each post: a kept connection belongs to a name, and ours are made by address."""
        transport = _CheckedTransport(self._trust, private=self._private)
        async with httpx.AsyncClient(
            transport=transport, trust_env=False, follow_redirects=False, timeout=self._seconds
        ) as client:
            yield client


def check_url(url: str, *, private: bool) -> None:
    """Raises `Refused` for what is not a plain https address, before anything is looked up."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as error:
        raise Refused("The address is not a valid one.") from error
    allowed = ("https", "http") if private else ("https",)
    if parsed.scheme not in allowed or not parsed.host:
        raise Refused(f"The address must begin with {' or '.join(f'{one}://' for one in allowed)}")
    if parsed.userinfo:
        raise Refused("The address must not contain a user name or password.")


def is_public(address: Ip) -> bool:
    """Whether an address is on the internet, also behind what wraps IPv4 into IPv6."""
    inner = _wrapped(address)
    if inner is not None:
        return is_public(inner)
    is_old_site = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    special = address.is_multicast or address.is_reserved or is_old_site
    return address.is_global and not special


def _wrapped(address: Ip) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


class _CheckedTransport(httpx.AsyncBaseTransport):
    """Looks a name up once, checks every address behind it and connects to that very address, so
    that a name cannot mean something else a moment later."""

    def __init__(self, trust: ssl.SSLContext, *, private: bool) -> None:
        self._private = private
        self._inner = httpx.AsyncHTTPTransport(verify=trust, trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.AsyncBaseTransport`. The certificate is still checked against the name."""
        host = request.url.host
        address = await self._address(host, request.url.port or 443)
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=str(address))
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def _address(self, host: str, port: int) -> Ip:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NotNow(f"The name {host} is not known.") from error
        addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
        if not self._private and not all(is_public(one) for one in addresses):
            raise Refused(f"{host} is an address inside a network, where messages are not sent.")
        return addresses[0]


async def _beginning(answer: httpx.Response) -> str:
    read = bytearray()
    async for part in answer.aiter_raw():
        read += part
        if len(read) >= MOST_BYTES:
            break
    return bytes(read[:MOST_BYTES]).decode("utf-8", "replace")
