"""The saved views of the list on the screen: choosing, saving, changing and deleting them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from typing import Any, TypedDict, cast

import reflex as rx
from reflex.event import EventSpec

from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.fleet.maintenance.due_sql import local_day
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import FleetError
from fleet_app.records.errors import Stale
from fleet_app.records.views import SavedViews, ViewOut
from fleet_app.web.gate import current_actor, requires
from fleet_app.web.states.records.list_address import Asked, Shown, asked, written
from fleet_app.web.states.records.lists import RecordList
from fleet_app.web.states.records.ready_views import ready_of, word_of
from fleet_app.web.states.records.toasts import say
from fleet_app.web.states.session import shown_fleet

NOT_THERE = "The view of this address is gone, or is not shared with you."
AGAIN = "What it is now stands below; change it again, or close this to leave it so."


class ViewItem(TypedDict):
    """A saved view in the menu."""

    id: int
    name: str
    shared: bool
    mine: bool
    can_change: bool
    by: str
    is_default: bool
    version: int


NO_VIEW = ViewItem(
    id=0, name="", shared=False, mine=True, can_change=False, by="", is_default=False, version=0
)


class ListViews(rx.State):
    """The views of one list. What a view is called is not trusted, only shown."""

    of: str = ""
    """The kind whose list is as its address and its views say."""
    read: str = ""
    """The query of the page's address, when it was read last."""
    returning: bool = False
    """Whether the address that the back button led to has still to be read."""
    items: list[ViewItem] = []
    current: int = 0
    """Id of the saved view that was chosen last, 0 for none."""
    title: str = ""
    """The name of the view chosen last, saved or ready."""
    version: int = 0
    """The version of the saved view that was chosen last."""
    basis: dict[str, Any] = {}
    """What the chosen view made the list show, to tell what was changed since."""
    dialog: str = ""
    """`save`, `edit`, `conflict` or nothing."""
    edited: ViewItem = NO_VIEW
    problem: str = ""
    errors: dict[str, str] = {}

    @rx.var
    async def address(self) -> str:
        """The query that asks for the list as it is."""
        listing = await self.get_state(RecordList)
        filters = dict(listing.filters)
        shown = Shown(listing.words.strip(), filters, listing.sort, listing.deleted)
        view = str(self.current) if self.current else word_of(self.title)
        usual = asdict(Shown()) if not any(one["is_default"] for one in self.items) else None
        said = asdict(shown) != (self.basis if view else usual)
        return written(shown, view=view, said=said, page=listing.page)

    @rx.var
    def may_update(self) -> bool:
        """Whether the chosen view is one that the person may change."""
        return any(one["id"] == self.current and one["can_change"] for one in self.items)

    @rx.event
    @requires("views.use")
    async def open(self, plural: str) -> None:
        """Read the views of a list, and show the one that its address names.

        An address that asks for nothing gets the view that the list begins with, or all of it.
        """
        listing = await self.get_state(RecordList)
        if self.of != plural:
            self.current, self.title, self.version = 0, "", 0
        self.dialog = ""
        await self._read(plural)
        wanted = asked(self.router.url.query_parameters)
        await self._begin(listing, wanted)
        listing.page = wanted.page
        await listing.learn_names()
        self.of, self.read = plural, str(self.router.url.query)
        self.returning = False

    @rx.event
    @requires("views.use")
    async def reopen(self) -> list[EventSpec]:
        """Show the list as the address says that the back button led to."""
        if KINDS.get(self.of) is None:
            return []
        self.returning = True
        steps = cast("list[Callable[[str], EventSpec]]", [RecordList.open, ListViews.open])
        return [step(self.of) for step in steps]

    async def _begin(self, listing: RecordList, wanted: Asked) -> None:
        begins = [one["id"] for one in self.items if one["is_default"]]
        if not wanted.view and wanted.shown is None and begins:
            wanted = replace(wanted, view=str(begins[0]))
        if wanted.view and await self._take(listing, wanted):
            return
        if wanted.view:
            await say(self, NOT_THERE, tone="problem")
        if wanted.shown is None:
            listing.show_only(Shown())
        if self.current and not wanted.view and wanted.shown is None:
            listing.arrange({})
        self._choose(0, "")

    async def _take(self, listing: RecordList, wanted: Asked) -> bool:
        """Show the view of an address; where the address says more, in only its columns."""
        ready = ready_of(listing.plural, wanted.view)
        if ready is not None:
            title, shows = ready.title, Shown.of(ready.settings(await self._today()))
            self._choose(0, title)
        else:
            known = {str(one["id"]) for one in self.items}
            found = None
            if wanted.view in known:
                found = await self._tried(lambda views: views.get(int(wanted.view)))
            if found is None:
                return False
            shows = Shown.of(found.settings.model_dump())
            if (self.current, self.version) != (found.id, found.version):
                listing.arrange(found.settings.model_dump())
            self._choose(found.id, found.name, found.version)
        listing.show_only(shows)
        self._learn_basis(listing)
        if wanted.shown is not None:
            listing.show_only(wanted.shown)
        return True

    def _choose(self, view_id: int, title: str, version: int = 0) -> None:
        self.current, self.title, self.version = view_id, title, version
        self.basis = {}

    def _learn_basis(self, listing: RecordList) -> None:
        self.basis = asdict(listing.shows())

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
        found = ready_of(listing.plural, word_of(title))
        if found is not None:
            listing.show_only(Shown.of(found.settings(await self._today())))
            self._choose(0, found.title)
            self._learn_basis(listing)
            await listing.learn_names()

    @rx.event
    @requires("views.use")
    async def reset_list(self) -> None:
        """The list as it is without any view."""
        (await self.get_state(RecordList)).show({})
        self._choose(0, "")

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
            await self._put(_said(form), keep=True, version=self.edited["version"])
            return
        listing = await self.get_state(RecordList)
        said = {**_said(form), "settings": listing.settings()}
        made = await self._tried(lambda views: views.create(listing.plural, said))
        if made is not None:
            self.dialog = ""
            self._choose(made.id, made.name, made.version)
            self._learn_basis(listing)
            await self._read(listing.plural)
            await say(self, f"View “{made.name}” saved.")

    @rx.event
    @requires("views.use")
    async def update(self, view_id: int) -> None:
        """Let the chosen view be what the list shows now, unless somebody changed it since."""
        found = [one for one in self.items if one["id"] == int(view_id) and one["can_change"]]
        if found:
            self.edited = found[0]
            await self._put(_name(self.edited), keep=False, version=self.version)

    @rx.event
    @requires("views.use")
    async def replace_theirs(self) -> None:
        """Let the view be what the list shows now, whatever somebody else made of it."""
        if self.dialog == "conflict":
            await self._put(_name(self.edited), keep=False, version=None)

    @rx.event
    @requires("views.use")
    async def show_theirs(self) -> None:
        """Show the view as somebody else left it; what the list showed is given up."""
        if self.dialog == "conflict":
            self.dialog = ""
            await self._apply(self.edited["id"])

    @rx.event
    @requires("views.use")
    async def delete(self) -> None:
        """Delete the view of the dialog."""
        known = self.edited
        gone = await self._tried(lambda views: views.delete(known["id"], version=known["version"]))
        if gone is not None:
            self.dialog = ""
            if self.current == gone.id:
                self._choose(0, "")
            await self._read(gone.kind)
            await say(self, f"View “{gone.name}” deleted.")

    @rx.event
    @requires("views.use")
    async def toggle_default(self, view_id: int) -> None:
        """Let the person's list begin with this view, or not any more."""
        chosen, known = int(view_id), {one["id"]: one["is_default"] for one in self.items}

        async def toggle(views: SavedViews) -> ViewOut:
            if known.get(chosen):
                return await views.begin_without(chosen)
            return await views.begin_with(chosen)

        if await self._tried(toggle) is None:
            await say(self, self.problem, tone="problem")
        await self._read((await self.get_state(RecordList)).plural)

    async def _apply(self, view_id: int) -> None:
        found = await self._tried(lambda views: views.get(view_id))
        listing = await self.get_state(RecordList)
        if found is None or found.kind != listing.plural:
            await say(self, "This view is gone.", tone="problem")
        else:
            listing.show(found.settings.model_dump())
            self._choose(found.id, found.name, found.version)
            self._learn_basis(listing)
            await listing.learn_names()
        await self._read(listing.plural)

    async def _put(self, said: dict[str, Any], *, keep: bool, version: int | None) -> None:
        """Change the edited view; its settings stay when `keep` is true."""
        identifier = self.edited["id"]
        listing = await self.get_state(RecordList)
        now = listing.settings()

        async def put(views: SavedViews) -> ViewOut:
            kept = (await views.get(identifier)).settings.model_dump() if keep else now
            return await views.update(identifier, {**said, "settings": kept}, version=version)

        made = await self._tried(put)
        if made is not None:
            self.dialog = ""
            await self._keep(made, listing, keep=keep)
            await say(self, f"View “{made.name}” {'changed' if keep else 'updated'}.")
        elif not self.dialog:
            await say(self, self.problem, tone="problem")

    async def _keep(self, made: ViewOut, listing: RecordList, *, keep: bool) -> None:
        """The chosen view is another now, by its name or by what it shows."""
        if keep and made.id == self.current:
            self.title, self.version = made.name, made.version
        elif not keep:
            self._choose(made.id, made.name, made.version)
            self._learn_basis(listing)
        await self._read(made.kind)

    async def _tried(self, act: Callable[[SavedViews], Awaitable[ViewOut]]) -> ViewOut | None:
        """What came of it; the dialog says what did not work."""
        try:
            async with get_container().work() as session:
                return await act(SavedViews(session, KINDS, await current_actor(self)))
        except Stale as error:
            await self._differ(error)
        except FleetError as error:
            self.problem, self.errors = error.message, dict(error.fields)
        return None

    async def _differ(self, error: Stale) -> None:
        """Somebody was faster: show the view as it is now, and ask what to do about it."""
        await self._read((await self.get_state(RecordList)).plural)
        theirs = [one for one in self.items if one["id"] == self.edited["id"]]
        if self.dialog == "edit":
            self.problem, self.errors = f"{error.message}. {AGAIN}", {}
        else:
            self.problem, self.errors, self.dialog = "", {}, "conflict"
        self.edited = theirs[0] if theirs else self.edited

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
        is_default=view.is_default,
        version=view.version,
    )


def _said(form: dict[str, Any]) -> dict[str, Any]:
    return {"name": str(form.get("name") or ""), "shared": bool(form.get("shared"))}


def _name(view: ViewItem) -> dict[str, Any]:
    return {"name": view["name"], "shared": view["shared"]}
