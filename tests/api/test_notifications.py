"""The delivery log over the API, and where a person's and a fleet's messages go."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.notification.channels.encryption import base64url
from fleet_app.notification.channels.models import Channel, Status
from tests.builders.api import World
from tests.builders.jobs import rows
from tests.builders.outbox import a_browser, a_dead_message
from tests.builders.people import a_person
from tests.builders.push_service import BrowserKeys

API = "/api/v1"


async def ask(world: World, who: dict[str, str], path: str, **query: Any) -> Any:
    answer = await world.client.get(f"{API}{path}", headers=who, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_log_is_filtered_and_read_page_by_page(world: World):
    office = await world.a(Role.DISPATCHER)
    dead = [await a_dead_message(world.container, world.fleet_id) for _ in range(3)]
    sms = await a_dead_message(world.container, world.fleet_id, channel=Channel.SMS,
                               status=Status.SENT, about="alert:x", subject="50% off")  # fmt: skip
    await a_dead_message(world.container, world.other_fleet_id)
    first = await ask(world, office, "/notifications", limit=3)
    assert [row["id"] for row in first["data"]] == [sms, *dead[:0:-1]]
    assert first["meta"]["pagination"] == {"page": 1, "limit": 3, "total": 4}
    for query in (
        {"status": "sent,queued"},
        {"channel": "sms"},
        {"about": "alert:x"},
        {"q": "50%"},
    ):
        found = await ask(world, office, "/notifications", **query)
        assert [row["id"] for row in found["data"]] == [sms], query
    assert (await ask(world, office, "/notifications", q="_ %"))["data"] == []
    past = await ask(world, office, "/notifications", **{"created_at.to": "2020-01-01"})
    assert past["data"] == []


@pytest.mark.parametrize(
    "query", [{"status": "gone"}, {"channel": ","}, {"limit": 0}, {"x": 1}, {"user_id": "a"}]
)
async def test_a_question_that_is_none_is_refused(world: World, query: dict[str, Any]):
    office = await world.a(Role.DISPATCHER)
    answer = await world.client.get(f"{API}/notifications", headers=office, params=query)
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == list(query)


async def test_a_message_tells_its_text_and_its_tries_to_its_own_fleet_only(world: World):
    number = await a_dead_message(world.container, world.fleet_id)
    office = await world.a(Role.DISPATCHER)
    found = await ask(world, office, f"/notifications/{number}")
    assert (found["data"]["body"], found["data"]["tries"]) == ("Its text.", [])
    stranger = await world.a(Role.FLEET_MANAGER, fleet_id=world.other_fleet_id)
    answer = await world.client.get(f"{API}/notifications/{number}", headers=stranger)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("channel", "address", "seen"),
    [
        (Channel.EMAIL, "elina@example.com", "e…@example.com"),
        (Channel.SMS, "+358 40 123 4567", "…567"),
        (Channel.WEBHOOK, "https://hooks.example.com/T0/secret", "https://hooks.example.com/…"),
    ],
)
async def test_where_users_are_reached_is_for_those_who_may_read_users(
    world: World, channel: Channel, address: str, seen: str
):
    person = await a_person(world.container, Role.DISPATCHER, world.fleet_id)
    told = {"channel": channel, "address": address, "last_error": f"550 <{address}> is full"}
    number = await a_dead_message(world.container, world.fleet_id, user_id=person.id, **told)
    office, manager = await world.a(Role.DISPATCHER), await world.a(Role.FLEET_MANAGER)
    for path, of in ((f"/notifications/{number}", dict), ("/notifications", list)):
        found = (await ask(world, office, path))["data"]
        row = found if of is dict else found[0]
        assert (row["address"], row["last_error"]) == (seen, f"550 <{seen}> is full")
        found = (await ask(world, manager, path))["data"]
        assert (found if of is dict else found[0])["address"] == address
    word = {"q": address[3:12]}
    assert (await ask(world, office, "/notifications", **word))["data"] == []
    assert len((await ask(world, manager, "/notifications", **word))["data"]) == 1


async def test_addresses_of_customers_are_seen_by_the_office(world: World):
    number = await a_dead_message(world.container, world.fleet_id, address="c@example.com")
    office = await world.a(Role.DISPATCHER)
    assert (await ask(world, office, f"/notifications/{number}"))["data"]["address"] == (
        "c@example.com"
    )


async def test_a_manager_sends_a_dead_message_again_and_no_sent_one(world: World):
    manager, office = await world.a(Role.FLEET_MANAGER), await world.a(Role.DISPATCHER)
    number = await a_dead_message(world.container, world.fleet_id)
    path = f"{API}/notifications/{number}/retry"
    assert (await world.client.post(path, headers=office)).status_code == 403
    answer = await world.client.post(path, headers=manager)
    assert answer.json()["data"]["status"] == "queued"
    assert (await world.client.post(path, headers=manager)).status_code == 409
    query = "SELECT args FROM procrastinate_jobs WHERE task_name = 'notifications.send'"
    waiting = await rows(world.container, query)
    assert [args for (args,) in waiting] == [{"id": number}]
    sent = await a_dead_message(world.container, world.fleet_id, status=Status.SENT)
    answer = await world.client.post(f"{API}/notifications/{sent}/retry", headers=manager)
    assert answer.status_code == 409
    assert "already" in answer.json()["error"]["message"]


async def test_a_retry_finds_an_address_that_was_missing(world: World):
    manager = await world.a(Role.FLEET_MANAGER)
    person = await a_person(world.container, Role.DISPATCHER, world.fleet_id)
    number = await a_dead_message(world.container, world.fleet_id, user_id=person.id, address="",
                                  status=Status.SUPPRESSED)  # fmt: skip
    await world.client.post(f"{API}/notifications/{number}/retry", headers=manager)
    assert (await ask(world, manager, f"/notifications/{number}"))["data"]["address"] == (
        person.email
    )


def a_subscription(endpoint: str = "https://push.example.com/1") -> dict[str, Any]:
    keys = BrowserKeys()
    return {"endpoint": endpoint, "keys": {"p256dh": keys.p256dh, "auth": keys.auth}}


async def test_a_browser_is_added_once_and_belongs_to_who_used_it_last(world: World):
    path = f"{API}/account/push-subscriptions"
    first, second = await world.a(Role.DISPATCHER), await world.a(Role.DRIVER)
    for _ in range(2):
        answer = await world.client.post(path, headers=first, json=a_subscription())
        assert answer.status_code == 201
    assert len((await ask(world, first, "/account/push-subscriptions"))["data"]) == 1
    await world.client.post(path, headers=second, json=a_subscription())
    assert (await ask(world, first, "/account/push-subscriptions"))["data"] == []
    (own,) = (await ask(world, second, "/account/push-subscriptions"))["data"]
    gone = f"{path}/{own['id']}"
    assert (await world.client.delete(gone, headers=first)).status_code == 404
    assert (await world.client.delete(gone, headers=second)).status_code == 200
    assert (await world.client.delete(gone, headers=second)).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        a_subscription("http://push.example.com/1"),
        a_subscription("https://user:pw@push.example.com/1"),
        a_subscription("javascript:alert(1)"),
        a_subscription() | {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        a_subscription() | {"keys": {"p256dh": base64url(b"\4" + b"\1" * 64), "auth": "AAAA"}},
        a_subscription() | {"name": "a\nb"},
    ],
)
async def test_what_is_no_browser_is_refused(world: World, wrong: dict[str, Any]):
    path = f"{API}/account/push-subscriptions"
    answer = await world.client.post(path, headers=await world.a(Role.DRIVER), json=wrong)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["error"]["fields"]


async def test_old_browsers_make_room_and_only_ones_own(world: World):
    person = await a_person(world.container, Role.DISPATCHER, world.fleet_id)
    other = await a_person(world.container, Role.DISPATCHER, world.fleet_id)
    kept = await a_browser(world.container, other.id)
    oldest, *_ = [await a_browser(world.container, person.id) for _ in range(20)]
    who = await world.bearer(person)
    path = f"{API}/account/push-subscriptions"
    await world.client.post(path, headers=who, json=a_subscription())
    own = {row["id"] for row in (await ask(world, who, "/account/push-subscriptions"))["data"]}
    assert len(own) == 20
    assert oldest not in own
    left = await rows(world.container, "SELECT id FROM push_subscriptions WHERE id = :id", id=kept)
    assert len(left) == 1


async def test_a_phone_is_added_and_its_token_is_not_told(world: World):
    driver = await world.bearer(world.driver)
    body = {"token": "fMEP0vJqS0:APA91bHqX7QaZ9", "name": "Pixel"}
    answer = await world.client.post(f"{API}/account/push-tokens", headers=driver, json=body)
    assert answer.status_code == 201
    assert answer.json()["data"]["hint"] == "X7QaZ9"
    assert body["token"] not in answer.text
    (own,) = (await ask(world, driver, "/account/push-tokens"))["data"]
    gone = await world.client.delete(f"{API}/account/push-tokens/{own['id']}", headers=driver)
    assert gone.status_code == 200


async def test_a_webhooks_secret_is_told_once_and_kept_sealed(world: World):
    manager, path = await world.a(Role.FLEET_MANAGER), f"/fleets/{world.fleet_id}/webhook"
    assert (await ask(world, manager, path))["data"]["url"] is None
    body = {"url": "https://hooks.example.com/x"}
    set_ = await world.client.put(f"{API}{path}", headers=manager, json=body)
    secret = set_.json()["data"]["secret"]
    assert len(secret) >= 32
    told = await ask(world, manager, path)
    assert (told["data"]["url"], "secret" in told["data"]) == (body["url"], False)
    ((sealed,),) = await rows(world.container, "SELECT sealed_secret FROM notification_webhooks")
    assert secret not in sealed
    assert world.container.sealer.open(sealed) == secret
    noted = await rows(
        world.container, "SELECT changes::text FROM audit_entries WHERE kind='webhook'"
    )
    assert secret not in str(noted)
    await world.client.delete(f"{API}{path}", headers=manager)
    assert (await ask(world, manager, path))["data"]["url"] is None


async def test_a_webhook_of_no_fleet_and_without_https_is_refused(world: World):
    admin = await world.a(Role.SYSTEM_ADMIN)
    body = {"url": "https://hooks.example.com/x"}
    path = f"{API}/fleets/999999/webhook"
    assert (await world.client.put(path, headers=admin, json=body)).status_code == 404
    path = f"{API}/fleets/{world.fleet_id}/webhook"
    body = {"url": "http://hooks.example.com/x"}
    assert (await world.client.put(path, headers=admin, json=body)).status_code == 400


async def test_browsers_learn_the_key_where_they_are_notified(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    who = await world.a(Role.DRIVER)
    assert (await ask(world, who, "/account/push-key"))["data"] == {"public_key": None}
    world.container.channels.__dict__.pop("vapid")
    monkeypatch.setattr(world.container.settings, "web_push_contact", "mailto:a@example.com")
    key = (await ask(world, who, "/account/push-key"))["data"]["public_key"]
    assert len(key) == 87
