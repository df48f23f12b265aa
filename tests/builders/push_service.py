"""A browser's push service and the browser behind it: it checks who sends, and reads the text."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jose import jwk, jwt

from fleet_app.notification.channels.encryption import base64url, unbase64
from tests.builders.http_server import Answer, Asked


@dataclass
class BrowserKeys:
    """The keys that a browser makes for a subscription."""

    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = b"sixteen bytes!!!"

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def p256dh(self) -> str:
        return base64url(self.public)

    @property
    def auth(self) -> str:
        return base64url(self.secret)

    def decrypt(self, body: bytes) -> bytes:
        """RFC 8291, from the browser's side."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, cipher = body[21 : 21 + length], body[21 + length :]
        assert len(cipher) <= size
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self.private.exchange(ec.ECDH(), sender)
        info = b"WebPush: info\x00" + self.public + theirs
        material = _hkdf(self.secret, shared, info, 32)
        key = _hkdf(salt, material, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _hkdf(salt, material, b"Content-Encoding: nonce\x00", 12)
        padded = AESGCM(key).decrypt(nonce, cipher, None).rstrip(b"\x00")
        assert padded[-1:] == b"\x02"
        return padded[:-1]


@dataclass
class PushService:
    """Takes messages for one browser, from a sender whose key it was told."""

    keys: BrowserKeys = field(default_factory=BrowserKeys)
    server_key: str = ""
    origin: str = ""
    shown: list[Any] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Answer:
        if asked.path == "/gone":
            return Answer(410)
        if asked.path == "/slow":
            return Answer(429, b"", {"Retry-After": "30"})
        scheme, _, rest = asked.headers["authorization"].partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        if scheme != "vapid" or parts["k"] != self.server_key:
            return Answer(403, b"another key")
        self.claims.append(jwt.decode(parts["t"], _public(parts["k"]), algorithms=["ES256"],
                                      audience=self.origin))  # fmt: skip
        assert asked.headers["content-encoding"] == "aes128gcm"
        assert int(asked.headers["ttl"]) > 0
        self.shown.append(json.loads(self.keys.decrypt(asked.body)))
        return Answer(201, b"", {"Location": "/message/1"})


def _public(key: str) -> Any:
    raw = unbase64(key)
    return jwk.construct(
        {"kty": "EC", "crv": "P-256", "x": base64url(raw[1:33]), "y": base64url(raw[33:])}, "ES256"
    )


def _hkdf(salt: bytes, key: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(key)
