"""Routes and deliveries that a change is about, kept from everybody else until its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import Scope, authorize
from fleet_app.delivery import life
from fleet_app.delivery.models import Delivery, DeliveryStatus, Route
from fleet_app.delivery.planning import problems_of
from fleet_app.delivery.repository import DeliveryRepository
from fleet_app.delivery.route_bounds import MOST_STOPS
from fleet_app.delivery.route_news import label_of
from fleet_app.delivery.service import is_own
from fleet_app.kernel.errors import NotFound
from fleet_app.records.errors import Stale
from fleet_app.records.problems import invalid


async def locked_route(
    repository: DeliveryRepository,
    actor: Actor,
    route_id: int,
    permission: str,
    version: int | None,
) -> Route:
    """The route that somebody acts upon. Raises `Forbidden`, `NotFound`, and `Stale` where it is
    not of the `version` that they saw."""
    scope = authorize(actor.principal, permission)
    mine = actor.principal.fleet_id
    route = (await repository.routes([route_id], lock=True, fleet_id=mine)).get(route_id)
    if route is None or not actor.principal.sees_fleet(route.fleet_id):
        raise NotFound("Route", route_id)
    if scope is Scope.OWN and not is_own(actor, route):
        raise NotFound("Route", route_id)
    if version is not None and version != route.version:
        raise Stale(label_of(route), route.version)
    return route


async def wanted_deliveries(
    repository: DeliveryRepository,
    fleet_id: int,
    ids: Sequence[int],
    staying: Mapping[int, Delivery] | None = None,
) -> dict[int, Delivery]:
    """The deliveries, with those on the route already, locked.

    Raises `InvalidInput` naming those that cannot be had.
    """
    if len(ids) > MOST_STOPS:
        raise invalid({"delivery_ids": f"has too many entries: at most {MOST_STOPS}"})
    both = {*ids, *(staying or ())}
    found = {}
    if both:
        found = await repository.deliveries(both, lock=True, fleet_id=fleet_id)
    problems = problems_of(ids, found, staying or ())
    if problems:
        raise invalid(problems)
    return found


def require_free(gone: Mapping[int, Delivery]) -> None:
    """Raises `InvalidInput` unless nothing has happened yet to what leaves a route."""
    kept = [
        f"{one.tracking_number} is {DeliveryStatus(one.status).value}"
        for one in gone.values()
        if DeliveryStatus.CREATED not in life.LEGAL[one.status]
    ]
    if kept:
        raise invalid({"delivery_ids": f"cannot leave the route: {'; '.join(kept)}"})
