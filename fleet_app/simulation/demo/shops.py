"""Orders whose goods are with a shop: which, where, and when they are fetched on the way. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from random import Random

from fleet_app.kernel.geo import distance_m
from fleet_app.simulation.demo.clients import Client
from fleet_app.simulation.demo.rounds import NIGHT, Seat

A_DAY = 5
"""How many a day."""
HANDING_OVER = timedelta(minutes=3)
ON_THE_WAY = timedelta(minutes=12)
"""From leaving the shop to the customer's door."""
_SELLERS = 12
"""Shops that have their orders fetched."""
_ROOM = timedelta(minutes=30)
"""Without another call before, the detour fits between two customers."""
_BEGUN = timedelta(minutes=45)


def shops_of(
    day: dt.date, clients: Sequence[Client], chosen: Sequence[int], seats: Mapping[int, Seat],
    numbers: Iterable[int],
) -> dict[int, int]:  # fmt: skip
    """The shop, as an index of `clients`, for the few of these `numbers` that are fetched at one;
    `chosen` are the clients that the orders go to, `seats` where they are on a round."""
    random = Random(f"shops {day}")  # noqa: S311 - a demonstration, not a secret
    sellers = [index for index, one in enumerate(clients) if one.name.sort == "shop"][:_SELLERS]
    if len(sellers) < 2:  # whoever orders may be one of them
        return {}
    roomy = [number for number in sorted(numbers) if _has_room(seats[number], seats.values())]
    picked = random.sample(roomy, min(A_DAY, len(roomy) // 8))
    return {number: _nearest(clients, sellers, chosen[number]) for number in picked}


def _has_room(seat: Seat, seats: Iterable[Seat]) -> bool:
    """Whether shops are open then, and the vehicle is on its way with nothing else to do."""
    if seat.tour.shift is NIGHT or seat.arrival - seat.tour.starts_at < _BEGUN:
        return False
    return not any(
        one.tour == seat.tour and seat.arrival - _ROOM < one.arrival < seat.arrival for one in seats
    )


def _nearest(clients: Sequence[Client], sellers: Sequence[int], client: int) -> int:
    home = clients[client].place

    def apart(index: int) -> float:
        place = clients[index].place
        return distance_m(home.lat, home.lon, place.lat, place.lon)

    return min((index for index in sellers if index != client), key=apart)
