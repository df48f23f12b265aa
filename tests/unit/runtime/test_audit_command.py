"""`./fleet audit verify` against a real database."""

from __future__ import annotations

import asyncio

import psycopg

from fleet_app.access.actor import SYSTEM
from fleet_app.audit.trail import note
from fleet_app.bootstrap import Container
from tests.builders import command_line
from tests.builders.command_line import Result
from tests.builders.people import a_fleet


async def verify(*arguments: str) -> Result:
    return await asyncio.to_thread(command_line.fleet, "audit", "verify", *arguments)


async def test_a_sound_log_and_a_broken_one(container: Container):
    empty = await verify()
    assert (empty.returncode, empty.stdout.strip()) == (0, "The audit log is empty.")
    fleets = [await a_fleet(container, "North"), await a_fleet(container, "South")]
    for fleet_id in (*fleets, None):
        async with container.work() as session:
            for number in range(3):
                note(session, SYSTEM, "update", kind="vehicle", object_id=number, fleet_id=fleet_id)
    sound = await verify()
    assert sound.returncode == 0, sound.stderr
    assert sound.stdout.count("3 entries, all as they were written") == 3
    url = container.database_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "DELETE FROM audit_entries WHERE chain = %s AND sequence = 2", (fleets[0],)
        )
    broken = await verify()
    assert broken.returncode == 1
    assert f"✗ Fleet {fleets[0]} (North): broken at entry 2. Entry 2 is missing." in broken.stdout
    assert broken.stdout.count("✓") == 2
    assert (await verify("--fleet", "South")).returncode == 0
    assert (await verify("--fleet", "North")).returncode == 1
    assert (await verify("--fleet", "Nowhere")).returncode == 1
