"""The vehicles of a simulation: who they are, and how each of them reports."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from fleet_app.fleet.models import VehicleType
from fleet_app.simulation import cast
from fleet_app.simulation.api import (
    Account,
    Api,
    Channel,
    DeviceChannel,
    DriverChannel,
    OsmAndChannel,
    Refused,
    TryLater,
)
from fleet_app.simulation.company import Registrar, Wanted
from fleet_app.simulation.demo.garage import IN_WORKSHOP
from fleet_app.simulation.logins import DemoLogins
from fleet_app.simulation.rounds import Work

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Unit:
    """One simulated vehicle: who it is and how it reports."""

    registration: str
    type: VehicleType
    number: int
    """Counts the vehicles of its type."""
    channel: Channel
    work: Work | None = None
    """What its driver has to do, where somebody drives for the company."""
    crew: int = 0
    """Its number among the demo's own; 0 of others."""


async def units_of(
    api: Api, known: DemoLogins, count: int, registrar: Registrar, stop: asyncio.Event
) -> list[Unit]:
    """The first `count` vehicles: the demo's own, then others with device tokens."""
    units = _demo_units(api, known)[:count]
    numbers = range(len(units) + 1, count + 1)
    extra = [Wanted(f"SIM-{number:04}", f"Van {number:03}") for number in numbers]
    if not extra:
        return units
    logger.info("Making sure that %d more vehicles exist ...", len(extra))
    tokens = await _patiently(registrar, extra, stop)
    first = sum(unit.type is VehicleType.VAN for unit in units)
    return units + [
        Unit(name, VehicleType.VAN, first + index, DeviceChannel(api, token))
        for index, (name, token) in enumerate(tokens.items())
    ]


async def _patiently(
    registrar: Registrar, wanted: Sequence[Wanted], stop: asyncio.Event
) -> dict[str, str]:
    """The tokens, however long the server takes to come up. Raises `Refused`."""
    while not stop.is_set():
        try:
            return await registrar.tokens(wanted)
        except* TryLater as problems:
            logger.warning("Waiting for the server: %s", problems.exceptions[0])
        except* Refused as problems:
            raise problems.exceptions[0] from None
        await _pause(stop, 3.0)
    return {}


def _demo_units(api: Api, known: DemoLogins) -> list[Unit]:
    drivers = {login.registration: login for login in known.drivers}
    devices = {device.registration: device.token for device in known.devices}
    units: list[Unit] = []
    for crew in cast.CREWS:
        channel: Channel
        driver = Account(api, drivers[crew.registration])
        if token := devices.get(crew.registration):
            channel = OsmAndChannel(api, token)
        else:
            channel = DriverChannel(driver)
        number = sum(unit.type is crew.type for unit in units)
        work = Work(driver, crew.registration, known.tracking_number)
        units.append(Unit(crew.registration, crew.type, number, channel, work, crew.number))
    return units


async def in_workshop(manager: Account) -> frozenset[str]:
    """Registrations of the vehicles that stand; the demo's own one while nobody answers."""
    try:
        query = {"service_status": "workshop", "limit": 500}
        rows = await manager.request("GET", "/api/v1/vehicles", params=query)
    except (TryLater, Refused):
        return frozenset({cast.CREWS[IN_WORKSHOP - 1].registration})
    return frozenset(row["registration_number"] for row in rows)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
