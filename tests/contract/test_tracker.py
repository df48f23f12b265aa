"""The tracker on real stores: what is stored, announced, and left alone."""

from __future__ import annotations

import random

import pytest

from fleet_app.bootstrap import Container
from fleet_app.kernel.clock import to_ms
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.location.frames import split_records, unpack_position
from fleet_app.location.models import MotionStatus, QuarantineReason, VehicleLive
from fleet_app.location.tracker import Tracker
from fleet_app.location.tracking.jump import AGREEING
from tests.builders.fixes import LAT, a_batch, a_fix
from tests.builders.people import a_fleet, a_vehicle


async def live_row(container, vehicle_id=1):
    async with container.work() as session:
        return await session.get(VehicleLive, vehicle_id)


async def held(container):
    async with container.pool.connection() as connection:
        rows = await connection.execute(
            "SELECT vehicle_id, extract(epoch FROM recorded_at) * 1000, reason, payload"
            " FROM quarantined_fixes ORDER BY recorded_at"
        )
        return [(v, int(ms), reason, payload) for v, ms, reason, payload in await rows.fetchall()]


async def test_a_fix_becomes_the_live_position(container: Container):
    fix = a_fix(5, speed=8.0, heading=90.0, battery=70.0, accuracy=4.0)
    await container.new_tracker().handle([a_batch(fix, fleet_id=3, received_at_ms=123_456)])
    row = await live_row(container)
    assert (row.fleet_id, to_ms(row.recorded_at), to_ms(row.received_at)) == (
        3, fix.recorded_at_ms, 123_456,
    )  # fmt: skip
    assert (row.lat, row.speed, row.status) == (fix.lat, 8.0, MotionStatus.MOVING)
    assert (await container.live.get(1)).battery == 70.0


async def test_late_fixes_never_move_the_marker_back(container: Container):
    tracker = container.new_tracker()
    await tracker.handle([a_batch(a_fix(100, 900))])
    await tracker.handle([a_batch(a_fix(50, 400), a_fix(60, 500))])
    await container.new_tracker().handle([a_batch(a_fix(70, 600))])  # one that knows the row only
    assert (await live_row(container)).lat == a_fix(100, 900).lat
    assert (await container.live.get(1)).lat == a_fix(100, 900).lat


async def test_a_consumer_that_lost_its_lease_cannot_overwrite_newer_state(container: Container):
    zombie = container.new_tracker()
    await zombie.handle([a_batch(a_fix(0))])
    await container.new_tracker().handle([a_batch(a_fix(100, 900))])
    await zombie.handle([a_batch(a_fix(50, 400))])
    assert (await live_row(container)).lat == a_fix(100, 900).lat


async def test_a_new_tracker_goes_on_where_the_last_one_stopped(container: Container):
    await container.new_tracker().handle([a_batch(a_fix(0, speed=0.0))])
    await container.new_tracker().handle([a_batch(a_fix(200, speed=0.0))])
    assert (await live_row(container)).status == MotionStatus.STOPPED


async def test_impossible_jumps_are_held_until_they_prove_right(container: Container):
    await container.new_tracker().handle([a_batch(a_fix(0))])
    there = [a_fix(10 * i, 60_000, attributes={"a": "\0"}) for i in range(1, AGREEING + 1)]
    for fix in there[:-1]:
        for _ in range(2):  # each of them delivered twice, to trackers without memory
            await container.new_tracker().handle([a_batch(fix, fleet_id=4)])
    assert (await live_row(container)).lat == LAT
    assert [(v, ms, why) for v, ms, why, _ in await held(container)] == [
        (1, fix.recorded_at_ms, QuarantineReason.IMPOSSIBLE_JUMP) for fix in there[:-1]
    ]
    await container.new_tracker().handle([a_batch(there[-1])])
    assert (await live_row(container)).lat == there[-1].lat
    assert await held(container) == []


async def test_quarantined_fixes_do_not_count(container: Container):
    fix = a_fix(0, lat=0.0, lon=0.0, quarantine=QuarantineReason.ZERO_ISLAND)
    await container.new_tracker().handle([a_batch(fix)])
    assert await live_row(container) is None
    assert await container.live.get(1) is None


