"""Goods that are not where their vehicle starts: where they are fetched, and until when. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from fleet_app.delivery.models import Delivery, DeliveryStatus
from fleet_app.fleet.models import Depot

Point = tuple[float, float]
TO_FETCH = frozenset({DeliveryStatus.ASSIGNED, DeliveryStatus.OUT_FOR_DELIVERY})
"""Whoever reports to be at the door, or to have been there, has fetched the goods."""
_AT_THE_DOOR = frozenset({DeliveryStatus.ARRIVING, DeliveryStatus.ARRIVED})


class LeftIn(msgspec.Struct, frozen=True):
    """The vehicle that goods are in, and where it stands: another one is to bring them."""

    vehicle_id: int
    vehicle: str
    lat: float
    lon: float

    @property
    def point(self) -> Point:
        """Where that is."""
        return self.lat, self.lon


def left_in(delivery: Delivery) -> LeftIn | None:
    """The vehicle from which goods still have to be fetched."""
    if not delivery.left_in or delivery.picked_up_at is not None:
        return None
    return msgspec.convert(delivery.left_in, LeftIn)


def pickup_point(
    delivery: Delivery, depots: Mapping[int, Depot], is_start: Callable[[Depot], bool]
) -> Point | None:
    """Where a delivery's goods have to be fetched: at the vehicle that they were left in, at the
    point that was told, or at its pick-up depot if no vehicle starts there. None where nobody has
    to go for them."""
    if (vehicle := left_in(delivery)) is not None:
        return vehicle.point
    if delivery.pickup_lat is not None and delivery.pickup_lon is not None:
        return delivery.pickup_lat, delivery.pickup_lon
    depot = depots.get(delivery.pickup_depot_id or 0)
    if depot is None or depot.lat is None or depot.lon is None or is_start(depot):
        return None
    return depot.lat, depot.lon


def is_fetched(delivery: Delivery) -> bool:
    """Whether its goods were fetched: that was said, or somebody is at the customer's door."""
    return delivery.picked_up_at is not None or delivery.status in _AT_THE_DOOR


def is_at_the_door(delivery: Delivery) -> bool:
    """Whether somebody is there with it, or nearly."""
    return delivery.status in _AT_THE_DOOR


def is_to_fetch(delivery: Delivery) -> bool:
    """Whether goods that have to be fetched still wait where they are."""
    return delivery.picked_up_at is None and delivery.status in TO_FETCH


def address_of(delivery: Delivery, depots: Mapping[int, Depot]) -> str:
    """Where its goods are fetched, for people."""
    if delivery.left_in:
        return f"In {msgspec.convert(delivery.left_in, LeftIn).vehicle}"
    if delivery.pickup_address:
        return delivery.pickup_address
    depot = depots.get(delivery.pickup_depot_id or 0)
    return ", ".join(one for one in (depot.name, depot.address) if one) if depot else ""
