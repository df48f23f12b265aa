"""Fixtures every test may ask for. Engines are real and start only when a test needs them."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from fleet_app.bootstrap import Container, get_container
from fleet_app.runtime.browser import BrowserBinary, ensure_chromium
from fleet_app.settings import Settings, get_settings
from tests.builders.people import with_quick_passwords
from tests.engines import TestStores, running_stores

# The client that calls the API without a network looks for this on every request; when it is not
# there, through all that is installed each time, unless it is known to be missing.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]


BUILDS_PAGES = Path(__file__).parent / "e2e" / "test_first_light.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what builds the product's pages: other processes would wait for them later."""
    items.sort(key=lambda item: item.path != BUILDS_PAGES)


def pytest_collection_finish() -> None:
    """Keep the collector of garbage from going through everything imported, again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def stores() -> Iterator[TestStores]:
    """PostgreSQL and Valkey of this session."""
    with running_stores() as running:
        yield running


@pytest.fixture
def database_url(stores: TestStores) -> Iterator[str]:
    """A database of its own for one test, at the current schema."""
    with stores.database() as url:
        yield url


@pytest.fixture
def empty_database_url(stores: TestStores) -> Iterator[str]:
    """A database of its own for one test, without any table."""
    with stores.database(migrated=False) as url:
        yield url


@pytest.fixture
def redis_url(stores: TestStores) -> str:
    """Valkey, emptied for one test."""
    return stores.empty_redis()


@pytest.fixture
def settings(
    stores: TestStores, database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """Settings of one test's own stores, also what `get_settings()` and child processes see."""
    monkeypatch.setenv("FLEET_HOME", str(stores.home))
    monkeypatch.setenv("FLEET_DATABASE_URL", database_url)
    monkeypatch.setenv("FLEET_REDIS_URL", redis_url)
    get_settings.cache_clear()
    get_container.cache_clear()
    yield get_settings()
    get_settings.cache_clear()
    get_container.cache_clear()


@pytest.fixture
async def container(settings: Settings, stores: TestStores) -> AsyncIterator[Container]:
    """The services of one test, on its own stores; the same `get_container()` returns."""
    container = with_quick_passwords(get_container())
    container.__dict__["engine"] = stores.engine(container.database_url)
    await container.start()
    try:
        yield container
    finally:
        await container.close()


@pytest.fixture(scope="session")
def chromium() -> BrowserBinary:
    """A Chromium that starts on this machine, fetched once when there is none."""
    return ensure_chromium(Settings().home)


@pytest.fixture(scope="session")
async def browser(chromium: BrowserBinary) -> AsyncIterator[Browser]:
    """A running browser; take a fresh context from it for each person: `browser.new_context()`."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=chromium.path,
            args=list(chromium.args),
            env={**os.environ, **chromium.env},
        )
        yield running
        await running.close()
