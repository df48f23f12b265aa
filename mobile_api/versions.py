"""`If-Match`: a change is made only to the version that its sender has seen."""

from __future__ import annotations

from fastapi import Request

from fleet_app.kernel.errors import InvalidInput
from mobile_api.deps import SAFE_METHODS

HEADER = "If-Match"


def if_match(request: Request) -> int | None:
    """The version that `If-Match` names; None for none or any. Raises `InvalidInput`."""
    text = request.headers.get("if-match", "*").strip()
    number = text.removeprefix("W/").strip('"')
    if text == "*":
        return None
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        message = 'must be the ETag of the record, such as "3"'
        raise InvalidInput(f"{HEADER} {message}", fields={HEADER: message})
    return int(number)


async def heed_if_match(request: Request) -> None:
    """Refuse the header wherever it would go unheeded: its sender trusts in it.

    Raises `InvalidInput`.
    """
    if request.method in SAFE_METHODS or request.headers.get(HEADER, "*").strip() == "*":
        return
    described = getattr(request.scope.get("route"), "openapi_extra", None) or {}
    if not any(one.get("name") == HEADER for one in described.get("parameters", ())):
        message = "means nothing here; send the request without it"
        raise InvalidInput(f"{HEADER} {message}", fields={HEADER: message})
