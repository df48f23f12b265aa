"""What one dispatcher looks at: selection, filters, panels. Lists never live here."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.gate import requires

STATUSES = ("moving", "idle", "stopped", "offline", "no_tracker_yet")
MAX_QUERY = 80


class Overview(rx.State):
    """Selection and filters of the fleet overview."""

    selected: int = 0
    follow: bool = False
    query: str = ""
    statuses: list[str] = []
    fit: int = 0
    dock_open: bool = True

    @rx.var
    def status_filter(self) -> str:
        """The chosen statuses as the API wants them; empty means all."""
        return ",".join(self.statuses)

    @rx.var
    def narrowed(self) -> bool:
        """Whether a status or words hide a part of the fleet."""
        return bool(self.statuses or self.query)

    @rx.event
    @requires("overview.watch")
    async def open(self) -> None:
        """Take the search words of the address, when the page was reached by a search."""
        words = self.router.url.query_parameters.get("q", "")
        if words:
            self.query = words[:MAX_QUERY]

    @rx.event
    @requires("overview.watch")
    async def select(self, vehicle_id: int) -> None:
        """Select a vehicle; the same one again keeps it selected."""
        self.follow = self.follow and self.selected == vehicle_id
        self.selected = max(0, int(vehicle_id))

    @rx.event
    @requires("overview.watch")
    async def clear(self) -> None:
        """Select nothing."""
        self.selected, self.follow = 0, False

    @rx.event
    @requires("overview.watch")
    async def toggle_follow(self) -> None:
        """Keep the selected vehicle in the middle of the map, or stop doing so."""
        self.follow = bool(self.selected) and not self.follow

    @rx.event
    @requires("overview.watch")
    async def set_follow(self, follow: bool) -> None:
        """Follow the selected vehicle, or stop doing so."""
        self.follow = bool(self.selected) and bool(follow)

    @rx.event
    @requires("overview.watch")
    async def stop_follow(self) -> None:
        """The user moved the map by hand."""
        self.follow = False

    @rx.event
    @requires("overview.watch")
    async def search(self, words: str) -> None:
        """Show only vehicles that match the words."""
        self.query = words[:MAX_QUERY]

    @rx.event
    @requires("overview.watch")
    async def toggle_status(self, status: str) -> None:
        """Show or hide one status; none chosen shows all."""
        if status in STATUSES:
            chosen = set(self.statuses) ^ {status}
            self.statuses = [name for name in STATUSES if name in chosen]

    @rx.event
    @requires("overview.watch")
    async def show_only(self, status: str) -> None:
        """Show the vehicles of one status and drop every other filter."""
        if status in STATUSES:
            self.statuses, self.query = [status], ""

    @rx.event
    @requires("overview.watch")
    async def show_all(self) -> None:
        """Drop every filter."""
        self.statuses, self.query = [], ""

    @rx.event
    @requires("overview.watch")
    async def fit_fleet(self) -> None:
        """Bring the whole fleet into view."""
        self.fit += 1
        self.follow = False

    @rx.event
    @requires("overview.watch")
    async def toggle_dock(self) -> None:
        """Open or close the vehicle list."""
        self.dock_open = not self.dock_open
