"""`./fleet db …`: the schema of the database."""

from __future__ import annotations

import typer

from fleet_app.cli.problems import explained

commands = typer.Typer(no_args_is_help=True, help="The database schema.")


def register(app: typer.Typer) -> None:
    """Add this group to the command line."""
    app.add_typer(commands, name="db")


@commands.command()
def upgrade() -> None:
    """Bring the database to the schema of this version."""
    from fleet_app.cli.progress import detail
    from fleet_app.runtime import migrations
    from fleet_app.runtime.engines import embedded_engines
    from fleet_app.settings import get_settings

    with explained(), embedded_engines(get_settings(), detail) as urls:
        before = migrations.current(urls.database)
        migrations.upgrade(urls.database)
        after = migrations.current(urls.database)
    print(f"The schema is at {after}." if before == after else f"Upgraded: {before} -> {after}.")
