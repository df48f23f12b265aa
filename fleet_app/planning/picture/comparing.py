"""Two plans of a day side by side. Pure."""

from __future__ import annotations

import msgspec

from fleet_app.kernel.texts import natural
from fleet_app.planning.board import Board, Totals


class Side(msgspec.Struct, frozen=True):
    """One of the plans."""

    id: int
    name: str
    totals: Totals


class Other(msgspec.Struct, frozen=True):
    """A delivery that another vehicle brings, or another driver: both in words, "" for nobody."""

    delivery_id: int
    number: str
    before: str
    after: str


class Comparison(msgspec.Struct, frozen=True):
    """What differs from the first plan to the second."""

    first: Side
    second: Side
    moved: tuple[Other, ...]


def compared(first: Board, second: Board) -> Comparison:
    """The figures of both, and the deliveries that are elsewhere."""
    before, after = _places(first), _places(second)
    numbers = _numbers(first) | _numbers(second)
    moved = [
        Other(id_, numbers[id_], before.get(id_, ("", ""))[1], after.get(id_, ("", ""))[1])
        for id_ in numbers
        if before.get(id_, ("", ""))[0] != after.get(id_, ("", ""))[0]
    ]
    return Comparison(
        _side(first), _side(second), tuple(sorted(moved, key=lambda one: natural(one.number)))
    )


def _side(board: Board) -> Side:
    return Side(board.id, board.name, board.totals)


def _places(board: Board) -> dict[int, tuple[str, str]]:
    """Delivery -> who brings it, by ids, and what they are called."""
    return {
        stop.order.delivery_id: (
            f"{row.vehicle_id}:{row.driver_id}",
            f"{row.vehicle}, {row.driver or 'no driver'}",
        )
        for row in board.rows
        for stop in row.stops
    }


def _numbers(board: Board) -> dict[int, str]:
    stops = [stop.order for row in board.rows for stop in row.stops]
    return {one.delivery_id: one.number for one in (*stops, *(item.order for item in board.tray))}
