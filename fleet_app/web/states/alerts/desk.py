"""The list of alerts on the screen: which are shown, and which are ticked."""

from __future__ import annotations

from typing import Any, TypedDict
from urllib.parse import urlencode

import reflex as rx
from sqlmodel import col, select

from fleet_app.access.matrix import may
from fleet_app.access.roles import Role
from fleet_app.bootstrap import get_container
from fleet_app.fleet.service import FleetService
from fleet_app.kernel.clock import zone_of
from fleet_app.kernel.errors import InvalidInput, NotFound
from fleet_app.kernel.parameters import LONGEST_SEARCH
from fleet_app.notification.models import AlertRule, AlertStatus, Severity
from fleet_app.notification.query import parse_alert_query
from fleet_app.notification.reading import AlertList
from fleet_app.notification.service import HANDLE, MOST_AT_ONCE
from fleet_app.web.gate import current_principal, requires
from fleet_app.web.states.history.period import day_of, day_period
from fleet_app.web.states.session import shown_fleet

TABS = {
    "open": (AlertStatus.RAISED,),
    "acknowledged": (AlertStatus.ACKNOWLEDGED,),
    "snoozed": (AlertStatus.SNOOZED,),
    "resolved": (AlertStatus.RESOLVED,),
    "all": (),
}
"""Which alerts each tab shows."""
FILTERS = ("severity", "vehicle_id", "rule_id", "day")
_MOST_RULES = 200
_BY_URGENCY, _BY_TIME = "-severity,-last_at", "-last_at"


class RuleChoice(TypedDict):
    """A rule to filter by."""

    id: str
    name: str


class AlertDesk(rx.State):
    """What somebody looks at; the alerts themselves are read by the browser."""

    tab: str = "open"
    words: str = ""
    filters: dict[str, str] = {}
    zone: str = "UTC"
    fleet: int = 0
    """The fleet asked for; 0 for those who have only one."""
    counts: dict[str, int] = dict.fromkeys(TABS, 0)
    rules: list[RuleChoice] = []
    selected: list[int] = []
    version: int = 0
    may_handle: bool = False
    may_rules: bool = False
    ready: bool = False

    @rx.var
    def query(self) -> str:
        """The page's part of the list's address."""
        found = {name: text for name, text in sorted(self.filters.items()) if name != "day"}
        if self.filters.get("day"):
            period = day_period(day_of(self.filters["day"]), zone_of(self.zone))
            found |= {"from": period.since.isoformat(), "to": period.until.isoformat()}
        if TABS[self.tab]:
            found["status"] = ",".join(TABS[self.tab])
        if self.words.strip():
            found["q"] = self.words.strip()
        if self.fleet:
            found["fleet_id"] = str(self.fleet)
        found["sort"] = _BY_TIME if self.tab in ("resolved", "all") else _BY_URGENCY
        return urlencode(found)

    @rx.var
    def narrowed(self) -> bool:
        """Whether filters or words hide a part of the tab."""
        return bool(self.filters or self.words.strip())

    @rx.event
    @requires("alerts.read")
    async def open(self) -> None:
        """Show what the address asks for."""
        given = {n: str(v) for n, v in dict(self.router.url.query_parameters).items()}
        self.reset()  # type: ignore[no-untyped-call]  # Reflex's
        who = await current_principal(self)
        fleet_id = await shown_fleet(self)
        self.fleet = fleet_id if who.role is Role.SYSTEM_ADMIN else 0
        self.may_handle, self.may_rules = may(who, HANDLE), may(who, "alert_rules.create")
        async with get_container().work() as session:
            fleets = await FleetService(session).fleets(who)
            query = select(AlertRule.id, AlertRule.name).where(
                col(AlertRule.fleet_id) == fleet_id, col(AlertRule.deleted_at).is_(None)
            )
            rules = await session.exec(query.order_by(AlertRule.name).limit(_MOST_RULES))
            self.rules = [RuleChoice(id=str(number), name=name) for number, name in rules]
        self.zone = next((one.time_zone for one in fleets if one.id == fleet_id), "UTC")
        self._take(given)
        await self._count()
        self.ready = True

    @rx.event
    @requires("alerts.read")
    async def look_again(self) -> None:
        """Somebody changed alerts: the numbers of the tabs may be others."""
        await self._count()

    @rx.event
    @requires("alerts.read")
    async def choose_tab(self, tab: str) -> None:
        """Show the alerts of a tab."""
        if tab in TABS:
            self.tab, self.selected = tab, []

    @rx.event
    @requires("alerts.read")
    async def search(self, words: str) -> None:
        """Show only what matches the words."""
        self.words, self.selected = words.replace("\0", "").lstrip()[:LONGEST_SEARCH], []

    @rx.event
    @requires("alerts.read")
    async def set_filter(self, name: str, text: str) -> None:
        """Set one filter, or drop it by an empty text; an impossible one is not taken over."""
        self._filter({str(name): str(text).strip()})

    @rx.event
    @requires("alerts.read")
    async def filter_vehicle(self, vehicle_id: int) -> None:
        """Show the alerts of one vehicle; 0 shows those of all."""
        self._filter({"vehicle_id": str(int(vehicle_id)) if vehicle_id else ""})

    @rx.event
    @requires("alerts.read")
    async def show_all(self) -> None:
        """Drop every filter and the words."""
        self.filters, self.words, self.selected = {}, "", []

    @rx.event
    @requires("alerts.read")
    async def select(self, ids: list[int]) -> None:
        """These alerts are ticked."""
        self.selected = [int(one) for one in ids][:MOST_AT_ONCE]

    async def changed(self) -> None:
        """What this tab did itself: read again, tick nothing."""
        self.selected = []
        self.version += 1
        await self._count()

    def _take(self, given: dict[str, str]) -> None:
        """What an address says: a tab, words and filters. `id` alone shows among all."""
        tab = given.get("tab", "all" if given.get("id") else "open")
        self.tab = tab if tab in TABS else "open"
        self.words = given.get("q", "")[:LONGEST_SEARCH]
        self._filter({name: given[name] for name in FILTERS if given.get(name)})

    def _filter(self, changes: dict[str, str]) -> None:
        filters = dict(self.filters)
        for name, text in changes.items():
            if not text:
                filters.pop(name, None)
            elif name in FILTERS and _possible(name, text):
                filters[name] = text
        self.filters, self.selected = filters, []

    async def _count(self) -> None:
        who = await current_principal(self)
        async with get_container().work() as session:
            try:
                counts = await AlertList(session).counts(who, self.fleet or None)
            except NotFound:  # there is no fleet yet
                return
        numbers = {tab: sum(counts.statuses[one] for one in of) for tab, of in TABS.items()}
        self.counts = {**numbers, "all": sum(counts.statuses.values())}


def _possible(name: str, text: str) -> bool:
    try:
        if name == "day":
            day_of(text)
        else:
            parse_alert_query([(name, text)])
    except InvalidInput:
        return False
    return name != "severity" or set(text.split(",")) <= set(Severity)


def chosen_id(parameters: Any) -> int:
    """The alert that an address names; 0 for none."""
    text = str(dict(parameters).get("id", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
