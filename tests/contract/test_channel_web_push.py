"""Browser notifications against a push service that checks the sender and decrypts the text."""

from __future__ import annotations

import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from fleet_app.notification.channels.encryption import (
    MOST_BYTES,
    base64url,
    check_keys,
    encrypt,
    unbase64,
)
from fleet_app.notification.channels.guarded import GuardedHttp
from fleet_app.notification.channels.ports import Browser, Gone, NotNow, Refused
from fleet_app.notification.channels.vapid import Vapid, new_key
from fleet_app.notification.channels.web_push import WebPushChannel, payload
from tests.builders.http_server import http_server
from tests.builders.messages import a_message
from tests.builders.push_service import BrowserKeys, PushService


def sending(vapid: Vapid) -> WebPushChannel:
    return WebPushChannel(GuardedHttp(private=True), vapid)


def a_vapid() -> Vapid:
    return Vapid(new_key(), "mailto:staff@example.com")


async def test_the_browser_reads_what_was_said_and_knows_who_said_it():
    vapid, service = a_vapid(), PushService()
    service.server_key = vapid.public_key
    with http_server(service) as served:
        service.origin = served.url
        place = Browser(f"{served.url}/to/1", service.keys.p256dh, service.keys.auth)
        told = await sending(vapid).send(a_message(place=place))
    assert told == "/message/1"
    assert service.shown == [{
        "title": "Van 1 left the depot — früh", "body": "At 22:15.\nDriver: Łukasz <b>",
        "url": "https://fleet.example.com/alerts?id=17", "tag": "alert:17", "severity": "warning",
    }]  # fmt: skip
    (claims,) = service.claims
    assert claims["sub"] == "mailto:staff@example.com"
    assert 0 < claims["exp"] - time.time() <= 24 * 3600
    assert b"depot" not in served.asked[0].body


async def test_another_installation_is_turned_away():
    service = PushService(server_key=a_vapid().public_key)
    with http_server(service) as served:
        place = Browser(f"{served.url}/to/1", service.keys.p256dh, service.keys.auth)
        with pytest.raises(Refused, match="403"):
            await sending(a_vapid()).send(a_message(place=place))


async def test_a_subscription_that_ended_and_one_that_is_too_busy():
    service = PushService()
    with http_server(service) as served:
        keys = (service.keys.p256dh, service.keys.auth)
        with pytest.raises(Gone):
            await sending(a_vapid()).send(a_message(place=Browser(f"{served.url}/gone", *keys)))
        with pytest.raises(NotNow) as told:
            await sending(a_vapid()).send(a_message(place=Browser(f"{served.url}/slow", *keys)))
    assert told.value.retry_after == 30


async def test_a_subscription_never_leads_inside_the_network():
    keys = BrowserKeys()
    place = Browser("https://127.0.0.1:9/x", keys.p256dh, keys.auth)
    channel = WebPushChannel(GuardedHttp(), a_vapid())
    with pytest.raises(Refused, match="inside"):
        await channel.send(a_message(place=place))


def test_encryption_gives_the_very_bytes_of_the_standards_example():
    private = int.from_bytes(unbase64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    body = encrypt(
        b"When I grow up, I want to be a watermelon",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        salt=unbase64("DGv6ra1nlYgDCS1FRnbzlw"),
        own=ec.derive_private_key(private, ec.SECP256R1()),
    )
    assert base64url(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmY"
        "WAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexS"
        "gSxsj_Qulcy4a-fN"
    )


@pytest.mark.parametrize("body", ["", "short", "ä" * 5000, "\U0001f69a" * 3000, '"' * 9000])
def test_whatever_is_said_fits_into_one_push_message(body: str):
    said = payload(a_message(body=body))
    assert len(said) <= MOST_BYTES
    assert len(encrypt(said, BrowserKeys().p256dh, BrowserKeys().auth)) <= 4096


@pytest.mark.parametrize(("p256dh", "auth"), [("", ""), ("AAAA", "AAAA"), ("%%", "%%"), ("ä", "ä")])
def test_keys_that_no_browser_made_are_known(p256dh: str, auth: str):
    with pytest.raises(ValueError, match=r".*"):
        check_keys(p256dh, auth)
    with pytest.raises(ValueError, match="16 bytes"):
        check_keys(BrowserKeys().p256dh, "AAAA")
    check_keys(BrowserKeys().p256dh, BrowserKeys().auth)
