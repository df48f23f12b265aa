"""Messages, and the places they go to, as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from fleet_app.kernel.texts import one_line
from fleet_app.notification.channels.models import (
    Channel,
    Notification,
    NotificationAttempt,
    PushSubscription,
    PushToken,
    Status,
    Webhook,
)
from fleet_app.notification.channels.query import MOST_PAGES, MOST_ROWS
from mobile_api.schemas.records import NOT_ALLOWED, UNKNOWN, answers

_VISIBLE = r"^[\x21-\x7e]+$"
_BASE64 = r"^[A-Za-z0-9_-]+={0,2}$"
Name = Annotated[str, Field("", max_length=120), AfterValidator(one_line)]


class Keys(BaseModel):
    """`keys` of the browser's `PushSubscription.toJSON()`."""

    p256dh: str = Field(max_length=120, pattern=_BASE64)
    auth: str = Field(max_length=40, pattern=_BASE64)


class SubscriptionCreate(BaseModel):
    """A browser, as its `PushSubscription.toJSON()` tells it; `name` is for people."""

    endpoint: str = Field(max_length=1000, pattern=_VISIBLE)
    keys: Keys
    name: Name = ""


class TokenCreate(BaseModel):
    """A phone with the app, by its registration token of Firebase."""

    token: str = Field(min_length=8, max_length=500, pattern=_VISIBLE)
    name: Name = ""


class WebhookSet(BaseModel):
    """Where signed messages are posted to. Without a secret, one is made up."""

    url: str = Field(max_length=1000, pattern=_VISIBLE)
    secret: str | None = Field(None, min_length=16, max_length=200, pattern=_VISIBLE)


def message_view(row: Notification) -> dict[str, Any]:
    """A message in a list."""
    shown = ("id", "fleet_id", "user_id", "about", "channel", "status", "severity", "recipient",
             "address", "subject", "path", "attempts", "last_error", "provider_id", "next_at",
             "created_at", "sent_at")  # fmt: skip
    return {name: getattr(row, name) for name in shown}


def detail_view(row: Notification, tries: Sequence[NotificationAttempt]) -> dict[str, Any]:
    """A message with its text and every try at sending it."""
    told = [{"at": one.at, "error": one.error} for one in tries]
    return {**message_view(row), "body": row.body, "data": row.data, "tries": told}


def subscription_view(row: PushSubscription) -> dict[str, Any]:
    """A browser without its keys."""
    return {"id": row.id, "endpoint": row.endpoint, "name": row.name, "created_at": row.created_at}


def token_view(row: PushToken) -> dict[str, Any]:
    """A phone without its token; `hint` is its end."""
    return {"id": row.id, "hint": row.token[-6:], "name": row.name, "created_at": row.created_at}


def webhook_view(row: Webhook | None, secret: str | None = None) -> dict[str, Any]:
    """A webhook; the secret is told once only."""
    told = {"url": row.url if row else None, "changed_at": row.changed_at if row else None}
    return told | ({"secret": secret} if secret else {})


_MOMENT = "2026-11-22T10:15:30Z"
_MESSAGE: dict[str, Any] = {
    "id": 31, "fleet_id": 1, "user_id": 3, "about": "alert:17", "channel": "email",
    "status": "sent", "severity": "warning", "recipient": "Elina Virtanen",
    "address": "elina@example.com", "subject": "Van 12 left the depot",
    "path": "/alerts?id=17", "attempts": 1, "last_error": None,
    "provider_id": "<notification-31@example.com>", "next_at": None, "created_at": _MOMENT,
    "sent_at": _MOMENT,
}  # fmt: skip
_DETAIL = {**_MESSAGE, "body": "At 22:15, outside its hours.", "data": {"vehicle_id": 12},
           "tries": [{"at": _MOMENT, "error": None}]}  # fmt: skip
_BROWSER = {"id": 4, "endpoint": "https://push.example.com/abc", "name": "Firefox on Linux",
            "created_at": _MOMENT}  # fmt: skip
_PHONE = {"id": 5, "hint": "x7QaZ9", "name": "Pixel", "created_at": _MOMENT}
_HOOK = {"url": "https://hooks.example.com/fleet", "changed_at": _MOMENT}
_NOT_AGAIN = "It was sent already, or is about to be."
LIST = answers([_MESSAGE], _403=NOT_ALLOWED, _404=UNKNOWN)
ONE = answers(_DETAIL, _403=NOT_ALLOWED, _404=UNKNOWN)
RETRIED = answers({**_MESSAGE, "status": "queued"}, _403=NOT_ALLOWED, _404=UNKNOWN,
                  _409=_NOT_AGAIN)  # fmt: skip
BROWSERS = answers([_BROWSER], _403=NOT_ALLOWED)
BROWSER_ADDED = answers(_BROWSER, code=201, _403=NOT_ALLOWED)
BROWSER_GONE = answers(_BROWSER, _403=NOT_ALLOWED, _404=UNKNOWN)
PHONES = answers([_PHONE], _403=NOT_ALLOWED)
PHONE_ADDED = answers(_PHONE, code=201, _403=NOT_ALLOWED)
PHONE_GONE = answers(_PHONE, _403=NOT_ALLOWED, _404=UNKNOWN)
KEY = answers({"public_key": "BCVxsr7N_eNgVRqvHtD0zTZsEc6…"}, _403=NOT_ALLOWED)
HOOK = answers(_HOOK, _403=NOT_ALLOWED, _404=UNKNOWN)
HOOK_SET = answers({**_HOOK, "secret": "c2VjcmV0IG9mIHRoZSBmbGVldA"}, _403=NOT_ALLOWED,
                   _404=UNKNOWN)  # fmt: skip
SUBSCRIBE = {
    "endpoint": "https://push.example.com/abc",
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkN"
        "toIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
    "name": "Firefox on Linux",
}


def body(example: dict[str, Any]) -> dict[str, Any]:
    """An example for a request's body."""
    return {"requestBody": {"content": {"application/json": {"example": example}}}}


def _parameter(name: str, schema: dict[str, Any], text: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": text}


_NUMBER = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
_TEXT = {"type": "string", "maxLength": 100}
_TIME = {"type": "string", "description": "A date, or a date and time."}
PARAMETERS = [
    _parameter("page", {"type": "integer", "minimum": 1, "maximum": MOST_PAGES, "default": 1},
               "Counts from 1."),
    _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": 50},
               "Messages on a page."),
    _parameter("q", _TEXT, "Words to be found in the subject or the recipient; for managers "
               "in the address too."),
    _parameter("about", _TEXT, "What it is about, such as `alert:17`."),
    _parameter("status", {"type": "string"}, f"Any of {', '.join(Status)}, by commas."),
    _parameter("channel", {"type": "string"}, f"Any of {', '.join(Channel)}, by commas."),
    _parameter("user_id", _NUMBER, "To whom: a user's id."),
    _parameter("created_at.from", _TIME, "From when on."),
    _parameter("created_at.to", _TIME, "Until when, inclusive."),
    _parameter("fleet_id", _NUMBER, "One fleet, for administrators."),
]  # fmt: skip
