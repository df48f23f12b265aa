"""The job behind imports: whoever asked for one is found again, and addresses are looked up."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence

from fleet_app.access.actor import SYSTEM, Actor, Channel
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.identity.errors import InvalidToken
from fleet_app.records.imports.job import ImportJob
from fleet_app.records.imports.places import Ahead, Point
from fleet_app.routing.geocoding import GeocoderBusy, GeocoderUnavailable, Place

SEARCH_SECONDS = 10.0
"""How long the addresses of one batch may take; those that come too late stay without a point."""
_AHEAD: Mapping[str, Ahead] = {"offline": "check", "none": "never"}
"""An online geocoder is asked once only, for what is stored."""
_EXACT = frozenset({"address", "interpolated"})


class ImportTasks:
    """Checks, runs and undoes imports."""

    def __init__(self, container: Container) -> None:
        self._container = container

    async def work(
        self, *, import_id: int, attempt: int, user_id: int, address: str, request_id: str
    ) -> None:
        """Do what the import is waiting for, as the person who asked for it."""
        try:
            principal = await self._container.authenticator.principal_of_user(user_id)
        except InvalidToken:
            job = self._job(SYSTEM)
            await job.fail(import_id, attempt, "Whoever started this may not sign in any more.")
            return
        actor = Actor(
            principal=principal, channel=Channel.IMPORT, address=address, request_id=request_id
        )
        await self._job(actor).run(import_id, attempt)

    def _job(self, actor: Actor) -> ImportJob:
        container = self._container
        ahead = _AHEAD.get(container.settings.geocoder, "run")
        return ImportJob(container.work, KINDS, container.files, self._locate, actor, ahead=ahead)

    async def _locate(self, addresses: Sequence[str]) -> Mapping[str, Point]:
        """The points of those addresses that the map is sure of."""
        found: dict[str, Point] = {}
        try:
            async with asyncio.timeout(SEARCH_SECONDS):
                for address in addresses:
                    places = await self._container.geocoder.search(address, limit=3)
                    if point := sure(address, places):
                        found[address] = point
        except (TimeoutError, GeocoderBusy, GeocoderUnavailable):
            pass  # a delivery without a point can be corrected; an import that waits cannot
        return found


def sure(address: str, places: Sequence[Place]) -> Point | None:
    """The point of the first place, if it is that very house and no other place is as well."""
    fitting = [place for place in places if _is_the_house(address, place)]
    if not fitting or fitting[0] != places[0]:
        return None
    towns = {(place.street, place.city) for place in fitting}
    return (fitting[0].lat, fitting[0].lon) if len(towns) == 1 else None


def _is_the_house(address: str, place: Place) -> bool:
    """Street and number are those of the text, and the town after a comma as well."""
    words = _words(address)
    if place.precision not in _EXACT or not place.house_number:
        return False
    named = _words(f"{place.street} {place.house_number}")
    if not set(named) <= set(words):
        return False
    town = [word for word in _words(address.partition(",")[2]) if not word.isdigit()]
    return not town or set(_words(place.city)) <= set(town) or place.postcode in words


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
