"""The demo's data: complete, the same at every start, and with no password in the code."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.tracking import find_tracked
from fleet_app.fleet.models import Driver, Fleet, Vehicle, VehicleType
from fleet_app.identity.errors import WrongCredentials
from fleet_app.identity.models import User
from fleet_app.kernel.clock import utc_now
from fleet_app.location.geofences.models import Geofence
from fleet_app.notification.defaults import DEFAULT_RULES
from fleet_app.notification.models import AlertRule
from fleet_app.simulation import cast, logins
from fleet_app.simulation.seed import seed_demo
from tests.engines import TestStores
from tests.unit.simulation.conftest import Demo


@pytest.fixture
def database_url(stores: TestStores, demo: Demo) -> Iterator[str]:
    """The demo's data."""
    with stores.copy_of(demo.database_url) as url:
        yield url


@pytest.fixture
def home(demo: Demo, tmp_path: Path) -> Path:
    """The demo's logins."""
    return demo.copy_home(tmp_path)


async def count(container: Container, table: type) -> int:
    async with container.work() as session:
        return (await session.exec(select(func.count()).select_from(table))).one()


async def test_every_login_works_and_belongs_where_it_should(
    container: Container, demo: Demo
) -> None:
    found = demo.logins
    for login in (found.administrator, found.manager, found.dispatcher, found.drivers[3]):
        account = await container.identity.sign_in(login.email, login.password, "test")
        assert account.principal.role is Role(login.role)
        assert (account.principal.fleet_id is None) == (login.role == "system_admin")
    assert account.principal.vehicle_id is not None


async def test_a_second_start_changes_nothing(container: Container, demo: Demo, home: Path) -> None:
    assert await seed_demo(container, home) == demo.logins
    assert await count(container, User) == 29
    assert await count(container, Vehicle) == 25
    assert await count(container, Driver) == 30
    assert await count(container, Fleet) == 1


async def test_another_installation_has_other_secrets(
    container: Container, demo: Demo, tmp_path: Path
) -> None:
    first, second = demo.logins, await seed_demo(container, tmp_path / "another")
    passwords = {login.password for found in (first, second) for login in found.people}
    assert len(passwords) == 58
    assert first.tracking_token != second.tracking_token


async def test_a_lost_file_means_new_passwords_for_the_same_people(
    container: Container, demo: Demo, home: Path
) -> None:
    old = demo.logins
    (home / logins.FILE).unlink()
    new = await seed_demo(container, home)
    await container.identity.sign_in(new.dispatcher.email, new.dispatcher.password, "test")
    with pytest.raises(WrongCredentials):
        await container.identity.sign_in(old.dispatcher.email, old.dispatcher.password, "test")
    assert await count(container, User) == 29


async def test_a_start_that_was_cut_off_is_made_good(
    container: Container, demo: Demo, home: Path
) -> None:
    found = demo.logins
    fresh = logins.load(home)
    fresh.dispatcher.password, fresh.stored = "cut-off-before-storing", False
    logins.save(home, fresh)
    await seed_demo(container, home)
    await container.identity.sign_in(found.dispatcher.email, "cut-off-before-storing", "test")


async def test_the_tracking_link_shows_the_vehicle(container: Container, demo: Demo) -> None:
    found = demo.logins
    async with container.work() as session:
        tracked = await find_tracked(session, found.tracking_token)
    assert tracked.tracking_number == found.tracking_number
    assert tracked.vehicle_id is not None
    assert found.tracking_url("https://x").startswith("https://x/track/")


async def test_the_device_tokens_work(container: Container, demo: Demo) -> None:
    found = demo.logins
    for device in found.devices:
        assert (await container.authenticator.device(device.token)).vehicle_id > 0


async def test_only_the_owner_can_read_the_logins(demo: Demo) -> None:
    assert stat.S_IMODE((demo.home / logins.FILE).stat().st_mode) == 0o600


def test_a_missing_or_damaged_file_is_named(tmp_path: Path) -> None:
    home = tmp_path
    with pytest.raises(logins.LoginsUnreadable, match=r"demo-logins\.json does not exist"):
        logins.load(home)
    (home / logins.FILE).write_text("{")
    with pytest.raises(logins.LoginsUnreadable, match="cannot be read"):
        logins.load(home)


def test_the_cast_is_a_mixed_fleet_with_names_and_plates_of_its_own() -> None:
    assert len(cast.CREWS) == 25
    assert {crew.type for crew in cast.CREWS} == set(VehicleType)
    assert len({crew.registration for crew in cast.CREWS}) == 25
    assert len({crew.email for crew in cast.CREWS}) == 25
    assert all(crew.email.isascii() for crew in cast.CREWS)


async def test_zones_and_rules_are_there_once_and_what_was_deleted_stays_away(
    container: Container, demo: Demo, home: Path
) -> None:
    assert await count(container, Geofence) == 6  # without a map there are no customers
    async with container.work() as session:
        zones = {zone.external_reference: zone for zone in await session.exec(select(Geofence))}
        assert len(zones["ZONE-STREET"].vehicle_ids) == 23  # two are bicycles
        zones["ZONE-LOW-EMISSION"].deleted_at = utc_now()
        rules = list(await session.exec(select(AlertRule)))
        for rule in rules:
            rule.deleted_at = utc_now()
    assert {rule.name for rule in rules} > {"Speeding", "Delivery failed", "Courier not heard of"}
    (street,) = (rule for rule in rules if rule.geofence_id is not None)
    assert street.geofence_id == zones["ZONE-STREET"].id
    await seed_demo(container, home)
    assert await count(container, Geofence) == 6
    assert await count(container, AlertRule) == len(rules) == len(DEFAULT_RULES) + 2
