"""Before a geofence is stored: what was told of its shape becomes one shape, or is refused."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from fleet_app.fleet.models import Driver, Vehicle
from fleet_app.kernel.errors import InvalidInput
from fleet_app.location.geofences.models import Geofence, GeofenceKind
from fleet_app.location.geofences.spelling import COLUMNS, KIND_OF, geometry_of
from fleet_app.location.zones.checking import checked
from fleet_app.location.zones.measures import area_m2
from fleet_app.location.zones.shapes import Circle, Corridor, Polygon, Shape, bounds_of
from fleet_app.records.kinds import Write
from fleet_app.records.problems import invalid

_MODELS: dict[str, Any] = {"vehicle_ids": Vehicle, "driver_ids": Driver}
_MISSING = "is missing"


async def before_save(write: Write) -> None:
    """Settle the shape and everything that follows from it; name only vehicles and drivers that
    are there."""
    if write.is_new or any(name in write.values for name in COLUMNS):
        shape = _shape(write)
        write.values.update(columns_of(shape))
        for name, value in derived(shape).items():
            # Not among the values: whoever reads the audit log knows them from the shape.
            setattr(write.row, name, value)
    await _must_be_there(write)


def columns_of(shape: Shape) -> dict[str, Any]:
    """The columns that say what a shape is."""
    found: dict[str, Any] = dict.fromkeys(COLUMNS)
    match shape:
        case Circle(center=(lon, lat), radius_m=radius):
            return found | {"kind": GeofenceKind.CIRCLE, "lat": lat, "lon": lon, "radius_m": radius}
        case Corridor(width_m=width):
            found |= {"kind": GeofenceKind.CORRIDOR, "width_m": width}
        case Polygon():
            found["kind"] = GeofenceKind.POLYGON
    return found | {"geometry": geometry_of(shape)}


def derived(shape: Shape) -> dict[str, Any]:
    """The columns that follow from a shape."""
    box = bounds_of(shape)
    match shape:
        case Circle(center=(lon, lat)):
            corners = 0
        case Corridor(line=line):
            (lon, lat), corners = line[len(line) // 2], len(line)
        case Polygon():
            lon, lat = (box.west + box.east) / 2, (box.south + box.north) / 2
            corners = sum(map(len, shape.rings))
    return {
        "center_lat": lat, "center_lon": lon - 360.0 if lon >= 180.0 else lon,
        "area_m2": area_m2(shape), "corners": corners,
        "west": box.west, "south": box.south, "east": box.east, "north": box.north,
    }  # fmt: skip


def _shape(write: Write) -> Shape:
    kind, fields = _kind(write), write.fields
    _no_stranger(write, kind)
    if kind is GeofenceKind.CIRCLE:
        return _circle(write)
    geometry = fields["geometry"]
    if geometry is None or KIND_OF[geometry["type"]] is not kind:
        what = "outline" if kind is GeofenceKind.POLYGON else "line"
        raise invalid({"geometry": f"is missing: a {kind.value} needs its {what}"})
    if kind is GeofenceKind.POLYGON:
        outline, *holes = ([(lon, lat) for lon, lat in r[:-1]] for r in geometry["coordinates"])
        return Polygon(tuple(outline), tuple(map(tuple, holes)))
    if fields["width_m"] is None:
        raise invalid({"width_m": _MISSING})
    line = tuple((lon, lat) for lon, lat in geometry["coordinates"])
    return Corridor(line, fields["width_m"])


def _kind(write: Write) -> GeofenceKind:
    """The kind that is meant: a new drawing says it, whatever the zone was before."""
    kind: GeofenceKind = GeofenceKind(write.fields["kind"])
    if not _told(write, "geometry"):
        return kind
    drawn = KIND_OF[write.fields["geometry"]["type"]]
    said = kind is not GeofenceKind.CIRCLE if write.is_new else _told(write, "kind")
    if said and drawn is not kind:
        raise invalid({"geometry": f"draws a {drawn.value}, but the kind is {kind.value}"})
    return drawn


def _circle(write: Write) -> Shape:
    lat, lon, radius = (write.fields[name] for name in ("lat", "lon", "radius_m"))
    if _told(write, "geometry"):
        lon, lat = write.fields["geometry"]["coordinates"]
    told = {"lat": lat, "lon": lon, "radius_m": radius}
    missing = {name: _MISSING for name, value in told.items() if value is None}
    if missing:
        raise invalid(missing)
    try:
        return checked(Circle((lon, lat), radius))
    except InvalidInput as error:
        raise InvalidInput(error.message, fields={"radius_m": error.message}) from None


def _no_stranger(write: Write, kind: GeofenceKind) -> None:
    """Raises for what was told of the shape and would be lost, as this kind has no such thing."""
    of_circles = dict.fromkeys(("lat", "lon"), "only a circle has a middle")
    strange = {**of_circles, "radius_m": "only a circle has a radius"}
    if kind is GeofenceKind.CIRCLE:
        strange = {} if not _told(write, "geometry") else of_circles
    if kind is not GeofenceKind.CORRIDOR:
        strange = strange | {"width_m": "only a corridor has a width"}
    found = {name: text for name, text in strange.items() if _told(write, name)}
    if found:
        raise invalid(found)


def _told(write: Write, name: str) -> bool:
    """Whether somebody says something new about a field now."""
    value = write.values.get(name)
    return value is not None and (write.is_new or value != write.before.get(name))


async def _must_be_there(write: Write) -> None:
    """Raises unless the vehicles and drivers that are named belong to the fleet."""
    row: Geofence = write.row
    problems = {}
    for name, model in _MODELS.items():
        named = set(write.values.get(name) or ()) - set(write.before.get(name) or ())
        if not named:
            continue
        query = select(model.id).where(
            col(model.id).in_(named),
            model.fleet_id == row.fleet_id,
            col(model.deleted_at).is_(None),
        )
        unknown = sorted(named - set((await write.session.exec(query)).all()))
        if unknown:
            what = name.removesuffix("_ids")
            problems[name] = f"there is no {what} {', '.join(map(str, unknown[:5]))}"
    if problems:
        raise invalid(problems)
