"""Twilio's Messages endpoint as it answers: https://www.twilio.com/docs/messaging/api."""

from __future__ import annotations

import base64

from tests.builders.http_server import Answer, Asked

ACCOUNT, TOKEN = "AC" + "0" * 32, "the token"
BLOCKED, INVALID, BUSY, QUEUE_FULL = "+15005550004", "+15005550001", "+15005550429", "+15005550500"
_ERRORS = {
    INVALID: (400, 21211, "Invalid 'To' Phone Number: +1500555XXXX"),
    BLOCKED: (400, 21610, "Attempt to send to unsubscribed recipient"),
    BUSY: (429, 20429, "Too Many Requests"),
    QUEUE_FULL: (503, 20503, "Service unavailable"),
}


def messages(asked: Asked) -> Answer:
    """The endpoint, with the numbers above as those it refuses."""
    if asked.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
        return _error(404, 20404, "The requested resource was not found")
    proof = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    if asked.headers.get("authorization") != f"Basic {proof}":
        return _error(401, 20003, "Authenticate")
    to = asked.form["To"]
    if to in _ERRORS:
        return _error(*_ERRORS[to])
    sid = "SM" + "1" * 32
    return Answer(201, {"sid": sid, "status": "queued", "to": to, "body": asked.form["Body"],
                        "account_sid": ACCOUNT, "error_code": None})  # fmt: skip


def _error(status: int, code: int, message: str) -> Answer:
    more = f"https://www.twilio.com/docs/errors/{code}"
    headers = {"Retry-After": "17"} if status == 429 else {}
    body = {"code": code, "message": message, "more_info": more, "status": status}
    return Answer(status, body, headers)
