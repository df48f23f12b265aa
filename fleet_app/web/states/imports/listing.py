"""The imports of a fleet, and beginning another one."""

from __future__ import annotations

import json

import reflex as rx
from reflex.event import EventSpec

from fleet_app.access.roles import Role
from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.web.gate import current_principal, requires
from fleet_app.web.states.imports.showing import Choice, Shown, show, template_of
from fleet_app.web.states.records.reading import house_style
from fleet_app.web.states.session import shown_fleet

PAGE = 50


class ImportList(rx.State):
    """Every import that the person may see, the newest first."""

    ready: bool = False
    items: list[Shown] = []
    busy: bool = False
    """Whether one of them is under way."""
    zones: str = ""
    """Whose clocks the times are read from, such as `Europe/Helsinki`."""
    page: int = 1
    total: int = 0

    @rx.var
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))

    @rx.event
    @requires("imports.use")
    async def open(self) -> None:
        """Read the list from its beginning."""
        self.page = 1
        await self._read()
        self.ready = True

    @rx.event
    @requires("imports.use")
    async def refresh(self) -> None:
        """Read it again where it stands."""
        await self._read()

    @rx.event
    @requires("imports.use")
    async def turn(self, page: int) -> None:
        """Show another page."""
        self.page = min(max(1, int(page)), self.pages)
        await self._read()

    async def _read(self) -> None:
        who, imports = await current_principal(self), get_container().imports
        fleet = await shown_fleet(self) if who.role is Role.SYSTEM_ADMIN else None
        found, self.total = await imports.page(
            who, page=self.page, limit=PAGE, fleet_id=fleet or None
        )
        names = await imports.names(found)
        zones = {one.fleet_id: "" for one in found}
        for fleet_id in zones:
            zones[fleet_id], _ = await house_style(fleet_id or 0)
        self.zones = ", ".join(sorted(set(zones.values())))
        self.items = [show(one, names.get(one.user_id, ""), zones[one.fleet_id]) for one in found]
        self.busy = any(one["busy"] for one in self.items)


class NewImport(rx.State):
    """Choosing what the rows of a file are."""

    kinds: list[Choice] = []
    kind: str = ""
    template: str = ""
    fields: dict[str, str] = {}
    """What is sent along with the file."""
    limit: int = 0
    """The size of the largest file, bytes."""

    @rx.event
    @requires("imports.use")
    async def open(self) -> None:
        """Offer the kinds that the person may import; the address may name one."""
        names = get_container().imports.kinds_of(await current_principal(self))
        self.limit = get_container().settings.import_max_bytes
        self.kinds = [Choice(value=one, label=KINDS[one].label_plural) for one in names]
        wanted = self.router.url.query_parameters.get("kind", "")
        await self._choose(wanted if wanted in names else next(iter(names), ""))

    @rx.event
    @requires("imports.use")
    async def choose(self, kind: str) -> None:
        """Say what the rows are."""
        if kind in [one["value"] for one in self.kinds]:
            await self._choose(kind)

    @rx.event
    @requires("imports.use")
    async def arrived(self, answer: str) -> EventSpec | None:
        """The file is here: on to its columns."""
        try:
            return rx.redirect(f"/imports/{int(json.loads(answer)['data']['id'])}")
        except (ValueError, KeyError, TypeError):
            return None

    async def _choose(self, kind: str) -> None:
        self.kind = kind
        self.template = template_of(KINDS[kind]) if kind else ""
        self.fields = await file_fields(self, kind)


async def file_fields(state: rx.State, kind: str) -> dict[str, str]:
    """What goes with a file of `kind`: administrators say which fleet it is for."""
    who = await current_principal(state)
    if who.role is not Role.SYSTEM_ADMIN:
        return {"kind": kind}
    return {"kind": kind, "fleet_id": str(await shown_fleet(state) or "")}
