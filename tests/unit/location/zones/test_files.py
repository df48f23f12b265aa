"""Zones to GeoJSON, KML and KMZ and back, and files that mean harm."""

from __future__ import annotations

import contextlib
import io
import json
import struct
import zipfile

import msgspec
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.kernel.errors import FleetError, InvalidInput, TooLarge
from fleet_app.location.zones.checking import checked
from fleet_app.location.zones.drawn import DrawnZone
from fleet_app.location.zones.geojson import read_geojson, write_geojson
from fleet_app.location.zones.kml import read_kml, write_kml
from fleet_app.location.zones.shapes import Circle, Corridor, Polygon
from tests.unit.location.zones.support import SQUARE, shapes

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)
REGIONS = st.sampled_from([(24.0, 60.0), (179.98, -17.0), (-180.0, 10.0), (-0.02, -0.02)])
ZONES = REGIONS.flatmap(
    lambda at: st.lists(
        st.builds(DrawnZone, NAMES.map(lambda name: " ".join(name.split())), shapes(*at)),
        min_size=1, max_size=4,
    )
)  # fmt: skip
KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'


def same(one, other) -> bool:
    """Equal, or for polygons the same area drawn from another corner."""
    if isinstance(one, Polygon) and isinstance(other, Polygon):
        first, second = (shapely.Polygon(s.outline, s.holes) for s in (one, other))
        return first.symmetric_difference(second).area < 1e-12
    if isinstance(one, Corridor) and isinstance(other, Corridor):
        return one.width_m == other.width_m and shapely.hausdorff_distance(
            shapely.LineString(one.line), shapely.LineString(other.line)
        ) < 1e-9  # fmt: skip
    return type(one) is type(other) and one.radius_m == other.radius_m and all(
        abs(a - b) < 1e-9 for a, b in zip(one.center, other.center, strict=True)
    )  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(ZONES, st.sampled_from([(write_geojson, read_geojson), (write_kml, read_kml)]))
def test_what_is_written_is_read_again(zones, way):
    zones = [DrawnZone(zone.name, checked(zone.shape)) for zone in zones]
    write, read = way
    reading = read(write(zones))
    assert reading.problems == []
    assert [zone.name for zone in reading.zones] == [zone.name for zone in zones]
    for before, after in zip(zones, reading.zones, strict=True):
        assert same(before.shape, after.shape)


@settings(max_examples=60, deadline=None)
@given(ZONES)
def test_written_geojson_keeps_longitudes_in_their_range(zones):
    text = write_geojson([DrawnZone("", checked(zone.shape)) for zone in zones])
    for feature in json.loads(text)["features"]:
        lons = shapely.get_coordinates(shapely.from_geojson(json.dumps(feature["geometry"])))[:, 0]
        assert lons.min() >= -180
        assert lons.max() <= 180


def test_properties_come_back():
    zone = DrawnZone('Yard <1> & "co"', SQUARE, {"group": "Depots", "color": "#1a73e8"})
    assert read_kml(write_kml([zone])).zones[0] == zone
    assert read_geojson(write_geojson([zone])).zones[0] == zone


def feature(kind: str, coordinates, **properties) -> bytes:
    return msgspec.json.encode(
        {"type": "Feature", "properties": properties,
         "geometry": {"type": kind, "coordinates": coordinates}}
    )  # fmt: skip


def test_geojson_of_other_programs():
    ring = [[*at, 12.5] for at in [*SQUARE.outline, SQUARE.outline[0]]]
    assert read_geojson(feature("Polygon", [ring])).zones[0].shape == SQUARE
    assert read_geojson(feature("Point", [24, 60], radius="80")).zones[0].shape == Circle(
        (24.0, 60.0), 80.0
    )
    line = read_geojson(feature("LineString", [[24, 60], [24.1, 60]], name="Way")).zones[0]
    assert line == DrawnZone("Way", Corridor(((24.0, 60.0), (24.1, 60.0)), 100.0))
    several = read_geojson(feature("MultiPoint", [[24, 60], [25, 60]], name="Gate")).zones
    assert [zone.name for zone in several] == ["Gate 1", "Gate 2"]


def test_one_bad_feature_does_not_spoil_the_others():
    bad = {"type": "Polygon", "coordinates": [[[60.1, 124.9], [60.2, 124.9], [60.2, 125.0]]]}
    good = {"type": "Point", "coordinates": [24.9, 60.1]}
    file = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": geometry, "properties": {"name": name}}
        for name, geometry in (("Bad", bad), ("Good", good), ("None", None))
    ]}  # fmt: skip
    reading = read_geojson(msgspec.json.encode(file))
    assert [zone.name for zone in reading.zones] == ["Good"]
    assert len(reading.problems) == 1
    assert reading.problems[0].startswith("Bad: There is no latitude 124.9")
    assert "swapped" in reading.problems[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5)
    | st.sampled_from(["Polygon", "Point", "FeatureCollection", "Feature", "MultiLineString"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["type", "coordinates", "features", "geometry", "properties",
                                       "geometries", "name"]), inner, max_size=5),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(JSON, st.sampled_from(["Polygon", "Point", "LineString", "MultiPolygon", "MultiPoint",
                              "MultiLineString"]))  # fmt: skip
