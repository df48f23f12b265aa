"""The player of the past, as a Reflex component."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.history.sources import HISTORY_PLAYER
from fleet_app.web.components.live.events import no_arguments
from fleet_app.web.components.zones.sources import LIBRARIES as ZONE_SCRIPTS

assert "useZoneLayer.js" in ZONE_SCRIPTS  # the map imports it


class HistoryPlayer(rx.NoSSRComponent):
    """Trips, map, player and charts of some vehicles over a period.

    It reads the API itself and keeps what it read in the browser: nothing of it passes through the
    state of the page, however long it plays. Fills its parent, which must have a height.
    """

    library = HISTORY_PLAYER.importable_path
    tag = "HistoryPlayer"
    lib_dependencies: list[str] = ["maplibre-gl@6.17.0", "pmtiles@4.5.0"]

    vehicles: rx.Var[list[dict[str, Any]]]
    """Whose past, `id` and `name` of each; their colours go by their places in the list."""
    from_ms: rx.Var[int]
    to_ms: rx.Var[int]
    """The period, in milliseconds since 1970."""
    zone: rx.Var[str]
    """The time zone in which times are told."""
    at_ms: rx.Var[int]
    """The moment at which it begins, 0 for the first of the period; its trip is looked at."""
    reports: rx.Var[bool]
    """Whether a report of every trip is offered."""
    zones: rx.Var[str]
    """Where the zones that may be shown on the map are told; empty for none."""
    theme: rx.Var[str]
    """`light` or `dark`; anything else follows the page."""
    changes: rx.Var[list[Any]]
    """The newest pushed notices `{sequence, kind, ids}` of trips, stops and events: while the
    period includes now, what is new is read and added. Fixes are heard of by live frames."""

    on_latest: rx.EventHandler[no_arguments]
    """Nothing was recorded in the period: show the last day on which something was."""


def history_player(**props: Any) -> rx.Component:
    """The player of the past; see `HistoryPlayer` for its properties and events."""
    return HistoryPlayer.create(**props)
