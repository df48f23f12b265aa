"""What an extract says about addresses: one row for every house, named thing, street and place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import osmium
from osmium.osm import Area, Node, Way
from osmium.osm.types import OSMEntity

from fleet_app.mapbuild.extract import Extract, reading
from fleet_app.mapbuild.tags import MAX_NAME_LENGTH, Tags, name
from fleet_app.routing.geocoding.words import key

PLACES = frozenset(
    {"city", "town", "village", "hamlet", "borough", "suburb", "quarter", "neighbourhood"}
)
_THINGS = ("amenity", "shop", "office", "tourism", "craft", "healthcare", "leisure")
_OTHER_NAMES = ("alt_name", "old_name", "short_name")
_OTHER_LANGUAGES = 4


class RawRow(NamedTuple):
    """One object of the extract, before several that mean the same become one."""

    kind: str
    """`address`, `street` or `place`."""
    key: str
    """The comparable name of the street or place."""
    number_key: str
    rank: int
    """Lower knows better where the door is: 0 a point of its own, 1 a building, 2 a shop in it."""
    street: str
    number: str
    name: str
    """What is there, "" for a mere house."""
    aliases: str
    """The name in other languages, comparable."""
    postcode: str
    city: str
    country: str
    lat: float
    lon: float


def raw_rows(extract: Extract) -> Iterator[RawRow]:
    """Everything in `extract` that an address search may find. Raises `ExtractUnreadable`."""
    multipolygons = osmium.filter.TagFilter(("type", "multipolygon"))
    keys = osmium.filter.KeyFilter("addr:housenumber", "highway", "place")
    with reading(extract.path):
        for thing in (
            osmium.FileProcessor(str(extract.path)).with_areas(multipolygons).with_filter(keys)
        ):
            yield from _rows_of(thing)


def _rows_of(thing: OSMEntity) -> Iterator[RawRow]:
    tags = {tag.k: tag.v for tag in thing.tags}
    row = address_row(tags, is_point=isinstance(thing, Node))
    row = row or place_row(tags, is_point=isinstance(thing, Node))
    row = row or (street_row(tags) if isinstance(thing, Way) else None)
    at = _middle(thing, on_it=row is not None and row.kind == "street") if row else None
    if row is not None and at is not None:
        if row.kind == "street" and isinstance(thing, Way):
            row = row._replace(rank=-len(thing.nodes))  # its longest piece stands for a street
        yield row._replace(lon=round(at[0], 7), lat=round(at[1], 7))


def address_row(tags: Tags, *, is_point: bool) -> RawRow | None:
    """The row of a thing with a house number, still without its position."""
    street = _text(tags, "addr:street") or _text(tags, "addr:place")
    number = _text(tags, "addr:housenumber")
    if not (key(street) and key(number)):
        return None
    named = name(tags) if any(tag in tags for tag in _THINGS) else ""
    country = _text(tags, "addr:country").upper()
    return RawRow(
        kind="address",
        key=key(street),
        number_key=key(number),
        rank=(2 if named else 0) if is_point else 1,
        street=street,
        number=number,
        name=named,
        aliases="",
        postcode=_text(tags, "addr:postcode"),
        city=_text(tags, "addr:city"),
        country=country if len(country) == 2 else "",
        lat=0.0,
        lon=0.0,
    )


def street_row(tags: Tags) -> RawRow | None:
    """The row of a named road."""
    named = name(tags)
    if "highway" not in tags or not key(named):
        return None
    return _named("street", named, tags)._replace(street=named, name="")


def place_row(tags: Tags, *, is_point: bool) -> RawRow | None:
    """The row of a town, district or village."""
    named = name(tags)
    if not is_point or tags.get("place") not in PLACES or not key(named):
        return None
    return _named("place", named, tags)


def _named(kind: str, named: str, tags: Tags) -> RawRow:
    return RawRow(
        kind, key(named), "", 0, "", "", named, _aliases(named, tags), "", "", "", 0.0, 0.0
    )


def _aliases(named: str, tags: Tags) -> str:
    """The names in other languages, when they differ; a map of a capital has dozens of those."""
    translations = sorted(tag for tag in tags if tag.startswith("name:"))[:_OTHER_LANGUAGES]
    others = (key(_text(tags, tag)) for tag in (*_OTHER_NAMES, *translations))
    return " ".join(dict.fromkeys(other for other in others if other and other != key(named)))


def _text(tags: Mapping[str, str], tag: str) -> str:
    return " ".join(tags.get(tag, "").split())[:MAX_NAME_LENGTH]


def _middle(thing: OSMEntity, *, on_it: bool) -> tuple[float, float] | None:
    """A point for the thing, (lon, lat): its centre, or its middle node when it is a line."""
    if isinstance(thing, Node):
        return (thing.lon, thing.lat) if thing.location.valid() else None
    points = [(node.lon, node.lat) for node in _nodes(thing) if node.location.valid()]
    if not points:
        return None
    if on_it:
        return points[len(points) // 2]
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    return sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)


def _nodes(thing: OSMEntity) -> Iterator[osmium.osm.NodeRef]:
    if isinstance(thing, Way):
        yield from thing.nodes
    elif isinstance(thing, Area) and not thing.from_way():  # a closed way comes as a way as well
        for ring in thing.outer_rings():
            yield from ring
            return
