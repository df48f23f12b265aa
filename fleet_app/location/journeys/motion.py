"""Does the vehicle move or stand, by its speed and by its places, and since when?

Between `rest_speed_mps` and `start_speed_mps` a fix says neither: what was the case goes on.
"""

from __future__ import annotations

from fleet_app.kernel.geo import distance_m
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.journeys.rest import Rest
from fleet_app.location.journeys.sample import Sample, Spot, drive_ms
from fleet_app.location.journeys.way import Way

FAR_WITHOUT_SPEED = 3.0
"""A phone that tells speeds but never one of movement has left only when it is seen so many times
`start_distance_m` away: indoors receivers drift by 100 m and more, at a speed of zero."""


def moving(sample: Sample, parameters: Parameters) -> bool:
    """Whether the phone says that it moves."""
    return sample.speed is not None and sample.speed >= parameters.start_speed_mps


def was_moving(sample: Sample, parameters: Parameters) -> bool:
    """Whether the phone said so at the fix before."""
    speed = sample.before.speed if sample.before is not None else None
    return speed is not None and speed >= parameters.start_speed_mps


def far_m(parameters: Parameters) -> float:
    """Metres from which a place is another one although no movement was told."""
    return FAR_WITHOUT_SPEED * parameters.start_distance_m


def slow(sample: Sample, parameters: Parameters) -> bool:
    """Whether it seems to stand, by speed or, where none is told, by the places."""
    return sample.pace < parameters.rest_speed_mps


def stayed(sample: Sample, parameters: Parameters) -> bool:
    """Whether the places say that it stood for most of the time since the fix before, and there."""
    if sample.metres >= parameters.rest_speed_mps * sample.seconds:
        return False
    if was_moving(sample, parameters) and sample.metres > far_m(parameters):
        return False  # it stood, but nobody knows where
    if moving(sample, parameters):
        return sample.seconds > parameters.gap_after_s
    return sample.metres <= parameters.stop_radius_m or sample.seconds > parameters.gap_after_s


def rest_from(way: Way, sample: Sample) -> Rest:
    """A rest that the sample is the first fix of, so far without it."""
    before = sample.before
    assert before is not None
    here = Spot(sample.at_ms, sample.lat, sample.lon)
    return Rest(arrived_ms(before, here, way), sample.at_ms, sample.lat, sample.lon)


def arrived_ms(before: Spot | None, here: Spot, way: Way) -> int:
    """When it came to rest at `here`, where it stands at `here.at_ms`, if it drove on at once."""
    if before is None or before.at_ms < way.started_ms:
        return here.at_ms
    metres = distance_m(before.lat, before.lon, here.lat, here.lon)
    return min(here.at_ms, before.at_ms + drive_ms(metres, before.speed))


def drive_speed(sample: Sample, parameters: Parameters) -> float | None:
    """The speed seen after a departure, if it was one."""
    return sample.speed if moving(sample, parameters) else None
