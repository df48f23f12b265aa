"""What became of a plan's routes while the optimiser worked on it: its answer leaves that alone.
Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Self

import msgspec

from fleet_app.delivery.models import RouteStatus
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.workday.day import Day, is_under_way


class Begun(msgspec.Struct, frozen=True):
    """What the route of each row had when the optimiser was asked, and the rows whose vehicles had
    left by then."""

    carried: dict[str, tuple[int, ...]] = {}
    left: tuple[str, ...] = ()

    @classmethod
    def of(cls, day: Day, plan: Healed) -> Self:
        """As it is now."""
        carried = {key: tuple(day.carried(id_)) for key, id_ in plan.links.items()}
        left = (key for key, id_ in plan.links.items() if is_under_way(day.routes[id_]))
        return cls(carried, tuple(left))


def gone(day: Day, plan: Healed, begun: Begun | None) -> set[str]:
    """Rows whose vehicles have left since, with what was on them then, or are back."""
    if begun is None:
        return set()
    routes = {key: day.routes[id_] for key, id_ in plan.links.items()}
    return {
        key
        for key, route in routes.items()
        if is_under_way(route) and (key not in begun.left or route.status is RouteStatus.COMPLETED)
    }


def staying(day: Day, plan: Healed, answer: Mapping[int, str], begun: Begun | None) -> set[int]:
    """Deliveries that stay where the plan has them whatever the optimiser said of them; `answer`
    is the row of each that it was asked about, "" for what it left out."""
    away, rows = gone(day, plan, begun), {"", *(row.key for row in plan.document.rows)}
    found = {id_ for id_ in plan.document.planned if id_ not in answer}
    found |= {id_ for id_, key in answer.items() if key in away or key not in rows}
    for key in away:
        row = plan.document.row(key)
        found |= {*(row.delivery_ids if row else ()), *day.carried(plan.links[key])}
    return found | (set(_come(day, plan, begun)) if begun is not None else set())


def _come(day: Day, plan: Healed, begun: Begun) -> Iterator[int]:
    """What somebody put on a route of the plan since, and the plan has there."""
    for row in plan.document.rows:
        if row.key not in plan.links:
            continue
        here = set(row.delivery_ids).intersection(day.carried(plan.links[row.key]))
        yield from here.difference(begun.carried.get(row.key, ()))
