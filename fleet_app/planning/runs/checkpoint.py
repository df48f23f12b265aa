"""The best plan that a run has found, as it is stored for whoever goes on from there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Self

import msgspec

from fleet_app.planning.by_hand.since import Begun
from fleet_app.routing.optimiser.loosening import LATE_COST
from fleet_app.routing.optimiser.plan import Broken, LeftOut, Plan
from fleet_app.routing.optimiser.problem import COST_UNITS, Problem


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Who goes where, what was left out and why, the drivers that some vehicles get, and how routes
    were when the problem was made. Ids are those of the problem."""

    sequences: dict[str, tuple[str, ...]]
    left_out: tuple[LeftOut, ...] = ()
    cost: int = 0
    late: int = 0
    """Seconds, of stops that could not be left out and whose order is free."""
    engine: str = ""
    crews: dict[str, int] = {}
    begun: Begun | None = None

    @classmethod
    def of(
        cls,
        plan: Plan,
        crews: Mapping[str, int],
        begun: Begun | None = None,
        *,
        ordered: Collection[str] = (),
    ) -> Self:
        """What of a plan is worth keeping; its times are worked out anew. Lateness has no price
        for stops that are `ordered`: the search looks only that they get no later than they are."""
        late = [one for one in plan.flags if one.code is Broken.WINDOW and one.stop not in ordered]
        return cls(
            sequences=plan.sequences,
            left_out=plan.left_out,
            cost=plan.cost,
            late=sum(int(one.amount) for one in late),
            engine=plan.engine,
            crews=dict(crews),
            begun=begun,
        )

    @classmethod
    def read(cls, stored: Mapping[str, Any] | None) -> Self | None:
        """The stored one, if there is any that can be read."""
        if not stored:
            return None
        try:
            return msgspec.convert(dict(stored), cls)
        except msgspec.ValidationError:
            return None

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found

    @property
    def money(self) -> float:
        """The cost in the fleet's currency, with a price for what is left out and what is late, so
        that a better plan never costs more."""
        return self.worth / COST_UNITS

    @property
    def worth(self) -> int:
        """Compares as better when less, as in the search: the cost, which has a price for each
        stop that is left out, one that matters more a higher one, and lateness."""
        return self.cost + LATE_COST * self.late

    @property
    def planned(self) -> int:
        """How many stops somebody goes to."""
        return sum(map(len, self.sequences.values()))

    @property
    def missing(self) -> int:
        """How many stops nobody goes to."""
        return len(self.left_out)

    def start_for(self, problem: Problem) -> dict[str, tuple[str, ...]]:
        """The sequences without stops and vehicles that the problem has no more."""
        stops = {stop.id for stop in problem.stops}
        return {
            vehicle.id: tuple(one for one in self.sequences.get(vehicle.id, ()) if one in stops)
            for vehicle in problem.vehicles
        }
