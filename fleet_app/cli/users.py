"""`./fleet user …`: who may sign in."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from fleet_app.cli.problems import explained

commands = typer.Typer(no_args_is_help=True, help="Users.")


def register(app: typer.Typer) -> None:
    """Add this group to the command line."""
    app.add_typer(commands, name="user")


@commands.command()
def create(
    email: Annotated[str, typer.Argument(help="What the user signs in with.")],
    role: Annotated[
        str, typer.Option(help="system_admin, fleet_manager, dispatcher, driver or customer.")
    ],
    name: Annotated[str, typer.Option(help="Shown to others; the part before @ when not given.")]
    = "",
    fleet: Annotated[int | None, typer.Option(help="Fleet id; none for a system_admin.")] = None,
    password: Annotated[
        str,
        typer.Option(
            prompt=True, confirmation_prompt=True, hide_input=True, envvar="FLEET_NEW_PASSWORD",
            help="Asked for when not given; a command line is visible to others.",
        ),
    ] = "",
) -> None:  # fmt: skip
    """Create a user."""
    from fleet_app.cli.progress import detail
    from fleet_app.kernel.errors import FleetError
    from fleet_app.runtime.engines import embedded_engines
    from fleet_app.settings import get_settings

    with explained(FleetError), embedded_engines(get_settings(), detail):
        user_id = asyncio.run(_create(email, name or email.split("@")[0], role, fleet, password))
    print(f"Created user {user_id}: {email} ({role}).")


async def _create(email: str, name: str, role: str, fleet: int | None, password: str) -> int | None:
    from fleet_app.bootstrap import Container
    from fleet_app.identity.models import Role
    from fleet_app.settings import get_settings

    if role not in list(Role):
        raise RuntimeError(f"there is no role {role!r}; the roles are {', '.join(Role)}")
    container = Container(get_settings())
    try:
        user = await container.identity.create_user(
            email=email, name=name, role=Role(role), password=password, fleet_id=fleet
        )
        return user.id
    finally:
        await container.close()
