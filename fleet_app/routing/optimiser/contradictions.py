"""Locks that cannot be kept together are put aside, so that the rest can be planned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from fleet_app.routing.optimiser.plan import LeftOut, Why, Words
from fleet_app.routing.optimiser.problem import Chain, Hold, Problem


class Sorted(NamedTuple):
    """A problem without contradictions, and the stops that had to go for that."""

    problem: Problem
    left_out: dict[str, LeftOut]


def without_contradictions(problem: Problem, words: Words | None = None) -> Sorted:
    """Takes out the stops whose locks cannot be kept together, whatever the plan."""
    names = words or {}
    bad = dict(_torn(problem, names))
    chains: list[Chain] = []
    for chain in _strongest_first(problem.chains):
        kept, cut = _agreeing(chain, chains, names)
        bad.update({stop: reason for stop, reason in cut.items() if stop not in bad})
        chains.append(kept)
    bad.update({s: r for s, r in _crowded(problem, chains, names) if s not in bad})
    if not bad:
        return Sorted(problem, {})
    left = without(problem, set(bad))
    staying = {stop.id for stop in left.stops}
    gone = [stop.id for stop in problem.stops if stop.id not in staying]
    other = "Not without the other half of its pair, which has to be left out"
    return Sorted(left, {one: LeftOut(one, Why.LOCK, bad.get(one, other)) for one in gone})


def _strongest_first(chains: Iterable[Chain]) -> list[Chain]:
    order = [Hold.WHOLE, Hold.FIRST, Hold.ORDER]
    return sorted(chains, key=lambda chain: order.index(chain.hold))


def _torn(problem: Problem, names: Words) -> Iterator[tuple[str, str]]:
    """Stops that are locked to several vehicles, or to one that is not there."""
    holders: dict[str, set[str]] = {}
    for stop in problem.stops:
        if stop.vehicle is not None:
            holders.setdefault(stop.id, set()).add(stop.vehicle)
    for chain in problem.chains:
        for one in chain.stops:
            holders.setdefault(one, set()).add(chain.vehicle)
    there = {vehicle.id for vehicle in problem.vehicles}
    for unit in (*((pair.pickup, pair.delivery) for pair in problem.pairs), *problem.together):
        several = set[str]().union(*(holders.get(one, set()) for one in unit))
        if len(several) > 1:
            said = " and ".join(sorted(names.get(v, v) for v in several))
            for one in unit:
                yield one, f"Must be on one route with others, which are locked to {said}"
    for one, several in holders.items():
        if len(several) > 1:
            said = " and ".join(sorted(names.get(v, v) for v in several))
            yield one, f"Locked to {said} at the same time"
        elif not several <= there:
            name = next(iter(several))
            yield one, f"Locked to {names.get(name, name)}, who has no shift that day"


def _agreeing(chain: Chain, others: list[Chain], names: Words) -> tuple[Chain, dict[str, str]]:
    """The chain without the stops whose order contradicts stronger chains of the same vehicle."""
    cut: dict[str, str] = {}
    for other in others:
        if other.vehicle != chain.vehicle:
            continue
        shared = [stop for stop in chain.stops if stop in other.stops and stop not in cut]
        wanted = [stop for stop in other.stops if stop in shared]
        if shared != wanted:
            words = f"Two orders that are locked for {names.get(chain.vehicle, chain.vehicle)}"
            cut.update(dict.fromkeys(shared, f"{words} contradict"))
        extra = [stop for stop in chain.stops if stop not in other.stops]
        if extra and _is_exclusive(chain, other):
            name = names.get(chain.vehicle, chain.vehicle)
            cut.update(dict.fromkeys(extra, f"The stops of {name} are locked, others as well"))
    kept = tuple(stop for stop in chain.stops if stop not in cut)
    return replace(chain, stops=kept), cut


def _is_exclusive(chain: Chain, other: Chain) -> bool:
    if other.hold is Hold.WHOLE:
        return True
    return other.hold is Hold.FIRST and chain.hold is Hold.FIRST


def _crowded(problem: Problem, chains: Iterable[Chain], names: Words) -> Iterator[tuple[str, str]]:
    """Stops locked to a vehicle that does other stops and nothing else; and pairs that a locked
    order turns round."""
    whole = {chain.vehicle: set(chain.stops) for chain in chains if chain.hold is Hold.WHOLE}
    for stop in problem.stops:
        if stop.vehicle in whole and stop.id not in whole[stop.vehicle]:
            name = names.get(stop.vehicle, stop.vehicle)
            yield stop.id, f"Locked to {name}, whose route is locked as a whole without it"
    for pair in problem.pairs:
        for chain in chains:
            both = pair.pickup in chain.stops and pair.delivery in chain.stops
            if both and chain.stops.index(pair.pickup) > chain.stops.index(pair.delivery):
                words = "Locked in an order in which it is delivered before it is collected"
                yield pair.pickup, words
                yield pair.delivery, words


def without(problem: Problem, gone: set[str]) -> Problem:
    """The problem without some stops, and without halves of pairs."""
    halves = [{pair.pickup, pair.delivery} for pair in problem.pairs]
    while torn := [both for both in halves if both & gone and not both <= gone]:
        gone = gone.union(*torn)
    return replace(
        problem,
        stops=tuple(stop for stop in problem.stops if stop.id not in gone),
        pairs=tuple(pair for pair in problem.pairs if pair.pickup not in gone),
        together=tuple(
            tuple(stop for stop in group if stop not in gone) for group in problem.together
        ),
        chains=tuple(
            replace(chain, stops=tuple(stop for stop in chain.stops if stop not in gone))
            for chain in problem.chains
        ),
    )
