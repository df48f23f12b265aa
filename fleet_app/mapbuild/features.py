"""Reads an extract and writes its map features, one newline-delimited GeoJSON file a layer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TextIO

import osmium
import shapely
from osmium.osm import Area, Node, Relation, Way
from osmium.osm.types import OSMEntity
from shapely.geometry.base import BaseGeometry

from fleet_app.mapbuild import layers
from fleet_app.mapbuild.box import Box, Point
from fleet_app.mapbuild.extract import Extract, reading
from fleet_app.mapbuild.layers import Feature
from fleet_app.mapbuild.rings import close_clipped, stretches
from fleet_app.mapbuild.sea import sea_polygons

Progress = Callable[[str], None]

_REPORT_EVERY = 500_000


class LayerFiles:
    """GeoJSON files open for writing, `<folder>/<layer>.geojson`, with counts by layer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.counts: Counter[str] = Counter()
        self._files: dict[str, TextIO] = {}
        self._stack = ExitStack()

    def __enter__(self) -> LayerFiles:
        for layer in layers.LAYERS:
            path = self.folder / f"{layer}.geojson"
            self._files[layer] = self._stack.enter_context(path.open("w", encoding="utf-8"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def write(self, feature: Feature, geometry: BaseGeometry) -> None:
        """Adds one feature; a geometry that holds nothing is passed over."""
        if geometry.is_empty:
            return
        properties = json.dumps(feature.properties, ensure_ascii=False)
        shape = shapely.to_geojson(geometry)
        self._files[feature.layer].write(
            f'{{"type":"Feature","tippecanoe":{{"minzoom":{feature.minzoom}}},'
            f'"properties":{properties},"geometry":{shape}}}\n'
        )
        self.counts[feature.layer] += 1


def write_features(extract: Extract, folder: Path, progress: Progress) -> Counter[str]:
    """Writes every layer of `extract` into `folder`; features by layer. `ExtractUnreadable`."""
    with reading(extract.path), LayerFiles(folder) as out:
        _Reader(extract, out, progress).run()
    return out.counts


class _Reader:
    """One reading of an extract: relations first, then everything with its geometry."""

    def __init__(self, extract: Extract, out: LayerFiles, progress: Progress) -> None:
        self._path = str(extract.path)
        self._box: Box = extract.box
        self._out = out
        self._progress = progress
        self._border_levels: dict[int, int] = {}
        self._areas: set[int] = set()
        self._done_areas: set[int] = set()
        self._coast: list[list[Point | None]] = []
        self._wkb = osmium.geom.WKBFactory()

    def run(self) -> None:
        self._out.write(layers.SHEET, shapely.box(*self._box.as_list()))
        self._read_relations()
        for number, thing in enumerate(self._things(), start=1):
            self._take(thing)
            if number % _REPORT_EVERY == 0:
                self._progress(f"  {number:,} objects read")
        self._repair_areas()
        for sea in sea_polygons(self._coast, self._box):
            self._out.write(Feature("water", 0, {"class": "sea"}), sea)

    def _things(self) -> Iterator[OSMEntity]:
        multipolygons = osmium.filter.TagFilter(("type", "multipolygon"))
        return iter(
            osmium.FileProcessor(self._path)
            .with_areas(multipolygons)
            .with_filter(_BorderOrTagged(self._border_levels))
        )

    def _read_relations(self) -> None:
        for relation in _relations(self._path):
            kind = relation.tags.get("type")
            if kind == "boundary" and relation.tags.get("boundary") == "administrative":
                self._note_border(relation)
            elif kind == "multipolygon":
                self._areas.add(relation.id)

    def _note_border(self, relation: Relation) -> None:
        level = relation.tags.get("admin_level") or ""
        for member in relation.members if level.isdecimal() else ():
            if member.type == "w":
                known = self._border_levels.get(member.ref, 99)
                self._border_levels[member.ref] = min(known, int(level))

    def _take(self, thing: OSMEntity) -> None:
        if isinstance(thing, Node):
            self._node(thing)
        elif isinstance(thing, Way):
            self._way(thing)
        elif isinstance(thing, Area):
            self._area(thing)

    def _node(self, node: Node) -> None:
        found = list(layers.node_features(_tags(node)))
        if found and node.location.valid():
            point = shapely.Point(node.lon, node.lat)
            for feature in found:
                self._out.write(feature, point)

    def _way(self, way: Way) -> None:
        tags = _tags(way)
        features = list(layers.line_features(tags))
        border = layers.boundary(self._border_levels.get(way.id, 0))
        if border is not None and tags.get("maritime") != "yes":
            features.append(border)
        coast = tags.get("natural") == "coastline"
        clipped = way.is_closed() and not all(node.location.valid() for node in way.nodes)
        if not (features or coast or clipped):
            return
        outline = _outline(way)
        if coast:
            self._coast.append(outline)
        for line in _lines(outline):
            for feature in features:
                self._out.write(feature, line)
        if clipped:
            self._write_area(tags, close_clipped(outline, self._box))

    def _area(self, area: Area) -> None:
        if not area.from_way():
            self._done_areas.add(area.orig_id())
        tags = _tags(area)
        if any(layers.area_features(tags, 1.0)) or any(layers.area_labels(tags, 1.0)):
            self._write_area(tags, shapely.from_wkb(self._wkb.create_multipolygon(area)))

    def _write_area(self, tags: Mapping[str, str], shape: BaseGeometry | None) -> None:
        if shape is None or shape.is_empty:
            return
        size = self._box.square_metres(shape.area)
        for feature in layers.area_features(tags, size):
            self._out.write(feature, shape)
        labels = list(layers.area_labels(tags, size))
        if labels:
            middle = shapely.point_on_surface(shape)
            for feature in labels:
                self._out.write(feature, middle)

    def _repair_areas(self) -> None:
        """Draws the multipolygons that the extract cuts off, as far as their members are there."""
        cut = self._areas - self._done_areas
        if not cut:
            return
        wanted = _cut_relations(self._path, cut)
        outlines = _way_outlines(self._path, {way for _, ways in wanted for way in ways})
        for tags, ways in wanted:
            chains = _chain([outlines[way] for way in ways if way in outlines])
            shapes = [close_clipped(points, self._box) for points in chains]
            known = [shape for shape in shapes if shape is not None]
            if known:
                self._write_area(tags, shapely.unary_union(known))


class _BorderOrTagged:
    """Lets through what has tags, and untagged ways that are part of a border."""

    def __init__(self, border_ways: Mapping[int, int]) -> None:
        self._border_ways = border_ways

    def node(self, node: Node) -> bool:
        return not node.tags

    def way(self, way: Way) -> bool:
        return not way.tags and way.id not in self._border_ways

    def relation(self, relation: Relation) -> bool:
        return True


def _relations(path: str) -> Iterator[Relation]:
    for thing in osmium.FileProcessor(path, osmium.osm.RELATION):
        if isinstance(thing, Relation):
            yield thing


def _tags(thing: OSMEntity) -> dict[str, str]:
    return {tag.k: tag.v for tag in thing.tags}


def _outline(way: Way) -> list[Point | None]:
    return [(n.lon, n.lat) if n.location.valid() else None for n in way.nodes]


def _lines(outline: list[Point | None]) -> Iterator[BaseGeometry]:
    for points in stretches(outline):
        if len(points) > 1:
            yield shapely.LineString(points)


def _cut_relations(path: str, wanted: set[int]) -> list[tuple[dict[str, str], list[int]]]:
    """Tags and outer ways of the wanted multipolygons."""
    found = []
    for relation in _relations(path):
        if relation.id in wanted:
            outer = [m.ref for m in relation.members if m.type == "w" and m.role != "inner"]
            found.append((_tags(relation), outer))
    return found


_Nodes = list[tuple[int, Point | None]]


def _way_outlines(path: str, wanted: set[int]) -> dict[int, _Nodes]:
    """Node ids and locations of the wanted ways that are in the file."""
    entities = osmium.osm.NODE | osmium.osm.WAY
    ways = osmium.FileProcessor(path, entities).with_locations()
    ways = ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    ways = ways.with_filter(osmium.filter.IdFilter(wanted))
    return {
        way.id: list(zip((n.ref for n in way.nodes), _outline(way), strict=True))
        for way in ways
        if isinstance(way, Way)
    }


def _chain(ways: Iterable[_Nodes]) -> list[list[Point | None]]:
    """Joins ways end to end into outlines; one that stays open has a gap at its end."""
    left = [list(way) for way in ways if len(way) > 1]
    chains: list[list[Point | None]] = []
    while left:
        chain = left.pop()
        while (following := _continuation(chain[-1][0], left)) is not None:
            chain.extend(following[1:])
        closed = chain[0][0] == chain[-1][0]
        chains.append([point for _, point in chain] + ([] if closed else [None]))
    return chains


def _continuation(end: int, left: list[_Nodes]) -> _Nodes | None:
    """Takes a way that starts or stops at node `end` out of `left`, turned to start there."""
    for number, way in enumerate(left):
        if end in (way[0][0], way[-1][0]):
            left.pop(number)
            return way if way[0][0] == end else way[::-1]
    return None
