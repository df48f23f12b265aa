"""The broadcaster: who gets which frames, and what they hold."""

from __future__ import annotations

import asyncio

import pytest

from fleet_app.location.frames import HEADER, FrameKind, decode_frame
from fleet_app.location.ports import RESUBSCRIBED
from tests.builders.broadcast import at, ids, running


async def test_a_session_that_joins_gets_everything_then_what_changes(world):
    world.stored = {1: [at(1), at(2)]}
    world.members = {"fleet:1"}
    async with running(world):
        kind, sequence, _, found = decode_frame(await world.broadcaster.snapshot(1))
        assert (kind, ids(found)) == (FrameKind.SNAPSHOT, [1, 2])
        await asyncio.sleep(0.1)
        world.emitted.clear()
        world.announce(1, at(2, 0, lat=61.0), at(3, 0))
        await asyncio.sleep(0.1)
    ((kind, next_sequence, found),) = world.frames("fleet:1")
    assert (kind, ids(found)) == (FrameKind.DELTA, [2, 3])
    assert next_sequence > sequence


async def test_every_snapshot_says_when_silence_means_offline(world):
    world.stored = {1: [at(1)]}
    async with running(world):
        snapshots = [
            await world.broadcaster.snapshot(1),
            await world.broadcaster.vehicle_snapshot(1, 1),
        ]
    assert [HEADER.unpack_from(frame)[2] for frame in snapshots] == [120, 120]


async def test_a_snapshot_holds_every_announcement_before_its_sequence(world):
    world.stored = {1: [at(v) for v in range(1, 6)]}
    world.members = {"fleet:1"}
    async with running(world):
        for round_number in range(40):
            world.announce(1, at(1 + round_number % 5, 0, lat=50 + round_number / 10))
            if round_number == 20:
                frame = decode_frame(await world.broadcaster.snapshot(1))
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.1)
        final = {p.vehicle_id: p for p in decode_frame(await world.broadcaster.snapshot(1))[3]}
    _, at_sequence, _, found = frame
    seen = {p.vehicle_id: p for p in found}
    sequences = []
    for kind, sequence, positions in world.frames("fleet:1"):
        if kind is FrameKind.DELTA and sequence > at_sequence:
            sequences.append(sequence)
            seen |= {p.vehicle_id: p for p in positions}
    assert seen == final
    assert sequences == list(range(at_sequence + 1, at_sequence + 1 + len(sequences)))


async def test_many_fixes_of_a_vehicle_become_one_record_of_one_frame(world):
    world.stored = {1: [at(1, 60)]}
    world.members = {"fleet:1"}
    async with running(world):
        await world.broadcaster.snapshot(1)
        await asyncio.sleep(0.1)
        world.emitted.clear()
        for step in range(30):
            world.announce(1, at(1, 30 - step, lat=60 + step / 100))
        await asyncio.sleep(0.1)
    frames = world.frames("fleet:1")
    assert len(frames) == 1
    assert frames[0][2][0].lat == pytest.approx(60.29)


async def test_an_older_announcement_does_not_move_a_marker_back(world):
    world.stored = {1: [at(1, 5, lat=60.5)]}
    async with running(world):
        await world.broadcaster.snapshot(1)
        world.announce(1, at(1, 50, lat=59.0))
        await asyncio.sleep(0.05)
        found = decode_frame(await world.broadcaster.snapshot(1))[3]
    assert found[0].lat == pytest.approx(60.5)


async def test_nothing_is_emitted_to_rooms_without_members(world):
    world.stored = {1: [at(1)]}
    async with running(world):
        await world.broadcaster.snapshot(1)
        world.announce(1, at(1, 0))
        await asyncio.sleep(0.15)
    assert world.emitted == []
    assert world.statuses == []


async def test_a_customers_room_gets_its_vehicle_and_no_other(world):
    world.stored = {1: [at(1), at(2)]}
    world.members = {"vehicle:2"}
    async with running(world):
        kind, sequence, _, found = decode_frame(await world.broadcaster.vehicle_snapshot(1, 2))
        assert (kind, ids(found)) == (FrameKind.SNAPSHOT, [2])
        assert decode_frame(await world.broadcaster.vehicle_snapshot(1, 99))[3] == []
        await asyncio.sleep(0.05)
        world.emitted.clear()
        world.announce(1, at(1, 0), at(2, 0))
        await asyncio.sleep(0.05)
    assert [room for room, *_ in world.emitted] == ["vehicle:2"]
    ((_, next_sequence, found),) = world.frames("vehicle:2")
    assert ids(found) == [2]
    assert next_sequence > sequence


async def test_a_hundred_sessions_that_join_at_once_cost_one_read(world):
    world.stored = {1: [at(1)]}
    await asyncio.gather(*(world.broadcaster.snapshot(1) for _ in range(100)))
    assert world.reads == 1


async def test_after_a_gap_in_the_announcements_everybody_gets_a_snapshot(world):
    world.stored = {1: [at(1)]}
    world.members = {"fleet:1"}
    async with running(world):
        await world.broadcaster.snapshot(1)
        await asyncio.sleep(0.1)
        world.emitted.clear()
        world.stored = {1: [at(1, 0, lat=62.0), at(2)]}
        world.news.put_nowait(RESUBSCRIBED)
        await asyncio.sleep(0.15)
    snapshots = [found for kind, _, found in world.frames("fleet:1") if kind is FrameKind.SNAPSHOT]
    assert len(snapshots) == 1
    assert {p.vehicle_id: round(p.lat) for p in snapshots[0]} == {1: 62, 2: 60}
