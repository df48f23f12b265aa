"""The vehicle grid as a Reflex component."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.live.events import one_id
from fleet_app.web.components.live.sources import VEHICLE_GRID


class VehicleGrid(rx.NoSSRComponent):
    """AG Grid over `GET /api/v1/vehicles`. Fills its parent, which must have a height."""

    library = VEHICLE_GRID.importable_path
    tag = "VehicleGrid"
    lib_dependencies: list[str] = ["ag-grid-community@36.2.0", "ag-grid-react@36.2.0"]

    theme: rx.Var[str]
    """`light` or `dark`; anything else follows the page."""
    selected: rx.Var[int]
    """Id of the selected vehicle, 0 for none; its row is scrolled into view."""
    status_filter: rx.Var[Any]
    """Statuses to list: a list, or a comma-separated text; empty or `all` lists every vehicle."""
    search: rx.Var[str]
    """Search text, matched by the server."""
    fleet: rx.Var[int]
    """Id of the fleet on the screen, for administrators, who see several; 0 is the own one."""
    version: rx.Var[int]
    """A counter: the rows are fetched again whenever it changes."""
    empty_text: rx.Var[str]
    """What to say when the fleet has no vehicles."""

    on_row_select: rx.EventHandler[one_id]


def vehicle_grid(**props: Any) -> rx.Component:
    """The vehicle grid; see `VehicleGrid` for its properties and events."""
    return VehicleGrid.create(**props)
