"""Address services on the web, in front of a real server: good answers, bad ones, and none."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet_app.routing.geocoding import Coordinate, Geocoder, GeocoderUnavailable, Place
from fleet_app.routing.geocoding.google import GoogleGeocoder
from fleet_app.routing.geocoding.nominatim import PUBLIC_URL, NominatimGeocoder
from fleet_app.routing.geocoding.online import MOST_BYTES, USER_AGENT
from tests.unit.routing.address_service import AddressService, address_service

KEY = "AIza-very-secret"
NOMINATIM = {
    "lat": "60.1711", "lon": "24.9415", "display_name": "1, Kaivokatu, Kluuvi, Helsinki, Suomi",
    "address": {"house_number": "1", "road": "Kaivokatu", "city": "Helsinki",
                "postcode": "00100", "country": "Suomi", "country_code": "fi"},
}  # fmt: skip
GOOGLE = {
    "formatted_address": "Kaivokatu 1, 00100 Helsinki, Finland",
    "address_components": [
        {"long_name": "1", "short_name": "1", "types": ["street_number"]},
        {"long_name": "Kaivokatu", "short_name": "Kaivokatu", "types": ["route"]},
        {"long_name": "Helsinki", "short_name": "Helsinki", "types": ["locality", "political"]},
        {"long_name": "00100", "short_name": "00100", "types": ["postal_code"]},
        {"long_name": "Finland", "short_name": "FI", "types": ["country", "political"]},
    ],
    "geometry": {"location": {"lat": 60.1711, "lng": 24.9415}, "location_type": "ROOFTOP"},
}


@pytest.fixture
def server() -> Iterator[AddressService]:
    with address_service() as service:
        yield service


@pytest.fixture
async def nominatim(server: AddressService) -> AsyncIterator[NominatimGeocoder]:
    geocoder = NominatimGeocoder(server.url, seconds=0.5)
    yield geocoder
    await geocoder.close()


@pytest.fixture
async def google(server: AddressService) -> AsyncIterator[GoogleGeocoder]:
    geocoder = GoogleGeocoder(KEY, server.url, seconds=0.5)
    yield geocoder
    await geocoder.close()


@pytest.fixture(params=["nominatim", "google"])
def either(request: pytest.FixtureRequest) -> Geocoder:
    geocoder: Geocoder = request.getfixturevalue(request.param)
    return geocoder


def google_answer(*hits: dict[str, Any], status: str = "OK") -> dict[str, Any]:
    return {"status": status, "results": list(hits)}


async def test_nominatim_is_asked_politely_and_read(
    server: AddressService, nominatim: NominatimGeocoder
) -> None:
    server.answers([NOMINATIM])
    (place,) = await nominatim.search("kaivokatu 1", near=Coordinate(60.0, 25.0), limit=3)
    assert (place.label, place.source) == ("Kaivokatu 1, 00100 Helsinki", "nominatim")
    assert (place.lat, place.lon, place.country) == (60.1711, 24.9415, "FI")
    assert place.precision == "address"
    ((path, asked),) = server.asked
    assert path == "/search"
    assert (asked["q"], asked["limit"], asked["format"]) == ("kaivokatu 1", "3", "jsonv2")
    assert asked["viewbox"] == "24.500,60.500,25.500,59.500"
    assert server.agents == [USER_AGENT]


async def test_nominatim_reverse(server: AddressService, nominatim: NominatimGeocoder) -> None:
    server.answers(NOMINATIM)
    place = await nominatim.reverse(60.17111, 24.94151)
    assert place is not None
    assert place.label == "Kaivokatu 1, 00100 Helsinki"
    assert server.asked[0][1]["lat"] == "60.171110"
    server.answers({"error": "Unable to geocode"})
    assert await nominatim.reverse(0.0, 0.0) is None


async def test_google_is_asked_with_its_key_and_read(
    server: AddressService, google: GoogleGeocoder
) -> None:
    server.answers(google_answer(GOOGLE))
    (place,) = await google.search("kaivokatu 1", near=Coordinate(60.0, 25.0))
    assert (place.label, place.source) == ("Kaivokatu 1, 00100 Helsinki", "google")
    assert (place.house_number, place.postcode, place.country) == ("1", "00100", "FI")
    ((path, asked),) = server.asked
    assert path == "/maps/api/geocode/json"
    assert (asked["address"], asked["key"]) == ("kaivokatu 1", KEY)
    assert asked["bounds"] == "59.500,24.500|60.500,25.500"
    assert (await google.reverse(60.0, 25.0)) == place
    assert server.asked[1][1]["latlng"] == "60.000000,25.000000"


@pytest.mark.parametrize(
    ("located", "parts", "precision"),
    [
        ("ROOFTOP", 5, "address"),
        ("RANGE_INTERPOLATED", 5, "interpolated"),
        ("GEOMETRIC_CENTER", 0, "place"),
    ],
)
async def test_google_says_how_well_it_knows(
    server: AddressService, google: GoogleGeocoder, located: str, parts: int, precision: str
) -> None:
    geometry = {**GOOGLE["geometry"], "location_type": located}  # type: ignore[dict-item]
    components = GOOGLE["address_components"][:parts]
    server.answers(
        google_answer({**GOOGLE, "geometry": geometry, "address_components": components})
    )
    assert [place.precision for place in await google.search("x")] == [precision]


@pytest.mark.parametrize("status", ["OVER_QUERY_LIMIT", "REQUEST_DENIED", "UNKNOWN_ERROR", "?"])
async def test_google_refusals_are_errors(
    server: AddressService, google: GoogleGeocoder, status: str
) -> None:
    server.answers(google_answer(status=status))
    with pytest.raises(GeocoderUnavailable):
        await google.search("kaivokatu")


async def test_google_finding_nothing_is_no_error(
    server: AddressService, google: GoogleGeocoder
) -> None:
    server.answers(google_answer(status="ZERO_RESULTS"))
    assert await google.search("kaivokatu") == []
    assert await google.reverse(1.0, 1.0) is None


async def test_a_key_is_in_no_log_line_and_no_error(
    server: AddressService, google: GoogleGeocoder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answers(google_answer(GOOGLE))
    await google.search("kaivokatu")
    assert "geocode/json" in caplog.text  # the client does write down whom it asked
    for status, body in ((500, b""), (200, b"no json"), (200, b'{"status":"REQUEST_DENIED"}')):
        server.status, server.body = status, body
        with pytest.raises(GeocoderUnavailable) as caught:
            await google.search("kaivokatu")
        assert KEY not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert server.asked[-1][1]["key"] == KEY
    assert KEY not in caplog.text


@pytest.mark.parametrize("status", [302, 400, 403, 404, 500, 503])
async def test_an_error_status_is_an_error(
    server: AddressService, either: Geocoder, status: int
) -> None:
    server.status = status
    server.headers = {"Location": server.url + "/elsewhere"}
    with pytest.raises(GeocoderUnavailable):
        await either.search("kaivokatu")
    assert len(server.asked) == 1  # a redirection is not followed: it would carry the key away


@pytest.mark.parametrize(
    ("told", "waited"), [("120", 120), ("x", 5), ("-1", 5), ("²", 5), ("9" * 30, 3600), (None, 5)]
)
async def test_429_tells_how_long_to_wait(
    server: AddressService, either: Geocoder, told: str | None, waited: int
) -> None:
    server.status = 429
    server.headers = {"Retry-After": told} if told else {}
    with pytest.raises(GeocoderUnavailable) as caught:
        await either.reverse(60.0, 25.0)
    assert caught.value.retry_after == waited


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"null", b"7", b'"x"', b"\xff\xfe", b'[{"lat":', b'{"status":1}',
     b'[{"address":[]}]', b'{"status":"OK","results":[{}]}', b"[" * 100_000],
    ids=range(11),
)  # fmt: skip
async def test_garbage_is_an_error(server: AddressService, either: Geocoder, body: bytes) -> None:
    server.body = body
    with pytest.raises(GeocoderUnavailable):
        await either.search("kaivokatu")


async def test_points_that_are_not_on_earth_are_left_out(
    server: AddressService, nominatim: NominatimGeocoder, google: GoogleGeocoder
) -> None:
    server.answers([{**NOMINATIM, "lat": lat} for lat in ("91", "x", "nan", "1e999", "")])
    assert await nominatim.search("kaivokatu") == []
    geometry = {"location": {"lat": 60, "lng": 181}}
    server.answers(google_answer({**GOOGLE, "geometry": geometry}))
    assert await google.search("kaivokatu") == []


async def test_an_answer_without_end_is_cut_off(server: AddressService, either: Geocoder) -> None:
    server.body = b" " * (MOST_BYTES + 1)
    with pytest.raises(GeocoderUnavailable):
        await either.search("kaivokatu")


@pytest.mark.parametrize(("wait", "drip"), [(10.0, 0.0), (0.0, 0.25)])
async def test_a_slow_service_is_given_up(
    server: AddressService, either: Geocoder, wait: float, drip: float
) -> None:
    server.wait, server.drip = wait, drip
    server.body = b" " * 40
    began = time.monotonic()
    with pytest.raises(GeocoderUnavailable):
        await either.search("kaivokatu")
    assert time.monotonic() - began < 8.0


async def test_nobody_there_is_an_error() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        geocoder = NominatimGeocoder(url, seconds=1.0)
        with pytest.raises(GeocoderUnavailable):
            await geocoder.search("kaivokatu")
        await geocoder.close()


async def test_nothing_is_asked_for_nothing(server: AddressService, either: Geocoder) -> None:
    assert await either.search("  ") == []
    assert await either.search("a", limit=0) == []
    assert server.asked == []


def test_only_a_server_of_our_own_is_asked_at_every_key_stroke() -> None:
    assert not NominatimGeocoder(PUBLIC_URL).standing.as_you_type
    assert NominatimGeocoder("https://nominatim.example.com").standing.as_you_type
    assert not GoogleGeocoder("key").standing.as_you_type


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["lat", "lon", "address", "error", "status", "results", "geometry"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(answer=JSON)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_any_answer_is_places_or_the_one_error(
    server: AddressService, either: Geocoder, answer: Any
) -> None:
    server.answers(answer)
    for ask in (either.search("kaivokatu"), either.reverse(60.0, 25.0)):
        try:
            found = await ask
        except GeocoderUnavailable:
            continue
        places = found if isinstance(found, list) else [found] if found else []
        assert all(isinstance(place, Place) for place in places)
        assert all(abs(place.lat) <= 90 and abs(place.lon) <= 180 for place in places)
