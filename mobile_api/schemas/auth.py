"""Bodies of the requests that sign in, refresh and sign out."""

from __future__ import annotations

import msgspec

from mobile_api.schemas.records import answers


class SignIn(msgspec.Struct, frozen=True):
    """Email and password."""

    email: str
    password: str


class RefreshRequest(msgspec.Struct, frozen=True):
    """A refresh token."""

    refresh_token: str


_PERSON = {
    "id": 4,
    "name": "Aino Virtanen",
    "email": "aino@example.com",
    "role": "driver",
    "fleet_id": 1,
    "driver_id": 7,
    "vehicle_id": 12,
}
_PAIR = {
    "access_token": "eyJhbGciOi…",
    "token_type": "bearer",
    "expires_in": 900,
    "refresh_token": "frt_…",
    "refresh_expires_in": 2_592_000,
    "user": _PERSON,
}
ME = answers(_PERSON)
TOKEN = answers(_PAIR)
REVOKED = answers(None)