async def test_any_redelivery_ends_in_the_same_state(container: Container):
    rng = random.Random(7)
    batches = [
        a_batch(a_fix(10 * i, 100 * i, speed=10.0), vehicle_id=1 + i % 3, received_at_ms=i + 1)
        for i in range(60)
    ]
    tracker = container.new_tracker()
    handled = 0
    while handled < len(batches):
        start = max(0, handled - rng.randrange(8))
        handled = min(len(batches), handled + rng.randrange(1, 8))
        await tracker.handle(batches[start:handled], again=start < handled)
        if rng.random() < 0.3:
            tracker = container.new_tracker()
    for vehicle_id in (1, 2, 3):
        last = batches[56 + vehicle_id]
        row = await live_row(container, vehicle_id)
        assert (to_ms(row.recorded_at), row.lat) == (
            last.fixes[-1].recorded_at_ms, last.fixes[-1].lat,
        )  # fmt: skip
    assert await held(container) == []


async def test_a_reader_that_lost_its_lease_moves_nothing_back(container: Container):
    zombie = container.new_tracker()
    await zombie.handle([a_batch(a_fix(0, speed=10.0))])
    await container.new_tracker().handle([a_batch(a_fix(200, 200, speed=10.0))])
    await zombie.handle([a_batch(a_fix(100, 100, speed=10.0))])
    assert (await live_row(container)).lat == a_fix(200, 200).lat
    await zombie.handle([a_batch(a_fix(210, 250, speed=10.0))])
    assert (await live_row(container)).lat == a_fix(210, 250).lat


async def test_all_that_moved_is_announced_once_to_its_fleet(container: Container):
    heard = container.live.listen()
    await anext(heard)
    batches = [a_batch(a_fix(i), vehicle_id=v, fleet_id=2) for i in range(3) for v in (1, 2)]
    await container.new_tracker().handle(batches)
    fleet_id, body = await anext(heard)
    moved = sorted(vehicle_id for vehicle_id, _ in split_records(body))
    assert (fleet_id, moved) == (2, [1, 2])
    await heard.aclose()


class Deaf:
    """Announcements that fail the first time."""

    def __init__(self, live):
        self.live = live
        self.failures = 1

    async def publish(self, fleet_id, positions):
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("The live store")
        await self.live.publish(fleet_id, positions)


async def test_an_announcement_that_failed_is_made_up_for(container: Container):
    tracker = Tracker(container.work, Deaf(container.live))
    batch = a_batch(a_fix(0))
    with pytest.raises(StoreUnavailable):
        await tracker.handle([batch])
    await tracker.handle([batch])
    assert await container.live.get(1) is not None


async def test_after_a_crash_between_storing_and_announcing_it_is_announced(container: Container):
    batch = a_batch(a_fix(0))
    with pytest.raises(StoreUnavailable):
        await Tracker(container.work, Deaf(container.live)).handle([batch])
    heard = container.live.listen()
    await anext(heard)
    await container.new_tracker().handle([batch], again=True)
    _, body = await anext(heard)
    assert unpack_position(body).vehicle_id == 1
    await heard.aclose()


async def test_a_whole_fleet_is_read_at_once(container: Container):
    mine, theirs = await a_fleet(container), await a_fleet(container)
    vehicles = [await a_vehicle(container, fleet_id) for fleet_id in (mine, mine, theirs)]
    for vehicle_id, fleet_id in zip(vehicles, (mine, mine, theirs), strict=True):
        fix = a_fix(vehicle_id, speed=9.0)
        batch = a_batch(fix, vehicle_id=vehicle_id, fleet_id=fleet_id)
        await container.new_tracker().handle([batch])
    unregistered = a_batch(a_fix(9), vehicle_id=999, fleet_id=mine)
    await container.new_tracker().handle([unregistered])
    read = await container.live_view.fleet_positions(mine)
    assert sorted(p.vehicle_id for p in read.positions) == vehicles[:2]
    assert {p.status for p in read.positions} == {MotionStatus.MOVING}
    assert read.vehicles == 2
