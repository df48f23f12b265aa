"""The map of one route, as a Reflex component."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.routes.sources import ROUTE_MAP


class RouteMap(rx.NoSSRComponent):
    """The way of a route along roads, its stops with their numbers, and where its vehicle is.

    It asks the API itself, as the person on the screen may, and goes on asking while it is looked
    at: drivers get no live frames.
    """

    library = ROUTE_MAP.importable_path
    tag = "RouteMap"
    lib_dependencies: list[str] = ["maplibre-gl@6.17.0", "pmtiles@4.5.0"]

    route: rx.Var[int]
    """Its id; 0 for none yet."""
    version: rx.Var[int]
    """A counter: the route is read again whenever it changes."""
    theme: rx.Var[str]


def route_map(**props: Any) -> rx.Component:
    """The map of a route; see `RouteMap` for the properties."""
    return RouteMap.create(**props)
