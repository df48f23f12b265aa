"""Which routes are driven at a moment: those of a night are of the day on which they began."""

from __future__ import annotations

import datetime as dt
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col

from fleet_app.delivery.models import Route, RouteStatus

LONGEST = timedelta(days=2)
"""What was started before that and never completed was forgotten."""
SINCE = timedelta(hours=6)
"""A route of yesterday that should have left longer ago than this is not driven any more."""


def going(today: dt.date, now: datetime) -> Any:
    """The routes that drivers know of and that are not over: started ones, whichever day they are
    of, and those that are to start today or, after midnight, were to start a while ago."""
    day, leaves = col(Route.date), col(Route.starts_at)
    started = (col(Route.status) == RouteStatus.STARTED) & (day >= today - LONGEST)
    late = (day == today - timedelta(days=1)) & (leaves >= now - SINCE)
    published = (col(Route.status) == RouteStatus.PUBLISHED) & ((day == today) | late)
    return col(Route.deleted_at).is_(None) & (started | published)
