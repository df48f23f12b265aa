"""A plan as screens and the API see it: rows of stops with their times, the tray, what is broken.

Moments are RFC 3339 in UTC, durations seconds, lengths metres, money the fleet's currency.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec


class Point(msgspec.Struct, frozen=True):
    """WGS 84 degrees."""

    lat: float
    lon: float


class Span(msgspec.Struct, frozen=True):
    """From a moment to another."""

    begins: datetime
    ends: datetime


class Problem(msgspec.Struct, frozen=True):
    """A broken constraint in words. `code` is one of `optimiser.plan.Broken`, of
    `delivery.planning.WarningCode`, `no_crew`, `meeting`, or `changed` for what came from
    outside."""

    code: str
    message: str
    delivery_id: int | None = None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to know of a delivery while planning."""

    delivery_id: int
    number: str
    customer: str
    address: str
    lat: float | None
    lon: float | None
    windows: tuple[Span, ...] = ()
    service_s: int = 0
    weight_kg: float | None = None
    volume_m3: float | None = None
    parcels: int = 1
    priority: str = "normal"
    skills: tuple[str, ...] = ()
    """What a row must have to make it: the delivery's skills, and "goods from …" where its goods
    wait at one of several depots."""
    status: str = "created"
    version: int = 1


class BoardStop(msgspec.Struct, frozen=True, kw_only=True):
    """A stop on a row. `drive_s`, `drive_m` lead to it. `done_at` is when it was over, if it is;
    `eta` when the vehicle is expected now that it drives, `risk` one of on_time, at_risk, late."""

    order: Order
    arrives_at: datetime
    begins_at: datetime
    departs_at: datetime
    drive_s: int
    drive_m: int
    late_s: int = 0
    locked: bool = False
    problems: tuple[str, ...] = ()
    """Codes of what is broken here; the words are in the row's `problems`."""
    is_pickup: bool = False
    """The delivery's goods are fetched here; it is made at another stop of the row."""
    arrived_at: datetime | None = None
    done_at: datetime | None = None
    eta: datetime | None = None
    risk: str = ""


class Load(msgspec.Struct, frozen=True):
    """How full it gets at most, in `unit` (kg, m3, parcels); `room` is None where nobody said."""

    unit: str
    peak: float
    room: float | None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A vehicle and who drives it that day. `key` names the row within its plan.

    `lock`: "" (free), "crew" (this driver in this vehicle), "order" (its stops and order too).
    `off` are times when it does not work, within the plan's day. `route_id` and `route_status` are
    those of the route that it was published as, `changed` whether it differs from that route.
    `silent_since` is when the vehicle of a route on its way was heard of last, if that is too long
    ago to expect anything.
    """

    key: str
    vehicle_id: int
    vehicle: str
    vehicle_type: str
    driver_id: int | None
    driver: str
    depot_id: int | None
    depot: str
    depot_at: Point | None
    shift: Span
    off: tuple[Span, ...] = ()
    skills: tuple[str, ...] = ()
    """What vehicle, equipment and driver have together, and "goods from …" the depot where it
    starts."""
    lock: str = ""
    route_id: int | None = None
    route_status: str = ""
    silent_since: datetime | None = None
    changed: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    distance_m: int = 0
    drive_s: int = 0
    service_s: int = 0
    wait_s: int = 0
    late_s: int = 0
    cost: float = 0
    co2_kg: float = 0
    loads: tuple[Load, ...] = ()
    breaks: tuple[Span, ...] = ()
    stops: tuple[BoardStop, ...] = ()
    problems: tuple[Problem, ...] = ()


class Leaving(msgspec.Struct, frozen=True):
    """A route whose row was taken out of the plan: publishing deletes it. `stops` is how many."""

    route_id: int
    route_status: str
    vehicle: str
    driver: str
    stops: int


class TrayItem(msgspec.Struct, frozen=True):
    """A delivery that is on no row, and why the optimiser left it out, if it did."""

    order: Order
    why: str = ""
    words: str = ""


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """The plan in figures, for looking at and for comparing. `left_cost` is what leaving out the
    `left` deliveries counts when plans are weighed: more than any way to them costs."""

    rows: int = 0
    """That have stops."""
    stops: int = 0
    left: int = 0
    left_cost: float = 0
    distance_m: int = 0
    drive_s: int = 0
    work_s: int = 0
    wait_s: int = 0
    late_s: int = 0
    late_stops: int = 0
    problems: int = 0
    cost: float = 0
    co2_kg: float = 0


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """A whole plan. `estimate`: driving times are guesses, as there is no map.

    `version` rises with every change; `undo` and `redo` say what they would take back or make
    again, empty for nothing. `job_id` is the optimiser's run that is under way. `leaving` are
    routes that have no row any more. `more_waiting` is how many deliveries wait for that day that
    are not in the tray: those are too many, and the most urgent come first.
    """

    id: int
    fleet_id: int
    date: date
    name: str
    zone: str
    currency: str
    units: str
    version: int
    rows: tuple[Row, ...]
    tray: tuple[TrayItem, ...]
    totals: Totals
    more_waiting: int = 0
    leaving: tuple[Leaving, ...] = ()
    undo: str = ""
    redo: str = ""
    job_id: int | None = None
    published_at: datetime | None = None
    changed: bool = False
    """Whether something differs from what was published."""
    estimate: bool = False
