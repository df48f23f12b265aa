"""`./fleet demo` and `./fleet up`: the whole product, with and without demo data."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from fleet_app.cli.problems import explained
from fleet_app.cli.progress import Steps, detail, say

if TYPE_CHECKING:
    from fleet_app.settings import Settings
    from fleet_app.simulation.logins import DemoLogins

ROLES = {
    "system_admin": "System administrator",
    "fleet_manager": "Fleet manager",
    "dispatcher": "Dispatcher",
    "driver": "Driver",
}


def register(app: typer.Typer) -> None:
    """Add this group to the command line."""
    app.command()(demo)
    app.command()(up)


def demo(
    vehicles: Annotated[int, typer.Option(min=1, help="How many vehicles drive.")] = 25,
) -> None:
    """Run everything with a demo fleet driving through Helsinki, until Ctrl-C."""
    from fleet_app.kernel.errors import FleetError

    # Nobody but this machine reaches the demo, and trying it out is what it is for.
    os.environ.setdefault("FLEET_SIGN_UP", "open")
    steps = Steps(7)
    with explained(FleetError), _engines(steps) as settings:
        _migrate(steps, settings)
        with steps.step("Map of Helsinki"):
            _demo_map(settings)
        with steps.step("Demo fleet"):
            logins = asyncio.run(_seed(settings))
        _build_pages(steps, settings)
        _run(steps, settings, vehicles, logins)


def up() -> None:
    """Run everything, until Ctrl-C."""
    from fleet_app.kernel.errors import FleetError

    steps = Steps(5)
    with explained(FleetError), _engines(steps) as settings:
        _migrate(steps, settings)
        _complete_map(settings)
        _build_pages(steps, settings)
        _run(steps, settings, 0, None)


@contextmanager
def _engines(steps: Steps) -> Iterator[Settings]:
    """Settings with the URLs of running stores, embedded where none are configured."""
    from fleet_app.runtime import web
    from fleet_app.runtime.engines import embedded_engines
    from fleet_app.settings import get_settings

    with steps.step("Settings, port and disk"):
        web.check_shared_state(get_settings())
        web.listen(get_settings()).close()
        get_settings().home.mkdir(parents=True, exist_ok=True)
    running = embedded_engines(get_settings(), detail)
    with steps.step("PostgreSQL and Valkey"):
        running.__enter__()
    try:
        yield get_settings()
    finally:
        running.__exit__(None, None, None)


def _migrate(steps: Steps, settings: Settings) -> None:
    from fleet_app.runtime import migrations

    with steps.step("Database schema"):
        migrations.upgrade(settings.database_url or "")


async def _seed(settings: Settings) -> DemoLogins:
    from fleet_app.bootstrap import Container
    from fleet_app.simulation.seed import seed_demo

    container = Container(settings)
    try:
        return await seed_demo(container, settings.home)
    finally:
        await container.close()


def _demo_map(settings: Settings) -> None:
    """The map of Helsinki, unless this installation has been given another one."""
    from fleet_app.mapbuild.build import build_map
    from fleet_app.mapbuild.demo_extract import helsinki_extract

    build_map(helsinki_extract(settings.home, detail), settings.home, detail)


def _complete_map(settings: Settings) -> None:
    """What an installed map lacks, from the extract it was built from; never in the way."""
    from fleet_app.mapbuild.build import complete_map
    from fleet_app.mapbuild.errors import MapBuildError

    try:
        complete_map(settings.home, detail)
    except MapBuildError as error:
        detail(error.message)


def _build_pages(steps: Steps, settings: Settings) -> None:
    from fleet_app.runtime.frontend import Frontend

    with steps.step("Pages for the browser"):
        Frontend(settings.home).build(detail)


def _run(steps: Steps, settings: Settings, vehicles: int, logins: DemoLogins | None) -> None:
    from fleet_app.runtime import web
    from fleet_app.runtime.product import (
        run_until_stopped,
        simulate_service,
        web_services,
        worker_service,
    )

    with web.listen(settings) as listener, steps.begin("Starting") as done:
        services = [*web_services(settings, listener), worker_service()]
        if logins is not None:
            services.append(simulate_service(settings, vehicles))

        def started() -> None:
            done()
            _welcome(settings, logins)

        run_until_stopped(services, settings.home, say, started)
    say("Stopped. Your data is kept in " + str(settings.home))


def _welcome(settings: Settings, logins: DemoLogins | None) -> None:
    say(f"\n  Live fleet tracking runs at {settings.origin}\n")
    for line in first_steps(settings) if logins is None else doors(settings, logins):
        say(f"  {line}" if line else "")
    say("\n  Ctrl-C stops everything; data survives.\n")


def first_steps(settings: Settings) -> Iterator[str]:
    """What to do with an installation that runs but may be empty."""
    if not (settings.home / "map" / "basemap.pmtiles").exists():
        yield "No map yet: ./fleet map build EXTRACT.osm.pbf makes one from OpenStreetMap data.\n"
    yield "Users are made in a second terminal; the password is asked for. The first manager:"
    yield '  ./fleet user create me@example.com --role fleet_manager --new-fleet "My couriers" \\'
    yield "      --time-zone Europe/Helsinki"
    if settings.sign_up == "open":
        yield f"Or make a fleet in the browser: {settings.origin}/sign-up"
    yield "Somebody who sees every fleet:"
    yield "  ./fleet user create admin@example.com --role system_admin"


def doors(settings: Settings, logins: DemoLogins) -> Iterator[str]:
    """The ways into the demo: logins in columns, and the customer's page."""
    people = (logins.dispatcher, logins.manager, logins.administrator, logins.drivers[0])
    roles = [ROLES.get(login.role, login.role) for login in people]
    widths = max(map(len, roles)), max(len(login.email) for login in people)
    for role, login in zip(roles, people, strict=True):
        yield f"{role:{widths[0]}}  {login.email:{widths[1]}}  password {login.password}"
    yield ""
    if settings.sign_up == "open":
        yield f"A fleet of your own: {settings.origin}/sign-up"
    yield f"A customer's tracking page: {logins.tracking_url(settings.origin)}"
