"""What is aboard along a tour."""

from __future__ import annotations

from collections.abc import Sequence

from fleet_app.routing.optimiser.model import Amounts, Link, Model


def carried(model: Model, stops: Sequence[int]) -> list[Link]:
    """The pairs that are whole on this tour and in order: only these load anything."""
    if not model.links:
        return []
    position = {stop: number for number, stop in enumerate(stops)}
    return [
        link
        for stop in stops
        for link in model.links_of.get(stop, ())
        if link.pickup == stop and position.get(link.delivery, -1) > position[stop]
    ]


def changes_of(model: Model, stops: Sequence[int]) -> dict[int, list[int]]:
    """What pairs load and unload, by stop."""
    found: dict[int, list[int]] = {}
    for link in carried(model, stops):
        for stop, sign in ((link.pickup, 1), (link.delivery, -1)):
            change = found.setdefault(stop, [0] * model.dimensions)
            for dimension, amount in enumerate(link.amounts):
                change[dimension] += sign * amount
    return found


def peak_of(model: Model, stops: Sequence[int]) -> Amounts:
    """The most that is aboard at any time, by dimension."""
    if not model.dimensions:
        return ()
    changes = changes_of(model, stops)
    delivers, collects = model.delivers, model.collects
    peaks = []
    for dimension in range(model.dimensions):
        aboard = peak = sum([delivers[stop][dimension] for stop in stops])
        for stop in stops:
            aboard += collects[stop][dimension] - delivers[stop][dimension]
            if changes and stop in changes:
                aboard += changes[stop][dimension]
            peak = max(peak, aboard)
        peaks.append(peak)
    return tuple(peaks)


def overload(model: Model, vehicle: int, peak: Amounts) -> int:
    """By how much the vehicle is too small, all dimensions together."""
    room = model.capacities[vehicle]
    return sum(
        max(0, most - space) for most, space in zip(peak, room, strict=False) if space is not None
    )
