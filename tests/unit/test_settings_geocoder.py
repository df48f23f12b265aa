"""Which address search an installation chose, and mistakes in that choice."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from fleet_app.bootstrap import Container
from fleet_app.routing.geocoding.absent import NoGeocoder
from fleet_app.routing.geocoding.limited import LimitedGeocoder
from fleet_app.routing.geocoding.offline import OfflineGeocoder
from fleet_app.settings import Settings

SECRET = "AIza-very-secret"
STORES = {
    "FLEET_DATABASE_URL": f"postgresql+psycopg://fleet:{SECRET}@localhost:1/none",
    "FLEET_REDIS_URL": "redis://localhost:1",
}


def settings_of(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in {**STORES, **variables}.items():
        monkeypatch.setenv(name, value)
    return Settings()


@pytest.mark.parametrize(
    ("choice", "kind"),
    [
        ("offline", OfflineGeocoder),
        ("nominatim", LimitedGeocoder),
        ("google", LimitedGeocoder),
        ("none", NoGeocoder),
    ],
)
async def test_each_choice_has_its_geocoder(
    monkeypatch: pytest.MonkeyPatch, choice: str, kind: type
) -> None:
    chosen = settings_of(monkeypatch, FLEET_GEOCODER=choice, FLEET_GEOCODER_KEY=SECRET)
    container = Container(chosen)
    assert isinstance(container.geocoder, kind)
    await container.close()


async def test_without_a_choice_the_map_is_searched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    container = Container(settings_of(monkeypatch, FLEET_HOME=str(tmp_path)))
    assert isinstance(container.geocoder, OfflineGeocoder)
    assert not container.geocoder.standing.ready
    await container.close()


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"FLEET_GEOCODER": "google"}, "needs FLEET_GEOCODER_KEY"),
        ({"FLEET_GEOCODER": "bing"}, "'offline', 'nominatim', 'google' or 'none'"),
        (
            {"FLEET_GEOCODER_URL": "nominatim.example", "FLEET_GEOCODER_KEY": SECRET},
            "must begin with http:// or https://",
        ),
    ],
)
def test_a_mistake_is_named_and_no_secret_is(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], message: str
) -> None:
    with pytest.raises(ValidationError, match=message) as caught:
        settings_of(monkeypatch, **variables)
    assert SECRET not in str(caught.value)
