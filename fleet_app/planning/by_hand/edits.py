"""What people do to a plan by hand. Each is one step of undo."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec


class Move(msgspec.Struct, frozen=True, tag="move", tag_field="do"):
    """Put deliveries, in this order, on row `to` before its stop number `place` (from 0; None:
    where they cost least); into the tray where `to` is empty."""

    deliveries: tuple[int, ...]
    to: str = ""
    place: int | None = None


class Lock(msgspec.Struct, frozen=True, tag="lock", tag_field="do"):
    """Hold stops on their row, or a row: "crew" who drives what, "order" its stops too, "" free."""

    deliveries: tuple[int, ...] = ()
    row: str = ""
    level: Literal["", "crew", "order", "stop"] = "stop"


class Crew(msgspec.Struct, frozen=True, tag="crew", tag_field="do"):
    """Another driver or vehicle for a row; None as a driver takes the present one off."""

    row: str
    driver_id: int | None = None
    vehicle_id: int | None = None


class Depart(msgspec.Struct, frozen=True, tag="depart", tag_field="do"):
    """The row leaves at this moment; None: whenever suits its stops best."""

    row: str
    at: datetime | None = None


class Turn(msgspec.Struct, frozen=True, tag="turn", tag_field="do"):
    """Drive the row's stops in the other direction."""

    row: str


class Improve(msgspec.Struct, frozen=True, tag="improve", tag_field="do"):
    """Put the row's stops into their best order, at once."""

    row: str


class AddRow(msgspec.Struct, frozen=True, tag="add_row", tag_field="do"):
    """Let another vehicle take part."""

    vehicle_id: int
    driver_id: int | None = None


class DropRow(msgspec.Struct, frozen=True, tag="drop_row", tag_field="do"):
    """Let a vehicle stay at home; its stops go to the tray."""

    row: str


Edit = Move | Lock | Crew | Depart | Turn | Improve | AddRow | DropRow
