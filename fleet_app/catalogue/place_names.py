"""What people call the places where trips began and ended, and where vehicles stood."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.principal import Principal
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact
from fleet_app.routing.geocoding import Geocoder

NAMED = frozenset({FactKind.TRIP, FactKind.STOP})
"""Facts whose places are told in words."""
Work = Callable[[], AbstractAsyncContextManager[AsyncSession]]


class PlaceNames:
    """Names of the places of facts. One per process; opens its own units of work."""

    def __init__(self, work: Work, addresses: Geocoder) -> None:
        """`addresses` is asked for every place of every list: it must cost nothing."""
        self._work = work
        self._addresses = addresses

    async def of(
        self, principal: Principal, facts: Sequence[StoredFact]
    ) -> Mapping[int, tuple[str | None, str | None]]:
        """By the fact's id: where it began and where it ended, None where nobody knows."""
        return {}
