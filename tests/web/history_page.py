"""The player of the past on a page of its own, over a day that is told in fixed numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from fleet_app.location.journeys.polyline import encode_places
from tests.web.component_page import PUBLISHED, Answer, Asked

SCRIPT = f"""
import {{ useState }} from "react";
import {{ createRoot }} from "react-dom/client";
import {{ HistoryPlayer }} from "./{PUBLISHED}/history/sources/HistoryPlayer.jsx";
import {{ store }} from "./{PUBLISHED}/live/sources/liveStore.js";

window.heard = [];
window.moved = (id, ms) => {{
  store.vehicles.set(id, {{ id, recordedAt: ms / 1000 }});
  store.notify("delta", [id]);
}};
function Stage({{ given }}) {{
  const [props, setProps] = useState(given);
  window.setProps = (change) => setProps((old) => ({{ ...old, ...change }}));
  return (
    <div className="content" style={{{{ height: "100dvh" }}}}>
      <h1 className="only-read">History</h1>
      <input aria-label="Words" style={{{{ position: "absolute", right: 0 }}}} />
      <HistoryPlayer {{...props}} onLatest={{() => window.heard.push("latest")}} />
    </div>
  );
}}
window.stage = (given) =>
  createRoot(document.getElementById("root")).render(<Stage given={{given}} />);
window.ready = true;
"""
DAY_MS = 1_425_794_400_000
"""Midnight in Austin on 8 March 2015, whose day has 23 hours: the clocks went forward at two."""
MINUTE = 60_000
HOUR = 60 * MINUTE
END_MS = DAY_MS + 23 * HOUR
ZONE = "America/Chicago"
LAT, LON = 30.27, -97.74


@dataclass
class Way:
    """One vehicle's fixes, to be told in columns."""

    fixes: list[tuple[int, float, float, float | None, float | None, float | None]] = field(
        default_factory=list
    )
    gaps: list[tuple[int, int]] = field(default_factory=list)

    def drive(self, start_ms: int, minutes: int, north: float = 0.002) -> Way:
        """A fix a minute, northwards, ever faster."""
        lat = self.fixes[-1][1] if self.fixes else LAT
        for minute in range(minutes + 1):
            at = start_ms + minute * MINUTE
            self.fixes.append((at, lat + minute * north, LON, 2.0 + minute, 150.0 + minute, 0.0))
        return self

    def told(self, vehicle_id: int) -> dict[str, Any]:
        """The answer of `/vehicles/{id}/replay`."""
        columns = list(zip(*self.fixes, strict=True)) or [()] * 6
        t, lat, lon, speed, altitude, heading = columns
        return {
            "vehicle_id": vehicle_id, "from_ms": DAY_MS, "to_ms": END_MS,
            "t": _steps(list(t)), "lat": _steps([round(one * 1e6) for one in lat]),
            "lon": _steps([round(one * 1e6) for one in lon]),
            "speed": [None if one is None else round(one * 10) for one in speed],
            "altitude": [None if one is None else round(one) for one in altitude],
            "heading": [None if one is None else round(one) for one in heading],
            "gaps": [list(gap) for gap in self.gaps], "thinned": False,
        }  # fmt: skip


def _steps(numbers: list[int]) -> list[int]:
    before = [0, *numbers]
    return [now - then for then, now in zip(before, numbers, strict=False)]


def a_fact(number: int, kind: str, start_ms: int, end_ms: int, **more: Any) -> dict[str, Any]:
    """A row of `/trips`, `/stops` or `/movement-events`."""
    return {
        "id": number, "kind": kind, "subject": None, "fleet_id": 1, "vehicle_id": 7,
        "vehicle": "Van 7", "driver_id": None, "driver": None, "started_at": _iso(start_ms),
        "ended_at": _iso(end_ms), "duration_s": (end_ms - start_ms) / 1000, "distance_m": 0.0,
        "start_latitude": LAT, "start_longitude": LON, "end_latitude": LAT + 0.04,
        "end_longitude": LON, "start_place": None, "end_place": None, "values": {}, **more,
    }  # fmt: skip


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat().replace("+00:00", "Z")


