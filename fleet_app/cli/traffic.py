"""`./fleet simulate` and `./fleet replay`: vehicles that use the public API."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fleet_app.cli.problems import explained

if TYPE_CHECKING:
    from fleet_app.simulation.logins import Login


def register(app: typer.Typer) -> None:
    """Add this group to the command line."""
    app.command()(simulate)
    app.command()(replay)


def simulate(
    url: Annotated[str, typer.Option(help="Where the product runs; this machine by default.")] = "",
    vehicles: Annotated[int, typer.Option(min=1, help="How many vehicles drive.")] = 25,
    seed: Annotated[int, typer.Option(help="Another seed, another day.")] = 1,
    speedup: Annotated[
        float, typer.Option(min=0.1, max=3.0, help="How much faster than the clock.")
    ] = 1.0,
    past_days: Annotated[
        int,
        typer.Option(
            min=0,
            max=14,
            help="Tell a new demo so many days that are over, and let something happen at once.",
        ),
    ] = 0,
) -> None:
    """Let the demo fleet drive real roads, posting positions with its drivers' own logins."""
    from fleet_app.kernel.errors import FleetError
    from fleet_app.settings import get_settings
    from fleet_app.simulation.api import Refused
    from fleet_app.simulation.logins import LoginsUnreadable
    from fleet_app.simulation.simulate import main

    _log_plainly()
    with explained(FleetError, LoginsUnreadable, Refused, ValueError):
        main(url or _local(), vehicles, seed, speedup, get_settings().home, past_days)


def replay(  # noqa: PLR0917 - the command line's options
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False,
            help="CSV (or .csv.gz) with vehicle_id, timestamp, latitude, longitude and, "
            "if there are, speed and heading.",
        ),
    ],
    url: Annotated[str, typer.Option(help="Where the product runs; this machine by default.")] = "",
    speed: Annotated[
        float, typer.Option(min=0, help="How many times faster; 0 is as fast as it goes.")
    ] = 10.0,
    until_now: Annotated[
        bool, typer.Option("--until-now", help="Shift the times so that the trace ends now.")
    ] = False,
    limit_vehicles: Annotated[
        int | None, typer.Option(min=1, help="Only the first so many vehicles.")
    ] = None,
    speed_unit: Annotated[str, typer.Option(help="Unit of the speed column.")] = "mps",
    email: Annotated[
        str,
        typer.Option(help="Fleet manager who adds the vehicles; the demo's own unless given. "
                     "The password is asked for, or taken from FLEET_PASSWORD."),
    ] = "",
) -> None:  # fmt: skip
    """Post a recorded trace, creating vehicles and devices as needed."""
    from fleet_app.kernel.errors import FleetError
    from fleet_app.settings import get_settings
    from fleet_app.simulation.api import Refused
    from fleet_app.simulation.logins import LoginsUnreadable
    from fleet_app.simulation.replay import main
    from fleet_app.simulation.trace import BadTrace

    _log_plainly()
    home = get_settings().home
    with explained(FleetError, LoginsUnreadable, Refused, BadTrace, ValueError):
        manager = _manager(email) if email else None
        main(file, url or _local(), speed, home, until_now, limit_vehicles, speed_unit, manager)


def _manager(email: str) -> Login:
    from fleet_app.simulation.logins import Login

    password = os.environ.get("FLEET_PASSWORD") or typer.prompt("Password", hide_input=True)
    return Login(email=email, password=password, name=email, role="fleet_manager")


def _log_plainly() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)


def _local() -> str:
    from fleet_app.runtime.product import local_url
    from fleet_app.settings import get_settings

    return local_url(get_settings())
