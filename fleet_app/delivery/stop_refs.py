"""How stops are called where rows of the database do not matter."""

from __future__ import annotations

from typing import NamedTuple

from fleet_app.delivery.models import StopKind


class StopRef(NamedTuple):
    """A stop of a route, by what is done there."""

    delivery_id: int
    kind: StopKind = StopKind.DELIVERY

    @property
    def is_pickup(self) -> bool:
        """Whether goods are fetched there rather than delivered."""
        return self.kind is StopKind.PICKUP
