"""What webhooks may reach, and what their answers mean."""

from __future__ import annotations

import hmac
import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.kernel.clock import utc_now
from fleet_app.notification.channels.answers import LONGEST_SECONDS, retry_after
from fleet_app.notification.channels.guarded import GuardedHttp, check_url, is_public
from fleet_app.notification.channels.ports import Hook, NotNow, Refused
from fleet_app.notification.channels.webhook import WebhookChannel
from tests.builders.http_server import Answer, http_server
from tests.builders.messages import a_certificate, a_message

INSIDE = [
    "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1",
    "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "::ffff:169.254.169.254", "fec0::1",
    "64:ff9b:1::a00:1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "::7f00:1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_known(address: str):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "64:ff9b::808:808"])
def test_addresses_outside_are_known(address: str):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/x", "https://127.1/", "https://2130706433/", "https://[::1]/",
        "https://[::ffff:127.0.0.1]/", "http://example.com/", "ftp://example.com/", "file:///etc",
        "https://user:pw@example.com/", "https:///x", "", "https://exa mple.com",
        "https://0x7f000001/",
    ],
)  # fmt: skip
async def test_nothing_but_https_to_the_outside(url: str):
    with pytest.raises((Refused, NotNow)):
        await WebhookChannel(GuardedHttp()).send(a_message(place=Hook(url, "s")))


async def test_the_address_that_was_checked_is_the_one_that_is_used(
    monkeypatch: pytest.MonkeyPatch,
):
    """A name that changes its meaning between the look-up and the post gains nothing."""
    asked = []
    real = socket.getaddrinfo

    def changing(host: str, port: int, *rest: object, **more: object) -> object:
        asked.append(str(host))
        return real("93.184.216.34" if len(asked) == 1 else "127.0.0.1", port, *rest, **more)

    with http_server(lambda _: Answer()) as served:
        monkeypatch.setattr(socket, "getaddrinfo", changing)
        port = served.url.rpartition(":")[2]
        hook = Hook(f"https://changes.example:{port}/", "s")
        with pytest.raises(NotNow):
            await WebhookChannel(GuardedHttp(seconds=0.5)).send(a_message(place=hook))
    assert [host for host in asked if "changes" in host] == ["changes.example"]
    assert served.asked == []


async def test_the_certificate_is_checked_against_the_name(tmp_path: Path):
    tls, _ = a_certificate(tmp_path)
    with http_server(lambda _: Answer(), tls) as served:
        hook = Hook(served.url, "s")
        with pytest.raises(NotNow):
            await WebhookChannel(GuardedHttp(private=True)).send(a_message(place=hook))
    assert served.asked == []


async def test_a_trusted_certificate_is_taken_for_its_name_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    tls, trusted = a_certificate(tmp_path)
    channel = WebhookChannel(GuardedHttp(private=True, trust=ssl.create_default_context(
        cafile=str(trusted))))  # fmt: skip
    with http_server(lambda _: Answer(), tls) as served:
        by_name = served.url.replace("127.0.0.1", "localhost")
        await channel.send(a_message(place=Hook(by_name, "s")))
        other = served.url.replace("127.0.0.1", "127.0.0.2")
        with pytest.raises(NotNow):
            await channel.send(a_message(place=Hook(other, "s")))
    assert served.asked[0].headers["host"].startswith("localhost:")


async def test_a_redirect_is_not_followed():
    with http_server(lambda _: Answer(200)) as target:
        go = Answer(307, b"", {"Location": target.url})
        with http_server(lambda _: go) as served, pytest.raises(Refused, match="redirect"):
            await WebhookChannel(GuardedHttp(private=True)).send(
                a_message(place=Hook(served.url, "s"))
            )
    assert target.asked == []


async def test_the_receiver_can_check_the_signature_with_nothing_but_the_secret():
    with http_server(lambda _: Answer()) as served:
        channel = WebhookChannel(GuardedHttp(private=True))
        await channel.send(a_message(place=Hook(served.url, "geheim")))
    (asked,) = served.asked
    signed = asked.headers["x-fleet-timestamp"].encode() + b"." + asked.body
    expected = "sha256=" + hmac.new(b"geheim", signed, sha256).hexdigest()
    assert asked.headers["x-fleet-signature"] == expected
    assert asked.json["title"] == "Van 1 left the depot — früh"


async def test_an_endless_answer_ends():
    with http_server(lambda _: Answer(500, b"x" * 50_000_000)) as served:
        hook = Hook(served.url, "s")
        with pytest.raises(NotNow) as told:
            await WebhookChannel(GuardedHttp(private=True)).send(a_message(place=hook))
        assert len(str(told.value)) < 500


def test_a_time_to_come_back_is_a_number_or_a_date():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    date = (now + timedelta(seconds=90)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert retry_after({"Retry-After": "12"}) == 12
    assert retry_after({"retry-after": date}, now) == 90
    assert retry_after({"Retry-After": "-5"}) == 0
    assert retry_after({"Retry-After": "99999999999"}) == LONGEST_SECONDS
    assert retry_after({}) is None


@given(st.text(max_size=40))
def test_any_text_for_a_time_to_come_back_is_survived(text: str):
    found = retry_after({"Retry-After": text}, utc_now())
    assert found is None or 0 <= found <= LONGEST_SECONDS


@given(st.text(max_size=60), st.booleans())
def test_any_text_for_an_address_is_taken_or_refused(text: str, private: bool):
    try:
        check_url(text, private=private)
    except Refused:
        return
    assert text.lower().lstrip().startswith("http")
