"""`./fleet map …`: the offline map."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fleet_app.cli.problems import explained

commands = typer.Typer(no_args_is_help=True, help="The offline map and road network.")


def register(app: typer.Typer) -> None:
    """Add this group to the command line."""
    app.add_typer(commands, name="map")


@commands.command()
def build(
    extract: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="An OpenStreetMap .osm.pbf file.")
    ],
    force: Annotated[bool, typer.Option("--force", help="Build even when nothing changed.")]
    = False,
) -> None:  # fmt: skip
    """Make the basemap and the road data from an OpenStreetMap extract."""
    from fleet_app.cli.progress import say
    from fleet_app.mapbuild.build import build_map
    from fleet_app.mapbuild.errors import MapBuildError
    from fleet_app.settings import get_settings

    with explained(MapBuildError):
        build_map(extract, get_settings().home, say, force=force)
