"""The saved views of the list on the screen: choosing, saving, changing and deleting them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypedDict

import reflex as rx

from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.fleet.maintenance.due_sql import local_day
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import FleetError
from fleet_app.records.views import SavedViews, ViewOut
from fleet_app.web.gate import current_actor, requires
from fleet_app.web.states.records.lists import RecordList
from fleet_app.web.states.records.ready_views import READY
from fleet_app.web.states.records.toasts import say
from fleet_app.web.states.session import shown_fleet

MOST_DEFAULTS = 4_000


class ViewItem(TypedDict):
    """A saved view in the menu."""

    id: int
    name: str
    shared: bool
    mine: bool
    can_change: bool
    by: str


NO_VIEW = ViewItem(id=0, name="", shared=False, mine=True, can_change=False, by="")


class ListViews(rx.State):
    """The views of one list. What a view is called is not trusted, only shown."""

    items: list[ViewItem] = []
    current: int = 0
    """Id of the saved view that was chosen last, 0 for none."""
    title: str = ""
    """The name of the view chosen last, saved or ready."""
    dialog: str = ""
    """`save`, `edit` or nothing."""
    edited: ViewItem = NO_VIEW
    problem: str = ""
    errors: dict[str, str] = {}
    defaults: str = rx.LocalStorage("{}", name="fleet-default-views")
    """JSON of kind -> the id of the view that its list begins with, in this browser."""

    @rx.var
    async def default_id(self) -> int:
        """The view that this list begins with; 0 for the usual one."""
        return _defaults(self.defaults).get((await self.get_state(RecordList)).plural, 0)

    @rx.var
    def may_update(self) -> bool:
        """Whether the chosen view is one that the person may change."""
        return any(one["id"] == self.current and one["can_change"] for one in self.items)

    @rx.event
    @requires("views.use")
    async def open(self, plural: str) -> None:
        """Read the views of a list; a list that has just been opened begins with its default."""
        listing = await self.get_state(RecordList)
        self.dialog = ""
        await self._read(plural)
        if not listing.entered:
            return
        self.current, self.title = 0, ""
        chosen = _defaults(self.defaults).get(plural, 0)
        if any(one["id"] == chosen for one in self.items):
            await self._apply(chosen)

    @rx.event
    @requires("views.use")
    async def apply(self, view_id: int) -> None:
        """Show the list as a saved view says."""
        await self._apply(int(view_id))

    @rx.event
    @requires("views.use")
    async def apply_ready(self, title: str) -> None:
        """Show the list as one of the ready views says."""
        listing = await self.get_state(RecordList)
        found = [one for one in READY.get(listing.plural, ()) if one.title == title]
        if found:
            columns = {name: listing.settings()[name] for name in ("shown", "layout")}
            listing.show({**found[0].settings(await self._today()), **columns})
            self.current, self.title = 0, found[0].title

    @rx.event
    @requires("views.use")
    async def reset_list(self) -> None:
        """The list as it is without any view."""
        (await self.get_state(RecordList)).show({})
        self.current, self.title = 0, ""

    @rx.event
    @requires("views.use")
    async def ask_save(self) -> None:
        """Ask for the name of a new view."""
        self.dialog, self.problem, self.errors = "save", "", {}
        self.edited = NO_VIEW

    @rx.event
    @requires("views.use")
    async def ask_edit(self, view_id: int) -> None:
        """Offer to rename, share or delete a view."""
        found = [one for one in self.items if one["id"] == int(view_id) and one["can_change"]]
        if found:
            self.edited, self.dialog, self.problem, self.errors = found[0], "edit", "", {}

    @rx.event
    @requires("views.use")
    async def close(self) -> None:
        """Close the dialog."""
        self.dialog = ""

    @rx.event
    @requires("views.use")
    async def submit(self, form: dict[str, Any]) -> None:
        """Keep the list as it is now under a new name; or rename a view, or share it."""
        if self.dialog == "edit":
            await self._put(_said(form), keep=True)
            return
        listing = await self.get_state(RecordList)
        said = {**_said(form), "settings": listing.settings()}
        made = await self._tried(lambda views: views.create(listing.plural, said))
        if made is not None:
            self.dialog, self.current, self.title = "", made.id, made.name
            await self._read(listing.plural)
            await say(self, f"View “{made.name}” saved.")

    @rx.event
    @requires("views.use")
    async def update(self, view_id: int) -> None:
        """Let the chosen view be what the list shows now."""
        found = [one for one in self.items if one["id"] == int(view_id) and one["can_change"]]
        if found:
            self.edited = found[0]
            said = {"name": self.edited["name"], "shared": self.edited["shared"]}
            await self._put(said, keep=False)

    @rx.event
    @requires("views.use")
    async def delete(self) -> None:
        """Delete the view of the dialog."""
        gone = await self._tried(lambda views: views.delete(self.edited["id"]))
        if gone is not None:
            self.dialog = ""
            self.current, self.title = (
                (0, "") if self.current == gone.id else (self.current, self.title)
            )
            await self._read(gone.kind)
            await say(self, f"View “{gone.name}” deleted.")

    @rx.event
    @requires("views.use")
    async def toggle_default(self, view_id: int) -> None:
        """Let the list begin with this view in this browser, or not any more."""
        plural, known = (await self.get_state(RecordList)).plural, _defaults(self.defaults)
        if known.pop(plural, 0) != int(view_id):
            known[plural] = int(view_id)
        self.defaults = json.dumps(known)

    async def _apply(self, view_id: int) -> None:
        found = await self._tried(lambda views: views.get(view_id))
        listing = await self.get_state(RecordList)
        if found is None or found.kind != listing.plural:
            await say(self, "This view is gone.", tone="problem")
            await self._read(listing.plural)
            return
        listing.show(found.settings.model_dump())
        self.current, self.title = found.id, found.name

    async def _put(self, said: dict[str, Any], *, keep: bool) -> None:
        """Change the edited view; its settings stay when `keep` is true."""
        identifier = self.edited["id"]
        now = (await self.get_state(RecordList)).settings()

        async def put(views: SavedViews) -> ViewOut:
            kept = (await views.get(identifier)).settings.model_dump() if keep else now
            return await views.update(identifier, {**said, "settings": kept})

        made = await self._tried(put)
        if made is not None:
            self.dialog, self.current, self.title = "", made.id, made.name
            await self._read(made.kind)
            await say(self, f"View “{made.name}” {'changed' if keep else 'updated'}.")
        elif not self.dialog:
            await say(self, self.problem, tone="problem")

    async def _tried(self, act: Callable[[SavedViews], Awaitable[ViewOut]]) -> ViewOut | None:
        """What came of it; the dialog says what did not work."""
        try:
            async with get_container().work() as session:
                return await act(SavedViews(session, KINDS, await current_actor(self)))
        except FleetError as error:
            self.problem, self.errors = error.message, dict(error.fields)
            return None

    async def _read(self, plural: str) -> None:
        async with get_container().work() as session:
            found = await SavedViews(session, KINDS, await current_actor(self)).of_kind(plural)
        self.items = [_item(one) for one in found]

    async def _today(self) -> Any:
        async with get_container().work() as session:
            fleet = await session.get(Fleet, await shown_fleet(self))
        return local_day(utc_now(), fleet.time_zone if fleet else "UTC")


def _item(view: ViewOut) -> ViewItem:
    return ViewItem(
        id=view.id,
        name=view.name,
        shared=view.shared,
        mine=view.mine,
        can_change=view.can_change,
        by="" if view.mine else str(view.user["label"]),
    )


def _said(form: dict[str, Any]) -> dict[str, Any]:
    return {"name": str(form.get("name") or ""), "shared": bool(form.get("shared"))}


def _defaults(text: str) -> dict[str, int]:
    """What this browser remembers; nothing of what it cannot have written."""
    try:
        found = json.loads(text[:MOST_DEFAULTS])
    except ValueError:
        return {}
    entries = found.items() if isinstance(found, dict) else ()
    return {name: one for name, one in entries if KINDS.get(name) and type(one) is int}
