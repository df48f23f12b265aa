"""The trip report as a file: a map, totals, and what happened in the order of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import msgspec

from fleet_app.analytics.map_files.page import Head, page_of
from fleet_app.analytics.map_files.reading import Material
from fleet_app.analytics.map_files.report_parts import Places, numbers_of
from fleet_app.analytics.map_files.texts import duration
from fleet_app.analytics.map_files.track import LEVEL_COLOURS, LIMITS
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.acts import count_acts
from fleet_app.location.past.models import StoredFact
from fleet_app.location.past.replay import Columns


class Row(msgspec.Struct, kw_only=True):
    """A line of the table; `noticed` are events with their times."""

    kind: str
    sign: str
    when: str
    what: str
    distance: str = ""
    duration: str = ""
    speed: str = ""
    noticed: list[tuple[str, str]] = []


class Day(msgspec.Struct):
    """What began on one day of the fleet's calendar."""

    name: str
    rows: list[Row]


def report_page(material: Material, columns: Columns, places: Places, folder: Path) -> bytes:
    """The file. Takes up to some seconds: call it in a worker thread. `folder` is the installed
    map."""
    from fleet_app.analytics.map_files.report_map import map_of  # noqa: PLC0415 - brings pandas

    parts = map_of(material, columns, places, folder)
    ruler = material.words.ruler
    unit = ruler.unit("m/s")
    limits = LIMITS[ruler.units]
    names = [
        f"below {limits[0]}",
        *(f"{low} – {high}" for low, high in pairwise(limits)),
        f"over {limits[-1]} {unit}",
    ]
    said = {
        "legend": list(zip(LEVEL_COLOURS, names, strict=True)) if len(columns) else [],
        "days": days_of(material, places),
    }
    return page_of("report.html", _head(material), parts, said)


def days_of(material: Material, places: Places) -> list[Day]:
    """The tables."""
    homes = _homes(material)
    found: dict[str, Day] = {}
    for fact in sorted([*material.listed, *homes[0]], key=lambda one: one.started_at):
        began = max(material.since, fact.started_at)
        name = material.words.day(began)
        day = found.setdefault(name, Day(name, []))
        day.rows.append(_row(material, fact, homes.get(fact.id or -1, []), places, began))
    return list(found.values())


def _homes(material: Material) -> dict[int, list[StoredFact]]:
    """Events by the trip or stop they happened on; under 0 those that happened on none."""
    homes: dict[int, list[StoredFact]] = {0: []}
    for event in material.noticed:
        around = [
            fact for fact in material.listed
            if fact.started_at <= event.started_at < (fact.ended_at or material.until)
        ]  # fmt: skip
        during = [
            fact for fact in material.listed
            if event.started_at <= fact.started_at < (event.ended_at or material.until)
        ]  # fmt: skip
        home = next(iter(around or during), None)
        homes.setdefault((home.id or 0) if home else 0, []).append(event)
    return homes


def _row(
    material: Material, fact: StoredFact, events: Sequence[StoredFact], places: Places,
    began: datetime,
) -> Row:  # fmt: skip
    words, geofences = material.words, material.names.geofences
    when = words.span(fact.started_at, fact.ended_at, began)
    start, end = _ends(fact, places)
    lasted = duration(((fact.ended_at or material.now) - fact.started_at).total_seconds())
    noticed = [(words.on(one.started_at, began), words.event(one, geofences)) for one in events]
    if fact.kind is FactKind.STOP:
        number = numbers_of(material.listed)[fact.id or 0]
        return Row(kind="stop", sign=str(number), when=when, what=start,
                   duration=lasted, noticed=noticed)  # fmt: skip
    if fact.kind is not FactKind.TRIP:
        return Row(kind="event", sign="•", when=words.on(fact.started_at, began),
                   what=words.event(fact, geofences))  # fmt: skip
    way = " → ".join(one for one in (start, end) if one)
    return Row(
        kind="trip", sign="→", when=when, what=way, duration=lasted, noticed=noticed,
        distance=words.length(fact.distance_m), speed=words.speed(fact.data.get("max_speed")),
    )  # fmt: skip


def _ends(fact: StoredFact, places: Places) -> tuple[str, str]:
    """Names, else coordinates, as on the history page; no end of what goes on or stays there."""
    start, end = places.get(fact.id or 0, (None, None))
    start = start or _coordinates(fact.lat, fact.lon)
    if fact.ended_at is None or fact.end_lat is None or fact.end_lon is None:
        return start, ""
    return start, end or _coordinates(fact.end_lat, fact.end_lon)


def _coordinates(lat: float, lon: float) -> str:
    return f"{lat:.5f}, {lon:.5f}"


def _head(material: Material) -> Head:
    vehicle, words = material.vehicle, material.words
    ids = {fact.driver_id or 0 for fact in material.listed}
    drivers = sorted(name for id_, name in material.names.drivers.items() if id_ in ids)
    about = [words.between(material.since, material.until) if material.trip is None
             else words.moment(material.since)]  # fmt: skip
    about += [vehicle.registration_number]
    about += [f"Driver: {', '.join(drivers)}"] if drivers else []
    kind = "Trip" if material.trip else "Trips and stops"
    return Head(
        brand=material.brand, heading=f"{kind}: {vehicle.name}", about=about,
        totals=list(_totals(material)), notes=list(_notes(material)),
        nothing="Nothing was recorded in this period.",
        footer=f"Made on {words.moment(material.now)}. Times are those of "
        f"{material.words.zone}.",
    )  # fmt: skip


def _totals(material: Material) -> Iterator[tuple[str, str]]:
    words = material.words
    trips = [fact for fact in material.listed if fact.kind is FactKind.TRIP]
    yield "Distance", words.length(sum(fact.distance_m for fact in trips))
    yield "Driving", duration(sum(_seconds(fact, material) for fact in trips))
    if material.trip is None:
        stops = [fact for fact in material.listed if fact.kind is FactKind.STOP]
        yield "Trips", f"{len(trips)}"
        yield "Stops", f"{len(stops)}"
        yield "Standing", duration(sum(_seconds(fact, material, clip=True) for fact in stops))
    top = max((float(fact.data.get("max_speed") or 0) for fact in trips), default=0.0)
    yield "Top speed", words.speed(top) if top else "–"
    yield "Speeding", f"{count_acts(_only(FactKind.SPEEDING, material))}"
    yield "Harsh driving", f"{len(_only(FactKind.HARSH, material))}"


def _only(kind: FactKind, material: Material) -> list[StoredFact]:
    return [fact for fact in material.noticed if fact.kind is kind]


def _seconds(fact: StoredFact, material: Material, *, clip: bool = False) -> float:
    began, ended = fact.started_at, fact.ended_at or max(material.now, fact.started_at)
    if clip:
        began, ended = max(began, material.since), min(ended, material.until)
    return max(0.0, (ended - began).total_seconds())


def _notes(material: Material) -> Iterator[str]:
    trips = [fact for fact in material.listed if fact.kind is FactKind.TRIP]
    if any(f.started_at < material.since or (f.ended_at or f.started_at) > material.until
           for f in trips):  # fmt: skip
        yield "A trip that began before the period, or ended after it, is counted whole."
    if material.cut:
        yield "There was more than fits: the earliest trips, stops or events are left out."
