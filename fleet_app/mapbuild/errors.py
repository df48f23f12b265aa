"""What can go wrong while a map is built. Every message is fit for the terminal."""

from __future__ import annotations

from pathlib import Path

from fleet_app.kernel.errors import FleetError


class MapBuildError(FleetError):
    """A map could not be built; the map built before, if any, is untouched."""

    type = "map_build_failed"


class ExtractUnreadable(MapBuildError):
    """The extract is missing, damaged, or not an `.osm.pbf` file."""

    type = "extract_unreadable"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot read the map extract {path}: {reason}")
        self.path = path
        self.reason = reason


class ProgramFailed(MapBuildError):
    """A bundled program is missing or stopped with an error; `output` holds its last lines."""

    type = "map_program_failed"

    def __init__(self, program: str, reason: str, output: str = "") -> None:
        detail = f"\n{output}" if output else ""
        super().__init__(f"{program} {reason}{detail}")
        self.program = program
        self.output = output


class BuildInProgress(MapBuildError):
    """Another process is building the map of this installation at this moment."""

    type = "map_build_running"

    def __init__(self, home: Path) -> None:
        super().__init__(f"another process is building the map in {home}; wait for it to finish")
        self.home = home
