"""What a log on the screen is narrowed to: words and filters, as the list's address has them."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlencode

import reflex as rx

from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.bootstrap import get_container
from fleet_app.fleet.models import Fleet
from fleet_app.fleet.service import FleetService
from fleet_app.kernel.errors import InvalidInput
from fleet_app.kernel.parameters import LONGEST_SEARCH
from fleet_app.web.gate import current_principal
from fleet_app.web.states.session import shown_fleet


class Narrowing(rx.State, mixin=True):
    """Words and filters of a log of one fleet; the handlers that set them name their permission."""

    FILTERS: ClassVar[tuple[str, ...]] = ()
    """The names that may be filtered by."""

    words: str = ""
    filters: dict[str, str] = {}
    zone: str = "UTC"
    fleet: int = 0
    """The fleet asked for; 0 for those who have only one."""
    version: int = 0

    @rx.var
    def query(self) -> str:
        """The page's part of the list's address."""
        parameters = dict(sorted(self.filters.items()))
        if self.words.strip():
            parameters["q"] = self.words.strip()
        if self.fleet:
            parameters["fleet_id"] = str(self.fleet)
        return urlencode(parameters)

    @rx.var
    def narrowed(self) -> bool:
        """Whether a filter or words hide a part of the log."""
        return bool(self.filters or self.words.strip())

    async def _begin(self) -> tuple[Principal, Fleet | None]:
        """Start reading the log of the fleet on the screen; the address may bring filters."""
        self.reset()  # type: ignore[no-untyped-call]  # Reflex's
        who = await current_principal(self)
        fleet_id = await shown_fleet(self)
        self.fleet = fleet_id if who.role is Role.SYSTEM_ADMIN else 0
        async with get_container().work() as session:
            fleets = await FleetService(session).fleets(who)
        fleet = next((one for one in fleets if one.id == fleet_id), None)
        self.zone = fleet.time_zone if fleet else "UTC"
        given = dict(self.router.url.query_parameters)
        self._look_for(str(given.pop("q", "")))
        self._filter({name: str(text) for name, text in given.items()})
        return who, fleet

    def _look_for(self, words: str) -> None:
        self.words = words.replace("\0", "").lstrip()[:LONGEST_SEARCH]

    def _filter(self, changes: dict[str, str]) -> None:
        """Set filters, or drop those with an empty text; impossible ones are not taken over."""
        filters = dict(self.filters)
        for name, text in changes.items():
            if not text.strip():
                filters.pop(name, None)
            elif name in self.FILTERS and self._possible(name, text.strip()):
                filters[name] = text.strip()
        self.filters = filters

    def _show_all(self) -> None:
        self.filters, self.words = {}, ""

    def _read(self, parameters: list[tuple[str, str]]) -> object:
        """What the server makes of these filters; raises `InvalidInput` for impossible ones."""
        raise NotImplementedError

    def _possible(self, name: str, text: str) -> bool:
        try:
            self._read([(name, text)])
        except InvalidInput:
            return False
        return True