def test_any_json_is_read_or_refused(value, kind):
    for data in (value, {"type": kind, "coordinates": value}):
        with contextlib.suppress(FleetError):
            reading = read_geojson(json.dumps(data).encode())
            assert reading.zones or reading.problems


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    for read in (read_geojson, read_kml):
        for start in (b"", b"PK\x03\x04", b"<kml>"):
            with pytest.raises(FleetError):
                read(start + data)


def test_deep_nesting_is_refused():
    with pytest.raises(FleetError):
        read_geojson(b'{"type":"Feature","geometry":' * 5000 + b"1" + b"}" * 5000)
    with pytest.raises(TooLarge):
        read_kml(b"<kml>" + b"<Folder>" * 100 + b"</Folder>" * 100 + b"</kml>")


def test_kml_of_other_programs():
    placemark = """<Folder><name>Depots</name><Placemark><name> Yard </name><ExtendedData>
      <SchemaData><SimpleData name="code">7</SimpleData></SchemaData></ExtendedData>
      <Polygon><outerBoundaryIs><LinearRing><coordinates>
        24.0, 60.0,0  24.01,60.0,0
        24.01,60.01,0 24.0,60.01,0 24.0,60.0,0
      </coordinates></LinearRing></outerBoundaryIs></Polygon>
      </Placemark></Folder>
      <Placemark><Point><coordinates>24.9,60.1</coordinates></Point></Placemark>
      <Placemark><name>Odd</name><LineString><coordinates>24.9;60.1</coordinates></LineString>
      </Placemark>"""
    reading = read_kml(KML.format(placemark).encode())
    assert reading.zones == [
        DrawnZone("Yard", SQUARE, {"code": "7", "group": "Depots"}),
        DrawnZone("", Circle((24.9, 60.1), 100.0)),
    ]
    assert reading.problems == ["Odd: '24.9;60.1' is no position: write longitude,latitude."]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    "<kml><Document><name>&b;</name></Document></kml>"
)
OUTSIDE = '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><name>&x;</name></kml>'


@pytest.mark.parametrize("text", [BOMB, OUTSIDE, "<!DOCTYPE kml SYSTEM 'x.dtd'><kml/>"])
def test_document_types_are_refused(text):
    with pytest.raises(InvalidInput, match="declares a document type"):
        read_kml(text.encode())


def test_other_encodings_and_endless_parts_are_refused():
    with pytest.raises(InvalidInput, match="Save it as UTF-8"):
        read_kml(b'<?xml version="1.0" encoding="iso-8859-1"?><kml/>')
    with pytest.raises(TooLarge, match="far more parts"):
        read_kml(b"<kml>" + b"<a/>" * 500_001 + b"</kml>")
    with pytest.raises(TooLarge, match="larger than 32 MB"):
        read_kml(b" " * (32 * 2**20 + 1))


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_kmz_is_read_by_its_main_document():
    zone = DrawnZone("Yard", SQUARE)
    files = {"files/other.kml": b"<kml/>", "doc.kml": write_kml([zone]), "icon.png": b"x"}
    assert read_kml(packed(files)).zones == [zone]


def test_zip_bombs_and_odd_archives_are_refused():
    with pytest.raises(TooLarge, match="Unpacked, the file is larger"):
        read_kml(packed({"doc.kml": b" " * (40 * 2**20)}))
    with pytest.raises(InvalidInput, match="no KML file"):
        read_kml(packed({"a.txt": b""}))
    with pytest.raises(TooLarge, match="more than 2,000 files"):
        read_kml(packed({f"{n}.kml": b"" for n in range(2_001)}))
    whole = packed({"doc.kml": write_kml([DrawnZone("Yard", SQUARE)])})
    with pytest.raises(InvalidInput, match="damaged"):
        read_kml(whole[: len(whole) // 2])


def test_a_long_list_of_parts_is_not_even_read(monkeypatch: pytest.MonkeyPatch):
    end = struct.Struct("<4sHHHHLLH")
    listed = 2_000_000
    parts = bytes(listed) + end.pack(b"PK\5\6", 0, 0, 1, 1, listed, 0, 0)
    hidden = b"PK\6\7" + bytes(16) + end.pack(b"PK\5\6", 0, 0, 1, 1, 10, 0, 0)
    monkeypatch.delattr("zipfile.ZipFile")
    for archive in (parts, hidden):
        with pytest.raises(TooLarge, match="more than 2,000 files"):
            read_kml(b"PK\3\4" + archive)
    with pytest.raises(AttributeError):
        read_kml(b"PK\3\4" + end.pack(b"PK\5\6", 0, 0, 1, 1, 10, 0, 0))


def test_a_size_that_the_archive_lies_about_is_counted():
    whole = bytearray(packed({"doc.kml": b" " * (40 * 2**20)}))
    at = whole.rindex(b"PK\x01\x02") + 24
    whole[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(FleetError):
        read_kml(bytes(whole))
