"""Hands what channels say to the connections of one process that want to hear it."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from typing import Protocol
from weakref import WeakKeyDictionary

from fleet_app.access.principal import Principal
from fleet_app.bootstrap import Container
from mobile_api.ws import limits
from mobile_api.ws.channels import Channel
from mobile_api.ws.messages import Close, Closing

log = logging.getLogger(__name__)

Place = tuple[str, int]
"""Kind and number of a channel."""
AGAIN_SECONDS = 1.0


class Hearer(Protocol):
    """A connection."""

    def hear(self, place: Place, data: bytes) -> None:
        """Something was said on a channel."""

    def miss(self, place: Place) -> None:
        """Something may have been said that nobody heard."""


class Hub:
    """One listener for each kind of channel that anybody here wants to hear."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._hearers: dict[Place, set[Hearer]] = defaultdict(set)
        self._listeners: dict[str, asyncio.Task[None]] = {}
        self._people: Counter[int] = Counter()
        self._strangers: Counter[str] = Counter()
        """Connections of nobody yet, by address."""

    def admit(self, address: str) -> None:
        """Somebody unknown has connected from there. Raises `Closing`."""
        from_there = self._strangers[address] >= limits.MOST_STRANGERS_OF_ONE_PLACE
        if from_there or self._strangers.total() >= limits.MOST_STRANGERS:
            raise Closing(Close.TOO_MANY, "Too many connections")
        self._strangers[address] += 1

    def dismiss(self, address: str) -> None:
        """One who was unknown is known, or gone."""
        self._strangers[address] -= 1
        self._strangers += Counter()  # drops where nobody is any more

    def know(self, principal: Principal) -> None:
        """One who connects is this person. Raises `Closing`."""
        if self._people[principal.user_id] >= limits.MOST_CONNECTIONS:
            raise Closing(Close.TOO_MANY, "Too many connections of one person")
        self._people[principal.user_id] += 1

    def left(self, principal: Principal) -> None:
        """A connection of this person is over."""
        self._people[principal.user_id] -= 1
        self._people += Counter()

    def join(self, channel: Channel, number: int, hearer: Hearer) -> None:
        """Have the connection hear a channel."""
        self._hearers[channel.kind, number].add(hearer)
        if channel.kind not in self._listeners:
            listening = self._listen_forever(channel)
            self._listeners[channel.kind] = asyncio.create_task(listening)

    def leave(self, channel: Channel, number: int, hearer: Hearer) -> None:
        """The connection wants to hear it no more; the last of a kind ends its listener."""
        place = (channel.kind, number)
        self._hearers[place].discard(hearer)
        if not self._hearers[place]:
            del self._hearers[place]
        if not any(kind == channel.kind for kind, _ in self._hearers):
            self._listeners.pop(channel.kind).cancel()

    async def _listen_forever(self, channel: Channel) -> None:
        while True:
            try:
                async for number, data in channel.listen(self._container):
                    self._hand_on(channel.kind, number, data)
            except Exception:
                # The connections stay: they hear what they missed once this works again.
                log.exception("listening to %s failed and is begun again", channel.kind)
            await asyncio.sleep(AGAIN_SECONDS)

    def _hand_on(self, kind: str, number: int, data: bytes) -> None:
        if number == 0:
            for place in [place for place in self._hearers if place[0] == kind]:
                for hearer in self._hearers[place]:
                    hearer.miss(place)
            return
        for hearer in self._hearers.get((kind, number), ()):
            hearer.hear((kind, number), data)


_hubs: WeakKeyDictionary[Container, Hub] = WeakKeyDictionary()


def hub_of(container: Container) -> Hub:
    """The one of this process."""
    if container not in _hubs:
        _hubs[container] = Hub(container)
    return _hubs[container]
