"""Tokens: signed access tokens, and random ones of which only a digest is kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import uuid
from base64 import urlsafe_b64encode

import msgspec
from jose import JWTError, jwt

from fleet_app.identity.errors import InvalidToken

ALGORITHM = "HS256"
ISSUER = "live-fleet-tracking"
AUDIENCE = "live-fleet-tracking-api"
LONGEST_ACCESS_TOKEN = 4096
SHORTEST_KEY = 32
DEVICE_TOKEN = re.compile(r"fdt_[A-Za-z0-9_-]{32}")


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a verified access token says; `expires_at` is in seconds since 1970."""

    user_id: int
    family: str
    stamp: str
    expires_at: int


class AccessTokens:
    """Signs and reads access tokens with one algorithm and one key."""

    def __init__(self, key: str) -> None:
        if len(key) < SHORTEST_KEY:
            raise ValueError(f"FLEET_SECRET_KEY needs at least {SHORTEST_KEY} characters")
        self._key = key

    def sign(self, claims: Claims, *, issued_at: int, role: str, fleet_id: int | None) -> str:
        """A token for `claims`; role and fleet are for the client's eyes, the server re-reads."""
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(claims.user_id),
            "role": role,
            "fleet": fleet_id,
            "fam": claims.family,
            "stp": claims.stamp,
            "jti": uuid.uuid4().hex,
            "iat": issued_at,
            "exp": claims.expires_at,
        }
        return str(jwt.encode(payload, self._key, algorithm=ALGORITHM))

    def read(self, token: str) -> Claims:
        """The claims of a token with our signature. Raises `InvalidToken`.

        Expiry is left to the caller, who checks it at every use.
        """
        if len(token) > LONGEST_ACCESS_TOKEN:
            raise InvalidToken
        options = {"verify_exp": False, "require_exp": True, "require_sub": True}
        try:
            payload = jwt.decode(
                token, self._key, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER,
                options=options,
            )  # fmt: skip
            return Claims(
                user_id=int(payload["sub"]),
                family=str(payload["fam"]),
                stamp=str(payload["stp"]),
                expires_at=int(payload["exp"]),
            )
        except (JWTError, KeyError, ValueError, TypeError) as error:
            raise InvalidToken from error


def digest(token: str) -> str:
    """What is stored instead of a random token (256 bits of entropy need no salt)."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_session_token() -> str:
    """A browser session's token, 256 random bits."""
    return secrets.token_urlsafe(32)


def new_refresh_token() -> str:
    """The first refresh token of a family, 256 random bits."""
    return "frt_" + secrets.token_urlsafe(32)


def next_refresh_token(key: str, token: str) -> str:
    """The one successor of a refresh token.

    Being a function of the token, it lets a phone that lost the answer ask again and get the same
    successor, while a family still never has two live tokens.
    """
    mac = hmac.digest(key.encode(), b"refresh-successor:" + token.encode(), "sha256")
    return "frt_" + urlsafe_b64encode(mac).rstrip(b"=").decode()


def new_device_token() -> str:
    """A tracking device's token: `fdt_` and 32 url-safe characters, 192 random bits."""
    return "fdt_" + secrets.token_urlsafe(24)


def looks_like_device_token(token: str) -> bool:
    """Whether a look-up is worth a query."""
    return DEVICE_TOKEN.fullmatch(token) is not None
