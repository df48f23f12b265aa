"""What all forms of a track have in common: what it is called, and where it is broken."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

import msgspec

from fleet_app.kernel.clock import to_ms
from fleet_app.location.past.stored_track import TrackFix

MOST_IN_PIECE = 5_000
"""A piece is held as a whole while it is written. A longer one goes on in the next, which begins
with the same fix."""
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")
Batches = AsyncIterator[list[TrackFix]]


class TrackForm(StrEnum):
    """Forms of the file."""

    GPX = "gpx"
    KML = "kml"
    CSV = "csv"
    GEOJSON = "geojson"


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Whose track it is, of which period; local times are in `zone`."""

    vehicle: str
    plate: str
    since: datetime
    until: datetime
    zone: tzinfo
    gap_ms: int

    @property
    def title(self) -> str:
        """One line that says it all, in local time."""
        return f"{self.vehicle}, {self.plate}: {self.local(self.since)} to {self.local(self.until)}"

    def local(self, moment: datetime) -> str:
        """A moment as clocks show it there, with how far they are ahead of UTC at that moment."""
        return moment.astimezone(self.zone).isoformat(sep=" ", timespec="seconds")

    def file_name(self, form: TrackForm) -> str:
        """What the file is called: the vehicle and the local days."""
        last = datetime.fromtimestamp((to_ms(self.until) - 1) / 1000, self.zone).date()
        days = sorted({self.since.astimezone(self.zone).date().isoformat(), last.isoformat()})
        name = _NOT_IN_NAMES.sub("-", self.plate or self.vehicle).strip("-.") or "track"
        return "_".join([name, *days]) + f".{form}"


class Piece(msgspec.Struct):
    """Fixes without a gap; `segment` counts from 1, and is that of the piece before if it only
    goes on from there."""

    segment: int
    fixes: list[TrackFix]


async def pieces(batches: Batches, gap_ms: int) -> AsyncIterator[Piece]:
    """The track in pieces, none of which has a gap or too many fixes."""
    piece = Piece(0, [])
    async for batch in batches:
        for done in _added(piece, batch, gap_ms):
            yield done
    if piece.fixes:
        yield piece


def _added(piece: Piece, batch: list[TrackFix], gap_ms: int) -> Iterator[Piece]:
    """Take the batch into `piece`, and tell of the pieces that this ends."""
    for fix in batch:
        last = piece.fixes[-1] if piece.fixes else None
        if last is None or _ms_between(last, fix) > gap_ms:
            if last is not None:
                yield Piece(piece.segment, piece.fixes)
            piece.segment, piece.fixes = piece.segment + 1, [fix]
        elif len(piece.fixes) >= MOST_IN_PIECE:
            yield Piece(piece.segment, piece.fixes)
            piece.fixes = [last, fix]
        else:
            piece.fixes.append(fix)


def _ms_between(first: TrackFix, then: TrackFix) -> int:
    return to_ms(then.recorded_at) - to_ms(first.recorded_at)


def utc(moment: datetime) -> str:
    """A moment as these forms write it: UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
