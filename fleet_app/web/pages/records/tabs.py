"""Which lists stand together behind one entry of the navigation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from fleet_app.web.components.records.tab_reveal import tab_reveal


@dataclass(frozen=True)
class Tabs:
    """Pages that share an entry of the navigation: route -> name."""

    route: str
    pages: dict[str, str]

    def bar(self, active: str, may_pages: Any) -> rx.Component:
        """Links to the pages that somebody may see; nothing for a single page."""
        if len(self.pages) < 2:
            return rx.fragment()
        return rx.el.nav(
            *(
                rx.cond(
                    may_pages.contains(route),
                    rx.el.a(
                        name,
                        href=route,
                        class_name="tab active" if route == f"/{active}" else "tab",
                        custom_attrs={"aria-current": "page"} if route == f"/{active}" else {},
                    ),
                    rx.fragment(),
                )
                for route, name in self.pages.items()
            ),
            tab_reveal(),
            class_name="tabs",
            aria_label="Section",
        )


_MAINTENANCE = Tabs(
    "/maintenance",
    {
        "/maintenance": "Due",
        "/work_orders": "Work orders",
        "/maintenance_schedules": "Schedules",
        "/maintenance_records": "History",
    },
)
_ADMINISTRATION = Tabs(
    "/users",
    {
        "/users": "Users",
        "/depots": "Depots",
        "/documents": "Documents",
        "/fleets": "Fleets",
        "/audit": "Audit log",
        "/notifications": "Outbox",
    },
)
_ROUTES = Tabs("/routes", {"/routes": "Routes", "/route_templates": "Templates"})
_ZONES = Tabs("/zones", {"/zones": "Map", "/geofences": "Table"})
_ALERTS = Tabs("/alerts", {"/alerts": "List", "/alert_rules": "Rules"})
_GROUPS = (_ROUTES, _MAINTENANCE, _ADMINISTRATION, _ZONES, _ALERTS)


def tabs_of(page: str) -> Tabs:
    """The group a page stands in; a group of its own for the others."""
    route = f"/{page}"
    for group in _GROUPS:
        if route in group.pages:
            return group
    return Tabs(route, {route: page})
