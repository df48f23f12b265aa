"""KML 2.2 with Google's tracks, which know when the vehicle was where."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from fleet_app.location.past.files.pieces import Batches, Head, Piece, pieces, utc
from fleet_app.location.past.files.xml import START, number, text
from fleet_app.location.past.stored_track import TrackFix

_KML = "http://www.opengis.net/kml/2.2"
_GX = "http://www.google.com/kml/ext/2.2"
_SCHEMA = (
    '<Schema id="told"><gx:SimpleArrayField name="speed" type="float">'
    "<displayName>Speed (km/h)</displayName></gx:SimpleArrayField></Schema>\n"
)


async def kml(head: Head, batches: Batches) -> AsyncIterator[bytes]:
    """The track; nothing is drawn across a gap."""
    yield (
        f'{START}<kml xmlns="{_KML}" xmlns:gx="{_GX}">\n<Document><name>{text(head.title)}</name>\n'
        f"{_SCHEMA}<Placemark><name>{text(head.vehicle)}</name>\n"
        "<gx:MultiTrack><gx:interpolate>0</gx:interpolate>\n"
    ).encode()
    async for piece in pieces(batches, head.gap_ms):
        yield "".join(_track(piece)).encode()
    yield b"</gx:MultiTrack></Placemark></Document>\n</kml>\n"


def _track(piece: Piece) -> Iterable[str]:
    yield "<gx:Track>\n"
    for fix in piece.fixes:
        yield f"<when>{utc(fix.recorded_at)}</when>\n"
    for fix in piece.fixes:
        height = number(fix.altitude or 0.0, 1)
        yield f"<gx:coord>{number(fix.lon, 7)} {number(fix.lat, 7)} {height}</gx:coord>\n"
    yield '<ExtendedData><SchemaData schemaUrl="#told"><gx:SimpleArrayData name="speed">\n'
    for fix in piece.fixes:
        yield f"<gx:value>{_km_h(fix)}</gx:value>\n"
    yield "</gx:SimpleArrayData></SchemaData></ExtendedData></gx:Track>\n"


def _km_h(fix: TrackFix) -> str:
    return "" if fix.speed is None else number(fix.speed * 3.6, 1)