FIRST, SECOND = DAY_MS + HOUR + 30 * MINUTE, DAY_MS + 5 * HOUR
"""When the two trips begin: half past one before the clocks change, and six after it."""


def a_day() -> Past:
    """Two trips with a stop between them, in which a silence lies; speeding in the second."""
    way = Way().drive(FIRST, 20)
    way.drive(SECOND, 20)
    way.gaps = [(FIRST + 20 * MINUTE, SECOND)]
    past = Past({7: way})
    past.trips = [
        a_fact(1, "trip", FIRST, FIRST + 20 * MINUTE, distance_m=4450.0, end_place="North depot"),
        a_fact(
            2,
            "trip",
            SECOND,
            SECOND + 20 * MINUTE,
            distance_m=4450.0,
            values={"gap_m": 1200.0, "unseen_s": 400},
        ),
    ]
    past.stops = [a_fact(3, "stop", FIRST + 20 * MINUTE, SECOND, start_latitude=LAT + 0.04)]
    speeding = {"limit_mps": 13.9, "max_speed_mps": 20.0, "source": "road"}
    past.events = [
        a_fact(4, "speeding", SECOND + 10 * MINUTE, SECOND + 12 * MINUTE, values=speeding)
    ]
    return past


@dataclass
class Past:
    """What the API tells; everything may be changed by a test."""

    ways: dict[int, Way]
    trips: list[dict[str, Any]] = field(default_factory=list)
    stops: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    snaps: bool = False
    broken: bool = False
    unclear: bool = False
    page: int = 500

    def answer(self, asked: Asked) -> Answer:
        """The reply to one request."""
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if self.broken:
            return _refused(503, "The database is busy. Try again in a moment.")
        if asked.path.endswith("/replay"):
            vehicle_id = int(asked.path.split("/")[-2])
            return _ok(self.ways.get(vehicle_id, Way()).told(vehicle_id))
        if asked.path.endswith("/snapped"):
            return self._snapped(int(asked.path.split("/")[-2]))
        rows = {"trips": self.trips, "stops": self.stops, "movement-events": self.events}
        name = asked.path.removeprefix("/api/v1/")
        if name in rows:
            return self._listed(rows[name], query)
        if name == "geocode/reverse":
            return _ok({"ready": True, "reason": "", "place": {
                "label": "Congress Avenue 1, 78701 Austin", "street": "Congress Avenue",
                "house_number": "1", "city": "Austin"}})  # fmt: skip
        return _refused(404, "Nothing here")

    def _snapped(self, trip_id: int) -> Answer:
        if not self.snaps:
            return _refused(409, "There is no road network here")
        start = FIRST if trip_id == 1 else SECOND
        road = [(0, LAT + 0.001 * n, LON + 0.002) for n in range(21)]
        off = [road[-1], (0, LAT + 0.03, LON)]
        pieces = [
            {"polyline6": encode_places(line), "matched": matched, "confidence": 0.9,
             "from_ms": start, "to_ms": start + 10 * MINUTE}
            for line, matched in ((road, True), (off, False))
        ]  # fmt: skip
        agreement = 0.985 if trip_id == 1 else 0.955
        return _ok({"pieces": pieces, "distance_m": 4000.0, "agreement": agreement})

    def _listed(self, rows: list[dict[str, Any]], query: dict[str, str]) -> Answer:
        wanted = {int(one) for one in query["vehicle_id"].split(",")}
        found = [row for row in reversed(rows) if row["vehicle_id"] in wanted]
        start = int(query.get("cursor", "0"))
        end = start + min(self.page, int(query["limit"]))
        more = str(end) if end < len(found) else None
        meta = {"pagination": {"limit": self.page, "next_cursor": more}}
        return _ok(found[start:end], meta | ({"unclear": True} if self.unclear else {}))


def _ok(data: Any, meta: dict[str, Any] | None = None) -> Answer:
    body = {"status": "success", "code": 200, "data": data, "meta": meta or {}}
    return 200, "application/json", json.dumps(body).encode()


def _refused(status: int, message: str) -> Answer:
    body = {"status": "error", "code": status, "error": {"message": message}}
    return status, "application/json", json.dumps(body).encode()
