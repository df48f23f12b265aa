"""Notifications of a browser: switched on by a click, shown as they are pushed, gone at sign-out.

The browser of the tests is one without a screen: it has no push service of its maker, and lets
nobody show notifications. So the test stands in for both ends of the browser: it answers the
question for permission, gives the page a subscription whose messages come to a server of this
machine, which checks the sender and decrypts them, hands those to the real service worker as a
push event, and writes down what the worker shows.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Worker, expect
from sqlmodel import col, select

from fleet_app.bootstrap import Container
from fleet_app.notification.channels.models import Channel, PushSubscription
from fleet_app.notification.channels.outgoing import Notice, notify
from tests.builders.http_server import Served, http_server
from tests.builders.push_service import PushService
from tests.e2e.conftest import Cast, a_product, sign_in
from tests.product import Product

PATIENCE_MS = 30_000
BROWSER = """([endpoint, p256dh, auth]) => {
  const kept = () => localStorage.getItem("subscription");
  const subscription = () => ({
    endpoint,
    options: { applicationServerKey: new Uint8Array(JSON.parse(kept())).buffer },
    toJSON: () => ({ endpoint, keys: { p256dh, auth } }),
    unsubscribe: async () => { localStorage.removeItem("subscription"); return true; },
  });
  PushManager.prototype.getSubscription = async () => (kept() ? subscription() : null);
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    localStorage.setItem("subscription", JSON.stringify([...applicationServerKey]));
    return subscription();
  };
  const permission = () => localStorage.getItem("permission") ?? "default";
  Object.defineProperty(Notification, "permission", { get: permission });
  Notification.requestPermission = async () => {
    localStorage.setItem("asked", Number(localStorage.getItem("asked")) + 1);
    localStorage.setItem("permission", "granted");
    return "granted";
  };
}"""
WORKER = """() => {
  self.shown = [];
  self.visits = [];
  ServiceWorkerRegistration.prototype.showNotification = async (title, options) => {
    self.shown.push({ title, ...options });
  };
  Clients.prototype.openWindow = async (url) => { self.visits.push(["open", url]); };
  const note = (what) => async function (url = this.url) {
    self.visits.push([what, url]);
    return this;
  };
  Object.assign(WindowClient.prototype, { focus: note("focus"), navigate: note("lead") });
}"""
CLICK = """async (url) => {
  let work;
  const event = new Event("notificationclick");
  event.notification = { close() {}, data: { url } };
  event.waitUntil = (promise) => { work = promise; };
  self.dispatchEvent(event);
  await work;
  return self.visits.splice(0);
}"""


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """A product that tells browsers, and may post to servers of this machine."""
    with a_product(
        FLEET_WEB_PUSH_CONTACT="mailto:ops@example.com", FLEET_PRIVATE_ADDRESSES="true"
    ) as running:
        yield running


@pytest.fixture
def service() -> PushService:
    return PushService()


@pytest.fixture
def served(service: PushService) -> Iterator[Served]:
    with http_server(service) as running:
        service.origin = running.url
        yield running


@pytest.fixture
async def page(
    browser: Browser, product: Product, service: PushService, served: Served
) -> AsyncIterator[Page]:
    context = await browser.new_context(base_url=product.url)
    place = json.dumps([f"{served.url}/to/1", service.keys.p256dh, service.keys.auth])
    await context.add_init_script(f"({BROWSER})({place})")
    yield await context.new_page()
    await context.close()


async def known(container: Container, user_id: int | None) -> list[str]:
    async with container.work() as session:
        mine = col(PushSubscription.user_id) == user_id
        return list(await session.exec(select(PushSubscription.name).where(mine)))


async def open_settings(page: Page, cast: Cast) -> None:
    await sign_in(page, cast.dispatcher)
    await page.wait_for_url("**/", timeout=PATIENCE_MS)
    await page.goto("/settings")


async def switch_on(page: Page, cast: Cast, service: PushService) -> Worker:
    await open_settings(page, cast)
    card = page.get_by_test_id("push")
    await expect(card).to_have_attribute("data-state", "off", timeout=PATIENCE_MS)
    assert await page.evaluate("localStorage.getItem('asked')") is None
    await card.get_by_role("button", name="Switch on").click()
    await expect(card).to_have_attribute("data-state", "on", timeout=PATIENCE_MS)
    assert await page.evaluate("localStorage.getItem('asked')") == "1"
    answer = await page.request.get("/api/v1/account/push-key")
    service.server_key = (await answer.json())["data"]["public_key"]
    (worker,) = page.context.service_workers
    await worker.evaluate(WORKER)
    return worker


async def deliver(page: Page, product: Product, worker: Worker, said: Any) -> dict[str, Any]:
    """What the browser does with a message of its push service; what the worker then shows."""
    cdp = await page.context.new_cdp_session(page)
    found = asyncio.get_running_loop().create_future()

    def heard(event: Any) -> None:
        for one in event["registrations"]:
            if one["scopeURL"] == f"{product.url}/" and not found.done():
                found.set_result(one["registrationId"])

    cdp.on("ServiceWorker.workerRegistrationUpdated", heard)
    await cdp.send("ServiceWorker.enable")
    number = await asyncio.wait_for(found, 30)
    message = {"origin": product.url, "registrationId": number, "data": json.dumps(said)}
    await cdp.send("ServiceWorker.deliverPushMessage", message)
    for _ in range(300):
        if shown := await worker.evaluate("self.shown.splice(0)"):
            (one,) = shown
            return dict(one)
        await asyncio.sleep(0.1)
    raise AssertionError("nothing was shown")


async def test_a_message_goes_all_the_way_to_a_notification(
    page: Page, cast: Cast, backstage: Container, product: Product, service: PushService
):
    worker = await switch_on(page, cast, service)
    assert len(await known(backstage, cast.dispatcher.id)) == 1
    notice = Notice(
        fleet_id=cast.fleet_id, about="alert:17", dedupe_key="k", title="Van 1 is too fast",
        body="83 km/h", severity="critical", path="/alerts?id=17", channels=[Channel.WEB_PUSH],
        user_ids=[cast.dispatcher.id or 0],
    )  # fmt: skip
    async with backstage.work() as session:
        await notify(session, notice)
    for _ in range(300):
        if service.shown:
            break
        await asyncio.sleep(0.1)
    (said,) = service.shown
    assert await deliver(page, product, worker, said) == {
        "title": "Van 1 is too fast", "body": "83 km/h", "tag": "alert:17", "renotify": True,
        "icon": "/notify/critical.png", "badge": "/notify/badge.png", "requireInteraction": True,
        "data": {"url": f"{product.url}/alerts?id=17"},
    }  # fmt: skip
    assert (await page.request.get("/notify/critical.png")).headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("https://evil.example/x?a=1", "/x?a=1"), ("javascript:alert(1)", "/"), ("", "/"),
        ("//evil.example//y", "/y"), ("http://[", "/"), ("/alerts?id=3#a", "/alerts?id=3#a"),
    ],
)  # fmt: skip
async def test_a_notification_leads_nowhere_but_to_this_site(
    page: Page, cast: Cast, product: Product, service: PushService, url: str, leads: str
):
    worker = await switch_on(page, cast, service)
    one = await deliver(page, product, worker, {"title": "T", "url": url})
    assert one["data"]["url"] == product.url + leads
    assert one["icon"] == "/notify/info.png"


async def test_a_click_goes_to_the_tab_that_shows_it_or_opens_one(
    page: Page, cast: Cast, product: Product, service: PushService
):
    worker = await switch_on(page, cast, service)
    here, near, far = (f"{product.url}{path}" for path in ("/settings", "/settings?a", "/alerts"))
    assert await worker.evaluate(CLICK, here) == [["focus", page.url]]
    assert await worker.evaluate(CLICK, near) == [["focus", page.url], ["lead", near]]
    assert await worker.evaluate(CLICK, far) == [["open", far]]


async def test_switching_off_and_signing_out_take_the_browser_back(
    page: Page, cast: Cast, backstage: Container, service: PushService
):
    await switch_on(page, cast, service)
    card = page.get_by_test_id("push")
    await card.get_by_role("button", name="Switch off").click()
    await expect(card).to_have_attribute("data-state", "off", timeout=PATIENCE_MS)
    assert await known(backstage, cast.dispatcher.id) == []
    await card.get_by_role("button", name="Switch on").click()
    await expect(card).to_have_attribute("data-state", "on", timeout=PATIENCE_MS)
    assert len(await known(backstage, cast.dispatcher.id)) == 1
    await page.get_by_role("button", name="Profile").click()
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/login**", timeout=PATIENCE_MS)
    assert await known(backstage, cast.dispatcher.id) == []
    assert await page.evaluate("localStorage.getItem('subscription')") is None


async def test_a_browser_that_blocks_notifications_says_so_and_is_not_asked(
    browser: Browser, product: Product, cast: Cast
):
    context = await browser.new_context(base_url=product.url)  # as it is: it lets nobody show any
    page = await context.new_page()
    await open_settings(page, cast)
    card = page.get_by_test_id("push")
    await expect(card).to_have_attribute("data-state", "blocked", timeout=PATIENCE_MS)
    await expect(card.get_by_role("button")).to_have_count(0)
    await expect(card).to_contain_text("Blocked by the browser")
    await context.close()


async def test_the_chosen_tab_of_a_long_strip_is_in_sight_on_a_phone(page: Page, cast: Cast):
    await page.set_viewport_size({"width": 320, "height": 700})
    await open_settings(page, cast)
    await page.goto("/notifications")
    chosen = page.locator(".tabs .tab.active")
    await expect(chosen).to_have_text("Outbox", timeout=PATIENCE_MS)
    await expect(chosen).to_be_in_viewport(ratio=1, timeout=PATIENCE_MS)
