"""What publishing a plan does to each route, worked out before anything is done. Pure.

Whatever cannot leave its route stays there, and what was to have it is published without it: no row
keeps up the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from fleet_app.delivery.models import Route, RouteStatus
from fleet_app.planning.document import PlanRow
from fleet_app.planning.publication.staying import is_over, refused, staying
from fleet_app.planning.publication.telling import differences, stops_words
from fleet_app.planning.routes import differing
from fleet_app.planning.routes.differing import differs, in_order
from fleet_app.planning.routes.handing import fetched
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.routes.meeting import driving_on, handed
from fleet_app.planning.workday.crews import names_of
from fleet_app.planning.workday.day import Day
from fleet_app.routing.optimiser.plan import Plan as Timed


@dataclass(frozen=True)
class Meant:
    """What is to become of a row: `ids` are the deliveries that its route has then, in driving
    order, `what` and `words` as in `RowNews`."""

    row: PlanRow
    what: str
    route: Route | None = None
    ids: tuple[int, ...] = ()
    before: tuple[int, ...] = ()
    words: str = ""
    leaves: datetime | None = None

    @property
    def leaving(self) -> list[int]:
        """What its route gives up."""
        return [id_ for id_ in self.before if id_ not in set(self.ids)]

    @property
    def tells(self) -> bool:
        """Whether a driver sees something else then."""
        if self.what in ("published", "changed"):
            return True
        if self.route is None or self.route.status is RouteStatus.DRAFT:
            return False
        return self.what in ("removed", "recalled") or (
            self.what == "refused" and bool(self.leaving)
        )


def foreseen(day: Day, plan: Healed, times: Timed) -> list[Meant]:
    """What becomes of each row, those first whose place in the plan is gone."""
    return list(_Foresight(day, plan, times).all())


class _Foresight:
    def __init__(self, day: Day, plan: Healed, times: Timed) -> None:
        self._day, self._plan = day, plan
        self._tours = {tour.vehicle: tour for tour in times.tours}
        self._refused = refused(day, plan)
        self._stays = staying(day, plan, self._refused)
        self._row_of = {id_: row for row in plan.document.rows for id_ in row.delivery_ids}

    def all(self) -> Iterator[Meant]:
        """All of them."""
        for key in self._plan.links:
            if self._plan.document.row(key) is None:
                yield self._without_row(key)
        for row in self._plan.document.rows:
            found = self._of(row)
            if found is not None:
                yield found

    def _without_row(self, key: str) -> Meant:
        """A route that no row stands for goes, unless something has to stay on it."""
        route = self._day.routes[self._plan.links[key]]
        row = PlanRow(
            key=key, vehicle_id=route.vehicle_id, driver_id=route.driver_id,
            depot_id=route.depot_id, departs_at=route.starts_at,
        )  # fmt: skip
        if is_over(route):
            return Meant(row, "unchanged", route)
        return self._with_route(row, route)

    def _of(self, row: PlanRow) -> Meant | None:
        """None for a row that has no route and needs none."""
        route = self._plan.route_of(self._day, row)
        if is_over(route):
            return Meant(row, "unchanged", route)
        if row.key in self._refused:
            return self._refusal(row, route, self._refused[row.key])
        if route is not None:
            return self._with_route(row, route)
        ids = self._ids(row, ())
        return self._first(row, None, ids, ()) if ids else None

    def _refusal(self, row: PlanRow, route: Route | None, why: str) -> Meant:
        """Its route stays as it is, but for what others take."""
        before = tuple(in_order(self._day, route)) if route else ()
        ids = tuple(id_ for id_ in before if self._remains(row, id_))
        words = ", ".join(one for one in (why, differences(before, ids)) if one)
        return Meant(row, "refused", route, ids, before, words)

    def _remains(self, row: PlanRow, delivery_id: int) -> bool:
        """Whether the route of a row that is not published keeps a delivery."""
        if delivery_id in self._stays:
            return True
        wanted = self._row_of.get(delivery_id)
        if wanted is not None:
            return wanted.key == row.key
        return delivery_id not in self._plan.document.off

    def _with_route(self, row: PlanRow, route: Route) -> Meant:
        before = tuple(in_order(self._day, route))
        ids = self._ids(row, before)
        stay = self._staying_words(row, before)
        if not ids and route.status is not RouteStatus.STARTED:
            why = "nothing is left for it to do"
            if self._plan.document.row(row.key) is None:
                why = "its route is deleted"
            return Meant(row, "removed", route, (), before, why)
        if route.status is RouteStatus.DRAFT:
            return self._first(row, route, ids, before)
        tour = self._tours.get(row.key)
        if not differs(self._day, row, route, tour, ids):
            return Meant(row, "unchanged", route, ids, before, stay)
        leaves = None
        if route.status is not RouteStatus.STARTED:
            leaves = differing.leaves(self._day, row, tour)
        words = differences(
            before, ids, left=route.starts_at, leaves=leaves,
            crew=(*self._crew_words(row, route), *self._pickup_words(row, route, before, ids)),
            retimed=differing.retimed(self._day, route, tour) if leaves else 0,
        )  # fmt: skip
        words = "; ".join(one for one in (words, stay) if one)
        return Meant(row, "changed", route, ids, before, words, leaves)

    def _first(
        self, row: PlanRow, route: Route | None, ids: tuple[int, ...], before: tuple[int, ...]
    ) -> Meant:
        leaves = differing.leaves(self._day, row, self._tours.get(row.key))
        words = ", ".join((stops_words(len(ids)), *self._taken_over(row, before, ids)))
        if leaves is not None:
            words = f"{words}, leaves at {self._day.said(leaves)}"
        stay = self._staying_words(row, before)
        words = "; ".join(one for one in (words, stay) if one)
        return Meant(row, "published", route, ids, before, words, leaves)

    def _ids(self, row: PlanRow, before: Sequence[int]) -> tuple[int, ...]:
        """What the row delivers: what stays on its route though it is elsewhere in the plan keeps
        its place, and what stays on other routes is not there."""
        mine = set(before)
        found = [id_ for id_ in row.delivery_ids if id_ in mine or id_ not in self._stays]
        for place, id_ in enumerate(before):
            if id_ in self._stays and id_ not in found:
                ahead = [one for one in before[:place] if one in found]
                found.insert(found.index(ahead[-1]) + 1 if ahead else 0, id_)
        return tuple(found)

    def _staying_words(self, row: PlanRow, before: Sequence[int]) -> str:
        """`2 stops stay: Van 7 needs a driver`."""
        own = set(row.delivery_ids)
        whys = Counter(self._stays.get(id_, "") for id_ in before if id_ not in own)
        return "; ".join(
            f"{stops_words(count)} {'stays' if count == 1 else 'stay'}: {why}"
            for why, count in whys.items()
            if why
        )

    def _taken_over(self, row: PlanRow, before: Sequence[int], ids: Sequence[int]) -> list[str]:
        """`fetches 2 orders from Van 7`."""
        new = [id_ for id_ in ids if id_ not in set(before)]
        return fetched(self._day, new, row.vehicle_id, driving_on(self._day, self._plan))

    def _pickup_words(
        self, row: PlanRow, route: Route, before: Sequence[int], ids: Sequence[int]
    ) -> Iterator[str]:
        """What is in other vehicles by now. Other places of pickups go without saying when the
        deliveries are others."""
        yield from self._taken_over(row, before, ids)
        leaving = [id_ for id_ in before if id_ not in set(ids)]
        yield from handed(self._day, self._plan, leaving, self._row_of, route.vehicle_id)
        if list(before) == list(ids) and differing.fetches_otherwise(self._day, row, route, ids):
            yield "goods are fetched at other places in the order"

    def _crew_words(self, row: PlanRow, route: Route) -> Iterator[str]:
        vehicle, driver = names_of(self._day, row)
        if row.vehicle_id != route.vehicle_id:
            yield f"now in {vehicle}"
        if row.driver_id != route.driver_id:
            yield f"now driven by {driver}"
