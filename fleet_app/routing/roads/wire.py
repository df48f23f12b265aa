"""What Valhalla is asked and what it answers, the same embedded and over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from fleet_app.kernel.geo import distance_m
from fleet_app.routing.roads import polyline
from fleet_app.routing.roads.costing import Costing, mode_of, options_of
from fleet_app.routing.roads.ports import (
    UNREACHABLE,
    Directions,
    LatLon,
    Leg,
    Maneuver,
    Reach,
    RoadMatrix,
    Snap,
)

SEARCH_CUTOFF_M = 2_000
"""A point without a road this near has no route, instead of one from somewhere else."""

Json = dict[str, Any]


class Table(msgspec.Struct):
    """Seconds and kilometres; None where there is no way."""

    durations: list[list[float | None]]
    distances: list[list[float | None]]


class MatrixAnswer(msgspec.Struct):
    """The answer to a matrix."""

    sources_to_targets: Table


class Edge(msgspec.Struct):
    """A road near a place."""

    correlated_lat: float
    correlated_lon: float


class Located(msgspec.Struct):
    """The roads near one place, the nearest first; none at all may be null."""

    edges: list[Edge] | None = None


def places(points: Sequence[LatLon]) -> list[Json]:
    """Points as Valhalla wants them."""
    return [{"lat": lat, "lon": lon, "search_cutoff": SEARCH_CUTOFF_M} for lat, lon in points]


def travel(costing: Costing) -> Json:
    """The fields that say how one travels."""
    mode, options = mode_of(costing), options_of(costing)
    return {"costing": mode} | ({"costing_options": {mode: options}} if options else {})


def route_request(points: Sequence[LatLon], costing: Costing, language: str | None = None) -> Json:
    """A way through points; with its turns if there is a language to tell them in."""
    told = {"language": language} if language else {"directions_type": "none"}
    return {"locations": places(points), "units": "kilometers", **travel(costing), **told}


def matrix_request(points: Sequence[LatLon], targets: Sequence[LatLon], costing: Costing) -> Json:
    """From each to each."""
    ends = {"sources": places(points), "targets": places(targets)}
    return {**ends, **travel(costing), "units": "kilometers", "verbose": False}


def isochrone_request(point: LatLon, minutes: Sequence[float], costing: Costing) -> Json:
    """How far one gets."""
    contours = [{"time": each} for each in minutes]
    return {
        "locations": places([point]), "contours": contours, "polygons": True, **travel(costing),
    }  # fmt: skip


def locate_request(points: Sequence[LatLon], costing: Costing) -> Json:
    """The roads near each point."""
    return {"locations": places(points), "verbose": False, **travel(costing)}


def matrix_of(table: Table, shape: tuple[int, int], unit_m: float = 1000.0) -> RoadMatrix:
    """Whole seconds and metres. Raises `ValueError` if it is not of that shape."""
    seconds = np.array(table.durations, dtype=np.float64)
    metres = np.array(table.distances, dtype=np.float64) * unit_m
    if not seconds.shape == metres.shape == shape:
        raise ValueError(f"a matrix of {seconds.shape} and {metres.shape} instead of {shape}")
    with np.errstate(invalid="ignore"):
        seconds[seconds > UNREACHABLE] = np.nan
        metres[metres > UNREACHABLE] = np.nan
    lost = ~(np.isfinite(seconds) & np.isfinite(metres))
    seconds[lost] = metres[lost] = UNREACHABLE
    durations, distances = (np.rint(each).astype(np.int64) for each in (seconds, metres))
    return RoadMatrix(durations, distances, is_estimate=False)


def directions_of(trip: Json, language: str) -> Directions:
    """All legs as one; where one leg ends and the next begins, both are told."""
    shape: list[LatLon] = []
    maneuvers: list[Maneuver] = []
    legs: list[Leg] = []
    for leg in trip["legs"]:
        before, summary = max(0, len(shape) - 1), leg["summary"]
        shape += polyline.decode(leg["shape"])[1 if shape else 0 :]
        told = [_maneuver(each, before) for each in leg["maneuvers"]]
        maneuvers += told
        metres, lasts = summary["length"] * 1000.0, float(summary["time"])
        legs.append(Leg(metres, lasts, len(shape) - 1, len(told)))
    return Directions(
        distance_m=sum(leg.distance_m for leg in legs),
        duration_s=sum(leg.duration_s for leg in legs),
        shape=tuple(shape),
        maneuvers=tuple(maneuvers),
        language=language,
        is_estimate=False,
        legs=tuple(legs),
    )


def _maneuver(told: Json, before: int) -> Maneuver:
    return Maneuver(
        instruction=str(told["instruction"]),
        length_m=told["length"] * 1000.0,
        duration_s=float(told["time"]),
        shape_index=before + int(told["begin_shape_index"]),
    )


def reaches_of(answer: Json, minutes: Sequence[float]) -> tuple[Reach, ...]:
    """One for each of `minutes`, in that order."""
    rings: dict[float, list[tuple[LatLon, ...]]] = {}
    for feature in answer["features"]:
        shape = feature["geometry"]
        several = shape["type"] == "MultiPolygon"
        polygons = shape["coordinates"] if several else [shape["coordinates"]]
        outer = [tuple((lat, lon) for lon, lat in polygon[0]) for polygon in polygons]
        rings.setdefault(float(feature["properties"]["contour"]), []).extend(outer)
    return tuple(Reach(each, tuple(rings.get(float(each), ())), False) for each in minutes)


def snap_of(point: LatLon, located: Located) -> Snap | None:
    """The nearest of the roads that were found."""
    found = [
        Snap(edge.correlated_lat, edge.correlated_lon,
             distance_m(*point, edge.correlated_lat, edge.correlated_lon))
        for edge in located.edges or ()
    ]  # fmt: skip
    return min(found, key=lambda snap: snap.distance_m, default=None)
