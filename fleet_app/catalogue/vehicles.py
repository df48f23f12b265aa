"""Vehicles with what they do right now and what their counters read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import and_, case, func, literal, select
from sqlmodel import col

from fleet_app.access.actor import Channel
from fleet_app.fleet.kinds import VEHICLES as RECORDS
from fleet_app.fleet.maintenance.announcing import announce_due
from fleet_app.fleet.maintenance.errors import ReadingBackwards
from fleet_app.fleet.maintenance.readings import reading_columns
from fleet_app.fleet.maintenance.tracked import engine_hours, odometer_km, with_tracked
from fleet_app.fleet.models import Driver, Vehicle
from fleet_app.fleet.service_status import announce_service
from fleet_app.kernel.units import quantity
from fleet_app.location.models import MotionStatus, VehicleLive
from fleet_app.location.past.odometer import recount_distance
from fleet_app.records.fields import Computed, FieldType, Spec
from fleet_app.records.kinds import View, Write
from fleet_app.records.problems import invalid

NEVER_SEEN = "no_tracker_yet"
"""The status of what nothing was ever received from: it did not fall silent."""
STATUSES = (*(status.name.lower() for status in MotionStatus), NEVER_SEEN)


def _code(view: View) -> Any:
    """What the vehicle does, as `MotionStatus` numbers it: from offline up to moving. Unknown,
    and so last in every order, for what was never seen."""
    recent = and_(
        col(VehicleLive.recorded_at).is_not(None), col(VehicleLive.recorded_at) >= view.seen_after
    )
    seen = col(VehicleLive.recorded_at).is_not(None)
    return case((recent, col(VehicleLive.status)), (seen, literal(int(MotionStatus.OFFLINE))))


def _status(view: View) -> Any:
    code = _code(view)
    words = ((code == int(one), one.name.lower()) for one in MotionStatus)
    return case(*words, else_=literal(NEVER_SEEN))


def _driver(_: View) -> Any:
    """The first driver of a vehicle: two drivers must not make two rows of one vehicle."""
    query = (
        select(col(Driver.name))
        .where(col(Driver.vehicle_id) == col(Vehicle.id), col(Driver.deleted_at).is_(None))
        .order_by(col(Driver.id))
        .limit(1)
        .correlate(Vehicle)
    )
    return query.scalar_subquery()


def _odometer_km(_: View) -> Any:
    return _tenths(odometer_km())


def _engine_hours(_: View) -> Any:
    return _tenths(engine_hours())


def _tenths(value: Any) -> Any:
    return func.round(value * 10.0) / 10.0


async def _before_save(write: Write) -> None:
    """An odometer reading moves the base that tracked distance is added to."""
    km = write.values.pop("odometer_km", None)
    if km is None:
        await _taken_back(write)
        return
    # Whoever checked a sheet and pressed Import has confirmed its readings, as on the vehicle's
    # own page; the audit log has them with the channel `import`.
    confirmed = write.actor.channel is Channel.IMPORT
    try:
        columns = await reading_columns(write.session, write.row, km=km, correction=confirmed)
        write.values.update(columns)
    except ReadingBackwards as error:
        last = quantity(error.last, "km", 1)
        problem = f"was {last} already; if that was wrong, use “Set odometer”"
        raise invalid({"odometer_km": problem}) from None


async def _taken_back(write: Write) -> None:
    """An undo brings an older reading back: what was driven between the two counts again."""
    values = write.values
    if "odometer_read_at" in values:
        read_at, mark_m = values["odometer_read_at"], values.get("odometer_tracked_m")
        known = write.row.odometer_tracked_m if mark_m is None else mark_m
        await recount_distance(write.session, write.row.id, read_at, known)


async def _after_save(write: Write) -> None:
    """Another reading may make work due at once, or not due any more; who plans hears of a vehicle
    that goes out of service."""
    if not write.is_new and "odometer_m" in write.values:
        await announce_due(write.session, vehicle_id=write.row.id)
    if not write.is_new and "status" in write.values:
        announce_service(write.session, write.row, write.before["status"])


def _live(name: str) -> Any:
    return lambda _: getattr(VehicleLive, name)


def _joined(statement: Any) -> Any:
    heard = col(VehicleLive.vehicle_id) == col(Vehicle.id)
    return with_tracked(statement.join(VehicleLive, heard, isouter=True))


_NUMBER, _MOMENT, _CHOICE = FieldType.NUMBER, FieldType.MOMENT, FieldType.CHOICE
# fmt: off
LIVE_COLUMNS = (
    Computed(name="status", title="Status", type=_CHOICE, expression=_status, order=_code,
             options=STATUSES, live=True, example="moving"),
    Computed(name="driver", title="Driver", expression=_driver, example="Aino Virtanen"),
    Computed(name="speed", title="Speed", type=_NUMBER, unit="m/s", expression=_live("speed"),
             live=True, shown=False, example=8.3),
    Computed(name="battery", title="Battery", type=_NUMBER, unit="%", expression=_live("battery"),
             live=True, shown=False, example=83.0),
    Computed(name="heading", title="Heading", type=_NUMBER, unit="°", expression=_live("heading"),
             shown=False, example=271.5),
    Computed(name="latitude", title="Latitude", type=_NUMBER, expression=_live("lat"), shown=False,
             example=60.1699),
    Computed(name="longitude", title="Longitude", type=_NUMBER, expression=_live("lon"),
             shown=False, example=24.9384),
    Computed(name="last_seen", title="Last seen", type=_MOMENT, expression=_live("recorded_at"),
             live=True, example="2026-11-22T10:15:30Z"),
    Computed(name="odometer_km", title="Odometer", type=_NUMBER, unit="km",
             expression=_odometer_km, example=84210.4, extra={"digits": 0}),
    Computed(name="engine_hours", title="Engine hours", type=_NUMBER, unit="h", shown=False,
             expression=_engine_hours, example=2120.5),
)
# fmt: on

_BEHIND = tuple(
    Spec(
        name=name,
        title=title,
        type=_NUMBER if unit else _MOMENT,
        unit=unit,
        unset=unset,
        shown=bool(unit),
    )
    for name, title, unit, unset in (
        ("odometer_m", "Odometer", "m", 0),
        ("odometer_tracked_m", "Tracked when the odometer was read", "m", None),
        ("odometer_read_at", "Odometer read", None, None),
        ("engine_s", "Engine hours", "s", 0),
        ("engine_tracked_s", "Tracked when the engine hours were read", "s", None),
        ("engine_read_at", "Engine hours read", None, None),
    )
)
"""The reading and where counting from it began: all go back, so that the way since stays. When it
was read is when the entry was made."""

VEHICLES = replace(
    RECORDS,
    computed=LIVE_COLUMNS,
    join=_joined,
    before_save=_before_save,
    after_save=_after_save,
    behind=_BEHIND,
    search=(*RECORDS.search, "driver"),
)
