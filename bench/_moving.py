"""A fleet that moves without phones: positions announced to the web process as the tracker does."""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import redis

from bench._stack import Stack
from fleet_app.location.frames import LivePosition, pack_position
from fleet_app.location.models import MotionStatus

CENTRE = (60.1716, 24.9443)
"""Latitude and longitude in degrees."""
SPREAD = (0.06, 0.12)
EVERY_SECONDS = 0.25
SLICES = 12
"""Every vehicle moves once in this many announcements: every three seconds."""
STEP_DEGREES = 2e-4


def scattered(count: int) -> list[tuple[float, float]]:
    """The same places (latitude, longitude) in every run."""
    chance = random.Random(5)
    return [
        (
            CENTRE[0] + (chance.random() - 0.5) * SPREAD[0],
            CENTRE[1] + (chance.random() - 0.5) * SPREAD[1],
        )
        for _ in range(count)
    ]


def store(
    running: Stack, fleet_id: int, ids: Sequence[int], places: Sequence[tuple[float, float]]
) -> None:
    """Write the places into the database as last believed positions."""
    with (
        running.connect() as connection,
        connection.cursor() as cursor,
        cursor.copy(
            "COPY vehicle_live (vehicle_id, fleet_id, recorded_at, received_at, lat, lon, speed,"
            " heading, status) FROM STDIN"
        ) as copy,
    ):
        for vehicle_id, (lat, lon) in zip(ids, places, strict=True):
            copy.write_row((vehicle_id, fleet_id, "now", "now", lat, lon, 9.0, 0.0, 3))


@contextmanager
def moving(
    running: Stack, fleet_id: int, ids: Sequence[int], places: Sequence[tuple[float, float]]
) -> Iterator[None]:
    """Vehicles drive about until the end of the block; a failure is raised there."""
    stopping, failures = threading.Event(), list[BaseException]()

    def drive() -> None:
        try:
            _drive(str(running.settings.redis_url), fleet_id, ids, list(places), stopping)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=drive, name="moving", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(10)
    if failures:
        raise failures[0]


def _drive(
    url: str, fleet_id: int, ids: Sequence[int], at: list[tuple[float, float]],
    stopping: threading.Event,
) -> None:  # fmt: skip
    client, chance, turn = redis.Redis.from_url(url), random.Random(6), 0
    headings = [chance.random() * 360 for _ in ids]
    while not stopping.wait(EVERY_SECONDS):
        turn += 1
        records = []
        for i in range(turn % SLICES, len(ids), SLICES):
            headings[i] += (chance.random() - 0.5) * 40
            way = math.radians(headings[i])
            lat, lon = at[i]
            at[i] = lat + STEP_DEGREES * math.cos(way), lon + 2 * STEP_DEGREES * math.sin(way)
            records.append(_record(ids[i], *at[i], headings[i]))
        client.publish(f"live:{fleet_id}", b"".join(records))
    client.close()


def _record(vehicle_id: int, lat: float, lon: float, heading: float) -> bytes:
    return pack_position(
        LivePosition(vehicle_id=vehicle_id, lat=lat, lon=lon, speed=9.0, heading=heading % 360,
                     battery=80.0, recorded_at=time.time(), status=MotionStatus.MOVING)
    )  # fmt: skip
