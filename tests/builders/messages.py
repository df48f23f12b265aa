"""Messages to send, and the one-time certificates of servers that take them."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fleet_app.kernel.clock import utc_now
from fleet_app.notification.channels.ports import Message


def a_message(**changes: Any) -> Message:
    """A message about an alert."""
    said: dict[str, Any] = {
        "id": 7,
        "fleet_id": 1,
        "about": "alert:17",
        "severity": "warning",
        "address": "somebody@example.com",
        "subject": "Van 1 left the depot — früh",
        "body": "At 22:15.\nDriver: Łukasz <b>",
        "url": "https://fleet.example.com/alerts?id=17",
        "created_at": utc_now(),
        **changes,
    }
    return Message(**said)


def a_certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context for localhost and 127.0.0.1, and the file that clients may trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    local = ipaddress.ip_address("127.0.0.1")
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(local)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(utc_now() - dt.timedelta(days=1))
        .not_valid_after(utc_now() + dt.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "server.pem", folder / "server.key"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(public, private)
    return context, public
