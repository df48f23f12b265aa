"""The stores that every other test relies on."""

from __future__ import annotations

import redis

from fleet_app.bootstrap import Container
from fleet_app.runtime import migrations
from fleet_app.settings import Settings


def test_database_of_a_test_is_at_the_current_schema(database_url: str) -> None:
    assert migrations.head() is not None
    assert migrations.current(database_url) == migrations.head()


def test_an_empty_database_has_no_revision(empty_database_url: str) -> None:
    assert migrations.current(empty_database_url) is None


def test_valkey_syncs_every_write(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.config_get("append*")["appendfsync"] == "always"
        assert client.config_get("appendonly")["appendonly"] == "yes"
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        assert client.config_get("save")["save"] == ""


async def test_container_uses_the_stores_of_the_test(
    container: Container, settings: Settings
) -> None:
    assert container.settings is settings
    assert await container.redis.ping()
