"""Has an OSRM server put places on roads, in the form in which Valhalla does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from fleet_app.kernel.geo import distance_m
from fleet_app.routing.roads.errors import Refused, RoadsUnavailable
from fleet_app.routing.roads.online import Question, RoadServer
from fleet_app.routing.roads.osrm_wire import MatchAnswer, Tracepoint, coordinates
from fleet_app.routing.roads.ports import LatLon

MOST_POINTS = 100
"""Of one question: what servers allow unless told otherwise."""


class OsrmMatching:
    """Takes the one question that matching asks of a Valhalla."""

    def __init__(self, server: RoadServer) -> None:
        self._server = server

    def ask(self, action: str, question: bytes) -> bytes:
        """The answer to `trace_attributes`. Raises `Refused`, `RoadsUnavailable`."""
        asked = msgspec.json.decode(question)
        points: list[LatLon] = [(place["lat"], place["lon"]) for place in asked["shape"]]
        accuracy = asked["trace_options"]["gps_accuracy"]
        told = self._match(points, accuracy)
        if len(told.tracepoints) != len(points):
            raise RoadsUnavailable
        return msgspec.json.encode(_as_valhalla(points, told))

    def _match(self, points: Sequence[LatLon], accuracy: float) -> MatchAnswer:
        radiuses = ";".join([f"{accuracy:g}"] * len(points))
        options = f"overview=full&geometries=polyline6&gaps=ignore&radiuses={radiuses}"
        body = self._server.ask(Question(f"/match/v1/driving/{coordinates(points)}?{options}"))
        try:
            return msgspec.json.decode(body, type=MatchAnswer)
        except (msgspec.DecodeError, RecursionError):
            raise RoadsUnavailable from None


def _as_valhalla(points: Sequence[LatLon], told: MatchAnswer) -> Mapping[str, Any]:
    if not told.matchings:
        raise Refused("no way was found")
    before: int | None = None
    matched = []
    for point, trace in zip(points, told.tracepoints, strict=True):
        matched.append(_point(point, trace, before))
        before = trace.matchings_index if trace else before
    return {"shape": told.matchings[0].geometry, "matched_points": matched}


def _point(point: LatLon, trace: Tracepoint | None, before: int | None) -> Mapping[str, Any]:
    if trace is None:
        return {"type": "unmatched"}
    lon, lat = trace.location
    broken = before is not None and before != trace.matchings_index
    return {
        "type": "matched",
        "distance_from_trace_point": distance_m(*point, lat, lon),
        "begin_route_discontinuity": broken,
    }
