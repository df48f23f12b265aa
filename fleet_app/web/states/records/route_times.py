"""When a route's stops were planned, are expected and were made, as its page says it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import TypedDict

from fleet_app.delivery.models import Delivery, RouteStatus
from fleet_app.delivery.tours import Stop, Tour
from fleet_app.delivery.windows import windows_of
from fleet_app.kernel.clock import zone_of
from fleet_app.planning.live.ports import LiveRouteState, StopEta
from fleet_app.planning.live.sheet import Risk

_RISKS = {Risk.AT_RISK: ", at risk", Risk.LATE: ", late"}


class StopTimes(TypedDict):
    """What is known of a stop's times by the fleet's clock: `said` first, the plan beside it."""

    said: str
    planned: str
    window: str
    risk: str


def key_of(stop: Stop) -> str:
    """A delivery's number; that of a pickup begins with a p."""
    number = str(stop.stop.delivery_id or 0)
    return f"p{number}" if stop.is_pickup else number


def times_of(tour: Tour, live: LiveRouteState | None, time_zone: str) -> dict[str, StopTimes]:
    """The times of every stop, by its key."""
    zone, expected = zone_of(time_zone), _expected(live)
    is_stale = live is not None and live.stale
    return {
        key_of(stop): _times(stop, expected.get(key_of(stop)), zone, is_stale=is_stale)
        for stop in tour.stops
        if stop.delivery is not None and not stop.moved_on
    }


def summary_of(tour: Tour, live: LiveRouteState | None, time_zone: str) -> str:
    """How far a route on its way is and when it makes its last stop; empty before it starts."""
    if tour.route.status not in (RouteStatus.STARTED, RouteStatus.COMPLETED):
        return ""
    progress = tour.progress
    failed = f", {progress.failed} failed" if progress.failed else ""
    return f"{progress.done} of {progress.total} done{failed}{_end(tour, live, zone_of(time_zone))}"


def _end(tour: Tour, live: LiveRouteState | None, zone: tzinfo) -> str:
    rows = [stop.stop for stop in tour.stops if stop.delivery is not None and not stop.moved_on]
    planned = max((row.planned_arrival for row in rows if row.planned_arrival), default=None)
    came = max((row.actual_arrival for row in rows if row.actual_arrival), default=None)
    was = f" (planned {_clock(planned, zone)})" if planned else ""
    if tour.next_stop is None:
        return f", last stop at {_clock(came, zone)}{was}" if came else ""
    heard = f", last heard at {_clock(live.seen_at, zone)}" if live and live.stale else ""
    if live and live.stops and not live.stale:
        last = max(one.eta for one in live.stops)
        return f", last stop about {_clock(last, zone)}{was}"
    return (f", last stop planned at {_clock(planned, zone)}" if planned else "") + heard


def _expected(live: LiveRouteState | None) -> Mapping[str, StopEta]:
    return {
        f"p{one.delivery_id}" if one.is_pickup else str(one.delivery_id): one
        for one in (live.stops if live else ())
        if one.delivery_id is not None
    }


def _times(stop: Stop, eta: StopEta | None, zone: tzinfo, *, is_stale: bool) -> StopTimes:
    """Of a vehicle that is not heard of only what will be late all the same is known."""
    row = stop.stop
    planned = f"planned {_clock(row.planned_arrival, zone)}" if row.planned_arrival else ""
    said, risk = "", ""
    if stop.is_open and eta is not None and is_stale:
        risk = "" if eta.risk is Risk.ON_TIME else eta.risk.value
    elif stop.is_open and eta is not None:
        said, risk = _said(eta, zone), eta.risk.value
    elif not stop.is_open and row.actual_arrival is not None:
        said = f"Arrived {_clock(row.actual_arrival, zone)}"
    window = "" if stop.is_pickup or stop.delivery is None else _window(stop.delivery, zone)
    if not said:
        said, planned = planned.capitalize(), ""
    return StopTimes(said=said, planned=planned, window=window, risk=risk)


def _said(eta: StopEta, zone: tzinfo) -> str:
    if eta.there:
        return "There now"
    return f"Expected {_clock(eta.eta, zone)}{_RISKS.get(eta.risk, '')}"


def _window(delivery: Delivery, zone: tzinfo) -> str:
    return " or ".join(_span(opens, closes, zone) for opens, closes in windows_of(delivery))


def _span(opens: datetime | None, closes: datetime | None, zone: tzinfo) -> str:
    if opens and closes:
        return f"{_clock(opens, zone)}\N{EN DASH}{_clock(closes, zone)}"
    if opens:
        return f"from {_clock(opens, zone)}"
    return f"until {_clock(closes, zone)}" if closes else ""


def _clock(at: datetime | None, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%H:%M}" if at else ""
