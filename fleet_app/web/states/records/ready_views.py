"""Views of the lists that need not be saved first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

AHEAD = 60
"""So many days before the end of a licence or document it is worth a look."""
TODAY, SOON = "{today}", "{soon}"


@dataclass(frozen=True)
class Ready:
    """A view under a name; `{today}` and `{soon}` in its filters are days where the fleet is."""

    title: str
    filters: Mapping[str, str]
    sort: str = ""

    def settings(self, today: dt.date) -> dict[str, Any]:
        """As a saved view would have it."""
        days = {TODAY: today.isoformat(), SOON: (today + dt.timedelta(days=AHEAD)).isoformat()}
        filters = {name: days.get(text, text) for name, text in self.filters.items()}
        return {"filters": filters, "sort": self.sort}


READY: Mapping[str, Sequence[Ready]] = {
    "deliveries": (
        Ready("Today", {"due_on": TODAY}),
        Ready("Unassigned", {"status": "created,rescheduled"}, "due_on"),
        Ready("Failed", {"status": "failed"}, "-status_at"),
    ),
    "routes": (Ready("Today", {"date": TODAY}, "name"),),
    "vehicles": (
        Ready("In the workshop", {"service_status": "workshop"}),
        Ready("Offline", {"status": "offline"}, "-last_seen"),
    ),
    "drivers": (
        Ready("Licence ends within 60 days", {"license_expires_on.to": SOON}, "license_expires_on"),
        Ready("On duty", {"status": "on_duty"}),
    ),
    "documents": (Ready("Ending within 60 days", {"expires_on.to": SOON}, "expires_on"),),
    "work_orders": (Ready("To do", {"status": "open,in_progress"}, "due_on"),),
}
"""Kind -> its ready views."""


def word_of(title: str) -> str:
    """A ready view in an address, such as `in-the-workshop`."""
    return title.lower().replace(" ", "-")


def ready_of(plural: str, word: str) -> Ready | None:
    """The ready view of a list that an address names."""
    return next((one for one in READY.get(plural, ()) if word_of(one.title) == word), None)
