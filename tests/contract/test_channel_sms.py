"""Texts against a server that answers as Twilio does."""

from __future__ import annotations

import pytest

from fleet_app.notification.channels.ports import NotNow, Refused
from fleet_app.notification.channels.sms import MOST_CHARACTERS, SmsChannel, text
from tests.builders import twilio
from tests.builders.http_server import Answer, http_server
from tests.builders.messages import a_message

OWN = "+358401112222"


def channel(url: str, token: str = twilio.TOKEN, sender: str = OWN) -> SmsChannel:
    return SmsChannel(twilio.ACCOUNT, token, sender, url=url)


async def test_a_text_is_taken_with_its_number_and_words():
    with http_server(twilio.messages) as served:
        sid = await channel(served.url).send(a_message(address="+358 40 123 4567"))
    (asked,) = served.asked
    assert sid == "SM" + "1" * 32
    assert (asked.form["To"], asked.form["From"]) == ("+358401234567", OWN)
    assert asked.form["Body"].startswith("Van 1 left the depot — früh. At 22:15.")
    assert asked.form["Body"].endswith(" https://fleet.example.com/alerts?id=17")


async def test_a_messaging_service_sends_instead_of_a_number():
    with http_server(twilio.messages) as served:
        await channel(served.url, sender="MG123").send(a_message(address="+358401234567"))
    form = served.asked[0].form
    assert form["MessagingServiceSid"] == "MG123"
    assert "From" not in form


@pytest.mark.parametrize(("number", "code"), [(twilio.INVALID, 21211), (twilio.BLOCKED, 21610)])
async def test_a_number_that_cannot_be_reached_is_refused_for_good(number: str, code: int):
    with http_server(twilio.messages) as served, pytest.raises(Refused, match=str(code)):
        await channel(served.url).send(a_message(address=number))


async def test_too_fast_and_too_busy_mean_later():
    with http_server(twilio.messages) as served:
        with pytest.raises(NotNow) as fast:
            await channel(served.url).send(a_message(address=twilio.BUSY))
        with pytest.raises(NotNow) as busy:
            await channel(served.url).send(a_message(address=twilio.QUEUE_FULL))
    assert (fast.value.retry_after, busy.value.retry_after) == (17, None)


async def test_a_wrong_account_is_said_and_its_token_is_not():
    with http_server(twilio.messages) as served, pytest.raises(Refused, match="20003") as told:
        await channel(served.url, token="top secret").send(a_message(address="+358401234567"))
    assert "top secret" not in str(told.value)


async def test_something_that_is_not_twilio_means_later():
    with http_server(lambda _: Answer(502, b"<html>")) as served, pytest.raises(NotNow):
        await channel(served.url).send(a_message(address="+358401234567"))
    with pytest.raises(NotNow, match="reached"):
        await channel(served.url).send(a_message(address="+358401234567"))


def test_a_long_text_is_cut_and_keeps_its_address():
    said = text(a_message(body="x" * 2000))
    assert len(said) <= MOST_CHARACTERS
    assert said.endswith("… https://fleet.example.com/alerts?id=17")


def test_no_more_than_a_hundred_a_minute():
    assert channel("http://localhost").per_minute == 100
