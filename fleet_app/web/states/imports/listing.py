"""The imports of a fleet, and beginning another one."""

from __future__ import annotations

import json
from contextlib import suppress

import reflex as rx
from reflex.event import EventSpec

from fleet_app.access.roles import Role
from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import FleetError
from fleet_app.records.imports.corrections import is_settled
from fleet_app.records.imports.states import can
from fleet_app.records.models import Import
from fleet_app.web.gate import current_actor, current_principal, requires
from fleet_app.web.states.imports.showing import Choice, Shown, show
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
        families = await imports.families(found)
        self.items = [
            show(one, names.get(one.user_id, ""), zones[one.fleet_id],
                 families[one.id or 0].corrected)
            for one in found
        ]  # fmt: skip
        self.busy = any(one["busy"] for one in self.items)


class NewImport(rx.State):
    """Choosing what the rows of a file are."""

    kinds: list[Choice] = []
    kind: str = ""
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
        """The file is here: on to its columns, or, if those are known, to its check."""
        try:
            identifier = int(json.loads(answer)["data"]["id"])
        except (ValueError, KeyError, TypeError):
            return None
        with suppress(FleetError):  # its page says what can be done
            await self._check_settled(identifier)
        return rx.redirect(f"/imports/{identifier}")

    async def _check_settled(self, identifier: int) -> None:
        """Have a corrected file checked whose columns were matched with the first one."""
        imports, actor = get_container().imports, await current_actor(self)
        record = await imports.get(actor.principal, identifier)
        first = (await imports.families([record]))[identifier].first
        if first is not None and is_settled(record, first) and "check" in can(record):
            await imports.check(actor, identifier)

    async def _choose(self, kind: str) -> None:
        self.kind = kind
        self.fields = await file_fields(self, kind)


def correction_fields(record: Import) -> dict[str, str]:
    """What goes with a file that has the wrong rows of `record`, corrected."""
    return {"kind": record.kind, "corrects": str(record.id)}


async def file_fields(state: rx.State, kind: str) -> dict[str, str]:
    """What goes with a file of `kind`: administrators say which fleet it is for."""
    who = await current_principal(state)
    if who.role is not Role.SYSTEM_ADMIN:
        return {"kind": kind}
    return {"kind": kind, "fleet_id": str(await shown_fleet(state) or "")}
