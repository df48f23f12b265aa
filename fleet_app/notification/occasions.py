"""What happened, as rules see it: read off a domain event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from fleet_app.kernel.events import DomainEvent
from fleet_app.notification.models import LASTING, AlertEvent

E = AlertEvent
RAISES: Mapping[str, tuple[AlertEvent, ...]] = {
    "geofence.entered": (E.ENTERS_ZONE, E.STAYS),
    "geofence.exited": (E.LEAVES_ZONE,),
    "geofence.crossed": (E.CROSSES_ZONE,),
    "geofence.dwelled": (E.STAYS,),
    "vehicle.speeding": (E.SPEEDING,),
    "vehicle.harsh_event": (E.HARSH,),
    "vehicle.idling": (E.IDLING,),
    "vehicle.low_battery": (E.LOW_BATTERY,),
    "vehicle.offline": (E.SILENT,),
    "vehicle.mock_location": (E.MOCK_LOCATION,),
    "trip.started": (E.TRIP_OUTSIDE_HOURS,),
    "delivery.failed": (E.DELIVERY_FAILED,),
    "delivery.rescheduled": (E.DELIVERY_RESCHEDULED,),
    "delivery.returned": (E.DELIVERY_RETURNED,),
    "delivery.cancelled": (E.DELIVERY_CANCELLED,),
    "delivery.eta_changed": (E.DELIVERY_LATE,),
    "route.delayed": (E.ROUTE_DELAYED,),
    "route.deviated": (E.ROUTE_DEVIATED,),
    "maintenance.due": (E.MAINTENANCE_DUE,),
    "maintenance.overdue": (E.MAINTENANCE_OVERDUE,),
}
"""Which rules a domain event can concern."""
_ROUTE_OVER = ("route.recalled", "route.removed", "route.completed")
_OF_DELIVERIES: Mapping[str, tuple[AlertEvent, ...]] = {
    **dict.fromkeys(("out_for_delivery", "arriving"), (E.DELIVERY_FAILED,)),
    **dict.fromkeys(
        ("arrived", "completed", "returned", "rescheduled", "cancelled"),
        (E.DELIVERY_FAILED, E.DELIVERY_LATE),
    ),
    **dict.fromkeys(("failed", "unassigned", "eta_changed"), (E.DELIVERY_LATE,)),
}
ENDS: Mapping[str, tuple[AlertEvent, ...]] = {
    "vehicle.online": (E.SILENT,),
    "geofence.exited": (E.STAYS,),
    "vehicle.battery_charged": (E.LOW_BATTERY,),
    "route.caught_up": (E.ROUTE_DELAYED,),
    "route.back_on_route": (E.ROUTE_DEVIATED,),
    **dict.fromkeys(_ROUTE_OVER, (E.ROUTE_DELAYED, E.ROUTE_DEVIATED)),
    **{f"delivery.{status}": events for status, events in _OF_DELIVERIES.items()},
}
"""Which alerts are over with a domain event."""
_LASTED = frozenset(name for name, events in RAISES.items() if LASTING.issuperset(events))
"""What happened a while before it counts."""


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened, to a vehicle or to something else.

    `late` means that it was learnt so late that nobody should be told. `type` is the domain
    event's. `began` is when what goes on began, which becomes known some time after, and `ended`
    when it was over, if it is.
    """

    type: str
    fleet_id: int
    about: str
    at: datetime
    began: datetime | None = None
    ended: datetime | None = None
    vehicle_id: int | None = None
    driver_id: int | None = None
    delivery_id: int | None = None
    geofence_id: int | None = None
    zone: str = ""
    zone_group: str = ""
    fact_id: int | None = None
    lat: float | None = None
    lon: float | None = None
    late: bool = False
    data: dict[str, Any] = {}

    @property
    def subject(self) -> str:
        """What an alert of it is about: repeats of the same are one alert."""
        if self.geofence_id is not None:
            return f"{self.about}/geofence:{self.geofence_id}"
        return self.about

    @property
    def since(self) -> datetime:
        """When it happened; of what lasts, when it began rather than when it had lasted."""
        return self.began or self.at if self.type in _LASTED else self.at

    @property
    def is_late(self) -> bool:
        """Whether a delivery is expected too late now."""
        return self.data.get("risk") == "late"

    @property
    def ends(self) -> tuple[AlertEvent, ...]:
        """Which alerts are over with it."""
        return () if self.is_late else ENDS.get(self.type, ())

    def number(self, name: str) -> float | None:
        """A number of the event's data, if it is one."""
        value = self.data.get(name)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if is_number and value is not None else None


def occasion_of(event: DomainEvent) -> Occasion | None:
    """What an event tells; None when it belongs to no fleet."""
    if event.fleet_id is None:
        return None
    data = event.data
    is_delivery = event.subject.startswith("delivery:")
    return Occasion(
        type=event.type,
        fleet_id=event.fleet_id,
        about=event.subject,
        at=event.occurred_at,
        began=_moment(data.get("since")),
        vehicle_id=_id(data.get("vehicle_id")),
        driver_id=_id(data.get("driver_id")),
        delivery_id=int(event.subject.partition(":")[2]) if is_delivery else None,
        geofence_id=_id(data.get("geofence_id")) if event.type.startswith("geofence.") else None,
        zone=str(data.get("name") or "") if event.type.startswith("geofence.") else "",
        zone_group=str(data.get("group") or ""),
        fact_id=_id(data.get("fact_id")),
        lat=_degrees(data.get("lat")),
        lon=_degrees(data.get("lon")),
        late=bool(data.get("late")),
        data=data,
    )


def _id(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _degrees(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
