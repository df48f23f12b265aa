"""The stops of a problem in PyVRP's terms: clients, groups of them, shipments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from pyvrp import Activity, ActivityType, Client, ClientGroup, Shipment

from fleet_app.routing.optimiser.engines.pyvrp_rules import Allowed, allowed
from fleet_app.routing.optimiser.problem import Pair, Problem, Stop

CLIENT, PICKUP, DELIVERY = ActivityType.CLIENT, ActivityType.PICKUP, ActivityType.DELIVERY


class Orders:
    """What there is to do.

    A stop with several windows becomes one client for each, of which one may be visited. Skills and
    locks become dimensions of load for which those who may not come have no room. No stop is
    required: leaving one out costs what it is worth, `prize` where it has no price.
    """

    def __init__(self, problem: Problem, prize: int) -> None:
        self.problem, self.prize = problem, prize
        self.zero = min([0, *_moments(problem)])
        self.clients: list[Client] = []
        self.groups: list[ClientGroup] = []
        self.shipments: list[Shipment] = []
        self.names: dict[tuple[ActivityType, int], str] = {}
        self.numbers: dict[str, list[Activity]] = defaultdict(list)
        self._stops = {stop.id: stop for stop in problem.stops}
        self.circles = list(self._circles())
        """The groups of vehicles to which stops are confined."""
        self.demand = [0] * self._dimensions
        self._add_stops()

    @cached_property
    def plain(self) -> int:
        """Dimensions of capacity in the problem."""
        sizes = [len(one.capacity) for one in self.problem.vehicles]
        sizes += [max(len(stop.delivers), len(stop.collects)) for stop in self.problem.stops]
        return max([*sizes, *(len(pair.amounts) for pair in self.problem.pairs)], default=0)

    @cached_property
    def counts(self) -> bool:
        """Whether a dimension of load counts stops."""
        return any(one.max_stops is not None for one in self.problem.vehicles)

    @property
    def _dimensions(self) -> int:
        return self.plain + self.counts + len(self.circles)

    def _units(self) -> list[tuple[Stop, ...]]:
        """Stops that are done together or not at all: pairs, and the others alone."""
        paired = {name for pair in self.problem.pairs for name in (pair.pickup, pair.delivery)}
        pairs = [(self._stops[p.pickup], self._stops[p.delivery]) for p in self.problem.pairs]
        return [*pairs, *((one,) for one in self.problem.stops if one.id not in paired)]

    def _circles(self) -> list[Allowed]:
        found = {allowed(self.problem, unit) for unit in self._units()}
        everybody = frozenset(range(len(self.problem.vehicles)))
        return sorted(found - {everybody, frozenset()}, key=sorted)

    def _add_stops(self) -> None:
        for unit in self._units():
            who = allowed(self.problem, unit)
            if len(unit) == 1 and who:
                self._add_stop(unit[0], who)
        for pair in self.problem.pairs:
            self._add_pair(pair)

    def _add_stop(self, stop: Stop, who: Allowed) -> None:
        windows = stop.windows or (None,)
        group = len(self.groups) if len(windows) > 1 else None
        if group is not None:
            first = len(self.clients)
            self.groups.append(
                ClientGroup(list(range(first, first + len(windows))), required=False)
            )
        loads = self._load(stop.delivers, who, 1), self._load(stop.collects, None, 0)
        self.demand = [a + max(b, c) for a, b, c in zip(self.demand, *loads, strict=True)]
        for window in windows:
            number = len(self.clients)
            self.names[CLIENT, number] = stop.id
            self.numbers[stop.id].append(Activity(CLIENT, number))
            self.clients.append(
                Client(
                    stop.place, *loads, service_duration=stop.service,
                    prize=self.prize if stop.skip_cost is None else stop.skip_cost,
                    required=False, group=group,
                    **({} if window is None else self.span(window.start, window.end)),
                )
            )  # fmt: skip

    def _add_pair(self, pair: Pair) -> None:
        stops = self._stops[pair.pickup], self._stops[pair.delivery]
        who = allowed(self.problem, stops)
        if not who:
            return
        number, amount = len(self.shipments), self._load(pair.amounts, who, 0)
        self.demand = [a + b for a, b in zip(self.demand, amount, strict=True)]
        for stop, kind in zip(stops, (PICKUP, DELIVERY), strict=True):
            self.names[kind, number] = stop.id
            self.numbers[stop.id].append(Activity(kind, number))
        costs = [stop.skip_cost for stop in stops]
        steps: dict[str, Any] = {}
        for stop, step in zip(stops, ("pickup", "delivery"), strict=True):
            steps |= {f"{step}_location": stop.place, f"{step}_service_duration": stop.service}
            for window in stop.windows:
                span = self.span(window.start, window.end)
                steps |= {f"{step}_{key}": value for key, value in span.items()}
        prize = sum(self.prize if cost is None else cost for cost in costs)
        self.shipments.append(Shipment(**steps, amount=amount, prize=prize, required=False))

    def span(self, start: int, end: int) -> dict[str, Any]:
        """From start to end, as PyVRP has it: never before its zero."""
        return {"tw_early": start - self.zero, "tw_late": max(start, end) - self.zero}

    def _load(self, amounts: Sequence[int], who: Allowed | None, count: int) -> list[int]:
        """Amounts, one more stop, and one for the circle of vehicles it is confined to."""
        plain = [*amounts, *([0] * (self.plain - len(amounts)))]
        circles = [int(who is not None and circle == who) for circle in self.circles]
        return [*plain, *([count] if self.counts else []), *circles]

    @property
    def usual_loads(self) -> list[float]:
        """What a stop brings or takes on average, by dimension."""
        stops = max(1, len(self.problem.stops))
        return [total / stops for total in self.demand]


def _moments(problem: Problem) -> list[int]:
    windows = [window.start for stop in problem.stops for window in stop.windows]
    return windows + [one.shift.start for one in problem.vehicles]
