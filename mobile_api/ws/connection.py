"""One connection: who it is, what it wants to hear, and the limits that it has to keep."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from fleet_app.access.matrix import authorize
from fleet_app.access.principal import Principal
from fleet_app.bootstrap import Container
from fleet_app.kernel.errors import FleetError, StoreUnavailable, Unauthenticated
from mobile_api.ws import limits
from mobile_api.ws.channels import Channel, named
from mobile_api.ws.hub import Hub, Place
from mobile_api.ws.messages import (
    Authenticate,
    Close,
    Closing,
    Message,
    Ping,
    Subscribe,
    Unsubscribe,
    problem,
    read,
    update,
    written,
)

Identify = Callable[[], Awaitable[Principal]]
"""Establishes anew who is there, or raises what authentication raises."""
Send = Callable[[str], Awaitable[None]]


class Connection:
    """The state of one connection. It is told what came in, and writes by `send`."""

    def __init__(self, container: Container, hub: Hub, send: Send) -> None:
        self._stranger: str | None = None
        """The address of one who is counted among those whom nobody knows."""
        self._container = container
        self._hub = hub
        self._send = send
        self._allowance = limits.Allowance()
        self._identify: Identify | None = None
        self.principal: Principal | None = None
        self._channels: dict[Place, Channel] = {}
        self._sequences: dict[Place, int] = {}
        self._waiting: dict[Place, bytes | None] = {}
        """The newest that is to be sent; None for a snapshot."""
        self._news = asyncio.Event()
        self.heard_at = self._asked_at = self._began = time.monotonic()

    def hear(self, place: Place, data: bytes) -> None:
        """See `Hearer`. Of what cannot be sent fast enough only the newest is."""
        if self._waiting.get(place, b"") is not None:
            self._waiting[place] = data
            self._news.set()

    def miss(self, place: Place) -> None:
        """See `Hearer`."""
        self._waiting[place] = None
        self._news.set()

    def admit(self, address: str) -> None:
        """Let somebody say who is there. Raises `Closing` when too many from there do."""
        self._hub.admit(address)
        self._stranger = address

    async def enter(self, identify: Identify) -> None:
        """Let somebody in, or the same again with a newer proof. Raises `Closing`."""
        before = self.principal
        principal = await self._who(identify)
        if before is None:
            self._hub.know(principal)
            self._dismiss()
        elif _differs(before, principal):
            raise Closing(Close.UNAUTHENTICATED, "This is somebody else; connect anew")
        self.principal, self._identify = principal, identify
        await self.say(
            written("authenticated", user_id=principal.user_id, role=principal.role.value)
        )

    async def take(self, text: str) -> None:
        """Do what a client's message asks. Raises `Closing`."""
        self._allowance.take()
        self.heard_at = time.monotonic()
        message = read(text)
        if isinstance(message, Authenticate):
            token = message.token
            await self.enter(
                lambda: self._container.authenticator.principal_from_access_token(token)
            )
        elif self.principal is None:
            raise Closing(Close.UNAUTHENTICATED, "Say first who you are")
        else:
            await self._serve(message, self.principal)

    async def write_forever(self) -> None:
        """Send what there is to be sent, check who listens, and whether somebody does."""
        while True:
            try:
                async with asyncio.timeout(limits.CHECK_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                await self._check()
                continue
            self._news.clear()
            await self._check()
            for place in list(self._waiting):
                await self._tell(place)

    async def say(self, text: str) -> None:
        """Send a message. Raises `Closing` for a client that does not take it."""
        try:
            async with asyncio.timeout(limits.SEND_SECONDS):
                await self._send(text)
        except TimeoutError:
            raise Closing(Close.SILENT, "Messages are not taken") from None

    def close(self) -> None:
        """Nothing is heard any more."""
        for (_, number), channel in self._channels.items():
            self._hub.leave(channel, number, self)
        self._channels.clear()
        self._dismiss()
        if self.principal is not None:
            self._hub.left(self.principal)

    def _dismiss(self) -> None:
        if self._stranger is not None:
            self._hub.dismiss(self._stranger)
            self._stranger = None

    async def _serve(self, message: Message, principal: Principal) -> None:
        if isinstance(message, Subscribe):
            await self._subscribe(message.channel, principal)
        elif isinstance(message, Unsubscribe):
            await self._unsubscribe(message.channel)
        elif isinstance(message, Ping):
            await self.say(written("pong"))

    async def _subscribe(self, name: str, principal: Principal) -> None:
        """From the snapshot on, which is message number one, everything is told."""
        try:
            channel, number = named(name)
        except FleetError as error:
            await self.say(problem(error))
            return
        place = (channel.kind, number)
        if place not in self._channels and len(self._channels) >= limits.MOST_SUBSCRIPTIONS:
            raise Closing(Close.TOO_MANY, "Too many subscriptions")
        try:
            authorize(principal, channel.permission)
            await channel.snapshot(self._container, principal, number)
        except FleetError as error:
            await self.say(problem(error, name))
            return
        if place not in self._channels:
            self._hub.join(channel, number, self)
            self._channels[place], self._sequences[place] = channel, 0
        # What is told first is read after listening began, so that nothing falls in between.
        self.miss(place)

    def _forget(self, place: Place) -> None:
        channel = self._channels.pop(place, None)
        if channel is not None:
            self._hub.leave(channel, place[1], self)
        self._waiting.pop(place, None)
        self._sequences.pop(place, None)

    async def _unsubscribe(self, name: str) -> None:
        try:
            channel, number = named(name)
        except FleetError as error:
            await self.say(problem(error))
            return
        self._forget((channel.kind, number))
        await self.say(written("unsubscribed", channel=name))

    async def _tell(self, place: Place) -> None:
        channel = self._channels.get(place)
        if channel is None or place not in self._waiting or self.principal is None:
            return
        data = self._waiting.pop(place)
        name = f"{place[0]}:{place[1]}"
        if data is None:
            try:
                data = await channel.snapshot(self._container, self.principal, place[1])
            except StoreUnavailable as error:
                raise Closing(Close.STORE, error.message) from error
            except FleetError as error:
                self._forget(place)
                await self.say(problem(error, name))
                return
        if place in self._sequences:
            self._sequences[place] += 1
            await self.say(update(channel.event, name, self._sequences[place], data))

    async def _check(self) -> None:
        """Raises `Closing` for somebody who may not be here any more, or is not."""
        now = time.monotonic()
        if self._identify is None or self.principal is None:
            if now - self._began > limits.AUTHENTICATE_SECONDS:
                raise Closing(Close.UNAUTHENTICATED, "Nobody said who is there")
            return
        if _differs(self.principal, await self._who(self._identify)):
            raise Closing(Close.UNAUTHENTICATED, "Your rights have changed; connect anew")
        if now - self.heard_at > 2 * limits.IDLE_SECONDS:
            raise Closing(Close.SILENT, "Nobody seems to be there")
        # Whatever it is told meanwhile: only an answer shows that somebody is there.
        if now - max(self._asked_at, self.heard_at) > limits.IDLE_SECONDS:
            self._asked_at = now
            await self.say(written("ping"))

    async def _who(self, identify: Identify) -> Principal:
        try:
            return await identify()
        except Unauthenticated as error:
            raise Closing(Close.UNAUTHENTICATED, error.message) from error
        except StoreUnavailable as error:
            raise Closing(Close.STORE, error.message) from error


def _differs(one: Principal, other: Principal) -> bool:
    return (one.user_id, one.role, one.fleet_id) != (other.user_id, other.role, other.fleet_id)
