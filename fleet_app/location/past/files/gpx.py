"""GPX 1.1, with speed and course as Garmin's extension tells them."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fleet_app.location.past.files.pieces import Batches, Head, Piece, pieces, utc
from fleet_app.location.past.files.xml import START, number, text
from fleet_app.location.past.stored_track import TrackFix

_GPX = "http://www.topografix.com/GPX/1/1"
_MORE = "http://www.garmin.com/xmlschemas/TrackPointExtension/v2"


async def gpx(head: Head, batches: Batches) -> AsyncIterator[bytes]:
    """The track; each stretch without a gap is a segment."""
    yield (
        f'{START}<gpx version="1.1" creator="Live Fleet Tracking" xmlns="{_GPX}" '
        f'xmlns:more="{_MORE}">\n<metadata><name>{text(head.title)}</name>'
        f"<time>{utc(head.since)}</time></metadata>\n<trk><name>{text(head.vehicle)}</name>\n"
    ).encode()
    segment = 0
    async for piece in pieces(batches, head.gap_ms):
        yield _points(piece, segment).encode()
        segment = piece.segment
    yield (("</trkseg>\n" if segment else "") + "</trk>\n</gpx>\n").encode()


def _points(piece: Piece, before: int) -> str:
    """The points of a piece, and the tags of the segment that begins or ends with it."""
    goes_on = piece.segment == before
    lines = [_point(fix) for fix in (piece.fixes[1:] if goes_on else piece.fixes)]
    if not goes_on:
        lines.insert(0, ("</trkseg>\n" if before else "") + "<trkseg>\n")
    return "".join(lines)


def _point(fix: TrackFix) -> str:
    lon = -180.0 if fix.lon >= 180 else fix.lon  # the other name of the same meridian
    height = "" if fix.altitude is None else f"<ele>{number(fix.altitude, 1)}</ele>"
    more = ""
    if fix.speed is not None:
        more += f"<more:speed>{number(fix.speed, 2)}</more:speed>"
    if fix.heading is not None:
        more += f"<more:course>{number(fix.heading % 360, 1)}</more:course>"
    if more:
        inner = f"<more:TrackPointExtension>{more}</more:TrackPointExtension>"
        more = f"<extensions>{inner}</extensions>"
    return (
        f'<trkpt lat="{number(fix.lat, 7)}" lon="{number(lon, 7)}">{height}'
        f"<time>{utc(fix.recorded_at)}</time>{more}</trkpt>\n"
    )
