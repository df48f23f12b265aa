"""Live positions on a real Valkey."""

from __future__ import annotations

import asyncio

from fleet_app.bootstrap import Container
from fleet_app.location.frames import LivePosition, split_records, unpack_position
from fleet_app.location.models import MotionStatus
from fleet_app.location.ports import RESUBSCRIBED
from fleet_app.storage.live import subscription


def at(vehicle_id=7, **known):
    return LivePosition(
        vehicle_id=vehicle_id,
        lat=60.1,
        lon=24.9,
        recorded_at=1_780_315_200.25,
        status=MotionStatus.MOVING,
        **known,
    )


async def test_a_position_is_kept_for_a_minute_under_its_key(container: Container):
    position = at(speed=12.5, heading=271.5, battery=80.0)
    await container.live.publish(1, [position])
    assert await container.live.get(7) == position
    assert await container.live.get(8) is None
    assert 55 < await container.redis.ttl("vehicle:location:7") <= 60
    fields = await container.redis.hgetall("vehicle:location:7")
    assert fields[b"recorded_at"] == b"2026-06-01T12:00:00.250000+00:00"
    assert fields[b"status"] == b"moving"


async def test_what_becomes_unknown_does_not_keep_its_old_value(container: Container):
    await container.live.publish(1, [at(speed=12.5, heading=90.0, battery=80.0)])
    await container.live.publish(1, [at()])
    assert await container.live.get(7) == at()


async def test_a_listener_hears_all_fleets_and_survives_a_lost_connection(container: Container):
    heard = container.live.listen()
    assert await anext(heard) == RESUBSCRIBED
    await container.live.publish(3, [at(1), at(2)])
    fleet_id, body = await anext(heard)
    assert fleet_id == 3
    assert [unpack_position(record).vehicle_id for _, record in split_records(body)] == [1, 2]
    await container.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    assert await asyncio.wait_for(anext(heard), 5) == RESUBSCRIBED
    await container.live.publish(4, [at(5)])
    assert (await anext(heard))[0] == 4
    await heard.aclose()


async def test_silence_is_not_taken_for_a_lost_connection(container: Container, monkeypatch):
    monkeypatch.setattr(subscription, "POLL_SECONDS", 0.05)
    heard = container.live.listen()
    assert await anext(heard) == RESUBSCRIBED
    waiting = asyncio.ensure_future(anext(heard))
    await asyncio.sleep(0.5)
    assert not waiting.done()
    await container.live.publish(1, [at()])
    assert (await asyncio.wait_for(waiting, 2))[0] == 1
    await heard.aclose()
