"""One running product, and people who use it."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx
import pytest
from playwright.async_api import Browser, Page

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container, get_container
from fleet_app.settings import get_settings
from tests.builders.people import PASSWORD, Person, a_driver, a_fleet, a_person, a_vehicle
from tests.engines import running_stores
from tests.product import Product, running_product


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """Pages, API and worker for the browser tests, with whatever other files left in them.

    Every test makes fleets and people of its own, so a start for each file would show nothing
    more, and takes longer than most of them.
    """
    with _kept.in_use() as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Stop the product that files share when the next test is none of a browser."""
    try:
        yield
    finally:
        if nextitem is None or nextitem.path.parent != item.path.parent:
            _kept.stop()


@contextmanager
def a_product(**more: str) -> Iterator[Product]:
    """A product with `more` in its environment, for one file."""
    with _started(more) as (running, environment), _in(environment):
        yield running


@contextmanager
def _started(more: Mapping[str, str]) -> Iterator[tuple[Product, dict[str, str]]]:
    """A running product and the environment of its processes.

    On engines of its own: its worker would take the log entries of other tests.
    """
    with running_stores() as stores:
        environment = {
            "FLEET_HOME": str(stores.home),
            "FLEET_DATABASE_URL": stores.url_of("migrated"),
            "FLEET_REDIS_URL": stores.redis_url,
            "FLEET_PORT": str(_free_port()),
            **more,
        }
        with ExitStack() as stack:
            with _in(environment):
                running = stack.enter_context(running_product(get_settings()))
            yield running, environment


@contextmanager
def _in(environment: Mapping[str, str]) -> Iterator[None]:
    """With these variables set, which processes that are started again are given, too."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        get_settings.cache_clear()
        yield
    get_settings.cache_clear()


class _Kept:
    """The product that files share. Its environment is there only while one of them has it."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._found: tuple[Product, dict[str, str]] | None = None

    @contextmanager
    def in_use(self) -> Iterator[Product]:
        """Start it, unless it runs already."""
        if self._found is None:
            self._found = self._stack.enter_context(_started({}))
        product, environment = self._found
        with _in(environment):
            yield product

    def stop(self) -> None:
        """Stop it, if it runs."""
        self._stack.close()
        self._found = None


_kept = _Kept()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def backstage(product: Product) -> AsyncIterator[Container]:
    """The services of the running product, to put people and vehicles into its database."""
    container = Container(product.settings)
    await container.start()
    yield container
    await container.close()
    get_container.cache_clear()


@dataclass
class Driver:
    """A signed-in phone: posts fixes of its own vehicle over HTTP."""

    api: httpx.AsyncClient
    vehicle_id: int

    async def post(self, lat: float, lon: float, at: str, **more: object) -> httpx.Response:
        """Post one fix and insist that it was accepted."""
        fix = {"latitude": lat, "longitude": lon, "recorded_at": at, **more}
        answer = await self.api.post("/api/v1/locations", json=fix)
        assert answer.status_code == 200, answer.text
        return answer


@dataclass
class Cast:
    """A fleet with a dispatcher and a driver on the road."""

    fleet_id: int
    dispatcher: Person
    driver: Driver


async def a_signed_in_driver(product: Product, container: Container, fleet_id: int) -> Driver:
    """A driver with a vehicle and an access token."""
    person = await a_person(container, Role.DRIVER, fleet_id)
    vehicle_id = await a_vehicle(container, fleet_id)
    await a_driver(container, person, vehicle_id)
    api = httpx.AsyncClient(base_url=product.url, timeout=20, trust_env=False)
    answer = await api.post(
        "/api/v1/auth/token", json={"email": person.email, "password": PASSWORD}
    )
    assert answer.status_code == 200, answer.text
    api.headers["Authorization"] = f"Bearer {answer.json()['data']['access_token']}"
    return Driver(api, vehicle_id)


@pytest.fixture
async def cast(product: Product, backstage: Container) -> AsyncIterator[Cast]:
    """A fleet of its own for one test."""
    fleet_id = await a_fleet(backstage)
    dispatcher = await a_person(backstage, Role.DISPATCHER, fleet_id)
    driver = await a_signed_in_driver(product, backstage, fleet_id)
    yield Cast(fleet_id, dispatcher, driver)
    await driver.api.aclose()


@pytest.fixture
async def page(browser: Browser, product: Product) -> AsyncIterator[Page]:
    """An empty page of a browser nobody has signed in with."""
    context = await browser.new_context(
        base_url=product.url, viewport={"width": 1440, "height": 900}
    )
    yield await context.new_page()
    await context.close()


async def sign_in(page: Page, person: Person, password: str = PASSWORD) -> None:
    """Go through the sign-in page as a person would."""
    await page.goto("/login")
    await page.fill("input[name=email]", person.email)
    await page.fill("input[name=password]", password)
    await page.click("button[type=submit]")
