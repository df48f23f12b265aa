"""What a demo vehicle was to do in past days, as its orders say. Pure but for reading the map."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from fleet_app.delivery.models import DeliveryStatus
from fleet_app.simulation.demo import stock
from fleet_app.simulation.demo.clients import Client, clients_at, usable_places
from fleet_app.simulation.demo.company import Point
from fleet_app.simulation.demo.garage import EXPRESS, IN_WORKSHOP, depot_of
from fleet_app.simulation.demo.orders import Order, orders_of
from fleet_app.simulation.demo.rounds import ZONE, moment, rounds_of
from fleet_app.simulation.demo.shops import HANDING_OVER
from fleet_app.simulation.demo.zones import Zone, zones_of
from fleet_app.simulation.tours import Area, Place

PLACES_SEED = 7
"""Which addresses of the map are whose."""
_EXPRESS_HOURS = dt.time(8), dt.time(16)


@dataclass(frozen=True)
class Call:
    """Standing at the door of a customer or of a shop, in epoch seconds."""

    place: Place
    arrives: float
    leaves: float


@dataclass(frozen=True)
class Shift:
    """A vehicle's working hours of one day, and the calls in them, the first first."""

    starts: float
    ends: float
    calls: tuple[Call, ...]


@dataclass(frozen=True)
class Diary:
    """Some days of one vehicle. Outside its shifts it stands at its depot."""

    crew: int
    depot: Place
    shifts: tuple[Shift, ...]

    def place_at(self, now: float) -> Place:
        """Where it is: at the door of its latest call, or at the depot."""
        for shift in self.shifts:
            if shift.starts <= now < shift.ends:
                return max(
                    (call for call in shift.calls if call.arrives <= now),
                    key=lambda call: call.arrives,
                    default=Call(self.depot, 0.0, 0.0),
                ).place
        return self.depot


class Town:
    """The customers and depots of the demo on the installed map."""

    def __init__(self, map_dir: Path, area: Area) -> None:
        places = usable_places(map_dir, PLACES_SEED)
        self.area = area
        self.clients: Sequence[Client] = clients_at(places, PLACES_SEED)
        self.depots: list[Point] = [(lat, lon) for _, lat, lon in stock.depot_sites(places)]

    def zones(self) -> list[Zone]:
        """The demo's zones."""
        return list(zones_of(self.area, self.depots, self.clients))

    def diaries(self, days: Sequence[dt.date]) -> dict[int, Diary]:
        """What every crew but the one in the workshop does on these days."""
        orders = {day: orders_of(day, self.clients, self.depots) for day in days}
        shifts: dict[int, list[Shift]] = {}
        for day in days:
            for crew, shift in _shifts(day, orders[day], self.clients):
                shifts.setdefault(crew, []).append(shift)
        return {
            crew: Diary(crew, self.depots[depot_of(crew)], tuple(own))
            for crew, own in shifts.items()
            if crew != IN_WORKSHOP
        }


def days_until(now: float, before: int) -> list[dt.date]:
    """Today, where the fleet is, and the days before."""
    today = datetime.fromtimestamp(now, ZONE).date()
    return [today - timedelta(days=back) for back in range(before, -1, -1)]


def _shifts(
    day: dt.date, orders: Sequence[Order], clients: Sequence[Client]
) -> Iterator[tuple[int, Shift]]:
    starts, ends = (moment(day, time).timestamp() for time in _EXPRESS_HOURS)
    yield EXPRESS, Shift(starts, ends, ())
    for tour in rounds_of(day):
        mine = [order for order in orders if order.tour == tour]
        calls = _in_turn(call for order in mine for call in _calls(order, clients))
        yield tour.crew, Shift(tour.starts_at.timestamp(), tour.ends_at.timestamp(), calls)


def _calls(order: Order, clients: Sequence[Client]) -> Iterator[Call]:
    """Each time that the vehicle stood before the customer's door, or at the shop's."""
    for step, then in pairwise(order.steps):
        if step.fetches and order.shop is not None:
            came = step.at - HANDING_OVER
            yield Call(_door(clients[order.shop]), came.timestamp(), step.at.timestamp())
        elif step.to is DeliveryStatus.ARRIVED:
            door = _door(clients[order.client])
            yield Call(door, step.at.timestamp(), then.at.timestamp())


def _door(client: Client) -> Place:
    return client.place.lat, client.place.lon


def _in_turn(calls: Iterable[Call]) -> tuple[Call, ...]:
    """By arrival. Nobody is at two doors at a time: what overlaps is left out."""
    found: list[Call] = []
    for call in sorted(calls, key=lambda call: call.arrives):
        if not found or call.arrives > found[-1].leaves:
            found.append(call)
    return tuple(found)
