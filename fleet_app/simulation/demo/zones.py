"""The demo's zones, and what it wants to be alerted to besides the usual. Pure but for storing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.models import Vehicle, VehicleType
from fleet_app.location.geofences.models import Geofence
from fleet_app.location.geofences.shaping import columns_of, derived
from fleet_app.location.zones.checking import checked
from fleet_app.location.zones.shapes import Circle, Corridor, Polygon, Shape
from fleet_app.notification.defaults import DEFAULT_RULES, plain
from fleet_app.notification.models import AlertEvent, AlertRule, Severity
from fleet_app.routing.geocoding.ports import Place
from fleet_app.simulation.demo.clients import Client
from fleet_app.simulation.demo.company import Point
from fleet_app.simulation.demo.garage import DEPOTS
from fleet_app.simulation.tours import Area

THIRTY = 30 / 3.6
"""The limit in the low-emission zone, m/s."""
STREET = "ZONE-STREET"
_CENTRE: Point = (60.1719, 24.9414)
"""The railway station: the city's zones are for maps that have it."""
_LOW_EMISSION = (
    (24.9484, 60.1690), (24.9532, 60.1690), (24.9532, 60.1738), (24.9516, 60.1764),
    (24.9490, 60.1764), (24.9487, 60.1730),
)  # fmt: skip
_MIKONKATU = ((24.9452, 60.1697), (24.9456, 60.1697), (24.9459, 60.1678), (24.9455, 60.1678))
_MANNERHEIMINTIE = (
    (24.9352, 60.1722), (24.9364, 60.17125), (24.9373, 60.17068), (24.9384, 60.1699),
    (24.9399, 60.1689), (24.9408, 60.1683),
)  # fmt: skip
IN_STREET: Point = (60.1684, 24.9456)
"""The middle of the pedestrian street."""


@dataclass(frozen=True)
class Zone:
    """A zone to be stored."""

    reference: str
    name: str
    group: str
    color: str
    shape: Shape
    rules: Mapping[str, Any] = field(default_factory=dict)
    """Its limits, as columns."""
    motors_only: bool = False
    """Whether bicycles may do there as they like."""


def zones_of(area: Area, depots: Sequence[Point], clients: Sequence[Client]) -> Iterator[Zone]:
    """Every zone. `depots` and `clients` as they are on the map."""
    for number, ((name, *_), (lat, lon)) in enumerate(zip(DEPOTS, depots, strict=True), 1):
        yield Zone(
            f"ZONE-DEPOT-{number}", f"{name} yard", "Depots", "#0f766e", Circle((lon, lat), 60.0)
        )
    if clients:
        yield _site(clients[0].name.text, clients[0].place)
    if area.contains(_CENTRE):
        yield from _city()


def _site(customer: str, place: Place) -> Zone:
    note = "The bay is shared with the neighbours: five minutes for unloading."
    return Zone(
        "ZONE-CUSTOMER", f"{customer}, loading bay", "Customers", "#2563eb",
        Circle((place.lon, place.lat), 45.0), {"dwell_after_min": 5.0, "note": note},
    )  # fmt: skip


def _city() -> Iterator[Zone]:
    yield Zone(
        "ZONE-LOW-EMISSION", "Kruununhaka low-emission zone", "City rules", "#16a34a",
        Polygon(_LOW_EMISSION), {"speed_limit": THIRTY, "note": "30 km/h everywhere inside."},
    )  # fmt: skip
    yield Zone(
        STREET, "Mikonkatu pedestrian street", "City rules", "#dc2626", Polygon(_MIKONKATU),
        {"dwell_after_min": 2.0, "note": "No vehicles but bicycles. Deliver from Fabianinkatu."},
        motors_only=True,
    )  # fmt: skip
    yield Zone(
        "ZONE-CORRIDOR", "Mannerheimintie corridor", "Main roads", "#9333ea",
        Corridor(_MANNERHEIMINTIE, 60.0), {"note": "Trams have the right of way."},
    )  # fmt: skip


async def store_zones(
    session: AsyncSession, fleet_id: int, zones: Sequence[Zone], vehicles: Iterable[Vehicle]
) -> int:
    """Those that were never stored, also not deleted since; how many."""
    motors = [one.id or 0 for one in vehicles if one.type is not VehicleType.BIKE]
    known = set(
        await session.exec(
            select(Geofence.external_reference).where(col(Geofence.fleet_id) == fleet_id)
        )
    )
    names = {name.lower() for name in await session.exec(_names(fleet_id))}
    new = [zone for zone in zones if zone.reference not in known]
    new = [zone for zone in new if zone.name.lower() not in names]
    for zone in new:
        shape = checked(zone.shape)
        session.add(
            Geofence(
                fleet_id=fleet_id, name=zone.name, group_name=zone.group, color=zone.color,
                external_reference=zone.reference,
                vehicle_ids=motors if zone.motors_only else [], **zone.rules, **columns_of(shape),
                **derived(shape),
            )
        )  # fmt: skip
    await session.flush()
    return len(new)


def _names(fleet_id: int) -> Any:
    """Names that a zone of somebody's has: there is one of each."""
    query = select(Geofence.name)
    return query.where(col(Geofence.fleet_id) == fleet_id, col(Geofence.deleted_at).is_(None))


async def store_rules(session: AsyncSession, fleet_id: int) -> int:
    """The rules of a new fleet and those of the demo, if it never had any; how many."""
    of_fleet = select(AlertRule.id).where(col(AlertRule.fleet_id) == fleet_id)
    if (await session.exec(of_fleet)).first() is not None:
        return 0
    found = select(Geofence.id).where(
        col(Geofence.fleet_id) == fleet_id, col(Geofence.external_reference) == STREET
    )
    street = (await session.exec(found)).first()
    rules = [*DEFAULT_RULES, *_rules(street)]
    session.add_all(AlertRule(fleet_id=fleet_id, **_complete(values)) for values in rules)
    await session.flush()
    return len(rules)


def _rules(street: int | None) -> Iterator[Mapping[str, Any]]:
    roles = ("dispatcher", "fleet_manager")
    yield {
        "name": "Courier not heard of", "event": AlertEvent.SILENT, "after_minutes": 12,
        "roles": roles, "note": "At any hour: somebody is always under way",
    }  # fmt: skip
    if street is not None:
        yield {
            "name": "In the pedestrian street", "event": AlertEvent.ENTERS_ZONE,
            "geofence_id": street, "severity": Severity.CRITICAL, "roles": roles,
            "escalate_after_minutes": 30, "escalate_roles": ("fleet_manager",),
        }  # fmt: skip


def _complete(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a rule; what is told goes to people inside the product."""
    complete = {"channels": ["in_app"], **plain(values)}
    complete["event"] = AlertEvent(complete["event"])
    complete["severity"] = Severity(complete.get("severity", Severity.WARNING))
    return complete
