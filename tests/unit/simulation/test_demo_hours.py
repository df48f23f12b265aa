"""The demo at every hour of a day that it was first started on, and where there is no map."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from fleet_app.bootstrap import Container
from fleet_app.delivery import life
from fleet_app.delivery.models import Delivery
from fleet_app.simulation.seed import seed_demo
from tests.unit.simulation.company import NOON, counts, require_sound, rows
from tests.unit.simulation.maps import write_big_town


async def test_at_any_hour_something_is_under_way(container: Container, tmp_path: Path) -> None:
    home = write_big_town(tmp_path)
    midnight = NOON.replace(hour=0, minute=1)
    for hours in (0.4, 6.6, 15, 22):
        now = midnight + timedelta(hours=hours)
        await seed_demo(container, home, now)
        today = [one.status for one in await rows(container, Delivery) if one.due_on == now.date()]
        assert set(today) & life.UNDER_WAY, now
    await require_sound(container)


async def test_without_addresses_there_are_people_and_vehicles_all_the_same(
    container: Container, tmp_path: Path
) -> None:
    await seed_demo(container, tmp_path, NOON)
    found = await counts(container)
    assert (found["Vehicle"], found["Depot"], found["Delivery"]) == (25, 3, 1)
    await require_sound(container)
