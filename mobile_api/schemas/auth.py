"""Bodies of the requests that sign in, refresh and sign out."""

from __future__ import annotations

import msgspec


class SignIn(msgspec.Struct, frozen=True):
    """Email and password."""

    email: str
    password: str


class RefreshRequest(msgspec.Struct, frozen=True):
    """A refresh token."""

    refresh_token: str
