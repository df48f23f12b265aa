"""Which rules a sequence keeps that have nothing to do with times: locks, skills, pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fleet_app.routing.optimiser.model import Link, Model
from fleet_app.routing.optimiser.problem import Chain, Hold


def misplaced(model: Model, vehicle: int, stops: Sequence[int]) -> Iterator[int]:
    """Stops that are locked to another vehicle."""
    if model.held:
        for stop in stops:
            if model.held.get(stop, vehicle) != vehicle:
                yield stop


def unskilled(model: Model, vehicle: int, stops: Sequence[int]) -> Iterator[tuple[int, list[str]]]:
    """Stops that ask for more than the vehicle has, and what that is."""
    has = model.vehicles[vehicle].skills
    for stop in stops:
        needs = model.stops[stop].skills
        if needs and not needs <= has:
            yield stop, sorted(needs - has)


def broken_chains(model: Model, vehicle: int, stops: Sequence[int]) -> Iterator[tuple[Chain, int]]:
    """Chains that are not kept, and the first stop that is out of place. Members that are nowhere
    on the tour are no matter of order."""
    for chain in model.chains_of.get(vehicle, ()):
        here = set(stops)
        members = [stop for stop in model.numbers(chain.stops) if stop in here]
        if not members:
            continue
        wrong = _out_of_place(chain.hold, members, stops)
        if wrong is not None:
            yield chain, wrong


def _out_of_place(hold: Hold, members: Sequence[int], stops: Sequence[int]) -> int | None:
    found = list(stops)
    if hold is Hold.ORDER:
        chained = set(members)
        found = [stop for stop in stops if stop in chained]
    elif hold is Hold.FIRST:
        found = found[: len(members)]
    for number, stop in enumerate(found):
        if number >= len(members) or stop != members[number]:
            return stop
    return None


def broken_pairs(model: Model, stops: Sequence[int]) -> Iterator[tuple[Link, int, bool]]:
    """Pairs that are not whole on this tour or in the wrong order: the pair, the stop that is
    here, and whether both are. Each is told once for each of its stops that are alone here."""
    if not model.links:
        return
    position = {stop: number for number, stop in enumerate(stops)}
    for stop in stops:
        for link in model.links_of.get(stop, ()):
            other = link.delivery if link.pickup == stop else link.pickup
            if other not in position:
                yield link, stop, False
            elif stop == link.delivery and position[link.pickup] > position[stop]:
                yield link, stop, True
