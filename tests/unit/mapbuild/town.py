"""A small town as an OpenStreetMap extract, written by the test that needs it."""

from __future__ import annotations

from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Relation, Way

Point = tuple[float, float]

WEST, SOUTH, EAST, NORTH = 24.99, 59.99, 25.03, 60.02
STEP_LON, STEP_LAT = 0.004, 0.002
"""Distance between neighbouring streets, degrees: about 223 m each way."""
STREETS = 5


def crossing(column: int, row: int) -> Point:
    """Where two streets meet, as (longitude, latitude); row 0 is the southernmost."""
    return (25.0 + column * STEP_LON, 60.0 + row * STEP_LAT)


class Town:
    """Collects nodes, ways and relations, then writes them in the order extracts have."""

    def __init__(self) -> None:
        self._nodes: dict[Point, int] = {}
        self._node_tags: dict[int, dict[str, str]] = {}
        self._ways: list[Way] = []
        self._relations: list[Relation] = []

    def point(self, at: Point, **tags: str) -> int:
        """A node; the same place is the same node."""
        number = self._nodes.setdefault(at, len(self._nodes) + 1)
        self._node_tags.setdefault(number, {}).update(_keys(tags))
        return number

    def way(self, points: list[Point], *, missing: tuple[int, ...] = (), **tags: str) -> int:
        """A way; the nodes at positions `missing` will not be in the file."""
        refs = [
            9_000_000 + index if index in missing else self.point(point)
            for index, point in enumerate(points)
        ]
        if points[0] == points[-1]:
            refs[-1] = refs[0]
        number = len(self._ways) + 1
        self._ways.append(Way(id=number, version=1, nodes=refs, tags=_keys(tags)))
        return number

    def relation(self, members: list[tuple[str, int, str]], **tags: str) -> int:
        number = len(self._relations) + 1
        made = Relation(id=number, version=1, members=members, tags=_keys(tags))
        self._relations.append(made)
        return number

    def write(self, path: Path, *, with_bounds: bool = True) -> Path:
        header = osmium.io.Header()
        if with_bounds:
            low, high = osmium.osm.Location(WEST, SOUTH), osmium.osm.Location(EAST, NORTH)
            header.add_box(osmium.osm.Box(low, high))
        writer = osmium.SimpleWriter(str(path), header=header, overwrite=True)
        for at, number in self._nodes.items():
            tags = self._node_tags[number]
            writer.add_node(Node(id=number, version=1, location=at, tags=tags))
        for way in self._ways:
            writer.add_way(way)
        for relation in self._relations:
            writer.add_relation(relation)
        writer.close()
        return path


def _keys(tags: dict[str, str]) -> dict[str, str]:
    """`addr__housenumber` is `addr:housenumber`; keyword arguments have no colons."""
    return {key.replace("__", ":"): value for key, value in tags.items()}


def square(west: float, south: float, size: float) -> list[Point]:
    """A closed outline, counter-clockwise."""
    east, north = west + size, south + size
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def street_grid(town: Town) -> None:
    """Five streets each way; the main street is primary and the middle lane runs one way, east."""
    for row in range(STREETS):
        kind = "primary" if row == 0 else "residential"
        points = [crossing(column, row) for column in range(STREETS)]
        oneway = {"oneway": "yes"} if row == 2 else {}
        speed = {"maxspeed": "50" if row == 0 else "30"}
        town.way(points, highway=kind, name=f"East Street {row}", **oneway, **speed)
    for column in range(STREETS):
        points = [crossing(column, row) for row in range(STREETS)]
        town.way(points, highway="residential", name=f"North Street {column}", maxspeed="30")


def whole_town() -> Town:
    """Streets, buildings, park, lake with an island, harbour shore, railway, places."""
    town = Town()
    street_grid(town)
    town.way(square(25.0005, 60.0004, 0.0008), building="yes", height="12.5 m")
    town.way(
        square(25.0025, 60.0004, 0.0006), building="house", building__levels="2",
        addr__housenumber="7B",
    )  # fmt: skip
    town.way(square(25.0045, 60.0004, 0.001), leisure="park", name="Old Park")
    lake = town.way(square(25.0085, 60.0025, 0.0014))
    island = town.way(square(25.0090, 60.0030, 0.0004))
    town.relation(
        [("w", lake, "outer"), ("w", island, "inner")], type="multipolygon", natural="water",
        name="Mill Pond",
    )  # fmt: skip
    # The shore runs east to west, so the sea on its right lies in the north.
    town.way([(25.04, 60.015), (25.01, 60.016), (24.98, 60.015)], natural="coastline")
    town.way([(24.995, 59.995), (25.025, 59.995)], railway="rail")
    town.point((25.008, 60.004), place="town", name="Testby")
    town.point((25.0061, 60.0005), amenity="fuel", name="Pump")
    town.point((25.0031, 60.0007), addr__housenumber="9")
    return town


def addressed_town() -> Town:
    """Streets with houses: points, buildings, shops, and two far streets of one name."""
    town = Town()
    street_grid(town)
    town.way(
        [(25.0, 60.001), (25.002, 60.001), (25.004, 60.001)], highway="residential",
        name="Mill Lane", name__sv="Kvarngränden",
    )  # fmt: skip
    address = {"addr__street": "Mill Lane", "addr__city": "Testby", "addr__country": "FI"}
    town.point((25.001, 60.001), addr__housenumber="1", addr__postcode="01000", **address)
    town.way(square(25.0019, 60.0009, 0.0002), building="yes", addr__housenumber="2", **address)
    town.point((25.0021, 60.0011), shop="bakery", name="Säde & Sons", addr__housenumber="2",
               addr__postcode="01002", **address)  # fmt: skip
    town.point((25.003, 60.001), addr__housenumber="10 B", addr__street="Mill Lane")
    for west in (25.0, 25.15):
        town.way([(west, 60.02), (west + 0.0005, 60.02), (west + 0.001, 60.02)],
                 highway="residential", name="Far Road")  # fmt: skip
    outer = town.way(square(25.0059, 60.0009, 0.0004))
    inner = town.way(square(25.0060, 60.0010, 0.0001))
    town.relation(
        [("w", outer, "outer"), ("w", inner, "inner")], type="multipolygon", building="yes",
        addr__housenumber="20", addr__street="Mill Lane",
    )  # fmt: skip
    town.point((25.002, 60.003), place="town", name="Testby")
    town.point((25.0, 60.0035), addr__housenumber="5", addr__place="Old Island")
    return town
