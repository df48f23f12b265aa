"""How push services know who sends (RFC 8292): a key of this installation, and signed claims."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jose import jwt

from fleet_app.notification.channels.encryption import base64url, point, unbase64

LIFE_SECONDS = 12 * 3600
"""Services refuse claims that hold for more than a day."""


class Vapid:
    """Signs in the name of this installation. `key` is the private key's 32 bytes, base64url;
    `contact` a `mailto:` or `https:` address for the push service's staff.

    Raises ValueError for a key that is none.
    """

    def __init__(self, key: str, contact: str) -> None:
        raw = unbase64(key)
        if len(raw) != 32:
            raise ValueError("a VAPID key has 32 bytes")
        private = ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._pem = pem.decode()
        self._contact = contact
        self.public_key = base64url(point(private.public_key()))

    def header(self, endpoint: str) -> str:
        """The `Authorization` for a post to a subscription."""
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(time.time()) + LIFE_SECONDS,
            "sub": self._contact,
        }
        token = jwt.encode(claims, self._pem, algorithm="ES256")
        return f"vapid t={token}, k={self.public_key}"


def new_key() -> str:
    """A fresh private key, as `Vapid` takes it."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64url(number.to_bytes(32, "big"))
