"""A suggestion as people read it: who hands what to whom, what it costs, what changes for whom."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from fleet_app.delivery.models import RouteStatus
from fleet_app.delivery.pickups import is_fetched
from fleet_app.planning.live.cases import Case
from fleet_app.planning.live.offers import Disruption, Kind
from fleet_app.planning.publication.telling import differences
from fleet_app.planning.routes.handing import fetching
from fleet_app.planning.workday.crews import names_of
from fleet_app.planning.workday.pickups import pickup_of
from fleet_app.routing.optimiser.plan import Plan
from fleet_app.routing.optimiser.problem import COST_UNITS
from fleet_app.routing.optimiser.saying import span

LEAST_S = 300
"""Being back so much later or earlier is worth a word."""
Orders = Mapping[int, Sequence[int]]
"""Route -> its deliveries in driving order."""
Moves = Sequence[Mapping[str, Any]]


def moves_of(case: Case, before: Orders, after: Orders) -> list[dict[str, Any]]:
    """What changes vehicles; `fetch` is where it has to be fetched from, if it is in one."""
    names = _names(case)
    home = {id_: route_id for route_id, ids in before.items() for id_ in ids}
    return [
        {
            "delivery_id": id_, "number": case.day.deliveries[id_].tracking_number,
            "from_route": home.get(id_), "to_route": route_id,
            "from_row": names.get(home.get(id_, 0), ""), "to_row": names[route_id],
            "fetch": _fetch(case, id_),
        }
        for route_id, ids in after.items()
        for id_ in ids
        if home.get(id_) != route_id
    ]  # fmt: skip


def changes_of(
    case: Case, before: Orders, after: Orders, plan: Plan, was: Plan
) -> list[dict[str, Any]]:
    """What changes for the driver of each route that is another one."""
    names, ends = _names(case), {tour.vehicle: tour.end for tour in was.tours}
    later = {tour.vehicle: tour.end - ends.get(tour.vehicle, tour.end) for tour in plan.tours}
    keys = {route_id: key for key, route_id in case.before.links.items()}
    found = []
    for route_id, ids in after.items():
        if list(ids) == list(before[route_id]):
            continue
        new = set(ids) - set(before[route_id])
        goods = fetching(case.fetched[one] for one in new & set(case.fetched))
        more = [*goods, _back(later.get(keys[route_id], 0))]
        words = differences(before[route_id], ids, crew=[one for one in more if one])
        found.append({"route_id": route_id, "row": names[route_id], "words": words})
    return found


def effect_of(plan: Plan, was: Plan) -> dict[str, Any]:
    """What it costs more, drives more and is later than what was meant to be driven. Nobody is
    spared lateness by being left out."""

    def metres(of: Plan) -> int:
        return sum(tour.distance for tour in of.tours)

    def cost(of: Plan) -> int:
        return sum(tour.cost for tour in of.tours)

    return {
        "cost": round((cost(plan) - cost(was)) / COST_UNITS, 2),
        "distance_m": metres(plan) - metres(was),
        "late_s": late_of(plan) - late_of(was, without={one.stop for one in plan.left_out}),
        "left_out": len(deliveries_left_out(plan)),
    }


def late_of(plan: Plan, without: Collection[str] = ()) -> int:
    """Seconds of lateness, of all stops together."""
    visits = (visit for tour in plan.tours for visit in tour.visits)
    return sum(visit.late for visit in visits if visit.stop not in without)


def deliveries_left_out(plan: Plan) -> list[int]:
    """The deliveries that have no place, each once."""
    return sorted({int(one.stop.removeprefix("p")) for one in plan.left_out})


def words_of(told: Disruption, case: Case, moves: Moves, plan: Plan, saves_s: int) -> str:
    """The suggestion in a sentence."""
    if told.kind is Kind.BIG_DELAY:
        name = case.day.routes[told.about].name or "A route"
        saved = f"saves {span(saves_s)} of lateness"
        return f"{name} is behind: another order of its stops {saved}"
    mine = [move for move in moves if move["delivery_id"] in case.wanted]
    takers = ", ".join(sorted({str(move["to_row"]) for move in mine}))
    others = _others(len(moves) - len(mine))
    if told.kind is Kind.URGENT_ORDER:
        number = case.day.deliveries[told.about].tracking_number
        return f"{number} is urgent: {takers} can take it{others}{_unknown_goods(told, case, mine)}"
    return "".join(_down(case, takers, mine, plan)) + others


def _down(case: Case, takers: str, mine: Moves, plan: Plan) -> Iterator[str]:
    out = _out(case)
    count = "1 stop" if len(mine) == 1 else f"{len(mine)} stops"
    yield f"{out} is out: {takers} can take {count} of it"
    inside = sum(move["fetch"] is not None for move in mine)
    if inside:
        what = "it" if inside == len(mine) == 1 else "all of it"
        what = what if inside == len(mine) else f"{inside} of them"
        where = {move["fetch"]["vehicle"] for move in mine if move["fetch"]}
        yield f" and fetch {what} where {' and '.join(sorted(where))} stands"
    if case.kept:
        stays = "1 stays" if case.kept == 1 else f"{case.kept} stay"
        yield f"; {stays} with its driver, who is at the door"
    left = len(deliveries_left_out(plan))
    if left:
        yield f"; {left} find{'s' if left == 1 else ''} no place"


def _unknown_goods(told: Disruption, case: Case, mine: Moves) -> str:
    """Who has left the depot does not come by there again, unless the order says so."""
    order = case.day.deliveries[told.about]
    has_left = any(case.day.routes[m["to_route"]].status is RouteStatus.STARTED for m in mine)
    if not has_left or is_fetched(order) or pickup_of(case.day, order) is not None:
        return ""
    depot = case.day.depots.get(order.pickup_depot_id or 0)
    if depot is not None:
        return f"; its goods are at {depot.name}, where the vehicle has left"
    return "; nothing says where its goods are fetched"


def _others(count: int) -> str:
    if not count:
        return ""
    return (
        "; 1 more stop changes vehicles" if count == 1 else f"; {count} more stops change vehicles"
    )


def _back(seconds: int) -> str:
    if abs(seconds) < LEAST_S:
        return ""
    return f"is back {span(abs(seconds))} {'later' if seconds > 0 else 'earlier'}"


def _fetch(case: Case, delivery_id: int) -> dict[str, Any] | None:
    place = case.fetched.get(delivery_id)
    return None if place is None else msgspec.structs.asdict(place)


def _out(case: Case) -> str:
    vehicle = case.day.vehicles.get(case.out or 0)
    return vehicle.name if vehicle else ""


def _names(case: Case) -> dict[int, str]:
    rows = {case.before.links[row.key]: row for row in case.before.document.rows}
    return {route_id: names_of(case.day, row)[0] for route_id, row in rows.items()}
