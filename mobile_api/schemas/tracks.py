"""Tracks of vehicles, as the API asks for them and shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from fleet_app.kernel.cursors import LONGEST_CURSOR
from fleet_app.location.journeys.polyline import encode_places
from fleet_app.location.models import QuarantineReason
from fleet_app.location.past.files.pieces import TrackForm
from fleet_app.location.past.query import bounded
from fleet_app.location.past.stored_track import TrackFix
from fleet_app.routing.roads.matching import Matched, Piece
from mobile_api.schemas.errors import ErrorEnvelope
from mobile_api.schemas.past import LONGEST_MOMENT
from mobile_api.schemas.records import NOT_ALLOWED, UNKNOWN, answers

MOST_FIXES = 5000


class PeriodQuery(BaseModel):
    """A period of at most 31 days; unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid")

    since: str = Field(alias="from", max_length=LONGEST_MOMENT, description="Since when: a moment "
                       "with its zone.", examples=["2026-11-22T00:00:00Z"])  # fmt: skip
    until: str = Field(alias="to", max_length=LONGEST_MOMENT, description="Until when, not "
                       "included; at most 31 days later.",
                       examples=["2026-11-23T00:00:00Z"])  # fmt: skip

    def period(self) -> tuple[datetime, datetime]:
        """Both ends. Raises `InvalidInput`."""
        return bounded(self.since, self.until)


class TrackQuery(PeriodQuery):
    """Which fixes."""

    raw: bool = Field(default=False, description="With the fixes that are not believed.")
    cursor: str = Field(
        default="", max_length=LONGEST_CURSOR,
        description="`meta.pagination.next_cursor` of the answer before.",
    )  # fmt: skip
    limit: int = Field(default=1000, ge=1, le=MOST_FIXES)


class TrackView(msgspec.Struct, frozen=True, kw_only=True):
    """A stored fix; `quarantined` says why it is not believed, and is None otherwise."""

    recorded_at: datetime
    latitude: float
    longitude: float
    speed: float | None
    heading: float | None
    accuracy: float | None
    altitude: float | None
    battery: float | None
    quarantined: QuarantineReason | None


def track_view(fix: TrackFix) -> TrackView:
    """What the API shows of a fix."""
    return TrackView(
        recorded_at=fix.recorded_at, latitude=fix.lat, longitude=fix.lon, speed=fix.speed,
        heading=fix.heading, accuracy=fix.accuracy, altitude=fix.altitude, battery=fix.battery,
        quarantined=fix.quarantined,
    )  # fmt: skip


class PieceView(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a trip: on roads, or as it was told where it fits none (`matched` false)."""

    polyline6: str
    matched: bool
    confidence: float
    from_ms: int
    to_ms: int


class SnappedView(msgspec.Struct, frozen=True, kw_only=True):
    """A trip on roads."""

    pieces: list[PieceView]
    distance_m: float
    agreement: float


def snapped_view(found: Matched) -> SnappedView:
    """What the API shows of a trip on roads."""
    return SnappedView(
        pieces=[_piece_view(piece) for piece in found.pieces],
        distance_m=round(found.distance_m, 1), agreement=round(found.agreement, 4),
    )  # fmt: skip


def _piece_view(piece: Piece) -> PieceView:
    sure = sum(piece.confidences) / len(piece.confidences)
    return PieceView(
        polyline6=encode_places((0, lat, lon) for lat, lon in piece.shape),
        matched=piece.matched, confidence=round(sure, 3), from_ms=piece.from_ms, to_ms=piece.to_ms,
    )  # fmt: skip


_refused: dict[str, Any] = {"_403": NOT_ALLOWED, "_404": UNKNOWN}
_FIX = {
    "recorded_at": "2026-11-22T10:15:30Z", "latitude": 60.1699, "longitude": 24.9384, "speed": 8.3,
    "heading": 271.5, "accuracy": 5.0, "altitude": 21.0, "battery": 83.0, "quarantined": None,
}  # fmt: skip
TRACK = answers([_FIX], **_refused)
TRACK[200]["content"]["application/json"]["example"]["meta"]["pagination"] = {
    "limit": 1000, "next_cursor": "WzE3OTUzNDI1MzAsMCwiIl0",
}  # fmt: skip
REPLAY = answers(
    {
        "vehicle_id": 12, "from_ms": 1795305600000, "to_ms": 1795392000000,
        "t": [1795342530000, 10000, 400000], "lat": [60169900, 120, -35],
        "lon": [24938400, -210, 12], "speed": [83, 91, None], "altitude": [21, 21, None],
        "heading": [272, 270, None], "gaps": [[1795342540000, 1795342940000]], "thinned": False,
    },
    **_refused,
)  # fmt: skip
SNAPPED = answers(
    {
        "pieces": [
            {"polyline6": "_izlhA~rlgdF_{geC~ywl@", "matched": True, "confidence": 0.93,
             "from_ms": 1795342530000, "to_ms": 1795343940000},
        ],
        "distance_m": 11911.2, "agreement": 0.981,
    },
    **_refused,
    _409="There is no road network in this installation (`no_roads`).",
)  # fmt: skip
MEDIA = {
    TrackForm.GPX: "application/gpx+xml",
    TrackForm.KML: "application/vnd.google-earth.kml+xml",
    TrackForm.CSV: "text/csv; charset=utf-8",
    TrackForm.GEOJSON: "application/geo+json",
}
_BYTES = {"schema": {"type": "string", "format": "binary"}}
FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The track.",
        "content": {media.partition(";")[0]: _BYTES for media in MEDIA.values()},
    },
    403: {"model": ErrorEnvelope, "description": NOT_ALLOWED},
    404: {"model": ErrorEnvelope, "description": UNKNOWN},
}
