"""The routes of the days around today: one for each round, under way and over in their time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.life import UNDER_WAY
from fleet_app.delivery.models import Delivery, DeliveryStatus, Route, RouteCrew, RouteStatus
from fleet_app.fleet.models import VehicleStatus
from fleet_app.simulation.demo.company import Company
from fleet_app.simulation.demo.garage import depot_of
from fleet_app.simulation.demo.rounds import PLANNED_AT, ZONE, Round, moment, rounds_of


async def routes_of(
    session: AsyncSession, company: Company, days: Sequence[dt.date], now: datetime
) -> dict[str, Route]:
    """The rounds of every day that is planned by now, made where they are missing; those that
    nobody deleted."""
    planned = [day for day in days if moment(day, PLANNED_AT) <= now]
    wanted = [tour for day in planned for tour in rounds_of(day)]
    query = select(Route).where(
        col(Route.fleet_id) == company.fleet_id,
        col(Route.external_reference).in_([tour.reference for tour in wanted]),
    )
    found = {one.external_reference or "": one for one in await session.exec(query)}
    today = now.astimezone(ZONE).date()
    taken = await _taken(session, company, planned)
    missing = [
        tour for tour in wanted
        if tour.reference not in found and _usable(company, tour, today=tour.day == today)
        and (tour.day, company.vehicles[tour.crew].id) not in taken
    ]  # fmt: skip
    found |= await _made(session, [_route(company, tour, now) for tour in missing])
    return {name: route for name, route in found.items() if route.deleted_at is None}


async def _taken(
    session: AsyncSession, company: Company, days: Sequence[dt.date]
) -> set[tuple[dt.date, int | None]]:
    """The days of vehicles that somebody has planned: nobody plans them again."""
    query = select(col(Route.date), col(Route.vehicle_id)).where(
        col(Route.fleet_id) == company.fleet_id, col(Route.date).in_(days),
        col(Route.deleted_at).is_(None), col(Route.external_reference).is_(None),
    )  # fmt: skip
    return set(await session.exec(query))


def _usable(company: Company, tour: Round, *, today: bool) -> bool:
    """Whether the vehicle and the driver are there, and fit to leave when it is today."""
    vehicle, driver = company.vehicles[tour.crew], company.drivers[tour.crew]
    fit = vehicle.status is VehicleStatus.ACTIVE or not today
    return fit and vehicle.deleted_at is None and driver.deleted_at is None


def _route(company: Company, tour: Round, now: datetime) -> Route:
    at = moment(tour.day, PLANNED_AT)
    driver = company.driver_on(tour.crew, tour.day, now)
    return Route(
        fleet_id=company.fleet_id, vehicle_id=company.vehicles[tour.crew].id,
        driver_id=driver.id, depot_id=company.depots[depot_of(tour.crew)].id,
        name=tour.name, date=tour.day, status=RouteStatus.PUBLISHED, starts_at=tour.starts_at,
        external_reference=tour.reference, version=2, created_at=at, updated_at=at,
    )  # fmt: skip


async def _made(session: AsyncSession, routes: Sequence[Route]) -> dict[str, Route]:
    """The new routes, and whom the office told of them."""
    session.add_all(routes)
    await session.flush()
    session.add_all(
        RouteCrew(route_id=one.id or 0, driver_id=one.driver_id, since=one.created_at)
        for one in routes
    )
    return {one.external_reference or "": one for one in routes}


async def settle(session: AsyncSession, routes: dict[str, Route], now: datetime) -> None:
    """Routes whose time has come have started; those without anything left to do are complete."""
    busy = await _busy(session, routes.values())
    days = {route.date for route in routes.values()}
    ends = {tour.reference: tour.ends_at for day in days for tour in rounds_of(day)}
    for name, route in routes.items():
        begun = route.starts_at is not None and route.starts_at <= now
        if route.status is RouteStatus.PUBLISHED and begun:
            _move(route, RouteStatus.STARTED, route.starts_at or now)
        over = name in ends and ends[name] <= now and route.id not in busy
        if route.status is RouteStatus.STARTED and over:
            _move(route, RouteStatus.COMPLETED, ends[name])
        session.add(route)
    await session.flush()


async def _busy(session: AsyncSession, routes: Iterable[Route]) -> set[int | None]:
    """The routes that still have something to deliver."""
    query = select(col(Delivery.route_id)).where(
        col(Delivery.route_id).in_([route.id for route in routes]),
        col(Delivery.deleted_at).is_(None),
        col(Delivery.status).in_([DeliveryStatus.ASSIGNED, *UNDER_WAY]),
    )
    return set(await session.exec(query.distinct()))


def _move(route: Route, to: RouteStatus, at: datetime) -> None:
    route.status, route.version, route.updated_at = to, route.version + 1, at
