"""What thousands of sessions saw: frames, texts, and how long after the fix they came."""

from __future__ import annotations

import struct
import time

from bench._plans import Outcome
from fleet_app.location.frames import HEADER, RECORD

FIRST_LAT = 600_000_000
STEP = 100
"""Fix number n lies at FIRST_LAT + n * STEP, in 1e-7 degrees: so frames tell the number."""


class Measure:
    """What all sessions of this process write into."""

    def __init__(self, marker: str) -> None:
        self.marker = marker.encode()
        self.outcome = Outcome()
        self.counting = False
        self.latencies: dict[bool, list[float]] = {False: [], True: []}
        self._posted: dict[int, list[float]] = {}
        """By vehicle: when fix number 1, 2, … was sent."""
        self._shown: dict[bool, dict[int, int]] = {False: {}, True: {}}
        """The newest fix number of a vehicle that dashboards, and customers, were shown."""
        self._frames: dict[bytes, list[float]] = {}

    def posted(self, vehicle_id: int) -> None:
        """Note the moment the next fix of a vehicle is sent."""
        self._posted.setdefault(vehicle_id, []).append(time.perf_counter())

    def unseen(self) -> int:
        """Posts that no dashboard was shown, nor a newer one of the same vehicle."""
        shown = self._shown[False]
        return sum(len(sent) - shown.get(vehicle, 0) for vehicle, sent in self._posted.items())

    def frame(self, frame: bytes, is_customer: bool) -> None:
        """A binary frame arrived at one session."""
        if not self.counting:
            return
        now = time.perf_counter()
        times = self._frames.get(frame)
        if times is None:
            times = self._frames[frame] = self._times(frame, is_customer)
        outcome = self.outcome
        outcome.frames += 1
        outcome.bytes += len(frame)
        if not is_customer:
            outcome.dashboard_frames += 1
            outcome.dashboard_records += (len(frame) - HEADER.size) // RECORD.size
        self.latencies[is_customer].extend([now - at for at in times])

    def text(self, packet: bytes) -> None:
        """A text message arrived at one session."""
        if self.counting and packet.startswith(b"42") and self.marker in packet:
            self.outcome.texts += 1
            self.outcome.bytes += len(packet)

    def _times(self, frame: bytes, is_customer: bool) -> list[float]:
        """When the fixes that this frame brings, or has passed over, were sent."""
        shown, found = self._shown[is_customer], list[float]()
        for start in range(HEADER.size, len(frame), RECORD.size):
            vehicle_id, lat = struct.unpack_from("<Ii", frame, start)
            number = round((lat - FIRST_LAT) / STEP)
            before = shown.get(vehicle_id, 0)
            if number > before:
                found += self._posted.get(vehicle_id, [])[before:number]
                shown[vehicle_id] = number
        return found
