"""`./fleet user …` and `./fleet fleets`: who may sign in, and for which fleet."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from fleet_app.cli.problems import Problem, explained

if TYPE_CHECKING:
    from fleet_app.bootstrap import Container

commands = typer.Typer(no_args_is_help=True, help="Users.")


Email = Annotated[str, typer.Argument(help="What the user signs in with.")]
RoleName = Annotated[
    str,
    typer.Option(help="system_admin, fleet_manager, dispatcher, driver or customer."),
]
Name = Annotated[str, typer.Option(help="Shown to others; the part before @ when not given.")]
OldFleet = Annotated[
    str, typer.Option(metavar="ID_OR_NAME", help="The user's fleet; ./fleet fleets lists them.")
]
FleetName = Annotated[str, typer.Option(metavar="NAME", help="Make this fleet for the user.")]
TimeZone = Annotated[
    str, typer.Option(metavar="AREA/CITY", help="Of the new fleet; UTC when not given.")
]
Licence = Annotated[str, typer.Option(metavar="NUMBER", help="A driver's driving licence.")]
Plate = Annotated[str, typer.Option(metavar="REGISTRATION", help="The vehicle a driver drives.")]
Password = Annotated[
    str,
    typer.Option(
        envvar="FLEET_NEW_PASSWORD",
        help="Asked for when not given; a command line is visible to others.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add this group to the command line."""
    app.add_typer(commands, name="user")
    app.command()(fleets)


@commands.command()
def create(  # noqa: PLR0917 - the command line's options
    email: Email,
    role: RoleName,
    name: Name = "",
    fleet: OldFleet = "",
    new_fleet: FleetName = "",
    time_zone: TimeZone = "",
    license: Licence = "",
    vehicle: Plate = "",
    password: Password = "",
) -> None:
    """Create a user. Everybody but a system_admin belongs to one fleet.

    For example: ./fleet user create me@example.com --role fleet_manager
    --new-fleet "My couriers" --time-zone Europe/Helsinki
    """
    from fleet_app.cli.new_user import NewUser
    from fleet_app.cli.records import ask, records
    from fleet_app.kernel.errors import FleetError

    wanted = NewUser(email, role, name, fleet, new_fleet, time_zone, license, vehicle)
    with explained(FleetError):
        wanted.check()
    with records():
        ask(wanted.look_up)
        for line in ask(partial(wanted.create, password=password or _ask_password())):
            print(line)


@commands.command()
def assign(
    email: Annotated[str, typer.Argument(help="The driver.")],
    vehicle: Annotated[
        str, typer.Option(metavar="REGISTRATION", help="The vehicle driven from now on.")
    ],
) -> None:
    """Give a driver another vehicle."""
    from fleet_app.cli.records import ask, records

    with records():
        print(ask(partial(_assign, email=email, plate=vehicle)))


def fleets() -> None:
    """List the fleets: id, name and time zone."""
    from fleet_app.cli.records import ask, records

    with records():
        lines = ask(_fleets)
    print("\n".join(lines) or "No fleets yet; ./fleet user create … --new-fleet NAME makes one.")


def _ask_password() -> str:
    from fleet_app.identity.errors import WeakPassword
    from fleet_app.identity.passwords import check_policy

    def checked(password: str) -> str:
        try:
            check_policy(password)
        except WeakPassword as error:
            raise typer.BadParameter(error.message) from None
        return password

    answer: str = typer.prompt(
        "Password", hide_input=True, confirmation_prompt=True, value_proc=checked
    )
    return answer


async def _fleets(container: Container) -> list[str]:
    from fleet_app.fleet.register import FleetRegister

    async with container.work() as session:
        found = await FleetRegister(session).fleets()
    return [f"{fleet.id:6}  {fleet.name}  ({fleet.time_zone})" for fleet in found]


async def _assign(container: Container, email: str, plate: str) -> str:
    from fleet_app.cli.new_user import existing_fleet, existing_vehicle
    from fleet_app.fleet.register import FleetRegister

    user = await container.identity.user_by_email(email)
    async with container.work() as session:
        register = FleetRegister(session)
        driver = await register.driver_of(user.id or 0) if user is not None else None
        if driver is None:
            raise Problem(f"there is no driver {email}")
        fleet = await existing_fleet(register, str(driver.fleet_id), "driver")
        vehicle = await existing_vehicle(register, fleet, plate)
        driver.vehicle_id = vehicle.id
    return f"{driver.name} drives {vehicle.registration_number}."
