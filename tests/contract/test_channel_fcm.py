"""Phone notifications against a server that signs in and answers as Google's do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fleet_app.notification.channels.fcm import FcmChannel, ServiceAccount
from fleet_app.notification.channels.ports import Gone, Message, NotNow, Phone, Refused
from tests.builders.fcm import Firebase
from tests.builders.http_server import http_server
from tests.builders.messages import a_message


@pytest.fixture
def firebase() -> Iterator[Firebase]:
    service = Firebase()
    with http_server(service) as served:
        service.url = served.url
        yield service


@pytest.fixture
async def channel(firebase: Firebase, tmp_path: Path) -> FcmChannel:
    return FcmChannel(ServiceAccount.read(firebase.key_file(tmp_path)), firebase.url)


def to(token: str) -> Message:
    return a_message(place=Phone(token), severity="critical", data={"vehicle_id": 3, "from": "x"})


async def test_a_phone_hears_and_signing_in_once_is_enough(firebase: Firebase, channel: FcmChannel):
    for _ in range(3):
        assert await channel.send(to("a-phone")) == "projects/fleet-app/messages/0:1"
    assert firebase.sign_ins == 1
    message = firebase.messages[0]
    assert message["token"] == "a-phone"
    assert message["notification"]["title"] == "Van 1 left the depot — früh"
    assert message["data"] == {
        "vehicle_id": "3", "notification_id": "7", "about": "alert:17", "severity": "critical",
        "url": "https://fleet.example.com/alerts?id=17",
    }  # fmt: skip
    assert message["android"]["priority"] == "HIGH"
    await channel.close()


@pytest.mark.parametrize(
    ("token", "kind", "pause"),
    [
        ("removed", Gone, None),
        ("nonsense", Refused, None),
        ("busy", NotNow, 9.0),
        ("down", NotNow, None),
    ],
)
async def test_what_firebases_errors_mean(
    channel: FcmChannel, token: str, kind: type[Exception], pause: float | None
):
    with pytest.raises((Refused, NotNow)) as told:
        await channel.send(to(token))
    assert type(told.value) is kind
    assert getattr(told.value, "retry_after", None) == pause


async def test_a_token_taken_back_is_asked_for_anew(firebase: Firebase, channel: FcmChannel):
    await channel.send(to("a-phone"))
    firebase.good = "another"
    with pytest.raises(NotNow):
        await channel.send(to("a-phone"))
    await channel.send(to("a-phone"))
    assert firebase.sign_ins == 2


async def test_another_account_cannot_sign_in(firebase: Firebase, tmp_path: Path):
    other = Firebase(url=firebase.url)
    channel = FcmChannel(ServiceAccount.read(other.key_file(tmp_path)), firebase.url)
    with pytest.raises(Refused, match="sign-in"):
        await channel.send(to("a-phone"))
    assert firebase.messages == []
