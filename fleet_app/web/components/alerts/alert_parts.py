"""The browser components about alerts, as Reflex components."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.alerts.sources import ALERT_LIST, ALERT_MAP, ALERT_SIGNALS
from fleet_app.web.components.grid.events import one_number, some_ids


class AlertList(rx.NoSSRComponent):
    """The alerts of one tab as lines. j and k or the arrows move, x ticks, Enter opens."""

    library = ALERT_LIST.importable_path
    tag = "AlertList"

    url: rx.Var[str]
    query: rx.Var[str]
    """The page's part of the list's address; a change begins the list anew."""
    version: rx.Var[int]
    """A counter: the list is read again whenever it changes."""
    changes: rx.Var[Any]
    """The newest notice about alerts."""
    chosen: rx.Var[int]
    """The alert beside the list, 0 for none."""
    selected: rx.Var[list[int]]
    selectable: rx.Var[bool]
    tab: rx.Var[str]
    filtered: rx.Var[bool]
    empty_text: rx.Var[str]
    lasting: rx.Var[list[str]]
    """Events that go on for a while: their age is that of their beginning."""

    on_open: rx.EventHandler[one_number]
    on_select: rx.EventHandler[some_ids]
    on_show_all: rx.EventHandler[rx.event.no_args_event_spec]


class AlertMap(rx.NoSSRComponent):
    """A small map with a pin."""

    library = ALERT_MAP.importable_path
    tag = "AlertMap"
    lib_dependencies: list[str] = ["maplibre-gl@6.17.0", "pmtiles@4.5.0"]

    lat: rx.Var[float]
    lon: rx.Var[float]
    theme: rx.Var[str]
    title: rx.Var[str]
    """What the map shows, for those who do not see it."""


class AlertToasts(rx.NoSSRComponent):
    """Messages of alerts that are raised while somebody looks; three at once, and how many more."""

    library = ALERT_SIGNALS.importable_path
    tag = "AlertToasts"

    alerts: rx.Var[Any]
    """How the fleet's alerts stand, as pushed."""
    fleet: rx.Var[int]
    """The fleet that is looked at: another one's alerts are no news."""


class AlertSound(rx.NoSSRComponent):
    """Whether this browser sounds for critical alerts."""

    library = ALERT_SIGNALS.importable_path
    tag = "AlertSound"


class VehicleAlerts(rx.NoSSRComponent):
    """The open alerts of one vehicle; nothing without any."""

    library = ALERT_SIGNALS.importable_path
    tag = "VehicleAlerts"

    vehicle: rx.Var[int]
    alerts: rx.Var[Any]
    fleet: rx.Var[int]
    """For administrators, who see several; 0 is the own one."""
