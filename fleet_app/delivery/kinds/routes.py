"""Routes: what people write about them. Their stops and status change through `RouteService`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from fleet_app.access.principal import Principal
from fleet_app.delivery.kept_stops import STOPS, kept_stops
from fleet_app.delivery.models import Route, RouteStatus, RouteStop, StopKind
from fleet_app.delivery.route_upkeep import RouteUpkeep
from fleet_app.records.fields import Computed, Fields, FieldType, field
from fleet_app.records.kinds import Kind, Write
from fleet_app.records.types import Line, Lines, Moment, NeededDate, OptionalLine, Reference

# fmt: off


class RouteFields(Fields):
    """A route as people write it."""

    name: Line = field("Name", default="", max_length=120, example="North 1", group="Route")
    date: NeededDate = field("Day", FieldType.DATE, example="2026-11-23", group="Route")
    vehicle_id: Reference = field("Vehicle", FieldType.REFERENCE, default=None,
                                  reference="vehicles", group="Route")
    driver_id: Reference = field("Driver", FieldType.REFERENCE, default=None, reference="drivers",
                                 group="Route")
    depot_id: Reference = field("Depot", FieldType.REFERENCE, default=None, reference="depots",
                                group="Route")
    starts_at: Moment = field("Starts", FieldType.MOMENT, default=None, group="Route",
                              example="2026-11-23T06:30:00Z")
    external_reference: OptionalLine = field("External reference", default=None, max_length=80,
                                             shown=False, group="Route")
    note: Lines = field("Note", FieldType.LONGTEXT, default="", max_length=2000, shown=False,
                        group="Route")


# fmt: on


def _stops(_: Any) -> Any:
    return (
        select(func.count())
        .select_from(RouteStop)
        .where(col(RouteStop.route_id) == col(Route.id), col(RouteStop.kind) == StopKind.DELIVERY)
        .scalar_subquery()
    )


def _own(principal: Principal) -> Any:
    """The routes that the driver has been told about."""
    return (col(Route.driver_id) == (principal.driver_id or 0)) & (
        col(Route.status) != RouteStatus.DRAFT
    )


async def _before_save(write: Write) -> None:
    await RouteUpkeep(write.session).changing(write.row, write.values)


async def _before_delete(write: Write) -> None:
    """Its deliveries wait for another route; the audit log keeps their order."""
    ids = await RouteUpkeep(write.session).removing(write.actor, write.row)
    if ids:
        write.values[STOPS] = [ids, []]


async def _before_restore(write: Write) -> None:
    """What waits still comes back onto it, in its old order; the audit log names the others."""
    stops = await kept_stops(write.session, write.row.id)
    if not stops:
        return
    back, lost = await RouteUpkeep(write.session).returning(write.actor, write.row, stops)
    write.values[STOPS] = [[], back]
    if lost:
        write.values["not_brought_back"] = [None, lost]


ROUTES = Kind(
    name="route",
    plural="routes",
    label="Route",
    label_plural="Routes",
    model=Route,
    fields=RouteFields,
    search=("name", "external_reference"),
    sort="-date",
    computed=(
        Computed(
            name="status",
            title="Status",
            type=FieldType.CHOICE,
            expression=lambda _: col(Route.status),
            options=tuple(status.value for status in RouteStatus),
            example="draft",
        ),
        Computed(
            name="stops",
            title="Stops",
            type=FieldType.INTEGER,
            expression=_stops,
            filterable=False,
            example=12,
        ),
    ),
    before_save=_before_save,
    before_delete=_before_delete,
    before_restore=_before_restore,
    own=_own,
    creatable=False,
    icon="route",
)
