"""Deliveries as they stand among the stops of a route, and the pickups between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypedDict

from fleet_app.delivery.life import ASSIGNABLE
from fleet_app.delivery.models import Delivery, DeliveryStatus
from fleet_app.delivery.pickups import TO_FETCH
from fleet_app.delivery.tours import TO_DO, Stop, Tour
from fleet_app.kernel.units import Ruler
from fleet_app.records.fields import words_of


class PlannedStop(TypedDict):
    """A delivery at its place in the order. `fixed`: somebody has been there, so it stays; `open`:
    somebody still has to go there, so its place can change."""

    id: int
    number: str
    address: str
    status: str
    label: str
    detail: str
    fixed: bool
    open: bool


class PlannedPickup(TypedDict):
    """Where goods are fetched on the way; `key` is that of its arrival. `open`: whether they were
    can still be said, or taken back."""

    key: str
    id: int
    number: str
    address: str
    label: str
    status: str
    open: bool


def planned_stop(delivery: Delivery, units: str) -> PlannedStop:
    """How a delivery looks among the stops."""
    status = DeliveryStatus(delivery.status)
    weight = delivery.weight_kg
    heavy = Ruler.named(units).said(weight, "kg") if weight else ""
    size = [heavy, "1 parcel" if delivery.parcels == 1 else f"{delivery.parcels} parcels"]
    return PlannedStop(
        id=delivery.id or 0,
        number=delivery.tracking_number,
        address=delivery.address,
        status=status.value,
        label=words_of(status.value),
        detail=" · ".join(one for one in size if one),
        fixed=status
        not in (DeliveryStatus.CREATED, DeliveryStatus.RESCHEDULED, DeliveryStatus.ASSIGNED),
        open=status in TO_DO | ASSIGNABLE,
    )


def moved(stops: Sequence[PlannedStop], number: int, by: int) -> list[PlannedStop]:
    """A stop earlier or later; what is over stays where it was."""
    found, places = list(stops), [stop["id"] for stop in stops]
    if number not in places:
        return found
    here = places.index(number)
    there = min(max(here + by, 0), len(places) - 1)
    passed = found[min(here, there) : max(here, there) + 1]
    if all(stop["open"] for stop in passed):
        found.insert(there, found.pop(here))
    return found


def renewed(stops: Sequence[PlannedStop], tour: Tour, units: str) -> list[PlannedStop]:
    """The stops in the order shown, with what has become of them."""
    found = {one.delivery.id: one.delivery for one in tour.drops if one.delivery}
    known = [(stop, found.get(stop["id"])) for stop in stops]
    return [planned_stop(now, units) if now else was for was, now in known]


def pickups_of(tour: Tour) -> dict[str, list[PlannedPickup]]:
    """The pickups right before each delivery, by its number."""
    found: dict[str, list[PlannedPickup]] = defaultdict(list)
    waiting: list[PlannedPickup] = []
    for stop in tour.stops:
        if stop.delivery is None or stop.moved_on:
            continue
        if stop.is_pickup:
            waiting.append(_pickup(stop, stop.delivery))
        elif waiting:
            found[str(stop.delivery.id)] = waiting
            waiting = []
    return dict(found)


def refetched(
    shown: Mapping[str, Sequence[PlannedPickup]], tour: Tour
) -> dict[str, list[PlannedPickup]]:
    """The pickups where they are shown, with what has become of them."""
    now = {one["key"]: one for some in pickups_of(tour).values() for one in some}
    return {key: [now.get(one["key"], one) for one in some] for key, some in shown.items()}


def _pickup(stop: Stop, delivery: Delivery) -> PlannedPickup:
    return PlannedPickup(
        key=f"p{delivery.id}",
        id=delivery.id or 0,
        number=delivery.tracking_number,
        address=stop.address,
        label="Fetched" if stop.is_done else "To fetch",
        status="completed" if stop.is_done else "assigned",
        open=delivery.status in TO_FETCH,
    )
