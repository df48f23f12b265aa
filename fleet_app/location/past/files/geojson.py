"""GeoJSON (RFC 7946): a line for each stretch without a gap."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from fleet_app.location.past.files.pieces import Batches, Head, Piece, pieces, utc
from fleet_app.location.past.stored_track import TrackFix

_encoder = msgspec.json.Encoder()


async def geojson(head: Head, batches: Batches) -> AsyncIterator[bytes]:
    """A collection of lines; a stretch of one fix is a point."""
    name = _encoder.encode(head.title).decode()
    yield f'{{"type":"FeatureCollection","name":{name},"features":[\n'.encode()
    comma = b""
    async for piece in pieces(batches, head.gap_ms):
        yield comma + _encoder.encode(_feature(head, piece))
        comma = b",\n"
    yield b"\n]}\n"


def _feature(head: Head, piece: Piece) -> dict[str, Any]:
    """`times` and `speeds` (m/s) belong to the coordinates one by one."""
    fixes = piece.fixes
    places = [_place(fix) for fix in fixes]
    line = {"type": "LineString", "coordinates": places}
    point = {"type": "Point", "coordinates": places[0]}
    return {
        "type": "Feature",
        "geometry": line if len(places) > 1 else point,
        "properties": {
            "vehicle": head.vehicle, "registration_number": head.plate, "segment": piece.segment,
            "from": utc(fixes[0].recorded_at), "to": utc(fixes[-1].recorded_at),
            "from_local": head.local(fixes[0].recorded_at),
            "to_local": head.local(fixes[-1].recorded_at),
            "times": [utc(fix.recorded_at) for fix in fixes],
            "speeds": [None if fix.speed is None else round(fix.speed, 2) for fix in fixes],
        },
    }  # fmt: skip


def _place(fix: TrackFix) -> list[float]:
    place = [round(fix.lon, 7), round(fix.lat, 7)]
    return place if fix.altitude is None else [*place, round(fix.altitude, 1)]
