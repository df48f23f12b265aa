"""Finds what the sentence of an alert needs: names, units and clocks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Delivery
from fleet_app.fleet.models import Driver, Fleet, Vehicle
from fleet_app.kernel.clock import zone_of
from fleet_app.kernel.units import Ruler
from fleet_app.notification.models import AlertRule
from fleet_app.notification.occasions import Occasion
from fleet_app.notification.wording import Names, Speech, message


async def sentence(
    session: AsyncSession, rule: AlertRule, occasion: Occasion, now: datetime
) -> str:
    """What the rule's alert says of this."""
    vehicle = await row_of(session, Vehicle, occasion.vehicle_id)
    driver = await row_of(session, Driver, occasion.driver_id)
    delivery = await row_of(session, Delivery, occasion.delivery_id)
    fleet = await session.get_one(Fleet, occasion.fleet_id)
    names = Names(
        vehicle="" if vehicle is None else vehicle.name,
        driver="" if driver is None else driver.name,
        delivery="" if delivery is None else f"Delivery {delivery.tracking_number}",
    )
    zone = zone_of(fleet.time_zone)
    return message(rule, occasion, names, Speech(Ruler(fleet.units), zone, now))


async def row_of(session: AsyncSession, model: type[Any], number: int | None) -> Any:
    """The row of a number; None without one."""
    return None if number is None else await session.get(model, number)
