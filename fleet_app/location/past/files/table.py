"""CSV for spreadsheets: a row for each fix, with the time there and the time in UTC."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fleet_app.location.past.files.pieces import Batches, Head, pieces, utc
from fleet_app.location.past.stored_track import TrackFix
from fleet_app.records.sheets.cells import Cell
from fleet_app.records.sheets.writing import csv_lines, csv_start

HEADERS = (
    *("Vehicle", "Registration number", "Segment", "Time", "Time (UTC)", "Latitude", "Longitude"),
    *("Speed (km/h)", "Heading (°)", "Accuracy (m)", "Altitude (m)", "Battery (%)"),
)


async def table(head: Head, batches: Batches) -> AsyncIterator[bytes]:
    """The track; the number of the segment changes with every gap."""
    yield csv_start(HEADERS)
    before = 0
    async for piece in pieces(batches, head.gap_ms):
        fixes = piece.fixes[1:] if piece.segment == before else piece.fixes
        before = piece.segment
        yield csv_lines(_row(head, before, fix) for fix in fixes)


def _row(head: Head, segment: int, fix: TrackFix) -> list[Cell]:
    told = (fix.heading, fix.accuracy, fix.altitude, fix.battery)
    return [
        head.vehicle, head.plate, segment, head.local(fix.recorded_at), utc(fix.recorded_at),
        round(fix.lat, 7), round(fix.lon, 7),
        None if fix.speed is None else round(fix.speed * 3.6, 1),
        *(None if value is None else round(value, 1) for value in told),
    ]  # fmt: skip
