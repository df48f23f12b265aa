"""Which vehicles are one worker's."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, func, true
from sqlalchemy.orm import Mapped


class Share(msgspec.Struct, frozen=True):
    """The vehicles of the partitions of the log that a worker reads; all of them unless said."""

    partitions: int = 1
    held: frozenset[int] = frozenset({0})

    def has(self, vehicle_id: int) -> bool:
        """Whether a vehicle is among them."""
        return vehicle_id % self.partitions in self.held

    def where(self, vehicle_id: Mapped[Any]) -> ColumnElement[bool]:
        """The same as a condition on a column; rows without a vehicle go with partition 0."""
        if len(self.held) == self.partitions:
            return true()
        return func.mod(func.coalesce(vehicle_id, 0), self.partitions).in_(sorted(self.held))
