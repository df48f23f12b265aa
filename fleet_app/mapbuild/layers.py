"""What goes on the map: OpenStreetMap tags -> tile layer, class and the zoom it appears at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fleet_app.mapbuild import tags as read
from fleet_app.mapbuild.tags import Tags

Value = str | int | float

LAYERS = (
    "land",
    "water",
    "waterway",
    "building",
    "road",
    "rail",
    "boundary",
    "place",
    "label",
    "poi",
    "housenumber",
)
"""Every layer of the tiles, which `assets/map` styles by these names."""

MAX_ZOOM = 15
"""The deepest tiles; the browser enlarges them beyond."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One drawn thing, without its geometry. Empty and zero properties are left out."""

    layer: str
    minzoom: int
    properties: dict[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kept = {key: value for key, value in self.properties.items() if value not in ("", 0)}
        object.__setattr__(self, "properties", kept)


SHEET = Feature("land", 0, {"class": "earth"})
"""The ground of the whole extract, so that the map shows where its data ends."""

ROADS: Mapping[str, tuple[str, int]] = {
    "motorway": ("motorway", 5),
    "trunk": ("trunk", 7),
    "primary": ("primary", 8),
    "secondary": ("secondary", 10),
    "tertiary": ("tertiary", 11),
    "residential": ("minor", 12),
    "unclassified": ("minor", 12),
    "living_street": ("minor", 12),
    "road": ("minor", 12),
    "busway": ("service", 13),
    "service": ("service", 13),
    "track": ("track", 13),
    "pedestrian": ("pedestrian", 13),
    "footway": ("path", 14),
    "cycleway": ("path", 14),
    "path": ("path", 14),
    "bridleway": ("path", 14),
    "steps": ("path", 14),
}
"""`highway=*` -> (class, first zoom)."""

RAILS: Mapping[str, tuple[str, int]] = {
    "rail": ("rail", 9),
    "light_rail": ("rail", 11),
    "narrow_gauge": ("rail", 11),
    "subway": ("subway", 12),
    "monorail": ("subway", 12),
    "funicular": ("tram", 13),
    "tram": ("tram", 13),
}

WATERWAYS: Mapping[str, tuple[str, int]] = {
    "river": ("river", 9),
    "canal": ("canal", 11),
    "stream": ("stream", 13),
    "drain": ("drain", 14),
    "ditch": ("drain", 14),
}

LAND: Mapping[tuple[str, str], str] = {
    ("leisure", "park"): "park",
    ("leisure", "garden"): "park",
    ("leisure", "golf_course"): "park",
    ("leisure", "nature_reserve"): "park",
    ("leisure", "playground"): "park",
    ("leisure", "pitch"): "pitch",
    ("leisure", "track"): "pitch",
    ("leisure", "stadium"): "pitch",
    ("landuse", "recreation_ground"): "park",
    ("landuse", "village_green"): "park",
    ("landuse", "cemetery"): "park",
    ("amenity", "grave_yard"): "park",
    ("landuse", "grass"): "grass",
    ("landuse", "meadow"): "grass",
    ("landuse", "orchard"): "grass",
    ("landuse", "vineyard"): "grass",
    ("landuse", "allotments"): "grass",
    ("natural", "grassland"): "grass",
    ("natural", "scrub"): "grass",
    ("natural", "heath"): "grass",
    ("natural", "wetland"): "grass",
    ("landuse", "farmland"): "farmland",
    ("landuse", "forest"): "forest",
    ("natural", "wood"): "forest",
    ("natural", "beach"): "sand",
    ("natural", "sand"): "sand",
    ("natural", "bare_rock"): "rock",
    ("landuse", "industrial"): "industrial",
    ("landuse", "port"): "industrial",
    ("landuse", "depot"): "industrial",
    ("landuse", "railway"): "industrial",
    ("landuse", "commercial"): "commercial",
    ("landuse", "retail"): "commercial",
    ("landuse", "residential"): "residential",
    ("amenity", "school"): "campus",
    ("amenity", "university"): "campus",
    ("amenity", "hospital"): "hospital",
    ("amenity", "parking"): "parking",
    ("place", "square"): "plaza",
    ("man_made", "pier"): "pier",
    ("aeroway", "aerodrome"): "industrial",
    ("aeroway", "apron"): "plaza",
}
"""Areas on land; the first tag that matches decides."""

WATER: Mapping[tuple[str, str], str] = {
    ("natural", "water"): "lake",
    ("natural", "bay"): "bay",
    ("waterway", "riverbank"): "river",
    ("waterway", "dock"): "dock",
    ("landuse", "reservoir"): "lake",
    ("landuse", "basin"): "basin",
    ("leisure", "swimming_pool"): "pool",
    ("leisure", "marina"): "marina",
}

_UNDRAWN_WATER = frozenset({"bay", "marina"})
"""Water that has a name to show but whose surface is the sea or lake it belongs to."""

PLACES: Mapping[str, tuple[int, int]] = {
    "city": (3, 1),
    "town": (7, 2),
    "village": (10, 3),
    "suburb": (11, 4),
    "quarter": (12, 5),
    "hamlet": (12, 5),
    "neighbourhood": (13, 6),
    "locality": (14, 7),
}
"""`place=*` -> (first zoom, rank)."""

POIS: Mapping[tuple[str, str], str] = {
    ("amenity", "fuel"): "fuel",
    ("amenity", "charging_station"): "charging",
    ("amenity", "hospital"): "hospital",
    ("amenity", "parking"): "parking",
    ("amenity", "police"): "police",
    ("amenity", "post_office"): "post",
    ("amenity", "ferry_terminal"): "ferry",
    ("highway", "services"): "services",
    ("highway", "rest_area"): "services",
    ("railway", "station"): "station",
    ("aeroway", "aerodrome"): "airport",
}
"""What a driver or dispatcher looks for; restaurants and shops would only be in the way."""

_POI_ZOOM: Mapping[str, int] = {"airport": 9, "station": 12, "hospital": 12, "ferry": 12}

_PRIVATE = frozenset({"private", "no", "customers"})


_WALKED = frozenset({"path", "pedestrian"})


def road(tags: Tags) -> Feature | None:
    """A road, street or path drawn as a line."""
    highway = tags.get("highway", "").removesuffix("_link")
    if highway not in ROADS or read.is_set(tags.get("indoor")) or tags.get("area") == "yes":
        return None
    kind, zoom = ROADS[highway]
    if kind in _WALKED and read.layer(tags) < 0 and not read.is_set(tags.get("tunnel")):
        return None  # a shopping passage under the street, not under the sky
    link = tags.get("highway", "").endswith("_link")
    aside = kind == "service" and tags.get("service") in {"driveway", "parking_aisle", "alley"}
    return Feature(
        "road",
        min(zoom + 2 * link + aside, 14),
        {
            "class": kind,
            "sub": "steps" if highway == "steps" else "",
            "name": read.name(tags),
            "ref": read.ref(tags),
            "oneway": read.oneway(tags),
            "z": read.layer(tags),
            "link": int(link),
            **_structure(tags),
        },
    )


def _structure(tags: Tags) -> dict[str, Value]:
    tunnel = read.is_set(tags.get("tunnel"))
    return {"bridge": int(read.is_set(tags.get("bridge")) and not tunnel), "tunnel": int(tunnel)}


def rail(tags: Tags) -> Feature | None:
    """A railway, tram or metro line in use."""
    if tags.get("railway", "") not in RAILS:
        return None
    kind, zoom = RAILS[tags["railway"]]
    siding = "service" in tags
    properties = {"class": kind, "siding": int(siding), "z": read.layer(tags), **_structure(tags)}
    return Feature("rail", max(zoom, 13) if siding else zoom, properties)


def waterway(tags: Tags) -> Feature | None:
    """Running water drawn as a line; pipes under ground are left out."""
    if tags.get("waterway", "") not in WATERWAYS or read.is_set(tags.get("tunnel")):
        return None
    kind, zoom = WATERWAYS[tags["waterway"]]
    return Feature("waterway", zoom, {"class": kind, "name": read.name(tags)})


def boundary(admin_level: int) -> Feature | None:
    """An administrative border: of a country (2) down to a city district (10)."""
    zoom = {2: 0, 3: 4, 4: 4, 5: 7, 6: 7, 7: 9, 8: 9, 9: 11, 10: 12}.get(admin_level)
    return None if zoom is None else Feature("boundary", zoom, {"level": admin_level})


def line_features(tags: Tags) -> Iterator[Feature]:
    """What a way gives as a line."""
    for feature in (road(tags), rail(tags), waterway(tags)):
        if feature is not None:
            yield feature


def _match(tags: Tags, table: Mapping[tuple[str, str], str]) -> str:
    return next((kind for (key, value), kind in table.items() if tags.get(key) == value), "")


def zoom_for_area(square_metres: float, first: int, last: int) -> int:
    """The zoom at which an area is about 8 x 8 pixels, within limits."""
    zoom = first
    pixel_m = 78_271.5 / 2**first
    while zoom < last and square_metres < (8 * pixel_m) ** 2:
        zoom, pixel_m = zoom + 1, pixel_m / 2
    return zoom


def area_features(tags: Tags, square_metres: float) -> Iterator[Feature]:
    """What a closed way or multipolygon gives as an area."""
    if kind := _match(tags, WATER):
        if kind not in _UNDRAWN_WATER:
            yield Feature("water", zoom_for_area(square_metres, 5, 14), {"class": kind})
        return
    if read.is_set(tags.get("building")) and tags.get("location") != "underground":
        yield building(tags, square_metres)
        return
    kind = _match(tags, LAND) or _walking_area(tags)
    if kind and tags.get("parking") not in {"underground", "multi-storey"}:
        yield Feature("land", zoom_for_area(square_metres, 7, 14), {"class": kind})


def building(tags: Tags, square_metres: float) -> Feature:
    """A building with its height in metres where the extract tells it."""
    properties: dict[str, Value] = {"height": read.building_height_m(tags) or 0}
    return Feature("building", 13 if square_metres > 1_500 else 14, properties)


def _walking_area(tags: Tags) -> str:
    """Squares and other areas for walking, drawn only where their roof is the sky."""
    walked = tags.get("highway") in {"pedestrian", "footway", "service"}
    covered = read.is_set(tags.get("indoor")) or read.is_set(tags.get("tunnel"))
    return "plaza" if walked and not covered and tags.get("area") != "no" else ""


def area_labels(tags: Tags, square_metres: float) -> Iterator[Feature]:
    """What an area gives as a point in its middle: the names of waters and parks, facilities."""
    label = read.name(tags)
    kind = "water" if _match(tags, WATER) else _match(tags, LAND)
    if label and kind in {"water", "park", "forest", "campus", "plaza"}:
        zoom = zoom_for_area(square_metres / 60, 7, 15)
        yield Feature("label", zoom, {"class": kind, "name": label})
    yield from point_features(tags)


def node_features(tags: Tags) -> Iterator[Feature]:
    """What a node gives: what any point gives, and the names of waters without an outline."""
    if tags.get("natural") in {"bay", "strait"} and (label := read.name(tags)):
        yield Feature("label", 12, {"class": "water", "name": label})
    yield from point_features(tags)


def point_features(tags: Tags) -> Iterator[Feature]:
    """What a node, or the middle of an area, gives: a place, a facility, a house number."""
    label = read.name(tags)
    if label and tags.get("place", "") in PLACES:
        zoom, rank = PLACES[tags["place"]]
        yield Feature("place", zoom, {"class": tags["place"], "name": label, "rank": rank})
    if (kind := _match(tags, POIS)) and tags.get("access") not in _PRIVATE:
        yield Feature("poi", _POI_ZOOM.get(kind, 14), {"class": kind, "name": label})
    if number := tags.get("addr:housenumber", "").strip():
        yield Feature("housenumber", MAX_ZOOM, {"number": number[:12]})
