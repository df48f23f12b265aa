"""Trips and stops: when the vehicle left, where it went, when it arrived, how long it stood.

The vehicle stands at a place (`stop`), goes a way (`way`), or, while it is not yet clear, both:
a way that has not led far enough is part of the stop, and a rest on the way (`rest`) that has not
lasted long enough is part of the trip. When it becomes clear, the fact is told with the moment it
happened at, not with the moment it became clear.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fleet_app.location.journeys.detector import Context
from fleet_app.location.journeys.facts import Fact
from fleet_app.location.journeys.motion import (
    arrived_ms,
    drive_speed,
    far_m,
    moving,
    rest_from,
    slow,
    stayed,
)
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.journeys.rest import Rest
from fleet_app.location.journeys.sample import Sample, Spot, drive_ms
from fleet_app.location.journeys.telling import Stop, stop_fact, trip_fact
from fleet_app.location.journeys.way import Way


class JourneyState(msgspec.Struct, omit_defaults=True):
    """At least one of `stop` and `way` is there after the first fix."""

    stop: Stop | None = None
    way: Way | None = None
    rest: Rest | None = None
    outside: list[Sample] = []
    """Fixes away from the rest, which may be stray ones."""
    approach: Spot | None = None
    """The fix before the last one on the way, to tell when a rest began."""


class Journeys:
    """The detector of trips and stops."""

    name = "journeys"

    def start(self) -> JourneyState:
        """Nothing known."""
        return JourneyState()

    def take(self, state: JourneyState, sample: Sample, context: Context) -> Iterable[Fact]:
        """The stop or trip that ends, and the one that begins."""
        parameters = context.parameters
        if sample.before is None or sample.leap:
            return _anew(state, sample, parameters)
        if state.way is None:
            return _stand(state, sample, parameters)
        if state.stop is not None and _back(state.stop, sample, parameters):
            _come_back(state)
            return _stand(state, sample, parameters)
        return _drive(state, sample, parameters)

    def ongoing(self, state: JourneyState, context: Context) -> Iterable[Fact]:
        """The trip or stop of the moment."""
        if state.stop is not None:
            return (stop_fact(state.stop, None),) if state.stop.told else ()
        return (trip_fact(state.way, None),) if state.way is not None else ()

    def as_of(self, state: JourneyState, now_ms: int, context: Context) -> Iterable[Fact]:
        """A trip that has not been heard of for `trip_gap_s` has ended where it was last seen."""
        way = state.way
        if way is None or state.stop is not None:
            return ()
        last_ms = state.rest.last_ms if state.rest else way.last_ms
        if now_ms - last_ms < context.parameters.trip_gap_s * 1000:
            return ()
        return (trip_fact(_ended(way, state.rest), way.last_ms, whole=True),)


def _stand(state: JourneyState, sample: Sample, parameters: Parameters) -> Iterable[Fact]:
    """The vehicle is at its stop, or leaves it."""
    stop = state.stop
    assert stop is not None
    if not stop.rest.holds(sample, parameters):
        return _leave(state, stop, sample, parameters)
    if sample.pace < parameters.start_speed_mps:
        stop.rest.add(sample, parameters)
        stop.rest.settle(sample, parameters)
    elif moving(sample, parameters):
        stop.rest.stir(sample, parameters)
    return _confirmed(stop, parameters)


def _confirmed(stop: Stop, parameters: Parameters) -> Iterable[Fact]:
    if stop.told or stop.rest.lasted_ms < parameters.stop_after_s * 1000:
        return ()
    stop.told = True
    return (stop_fact(stop, None),)


def _leave(
    state: JourneyState, stop: Stop, sample: Sample, parameters: Parameters
) -> Iterable[Fact]:
    """The first fix away from the stop: perhaps a way begins."""
    metres = stop.rest.metres_to(sample)
    needed_ms = drive_ms(metres, drive_speed(sample, parameters))
    if _lost(sample, needed_ms, parameters):
        return _anew(state, sample, parameters)
    left_ms = max(stop.rest.last_ms, sample.at_ms - needed_ms)
    left_ms = stop.rest.left_ms(left_ms, parameters)
    told = _confirmed_until(stop, left_ms, sample, parameters)
    state.way = Way.begun(left_ms, stop.rest.lat, stop.rest.lon)
    state.way.catch_up(stop.rest, sample)
    state.rest, state.outside = None, []
    return [*told, *_on(state, state.way, sample, parameters)]


def _lost(sample: Sample, needed_ms: int, parameters: Parameters) -> bool:
    """Whether so long a way was driven unseen that nobody knows when it began."""
    if sample.seconds < parameters.trip_gap_s:
        return False
    return needed_ms > parameters.gap_after_s * 1000


def _confirmed_until(
    stop: Stop, left_ms: int, sample: Sample, parameters: Parameters
) -> Iterable[Fact]:
    """A vehicle that reports only when it moves stood there until it left."""
    if left_ms - stop.rest.last_ms > parameters.gap_after_s * 1000:
        stop.rest.unseen_s += (left_ms - stop.rest.last_ms) / 1000
    stop.rest.last_ms = left_ms
    return _confirmed(stop, parameters)


def _back(stop: Stop, sample: Sample, parameters: Parameters) -> bool:
    return not moving(sample, parameters) and stop.rest.holds(sample, parameters)


def _come_back(state: JourneyState) -> None:
    """The way led nowhere: a stray fix, or shunting."""
    state.way = state.rest = state.approach = None
    state.outside = []


def _drive(state: JourneyState, sample: Sample, parameters: Parameters) -> Iterable[Fact]:
    way, rest = state.way, state.rest
    assert way is not None
    if rest is None:
        if sample.seconds >= parameters.trip_gap_s and not stayed(sample, parameters):
            return _anew(state, sample, parameters)
        return _on(state, way, sample, parameters)
    if moving(sample, parameters) and rest.led_away(sample):
        return _go_on(state, way, rest, sample, parameters)
    if rest.holds(sample, parameters):
        state.outside = []
        rest.add(sample, parameters)
        return _settled(state, way, rest, parameters)
    return _go_on(state, way, rest, sample, parameters)


def _on(state: JourneyState, way: Way, sample: Sample, parameters: Parameters) -> Iterable[Fact]:
    """On along the way; perhaps a rest begins."""
    if way.fixes and stayed(sample, parameters):
        return _rest_since_before(state, way, sample, parameters)
    return _further(state, way, sample, parameters)


def _further(
    state: JourneyState, way: Way, sample: Sample, parameters: Parameters
) -> Iterable[Fact]:
    if slow(sample, parameters):
        state.rest = rest_from(way, sample)
        way.come_to(sample, state.rest.since_ms, parameters)
        state.rest.add(sample, parameters)
        told = _departed(state, way, parameters)
        return [*told, *_settled(state, way, state.rest, parameters)]
    state.approach = sample.before
    way.go(sample, parameters)
    return _departed(state, way, parameters)


def _rest_since_before(
    state: JourneyState, way: Way, sample: Sample, parameters: Parameters
) -> Iterable[Fact]:
    """The vehicle has hardly moved since the fix before: it came to rest there."""
    before = sample.before
    assert before is not None
    since_ms = arrived_ms(state.approach, before, way)
    way.moving_s = max(0.0, way.moving_s - (before.at_ms - since_ms) / 1000)
    rest = state.rest = Rest(since_ms, before.at_ms, before.lat, before.lon)
    rest.fixes, rest.lats, rest.lons = 1, [before.lat], [before.lon]
    if not rest.holds(sample, parameters):
        return _go_on(state, way, rest, sample, parameters)
    rest.add(sample, parameters)
    return _settled(state, way, rest, parameters)


def _go_on(
    state: JourneyState, way: Way, rest: Rest, sample: Sample, parameters: Parameters
) -> Iterable[Fact]:
    """A fix away from the rest: a stray one, or the vehicle goes on, perhaps after a stop.

    Receivers at rest wander off for seconds, and come back. So a few fixes without movement are
    held back: until they have lasted as long as a trip must, they may be no way.
    """
    needed_ms = drive_ms(rest.metres_to(sample), drive_speed(sample, parameters))
    if _lost(sample, needed_ms, parameters):
        return _anew(state, sample, parameters)
    left_ms = max(rest.last_ms, sample.at_ms - needed_ms)
    # After stray fixes only a silence that holds the whole stop shows that it stood.
    seen_ms = sample.at_ms - round(sample.seconds * 1000) if state.outside else rest.since_ms
    if left_ms - seen_ms >= parameters.stop_after_s * 1000:
        told = [*_arrive(state, way, rest, parameters)]
        assert state.stop is not None
        return [*told, *_leave(state, state.stop, sample, parameters)]
    if sample.seconds >= parameters.trip_gap_s:
        return _anew(state, sample, parameters)
    if _may_be_stray(state, sample, parameters):
        state.outside = [*state.outside, sample]
        return ()
    return _resume(state, way, rest, sample, parameters)


def _may_be_stray(state: JourneyState, sample: Sample, parameters: Parameters) -> bool:
    if moving(sample, parameters) or sample.seconds > parameters.gap_after_s:
        return False
    since_ms = state.outside[0].at_ms if state.outside else sample.at_ms
    return sample.at_ms - since_ms < parameters.min_trip_s * 1000


def _resume(
    state: JourneyState, way: Way, rest: Rest, sample: Sample, parameters: Parameters
) -> Iterable[Fact]:
    """It was a traffic light."""
    way.idle_s += rest.lasted_ms / 1000
    if not state.outside:
        way.catch_up(rest, sample)
    pending, state.rest, state.outside = state.outside, None, []
    for one in pending:
        way.go(one, parameters)
    return _further(state, way, sample, parameters)


def _settled(state: JourneyState, way: Way, rest: Rest, parameters: Parameters) -> Iterable[Fact]:
    """The rest is a stop when it has lasted long enough."""
    if rest.lasted_ms < parameters.stop_after_s * 1000:
        return ()
    return _arrive(state, way, rest, parameters)


def _arrive(state: JourneyState, way: Way, rest: Rest, parameters: Parameters) -> Iterable[Fact]:
    """The way ends where the vehicle rests now."""
    before = state.stop
    _come_back(state)
    driven = before is None or _elsewhere(way, rest, parameters)
    if before is not None and before.told and not driven:
        before.moved_to(rest)  # shunting: still the same stop
        return ()
    closed = [stop_fact(before, way.started_ms)] if before is not None and before.told else []
    trip = [trip_fact(_ended(way, rest), rest.since_ms, whole=True)] if driven else []
    state.stop = Stop(rest.since_ms, rest, told=True)
    return [*closed, *trip, stop_fact(state.stop, None)]


def _elsewhere(way: Way, rest: Rest, parameters: Parameters) -> bool:
    """Whether it stands so far from where it stood before that it drove, however quickly.

    A receiver that leaps has not driven, and one that drifts tells no movement.
    """
    if way.jumped or rest.since_ms <= way.started_ms:
        return False
    seen = way.tells_speed and way.max_speed >= parameters.start_speed_mps
    least_m = parameters.min_trip_m if seen else max(parameters.min_trip_m, far_m(parameters))
    return rest.metres_from(way.lat, way.lon) >= least_m


def _departed(state: JourneyState, way: Way, parameters: Parameters) -> Iterable[Fact]:
    """Whether the way has led far enough to be a trip; the stop then ended when it began."""
    stop = state.stop
    if stop is None or way.places_m < parameters.min_trip_m:
        return ()
    least_m = parameters.start_distance_m
    if way.tells_speed and way.max_speed < parameters.start_speed_mps:
        least_m = far_m(parameters)
    if way.extent_m < least_m or way.last_ms - way.started_ms < parameters.min_trip_s * 1000:
        return ()
    state.stop = None
    closed = [stop_fact(stop, way.started_ms)] if stop.told else []
    return [*closed, trip_fact(way, None)]


def _anew(state: JourneyState, sample: Sample, parameters: Parameters) -> Iterable[Fact]:
    """Nothing leads from the fix before to this one: end what went on, begin again here."""
    stop, way, rest = state.stop, state.way, state.rest
    told: list[Fact] = []
    if stop is not None and stop.told:
        told.append(stop_fact(stop, way.started_ms if way else stop.rest.last_ms))
    elif stop is None and way is not None:
        told.append(trip_fact(_ended(way, rest), rest.since_ms if rest else way.last_ms, True))
    _come_back(state)
    begun = Rest(sample.at_ms, sample.at_ms, sample.lat, sample.lon)
    begun.add(sample, parameters)
    state.stop = Stop(sample.at_ms, begun)
    return told


def _ended(way: Way, rest: Rest | None) -> Way:
    return way.ended(rest.since_ms, rest.lat, rest.lon) if rest is not None else way
