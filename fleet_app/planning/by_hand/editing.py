"""What people do to a plan by hand, done. Nothing that can be driven is refused. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from fleet_app.delivery.models import DeliveryStatus
from fleet_app.fleet.models import DriverStatus
from fleet_app.planning.by_hand import edits
from fleet_app.planning.by_hand.edits import Edit
from fleet_app.planning.document import Document, PlanRow, PlanStop
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.workday.crews import hours_of, names_of, row_name
from fleet_app.planning.workday.day import Day, is_under_way
from fleet_app.planning.workday.pickups import with_pickups
from fleet_app.records.problems import invalid

replace = msgspec.structs.replace
_LOCKS = {"": "Unlock the route of", "crew": "Lock the crew of", "order": "Lock the order of"}


class Editor:
    """Makes one edit of a healed plan. What is moved without a place is put behind the others, and
    a row that is to be improved is as it was: `Orders` goes on from there."""

    def __init__(self, day: Day, plan: Healed) -> None:
        self._day, self._plan = day, plan

    def made(self, edit: Edit) -> tuple[Document, str]:
        """The new document, and what was done in words.

        Raises `InvalidInput` for what is not there, and for moving what is done.
        """
        makers: dict[type[Any], Callable[[Any], tuple[Document, str]]] = {
            edits.Move: self._move,
            edits.Lock: self._lock,
            edits.Crew: self._crew,
            edits.Depart: self._depart,
            edits.Turn: self._reorder,
            edits.Improve: self._reorder,
            edits.AddRow: self._add,
            edits.DropRow: self._drop,
        }
        return makers[type(edit)](edit)

    @property
    def _document(self) -> Document:
        return self._plan.document

    def _row(self, key: str, field: str = "row") -> PlanRow:
        row = self._document.row(key)
        if row is None:
            raise invalid({field: f"there is no row {key}"})
        return row

    def _name(self, row: PlanRow) -> str:
        return row_name(self._day, row)

    def _numbers(self, ids: Sequence[int]) -> str:
        if len(ids) == 1:
            return self._day.deliveries[ids[0]].tracking_number
        return f"{len(ids)} stops"

    def _known(self, ids: Sequence[int]) -> list[int]:
        """Each once. Raises `InvalidInput` unless all are there and can be planned."""
        problems: dict[str, str] = {}
        planned = self._document.planned
        off = set(self._document.off)
        for index, id_ in enumerate(ids):
            where = f"deliveries[{index}]"
            if id_ not in planned and not self._day.waits(id_, off):
                problems[where] = self._not_free(id_)
            elif self._day.is_done(id_):
                number = self._day.deliveries[id_].tracking_number
                problems[where] = f"{number} is done; it stays where it was"
            elif self._day.deliveries[id_].lat is None:
                number = self._day.deliveries[id_].tracking_number
                problems[where] = f"{number} has no point on the map; give its address one first"
        if problems or not ids:
            raise invalid(problems or {"deliveries": "name at least one"})
        return list(dict.fromkeys(ids))

    def _not_free(self, delivery_id: int) -> str:
        found = self._day.deliveries.get(delivery_id)
        if found is None or found.deleted_at is not None or found.route_id is not None:
            return f"delivery {delivery_id} is not there, or on a route already"
        return f"{found.tracking_number} is {DeliveryStatus(found.status).value}"

    def _move(self, edit: edits.Move) -> tuple[Document, str]:
        ids = self._known(edit.deliveries)
        if not edit.to:
            return self._to_tray(ids), f"Take {self._numbers(ids)} off"
        row = self._row(edit.to, "to")
        self._require_open(row)
        moving = [stop for id_ in ids for stop in self._stops(id_)]
        kept = [stop for stop in row.stops if stop.delivery_id not in set(ids)]
        place = len(kept) if edit.place is None else self._place(row, edit.place, set(ids))
        stops = (*kept[:place], *moving, *kept[place:])
        back = set(ids)
        document = replace(
            self._document, off=tuple(one for one in self._document.off if one not in back)
        ).without(ids)
        document = document.with_rows(with_pickups(self._day, replace(row, stops=stops)))
        return document, f"Move {self._numbers(ids)} to {self._name(row)}"

    def _stops(self, delivery_id: int) -> list[PlanStop]:
        """The stops of a delivery where it is now, else a new one."""
        row = self._document.row_of(delivery_id)
        here = [one for one in row.stops if one.delivery_id == delivery_id] if row else []
        return here or [PlanStop(delivery_id)]

    def _place(self, row: PlanRow, place: int, moving: set[int]) -> int:
        """Where among the stops that stay: before the first of them from `place` on, and behind
        what is done."""
        before = [stop for stop in row.stops[: max(0, place)] if stop.delivery_id not in moving]
        done = sum(self._day.is_made(stop) for stop in row.stops)
        return max(len(before), done)

    def _to_tray(self, ids: Sequence[int]) -> Document:
        home = [id_ for id_ in ids if self._day.deliveries[id_].route_id is not None]
        off = tuple(dict.fromkeys((*self._document.off, *home)))
        return replace(self._document.without(ids), off=off)

    def _require_open(self, row: PlanRow) -> None:
        route = self._plan.route_of(self._day, row)
        if route is not None and route.status == "completed":
            raise invalid({"to": f"the route of {self._name(row)} is completed"})

    def _lock(self, edit: edits.Lock) -> tuple[Document, str]:
        if edit.row:
            row = self._row(edit.row)
            level = edit.level
            if level == "stop":
                stops = tuple(replace(stop, locked=True) for stop in row.stops)
                changed = replace(row, stops=stops)
            else:
                changed = replace(row, lock=level)
            words = {
                "": "Unlock the route of",
                "crew": "Lock the crew of",
                "order": "Lock the order of",
            }
            label = f"{words.get(level, 'Lock the stops of')} {self._name(row)}"
            return self._document.with_rows(changed), label
        ids = self._known(edit.deliveries)
        locked = edit.level != ""
        rows = [
            replace(
                row,
                stops=tuple(
                    replace(stop, locked=locked) if stop.delivery_id in set(ids) else stop
                    for stop in row.stops
                ),
            )
            for row in self._document.rows
        ]
        verb = "Lock" if locked else "Unlock"
        return self._document.with_rows(*rows), f"{verb} {self._numbers(ids)}"

    def _crew(self, edit: edits.Crew) -> tuple[Document, str]:
        row = self._row(edit.row)
        self._require_crew(edit.vehicle_id, edit.driver_id)
        begun = is_under_way(self._plan.route_of(self._day, row))
        vehicle = row.vehicle_id if edit.vehicle_id is None else edit.vehicle_id
        if begun and (vehicle, edit.driver_id) != (row.vehicle_id, row.driver_id):
            raise invalid({"row": f"{self._name(row)} has left; vehicle and driver stay"})
        changed = replace(row, vehicle_id=vehicle, driver_id=edit.driver_id)
        name, driver = names_of(self._day, changed)
        label = f"Give {name} to {driver}" if driver else f"Take the driver off {name}"
        return self._document.with_rows(changed), label

    def _require_crew(self, vehicle_id: int | None, driver_id: int | None) -> None:
        problems = {}
        vehicle = self._day.vehicles.get(vehicle_id or 0)
        driver = self._day.drivers.get(driver_id or 0)
        if vehicle_id is not None and (vehicle is None or vehicle.deleted_at):
            problems["vehicle_id"] = "there is no such vehicle"
        if driver_id is not None and (driver is None or driver.deleted_at):
            problems["driver_id"] = "there is no such driver"
        elif driver is not None and driver.status is DriverStatus.INACTIVE:
            problems["driver_id"] = f"{driver.name} is not working for the fleet at present"
        if problems:
            raise invalid(problems)

    def _depart(self, edit: edits.Depart) -> tuple[Document, str]:
        row = self._row(edit.row)
        name = self._name(row)
        if edit.at is None:
            return self._document.with_rows(
                replace(row, departs_at=None)
            ), f"Free when {name} leaves"
        last = max([self._day.ends, *(end for _, end in hours_of(self._day, row))])
        if not self._day.begins <= edit.at < last:
            words = "must be on the day of the plan, or before the shift ends"
            raise invalid({"at": words})
        changed = replace(row, departs_at=edit.at)
        return self._document.with_rows(changed), f"Let {name} leave at {self._day.said(edit.at)}"

    def _reorder(self, edit: edits.Turn | edits.Improve) -> tuple[Document, str]:
        row = self._row(edit.row)
        if isinstance(edit, edits.Improve):
            return self._document, f"Put the route of {self._name(row)} into its best order"
        done = [stop for stop in row.stops if self._day.is_made(stop)]
        left = [stop for stop in row.stops if not self._day.is_made(stop)]
        stops = (*done, *_turned(left))
        label = f"Turn the route of {self._name(row)} round"
        return self._document.with_rows(replace(row, stops=stops)), label

    def _add(self, edit: edits.AddRow) -> tuple[Document, str]:
        self._require_crew(edit.vehicle_id, edit.driver_id)
        row = PlanRow(key="", vehicle_id=edit.vehicle_id, driver_id=edit.driver_id)
        return self._document.with_new(row), f"Add {self._name(row)}"

    def _drop(self, edit: edits.DropRow) -> tuple[Document, str]:
        row = self._row(edit.row)
        if is_under_way(self._plan.route_of(self._day, row)):
            raise invalid({"row": f"{self._name(row)} has left and cannot be taken out"})
        document = self._to_tray(row.delivery_ids)
        rows = tuple(one for one in document.rows if one.key != row.key)
        return replace(document, rows=rows), f"Leave {self._name(row)} at home"


def _turned(stops: Sequence[PlanStop]) -> list[PlanStop]:
    """The other way round; what is fetched still comes before it is delivered."""
    turned = list(reversed(stops))
    found: list[PlanStop] = []
    waiting = {stop.delivery_id: stop for stop in turned if stop.pickup}
    for stop in turned:
        if stop.pickup and stop.delivery_id not in waiting:
            continue
        if not stop.pickup and stop.delivery_id in waiting:
            found.append(waiting.pop(stop.delivery_id))
        elif stop.pickup:
            waiting.pop(stop.delivery_id)
        found.append(stop)
    return found
