"""Encryption of web push messages (RFC 8291, `aes128gcm` of RFC 8188): only the browser reads
them, not the push service in between."""

from __future__ import annotations

import base64
import binascii
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD_BYTES = 4096
"""One record, as every push service takes."""
MOST_BYTES = RECORD_BYTES - 16 - 1 - 86
"""Room for the text: the record without tag, delimiter and header."""
_CURVE = ec.SECP256R1()
_LAST_RECORD = b"\x02"


def encrypt(
    text: bytes,
    p256dh: str,
    auth: str,
    *,
    salt: bytes | None = None,
    own: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The body of a push request. `salt` and `own` are random unless a test fixes them.

    Raises ValueError for keys that are none, and for a text that is too long.
    """
    if len(text) > MOST_BYTES:
        raise ValueError(f"a push message has at most {MOST_BYTES} bytes")
    theirs, secret = unbase64(p256dh), unbase64(auth)
    key = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, theirs)
    own = own or ec.generate_private_key(_CURVE)
    salt = salt or os.urandom(16)
    ours = point(own.public_key())
    shared = own.exchange(ec.ECDH(), key)
    material = _hkdf(secret, shared, b"WebPush: info\0" + theirs + ours, 32)
    cipher = AESGCM(_hkdf(salt, material, b"Content-Encoding: aes128gcm\0", 16))
    nonce = _hkdf(salt, material, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return header + cipher.encrypt(nonce, text + _LAST_RECORD, None)


def check_keys(p256dh: str, auth: str) -> None:
    """Raises ValueError unless a browser could have made these keys."""
    ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, unbase64(p256dh))
    if len(unbase64(auth)) != 16:
        raise ValueError("the secret of a subscription has 16 bytes")


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as its 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def base64url(data: bytes) -> str:
    """Without padding, as everywhere in web push."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unbase64(text: str) -> bytes:
    """The bytes of `base64url`. Raises ValueError."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ValueError("not base64url") from error


def _hkdf(salt: bytes, key: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(key)
