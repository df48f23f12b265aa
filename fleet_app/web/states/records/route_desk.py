"""What the screen of one route asks of the services: read it, try a change out, make one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import reflex as rx
from sqlmodel import col, select

from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.delivery.models import Delivery
from fleet_app.delivery.routes import RouteService
from fleet_app.delivery.tours import Tour, Tours
from fleet_app.records.listing import visible
from fleet_app.web.gate import current_actor

Act = Callable[[RouteService, Any], Awaitable[Tour]]
"""A change of a route: the service that makes it, and who acts."""


class _Looked(Exception):
    """A plan was tried out, and is not to be stored."""

    def __init__(self, tour: Tour) -> None:
        super().__init__()
        self.tour = tour


async def done(state: rx.State, act: Act) -> Tour:
    """Make a change and store it."""
    actor, container = await current_actor(state), get_container()
    async with container.work(container.patience) as session:
        return await act(RouteService(session), actor)


async def tried(state: rx.State, act: Act) -> Tour:
    """What would come of a change; nothing of it is stored."""
    actor, container = await current_actor(state), get_container()
    try:
        async with container.work(container.patience) as session:
            raise _Looked(await act(RouteService(session), actor))
    except _Looked as looked:
        return looked.tour


async def stored(state: rx.State, number: int) -> Tour:
    """The route as it is stored."""
    actor = await current_actor(state)
    async with get_container().work() as session:
        return await Tours(session).tour(actor, number)


async def found(state: rx.State, ids: Sequence[int], fleet: int) -> list[Delivery]:
    """Deliveries the person may see, in the order of the ids."""
    if not ids:
        return []
    actor = await current_actor(state)
    conditions = visible(actor.principal, KINDS["deliveries"], fleet or None)
    query = select(Delivery).where(col(Delivery.id).in_(ids), *conditions)
    async with get_container().work() as session:
        known = {one.id: one for one in (await session.exec(query)).all()}
    return [known[one] for one in ids if one in known]
