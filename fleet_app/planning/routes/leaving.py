"""What publishing would do apart from rows that differ: routes whose rows are gone, stops that are
on none, drafts that nobody sees yet."""

from __future__ import annotations

from collections.abc import Sequence

from fleet_app.delivery.models import RouteStatus
from fleet_app.kernel.texts import natural
from fleet_app.planning.board import Leaving, Row
from fleet_app.planning.document import PlanRow
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.workday.crews import names_of
from fleet_app.planning.workday.day import Day


def leaving(day: Day, plan: Healed) -> tuple[Leaving, ...]:
    """The routes that go with the next publishing as no row of the plan stands for them any more,
    by the name of their vehicle."""
    gone = [
        _named(day, key, route_id)
        for key, route_id in plan.links.items()
        if plan.document.row(key) is None and day.routes[route_id].status in _CAN_GO
    ]
    return tuple(sorted(gone, key=lambda one: (natural(one.vehicle), one.route_id)))


def is_changed(day: Day, plan: Healed, rows: Sequence[Row]) -> bool:
    """Whether publishing would change anything for anybody."""
    drafts = any(row.stops and row.route_status == RouteStatus.DRAFT.value for row in rows)
    return (
        drafts
        or any(row.changed for row in rows)
        or bool(leaving(day, plan))
        or _takes_off(day, plan)
    )


def _takes_off(day: Day, plan: Healed) -> bool:
    """Whether a route still has a delivery that the plan took off it."""
    kept = {id_ for route_id in plan.links.values() for id_ in day.carried(route_id)}
    return any(id_ in kept and not day.is_done(id_) for id_ in plan.document.off)


_CAN_GO = (RouteStatus.DRAFT, RouteStatus.PUBLISHED)


def _named(day: Day, key: str, route_id: int) -> Leaving:
    route = day.routes[route_id]
    row = PlanRow(key=key, vehicle_id=route.vehicle_id, driver_id=route.driver_id)
    vehicle, driver = names_of(day, row)
    return Leaving(route_id, route.status.value, vehicle, driver, len(day.carried(route_id)))
