"""The live map as a Reflex component."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.live.events import no_arguments, one_flag, one_id
from fleet_app.web.components.live.sources import FLEET_MAP
from fleet_app.web.components.zones.sources import LIBRARIES as ZONE_SCRIPTS

assert "useZoneLayer.js" in ZONE_SCRIPTS  # the map imports it


class FleetMap(rx.NoSSRComponent):
    """MapLibre map with the fleet drawn over it. Fills its parent, which must have a height."""

    library = FLEET_MAP.importable_path
    tag = "FleetMap"
    lib_dependencies: list[str] = ["maplibre-gl@6.17.0", "pmtiles@4.5.0"]

    frame: rx.Var[Any]
    """The live frame as the broadcaster sends it; `""` means no change."""
    theme: rx.Var[str]
    """`light` or `dark`; anything else follows the page."""
    selected: rx.Var[int]
    """Id of the selected vehicle, 0 for none."""
    follow: rx.Var[bool]
    """Keep the selected vehicle in view."""
    status_filter: rx.Var[Any]
    """Statuses to show: a list, or a comma-separated text; empty or `all` shows every vehicle."""
    search: rx.Var[str]
    """Shows only vehicles whose name, registration or driver contains this text."""
    fit: rx.Var[int]
    """A counter: the map fits the fleet whenever it changes."""
    fleet: rx.Var[int]
    """Id of the fleet on the screen, for administrators, who see several; 0 is the own one."""
    total: rx.Var[int]
    """How many vehicles the server counts in the fleet: another number fetches the roster anew."""
    caption: rx.Var[str]
    """What to call every vehicle, for readers who may not see the roster; empty fetches it."""
    zones: rx.Var[str]
    """Where the zones under the vehicles come from; empty for none, and no button for them."""
    zone_changes: rx.Var[Any]
    """Zones are read again when it changes: the newest notice about them."""
    alerts: rx.Var[Any]
    """The severity of the worst open alert of each vehicle, by its id: drawn as a ring."""
    padding: rx.Var[dict[str, int]]
    """Pixels covered by floating panels: `top`, `right`, `bottom`, `left`; `right` does not count
    on narrow screens, where panels stand below the map."""

    on_vehicle_click: rx.EventHandler[one_id]
    on_map_click: rx.EventHandler[no_arguments]
    """A click on empty map, or Escape while a vehicle is selected: clear the selection."""
    on_user_pan: rx.EventHandler[no_arguments]
    """The reader moved the map away while following: turn following off."""
    on_follow_change: rx.EventHandler[one_flag]
    """The follow button; it is shown only when this is handled."""
    on_ready: rx.EventHandler[no_arguments]
    on_resync: rx.EventHandler[no_arguments]
    """A frame was missed: send this session a snapshot."""


def fleet_map(**props: Any) -> rx.Component:
    """The live map; see `FleetMap` for its properties and events."""
    return FleetMap.create(**props)
